//! What the simulated providers serve besides chat: requests are checked as documented, and answers depend on
//! nothing else.

mod gemini;
mod openai;
mod servers;

use hyper::body::Bytes;
use hyper::header::CONTENT_TYPE;
use hyper::http::request::Parts;
use serde_json::{Value, json};

use super::cursor::{Cursor, Fault, Problem};
use super::dialect::Event;
use super::model;
use super::shape::{COUNT, NON_EMPTY, Shape, list, nullable, optional, required};

pub(crate) use gemini::SERVICES as GEMINI;
pub(crate) use openai::SERVICES as OPENAI;
pub(crate) use servers::{COHERE, INFERENCE, OLLAMA};

/// Anthropic's.
pub(crate) const ANTHROPIC: &[Service] = &[Service {
    path: "/v1/messages/count_tokens",
    answer: |parts, body| {
        let (body, request) = (json_of(parts, body)?, &COUNT_TOKENS);
        request.check(&Cursor::root(&body))?;
        Ok(Served::Json(json!({"input_tokens": model::PROMPT_TOKENS})))
    },
}];

/// <https://platform.claude.com/docs/en/api/messages-count-tokens>, 2026-11-21. What messages consist of is checked
/// where they are answered.
const COUNT_TOKENS: Shape = Shape::Record(&[
    required("messages", Shape::List { of: &Shape::Object, min: 1, max: usize::MAX }),
    required("model", NON_EMPTY),
    optional("system", Shape::Either(&[NON_EMPTY, list(&Shape::Object)])),
    optional("thinking", Shape::Object),
    optional("tool_choice", Shape::Object),
    optional("tools", list(&Shape::Object)),
    optional("mcp_servers", list(&Shape::Object)),
]);

/// One of a provider's services, addressed by `POST`.
pub(crate) struct Service {
    /// Its path, or the end of it where the model stands before a `:` or in the path.
    path: &'static str,
    /// What it answers.
    answer: fn(&Parts, &Bytes) -> Result<Served, Problem>,
}

/// An answer.
pub(crate) enum Served {
    Json(Value),
    Events(Vec<Event>),
}

impl Service {
    pub(crate) fn serves(&self, path: &str) -> bool {
        match self.path.starts_with(':') || self.path == servers::INFER {
            true => path.ends_with(self.path) && path.contains("/models/"),
            false => path == self.path,
        }
    }

    /// # Errors
    ///
    /// The first thing that is wrong.
    pub(crate) fn serve(&self, parts: &Parts, body: &Bytes) -> Result<Served, Problem> {
        (self.answer)(parts, body)
    }
}

fn media_type(parts: &Parts) -> &str {
    parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn json_of(parts: &Parts, body: &Bytes) -> Result<Value, Problem> {
    if !media_type(parts).starts_with("application/json") {
        return Err(rule("the body must be application/json"));
    }
    super::json::parse(body).map_err(|error| rule(&error.to_string()))
}

fn rule(message: &str) -> Problem {
    Problem {
        path: Vec::new(),
        fault: Fault::Rule { message: message.to_owned(), code: Some("invalid_value") },
    }
}

/// The vector of a text: its length in characters, its first character, and its place in the request, in
/// quarters, which every float holds.
fn vector(text: &str, place: usize, dimensions: Option<u64>) -> Vec<f64> {
    let first = text.chars().next().map_or(0, |letter| u32::from(letter) % 256);
    let count = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    let place = u32::try_from(place).unwrap_or(u32::MAX);
    let length = dimensions.and_then(|it| usize::try_from(it).ok()).unwrap_or(3);
    [count, first, place].iter().cycle().take(length).map(|it| f64::from(*it) / 4.0).collect()
}

/// Documents by how many words of the query they have: index and score.
fn ranked(query: &str, documents: &[String]) -> Vec<(usize, f64)> {
    let words: Vec<&str> = query.split_whitespace().collect();
    let score = |text: &String| {
        let found = words.iter().filter(|word| text.contains(**word)).count();
        found as f64 / words.len().max(1) as f64
    };
    let mut ranked: Vec<_> = documents.iter().map(score).enumerate().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}
