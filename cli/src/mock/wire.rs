//! How a body goes onto the wire: event framing, odd chunking, compression, pauses, and the
//! connection that breaks.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use chat::Framing;
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::dialect::Event;
use super::switches::Switches;

/// The events of a stream, each as it goes on the wire.
fn written(events: &[Event], framing: Framing, switches: &Switches) -> Vec<Vec<u8>> {
    match framing {
        Framing::Sse => framed(events, switches).into_iter().map(String::into_bytes).collect(),
        _ => events
            .iter()
            .map(|event| {
                let mut bytes = Vec::new();
                let event = chat::Event::read(Vec::new(), None, Some(event.data.clone()))
                    .into_json()
                    .map(|data| chat::Event::new(event.name, chat::Data::Json(data)));
                event.iter().for_each(|event| framing.encode(event, &mut bytes));
                bytes
            })
            .collect(),
    }
}

/// Server-sent events as text, one string each, written as oddly as `switches` ask for.
fn framed(events: &[Event], switches: &Switches) -> Vec<String> {
    let end = if switches.crlf { "\r\n" } else { "\n" };
    let colon = if switches.no_space { ":" } else { ": " };
    let last = events.len().saturating_sub(1);
    let frame = |(index, event): (usize, &Event)| {
        let mut text = String::new();
        if switches.comments {
            text.push_str(&format!(":{}keepalive{end}{end}", colon.trim_start_matches(':')));
        }
        if let Some(name) = event.name {
            text.push_str(&format!("event{colon}{name}{end}"));
        }
        text.push_str(&format!("data{colon}{}{end}", event.data));
        if !(switches.no_final_blank_line && index == last) {
            text.push_str(end);
        }
        text
    };
    events.iter().enumerate().map(frame).collect()
}

/// The body of an answer that is written in pieces, each after a pause.
pub(crate) struct Paced {
    pieces: VecDeque<Bytes>,
    /// The pauses before the pieces; shorter than `pieces` when the rest follow at once.
    pauses: VecDeque<Duration>,
    pause: Option<Pin<Box<Sleep>>>,
    /// Whether the last poll handed out a piece, which has to be flushed before the next.
    flush: bool,
    ending: Ending,
    /// The exact size, for a body that is sent with a content-length.
    size: Option<u64>,
}

#[derive(PartialEq)]
enum Ending {
    Whole,
    Broken,
}

impl Paced {
    /// A buffered body. It has a content-length unless `switches` ask for chunks.
    pub(crate) fn buffered(body: String, switches: &Switches) -> Self {
        let compressed = compress(&[body.into_bytes()], switches.gzip);
        let whole = VecDeque::from([Bytes::from(compressed.concat())]);
        match switches.chunk {
            Some(size) => {
                let (pieces, pauses) = cut(whole, VecDeque::new(), size);
                Self::new(pieces, pauses, Ending::Whole, None)
            }
            None => {
                let size = whole.iter().map(|piece| piece.len() as u64).sum();
                Self::new(whole, VecDeque::new(), Ending::Whole, Some(size))
            }
        }
    }

    /// A streamed body of these events.
    pub(crate) fn streamed(events: &[Event], framing: Framing, switches: &Switches) -> Self {
        let mut frames = written(events, framing, switches);
        let kept = switches.cut_after.and_then(|kept| usize::try_from(kept).ok());
        let ending = match kept {
            Some(kept) if kept < frames.len() => {
                frames.truncate(kept);
                Ending::Broken
            }
            _ => Ending::Whole,
        };
        let pause = Duration::from_millis(switches.event_delay_ms);
        let pieces: VecDeque<Bytes> =
            compress(&frames, switches.gzip).into_iter().map(Bytes::from).collect();
        // No pause before the first event; --delay-ms is for that.
        let pauses = std::iter::once(Duration::ZERO)
            .chain(std::iter::repeat_n(pause, pieces.len().saturating_sub(1)))
            .collect();
        let (pieces, pauses) = match switches.chunk {
            Some(size) => cut(pieces, pauses, size),
            None => (pieces, pauses),
        };
        Self::new(pieces, pauses, ending, None)
    }

