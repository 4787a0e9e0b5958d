//! Tokens without a vocabulary: an estimate from words, digits, signs and scripts.

use chat::bytes::{BLOCK, block_at};

use crate::{Scripts, classes};

/// Hundredths of a token.
type Parts = usize;

/// What a run of characters of one kind costs: for being there, and for each byte beyond those that are free.
#[derive(Debug, Clone, Copy)]
struct Cost {
    run: Parts,
    /// As many as a power of two less one, so that `Kinds::ascii` can tell by bits who is beyond.
    free: usize,
    byte: Parts,
}

/// Fitted to `o200k_base` (`shared/tokens/examples/calibrate.rs` measures the error). Words of up to seven letters
/// are a token, and so is a short word with the sign before it; letters behind a letter with an accent belong to its
/// word, which costs by its run.
const LETTERS: Cost = Cost { run: 95, free: 7, byte: 33 };
/// What a run of letters costs less behind a sign, and behind a letter with an accent.
const AFTER_SIGN: Parts = 15;
const AFTER_WIDE: Parts = 85;
const DIGITS: Cost = Cost { run: 150, free: 3, byte: 33 };
/// A single space belongs to the word behind it.
const SPACES: Cost = Cost { run: 20, free: 16, byte: 2 };
const NEWLINES: Cost = Cost { run: 150, free: 8, byte: 3 };
const SIGNS: Cost = Cost { run: 48, free: 1, byte: 55 };
/// For each run, and for each character of it, by script as in [`Scripts`].
const WIDE: [(Parts, Parts); 4] = [(0, 0), (125, 5), (0, 60), (0, 35)];

/// The bytes of one kind among 64, a bit for each, and among the 64 before them; the earlier ones are the low bits.
#[derive(Debug, Clone, Copy, Default)]
struct Bits {
    these: u64,
    before: u64,
}

impl Bits {
    /// The next 64.
    fn push(&mut self, bits: u64) {
        *self = Bits { these: bits, before: self.these };
    }

    fn any(self) -> bool {
        self.these | self.before != 0
    }

    /// What these bytes have so many places before them.
    fn back(self, places: u32) -> u64 {
        self.these << places | self.before >> (u64::BITS - places)
    }

    /// Where a run begins.
    fn starts(self) -> u64 {
        self.these & !self.back(1)
    }

    /// Bytes that have one of them so many places before.
    fn and(self, places: u32) -> Bits {
        Bits { these: self.these & self.back(places), before: self.before & self.before << places }
    }

    /// Bytes with one of their kind before them.
    fn pairs(self) -> Bits {
        self.and(1)
    }

    /// Bytes with three of their kind before them.
    fn fours(self) -> Bits {
        self.pairs().and(2)
    }

    /// Bytes with seven of their kind before them.
    fn eights(self) -> Bits {
        self.fours().and(4)
    }
}

impl Cost {
    /// Of runs, by where they begin and which bytes are beyond the free ones.
    fn of(self, starts: u64, beyond: u64) -> Parts {
        self.run * count(starts) + self.byte * count(beyond)
    }

    /// Of one run.
    fn of_run(self, bytes: usize) -> Parts {
        self.run + self.byte * bytes.saturating_sub(self.free)
    }
}

fn count(bits: u64) -> Parts {
    bits.count_ones() as Parts
}

/// The kinds of bytes.
#[derive(Debug, Clone, Copy, Default)]
struct Kinds {
    letters: Bits,
    digits: Bits,
    spaces: Bits,
    newlines: Bits,
    signs: Bits,
    wide: Bits,
}

/// Longer ones are no words.
const WORD: usize = 16;

