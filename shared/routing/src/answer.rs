//! What the router looks at in an answer, whatever its dialect.

use chat::json::Value;
use dialects::Dialect;

/// Words for "cut at a limit".
const CUT: [&str; 5] =
    ["length", "max_tokens", "max_output_tokens", "MAX_TOKENS", "model_context_window_exceeded"];

/// Words for "declined".
const DECLINED: [&str; 8] = [
    "content_filter",
    "refusal",
    "SAFETY",
    "PROHIBITED_CONTENT",
    "BLOCKLIST",
    "RECITATION",
    "guardrail_intervened",
    "content_filtered",
];

/// What was seen of an answer so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) input_tokens: Option<u64>,
    pub(crate) output_tokens: Option<u64>,
    pub(crate) truncated: bool,
    pub(crate) refused: bool,
}

impl Seen {
    /// Looks at a whole answer or at one event of a stream.
    pub(crate) fn look(&mut self, dialect: &dyn Dialect, body: &Value) {
        if let Some(usage) = dialect.usage(body) {
            // Streams tell it in parts, and the last part is the whole.
            self.input_tokens = self.input_tokens.max(Some(usage.input));
            self.output_tokens = self.output_tokens.max(Some(usage.output));
        }
        if let Some(end) = end(body) {
            self.truncated |= CUT.contains(&end);
            self.refused |= DECLINED.contains(&end);
        }
    }
}

/// Why an answer or an event says that it ended, in any of the known dialects. One walk over its fields, since each of
/// a stream's events is asked.
fn end(body: &Value) -> Option<&str> {
    body.as_object()?.iter().find_map(|(name, value)| {
        let end = match &**name {
            "candidates" => value.get(0)?.get("finishReason")?,
            "choices" => value.get(0)?.get("finish_reason")?,
            "delta" => value.get("stop_reason")?,
            "incomplete_details" => value.get("reason")?,
            "response" => value.get("incomplete_details")?.get("reason")?,
            "stop_reason" | "stopReason" => value,
            _ => return None,
        };
        end.as_str()
    })
}

/// Where in such a field of an answer or an event the model's name stands, as a pointer.
fn model_in(field: &str) -> Option<&'static str> {
    match field {
        "model" | "modelVersion" => Some(""),
        "message" | "response" => Some("/model"),
        _ => None,
    }
}

/// Whether an answer names another model than this one.
pub(crate) fn names_other(body: &Value, model: &str) -> bool {
    body.as_object().is_some_and(|fields| {
        fields.iter().any(|(name, value)| {
            let named = model_in(name).and_then(|at| value.pointer(at)?.as_str());
            named.is_some_and(|named| named != model)
        })
    })
}

/// Makes an answer name this model where it names one. Returns whether anything changed.
pub(crate) fn name_model(body: &mut Value, model: &str) -> bool {
    let Some(fields) = body.as_object_mut() else { return false };
    let mut changed = false;
    for (name, value) in fields.iter_mut() {
        if let Some(Value::String(named)) = model_in(name).and_then(|at| value.pointer_mut(at))
            && named != model
        {
            model.clone_into(named);
            changed = true;
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::{self, json};
    use dialects::Glanced;

    use super::*;

    #[test]
    fn the_end_and_the_usage_are_seen_in_whole_answers_and_in_parts() {
        let chat = dialects::by_headers(|_| false);
        let mut seen = Seen::default();
        seen.look(
            chat,
            &json!({"choices": [{"finish_reason": "length"}],
                "usage": {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}}),
        );
        seen.look(chat, &json!({"choices": []}));
        let expected =
            Seen { input_tokens: Some(3), output_tokens: Some(5), truncated: true, refused: false };
        assert_eq!(seen, expected);
        let mut seen = Seen::default();
        seen.look(chat, &json!({"delta": {"stop_reason": "refusal"}}));
        assert!(seen.refused && !seen.truncated);
    }

    /// What a tree of the same text shows.
    fn by_tree(dialect: &dyn Dialect, text: &str, model: &str) -> (Seen, Value) {
        let mut tree = json::parse_str(text).unwrap();
        let mut seen = Seen::default();
        seen.look(dialect, &tree);
        name_model(&mut tree, model);
        (seen, tree)
    }

    #[test]
    fn a_glance_shows_what_a_tree_does() {
        let chat = dialects::by_headers(|_| false);
        let messages = dialects::by_headers(|name| name == "anthropic-version");
        for (dialect, text) in [
            (
                chat,
                r#"{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,
                "message":{"role":"assistant","content":"\"model\":\"x\"}"},"finish_reason":"length"},
                {"index":1,"finish_reason":"content_filter"}],"usage":{"prompt_tokens":3,"completion_tokens":5}}"#,
            ),
            (
                chat,
                r#"{"choices":[{"delta":{"content":"a"},"finish_reason":null}],"model":"m","usage":null}"#,
            ),
            (
                chat,
                r#"{"choices":[],"model" : "m", "x_groq":{"usage":{"prompt_tokens":3,"completion_tokens":5}}}"#,
            ),
            (
                messages,
                r#"{"type":"message","model":"m","content":[{"type":"text","text":"a"}],
                "stop_reason":"refusal","usage":{"input_tokens":4,"output_tokens":6}}"#,
            ),
            (
                messages,
                r#"{"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":6}}"#,
            ),
            (
                messages,
                r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"stop_reason"}}"#,
            ),
        ] {
            let glanced = Glanced::of(text.as_bytes()).unwrap();
            let mut seen = Seen::default();
            seen.look(dialect, &glanced.telling);
            let mut renamed = text.to_owned();
            if let Some((at, name)) = glanced.renaming(text.as_bytes(), "a \"b\"") {
                renamed.replace_range(at, &name);
            }
            let renamed = json::parse_str(&renamed).unwrap();
            assert_eq!((seen, renamed), by_tree(dialect, text, "a \"b\""), "{text}");
            assert_eq!(glanced.renaming(text.as_bytes(), "m"), None);
        }
    }

    #[test]
    fn the_model_is_named_wherever_it_stands() {
        for at in ["/model", "/message/model", "/response/model"] {
            let mut body =
                json!({"model": "x", "message": {"model": "x"}, "response": {"model": "x"}});
            assert!(names_other(&body, "fast") && name_model(&mut body, "fast"));
            assert_eq!(body.pointer(at).unwrap().as_str(), Some("fast"));
            assert!(!names_other(&body, "fast") && !name_model(&mut body, "fast"));
        }
        assert!(!names_other(&json!({"error": {}}), "fast"));
        assert!(!name_model(&mut json!({"error": {}}), "fast"));
    }
}
