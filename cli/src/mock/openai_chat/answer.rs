//! Chat completions and chunks, with every field that the live API sends
//! (<https://platform.openai.com/docs/api-reference/chat/object>,
//! <https://platform.openai.com/docs/api-reference/chat/streaming>, 2026-11-20).

use serde_json::{Map, Value, json};

use crate::mock::dialect::{Event, Turn, id};
use crate::mock::model::{CACHED_TOKENS, Call, Finish, PROMPT_TOKENS, Reply, tokens};

/// Unix seconds of the first answer; answers are one second apart, so that runs are repeatable.
pub(super) const CREATED: u64 = 1_795_176_000;

const FINGERPRINT: &str = "fp_50cad350e4";

/// How many characters of tool arguments go into one chunk.
const ARGUMENTS_PIECE: usize = 8;

/// The buffered answer.
pub(super) fn completion(turn: &Turn<'_>) -> Value {
    let choices: Vec<Value> = turn
        .replies
        .iter()
        .enumerate()
        .map(|(index, reply)| {
            json!({
                "index": index,
                "message": message(turn, index, reply),
                "logprobs": logprobs(turn, &tokens(&reply.text)),
                "finish_reason": finish_reason(turn, reply),
            })
        })
        .collect();
    let mut body = envelope(turn, "chat.completion");
    body.insert("choices".to_owned(), json!(choices));
    body.insert("usage".to_owned(), usage(&turn.replies));
    if turn.request.get("store") == Some(&Value::Bool(true)) {
        body.insert("metadata".to_owned(), turn.request.get("metadata").cloned().into());
    }
    Value::Object(body)
}

/// The streamed answer: per choice a chunk with the role, the deltas and a chunk with the finish
/// reason; the usage where asked for; `[DONE]`.
pub(super) fn events(turn: &Turn<'_>) -> Vec<Event> {
    let mut chunks = Vec::new();
    for (index, reply) in turn.replies.iter().enumerate() {
        let content = if reply.calls.is_empty() { json!("") } else { Value::Null };
        let role = json!({"role": "assistant", "content": content, "refusal": null});
        chunks.push(chunk(turn, index, role, Value::Null, None));
        for token in tokens(&reply.text) {
            let logprobs = logprobs(turn, std::slice::from_ref(&token));
            chunks.push(chunk(turn, index, json!({"content": token}), logprobs, None));
        }
        for delta in call_deltas(turn, index, reply) {
            chunks.push(chunk(turn, index, delta, Value::Null, None));
        }
        chunks.push(chunk(turn, index, json!({}), Value::Null, Some(finish_reason(turn, reply))));
    }
    if stream_option(turn, "include_usage") == Some(true) {
        let mut last = envelope(turn, "chat.completion.chunk");
        last.insert("choices".to_owned(), json!([]));
        last.insert("usage".to_owned(), usage(&turn.replies));
        chunks.push(Value::Object(last));
    }
    let data = chunks.iter().map(Value::to_string).chain(["[DONE]".to_owned()]);
    data.map(|data| Event { name: None, data }).collect()
}

fn envelope(turn: &Turn<'_>, object: &str) -> Map<String, Value> {
    let tier = match turn.request.get("service_tier").and_then(Value::as_str) {
        Some("priority" | "fast") => "priority",
        Some("flex") => "flex",
        _ => "default",
    };
    let mut body = Map::new();
    body.insert("id".to_owned(), json!(id("chatcmpl-", turn.serial, 29)));
    body.insert("object".to_owned(), json!(object));
    body.insert("created".to_owned(), json!(CREATED.saturating_add(turn.serial)));
    body.insert("model".to_owned(), json!(turn.prompt.model));
    body.insert("service_tier".to_owned(), json!(tier));
    body.insert("system_fingerprint".to_owned(), json!(FINGERPRINT));
    body
}

fn message(turn: &Turn<'_>, index: usize, reply: &Reply) -> Value {
    let content = if reply.calls.is_empty() { json!(reply.text) } else { Value::Null };
    let mut message = json!({
        "role": "assistant", "content": content, "refusal": null, "annotations": [],
    });
    if let Some(members) = message.as_object_mut() {
        if is_legacy(turn) {
            if let Some(call) = reply.calls.first() {
                let call = json!({"name": call.name, "arguments": call.written()});
                members.insert("function_call".to_owned(), call);
            }
        } else if !reply.calls.is_empty() {
            let calls = reply.calls.iter().enumerate();
            let calls: Vec<Value> =
                calls.map(|(nth, call)| tool_call(turn, index, nth, call)).collect();
            members.insert("tool_calls".to_owned(), json!(calls));
        }
    }
    message
}

