//! Where text stands in requests and answers.

use chat::Scope;
use chat::json::Value;
use chat::text::{Visit, visit_arguments, visit_leaves, visit_string};

/// Fields whose strings are no text.
const NO_TEXT: [&str; 8] = [
    "cachePoint",
    "format",
    "redactedContent",
    "s3Location",
    "signature",
    "status",
    "toolUseId",
    "type",
];

/// Shows every text of a request: instructions, messages, descriptions of tools, prompt variables and
/// metadata. Not names, keys of schemas, and media.
pub(super) fn visit_request(body: &mut Value, visit: Visit<'_>) -> bool {
    let mut edited = false;
    if let Some(system) = body.get_mut("system") {
        edited |= blocks(system, Scope::System, 0, visit);
    }
    let messages = body.get_mut("messages").and_then(Value::as_array_mut);
    for (turn, message) in messages.into_iter().flatten().enumerate() {
        let scope = match message.get("role").and_then(Value::as_str) {
            Some("assistant") => Scope::Assistant,
            Some("system") => Scope::System,
            _ => Scope::User,
        };
        if let Some(content) = message.get_mut("content") {
            edited |= blocks(content, scope, turn, visit);
        }
    }
    for name in ["toolConfig", "outputConfig"] {
        if let Some(value) = body.get_mut(name) {
            edited |= descriptions(value, visit);
        }
    }
    for name in ["promptVariables", "requestMetadata", "additionalModelRequestFields"] {
        if let Some(value) = body.get_mut(name) {
            edited |= visit_leaves(value, Scope::User, 0, visit);
        }
    }
    edited
}

/// Shows every text of a buffered answer.
pub(super) fn visit_response(body: &mut Value, visit: Visit<'_>) -> bool {
    let content = body.pointer_mut("/output/message/content");
    content.is_some_and(|content| blocks(content, Scope::Assistant, 0, visit))
}

fn blocks(list: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    let list = list.as_array_mut().into_iter().flatten();
    list.fold(false, |edited, value| block(value, scope, turn, visit) | edited)
}

/// Shows every text of a block, or of what is added to one.
pub(super) fn block(value: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    let Value::Object(map) = value else { return visit_string(value, scope, turn, visit) };
    map.iter_mut().fold(false, |edited, (name, value)| {
        let now = match name.as_str() {
            "image" | "audio" | "video" | "cachePoint" => false,
            "toolUse" => {
                let input = value.get_mut("input");
                input.is_some_and(|input| visit_arguments(input, Scope::ToolCall, turn, visit))
            }
            "toolResult" => {
                let content = value.get_mut("content");
                content.is_some_and(|content| blocks(content, Scope::ToolResult, turn, visit))
            }
            "json" if scope == Scope::ToolResult => visit_arguments(value, scope, turn, visit),
            "document" => document(value, scope, turn, visit),
            "reasoningContent" => thoughts(value, turn, visit),
            _ => others(value, scope, turn, visit),
        };
        now | edited
    })
}

/// Name, context and text; the bytes are no text here.
fn document(value: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    let mut edited = false;
    for pointer in ["/name", "/context", "/source/text"] {
        edited |= value.pointer_mut(pointer).is_some_and(|it| visit_string(it, scope, turn, visit));
    }
    let content = value.pointer_mut("/source/content");
    edited | content.is_some_and(|content| blocks(content, scope, turn, visit))
}

/// Thoughts with a signature are shown but never replaced: their provider would refuse them.
fn thoughts(value: &mut Value, turn: usize, visit: Visit<'_>) -> bool {
    let Some(told) = value.get_mut("reasoningText") else { return false };
    let signed = told.get("signature").is_some_and(|signature| *signature != "");
    let Some(text) = told.get_mut("text") else { return false };
    match signed {
        true => {
            visit_string(&mut text.clone(), Scope::Assistant, turn, visit);
            false
        }
        false => visit_string(text, Scope::Assistant, turn, visit),
    }
}

