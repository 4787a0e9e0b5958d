//! Answers and events, with every field that the live API sends
//! (<https://ai.google.dev/api/generate-content#generatecontentresponse>, 2026-11-21).

use serde_json::{Map, Value, json};

use crate::mock::dialect::{Event, Turn, id};
use crate::mock::model::{CACHED_TOKENS, Finish, PROMPT_TOKENS, Reply, tokens};

/// The buffered answer.
pub(super) fn whole(turn: &Turn<'_>) -> Value {
    let candidates = turn.replies.iter().enumerate().map(|(index, reply)| {
        let mut candidate = candidate(index, parts(turn, index, reply));
        candidate.insert("finishReason".to_owned(), json!(finish_reason(reply)));
        if let Some(result) = logprobs(turn, &tokens(&reply.text)) {
            candidate.insert("logprobsResult".to_owned(), result);
        }
        candidate
    });
    envelope(turn, candidates.collect(), usage(&turn.replies))
}

/// The streamed answer: every event is an answer with what was added; the last of a candidate says why
/// it ended.
pub(super) fn events(turn: &Turn<'_>) -> Vec<Event> {
    let so_far = json!({"promptTokenCount": PROMPT_TOKENS, "totalTokenCount": PROMPT_TOKENS});
    let mut events = Vec::new();
    for (index, reply) in turn.replies.iter().enumerate() {
        for part in pieces(turn, index, reply) {
            events.push(envelope(turn, vec![candidate(index, vec![part])], so_far.clone()));
        }
        let mut last = candidate(index, vec![json!({"text": ""})]);
        last.insert("finishReason".to_owned(), json!(finish_reason(reply)));
        let all = index + 1 == turn.replies.len();
        let usage = if all { usage(&turn.replies) } else { so_far.clone() };
        events.push(envelope(turn, vec![last], usage));
    }
    events.into_iter().map(|event| Event { name: None, data: event.to_string() }).collect()
}

fn envelope(turn: &Turn<'_>, candidates: Vec<Map<String, Value>>, usage: Value) -> Value {
    json!({
        "candidates": candidates,
        "usageMetadata": usage,
        "modelVersion": turn.prompt.model,
        "responseId": id("r-", turn.serial, 20),
    })
}

fn candidate(index: usize, parts: Vec<Value>) -> Map<String, Value> {
    let mut candidate = Map::new();
    candidate.insert("content".to_owned(), json!({"parts": parts, "role": "model"}));
    candidate.insert("index".to_owned(), json!(index));
    candidate
}

/// The thoughts, where they are asked for.
fn thoughts<'a>(turn: &Turn<'_>, reply: &'a Reply) -> Option<&'a str> {
    let body = super::spelling::plain(turn.request);
    let shown = body.pointer("/generationConfig/thinkingConfig/includeThoughts");
    reply.reasoning.as_deref().filter(|_| shown == Some(&Value::Bool(true)))
}

fn parts(turn: &Turn<'_>, index: usize, reply: &Reply) -> Vec<Value> {
    let mut parts = Vec::new();
    if let Some(thoughts) = thoughts(turn, reply) {
        parts.push(json!({"text": thoughts, "thought": true}));
    }
    if !reply.text.is_empty() {
        parts.push(json!({"text": reply.text}));
    }
    parts.extend(calls(turn, index, reply));
    parts
}

fn pieces(turn: &Turn<'_>, index: usize, reply: &Reply) -> Vec<Value> {
    let mut parts = Vec::new();
    if let Some(thoughts) = thoughts(turn, reply) {
        parts.extend(tokens(thoughts).iter().map(|piece| json!({"text": piece, "thought": true})));
    }
    parts.extend(tokens(&reply.text).iter().map(|piece| json!({"text": piece})));
    parts.extend(calls(turn, index, reply));
    parts
}

/// The third generation gives its calls ids, and proves with the first that it thought; the second does
/// neither.
fn calls(turn: &Turn<'_>, candidate: usize, reply: &Reply) -> Vec<Value> {
    let current = turn.prompt.model.starts_with("gemini-3");
    let mut parts = Vec::new();
    for (nth, call) in reply.calls.iter().enumerate() {
        let serial = (turn.serial << 16) + ((candidate as u64) << 8) + nth as u64;
        let mut said = Map::new();
        said.insert("name".to_owned(), json!(call.name));
        said.insert("args".to_owned(), json!(call.arguments));
        if current {
            said.insert("id".to_owned(), json!(id("", serial, 8)));
        }
        let mut part = Map::new();
        part.insert("functionCall".to_owned(), Value::Object(said));
        if current && nth == 0 {
            part.insert("thoughtSignature".to_owned(), json!(id("Cg", serial, 22)));
        }
        parts.push(Value::Object(part));
    }
    parts
}

fn finish_reason(reply: &Reply) -> &'static str {
    match reply.finish {
        Finish::Stop | Finish::StopSequence(_) | Finish::ToolCalls => "STOP",
        Finish::Length => "MAX_TOKENS",
    }
}

fn usage(replies: &[Reply]) -> Value {
    let thoughts: u64 = replies.iter().map(Reply::reasoning_tokens).sum();
    let output: u64 = replies.iter().map(Reply::output_tokens).sum();
    let mut usage = json!({
        "promptTokenCount": PROMPT_TOKENS,
        "cachedContentTokenCount": CACHED_TOKENS,
        "candidatesTokenCount": output - thoughts,
        "totalTokenCount": PROMPT_TOKENS + output,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": PROMPT_TOKENS}],
        "cacheTokensDetails": [{"modality": "TEXT", "tokenCount": CACHED_TOKENS}],
    });
    if let Some(fields) = usage.as_object_mut().filter(|_| thoughts > 0) {
        fields.insert("thoughtsTokenCount".to_owned(), json!(thoughts));
    }
    usage
}

fn logprobs(turn: &Turn<'_>, tokens: &[String]) -> Option<Value> {
    let body = super::spelling::plain(turn.request);
    let config = body.get("generationConfig")?;
    if config.get("responseLogprobs") != Some(&Value::Bool(true)) || tokens.is_empty() {
        return None;
    }
    let top = config.get("logprobs").and_then(Value::as_u64).unwrap_or(0);
    let row = |token: &String, rank: u64| {
        let token = if rank == 0 { token.clone() } else { format!("{token}{rank}") };
        json!({"token": token, "tokenId": rank, "logProbability": -0.25 - 0.5 * rank as f64})
    };
    let chosen: Vec<Value> = tokens.iter().map(|token| row(token, 0)).collect();
    let all = tokens.iter().map(|token| {
        let ranked: Vec<Value> = (0..top).map(|rank| row(token, rank)).collect();
        json!({"candidates": ranked})
    });
    Some(json!({"topCandidates": all.collect::<Vec<_>>(), "chosenCandidates": chosen}))
}
