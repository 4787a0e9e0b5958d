//! Where text stands in requests and answers.

use chat::Scope;
use chat::json::Value;
use chat::text::{Visit, visit_json_string, visit_leaves, visit_string};

use super::proof;

/// Fields of items and parts nobody knows that are no text: kinds, handles, states and media.
const NO_TEXT: [&str; 10] = [
    "type",
    "id",
    "call_id",
    "status",
    "role",
    "encrypted_content",
    "file_id",
    "image_url",
    "result",
    "container_id",
];

/// Shows every text of a request: instructions, items, descriptions of tools and of the answer's format,
/// variables of a stored prompt, `user` and `metadata`. Not names of tools, keys of schemas, handles and
/// media.
pub(super) fn visit_request(body: &mut Value, visit: Visit<'_>) -> bool {
    let mut edited = visit_field(body, "instructions", Scope::System, 0, visit);
    match body.get_mut("input") {
        Some(Value::Array(items)) => {
            for (turn, item) in items.iter_mut().enumerate() {
                edited |= visit_item(item, turn, visit);
            }
        }
        Some(input) => edited |= visit_string(input, Scope::User, 0, visit),
        None => {}
    }
    for name in ["tools", "text"] {
        if let Some(value) = body.get_mut(name) {
            edited |= visit_descriptions(value, visit);
        }
    }
    for pointer in ["/prompt/variables", "/user", "/metadata"] {
        if let Some(value) = body.pointer_mut(pointer) {
            edited |= visit_unknown(value, Scope::User, 0, visit);
        }
    }
    edited
}

/// Shows every text of a buffered answer.
pub(super) fn visit_response(body: &mut Value, visit: Visit<'_>) -> bool {
    let mut edited = false;
    for (turn, item) in items(body, "output").enumerate() {
        edited |= visit_item(item, turn, visit);
    }
    edited
}

fn items<'a>(of: &'a mut Value, name: &str) -> impl Iterator<Item = &'a mut Value> {
    of.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten()
}

/// Shows every text of an item. Of what is no item nor known, every string is text.
pub(super) fn visit_item(item: &mut Value, turn: usize, visit: Visit<'_>) -> bool {
    let kind = item.get("type").and_then(Value::as_str);
    match kind {
        None | Some("message") if item.get("content").is_some() => {
            let scope = match item.get("role").and_then(Value::as_str) {
                Some("system" | "developer") => Scope::System,
                Some("assistant") => Scope::Assistant,
                _ => Scope::User,
            };
            item.get_mut("content").is_some_and(|it| visit_content(it, scope, turn, visit))
        }
        Some("function_call" | "mcp_call" | "mcp_approval_request") => {
            let arguments = item.get_mut("arguments");
            let edited =
                arguments.is_some_and(|it| visit_json_string(it, Scope::ToolCall, turn, visit));
            edited | visit_field(item, "output", Scope::ToolResult, turn, visit)
        }
        Some("custom_tool_call") => visit_field(item, "input", Scope::ToolCall, turn, visit),
        Some("function_call_output" | "custom_tool_call_output") => item
            .get_mut("output")
            .is_some_and(|it| visit_content(it, Scope::ToolResult, turn, visit)),
        Some("reasoning") => visit_reasoning(item, turn, visit),
        Some("additional_tools") => {
            item.get_mut("tools").is_some_and(|tools| visit_descriptions(tools, visit))
        }
        Some(kind) => {
            let scope = match kind.ends_with("_output") {
                true => Scope::ToolResult,
                false => Scope::ToolCall,
            };
            visit_unknown(item, scope, turn, visit)
        }
        None => visit_unknown(item, Scope::User, turn, visit),
    }
}

fn visit_reasoning(item: &mut Value, turn: usize, visit: Visit<'_>) -> bool {
    let edited = ["summary", "content"].into_iter().fold(false, |edited, name| {
        items(item, name).fold(edited, |edited, part| {
            visit_field(part, "text", Scope::Assistant, turn, visit) | edited
        })
    });
    if edited {
        remove_broken_proof(item);
    }
    edited
}

