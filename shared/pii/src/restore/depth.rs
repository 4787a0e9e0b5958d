//! How deep in strings of JSON a place is, told from what stands before it.
//!
//! In JSON in a string of JSON, a quotation mark of the inner one is written `\"`, of one more `\\\"`: a string
//! at level n begins and ends with a mark after 2ⁿ⁻¹−1 backslashes. A string is taken for JSON if it begins as an
//! object or a list does.

use chat::json::{Number, Value};

/// How deep is followed.
const LEVELS: usize = 5;

/// What the text at a level is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Content {
    /// Only white space so far.
    #[default]
    Unknown,
    /// One bracket so far.
    Begun,
    Json,
    Prose,
}

/// A place in a text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Depth {
    /// Whether the text must be JSON; else it may be whatever looks like it.
    strict: bool,
    /// How many strings are open.
    level: usize,
    /// What the text is: the whole, the string in it, the string in that.
    content: [Content; LEVELS],
    /// Backslashes just before.
    slashes: usize,
    /// How many brackets are open outside of strings.
    open: usize,
    /// What was outside of strings last, white space excepted.
    last: u8,
}

impl Depth {
    /// The beginning of what must be JSON.
    pub(crate) fn json() -> Depth {
        let mut depth = Depth { strict: true, ..Depth::default() };
        depth.set(Content::Json);
        depth
    }

    fn content(&self) -> Content {
        self.content.get(self.level).copied().unwrap_or(Content::Prose)
    }

    fn set(&mut self, content: Content) {
        if let Some(place) = self.content.get_mut(self.level) {
            *place = content;
        }
    }

    /// Whether the next letter belongs to an escape of JSON.
    pub(crate) fn is_escaping(&self) -> bool {
        self.level > 0 && self.slashes % 2 == 1
    }

    /// Goes on by `text`.
    pub(crate) fn feed(&mut self, text: &str) {
        for byte in text.bytes() {
            // Prose stays prose, whatever brackets are in it.
            if self.level == 0 && self.content() == Content::Prose {
                return;
            }
            match byte {
                b'\\' => {
                    self.slashes += 1;
                    if self.content() == Content::Begun {
                        self.set(Content::Json);
                    }
                    continue;
                }
                b'"' => self.quote(),
                _ => self.other(byte),
            }
            self.slashes = 0;
        }
    }

    fn quote(&mut self) {
        let slashes = self.slashes;
        if self.content() == Content::Begun {
            self.set(Content::Json);
        }
        let opens = self.content() == Content::Json && slashes + 1 == 1 << self.level;
        if opens && self.level + 1 < LEVELS {
            self.level += 1;
            self.set(Content::Unknown);
            self.last = b'"';
            return;
        }
        // The backslashes of what the string says come in multiples of 2ⁿ.
        let closes = |level: &usize| slashes % (1 << level) == (1 << (level - 1)) - 1;
        match (1..=self.level).rev().find(closes) {
            Some(level) => self.level = level - 1,
            None if self.content() == Content::Unknown => self.set(Content::Prose),
            None => {}
        }
    }

    fn other(&mut self, byte: u8) {
        if byte.is_ascii_whitespace() {
            return;
        }
        match (self.content(), byte) {
            (Content::Unknown, b'{' | b'[') => self.set(Content::Begun),
            (Content::Unknown, _) => self.set(Content::Prose),
            (Content::Begun, b'{' | b'[' | b'}' | b']') => self.set(Content::Json),
            (Content::Begun, _) => self.set(Content::Prose),
            _ => {}
        }
        if self.level > 0 {
            return;
        }
        self.last = byte;
        match byte {
            b'{' | b'[' => self.open += 1,
            b'}' | b']' => {
                self.open = self.open.saturating_sub(1);
                if self.open == 0 {
                    // What follows may be prose, or more JSON.
                    self.set(Content::Unknown);
                }
            }
            _ => {}
        }
    }

