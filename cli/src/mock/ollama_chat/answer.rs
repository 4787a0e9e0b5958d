//! Answers and lines as the server sends them.

use serde_json::{Map, Value, json};

use crate::mock::dialect::{Event, Turn, id};
use crate::mock::model::{Call, Finish, PROMPT_TOKENS, Reply, tokens};

/// When every answer is made.
const CREATED: &str = "2026-11-21T10:15:24.097767Z";

/// The buffered answer.
pub(super) fn whole(turn: &Turn<'_>) -> Value {
    let Some(reply) = turn.replies.first() else { return Value::Null };
    let mut message = Map::new();
    message.insert("role".to_owned(), json!("assistant"));
    message.insert("content".to_owned(), json!(reply.text));
    if let Some(thoughts) = &reply.reasoning {
        message.insert("thinking".to_owned(), json!(thoughts));
    }
    if !reply.calls.is_empty() {
        message.insert("tool_calls".to_owned(), calls(turn, &reply.calls));
    }
    last(turn, reply, Value::Object(message))
}

/// The streamed answer.
pub(super) fn events(turn: &Turn<'_>) -> Vec<Event> {
    let Some(reply) = turn.replies.first() else { return Vec::new() };
    let mut lines = Vec::new();
    for piece in reply.reasoning.iter().flat_map(|text| tokens(text)) {
        lines.push(json!({"role": "assistant", "content": "", "thinking": piece}));
    }
    for piece in tokens(&reply.text) {
        lines.push(json!({"role": "assistant", "content": piece}));
    }
    if !reply.calls.is_empty() {
        let calls = calls(turn, &reply.calls);
        lines.push(json!({"role": "assistant", "content": "", "tool_calls": calls}));
    }
    let mut lines: Vec<Value> = lines
        .into_iter()
        .map(|message| {
            json!({"model": turn.prompt.model, "created_at": CREATED, "message": message,
                "done": false})
        })
        .collect();
    lines.push(last(turn, reply, json!({"role": "assistant", "content": ""})));
    lines.into_iter().map(|line| Event { name: None, data: line.to_string() }).collect()
}

fn calls(turn: &Turn<'_>, calls: &[Call]) -> Value {
    let calls = calls.iter().enumerate().map(|(nth, call)| {
        json!({"id": id("call_", (turn.serial << 8) + nth as u64, 8),
            "function": {"index": nth, "name": call.name, "arguments": call.arguments}})
    });
    calls.collect()
}

fn last(turn: &Turn<'_>, reply: &Reply, message: Value) -> Value {
    let reason = if reply.finish == Finish::Length { "length" } else { "stop" };
    json!({"model": turn.prompt.model, "created_at": CREATED, "message": message, "done": true,
        "done_reason": reason, "total_duration": 5_191_566_416_u64, "load_duration": 2_154_458,
        "prompt_eval_count": PROMPT_TOKENS, "prompt_eval_duration": 383_809_000,
        "eval_count": reply.output_tokens(), "eval_duration": 4_799_921_000_u64})
}