/// Removes another dialect's proof of thoughts that are no longer as they were signed: its provider would
/// refuse them. OpenAI's own does not depend on what is shown.
pub(super) fn remove_broken_proof(item: &mut Value) {
    let encrypted = item.get("encrypted_content").and_then(Value::as_str);
    if encrypted.is_some_and(proof::is_foreign)
        && let Value::Object(item) = item
    {
        item.shift_remove("encrypted_content");
    }
}

/// A string or an array of parts.
fn visit_content(content: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    match content {
        Value::Array(parts) => parts
            .iter_mut()
            .fold(false, |edited, part| visit_part(part, scope, turn, visit) | edited),
        _ => visit_string(content, scope, turn, visit),
    }
}

fn visit_part(part: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    match part.get("type").and_then(Value::as_str) {
        Some("input_image" | "input_audio") => false,
        Some("input_text" | "output_text") => {
            let edited = visit_field(part, "text", scope, turn, visit);
            edited | visit_annotations(part, scope, turn, visit)
        }
        Some("refusal") => visit_field(part, "refusal", scope, turn, visit),
        Some("input_file") => visit_field(part, "filename", scope, turn, visit),
        _ => visit_unknown(part, scope, turn, visit),
    }
}

/// What the annotations of a part say.
pub(super) fn visit_annotations(
    part: &mut Value,
    scope: Scope,
    turn: usize,
    visit: Visit<'_>,
) -> bool {
    items(part, "annotations")
        .fold(false, |edited, annotation| visit_annotation(annotation, scope, turn, visit) | edited)
}

/// What an annotation says: the title of a page or the name of a file.
pub(super) fn visit_annotation(
    annotation: &mut Value,
    scope: Scope,
    turn: usize,
    visit: Visit<'_>,
) -> bool {
    ["title", "filename"]
        .into_iter()
        .fold(false, |edited, name| visit_field(annotation, name, scope, turn, visit) | edited)
}

/// Of what nobody knows, every string but kinds, handles and media is text, at any depth.
fn visit_unknown(value: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    match value {
        Value::Object(map) => {
            let fields = map.iter_mut().filter(|(name, _)| !NO_TEXT.contains(&name.as_str()));
            fields
                .fold(false, |edited, (_, value)| visit_unknown(value, scope, turn, visit) | edited)
        }
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |edited, item| visit_unknown(item, scope, turn, visit) | edited),
        _ => visit_string(value, scope, turn, visit),
    }
}

