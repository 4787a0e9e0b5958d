//! Server-sent events: bytes to [`Event`]s and back.
//!
//! Follows the event stream grammar of the HTML Living Standard, §9.2.5–9.2.6
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html> (read 2026-11-20), with two deliberate
//! differences, both about losing nothing: an event that the stream ends without the closing blank line is
//! delivered (the standard discards it), and comments are handed on as events without data.
//!
//! Bytes may be cut anywhere, also inside a UTF-8 character or between CR and LF: the same bytes give the
//! same events. What is held back is bounded by the limit given to [`Decoder::new`].

use crate::bytes::Set;
pub use crate::framing::DecodeError;
use crate::{Data, Event, json};

/// Most events have no more bytes.
const USUAL: usize = 512;

/// Incremental decoder.
#[derive(Debug)]
pub struct Decoder {
    limit: usize,
    /// Bytes of the event under way, line ends included.
    raw: Vec<u8>,
    /// Where in `raw` the line under way begins.
    line: usize,
    /// The last byte was a CR, so an LF that follows ends no further line.
    after_cr: bool,
    /// The next line is the stream's first, which may begin with a byte order mark.
    first: bool,
    name: Option<String>,
    data: Option<String>,
}

impl Decoder {
    /// A decoder that holds at most `limit` bytes of an unfinished event.
    pub fn new(limit: usize) -> Decoder {
        Decoder {
            limit,
            raw: Vec::new(),
            line: 0,
            after_cr: false,
            first: true,
            name: None,
            data: None,
        }
    }

    /// Reads on; events that became complete are appended to `out`.
    ///
    /// An event is complete with its blank line's first line-end byte, so that it is not held back for the
    /// LF that may follow a CR.
    ///
    /// # Errors
    /// [`DecodeError::TooLarge`]; events before it are in `out`, and the decoder is of no further use.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<Event>) -> Result<(), DecodeError> {
        let mut rest = bytes;
        if self.after_cr
            && let Some((b'\n', tail)) = rest.split_first()
        {
            self.skip_line_feed(out);
            rest = tail;
        }
        while let Some(end) = line_end(rest) {
            let (line, tail) = rest.split_at(end);
            if self.raw.is_empty() {
                // Most events come whole and alone.
                self.raw.reserve(rest.len().min(USUAL));
            }
            self.raw.extend_from_slice(line);
            self.check_limit()?;
            let is_cr = tail.starts_with(b"\r");
            rest = tail.get(1..).unwrap_or_default();
            self.end_line(if is_cr { b"\r" } else { b"\n" }, out);
            self.after_cr = is_cr;
            if is_cr && let Some((b'\n', tail)) = rest.split_first() {
                self.skip_line_feed(out);
                rest = tail;
            }
        }
        if !rest.is_empty() {
            self.after_cr = false;
            self.raw.extend_from_slice(rest);
            self.check_limit()?;
        }
        Ok(())
    }

    /// The stream has ended: the event under way, if there is one.
    pub fn finish(&mut self) -> Option<Event> {
        if self.raw.is_empty() {
            return None;
        }
        let mut last = Vec::new();
        self.end_line(b"", &mut last);
        last.pop().or_else(|| Some(self.take_event()))
    }

    fn check_limit(&self) -> Result<(), DecodeError> {
        match self.raw.len() > self.limit {
            true => Err(DecodeError::TooLarge { limit: self.limit }),
            false => Ok(()),
        }
    }

    /// An LF that completes a CR. If that CR completed an event, the event is gone, and the LF follows it as
    /// an event of nothing.
    fn skip_line_feed(&mut self, out: &mut Vec<Event>) {
        self.after_cr = false;
        if self.raw.is_empty() {
            out.push(Event::read(vec![b'\n'], None, None));
        } else {
            self.raw.push(b'\n');
            self.line = self.raw.len();
        }
    }

    /// The line under way is complete; `end` is what ended it.
    fn end_line(&mut self, end: &[u8], out: &mut Vec<Event>) {
        let mut line = self.raw.get(self.line..).unwrap_or_default();
        if std::mem::take(&mut self.first) {
            line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
        }
        let blank = line.is_empty();
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (field, value) = line.split_at(colon);
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => {
                let value = text(value);
                match &mut self.data {
                    None => self.data = Some(value),
                    Some(data) => {
                        data.push('\n');
                        data.push_str(&value);
                    }
                }
            }
            b"event" => self.name = Some(text(value)),
            _ => {}
        }
        self.raw.extend_from_slice(end);
        self.line = self.raw.len();
        if blank && !end.is_empty() {
            out.push(self.take_event());
        }
    }

    fn take_event(&mut self) -> Event {
        self.line = 0;
        Event::read(std::mem::take(&mut self.raw), self.name.take(), self.data.take())
    }
}

