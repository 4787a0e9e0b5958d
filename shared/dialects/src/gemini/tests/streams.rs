//! Streams, step by step.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use chat::json::json;

use super::*;
use crate::neutral::{BlockStart, Delta, Finish, ToolKind, Usage};

fn chunk(parts: Value, finish: Option<&str>) -> Value {
    json!({"responseId": "r", "modelVersion": "m", "candidates":
        [{"index": 0, "content": {"parts": parts}, "finishReason": finish}]})
}

fn read(chunks: &[Value]) -> (Vec<Event>, Option<chat::Problem>) {
    let wire: String = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
    let (events, problem) = read_stream(&[wire.as_bytes()]);
    assert_ordered(&events);
    (events, problem)
}

/// The blocks, each with what its deltas say.
fn told(events: &[Event]) -> Vec<String> {
    let mut told = Vec::new();
    for event in events {
        match event {
            Event::BlockStart { start, .. } => {
                let kind = format!("{start:?}");
                told.push(kind.split([' ', '(']).next().unwrap_or_default().to_owned() + ":");
            }
            Event::BlockDelta { delta, .. } => {
                let piece = match delta {
                    Delta::Text(text) | Delta::Reasoning(text) | Delta::Arguments(text) => {
                        text.clone()
                    }
                    Delta::Signature(signature) => format!("[{signature}]"),
                    other => format!("{other:?}"),
                };
                told.last_mut().unwrap().push_str(&piece);
            }
            _ => {}
        }
    }
    told
}

#[test]
fn pieces_of_one_kind_are_one_block() {
    let (events, problem) = read(&[
        chunk(json!([{"text": "a", "thought": true}]), None),
        chunk(json!([{"text": "b", "thought": true}]), None),
        chunk(json!([{"text": "c"}, {"text": "d"}]), None),
        chunk(
            json!([{"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "cw=="}]),
            None,
        ),
        chunk(json!([{"text": "e"}]), None),
        chunk(json!([{"text": "", "thoughtSignature": "dA=="}]), Some("STOP")),
    ]);
    assert_eq!(
        told(&events),
        [
            "Reasoning:ab",
            "Text:cd",
            "Reasoning:[gemini:cw==]",
            "ToolCall:{}",
            "Text:e",
            "Reasoning:[gemini:dA==]"
        ]
    );
    let finish = Event::Finish { candidate: 0, finish: Finish::ToolCalls };
    assert!(events.contains(&finish) && problem.is_none());
}

#[test]
fn the_last_usage_counts_and_comes_before_the_end() {
    let counted = |mut chunk: Value, count: u64| {
        chunk["usageMetadata"] = json!({"promptTokenCount": 3, "candidatesTokenCount": count});
        chunk
    };
    let (events, _) = read(&[
        counted(chunk(json!([{"text": "a"}]), None), 1),
        counted(chunk(json!([{"text": "b"}]), Some("STOP")), 2),
        json!({"usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 5}}),
    ]);
    let usage = Usage { input: 3, output: 5, ..Usage::default() };
    assert_eq!(events[events.len() - 2..], [Event::Usage(usage), Event::End]);
}

#[test]
fn a_stream_that_breaks_off_is_no_answer() {
    for chunks in [vec![], vec![chunk(json!([{"text": "a"}]), None)]] {
        let problem = read(&chunks).1.unwrap();
        assert_eq!((problem.status, problem.code.as_deref()), (502, Some("upstream_stream_ended")));
    }
}

#[test]
fn a_blocked_prompt_is_a_filtered_answer() {
    let (events, problem) = read(&[json!({"promptFeedback": {"blockReason": "SAFETY"}})]);
    let finish = Event::Finish { candidate: 0, finish: Finish::ContentFilter };
    assert!(events.contains(&finish) && problem.is_none());
}

#[test]
fn what_another_provider_said_is_written_in_googles_shape() {
    let start = |block, start| Event::BlockStart { candidate: 0, block, start };
    let delta = |block, delta| Event::BlockDelta { candidate: 0, block, delta };
    let stop = |block| Event::BlockStop { candidate: 0, block };
    let call = BlockStart::ToolCall { id: "c".into(), name: "f".into(), kind: ToolKind::Function };
    let written = write_stream(vec![
        Event::Start {
            id: "i".into(),
            model: String::new(),
            created: None,
            usage: None,
            service_tier: None,
        },
        start(0, BlockStart::Reasoning),
        delta(0, Delta::Reasoning("hm".into())),
        delta(0, Delta::Signature("ErUB".into())),
        stop(0),
        start(1, call),
        delta(1, Delta::Arguments("{\"a\"".into())),
        Event::Ping,
        delta(1, Delta::Arguments(":1}".into())),
        stop(1),
        Event::Finish { candidate: 0, finish: Finish::ToolCalls },
        Event::Usage(Usage { input: 3, output: 4, ..Usage::default() }),
        Event::End,
    ]);
    let events: Vec<Value> = written
        .split("\n\n")
        .filter_map(|event| chat::json::parse_str(event.strip_prefix("data: ")?).ok())
        .collect();
    let parts: Vec<Value> =
        events.iter().map(|event| event["candidates"][0]["content"]["parts"][0].clone()).collect();
    assert_eq!(
        parts,
        [
            json!({"text": "hm", "thought": true}),
            json!({"text": "", "thought": true, "thoughtSignature": "tollgate45725542"}),
            json!({"functionCall": {"id": "c", "name": "f", "args": {"a": 1}}}),
            json!({"text": ""}),
        ]
    );
    let last = &events[3];
    assert_eq!(last["candidates"][0]["finishReason"], "STOP");
    assert_eq!(last["usageMetadata"]["totalTokenCount"], 7);
    assert!(
        events.iter().all(|event| event["modelVersion"] == "asked" && event["responseId"] == "i")
    );
}
