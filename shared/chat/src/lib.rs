//! What every AI request is made of, before any dialect gives it meaning: a lossless JSON tree, text
//! with a scope, stream events, and a problem to report.
//!
//! * [`json`] parses a body into an ordered tree that keeps every digit, and refuses what two parsers
//!   could read differently (duplicate keys, trailing data).
//! * [`framing`] turns bytes, cut anywhere, into [`Event`]s and back; [`sse`] is the usual one.
//! * [`text`] names where a piece of text stands ([`Scope`]), so that all filters share one definition of
//!   "all the text".
//! * [`bytes`] finds bytes of a kind in a text; [`fnv`] makes a number of them.
//! * [`Problem`] is an error on its way to a client, whoever made it.
//!
//! Not here: wire formats (the `dialects` crate), decisions (the filters' crates), hosts (the `shell` crate).
//!
//! ```
//! let tree = chat::json::parse(br#"{"model":"gpt-4o","seed":1.50}"#).unwrap();
//! assert_eq!(tree.to_string(), r#"{"model":"gpt-4o","seed":1.50}"#);
//! ```

pub mod bytes;
pub mod event;
pub mod fnv;
pub mod framing;
pub mod json;
pub mod problem;
pub mod sse;
pub mod text;

pub use event::{Data, Event};
pub use framing::Framing;
pub use problem::{Kind, Problem};
pub use text::{Scope, Text};