    fn new(
        pieces: VecDeque<Bytes>,
        pauses: VecDeque<Duration>,
        ending: Ending,
        size: Option<u64>,
    ) -> Self {
        let pieces = pieces.into_iter().filter(|piece| !piece.is_empty()).collect();
        Self { pieces, pauses, pause: None, flush: false, ending, size }
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        // hyper gathers frames until the body is pending. Being so once after every piece puts
        // each into a write of its own, and what came before a break onto the wire.
        if std::mem::take(&mut self.flush) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.pause.is_none() && !self.pieces.is_empty() {
            let next = self.pauses.pop_front().filter(|pause| !pause.is_zero());
            self.pause = next.map(|pause| Box::pin(sleep(pause)));
        }
        if let Some(pause) = &mut self.pause {
            if pause.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.pause = None;
        }
        if let Some(piece) = self.pieces.pop_front() {
            self.flush = true;
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        match std::mem::replace(&mut self.ending, Ending::Whole) {
            Ending::Whole => Poll::Ready(None),
            Ending::Broken => Poll::Ready(Some(Err(io::Error::other("cut by --cut-after")))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty() && self.ending == Ending::Whole
    }

    fn size_hint(&self) -> SizeHint {
        self.size.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// Cuts `pieces` anew into pieces of exactly `size` bytes, only the last may be shorter. What does
/// not fill a piece waits for the next one, and so for its pause.
fn cut(
    pieces: VecDeque<Bytes>,
    mut pauses: VecDeque<Duration>,
    size: u64,
) -> (VecDeque<Bytes>, VecDeque<Duration>) {
    let size = usize::try_from(size).unwrap_or(usize::MAX).max(1);
    let (mut out, mut out_pauses) = (VecDeque::new(), VecDeque::new());
    let mut carry: Vec<u8> = Vec::new();
    let mut owed = Duration::ZERO;
    for piece in pieces {
        owed += pauses.pop_front().unwrap_or_default();
        carry.extend_from_slice(&piece);
        while carry.len() >= size {
            let rest = carry.split_off(size);
            out.push_back(Bytes::from(std::mem::replace(&mut carry, rest)));
            out_pauses.push_back(std::mem::take(&mut owed));
        }
    }
    if !carry.is_empty() {
        out.push_back(Bytes::from(carry));
        out_pauses.push_back(owed);
    }
    (out, out_pauses)
}

/// The pieces as one gzip stream, flushed after each, so that a reader can unpack every event when
/// it arrives.
fn compress(pieces: &[Vec<u8>], gzip: bool) -> Vec<Vec<u8>> {
    if !gzip {
        return pieces.to_vec();
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let mut out: Vec<Vec<u8>> = Vec::new();
    for piece in pieces {
        // Writing to memory does not fail.
        let _ = encoder.write_all(piece).and_then(|()| encoder.flush());
        out.push(std::mem::take(encoder.get_mut()));
    }
    match (encoder.finish(), out.last_mut()) {
        (Ok(end), Some(last)) => last.extend(end),
        (Ok(end), None) => out.push(end),
        (Err(_), _) => {}
    }
    out
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn events() -> Vec<Event> {
        vec![
            Event { name: Some("ping"), data: "{}".to_owned() },
            Event { name: None, data: "[DONE]".to_owned() },
        ]
    }

    #[test]
    fn events_are_framed_as_asked() {
        let plain = framed(&events(), &Switches::default());
        assert_eq!(plain, ["event: ping\ndata: {}\n\n", "data: [DONE]\n\n"]);

        let odd = Switches {
            crlf: true,
            no_space: true,
            comments: true,
            no_final_blank_line: true,
            ..Switches::default()
        };
        assert_eq!(
            framed(&events(), &odd),
            [
                ":keepalive\r\n\r\nevent:ping\r\ndata:{}\r\n\r\n",
                ":keepalive\r\n\r\ndata:[DONE]\r\n"
            ]
        );
    }

    #[test]
    fn pieces_have_exactly_the_asked_size_and_keep_the_pauses() {
        let ms = Duration::from_millis;
        let (pieces, pauses) = cut(
            [Bytes::from("abcde"), Bytes::from("f"), Bytes::from("gh")].into(),
            [ms(0), ms(5), ms(7)].into(),
            3,
        );
        assert_eq!(pieces, ["abc", "def", "gh"]);
        assert_eq!(pauses, [ms(0), ms(5), ms(7)]);
    }

    #[test]
    fn compressed_pieces_are_one_gzip_stream() {
        let pieces = compress(&[b"one ".to_vec(), b"two".to_vec()], true);
        let mut text = String::new();
        flate2::read::GzDecoder::new(pieces.concat().as_slice()).read_to_string(&mut text).unwrap();
        assert_eq!((pieces.len(), text.as_str()), (2, "one two"));
    }
}
