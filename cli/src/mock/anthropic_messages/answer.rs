//! Messages, with every field that the live API sends
//! (<https://platform.claude.com/docs/en/api/messages/create>, 2026-11-20).

use serde_json::{Value, json};

use super::thinking;
use crate::mock::dialect::{Turn, id};
use crate::mock::model::{CACHED_TOKENS, Finish, PROMPT_TOKENS, Reply};

/// The buffered answer.
pub(super) fn message(turn: &Turn<'_>) -> Value {
    let Some(reply) = turn.replies.first() else { return Value::Null };
    let (reason, sequence) = stop(reply);
    envelope(turn, &blocks(turn, reply), (json!(reason), sequence), usage(turn, reply))
}

/// A message with these blocks, stop reason and sequence, and usage.
pub(super) fn envelope(
    turn: &Turn<'_>,
    content: &[Value],
    (stop_reason, stop_sequence): (Value, Value),
    usage: Value,
) -> Value {
    json!({
        "model": turn.prompt.model,
        "id": id("msg_01", turn.serial, 22),
        "type": "message",
        "role": "assistant",
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": stop_sequence,
        "stop_details": null,
        "usage": usage,
    })
}

/// The content blocks: what was thought, what is said, what is called.
pub(super) fn blocks(turn: &Turn<'_>, reply: &Reply) -> Vec<Value> {
    let mut blocks = Vec::new();
    if let Some(reasoning) = &reply.reasoning {
        let shown = if thinking::is_hidden(turn.request) { "" } else { reasoning.as_str() };
        blocks.push(json!({
            "type": "thinking", "thinking": shown, "signature": thinking::sign(reasoning),
        }));
    }
    if !reply.text.is_empty() {
        blocks.push(json!({"type": "text", "text": reply.text, "citations": null}));
    }
    for (nth, call) in (0_u64..).zip(&reply.calls) {
        blocks.push(json!({
            "type": "tool_use",
            "id": id("toolu_01", turn.serial.wrapping_mul(1 << 20) + nth, 22),
            "name": call.name,
            "input": call.arguments,
            "caller": {"type": "direct"},
        }));
    }
    blocks
}

/// `stop_reason` and `stop_sequence`.
pub(super) fn stop(reply: &Reply) -> (&'static str, Value) {
    match &reply.finish {
        Finish::Stop => ("end_turn", Value::Null),
        Finish::StopSequence(sequence) => ("stop_sequence", json!(sequence)),
        Finish::Length => ("max_tokens", Value::Null),
        Finish::ToolCalls => ("tool_use", Value::Null),
    }
}

/// The usage of the whole answer.
pub(super) fn usage(turn: &Turn<'_>, reply: &Reply) -> Value {
    let mut usage = usage_at_start(turn);
    if let Some(members) = usage.as_object_mut() {
        members.insert("output_tokens".to_owned(), json!(reply.output_tokens()));
        if reply.reasoning.is_some() {
            let details = json!({"thinking_tokens": reply.reasoning_tokens()});
            members.insert("output_tokens_details".to_owned(), details);
        }
    }
    usage
}

/// The usage in `message_start`, when one token is out.
pub(super) fn usage_at_start(turn: &Turn<'_>) -> Value {
    let geo = turn.request.get("inference_geo").and_then(Value::as_str).unwrap_or("global");
    json!({
        "input_tokens": PROMPT_TOKENS - CACHED_TOKENS,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": CACHED_TOKENS,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "output_tokens": 1,
        "service_tier": "standard",
        "inference_geo": geo,
    })
}
