//! Paths with a model in them.

use std::borrow::Cow;
use std::fmt::Write;

use crate::Endpoint;

/// Stands for the model in an endpoint's suffix.
const MODEL: &str = "{model}";

impl Endpoint {
    /// The one of `endpoints` that a request with this path is for.
    pub fn of(endpoints: &'static [Endpoint], path: &str) -> Option<&'static Endpoint> {
        let path = without_query(path);
        endpoints.iter().find(|endpoint| endpoint.serves(path))
    }

    /// Whether a request with this path, which has no query, is for this endpoint.
    pub fn serves(&self, path: &str) -> bool {
        // Most endpoints of the list end in other letters; a model may end in any.
        if let Some(end) = self.suffix.as_bytes().last_chunk::<4>()
            && !end.contains(&b'}')
            && path.as_bytes().last_chunk() != Some(end)
        {
            return false;
        }
        match self.around_model() {
            Some(_) => self.split(path).is_some(),
            None => path.ends_with(self.suffix),
        }
    }

    /// The model in `path`, with or without a query.
    pub fn model<'a>(&self, path: &'a str) -> Option<Cow<'a, str>> {
        self.split(without_query(path)).map(|parts| unescaped(parts.1))
    }

    /// The model in `path` as it stands there.
    pub fn raw_model<'a>(&self, path: &'a str) -> Option<&'a str> {
        self.split(without_query(path)).map(|parts| parts.1)
    }

    /// `path` with another model. `None`: it is no path of this endpoint.
    pub fn with_model(&self, path: &str, model: &str) -> Option<String> {
        let bare = without_query(path);
        let (head, _, tail) = self.split(bare)?;
        let query = path.get(bare.len()..).unwrap_or_default();
        Some(format!("{head}{}{tail}{query}", escaped(model)))
    }

    /// A path of this endpoint for `model`.
    pub fn path(&self, model: &str) -> String {
        self.suffix.replace(MODEL, &escaped(model))
    }

    /// What the suffix has before and after the model. Asked of every endpoint for every request, so it looks
    /// for a byte and not for a word.
    fn around_model(&self) -> Option<(&'static str, &'static str)> {
        let at = self.suffix.bytes().position(|byte| byte == b'{')?;
        let (before, rest) = self.suffix.split_at_checked(at)?;
        Some((before, rest.strip_prefix(MODEL)?))
    }

    /// What stands before the model, the model, and what stands after it.
    fn split<'a>(&self, path: &'a str) -> Option<(&'a str, &'a str, &'a str)> {
        let (before, after) = self.around_model()?;
        let rest = path.strip_suffix(after)?;
        let start = rest.find(before)?.checked_add(before.len())?;
        let (head, model) = rest.split_at_checked(start)?;
        let tail = path.get(rest.len()..)?;
        (!model.is_empty()).then_some((head, model, tail))
    }
}

/// `path` up to its query.
pub(crate) fn without_query(path: &str) -> &str {
    let end = path.bytes().position(|byte| matches!(byte, b'?' | b'#'));
    path.get(..end.unwrap_or(path.len())).unwrap_or_default()
}

/// `text` without percent escapes; as it is if they do not stand for text.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    match unescaped_bytes(text) {
        (bytes, true) => String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned),
        (_, false) => Cow::Borrowed(text),
    }
}

/// The bytes of `text` without percent escapes, and whether every `%` begins one; what is no escape stays.
pub(crate) fn unescaped_bytes(text: &str) -> (Vec<u8>, bool) {
    let (mut bytes, mut are_escapes) = (Vec::with_capacity(text.len()), true);
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digit = |at: usize| char::from(*behind.get(at)?).to_digit(16);
        let escaped = match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        are_escapes &= *first != b'%' || escaped.is_some();
        bytes.push(escaped.unwrap_or(*first));
        rest = behind.get(escaped.map_or(0, |_| 2)..).unwrap_or_default();
    }
    (bytes, are_escapes)
}

/// `text` with everything escaped that would not stay in its place in a path.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' | b':' | b'@' | b'/' | b'{' | b'}' => {
                out.push(char::from(byte));
            }
            // Writing to a string cannot fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::Operation;

    fn endpoint(suffix: &'static str) -> Endpoint {
        Endpoint { method: "POST", suffix, operation: Operation::Chat }
    }

    #[test]
    fn the_model_is_found_in_the_path() {
        let endpoint = endpoint("/models/{model}:generateContent");
        for (path, model) in [
            ("/v1beta/models/gemini-3-pro:generateContent", Some("gemini-3-pro")),
            ("/g/v1/projects/p/publishers/google/models/m:generateContent?a=b", Some("m")),
            (
                "/v1beta/models/accounts/a/models/llama3:8b:generateContent",
                Some("accounts/a/models/llama3:8b"),
            ),
            ("/models/a%2Fb%3Ac:generateContent", Some("a/b:c")),
            ("/models/a%:generateContent", Some("a%")),
            ("/models/:generateContent", None),
            ("/models/m:streamGenerateContent", None),
            ("/v1/chat/completions", None),
        ] {
            assert_eq!(endpoint.model(path).as_deref(), model, "{path}");
            assert_eq!(endpoint.serves(without_query(path)), model.is_some(), "{path}");
        }
    }

    #[test]
    fn another_model_takes_its_place_and_nothing_else_moves() {
        let endpoint = endpoint("/model/{model}/converse");
        let path = endpoint.with_model("/x/model/a%3A0/converse?q=1", "b c?:1").unwrap();
        assert_eq!(path, "/x/model/b%20c%3F:1/converse?q=1");
        assert_eq!(endpoint.model(&path).as_deref(), Some("b c?:1"));
        assert_eq!(endpoint.with_model("/x", "m"), None);
        assert_eq!(endpoint.path("m"), "/model/m/converse");
    }

    #[test]
    fn a_path_without_a_model_is_known_by_its_end() {
        let endpoint = endpoint("/v1/messages");
        assert!(endpoint.serves("/anthropic/v1/messages"));
        assert!(!endpoint.serves("/v1/messages/batches"));
        assert_eq!(endpoint.model("/v1/messages"), None);
    }
}
