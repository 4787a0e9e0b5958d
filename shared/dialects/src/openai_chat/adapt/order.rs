//! The order of messages, for a provider that wants the model's word between a tool's result and the user's.

use chat::json::{Map, Value, json};

/// What the model is taken to have said in between.
const WORD: &str = "OK.";

/// Puts a message of the model between a result and a user's. Returns whether anything changed.
pub(super) fn adapt(map: &mut Map) -> bool {
    let Some(Value::Array(messages)) = map.get_mut("messages") else { return false };
    let of = |message: Option<&Value>, role: &str| {
        message.is_some_and(|it| it.get("role") == Some(&role.into()))
    };
    let meet = |pair: &[Value]| of(pair.first(), "tool") && of(pair.last(), "user");
    if !messages.windows(2).any(meet) {
        return false;
    }
    let mut ordered: Vec<Value> = Vec::with_capacity(messages.len() + 1);
    for message in std::mem::take(messages) {
        if of(ordered.last(), "tool") && of(Some(&message), "user") {
            ordered.push(json!({"role": "assistant", "content": WORD}));
        }
        ordered.push(message);
    }
    *messages = ordered;
    true
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::parse;

    use super::*;

    #[test]
    fn a_word_of_the_model_stands_between_a_result_and_the_user() {
        let ordered = |roles: &[&str]| {
            let messages: Vec<Value> = roles.iter().map(|role| json!({"role": role})).collect();
            let mut map = Map::new();
            map.put("messages", messages);
            let changed = adapt(&mut map);
            let list = map.get("messages").and_then(Value::as_array).unwrap();
            let roles: Vec<_> =
                list.iter().map(|it| it["role"].as_str().unwrap().to_owned()).collect();
            (roles.join(" "), changed)
        };
        for (roles, told, changed) in [
            (
                &["user", "assistant", "tool", "tool", "user", "tool", "user"][..],
                "user assistant tool tool assistant user tool assistant user",
                true,
            ),
            (&["tool", "assistant", "user", "user"], "tool assistant user user", false),
            (&["tool"], "tool", false),
            (&[], "", false),
        ] {
            assert_eq!(ordered(roles), (told.to_owned(), changed));
        }
        for body in [r#"{"messages":[7,{"role":8}]}"#, r#"{"messages":7}"#, "{}"] {
            let Value::Object(mut map) = parse(body.as_bytes()).unwrap() else { panic!() };
            assert!(!adapt(&mut map));
        }
    }
}
