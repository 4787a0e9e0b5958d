//! From entries to the languages that have them.

use chat::fnv;

use super::Set;

/// A table of open addresses, which is looked into in a few instructions. The keys are ours, so nobody can choose them
/// to collide; a text only looks them up.
#[derive(Debug)]
pub(super) struct Table<K> {
    /// A power of two of them, or none; at most half are taken. Those without languages are free.
    slots: Vec<(K, Set)>,
}

impl<K> Default for Table<K> {
    fn default() -> Table<K> {
        Table { slots: Vec::new() }
    }
}

impl<K: Key + Copy + Default + PartialEq> Table<K> {
    /// A key may come with one set after another: it has them all.
    pub(super) fn new(entries: impl Iterator<Item = (K, Set)> + Clone) -> Table<K> {
        let size = (2 * entries.clone().count()).next_power_of_two();
        let mut table = Table { slots: vec![(K::default(), 0); size] };
        for (key, set) in entries {
            let at = table.place(key);
            if let Some(slot) = table.slots.get_mut(at) {
                *slot = (key, slot.1 | set);
            }
        }
        table
    }
}

impl<K> Table<K> {
    /// The languages that have an entry.
    pub(super) fn get<Q: Key + PartialEq<K>>(&self, key: Q) -> Set {
        self.slots.get(self.place(key)).map_or(0, |slot| slot.1)
    }

    /// Where a key is, or would be.
    fn place<Q: Key + PartialEq<K>>(&self, key: Q) -> usize {
        let last = self.slots.len().wrapping_sub(1);
        // The highest bits of a product hang on all of the key.
        let mut at = (key.word().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) as usize & last;
        while self.slots.get(at).is_some_and(|(other, set)| *set != 0 && key != *other) {
            at = (at + 1) & last;
        }
        at
    }
}

/// What entries are found by.
pub(super) trait Key: Copy {
    /// A word that differs where keys do, as a rule.
    fn word(self) -> u64;
}

impl Key for u64 {
    fn word(self) -> u64 {
        self
    }
}

impl Key for &str {
    fn word(self) -> u64 {
        fnv::hash(self.bytes(), fnv::BASIS)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn what_went_in_comes_out_and_nothing_else() {
        for size in 0..200_u64 {
            let entries = (1..=size).flat_map(|key| [(key << 48, key), (key << 48, key | 1 << 63)]);
            let table = Table::new(entries);
            for key in 0..400 {
                let expected = if (1..=size).contains(&key) { key | 1 << 63 } else { 0 };
                assert_eq!((table.get(key << 48), table.get(key << 48 | 1)), (expected, 0));
            }
        }
        let words = ["the", "of", "th", "\u{e9}t\u{e9}"];
        let table: Table<&'static str> = Table::new(words.into_iter().zip(1..));
        for (word, set) in words.into_iter().zip(1..) {
            assert_eq!(table.get(word.to_owned().as_str()), set);
        }
        assert_eq!((table.get("he"), table.get("")), (0, 0));
        assert_eq!(Table::<&'static str>::default().get("the"), 0);
    }
}
