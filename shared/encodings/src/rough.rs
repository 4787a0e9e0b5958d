//! Tokens without a vocabulary: an estimate from words, digits, signs and scripts.

use crate::{Scripts, classes};

/// Hundredths of a token.
type Parts = usize;

/// What a run of characters of one kind costs: for being there, and for each byte beyond the first few.
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

const LETTERS: Cost = Cost { run: 100, free: 7, byte: 18 };
const DIGITS: Cost = Cost { run: 100, free: 3, byte: 33 };
const SPACES: Cost = Cost { run: 60, free: 8, byte: 3 };
const NEWLINES: Cost = Cost { run: 70, free: 8, byte: 3 };
const SIGNS: Cost = Cost { run: 80, free: 2, byte: 30 };
/// For each character, by script as in [`Scripts`].
const CHARACTERS: [Parts; 4] = [0, 60, 75, 45];

fn kind(byte: u8) -> Kind {
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
    for run in text.as_bytes().chunk_by(|one, next| kind(*one) == kind(*next)) {
        let cost = match run.first().map_or(Kind::Sign, |first| kind(*first)) {
            // Within a line the space belongs to the word behind it.
            Kind::Space if run.len() == 1 => continue,
            Kind::Space => SPACES,
            Kind::Letter => LETTERS,
            Kind::Digit => DIGITS,
            Kind::Newline => NEWLINES,
            Kind::Sign => SIGNS,
            Kind::Wide => {
                let starts = |byte: &&u8| **byte >= 0xc0;
                let characters = run.iter().filter(starts).count();
                let script = classes::script(run);
                add(script, CHARACTERS.get(script).copied().unwrap_or(0) * characters);
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
    fn no_text_costs_more_than_its_bytes() {
        for text in ["a", " ", "\n", "!", "é", "漢", "ж", "a1", "!a!a!a", "a\n\na \t b"] {
            assert!(rough(text).iter().sum::<usize>() <= text.len(), "{text:?}");
        }
    }
}
