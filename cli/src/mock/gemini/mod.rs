//! Google's `models.generateContent` and `models.streamGenerateContent`, as AI Studio and Vertex AI
//! serve them.
//!
//! Sources, read 2026-11-21: <https://ai.google.dev/api/generate-content>,
//! <https://ai.google.dev/gemini-api/docs/troubleshooting>, and the types of the official Python
//! SDK google-genai 3.4.0 (<https://github.com/googleapis/python-genai>).

mod answer;
mod error;
mod request;
mod rules;
mod shapes;
mod spelling;

use hyper::http::request::Parts;
use hyper::{HeaderMap, Method};
use serde_json::{Value, json};

use super::cursor::Problem;
use super::dialect::{Dialect, Event, Operation, Refusal, Turn};
use super::model::Prompt;
use super::services::{self, Service};

/// The dialect `gemini`.
pub(crate) struct Gemini;

/// What a path asks for: the model, and whether its answer is streamed.
struct Asked<'a> {
    model: &'a str,
    stream: bool,
}

/// Reads `/v1beta/models/MODEL:METHOD` or `/v1/projects/P/locations/L/publishers/google/models/MODEL:METHOD`.
fn asked(path: &str) -> Option<Asked<'_>> {
    let rest = ["/v1/", "/v1beta/", "/v1beta1/"].iter().find_map(|it| path.strip_prefix(it))?;
    let (parent, model) = rest.rsplit_once("models/")?;
    let studio = parent.is_empty();
    let parts: Vec<&str> = parent.split('/').collect();
    let vertex = matches!(
        parts.as_slice(),
        ["projects", _, "locations", _, "publishers", "google", ""] | ["publishers", "google", ""]
    );
    let (model, method) = model.split_once(':')?;
    let stream = match method {
        "generateContent" => false,
        "streamGenerateContent" => true,
        _ => return None,
    };
    ((studio || vertex) && !model.is_empty()).then_some(Asked { model, stream })
}

impl Dialect for Gemini {
    fn name(&self) -> &'static str {
        "gemini"
    }

    fn operation(&self, method: &Method, path: &str) -> Result<Operation, Refusal> {
        let readable = method == Method::GET || method == Method::HEAD;
        match path.strip_prefix("/v1beta/models") {
            _ if asked(path).is_some() && method == Method::POST => Ok(Operation::Generate),
            Some("") if readable => Ok(Operation::ListModels),
            Some(id) if readable && id.len() > 1 => {
                Ok(Operation::ShowModel(id.trim_start_matches('/').to_owned()))
            }
            _ => Err(error::of_status(404)),
        }
    }

    fn services(&self) -> &'static [Service] {
        services::GEMINI
    }

    fn refuse(&self, problem: &Problem) -> Refusal {
        error::refuse(problem)
    }

    /// AI Studio takes `x-goog-api-key`, Vertex AI a bearer token.
    fn admit(&self, headers: &HeaderMap, key: Option<&str>) -> Result<(), Refusal> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let bearer = text("authorization").and_then(|value| value.strip_prefix("Bearer "));
        match text("x-goog-api-key").or(bearer).map(str::trim) {
            None | Some("") => Err(error::of_status(403)),
            Some(given) if key.is_some_and(|key| key != given) => match bearer {
                Some(_) => Err(error::of_status(401)),
                None => Err(error::wrong_key()),
            },
            Some(_) => Ok(()),
        }
    }

    fn read(&self, request: &Parts, body: &Value) -> Result<Prompt, Refusal> {
        let asked = asked(request.uri.path()).ok_or_else(|| error::of_status(404))?;
        let query = request.uri.query().unwrap_or_default();
        if asked.stream && !query.split('&').any(|pair| pair == "alt=sse") {
            return Err(error::not_simulated("a stream without alt=sse"));
        }
        request::read(&asked, body).map_err(|problem| error::refuse(&problem))
    }

    fn answer(&self, turn: &Turn<'_>) -> Value {
        answer::whole(turn)
    }

    fn events(&self, turn: &Turn<'_>) -> Vec<Event> {
        answer::events(turn)
    }

    fn models(&self, id: Option<&str>) -> Value {
        let model = |id: &str| {
            json!({
                "name": format!("models/{id}"), "version": "001", "displayName": id,
                "inputTokenLimit": 1_048_576, "outputTokenLimit": 65_536, "thinking": true,
                "supportedGenerationMethods": ["generateContent", "countTokens"],
            })
        };
        match id {
            Some(id) => model(id),
            None => json!({"models": [model("gemini-3.8-flash"), model("gemini-2.5-pro")]}),
        }
    }

    fn unreadable(&self, why: &str) -> Refusal {
        error::unreadable(why)
    }

    fn refusal(&self, status: u16) -> Refusal {
        error::of_status(status)
    }

    fn error_body(&self, refusal: &Refusal, _: u64) -> Value {
        error::body(refusal)
    }

    fn error_event(&self, refusal: &Refusal, serial: u64) -> Event {
        Event { name: None, data: self.error_body(refusal, serial).to_string() }
    }

    fn headers(&self, _: u64) -> Vec<(&'static str, String)> {
        vec![
            ("vary", "Origin, X-Origin, Referer".to_owned()),
            ("server-timing", "gfet4t7; dur=12".to_owned()),
            ("x-content-type-options", "nosniff".to_owned()),
        ]
    }
}
