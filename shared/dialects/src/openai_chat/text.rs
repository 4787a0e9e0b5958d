//! Where text stands in requests and answers.

use chat::json::Value;
use chat::text::{Visit, visit_arguments, visit_json_string, visit_leaves, visit_string};
use chat::{Scope, Text};

/// Fields of messages that are shown by name, or whose strings are no text.
const KNOWN: [&str; 22] = [
    "annotations",
    "audio",
    "cache_control",
    "content",
    "function_call",
    "id",
    "images",
    "name",
    "phase",
    "prompt_cache_breakpoint",
    "reasoning",
    "reasoning_content",
    "reasoning_details",
    "refusal",
    "role",
    "thinking",
    "thinking_blocks",
    "tool_call_id",
    "tool_calls",
    "tool_name",
    "tool_plan",
    "type",
];

/// Parameters that are shown by name, that [`crate::visit_settings`] shows, or whose strings are no text.
const KNOWN_PARAMETERS: [&str; 19] = [
    "audio",
    "function_call",
    "functions",
    "messages",
    "metadata",
    "modalities",
    "model",
    "prediction",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "service_tier",
    "stop",
    "tool_choice",
    "tools",
    "user",
    "verbosity",
];

/// Fields within unknown ones whose strings are no text: kinds, handles, media, proofs.
const NO_TEXT: [&str; 9] = [
    "cache_control",
    "data",
    "encrypted_content",
    "id",
    "role",
    "signature",
    "thought_signature",
    "type",
    "url",
];

/// Shows every text of a request: messages, descriptions of tools and of the response format, predicted
/// output, `user` and `metadata`. Not names of tools, keys of schemas, and media.
pub(crate) fn visit_request(body: &mut Value, visit: Visit<'_>) -> bool {
    let mut edited = false;
    for (turn, message) in items(body, "messages").enumerate() {
        edited |= visit_message(message, turn, visit);
    }
    for name in ["tools", "functions"] {
        for tool in items(body, name) {
            edited |= visit_descriptions(tool, visit);
        }
    }
    if let Some(format) = body.get_mut("response_format") {
        edited |= visit_descriptions(format, visit);
    }
    if let Some(content) = body.get_mut("prediction").and_then(|value| value.get_mut("content")) {
        edited |= visit_content(content, Scope::Assistant, 0, visit);
    }
    for name in ["user", "metadata"] {
        if let Some(value) = body.get_mut(name) {
            edited |= visit_leaves(value, Scope::User, 0, visit);
        }
    }
    edited
}

/// Shows the texts of parameters that OpenAI does not have: servers that speak its API read more than it does, and put
/// some of it into the prompt (vLLM's `documents` and `chat_template_kwargs`).
pub(super) fn visit_unknown_parameters(body: &mut Value, visit: Visit<'_>) -> bool {
    // Most requests have these and no others that hold text.
    let is_known = |name: &str| {
        matches!(name, "messages" | "model" | "tools") || KNOWN_PARAMETERS.contains(&name)
    };
    visit_others(body, is_known, Scope::User, 0, visit)
}

/// Shows every text of a buffered answer.
pub(super) fn visit_response(body: &mut Value, visit: Visit<'_>) -> bool {
    let mut edited = false;
    for (turn, choice) in items(body, "choices").enumerate() {
        if let Some(message) = choice.get_mut("message") {
            edited |= visit_said(message, turn, visit);
        }
    }
    edited
}

fn items<'a>(of: &'a mut Value, name: &str) -> impl Iterator<Item = &'a mut Value> {
    of.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten()
}

fn visit_message(message: &mut Value, turn: usize, visit: Visit<'_>) -> bool {
    let (scope, named) = match message.get("role").and_then(Value::as_str) {
        Some("system" | "developer") => (Scope::System, true),
        Some("assistant") => {
            let edited = visit_said(message, turn, visit);
            return edited | visit_unknown_fields(message, Scope::Assistant, turn, visit);
        }
        // The name of these is a function's.
        Some("tool" | "function") => (Scope::ToolResult, false),
        _ => (Scope::User, true),
    };
    let mut edited = named && visit_field(message, "name", scope, turn, visit);
    if let Some(content) = message.get_mut("content") {
        edited |= visit_content(content, scope, turn, visit);
    }
    edited | visit_unknown_fields(message, scope, turn, visit)
}

