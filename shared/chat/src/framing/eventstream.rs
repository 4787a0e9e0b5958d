//! AWS's binary event streams: `application/vnd.amazon.eventstream`.
//!
//! <https://smithy.io/2.0/aws/amazon-eventstream.html> (read 2026-11-21). A frame is its length, the length of
//! its headers and a checksum of both, the headers, the payload, and a checksum of everything before it. The
//! headers `:event-type` or `:exception-type` give an event its name; its payload is JSON.

use super::DecodeError;
use crate::{Data, Event, json};

/// Length, length of the headers, checksum.
const PRELUDE: usize = 12;

/// The checksum at the end.
const TRAILER: usize = 4;

/// What the name of an exception ends with.
const EXCEPTION: &str = "Exception";

/// Incremental decoder.
#[derive(Debug)]
pub struct Decoder {
    limit: usize,
    /// Bytes of the frame under way.
    frame: Vec<u8>,
}

impl Decoder {
    /// A decoder that holds at most `limit` bytes of an unfinished frame.
    pub fn new(limit: usize) -> Decoder {
        Decoder { limit, frame: Vec::new() }
    }

    /// Reads on; frames that became complete are appended to `out`.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<Event>) -> Result<(), DecodeError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let wanted = match self.length()? {
                Some(length) => length,
                None => PRELUDE,
            };
            let missing = wanted.saturating_sub(self.frame.len());
            let (piece, tail) = rest.split_at(missing.min(rest.len()));
            self.frame.extend_from_slice(piece);
            rest = tail;
            if self.length()?.is_some_and(|length| self.frame.len() == length) {
                out.push(event(std::mem::take(&mut self.frame))?);
            }
        }
        Ok(())
    }

    /// How long the frame under way will be, once its prelude is there.
    fn length(&self) -> Result<Option<usize>, DecodeError> {
        let Some(prelude) = self.frame.get(..PRELUDE) else { return Ok(None) };
        let (lengths, checksum) = prelude.split_at(8);
        let length = number(lengths).ok_or(DecodeError::Damaged)?;
        if crc32(lengths) != number32(checksum) {
            return Err(DecodeError::Damaged);
        }
        if length > self.limit {
            return Err(DecodeError::TooLarge { limit: self.limit });
        }
        let headers = lengths.get(4..).and_then(number).ok_or(DecodeError::Damaged)?;
        let fits = headers.checked_add(PRELUDE + TRAILER).is_some_and(|least| least <= length);
        if fits { Ok(Some(length)) } else { Err(DecodeError::Damaged) }
    }
}

/// The first four bytes as a number.
fn number32(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |number, byte| (number << 8) | u32::from(*byte))
}

fn number(bytes: &[u8]) -> Option<usize> {
    usize::try_from(number32(bytes.get(..4)?)).ok()
}

/// The event of a whole frame.
fn event(frame: Vec<u8>) -> Result<Event, DecodeError> {
    let end = frame.len().saturating_sub(TRAILER);
    let (message, checksum) = frame.split_at(end);
    if crc32(message) != number32(checksum) {
        return Err(DecodeError::Damaged);
    }
    let headers = message.get(4..8).and_then(number).ok_or(DecodeError::Damaged)?;
    let body = message.get(PRELUDE..).ok_or(DecodeError::Damaged)?;
    let (headers, payload) = body.split_at_checked(headers).ok_or(DecodeError::Damaged)?;
    let known = Known::read(headers).ok_or(DecodeError::Damaged)?;
    let (name, data) = match (known.event.or(known.exception), known.error) {
        (name, None) => (name, text(payload)),
        // An error that the service does not model.
        (_, Some((code, message))) => {
            let code = code.trim_end_matches(EXCEPTION);
            let body = json::json!({"message": message});
            (Some(format!("{code}{EXCEPTION}")), Some(body.to_string()))
        }
    };
    Ok(Event::read(frame, name, data))
}

fn text(payload: &[u8]) -> Option<String> {
    (!payload.is_empty()).then(|| String::from_utf8_lossy(payload).into_owned())
}

/// What the headers of a frame tell.
#[derive(Default)]
struct Known {
    event: Option<String>,
    exception: Option<String>,
    /// Code and message.
    error: Option<(String, String)>,
}

impl Known {
    fn read(mut headers: &[u8]) -> Option<Known> {
        let mut known = Known::default();
        let (mut code, mut message, mut kind) = (None, None, None);
        while let Some((length, rest)) = headers.split_first() {
            let (name, rest) = rest.split_at_checked(usize::from(*length))?;
            let (value_kind, rest) = rest.split_first()?;
            let (value, rest) = match value_kind {
                0 | 1 => rest.split_at_checked(0)?,
                2 => rest.split_at_checked(1)?,
                3 => rest.split_at_checked(2)?,
                4 => rest.split_at_checked(4)?,
                5 | 8 => rest.split_at_checked(8)?,
                6 | 7 => {
                    let (length, rest) = rest.split_at_checked(2)?;
                    let length = length.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte));
                    rest.split_at_checked(length)?
                }
                9 => rest.split_at_checked(16)?,
                _ => return None,
            };
            headers = rest;
            let value = || Some(String::from_utf8_lossy(value).into_owned());
            match name {
                b":event-type" => known.event = value(),
                b":exception-type" => known.exception = value(),
                b":error-code" => code = value(),
                b":error-message" => message = value(),
                b":message-type" => kind = value(),
                _ => {}
            }
        }
        if kind.as_deref() == Some("error") {
            known.error = Some((code.unwrap_or_default(), message.unwrap_or_default()));
        }
        Some(known)
    }
}

