//! Sets of words that are quick to ask and sometimes wrong: most words are in none, and that is cheap to see.
#![allow(clippy::indexing_slicing, reason = "evaluated at compile time only")]

/// The first and the last letter and the length of words, whatever their case.
pub(super) struct Shapes([u64; 128]);

impl Shapes {
    /// Of the last words of phrases.
    pub(super) const fn of(lists: &[&[&str]]) -> Shapes {
        let mut bits = [0; 128];
        let mut list = 0;
        while list < lists.len() {
            let mut phrase = 0;
            while phrase < lists[list].len() {
                let bytes = lists[list][phrase].as_bytes();
                let mut start = bytes.len() - 1;
                while start > 0 && is_letter(bytes[start - 1]) {
                    start -= 1;
                }
                let bit = shape(bytes[start], bytes[bytes.len() - 1], bytes.len() - start);
                bits[bit / 64] |= 1 << (bit % 64);
                phrase += 1;
            }
            list += 1;
        }
        Shapes(bits)
    }

    /// Whether one of the words can be `word`.
    pub(super) fn may_have(&self, word: &[u8]) -> bool {
        let (Some(first), Some(last)) = (word.first(), word.last()) else { return false };
        let bit = shape(*first, *last, word.len());
        self.0.get(bit / 64).is_some_and(|bits| bits >> (bit % 64) & 1 == 1)
    }
}

const fn shape(first: u8, last: u8, len: usize) -> usize {
    let (first, last) = (first.to_ascii_lowercase() as usize, last.to_ascii_lowercase() as usize);
    (first * 257 + last * 31 + len * 5) % 8192
}

/// Whether a byte belongs to a word: a letter, a part of one, or an apostrophe.
pub(super) const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80 || byte == b'\''
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn last_words_are_met_and_most_others_are_not() {
        const SET: Shapes = Shapes::of(&[&["my name is", "mr"], &["señora"]]);
        for word in ["is", "IS", "Mr", "señora"] {
            assert!(SET.may_have(word.as_bytes()), "{word}");
        }
        for word in ["", "name", "my", "it", "us"] {
            assert!(!SET.may_have(word.as_bytes()), "{word}");
        }
    }
}
