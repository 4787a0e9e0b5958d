//! A provider's answer, read.

use chat::Problem;
use chat::json::Value;

use super::super::{NAME, NOT_CARRIED, echo, error, finish, logprobs, proof, usage};
use crate::neutral::{Block, Candidate, Content, Response, ToolKind};
use crate::openai_chat;
use crate::reader::{Fields, bad_answer, missing};
use crate::{Drops, Path};

/// Reads an answer.
///
/// # Errors
/// A 502 if it is none, or the provider's error where it came with a status of success.
pub(in super::super) fn decode(body: Value, drops: &mut Drops) -> Result<Response, Problem> {
    match body.get("status").and_then(Value::as_str) {
        Some("failed") => return Err(error::of_response(&body)),
        Some("in_progress" | "queued") => {
            let message = "the provider goes on with its answer in the background";
            return Err(Problem::bad_gateway("upstream_invalid_response", message));
        }
        _ => {}
    }
    if let Some(problem) = openai_chat::error_within(&body) {
        return Err(problem);
    }
    read(body, drops).map_err(bad_answer)
}

/// What of an answer is read beside what repeats the request.
pub(in super::super) const READ: [&str; 10] = [
    "created_at",
    "error",
    "id",
    "incomplete_details",
    "model",
    "object",
    "output",
    "service_tier",
    "status",
    "usage",
];

fn read(body: Value, drops: &mut Drops) -> Result<Response, Problem> {
    let mut body = Fields::new(body, "")?;
    let output = body.array("output")?.ok_or_else(|| missing("output".to_owned()))?;
    let mut answer = Output::default();
    let path = body.path("output");
    for (index, value) in output.into_iter().enumerate() {
        answer.read(value, path.item(index), drops)?;
    }
    let has = |kind: fn(&Content) -> bool| answer.content.iter().any(|block| kind(&block.content));
    let calls = has(|content| matches!(content, Content::ToolCall { .. }));
    let refuses = has(|content| matches!(content, Content::Refusal { .. }));
    let id = body.string("id")?.unwrap_or_default();
    let model = body.string("model")?.unwrap_or_default();
    let created = body.take("created_at").as_ref().and_then(seconds);
    let service_tier = body.string("service_tier")?;
    let mut extras = body.rest();
    let finish = finish::decode(&Value::Object(extras.clone()), calls, refuses);
    let usage = extras.get("usage").and_then(usage::decode);
    usage::report_rest(extras.get("usage"), drops);
    extras.retain(|name, value| {
        !value.is_null() && !READ.contains(&name.as_str()) && !echo::is_echo(name)
    });
    let logprobs = logprobs::decode(Some(answer.logprobs.into()));
    let candidates = vec![Candidate { content: answer.content, finish, logprobs }];
    Ok(Response { id, model, created, candidates, usage, service_tier, extras })
}

/// Unix time; the API's own type is a number with a fraction.
pub(in super::super) fn seconds(created: &Value) -> Option<u64> {
    let fraction = || created.as_f64().filter(|seconds| *seconds >= 0.0);
    created.as_u64().or_else(|| fraction().map(|seconds| seconds as u64))
}

/// The output read so far.
#[derive(Default)]
struct Output {
    content: Vec<Block>,
    logprobs: Vec<Value>,
}

impl Output {
    fn read(&mut self, value: Value, path: Path, drops: &mut Drops) -> Result<(), Problem> {
        if value.get("type").and_then(Value::as_str) != Some("message") {
            self.content.push(block(value, path, drops)?);
            return Ok(());
        }
        let mut fields = Fields::new(value, path)?;
        for known in ["type", "id", "status", "role"] {
            fields.take(known);
        }
        let path = fields.path("content");
        for (index, value) in fields.array("content")?.unwrap_or_default().into_iter().enumerate() {
            let path = path.item(index);
            let content = self.part(Fields::new(value, path.clone())?, drops)?;
            self.content.push(Block::new(content, path));
        }
        fields.report_rest(drops, NOT_CARRIED);
        Ok(())
    }

    fn part(&mut self, mut part: Fields, drops: &mut Drops) -> Result<Content, Problem> {
        let content = match part.string("type")?.as_deref() {
            Some("refusal") => Content::Refusal { text: part.required_string("refusal")? },
            _ => {
                let text = part.required_string("text")?;
                self.logprobs.extend(part.array("logprobs")?.unwrap_or_default());
                Content::Text { text, citations: annotations(&mut part)?.map(Value::Array) }
            }
        };
        part.report_rest(drops, NOT_CARRIED);
        Ok(content)
    }
}

/// Takes the annotations of a part; an empty list says nothing.
pub(in super::super) fn annotations(part: &mut Fields) -> Result<Option<Vec<Value>>, Problem> {
    Ok(part.array("annotations")?.filter(|list| !list.is_empty()))
}

/// Reads an item that is no message, of an answer or of a request's input.
pub(in super::super) fn block(
    value: Value,
    path: Path,
    drops: &mut Drops,
) -> Result<Block, Problem> {
    let kind = value.get("type").and_then(Value::as_str);
    let content = match kind {
        Some("function_call") => call(Fields::new(value, path.clone())?, "arguments", drops)?,
        Some("custom_tool_call") => call(Fields::new(value, path.clone())?, "input", drops)?,
        Some("reasoning") => reasoning(Fields::new(value, path.clone())?, drops)?,
        _ => {
            let fields = Fields::new(value, path.clone())?.rest();
            Content::Opaque { dialect: NAME, value: Value::Object(fields) }
        }
    };
    Ok(Block::new(content, path))
}

fn call(mut fields: Fields, input: &str, drops: &mut Drops) -> Result<Content, Problem> {
    let kind = if input == "input" { ToolKind::Custom } else { ToolKind::Function };
    let content = Content::ToolCall {
        id: fields.required_string("call_id")?,
        name: fields.required_string("name")?,
        arguments: fields.required_string(input)?,
        kind,
    };
    for known in ["type", "id", "status"] {
        fields.take(known);
    }
    fields.report_rest(drops, NOT_CARRIED);
    Ok(content)
}

/// A summary counts more than the full text: it is what the provider wants to be shown.
fn reasoning(mut fields: Fields, drops: &mut Drops) -> Result<Content, Problem> {
    let summary = text_of(&fields.array("summary")?.unwrap_or_default());
    let content = fields.array("content")?.unwrap_or_default();
    for (index, part) in content.iter().enumerate() {
        let path = fields.path("content").item(index);
        drops.unknown(Some(part), format_args!("{path}."), &["text", "type"], NOT_CARRIED);
    }
    let full = text_of(&content);
    let id = fields.string("id")?.unwrap_or_default();
    let encrypted = fields.string("encrypted_content")?;
    for known in ["type", "status"] {
        fields.take(known);
    }
    fields.report_rest(drops, NOT_CARRIED);
    let text = if summary.is_empty() { full } else { summary };
    Ok(proof::thought(text, &id, encrypted))
}

/// The text of several parts, as paragraphs.
pub(in super::super) fn text_of(parts: &[Value]) -> String {
    let texts = parts.iter().filter_map(|part| part.get("text")?.as_str());
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
}
