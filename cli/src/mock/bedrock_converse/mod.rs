//! Amazon Bedrock's `Converse` and `ConverseStream`.
//!
//! Sources, read 2026-11-21: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>,
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html> and the service's model
//! in botocore 1.44.5 (`bedrock-runtime/2023-09-30/service-2.json`). A signature is looked for, not verified.

mod answer;
mod request;
mod shapes;

use chat::Framing;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method};
use serde_json::{Value, json};

use super::cursor::Problem;
use super::dialect::{Dialect, Event, Operation, Refusal, Turn, id, refuse_plainly};
use super::model::Prompt;

/// The dialect `bedrock-converse`.
pub(crate) struct BedrockConverse;

/// The model that a path names, which is one segment, and whether the answer is streamed.
fn asked(path: &str) -> Option<(String, bool)> {
    let (model, verb) = path.strip_prefix("/model/")?.split_once('/')?;
    let stream = match verb {
        "converse" => false,
        "converse-stream" => true,
        _ => return None,
    };
    (!model.is_empty()).then(|| (model.replace("%3A", ":").replace("%2F", "/"), stream))
}

impl Dialect for BedrockConverse {
    fn name(&self) -> &'static str {
        "bedrock-converse"
    }

    fn operation(&self, method: &Method, path: &str) -> Result<Operation, Refusal> {
        match asked(path) {
            Some(_) if method == Method::POST => Ok(Operation::Generate),
            _ => Err(refused(404, "UnknownOperationException", "unknown operation")),
        }
    }

    /// An API key is a bearer token; otherwise there is a signature.
    fn admit(&self, headers: &HeaderMap, key: Option<&str>) -> Result<(), Refusal> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let value = text("authorization").unwrap_or_default();
        if value.starts_with("AWS4-HMAC-SHA256 ") {
            let parts = ["Credential=", "SignedHeaders=", "Signature="];
            let is_whole = parts.iter().all(|part| value.contains(part));
            return match is_whole && text("x-amz-date").is_some() {
                true => Ok(()),
                false => Err(refused(403, "IncompleteSignatureException", "incomplete signature")),
            };
        }
        match value.strip_prefix("Bearer ").map(str::trim) {
            None | Some("") => {
                let message = "Missing Authentication Token";
                Err(refused(403, "MissingAuthenticationTokenException", message))
            }
            Some(given) if key.is_some_and(|key| key != given) => {
                let message = "The security token included in the request is invalid.";
                Err(refused(403, "UnrecognizedClientException", message))
            }
            Some(_) => Ok(()),
        }
    }

    fn refuse(&self, problem: &Problem) -> Refusal {
        Refusal {
            kind: "ValidationException",
            ..refuse_plainly(problem, "The format of your request is invalid: ")
        }
    }

    fn read(&self, request: &Parts, body: &Value) -> Result<Prompt, Refusal> {
        let (model, stream) = asked(request.uri.path()).ok_or_else(|| self.refusal(404))?;
        request::read(model, stream, body).map_err(|problem| self.refuse(&problem))
    }

    fn answer(&self, turn: &Turn<'_>) -> Value {
        answer::whole(turn)
    }

    fn events(&self, turn: &Turn<'_>) -> Vec<Event> {
        answer::events(turn)
    }

    fn framing(&self) -> Framing {
        Framing::EventStream
    }

    fn models(&self, _: Option<&str>) -> Value {
        json!({})
    }

    fn unreadable(&self, why: &str) -> Refusal {
        refused(400, "SerializationException", why)
    }

    fn refusal(&self, status: u16) -> Refusal {
        let (status, kind, message) = match status {
            401 | 403 => (403, "AccessDeniedException", "You don't have access to the model."),
            404 => (404, "ResourceNotFoundException", "Could not resolve the model."),
            429 => (429, "ThrottlingException", "Too many requests, please wait."),
            503 | 529 => (503, "ServiceUnavailableException", "Bedrock is unable to process."),
            408 | 504 => (408, "ModelTimeoutException", "The model took too long."),
            400..500 => (status, "ValidationException", "The request is invalid."),
            _ => (status, "InternalServerException", "The system encountered an error."),
        };
        refused(status, kind, message)
    }

    fn error_body(&self, refusal: &Refusal, _: u64) -> Value {
        json!({"__type": refusal.kind, "message": refusal.message})
    }

    fn error_event(&self, refusal: &Refusal, _: u64) -> Event {
        let body = json!({"message": refusal.message});
        Event { name: Some("serviceUnavailableException"), data: body.to_string() }
    }

    fn headers(&self, serial: u64) -> Vec<(&'static str, String)> {
        vec![("x-amzn-requestid", id("", serial, 36))]
    }
}

fn refused(status: u16, kind: &'static str, message: &str) -> Refusal {
    let message = message.to_owned();
    Refusal { status, kind, problem: message.clone(), message, code: None, param: None }
}
