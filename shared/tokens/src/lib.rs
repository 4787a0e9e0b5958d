//! The logic of the `token-counter` filter.

mod bpe;
mod count;

pub use bpe::{Bounds, ENCODINGS, Encoding, Scripts};
pub use count::{Counter, FAMILIES, Family, MODELS, ModelRow, Rule, Tokens};
