//! Every fixture, there and back.

#![cfg(not(target_arch = "wasm32"))]

use chat::json::{Value, json};

use super::CohereChat;
use crate::neutral::order::assert_ordered;
use crate::neutral::{Content, Event, Request, ToolChoice};
use crate::providers::Provider;
use crate::{ClientContext, Codec, Dialect, Drops, ProviderContext, Reader};

fn fixtures(kind: &str) -> Vec<(String, Value)> {
    testkit::json_fixtures(&format!("cohere-chat/{kind}"))
}

fn decode(body: Value) -> Request {
    CohereChat.decode_request("/v2/chat", body, &mut Drops::default()).unwrap()
}

fn encode(request: Request) -> (Value, Vec<String>) {
    let mut drops = Drops::default();
    let provider = Provider::owner(&CohereChat).unwrap();
    let context = ProviderContext::new(provider);
    let written = CohereChat.encode_request(request, context, &mut drops).unwrap();
    (written.body, drops.iter().map(|dropped| dropped.path.clone()).collect())
}

#[test]
fn pictures_stay_between_the_texts() {
    let image = |data: &str| {
        json!({"type": "image_url",
        "image_url": {"url": format!("data:image/png;base64,{data}")}})
    };
    let text = |text: &str| json!({"type": "text", "text": text});
    let parts =
        json!([image("AAAA"), text("b"), image("BBBB"), image("CCCC"), text("c"), image("DDDD")]);
    let asked = json!({"model": "m", "messages": [{"role": "user", "content": parts.clone()}]});
    assert_eq!(encode(decode(asked)).0["messages"][0]["content"], parts);
}

#[test]
fn a_request_comes_back_as_it_was() {
    for (case, body) in fixtures("request") {
        if case.starts_with("missing") {
            continue;
        }
        let asked = decode(body);
        let (written, dropped) = encode(asked.clone());
        let again = decode(written);
        let shapes = |request: &Request| -> Vec<String> {
            let blocks = request.messages.iter().flat_map(|message| &message.content);
            let flat = blocks.flat_map(|block| match &block.content {
                Content::ToolResult { content, .. } => content.clone(),
                _ => vec![block.clone()],
            });
            let mut shapes: Vec<_> = flat.map(|block| format!("{:?}", block.content)).collect();
            shapes.sort();
            shapes
        };
        // Texts beside each other in a result of a tool stay apart, so nothing may change.
        assert_eq!(shapes(&asked), shapes(&again), "{case}: {dropped:?}");
        assert_eq!(asked.extras, again.extras, "{case}");
        assert_eq!(asked.sampling, again.sampling, "{case}");
        assert_eq!(asked.reasoning, again.reasoning, "{case}");
        assert_eq!(asked.tool_choice, again.tool_choice, "{case}");
        assert_eq!(asked.response_format, again.response_format, "{case}");
        assert!(dropped.is_empty(), "{case}: {dropped:?}");
    }
}

#[test]
fn one_tool_is_demanded_by_offering_no_other() {
    let tool =
        |name: &str| json!({"type": "function", "function": {"name": name, "parameters": {}}});
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "x"}],
        "tools": [tool("a"), tool("b")]});
    let mut request = decode(body);
    request.tool_choice = Some(ToolChoice::Tool { name: "b".into() });
    let (written, dropped) = encode(request.clone());
    assert_eq!(written["tool_choice"], "REQUIRED");
    assert_eq!(written["tools"].as_array().map(Vec::len), Some(1));
    assert_eq!(dropped, ["tools[0]", "tool_choice"]);
    request.tool_choice = Some(ToolChoice::Tool { name: "c".into() });
    let provider = Provider::owner(&CohereChat).unwrap();
    let context = ProviderContext::new(provider);
    let refused = CohereChat.encode_request(request, context, &mut Drops::default());
    assert_eq!(refused.unwrap_err().code.as_deref(), Some("invalid_tool_choice"));
}

#[test]
fn who_only_gives_something_to_read_says_that() {
    let body = json!({"model": "m", "messages": [], "documents": ["a", "b"]});
    let (written, _) = encode(decode(body));
    let said = json!([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]);
    assert_eq!(written["messages"][0]["content"], said);
    assert!(written.get("documents").is_none());
}

#[test]
fn numbers_are_brought_into_the_ranges_of_the_api() {
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "x"}],
        "temperature": 1.5, "p": 1, "k": 900, "frequency_penalty": -0.5, "seed": 1});
    let (written, dropped) = encode(decode(body));
    let expected = r#"{"model":"m","messages":[{"role":"user","content":"x"}],"seed":1,"frequency_penalty":0,"temperature":1,"k":500,"p":0.99}"#;
    assert_eq!(written.to_string(), expected);
    assert_eq!(dropped, ["frequency_penalty", "temperature", "top_k", "top_p"]);
}

#[test]
fn every_stream_keeps_its_order_and_means_what_the_whole_answer_means() {
    for (case, bytes) in testkit::fixtures("cohere-chat/stream") {
        let mut wire = Vec::new();
        let mut framing = CohereChat.framing().decoder(1 << 20);
        framing.push(&bytes, &mut wire).unwrap();
        wire.extend(framing.finish());
        let (mut decoder, mut events) = (CohereChat.stream_decoder(), Vec::new());
        wire.into_iter().for_each(|event| decoder.decode(event, &mut events).unwrap());
        let ended = decoder.finish(&mut events);
        assert_eq!(ended.is_err(), case == "cut", "{case}");
        assert_ordered(&events);
        let context = ClientContext::default();
        let (mut encoder, mut out) = (CohereChat.stream_encoder(context), Vec::new());
        events.iter().for_each(|event| encoder.encode(event.clone(), &mut out));
        assert!(encoder.drops().is_empty(), "{case}: {:?}", encoder.drops());
        let (mut decoder, mut again) = (CohereChat.stream_decoder(), Vec::new());
        out.into_iter().for_each(|event| decoder.decode(event, &mut again).unwrap());
        let _ = decoder.finish(&mut again);
        let told = |events: &[Event]| -> Vec<String> {
            events.iter().map(|event| format!("{event:?}")).collect()
        };
        if !["cut", "error", "logprobs"].contains(&case.as_str()) {
            assert_eq!(told(&events), told(&again), "{case}");
        }
    }
}

#[test]
fn what_fails_at_once_is_told_without_a_beginning() {
    for body in [
        json!({"message": "overloaded"}),
        json!({"type": "message-end", "delta": {"finish_reason": "ERROR", "error": "overloaded"}}),
    ] {
        let (mut decoder, mut events) = (CohereChat.stream_decoder(), Vec::new());
        decoder.decode(chat::Event::json(body), &mut events).unwrap();
        decoder.finish(&mut events).unwrap();
        assert!(
            matches!(&events[..], [Event::Error(problem)] if problem.message.contains("overloaded")),
            "{events:?}"
        );
    }
}