/// Fields of a message that nobody knows, such as a second content under another name: a provider may read them.
fn visit_unknown_fields(message: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    // Most messages have these two and no others.
    let is_known = |name: &str| matches!(name, "content" | "role") || KNOWN.contains(&name);
    visit_others(message, is_known, scope, turn, visit)
}

/// Fields that are not known.
fn visit_others(
    of: &mut Value,
    is_known: impl Fn(&str) -> bool,
    scope: Scope,
    turn: usize,
    visit: Visit<'_>,
) -> bool {
    let Value::Object(map) = of else { return false };
    let may_hold_text =
        |value: &Value| matches!(value, Value::String(_) | Value::Array(_) | Value::Object(_));
    let unknown = map.iter_mut().filter(|(name, value)| may_hold_text(value) && !is_known(name));
    unknown.fold(false, |edited, (name, value)| {
        let is_text = !NO_TEXT.contains(&name.as_str());
        (is_text && visit_unknown(value, scope, turn, visit)) | edited
    })
}

fn visit_unknown(value: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    match value {
        Value::Object(map) => map
            .iter_mut()
            .filter(|(name, _)| !NO_TEXT.contains(&name.as_str()))
            .fold(false, |edited, (_, value)| visit_unknown(value, scope, turn, visit) | edited),
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |edited, item| visit_unknown(item, scope, turn, visit) | edited),
        _ => visit_string(value, scope, turn, visit),
    }
}

/// What the model said: an assistant message of a request or the message of an answer.
pub(crate) fn visit_said(message: &mut Value, turn: usize, visit: Visit<'_>) -> bool {
    let scope = Scope::Assistant;
    let mut edited = false;
    for name in ["name", "reasoning_content", "reasoning", "refusal", "thinking", "tool_plan"] {
        edited |= visit_field(message, name, scope, turn, visit);
    }
    for name in ["thinking_blocks", "reasoning_details"] {
        for item in items(message, name) {
            // A thought that its provider signed is shown, but would be refused if it were replaced.
            let is_signed =
                matches!(item.get("signature"), Some(Value::String(s)) if !s.is_empty());
            let mut fixed = |text: Text<'_>| visit(text).filter(|_| !is_signed);
            for field in ["thinking", "text", "summary"] {
                edited |= visit_field(item, field, scope, turn, &mut fixed);
            }
        }
    }
    if let Some(content) = message.get_mut("content") {
        edited |= visit_content(content, scope, turn, visit);
    }
    if let Some(audio) = message.get_mut("audio") {
        edited |= visit_field(audio, "transcript", scope, turn, visit);
    }
    for annotation in items(message, "annotations") {
        if let Some(citation) = annotation.get_mut("url_citation") {
            edited |= visit_field(citation, "title", scope, turn, visit);
        }
    }
    edited | visit_calls(message, turn, visit)
}

fn visit_calls(message: &mut Value, turn: usize, visit: Visit<'_>) -> bool {
    let mut edited = false;
    for call in items(message, "tool_calls") {
        if let Some(arguments) = call.pointer_mut("/function/arguments") {
            // A tree in other dialects that have these fields.
            edited |= match arguments.is_object() {
                true => visit_arguments(arguments, Scope::ToolCall, turn, visit),
                false => visit_json_string(arguments, Scope::ToolCall, turn, visit),
            };
        }
        if let Some(input) = call.pointer_mut("/custom/input") {
            edited |= visit_string(input, Scope::ToolCall, turn, visit);
        }
    }
    if let Some(arguments) = message.pointer_mut("/function_call/arguments") {
        edited |= visit_json_string(arguments, Scope::ToolCall, turn, visit);
    }
    edited
}

/// A string or an array of parts; a part by itself, which some server may take, too.
fn visit_content(content: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    match content {
        Value::Array(parts) => parts
            .iter_mut()
            .fold(false, |edited, part| visit_part(part, scope, turn, visit) | edited),
        _ => visit_part(content, scope, turn, visit),
    }
}

