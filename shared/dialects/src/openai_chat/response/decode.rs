//! A provider's answer, read.

use chat::Problem;
use chat::json::{Value, json};

use super::super::request::{function, tool_call};
use super::super::{NAME, UNKNOWN, error, finish, reasoning, usage};
use crate::neutral::{Block, Candidate, Content, Response};
use crate::reader::{Fields, bad_answer, missing, wrong_type};
use crate::{Drops, Path};

/// Reads an answer.
///
/// # Errors
/// A 502 if it is none, or the provider's error where it came with a status of success.
pub(in super::super) fn decode(body: Value, drops: &mut Drops) -> Result<Response, Problem> {
    if let Some(problem) = error::within(&body) {
        return Err(problem);
    }
    read(body, drops).map_err(bad_answer)
}

fn read(body: Value, drops: &mut Drops) -> Result<Response, Problem> {
    let stated = usage::find(&body);
    if let Some(stated) = stated {
        usage::report_rest(stated, drops);
    }
    let usage = stated.and_then(usage::decode);
    let mut body = Fields::new(body, "")?;
    body.skip("object");
    body.skip("usage");
    let choices = body.array("choices")?.ok_or_else(|| missing("choices".to_owned()))?;
    let id = body.string("id")?.unwrap_or_default();
    Ok(Response {
        candidates: candidates(choices, &id, drops)?,
        id,
        model: body.string("model")?.unwrap_or_default(),
        created: body.take("created").and_then(|created| seconds(&created)),
        usage,
        service_tier: body.string("service_tier")?,
        extras: body.stated(),
    })
}

/// Unix time; some providers give a fraction.
pub(in super::super) fn seconds(created: &Value) -> Option<u64> {
    let fraction = || created.as_f64().filter(|seconds| *seconds >= 0.0);
    created.as_u64().or_else(|| fraction().map(|seconds| seconds as u64))
}

/// The choices in the order of their indexes.
fn candidates(choices: Vec<Value>, id: &str, drops: &mut Drops) -> Result<Vec<Candidate>, Problem> {
    let mut candidates = Vec::with_capacity(choices.len());
    let mut indexes = Vec::with_capacity(choices.len());
    let path = Path::default().field("choices");
    for (position, value) in choices.into_iter().enumerate() {
        let mut choice = Fields::new(value, path.item(position))?;
        indexes.push(choice.u64("index")?.unwrap_or(position as u64));
        candidates.push(candidate(choice, id, drops)?);
    }
    if indexes.is_sorted() {
        return Ok(candidates);
    }
    let mut rows: Vec<_> = indexes.into_iter().zip(candidates).collect();
    rows.sort_by_key(|row| row.0);
    Ok(rows.into_iter().map(|row| row.1).collect())
}

#[inline(never)]
fn candidate(mut choice: Fields, id: &str, drops: &mut Drops) -> Result<Candidate, Problem> {
    let message = choice.object("message")?.ok_or_else(|| choice.lacks("message"))?;
    let content = message_blocks(message, id, drops)?;
    let word = choice.string("finish_reason")?;
    let calls = content.iter().any(|block| matches!(block.content, Content::ToolCall { .. }));
    let refuses = content.iter().any(|block| matches!(block.content, Content::Refusal { .. }));
    let logprobs = choice.take("logprobs").filter(|value| !value.is_null());
    choice.report_rest(drops, UNKNOWN);
    Ok(Candidate { content, finish: finish::decode(word.as_deref(), calls, refuses), logprobs })
}

