//! What stands in a text in place of what was found.
//!
//! | shape | of |
//! |---|---|
//! | `<EMAIL_ADDRESS_1_KDRTBH>` | `mask` in a request: number of the value, tag of the request |
//! | `<EMAIL_ADDRESS_1>` | `mask` in an answer: nobody restores it |
//! | `<EMAIL_ADDRESS_KDRTBHPQFGMNLCSJ>` | `hash` |
//! | `<EMAIL_ADDRESS>` | `redact` |
//!
//! Angle brackets, capitals and underscores are what models copy best. The tag comes last, so that no number is
//! the head of another, and it is made of consonants: neither a word, nor a number, nor hex.

use std::ops::Range;

use chat::bytes::{Set, places};

/// The letters of tags and hashes: sixteen, so four bits each.
const LETTERS: &[u8; 16] = b"BCDFGHJKLMNPQRST";

/// The letters of a tag: 24 bits. A tag that stands in the request is not taken, so nobody can bring one along.
pub(crate) const TAG_LEN: usize = 6;

/// The letters of a hash: 64 bits.
const HASH_LEN: usize = 16;

/// The longest number of a value: a request holds less than ten million.
pub(crate) const MAX_DIGITS: usize = 7;

/// The letters that say the lowest bits of `word`.
fn letters(word: u64, count: usize) -> String {
    let nibble = |at: usize| (word >> (4 * at)) as usize & 15;
    (0..count).filter_map(|at| LETTERS.get(nibble(at)).map(|&letter| char::from(letter))).collect()
}

/// A tag made of a random word; each `attempt` gives another.
pub(crate) fn tag(dice: u64, attempt: u64) -> String {
    // The finalizer of SplitMix64, for dice whose bits are not all of one quality.
    let mut word = dice.wrapping_add((attempt + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    letters(word ^ (word >> 31), TAG_LEN)
}

/// The placeholder of the value `number`.
pub(crate) fn masked(entity: &str, number: usize, tag: Option<&str>) -> String {
    match tag {
        Some(tag) => format!("<{entity}_{number}_{tag}>"),
        None => format!("<{entity}_{number}>"),
    }
}

/// What stands for every value of an entity.
pub(crate) fn redacted(entity: &str) -> String {
    format!("<{entity}>")
}

/// What stands for the value with this hash.
pub(crate) fn hashed(entity: &str, hash: u64) -> String {
    format!("<{entity}_{}>", letters(hash, HASH_LEN))
}

const OPENS: Set = Set::new().with(b'<', b'<');

/// Where in `text` something of one of these shapes stands, of an entity that `known` knows. Nothing is to be
/// found in there: a text that was masked stays as it is.
pub(crate) fn shapes(text: &str, known: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut shapes = Vec::new();
    for start in places(text.as_bytes(), |block| OPENS.find(block)) {
        let inner = text.get(start + 1..).unwrap_or_default();
        let length = inner.bytes().take_while(|&b| is_inner(b)).take(128).count();
        let Some((inner, rest)) = inner.split_at_checked(length) else { continue };
        if rest.starts_with('>') && is_shape(inner, &known) {
            shapes.push(start..start + length + 2);
        }
    }
    shapes
}

fn is_inner(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'
}

/// Whether this is what stands between the brackets of a placeholder.
fn is_shape(inner: &str, known: &impl Fn(&str) -> bool) -> bool {
    let is_letters =
        |part: &str, count| part.len() == count && part.bytes().all(|byte| LETTERS.contains(&byte));
    let is_number = |part: &str| {
        (1..=MAX_DIGITS).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if known(inner) {
        return true;
    }
    let Some((head, last)) = inner.rsplit_once('_') else { return false };
    if is_letters(last, HASH_LEN) || is_number(last) {
        return known(head);
    }
    let Some((entity, number)) = head.rsplit_once('_') else { return false };
    is_letters(last, TAG_LEN) && is_number(number) && known(entity)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn everything_that_is_written_is_known_again() {
        let tag = tag(7, 0);
        let known = |name: &str| name == "EMAIL_ADDRESS" || name == "A";
        for written in [
            masked("EMAIL_ADDRESS", 12, Some(&tag)),
            masked("A", 9_999_999, None),
            redacted("EMAIL_ADDRESS"),
            hashed("A", u64::MAX),
        ] {
            let text = format!("a < {written}> é");
            assert_eq!(shapes(&text, known), vec![4..4 + written.len()], "{text}");
        }
    }

    #[test]
    fn nothing_can_hide_in_a_shape() {
        let known = |name: &str| name == "A";
        for text in [
            "<B>",
            "<A_12345678>",
            "<A_4111111111111111_BCDFGH>",
            "<A_1_123456>",
            "<A_1_AEIOUA>",
            "<A_1_BCDFGHJ>",
            "<A_4111111111111111>",
            "<a>",
            "<A",
            "<A_>",
            "<_1>",
        ] {
            assert!(shapes(text, known).is_empty(), "{text}");
        }
    }

    #[test]
    fn tags_differ_by_dice_and_attempt() {
        let mut tags: Vec<String> =
            (0..40).flat_map(|dice| (0..5).map(move |attempt| tag(dice, attempt))).collect();
        assert!(tags.iter().all(|tag| tag.len() == TAG_LEN));
        tags.sort();
        tags.dedup();
        assert_eq!(tags.len(), 200);
    }
}
