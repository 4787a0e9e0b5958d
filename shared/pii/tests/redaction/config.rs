//! Configurations that are refused, and why.

use serde_json::{Value, json};
use stage::config::load;

fn errors(config: &Value) -> Vec<String> {
    let short = |name: &str| (name == "SHORT").then(|| "0123456789abcde".to_owned());
    let errors = load(&pii::FILTER, config.to_string().as_bytes(), &short);
    errors.err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn every_error_is_told_with_its_place() {
    for (config, expected) in [
        (json!({}), &[][..]),
        (json!({"action": "hide"}), &["action: unknown variant `hide`"][..]),
        (json!({"actions": {"NOBODY": "mask"}}), &["actions.NOBODY: no entity and no category"]),
        (json!({"action": "hash"}), &["hash_key: `hash` needs a key"]),
        (
            json!({"action": "hash", "hash_key": {"env": "NONE"}}),
            &["hash_key.env: the environment variable `NONE` is not set"],
        ),
        (
            json!({"action": "hash", "hash_key": {"env": "SHORT"}}),
            &["hash_key.env: `SHORT` must hold at least 16 bytes"],
        ),
        (json!({"entities": ["EMAIL_ADDRESS", "NOBODY"]}), &["entities[1]"]),
        (
            json!({"custom": [{"name": "A", "pattern": "x", "words": ["y"]}], "actions": {"b": "mask"}}),
            &["actions.b", "custom[0]: must have exactly one of `pattern` and `words`"],
        ),
        (
            json!({"custom": [{"name": "A", "pattern": "x", "context": ["y", ""]}]}),
            &["custom[0].context[1]: expected a word"],
        ),
        (json!({"media": "maybe"}), &["media: unknown variant"]),
    ] {
        let errors = errors(&config);
        assert_eq!(errors.len(), expected.len(), "{errors:?}");
        for (error, expected) in errors.iter().zip(expected) {
            assert!(error.starts_with(expected), "{error}");
        }
    }
}

#[test]
fn no_error_tells_the_key() {
    let errors = errors(&json!({"action": "hash", "hash_key": {"env": "SHORT"}}));
    assert!(!errors.concat().contains("0123"), "{errors:?}");
}