fn message_blocks(mut message: Fields, id: &str, drops: &mut Drops) -> Result<Vec<Block>, Problem> {
    message.skip("role");
    let mut blocks = reasoning::decode(&mut message, drops)?;
    text(&mut message, &mut blocks, drops)?;
    if let Some(text) = message.string("refusal")? {
        blocks.push(Block::new(Content::Refusal { text }, message.path("refusal")));
    }
    if let Some(audio) = message.object("audio")? {
        let value = json!({"audio": audio.rest()});
        blocks.push(Block::new(Content::Opaque { dialect: NAME, value }, message.path("audio")));
    }
    if let Some(calls) = message.array("tool_calls")? {
        let path = message.path("tool_calls");
        for (index, value) in calls.into_iter().enumerate() {
            let mut value = complete_call(value, id, index);
            let path = path.item(index);
            blocks.extend(reasoning::of_call(&mut value, &path));
            blocks.push(tool_call(value, path, drops)?);
        }
    }
    if let Some(call) = message.object("function_call")? {
        let call = function(call, call_id(id, 0), drops)?;
        blocks.push(Block::new(call, message.path("function_call")));
    }
    message.report_rest(drops, UNKNOWN);
    Ok(blocks)
}

/// Compatible providers leave out a call's id, type or arguments; clients of every dialect need them.
fn complete_call(mut value: Value, id: &str, index: usize) -> Value {
    if let Value::Object(call) = &mut value {
        let named = call.get("id").and_then(Value::as_str).is_some_and(|id| !id.is_empty());
        if !named {
            call.put("id", call_id(id, index));
        }
        if call.get("type").is_none_or(Value::is_null) {
            call.put("type", "function");
        }
        if let Some(Value::Object(function)) = call.get_mut("function")
            && function.get("arguments").is_none_or(Value::is_null)
        {
            function.put("arguments", "");
        }
    }
    value
}

/// An id for a call that the provider gave none, made of the answer's id. Letters, digits and `_` only,
/// which every dialect takes.
pub(in super::super) fn call_id(answer: &str, index: usize) -> String {
    let tail: String = answer.chars().filter(char::is_ascii_alphanumeric).collect();
    let start = tail.len().saturating_sub(24);
    format!("call_{}_{index}", tail.get(start..).unwrap_or_default())
}

/// Takes `content`, a string or (Mistral's reasoning models) an array of `text` and `thinking` parts
/// (<https://docs.mistral.ai/capabilities/reasoning>, read 2026-11-20), and the annotations of it.
fn text(message: &mut Fields, blocks: &mut Vec<Block>, drops: &mut Drops) -> Result<(), Problem> {
    let annotations = message.array("annotations")?.filter(|list| !list.is_empty());
    let content = match message.take("content") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text),
        Some(Value::Array(parts)) => Some(joined(parts, &message.path("content"), blocks, drops)?),
        Some(_) => return Err(message.mistyped("content", "a string or an array")),
    };
    if content.as_ref().is_some_and(|text| !text.is_empty()) || annotations.is_some() {
        let text = content.unwrap_or_default();
        let citations = annotations.map(Value::Array);
        blocks.push(Block::new(Content::Text { text, citations }, message.path("content")));
    }
    Ok(())
}

/// The text of an array of parts; thoughts among them are added to `blocks`.
#[inline(never)]
fn joined(
    parts: Vec<Value>,
    path: &Path,
    blocks: &mut Vec<Block>,
    drops: &mut Drops,
) -> Result<String, Problem> {
    let mut joined = String::new();
    for (index, value) in parts.into_iter().enumerate() {
        let path = path.item(index);
        let mut part = Fields::new(value, path.clone())?;
        match part.required_string("type")?.as_str() {
            "text" => joined.push_str(&part.required_string("text")?),
            "thinking" => {
                let thoughts = part.array("thinking")?.unwrap_or_default();
                let text = thoughts.iter().filter_map(|part| part.get("text")?.as_str()).collect();
                let thought = Content::Reasoning { text, signature: None };
                blocks.push(Block::new(thought, path));
            }
            _ => return Err(wrong_type(part.path("type"), "text or thinking")),
        }
        // Mistral says that thoughts are whole.
        part.skip("closed");
        part.report_rest(drops, UNKNOWN);
    }
    Ok(joined)
}
