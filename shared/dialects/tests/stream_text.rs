//! The text of streams, over every dialect that shows it and all fixtures.

#![allow(clippy::expect_used, reason = "a test may fail so")]
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;

use chat::{Event, Scope};
use dialects::{CODECS, Codec, Piece};

/// The streams of the dialects that show their text.
fn streams() -> Vec<(&'static dyn Codec, String, Vec<Event>)> {
    let shown = CODECS.iter().filter(|dialect| dialect.stream_text().is_some());
    let streams = shown.flat_map(|dialect| {
        let fixtures = testkit::fixtures(&format!("{}/stream", dialect.name()));
        fixtures.into_iter().map(|(name, bytes)| {
            let mut events = Vec::new();
            let mut decoder = dialect.framing().decoder(1 << 20);
            decoder.push(&bytes, &mut events).expect("small events");
            events.extend(decoder.finish());
            (*dialect, format!("{}/{name}", dialect.name()), events)
        })
    });
    streams.collect()
}

fn rewritten(
    dialect: &dyn Codec,
    events: &[Event],
    visit: &mut dyn FnMut(Piece<'_>) -> Option<String>,
) -> Vec<Event> {
    let mut text = dialect.stream_text().expect("a dialect that shows its text");
    let mut out = Vec::new();
    events.iter().for_each(|event| text.event(event.clone(), visit, &mut out));
    text.finish(visit, &mut out);
    out
}

/// Every text of a stream, pieces put together, in any order; and that each ends exactly once.
fn texts(dialect: &dyn Codec, name: &str, events: &[Event]) -> Vec<String> {
    let mut texts: BTreeMap<usize, (String, bool)> = BTreeMap::new();
    rewritten(dialect, events, &mut |piece| {
        let (text, ended) = texts.entry(piece.strand).or_default();
        assert!(!*ended, "{name}: {piece:?} continues a text that has ended");
        text.push_str(piece.text);
        *ended = piece.last;
        None
    });
    assert!(texts.values().all(|(_, ended)| *ended), "{name}: {texts:?}");
    let mut texts: Vec<String> = texts.into_values().map(|(text, _)| text).collect();
    texts.sort();
    texts
}

#[test]
fn a_visitor_that_replaces_nothing_leaves_every_byte() {
    for (dialect, name, events) in streams() {
        assert_eq!(rewritten(dialect, &events, &mut |_| None), events, "{name}");
    }
}

#[test]
fn text_that_is_held_back_to_its_end_is_still_all_there() {
    for (dialect, name, events) in streams() {
        let mut held: BTreeMap<usize, String> = BTreeMap::new();
        let late = rewritten(dialect, &events, &mut |piece| {
            held.entry(piece.strand).or_default().push_str(piece.text);
            Some(if piece.last { held.remove(&piece.strand)? } else { String::new() })
        });
        let whole = texts(dialect, &name, &events);
        assert_eq!(texts(dialect, &name, &late), whole, "{name}");

        let (mut decoder, mut meanings) = (dialect.stream_decoder(), Vec::new());
        for event in late.into_iter().filter(|event| *event.data() != chat::Data::Nothing) {
            if decoder.decode(event, &mut meanings).is_err() {
                assert!(name.contains("error"), "{name}: an event that nobody can read");
            }
        }
    }
}

#[test]
fn the_fixtures_have_text_and_arguments_to_show() {
    for dialect in CODECS.iter().filter(|dialect| dialect.stream_text().is_some()) {
        let (mut prose, mut calls) = (0, 0);
        for (_, _, events) in streams().iter().filter(|stream| stream.0.name() == dialect.name()) {
            rewritten(*dialect, events, &mut |piece| {
                let is_call = piece.scope == Scope::ToolCall;
                *(if is_call { &mut calls } else { &mut prose }) += piece.text.len();
                None
            });
        }
        // A model server that writes one text calls nothing.
        let must_call = dialect.name() != "kserve-v2";
        assert!(prose > 50 && (calls > 10) == must_call, "{}: {prose} {calls}", dialect.name());
    }
}
