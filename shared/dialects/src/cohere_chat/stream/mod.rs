//! Streams: typed events, each named in its `type` and in SSE's `event` too
//! <https://docs.cohere.com/reference/chat-stream> (read 2026-11-21). `message-end` is the last.

mod decoder;
mod encoder;
mod text;

pub(super) use decoder::Decoder;
pub(super) use encoder::Encoder;
pub(super) use text::Text;
