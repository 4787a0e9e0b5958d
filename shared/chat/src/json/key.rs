//! Names of fields.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;

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
    pub fn read(text: &str) -> Key {
        match super::names::known(text) {
            Some(name) => Key(Repr::Static(name)),
            None => Key(Repr::Owned(text.into())),
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

impl From<&'static str> for Key {
    fn from(name: &'static str) -> Key {
        Key(Repr::Static(name))
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
