//! Streamed answers.
//!
//! `message_start`, then per block `content_block_start`, `content_block_delta`s and `content_block_stop`,
//! then `message_delta` and `message_stop`; `ping` and `error` anywhere. New kinds of events and deltas may
//! come and are to be tolerated.
//! <https://platform.claude.com/docs/en/build-with-claude/streaming> (read 2026-11-20).

mod decoder;
mod encoder;
mod text;

pub(super) use decoder::Decoder;
pub(super) use encoder::Encoder;
pub(super) use text::Text;
