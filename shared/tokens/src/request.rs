//! What a request says about its size, without being decoded.
//!
//! The names below are those of all client dialects: reading them here costs a walk over the tree, where decoding
//! costs a copy of it.

use chat::json::Value;

/// Where a request limits its answer, the field that wins first.
const LIMITS: [&str; 4] = [
    "/max_completion_tokens",
    "/max_tokens",
    "/max_output_tokens",
    "/generationConfig/maxOutputTokens",
];
/// Where a request asks for several answers.
const CANDIDATES: [&str; 2] = ["/n", "/generationConfig/candidateCount"];
/// Under these names are pictures, documents and sound.
const MEDIA: [&str; 9] = [
    "document",
    "file",
    "fileData",
    "file_data",
    "image_url",
    "inlineData",
    "inline_data",
    "input_audio",
    "source",
];
/// Nobody asks for more answers than these.
const MOST_CANDIDATES: u64 = 128;

/// What a request says about its size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Size {
    /// Bytes of its strings, names included, and some for each number: not fewer than it has tokens.
    pub(crate) bytes: u64,
    /// It may have pictures, documents or sound, of which bytes tell nothing.
    pub(crate) media: bool,
}

/// Measures a request.
pub(crate) fn size(body: &Value) -> Size {
    let mut size = Size::default();
    let mut rest = vec![body];
    while let Some(value) = rest.pop() {
        match value {
            Value::String(text) => size.bytes += text.len() as u64 + 2,
            Value::Array(items) => rest.extend(items),
            Value::Object(map) => {
                for (name, value) in map {
                    size.bytes += name.len() as u64 + 4;
                    size.media |= MEDIA.contains(&name.as_str());
                    rest.push(value);
                }
            }
            _ => size.bytes += 24,
        }
    }
    size
}

/// The most answer tokens that a request asks for, all answers together.
pub(crate) fn output_limit(body: &Value) -> Option<u64> {
    let limit = LIMITS.iter().find_map(|name| body.pointer(name).and_then(Value::as_u64))?;
    let count = CANDIDATES.iter().find_map(|name| body.pointer(name).and_then(Value::as_u64));
    Some(limit.saturating_mul(count.unwrap_or(1).clamp(1, MOST_CANDIDATES)))
}

/// Lowers the limits that a request names. Returns whether any was higher.
pub(crate) fn cap_output(body: &mut Value, most: u64) -> bool {
    LIMITS.iter().fold(false, |capped, name| match body.pointer_mut(name) {
        Some(limit) if limit.as_u64().is_some_and(|limit| limit > most) => {
            *limit = most.into();
            true
        }
        _ => capped,
    })
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;

    #[test]
    fn limits_are_found_in_every_dialect() {
        for (body, limit) in [
            (json!({"max_tokens": 7}), Some(7)),
            (json!({"max_tokens": 7, "max_completion_tokens": 9}), Some(9)),
            (json!({"max_output_tokens": 5}), Some(5)),
            (json!({"generationConfig": {"maxOutputTokens": 3, "candidateCount": 2}}), Some(6)),
            (json!({"max_tokens": 7, "n": 3}), Some(21)),
            (json!({"max_tokens": 7, "n": 0}), Some(7)),
            (json!({"max_tokens": -7}), None),
            (json!({"max_tokens": "7"}), None),
            (json!({}), None),
            (json!([]), None),
        ] {
            assert_eq!(output_limit(&body), limit, "{body}");
        }
    }

    #[test]
    fn only_what_is_higher_is_capped() {
        let mut body = json!({"max_tokens": 7, "max_completion_tokens": 900});
        assert!(cap_output(&mut body, 10));
        assert_eq!(body, json!({"max_tokens": 7, "max_completion_tokens": 10}));
        assert!(!cap_output(&mut body, 10));
    }

    #[test]
    fn bytes_are_not_fewer_than_tokens_and_media_is_seen() {
        let body = json!({"messages": [{"role": "user", "content": "Hello there", "seed": 1.5}]});
        assert!(size(&body).bytes >= 40 && !size(&body).media);
        let picture =
            json!({"content": [{"type": "image_url", "image_url": {"url": "https://x"}}]});
        assert!(size(&picture).media);
    }
}
