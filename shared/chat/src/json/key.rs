//! Names of fields.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;

use super::names::Known;

/// The name of an object's field. One that is written in the code or in [`super::names`] takes no memory.
#[derive(Clone)]
pub struct Key(Repr);

#[derive(Clone)]
enum Repr {
    Static(&'static str),
    Owned(Box<str>),
}

impl Key {
    /// A name that is read somewhere.
    #[inline]
    pub fn read(text: &str) -> Key {
        match super::names::known(text.as_bytes()) {
            Some(known) => known.into(),
            None => Key(Repr::Owned(text.into())),
        }
    }

    /// The name, if it is known to need no escape.
    pub(super) fn plain(&self) -> Option<&'static str> {
        match self.0 {
            Repr::Static(name) => Some(name),
            Repr::Owned(_) => None,
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Static(name) => name,
            Repr::Owned(name) => name,
        }
    }
}

/// Whether two names are the same. Most are short, and a call to compare bytes one by one costs more than the
/// two words that tell.
#[inline]
pub fn same(one: &str, other: &str) -> bool {
    same_bytes(one.as_bytes(), other.as_bytes())
}

/// [`same`] for names that are bytes.
#[inline]
pub fn same_bytes(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    match one.len() {
        0..4 => one.iter().eq(other),
        4..8 => {
            one.first_chunk::<4>() == other.first_chunk()
                && one.last_chunk::<4>() == other.last_chunk()
        }
        length => {
            one.first_chunk::<8>() == other.first_chunk()
                && one.last_chunk::<8>() == other.last_chunk()
                && (length <= 16 || one == other)
        }
    }
}

impl Deref for Key {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Key {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for Key {
    fn borrow(&self) -> &str {
        self
    }
}

/// A name that is written in the code. It must need no escape in JSON.
impl From<&'static str> for Key {
    fn from(name: &'static str) -> Key {
        debug_assert_eq!(super::scan::plain(name.as_bytes()), name.len(), "a name to be escaped");
        Key(Repr::Static(name))
    }
}

impl From<Known> for Key {
    fn from(known: Known) -> Key {
        Key(Repr::Static(known.name()))
    }
}

impl From<String> for Key {
    fn from(name: String) -> Key {
        Key(Repr::Owned(name.into()))
    }
}

impl From<Key> for String {
    fn from(key: Key) -> String {
        match key.0 {
            Repr::Static(name) => name.to_owned(),
            Repr::Owned(name) => name.into(),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Key {}

impl PartialEq<str> for Key {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Key {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<String> for Key {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::same;

    #[test]
    fn names_are_the_same_in_every_byte() {
        for length in 0..40 {
            let name = "x".repeat(length);
            assert!(same(&name, &name.clone()));
            assert!(!same(&name, &"x".repeat(length + 1)));
            for at in 0..length {
                let mut other = name.clone();
                other.replace_range(at..=at, "y");
                assert!(!same(&name, &other), "{length} {at}");
            }
        }
    }
}
