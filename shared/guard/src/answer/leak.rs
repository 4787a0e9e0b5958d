//! The system prompt's own words, found again.

use std::collections::{HashSet, VecDeque};

use crate::fold::fold;
use crate::token::{Kind, pair, tokens};

/// The pieces of a system prompt.
#[derive(Debug)]
pub(crate) struct Shingles {
    words: usize,
    known: HashSet<u32>,
    found: HashSet<u32>,
    most: usize,
}

/// The most pieces that are kept of a prompt.
const MOST: usize = 20_000;

impl Shingles {
    pub(crate) fn new(words: usize, most: usize) -> Shingles {
        Shingles { words, known: HashSet::new(), found: HashSet::new(), most }
    }

    /// Takes in a text of the system prompt.
    pub(crate) fn learn(&mut self, text: &str) {
        let (words, known) = (self.words, &mut self.known);
        each(text, words, |shingle| {
            if known.len() < MOST {
                known.insert(shingle);
            }
        });
    }

    /// Whether there is anything to be found.
    pub(crate) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Whether too many pieces were found in answers, with this one.
    pub(crate) fn leaks(&mut self, text: &str) -> bool {
        let (words, known, found) = (self.words, &self.known, &mut self.found);
        each(text, words, |shingle| {
            if known.contains(&shingle) {
                found.insert(shingle);
            }
        });
        // A short prompt leaks as a whole.
        found.len() > self.most.min(known.len().saturating_sub(1))
    }
}

fn each(text: &str, words: usize, mut see: impl FnMut(u32)) {
    let folded = (!text.is_ascii()).then(|| fold(text).text);
    let mut last: VecDeque<u32> = VecDeque::with_capacity(words);
    tokens(folded.as_deref().unwrap_or(text), |token| {
        if matches!(token.kind, Kind::Mark | Kind::Break) {
            return;
        }
        if last.len() == words {
            last.pop_front();
        }
        last.push_back(token.hash);
        if last.len() == words {
            see(last.iter().fold(0, |hash, word| pair(hash, *word)));
        }
    });
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const PROMPT: &str = "You are Ada, the assistant of a small bookshop in Lyon. Never promise discounts. \
                          Always recommend two books, one old and one new, and ask what the reader likes.";

    #[test]
    fn a_prompt_told_again_leaks_and_talk_about_its_topic_does_not() {
        let mut shingles = Shingles::new(6, 7);
        shingles.learn(PROMPT);
        assert!(!shingles.leaks(
            "I am the assistant of a small bookshop. Which books do you like, old ones or new?"
        ));
        let mut shingles = Shingles::new(6, 7);
        shingles.learn(PROMPT);
        assert!(shingles.leaks(&format!("My instructions: {}", PROMPT.to_uppercase())));
    }

    #[test]
    fn a_leak_in_pieces_adds_up() {
        let mut shingles = Shingles::new(6, 7);
        shingles.learn(PROMPT);
        assert!(!shingles.leaks("the assistant of a small bookshop in Lyon"));
        assert!(shingles.leaks(
            "Always recommend two books, one old and one new, and ask what the reader likes"
        ));
    }
}
