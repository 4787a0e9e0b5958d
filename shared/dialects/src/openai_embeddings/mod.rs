//! OpenAI's embeddings, `POST /v1/embeddings`.
//!
//! Facts from <https://platform.openai.com/docs/api-reference/embeddings/create> (read 2026-11-21).
//!
//! | OpenAI | neutral | elsewhere |
//! |---|---|---|
//! | `input`: a text, texts | `texts` | |
//! | `input`: tokens | – | refused: other providers have other tokens |
//! | `dimensions` | `dimensions` | |
//! | `encoding_format` | – | `base64` is made here, of what every provider sends as numbers |
//! | `input_type` (an extension: NVIDIA, Voyage, Cohere) | `purpose` | Cohere demands one: `search_document` without |
//! | `user` | – | reported as dropped |
//! | `usage` | `tokens` | where the provider counts none: a quarter of the bytes |
//!
//! An OpenAI-compatible provider gets the request and gives the answer as they are.

use chat::json::{Map, Value, json};
use chat::text::{Visit, visit_leaves, visit_string};
use chat::{Event, Problem, Scope};

use crate::Drops;
use crate::dialect::{Dialect, Endpoint, Operation};
use crate::neutral::Usage;
use crate::openai_chat::{self, OpenaiChat};
use crate::reader::{Fields, missing, wrong_type, wrong_value};
use crate::unary::embeddings::{Expected, Purpose, Request, Response, to_base64};
use crate::unary::{estimate, unreadable, used};

/// The dialect `openai-embeddings`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenaiEmbeddings;

impl Dialect for OpenaiEmbeddings {
    fn name(&self) -> &'static str {
        "openai-embeddings"
    }

    fn endpoints(&self) -> &'static [Endpoint] {
        &[Endpoint { method: "POST", suffix: "/embeddings", operation: Operation::Embeddings }]
    }

    fn request_headers(&self) -> &'static [&'static str] {
        OpenaiChat.request_headers()
    }

    fn streams(&self, _path: &str, _body: &Value) -> bool {
        false
    }

    /// Texts that are given as tokens are not shown: [`crate::holds_media`] says that they are there.
    fn visit_request(&self, body: &mut Value, visit: Visit<'_>) -> bool {
        let edited = match body.get_mut("input") {
            Some(Value::Array(items)) => {
                items.iter_mut().enumerate().fold(false, |edited, (turn, item)| {
                    visit_leaves(item, Scope::User, turn, visit) | edited
                })
            }
            Some(input) => visit_string(input, Scope::User, 0, visit),
            None => false,
        };
        // Also `user`, and the `messages` that vLLM takes in place of texts.
        openai_chat::text::visit_request(body, visit) | edited
    }

    /// Vectors are no text.
    fn visit_response(&self, _body: &mut Value, _visit: Visit<'_>) -> bool {
        false
    }

    fn usage(&self, body: &Value) -> Option<Usage> {
        used(body.pointer("/usage/prompt_tokens"))
    }

    fn encode_error(&self, problem: &Problem) -> (u16, Value) {
        OpenaiChat.encode_error(problem)
    }

    fn encode_stream_error(&self, problem: &Problem, _after: Option<&Event>) -> Vec<Event> {
        OpenaiChat.encode_stream_error(problem, None)
    }
}

/// Reads a client's request.
///
/// # Errors
/// A [`Problem`] that names the path of what is missing, mistyped or cannot be asked elsewhere.
pub(crate) fn decode(
    body: Value,
    model: String,
    drops: &mut Drops,
) -> Result<(Request, Expected), Problem> {
    let mut body = Fields::new(body, "")?;
    body.skip("model");
    let texts = texts(body.required("input")?)?;
    let base64 = match body.string("encoding_format")?.as_deref() {
        None | Some("float") => false,
        Some("base64") => true,
        Some(_) => return Err(wrong_value("encoding_format", "`float` or `base64`")),
    };
    let dimensions = body.u64("dimensions")?;
    let purpose = body.string("input_type")?.map(|word| purpose(&word)).transpose()?;
    body.report_rest(drops, "not supported by this provider");
    let expected = Expected {
        model: model.clone(),
        count: Some(texts.len()),
        base64,
        bytes: texts.iter().map(String::len).sum(),
    };
    Ok((Request { model, texts, dimensions, purpose }, expected))
}

fn texts(input: Value) -> Result<Vec<String>, Problem> {
    let items = match input {
        Value::String(text) => return Ok(vec![text]),
        Value::Array(items) => items,
        _ => return Err(wrong_type("input", "a string or an array of strings")),
    };
    if items.is_empty() {
        return Err(missing("input[0]"));
    }
    let text = |(index, item)| match item {
        Value::String(text) => Ok(text),
        Value::Number(_) | Value::Array(_) => Err(tokens()),
        _ => Err(wrong_type(format!("input[{index}]"), "a string")),
    };
    items.into_iter().enumerate().map(text).collect()
}

fn tokens() -> Problem {
    let message = "the provider of this model takes text, not tokens";
    Problem::invalid("unsupported_input", "input", message)
}

fn purpose(word: &str) -> Result<Purpose, Problem> {
    Ok(match word {
        "classification" => Purpose::Classification,
        "clustering" => Purpose::Clustering,
        "document" | "passage" | "search_document" => Purpose::Document,
        "query" | "search_query" => Purpose::Query,
        _ => {
            let known = "`query`, `document`, `classification` or `clustering`";
            return Err(wrong_value("input_type", known));
        }
    })
}

/// Writes an answer.
///
/// # Errors
/// A 502 [`Problem`] if there are not as many vectors as there were texts, or other things than numbers in them.
pub(crate) fn encode(response: Response, expected: Expected) -> Result<Value, Problem> {
    if expected.count.is_some_and(|count| count != response.vectors.len()) {
        return Err(unreadable("vector for each text"));
    }
    let mut data = Vec::with_capacity(response.vectors.len());
    for (index, vector) in response.vectors.into_iter().enumerate() {
        let vector = match expected.base64 {
            true => to_base64(&vector).map(Value::from),
            false => Some(vector).filter(Value::is_array),
        };
        let mut item = Map::with_capacity(3);
        item.put("object", "embedding");
        item.put("index", index as u64);
        item.put("embedding", vector.ok_or_else(|| unreadable("numbers in its vectors"))?);
        data.push(Value::Object(item));
    }
    let tokens = response.tokens.unwrap_or_else(|| estimate(expected.bytes));
    let mut body = Map::with_capacity(4);
    body.put("object", "list");
    body.put("data", data);
    body.put("model", response.model.unwrap_or(expected.model));
    body.put("usage", json!({"prompt_tokens": tokens, "total_tokens": tokens}));
    Ok(Value::Object(body))
}
