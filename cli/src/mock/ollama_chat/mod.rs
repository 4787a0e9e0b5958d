//! Ollama's `POST /api/chat`.
//!
//! Sources, read 2026-11-21: <https://docs.ollama.com/api/chat>, <https://docs.ollama.com/api/errors> and the server
//! itself (<https://github.com/ollama/ollama/blob/main/api/types.go>). The server ignores fields that it does not
//! know; this mock refuses them, so that nothing is sent in vain.

mod answer;
mod request;
mod shapes;

use chat::Framing;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method};
use serde_json::{Value, json};

use super::dialect::{Dialect, Event, Operation, Refusal, Turn};
use super::model::Prompt;
use super::services::{self, Service};

/// The dialect `ollama-chat`.
pub(crate) struct OllamaChat;

impl Dialect for OllamaChat {
    fn name(&self) -> &'static str {
        "ollama-chat"
    }

    fn operation(&self, method: &Method, path: &str) -> Result<Operation, Refusal> {
        match (path, method) {
            ("/api/chat", &Method::POST) => Ok(Operation::Generate),
            ("/api/tags", &Method::GET) => Ok(Operation::ListModels),
            _ => Err(refused(404, "404 page not found")),
        }
    }

    /// A server of one's own asks for no key; with `--api-key` it stands for Ollama's cloud.
    fn services(&self) -> &'static [Service] {
        services::OLLAMA
    }

    fn admit(&self, headers: &HeaderMap, key: Option<&str>) -> Result<(), Refusal> {
        let value = headers.get("authorization").and_then(|value| value.to_str().ok());
        let given = value.and_then(|value| value.strip_prefix("Bearer "));
        match key {
            Some(key) if given != Some(key) => Err(refused(401, "unauthorized")),
            _ => Ok(()),
        }
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

    fn framing(&self) -> Framing {
        Framing::Ndjson
    }

    fn models(&self, _: Option<&str>) -> Value {
        json!({"models": [{"name": "qwen3:latest", "model": "qwen3:latest"}]})
    }

    fn unreadable(&self, why: &str) -> Refusal {
        refused(400, why)
    }

    fn refusal(&self, status: u16) -> Refusal {
        let message = match status {
            401 => "unauthorized",
            404 => "model 'qwen9' not found",
            429 => "you have reached your usage limit",
            503 | 529 => "server busy, please try again. maximum pending requests exceeded",
            400..500 => "invalid request",
            _ => "an error was encountered while running the model",
        };
        refused(if status == 529 { 503 } else { status }, message)
    }

    fn error_body(&self, refusal: &Refusal, _: u64) -> Value {
        json!({"error": refusal.message})
    }

    fn error_event(&self, refusal: &Refusal, serial: u64) -> Event {
        Event { name: None, data: self.error_body(refusal, serial).to_string() }
    }

    fn headers(&self, _: u64) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

fn refused(status: u16, message: &str) -> Refusal {
    let message = message.to_owned();
    Refusal { status, kind: "", problem: message.clone(), message, code: None, param: None }
}
