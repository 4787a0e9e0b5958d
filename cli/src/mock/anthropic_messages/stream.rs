//! The event flow of a streamed message
//! (<https://platform.claude.com/docs/en/build-with-claude/streaming>, 2026-11-20).

use serde_json::{Value, json};

use super::answer;
use crate::mock::dialect::{Event, Turn};
use crate::mock::model::tokens;

/// How many characters of tool input go into one delta.
const INPUT_PIECE: usize = 8;

/// `message_start`, `ping`, per block start, deltas and stop, `message_delta`, `message_stop`.
pub(super) fn events(turn: &Turn<'_>) -> Vec<Event> {
    let Some(reply) = turn.replies.first() else { return Vec::new() };
    let start =
        answer::envelope(turn, &[], (Value::Null, Value::Null), answer::usage_at_start(turn));
    let mut events = vec![
        event("message_start", json!({"type": "message_start", "message": start})),
        event("ping", json!({"type": "ping"})),
    ];
    for (index, block) in answer::blocks(turn, reply).iter().enumerate() {
        events.push(event(
            "content_block_start",
            json!({
                "type": "content_block_start", "index": index, "content_block": opened(block),
            }),
        ));
        events.extend(deltas(block).into_iter().map(|delta| {
            let data = json!({"type": "content_block_delta", "index": index, "delta": delta});
            event("content_block_delta", data)
        }));
        let stop = json!({"type": "content_block_stop", "index": index});
        events.push(event("content_block_stop", stop));
    }
    let (reason, sequence) = answer::stop(reply);
    events.push(event(
        "message_delta",
        json!({
            "type": "message_delta",
            "delta": {"stop_reason": reason, "stop_sequence": sequence, "stop_details": null},
            "usage": cumulative(&answer::usage(turn, reply)),
        }),
    ));
    events.push(event("message_stop", json!({"type": "message_stop"})));
    events
}

/// The block as it starts: its text, signature or input still empty.
fn opened(block: &Value) -> Value {
    let mut opened = block.clone();
    if let Some(members) = opened.as_object_mut() {
        for name in ["text", "thinking", "signature"] {
            members.entry(name).and_modify(|value| *value = json!(""));
        }
        members.entry("input").and_modify(|value| *value = json!({}));
    }
    opened
}

fn deltas(block: &Value) -> Vec<Value> {
    let text = |name: &str| block.get(name).and_then(Value::as_str).unwrap_or_default();
    match text("type") {
        "thinking" => {
            let thoughts = tokens(text("thinking"));
            thoughts
                .iter()
                .map(|token| json!({"type": "thinking_delta", "thinking": token}))
                .chain([json!({"type": "signature_delta", "signature": text("signature")})])
                .collect()
        }
        "tool_use" => {
            let input = block.get("input").map(Value::to_string).unwrap_or_default();
            let letters: Vec<char> = input.chars().collect();
            let pieces = letters.chunks(INPUT_PIECE).map(|piece| piece.iter().collect());
            // The live API begins with an empty piece.
            std::iter::once(String::new())
                .chain(pieces)
                .map(|piece| json!({"type": "input_json_delta", "partial_json": piece}))
                .collect()
        }
        _ => {
            let said = tokens(text("text"));
            said.iter().map(|token| json!({"type": "text_delta", "text": token})).collect()
        }
    }
}

/// The members of usage that `message_delta` repeats.
fn cumulative(usage: &Value) -> Value {
    const REPEATED: [&str; 5] = [
        "input_tokens",
        "cache_creation_input_tokens",
        "cache_read_input_tokens",
        "output_tokens",
        "output_tokens_details",
    ];
    let members = REPEATED
        .iter()
        .filter_map(|name| usage.get(*name).map(|value| ((*name).to_owned(), value.clone())));
    Value::Object(members.collect())
}

fn event(name: &'static str, data: Value) -> Event {
    Event { name: Some(name), data: data.to_string() }
}
