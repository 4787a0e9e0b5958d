//! Pictures, sounds and files in a request, in any dialect: what nobody can look into.

use chat::json::{Map, Value};

/// The types of content parts that are media: OpenAI's chat and Responses, and Anthropic's
/// (<https://platform.openai.com/docs/api-reference/chat/create>,
/// <https://platform.openai.com/docs/api-reference/responses/create>,
/// <https://platform.claude.com/docs/en/api/messages>; read 2026-11-21).
const TYPES: [&str; 13] = [
    "audio",
    "computer_screenshot",
    "container_upload",
    "document",
    "file",
    "image",
    "image_url",
    "input_audio",
    "input_file",
    "input_image",
    "video",
    "video_url",
    "input_video",
];

/// Fields that hold media by their name: Gemini's parts and Bedrock's blocks
/// (<https://ai.google.dev/api/caching#Part>,
/// <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html>; read 2026-11-21).
const FIELDS: [&str; 8] =
    ["audio", "document", "fileData", "file_data", "image", "inlineData", "inline_data", "video"];

/// Fields that hold texts, or tokens in place of them: those of embeddings and of legacy completions.
const TEXTS: [&str; 2] = ["input", "prompt"];

/// Whether a request holds media, or text as tokens, into which nobody looks either. Definitions of tools are not looked at: what they name is not there.
pub fn holds_media(request: &Value) -> bool {
    let Value::Object(fields) = request else { return false };
    fields.iter().any(|(name, value)| {
        !matches!(&**name, "tools" | "toolConfig") && within(value)
            || TEXTS.contains(&&**name) && is_tokens(value)
    })
}

/// A list of tokens, or one that has such lists.
fn is_tokens(value: &Value) -> bool {
    let Some(items) = value.as_array() else { return false };
    items.iter().any(|item| item.is_number() || item.get(0).is_some_and(Value::is_number))
}

fn within(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(within),
        Value::Object(fields) => {
            let kind = fields.get("type").and_then(Value::as_str);
            let typed = kind.is_some_and(|kind| TYPES.contains(&kind)) && !is_text(value);
            let named = |name: &str| kind.is_none() && FIELDS.contains(&name);
            typed
                || has_images(fields)
                || fields.iter().any(|(name, held)| match held {
                    Value::Object(_) => named(name) || within(held),
                    Value::Array(_) => within(held),
                    _ => false,
                })
        }
        _ => false,
    }
}

/// Ollama's messages have a list of them (<https://docs.ollama.com/api/chat>; read 2026-11-21).
fn has_images(fields: &Map) -> bool {
    let images = fields.get("images").and_then(Value::as_array);
    images.is_some_and(|images| !images.is_empty()) && fields.contains_key("role")
}

/// Anthropic's documents may be plain text.
fn is_text(part: &Value) -> bool {
    let source = part.get("source").and_then(|source| source.get("type"));
    matches!(source.and_then(Value::as_str), Some("text" | "content"))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;

    #[test]
    fn media_are_seen_in_every_dialect_and_text_is_not_taken_for_them() {
        for (part, media) in [
            (json!({"type": "image_url", "image_url": {"url": "data:"}}), true),
            (json!({"type": "input_file", "file_id": "f"}), true),
            (json!({"type": "document", "source": {"type": "base64", "data": ""}}), true),
            (json!({"type": "tool_result", "content": [{"type": "image", "source": {}}]}), true),
            (json!({"inlineData": {"mimeType": "image/png", "data": ""}}), true),
            (json!({"image": {"format": "png", "source": {"bytes": ""}}}), true),
            (json!({"type": "document", "source": {"type": "text", "data": "t"}}), false),
            (json!({"type": "text", "text": "an image"}), false),
            (json!({"text": "image"}), false),
        ] {
            for list in ["content", "parts"] {
                let turn: Value = [("role", json!("user")), (list, json!([part.clone()]))]
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect();
                assert_eq!(holds_media(&json!({"messages": [turn]})), media, "{part}");
            }
        }
        for (images, media) in [(json!(["iVBORw0KGgo="]), true), (json!([]), false)] {
            let turn = json!({"role": "user", "content": "look", "images": images});
            assert_eq!(holds_media(&json!({"messages": [turn]})), media);
        }
        let tool =
            json!({"type": "function", "function": {"parameters": {"properties": {"image": {}}}}});
        assert!(!holds_media(&json!({"tools": [tool], "messages": []})));
        for (body, media) in [
            (json!({"input": [1, 2]}), true),
            (json!({"input": ["a", [1, 2]]}), true),
            (json!({"prompt": [[1, 2]]}), true),
            (json!({"input": ["a"]}), false),
            (json!({"prompt": "1"}), false),
        ] {
            assert_eq!(holds_media(&body), media, "{body}");
        }
    }
}
