//! Streamed answers: chunks
//! (<https://platform.openai.com/docs/api-reference/chat-streaming/streaming>, read 2026-11-20).

mod blocks;
mod calls;
mod decode;
mod encode;
mod text;

pub(super) use decode::Decoder;
pub(super) use encode::Encoder;
pub(super) use text::Text;
