//! The record of what a translation could not carry over.

use std::fmt;

/// One field that the target dialect cannot express.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// Path in the source body: `messages[2].content[0].image_url.detail`.
    pub path: String,
    /// Why, in a few words: `not supported by anthropic-messages`, `clamped to 1`. Never the value.
    pub reason: String,
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.reason)
    }
}

/// What one translation could not carry over, in the order it was met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drops(Vec<Dropped>);

impl Drops {
    /// Records `path`.
    pub fn add(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        self.0.push(Dropped { path: path.into(), reason: reason.into() });
    }

    /// Whether nothing was lost.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The records.
    pub fn iter(&self) -> std::slice::Iter<'_, Dropped> {
        self.0.iter()
    }
}
