//! Streams: events that are answers themselves, each with what was added since the last.
//!
//! <https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent> (read 2026-11-21). Nothing
//! marks the end; a `finishReason` ends a candidate, and every event may state the usage so far.

mod decoder;
mod encoder;
mod text;

pub(super) use decoder::Decoder;
pub(super) use encoder::Encoder;
pub(super) use text::{Kind, Text};
