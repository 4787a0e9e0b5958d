//! Answers and events, with every field that the service sends.

use serde_json::{Value, json};

use crate::mock::dialect::{Event, Turn, id};
use crate::mock::model::{CACHED_TOKENS, Finish, PROMPT_TOKENS, Reply, tokens};

/// The proof of the thoughts.
const SIGNATURE: &str = "EqQBCkgIARABGAIiQ";

/// The buffered answer.
pub(super) fn whole(turn: &Turn<'_>) -> Value {
    let Some(reply) = turn.replies.first() else { return Value::Null };
    let mut content = Vec::new();
    if let Some(thoughts) = &reply.reasoning {
        let text = json!({"text": thoughts, "signature": SIGNATURE});
        content.push(json!({"reasoningContent": {"reasoningText": text}}));
    }
    if !reply.text.is_empty() {
        content.push(json!({"text": reply.text}));
    }
    for (nth, call) in reply.calls.iter().enumerate() {
        content.push(json!({"toolUse": {"toolUseId": call_id(turn, nth), "name": call.name,
            "input": call.arguments}}));
    }
    json!({"output": {"message": {"role": "assistant", "content": content}},
        "stopReason": reason(reply), "usage": usage(reply), "metrics": {"latencyMs": 12}})
}

/// The streamed answer.
pub(super) fn events(turn: &Turn<'_>) -> Vec<Event> {
    let Some(reply) = turn.replies.first() else { return Vec::new() };
    let mut events = vec![event("messageStart", json!({"role": "assistant"}))];
    let mut index = 0;
    let mut block = |start: Option<Value>, deltas: Vec<Value>| {
        if let Some(start) = start {
            let body = json!({"start": start, "contentBlockIndex": index});
            events.push(event("contentBlockStart", body));
        }
        events.extend(deltas.into_iter().map(|delta| {
            event("contentBlockDelta", json!({"delta": delta, "contentBlockIndex": index}))
        }));
        events.push(event("contentBlockStop", json!({"contentBlockIndex": index})));
        index += 1;
    };
    if let Some(thoughts) = &reply.reasoning {
        let mut deltas: Vec<Value> = tokens(thoughts)
            .iter()
            .map(|piece| json!({"reasoningContent": {"text": piece}}))
            .collect();
        deltas.push(json!({"reasoningContent": {"signature": SIGNATURE}}));
        block(None, deltas);
    }
    if !reply.text.is_empty() {
        block(None, tokens(&reply.text).iter().map(|piece| json!({"text": piece})).collect());
    }
    for (nth, call) in reply.calls.iter().enumerate() {
        let start = json!({"toolUse": {"toolUseId": call_id(turn, nth), "name": call.name}});
        let pieces = tokens(&call.written());
        let deltas = pieces.iter().map(|piece| json!({"toolUse": {"input": piece}})).collect();
        block(Some(start), deltas);
    }
    events.push(event("messageStop", json!({"stopReason": reason(reply)})));
    let last = json!({"usage": usage(reply), "metrics": {"latencyMs": 12}});
    events.push(event("metadata", last));
    events
}

fn event(name: &'static str, body: Value) -> Event {
    Event { name: Some(name), data: body.to_string() }
}

fn call_id(turn: &Turn<'_>, nth: usize) -> String {
    id("tooluse_", (turn.serial << 8) + nth as u64, 22)
}

fn reason(reply: &Reply) -> &'static str {
    match reply.finish {
        Finish::Stop => "end_turn",
        Finish::StopSequence(_) => "stop_sequence",
        Finish::Length => "max_tokens",
        Finish::ToolCalls => "tool_use",
    }
}

/// The input leaves out what came from the cache.
fn usage(reply: &Reply) -> Value {
    let output = reply.output_tokens();
    json!({"inputTokens": PROMPT_TOKENS - CACHED_TOKENS, "outputTokens": output,
        "totalTokens": PROMPT_TOKENS + output, "cacheReadInputTokens": CACHED_TOKENS,
        "cacheWriteInputTokens": 0})
}
