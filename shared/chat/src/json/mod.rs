//! A strict, lossless JSON tree.
//!
//! What every body is read into and every answer is written from. Objects keep their order, numbers keep
//! their digits and keys of known names cost no memory, so an edited body differs from what came in only
//! where it was edited. Two decisions are stricter or looser than elsewhere:
//!
//! * An object that names a key twice is refused, because the provider may read the other one (RFC 8259 §4
//!   leaves the choice open, and two parsers that disagree are a bypass).
//! * A number is its own text: `1E5` and `1.50` are written as they came, and are not equal to `1e5` and `1.5`.
//!
//! The tree is our own because `serde_json`'s costs a module dear: an index and a keyed hash for every
//! object, a number through three allocations, a tree that is built a second time to be written. Names and
//! methods are those of `serde_json`, so that nobody has to learn them; [`Value`] converts to and from
//! `serde_json::Value` where configuration or a tool needs that.

mod convert;
mod cursor;
mod index;
mod key;
mod macros;
mod map;
mod names;
mod number;
mod parse;
mod scan;
mod serde;
mod value;
mod write;

pub use crate::json_tree as json;
#[doc(hidden)]
pub use convert::ToJson;
pub use cursor::{Cursor, EachItem, EachMember, Unclear};
pub use key::{Key, same, same_bytes};
pub use map::{Entry, IntoIter, Iter, IterMut, Map, object};
pub use number::Number;
pub use parse::{ParseError, parse, parse_str};
pub use value::{Index, Value};
pub use write::{append, to_bytes};

/// Whether a text stands in a JSON string as it is: nothing in it ends the string or must be escaped.
pub fn is_plain(text: &str) -> bool {
    scan::plain(text.as_bytes()) == text.len()
}

#[cfg(test)]
mod tests;
