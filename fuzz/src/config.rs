//! Any configuration text: loaded or refused with errors that can be shown, never a panic.

use stage::config;

/// The property.
pub fn check(text: &[u8]) {
    if let Err(errors) = config::load(&translator::FILTER, text, &|_: &str| Some("key".to_owned()))
    {
        assert!(!errors.is_empty());
        errors.iter().for_each(|error| assert!(!config::explain(error, text).is_empty()));
    }
}
