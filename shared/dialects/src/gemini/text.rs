//! Where text stands in requests and answers. Fields count in both of their spellings.

use chat::Scope;
use chat::json::Value;
use chat::text::{Visit, visit_arguments, visit_leaves, visit_string};

use super::names::spelled;

/// Shows every text of a request: instructions, turns, descriptions in tools and schemas, labels. Not names,
/// keys of schemas, and media.
pub(super) fn visit_request(body: &mut Value, visit: Visit<'_>) -> bool {
    fields(body, &mut |name, value| match name {
        "systemInstruction" => visit_parts(value, Scope::System, 0, visit),
        "contents" => visit_contents(value, visit),
        "tools" | "generationConfig" => visit_descriptions(value, visit),
        "labels" => visit_leaves(value, Scope::User, 0, visit),
        _ => false,
    })
}

/// Shows every text of an answer or of an event of a stream.
pub(super) fn visit_response(body: &mut Value, visit: Visit<'_>) -> bool {
    let mut edited = false;
    let candidates = body.get_mut("candidates").and_then(Value::as_array_mut);
    for (turn, candidate) in candidates.into_iter().flatten().enumerate() {
        let content = candidate.get_mut("content");
        edited |= content.is_some_and(|it| visit_parts(it, Scope::Assistant, turn, visit));
        edited |= visit_rest(candidate, turn, visit);
    }
    edited
}

/// Shows every text of a candidate but its content.
pub(super) fn visit_rest(candidate: &mut Value, turn: usize, visit: Visit<'_>) -> bool {
    fields(candidate, &mut |name, value| match name {
        "finishMessage" => visit_string(value, Scope::Assistant, turn, visit),
        "groundingMetadata" => visit_grounding(value, turn, visit),
        _ => false,
    })
}

/// Calls `each` with the JSON spelling of every field's name.
fn fields(value: &mut Value, each: &mut dyn FnMut(&str, &mut Value) -> bool) -> bool {
    let Value::Object(map) = value else { return false };
    map.iter_mut().fold(false, |edited, (name, value)| each(&spelled(name), value) | edited)
}

/// The items of a list; something else is a list of itself, as Google reads it.
fn items(value: &mut Value) -> &mut [Value] {
    match value {
        Value::Array(items) => items,
        one => std::slice::from_mut(one),
    }
}

fn visit_contents(contents: &mut Value, visit: Visit<'_>) -> bool {
    let mut edited = false;
    for (turn, content) in items(contents).iter_mut().enumerate() {
        let scope = match content.get("role").and_then(Value::as_str) {
            Some("model") => Scope::Assistant,
            _ => Scope::User,
        };
        edited |= visit_parts(content, scope, turn, visit);
    }
    edited
}

fn visit_parts(content: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    let Some(parts) = content.get_mut("parts") else { return false };
    items(parts)
        .iter_mut()
        .fold(false, |edited, part| visit_part(part, scope, turn, visit) | edited)
}

/// A part. Of a field nobody knows every string is text.
pub(super) fn visit_part(part: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    fields(part, &mut |name, value| match name {
        "functionCall" => fields(value, &mut |name, value| match name {
            "args" | "partialArgs" => visit_arguments(value, Scope::ToolCall, turn, visit),
            _ => false,
        }),
        "functionResponse" => fields(value, &mut |name, value| match name {
            "response" => visit_arguments(value, Scope::ToolResult, turn, visit),
            _ => false,
        }),
        "executableCode" => fields(value, &mut |name, value| {
            name == "code" && visit_string(value, Scope::ToolCall, turn, visit)
        }),
        "codeExecutionResult" => fields(value, &mut |name, value| {
            name == "output" && visit_string(value, Scope::ToolResult, turn, visit)
        }),
        "fileData" | "inlineData" => fields(value, &mut |name, value| {
            name == "displayName" && visit_string(value, scope, turn, visit)
        }),
        "mediaResolution" | "thoughtSignature" | "videoMetadata" => false,
        _ => visit_leaves(value, scope, turn, visit),
    })
}