    /// Writes `text` at this place so that it says the same there.
    pub(crate) fn insert(&mut self, text: &str, out: &mut String) {
        let content = self.content();
        let bare = self.level == 0 && content == Content::Json && b":,[".contains(&self.last);
        // Elsewhere it stood there as it is.
        if self.strict && bare && text.parse::<Number>().is_err() {
            // Where JSON has no string, a value that is no number needs to be one.
            out.push_str(&Value::from(text).to_string());
        } else {
            let mut escaped = text.to_owned();
            for _ in 0..self.level {
                let quoted = Value::String(escaped).to_string();
                let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
                escaped = inner.unwrap_or_default().to_owned();
            }
            out.push_str(&escaped);
        }
        self.slashes = 0;
        if matches!(content, Content::Unknown | Content::Begun) {
            self.set(Content::Prose);
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn the_level_is_told_by_quotation_marks() {
        for (text, level) in [
            ("", 0),
            ("he said \"", 0),
            ("{\"a\": \"", 1),
            ("{\"a\": \"x\", \"b\": 1, ", 0),
            ("{\"a\": \"he said \\\"", 1),
            ("{\"a\": \"x\\\\\", \"b\": \"", 1),
            ("{\"a\": \"{\\\"b\\\": \\\"", 2),
            ("{\"a\": \"{\\\"b\\\": \\\"he said \\\\\\\"", 2),
            ("{\"a\": \"[\\\"x\\\\\\\\\\\", \\\"", 2),
            ("{\"a\": \"{\\\"b\\\": \\\"{\\\\\\\"c\\\\\\\": \\\\\\\"", 3),
            ("{\"a\": \"{\\\"b\\\": \\\"y\\\"}\", \"c\": \"", 1),
            ("[1] he said \"", 0),
            ("{curly} \"", 0),
            ("a smile :} [\"", 0),
            (" \n[ {\"", 1),
            ("{\"a\": \"x\"} she said \"", 0),
            ("{\"a\": \"x\"}\n{\"b\": \"", 1),
        ] {
            let mut depth = Depth::default();
            depth.feed(text);
            assert_eq!(depth.level, level, "{text}");
        }
    }

    #[test]
    fn a_value_says_the_same_at_every_level() {
        let value = "a\"b\\c\nd";
        let inner = chat::json::json!({"b": [value, "x"]}).to_string();
        let whole = chat::json::json!({"a": inner, "c": value}).to_string();
        for (spelled, count) in [("<X>", 2), ("<Y>", 0)] {
            let template = whole
                .replace("a\\\\\\\"b\\\\\\\\c\\\\nd", spelled)
                .replace("a\\\"b\\\\c\\nd", spelled);
            assert_eq!(template.matches(spelled).count(), 2);
            let (mut depth, mut out, mut rest) = (Depth::json(), String::new(), template.as_str());
            while let Some((before, after)) = rest.split_once("<X>") {
                depth.feed(before);
                out.push_str(before);
                depth.insert(value, &mut out);
                rest = after;
            }
            out.push_str(rest);
            assert_eq!(out == whole, count == 2, "{out}");
        }
    }

    #[test]
    fn a_bare_place_in_json_takes_a_number_or_a_string() {
        for (before, value, expected) in [
            ("{\"a\":", "12.50", "12.50"),
            ("{\"a\": ", "0123", "\"0123\""),
            ("[ ", "a\"", "\"a\\\"\""),
            ("[1,", "x", "\"x\""),
            ("{\"a\": 1}, ", "x", "x"),
            ("{\"a\": \"b\" ", "x", "x"),
        ] {
            let (mut depth, mut out) = (Depth::json(), String::new());
            depth.feed(before);
            depth.insert(value, &mut out);
            assert_eq!(out, expected, "{before}");
        }
    }

    #[test]
    fn what_only_looks_like_json_gets_no_quotation_marks() {
        let (mut depth, mut out) = (Depth::default(), String::new());
        depth.feed("{\"a\": \"\"[");
        depth.insert("a@a.com", &mut out);
        assert_eq!(out, "a@a.com");
    }
}
