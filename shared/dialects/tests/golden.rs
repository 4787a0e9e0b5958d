//! Every fixture of every dialect, translated to every other: what comes out and what is dropped, as
//! snapshots. A new dialect or fixture is tested the moment it is there.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail so"
)]

use std::fmt::Write;

use chat::json::Value;
use chat::{Data, Problem, sse};
use dialects::providers::Provider;
use dialects::{
    CODECS, Client, ClientContext, Codec, Drops, ProviderContext, StreamTranslation, extend,
    neutral,
};
use testkit::{fixtures, json_fixtures};

fn context() -> ClientContext {
    ClientContext {
        created: 1_763_596_800,
        model: "asked-model".into(),
        stream_usage: true,
        ..ClientContext::default()
    }
}

fn pairs() -> impl Iterator<Item = (&'static dyn Codec, &'static dyn Codec)> {
    let others = |from: &'static dyn Codec| {
        CODECS.iter().copied().filter(move |to| to.name() != from.name()).map(move |to| (from, to))
    };
    CODECS.iter().copied().flat_map(others)
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

fn told(drops: &Drops) -> String {
    let mut text = String::new();
    drops.iter().for_each(|dropped| writeln!(text, "dropped {dropped}").unwrap());
    text
}

fn snapshot(kind: &str, case: &str, from: &dyn Codec, to: &dyn Codec, text: &str) {
    let name = format!("{}.{kind}.{case}.{}", from.name(), to.name());
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn requests() {
    for (from, to) in pairs() {
        for (case, body) in json_fixtures(&format!("{}/request", from.name())) {
            let mut drops = Drops::default();
            let path = from.endpoints()[0].path("asked-model");
            let provider = ProviderContext::new(Provider::owner(to).unwrap());
            let written = from.decode_request(&path, body, &mut drops).and_then(|mut request| {
                to.fit_tool_names(&mut request);
                to.encode_request(request, provider, &mut drops)
            });
            let text = match written {
                Ok(request) => format!(
                    "POST {}\n{:?}\n{}\n",
                    request.path,
                    request.headers,
                    pretty(&request.body)
                ),
                Err(problem) => format!("{problem:#?}\n"),
            };
            snapshot("request", &case, from, to, &(text + &told(&drops)));
        }
    }
}

#[test]
fn responses() {
    for (from, to) in pairs() {
        for (case, body) in json_fixtures(&format!("{}/response", from.name())) {
            let mut drops = Drops::default();
            let answer = from.decode_response(body, &mut drops);
            let text = match answer {
                Ok(answer) => {
                    let mut body = to.encode_response(answer, &context(), &mut drops);
                    extend(client(to), &mut body, false, [&mut drops]);
                    pretty(&body)
                }
                Err(problem) => format!("{problem:#?}"),
            };
            snapshot("response", &case, from, to, &(text + "\n" + &told(&drops)));
        }
    }
}

#[test]
fn errors() {
    for (from, to) in pairs() {
        for (case, body) in fixtures(&format!("{}/error", from.name())) {
            // The status is the case's first word: `429-rate-limit.json`.
            let status = case.split('-').next().and_then(|word| word.parse().ok()).unwrap_or(400);
            let problem = from.decode_error(status, &body);
            let (status, body) = to.encode_error(&problem);
            let told = problem.headers.iter().map(|(name, value)| format!("{name}: {value}\n"));
            let headers: String = told.collect();
            let text = format!("{status}\n{headers}{}\n", pretty(&body));
            snapshot("error", &case, from, to, &text);
        }
    }
}

#[test]
fn streams() {
    for (from, to) in pairs() {
        for (case, wire) in fixtures(&format!("{}/stream", from.name())) {
            snapshot("stream", &case, from, to, &translated(from, to, &[&wire]));
        }
    }
}

#[test]
fn a_stream_means_the_same_however_it_is_cut() {
    for from in CODECS {
        for (case, wire) in fixtures(&format!("{}/stream", from.name())) {
            let whole = meanings(*from, &[&wire]);
            for cut in testkit::cuts(&wire).step_by(if wire.len() > 4_000 { 13 } else { 1 }) {
                assert_eq!(meanings(*from, &cut), whole, "{case}");
            }
            assert_eq!(meanings(*from, &wire.chunks(1).collect::<Vec<_>>()), whole, "{case}");
        }
    }
}

/// A stream as the client gets it, and how it ended.
fn translated(from: &dyn Codec, to: &dyn Codec, pieces: &[&[u8]]) -> String {
    let mut stream = StreamTranslation::new(from, client(to), context(), true);
    let mut out = Vec::new();
    let mut verdict = Ok(());
    for event in wire(from, pieces) {
        if verdict.is_ok() {
            verdict = stream.event(event, &mut |_| {}, &mut out);
        }
    }
    let verdict = verdict.and_then(|()| stream.finish(&mut |_| {}, &mut out));
    if let Err(problem) = &verdict {
        out.extend(to.encode_stream_error(problem, out.last()));
    }
    let mut text = String::new();
    for event in &out {
        let mut bytes = Vec::new();
        // A binary frame is told as an event, so that it can be read.
        sse::encode(event, &mut bytes);
        text.push_str(&String::from_utf8(bytes).unwrap());
    }
    text + &told(&stream.drops())
}

fn client(dialect: &dyn Codec) -> &'static dyn Client {
    dialects::client(dialect.name()).unwrap()
}

/// The events of a stream of `from`.
fn wire(from: &dyn Codec, pieces: &[&[u8]]) -> Vec<chat::Event> {
    let (mut wire, mut events) = (from.framing().decoder(1 << 20), Vec::new());
    pieces.iter().for_each(|piece| wire.push(piece, &mut events).unwrap());
    events.extend(wire.finish());
    events.retain(|event| *event.data() != Data::Nothing);
    events
}

/// What a stream means, and how it ended.
fn meanings(from: &dyn Codec, pieces: &[&[u8]]) -> (Vec<neutral::Event>, Result<(), Problem>) {
    let (mut decoder, mut meanings) = (from.stream_decoder(), Vec::new());
    let mut verdict = Ok(());
    for event in wire(from, pieces) {
        if verdict.is_ok() {
            verdict = decoder.decode(event, &mut meanings);
        }
    }
    let verdict = verdict.and_then(|()| decoder.finish(&mut meanings));
    (meanings, verdict)
}
