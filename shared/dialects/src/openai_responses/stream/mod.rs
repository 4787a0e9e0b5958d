//! Streamed answers: typed events
//! (<https://platform.openai.com/docs/api-reference/responses-streaming>, read 2026-11-21).

mod blocks;
mod decode;
mod encode;
mod text;

pub(super) use decode::Decoder;
pub(super) use encode::Encoder;
pub(super) use text::Text;
