//! What a request looked like before the first attempt changed it.
//!
//! Envoy replays the original *body* to the upstream filters of every retry, but header changes of one
//! attempt are still there in the next (tried on 1.36.4 and 1.40.0): without care the second provider would
//! be sent the first one's path and key. What Envoy does keep for the request's whole life is filter state,
//! so the values that an attempt is about to change are noted there and put back at the next.

use chat::json::same_bytes;

use crate::{Edit, Headers};

/// The values that headers had when the request arrived, for those that some attempt has changed. Several
/// values are joined as one list; or it is said that the header was not there.
///
/// Kept as the bytes that filter state holds: of each header the length of its name and the name, whether it was
/// there, and if so the length of its value and the value. Lengths are 32 bits, little endian.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Originals(Vec<u8>);

impl Originals {
    /// The filter state that holds them between attempts.
    pub const PROPERTY: &str = "tollgate.original_headers";

    /// Those that another attempt left; `None` if the bytes are none.
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Originals> {
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            cut_original(&mut rest)?;
        }
        Some(Originals(bytes))
    }

    /// As bytes, for filter state.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn iter(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || cut_original(&mut rest))
    }

    /// The edits that give `headers` their original values again. They are already done in `headers`.
    pub fn restore(&self, headers: &mut Headers) -> Vec<Edit> {
        for (name, value) in self.iter() {
            match (std::str::from_utf8(name), value) {
                (Ok(name), Some(value)) => headers.set(name, value),
                (Ok(name), None) => headers.remove(name),
                // Only names of edits are noted.
                (Err(_), _) => {}
            }
        }
        headers.take_edits()
    }

    /// Notes the value that each header had which `edits` change for the first time; `arrived` are all headers
    /// in the state they arrived in. Returns whether there was any to note.
    pub fn note(&mut self, arrived: &Headers, edits: &[Edit]) -> bool {
        let known = self.0.len();
        if known == 0 {
            self.0.reserve(256);
        }
        for name in edits.iter().map(Edit::name) {
            if self.iter().any(|original| same_bytes(original.0, name.as_bytes())) {
                continue;
            }
            append(name.as_bytes(), &mut self.0);
            let value = arrived.joined(name);
            self.0.push(u8::from(value.is_some()));
            if let Some(value) = value {
                append(&value, &mut self.0);
            }
        }
        self.0.len() > known
    }
}

fn append(part: &[u8], bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(part);
}

/// Takes what [`append`] wrote from the front.
fn cut<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (part, rest) = rest.split_at_checked(length)?;
    *bytes = rest;
    Some(part)
}

/// Takes a name and what it had from the front.
fn cut_original<'a>(bytes: &mut &'a [u8]) -> Option<(&'a [u8], Option<&'a [u8]>)> {
    let name = cut(bytes)?;
    let (there, rest) = bytes.split_first()?;
    *bytes = rest;
    let value = if *there == 0 { None } else { Some(cut(bytes)?) };
    Some((name, value))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn pairs() -> Vec<(String, Vec<u8>)> {
        vec![
            (":path".into(), b"/v1/messages".to_vec()),
            ("authorization".into(), b"Bearer client\xff".to_vec()),
            ("x-trace".into(), b"1".to_vec()),
        ]
    }

    #[test]
    fn the_second_attempt_sees_what_the_client_sent() {
        let arrived = Headers::new(pairs());
        let mut headers = arrived.clone();
        headers.set(":path", "/v1/chat/completions");
        headers.set("x-api-key", "first provider's");
        headers.remove("authorization");
        let mut originals = Originals::default();
        assert!(originals.note(&arrived, &headers.take_edits()));

        let edits =
            Originals::from_bytes(originals.as_bytes().to_vec()).unwrap().restore(&mut headers);
        assert!(edits.contains(&Edit::Remove("x-api-key".into())));
        for name in [":path", "authorization", "x-trace", "x-api-key"] {
            assert!(headers.all(name).eq(arrived.all(name)), "{name}");
        }
    }

    #[test]
    fn an_original_is_noted_once() {
        let edits = [Edit::Set(":path".into(), b"/b".to_vec())];
        let mut originals = Originals::default();
        let path = |path: &str| Headers::new(vec![(":path".to_owned(), path.as_bytes().to_vec())]);
        assert!(originals.note(&path("/a"), &edits));
        assert!(!originals.note(&path("/b"), &edits));
        let mut second = path("/b");
        assert_eq!(originals.restore(&mut second), [Edit::Set(":path".into(), b"/a".to_vec())]);
    }

    #[test]
    fn several_values_are_one_list() {
        let arrived = [("a", "1"), ("b", "2"), ("a", "3")];
        let arrived = arrived.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
        let mut originals = Originals::default();
        let arrived = Headers::new(arrived.to_vec());
        assert!(originals.note(&arrived, &[Edit::Remove("a".into())]));
        let edits = originals.restore(&mut Headers::default());
        assert_eq!(edits, [Edit::Set("a".into(), b"1, 3".to_vec())]);
    }

    #[test]
    fn foreign_filter_state_is_no_original() {
        let bytes = b"\x01\0\0\0a\x01\x01\0\0\0b";
        let originals = Originals::from_bytes(bytes.to_vec()).unwrap();
        assert_eq!(originals.iter().collect::<Vec<_>>(), [(&b"a"[..], Some(&b"b"[..]))]);
        for length in 1..bytes.len() {
            assert_eq!(Originals::from_bytes(bytes[..length].to_vec()), None, "{length}");
        }
        assert_eq!(Originals::from_bytes(b"{\"a\":\"b\"}".to_vec()), None);
    }
}
