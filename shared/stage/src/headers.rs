//! Headers as bytes, with a record of what was changed.

use std::borrow::Cow;

use chat::json::same;

/// How most content-types are written.
const USUAL: [&str; 2] = ["application/json", "text/event-stream"];

/// A change to a header map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Take out every value of this name.
    Remove(String),
    /// Make this the only value of the name.
    Set(String, Vec<u8>),
}

impl Edit {
    /// The name of the header.
    pub fn name(&self) -> &str {
        match self {
            Edit::Remove(name) | Edit::Set(name, _) => name,
        }
    }
}

/// An ordered header map: lower-case names, values of any bytes, pseudo-headers (`:path`, `:status`)
/// included. Changes take effect at once and are recorded for the host.
#[derive(Debug, Clone, Default)]
pub struct Headers {
    pairs: Vec<(String, Vec<u8>)>,
    edits: Vec<Edit>,
    /// No name is there of a length whose bit is not set: most that are asked for are not there.
    lengths: u64,
}

impl PartialEq for Headers {
    fn eq(&self, other: &Headers) -> bool {
        (&self.pairs, &self.edits) == (&other.pairs, &other.edits)
    }
}

impl Eq for Headers {}

/// The bit of names as long as this one.
fn length_bit(name: &str) -> u64 {
    1 << (name.len() % 64)
}

impl Headers {
    /// The map as the host gave it.
    pub fn new(pairs: Vec<(String, Vec<u8>)>) -> Headers {
        let lengths = pairs.iter().fold(0, |bits, pair| bits | length_bit(&pair.0));
        Headers { pairs, edits: Vec::new(), lengths }
    }

    /// The headers, if one of this name may be among them.
    fn candidates(&self, name: &str) -> &[(String, Vec<u8>)] {
        if self.lengths & length_bit(name) == 0 { &[] } else { &self.pairs }
    }

