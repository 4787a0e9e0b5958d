//! Anthropic's `POST /v1/messages`.
//!
//! Sources, read 2026-11-20: <https://platform.claude.com/docs/en/api/messages/create>,
//! <https://platform.claude.com/docs/en/api/errors>,
//! <https://platform.claude.com/docs/en/build-with-claude/streaming>, and the types of the official
//! Python SDK 2.11.0 (<https://github.com/anthropics/anthropic-sdk-python>), beta included.

mod answer;
mod blocks;
mod error;
mod request;
mod rules;
mod server_results;
mod shapes;
mod stream;
mod thinking;
mod tool_shapes;
mod turns;

use hyper::http::request::Parts;
use hyper::{HeaderMap, Method};
use serde_json::{Value, json};

use super::cursor::Problem;
use super::dialect::{Dialect, Event, Operation, Refusal, Turn, id};
use super::model::Prompt;
use super::services::{self, Service};

/// The dialect `anthropic-messages`.
pub(crate) struct AnthropicMessages;

/// <https://platform.claude.com/docs/en/api/versioning>, and the one that the Python SDK 2.11.0
/// sends (`_client.py`), 2026-11-20.
const VERSIONS: [&str; 3] = ["2023-01-01", "2023-06-01", "2026-10-21"];

impl Dialect for AnthropicMessages {
    fn name(&self) -> &'static str {
        "anthropic-messages"
    }

    fn operation(&self, method: &Method, path: &str) -> Result<Operation, Refusal> {
        let readable = method == Method::GET || method == Method::HEAD;
        match path {
            "/v1/messages" if method == Method::POST => Ok(Operation::Generate),
            "/v1/models" if readable => Ok(Operation::ListModels),
            "/v1/messages" | "/v1/models" => Err(error::method_not_allowed()),
            _ => match path.strip_prefix("/v1/models/") {
                Some(id) if readable && !id.is_empty() => Ok(Operation::ShowModel(id.to_owned())),
                _ => Err(error::of_status(404)),
            },
        }
    }

    fn services(&self) -> &'static [Service] {
        services::ANTHROPIC
    }

    fn refuse(&self, problem: &Problem) -> Refusal {
        error::refuse(problem)
    }

    fn admit(&self, headers: &HeaderMap, key: Option<&str>) -> Result<(), Refusal> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let bearer = text("authorization").and_then(|value| value.strip_prefix("Bearer "));
        match text("x-api-key").or(bearer).map(str::trim) {
            None | Some("") => return Err(error::unauthorized("x-api-key header is required")),
            Some(given) if key.is_some_and(|key| key != given) => {
                return Err(error::unauthorized("invalid x-api-key"));
            }
            Some(_) => {}
        }
        match text("anthropic-version") {
            None | Some("") => Err(error::bad_header("anthropic-version: header is required")),
            Some(version) if !VERSIONS.contains(&version) => Err(error::bad_header(&format!(
                "anthropic-version: \"{version}\" is not a valid version"
            ))),
            Some(_) => Ok(()),
        }
    }

    fn read(&self, request: &Parts, body: &Value) -> Result<Prompt, Refusal> {
        let betas: Vec<&str> = request
            .headers
            .get_all("anthropic-beta")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .filter(|beta| !beta.is_empty())
            .collect();
        if body.pointer("/thread/type").and_then(Value::as_str) == Some("continue") {
            return Err(error::thread_not_found());
        }
        request::read(body, &betas).map_err(|problem| error::refuse(&problem))
    }

    fn answer(&self, turn: &Turn<'_>) -> Value {
        answer::message(turn)
    }

    fn events(&self, turn: &Turn<'_>) -> Vec<Event> {
        stream::events(turn)
    }

    fn models(&self, id: Option<&str>) -> Value {
        let model = |id: &str| {
            json!({
                "type": "model", "id": id, "display_name": id, "lifecycle": "active",
                "created_at": "2026-11-20T00:00:00Z", "max_input_tokens": 200_000,
                "max_tokens": 64_000,
            })
        };
        let (first, last) = ("claude-opus-5-5", "claude-sonnet-4-6");
        match id {
            Some(id) => model(id),
            None => json!({
                "data": [model(first), model(last)],
                "first_id": first, "has_more": false, "last_id": last,
            }),
        }
    }

    fn unreadable(&self, why: &str) -> Refusal {
        error::unreadable(why)
    }

    fn refusal(&self, status: u16) -> Refusal {
        error::of_status(status)
    }

    fn error_body(&self, refusal: &Refusal, serial: u64) -> Value {
        let mut error = json!({"type": refusal.kind, "message": refusal.message});
        if let (Value::Object(error), Some(code)) = (&mut error, refusal.code) {
            error.insert("details".to_owned(), json!({"error_code": code}));
        }
        json!({"type": "error", "error": error, "request_id": id("req_", serial, 24)})
    }

    /// <https://platform.claude.com/docs/en/build-with-claude/streaming#error-events>, 2026-11-20.
    fn error_event(&self, refusal: &Refusal, serial: u64) -> Event {
        Event { name: Some("error"), data: self.error_body(refusal, serial).to_string() }
    }

    /// <https://platform.claude.com/docs/en/api/rate-limits#response-headers>, 2026-11-20.
    fn headers(&self, serial: u64) -> Vec<(&'static str, String)> {
        let reset = "2026-11-20T00:01:00Z".to_owned();
        vec![
            ("request-id", id("req_", serial, 24)),
            ("anthropic-organization-id", "00000000-0000-4000-8000-000000000000".to_owned()),
            ("anthropic-ratelimit-requests-limit", "4000".to_owned()),
            ("anthropic-ratelimit-requests-remaining", "3999".to_owned()),
            ("anthropic-ratelimit-requests-reset", reset.clone()),
            ("anthropic-ratelimit-input-tokens-limit", "2000000".to_owned()),
            ("anthropic-ratelimit-input-tokens-remaining", "1999000".to_owned()),
            ("anthropic-ratelimit-input-tokens-reset", reset.clone()),
            ("anthropic-ratelimit-output-tokens-limit", "400000".to_owned()),
            ("anthropic-ratelimit-output-tokens-remaining", "399000".to_owned()),
            ("anthropic-ratelimit-output-tokens-reset", reset),
        ]
    }
}
