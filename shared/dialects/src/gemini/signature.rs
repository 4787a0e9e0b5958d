//! Proofs of thoughts.
//!
//! Gemini proves its thoughts with a `thoughtSignature` on the part that follows from them, and a client that
//! calls tools has to give it back <https://ai.google.dev/gemini-api/docs/thought-signatures> (read
//! 2026-11-21). Among the other dialects it travels with a mark, so that no provider is sent another's proof.
//! A proof or hidden thought of another provider travels through a Gemini client in Base64's own alphabet,
//! because the official SDKs decode the field.

use std::fmt::Write;

use chat::json::{Map, Value, json};

use super::names::from_hex;
use crate::neutral::Content;

/// What a proof of Gemini's begins with outside this dialect. Base64 has no colon.
const MARK: &str = "gemini:";

/// What another provider's proof begins with inside this dialect.
const PROOF: &str = "tollgate";

/// What another provider's hidden thoughts begin with inside this dialect.
const HIDDEN: &str = "tollhide";

/// Makes the length a multiple of four, as Base64 without `=` wants it. No hexadecimal digit.
const PAD: &str = "ZZ";

/// In place of the proof of a call that another provider's model made; Gemini checks it otherwise
/// (<https://ai.google.dev/gemini-api/docs/thought-signatures#faqs>, read 2026-11-21).
pub(super) const UNPROVEN: &str = "skip_thought_signature_validator";

/// What a `thoughtSignature` says, `text` being the thoughts it came with.
pub(super) fn read(wire: String, text: String) -> Content {
    if wire == UNPROVEN {
        return Content::Reasoning { text, signature: None };
    }
    let ours = |prefix| {
        let digits = wire.strip_prefix(prefix)?;
        from_hex(digits.strip_suffix(PAD).unwrap_or(digits))
    };
    if let Some(data) = ours(HIDDEN) {
        return Content::RedactedReasoning { data };
    }
    let signature = ours(PROOF).unwrap_or_else(|| format!("{MARK}{wire}"));
    Content::Reasoning { text, signature: Some(signature) }
}

/// The `thoughtSignature` for Gemini. `None`: the proof is another provider's.
pub(super) fn own(signature: &str) -> Option<&str> {
    signature.strip_prefix(MARK)
}

/// Where Google's OpenAI-compatible endpoint has the proof of a call, and looks for it
/// (<https://ai.google.dev/gemini-api/docs/thought-signatures>, read 2026-11-21): a field of an item of `tool_calls`.
/// `None`: the proof is another provider's.
pub(crate) fn extra_content(signature: &str) -> Option<(&'static str, Value)> {
    let extra = |own| (EXTRA_CONTENT, json!({"google": {"thought_signature": own}}));
    own(signature).map(extra)
}

/// Takes such a proof of a call out of an item of `tool_calls`.
pub(crate) fn from_extra_content(call: &mut Map) -> Option<String> {
    let place = call.get(EXTRA_CONTENT)?.get("google")?.get("thought_signature")?;
    let signature = format!("{MARK}{}", place.as_str()?);
    call.shift_remove(EXTRA_CONTENT);
    Some(signature)
}

const EXTRA_CONTENT: &str = "extra_content";

/// The `thoughtSignature` for a client, whoever's proof it is.
pub(super) fn proof(signature: &str) -> String {
    own(signature).map_or_else(|| wrapped(PROOF, signature), str::to_owned)
}

/// The `thoughtSignature` that carries hidden thoughts to a client.
pub(super) fn hidden(data: &str) -> String {
    wrapped(HIDDEN, data)
}

fn wrapped(prefix: &str, text: &str) -> String {
    let mut out = prefix.to_owned();
    for byte in text.bytes() {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    if !out.len().is_multiple_of(4) {
        out.push_str(PAD);
    }
    out
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn proven(signature: &str) -> Content {
        Content::Reasoning { text: "t".into(), signature: Some(signature.into()) }
    }

    #[test]
    fn geminis_own_proof_comes_back_as_it_was() {
        let content = read("Cg/+==".into(), "t".into());
        assert_eq!(content, proven("gemini:Cg/+=="));
        assert_eq!(own("gemini:Cg/+=="), Some("Cg/+=="));
        assert_eq!(proof("gemini:Cg/+=="), "Cg/+==");
        assert_eq!(own("ErUB"), None);
    }

    #[test]
    fn a_foreign_proof_survives_a_client_that_decodes_it() {
        for signature in ["ErUB/+==", "x", "", "é"] {
            let wire = proof(signature);
            assert!(
                wire.len().is_multiple_of(4) && wire.bytes().all(|b| b.is_ascii_alphanumeric())
            );
            assert_eq!(read(wire, "t".into()), proven(signature));
            let data = Content::RedactedReasoning { data: signature.into() };
            assert_eq!(read(hidden(signature), String::new()), data);
        }
    }

    #[test]
    fn a_missing_proof_is_none() {
        let unproven = Content::Reasoning { text: "t".into(), signature: None };
        assert_eq!(read(UNPROVEN.into(), "t".into()), unproven);
    }
}
