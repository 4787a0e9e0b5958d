//! Any bytes as a stream of every dialect, in its own framing, to the dialect that the last bytes choose, cut where
//! they say: no panic, the cut makes no difference, and what the client gets is a stream of its dialect.

use chat::{Data, Event, Framing};
use dialects::{CODECS, ClientContext, Codec, StreamTranslation};

use super::frames::sealed;

/// The property.
pub fn check(input: &[u8]) {
    let Some((bytes, [to, cut @ ..])) = input.split_last_chunk::<3>() else { return };
    let to = CODECS[usize::from(*to) % CODECS.len()];
    for from in CODECS {
        for wire in wires(from.framing(), bytes) {
            let at = usize::from(u16::from_le_bytes(*cut)) % (wire.len() + 1);
            let whole = translated(*from, to, &[&wire]);
            assert_eq!(whole, translated(*from, to, &[&wire[..at], &wire[at..]]));
        }
    }
}

/// The bytes as they are, and what they tell as server-sent events in the other framing.
fn wires(framing: Framing, bytes: &[u8]) -> Vec<Vec<u8>> {
    let as_they_are = match framing {
        Framing::EventStream => sealed(bytes),
        Framing::Ndjson | Framing::Sse => bytes.to_vec(),
    };
    if framing == Framing::Sse {
        return vec![as_they_are];
    }
    let mut framed = Vec::new();
    for event in events(Framing::Sse, &[bytes]).unwrap_or_default() {
        framing.encode(&Event::new(event.name.as_deref(), event.data().clone()), &mut framed);
    }
    vec![as_they_are, framed]
}

fn events(framing: Framing, pieces: &[&[u8]]) -> Option<Vec<Event>> {
    let mut decoder = framing.decoder(1 << 20);
    let mut events = Vec::new();
    pieces.iter().try_for_each(|piece| decoder.push(piece, &mut events)).ok()?;
    events.extend(decoder.finish());
    Some(events)
}

/// What the client gets, as `shared/translator/src/answer.rs` makes it.
fn translated(from: &dyn Codec, to: &dyn Codec, pieces: &[&[u8]]) -> Vec<u8> {
    let context = ClientContext {
        created: 1,
        model: "m".to_owned(),
        stream_usage: true,
        ..ClientContext::default()
    };
    let client = dialects::client(to.name()).expect("every codec serves clients");
    let mut stream = StreamTranslation::new(from, client, context, true);
    let Some(events) = events(from.framing(), pieces) else { return Vec::new() };
    let (mut verdict, mut out) = (Ok(()), Vec::new());
    for event in events {
        if verdict.is_ok() && *event.data() == Data::Nothing {
            stream.ping(&mut out);
        } else if verdict.is_ok() {
            verdict = stream.event(event, &mut |_| {}, &mut out);
        }
    }
    verdict = verdict.and_then(|()| stream.finish(&mut |_| {}, &mut out));
    let finished = verdict.is_ok();
    if let Err(problem) = verdict {
        out.extend(to.encode_stream_error(&problem, out.last()));
    }
    let mut bytes = Vec::new();
    out.iter().for_each(|event| to.framing().encode(event, &mut bytes));
    if finished {
        readable(to, &bytes);
    }
    bytes
}

/// Who speaks the dialect reads the stream to its end.
fn readable(dialect: &dyn Codec, wire: &[u8]) {
    let mut decoder = dialect.stream_decoder();
    let mut told = Vec::new();
    let read = events(dialect.framing(), &[wire]).expect("a stream in the dialect's framing");
    let read = read.into_iter().filter(|event| *event.data() != Data::Nothing);
    let verdict = read.into_iter().try_for_each(|event| decoder.decode(event, &mut told));
    let verdict = verdict.and_then(|()| decoder.finish(&mut told));
    assert!(
        verdict.is_ok(),
        "{verdict:?} in a stream of {}: {}",
        dialect.name(),
        String::from_utf8_lossy(wire)
    );
}
