//! Where text stands in requests and answers.
//!
//! Names, ids, types, property names and other things that must stay as they are are not shown. A thought
//! with a signature is shown but never replaced, since its provider would refuse it.

use chat::json::Value;
use chat::text::{Visit, visit_arguments, visit_leaves, visit_string};
use chat::{Scope, Text};

/// Fields of blocks that only Anthropic knows whose strings are no text.
const NO_TEXT: [&str; 12] = [
    "cache_control",
    "caller",
    "data",
    "encrypted_content",
    "encrypted_index",
    "file_id",
    "id",
    "media_type",
    "name",
    "signature",
    "tool_use_id",
    "type",
];

/// Fields of a JSON Schema that hold values that may be chosen.
const SCHEMA_VALUES: [&str; 4] = ["const", "default", "enum", "examples"];

/// Fields of a JSON Schema that are read by a model and mean nothing to a validator.
const SCHEMA_TEXT: [&str; 3] = ["$comment", "description", "title"];

/// Shows the text of a request.
pub(super) fn visit_request(body: &mut Value, visit: Visit<'_>) -> bool {
    let mut edited = field(body, "system", |system| content(system, Scope::System, 0, visit));
    for (turn, message) in items(body, "messages").enumerate() {
        let scope = match message.get("role").and_then(Value::as_str) {
            Some("assistant") => Scope::Assistant,
            Some("system") => Scope::System,
            _ => Scope::User,
        };
        edited |= field(message, "content", |value| content(value, scope, turn, visit));
        edited |= unknown_fields(message, scope, turn, visit);
    }
    for tool in items(body, "tools") {
        edited |= visit_tool(tool, visit);
    }
    for path in ["/output_config/format/schema", "/output_format/schema"] {
        if let Some(value) = body.pointer_mut(path) {
            edited |= schema(value, Scope::System, visit);
        }
    }
    edited | field(body, "metadata", |value| visit_leaves(value, Scope::User, 0, visit))
}

/// Fields of messages that are shown by name, or whose strings are no text.
const KNOWN: [&str; 8] =
    ["content", "id", "model", "role", "stop_reason", "stop_sequence", "type", "usage"];

/// Shows fields of a message that nobody knows, such as a second content under another name.
fn unknown_fields(message: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    let Value::Object(map) = message else { return false };
    let unknown = map.iter_mut().filter(|(name, _)| !KNOWN.contains(&name.as_str()));
    unknown.fold(false, |edited, (_, value)| own(value, scope, turn, visit) | edited)
}

/// Shows the text of an answer.
pub(super) fn visit_response(body: &mut Value, visit: Visit<'_>) -> bool {
    let mut edited = field(body, "content", |value| content(value, Scope::Assistant, 0, visit));
    if let Some(explanation) = body.pointer_mut("/stop_details/explanation") {
        edited |= visit_string(explanation, Scope::Assistant, 0, visit);
    }
    edited
}

fn field(value: &mut Value, name: &str, visit: impl FnOnce(&mut Value) -> bool) -> bool {
    value.get_mut(name).is_some_and(visit)
}

fn items<'a>(value: &'a mut Value, name: &str) -> impl Iterator<Item = &'a mut Value> {
    value.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten()
}

fn visit_tool(tool: &mut Value, visit: Visit<'_>) -> bool {
    let scope = Scope::ToolDefinition;
    let mut edited = field(tool, "description", |text| visit_string(text, scope, 0, visit));
    edited |= field(tool, "input_schema", |value| schema(value, scope, visit));
    edited | field(tool, "input_examples", |value| visit_leaves(value, scope, 0, visit))
}

/// Shows the descriptions of a schema.
fn schema(value: &mut Value, scope: Scope, visit: Visit<'_>) -> bool {
    match value {
        Value::Array(items) => {
            items.iter_mut().fold(false, |edited, item| schema(item, scope, visit) | edited)
        }
        Value::Object(map) => map.iter_mut().fold(false, |edited, (name, value)| {
            let is_text = SCHEMA_TEXT.contains(&name.as_str());
            let now = match value {
                Value::String(_) if is_text => visit_string(value, scope, 0, visit),
                Value::String(_) | Value::Array(_) if SCHEMA_VALUES.contains(&name.as_str()) => {
                    visit_leaves(value, scope, 0, visit)
                }
                _ => schema(value, scope, visit),
            };
            now | edited
        }),
        _ => false,
    }
}

