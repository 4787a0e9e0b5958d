//! Which language a text is written in, of those in [`LANGUAGES`].
//!
//! Alphabets that one language has to itself decide at once (Greek, Thai, Korean, Japanese with its kana …).
//! Where several share one, whole words that are common in a language, its letters and its typical runs of
//! letters give points; the language with most wins if there are enough of them. A text too short or too mixed
//! to tell is in none.
//!
//! The tables in [`tables`] were written for this detector from what grammars and primers say: function words,
//! alphabets, endings.

mod table;
mod tables;

use chat::bytes::is_ascii;

use super::words::words;
use table::Table;
use tables::{ALPHABETS, Alphabet, LETTERS, RUNS, WORDS};

/// The languages that can be told, by ISO 639-1 code.
pub const LANGUAGES: &[&str] = tables::LANGUAGES;

/// How many characters are looked at.
const ENOUGH: usize = 240;
/// No more bytes than these have are.
pub(crate) const ENOUGH_BYTES: usize = ENOUGH * char::MAX.len_utf8();
/// Points for a word that only one language has.
const WORD: u32 = 24;
/// Points for a letter that only one language has.
const LETTER: u32 = 12;
/// Points for a run of letters that only one language has.
const RUN: u32 = 4;
/// The fewest points for an answer.
const LEAST: u32 = 12;

/// The shortest run in the table and the longest, in characters.
const RUN_LENGTHS: [u32; 2] = [2, 4];

/// How many bits a character has in a run: more than any that is in one.
const UNIT: u32 = u16::BITS;

/// A set of languages: bit `n` is `LANGUAGES[n]`.
type Set = u64;

/// The tables, ready for look-ups. Made once per configuration.
#[derive(Debug)]
pub struct Detector {
    words: Table<&'static str>,
    /// By their characters, [`unit`]s side by side.
    runs: Table<u64>,
    letters: Table<u64>,
    /// The languages written in Latin letters.
    latin: Set,
}

impl Default for Detector {
    fn default() -> Detector {
        let letters = LETTERS.iter().flat_map(|(language, letters)| {
            letters.chars().map(|letter| (unit(letter), mask(&[language])))
        });
        Detector {
            words: Table::new(entries(WORDS)),
            runs: Table::new(entries(RUNS).map(|(run, set)| (run.chars().fold(0, joined), set))),
            letters: Table::new(letters),
            latin: mask(tables::written_in("latin")),
        }
    }
}

impl Detector {
    /// A detector without tables, for a configuration that never asks.
    pub(crate) fn empty() -> Detector {
        let (words, runs, letters) = (Table::default(), Table::default(), Table::default());
        Detector { words, runs, letters, latin: 0 }
    }

    /// The language of a text, by ISO 639-1 code.
    pub fn detect(&self, text: &str) -> Option<&'static str> {
        let text = beginning(text);
        if is_ascii(text.as_bytes()) {
            let has_letters = text.bytes().any(|byte| byte.is_ascii_alphabetic());
            return if has_letters { self.most_points(text, self.latin) } else { None };
        }
        let (mut alphabet, share) = main_alphabet(text)?;
        // A few foreign letters in a Latin text (names, units) are no other language, but the ideographs of
        // a text with kana are.
        if share < 0.3 {
            alphabet = "latin";
        }
        match tables::written_in(alphabet) {
            _ if alphabet == "latin" => self.most_points(text, self.latin),
            [] => None,
            [only] => Some(only),
            several => self.most_points(text, mask(several)),
        }
    }

    fn most_points(&self, text: &str, candidates: Set) -> Option<&'static str> {
        let mut points = [0u32; LANGUAGES.len()];
        let mut give = |set: Set, most: u32| {
            let mut left = set & candidates;
            if left == 0 {
                return;
            }
            let each = most / left.count_ones();
            while left != 0 {
                if let Some(points) = points.get_mut(left.trailing_zeros() as usize) {
                    *points += each;
                }
                left &= left - 1;
            }
        };
        let [shortest, longest] = RUN_LENGTHS;
        words(text, |word| {
            give(self.words.get(word), WORD);
            // The last characters, side by side; `_` is the edge of a word.
            let (mut last, mut known) = (joined(0, '_'), 1);
            for char in word.chars().chain(['_']) {
                if !char.is_ascii() {
                    give(self.letters.get(unit(char)), LETTER);
                }
                last = joined(last, char);
                known += 1;
                for length in shortest..longest.min(known) + 1 {
                    give(self.runs.get(last & u64::MAX >> (u64::BITS - length * UNIT)), RUN);
                }
            }
        });
        let (best, most) = points.iter().enumerate().max_by_key(|(index, points)| {
            // Between equals the first of the table.
            (**points, usize::MAX - index)
        })?;
        let language = LANGUAGES.get(best).copied();
        language.filter(|_| *most >= LEAST)
    }
}

