//! Tokens without a vocabulary: an estimate from words, digits, signs and scripts.

use chat::bytes::{Set, blocks};

use crate::{Scripts, classes};

/// Hundredths of a token.
type Parts = usize;

/// What a run of characters of one kind costs: for being there, and for each byte beyond those that are free.
#[derive(Debug, Clone, Copy)]
struct Cost {
    run: Parts,
    free: usize,
    byte: Parts,
}

/// The kinds of ASCII bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Digit,
    Space,
    Newline,
    Sign,
    Wide,
}

/// Fitted to `o200k_base` (`shared/tokens/examples/calibrate.rs` measures the error). Words of up to seven letters
/// are a token, and so is a short word with the sign before it; letters behind a letter with an accent belong to its
/// word, which costs by its run.
const LETTERS: Cost = Cost { run: 95, free: 7, byte: 33 };
const LETTERS_AFTER_SIGN: Cost = Cost { run: 80, ..LETTERS };
const LETTERS_AFTER_WIDE: Cost = Cost { run: 10, ..LETTERS };
const DIGITS: Cost = Cost { run: 150, free: 3, byte: 33 };
/// A single space belongs to the word behind it.
const SPACES: Cost = Cost { run: 20, free: 16, byte: 2 };
const NEWLINES: Cost = Cost { run: 150, free: 8, byte: 3 };
const SIGNS: Cost = Cost { run: 48, free: 1, byte: 55 };
/// For each run, and for each character of it, by script as in [`Scripts`].
const WIDE: [(Parts, Parts); 4] = [(0, 0), (125, 5), (0, 60), (0, 35)];

/// The kind of every byte: a text is looked at byte by byte.
static KINDS: [Kind; 256] = kinds();

#[allow(clippy::indexing_slicing, reason = "worked out when this is compiled")]
const fn kinds() -> [Kind; 256] {
    let mut kinds = [Kind::Sign; 256];
    let mut byte = 0;
    while byte < kinds.len() {
        kinds[byte] = kind(byte as u8);
        byte += 1;
    }
    kinds
}

const fn kind(byte: u8) -> Kind {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' => Kind::Letter,
        b'0'..=b'9' => Kind::Digit,
        b'\r' | b'\n' => Kind::Newline,
        b' ' | b'\t' | 0x0b | 0x0c => Kind::Space,
        0x80.. => Kind::Wide,
        _ => Kind::Sign,
    }
}

/// An estimate of the tokens by `o200k_base`, by script.
pub fn rough(text: &str) -> Scripts {
    let parts = match text.is_ascii() {
        true => [in_blocks(text.as_bytes()), 0, 0, 0],
        false => run_by_run(text.as_bytes()),
    };
    parts.map(|parts| parts.div_ceil(100))
}

/// The parts of any text, by script.
fn run_by_run(mut rest: &[u8]) -> Scripts {
    let mut sums = Scripts::default();
    let mut add = |script: usize, parts: Parts| {
        if let Some(sum) = sums.get_mut(script) {
            *sum += parts;
        }
    };
    let of = |byte: &u8| KINDS.get(usize::from(*byte)).copied().unwrap_or(Kind::Sign);
    let mut before = Kind::Space;
    while let Some(this) = rest.first().map(of) {
        let length = rest.iter().take_while(|byte| of(byte) == this).count();
        let (run, behind) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        rest = behind;
        let cost = match (this, std::mem::replace(&mut before, this)) {
            (Kind::Space, _) if run.len() == 1 => continue,
            (Kind::Space, _) => SPACES,
            (Kind::Letter, Kind::Sign) => LETTERS_AFTER_SIGN,
            (Kind::Letter, Kind::Wide) => LETTERS_AFTER_WIDE,
            (Kind::Letter, _) => LETTERS,
            (Kind::Digit, _) => DIGITS,
            (Kind::Newline, _) => NEWLINES,
            (Kind::Sign, _) => SIGNS,
            (Kind::Wide, _) => {
                let characters = run.iter().filter(|byte| **byte >= 0xc0).count();
                let script = classes::script(run);
                let (once, each) = WIDE.get(script).copied().unwrap_or_default();
                add(script, once + each * characters);
                continue;
            }
        };
        add(0, cost.run + cost.byte * run.len().saturating_sub(cost.free));
    }
    sums
}

