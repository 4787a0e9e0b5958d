//! The two spellings of a field, and lists of one: the JSON form of protocol buffers
//! (<https://protobuf.dev/programming-guides/json/>, 2026-11-21) takes `system_instruction` for
//! `systemInstruction`, and Google's servers one object for a list of it.

use serde_json::{Map, Value};

/// Fields whose value is the caller's own: nothing in it is spelled anew.
const FREE: [&str; 9] = [
    "args",
    "labels",
    "parametersJsonSchema",
    "partMetadata",
    "properties",
    "response",
    "responseJsonSchema",
    "defs",
    "default",
];

/// Fields that are lists.
const LISTS: [&str; 5] = ["contents", "parts", "tools", "functionDeclarations", "safetySettings"];

/// `body` in one spelling.
pub(super) fn plain(body: &Value) -> Value {
    match body {
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(map) => {
            let mut out = Map::new();
            for (name, value) in map {
                let name = camel(name);
                let value = match value {
                    free if FREE.contains(&name.as_str()) => free.clone(),
                    Value::Object(_) if LISTS.contains(&name.as_str()) => {
                        Value::Array(vec![plain(value)])
                    }
                    value => plain(value),
                };
                out.insert(name, value);
            }
            Value::Object(out)
        }
        other => other.clone(),
    }
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        let head = letters.next().map(|letter| letter.to_ascii_uppercase());
        name + &head.into_iter().chain(letters).collect::<String>()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_spelling_becomes_one() {
        let body = json!({"system_instruction": {"parts": {"text": "a"}},
            "generation_config": {"top_p": 1}, "labels": {"a_b": "c"}});
        let expected = json!({"systemInstruction": {"parts": [{"text": "a"}]},
            "generationConfig": {"topP": 1}, "labels": {"a_b": "c"}});
        assert_eq!(plain(&body), expected);
    }
}