/// Shows a string or a list of blocks; a block by itself, which some server may take, too.
fn content(value: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    match value {
        Value::Array(blocks) => {
            blocks.iter_mut().fold(false, |edited, value| block(value, scope, turn, visit) | edited)
        }
        _ => block(value, scope, turn, visit),
    }
}

/// Shows the text of a block.
pub(super) fn block(value: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    match value.get("type").and_then(Value::as_str).unwrap_or_default() {
        "document" => document(value, scope, turn, visit),
        "image" | "redacted_thinking" => false,
        "text" => {
            let mut edited = field(value, "text", |text| own(text, scope, turn, visit));
            for citation in items(value, "citations") {
                edited |=
                    field(citation, "cited_text", |text| visit_string(text, scope, turn, visit));
            }
            edited
        }
        "thinking" => thinking(value, turn, visit),
        "tool_result" => {
            field(value, "content", |value| content(value, Scope::ToolResult, turn, visit))
        }
        "tool_use" => {
            field(value, "input", |input| visit_arguments(input, Scope::ToolCall, turn, visit))
        }
        kind if kind.ends_with("tool_use") => own(value, Scope::ToolCall, turn, visit),
        kind if kind.ends_with("tool_result") => own(value, Scope::ToolResult, turn, visit),
        _ => own(value, scope, turn, visit),
    }
}

fn document(value: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    let mut edited = false;
    for name in ["title", "context"] {
        edited |= field(value, name, |text| visit_string(text, scope, turn, visit));
    }
    let Some(source) = value.get_mut("source") else { return edited };
    if source.get("type").and_then(Value::as_str) == Some("text") {
        edited |= field(source, "data", |text| visit_string(text, scope, turn, visit));
    }
    edited | field(source, "content", |value| content(value, scope, turn, visit))
}

fn thinking(value: &mut Value, turn: usize, visit: Visit<'_>) -> bool {
    let signature = value.get("signature").and_then(Value::as_str);
    let is_signed = signature.is_some_and(|signature| !signature.is_empty());
    match value.get_mut("thinking") {
        Some(Value::String(text)) if is_signed => {
            let _ = visit(Text::new(Scope::Assistant, turn, text));
            false
        }
        Some(text) => visit_string(text, Scope::Assistant, turn, visit),
        None => false,
    }
}