/// A part. Of a part nobody knows every string but its type is text.
fn visit_part(part: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    match part.get("type").and_then(Value::as_str) {
        Some("image_url" | "input_audio") => false,
        Some("text") => {
            part.get_mut("text").is_some_and(|text| visit_unknown(text, scope, turn, visit))
        }
        Some("refusal") => visit_field(part, "refusal", scope, turn, visit),
        Some("file") => {
            let name = part.pointer_mut("/file/filename");
            name.is_some_and(|name| visit_string(name, scope, turn, visit))
        }
        _ => match part {
            Value::Object(map) => {
                let fields = map.iter_mut().filter(|(name, _)| *name != "type");
                fields.fold(false, |edited, (_, value)| {
                    visit_leaves(value, scope, turn, visit) | edited
                })
            }
            Value::Array(_) => visit_content(part, scope, turn, visit),
            _ => visit_string(part, scope, turn, visit),
        },
    }
}

/// Every text for people in a tool or schema: descriptions, titles, comments, examples, defaults, the values
/// there are to choose from, and grammars.
fn visit_descriptions(value: &mut Value, visit: Visit<'_>) -> bool {
    let scope = Scope::ToolDefinition;
    match value {
        Value::Object(map) => map.iter_mut().fold(false, |edited, (name, value)| {
            let now = match name.as_str() {
                "definition" | "description" | "title" | "$comment" if value.is_string() => {
                    visit_string(value, scope, 0, visit)
                }
                "const" | "default" | "enum" | "examples" if !value.is_object() => {
                    visit_leaves(value, scope, 0, visit)
                }
                _ => visit_descriptions(value, visit),
            };
            now | edited
        }),
        Value::Array(items) => {
            items.iter_mut().fold(false, |edited, item| visit_descriptions(item, visit) | edited)
        }
        _ => false,
    }
}

