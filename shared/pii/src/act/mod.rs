//! What is done with what was found, in one text and in a whole message.

mod action;
mod hash;
mod json;
mod mask;
mod placeholder;
mod spread;
mod tally;
mod vault;
mod window;

pub use action::Action;
pub(crate) use action::Policy;
pub(crate) use hash::{Key, MIN_KEY};
pub(crate) use mask::Masker;
pub(crate) use placeholder::{MAX_DIGITS, tag};
pub(crate) use tally::Place;
pub(crate) use vault::Vault;
pub(crate) use window::Window;