/// The parts of a text in ASCII, which most texts are: the same, 64 bytes at a time. What a run costs is told by where
/// runs begin and by which bytes are beyond the free ones of theirs.
fn in_blocks(bytes: &[u8]) -> Parts {
    const LETTER: Set = Set::new().with(b'a', b'z').with(b'A', b'Z');
    const DIGIT: Set = Set::new().with(b'0', b'9');
    const SPACE: Set = Set::new().with_all(b" \t\x0b\x0c");
    const NEWLINE: Set = Set::new().with_all(b"\r\n");
    let mut parts = 0;
    let mut left = bytes.len();
    let [mut letters, mut digits, mut newlines, mut signs] =
        [LETTERS, DIGITS, NEWLINES, SIGNS].map(|cost| Runs::new(cost.free));
    // Of spaces, only runs of two and more cost.
    let (mut pairs, mut spaces) = (Runs::new(1), Runs::new(SPACES.free - 1));
    let mut signs_before = 0;
    for block in blocks(bytes) {
        let within = u64::MAX >> 64usize.saturating_sub(left);
        left = left.saturating_sub(64);
        let [letter, digit, space, newline] =
            [LETTER, DIGIT, SPACE, NEWLINE].map(|set| set.find(&block));
        let sign = within & !(letter | digit | space | newline);
        let letters = letters.look(letter);
        let after_sign = letters.begun & shifted(sign, 1, signs_before);
        signs_before = sign;
        let pair = pairs.look(space).beyond;
        parts += LETTERS.of(letters) + DIGITS.of(digits.look(digit)) + SIGNS.of(signs.look(sign));
        parts += NEWLINES.of(newlines.look(newline)) + SPACES.of(spaces.look(pair));
        parts -= (LETTERS.run - LETTERS_AFTER_SIGN.run) * after_sign.count_ones() as usize;
    }
    parts
}

/// Where runs of one kind are, followed from block to block.
#[derive(Debug)]
struct Runs {
    /// How many bytes of each are free.
    free: u32,
    /// The block before.
    mask: u64,
    /// What the block before left behind at each step to [`Found::beyond`].
    steps: [u64; 4],
}

/// Runs in a block: a bit for each byte.
#[derive(Debug, Clone, Copy)]
struct Found {
    /// It is the first of its run.
    begun: u64,
    /// There are as many bytes of its run before it as are free.
    beyond: u64,
}

impl Runs {
    /// `free`: at most 15.
    fn new(free: usize) -> Runs {
        Runs { free: free as u32, mask: 0, steps: [0; 4] }
    }

    fn look(&mut self, mask: u64) -> Found {
        let begun = mask & !shifted(mask, 1, std::mem::replace(&mut self.mask, mask));
        // So many bytes before it are of its run, of all whose bit is set.
        let mut known = 0;
        let mut beyond = mask;
        for step in &mut self.steps {
            let by = (known + 1).min(self.free - known);
            if by == 0 {
                break;
            }
            let before = std::mem::replace(step, beyond);
            beyond &= shifted(beyond, by, before);
            known += by;
        }
        Found { begun, beyond }
    }
}

/// The bits of a block `by` bytes further on, with those that come from the block before.
fn shifted(mask: u64, by: u32, before: u64) -> u64 {
    mask << by | before >> (64 - by)
}

impl Cost {
    fn of(self, found: Found) -> Parts {
        self.run * found.begun.count_ones() as usize
            + self.byte * found.beyond.count_ones() as usize
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

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
    fn blocks_and_runs_come_to_the_same() {
        let runs =
            ["a", "word", " ", "  ", "\n", "\r\n", "7", "2019", ".", "-- ", "\t\x0b\x0c", "\0"];
        let mut word = 1u64;
        for length in 0..400 {
            let mut text = String::new();
            while text.len() < length {
                word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let (run, times) = ((word >> 33) as usize % runs.len(), (word >> 50) as usize % 40);
                text += &runs[run].repeat(if times < 30 { 1 } else { times });
            }
            assert_eq!(
                [in_blocks(text.as_bytes()), 0, 0, 0],
                run_by_run(text.as_bytes()),
                "{text:?}"
            );
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
