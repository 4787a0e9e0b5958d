//! Buffered answers, and what a line of a stream has in common with them <https://docs.ollama.com/api/chat> (read
//! 2026-11-21).

use chat::Problem;
use chat::json::{Map, Value};

use super::{NOT_CARRIED, NOT_SUPPORTED, error, request, time};
use crate::flat::{Answer, first_candidate, is_call, lose_finish, lose_rest};
use crate::neutral::{Candidate, Finish, Response, Usage};
use crate::reader::{Fields, bad_answer, missing};
use crate::{ClientContext, Drops};

/// Reads an answer.
///
/// # Errors
/// A 502 problem if it is none, or tells an error.
pub(super) fn decode(body: Value, drops: &mut Drops) -> Result<Response, Problem> {
    match error::within(&body) {
        Some(problem) => Err(problem),
        None => read(body, drops).map_err(bad_answer),
    }
}

fn read(body: Value, drops: &mut Drops) -> Result<Response, Problem> {
    let usage = usage(&body);
    let created = created(&body);
    let mut fields = Fields::new(body, "")?;
    let mut message = fields.object("message")?.ok_or_else(|| missing("message".to_owned()))?;
    let mut count = 0;
    let id = |id, _: &str| {
        count += 1;
        call_id(id, created, count - 1)
    };
    let content = request::said(&mut message, id, drops)?;
    message.skip("role");
    message.report_rest(drops, NOT_CARRIED);
    let word = fields.string("done_reason")?.unwrap_or_default();
    let finish = finish(&word, content.iter().any(is_call));
    let logprobs = fields.array("logprobs")?.map(logprobs);
    for known in ["created_at", "done", "eval_count", "prompt_eval_count"] {
        fields.take(known);
    }
    Ok(Response {
        model: fields.string("model")?.unwrap_or_default(),
        created,
        candidates: vec![Candidate { content, finish, logprobs }],
        usage,
        extras: fields.stated(),
        ..Response::default()
    })
}

/// When an answer or a line was made.
pub(super) fn created(body: &Value) -> Option<u64> {
    time::seconds(body.get("created_at")?.as_str()?)
}

/// The id of a call, or one for it: clients of other dialects need one.
pub(super) fn call_id(id: Option<String>, created: Option<u64>, index: usize) -> String {
    let made = || format!("call_{}_{index}", created.unwrap_or_default());
    id.filter(|id| !id.is_empty()).unwrap_or_else(made)
}

/// What an answer or the last line counts.
pub(super) fn usage(body: &Value) -> Option<Usage> {
    let count = |name: &str| body.get(name).and_then(Value::as_u64);
    let (input, output) = (count("prompt_eval_count"), count("eval_count"));
    if input.is_none() && output.is_none() {
        return None;
    }
    Some(Usage {
        input: input.unwrap_or_default(),
        output: output.unwrap_or_default(),
        ..Usage::default()
    })
}

/// Log probabilities in OpenAI's shape; Ollama's rows are the same.
pub(super) fn logprobs(rows: Vec<Value>) -> Value {
    let mut map = Map::new();
    map.put("content", rows);
    map.put("refusal", Value::Null);
    map.into()
}

/// The meaning of `done_reason`. `calls`: the answer calls a tool.
pub(super) fn finish(word: &str, calls: bool) -> Finish {
    match word {
        "stop" | "" if calls => Finish::ToolCalls,
        "stop" | "" => Finish::Stop,
        "length" => Finish::Length,
        other => Finish::Other(other.to_owned()),
    }
}

/// `done_reason`, and whether it says all that `finish` says.
pub(super) fn done_reason(finish: &Finish) -> (&'static str, bool) {
    match finish {
        Finish::Stop | Finish::ToolCalls => ("stop", true),
        Finish::StopSequence(which) => ("stop", which.is_none()),
        Finish::Length => ("length", true),
        Finish::ContextWindow => ("length", false),
        _ => ("stop", false),
    }
}

/// Adds the end of an answer: why, and the counts.
pub(super) fn put_end(finish: &Finish, usage: Option<Usage>, map: &mut Map, drops: &mut Drops) {
    let (reason, exact) = done_reason(finish);
    if !exact {
        lose_finish(0, finish, reason, drops);
    }
    map.put("done", true);
    map.put("done_reason", reason);
    let usage = usage.unwrap_or_default();
    let apart = [
        ("usage.cache_read", usage.cache_read),
        ("usage.cache_write", usage.cache_write),
        ("usage.reasoning", usage.reasoning),
    ];
    for (name, count) in apart {
        if let Some(count) = count.filter(|count| *count > 0) {
            drops.lose(name, "not counted apart", count);
        }
    }
    map.put("prompt_eval_count", usage.input);
    map.put("eval_count", usage.output);
}

/// What every answer and every line begins with.
pub(super) fn head(model: &str, created: u64) -> Map {
    let mut map = Map::new();
    map.put("model", model);
    map.put("created_at", time::text(created));
    map
}

/// Writes an answer.
pub(super) fn encode(mut response: Response, context: &ClientContext, drops: &mut Drops) -> Value {
    let logprobs = response.candidates.first_mut().and_then(|first| first.logprobs.take());
    let (content, finish) = first_candidate(response.candidates, NOT_SUPPORTED, drops);
    let mut answer = Answer::of(content, NOT_SUPPORTED, drops);
    let model = if response.model.is_empty() { &context.model } else { &response.model };
    let mut body = head(model, response.created.unwrap_or(context.created));
    let mut message = Map::new();
    message.put("role", "assistant");
    message.put("content", answer.text(NOT_SUPPORTED, drops));
    if !answer.thoughts.is_empty() {
        message.put("thinking", answer.thoughts);
    }
    if !answer.calls.is_empty() {
        let calls = answer.calls.into_iter().enumerate();
        let calls = calls.map(|(index, call)| request::call(index, call));
        message.put("tool_calls", calls.collect::<Vec<_>>());
    }
    body.put("message", message);
    put_end(&finish, response.usage, &mut body, drops);
    if let Some(rows) = logprobs.as_ref().and_then(|it| it.get("content")) {
        body.put("logprobs", rows.clone());
    }
    lose_rest(response.service_tier, response.extras, NOT_SUPPORTED, drops);
    Value::Object(body)
}
