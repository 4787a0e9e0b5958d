//! Streams: lines of JSON <https://docs.ollama.com/api/streaming> (read 2026-11-21). A call comes whole in one line;
//! the last line has `done`.

mod decoder;
mod encoder;
mod text;

pub(super) use decoder::Decoder;
pub(super) use encoder::Encoder;
pub(super) use text::Text;