fn visit_field(of: &mut Value, name: &str, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    of.get_mut(name).is_some_and(|value| visit_string(value, scope, turn, visit))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;

    /// What `visit` is shown, in the order of scope and turn, and the body with all of it in capitals.
    fn shown(
        visit: fn(&mut Value, Visit<'_>) -> bool,
        mut body: Value,
    ) -> (Vec<(Scope, usize, String)>, Value) {
        let mut shown = Vec::new();
        let edited = visit(&mut body, &mut |text| {
            shown.push((text.scope, text.turn, text.text.to_owned()));
            Some(text.text.to_uppercase())
        });
        assert_eq!(edited, !shown.is_empty());
        (shown, body)
    }

    #[test]
    fn every_text_of_a_request_is_shown_with_its_scope() {
        let body = json!({
            "model": "m",
            "user": "u",
            "metadata": {"k": "v"},
            "messages": [
                {"role": "system", "content": "a"},
                {"role": "developer", "content": [{"type": "text", "text": "b"}]},
                {"role": "user", "name": "n", "content": [
                    {"type": "text", "text": "c"},
                    {"type": "image_url", "image_url": {"url": "https://x"}},
                    {"type": "file", "file": {"filename": "d", "file_data": "data:"}},
                    {"type": "hologram", "words": ["e"]}]},
                {"role": "assistant", "content": "f", "refusal": "g", "reasoning_content": "h",
                 "thinking_blocks": [{"type": "thinking", "thinking": "i", "signature": "s"}],
                 "tool_calls": [
                    {"id": "1", "type": "function",
                     "function": {"name": "t", "arguments": "{\"k\":\"j\"}"}},
                    {"id": "2", "type": "custom", "custom": {"name": "t", "input": "k"}}]},
                {"role": "tool", "tool_call_id": "1", "content": "l"},
                {"role": "function", "name": "t", "content": "m"}
            ]
        });
        let (shown, edited) = shown(visit_request, body);
        let expected = [
            (Scope::System, 0, "a"),
            (Scope::System, 1, "b"),
            (Scope::User, 2, "n"),
            (Scope::User, 2, "c"),
            (Scope::User, 2, "d"),
            (Scope::User, 2, "e"),
            (Scope::Assistant, 3, "h"),
            (Scope::Assistant, 3, "g"),
            (Scope::Assistant, 3, "i"),
            (Scope::Assistant, 3, "f"),
            (Scope::ToolCall, 3, "j"),
            (Scope::ToolCall, 3, "k"),
            (Scope::ToolCall, 3, "k"),
            (Scope::ToolResult, 4, "l"),
            (Scope::ToolResult, 5, "m"),
            (Scope::User, 0, "u"),
            (Scope::User, 0, "v"),
        ];
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(scope, turn, text)| (scope, turn, text.to_owned()))
            .collect();
        assert_eq!(shown, expected);
        let arguments = &edited["messages"][3]["tool_calls"][0]["function"]["arguments"];
        assert_eq!(arguments, "{\"K\":\"J\"}");
        assert_eq!(edited["messages"][3]["thinking_blocks"][0]["signature"], "s");
        assert_eq!(edited["messages"][5]["name"], "t");
    }

    #[test]
    fn content_in_a_shape_that_nobody_has_is_text_all_the_same() {
        let body = json!({"messages": [
            {"role": "user", "content": {"type": "text", "text": "a"}},
            {"role": "user", "content": [[{"type": "text", "text": "b"}], "c"]},
            {"role": "user", "content": [{"type": "text", "text": {"value": "d"}}]},
            {"role": "user", "content": null},
        ]});
        let (shown, _) = shown(visit_request, body);
        let texts: Vec<_> = shown.iter().map(|row| (row.1, row.2.as_str())).collect();
        assert_eq!(texts, [(0, "a"), (1, "b"), (1, "c"), (2, "d")]);
    }

    #[test]
    fn what_other_servers_read_beside_the_messages_is_text() {
        let body = json!({
            "model": "m", "messages": [], "service_tier": "flex", "reasoning_effort": "low", "seed": 1,
            "stop": ["s"], "tool_choice": {"type": "function", "function": {"name": "t"}},
            "documents": [{"title": "a", "text": "b", "id": "i"}],
            "chat_template_kwargs": {"persona": "c", "deep": [{"words": "d"}]},
            "content": "e"
        });
        let (shown, _) = shown(
            |body, visit| visit_request(body, visit) | visit_unknown_parameters(body, visit),
            body,
        );
        let texts: Vec<_> = shown.iter().map(|row| (row.0, row.2.as_str())).collect();
        assert_eq!(texts, ["a", "b", "c", "d", "e"].map(|text| (Scope::User, text)));
    }

    #[test]
    fn descriptions_are_text_and_names_are_not() {
        let body = json!({
            "tools": [{"type": "function", "function": {"name": "t", "description": "a", "parameters": {
                "type": "object",
                "properties": {"description": {"type": "string", "description": "b",
                    "enum": ["x"], "default": "c", "title": "d"}},
                "required": ["description"]}}}],
            "response_format": {"type": "json_schema", "json_schema":
                {"name": "r", "description": "e", "schema": {"type": "object"}}}
        });
        let (shown, edited) = shown(visit_request, body);
        let texts: Vec<_> = shown.iter().map(|row| row.2.as_str()).collect();
        assert_eq!(texts, ["a", "b", "x", "c", "d", "e"]);
        assert!(shown.iter().all(|row| row.0 == Scope::ToolDefinition));
        let property = &edited["tools"][0]["function"]["parameters"]["properties"]["description"];
        assert_eq!((&property["type"], &property["enum"][0]), (&json!("string"), &json!("X")));
    }

    #[test]
    fn every_text_of_an_answer_is_shown() {
        let body = json!({"id": "i", "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "a",
                "refusal": null, "reasoning": "b", "audio": {"id": "x", "transcript": "c"}}},
            {"index": 1, "message": {"role": "assistant", "content": null, "tool_calls": [
                {"id": "1", "type": "function", "function": {"name": "t", "arguments": "{"}}]}}
        ]});
        let (shown, _) = shown(visit_response, body);
        let expected = [
            (Scope::Assistant, 0, "b"),
            (Scope::Assistant, 0, "a"),
            (Scope::Assistant, 0, "c"),
            (Scope::ToolCall, 1, "{"),
        ];
        assert_eq!(shown, expected.map(|(scope, turn, text)| (scope, turn, text.to_owned())));
    }
}