/// Appends `event` as a frame. What carries nothing has no frame.
pub(super) fn encode(event: &Event, out: &mut Vec<u8>) {
    let payload = match event.data() {
        Data::Json(value) => json::to_bytes(value),
        Data::Text(text) => text.as_bytes().to_vec(),
        Data::Nothing => return,
    };
    let name = event.name.as_deref().unwrap_or("chunk");
    let (kind, message) = match name.ends_with(EXCEPTION) {
        true => (":exception-type", "exception"),
        false => (":event-type", "event"),
    };
    let mut headers = Vec::new();
    for (name, value) in
        [(kind, name), (":content-type", "application/json"), (":message-type", message)]
    {
        header(&mut headers, name, value);
    }
    let start = out.len();
    let length = PRELUDE + headers.len() + payload.len() + TRAILER;
    for length in [length, headers.len()] {
        out.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    }
    append_crc(out, start);
    out.extend_from_slice(&headers);
    out.extend_from_slice(&payload);
    append_crc(out, start);
}

fn header(out: &mut Vec<u8>, name: &str, value: &str) {
    out.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
    out.extend_from_slice(name.as_bytes());
    out.push(7);
    out.extend_from_slice(&u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
    out.extend_from_slice(value.as_bytes());
}

fn append_crc(out: &mut Vec<u8>, start: usize) {
    let checksum = crc32(out.get(start..).unwrap_or_default());
    out.extend_from_slice(&checksum.to_be_bytes());
}

/// CRC-32 as in ISO 3309, the one of zip and PNG.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        let index = usize::from((crc ^ u32::from(*byte)).to_le_bytes()[0]);
        (crc >> 8) ^ TABLE.get(index).copied().unwrap_or_default()
    };
    !bytes.iter().fold(u32::MAX, step)
}

static TABLE: [u32; 256] = table();

#[allow(
    clippy::indexing_slicing,
    reason = "computed when compiled, within the bounds of the table"
)]
const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut crc = index as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::json::json;

    fn decode(pieces: &[&[u8]]) -> Result<Vec<Event>, DecodeError> {
        let mut decoder = Decoder::new(10_000);
        let mut events = Vec::new();
        pieces.iter().try_for_each(|piece| decoder.push(piece, &mut events))?;
        Ok(events)
    }

    fn stream() -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, data) in [
            ("messageStart", json!({"role": "assistant"})),
            ("contentBlockDelta", json!({"delta": {"text": "é"}, "contentBlockIndex": 0})),
            ("throttlingException", json!({"message": "slow"})),
        ] {
            encode(&Event::new(Some(name), Data::Json(data)), &mut bytes);
        }
        bytes
    }

    #[test]
    fn the_checksum_is_the_one_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_frame_of_the_specification_is_read() {
        // Length 16, no headers, no payload: <https://smithy.io/2.0/aws/amazon-eventstream.html>.
        let frame = [0, 0, 0, 0x10, 0, 0, 0, 0, 5, 0xC2, 0x48, 0xEB, 0x7D, 0x98, 0xC8, 0xFF];
        let events = decode(&[&frame]).unwrap();
        assert_eq!((events.len(), events[0].data()), (1, &Data::Nothing));
    }

    #[test]
    fn any_cut_gives_the_same_events_and_the_same_bytes() {
        let bytes = stream();
        let whole = decode(&[&bytes]).unwrap();
        let names: Vec<_> = whole.iter().map(|event| event.name.clone().unwrap()).collect();
        assert_eq!(names, ["messageStart", "contentBlockDelta", "throttlingException"]);
        for at in 0..=bytes.len() {
            assert_eq!(decode(&[&bytes[..at], &bytes[at..]]).unwrap(), whole, "cut at {at}");
        }
        assert_eq!(decode(&bytes.chunks(1).collect::<Vec<_>>()).unwrap(), whole);
        let again: Vec<u8> = whole.iter().flat_map(|event| event.raw().unwrap().to_vec()).collect();
        assert_eq!(again, bytes);
    }

    #[test]
    fn no_damaged_byte_is_taken_for_an_event() {
        let bytes = stream();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x20;
            let events = decode(&[&damaged]);
            assert!(events.is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_frame_is_bounded_before_it_is_read() {
        let error = Decoder::new(50).push(&stream(), &mut Vec::new());
        assert_eq!(error, Err(DecodeError::TooLarge { limit: 50 }));
    }

    #[test]
    fn an_error_without_a_model_is_an_exception_too() {
        let mut headers = Vec::new();
        for (name, value) in [
            (":message-type", "error"),
            (":error-code", "InternalFailure"),
            (":error-message", "oh"),
        ] {
            header(&mut headers, name, value);
        }
        let mut frame = Vec::new();
        let length = u32::try_from(PRELUDE + headers.len() + TRAILER).unwrap();
        frame.extend_from_slice(&length.to_be_bytes());
        frame.extend_from_slice(&u32::try_from(headers.len()).unwrap().to_be_bytes());
        append_crc(&mut frame, 0);
        frame.extend_from_slice(&headers);
        append_crc(&mut frame, 0);
        let event = decode(&[&frame]).unwrap().remove(0);
        assert_eq!(event.name.as_deref(), Some("InternalFailureException"));
        assert_eq!(event.as_json(), Some(&json!({"message": "oh"})));
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..80)) {
            let _ = decode(&[&bytes]);
            let _ = Known::read(&bytes);
        }
    }
}
