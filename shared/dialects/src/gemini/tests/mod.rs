//! Fixtures and properties of the whole dialect.

#[cfg(not(target_arch = "wasm32"))]
mod fixtures;
#[cfg(not(target_arch = "wasm32"))]
mod generated;
mod streams;

use chat::json::Value;

use super::Gemini;
use crate::neutral::{Event, Request};
use crate::providers::Provider;
use crate::{ClientContext, Codec, Dialect, Drops, ProviderContext, Reader};

const PATH: &str = "/v1beta/models/gemini-3.8-flash:generateContent";

/// Reads a request.
fn decode(body: Value) -> (Request, Drops) {
    let mut drops = Drops::default();
    let request = Gemini.decode_request(PATH, body, &mut drops);
    (request.unwrap(), drops)
}

/// Writes a request for AI Studio.
fn encode(request: Request) -> (Value, Drops) {
    let mut drops = Drops::default();
    let request = Gemini.encode_request(request, provider(), &mut drops).unwrap();
    assert_eq!(request.path, "/models/gemini-3.8-flash:generateContent");
    (request.body, drops)
}

fn provider() -> ProviderContext<'static> {
    let provider = Provider::owner(&Gemini).unwrap();
    ProviderContext::new(provider)
}

fn context() -> ClientContext {
    ClientContext {
        created: 7,
        model: "asked".into(),
        stream_usage: true,
        ..ClientContext::default()
    }
}

fn paths(drops: &Drops) -> Vec<&str> {
    drops.iter().map(|dropped| dropped.path.as_str()).collect()
}

/// Reads a stream, given in pieces. With the problem it ends with, if it does.
fn read_stream(pieces: &[&[u8]]) -> (Vec<Event>, Option<chat::Problem>) {
    let mut framing = chat::sse::Decoder::new(1 << 20);
    let mut decoder = Gemini.stream_decoder();
    let (mut wire, mut out) = (Vec::new(), Vec::new());
    for piece in pieces {
        framing.push(piece, &mut wire).unwrap();
    }
    wire.extend(framing.finish());
    let mut verdict = Ok(());
    for event in wire {
        verdict = verdict.and_then(|()| decoder.decode(event, &mut out));
    }
    let problem = verdict.and_then(|()| decoder.finish(&mut out)).err();
    (out, problem)
}

/// Writes a stream.
fn write_stream(events: Vec<Event>) -> String {
    let mut encoder = Gemini.stream_encoder(context());
    let mut wire = Vec::new();
    for event in events {
        encoder.encode(event, &mut wire);
    }
    let mut bytes = Vec::new();
    wire.iter().for_each(|event| chat::sse::encode(event, &mut bytes));
    String::from_utf8(bytes).unwrap()
}

/// Checks the order that [`Event`] promises.
fn assert_ordered(events: &[Event]) {
    use std::collections::BTreeMap;
    let mut open: BTreeMap<usize, usize> = BTreeMap::new();
    let mut begun: BTreeMap<usize, usize> = BTreeMap::new();
    let mut finished = Vec::new();
    let (mut started, mut over) = (false, false);
    for event in events {
        assert!(!over, "after the end: {event:?}");
        match event {
            Event::Start { .. } => assert!(!std::mem::replace(&mut started, true)),
            Event::BlockStart { candidate, block, .. } => {
                assert!(started && !finished.contains(candidate));
                assert_eq!(open.insert(*candidate, *block), None, "one open block at a time");
                let count = begun.entry(*candidate).or_default();
                assert_eq!(*count, *block, "blocks count up");
                *count += 1;
            }
            Event::BlockDelta { candidate, block, .. } => {
                assert_eq!(open.get(candidate), Some(block));
            }
            Event::BlockStop { candidate, block } => {
                assert_eq!(open.remove(candidate), Some(*block));
            }
            Event::Finish { candidate, .. } => {
                assert!(started && !open.contains_key(candidate));
                finished.push(*candidate);
            }
            Event::End | Event::Error(_) => over = true,
            Event::Usage(_) | Event::Ping => {}
        }
    }
}
