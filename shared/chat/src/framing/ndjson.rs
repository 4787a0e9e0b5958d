//! One JSON value per line <https://github.com/ndjson/ndjson-spec> (read 2026-11-21).

use super::DecodeError;
use crate::{Data, Event, json};

/// Incremental decoder.
#[derive(Debug)]
pub struct Decoder {
    limit: usize,
    /// The line under way.
    line: Vec<u8>,
}

impl Decoder {
    /// A decoder that holds at most `limit` bytes of an unfinished line.
    pub fn new(limit: usize) -> Decoder {
        Decoder { limit, line: Vec::new() }
    }

    /// Reads on; lines that became complete are appended to `out`.
    ///
    /// # Errors
    /// [`DecodeError::TooLarge`].
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<Event>) -> Result<(), DecodeError> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if self.line.len() > self.limit {
                return Err(DecodeError::TooLarge { limit: self.limit });
            }
            if piece.ends_with(b"\n") {
                out.push(event(std::mem::take(&mut self.line)));
            }
        }
        Ok(())
    }

    /// The stream has ended: the line under way, if there is one.
    pub fn finish(&mut self) -> Option<Event> {
        let line = std::mem::take(&mut self.line);
        (!line.is_empty()).then(|| event(line))
    }
}

/// An event of a line, which is a keep-alive if it is blank.
fn event(line: Vec<u8>) -> Event {
    let text = String::from_utf8_lossy(&line).trim().to_owned();
    Event::read(line, None, Some(text).filter(|text| !text.is_empty()))
}

/// Appends `event`; what is no JSON value has no line.
pub(super) fn encode(event: &Event, out: &mut Vec<u8>) {
    if let Data::Json(value) = event.data() {
        out.extend_from_slice(&json::to_bytes(value));
        out.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn decode(pieces: &[&[u8]]) -> Vec<Event> {
        let mut decoder = Decoder::new(100);
        let mut events = Vec::new();
        pieces.iter().for_each(|piece| decoder.push(piece, &mut events).unwrap());
        events.extend(decoder.finish());
        events
    }

    #[test]
    fn any_cut_gives_the_same_lines_and_the_same_bytes() {
        let bytes = "{\"a\":\"é\"}\r\n\n{ \"b\": 2 }\n{\"c\":3}".as_bytes();
        let whole = decode(&[bytes]);
        let values: Vec<String> =
            whole.iter().filter_map(|event| Some(event.as_json()?.to_string())).collect();
        assert_eq!(values, [r#"{"a":"é"}"#, r#"{"b":2}"#, r#"{"c":3}"#]);
        for at in 0..=bytes.len() {
            assert_eq!(decode(&[&bytes[..at], &bytes[at..]]), whole, "cut at {at}");
        }
        let again: Vec<u8> = whole.iter().flat_map(|event| event.raw().unwrap().to_vec()).collect();
        assert_eq!(again, bytes);
    }

    #[test]
    fn a_line_is_bounded_and_an_edited_one_written_anew() {
        let error = Decoder::new(4).push(b"{}\n{\"a\":1}", &mut Vec::new());
        assert_eq!(error, Err(DecodeError::TooLarge { limit: 4 }));
        let mut out = Vec::new();
        encode(&Event::json(json::json!({"a": 1})), &mut out);
        encode(&Event::new(None, Data::Nothing), &mut out);
        assert_eq!(out, b"{\"a\":1}\n");
    }
}
