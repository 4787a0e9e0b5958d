//! Bends a request to what one provider does otherwise than OpenAI.

mod calls;
mod choice;
mod format;
mod images;
mod order;

use chat::json::{Map, Value, json};

use crate::Drops;
use crate::providers::{MaxTokens, Provider};

pub(super) use images::check as check_images;

/// What OpenAI takes at most, and nobody more.
const MAX_TEMPERATURE: f64 = 2.0;

/// Bends `body` to the provider's quirks; everything else keeps its place. Returns whether anything changed.
pub(super) fn adapt(body: &mut Value, provider: &Provider, drops: &mut Drops) -> bool {
    let quirks = &provider.quirks;
    let mut changed = format::adapt(body, quirks.formats, drops);
    let Value::Object(map) = body else { return changed };
    changed |= match quirks.max_tokens {
        MaxTokens::Either => false,
        MaxTokens::MaxTokens => rename(map, "max_completion_tokens", "max_tokens", true),
        MaxTokens::MaxCompletionTokens => rename(map, "max_tokens", "max_completion_tokens", false),
    };
    if !quirks.developer_role {
        changed |= developer_to_system(map);
    }
    changed |= clamp_temperature(map, quirks.max_temperature, drops);
    changed |= choice::adapt(map, quirks.tool_choice, drops);
    if quirks.thinking_switch && map.get("reasoning_effort").is_some_and(|it| *it == "none") {
        map.shift_remove("reasoning_effort");
        map.put("thinking", json!({"type": "disabled"}));
        changed = true;
    }
    if quirks.word_after_results {
        changed |= order::adapt(map);
    }
    changed |= calls::adapt(map, quirks.call_ids);
    for (name, own) in quirks.renamed {
        changed |= rename(map, name, own, false);
    }
    let reason = || format!("not supported by {}", provider.name);
    if !quirks.stream_options && map.shift_remove("stream_options").is_some() {
        drops.add("stream_options", reason());
        changed = true;
    }
    for path in quirks.unsupported {
        changed |= remove(map, path, &|| String::new(), &reason, drops);
    }
    changed
}

/// Gives the field `from` the name `to`, in its place. Where both are there, `from` `wins` or not.
fn rename(map: &mut Map, from: &str, to: &str, wins: bool) -> bool {
    if !map.contains_key(from) {
        return false;
    }
    if map.contains_key(to) {
        map.shift_remove(if wins { to } else { from });
        if !wins {
            return true;
        }
    }
    let entries = std::mem::take(map).into_iter();
    map.extend(entries.map(|(name, value)| match name == from {
        true => (to.to_owned(), value),
        false => (name, value),
    }));
    true
}

/// Clamps the temperature for a provider with a smaller range than OpenAI's.
fn clamp_temperature(map: &mut Map, max: f64, drops: &mut Drops) -> bool {
    let asked = map.get("temperature").and_then(Value::as_f64);
    if max >= MAX_TEMPERATURE || asked.is_none_or(|asked| asked <= max) {
        return false;
    }
    let clamped = if max == 1.0 { Value::from(1) } else { Value::from(max) };
    drops.add("temperature", format!("clamped to {max}"));
    map.insert("temperature".to_owned(), clamped);
    true
}

fn developer_to_system(map: &mut Map) -> bool {
    let messages = map.get_mut("messages").and_then(Value::as_array_mut);
    let mut changed = false;
    for role in messages.into_iter().flatten().filter_map(|message| message.get_mut("role")) {
        if role.as_str() == Some("developer") {
            *role = "system".into();
            changed = true;
        }
    }
    changed
}

/// Removes the field at `path`: `a.b`, or in every item of a list `a[].b`. `place`: where `map` stands.
fn remove(
    map: &mut Map,
    path: &str,
    place: &dyn Fn() -> String,
    reason: &dyn Fn() -> String,
    drops: &mut Drops,
) -> bool {
    let Some((name, rest)) = path.split_once('.') else {
        let Some(removed) = map.shift_remove(path) else { return false };
        if says(&removed) {
            drops.add(format!("{}{path}", place()), reason());
        }
        return true;
    };
    if let Some(name) = name.strip_suffix("[]") {
        // Every request is asked for every path, and most messages have no such field.
        let is_field = !rest.as_bytes().contains(&b'.');
        let items = map.get_mut(name).and_then(Value::as_array_mut);
        let items = items.into_iter().flatten().enumerate();
        return items.fold(false, |changed, (index, item)| {
            let Value::Object(item) = item else { return changed };
            if is_field && !item.contains_key(rest) {
                return changed;
            }
            let place = || format!("{}{name}[{index}].", place());
            remove(item, rest, &place, reason, drops) | changed
        });
    }
    let Some(Value::Object(inner)) = map.get_mut(name) else { return false };
    remove(inner, rest, &|| format!("{}{name}.", place()), reason, drops)
}

