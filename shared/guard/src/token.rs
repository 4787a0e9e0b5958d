//! Words, numbers and marks of a text, in one pass.
//!
//! A word's hash is the same when the letters between its first and its last are shuffled: people read such
//! words (typoglycemia), and so do models. It costs nothing, where a dictionary of misspellings would.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A run of letters; apostrophes within belong to it.
    Word,
    /// A run of digits.
    Number,
    /// One character of a script that is written without spaces.
    Ideograph,
    /// Anything else that is visible, one character.
    Mark,
    /// The end of a sentence or a line.
    Break,
}

/// One token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its hash, case ignored.
    pub(crate) hash: u32,
    /// Byte offsets in the text.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
    /// How many letters or digits it has.
    pub(crate) length: u32,
    /// Whether it is the first on its line.
    pub(crate) opens_line: bool,
}

const OTHER: u8 = 0;
const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const SPACE: u8 = 3;
const BREAK: u8 = 4;
const LINE: u8 = 5;
const WIDE: u8 = 6;

static CLASS: [u8; 256] = classes();

#[expect(clippy::indexing_slicing, reason = "evaluated when it is compiled")]
const fn classes() -> [u8; 256] {
    let mut table = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b'\n' | b'\r' => LINE,
            b'.' | b'!' | b'?' => BREAK,
            0..=b' ' | 127 => SPACE,
            128.. => WIDE,
            _ => OTHER,
        };
        byte += 1;
    }
    table
}

/// Spreads the bits of a small number.
pub(crate) const fn spread(number: u32) -> u32 {
    let mut x = number.wrapping_add(0x9E37_79B9);
    x = (x ^ (x >> 16)).wrapping_mul(0x85EB_CA6B);
    x = (x ^ (x >> 13)).wrapping_mul(0xC2B2_AE35);
    x ^ (x >> 16)
}

/// The bits of ASCII letters, case ignored; 0 for all else.
static LETTERS: [u32; 256] = letters();

#[expect(clippy::indexing_slicing, reason = "evaluated when it is compiled")]
const fn letters() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = b'a';
    while byte <= b'z' {
        table[byte as usize] = spread(byte as u32);
        table[byte.to_ascii_uppercase() as usize] = spread(byte as u32);
        byte += 1;
    }
    table
}

#[inline]
fn ascii_letter(byte: u8) -> u32 {
    LETTERS.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Gathers a word's hash letter by letter.
#[derive(Default)]
struct WordHash {
    first: u32,
    last: u32,
    sum: u32,
    length: u32,
}

impl WordHash {
    fn letter(&mut self, spread: u32) {
        if self.length == 0 {
            self.first = spread;
        }
        self.last = spread;
        self.sum = self.sum.wrapping_add(spread);
        self.length += 1;
    }

    /// The ASCII letters from `at` on, of which there is one at least. Returns where they end.
    #[inline]
    fn run(&mut self, bytes: &[u8], at: usize) -> usize {
        // Copies, which can be held in registers.
        let (mut sum, mut last, mut end) = (self.sum, self.last, at);
        while let Some(byte) = bytes.get(end) {
            let spread = ascii_letter(*byte);
            if spread == 0 {
                break;
            }
            sum = sum.wrapping_add(spread);
            last = spread;
            end += 1;
        }
        if self.length == 0 {
            self.first = bytes.get(at).copied().map_or(0, ascii_letter);
        }
        (self.sum, self.last) = (sum, last);
        self.length += (end - at) as u32;
        end
    }

    fn finish(&self) -> u32 {
        let ends = self.first.rotate_left(7) ^ self.last.rotate_left(17);
        let x = (self.sum ^ ends).wrapping_add(self.length.wrapping_mul(0x9E37_79B1));
        let x = (x ^ (x >> 15)).wrapping_mul(0x2C1B_3C6D);
        x ^ (x >> 13)
    }
}

/// The hash of two tokens in a row.
pub(crate) fn pair(first: u32, second: u32) -> u32 {
    let x = (first.rotate_left(11) ^ second).wrapping_mul(0x9E37_79B1);
    x ^ (x >> 15)
}

/// The hash of a word as [`tokens`] gives it.
pub(crate) fn word_hash(word: &str) -> u32 {
    let mut hash = WordHash::default();
    word.chars().for_each(|c| hash.letter(spread(u32::from(c.to_ascii_lowercase()))));
    hash.finish()
}

/// Shows the hash of every beginning of a word, and how many letters it has.
pub(crate) fn prefix_hashes(letters: impl Iterator<Item = char>, mut see: impl FnMut(usize, u32)) {
    let mut hash = WordHash::default();
    for (at, letter) in letters.enumerate() {
        hash.letter(spread(u32::from(letter.to_ascii_lowercase())));
        see(at + 1, hash.finish());
    }
}

/// Whether a character belongs to a script that is written without spaces, or glues endings to its words.
pub(crate) fn is_ideograph(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3041..=0x30FF | 0x3400..=0x9FFF
        | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}

/// Whether a character outside ASCII is part of a word. By blocks, not by tables: those are large.
pub(crate) fn is_letter(c: char) -> bool {
    match u32::from(c) {
        code @ 0..=0x7F => (code as u8).is_ascii_alphabetic(),
        0xAA | 0xB5 | 0xBA => true,
        0x80..=0xBF | 0xD7 | 0xF7 => false,
        // Arabic and Devanagari punctuation.
        0x060C | 0x061B | 0x061F | 0x066A..=0x066D | 0x06D4 | 0x0964 | 0x0965 => false,
        0x2000..=0x2BFF | 0x2E00..=0x303F | 0xFE10..=0xFE6F => false,
        0xE000..=0xF8FF | 0xFFF0..=0xFFFF | 0x1_F000..=0x1_FAFF => false,
        code => code < 0xE_0000,
    }
}

/// Shows every token of `text` to `see`, in order.
pub(crate) fn tokens(text: &str, mut see: impl FnMut(Token)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut opens_line = true;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        // What stands behind the token and is none, as far as it was seen.
        let mut gap = 0;
        let class = CLASS.get(usize::from(byte)).copied().unwrap_or(OTHER);
        let (kind, hash, length) = match class {
            SPACE => {
                at += 1;
                while bytes.get(at) == Some(&b' ') {
                    at += 1;
                }
                continue;
            }
            LETTER => {
                let mut hash = WordHash::default();
                at = hash.run(bytes, at);
                match bytes.get(at) {
                    Some(b' ') => gap = 1,
                    Some(b'\'' | 0x80..) => (at, hash) = word(text, at, hash),
                    _ => {}
                }
                (Kind::Word, hash.finish(), hash.length)
            }
            DIGIT => {
                while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                    at += 1;
                }
                let length = (at - start) as u32;
                (Kind::Number, spread(0x1_0000 + length.min(4)), length)
            }
            BREAK | LINE => {
                at += 1;
                (Kind::Break, spread(0x2_0000 + u32::from(byte)), 1)
            }
            OTHER => {
                at += 1;
                (Kind::Mark, spread(0x2_0000 + u32::from(byte)), 1)
            }
            _ => {
                let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
                if is_ideograph(c) {
                    at += c.len_utf8();
                    (Kind::Ideograph, spread(u32::from(c)), 1)
                } else if is_letter(c) {
                    let hash;
                    (at, hash) = word(text, at, WordHash::default());
                    (Kind::Word, hash.finish(), hash.length)
                } else {
                    at += c.len_utf8();
                    let kind = match c {
                        '。' | '！' | '？' | '।' | '؟' | '\u{2028}' | '\u{2029}' => {
                            Kind::Break
                        }
                        '\u{2000}'..='\u{200F}' | '\u{A0}' | '\u{3000}' => continue,
                        _ => Kind::Mark,
                    };
                    (kind, spread(0x2_0000 + u32::from(c)), 1)
                }
            }
        };
        see(Token { kind, hash, start, end: at, length, opens_line });
        // A list's bullet, a quote's bar or an emphasis opens a line as the word behind it does.
        opens_line = match class {
            LINE => true,
            BREAK => opens_line,
            _ => opens_line && kind == Kind::Mark,
        };
        at += gap;
    }
}

