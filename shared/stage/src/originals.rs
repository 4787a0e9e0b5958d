//! What a request looked like before the first attempt changed it.
//!
//! Envoy replays the original *body* to the upstream filters of every retry, but header changes of one
//! attempt are still there in the next (tried on 1.36.4 and 1.40.0): without care the second provider would
//! be sent the first one's path and key. What Envoy does keep for the request's whole life is filter state,
//! so the values that an attempt is about to change are noted there and put back at the next.

use std::collections::BTreeMap;

use crate::{Edit, Headers};

/// The values that headers had when the request arrived, for those that some attempt has changed. Several
/// values are joined as one list; `None`: the header was not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Originals(BTreeMap<String, Option<Vec<u8>>>);

impl Originals {
    /// The filter state that holds them between attempts.
    pub const PROPERTY: &str = "tollgate.original_headers";

    /// Reads what [`Originals::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Option<Originals> {
        let map: BTreeMap<String, Option<String>> = serde_json::from_slice(bytes).ok()?;
        let bytes = |text: String| text.chars().map(|c| c as u32 as u8).collect();
        Some(Originals(map.into_iter().map(|(name, value)| (name, value.map(bytes))).collect()))
    }

    /// As bytes, for filter state.
    pub fn to_bytes(&self) -> Vec<u8> {
        // One character per byte: header values need not be UTF-8, JSON strings must be.
        let text = |value: &Vec<u8>| value.iter().map(|byte| char::from(*byte)).collect();
        let map: BTreeMap<&String, Option<String>> =
            self.0.iter().map(|(name, value)| (name, value.as_ref().map(text))).collect();
        serde_json::to_vec(&map).unwrap_or_default()
    }

    /// The edits that give `headers` their original values again. They are already done in `headers`.
    pub fn restore(&self, headers: &mut Headers) -> Vec<Edit> {
        for (name, value) in &self.0 {
            match value {
                Some(value) => headers.set(name, value.as_slice()),
                None => headers.remove(name),
            }
        }
        headers.take_edits()
    }

    /// Notes what `headers`, in the state they arrived in, have for each name that `edits` change. Returns
    /// whether any of them is new.
    pub fn note(&mut self, headers: &Headers, edits: &[Edit]) -> bool {
        let known = self.0.len();
        for edit in edits {
            let (Edit::Remove(name) | Edit::Set(name, _)) = edit;
            self.0.entry(name.clone()).or_insert_with(|| {
                let values: Vec<&[u8]> = headers.all(name).collect();
                (!values.is_empty()).then(|| values.join(b", ".as_slice()))
            });
        }
        self.0.len() > known
    }
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

        let edits = Originals::from_bytes(&originals.to_bytes()).unwrap().restore(&mut headers);
        assert!(edits.contains(&Edit::Remove("x-api-key".into())));
        for name in [":path", "authorization", "x-trace", "x-api-key"] {
            assert!(headers.all(name).eq(arrived.all(name)), "{name}");
        }
    }

    #[test]
    fn an_original_is_noted_once() {
        let edits = [Edit::Set(":path".into(), b"/b".to_vec())];
        let mut originals = Originals::default();
        assert!(originals.note(&Headers::new(vec![(":path".into(), b"/a".to_vec())]), &edits));
        assert!(!originals.note(&Headers::new(vec![(":path".into(), b"/b".to_vec())]), &edits));
        let mut second = Headers::new(vec![(":path".into(), b"/b".to_vec())]);
        assert_eq!(originals.restore(&mut second), [Edit::Set(":path".into(), b"/a".to_vec())]);
    }

    #[test]
    fn foreign_filter_state_is_no_original() {
        assert_eq!(Originals::from_bytes(b"x"), None);
    }
}