fn tool_call(turn: &Turn<'_>, choice: usize, nth: usize, call: &Call) -> Value {
    let id = call_id(turn, choice, nth);
    match &call.arguments {
        Value::String(input) => {
            json!({"id": id, "type": "custom", "custom": {"name": call.name, "input": input}})
        }
        arguments => json!({
            "id": id,
            "type": "function",
            "function": {"name": call.name, "arguments": arguments.to_string()},
        }),
    }
}

/// A first delta with id and name and then the arguments in pieces, per call. The custom form is
/// the one in <https://github.com/openai/openai-openapi/issues/576>, 2026-11-20.
fn call_deltas(turn: &Turn<'_>, choice: usize, reply: &Reply) -> Vec<Value> {
    let mut deltas = Vec::new();
    for (nth, call) in reply.calls.iter().enumerate() {
        let custom = call.arguments.is_string();
        let (kind, field) = if custom { ("custom", "input") } else { ("function", "arguments") };
        let pieces = pieces(&call.written());
        if is_legacy(turn) {
            deltas.push(json!({"function_call": {"name": call.name, "arguments": ""}}));
            deltas
                .extend(pieces.iter().map(|piece| json!({"function_call": {"arguments": piece}})));
            continue;
        }
        let id = call_id(turn, choice, nth);
        deltas.push(json!({"tool_calls": [
            {"index": nth, "id": id, "type": kind, kind: {"name": call.name, field: ""}},
        ]}));
        deltas.extend(
            pieces
                .iter()
                .map(|piece| json!({"tool_calls": [{"index": nth, kind: {field: piece}}]})),
        );
    }
    deltas
}

fn pieces(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(ARGUMENTS_PIECE).map(|piece| piece.iter().collect()).collect()
}

fn call_id(turn: &Turn<'_>, choice: usize, nth: usize) -> String {
    let (choice, nth) = (choice as u64, nth as u64);
    id("call_", turn.serial.wrapping_mul(1 << 20) + choice.wrapping_mul(1 << 8) + nth, 24)
}

fn chunk(
    turn: &Turn<'_>,
    index: usize,
    delta: Value,
    logprobs: Value,
    finish_reason: Option<&str>,
) -> Value {
    let mut body = envelope(turn, "chat.completion.chunk");
    let choice = json!({
        "index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish_reason,
    });
    body.insert("choices".to_owned(), json!([choice]));
    if stream_option(turn, "include_usage") == Some(true) {
        body.insert("usage".to_owned(), Value::Null);
    }
    if stream_option(turn, "include_obfuscation") != Some(false) {
        // Padding against traffic analysis: here to the next multiple of 16 bytes.
        let length = Value::Object(body.clone()).to_string().len();
        let padding = 16 - length % 16;
        body.insert("obfuscation".to_owned(), json!("x".repeat(padding)));
    }
    Value::Object(body)
}

fn stream_option(turn: &Turn<'_>, name: &str) -> Option<bool> {
    turn.request.get("stream_options")?.get(name)?.as_bool()
}

fn is_legacy(turn: &Turn<'_>) -> bool {
    turn.request.get("functions").is_some() && turn.request.get("tools").is_none()
}

fn finish_reason(turn: &Turn<'_>, reply: &Reply) -> &'static str {
    match reply.finish {
        Finish::Stop | Finish::StopSequence(_) => "stop",
        Finish::Length => "length",
        Finish::ToolCalls if is_legacy(turn) => "function_call",
        Finish::ToolCalls => "tool_calls",
    }
}

fn usage(replies: &[Reply]) -> Value {
    let reasoning: u64 = replies.iter().map(Reply::reasoning_tokens).sum();
    let completion: u64 = replies.iter().map(Reply::output_tokens).sum();
    json!({
        "prompt_tokens": PROMPT_TOKENS,
        "completion_tokens": completion,
        "total_tokens": PROMPT_TOKENS + completion,
        "prompt_tokens_details": {"cached_tokens": CACHED_TOKENS, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    })
}

fn logprobs(turn: &Turn<'_>, tokens: &[String]) -> Value {
    if turn.request.get("logprobs") != Some(&Value::Bool(true)) || tokens.is_empty() {
        return Value::Null;
    }
    let top = turn.request.get("top_logprobs").and_then(Value::as_u64).unwrap_or(0);
    let entry = |token: &String, rank: u64| {
        let token = if rank == 0 { token.clone() } else { format!("{token}{rank}") };
        json!({"token": token, "logprob": -0.25 - 0.5 * rank as f64, "bytes": token.as_bytes()})
    };
    let content: Vec<Value> = tokens
        .iter()
        .map(|token| {
            let mut best = entry(token, 0);
            let ranked: Vec<Value> = (0..top).map(|rank| entry(token, rank)).collect();
            if let Some(best) = best.as_object_mut() {
                best.insert("top_logprobs".to_owned(), json!(ranked));
            }
            best
        })
        .collect();
    json!({"content": content, "refusal": null})
}