/// Every string of what has no meaning here.
fn others(value: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    match value {
        Value::Object(map) => map
            .iter_mut()
            .filter(|(name, _)| !NO_TEXT.contains(&name.as_str()))
            .fold(false, |edited, (_, value)| others(value, scope, turn, visit) | edited),
        Value::Array(items) => {
            items.iter_mut().fold(false, |edited, item| others(item, scope, turn, visit) | edited)
        }
        _ => visit_string(value, scope, turn, visit),
    }
}

/// Every text for people in tools and schemas.
fn descriptions(value: &mut Value, visit: Visit<'_>) -> bool {
    let scope = Scope::ToolDefinition;
    match value {
        Value::Object(map) => map.iter_mut().fold(false, |edited, (name, value)| {
            let now = match name.as_str() {
                "description" | "title" | "$comment" if value.is_string() => {
                    visit_string(value, scope, 0, visit)
                }
                "const" | "default" | "enum" | "examples" if !value.is_object() => {
                    visit_leaves(value, scope, 0, visit)
                }
                "schema" if value.is_string() => written(value, visit),
                _ => descriptions(value, visit),
            };
            now | edited
        }),
        Value::Array(items) => {
            items.iter_mut().fold(false, |edited, item| descriptions(item, visit) | edited)
        }
        _ => false,
    }
}

/// The same of a schema that is written out in a string.
fn written(value: &mut Value, visit: Visit<'_>) -> bool {
    let Value::String(text) = value else { return false };
    let Ok(mut tree) = chat::json::parse_str(text) else {
        return visit_string(value, Scope::ToolDefinition, 0, visit);
    };
    let edited = descriptions(&mut tree, visit);
    if edited {
        *text = tree.to_string();
    }
    edited
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;

    #[test]
    fn every_text_is_shown_with_its_scope() {
        let mut body = json!({
            "system": [{"text": "a"}, {"cachePoint": {"type": "default"}}],
            "messages": [
                {"role": "user", "content": [{"text": "b"}, {"guardContent": {"text": {"text": "c"}}},
                    {"document": {"name": "d", "format": "txt", "source": {"bytes": "x"}}},
                    {"image": {"format": "png", "source": {"bytes": "x"}}}]},
                {"role": "assistant", "content": [
                    {"reasoningContent": {"reasoningText": {"text": "e", "signature": "s"}}},
                    {"toolUse": {"toolUseId": "1", "name": "t", "input": {"k": "f"}}}]},
                {"role": "user", "content": [{"toolResult": {"toolUseId": "1", "status": "error",
                    "content": [{"text": "g"}, {"json": {"x": "h"}}]}}]}
            ],
            "toolConfig": {"tools": [{"toolSpec": {"name": "t", "description": "i"}}]},
            "outputConfig": {"textFormat": {"structure": {"jsonSchema":
                {"name": "t", "schema": "{\"title\":\"l\"}"}}}},
            "requestMetadata": {"m": "j"}
        });
        let mut seen = Vec::new();
        assert!(visit_request(&mut body, &mut |text| {
            seen.push((text.scope, text.turn, text.text.to_owned()));
            Some(text.text.to_uppercase())
        }));
        let expected = [
            (Scope::System, 0, "a"),
            (Scope::User, 0, "b"),
            (Scope::User, 0, "c"),
            (Scope::User, 0, "d"),
            (Scope::Assistant, 1, "e"),
            (Scope::ToolCall, 1, "f"),
            (Scope::ToolCall, 1, "k"),
            (Scope::ToolResult, 2, "g"),
            (Scope::ToolResult, 2, "h"),
            (Scope::ToolResult, 2, "x"),
            (Scope::ToolDefinition, 0, "i"),
            (Scope::ToolDefinition, 0, "l"),
            (Scope::User, 0, "j"),
        ];
        assert_eq!(seen, expected.map(|(scope, turn, text)| (scope, turn, text.to_owned())));
        let thought = "/messages/1/content/0/reasoningContent/reasoningText/text";
        assert_eq!(body.pointer(thought), Some(&json!("e")), "it is signed");
    }
}
