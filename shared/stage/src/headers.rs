//! Headers as bytes, with a record of what was changed.

use std::borrow::Cow;
use std::fmt;

use chat::json::{same, same_bytes};

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

/// Where a name or a value stands among the bytes of its map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its first byte.
    pub start: usize,
    /// How many bytes it has.
    pub length: usize,
}

impl Part {
    fn of(self, bytes: &[u8]) -> Option<&[u8]> {
        bytes.get(self.start..)?.get(..self.length)
    }
}

/// Where a header stands among the bytes of its map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its name.
    pub name: Part,
    /// Its value.
    pub value: Part,
}

impl Place {
    /// Whether the header is of this name; `bytes` are the map's. Most are not, which their lengths tell alone.
    #[inline]
    fn names_it(&self, name: &str, bytes: &[u8]) -> bool {
        let part = self.name;
        part.length == name.len()
            && part.of(bytes).is_some_and(|known| same_bytes(known, name.as_bytes()))
    }
}

/// An ordered header map: lower-case names, values of any bytes, pseudo-headers (`:path`, `:status`)
/// included. Changes take effect at once and are recorded for the host.
///
/// Names and values stay in the bytes that the host gave, and what is set goes behind them: a map is two pieces
/// of memory, however many headers it has.
#[derive(Clone, Default)]
pub struct Headers {
    bytes: Vec<u8>,
    places: Vec<Place>,
    edits: Vec<Edit>,
    /// No name is there whose bit is not set: most that are asked for are not there.
    bits: u64,
    /// The bits that more than one header had.
    shared_bits: u64,
}

/// The bit of names that are as long as this one and begin and end like it.
fn bit(name: &[u8]) -> u64 {
    let edge = |byte: Option<&u8>| usize::from(byte.copied().unwrap_or_default());
    1 << ((name.len() * 7 + edge(name.first()) * 3 + edge(name.last())) % 64)
}

impl Headers {
    /// A map of these names and values.
    pub fn new(pairs: Vec<(String, Vec<u8>)>) -> Headers {
        let mut headers = Headers::default();
        for (name, value) in pairs {
            headers.push(name.as_bytes(), &value);
        }
        headers
    }

    /// A map whose headers stand at `places` in `bytes`, up to the first that does not.
    pub fn within(bytes: Vec<u8>, mut places: Vec<Place>) -> Headers {
        let (mut bits, mut shared_bits) = (0, 0);
        let stands = |place: &Place| {
            let bit = bit(place.name.of(&bytes)?);
            shared_bits |= bits & bit;
            bits |= bit;
            place.value.of(&bytes)?;
            Some(())
        };
        let standing = places.iter().map_while(stands).count();
        places.truncate(standing);
        Headers { bytes, places, edits: Vec::new(), bits, shared_bits }
    }

    fn part(&self, part: Part) -> &[u8] {
        part.of(&self.bytes).unwrap_or_default()
    }

    #[inline]
    fn names_it(&self, place: &Place, name: &str) -> bool {
        place.names_it(name, &self.bytes)
    }

    /// Where the first header of this name is in the list.
    #[inline]
    fn position(&self, name: &str) -> Option<usize> {
        if self.bits & bit(name.as_bytes()) == 0 { None } else { self.search(name) }
    }

    /// [`Headers::position`] where the bits tell nothing. Once in a module, not in every caller.
    #[inline(never)]
    fn search(&self, name: &str) -> Option<usize> {
        self.places.iter().position(|place| self.names_it(place, name))
    }

    /// The first value of `name`.
    pub fn first(&self, name: &str) -> Option<&[u8]> {
        Some(self.part(self.places.get(self.position(name)?)?.value))
    }

