//! What proves thoughts to be a model's own, on its way through other dialects.
//!
//! A conversation may meet several providers, and each refuses the proofs of the others. So a proof always
//! tells whose it is:
//!
//! * towards other dialects, the `id` and `encrypted_content` of a `reasoning` item are one signature,
//!   `openai-responses:ID:ENCRYPTED`;
//! * towards clients of this dialect, another dialect's signature or redacted thoughts are an
//!   `encrypted_content` that begins with `tollgate:`.

use super::NAME;
use crate::neutral::Content;

/// How an `encrypted_content` begins that holds another dialect's signature.
const SIGNATURE: &str = "tollgate:signature:";

/// How an `encrypted_content` begins that holds another dialect's redacted thoughts.
const REDACTED: &str = "tollgate:redacted:";

/// The thoughts of a `reasoning` item.
pub(super) fn thought(text: String, id: &str, encrypted: Option<String>) -> Content {
    let Some(encrypted) = encrypted.filter(|encrypted| !encrypted.is_empty()) else {
        return Content::Reasoning { text, signature: None };
    };
    match encrypted.strip_prefix(REDACTED) {
        Some(data) => Content::RedactedReasoning { data: data.to_owned() },
        None => Content::Reasoning { text, signature: Some(signature(id, &encrypted)) },
    }
}

/// The signature that stands for an item's `id` and `encrypted_content`.
pub(super) fn signature(id: &str, encrypted: &str) -> String {
    match encrypted.strip_prefix(SIGNATURE) {
        Some(signature) => signature.to_owned(),
        None => format!("{NAME}:{id}:{encrypted}"),
    }
}

/// The redacted thoughts of another dialect that an `encrypted_content` holds.
pub(super) fn redacted_data(encrypted: &str) -> Option<&str> {
    encrypted.strip_prefix(REDACTED)
}

/// The `id` and `encrypted_content` that a signature of this dialect stands for.
pub(super) fn own(signature: &str) -> Option<(&str, &str)> {
    signature.strip_prefix(NAME)?.strip_prefix(':')?.split_once(':')
}

/// The `encrypted_content` for another dialect's signature.
pub(super) fn foreign(signature: &str) -> String {
    format!("{SIGNATURE}{signature}")
}

/// The `encrypted_content` for another dialect's redacted thoughts.
pub(super) fn redacted(data: &str) -> String {
    format!("{REDACTED}{data}")
}

/// Whether an `encrypted_content` is another dialect's, which OpenAI would refuse.
pub(super) fn is_foreign(encrypted: &str) -> bool {
    encrypted.starts_with(SIGNATURE) || encrypted.starts_with(REDACTED)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn every_proof_survives_the_way_there_and_back() {
        let own_proof = signature("rs_1", "gAAA:x");
        assert_eq!(own(&own_proof), Some(("rs_1", "gAAA:x")));
        assert_eq!(signature("rs_2", &foreign("EqQB")), "EqQB");
        let redacted = thought(String::new(), "rs_3", Some(redacted("data")));
        assert_eq!(redacted, Content::RedactedReasoning { data: "data".into() });
        assert_eq!(own("EqQB"), None);
        assert_eq!(own("openai-responsesEqQB"), None);
    }

    #[test]
    fn only_other_dialects_proofs_are_foreign() {
        assert!(is_foreign(&foreign("s")) && is_foreign(&super::redacted("d")));
        assert!(!is_foreign("gAAAAAB"));
        let plain = Content::Reasoning { text: "t".into(), signature: None };
        assert_eq!(thought("t".into(), "rs", None), plain);
        assert_eq!(thought("t".into(), "rs", Some(String::new())), plain);
    }
}
