//! Answers of providers that call themselves compatible, with OpenAI's own values only.
//!
//! OpenAI's SDKs know the values of some fields, and refuse others where they validate. Found in the field (all read
//! 2026-11-21): the service tier `on_demand` (<https://console.groq.com/docs/service-tiers>), the finish reasons `eos`
//! (<https://github.com/togethercomputer/openapi>, of 2026-04-28), `model_length`
//! (<https://github.com/mistralai/client-python>, of 2026-06-30), `insufficient_system_resource` (DeepSeek's, as
//! <https://docs.rs/ds-api> has it) and `network_error` (Zhipu's, <https://docs.bigmodel.cn>), the kind `""` and choices
//! without a `delta` in the chunks that tell what Azure's filter found (<https://github.com/microsoft/autogen/issues/6465>),
//! a time with a fraction, and empty words where nothing is said.

use chat::json::{Map, Value};

use super::response::seconds;
use super::{SERVICE_TIERS, UNSUPPORTED, finish};
use crate::Drops;
use crate::reader::item;

/// The values of `finish_reason`.
const REASONS: [&str; 5] = ["stop", "length", "tool_calls", "content_filter", "function_call"];

/// The values of `role`.
const ROLES: [&str; 5] = ["assistant", "developer", "system", "tool", "user"];

/// The kinds of calls.
const KINDS: [&str; 2] = ["function", "custom"];

/// Makes the values of an answer, or of a chunk of one, such as OpenAI's SDKs take them. Returns whether anything
/// changed.
pub(super) fn tidy(body: &mut Value, streamed: bool, drops: &mut Drops) -> bool {
    let Value::Object(map) = body else { return false };
    if !map.get("choices").is_some_and(Value::is_array) {
        return false;
    }
    let kind = if streamed { "chat.completion.chunk" } else { "chat.completion" };
    let mut changed = is_other(map.get("object"), &[kind], true) && put(map, "object", kind);
    if is_other(map.get("service_tier"), &SERVICE_TIERS, false)
        && let Some(tier) = map.shift_remove("service_tier")
    {
        drops.latest("service_tier", UNSUPPORTED, &tier);
        changed = true;
    }
    let created = map.get("created").filter(|created| created.as_u64().is_none());
    if let Some(created) = created.and_then(seconds) {
        changed |= put(map, "created", created);
    }
    let choices = map.get_mut("choices").and_then(Value::as_array_mut);
    for (index, choice) in choices.into_iter().flatten().enumerate() {
        if let Value::Object(choice) = choice {
            changed |= tidy_choice(choice, index, streamed, drops);
        }
    }
    changed
}

fn tidy_choice(choice: &mut Map, index: usize, streamed: bool, drops: &mut Drops) -> bool {
    let said = if streamed { "delta" } else { "message" };
    let mut calls = false;
    let mut changed = false;
    if streamed && choice.get(said).is_none_or(Value::is_null) {
        changed |= put(choice, said, Map::new());
    }
    if let Some(Value::Object(said)) = choice.get_mut(said) {
        if is_other(said.get("role"), &ROLES, !streamed) {
            changed |= put(said, "role", "assistant");
        }
        let list = said.get_mut("tool_calls").and_then(Value::as_array_mut);
        for call in list.into_iter().flatten().filter_map(Value::as_object_mut) {
            calls = true;
            if is_other(call.get("type"), &KINDS, !streamed) {
                changed |= put(call, "type", "function");
            }
        }
    }
    if !is_other(choice.get("finish_reason"), &REASONS, !streamed) {
        return changed;
    }
    let word = choice.get("finish_reason").and_then(Value::as_str).filter(|word| !word.is_empty());
    let Some(word) = word.map(str::to_owned) else {
        let end = finish::encode(&finish::decode(None, calls, false), false).0;
        let reason = if streamed { Value::Null } else { end.into() };
        return put(choice, "finish_reason", reason);
    };
    let (reason, _) = finish::encode(&finish::decode(Some(&word), calls, false), false);
    let path = item("choices", index).field("finish_reason");
    drops.latest(path.as_str(), &format!("sent as {reason}"), &word.into());
    put(choice, "finish_reason", reason)
}

