//! Buffered answers <https://docs.cohere.com/reference/chat> (read 2026-11-21).

use chat::Problem;
use chat::json::{Map, Value, json};

use super::{NOT_SUPPORTED, finish, logprobs, request, usage};
use crate::Drops;
use crate::flat::{Answer, first_candidate, is_call, lose_finish, lose_rest};
use crate::neutral::{Candidate, Response};
use crate::reader::{Fields, bad_answer, missing};

/// Reads an answer.
///
/// # Errors
/// A 502 problem if it is none.
pub(super) fn decode(body: Value, drops: &mut Drops) -> Result<Response, Problem> {
    read(body, drops).map_err(bad_answer)
}

fn read(body: Value, drops: &mut Drops) -> Result<Response, Problem> {
    let mut fields = Fields::new(body, "")?;
    let mut message = fields.object("message")?.ok_or_else(|| missing("message".to_owned()))?;
    message.skip("role");
    let content = request::said(&mut message, drops)?;
    message.report_rest(drops, super::NOT_CARRIED);
    let word = fields.string("finish_reason")?.unwrap_or_default();
    let finish = finish::decode(&word, content.iter().any(is_call));
    let logprobs = fields.array("logprobs")?.filter(|list| !list.is_empty());
    let logprobs = logprobs.map(|items| logprobs::decode(&items));
    let counts = fields.take("usage");
    usage::report_rest(counts.as_ref(), drops);
    Ok(Response {
        id: fields.string("id")?.unwrap_or_default(),
        candidates: vec![Candidate { content, finish, logprobs }],
        usage: counts.as_ref().and_then(usage::decode),
        extras: fields.stated(),
        ..Response::default()
    })
}

/// Writes an answer.
pub(super) fn encode(mut response: Response, drops: &mut Drops) -> Value {
    let logprobs = response.candidates.first_mut().and_then(|first| first.logprobs.take());
    let (content, finish) = first_candidate(response.candidates, NOT_SUPPORTED, drops);
    let (reason, exact) = finish::encode(&finish, content.iter().any(is_call));
    if !exact {
        lose_finish(0, &finish, reason, drops);
    }
    let answer = Answer::of(content, NOT_SUPPORTED, drops);
    let mut parts = Vec::new();
    if !answer.thoughts.is_empty() {
        parts.push(json!({"type": "thinking", "thinking": answer.thoughts}));
    }
    let mut citations = Vec::new();
    for (text, cited, path) in answer.texts {
        let mut lost = Vec::new();
        for citation in cited.as_ref().and_then(Value::as_array).into_iter().flatten() {
            match is_own(citation) {
                true => citations.push(citation.clone()),
                false => lost.push(citation.clone()),
            }
        }
        if !lost.is_empty() {
            drops.lose(format!("{path}.citations"), NOT_SUPPORTED, lost);
        }
        parts.push(json!({"type": "text", "text": text}));
    }
    let mut message = Map::new();
    message.put("role", "assistant");
    if !parts.is_empty() || answer.calls.is_empty() {
        message.put("content", parts);
    }
    if !answer.calls.is_empty() {
        message.put("tool_calls", answer.calls.into_iter().map(request::call).collect::<Vec<_>>());
    }
    if !citations.is_empty() {
        message.put("citations", citations);
    }
    lose_rest(response.service_tier, response.extras, NOT_SUPPORTED, drops);
    let mut body = Map::new();
    body.put("id", response.id);
    body.put("finish_reason", reason);
    body.put("message", message);
    body.put("usage", usage::encode(&response.usage.unwrap_or_default()));
    if let Some(logprobs) = logprobs {
        body.put("logprobs", logprobs::encode(&logprobs));
    }
    Value::Object(body)
}

/// Whether a citation has the shape of this dialect.
pub(super) fn is_own(citation: &Value) -> bool {
    citation.get("sources").is_some_and(Value::is_array)
}