/// Whether a value says anything: clients give back the empty fields of answers.
fn says(value: &Value) -> bool {
    !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty())
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::providers::{Auth, CallIds, Quirks};

    fn provider(quirks: Quirks) -> Provider {
        Provider {
            name: "p",
            title: "P",
            dialect: &crate::openai_chat::OpenaiChat,
            base_url: "https://p.example",
            auth: Auth::Bearer,
            quirks,
            source: "https://p.example",
            checked: "2026-11-20",
        }
    }

    /// The adapted body as text, whether it changed, and the dropped paths.
    fn adapted(quirks: Quirks, body: &str) -> (String, bool, Vec<String>) {
        let mut body = chat::json::parse(body.as_bytes()).unwrap();
        let mut drops = Drops::default();
        let changed = adapt(&mut body, &provider(quirks), &mut drops);
        let paths = drops.iter().map(|dropped| dropped.path.clone()).collect();
        (body.to_string(), changed, paths)
    }

    #[test]
    fn without_quirks_nothing_changes() {
        let body = r#"{"max_tokens":1,"max_completion_tokens":2,"messages":[{"role":"developer"}],"stream_options":{}}"#;
        assert_eq!(adapted(Quirks::NONE, body), (body.to_owned(), false, vec![]));
    }

    #[test]
    fn the_output_limit_takes_the_name_that_is_known() {
        let old = Quirks { max_tokens: MaxTokens::MaxTokens, ..Quirks::NONE };
        let new = Quirks { max_tokens: MaxTokens::MaxCompletionTokens, ..Quirks::NONE };
        for (quirks, body, expected) in [
            (old, r#"{"a":1,"max_completion_tokens":7,"b":2}"#, r#"{"a":1,"max_tokens":7,"b":2}"#),
            (old, r#"{"max_tokens":9,"max_completion_tokens":7}"#, r#"{"max_tokens":7}"#),
            (new, r#"{"a":1,"max_tokens":7,"b":2}"#, r#"{"a":1,"max_completion_tokens":7,"b":2}"#),
            (
                new,
                r#"{"max_tokens":9,"max_completion_tokens":7}"#,
                r#"{"max_completion_tokens":7}"#,
            ),
        ] {
            assert_eq!(adapted(quirks, body), (expected.to_owned(), true, vec![]));
        }
        assert!(!adapted(old, r#"{"max_tokens":9}"#).1);
        assert!(!adapted(new, r#"{"max_completion_tokens":9}"#).1);
    }

    #[test]
    fn calls_are_linked_by_ids_that_are_taken() {
        let quirks = Quirks { call_ids: CallIds::Nine, ..Quirks::NONE };
        let body = r#"{"messages":[{"tool_calls":[{"id":"call_a"},{"id":"abcdefgh9"},7]},{"tool_call_id":"call_a"},{"tool_call_id":"abcdefgh9"},7]}"#;
        let (told, changed, dropped) = adapted(quirks, body);
        let told = chat::json::parse(told.as_bytes()).unwrap();
        let id = told["messages"][0]["tool_calls"][0]["id"].as_str().unwrap();
        assert!(changed && dropped.is_empty() && id.len() == 9 && id != "abcdefgh9", "{id}");
        assert_eq!(told["messages"][1]["tool_call_id"], id);
        assert_eq!(told["messages"][0]["tool_calls"][1]["id"], "abcdefgh9");
        assert_eq!(told["messages"][2]["tool_call_id"], "abcdefgh9");
    }

    #[test]
    fn what_an_answer_said_is_not_given_back_to_a_provider_that_refuses_it() {
        let provider = Provider::by_name("mistral").unwrap();
        let body = r#"{"seed":7,"messages":[{"role":"assistant","content":"a","refusal":null,"annotations":[],"reasoning_content":"r"}]}"#;
        let mut body = chat::json::parse(body.as_bytes()).unwrap();
        let mut drops = Drops::default();
        assert!(adapt(&mut body, provider, &mut drops));
        let expected = r#"{"random_seed":7,"messages":[{"role":"assistant","content":"a"}]}"#;
        assert_eq!(body.to_string(), expected);
        let named: Vec<_> = drops.iter().map(ToString::to_string).collect();
        assert_eq!(named, ["messages[0].reasoning_content: not supported by mistral"]);
    }

    #[test]
    fn a_model_is_kept_from_thinking_as_the_provider_has_it() {
        let quirks = Quirks { thinking_switch: true, ..Quirks::NONE };
        let expected = r#"{"thinking":{"type":"disabled"}}"#;
        let (told, changed, dropped) = adapted(quirks, r#"{"reasoning_effort":"none"}"#);
        assert_eq!((told.as_str(), changed, dropped.len()), (expected, true, 0));
        for (quirks, body) in [
            (quirks, r#"{"reasoning_effort":"low"}"#),
            (quirks, r#"{"thinking":{"type":"enabled"}}"#),
            (Quirks::NONE, r#"{"reasoning_effort":"none"}"#),
        ] {
            assert!(!adapted(quirks, body).1, "{body}");
        }
    }

    #[test]
    fn a_developer_becomes_system() {
        let quirks = Quirks { developer_role: false, ..Quirks::NONE };
        let body = r#"{"messages":[{"role":"developer","content":"x"},{"role":"user"},7]}"#;
        let expected = r#"{"messages":[{"role":"system","content":"x"},{"role":"user"},7]}"#;
        assert_eq!(adapted(quirks, body), (expected.to_owned(), true, vec![]));
    }

    #[test]
    fn what_is_refused_is_removed_and_reported() {
        let unsupported = &["logprobs", "messages[].name"];
        let quirks = Quirks { stream_options: false, unsupported, ..Quirks::NONE };
        let body = r#"{"logprobs":true,"stream_options":{},"n":1,"messages":[{"name":"a","role":"user"}]}"#;
        let expected = r#"{"n":1,"messages":[{"role":"user"}]}"#;
        let dropped = ["stream_options", "logprobs", "messages[0].name"].map(str::to_owned);
        assert_eq!(adapted(quirks, body), (expected.to_owned(), true, dropped.to_vec()));
        assert!(!adapted(quirks, expected).1);
    }

    #[test]
    fn a_field_may_stand_deeper() {
        let unsupported = &["a[].b[].c", "tools[].function.strict"];
        let quirks = Quirks { unsupported, ..Quirks::NONE };
        let body = r#"{"tools":[{"type":"x"},{"function":{"name":"t","strict":true}},7],"a":[7,{"b":[{"c":1},{"d":2}]}]}"#;
        let expected =
            r#"{"tools":[{"type":"x"},{"function":{"name":"t"}},7],"a":[7,{"b":[{},{"d":2}]}]}"#;
        let dropped = ["a[1].b[0].c", "tools[1].function.strict"].map(str::to_owned).to_vec();
        assert_eq!(adapted(quirks, body), (expected.to_owned(), true, dropped));
    }

    #[test]
    fn a_temperature_above_the_range_is_clamped() {
        let quirks = Quirks { max_temperature: 1.0, ..Quirks::NONE };
        let dropped = vec!["temperature".to_owned()];
        let expected = (r#"{"temperature":1}"#.to_owned(), true, dropped);
        assert_eq!(adapted(quirks, r#"{"temperature":1.7}"#), expected);
        for (quirks, body) in [
            (quirks, r#"{"temperature":1.0}"#),
            (quirks, r#"{"temperature":null}"#),
            (Quirks::NONE, r#"{"temperature":9}"#),
        ] {
            assert_eq!(adapted(quirks, body), (body.to_owned(), false, vec![]));
        }
    }

    #[test]
    fn what_is_no_request_is_left_alone() {
        let quirks = Quirks { developer_role: false, unsupported: &["a[].b"], ..Quirks::NONE };
        for body in ["[]", "null", r#"{"messages":7,"a":{}}"#, r#"{"a":[1,null]}"#] {
            assert_eq!(adapted(quirks, body), (body.to_owned(), false, vec![]));
        }
    }
}
