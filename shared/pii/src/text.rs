//! The redactor for texts that are no requests.

use std::rc::Rc;

use serde_json::Value;
use stage::{ConfigError, Environment, Errors, config::load};

use crate::act::{Action, Masker, Policy};
use crate::config::{self, Config};
use crate::find::Finding;
use crate::redactor::FILTER;

/// A configuration of the filter, applied to single texts: for the command line. Nobody restores what it masks,
/// and what would be blocked is replaced by its entity's name.
#[derive(Debug)]
pub struct TextRedactor {
    policy: Rc<Policy>,
}

impl TextRedactor {
    /// Reads the filter's configuration, JSON.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(
        text: &[u8],
        environment: &dyn Environment,
    ) -> Result<TextRedactor, Vec<ConfigError>> {
        load(&FILTER, text, environment)?;
        // What has just been loaded has no errors.
        let mut errors = Errors::default();
        let mut value = serde_json::from_slice(text).unwrap_or(Value::Object(Default::default()));
        if let Value::Object(map) = &mut value {
            map.shift_remove("host");
        }
        let config = errors.read::<Config>(value).unwrap_or_default();
        let plan = config::compile(config, environment, &mut errors).ok_or_else(Vec::new)?;
        let mut policy = plan.policy;
        if let Some(policy) = Rc::get_mut(&mut policy) {
            let blocks = policy.actions.values_mut().filter(|action| **action == Action::Block);
            blocks.for_each(|action| *action = Action::Redact);
        }
        Ok(TextRedactor { policy })
    }

    /// What stands in `text`.
    pub fn find(&self, text: &str) -> Vec<Finding> {
        self.policy.finder.find(text)
    }

    /// `text` with everything replaced that has to be.
    pub fn redact(&self, text: &str) -> String {
        let mut masker = Masker::new(Rc::clone(&self.policy), None);
        masker.look(None, text);
        masker.replace(None, text).unwrap_or_else(|| text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_text_is_redacted_by_the_filters_configuration() {
        let config = br#"{"actions": {"financial": "partial", "secret": "block"}, "host": {"headers": "hold"}}"#;
        let redactor = TextRedactor::load(config, &|_: &str| None).unwrap();
        let text = "jane@example.com pays by 4111 1111 1111 1111, says jane@example.com";
        let expected = "<EMAIL_ADDRESS_1> pays by **** **** **** 1111, says <EMAIL_ADDRESS_1>";
        assert_eq!(redactor.redact(text), expected);
        assert_eq!(redactor.find(text).len(), 3);
        assert_eq!(redactor.redact("nothing"), "nothing");
    }

    #[test]
    fn a_wrong_configuration_is_refused() {
        let errors = TextRedactor::load(br#"{"action": "hash"}"#, &|_: &str| None).unwrap_err();
        assert_eq!(errors.len(), 1, "{errors:?}");
    }
}
