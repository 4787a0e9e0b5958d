//! Small values that all workers of one Envoy share.
//!
//! Envoy's shared data is one map per process and `vm_id`, lives in memory only, never forgets a key, and
//! has compare-and-swap but no addition. So whoever keeps something there bounds its own key space (a fixed
//! number of slots, chosen by hash) and changes values through [`update`].

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

/// A value and the version it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The value.
    pub bytes: Vec<u8>,
    /// For [`Store::set`]; never 0.
    pub version: u32,
}

/// A map shared by all workers.
pub trait Store {
    /// The value of `key`, if it was ever set.
    fn get(&self, key: &str) -> Option<Entry>;

    /// Sets `key`, if it still has `version` or was never set; without a version in any case. Returns whether
    /// the value was taken.
    fn set(&self, key: &str, bytes: &[u8], version: Option<u32>) -> bool;
}

// Not a supertrait: modules would carry the texts of every type behind it.
impl fmt::Debug for dyn Store + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

/// A version that no key has: a value set with it is taken only if it is the first.
const NEVER_SET: u32 = u32::MAX;

/// How often [`update`] tries again when other workers are faster. Sixteen workers that all change one key at
/// once are through after sixteen rounds.
const ATTEMPTS: usize = 64;

/// Changes the value of `key` by `change`, which gets the present value, to be edited where it lies, and returns the new
/// one, or `None` to leave it. Called again whenever another worker was faster. Returns whether the value was set.
pub fn update(
    store: &dyn Store,
    key: &str,
    change: impl FnMut(Option<Vec<u8>>) -> Option<Vec<u8>>,
) -> bool {
    update_found(store, key, store.get(key), change)
}

/// [`update`] for who has just read the value: `change` gets `found` first.
pub fn update_found(
    store: &dyn Store,
    key: &str,
    found: Option<Entry>,
    mut change: impl FnMut(Option<Vec<u8>>) -> Option<Vec<u8>>,
) -> bool {
    let mut found = Some(found);
    for _ in 0..ATTEMPTS {
        let entry = found.take().unwrap_or_else(|| store.get(key));
        let version = entry.as_ref().map_or(NEVER_SET, |entry| entry.version);
        let Some(bytes) = change(entry.map(|entry| entry.bytes)) else { return false };
        if store.set(key, &bytes, Some(version)) {
            return true;
        }
    }
    false
}

/// A store of one process, for the command line and tests.
#[derive(Debug, Default)]
pub struct Memory {
    map: RefCell<BTreeMap<String, Entry>>,
}

impl Store for Memory {
    fn get(&self, key: &str) -> Option<Entry> {
        self.map.borrow().get(key).cloned()
    }

    fn set(&self, key: &str, bytes: &[u8], version: Option<u32>) -> bool {
        let mut map = self.map.borrow_mut();
        let present = map.get(key).map(|entry| entry.version);
        if version.is_some() && present.is_some() && version != present {
            return false;
        }
        let version = present.unwrap_or(0).checked_add(1).unwrap_or(1);
        map.insert(key.to_owned(), Entry { bytes: bytes.to_vec(), version });
        true
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// A store in which somebody else is faster so many times.
    #[derive(Debug, Default)]
    struct Contended {
        memory: Memory,
        losses: RefCell<usize>,
    }

    impl Store for Contended {
        fn get(&self, key: &str) -> Option<Entry> {
            self.memory.get(key)
        }

        fn set(&self, key: &str, bytes: &[u8], version: Option<u32>) -> bool {
            let mut losses = self.losses.borrow_mut();
            if *losses > 0 {
                *losses -= 1;
                self.memory.set(key, b"theirs", None);
            }
            self.memory.set(key, bytes, version)
        }
    }

    fn appended(store: &dyn Store) -> bool {
        update(store, "k", |old| Some([&*old.unwrap_or_default(), b"+"].concat()))
    }

    #[test]
    fn a_change_is_made_to_what_is_there() {
        let store = Memory::default();
        assert!(appended(&store) && appended(&store));
        assert_eq!(store.get("k").unwrap().bytes, b"++");
        assert!(!update(&store, "k", |_| None));
        assert_eq!(store.get("k").unwrap().bytes, b"++");
    }

    #[test]
    fn who_was_too_slow_sees_what_the_other_wrote() {
        let store = Contended { losses: RefCell::new(3), ..Contended::default() };
        assert!(appended(&store));
        assert_eq!(store.get("k").unwrap().bytes, b"theirs+");
        *store.losses.borrow_mut() = usize::MAX;
        assert!(!appended(&store), "it gives up some time");
    }

    #[test]
    fn an_old_version_is_refused() {
        let store = Memory::default();
        assert!(store.set("k", b"1", None));
        let old = store.get("k").unwrap().version;
        assert!(store.set("k", b"2", Some(old)));
        assert!(!store.set("k", b"3", Some(old)));
        assert!(store.set("k", b"4", None));
    }
}
