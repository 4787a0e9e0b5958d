//! Answers, with every field that the live API sends
//! (<https://platform.openai.com/docs/api-reference/responses/object>, 2026-11-21).

use serde_json::{Map, Value, json};

use super::rules::ENCRYPTED;
use crate::mock::dialect::{Turn, id};
use crate::mock::model::{CACHED_TOKENS, Call, Finish, PROMPT_TOKENS, Reply, tokens};

/// Unix seconds of the first answer; answers are one second apart, so that runs are repeatable.
const CREATED: u64 = 1_795_176_000;

/// What an answer repeats of its request, and what it says where the request says nothing.
fn echo() -> Value {
    json!({
        "background": false, "instructions": null, "max_output_tokens": null,
        "max_tool_calls": null, "metadata": {}, "parallel_tool_calls": true,
        "previous_response_id": null, "prompt_cache_key": null, "prompt_cache_retention": null,
        "reasoning": {"effort": null, "summary": null}, "safety_identifier": null, "store": true,
        "temperature": 1.0, "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": "auto", "tools": [], "top_logprobs": 0, "top_p": 1.0,
        "truncation": "disabled", "user": null,
    })
}

/// The buffered answer.
pub(super) fn response(turn: &Turn<'_>) -> Value {
    whole(turn, output(turn))
}

/// The answer once it is complete.
pub(super) fn whole(turn: &Turn<'_>, output: Vec<Value>) -> Value {
    let reply = turn.replies.first();
    let mut body = envelope(turn, status(reply));
    body.insert("output".to_owned(), json!(output));
    body.insert("usage".to_owned(), reply.map_or(Value::Null, usage));
    if reply.is_some_and(|reply| reply.finish == Finish::Length) {
        body.insert("incomplete_details".to_owned(), json!({"reason": "max_output_tokens"}));
    } else {
        body.insert("completed_at".to_owned(), json!(CREATED.saturating_add(turn.serial)));
    }
    Value::Object(body)
}

/// Whether an answer, and the message in it, is complete.
pub(super) fn status(reply: Option<&Reply>) -> &'static str {
    match reply.map(|reply| &reply.finish) {
        Some(Finish::Length) => "incomplete",
        _ => "completed",
    }
}

/// The answer without output and usage.
pub(super) fn envelope(turn: &Turn<'_>, status: &str) -> Map<String, Value> {
    let tier = match turn.request.get("service_tier").and_then(Value::as_str) {
        Some("priority" | "fast") => "priority",
        Some("flex") => "flex",
        _ => "default",
    };
    let mut body = Map::new();
    body.insert("id".to_owned(), json!(id("resp_", turn.serial, 48)));
    body.insert("object".to_owned(), json!("response"));
    body.insert("created_at".to_owned(), json!(CREATED.saturating_add(turn.serial)));
    body.insert("status".to_owned(), json!(status));
    body.insert("error".to_owned(), Value::Null);
    body.insert("incomplete_details".to_owned(), Value::Null);
    body.insert("model".to_owned(), json!(turn.prompt.model));
    body.insert("output".to_owned(), json!([]));
    if let Value::Object(defaults) = echo() {
        for (name, default) in defaults {
            let said = turn.request.get(&name).filter(|value| !value.is_null()).cloned();
            body.insert(name, said.unwrap_or(default));
        }
    }
    body.insert("service_tier".to_owned(), json!(tier));
    body.insert("usage".to_owned(), Value::Null);
    body
}

/// The items of the output: thoughts, then calls or a message.
pub(super) fn output(turn: &Turn<'_>) -> Vec<Value> {
    let Some(reply) = turn.replies.first() else { return Vec::new() };
    let mut items: Vec<Value> = thought(turn, reply).into_iter().collect();
    for (nth, call) in reply.calls.iter().enumerate() {
        items.push(tool_call(turn, nth, call));
    }
    if reply.calls.is_empty() {
        let part = json!({
            "type": "output_text", "annotations": [], "text": reply.text,
            "logprobs": logprobs(turn, &tokens(&reply.text)),
        });
        items.push(json!({
            "id": id("msg_", turn.serial, 48), "type": "message", "status": status(Some(reply)),
            "role": "assistant", "content": [part],
        }));
    }
    items
}

/// The item of the thoughts: their summary, and themselves encrypted, each where asked for.
fn thought(turn: &Turn<'_>, reply: &Reply) -> Option<Value> {
    let text = reply.reasoning.as_deref()?;
    let reasoning = turn.request.get("reasoning")?;
    let is_shown = ["summary", "generate_summary"]
        .iter()
        .any(|name| reasoning.get(*name).is_some_and(|value| !value.is_null()));
    let summary =
        if is_shown { json!([{"type": "summary_text", "text": text}]) } else { json!([]) };
    let mut item =
        json!({"id": id("rs_", turn.serial, 48), "type": "reasoning", "summary": summary});
    if includes(turn, "reasoning.encrypted_content")
        && let Some(members) = item.as_object_mut()
    {
        let encrypted = id(ENCRYPTED, turn.serial, 40);
        members.insert("encrypted_content".to_owned(), json!(encrypted));
    }
    Some(item)
}

fn tool_call(turn: &Turn<'_>, nth: usize, call: &Call) -> Value {
    let serial = turn.serial.wrapping_mul(1 << 20).wrapping_add(nth as u64);
    let (kind, input, prefix) = match call.arguments.is_string() {
        true => ("custom_tool_call", "input", "ctc_"),
        false => ("function_call", "arguments", "fc_"),
    };
    json!({
        "id": id(prefix, serial, 48), "type": kind, "status": "completed",
        "call_id": id("call_", serial, 24), "name": call.name, input: call.written(),
    })
}

fn usage(reply: &Reply) -> Value {
    json!({
        "input_tokens": PROMPT_TOKENS,
        "input_tokens_details": {"cached_tokens": CACHED_TOKENS, "cache_write_tokens": 0},
        "output_tokens": reply.output_tokens(),
        "output_tokens_details": {"reasoning_tokens": reply.reasoning_tokens()},
        "total_tokens": PROMPT_TOKENS + reply.output_tokens(),
    })
}

fn includes(turn: &Turn<'_>, word: &str) -> bool {
    let words = turn.request.get("include").and_then(Value::as_array);
    words.is_some_and(|words| words.iter().any(|included| included == word))
}

/// Log probabilities of `tokens`, where asked for.
pub(super) fn logprobs(turn: &Turn<'_>, tokens: &[String]) -> Value {
    if !includes(turn, "message.output_text.logprobs") {
        return json!([]);
    }
    let top = turn.request.get("top_logprobs").and_then(Value::as_u64).unwrap_or(0);
    let entry = |token: &String, rank: u64| {
        let token = if rank == 0 { token.clone() } else { format!("{token}{rank}") };
        json!({"token": token, "logprob": -0.25 - 0.5 * rank as f64, "bytes": token.as_bytes()})
    };
    let entries = tokens.iter().map(|token| {
        let mut best = entry(token, 0);
        let ranked: Vec<Value> = (0..top).map(|rank| entry(token, rank)).collect();
        if let Some(best) = best.as_object_mut() {
            best.insert("top_logprobs".to_owned(), json!(ranked));
        }
        best
    });
    entries.collect()
}
