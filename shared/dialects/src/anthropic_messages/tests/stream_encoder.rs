//! What a client's stream looks like.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use chat::json::{Value, json};
use chat::{Kind, Problem};

use super::super::AnthropicMessages;
use crate::neutral::{BlockStart, Delta, Event, Finish, ToolKind, Usage};
use crate::{ClientContext, Codec};

fn start() -> Event {
    Event::Start {
        id: "i".into(),
        model: String::new(),
        created: Some(1),
        usage: None,
        service_tier: Some("default".into()),
    }
}

fn begin(block: usize, start: BlockStart) -> Event {
    Event::BlockStart { candidate: 0, block, start }
}

fn add(block: usize, delta: Delta) -> Event {
    Event::BlockDelta { candidate: 0, block, delta }
}

fn stop(block: usize) -> Event {
    Event::BlockStop { candidate: 0, block }
}

fn call(kind: ToolKind) -> BlockStart {
    BlockStart::ToolCall { id: "a".into(), name: "f".into(), kind }
}

fn run(events: Vec<Event>) -> (Vec<Value>, Vec<String>) {
    let context = ClientContext {
        created: 0,
        model: "asked".into(),
        stream_usage: true,
        ..ClientContext::default()
    };
    let mut encoder = AnthropicMessages.stream_encoder(context);
    let mut out = Vec::new();
    events.into_iter().for_each(|event| encoder.encode(event, &mut out));
    let dropped = encoder.drops().iter().map(|dropped| dropped.path.clone()).collect();
    let read = |event: &chat::Event| {
        let value = event.as_json().unwrap().clone();
        assert_eq!(value["type"].as_str(), event.name.as_deref(), "named after its type");
        value
    };
    (out.iter().map(read).collect(), dropped)
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

#[test]
fn the_order_is_anthropics_and_usage_comes_whole_at_the_end() {
    let usage = Usage { input: 120, cache_read: Some(64), output: 5, ..Usage::default() };
    let (events, dropped) = run(vec![
        start(),
        begin(0, BlockStart::Text),
        add(0, Delta::Text("hi".into())),
        stop(0),
        begin(1, call(ToolKind::Function)),
        add(1, Delta::Arguments("{}".into())),
        stop(1),
        Event::Finish { candidate: 0, finish: Finish::Stop },
        Event::Usage(usage),
        Event::End,
    ]);
    assert_eq!(
        kinds(&events),
        [
            "message_start",
            "content_block_start",
            "content_block_delta",
            "content_block_stop",
            "content_block_start",
            "content_block_delta",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop",
        ]
    );
    assert_eq!(events[0]["message"]["model"], "asked");
    assert_eq!(events[5]["delta"]["partial_json"], "");
    assert_eq!(events[8]["delta"]["stop_reason"], "tool_use");
    assert_eq!(
        events[8]["usage"],
        json!({"input_tokens": 56, "cache_read_input_tokens": 64, "output_tokens": 5})
    );
    assert_eq!(dropped, ["service_tier"]);
}

#[test]
fn a_custom_tools_text_becomes_one_json_string() {
    let (events, _) = run(vec![
        start(),
        begin(0, call(ToolKind::Custom)),
        add(0, Delta::Arguments("say \"".into())),
        add(0, Delta::Arguments("hi\"\n".into())),
        stop(0),
        Event::End,
    ]);
    let text: String =
        events.iter().filter_map(|event| event["delta"]["partial_json"].as_str()).collect();
    let input: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(input, json!({"input": "say \"hi\"\n"}));
}

#[test]
fn only_the_first_candidate_and_only_known_blocks_are_written() {
    let foreign = BlockStart::Opaque { dialect: "other", value: json!({}) };
    let (events, dropped) = run(vec![
        start(),
        begin(0, foreign),
        add(0, Delta::Text("x".into())),
        stop(0),
        Event::BlockStart { candidate: 1, block: 0, start: BlockStart::Text },
        Event::BlockStop { candidate: 1, block: 0 },
        begin(1, BlockStart::Reasoning),
        add(1, Delta::Text("not a thought".into())),
        add(1, Delta::Logprobs(json!({}))),
        stop(1),
        Event::End,
    ]);
    assert_eq!(events[1]["index"], 0);
    assert_eq!(
        kinds(&events)[1..],
        ["content_block_start", "content_block_stop", "message_delta", "message_stop"]
    );
    assert_eq!(
        dropped,
        [
            "service_tier",
            "choices[0].content[0]",
            "choices[1]",
            "choices[0].content[1]",
            "choices[0].logprobs"
        ]
    );
}

#[test]
fn nothing_follows_an_error_or_the_end() {
    let problem = Problem::new(Kind::Overloaded, "busy", "Busy.");
    let (events, _) = run(vec![start(), Event::Ping, Event::Error(problem), Event::End]);
    assert_eq!(kinds(&events), ["message_start", "ping", "error"]);
    assert_eq!(events[2]["error"]["type"], "overloaded_error");
    let (events, _) = run(vec![start(), Event::End, Event::Ping, start()]);
    assert_eq!(kinds(&events), ["message_start", "message_delta", "message_stop"]);
}

#[test]
fn what_is_left_open_or_out_is_closed_or_supplied() {
    let (events, _) =
        run(vec![begin(0, BlockStart::Text), begin(1, BlockStart::Refusal), Event::End]);
    assert_eq!(
        kinds(&events),
        [
            "message_start",
            "content_block_start",
            "content_block_stop",
            "content_block_start",
            "content_block_stop",
            "message_delta",
            "message_stop",
        ]
    );
    assert_eq!(events[5]["delta"]["stop_reason"], "refusal");
}
