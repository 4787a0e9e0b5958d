//! Where words lead: asked of every word of every text.

use std::collections::{BTreeMap, HashMap};

use super::gates::Set;
use super::words::Cue;

/// Where a word leads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Leads {
    /// What it tells about its text.
    pub(super) cue: Option<Cue>,
    /// The gates before the steps that it is.
    pub(super) gates: Option<Box<Set>>,
    /// The gates that it opens by itself, as a first step that asks for nothing else.
    pub(super) opens: Vec<u16>,
    /// All other steps that have no gate: first ones, and those that come in any order.
    pub(super) free: Vec<u16>,
}

/// How many slots there are: a few for each word, so that most others are told at the first look.
const SLOTS: usize = 1 << 13;

/// Words by their hashes, in open addressing.
#[derive(Debug)]
pub(super) struct Dictionary {
    /// 0 in an empty slot.
    hashes: Box<[u32; SLOTS]>,
    /// Which of `leads`, which many words share.
    which: Box<[u16; SLOTS]>,
    leads: Vec<Leads>,
}

impl Dictionary {
    pub(super) fn new(words: BTreeMap<u32, Leads>) -> Dictionary {
        let (hashes, which) = (Box::new([0; SLOTS]), Box::new([0; SLOTS]));
        let mut new = Dictionary { hashes, which, leads: Vec::new() };
        let mut numbers = HashMap::new();
        // More are caught by a test.
        for (hash, leads) in words.into_iter().take(SLOTS / 2) {
            let number = *numbers.entry(leads).or_insert_with_key(|leads| {
                new.leads.push(leads.clone());
                new.leads.len() as u16 - 1
            });
            let at = new.slot(hash);
            if let (Some(slot), Some(which)) = (new.hashes.get_mut(at), new.which.get_mut(at)) {
                (*slot, *which) = (hash, number);
            }
        }
        new
    }

    /// The slot of a word, or the empty one where it is missing.
    #[inline]
    fn slot(&self, hash: u32) -> usize {
        let mut at = hash as usize % SLOTS;
        while let Some(one) = self.hashes.get(at)
            && *one != 0
            && *one != hash
        {
            at = (at + 1) % SLOTS;
        }
        at
    }

    /// Where a word leads, if it is known.
    #[inline]
    pub(super) fn find(&self, hash: u32) -> Option<&Leads> {
        let at = self.slot(hash);
        self.hashes.get(at).filter(|hash| **hash != 0)?;
        self.leads.get(usize::from(*self.which.get(at)?))
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn words_are_found_wherever_they_collide() {
        let leads = |step: u32| Leads { free: vec![step as u16 % 7], ..Leads::default() };
        let hash = |word: u32| word * SLOTS as u32 / 2 + 1;
        let words: BTreeMap<_, _> = (0..200).map(|word| (hash(word), leads(word))).collect();
        let dictionary = Dictionary::new(words);
        for word in 0..200 {
            assert_eq!(dictionary.find(hash(word)), Some(&leads(word)), "{word}");
            assert_eq!(dictionary.find(hash(word + 200)), None, "{word}");
        }
        assert_eq!(dictionary.find(0), None);
        assert_eq!(dictionary.leads.len(), 7);
    }
}
