//! Buffered answers (SDK `responses/response.py` and the items it names, read 2026-11-21).

mod decode;
mod encode;

pub(super) use decode::{READ, annotations, block, decode, seconds, text_of};
pub(super) use encode::encode;
