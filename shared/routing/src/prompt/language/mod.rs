//! Which language a text is written in, of those in [`LANGUAGES`].
//!
//! Alphabets that one language has to itself decide at once (Greek, Thai, Korean, Japanese with its kana …).
//! Where several share one, whole words that are common in a language, its letters and its typical runs of
//! letters give points; the language with most wins if there are enough of them. A text too short or too mixed
//! to tell is in none.
//!
//! The tables in [`tables`] were written for this detector from what grammars and primers say: function words,
//! alphabets, endings.

mod tables;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::words::words;
use tables::{ALPHABETS, LETTERS, RUNS, WORDS};

/// The languages that can be told, by ISO 639-1 code.
pub const LANGUAGES: &[&str] = tables::LANGUAGES;

/// How many characters are looked at.
const ENOUGH: usize = 240;
/// Points for a word that only one language has.
const WORD: u32 = 24;
/// Points for a letter that only one language has.
const LETTER: u32 = 12;
/// Points for a run of letters that only one language has.
const RUN: u32 = 4;
/// The fewest points for an answer.
const LEAST: u32 = 12;

/// The longest run in the table, in characters.
const LONGEST_RUN: usize = 4;

/// A set of languages: bit `n` is `LANGUAGES[n]`.
type Set = u64;

/// The keys are ours, so nobody can choose them to collide; a text only looks them up.
type Table<K> = HashMap<K, Set, BuildHasherDefault<Fnv>>;

/// FNV-1a: short keys are hashed in a few instructions.
#[derive(Debug, Default)]
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        // The table looks at the highest bits too.
        self.0 ^ self.0.rotate_left(32)
    }
}

/// The tables, ready for look-ups. Made once per configuration.
#[derive(Debug)]
pub struct Detector {
    words: Table<&'static str>,
    runs: Table<&'static str>,
    letters: Table<char>,
}

impl Default for Detector {
    fn default() -> Detector {
        Detector { words: table(WORDS), runs: table(RUNS), letters: letters() }
    }
}

impl Detector {
    /// A detector without tables, for a configuration that never asks.
    pub(crate) fn empty() -> Detector {
        Detector { words: Table::default(), runs: Table::default(), letters: Table::default() }
    }

    /// The language of a text, by ISO 639-1 code.
    pub fn detect(&self, text: &str) -> Option<&'static str> {
        let text = match text.char_indices().nth(ENOUGH) {
            Some((end, _)) => text.get(..end).unwrap_or(text),
            None => text,
        };
        let (mut alphabet, share) = main_alphabet(text)?;
        // A few foreign letters in a Latin text (names, units) are no other language, but the ideographs of
        // a text with kana are.
        if share < 0.3 {
            alphabet = "latin";
        }
        let candidates = tables::written_in(alphabet);
        match candidates {
            [] => None,
            [only] => Some(only),
            _ => self.most_points(text, mask(candidates)),
        }
    }

    fn most_points(&self, text: &str, candidates: Set) -> Option<&'static str> {
        let mut points = [0u32; LANGUAGES.len()];
        let mut give = |set: Set, most: u32| {
            let set = set & candidates;
            let each = most / set.count_ones().max(1);
            let mut left = set;
            while left != 0 {
                if let Some(points) = points.get_mut(left.trailing_zeros() as usize) {
                    *points += each;
                }
                left &= left - 1;
            }
        };
        let mut padded = String::new();
        words(text, |word| {
            if let Some(set) = self.words.get(word) {
                give(*set, WORD);
            }
            padded.clear();
            padded.extend(["_", word, "_"]);
            for char in word.chars().filter(|char| !char.is_ascii()) {
                give(self.letters.get(&char).copied().unwrap_or(0), LETTER);
            }
            let starts = padded.char_indices().map(|(at, _)| at);
            for start in starts {
                let rest = padded.get(start..).unwrap_or_default();
                let ends = rest.char_indices().map(|(at, char)| at + char.len_utf8());
                for end in ends.take(LONGEST_RUN).skip(1) {
                    let run = rest.get(..end).unwrap_or_default();
                    give(self.runs.get(run).copied().unwrap_or(0), RUN);
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
            let row = ALPHABETS.iter().position(|row| row.1.contains(&char));
            if let Some(count) = row.and_then(|row| counts.get_mut(row)) {
                *count += 1;
            }
        }
    }
    let of = |name: &str| {
        let rows = ALPHABETS.iter().zip(counts);
        rows.filter(|(row, _)| row.0 == name).map(|(_, count)| count).sum::<usize>()
    };
    let total = latin + counts.iter().sum::<usize>();
    if total == 0 {
        return None;
    }
    let (han, kana) = (of("han"), of("kana"));
    if kana > 0 && kana * 8 >= han {
        return Some(("kana", (han + kana) as f64 / total as f64));
    }
    let rows = ALPHABETS.iter().map(|row| row.0).filter(|name| *name != "kana");
    let (name, most) = rows.map(|name| (name, of(name))).max_by_key(|(_, count)| *count)?;
    // An ideograph is a word, a Latin letter is not.
    let weight = if name == "han" { 3 } else { 1 };
    Some((name, (most * weight) as f64 / (total + most * (weight - 1)) as f64))
}

/// The languages of each entry: `rows` give a language and its entries, parted by spaces.
fn table(rows: &'static [(&'static str, &'static str)]) -> Table<&'static str> {
    let mut map = Table::default();
    for (language, entries) in rows {
        for entry in entries.split_whitespace() {
            *map.entry(entry).or_default() |= mask(&[language]);
        }
    }
    map
}

fn letters() -> Table<char> {
    let mut map = Table::default();
    for (language, letters) in LETTERS {
        for letter in letters.chars() {
            *map.entry(letter).or_default() |= mask(&[language]);
        }
    }
    map
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
                assert!((2..=LONGEST_RUN).contains(&run.chars().count()), "{run}");
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