/// Whether a value is none of `known`. `demanded`: nothing is not enough.
fn is_other(value: Option<&Value>, known: &[&str], demanded: bool) -> bool {
    match value {
        None | Some(Value::Null) => demanded,
        Some(value) => value.as_str().is_none_or(|word| !known.contains(&word)),
    }
}

fn put(map: &mut Map, name: &'static str, value: impl Into<Value>) -> bool {
    map.put(name, value);
    true
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::{json, parse};

    use super::*;

    /// What became of it, if anything did, and what is named.
    fn tidied(body: &str, streamed: bool) -> (Option<String>, Vec<String>) {
        let mut body = parse(body.as_bytes()).unwrap();
        let mut drops = Drops::default();
        let changed = tidy(&mut body, streamed, &mut drops);
        (changed.then(|| body.to_string()), drops.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_openai_says_stays() {
        for (body, streamed) in [
            (
                r#"{"object":"chat.completion","created":7,"service_tier":"flex","choices":[{"index":0,"message":{"role":"assistant","tool_calls":[{"type":"function"},{"type":"custom"}]},"finish_reason":"tool_calls"}]}"#,
                false,
            ),
            (
                r#"{"object":"chat.completion.chunk","service_tier":null,"choices":[{"delta":{"role":null,"tool_calls":[{"index":0}]},"finish_reason":null},{"delta":{}}]}"#,
                true,
            ),
            (r#"{"object":"chat.completion.chunk","choices":[]}"#, true),
            (r#"{"error":{"message":"m"},"object":"error"}"#, true),
            (r#"{"object":"error"}"#, false),
            ("[7]", true),
        ] {
            assert_eq!(tidied(body, streamed), (None, vec![]), "{body}");
        }
    }

    #[test]
    fn values_that_strict_clients_refuse_are_told_in_openais() {
        let body = r#"{"object":"text","created":7.9,"service_tier":"on_demand","choices":[{"message":{"tool_calls":[{"id":"a"}]},"finish_reason":"eos"},{"message":{"role":"assistant"},"finish_reason":"model_length"},{"message":{"role":"","tool_calls":[{"type":""}]},"finish_reason":""},7]}"#;
        let expected = json!({"object": "chat.completion", "created": 7, "choices": [
            {"message": {"tool_calls": [{"id": "a", "type": "function"}], "role": "assistant"},
                "finish_reason": "stop"},
            {"message": {"role": "assistant"}, "finish_reason": "length"},
            {"message": {"role": "assistant", "tool_calls": [{"type": "function"}]},
                "finish_reason": "tool_calls"}, 7]});
        let (tidy, named) = tidied(body, false);
        assert_eq!(tidy.unwrap(), expected.to_string());
        assert_eq!(
            named,
            [
                "service_tier: not supported by openai-chat",
                "choices[0].finish_reason: sent as stop",
                "choices[1].finish_reason: sent as length",
            ]
        );
    }

    #[test]
    fn empty_words_of_a_chunk_say_nothing() {
        let body = r#"{"object":"","choices":[{"delta":{"role":"","tool_calls":[{"type":""}]},"finish_reason":""}]}"#;
        let expected = r#"{"object":"chat.completion.chunk","choices":[{"delta":{"role":"assistant","tool_calls":[{"type":"function"}]},"finish_reason":null}]}"#;
        assert_eq!(tidied(body, true), (Some(expected.to_owned()), vec![]));
        let filter = r#"{"object":"","choices":[{"index":0,"content_filter_offsets":{}}]}"#;
        let expected = r#"{"object":"chat.completion.chunk","choices":[{"index":0,"content_filter_offsets":{},"delta":{}}]}"#;
        assert_eq!(tidied(filter, true), (Some(expected.to_owned()), vec![]));
    }
}
