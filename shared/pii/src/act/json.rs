//! JSON text inside a text: what it says is looked at decoded, and what is replaced leaves JSON behind.
//!
//! Tools answer in JSON and models write it, so `\n` before a name, `\u0040` in an address or a bare number are
//! common, and none of them reads right as plain text. Everything that is not replaced keeps its spelling.

use std::ops::Range;

use chat::json::{self, Value};

/// How deep JSON may stand in JSON. What is deeper is read as plain text.
pub(super) const DEPTH: usize = 4;

/// Whether all of `text` is a JSON object or array.
pub(super) fn is_container(text: &str) -> bool {
    let trimmed = text.trim_ascii();
    let framed = trimmed.starts_with('{') && trimmed.ends_with('}')
        || trimmed.starts_with('[') && trimmed.ends_with(']');
    framed && json::parse_str(trimmed).is_ok()
}

/// Looks at a string or number: where it begins in the whole, and what it says. May return what shall stand
/// there instead, always a string.
pub(super) type Leaf<'a> = &'a mut dyn FnMut(usize, &str) -> Option<String>;

/// Shows every string, name of a property and number of `text`, which is a container. The new text, if anything
/// was replaced.
pub(super) fn rewrite(text: &str, leaf: Leaf<'_>) -> Option<String> {
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(token) = next_token(text, at) {
        at = token.end;
        let raw = text.get(token.clone()).unwrap_or_default();
        let replacement = match raw.strip_prefix('"') {
            Some(_) => match json::parse_str(raw) {
                Ok(Value::String(said)) => leaf(token.start + 1, &said),
                _ => None,
            },
            None => leaf(token.start, raw),
        };
        if let Some(replacement) = replacement {
            out.push_str(text.get(copied..token.start).unwrap_or_default());
            out.push_str(&Value::String(replacement).to_string());
            copied = token.end;
        }
    }
    if copied == 0 {
        return None;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Some(out)
}

/// The next string or number from `from` on.
fn next_token(text: &str, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes().get(from..)?;
    let begin = bytes.iter().position(|&b| b == b'"' || b == b'-' || b.is_ascii_digit())?;
    let rest = bytes.get(begin..)?;
    let length = match rest.first() {
        Some(b'"') => {
            let mut escaped = false;
            let close = rest.iter().skip(1).position(|&byte| {
                let closes = byte == b'"' && !escaped;
                escaped = byte == b'\\' && !escaped;
                closes
            });
            close.map_or(rest.len(), |close| close + 2)
        }
        _ => {
            let is_number = |b: &u8| b.is_ascii_digit() || b"+-.eE".contains(b);
            rest.iter().position(|b| !is_number(b)).unwrap_or(rest.len())
        }
    };
    Some(from + begin..from + begin + length)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn leaves_are_shown_decoded_and_the_rest_keeps_its_spelling() {
        let text = " {\"a\\u0040\" : [ 1.50, \"x\\n\\\"y\\\"\", true ],\n\"b\":\"z\" } ";
        assert!(is_container(text));
        let mut seen = Vec::new();
        let new = rewrite(text, &mut |_, leaf| {
            seen.push(leaf.to_owned());
            (leaf.contains('1') || leaf.contains('y')).then(|| "é\"".to_owned())
        });
        assert_eq!(seen, ["a@", "1.50", "x\n\"y\"", "b", "z"]);
        let expected = " {\"a\\u0040\" : [ \"é\\\"\", \"é\\\"\", true ],\n\"b\":\"z\" } ";
        assert_eq!(new.as_deref(), Some(expected));
        assert_eq!(rewrite(text, &mut |_, _| None), None);
    }

    #[test]
    fn what_is_no_container_is_plain_text() {
        for text in ["", "1", "\"a\"", "{", "[1] said", "{a}", "[1]]", "null"] {
            assert!(!is_container(text), "{text}");
        }
    }
}