/// Shows every string of a block that only Anthropic knows, except in [`NO_TEXT`].
pub(super) fn own(value: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    match value {
        Value::Array(items) => {
            items.iter_mut().fold(false, |edited, item| own(item, scope, turn, visit) | edited)
        }
        Value::Object(map) => map
            .iter_mut()
            .filter(|(name, _)| !NO_TEXT.contains(&name.as_str()))
            .fold(false, |edited, (_, value)| own(value, scope, turn, visit) | edited),
        _ => visit_string(value, scope, turn, visit),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;

    /// Replaces lower-case texts by upper-case ones and notes what it saw.
    fn shout(
        body: &mut Value,
        run: fn(&mut Value, Visit<'_>) -> bool,
    ) -> Vec<(Scope, usize, String)> {
        let mut seen = Vec::new();
        run(body, &mut |text| {
            seen.push((text.scope, text.turn, text.text.to_owned()));
            Some(text.text.to_uppercase())
        });
        seen
    }

    #[test]
    fn every_text_of_a_request_is_shown_with_its_scope() {
        let mut body = json!({
            "model": "m",
            "system": [{"type": "text", "text": "sys"}],
            "messages": [
                {"role": "user", "content": "hello"},
                {"role": "assistant", "content": [
                    {"type": "thinking", "thinking": "signed", "signature": "sig"},
                    {"type": "thinking", "thinking": "open", "signature": ""},
                    {"type": "text", "text": "said", "citations": [{"type": "char_location", "cited_text": "quote"}]},
                    {"type": "tool_use", "id": "id", "name": "name", "input": {"key": ["arg"]}},
                    {"type": "server_tool_use", "id": "id", "name": "web_search", "input": {"query": "asked"}},
                    {"type": "web_search_tool_result", "tool_use_id": "id", "content": [
                        {"type": "web_search_result", "title": "found", "encrypted_content": "enc"}]},
                ]},
                {"role": "user", "content": [
                    {"type": "tool_result", "tool_use_id": "id", "content": [{"type": "text", "text": "result"}]},
                    {"type": "tool_result", "tool_use_id": "id", "content": "plain"},
                    {"type": "document", "title": "titled", "context": "about",
                        "source": {"type": "text", "media_type": "text/plain", "data": "inside"}},
                    {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "pdf"}},
                    {"type": "image", "source": {"type": "url", "url": "u"}},
                    {"type": "search_result", "source": "origin", "title": "hit", "content": [{"type": "text", "text": "body"}]},
                ]},
                {"role": "system", "content": "late"},
            ],
            "tools": [{"name": "name", "description": "tool", "input_schema": {"type": "object",
                "properties": {"title": {"type": "string", "description": "param", "enum": ["fixed"]}}}}],
            "metadata": {"user_id": "who"},
        });
        let seen = shout(&mut body, visit_request);
        let expected = [
            (Scope::System, 0, "sys"),
            (Scope::User, 0, "hello"),
            (Scope::Assistant, 1, "signed"),
            (Scope::Assistant, 1, "open"),
            (Scope::Assistant, 1, "said"),
            (Scope::Assistant, 1, "quote"),
            (Scope::ToolCall, 1, "arg"),
            (Scope::ToolCall, 1, "key"),
            (Scope::ToolCall, 1, "asked"),
            (Scope::ToolResult, 1, "found"),
            (Scope::ToolResult, 2, "result"),
            (Scope::ToolResult, 2, "plain"),
            (Scope::User, 2, "titled"),
            (Scope::User, 2, "about"),
            (Scope::User, 2, "inside"),
            (Scope::User, 2, "origin"),
            (Scope::User, 2, "hit"),
            (Scope::User, 2, "body"),
            (Scope::System, 3, "late"),
            (Scope::ToolDefinition, 0, "tool"),
            (Scope::ToolDefinition, 0, "param"),
            (Scope::ToolDefinition, 0, "fixed"),
            (Scope::User, 0, "who"),
        ];
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(scope, turn, text)| (scope, turn, text.to_owned()))
            .collect();
        assert_eq!(seen, expected);
        let thoughts = &body["messages"][1]["content"];
        assert_eq!(
            (&thoughts[0]["thinking"], &thoughts[1]["thinking"]),
            (&json!("signed"), &json!("OPEN"))
        );
        assert_eq!(
            body["tools"][0]["input_schema"]["properties"]["title"]["enum"],
            json!(["FIXED"])
        );
        assert_eq!(body["messages"][1]["content"][5]["content"][0]["encrypted_content"], "enc");
    }

    #[test]
    fn content_in_a_shape_that_nobody_has_is_text_all_the_same() {
        let mut body = json!({"system": {"type": "text", "text": "sys"}, "messages": [
            {"role": "user", "content": {"type": "text", "text": "a"}},
            {"role": "user", "content": [[{"type": "text", "text": "b"}]]},
            {"role": "user", "content": [{"type": "text", "text": ["c"]}]},
            {"role": "user", "content": null},
        ]});
        let seen = shout(&mut body, visit_request);
        let texts: Vec<_> = seen.iter().map(|row| row.2.as_str()).collect();
        assert_eq!(texts, ["sys", "a", "b", "c"]);
    }

    #[test]
    fn every_text_of_an_answer_is_shown() {
        let mut body = json!({"id": "i", "role": "assistant", "content": [
            {"type": "text", "text": "a"}, {"type": "tool_use", "id": "i", "name": "n", "input": {"k": "b"}},
        ], "stop_details": {"type": "refusal", "explanation": "c"}});
        let seen: Vec<_> =
            shout(&mut body, visit_response).into_iter().map(|seen| seen.2).collect();
        assert_eq!(seen, ["a", "b", "k", "c"]);
        assert_eq!(body["content"][1]["input"]["K"], "B");
    }

    #[test]
    fn nothing_is_edited_where_nothing_is_replaced() {
        let mut body = json!({"messages": [{"role": "user", "content": "x"}]});
        assert!(!visit_request(&mut body, &mut |_| None));
        assert!(!visit_request(&mut json!(7), &mut |_| Some(String::new())));
    }
}
