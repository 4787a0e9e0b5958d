//! How a streamed answer is cut into events on the wire, told by its content-type.
//!
//! Every framing has an incremental decoder that takes bytes cut anywhere and holds back a bounded amount, and
//! an encoder; [`Event`] is what they share.

pub mod eventstream;
pub mod ndjson;

use crate::{Event, sse};

/// A stream that cannot be read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A frame is not what its checksum or its lengths say.
    #[error("a stream event is damaged")]
    Damaged,
    /// One event is larger than the limit.
    #[error("a stream event is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
}

/// A way to cut a stream into events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Framing {
    /// `application/vnd.amazon.eventstream`: binary frames with checksums.
    EventStream,
    /// `application/x-ndjson`: one JSON value per line.
    Ndjson,
    /// `text/event-stream`.
    #[default]
    Sse,
}

impl Framing {
    /// The framing that a content-type without parameters stands for, if it is a stream's.
    pub fn of(media_type: &str) -> Option<Framing> {
        match media_type {
            "application/vnd.amazon.eventstream" => Some(Framing::EventStream),
            "application/x-ndjson" | "application/ndjson" => Some(Framing::Ndjson),
            "text/event-stream" => Some(Framing::Sse),
            _ => None,
        }
    }

    /// Its content-type.
    pub fn media_type(self) -> &'static str {
        match self {
            Framing::EventStream => "application/vnd.amazon.eventstream",
            Framing::Ndjson => "application/x-ndjson",
            Framing::Sse => "text/event-stream",
        }
    }

    /// A decoder that holds at most `limit` bytes of an unfinished event.
    pub fn decoder(self, limit: usize) -> Decoder {
        match self {
            Framing::EventStream => Decoder::EventStream(eventstream::Decoder::new(limit)),
            Framing::Ndjson => Decoder::Ndjson(ndjson::Decoder::new(limit)),
            Framing::Sse => Decoder::Sse(sse::Decoder::new(limit)),
        }
    }

    /// Appends `event` as it goes on the wire: its own bytes if nobody edited it, otherwise written anew.
    pub fn encode(self, event: &Event, out: &mut Vec<u8>) {
        match (event.raw(), self) {
            (Some(raw), _) => out.extend_from_slice(raw),
            (None, Framing::EventStream) => eventstream::encode(event, out),
            (None, Framing::Ndjson) => ndjson::encode(event, out),
            (None, Framing::Sse) => sse::encode(event, out),
        }
    }
}

/// An incremental decoder of any framing.
#[derive(Debug)]
pub enum Decoder {
    /// Binary frames.
    EventStream(eventstream::Decoder),
    /// Lines of JSON.
    Ndjson(ndjson::Decoder),
    /// Server-sent events.
    Sse(sse::Decoder),
}

impl Decoder {
    /// Reads on; events that became complete are appended to `out`.
    ///
    /// # Errors
    /// [`DecodeError`]; events before it are in `out`, and the decoder is of no further use.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<Event>) -> Result<(), DecodeError> {
        match self {
            Decoder::EventStream(decoder) => decoder.push(bytes, out),
            Decoder::Ndjson(decoder) => decoder.push(bytes, out),
            Decoder::Sse(decoder) => decoder.push(bytes, out),
        }
    }

    /// The stream has ended: the event under way, if there is one.
    pub fn finish(&mut self) -> Option<Event> {
        match self {
            // Half a frame is nothing.
            Decoder::EventStream(_) => None,
            Decoder::Ndjson(decoder) => decoder.finish(),
            Decoder::Sse(decoder) => decoder.finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_content_type_tells_the_framing() {
        for framing in [Framing::EventStream, Framing::Ndjson, Framing::Sse] {
            assert_eq!(Framing::of(framing.media_type()), Some(framing));
        }
        assert_eq!(Framing::of("application/json"), None);
    }
}