/// An estimate of the tokens by `o200k_base`, by script.
///
/// Words are short and of any length, so a look at each byte costs a processor more for its wrong guesses where the
/// next one ends than for the looks. Here nothing depends on that: 64 bytes become bits by kind, and bits are counted.
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
pub fn rough(text: &str) -> Scripts {
    let bytes = text.as_bytes();
    // What names something in JSON: a role, a type, a function.
    if bytes.len() <= WORD && !bytes.is_empty() && bytes.iter().all(u8::is_ascii_alphabetic) {
        return [LETTERS.of_run(bytes.len()).div_ceil(100), 0, 0, 0];
    }
    let (mut sums, mut ascii, mut wide) = (Scripts::default(), 0, 0);
    let mut kinds = Kinds::default();
    for at in (0..bytes.len()).step_by(BLOCK) {
        let rest = bytes.get(at..).unwrap_or_default();
        let filled;
        // The last block is filled up.
        let (block, there) = match rest.first_chunk() {
            Some(block) => (block, u64::MAX),
            None => {
                filled = block_at(rest, 0);
                (&filled, (1 << rest.len()) - 1)
            }
        };
        kinds.push(Masks::of(block), there);
        ascii += kinds.ascii();
        if kinds.wide.any() {
            add_wide(bytes, at, kinds.wide.starts(), &mut sums);
            wide += count(kinds.wide.these);
        }
    }
    // A token has a byte at least, which the costs of runs forget where digits, line ends and signs alternate.
    let ascii = ascii.div_ceil(100).min(bytes.len().saturating_sub(wide));
    // As most texts are.
    if wide == 0 {
        return [ascii, 0, 0, 0];
    }
    let [_, latin, asian, other] = sums.map(|parts| parts.div_ceil(100));
    [ascii, latin, asian, other]
}

impl Kinds {
    /// Takes in the next 64 bytes, as far as they are `there`.
    fn push(&mut self, masks: Masks, there: u64) {
        let Masks { letters, digits, spaces, newlines, ascii } = masks;
        self.letters.push(letters);
        self.digits.push(digits);
        self.spaces.push(spaces);
        self.newlines.push(newlines);
        self.signs.push(ascii & !(letters | digits | spaces | newlines));
        self.wide.push(there & !ascii);
    }

    /// What the last 64 bytes cost, as far as they are ASCII.
    fn ascii(&self) -> Parts {
        let words = self.letters.starts();
        let mut cost = LETTERS.of(words, self.letters.eights().these);
        cost -= AFTER_SIGN * count(words & self.signs.back(1));
        cost += SIGNS.of(self.signs.starts(), self.signs.pairs().these);
        // The second space of a run tells that it is one.
        let spaces = self.spaces.pairs();
        // These are rare.
        if spaces.these != 0 {
            let beyond = self.spaces.eights().and(8).these & self.spaces.back(16);
            cost += SPACES.of(spaces.starts(), beyond);
        }
        if self.wide.any() {
            cost -= AFTER_WIDE * count(words & self.wide.back(1));
        }
        if self.digits.these != 0 {
            cost += DIGITS.of(self.digits.starts(), self.digits.fours().these);
        }
        if self.newlines.these != 0 {
            let beyond = self.newlines.eights().these & self.newlines.back(8);
            cost += NEWLINES.of(self.newlines.starts(), beyond);
        }
        cost
    }
}

/// Adds what the runs cost that are not ASCII; `starts` has a bit for each that begins among the 64 bytes from `at`.
fn add_wide(bytes: &[u8], at: usize, mut starts: u64, sums: &mut Scripts) {
    while starts != 0 {
        let rest = bytes.get(at + starts.trailing_zeros() as usize..).unwrap_or_default();
        starts &= starts - 1;
        let length = rest.iter().take_while(|byte| **byte >= 0x80).count();
        let run = rest.get(..length).unwrap_or_default();
        let characters = run.iter().filter(|byte| **byte >= 0xc0).count();
        let script = classes::script(run);
        let (once, each) = WIDE.get(script).copied().unwrap_or_default();
        if let Some(sum) = sums.get_mut(script) {
            *sum += once + each * characters;
        }
    }
}