/// What of a text is looked at.
fn beginning(text: &str) -> &str {
    match text.get(..ENOUGH) {
        // Nobody has to count these.
        Some(ascii) if is_ascii(ascii.as_bytes()) => ascii,
        _ => match text.char_indices().nth(ENOUGH) {
            Some((end, _)) => text.get(..end).unwrap_or(text),
            None => text,
        },
    }
}

/// The alphabet that most letters belong to, and its share of them. Kana and Hangul make the ideographs around
/// them theirs.
fn main_alphabet(text: &str) -> Option<(&'static str, f64)> {
    let mut counts = [0usize; ALPHABETS.len()];
    let mut latin = 0usize;
    for char in text.chars() {
        if char.is_ascii_alphabetic()
            || matches!(char, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
        {
            latin += 1;
        } else if char >= '\u{370}' {
            let has = |row: &Alphabet| row.1.iter().any(|block| block.contains(&char));
            let row = ALPHABETS.iter().zip(&mut counts).find(|(row, _)| has(row));
            if let Some((_, count)) = row {
                *count += 1;
            }
        }
    }
    let rows = || ALPHABETS.iter().map(|row| row.0).zip(counts);
    let of = |name: &str| rows().find(|row| row.0 == name).map_or(0, |row| row.1);
    let total = latin + counts.iter().sum::<usize>();
    if total == 0 {
        return None;
    }
    let (han, kana) = (of("han"), of("kana"));
    if kana > 0 && kana * 8 >= han {
        return Some(("kana", (han + kana) as f64 / total as f64));
    }
    let (name, most) = rows().filter(|row| row.0 != "kana").max_by_key(|row| row.1)?;
    // An ideograph is a word, a Latin letter is not.
    let weight = if name == "han" { 3 } else { 1 };
    Some((name, (most * weight) as f64 / (total + most * (weight - 1)) as f64))
}

/// Each entry with a language that has it: `rows` give a language and its entries, parted by spaces.
fn entries(
    rows: &'static [(&'static str, &'static str)],
) -> impl Iterator<Item = (&'static str, Set)> + Clone {
    rows.iter().flat_map(|(language, entries)| {
        entries.split_whitespace().map(|entry| (entry, mask(&[language])))
    })
}

/// A character in a run. All beyond the first plane are alike: none of them is in any.
fn unit(char: char) -> u64 {
    u16::try_from(u32::from(char)).unwrap_or(u16::MAX).into()
}

/// A run and one more character; it has the last four.
fn joined(run: u64, char: char) -> u64 {
    run << UNIT | unit(char)
}

fn mask(languages: &[&str]) -> Set {
    let index = |language: &&str| LANGUAGES.iter().position(|known| known == language);
    languages.iter().filter_map(index).fold(0, |set, index| set | 1 << index)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn the_tables_are_sorted_and_speak_of_known_languages() {
        assert!(LANGUAGES.is_sorted() && LANGUAGES.len() <= 64);
        for (language, _) in WORDS.iter().chain(RUNS).chain(LETTERS) {
            assert!(LANGUAGES.contains(language), "{language}");
        }
        for (_, entries) in RUNS {
            for run in entries.split_whitespace() {
                let [shortest, longest] = RUN_LENGTHS;
                assert!((shortest..=longest).contains(&(run.chars().count() as u32)), "{run}");
                assert!(run.chars().all(|char| unit(char) < u16::MAX.into()), "{run}");
            }
        }
        for language in LANGUAGES {
            let alphabets =
                ["arabic", "bengali", "cyrillic", "devanagari", "latin", "hebrew", "han", "kana"];
            let shared =
                alphabets.iter().any(|alphabet| tables::written_in(alphabet).contains(language));
            let own = ALPHABETS.iter().any(|row| tables::written_in(row.0) == [*language]);
            assert!(shared || own, "{language} is written somehow");
        }
    }

    #[test]
    fn what_is_no_language_is_none() {
        let detector = Detector::default();
        for text in ["", "12345", "?!", "xqzt", "😀😀", "a1b2c3d4", "___"] {
            assert_eq!(detector.detect(text), None, "{text}");
        }
    }

    #[test]
    fn foreign_names_do_not_turn_a_text() {
        let detector = Detector::default();
        for (text, expected) in [
            ("What does the word 猫 mean in English?", "en"),
            ("Was bedeutet das russische Wort привет auf Deutsch?", "de"),
            ("東京タワーの高さはどのくらいですか", "ja"),
            ("请解释一下 Kubernetes 的工作原理", "zh"),
        ] {
            assert_eq!(detector.detect(text), Some(expected), "{text}");
        }
    }
}