    /// All values of `name`. Security decisions look at all of them.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let candidates = self.candidates(name).iter();
        candidates.filter(move |pair| same(&pair.0, name)).map(|pair| pair.1.as_slice())
    }

    /// The first value of `name`, if it is UTF-8.
    pub fn text(&self, name: &str) -> Option<&str> {
        let pair = self.candidates(name).iter().find(|pair| same(&pair.0, name))?;
        std::str::from_utf8(&pair.1).ok()
    }

    /// Whether there is such a header.
    pub fn has(&self, name: &str) -> bool {
        self.candidates(name).iter().any(|pair| same(&pair.0, name))
    }

    /// The names, in order, repeated where the header is.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|pair| pair.0.as_str())
    }

    /// Makes `value` the only value of `name`. If it is already, the host has nothing to do.
    pub fn set(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        let value = value.into();
        let known = if self.candidates(name).is_empty() { 0 } else { usize::MAX };
        let mut of_name = self.pairs.iter_mut().take(known).filter(|pair| same(&pair.0, name));
        match (of_name.next(), of_name.next().is_some()) {
            (Some(pair), false) if pair.1 == value => return,
            (Some(pair), false) => pair.1.clone_from(&value),
            (None, _) => {
                self.lengths |= length_bit(name);
                self.pairs.push((name.to_owned(), value.clone()));
            }
            (Some(pair), true) => {
                pair.1.clone_from(&value);
                let mut seen = false;
                self.pairs
                    .retain(|pair| !same(&pair.0, name) || !std::mem::replace(&mut seen, true));
            }
        }
        self.record(Edit::Set(name.to_owned(), value));
    }

    /// What counts is what was done last to a name.
    fn record(&mut self, edit: Edit) {
        self.edits.retain(|earlier| !same(earlier.name(), edit.name()));
        self.edits.push(edit);
    }

    /// Takes out every value of `name`.
    pub fn remove(&mut self, name: &str) {
        if self.has(name) {
            self.pairs.retain(|pair| !same(&pair.0, name));
            self.record(Edit::Remove(name.to_owned()));
        }
    }

    /// What was changed since the last call, for the host to do.
    pub fn take_edits(&mut self) -> Vec<Edit> {
        std::mem::take(&mut self.edits)
    }

    /// Those that tell a client when to come again and what to ask the provider about: `retry-after` and its kin,
    /// rate limits, the request's id.
    pub fn about_limits(&self) -> Vec<(String, Vec<u8>)> {
        let tells = |name: &str| {
            matches!(name, "retry-after" | "retry-after-ms" | "x-should-retry")
                || name.contains("ratelimit-")
                || name.ends_with("request-id")
        };
        self.pairs.iter().filter(|pair| tells(&pair.0)).cloned().collect()
    }

    /// The HTTP status of a response.
    pub fn status(&self) -> Option<u16> {
        self.text(":status").and_then(|status| status.parse().ok())
    }

    /// Makes them those of an error, as far as that can be known before its body.
    pub fn set_error(&mut self, status: u16) {
        self.set(":status", status.to_string());
        self.set("content-type", "application/json");
    }

    /// The media type in lower case, without parameters.
    pub fn media_type(&self) -> Cow<'static, str> {
        // Nearly always one of these, which is asked for several times.
        let value = self.all("content-type").next().unwrap_or_default();
        if let Some(usual) = USUAL.iter().find(|usual| usual.as_bytes() == value) {
            return Cow::Borrowed(usual);
        }
        let value = std::str::from_utf8(value).unwrap_or_default();
        let end = value.bytes().position(|byte| byte == b';').unwrap_or(value.len());
        value.get(..end).unwrap_or_default().trim_ascii().to_ascii_lowercase().into()
    }

    /// Whether the body is in a content-encoding other than `identity`.
    pub fn is_encoded(&self) -> bool {
        self.all("content-encoding").any(|value| {
            let value = value.trim_ascii();
            !value.is_empty() && !value.eq_ignore_ascii_case(b"identity")
        })
    }

    /// The length that the sender announces.
    pub fn content_length(&self) -> Option<u64> {
        self.text("content-length").and_then(|length| length.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> Headers {
        Headers::new(pairs.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect())
    }

    #[test]
    fn set_leaves_one_value_and_is_recorded() {
        let mut headers = headers(&[("a", "1"), ("b", "2"), ("a", "3")]);
        headers.set("a", "4");
        assert_eq!(headers.all("a").collect::<Vec<_>>(), [b"4"]);
        assert_eq!(headers.take_edits(), [Edit::Set("a".into(), b"4".to_vec())]);
        assert_eq!(headers.take_edits(), []);
    }

    #[test]
    fn the_host_hears_of_the_last_edit_of_a_name() {
        let mut headers = headers(&[("a", "1"), ("b", "2")]);
        headers.remove("a");
        headers.remove("b");
        headers.set("a", "3");
        let edits = [Edit::Remove("b".into()), Edit::Set("a".into(), b"3".to_vec())];
        assert_eq!(headers.take_edits(), edits);
    }

    #[test]
    fn what_was_added_is_found_whatever_its_length() {
        let mut headers = headers(&[("a", "1")]);
        for length in 1..130 {
            let name = "b".repeat(length);
            assert!(!headers.has(&name), "{length}");
            headers.set(&name, "2");
            assert!(headers.has(&name) && headers.text(&name) == Some("2"), "{length}");
            headers.remove(&name);
            assert!(!headers.has(&name), "{length}");
        }
        assert_eq!(headers.take_edits().len(), 129);
        assert_eq!(headers, Headers::new(vec![("a".into(), b"1".to_vec())]));
    }

    #[test]
    fn setting_what_is_there_asks_nothing_of_the_host() {
        let mut headers = headers(&[("a", "1"), ("b", "2"), ("b", "2")]);
        headers.set("a", "1");
        assert_eq!(headers.take_edits(), []);
        headers.set("b", "2");
        assert_eq!(headers.take_edits(), [Edit::Set("b".into(), b"2".to_vec())]);
    }

    #[test]
    fn removing_what_is_not_there_asks_nothing_of_the_host() {
        let mut headers = headers(&[("a", "1")]);
        headers.remove("b");
        assert_eq!(headers.take_edits(), []);
    }

    #[test]
    fn a_value_that_is_no_text_is_not_text() {
        let headers = Headers::new(vec![("a".into(), vec![0xff])]);
        assert!(headers.has("a") && headers.text("a").is_none());
    }

    #[test]
    fn encodings_other_than_identity_count() {
        for (value, encoded) in
            [("gzip", true), ("Identity", false), ("", false), ("identity, br", true)]
        {
            assert_eq!(headers(&[("content-encoding", value)]).is_encoded(), encoded, "{value}");
        }
    }
}
