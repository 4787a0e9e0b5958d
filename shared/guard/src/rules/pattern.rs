//! What a rule looks for, in a small language over words.
//!
//! A pattern is a row of steps: `ignore|disregard ~3 previous|prior ~2 instruction{,s}`. A step is a list of
//! words; `~3` allows up to three other words before it; `@rules` stands for a list of [`super::words`];
//! `{,s}` for endings; `^` before a step wants it first on its line, `'` before it whose it is (`Ann's`), `=` a name of
//! two words (`Ann Lee`), `=` behind it one that follows, at once or after one short word; `:` behind it a colon, `$` the end of a sentence. A pattern that begins with `&8` is met by all of its steps in any
//! order within eight words. Words of scripts without spaces are found anywhere. Shuffled inner letters are the
//! same word, by [`crate::token`].

use crate::fold::fold;
use crate::token::{is_ideograph, word_hash};

/// One step of a pattern.
#[derive(Debug, Clone, Default)]
pub(crate) struct Step {
    /// How many other words may stand before it.
    pub(crate) gap: u32,
    /// Whether it must be the first of its line.
    pub(crate) opens_line: bool,
    /// Whether the word before it must say whose it is.
    pub(crate) owned: bool,
    /// Whether a first and a last name must stand before it.
    pub(crate) named: bool,
    /// Whether a first and a last name must follow.
    pub(crate) names: bool,
    /// Whether a colon must follow.
    pub(crate) colon: bool,
    /// Whether a sentence must end with it.
    pub(crate) closes: bool,
    /// Its words, folded, in lower case.
    pub(crate) words: Vec<String>,
}

/// A compiled pattern.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pattern {
    /// Within how many words all steps must be met, if in any order.
    pub(crate) any_order: Option<u32>,
    /// Its steps.
    pub(crate) steps: Vec<Step>,
}

/// How many steps a pattern may have, and words any-order steps may span.
pub(crate) const STEPS: usize = 8;

impl Pattern {
    /// Reads a pattern. Returns what is wrong with it otherwise.
    pub(crate) fn read(text: &str, lists: &[(&str, &str)]) -> Result<Pattern, String> {
        let mut pattern = Pattern::default();
        let mut gap = 0;
        for part in text.split_whitespace() {
            let number =
                |digits: &str| digits.parse().map_err(|_| format!("`{part}` wants a number"));
            if let Some(span) = part.strip_prefix('&') {
                pattern.any_order = Some(number(span)?);
            } else if let Some(most) = part.strip_prefix('~') {
                gap = number(most)?;
            } else {
                pattern.steps.push(step(part, gap, lists)?);
                gap = 0;
            }
        }
        match pattern.steps.len() {
            1..=STEPS => Ok(pattern),
            count => Err(format!("{count} steps, expected 1 to {STEPS}")),
        }
    }
}

fn step(part: &str, gap: u32, lists: &[(&str, &str)]) -> Result<Step, String> {
    let (part, opens_line) = part.strip_prefix('^').map_or((part, false), |rest| (rest, true));
    let (part, owned) = part.strip_prefix('\'').map_or((part, false), |rest| (rest, true));
    let (part, named) = part.strip_prefix('=').map_or((part, false), |rest| (rest, true));
    let (part, colon) = part.strip_suffix(':').map_or((part, false), |rest| (rest, true));
    let (part, names) = part.strip_suffix('=').map_or((part, false), |rest| (rest, true));
    let (part, closes) = part.strip_suffix('$').map_or((part, false), |rest| (rest, true));
    let mut words = Vec::new();
    for choice in split_choices(part) {
        match choice.strip_prefix('@') {
            None => expand(choice, &mut words)?,
            Some(name) => {
                let (_, list) = lists
                    .iter()
                    .find(|(key, _)| *key == name)
                    .ok_or_else(|| format!("no list is named `{name}`"))?;
                for word in list.split_whitespace() {
                    expand(word, &mut words)?;
                }
            }
        }
    }
    let plain = |word: &String| fold(word).text.to_lowercase().replace('_', " ");
    let folded = words.iter().map(plain);
    let words = folded.filter(|word| !word.is_empty()).collect();
    Ok(Step { gap, opens_line, owned, named, names, colon, closes, words })
}

/// Splits at `|`, but not within braces.
fn split_choices(part: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    part.split(move |c| {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        c == '|' && depth == 0
    })
}

/// `regel{,n}` becomes `regel` and `regeln`.
fn expand(word: &str, words: &mut Vec<String>) -> Result<(), String> {
    let Some((stem, rest)) = word.split_once('{') else {
        words.push(word.to_owned());
        return Ok(());
    };
    let (endings, tail) = rest.split_once('}').ok_or_else(|| format!("`{word}` lacks a brace"))?;
    endings.split(',').try_for_each(|ending| expand(&format!("{stem}{ending}{tail}"), words))
}

/// The hash by which a word is looked up: as [`crate::token::tokens`] makes it, or over the characters of a
/// script without spaces.
pub(crate) fn lookup_hash(word: &str) -> u32 {
    match word.chars().next() {
        Some(c) if is_ideograph(c) => word.chars().fold(0, ideograph_hash),
        _ => word_hash(word),
    }
}

/// One more character of a word in a script without spaces.
pub(crate) fn ideograph_hash(hash: u32, c: char) -> u32 {
    (hash.rotate_left(5) ^ u32::from(c)).wrapping_mul(0x9E37_79B1)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const LISTS: &[(&str, &str)] = &[("rules", "rule{,s} Richtlinie{,n}")];

    #[test]
    fn a_pattern_is_read() {
        let pattern = Pattern::read("ignore ~3 the|my ~1 ^@rules:", LISTS).unwrap();
        let words: Vec<_> = pattern.steps.iter().map(|step| step.words.join(" ")).collect();
        assert_eq!(words, ["ignore", "the my", "rule rules richtlinie richtlinien"]);
        assert_eq!(pattern.steps.iter().map(|step| step.gap).collect::<Vec<_>>(), [0, 3, 1]);
        assert!(pattern.steps[2].opens_line && pattern.steps[2].colon);
        let pattern = Pattern::read("tell ~2 'address$", LISTS).unwrap();
        assert!(pattern.steps[1].owned && pattern.steps[1].closes && !pattern.steps[0].owned);
        let pattern = Pattern::read("where =live dónde vive=", LISTS).unwrap();
        assert!(pattern.steps[1].named && !pattern.steps[1].names && pattern.steps[3].names);
        assert_eq!(pattern.steps[3].words, ["vive"]);
        assert_eq!(Pattern::read("&6 a b", LISTS).unwrap().any_order, Some(6));
    }

    #[test]
    fn what_is_wrong_with_a_pattern_is_told() {
        for (text, wrong) in [
            ("", "0 steps, expected 1 to 8"),
            ("a ~x b", "`~x` wants a number"),
            ("@nothing", "no list is named `nothing`"),
            ("a{b", "`a{b` lacks a brace"),
        ] {
            assert_eq!(Pattern::read(text, LISTS).unwrap_err(), wrong);
        }
    }
}