/// Every text for people in a tool or schema: descriptions, titles, comments, examples, defaults, the values
/// there are to choose from, and grammars.
fn visit_descriptions(value: &mut Value, visit: Visit<'_>) -> bool {
    let scope = Scope::ToolDefinition;
    match value {
        Value::Object(map) => map.iter_mut().fold(false, |edited, (name, value)| {
            let now = match name.as_str() {
                "definition" | "description" | "server_description" | "title" | "$comment"
                    if value.is_string() =>
                {
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

    /// What `visit` is shown, and the body with all of it in capitals.
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
            "prompt": {"id": "p", "variables": {"x": {"type": "input_text", "text": "w"}}},
            "instructions": "a",
            "input": [
                {"role": "developer", "content": "b"},
                {"type": "message", "role": "user", "content": [
                    {"type": "input_text", "text": "c"},
                    {"type": "input_image", "image_url": "https://x"},
                    {"type": "input_file", "filename": "d", "file_data": "data:"},
                    {"type": "hologram", "words": ["e"]}]},
                {"type": "reasoning", "id": "rs", "encrypted_content": "s",
                 "summary": [{"type": "summary_text", "text": "f"}],
                 "content": [{"type": "reasoning_text", "text": "g"}]},
                {"role": "assistant", "content": [{"type": "output_text", "text": "h"},
                    {"type": "refusal", "refusal": "i"}]},
                {"type": "function_call", "call_id": "1", "name": "t", "arguments": "{\"k\":\"j\"}"},
                {"type": "custom_tool_call", "call_id": "2", "name": "t", "input": "k"},
                {"type": "function_call_output", "call_id": "1", "output": "l"},
                {"type": "custom_tool_call_output", "call_id": "2",
                 "output": [{"type": "input_text", "text": "n"}]},
                {"type": "web_search_call", "id": "ws", "status": "completed",
                 "action": {"type": "search", "query": "o"}},
                {"type": "shell_call_output", "call_id": "3", "output": [{"stdout": "p"}]},
                {"type": "additional_tools", "tools": [{"name": "t", "description": "q"}]}
            ]
        });
        let (shown, edited) = shown(visit_request, body);
        let expected = [
            (Scope::System, 0, "a"),
            (Scope::System, 0, "b"),
            (Scope::User, 1, "c"),
            (Scope::User, 1, "d"),
            (Scope::User, 1, "e"),
            (Scope::Assistant, 2, "f"),
            (Scope::Assistant, 2, "g"),
            (Scope::Assistant, 3, "h"),
            (Scope::Assistant, 3, "i"),
            (Scope::ToolCall, 4, "j"),
            (Scope::ToolCall, 4, "k"),
            (Scope::ToolCall, 5, "k"),
            (Scope::ToolResult, 6, "l"),
            (Scope::ToolResult, 7, "n"),
            (Scope::ToolCall, 8, "o"),
            (Scope::ToolResult, 9, "p"),
            (Scope::ToolDefinition, 0, "q"),
            (Scope::User, 0, "w"),
            (Scope::User, 0, "u"),
            (Scope::User, 0, "v"),
        ];
        assert_eq!(shown, expected.map(|(scope, turn, text)| (scope, turn, text.to_owned())));
        assert_eq!(edited["input"][4]["arguments"], "{\"K\":\"J\"}");
        assert_eq!(edited["input"][4]["name"], "t");
        assert_eq!(edited["input"][2]["encrypted_content"], "s");
        assert_eq!(edited["input"][8]["id"], "ws");
    }

    #[test]
    fn a_proof_does_not_outlive_the_thoughts_that_it_proves() {
        let thought = |encrypted: &str| {
            json!({"type": "reasoning", "id": "rs", "encrypted_content": encrypted,
                "summary": [{"type": "summary_text", "text": "f"}]})
        };
        let body = json!({"output": [thought("gAAA"), thought("tollgate:signature:s")]});
        let (_, edited) = shown(visit_response, body.clone());
        assert_eq!(edited["output"][0]["encrypted_content"], "gAAA");
        assert!(edited["output"][1].get("encrypted_content").is_none());
        let mut untouched = body.clone();
        assert!(!visit_response(&mut untouched, &mut |_| None));
        assert_eq!(untouched, body);
    }

    #[test]
    fn descriptions_are_text_and_names_are_not() {
        let body = json!({
            "input": "a",
            "tools": [
                {"type": "function", "name": "t", "description": "b", "parameters": {
                    "type": "object",
                    "properties": {"description": {"type": "string", "description": "c",
                        "enum": ["x"], "default": "d", "title": "e"}}}},
                {"type": "mcp", "server_label": "s", "server_description": "f"}],
            "text": {"format": {"type": "json_schema", "name": "r", "description": "g",
                "schema": {"type": "object"}}}
        });
        let (shown, edited) = shown(visit_request, body);
        let texts: Vec<_> = shown.iter().map(|row| row.2.as_str()).collect();
        assert_eq!(texts, ["a", "b", "c", "x", "d", "e", "f", "g"]);
        let property = &edited["tools"][0]["parameters"]["properties"]["description"];
        assert_eq!((&property["type"], &property["enum"][0]), (&json!("string"), &json!("X")));
    }

    #[test]
    fn every_text_of_an_answer_is_shown() {
        let body = json!({"id": "i", "instructions": "x", "output": [
            {"type": "message", "role": "assistant", "id": "m", "content": [
                {"type": "output_text", "text": "a", "annotations": [
                    {"type": "url_citation", "url": "https://a.example", "title": "b"}]}]},
            {"type": "function_call", "id": "f", "call_id": "1", "name": "t", "arguments": "{"},
            {"type": "mcp_call", "id": "c", "name": "t", "arguments": "{}", "output": "d"}
        ]});
        let (shown, _) = shown(visit_response, body);
        let expected = [
            (Scope::Assistant, 0, "a"),
            (Scope::Assistant, 0, "b"),
            (Scope::ToolCall, 1, "{"),
            (Scope::ToolResult, 2, "d"),
        ];
        assert_eq!(shown, expected.map(|(scope, turn, text)| (scope, turn, text.to_owned())));
    }
}
