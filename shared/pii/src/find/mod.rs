//! Where in a text personal data and secrets stand.
//!
//! A [`Finder`] is compiled once from a [`Selection`] and then asked for the [`Finding`]s of any number of
//! texts. One pass over the text, linear time on any input.
//!
//! ```
//! use pii::find::{Finder, Selection};
//!
//! let finder = Finder::new(&Selection::default()).expect("the default selection compiles");
//! let found = finder.find("Write to jane@example.com");
//! assert_eq!((found[0].name(), found[0].start, found[0].end), ("EMAIL_ADDRESS", 9, 25));
//! ```
//!
//! Deliberately not here: what to do with a finding, requests, streams.

mod checks;
mod context;
mod custom;
mod entities;
mod entity;
mod finder;
mod groups;
mod pattern;
mod scan;
mod selection;
mod settle;
mod stream;
mod view;
mod words;

use std::rc::Rc;

pub use entities::ENTITIES;
pub use entity::{Category, Doc, Entity, Region};
pub use finder::Finder;
pub(crate) use finder::meant;
pub use selection::{Custom, CustomMatch, Selection, SelectionError, Validator};

/// Something found in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The entity's name: a row's of [`ENTITIES`] or a custom one's. Shared, cheap to clone.
    pub entity: Rc<str>,
    /// Where it begins: a byte offset into the text, on a character boundary.
    pub start: usize,
    /// Where it ends (exclusive): a byte offset into the text, on a character boundary.
    pub end: usize,
    /// How sure we are, 0 to 1.
    pub score: f32,
    /// Whether a checksum or another strict validation holds.
    pub validated: bool,
}

impl Finding {
    /// The entity's name, such as `EMAIL_ADDRESS`.
    pub fn name(&self) -> &str {
        &self.entity
    }
}
