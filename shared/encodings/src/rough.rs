//! Tokens without a vocabulary: an estimate from words, digits, signs and scripts.

use chat::bytes::{BLOCK, Set, beyond_ascii, blocks};

use crate::{Scripts, classes};

/// Hundredths of a token.
type Parts = usize;

/// What a run of characters of one kind costs: for being there, and for each byte beyond those that are free.
#[derive(Debug, Clone, Copy)]
struct Cost {
    run: Parts,
    #[cfg_attr(not(test), expect(dead_code, reason = "said by `Kinds::ascii` in bits"))]
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

/// The bytes of one kind among 64 and the 64 before them, a bit for each; the earlier ones are the low bits.
#[derive(Debug, Clone, Copy, Default)]
struct Bits(u128);

impl Bits {
    /// The next 64.
    fn push(&mut self, bits: u64) {
        self.0 = self.0 >> 64 | u128::from(bits) << 64;
    }

    /// Of the last 64.
    fn count(bits: u128) -> Parts {
        ((bits >> 64) as u64).count_ones() as Parts
    }

    /// Where a run begins.
    fn starts(self) -> u128 {
        self.0 & !(self.0 << 1)
    }

    /// Bytes with one of their kind before them.
    fn pairs(self) -> u128 {
        self.0 & self.0 << 1
    }

    /// Bytes with three of their kind before them.
    fn fours(self) -> u128 {
        self.pairs() & self.pairs() << 2
    }

    /// Bytes with seven of their kind before them.
    fn eights(self) -> u128 {
        self.fours() & self.fours() << 4
    }
}

impl Cost {
    /// Of runs, by where they begin and which bytes are beyond the free ones.
    fn of(self, starts: u128, beyond: u128) -> Parts {
        self.run * Bits::count(starts) + self.byte * Bits::count(beyond)
    }
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

/// An estimate of the tokens by `o200k_base`, by script.
///
/// Words are short and of any length, so a look at each byte costs a processor more for its wrong guesses where the
/// next one ends than for the looks. Here nothing depends on that: 64 bytes become bits by kind, and bits are counted.
pub fn rough(text: &str) -> Scripts {
    let bytes = text.as_bytes();
    let mut sums = Scripts::default();
    let mut ascii = 0;
    let mut kinds = Kinds::default();
    for (index, block) in blocks(bytes).enumerate() {
        let at = index * BLOCK;
        // The last block is filled up.
        let there = u64::MAX >> BLOCK.saturating_sub(bytes.len() - at);
        let wide = kinds.push(Masks::of(&block), there);
        ascii += kinds.ascii();
        add_wide(bytes, at, wide, &mut sums);
    }
    if let Some(sum) = sums.first_mut() {
        *sum += ascii;
    }
    sums.map(|parts| parts.div_ceil(100))
}

impl Kinds {
    /// Takes in the next 64 bytes, as far as they are `there`. Where runs begin that are not ASCII.
    fn push(&mut self, masks: Masks, there: u64) -> u64 {
        let Masks { letters, digits, spaces, newlines, ascii } = masks;
        self.letters.push(letters);
        self.digits.push(digits);
        self.spaces.push(spaces);
        self.newlines.push(newlines);
        self.signs.push(ascii & !(letters | digits | spaces | newlines));
        self.wide.push(there & !ascii);
        (self.wide.starts() >> 64) as u64
    }

    /// What the last 64 bytes cost, as far as they are ASCII.
    fn ascii(&self) -> Parts {
        let words = self.letters.starts();
        let mut cost = LETTERS.of(words, self.letters.eights());
        cost -= AFTER_SIGN * Bits::count(words & self.signs.0 << 1);
        cost += SIGNS.of(self.signs.starts(), self.signs.pairs());
        // The second space of a run tells that it is one.
        let spaces = self.spaces.pairs();
        // These are rare.
        if spaces != 0 {
            let beyond = self.spaces.eights() & self.spaces.eights() << 8 & self.spaces.0 << 16;
            cost += SPACES.of(spaces & !(spaces << 1), beyond);
        }
        if self.wide.0 != 0 {
            cost -= AFTER_WIDE * Bits::count(words & self.wide.0 << 1);
        }
        if self.digits.0 != 0 {
            cost += DIGITS.of(self.digits.starts(), self.digits.fours());
        }
        if self.newlines.0 != 0 {
            let beyond = self.newlines.eights() & self.newlines.0 << 8;
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

/// Which bytes of a block are of which kind, a bit for each; what is none of these is a sign.
#[derive(Debug, Clone, Copy)]
struct Masks {
    letters: u64,
    digits: u64,
    spaces: u64,
    newlines: u64,
    ascii: u64,
}

impl Masks {
    fn of(block: &[u8; BLOCK]) -> Masks {
        const SETS: [Set; 4] = [
            Set::new().with(b'a', b'z').with(b'A', b'Z'),
            Set::new().with(b'0', b'9'),
            Set::new().with_all(b" \t\x0b\x0c"),
            Set::new().with_all(b"\r\n"),
        ];
        let [letters, digits, spaces, newlines] = Set::find_each(&SETS, block);
        let ascii = !beyond_ascii(block);
        Masks { letters, digits, spaces, newlines, ascii }
    }
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
        for text in ["word ", "a1", "!", "é", "漢", "ж", "\n", "        x"] {
            let of = |times: usize| rough(&text.repeat(times)).iter().sum::<usize>();
            assert!(of(100) > of(10) && of(100) <= 2 * 100 * text.len(), "{text:?} {}", of(100));
        }
    }
}
