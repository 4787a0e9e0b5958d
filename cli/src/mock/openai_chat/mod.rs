//! OpenAI's `POST /v1/chat/completions`.
//!
//! Sources, read 2026-11-20: <https://platform.openai.com/docs/api-reference/chat/create>,
//! <https://platform.openai.com/docs/guides/error-codes>, and the types of the official Python SDK
//! 3.52.0 (<https://github.com/openai/openai-python/tree/main/src/openai/types/chat>).

mod answer;
pub(super) mod error;
pub(super) mod request;
pub(super) mod rules;
mod shapes;

use hyper::http::request::Parts;
use hyper::{HeaderMap, Method};
use serde_json::{Value, json};

use super::cursor::Problem;
use super::dialect::{Dialect, Event, Operation, Refusal, Turn, id};
use super::model::Prompt;
use super::services::{self, Service};

/// The dialect `openai-chat`.
pub(crate) struct OpenAiChat;

impl Dialect for OpenAiChat {
    fn name(&self) -> &'static str {
        "openai-chat"
    }

    fn operation(&self, method: &Method, path: &str) -> Result<Operation, Refusal> {
        let readable = method == Method::GET || method == Method::HEAD;
        match path {
            "/v1/chat/completions" if method == Method::POST => Ok(Operation::Generate),
            "/v1/models" if readable => Ok(Operation::ListModels),
            "/v1/chat/completions" | "/v1/models" => Err(error::method_not_allowed(method, path)),
            _ => match path.strip_prefix("/v1/models/") {
                Some(id) if readable && !id.is_empty() => Ok(Operation::ShowModel(id.to_owned())),
                _ => Err(error::unknown_url(method, path)),
            },
        }
    }

    fn services(&self) -> &'static [Service] {
        services::OPENAI
    }

    fn refuse(&self, problem: &Problem) -> Refusal {
        error::refuse(problem)
    }

    fn admit(&self, headers: &HeaderMap, key: Option<&str>) -> Result<(), Refusal> {
        let value = headers.get("authorization").and_then(|value| value.to_str().ok());
        match value.and_then(|value| value.strip_prefix("Bearer ")).map(str::trim) {
            None | Some("") => Err(error::unauthorized(None)),
            Some(given) if key.is_some_and(|key| key != given) => {
                Err(error::unauthorized(Some(given)))
            }
            Some(_) => Ok(()),
        }
    }

    fn read(&self, _: &Parts, body: &Value) -> Result<Prompt, Refusal> {
        request::read(body).map_err(|problem| error::refuse(&problem))
    }

    fn answer(&self, turn: &Turn<'_>) -> Value {
        answer::completion(turn)
    }

    fn events(&self, turn: &Turn<'_>) -> Vec<Event> {
        answer::events(turn)
    }

    fn models(&self, id: Option<&str>) -> Value {
        let model = |id: &str| {
            json!({
                "id": id, "object": "model", "created": answer::CREATED, "owned_by": "openai",
            })
        };
        match id {
            Some(id) => model(id),
            None => json!({"object": "list", "data": [model("gpt-6-astra"), model("gpt-4.1")]}),
        }
    }

    fn unreadable(&self, why: &str) -> Refusal {
        error::unreadable(why)
    }

    fn refusal(&self, status: u16) -> Refusal {
        error::of_status(status)
    }

    fn error_body(&self, refusal: &Refusal, _: u64) -> Value {
        json!({"error": {
            "message": refusal.message,
            "type": refusal.kind,
            "param": refusal.param,
            "code": refusal.code,
        }})
    }

    fn error_event(&self, refusal: &Refusal, serial: u64) -> Event {
        Event { name: None, data: self.error_body(refusal, serial).to_string() }
    }

    /// <https://platform.openai.com/docs/api-reference/debugging-requests>, 2026-11-20.
    fn headers(&self, serial: u64) -> Vec<(&'static str, String)> {
        vec![
            ("x-request-id", id("req_", serial, 32)),
            ("openai-organization", "mock-organization".to_owned()),
            ("openai-processing-ms", "12".to_owned()),
            ("openai-version", "2020-10-01".to_owned()),
            ("x-ratelimit-limit-requests", "10000".to_owned()),
            ("x-ratelimit-limit-tokens", "2000000".to_owned()),
            ("x-ratelimit-remaining-requests", "9999".to_owned()),
            ("x-ratelimit-remaining-tokens", "1999880".to_owned()),
            ("x-ratelimit-reset-requests", "6ms".to_owned()),
            ("x-ratelimit-reset-tokens", "3ms".to_owned()),
        ]
    }
}
