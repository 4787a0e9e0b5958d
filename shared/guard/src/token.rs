//! Words, numbers and marks of a text, in one pass.
//!
//! A word's hash is the same when the letters between its first and its last are shuffled: people read such
//! words (typoglycemia), and so do models. It costs nothing, where a dictionary of misspellings would.

use chat::bytes::{BLOCK, Set, beyond_ascii, block_at};

/// What a token is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A run of letters; apostrophes within belong to it.
    #[default]
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
#[derive(Debug, Clone, Copy, Default)]
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

pub(crate) const LETTERS: Set = Set::new().with(b'A', b'Z').with(b'a', b'z');
/// What is no token: spaces and control characters, but for the ends of lines.
const BLANKS: Set = Set::new().with(0, 9).with(11, 12).with(14, b' ').with(127, 127);

/// Spreads the bits of a small number.
pub(crate) const fn spread(number: u32) -> u32 {
    let mut x = number.wrapping_add(0x9E37_79B9);
    x = (x ^ (x >> 16)).wrapping_mul(0x85EB_CA6B);
    x = (x ^ (x >> 13)).wrapping_mul(0xC2B2_AE35);
    x ^ (x >> 16)
}

/// The bits of two ASCII letters together, by the five bits of each that tell which one it is, whatever its case; 0 is no
/// letter.
static PAIRS: [u32; 1 << 10] = pairs();

#[expect(clippy::indexing_slicing, reason = "evaluated when it is compiled")]
const fn pairs() -> [u32; 1 << 10] {
    let mut table = [0u32; 1 << 10];
    let mut at = 0;
    while at < table.len() {
        let mut letters = at;
        while letters > 0 {
            if letters % 32 > 0 {
                let letter = spread(0x60 + letters as u32 % 32);
                table[at] = table[at].wrapping_add(letter);
            }
            letters /= 32;
        }
        at += 1;
    }
    table
}

/// The bits of an ASCII letter.
#[inline]
fn ascii_letter(letter: u8) -> u32 {
    PAIRS.get(usize::from(letter & 0x1f)).copied().unwrap_or_default()
}

/// The bits of any letter.
#[inline]
fn letter(c: char) -> u32 {
    match u8::try_from(c) {
        Ok(byte) if byte.is_ascii_alphabetic() => ascii_letter(byte),
        _ => spread(u32::from(c)),
    }
}

/// The bits of four ASCII letters, each a byte, together; zeros are none.
#[inline]
fn sum(four: u32) -> u32 {
    // In either half the ten bits of two letters.
    let pairs = four & 0x001f_001f | four >> 3 & 0x03e0_03e0;
    let pair = |at: u32| PAIRS.get(at as usize).copied().unwrap_or_default();
    pair(pairs & 0x3ff).wrapping_add(pair(pairs >> 16))
}

