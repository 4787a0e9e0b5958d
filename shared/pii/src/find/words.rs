//! A list of words and phrases, and where they stand in a text. Most words of a text are on no list: their first
//! letters and their length say so, without a look at the list.

use chat::bytes::{AnySet, BLOCK, Set, block_at};

use super::context::Rows;

const ALNUM: Set = Set::new().with(b'0', b'9').with(b'A', b'Z').with(b'a', b'z');

/// How many keys there are at least for each word: most words of a text have none of those that are taken.
const KEYS: usize = 8;
/// How many bytes of a word its key is made of.
const HEAD: usize = 4;

/// Words and phrases, each with the rows that it speaks for.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// In the order of their keys.
    words: Vec<Word>,
    /// How many bits of a mixed word are no part of its key.
    shift: u32,
    /// A bit for each key that a word has.
    keys: Vec<u64>,
    /// How many words there are before those of each 64 keys.
    before: Vec<u32>,
    /// What words begin with that is no ASCII letter or digit.
    others: AnySet,
    /// How many bytes of those words their keys are made of.
    heads: Vec<usize>,
    /// How long the longest one is, in bytes.
    pub(super) longest: usize,
}

#[derive(Debug)]
struct Word {
    key: usize,
    text: String,
    rows: Rows,
}

/// The bytes at `at`, zeros behind the end.
fn first(bytes: &[u8], at: usize) -> [u8; HEAD] {
    let rest = bytes.get(at..).unwrap_or_default();
    let byte = |at: usize| rest.get(at).copied().unwrap_or(0);
    rest.first_chunk().copied().unwrap_or_else(|| [byte(0), byte(1), byte(2), byte(3)])
}

/// How many ASCII letters and digits stand at `at`, counted up to `most`.
fn run(bytes: &[u8], at: usize, most: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().take(most).take_while(|byte| byte.is_ascii_alphanumeric()).count()
}

impl Words {
    /// Of (word, row) pairs. Words are compared without regard to case.
    pub(super) fn new(mut pairs: Vec<(String, u16)>) -> Self {
        // The case of ASCII is folded when words are compared.
        let cased: Vec<_> = pairs
            .iter()
            .filter(|(word, _)| !word.is_ascii())
            .flat_map(|(word, row)| [(word.to_uppercase(), *row), (title(word), *row)])
            .collect();
        pairs.extend(cased);
        pairs.iter_mut().for_each(|(word, _)| word.make_ascii_lowercase());
        pairs.retain(|(word, _)| !word.is_empty());
        pairs.sort_unstable();
        let keys = (pairs.len() * KEYS).next_power_of_two().max(64);
        let mut new =
            Self { shift: u32::BITS - keys.ilog2(), keys: vec![0; keys / 64], ..Self::default() };
        for (text, row) in pairs {
            if new.words.last().is_none_or(|last| last.text != text) {
                let key = new.take_in(&text);
                new.words.push(Word { key, text, rows: Rows::default() });
            }
            if let Some(last) = new.words.last_mut() {
                last.rows.insert(row);
            }
        }
        new.words.sort_by_key(|word| word.key);
        let before = |at: usize| new.words.partition_point(|word| word.key < at * 64) as u32;
        new.before = (0..new.keys.len()).map(before).collect();
        new
    }

    /// The key of a word that begins with these bytes, of which `head` count, and whose first letters and digits, if
    /// it begins with any, are so many.
    fn key(&self, first: [u8; HEAD], head: usize, run: usize) -> usize {
        // Capitals are small letters; what else becomes the same does no harm.
        let word = u32::from_le_bytes(first) | 0x2020_2020;
        let word = if head < HEAD { word & !(u32::MAX << (8 * head)) } else { word };
        let mixed = (word ^ (run as u32) << 3).wrapping_mul(0x9e37_79b1);
        (mixed >> self.shift) as usize
    }

    /// Notes what a word begins with; returns its key.
    fn take_in(&mut self, word: &str) -> usize {
        let bytes = word.as_bytes();
        self.longest = self.longest.max(bytes.len());
        let run = run(bytes, 0, bytes.len());
        let head = if run > 0 { run } else { bytes.len() }.min(HEAD);
        if let Some(byte) = bytes.first().filter(|_| run == 0) {
            self.others = self.others.with(*byte);
            if !self.heads.contains(&head) {
                self.heads.push(head);
            }
        }
        let key = self.key(first(bytes, 0), head, run);
        if let Some(bits) = self.keys.get_mut(key / 64) {
            *bits |= 1 << (key % 64);
        }
        key
    }

    /// The rows that a word speaks for.
    pub(super) fn rows(&self, word: usize) -> Option<&Rows> {
        self.words.get(word).map(|word| &word.rows)
    }

