//! The logic of the `token-counter` filter.

mod bpe;

pub use bpe::{Bounds, ENCODINGS, Encoding};
