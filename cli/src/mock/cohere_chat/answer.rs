//! Answers and events as the live API sends them (<https://docs.cohere.com/reference/chat-stream>, 2026-11-21).

use serde_json::{Map, Value, json};

use crate::mock::dialect::{Event, Turn, id};
use crate::mock::model::{CACHED_TOKENS, Call, Finish, PROMPT_TOKENS, Reply, tokens};

/// The buffered answer.
pub(super) fn whole(turn: &Turn<'_>) -> Value {
    let Some(reply) = turn.replies.first() else { return Value::Null };
    let mut message = Map::new();
    message.insert("role".to_owned(), json!("assistant"));
    let mut content = Vec::new();
    if let Some(thoughts) = &reply.reasoning {
        content.push(json!({"type": "thinking", "thinking": thoughts}));
    }
    if !reply.text.is_empty() {
        content.push(json!({"type": "text", "text": reply.text}));
    }
    if !content.is_empty() {
        message.insert("content".to_owned(), Value::Array(content));
    }
    if !reply.calls.is_empty() {
        let calls: Vec<Value> = reply
            .calls
            .iter()
            .enumerate()
            .map(|(nth, it)| call(turn, nth, it, it.written()))
            .collect();
        message.insert("tool_plan".to_owned(), json!(PLAN));
        message.insert("tool_calls".to_owned(), Value::Array(calls));
    }
    json!({"id": answer_id(turn), "finish_reason": reason(reply), "message": message,
        "usage": usage(reply)})
}

/// What the model says before it calls.
const PLAN: &str = "I will use the tools.";

/// The streamed answer.
pub(super) fn events(turn: &Turn<'_>) -> Vec<Event> {
    let Some(reply) = turn.replies.first() else { return Vec::new() };
    let message = json!({"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [],
        "citations": []});
    let start = json!({"id": answer_id(turn), "delta": {"message": message}});
    let mut events = vec![event("message-start", start)];
    let mut index = 0;
    let texts = [("thinking", reply.reasoning.as_deref()), ("text", Some(reply.text.as_str()))];
    for (kind, text) in texts {
        let Some(text) = text.filter(|text| !text.is_empty()) else { continue };
        let content =
            |content: Value| json!({"index": index, "delta": {"message": {"content": content}}});
        events.push(event("content-start", content(json!({"type": kind, kind: ""}))));
        for piece in tokens(text) {
            events.push(event("content-delta", content(json!({kind: piece}))));
        }
        events.push(event("content-end", json!({"index": index})));
        index += 1;
    }
    if !reply.calls.is_empty() {
        for piece in tokens(PLAN) {
            let delta = json!({"message": {"tool_plan": piece}});
            events.push(event("tool-plan-delta", json!({"delta": delta})));
        }
    }
    for (nth, made) in reply.calls.iter().enumerate() {
        let delta = |call: Value| json!({"index": nth, "delta": {"message": {"tool_calls": call}}});
        events.push(event("tool-call-start", delta(call(turn, nth, made, String::new()))));
        for piece in tokens(&made.written()) {
            let piece = json!({"function": {"arguments": piece}});
            events.push(event("tool-call-delta", delta(piece)));
        }
        events.push(event("tool-call-end", json!({"index": nth})));
    }
    let delta = json!({"finish_reason": reason(reply), "usage": usage(reply)});
    events.push(event("message-end", json!({"delta": delta})));
    events
}

/// An event of that type with these fields.
pub(super) fn event(kind: &'static str, mut body: Value) -> Event {
    if let Some(map) = body.as_object_mut() {
        map.insert("type".to_owned(), json!(kind));
    }
    Event { name: Some(kind), data: body.to_string() }
}

fn answer_id(turn: &Turn<'_>) -> String {
    id("", turn.serial, 36)
}

fn call(turn: &Turn<'_>, nth: usize, call: &Call, arguments: String) -> Value {
    let id = id(&format!("{}_", call.name), (turn.serial << 8) + nth as u64, 12);
    json!({"id": id, "type": "function", "function": {"name": call.name, "arguments": arguments}})
}

fn reason(reply: &Reply) -> &'static str {
    match reply.finish {
        Finish::Stop => "COMPLETE",
        Finish::StopSequence(_) => "STOP_SEQUENCE",
        Finish::Length => "MAX_TOKENS",
        Finish::ToolCalls => "TOOL_CALL",
    }
}

fn usage(reply: &Reply) -> Value {
    let (input, output) = (PROMPT_TOKENS as f64, reply.output_tokens() as f64);
    json!({"billed_units": {"input_tokens": input - 40.0, "output_tokens": output},
        "tokens": {"input_tokens": input, "output_tokens": output},
        "cached_tokens": CACHED_TOKENS as f64})
}