/// What goes on of a word from `at` on. Returns where it ends, and its hash.
#[cold]
fn word(text: &str, mut at: usize, mut hash: WordHash) -> (usize, WordHash) {
    let bytes = text.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        if ascii_letter(byte) != 0 {
            at = hash.run(bytes, at);
        } else if byte == b'\'' && bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic) {
            at += 1;
        } else if byte.is_ascii() {
            break;
        } else {
            match text.get(at..).and_then(|rest| rest.chars().next()) {
                Some(c) if is_letter(c) && !is_ideograph(c) => {
                    hash.letter(spread(u32::from(c)));
                    at += c.len_utf8();
                }
                _ => break,
            }
        }
    }
    (at, hash)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn seen(text: &str) -> Vec<(Kind, &str)> {
        let mut out = Vec::new();
        tokens(text, |token| out.push((token.kind, text.get(token.start..token.end).unwrap())));
        out
    }

    #[test]
    fn a_text_falls_into_tokens() {
        use Kind::{Break, Ideograph, Mark, Number, Word};
        assert_eq!(
            seen("Don't, 42 наш.\n忽略x"),
            [
                (Word, "Don't"),
                (Mark, ","),
                (Number, "42"),
                (Word, "наш"),
                (Break, "."),
                (Break, "\n"),
                (Ideograph, "忽"),
                (Ideograph, "略"),
                (Word, "x"),
            ]
        );
    }

    #[test]
    fn shuffled_letters_within_a_word_keep_its_hash() {
        for (word, shuffled) in [("previous", "pervoius"), ("instructions", "intsurctoins")] {
            assert_eq!(word_hash(word), word_hash(shuffled));
        }
        for (one, other) in [("ignore", "ignored"), ("rules", "ruler"), ("ab", "ba")] {
            assert_ne!(word_hash(one), word_hash(other));
        }
    }

    #[test]
    fn a_word_in_a_text_hashes_as_the_word() {
        for word in ["ignore", "игнорируй", "निर्देश", "تعليمات", "é"]
        {
            let mut hashes = Vec::new();
            tokens(word, |token| hashes.push(token.hash));
            assert_eq!(hashes, [word_hash(word)], "{word}");
        }
    }

    #[test]
    fn marks_do_not_end_the_beginning_of_a_line() {
        let mut opens = Vec::new();
        let text = "a system: b\n> - system";
        tokens(text, |token| {
            if token.kind == Kind::Word {
                opens.push((text.get(token.start..token.end).unwrap(), token.opens_line));
            }
        });
        assert_eq!(opens, [("a", true), ("system", false), ("b", false), ("system", true)]);
    }
}
