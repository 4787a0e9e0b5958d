//! Fixtures and properties of the whole dialect.

mod answers;
#[cfg(not(target_arch = "wasm32"))]
mod fixtures;
#[cfg(not(target_arch = "wasm32"))]
mod properties;
mod requests;
mod streams;

use chat::json::Value;

use super::OpenaiChat;
use crate::neutral::order::assert_ordered;
use crate::neutral::{Event, Request, Response};
use crate::providers::Provider;
use crate::{ClientContext, Codec, Dialect, Drops, ProviderContext, Reader};

/// Reads a request.
fn decode(body: Value) -> (Request, Drops) {
    let mut drops = Drops::default();
    let request = OpenaiChat.decode_request("/v1/chat/completions", body, &mut drops);
    (request.unwrap(), drops)
}

/// Writes a request for OpenAI.
fn encode(request: Request) -> (Value, Drops) {
    let mut drops = Drops::default();
    let provider = Provider::by_name("openai").unwrap();
    let context = ProviderContext::new(provider);
    let request = OpenaiChat.encode_request(request, context, &mut drops).unwrap();
    assert_eq!(request.path, "/chat/completions");
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

/// Reads an answer and writes it again.
fn back(body: Value) -> (Response, Value, Drops) {
    let mut drops = Drops::default();
    let response = OpenaiChat.decode_response(body, &mut drops).unwrap();
    let body = OpenaiChat.encode_response(response.clone(), &context(), &mut drops);
    (response, body, drops)
}

fn paths(drops: &Drops) -> Vec<&str> {
    drops.iter().map(|dropped| dropped.path.as_str()).collect()
}

/// Reads a stream, given in pieces.
fn read_stream(pieces: &[&[u8]]) -> Vec<Event> {
    try_read_stream(pieces).unwrap()
}

fn try_read_stream(pieces: &[&[u8]]) -> Result<Vec<Event>, (Vec<Event>, chat::Problem)> {
    let mut framing = chat::sse::Decoder::new(1 << 20);
    let mut decoder = OpenaiChat.stream_decoder();
    let (mut wire, mut out) = (Vec::new(), Vec::new());
    for piece in pieces {
        framing.push(piece, &mut wire).unwrap();
    }
    wire.extend(framing.finish());
    for event in wire {
        if let Err(problem) = decoder.decode(event, &mut out) {
            return Err((out, problem));
        }
    }
    match decoder.finish(&mut out) {
        Ok(()) => Ok(out),
        Err(problem) => Err((out, problem)),
    }
}

/// Writes a stream.
fn write_stream(events: Vec<Event>, context: ClientContext) -> String {
    let mut encoder = OpenaiChat.stream_encoder(context);
    let mut wire = Vec::new();
    for event in events {
        encoder.encode(event, &mut wire);
    }
    let mut bytes = Vec::new();
    wire.iter().for_each(|event| chat::sse::encode(event, &mut bytes));
    String::from_utf8(bytes).unwrap()
}
