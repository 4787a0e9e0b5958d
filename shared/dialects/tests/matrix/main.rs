//! Every dialect to every other, with generated conversations: what does not arrive is named.
//!
//! A request goes from one dialect to another and back, an answer the same way, buffered and streamed. Each
//! leg is checked by itself: of all that the neutral model says before it, everything is there behind it,
//! or one of the leg's `dropped` paths names the place where it stood.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test may fail so"
)]

mod answers;
mod cells;
mod generate;
mod requests;
mod said;

use dialects::{CODECS, ClientContext, Codec};

/// Every dialect with every other.
fn pairs() -> impl Iterator<Item = (&'static dyn Codec, &'static dyn Codec)> {
    let all = || CODECS.iter().copied();
    all().flat_map(move |from| all().map(move |to| (from, to)))
}

fn context() -> ClientContext {
    ClientContext {
        created: 1_763_596_800,
        model: "asked-model".into(),
        stream_usage: true,
        ..ClientContext::default()
    }
}