/// The pieces of the answer that grounding repeats.
fn visit_grounding(grounding: &mut Value, turn: usize, visit: Visit<'_>) -> bool {
    let supports = grounding.get_mut("groundingSupports").and_then(Value::as_array_mut);
    supports.into_iter().flatten().fold(false, |edited, support| {
        let text = support.pointer_mut("/segment/text");
        text.is_some_and(|text| visit_string(text, Scope::Assistant, turn, visit)) | edited
    })
}

/// Every text for people in tools and schemas: descriptions, titles, comments, examples, defaults and the values
/// there are to choose from.
fn visit_descriptions(value: &mut Value, visit: Visit<'_>) -> bool {
    let scope = Scope::ToolDefinition;
    match value {
        Value::Object(map) => map.iter_mut().fold(false, |edited, (name, value)| {
            let now = match name.as_str() {
                "description" | "title" | "$comment" if value.is_string() => {
                    visit_string(value, scope, 0, visit)
                }
                "const" | "default" | "enum" | "example" | "examples" if !value.is_object() => {
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

    fn owned<const N: usize>(rows: [(Scope, usize, &str); N]) -> Vec<(Scope, usize, String)> {
        rows.into_iter().map(|(scope, turn, text)| (scope, turn, text.to_owned())).collect()
    }

    #[test]
    fn every_text_of_a_request_is_shown_with_its_scope_in_either_spelling() {
        let body = json!({
            "system_instruction": {"parts": {"text": "a"}},
            "contents": [
                {"parts": [{"text": "b"}, {"inline_data": {"mime_type": "image/png", "data": "x"}}]},
                {"role": "model", "parts": [
                    {"text": "c", "thought": true, "thought_signature": "s"},
                    {"functionCall": {"name": "t", "args": {"k": "d"}}},
                    {"executable_code": {"language": "PYTHON", "code": "e"}},
                    {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "f"}}]},
                {"role": "user", "parts": [
                    {"function_response": {"name": "t", "response": {"output": ["g"]}}},
                    {"hologram": {"words": ["h"]}}]}
            ],
            "tools": [{"functionDeclarations": [{"name": "t", "description": "i", "parameters":
                {"type": "OBJECT", "properties": {"description": {"type": "STRING",
                    "description": "j", "enum": ["x"]}}}}]}],
            "generationConfig": {"stopSequences": ["x"], "responseSchema": {"title": "k"}},
            "labels": {"team": "l"}
        });
        let (shown, edited) = shown(visit_request, body);
        let expected = owned([
            (Scope::System, 0, "a"),
            (Scope::User, 0, "b"),
            (Scope::Assistant, 1, "c"),
            (Scope::ToolCall, 1, "d"),
            (Scope::ToolCall, 1, "k"),
            (Scope::ToolCall, 1, "e"),
            (Scope::ToolResult, 1, "f"),
            (Scope::ToolResult, 2, "g"),
            (Scope::ToolResult, 2, "output"),
            (Scope::User, 2, "h"),
            (Scope::ToolDefinition, 0, "i"),
            (Scope::ToolDefinition, 0, "j"),
            (Scope::ToolDefinition, 0, "x"),
            (Scope::ToolDefinition, 0, "k"),
            (Scope::User, 0, "l"),
        ]);
        assert_eq!(shown, expected);
        assert_eq!(edited["contents"][1]["parts"][0]["thought_signature"], "s");
    }

    #[test]
    fn one_content_alone_is_a_list_of_itself() {
        let (shown, _) = shown(visit_request, json!({"contents": {"parts": {"text": "a"}}}));
        assert_eq!(shown, owned([(Scope::User, 0, "a")]));
    }

    #[test]
    fn every_text_of_an_answer_is_shown() {
        let body = json!({"responseId": "i", "candidates": [
            {"content": {"role": "model", "parts": [{"text": "a"}]}, "finishReason": "STOP",
             "groundingMetadata": {"groundingSupports": [{"segment": {"text": "b"}}]}},
            {"content": {"parts": [{"functionCall": {"name": "t", "args": {"k": "c"}}}]},
             "finishMessage": "d"}
        ]});
        let (shown, _) = shown(visit_response, body);
        let expected = owned([
            (Scope::Assistant, 0, "a"),
            (Scope::Assistant, 0, "b"),
            (Scope::ToolCall, 1, "c"),
            (Scope::ToolCall, 1, "k"),
            (Scope::Assistant, 1, "d"),
        ]);
        assert_eq!(shown, expected);
    }
}
