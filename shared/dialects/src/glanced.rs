//! What a glance at an answer shows, without a tree of it.

use std::ops::Range;

use chat::json::{self, Cursor, Map, Unclear, Value};

/// What of an answer or an event tells its usage, its end and its model.
#[derive(Debug, Clone, PartialEq)]
pub struct Glanced {
    /// It without what says nothing about its usage and its end.
    pub telling: Value,
    /// Where in its text the model's name stands, quotes included.
    pub model: Option<Range<usize>>,
}

/// What was seen so far.
#[derive(Debug, Default)]
struct Seen {
    telling: Map,
    model: Option<Range<usize>>,
}

impl Glanced {
    /// Looks at the text of an answer or an event without making a tree of it. Most fields are known to say nothing
    /// here; where another one stands, it takes a tree.
    ///
    /// # Errors
    /// It takes a tree.
    pub fn of(text: &[u8]) -> Result<Glanced, Unclear> {
        let mut seen = Seen::default();
        let mut cursor = Cursor::new(text);
        cursor.object(&mut |cursor, name| seen.look(cursor, name))?;
        cursor.end()?;
        Ok(Glanced { telling: Value::Object(seen.telling), model: seen.model })
    }

    /// Whether it tells anything of its usage or its end.
    pub fn tells(&self) -> bool {
        self.telling.as_object().is_some_and(|telling| !telling.is_empty())
    }

    /// The model's name in this text; empty if it names none.
    ///
    /// # Errors
    /// It is no text.
    pub fn model_name<'t>(&self, text: &'t [u8]) -> Result<&'t str, Unclear> {
        let Some(at) = self.model.clone() else { return Ok("") };
        let quoted = text.get(at.start + 1..at.end.saturating_sub(1)).ok_or(Unclear)?;
        std::str::from_utf8(quoted).map_err(|_| Unclear)
    }

    /// Where in the text which name has to stand, quotes included, if it names another model.
    pub fn renaming(&self, text: &[u8], model: &str) -> Option<(Range<usize>, String)> {
        let at = self.model.clone()?;
        let mut name = Vec::with_capacity(model.len() + 2);
        json::append(&Value::from(model), &mut name);
        if text.get(at.clone())? == name {
            return None;
        }
        Some((at, String::from_utf8(name).ok()?))
    }
}

impl Seen {
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

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn what_takes_a_tree_is_unclear() {
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
    fn the_model_is_named() {
        for (text, name) in [
            (&br#"{"id":"c", "model" : "gpt-4o" }"#[..], Ok("gpt-4o")),
            (br#"{"model":""}"#, Ok("")),
            (br#"{"id":"c"}"#, Ok("")),
            (b"{\"model\":\"\xff\"}", Err(Unclear)),
        ] {
            let glanced = Glanced::of(text).unwrap();
            assert_eq!(glanced.model_name(text), name, "{text:?}");
            assert!(!glanced.tells(), "{text:?}");
        }
    }
}
