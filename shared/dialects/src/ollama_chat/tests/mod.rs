//! Every fixture, there and back.

#![cfg(not(target_arch = "wasm32"))]

use chat::json::{Value, json};

use super::OllamaChat;
use crate::neutral::order::assert_ordered;
use crate::neutral::{Effort, Event, Reasoning, Request};
use crate::providers::Provider;
use crate::{ClientContext, Codec, Dialect, Drops, ProviderContext, Reader};

fn decode(body: Value) -> (Request, Drops) {
    let mut drops = Drops::default();
    let request = OllamaChat.decode_request("/api/chat", body, &mut drops);
    (request.unwrap(), drops)
}

fn encode(request: Request) -> (Value, Vec<String>) {
    let mut drops = Drops::default();
    let provider = Provider::owner(&OllamaChat).unwrap();
    let context = ProviderContext::new(provider);
    let written = OllamaChat.encode_request(request, context, &mut drops).unwrap();
    (written.body, drops.iter().map(|dropped| dropped.path.clone()).collect())
}

fn read_stream(bytes: &[u8]) -> (Vec<Event>, bool) {
    let (mut framing, mut wire) = (OllamaChat.framing().decoder(1 << 20), Vec::new());
    framing.push(bytes, &mut wire).unwrap();
    wire.extend(framing.finish());
    let (mut decoder, mut events) = (OllamaChat.stream_decoder(), Vec::new());
    wire.into_iter().for_each(|event| decoder.decode(event, &mut events).unwrap());
    let whole = decoder.finish(&mut events).is_ok();
    assert_ordered(&events);
    (events, whole)
}

#[test]
fn requests_come_back() {
    for (name, body) in testkit::json_fixtures("ollama-chat/request") {
        if name == "missing-model" {
            continue;
        }
        let (request, drops) = decode(body);
        assert!(drops.is_empty(), "{name}: {drops:?}");
        let (written, lost) = encode(request.clone());
        assert!(lost.is_empty(), "{name}: {lost:?}");
        let (again, _) = decode(written.clone());
        assert_eq!(encode(again.clone()).0, written, "{name}, once more");
        assert_eq!(format!("{:?}", again.extras), format!("{:?}", request.extras), "{name}");
        assert_eq!((again.sampling, again.stop), (request.sampling, request.stop), "{name}");
        assert_eq!(again.max_output_tokens, request.max_output_tokens, "{name}");
    }
}

#[test]
fn answers_come_back() {
    for (name, body) in testkit::json_fixtures::<Value>("ollama-chat/response") {
        let mut drops = Drops::default();
        let Ok(response) = OllamaChat.decode_response(body.clone(), &mut drops) else {
            assert!(["error", "no-answer"].contains(&name.as_str()), "{name}");
            continue;
        };
        let context = ClientContext::default();
        let written = OllamaChat.encode_response(response, &context, &mut drops);
        assert_eq!(OllamaChat.usage(&body), OllamaChat.usage(&written), "{name}");
        assert_eq!(written["message"]["content"], body["message"]["content"], "{name}");
        assert_eq!(written["model"], body["model"], "{name}");
        let again = OllamaChat.decode_response(written.clone(), &mut Drops::default());
        let once_more = OllamaChat.encode_response(again.unwrap(), &context, &mut drops);
        assert_eq!(once_more, written, "{name}");
    }
}

#[test]
fn streams_come_back() {
    for (name, bytes) in testkit::fixtures("ollama-chat/stream") {
        let (events, whole) = read_stream(&bytes);
        assert_eq!(whole, name != "cut", "{name}");
        let (mut encoder, mut out) =
            (OllamaChat.stream_encoder(ClientContext::default()), Vec::new());
        events.iter().for_each(|event| encoder.encode(event.clone(), &mut out));
        assert!(encoder.drops().is_empty(), "{name}: {:?}", encoder.drops());
        let mut bytes = Vec::new();
        out.iter().for_each(|event| OllamaChat.framing().encode(event, &mut bytes));
        if whole {
            assert_eq!(format!("{:?}", read_stream(&bytes).0), format!("{events:?}"), "{name}");
        }
    }
}

#[test]
fn a_result_that_names_only_its_tool_answers_the_call_of_that_name() {
    let call = |name: &str| json!({"function": {"name": name, "arguments": {}}});
    let result = |name: &str| json!({"role": "tool", "tool_name": name, "content": name});
    let body = json!({"model": "m", "messages": [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": "", "tool_calls": [call("a"), call("b"), call("a")]},
        result("b"), result("a"), result("a"), {"role": "tool", "content": "more"}]});
    let (written, _) = encode(decode(body).0);
    let ids: Vec<_> = (2..6).map(|at| written["messages"][at]["tool_call_id"].as_str()).collect();
    assert_eq!(ids, [Some("call_2"), Some("call_1"), Some("call_3"), Some("call_3")]);
    assert_eq!(written["messages"][1]["tool_calls"][2]["id"], "call_3");
    assert_eq!(written["messages"][2]["tool_name"], "b");
}

#[test]
fn thinking_is_asked_for_by_levels_that_ollama_knows() {
    let (request, _) =
        decode(json!({"model": "m", "messages": [{"role": "user", "content": "x"}]}));
    for (effort, think) in [
        (Effort::None, json!(false)),
        (Effort::Minimal, json!("low")),
        (Effort::Medium, json!("medium")),
        (Effort::XHigh, json!("max")),
    ] {
        let reasoning = Some(Reasoning { effort: Some(effort), ..Reasoning::default() });
        assert_eq!(encode(Request { reasoning, ..request.clone() }).0["think"], think);
    }
    for (budget, think) in [(0, false), (9, true)] {
        let reasoning = Some(Reasoning { budget_tokens: Some(budget), ..Reasoning::default() });
        assert_eq!(encode(Request { reasoning, ..request.clone() }).0["think"], json!(think));
    }
}

#[test]
fn a_stream_is_what_is_answered_unless_the_client_says_no() {
    for (body, streams) in [(json!({}), true), (json!({"stream": false}), false)] {
        assert_eq!(OllamaChat.streams("/api/chat", &body), streams);
    }
}