/// Where the first line ends.
fn line_end(bytes: &[u8]) -> Option<usize> {
    const ENDS: Set = Set::new().with_all(b"\r\n");
    ENDS.position(bytes)
}

/// The text of a field. Checking first is several times as fast as replacing what is no UTF-8, of which there is
/// next to none.
fn text(value: &[u8]) -> String {
    match simdutf8::basic::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => String::from_utf8_lossy(value).into_owned(),
    }
}

/// Appends `event` as it goes on the wire: its own bytes if nobody edited it, otherwise written anew.
pub fn encode(event: &Event, out: &mut Vec<u8>) {
    if let Some(raw) = event.raw() {
        out.extend_from_slice(raw);
        return;
    }
    if let Some(name) = &event.name {
        field(out, b"event: ", name.as_bytes());
    }
    match event.unread() {
        Some(text) => lines(text, out),
        None => match event.data() {
            Data::Json(value) => {
                out.extend_from_slice(b"data: ");
                json::append(value, out);
                out.push(b'\n');
            }
            Data::Text(text) => lines(text, out),
            Data::Nothing => field(out, b":", b""),
        },
    }
    out.push(b'\n');
}

fn lines(text: &str, out: &mut Vec<u8>) {
    if line_end(text.as_bytes()).is_none() {
        return field(out, b"data: ", text.as_bytes());
    }
    for line in text.replace("\r\n", "\n").split(['\n', '\r']) {
        field(out, b"data: ", line.as_bytes());
    }
}

