//! Tokens without a vocabulary: an estimate from words, digits, signs and scripts.

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
    let mut sums = Scripts::default();
    let mut add = |script: usize, parts: Parts| {
        if let Some(sum) = sums.get_mut(script) {
            *sum += parts;
        }
    };
    let of = |byte: &u8| KINDS.get(usize::from(*byte)).copied().unwrap_or(Kind::Sign);
    let mut before = Kind::Space;
    let mut rest = text.as_bytes();
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
    sums.map(|parts| parts.div_ceil(100))
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
    fn an_estimate_grows_with_its_text() {
        for text in ["word ", "a1", "!", "é", "漢", "ж", "\n", "        x"] {
            let of = |times: usize| rough(&text.repeat(times)).iter().sum::<usize>();
            assert!(of(100) > of(10) && of(100) <= 2 * 100 * text.len(), "{text:?} {}", of(100));
        }
    }
}
