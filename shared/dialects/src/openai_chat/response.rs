//! Buffered answers, read and written.

mod decode;
mod encode;

pub(super) use decode::{call_id, decode, seconds};
pub(super) use encode::encode;