/// The bytes at a place of a block, the first one the lowest; of what stands behind the block, nothing is known.
#[inline]
fn eight(block: &[u8; BLOCK], at: usize) -> u64 {
    match block.get(at..at + 8).and_then(|eight| eight.first_chunk()) {
        Some(eight) => u64::from_le_bytes(*eight),
        None => {
            block.last_chunk().map_or(0, |last| u64::from_le_bytes(*last)) >> (8 * (at + 8 - BLOCK))
        }
    }
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

    /// Of the `length` ASCII letters that stand at `place` in a block, from one to all of it.
    #[inline(always)]
    fn of(block: &[u8; BLOCK], place: u32, length: u32) -> WordHash {
        let (mut all, mut at, mut left) = (0u32, place as usize, length);
        let first = eight(block, at);
        let mut letters = first;
        while left > 8 {
            all = all.wrapping_add(sum(letters as u32)).wrapping_add(sum((letters >> 32) as u32));
            (at, left) = (at + 8, left - 8);
            letters = eight(block, at);
        }
        letters &= u64::MAX.wrapping_shr(64 - 8 * left);
        all = all.wrapping_add(sum(letters as u32));
        if left > 4 {
            all = all.wrapping_add(sum((letters >> 32) as u32));
        }
        let last = block.get((place + length) as usize - 1).copied().unwrap_or_default();
        let (first, last) = (ascii_letter(first as u8), ascii_letter(last));
        WordHash { first, last, sum: all, length }
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
    word.chars().for_each(|c| hash.letter(letter(c)));
    hash.finish()
}

/// Shows the hash of every beginning of a word, and how many letters it has.
pub(crate) fn prefix_hashes(letters: impl Iterator<Item = char>, mut see: impl FnMut(usize, u32)) {
    let mut hash = WordHash::default();
    for (at, letter) in letters.enumerate() {
        hash.letter(self::letter(letter));
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
pub(crate) fn tokens(text: &str, see: impl FnMut(Token)) {
    walk::<false>(text, see);
}

/// The same of its words alone, which takes less; whether one opens a line is not told.
pub(crate) fn words(text: &str, mut see: impl FnMut(Token)) {
    walk::<true>(text, |token| {
        if token.kind == Kind::Word {
            see(token);
        }
    });
}

fn walk<const WORDS: bool>(text: &str, mut see: impl FnMut(Token)) {
    let bytes = text.as_bytes();
    let (mut begin, mut opens_line) = (0, true);
    while begin < bytes.len() {
        let block = block_at(bytes, begin);
        let [letters, blanks] = Set::find_each(&[LETTERS, BLANKS], &block);
        let told = if WORDS { letters | beyond_ascii(&block) } else { !blanks };
        // What is left of the block, and where the next one begins.
        let (mut rest, mut next) = (told, begin + BLOCK);
        while rest != 0 {
            let place = rest.trailing_zeros();
            let run = (!(letters >> place)).trailing_zeros();
            let start = begin + place as usize;
            if place + run == BLOCK as u32 && place > 0 {
                // It may go on behind the block: one that begins with it will tell.
                next = start;
                break;
            }
            let mut end = start + run as usize;
            if run > 0 {
                let mut hash = WordHash::of(&block, place, run);
                // A blank ends most words. Of one that is as long as the block, no more is known here.
                if (WORDS || rest.wrapping_shr(place + run) & 1 == 1)
                    && (run == BLOCK as u32 || matches!(bytes.get(end), Some(b'\'' | 0x80..)))
                {
                    (end, hash) = word(text, end, hash);
                }
                let (kind, length) = (Kind::Word, hash.length);
                see(Token { kind, hash: hash.finish(), start, end, length, opens_line });
                opens_line = false;
            } else {
                let Some(byte) = bytes.get(start) else { return };
                let token;
                (end, token) = match OTHERS.get(usize::from(*byte)) {
                    Some((Kind::Number, _)) => number(bytes, start, opens_line),
                    Some((kind, hash)) => one(*kind, *hash, start, start + 1, opens_line),
                    None => wide(text, start, opens_line),
                };
                if let Some(token) = token {
                    see(token);
                    // A list's bullet, a quote's bar or an emphasis opens a line as the word behind it does.
                    opens_line = match token.kind {
                        Kind::Mark => opens_line,
                        Kind::Break if byte.is_ascii() => {
                            opens_line || matches!(byte, b'\n' | b'\r')
                        }
                        _ => false,
                    };
                }
            }
            if end - begin >= BLOCK {
                next = end;
                break;
            }
            rest &= u64::MAX << (end - begin);
        }
        begin = next;
    }
}

/// What ASCII characters are that are neither letters nor blank, with their hashes.
static OTHERS: [(Kind, u32); 128] = others();

#[expect(clippy::indexing_slicing, reason = "evaluated when it is compiled")]
const fn others() -> [(Kind, u32); 128] {
    let mut table = [(Kind::Mark, 0); 128];
    let mut byte = 0;
    while byte < 128 {
        let kind = match byte as u8 {
            b'0'..=b'9' => Kind::Number,
            b'\n' | b'\r' | b'.' | b'!' | b'?' => Kind::Break,
            _ => Kind::Mark,
        };
        table[byte] = (kind, spread(0x2_0000 + byte as u32));
        byte += 1;
    }
    table
}

/// A token of one character, behind where it ends.
#[inline]
fn one(
    kind: Kind,
    hash: u32,
    start: usize,
    end: usize,
    opens_line: bool,
) -> (usize, Option<Token>) {
    (end, Some(Token { kind, hash, start, end, length: 1, opens_line }))
}

/// A run of digits, behind where it ends.
#[inline]
fn number(bytes: &[u8], start: usize, opens_line: bool) -> (usize, Option<Token>) {
    let rest = bytes.get(start..).unwrap_or_default();
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count() as u32;
    let (end, hash) = (start + length as usize, spread(0x1_0000 + length.min(4)));
    (end, Some(Token { kind: Kind::Number, hash, start, end, length, opens_line }))
}

/// The token that begins with a character outside ASCII, if that is no space, behind where it ends.
#[inline(never)]
fn wide(text: &str, start: usize, opens_line: bool) -> (usize, Option<Token>) {
    let Some(c) = text.get(start..).and_then(|rest| rest.chars().next()) else {
        return (text.len(), None);
    };
    let end = start + c.len_utf8();
    if is_ideograph(c) {
        return one(Kind::Ideograph, spread(u32::from(c)), start, end, opens_line);
    }
    if is_letter(c) {
        let (end, hash) = word(text, start, WordHash::default());
        let (kind, length) = (Kind::Word, hash.length);
        return (end, Some(Token { kind, hash: hash.finish(), start, end, length, opens_line }));
    }
    let kind = match c {
        '。' | '！' | '？' | '।' | '؟' | '\u{2028}' | '\u{2029}' => Kind::Break,
        '\u{2000}'..='\u{200F}' | '\u{A0}' | '\u{3000}' => return (end, None),
        _ => Kind::Mark,
    };
    one(kind, spread(0x2_0000 + u32::from(c)), start, end, opens_line)
}

/// What goes on of a word from `at` on: where it ends, and its hash.
#[cold]
fn word(text: &str, mut at: usize, mut hash: WordHash) -> (usize, WordHash) {
    let bytes = text.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_alphabetic() {
            hash.letter(ascii_letter(byte));
            at += 1;
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
    fn tokens_are_the_same_wherever_they_stand() {
        let long = "a".repeat(63) + "'b" + &"c".repeat(200);
        let text = format!(
            "It's 12345678 o'clock,\u{a0}naïve\u{2003}… 忽略x\u{7f}\tУра! {long} '' d{} \r\n- {long}é e",
            "'f".repeat(90)
        );
        let all = |text: &str, offset: usize| {
            let mut all = Vec::new();
            tokens(text, |Token { kind, hash, start, end, length, opens_line }| {
                all.push((kind, hash, start - offset, end - offset, length, opens_line));
            });
            all
        };
        let expected = all(&text, 0);
        assert_eq!(expected.len(), 20);
        let alone: Vec<_> = expected.iter().filter(|token| token.0 == Kind::Word).collect();
        for offset in 1..=2 * BLOCK {
            let text = " ".repeat(offset) + &text;
            assert_eq!(all(&text, offset), expected, "{offset}");
            let mut found = alone.iter();
            words(&text, |word| {
                let at = found.next().map(|(_, hash, start, end, ..)| (*hash, *start, *end));
                assert_eq!(at, Some((word.hash, word.start - offset, word.end - offset)));
            });
            assert_eq!(found.len(), 0);
        }
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
        let long = "InstructionsAndRules".repeat(9);
        let parts = (1..long.len()).filter_map(|end| long.get(..end));
        for word in parts.chain(["игнорируй", "निर्देश", "تعليمات", "é", "naïve"])
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
