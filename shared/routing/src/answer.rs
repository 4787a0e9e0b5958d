//! What the router looks at in an answer, whatever its dialect.

use std::ops::Range;

use chat::json::{self, Cursor, Map, Unclear, Value};
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

/// What of an answer or an event matters here.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Glanced {
    /// It without what says nothing about its usage and its end.
    pub(crate) telling: Map,
    /// Where in its text the model's name stands, quotes included.
    pub(crate) model: Option<Range<usize>>,
}

impl Glanced {
    /// Looks at the text of an answer or an event without making a tree of it. Most fields are known to say nothing
    /// here; where another one stands, it takes a tree.
    pub(crate) fn of(text: &[u8]) -> Result<Glanced, Unclear> {
        let mut glanced = Glanced::default();
        let mut cursor = Cursor::new(text);
        cursor.object(&mut |cursor, name| glanced.look(cursor, name))?;
        cursor.end()?;
        Ok(glanced)
    }

    fn look(&mut self, cursor: &mut Cursor<'_>, name: &[u8]) -> Result<(), Unclear> {
        match name {
            b"content"
            | b"created"
            | b"id"
            | b"index"
            | b"obfuscation"
            | b"object"
            | b"role"
            | b"sequence_number"
            | b"service_tier"
            | b"stop_sequence"
            | b"system_fingerprint"
            | b"type" => cursor.value().map(drop),
            b"model" => {
                let start = cursor.at();
                let value = cursor.value()?;
                let plain = value.starts_with(b"\"") && !value.contains(&b'\\');
                if !plain || self.model.is_some() {
                    return Err(Unclear);
                }
                self.model = Some(start..cursor.at());
                Ok(())
            }
            b"choices" => {
                let reason = reason(cursor)?;
                self.tell("choices", reason.map(|it| json::json!([{"finish_reason": it}])))
            }
            b"delta" => {
                let delta = delta(cursor)?;
                self.tell("delta", delta)
            }
            b"stop_reason" => self.tell("stop_reason", read(cursor.value()?)?),
            b"usage" => self.tell("usage", read(cursor.value()?)?),
            b"x_groq" => self.tell("x_groq", read(cursor.value()?)?),
            _ => Err(Unclear),
        }
    }

    fn tell(&mut self, name: &'static str, value: Option<Value>) -> Result<(), Unclear> {
        if self.telling.contains_key(name) {
            return Err(Unclear);
        }
        if let Some(value) = value {
            self.telling.put(name, value);
        }
        Ok(())
    }

    /// Where in the text which name has to stand, quotes included, if it names another model.
    pub(crate) fn renaming(&self, text: &[u8], model: &str) -> Option<(Range<usize>, String)> {
        let at = self.model.clone()?;
        let mut name = Vec::with_capacity(model.len() + 2);
        json::append(&Value::from(model), &mut name);
        if text.get(at.clone())? == name {
            return None;
        }
        Some((at, String::from_utf8(name).ok()?))
    }
}

/// A value; nothing if it is null.
fn read(value: &[u8]) -> Result<Option<Value>, Unclear> {
    match value {
        b"null" => Ok(None),
        _ => json::parse(value).map(Some).map_err(|_| Unclear),
    }
}

/// Why the first choice ended.
fn reason(cursor: &mut Cursor<'_>) -> Result<Option<Value>, Unclear> {
    let mut reason = None;
    cursor.array(&mut |cursor, index| {
        if index > 0 {
            return cursor.value().map(drop);
        }
        cursor.object(&mut |cursor, name| {
            let value = cursor.value()?;
            if name == b"finish_reason" {
                reason = read(value)?;
            }
            Ok(())
        })
    })?;
    Ok(reason)
}

/// What is new in an event, if it tells why the answer ended or what it used.
fn delta(cursor: &mut Cursor<'_>) -> Result<Option<Value>, Unclear> {
    let start = cursor.at();
    if cursor.peek() != Some(b'{') {
        return cursor.value().map(|_| None);
    }
    let mut tells = false;
    cursor.object(&mut |cursor, name| {
        tells |= matches!(name, b"stop_reason" | b"usage");
        cursor.value().map(drop)
    })?;
    if tells { read(cursor.since(start)) } else { Ok(None) }
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

    use chat::json::json;

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
            seen.look(dialect, &Value::Object(glanced.telling.clone()));
            let mut renamed = text.to_owned();
            if let Some((at, name)) = glanced.renaming(text.as_bytes(), "a \"b\"") {
                renamed.replace_range(at, &name);
            }
            let renamed = json::parse_str(&renamed).unwrap();
            assert_eq!((seen, renamed), by_tree(dialect, text, "a \"b\""), "{text}");
            assert_eq!(glanced.renaming(text.as_bytes(), "m"), None);
        }
        for text in [
            "[]",
            r#"{"model":"a\n"}"#,
            r#"{"model":"a","model":"b"}"#,
            r#"{"model":1}"#,
            r#"{"message":{}}"#,
            r#"{"response":{}}"#,
            r#"{"usage":{},"usage":{}}"#,
            r#"{"candidates":[]}"#,
            r#"{"usage":{"a":1,"a":2}}"#,
            r#"{"delta":{"a"}}"#,
            r#"{"choices":{}}"#,
            r#"{"unheard_of":1}"#,
        ] {
            assert_eq!(Glanced::of(text.as_bytes()), Err(Unclear), "{text}");
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
