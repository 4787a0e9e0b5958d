//! Cohere's reranking, `POST /v2/rerank`, and `/v1/rerank` as Cohere, Jina and vLLM have it.
//!
//! Facts from <https://docs.cohere.com/reference/rerank>, <https://jina.ai/reranker/> and
//! <https://docs.vllm.ai/en/stable/serving/openai_compatible_server/> (read 2026-11-21).
//!
//! | field | neutral | elsewhere |
//! |---|---|---|
//! | `query` | `query` | |
//! | `documents`: texts, or objects with `text` (v1) | `documents` | objects without a text are refused |
//! | `top_n` | `top_n` | kept here where the provider has none |
//! | `max_tokens_per_doc` | same | reported where the provider has none |
//! | `return_documents` (v1) | – | done here: the documents of the request come back |
//!
//! The answer has Cohere's `meta` and Jina's `model` and `usage`, so that clients of both read it.

use chat::json::{Map, Value, json};
use chat::text::{Visit, visit_string};
use chat::{Data, Event, Problem, Scope};

use crate::Drops;
use crate::dialect::{Dialect, Endpoint, Operation};
use crate::neutral::Usage;
use crate::reader::{Fields, missing, wrong_type};
use crate::unary::rerank::{Expected, Request, Response};
use crate::unary::used;

/// The dialect `cohere-rerank`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CohereRerank;

impl Dialect for CohereRerank {
    fn name(&self) -> &'static str {
        "cohere-rerank"
    }

    fn endpoints(&self) -> &'static [Endpoint] {
        &[Endpoint { method: "POST", suffix: "/rerank", operation: Operation::Rerank }]
    }

    fn request_headers(&self) -> &'static [&'static str] {
        &["x-client-name", "x-fern-language", "x-fern-sdk-name", "x-fern-sdk-version"]
    }

    fn streams(&self, _path: &str, _body: &Value) -> bool {
        false
    }

    fn visit_request(&self, body: &mut Value, visit: Visit<'_>) -> bool {
        let mut edited =
            body.get_mut("query").is_some_and(|query| visit_string(query, Scope::User, 0, visit));
        let documents = body.get_mut("documents").and_then(Value::as_array_mut);
        for document in documents.into_iter().flatten() {
            edited |= chat::text::visit_leaves(document, Scope::User, 0, visit);
        }
        edited
    }

    /// Documents that come back.
    fn visit_response(&self, body: &mut Value, visit: Visit<'_>) -> bool {
        let results = body.get_mut("results").and_then(Value::as_array_mut);
        let documents = results.into_iter().flatten().filter_map(|row| row.get_mut("document"));
        documents.fold(false, |edited, document| {
            chat::text::visit_leaves(document, Scope::ToolResult, 0, visit) | edited
        })
    }

    fn usage(&self, body: &Value) -> Option<Usage> {
        used(body.pointer("/usage/total_tokens"))
            .or_else(|| used(body.pointer("/meta/tokens/input_tokens")))
    }

    /// Cohere's errors are a message. The path of the field at fault stands in it.
    /// <https://docs.cohere.com/reference/errors> (read 2026-11-21)
    fn encode_error(&self, problem: &Problem) -> (u16, Value) {
        let mut body = Map::with_capacity(2);
        body.put("message", problem.message.as_str());
        if let Some(code) = &problem.code {
            body.put("code", code.as_str());
        }
        (problem.status, Value::Object(body))
    }

    fn encode_stream_error(&self, problem: &Problem, _after: Option<&Event>) -> Vec<Event> {
        vec![Event::new(None, Data::Json(self.encode_error(problem).1))]
    }
}

/// Reads a client's request.
///
/// # Errors
/// A [`Problem`] that names the path of what is missing or mistyped.
pub(crate) fn decode(
    body: Value,
    model: String,
    drops: &mut Drops,
) -> Result<(Request, Expected), Problem> {
    let mut body = Fields::new(body, "")?;
    body.skip("model");
    let query = body.required_string("query")?;
    let documents = body.array("documents")?.ok_or_else(|| missing("documents"))?;
    let documents =
        documents.into_iter().enumerate().map(|(index, document)| text(index, document));
    let documents: Vec<String> = documents.collect::<Result<_, _>>()?;
    let top_n = body.u64("top_n")?;
    let max_tokens_per_doc = body.u64("max_tokens_per_doc")?;
    let comes_back = body.bool("return_documents")?.unwrap_or(false);
    body.report_rest(drops, "not supported by this provider");
    let expected = Expected {
        model: model.clone(),
        top_n: top_n.and_then(|top| usize::try_from(top).ok()),
        documents: comes_back.then(|| documents.clone()),
    };
    Ok((Request { model, query, documents, top_n, max_tokens_per_doc }, expected))
}

fn text(index: usize, document: Value) -> Result<String, Problem> {
    match document {
        Value::String(text) => Ok(text),
        Value::Object(mut fields) => match fields.shift_remove("text") {
            Some(Value::String(text)) => Ok(text),
            _ => Err(wrong_type(format!("documents[{index}].text"), "a string")),
        },
        _ => Err(wrong_type(format!("documents[{index}]"), "a string")),
    }
}

/// Writes an answer.
pub(crate) fn encode(response: Response, expected: Expected) -> Value {
    let most = expected.top_n.unwrap_or(usize::MAX);
    let documents = expected.documents.unwrap_or_default();
    let result = |ranked: crate::unary::rerank::Ranked| {
        let mut row = Map::with_capacity(3);
        row.put("index", ranked.index as u64);
        row.put("relevance_score", ranked.score);
        if let Some(text) = documents.get(ranked.index) {
            row.put("document", json!({"text": text.as_str()}));
        }
        Value::Object(row)
    };
    let results: Vec<Value> = response.results.into_iter().take(most).map(result).collect();
    let mut meta = Map::new();
    meta.put("api_version", json!({"version": "2"}));
    if let Some(units) = response.search_units {
        meta.put("billed_units", json!({"search_units": units}));
    }
    let mut body = Map::new();
    if let Some(id) = response.id {
        body.put("id", id);
    }
    body.put("model", response.model.unwrap_or(expected.model));
    body.put("results", results);
    body.put("meta", Value::Object(meta));
    if let Some(tokens) = response.tokens {
        body.put("usage", json!({"total_tokens": tokens}));
    }
    Value::Object(body)
}
