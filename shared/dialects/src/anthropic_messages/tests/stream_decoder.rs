//! What a provider's stream means.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use chat::Problem;
use chat::json::{Value, json};

use super::super::{AnthropicMessages, NAME};
use crate::Codec;
use crate::neutral::{BlockStart, Delta, Event, Finish, ToolKind, Usage};

fn run(events: &[Value]) -> (Vec<Event>, Result<(), Problem>) {
    let mut decoder = AnthropicMessages.stream_decoder();
    let mut out = Vec::new();
    for event in events {
        if let Err(problem) = decoder.decode(chat::Event::json(event.clone()), &mut out) {
            return (out, Err(problem));
        }
    }
    let end = decoder.finish(&mut out);
    (out, end)
}

fn start() -> Value {
    json!({"type": "message_start", "message": {"id": "i", "model": "m",
        "usage": {"input_tokens": 3, "cache_read_input_tokens": 4, "output_tokens": 1}}})
}

fn stop() -> Value {
    json!({"type": "message_stop"})
}

fn block(start: BlockStart) -> Event {
    Event::BlockStart { candidate: 0, block: 0, start }
}

fn delta(delta: Delta) -> Event {
    Event::BlockDelta { candidate: 0, block: 0, delta }
}

const STOPPED: Event = Event::BlockStop { candidate: 0, block: 0 };

#[test]
fn usage_of_start_and_end_is_merged() {
    let (out, end) = run(&[
        start(),
        json!({"type": "message_delta", "delta": {"stop_reason": "max_tokens"}, "usage": {"output_tokens": 9}}),
        stop(),
    ]);
    let usage = Usage { input: 7, cache_read: Some(4), output: 9, ..Usage::default() };
    assert_eq!(
        out[1..],
        [Event::Finish { candidate: 0, finish: Finish::Length }, Event::Usage(usage), Event::End]
    );
    assert_eq!(end, Ok(()));
}

#[test]
fn arguments_at_the_start_count_if_no_others_follow() {
    let call = |input: Value| {
        json!({"type": "content_block_start", "index": 5, "content_block":
            {"type": "tool_use", "id": "a", "name": "f", "input": input}})
    };
    let piece = |text: &str| {
        json!({"type": "content_block_delta", "index": 5, "delta":
            {"type": "input_json_delta", "partial_json": text}})
    };
    let begun = || {
        block(BlockStart::ToolCall { id: "a".into(), name: "f".into(), kind: ToolKind::Function })
    };
    let (out, _) = run(&[start(), call(json!({"x": 1})), stop()]);
    let arguments = delta(Delta::Arguments(r#"{"x":1}"#.into()));
    let finish = Event::Finish { candidate: 0, finish: Finish::ToolCalls };
    assert_eq!(out[1..], [begun(), arguments, STOPPED, finish, Event::End]);
    let (out, _) = run(&[start(), call(json!({})), piece(""), piece("{}"), stop()]);
    assert_eq!(out[1..4], [begun(), delta(Delta::Arguments("{}".into())), STOPPED]);
}

#[test]
fn blocks_and_deltas_of_this_dialect_only_pass_whole() {
    let value = json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}});
    let piece = json!({"type": "input_json_delta", "partial_json": "{"});
    let (out, _) = run(&[
        start(),
        json!({"type": "content_block_start", "index": 0, "content_block": value}),
        json!({"type": "content_block_delta", "index": 0, "delta": piece}),
        json!({"type": "content_block_stop", "index": 0}),
        stop(),
    ]);
    assert_eq!(
        out[1..4],
        [
            block(BlockStart::Opaque { dialect: NAME, value }),
            delta(Delta::Opaque { dialect: NAME, value: piece }),
            STOPPED
        ]
    );
}

#[test]
fn unknown_events_are_tolerated_and_nothing_follows_the_end() {
    let (out, end) =
        run(&[json!({"type": "ping"}), start(), json!({"type": "news"}), stop(), start()]);
    assert_eq!(out.len(), 4);
    assert_eq!((&out[0], &out[3], end), (&Event::Ping, &Event::End, Ok(())));
}

#[test]
fn an_error_ends_the_stream() {
    let error = json!({"type": "error", "error": {"type": "overloaded_error", "message": "m"}});
    let (out, end) = run(&[start(), error, stop()]);
    assert!(matches!(&out[1], Event::Error(problem) if problem.status == 529));
    assert_eq!((out.len(), end), (2, Ok(())));
}

#[test]
fn a_stream_out_of_order_is_a_bad_gateway() {
    let opening = json!({"type": "content_block_start", "content_block": {"type": "text"}});
    for events in [
        vec![opening.clone()],
        vec![stop()],
        vec![start(), json!({"type": "content_block_delta", "delta": {}})],
        vec![start(), json!({"type": "content_block_start"})],
        vec![
            start(),
            json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}}),
            opening,
        ],
    ] {
        assert_eq!(run(&events).1.unwrap_err().code.as_deref(), Some("upstream_invalid_stream"));
    }
}

#[test]
fn a_stream_cut_short_is_reported_after_closing_what_was_open() {
    let text =
        json!({"type": "content_block_start", "content_block": {"type": "text", "text": "x"}});
    let (out, end) = run(&[start(), text]);
    assert_eq!(out[1..], [block(BlockStart::Text), delta(Delta::Text("x".into())), STOPPED]);
    let problem = end.unwrap_err();
    assert_eq!((problem.status, problem.code.as_deref()), (502, Some("upstream_stream_ended")));
    assert!(run(&[]).1.is_err());
}
