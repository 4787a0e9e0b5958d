//! Every fixture, there and back.

#![cfg(not(target_arch = "wasm32"))]

use chat::json::Value;

use super::BedrockConverse;
use crate::neutral::{Event, Request};
use crate::providers::Provider;
use crate::{ClientContext, Codec, Dialect, Drops, ProviderContext, Reader};

const PATH: &str = "/model/us.anthropic.claude-sonnet-4-20250514-v1%3A0/converse";

fn fixtures(kind: &str) -> Vec<testkit::Fixture> {
    testkit::fixtures(&format!("bedrock-converse/{kind}"))
}

fn decode(body: Value) -> (Request, Drops) {
    let mut drops = Drops::default();
    let request = BedrockConverse.decode_request(PATH, body, &mut drops);
    (request.unwrap(), drops)
}

fn encode(request: Request) -> (Value, Drops) {
    let mut drops = Drops::default();
    let provider = Provider::owner(&BedrockConverse).unwrap();
    let context = ProviderContext::new(provider);
    let request = BedrockConverse.encode_request(request, context, &mut drops).unwrap();
    assert_eq!(request.path, "/model/us.anthropic.claude-sonnet-4-20250514-v1:0/converse");
    (request.body, drops)
}

fn context() -> ClientContext {
    ClientContext {
        created: 7,
        model: "asked".into(),
        stream_usage: true,
        ..ClientContext::default()
    }
}

fn read_stream(pieces: &[&[u8]]) -> (Vec<Event>, Option<chat::Problem>) {
    let mut framing = BedrockConverse.framing().decoder(1 << 20);
    let mut decoder = BedrockConverse.stream_decoder();
    let (mut wire, mut out) = (Vec::new(), Vec::new());
    for piece in pieces {
        framing.push(piece, &mut wire).unwrap();
    }
    let mut verdict = Ok(());
    for event in wire {
        verdict = verdict.and_then(|()| decoder.decode(event, &mut out));
    }
    let problem = verdict.and_then(|()| decoder.finish(&mut out)).err();
    (out, problem)
}

fn write_stream(events: Vec<Event>) -> Vec<u8> {
    let mut encoder = BedrockConverse.stream_encoder(context());
    let mut wire = Vec::new();
    events.into_iter().for_each(|event| encoder.encode(event, &mut wire));
    let mut bytes = Vec::new();
    wire.iter().for_each(|event| BedrockConverse.framing().encode(event, &mut bytes));
    bytes
}

#[test]
fn requests_come_back() {
    for (name, bytes) in fixtures("request") {
        let (request, drops) = decode(chat::json::parse(&bytes).unwrap());
        assert!(drops.is_empty(), "{name}: {drops:?}");
        let (written, lost) = encode(request);
        let (again, drops) = decode(written.clone());
        assert!(drops.is_empty(), "{name}: {drops:?}");
        assert_eq!(encode(again).0, written, "{name}, once more");
        let known: &[&str] = match name.as_str() {
            "full" => &["messages[1].content[0].citations", "reasoning_effort"],
            _ => &[],
        };
        let lost: Vec<_> = lost.iter().map(|dropped| dropped.path.as_str()).collect();
        assert_eq!(lost, known, "{name}");
    }
}

#[test]
fn answers_come_back() {
    for (name, bytes) in fixtures("response") {
        let body: Value = chat::json::parse(&bytes).unwrap();
        let mut drops = Drops::default();
        let response = BedrockConverse.decode_response(body.clone(), &mut drops).unwrap();
        let written = BedrockConverse.encode_response(response, &context(), &mut drops);
        assert_eq!(BedrockConverse.usage(&body), BedrockConverse.usage(&written), "{name}");
        let again = BedrockConverse.decode_response(written.clone(), &mut Drops::default());
        let once_more = BedrockConverse.encode_response(again.unwrap(), &context(), &mut drops);
        assert_eq!(once_more, written, "{name}");
    }
}

#[test]
fn streams_come_back_however_they_are_cut() {
    for (name, bytes) in fixtures("stream") {
        let (events, problem) = read_stream(&[&bytes]);
        assert_eq!(problem.is_some(), name == "cut", "{name}: {problem:?}");
        for cut in testkit::cuts(&bytes).step_by(5) {
            assert_eq!(read_stream(&cut).0, events, "{name}");
        }
        if problem.is_none() {
            let written = write_stream(events);
            let (again, problem) = read_stream(&[&written]);
            assert_eq!(problem, None, "{name}");
            assert_eq!(write_stream(again), written, "{name}");
        }
    }
}

#[test]
fn errors_come_back() {
    for (name, bytes) in fixtures("error") {
        let status = name.split('-').next().unwrap().parse().unwrap();
        let problem = BedrockConverse.decode_error(status, &bytes);
        let (written, body) = BedrockConverse.encode_error(&problem);
        let again = BedrockConverse.decode_error(written, body.to_string().as_bytes());
        assert_eq!((again.kind, again.message), (problem.kind, problem.message), "{name}");
    }
}
