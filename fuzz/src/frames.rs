//! Any bytes through every framing, cut where the last two say: no panic, the cut makes no difference, an event keeps
//! its bytes, and what is written anew is read as it was.

use chat::framing::DecodeError;
use chat::{Data, Event, Framing};

/// The property.
pub fn check(input: &[u8]) {
    let Some((bytes, cut)) = input.split_last_chunk::<2>() else { return };
    let at = usize::from(u16::from_le_bytes(*cut)) % (bytes.len() + 1);
    for limit in [100, 1 << 20] {
        for framing in [Framing::EventStream, Framing::Ndjson, Framing::Sse] {
            any_cut(framing, bytes, at, limit);
        }
        any_cut(Framing::EventStream, &sealed(bytes), at, limit);
    }
}

/// The bytes as frames whose checksums are right, which no fuzzer finds: the frames that their lengths make, and one
/// of what is left.
pub fn sealed(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some((length, _)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        if !(16..=rest.len()).contains(&length) {
            break;
        }
        let (frame, tail) = rest.split_at(length);
        seal(&frame[..8], &frame[12..length - 4], &mut out);
        rest = tail;
    }
    if let Some((headers, body)) = rest.split_first() {
        let lengths = [body.len() + 16, usize::from(*headers).min(body.len())];
        let lengths =
            lengths.map(|length| u32::try_from(length).expect("an input is small").to_be_bytes());
        seal(&lengths.concat(), body, &mut out);
    }
    out
}

fn seal(lengths: &[u8], body: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    for piece in [lengths, body] {
        out.extend_from_slice(piece);
        let checksum = crc32(&out[start..]);
        out.extend_from_slice(&checksum.to_be_bytes());
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        (0..8).fold(crc ^ u32::from(*byte), step)
    })
}

fn any_cut(framing: Framing, bytes: &[u8], at: usize, limit: usize) {
    let at = at.min(bytes.len());
    let (events, error) = decoded(framing, &[bytes], limit);
    assert_eq!(
        decoded(framing, &[&bytes[..at], &bytes[at..]], limit),
        (events.clone(), error),
        "{framing:?} cut at {at}"
    );

    let own: Vec<u8> =
        events.iter().flat_map(|event| event.raw().expect("read from the wire").to_vec()).collect();
    // Of an unfinished frame there is no event.
    let whole = error.is_some() || framing == Framing::EventStream;
    assert!(
        if whole { bytes.starts_with(&own) } else { bytes == own },
        "{framing:?} has other bytes"
    );

    let anew: Vec<Event> = events.iter().filter_map(|event| anew(framing, event)).collect();
    let mut wire = Vec::new();
    anew.iter().for_each(|event| framing.encode(event, &mut wire));
    let (again, error) = decoded(framing, &[&wire], usize::MAX);
    assert_eq!(error, None, "{framing:?} does not read what it wrote");
    assert_eq!(meaning(&again), meaning(&anew), "{framing:?} reads something else than it wrote");
}

fn decoded(framing: Framing, pieces: &[&[u8]], limit: usize) -> (Vec<Event>, Option<DecodeError>) {
    let mut decoder = framing.decoder(limit);
    let mut events = Vec::new();
    for piece in pieces {
        if let Err(error) = decoder.push(piece, &mut events) {
            return (events, Some(error));
        }
    }
    events.extend(decoder.finish());
    (events, None)
}

/// The event as somebody writes it who did not read it. `None` for what the framing has no place for.
fn anew(framing: Framing, event: &Event) -> Option<Event> {
    let name = event.name.as_deref();
    let written = match (framing, event.data()) {
        (_, Data::Nothing) | (Framing::Ndjson, Data::Text(_)) => false,
        (Framing::EventStream, _) => name.is_some_and(|name| name.len() <= usize::from(u16::MAX)),
        _ => true,
    };
    written.then(|| Event::new(name, event.data().clone()))
}

fn meaning(events: &[Event]) -> Vec<(Option<&str>, &Data)> {
    events.iter().map(|event| (event.name.as_deref(), event.data())).collect()
}
