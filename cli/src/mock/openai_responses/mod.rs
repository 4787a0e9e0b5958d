//! OpenAI's `POST /v1/responses`.
//!
//! Sources, read 2026-11-21: <https://platform.openai.com/docs/api-reference/responses/create>,
//! <https://platform.openai.com/docs/api-reference/responses-streaming>, and the types of the
//! official Python SDK 3.52.0
//! (<https://github.com/openai/openai-python/tree/main/src/openai/types/responses>). Paths, keys,
//! errors and headers are those of the whole API, as in `openai_chat`.
//!
//! Nothing is stored, so what refers to something stored is not found. Built-in tools are taken
//! and never called.

mod answer;
mod events;
mod request;
mod rules;
mod shapes;

use hyper::http::request::Parts;
use hyper::{HeaderMap, Method};
use serde_json::{Value, json};

use super::cursor::Problem;
use super::dialect::{Dialect, Event, Operation, Refusal, Turn};
use super::model::Prompt;
use super::openai_chat::{OpenAiChat, error};
use super::services::{self, Service};

/// The dialect `openai-responses`.
pub(crate) struct OpenAiResponses;

impl Dialect for OpenAiResponses {
    fn name(&self) -> &'static str {
        "openai-responses"
    }

    fn operation(&self, method: &Method, path: &str) -> Result<Operation, Refusal> {
        match path {
            "/v1/responses" if method == Method::POST => Ok(Operation::Generate),
            "/v1/responses" => Err(error::method_not_allowed(method, path)),
            "/v1/chat/completions" => Err(error::unknown_url(method, path)),
            _ => OpenAiChat.operation(method, path),
        }
    }

    fn services(&self) -> &'static [Service] {
        services::OPENAI
    }

    fn refuse(&self, problem: &Problem) -> Refusal {
        OpenAiChat.refuse(problem)
    }

    fn admit(&self, headers: &HeaderMap, key: Option<&str>) -> Result<(), Refusal> {
        OpenAiChat.admit(headers, key)
    }

    fn read(&self, _: &Parts, body: &Value) -> Result<Prompt, Refusal> {
        request::read(body).map_err(|problem| error::refuse(&problem))
    }

    fn answer(&self, turn: &Turn<'_>) -> Value {
        answer::response(turn)
    }

    fn events(&self, turn: &Turn<'_>) -> Vec<Event> {
        events::events(turn)
    }

    fn models(&self, id: Option<&str>) -> Value {
        OpenAiChat.models(id)
    }

    fn unreadable(&self, why: &str) -> Refusal {
        OpenAiChat.unreadable(why)
    }

    fn refusal(&self, status: u16) -> Refusal {
        OpenAiChat.refusal(status)
    }

    fn error_body(&self, refusal: &Refusal, serial: u64) -> Value {
        OpenAiChat.error_body(refusal, serial)
    }

    /// Flat, as documented.
    fn error_event(&self, refusal: &Refusal, _: u64) -> Event {
        let data = json!({
            "type": "error",
            "code": refusal.code.unwrap_or("server_error"),
            "message": refusal.message,
            "param": refusal.param,
            "sequence_number": 0,
        });
        Event { name: Some("error"), data: data.to_string() }
    }

    fn headers(&self, serial: u64) -> Vec<(&'static str, String)> {
        OpenAiChat.headers(serial)
    }
}
