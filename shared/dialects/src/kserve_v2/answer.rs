//! Answers of model servers that generate text: whole, as a piece of a stream, and errors.

use chat::json::{Map, Value, json};
use chat::{Kind, Problem};

use super::request::NOT_SUPPORTED;
use crate::flat::{Answer, first_candidate, lose, lose_rest, upstream};
use crate::neutral::{Block, Candidate, Content, Finish, Response, Usage};
use crate::reader::{Fields, bad_answer, missing};
use crate::{ClientContext, Drops};

/// The text of an answer or of a piece. Some backends answer with a list of one.
pub(super) fn text(body: &Value) -> Option<&str> {
    let text = body.get("text_output")?;
    text.as_str().or_else(|| text.as_array()?.first()?.as_str())
}

/// Writes an answer or a piece of one.
pub(super) fn write(model: &str, text: String) -> Map {
    let mut body = Map::new();
    body.put("model_name", model);
    body.put("text_output", text);
    body
}

/// Why a field of ours is in the drops.
pub(super) const NOT_CARRIED: &str = "no counterpart in other dialects";

/// What of an answer or of an event is read.
pub(super) const KNOWN: [&str; 7] = [
    "details",
    "finish_reason",
    "model_name",
    "num_input_tokens",
    "num_output_tokens",
    "predictions",
    "text_output",
];

/// Reads an answer.
///
/// # Errors
/// A 502 problem if it is none, or tells an error.
pub(super) fn decode(body: Value, drops: &mut Drops) -> Result<Response, Problem> {
    match within(&body) {
        Some(problem) => Err(problem),
        None => read(body, drops).map_err(bad_answer),
    }
}

fn read(body: Value, drops: &mut Drops) -> Result<Response, Problem> {
    let text = text(&body).ok_or_else(|| missing("text_output".to_owned()))?.to_owned();
    let (finish, usage) = (finish(&body), usage(&body));
    let mut fields = Fields::new(body, "")?;
    let model = fields.string("model_name")?.unwrap_or_default();
    if let Some(mut details) = fields.object("details")? {
        details.take("finish_reason");
        details.report_rest(drops, NOT_CARRIED);
    }
    for known in KNOWN {
        fields.take(known);
    }
    Ok(Response {
        model,
        candidates: vec![said(text, "text_output", finish.unwrap_or(Finish::Stop))],
        usage,
        extras: fields.stated(),
        ..Response::default()
    })
}

/// An answer that is one text.
pub(crate) fn said(text: String, path: &str, finish: Finish) -> Candidate {
    let content = vec![Block::new(Content::Text { text, citations: None }, path)];
    Candidate { content, finish, logprobs: None }
}

/// Why an answer ended, if it says.
pub(super) fn finish(body: &Value) -> Option<Finish> {
    let word = body.pointer("/details/finish_reason").or_else(|| body.get("finish_reason"))?;
    Some(match word.as_str()? {
        "eos_token" | "stop" => Finish::Stop,
        "length" => Finish::Length,
        "stop_sequence" => Finish::StopSequence(None),
        // Not over yet.
        "" | "None" => return None,
        other => Finish::Other(other.to_owned()),
    })
}

/// What an answer counts, if it does.
pub(super) fn usage(body: &Value) -> Option<Usage> {
    let count = |name: &str| body.get(name).and_then(Value::as_u64);
    let (input, output) = (count("num_input_tokens"), count("num_output_tokens"));
    if input.is_none() && output.is_none() {
        return None;
    }
    let (input, output) = (input.unwrap_or_default(), output.unwrap_or_default());
    Some(Usage { input, output, ..Usage::default() })
}

/// What an answer says where there is a place for one text only.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) model: String,
    pub(crate) text: String,
}

impl Said {
    /// Takes an answer apart; what has no place is reported.
    pub(crate) fn of(
        response: Response,
        context: &ClientContext,
        drops: &mut Drops,
    ) -> (Said, Finish) {
        let (content, finish) = first_candidate(response.candidates, NOT_SUPPORTED, drops);
        let mut thoughtless = Vec::with_capacity(content.len());
        for block in content {
            match block.content {
                thoughts @ Content::Reasoning { .. } => {
                    lose(thoughts, block.path, NOT_SUPPORTED, drops);
                }
                _ => thoughtless.push(block),
            }
        }
        let mut answer = Answer::of(thoughtless, NOT_SUPPORTED, drops);
        for call in std::mem::take(&mut answer.calls) {
            drops.add(call.path, NOT_SUPPORTED);
        }
        if response.usage.is_some() {
            drops.add("usage", NOT_SUPPORTED);
        }
        lose_rest(response.service_tier, response.extras, NOT_SUPPORTED, drops);
        let model = match response.model.is_empty() {
            true => context.model.clone(),
            false => response.model,
        };
        (Said { model, text: answer.text(NOT_SUPPORTED, drops) }, finish)
    }
}

/// Adds why an answer ended, for a client that `asked`; otherwise it is reported, unless it is the usual.
pub(crate) fn put_finish(finish: &Finish, asked: bool, body: &mut Map, drops: &mut Drops) {
    let (word, exact) = match finish {
        Finish::Stop => ("eos_token", true),
        Finish::StopSequence(which) => ("stop_sequence", which.is_none()),
        Finish::Length => ("length", true),
        Finish::ContextWindow => ("length", false),
        _ => ("eos_token", false),
    };
    if asked {
        body.put("details", json!({"finish_reason": word, "logprobs": []}));
    }
    if !exact || !asked && *finish != Finish::Stop {
        drops.add("choices[0].finish_reason", NOT_SUPPORTED);
    }
}

/// The error that a body with a status of success tells.
pub(crate) fn within(body: &Value) -> Option<Problem> {
    let error = body.get("error").filter(|error| !error.is_null())?;
    Some(upstream(Kind::Server, 502, error.as_str()))
}

/// Reads an error: any status, any body. KServe says 424 where generation failed.
pub(crate) fn decode_error(status: u16, body: &[u8]) -> Problem {
    let body = chat::json::parse(body).unwrap_or_default();
    let status = if (400..600).contains(&status) { status } else { 502 };
    let kind = match status {
        424 => Kind::Server,
        _ => Kind::from_status(status),
    };
    upstream(kind, status, body.get("error").and_then(Value::as_str))
}

/// Writes an error: its status and body.
pub(crate) fn encode_error(problem: &Problem) -> (u16, Value) {
    (problem.status, json!({"error": problem.message}))
}