    /// Shows every word that lies in `from..to`, in no order: where it begins and ends, and its number. A letter or
    /// digit at its begin has none before it; what else stands around it is not looked at.
    pub(super) fn find(
        &self,
        bytes: &[u8],
        from: usize,
        to: usize,
        found: &mut dyn FnMut(usize, usize, usize),
    ) {
        if self.words.is_empty() {
            return;
        }
        let before = from.checked_sub(1).and_then(|before| bytes.get(before));
        let mut inside = before.is_some_and(u8::is_ascii_alphanumeric);
        for at in (from..to).step_by(BLOCK) {
            let block = block_at(bytes, at);
            let alnum = ALNUM.find(&block);
            let mut begins = alnum & !(alnum << 1 | u64::from(inside));
            inside = alnum >> (BLOCK - 1) == 1;
            while begins != 0 {
                let place = begins.trailing_zeros() as usize;
                begins &= begins - 1;
                let mut len = (!(alnum >> place)).trailing_zeros() as usize;
                if place + len == BLOCK {
                    len += run(bytes, at + BLOCK, self.longest);
                }
                self.look(bytes, (at + place, to), len.min(HEAD), len, found);
            }
            let mut others = self.others.find(&block);
            while others != 0 {
                let place = others.trailing_zeros() as usize;
                others &= others - 1;
                for head in &self.heads {
                    self.look(bytes, (at + place, to), *head, 0, found);
                }
            }
        }
    }

    /// Shows the words of a key that stand at a place and end before another.
    fn look(
        &self,
        bytes: &[u8],
        (at, to): (usize, usize),
        head: usize,
        run: usize,
        found: &mut dyn FnMut(usize, usize, usize),
    ) {
        let key = self.key(first(bytes, at), head, run);
        if self.keys.get(key / 64).is_none_or(|bits| bits >> (key % 64) & 1 == 0) {
            return;
        }
        let before = self.before.get(key / 64).map_or(0, |before| *before as usize);
        let words = self.words.get(before..).unwrap_or_default();
        for (number, word) in (before..).zip(words).take_while(|(_, word)| word.key <= key) {
            if word.key < key {
                continue;
            }
            let end = at + word.text.len();
            // Of several heads that are asked for, a word has one.
            let own = run > 0 || head == word.text.len().min(HEAD);
            let written = bytes.get(at..end).filter(|_| own && end <= to);
            if written.is_some_and(|written| written.eq_ignore_ascii_case(word.text.as_bytes())) {
                found(at, end, number);
            }
        }
    }
}

fn title(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const LIST: [&str; 12] = [
        "id",
        "tax id",
        "ssn",
        "№",
        "é",
        "#",
        "身份证",
        "паспорт",
        "c/o",
        "a",
        "ident",
        "Identität",
    ];

    fn words() -> Words {
        Words::new(LIST.iter().map(|word| ((*word).to_owned(), 0)).collect())
    }

    fn found(text: &str, from: usize, to: usize) -> Vec<(usize, &str)> {
        let mut all = Vec::new();
        words().find(text.as_bytes(), from, to, &mut |start, end, _| {
            all.push((start, text.get(start..end).unwrap()));
        });
        all.sort_unstable();
        all
    }

    #[test]
    fn every_word_is_met_wherever_it_stands_and_however_it_is_written() {
        for place in 0..140 {
            for word in LIST {
                for word in [word.to_owned(), word.to_uppercase(), title(word)] {
                    let text = format!("{}{word}.", " ".repeat(place));
                    let all = found(&text, 0, text.len());
                    assert!(all.contains(&(place, word.as_str())), "{word} at {place}");
                    assert!(found(&text, 0, text.len() - 2).iter().all(|met| met.1 != word));
                    assert!(found(&text, place + 1, text.len()).iter().all(|met| met.1 != word));
                }
            }
        }
    }

    #[test]
    fn parts_of_words_are_none() {
        for text in ["ids", "xid", "taxid", "1ssn", "identity", "passport", "паспор", ""] {
            assert_eq!(found(text, 0, text.len()), [], "{text}");
        }
        assert_eq!(found("xid", 1, 3), []);
        assert_eq!(found("tax id", 0, 6), [(0, "tax id"), (4, "id")]);
        assert_eq!(found("#号身份证", 0, 13), [(0, "#"), (4, "身份证")]);
    }

    #[test]
    fn all_are_met_wherever_reading_begins_and_ends() {
        let text = LIST.join(" ") + "№id#ssn身份证a-ident,identität паспортSSN" + &LIST.join("");
        let begins = |at: usize| {
            let byte = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_alphanumeric);
            !byte(at) || !byte(at.wrapping_sub(1))
        };
        let mut expected = Vec::new();
        for at in (0..text.len()).filter(|at| text.is_char_boundary(*at) && begins(*at)) {
            let known = LIST.map(str::to_lowercase);
            for end in (at..=text.len()).filter(|end| text.is_char_boundary(*end)) {
                // A word that begins with letters and digits is met if none follows the first of them.
                let word = text.get(at..end).unwrap();
                let run = run(text.as_bytes(), at, text.len());
                if known.contains(&word.to_lowercase()) && (run == 0 || run <= word.len()) {
                    expected.push((at, word));
                }
            }
        }
        assert!(expected.len() > 20);
        for from in (0..text.len()).step_by(5) {
            for to in (from..=text.len()).step_by(3) {
                let within =
                    expected.iter().filter(|met| met.0 >= from && met.0 + met.1.len() <= to);
                assert_eq!(
                    found(&text, from, to),
                    within.copied().collect::<Vec<_>>(),
                    "{from} {to}"
                );
            }
        }
    }

    #[test]
    fn no_words_are_found_nowhere() {
        Words::default().find(b"a", 0, 1, &mut |_, _, _| panic!("a word"));
        assert!(Words::new(vec![(String::new(), 1)]).words.is_empty());
    }
}
