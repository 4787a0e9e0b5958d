//! Round trips over the fixtures in `tests/fixtures/anthropic-messages`.

use std::fs;
use std::path::{Path, PathBuf};

use chat::json::{Value, json};
use chat::sse;

use super::super::AnthropicMessages;
use crate::neutral::Event;
use crate::providers::Provider;
use crate::{ClientContext, Codec, Dialect, Drops, ProviderContext, Reader};

fn fixtures(kind: &str) -> Vec<(String, String)> {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/anthropic-messages");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(root.join(kind)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{kind}");
    let name = |path: &PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

pub(super) fn provider() -> ProviderContext<'static> {
    let provider = Provider::by_name("anthropic").unwrap();
    ProviderContext::new(provider)
}

pub(super) fn client() -> ClientContext {
    ClientContext {
        created: 0,
        model: "asked".into(),
        stream_usage: true,
        ..ClientContext::default()
    }
}

fn parse(text: &str) -> Value {
    chat::json::parse_str(text).unwrap()
}

/// A string and a list of one text block mean the same; the list is written.
fn spell_out(content: &mut Value) {
    if content.is_string() {
        *content = json!([{"type": "text", "text": content.take()}]);
    }
}

fn spell_out_all(body: &mut Value) {
    body.get_mut("system").map(spell_out);
    for message in body["messages"].as_array_mut().unwrap() {
        spell_out(&mut message["content"]);
    }
    // The default kind.
    for tool in body.get_mut("tools").and_then(Value::as_array_mut).into_iter().flatten() {
        if tool["type"] == "custom" {
            tool.as_object_mut().unwrap().shift_remove("type");
        }
    }
}

/// Removes what stands at `a.b[0].c`.
fn remove(body: &mut Value, path: &str) {
    let pointer = format!("/{}", path.replace('[', "/").replace(']', "").replace('.', "/"));
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).and_then(Value::as_object_mut);
    assert!(parent.unwrap().shift_remove(name).is_some(), "{path} is there");
}

#[test]
fn a_request_survives_the_round_trip_but_for_what_is_reported() {
    for (name, text) in fixtures("request") {
        let mut drops = Drops::default();
        let request =
            AnthropicMessages.decode_request("/v1/messages", parse(&text), &mut drops).unwrap();
        let encoded = AnthropicMessages.encode_request(request, provider(), &mut drops).unwrap();
        let mut expected = parse(&text);
        spell_out_all(&mut expected);
        let dropped: Vec<_> = drops.iter().map(|dropped| dropped.path.clone()).collect();
        dropped.iter().for_each(|path| remove(&mut expected, path));
        assert_eq!(encoded.body, expected, "{name}");
        match name.as_str() {
            "full" => assert_eq!(
                dropped,
                ["output_config.task_budget", "tools[1].defer_loading", "metadata.team"]
            ),
            _ => assert!(dropped.is_empty(), "{name}: {dropped:?}"),
        }
    }
}

#[test]
fn an_answer_survives_the_round_trip_but_for_what_is_reported() {
    for (name, text) in fixtures("response") {
        let mut drops = Drops::default();
        let response = AnthropicMessages.decode_response(parse(&text), &mut drops).unwrap();
        let body = AnthropicMessages.encode_response(response, &client(), &mut drops);
        let mut expected = parse(&text);
        drops.iter().for_each(|dropped| remove(&mut expected, &dropped.path));
        assert_eq!(body, expected, "{name}");
        assert_eq!(drops.is_empty(), name != "full", "{name}");
    }
}

/// The neutral events of a stream whose bytes come in two pieces.
fn decode_stream(bytes: &[u8], cut: usize) -> Vec<Event> {
    let mut framing = sse::Decoder::new(1 << 20);
    let mut events = Vec::new();
    let (before, after) = bytes.split_at(cut);
    framing.push(before, &mut events).unwrap();
    framing.push(after, &mut events).unwrap();
    events.extend(framing.finish());
    let mut decoder = AnthropicMessages.stream_decoder();
    let mut out = Vec::new();
    events.into_iter().for_each(|event| decoder.decode(event, &mut out).unwrap());
    decoder.finish(&mut out).unwrap();
    out
}

#[test]
fn a_stream_survives_the_round_trip_byte_by_byte() {
    for (name, text) in fixtures("stream") {
        let mut encoder = AnthropicMessages.stream_encoder(client());
        let mut events = Vec::new();
        for event in decode_stream(text.as_bytes(), 0) {
            encoder.encode(event, &mut events);
        }
        let mut bytes = Vec::new();
        events.iter().for_each(|event| sse::encode(event, &mut bytes));
        assert_eq!(String::from_utf8(bytes).unwrap(), text, "{name}");
        assert!(encoder.drops().is_empty(), "{name}");
    }
}

#[test]
fn a_stream_may_be_cut_anywhere() {
    for (name, text) in fixtures("stream") {
        let whole = decode_stream(text.as_bytes(), 0);
        for cut in 0..=text.len() {
            assert_eq!(decode_stream(text.as_bytes(), cut), whole, "{name} cut at {cut}");
        }
    }
}

#[test]
fn the_neutral_events_of_a_stream_keep_their_order() {
    for (name, text) in fixtures("stream") {
        let events = decode_stream(text.as_bytes(), 0);
        assert!(matches!(events.first(), Some(Event::Start { .. })), "{name}");
        assert!(matches!(events.last(), Some(Event::End | Event::Error(_))), "{name}");
        let (mut open, mut next, mut finished) = (None, 0, false);
        for event in &events {
            match event {
                Event::BlockStart { block, .. } => {
                    assert_eq!((open, *block, finished), (None, next, false), "{name}");
                    (open, next) = (Some(*block), next + 1);
                }
                Event::BlockDelta { block, .. } => assert_eq!(open, Some(*block), "{name}"),
                Event::BlockStop { block, .. } => assert_eq!(open.take(), Some(*block), "{name}"),
                Event::Finish { .. } => {
                    assert_eq!((open, finished), (None, false), "{name}");
                    finished = true;
                }
                _ => {}
            }
        }
    }
}

#[test]
fn an_error_survives_the_round_trip() {
    for (name, text) in fixtures("error") {
        let fixture = parse(&text);
        let status = u16::try_from(fixture["status"].as_u64().unwrap()).unwrap();
        let mut body = fixture["body"].clone();
        let problem = AnthropicMessages.decode_error(status, body.to_string().as_bytes());
        if name == "authentication" {
            // Words about credentials may quote them.
            body["error"]["message"] = problem.message.as_str().into();
            assert_eq!(problem.message, "the provider refused the credentials");
        }
        assert_eq!(AnthropicMessages.encode_error(&problem), (status, body), "{name}");
    }
}
