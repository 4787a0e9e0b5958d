//! Thoughts of other providers in a conversation.
//!
//! A client that met several providers sends back what each signed. Anthropic refuses signatures that are not
//! its own (<https://platform.claude.com/docs/en/build-with-claude/thinking>, read 2026-11-20).

use chat::json::{Map, Value};

use crate::Drops;
use crate::neutral::proof_dialect;

/// Removes thinking blocks that another dialect's proof stands in, and messages that said nothing else.
/// Returns whether there were any.
pub(super) fn remove(body: &mut Map, drops: &mut Drops) -> bool {
    let Some(Value::Array(messages)) = body.get_mut("messages") else { return false };
    if !messages.iter().any(|message| blocks(message).iter().any(is_foreign)) {
        return false;
    }
    let mut index = 0;
    messages.retain_mut(|message| {
        let place = index;
        index += 1;
        match message.get_mut("content") {
            Some(Value::Array(content)) if content.iter().any(is_foreign) => {
                let mut block = 0;
                content.retain(|value| {
                    let removed = is_foreign(value);
                    if removed {
                        let path = format!("messages[{place}].content[{block}]");
                        drops.add(path, "reasoning of another provider");
                    }
                    block += 1;
                    !removed
                });
                !content.is_empty()
            }
            _ => true,
        }
    });
    true
}

fn blocks(message: &Value) -> &[Value] {
    message.get("content").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn is_foreign(block: &Value) -> bool {
    let text = |name: &str| block.get(name).and_then(Value::as_str);
    text("type") == Some("thinking") && text("signature").and_then(proof_dialect).is_some()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;

    fn run(messages: Value) -> (Value, bool, Vec<String>) {
        let mut body = Map::new();
        body.insert("messages".into(), messages);
        let mut drops = Drops::default();
        let changed = remove(&mut body, &mut drops);
        let paths = drops.iter().map(|dropped| dropped.path.clone()).collect();
        (body.shift_remove("messages").unwrap(), changed, paths)
    }

    fn thought(signature: &str) -> Value {
        json!({"type": "thinking", "thinking": "hm", "signature": signature})
    }

    #[test]
    fn thoughts_of_another_provider_are_left_out() {
        let foreign = format!("{}:rs_1:gAAA", crate::DIALECTS.last().unwrap().name());
        let text = json!({"type": "text", "text": "so"});
        let (messages, changed, paths) = run(json!([
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": [thought("EqQB"), thought(&foreign), text.clone()]},
            {"role": "assistant", "content": [thought(&foreign)]},
            {"role": "user", "content": [text.clone()]}
        ]));
        let expected = json!([
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": [thought("EqQB"), text.clone()]},
            {"role": "user", "content": [text]}
        ]);
        assert_eq!((messages, changed), (expected, true));
        assert_eq!(paths, ["messages[1].content[1]", "messages[2].content[0]"]);
    }

    #[test]
    fn anything_else_is_left_alone() {
        for messages in [
            json!(7),
            json!([7, {"role": "user"}, {"content": "a"}, {"content": [7, thought("EqQB")]}]),
            json!([{"content": [thought("somebody:else"), {"type": "thinking"}]}]),
        ] {
            assert_eq!(run(messages.clone()), (messages, false, vec![]));
        }
    }
}
