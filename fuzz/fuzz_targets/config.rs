//! Any configuration text: loaded or refused with errors that can be shown, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stage::config;

fuzz_target!(|text: &[u8]| {
    if let Err(errors) = config::load(&translator::FILTER, text, &|_: &str| Some("key".to_owned())) {
        assert!(!errors.is_empty());
        errors.iter().for_each(|error| assert!(!config::explain(error, text).is_empty()));
    }
});
