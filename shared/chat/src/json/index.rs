//! Where the names of a large map stand.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

use super::key::same;
use super::{Key, Value};

/// A hash table over the entries of a map. Keyed: names that collide cannot be prepared.
#[derive(Clone)]
pub(super) struct HashIndex {
    positions: HashTable<u32>,
    hasher: RandomState,
}

type Entries = [(Key, Value)];

impl HashIndex {
    /// An index of `entries`.
    pub(super) fn new(entries: &Entries) -> HashIndex {
        let positions = HashTable::with_capacity(entries.len() * 2);
        let mut index = HashIndex { positions, hasher: RandomState::new() };
        for (at, entry) in entries.iter().enumerate() {
            index.add(&entry.0, at, entries);
        }
        index
    }

    /// Where `name` stands.
    pub(super) fn find(&self, name: &str, entries: &Entries) -> Option<usize> {
        let is_it = |at: &u32| entries.get(*at as usize).is_some_and(|entry| same(&entry.0, name));
        self.positions.find(self.hasher.hash_one(name), is_it).map(|at| *at as usize)
    }

    /// `name` is about to be added behind `entries`.
    pub(super) fn push(&mut self, name: &str, entries: &Entries) {
        self.add(name, entries.len(), entries);
    }

    /// `name` is about to be taken out at `at`; what is behind moves up.
    pub(super) fn shift_remove(&mut self, name: &str, at: usize) {
        let hash = self.hasher.hash_one(name);
        if let Ok(entry) = self.positions.find_entry(hash, |position| *position as usize == at) {
            entry.remove();
        }
        for position in self.positions.iter_mut().filter(|position| **position as usize > at) {
            *position -= 1;
        }
    }

    fn add(&mut self, name: &str, at: usize, entries: &Entries) {
        // A module's memory ends before 32 bits do; natively a body is bounded too.
        let Ok(position) = u32::try_from(at) else { return };
        let hash = |at: &u32| {
            let name = entries.get(*at as usize).map_or("", |entry| entry.0.as_str());
            self.hasher.hash_one(name)
        };
        self.positions.insert_unique(self.hasher.hash_one(name), position, hash);
    }
}