/// Which bytes of a block are of which kind, a bit for each; what is ASCII and none of these is a sign.
#[derive(Debug, Clone, Copy, Default)]
struct Masks {
    letters: u64,
    digits: u64,
    spaces: u64,
    newlines: u64,
    ascii: u64,
}

/// Bytes that are told apart by their halves: each list is of all that have one of some upper halves and one of some
/// lower halves, hence two for letters and for spaces.
const LISTS: [&[u8]; 6] = [
    b"ABCDEFGHIJKLMNOabcdefghijklmno",
    b"PQRSTUVWXYZpqrstuvwxyz",
    b" ",
    b"\t\x0b\x0c",
    b"0123456789",
    b"\r\n",
];

/// By the lower half of a byte, and by the upper one, in which lists it may be: the first one's bit is the highest. It is
/// in those on which both agree.
const HALVES: [[u8; 16]; 2] = halves();

#[allow(clippy::indexing_slicing, reason = "a half of a byte is below 16")]
const fn halves() -> [[u8; 16]; 2] {
    let (mut lower, mut upper) = ([0; 16], [0; 16]);
    let (mut lists, mut bit): (&[&[u8]], u8) = (&LISTS, 0x80);
    while let [list, rest @ ..] = lists {
        let mut bytes = *list;
        while let [byte, others @ ..] = bytes {
            lower[(*byte & 15) as usize] |= bit;
            upper[(*byte >> 4) as usize] |= bit;
            bytes = others;
        }
        (lists, bit) = (rest, bit >> 1);
    }
    [lower, upper]
}

impl Masks {
    #[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
    fn of(block: &[u8; BLOCK]) -> Masks {
        let (quarters, _) = block.as_chunks();
        quarters.iter().rev().fold(Masks::default(), |all, quarter| {
            let [letters, digits, spaces, newlines, ascii] = look(quarter).map(u64::from);
            Masks {
                letters: all.letters << 16 | letters,
                digits: all.digits << 16 | digits,
                spaces: all.spaces << 16 | spaces,
                newlines: all.newlines << 16 | newlines,
                ascii: all.ascii << 16 | ascii,
            }
        })
    }
}

/// The masks of a quarter of a block, with vector instructions, which every host of modules has (WebAssembly 2.0).
#[cfg(target_arch = "wasm32")]
#[target_feature(enable = "simd128")]
fn look(bytes: &[u8; 16]) -> [u16; 5] {
    use core::arch::wasm32::{
        i8x16_swizzle, u8x16_bitmask, u8x16_shl, u8x16_shr, u8x16_splat, u64x2, v128, v128_and,
        v128_or,
    };
    #[inline]
    #[target_feature(enable = "simd128")]
    fn vector(bytes: &[u8; 16]) -> v128 {
        let word = u128::from_le_bytes(*bytes);
        u64x2(word as u64, (word >> 64) as u64)
    }
    let [lower, upper] = HALVES;
    let bytes = vector(bytes);
    let lower = i8x16_swizzle(vector(&lower), v128_and(bytes, u8x16_splat(15)));
    let upper = i8x16_swizzle(vector(&upper), u8x16_shr(bytes, 4));
    let lists = v128_and(lower, upper);
    [
        u8x16_bitmask(v128_or(lists, u8x16_shl(lists, 1))),
        u8x16_bitmask(u8x16_shl(lists, 4)),
        u8x16_bitmask(v128_or(u8x16_shl(lists, 2), u8x16_shl(lists, 3))),
        u8x16_bitmask(u8x16_shl(lists, 5)),
        !u8x16_bitmask(bytes),
    ]
}

