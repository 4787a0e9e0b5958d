//! Cohere's `POST /v2/chat`.
//!
//! Sources, read 2026-11-21: <https://docs.cohere.com/reference/chat>,
//! <https://docs.cohere.com/reference/errors> and the OpenAPI document
//! <https://github.com/cohere-ai/cohere-developer-experience/blob/main/cohere-openapi.yaml>.

mod answer;
mod request;
mod shapes;

use hyper::http::request::Parts;
use hyper::{HeaderMap, Method};
use serde_json::{Value, json};

use super::cursor::Problem;
use super::dialect::{Dialect, Event, Operation, Refusal, Turn, id, refuse_plainly};
use super::model::Prompt;
use super::services::{self, Service};

/// The dialect `cohere-chat`.
pub(crate) struct CohereChat;

impl Dialect for CohereChat {
    fn name(&self) -> &'static str {
        "cohere-chat"
    }

    fn operation(&self, method: &Method, path: &str) -> Result<Operation, Refusal> {
        match (path, method) {
            ("/v2/chat", &Method::POST) => Ok(Operation::Generate),
            ("/v1/models", &Method::GET) => Ok(Operation::ListModels),
            _ => Err(self.refusal(404)),
        }
    }

    fn services(&self) -> &'static [Service] {
        services::COHERE
    }

    fn admit(&self, headers: &HeaderMap, key: Option<&str>) -> Result<(), Refusal> {
        let value = headers.get("authorization").and_then(|value| value.to_str().ok());
        let token = value.and_then(|value| value.split_once(' '));
        let token = token.filter(|it| it.0.eq_ignore_ascii_case("bearer")).map(|it| it.1.trim());
        match token {
            None | Some("") => Err(refused(401, "no api key supplied")),
            Some(given) if key.is_some_and(|key| key != given) => {
                Err(refused(401, "invalid api token"))
            }
            Some(_) => Ok(()),
        }
    }

    fn refuse(&self, problem: &Problem) -> Refusal {
        refuse_plainly(problem, "invalid request: ")
    }

    fn read(&self, _: &Parts, body: &Value) -> Result<Prompt, Refusal> {
        request::read(body).map_err(|problem| self.refuse(&problem))
    }

    fn answer(&self, turn: &Turn<'_>) -> Value {
        answer::whole(turn)
    }

    fn events(&self, turn: &Turn<'_>) -> Vec<Event> {
        answer::events(turn)
    }

    fn models(&self, _: Option<&str>) -> Value {
        json!({"models": [{"name": "command-a-03-2025", "endpoints": ["chat"]}]})
    }

    fn unreadable(&self, why: &str) -> Refusal {
        refused(400, &format!("invalid request: body is not valid JSON: {why}"))
    }

    fn refusal(&self, status: u16) -> Refusal {
        let message = match status {
            401 => "invalid api token",
            404 => "model not found, make sure the correct model ID was used",
            429 => "You are past the per minute request limit, please wait and try again later.",
            503 | 529 => "service unavailable",
            400..500 => "invalid request",
            _ => "internal server error",
        };
        refused(if status == 529 { 503 } else { status }, message)
    }

    fn error_body(&self, refusal: &Refusal, serial: u64) -> Value {
        json!({"id": id("", serial, 36), "message": refusal.message})
    }

    fn error_event(&self, refusal: &Refusal, _: u64) -> Event {
        let delta = json!({"error": refusal.message, "finish_reason": "ERROR"});
        answer::event("message-end", json!({"delta": delta}))
    }

    fn headers(&self, serial: u64) -> Vec<(&'static str, String)> {
        vec![("x-debug-trace-id", id("", serial, 32)), ("num_tokens", "129".to_owned())]
    }
}

fn refused(status: u16, message: &str) -> Refusal {
    let message = message.to_owned();
    Refusal { status, kind: "", problem: message.clone(), message, code: None, param: None }
}