    /// All values of `name`. Security decisions look at all of them.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        let first = self.position(name).unwrap_or(self.places.len());
        let places = self.places.get(first..).unwrap_or_default().iter();
        places.filter(move |place| self.names_it(place, name)).map(|place| self.part(place.value))
    }

    /// All values of `name` as one list.
    pub fn joined<'a>(&'a self, name: &str) -> Option<Cow<'a, [u8]>> {
        let mut all = self.all(name);
        let first = all.next()?;
        if !self.may_repeat(name) {
            return Some(first.into());
        }
        Some(all.fold(first.into(), |list, value| [&list, &b", "[..], value].concat().into()))
    }

    /// The first value of `name`, if it is UTF-8.
    pub fn text(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.first(name)?).ok()
    }

    /// Whether there is such a header.
    pub fn has(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// The names, in order, repeated where the header is. One that is no text, which Envoy lets nobody send, is not
    /// among them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.named().map(|(name, _)| name)
    }

    /// Names that are texts, and their values, in order.
    fn named(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.pairs().filter_map(|(name, value)| Some((std::str::from_utf8(name).ok()?, value)))
    }

    /// Names and values, in order.
    fn pairs(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.places.iter().map(|place| (self.part(place.name), self.part(place.value)))
    }

    fn append(&mut self, part: &[u8]) -> Part {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(part);
        Part { start, length: part.len() }
    }

    fn push(&mut self, name: &[u8], value: &[u8]) {
        self.shared_bits |= self.bits & bit(name);
        self.bits |= bit(name);
        let place = Place { name: self.append(name), value: self.append(value) };
        self.places.push(place);
    }

    /// Makes `value` the only value of `name`. If it is already, the host has nothing to do.
    pub fn set(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.put(name, value.into());
    }

    fn put(&mut self, name: &str, value: Vec<u8>) {
        match self.position(name) {
            None => self.push(name.as_bytes(), &value),
            Some(at) => {
                let count = self.places.len();
                if self.may_repeat(name) {
                    self.take_out(name, at + 1);
                }
                let old = self.places.get(at).map(|place| self.part(place.value));
                if old == Some(&value) && count == self.places.len() {
                    return;
                }
                let value = self.append(&value);
                if let Some(place) = self.places.get_mut(at) {
                    place.value = value;
                }
            }
        }
        self.record(Edit::Set(name.to_owned(), value));
    }

    /// Whether there may be several of this name.
    fn may_repeat(&self, name: &str) -> bool {
        self.shared_bits & bit(name.as_bytes()) != 0
    }

    /// Takes out the headers of this name from `first` on.
    #[cold]
    fn take_out(&mut self, name: &str, first: usize) {
        let mut index = 0;
        self.places.retain(|place| {
            index += 1;
            index <= first || !place.names_it(name, &self.bytes)
        });
    }

    /// What counts is what was done last to a name.
    fn record(&mut self, edit: Edit) {
        let known = |earlier: &Edit| same(earlier.name(), edit.name());
        if let Some(earlier) = self.edits.iter().position(known) {
            self.edits.remove(earlier);
        }
        self.edits.push(edit);
    }

    /// Takes out every value of `name`.
    pub fn remove(&mut self, name: &str) {
        if let Some(first) = self.position(name) {
            match self.may_repeat(name) {
                true => self.take_out(name, first),
                false => drop(self.places.remove(first)),
            }
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
        let told = self.named().filter(|(name, _)| tells(name));
        told.map(|(name, value)| (name.to_owned(), value.to_vec())).collect()
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
        let value = self.first("content-type").unwrap_or_default();
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

impl PartialEq for Headers {
    fn eq(&self, other: &Headers) -> bool {
        self.pairs().eq(other.pairs()) && self.edits == other.edits
    }
}

impl Eq for Headers {}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = String::from_utf8_lossy;
        f.debug_list().entries(self.pairs().map(|(name, value)| (text(name), text(value)))).finish()
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
    fn headers_stand_where_the_host_says() {
        let bytes = b"..a\0:12\0cd..".to_vec();
        let part = |start, length| Part { start, length };
        let place = |name, value| Place { name, value };
        let a = place(part(2, 1), part(5, 2));
        let places = vec![a, place(part(4, 1), part(7, 0)), place(part(8, 2), part(9, 1))];
        let mut headers = Headers::within(bytes.clone(), places);
        let same = Headers::new(vec![
            ("a".into(), b"12".to_vec()),
            (":".into(), Vec::new()),
            ("cd".into(), b"d".to_vec()),
        ]);
        assert_eq!(headers, same);
        assert_eq!(headers.names().collect::<Vec<_>>(), ["a", ":", "cd"]);
        headers.set("a", "345");
        assert_eq!((headers.text("a"), headers.text("cd")), (Some("345"), Some("d")));

        for (start, length) in [(12, 1), (0, 13), (usize::MAX, 1), (1, usize::MAX)] {
            let beyond = part(start, length);
            for beyond in [Place { name: beyond, ..a }, Place { value: beyond, ..a }] {
                let headers = Headers::within(bytes.clone(), vec![a, beyond, a]);
                assert_eq!(headers, Headers::new(vec![("a".into(), b"12".to_vec())]));
            }
        }
    }

    #[test]
    fn encodings_other_than_identity_count() {
        for (value, encoded) in
            [("gzip", true), ("Identity", false), ("", false), ("identity, br", true)]
        {
            assert_eq!(headers(&[("content-encoding", value)]).is_encoded(), encoded, "{value}");
        }
    }

    /// What each call does, said in the simplest way.
    #[cfg(not(target_arch = "wasm32"))]
    #[derive(Default)]
    struct Model(Vec<(String, Vec<u8>)>, Vec<Edit>);

    #[cfg(not(target_arch = "wasm32"))]
    impl Model {
        fn set(&mut self, name: &str, value: &[u8]) {
            let known: Vec<_> = self.0.iter().filter(|pair| pair.0 == name).cloned().collect();
            if matches!(&known[..], [one] if one.1 == value) {
                return;
            }
            match self.0.iter().position(|pair| pair.0 == name) {
                Some(at) => {
                    self.0[at].1 = value.to_vec();
                    let mut index = 0..;
                    self.0.retain(|pair| index.next() <= Some(at) || pair.0 != name);
                }
                None => self.0.push((name.to_owned(), value.to_vec())),
            }
            self.record(Edit::Set(name.to_owned(), value.to_vec()));
        }

        fn remove(&mut self, name: &str) {
            if self.0.iter().any(|pair| pair.0 == name) {
                self.0.retain(|pair| pair.0 != name);
                self.record(Edit::Remove(name.to_owned()));
            }
        }

        fn record(&mut self, edit: Edit) {
            self.1.retain(|earlier| earlier.name() != edit.name());
            self.1.push(edit);
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn any_edits_of_any_headers_do_what_they_say(
            pairs in proptest::collection::vec(("a|b|aa|ab|ba|abba|etag", "[xy]{0,2}"), 0..6),
            edits in proptest::collection::vec(
                ("a|b|aa|ab|ba|abba|etag|", proptest::option::of("[xy]{0,2}")), 0..8),
        ) {
            let pairs: Vec<_> = pairs.into_iter().map(|(n, v)| (n, v.into_bytes())).collect();
            let (mut headers, mut model) = (Headers::new(pairs.clone()), Model(pairs, Vec::new()));
            for (name, value) in edits {
                match value {
                    Some(value) => {
                        headers.set(&name, value.as_str());
                        model.set(&name, value.as_bytes());
                    }
                    None => {
                        headers.remove(&name);
                        model.remove(&name);
                    }
                }
                let all: Vec<_> = model.0.iter().filter(|p| p.0 == name).map(|p| &p.1[..]).collect();
                assert_eq!(headers.first(&name), all.first().copied());
                assert_eq!(headers.all(&name).collect::<Vec<_>>(), all);
            }
            let pairs = headers.pairs().map(|(n, v)| (String::from_utf8(n.to_vec()).unwrap(), v.to_vec()));
            assert_eq!(pairs.collect::<Vec<_>>(), model.0);
            assert_eq!(headers.take_edits(), model.1);
        }
    }
}