#[cfg(not(target_arch = "wasm32"))]
fn look(bytes: &[u8; 16]) -> [u16; 5] {
    let half = |half: &[u8; 16], place: u8| half.get(usize::from(place)).copied().unwrap_or(0);
    let [lower, upper] = &HALVES;
    bytes.iter().rev().fold([0; 5], |masks, byte| {
        let lists = half(lower, byte & 15) & half(upper, byte >> 4);
        let kinds = [lists & 0xc0, lists & 0x08, lists & 0x30, lists & 0x04, !byte & 0x80];
        std::array::from_fn(|at| {
            let (mask, kind) = (masks.get(at), kinds.get(at));
            mask.map_or(0, |mask: &u16| mask << 1) | u16::from(kind.is_some_and(|kind| *kind != 0))
        })
    })
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Kind {
        Letter,
        Digit,
        Space,
        Newline,
        Sign,
        Wide,
    }

    /// The same, run by run.
    fn run_by_run(text: &str) -> Scripts {
        let of = |byte: &u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' => Kind::Letter,
            b'0'..=b'9' => Kind::Digit,
            b'\r' | b'\n' => Kind::Newline,
            b' ' | b'\t' | 0x0b | 0x0c => Kind::Space,
            0x80.. => Kind::Wide,
            _ => Kind::Sign,
        };
        let (mut sums, mut before) = (Scripts::default(), Kind::Space);
        let most = 100 * text.bytes().filter(u8::is_ascii).count();
        for run in text.as_bytes().chunk_by(|one, other| of(one) == of(other)) {
            let this = of(&run[0]);
            let (run_costs, cost) = match (this, std::mem::replace(&mut before, this)) {
                (Kind::Space, _) if run.len() == 1 => continue,
                (Kind::Space, _) => (SPACES.run, SPACES),
                (Kind::Letter, Kind::Sign) => (80, LETTERS),
                (Kind::Letter, Kind::Wide) => (10, LETTERS),
                (Kind::Letter, _) => (95, LETTERS),
                (Kind::Digit, _) => (DIGITS.run, DIGITS),
                (Kind::Newline, _) => (NEWLINES.run, NEWLINES),
                (Kind::Sign, _) => (SIGNS.run, SIGNS),
                (Kind::Wide, _) => {
                    let characters = run.iter().filter(|byte| **byte >= 0xc0).count();
                    let script = classes::script(run);
                    sums[script] += WIDE[script].0 + WIDE[script].1 * characters;
                    continue;
                }
            };
            sums[0] += run_costs + cost.byte * run.len().saturating_sub(cost.free);
        }
        sums[0] = sums[0].min(most);
        sums.map(|parts| parts.div_ceil(100))
    }

    #[test]
    fn bits_count_what_runs_would() {
        let pieces = [
            "a", "word", "1", "23", " ", "  ", "\t", "\n\n", "!", "{\"", "é", "漢字", "ж", "\x7f",
            "\x0b",
        ];
        // Runs of every length up to two blocks, at every place of one.
        for piece in pieces {
            for before in 0..66 {
                for times in [1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 18, 40, 64, 100] {
                    let text = format!("{}{}x", ".".repeat(before), piece.repeat(times));
                    assert_eq!(rough(&text), run_by_run(&text), "{text:?}");
                }
            }
        }
        // And in any order.
        let mut seed = 1u64;
        for length in 0..400 {
            let mut text = String::new();
            while text.len() < length {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text.push_str(pieces[(seed >> 33) as usize % pieces.len()]);
            }
            assert_eq!(rough(&text), run_by_run(&text), "{text:?}");
        }
    }

    #[test]
    fn each_script_is_estimated_apart() {
        assert_eq!(rough(""), [0; 4]);
        assert_eq!(rough("one word after another")[0], 4);
        for (text, script) in [("naïve café", 1), ("网关读取请求", 2), ("шлюз читает", 3)]
        {
            assert!(rough(text)[script] > 0, "{text}");
        }
    }

    #[test]
    fn an_estimate_grows_with_its_text() {
        for text in ["word ", "a1", "1\n", "é1\r1", "漢!", "!", "é", "漢", "ж", "\n", "        x"]
        {
            let of = |times: usize| rough(&text.repeat(times)).iter().sum::<usize>();
            assert!(of(100) > of(10) && of(100) <= 100 * text.len(), "{text:?} {}", of(100));
        }
    }
}
