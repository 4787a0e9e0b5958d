//! Streams: named events in binary frames
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html> (read 2026-11-21).
//! Only calls announce themselves with `contentBlockStart`; usage comes last, in `metadata`.

mod decoder;
mod encoder;
mod text;

pub(super) use decoder::Decoder;
pub(super) use encoder::Encoder;
pub(super) use text::Text;