fn field(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.extend_from_slice(name);
    out.extend_from_slice(value);
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use crate::json::json;

    use super::*;

    #[test]
    fn a_line_ends_at_its_first_end() {
        for length in 0..40 {
            assert_eq!(line_end(&vec![b'x'; length]), None);
            for at in 0..length {
                for end in [b'\n', b'\r'] {
                    let mut bytes = vec![b'x'; length];
                    bytes[at..].fill(end);
                    assert_eq!(line_end(&bytes), Some(at), "{at} of {length}");
                }
            }
        }
    }

    fn decode(chunks: &[&[u8]]) -> Vec<Event> {
        let mut decoder = Decoder::new(1 << 20);
        let mut events = Vec::new();
        for chunk in chunks {
            decoder.push(chunk, &mut events).unwrap();
        }
        events.extend(decoder.finish());
        events
    }

    /// Name and data of the events that carry any.
    fn meaning(events: &[Event]) -> Vec<(Option<String>, Data)> {
        events
            .iter()
            .filter(|event| *event.data() != Data::Nothing)
            .map(|event| (event.name.clone(), event.data().clone()))
            .collect()
    }

    fn text(data: &str) -> (Option<String>, Data) {
        (None, Data::Text(data.to_owned()))
    }

    #[test]
    fn every_line_end_and_field_form_is_read() {
        for (stream, expected) in [
            ("data: a\n\ndata: b\n\n", vec![text("a"), text("b")]),
            ("data: a\r\n\r\ndata: b\r\n\r\n", vec![text("a"), text("b")]),
            ("data: a\r\rdata: b\r\r", vec![text("a"), text("b")]),
            ("data:a\n\n", vec![text("a")]),
            ("data:  a\n\n", vec![text(" a")]),
            ("data: a\ndata:\ndata\ndata: b\n\n", vec![text("a\n\n\nb")]),
            (": ping\n\ndata: a\n: in between\n\n", vec![text("a")]),
            ("id: 7\nretry: 10\nunknown: x\ndata: a\n\n", vec![text("a")]),
            ("data: [DONE]", vec![text("[DONE]")]),
            ("data: [DONE]\n", vec![text("[DONE]")]),
            ("\u{feff}data: a\n\n", vec![text("a")]),
            ("\n\n\n", vec![]),
            ("", vec![]),
            (
                "event: stop\ndata: {\"a\":1}\n\n",
                vec![(Some("stop".into()), Data::Json(json!({"a": 1})))],
            ),
        ] {
            assert_eq!(meaning(&decode(&[stream.as_bytes()])), expected, "{stream:?}");
        }
    }

    const STREAM: &str = "\u{feff}: hi\r\n\r\nevent: a\r\ndata: {\"t\":\"h\u{e9} \u{1f600}\"}\r\n\r\n\
        data:x\rdata: y\r\revent: b\ndata: z\n\n\n\ndata: [DONE]";

    #[test]
    fn any_cut_gives_the_same_events_and_the_same_bytes() {
        let bytes = STREAM.as_bytes();
        let whole = decode(&[bytes]);
        assert_eq!(meaning(&whole).len(), 4);
        for at in 0..=bytes.len() {
            assert_eq!(decode(&[&bytes[..at], &bytes[at..]]), whole, "cut at {at}");
        }
        assert_eq!(decode(&bytes.chunks(1).collect::<Vec<_>>()), whole);
        let mut again = Vec::new();
        whole.iter().for_each(|event| encode(event, &mut again));
        assert_eq!(again, bytes);
    }

    #[test]
    fn an_event_is_complete_with_the_first_byte_that_ends_its_blank_line() {
        for stream in ["data: a\n\n", "data: a\r\r", "data: a\r\n\r"] {
            let mut events = Vec::new();
            Decoder::new(100).push(stream.as_bytes(), &mut events).unwrap();
            assert_eq!(meaning(&events), [text("a")], "{stream:?}");
        }
    }

    #[test]
    fn an_unfinished_event_is_bounded() {
        let mut decoder = Decoder::new(16);
        let mut events = Vec::new();
        decoder.push(b"data: 0123456\n\ndata: 0123456\n\n", &mut events).unwrap();
        assert_eq!(events.len(), 2);
        let error = decoder.push(b"data: 0123456789abcdef", &mut events);
        assert_eq!(error, Err(DecodeError::TooLarge { limit: 16 }));
    }

    #[test]
    fn an_edited_event_is_written_anew() {
        let mut event = decode(&[b"event:a\ndata:{\"b\": 1}\r\n\n"]).remove(0);
        *event.data_mut() = Data::Text("one\ntwo".into());
        let mut out = Vec::new();
        encode(&event, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "event: a\ndata: one\ndata: two\n\n");
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn what_is_encoded_is_decoded(lines in proptest::collection::vec("[^\\r\\n\u{feff}]{0,20}", 1..5)) {
            let event = Event::new(Some("n"), Data::Text(lines.join("\n")));
            let mut bytes = Vec::new();
            encode(&event, &mut bytes);
            let read = Event::read(Vec::new(), Some("n".into()), Some(lines.join("\n")));
            proptest::prop_assert_eq!(meaning(&decode(&[&bytes])), meaning(&[read]));
        }

        #[test]
        fn any_bytes_in_any_cut_give_the_same_events(
            bytes in proptest::collection::vec(
                proptest::sample::select(b"\r\n:data event{}\xc3\xa9\xff".to_vec()), 0..80),
            cut in 0usize..80,
        ) {
            let at = cut.min(bytes.len());
            proptest::prop_assert_eq!(decode(&[&bytes[..at], &bytes[at..]]), decode(&[&bytes]));
        }
    }
}
