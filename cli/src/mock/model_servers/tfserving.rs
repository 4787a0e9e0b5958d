//! `predict` of a model that reads a text and writes one.

use hyper::http::request::Parts;
use hyper::{HeaderMap, Method};
use serde_json::{Value, json};

use super::{admit, error_body, refusal, refused};
use crate::mock::cursor::{Cursor, Problem};
use crate::mock::dialect::{Dialect, Event, Operation, Refusal, Turn};
use crate::mock::model::{Last, Prompt};
use crate::mock::shape::{STRING, Shape, optional, required};

/// The dialect `tfserving-predict`.
pub(crate) struct TfservingPredict;

const REQUEST: Shape = Shape::Record(&[
    required(
        "instances",
        Shape::List { of: &Shape::Either(&[STRING, Shape::Object]), min: 1, max: usize::MAX },
    ),
    optional("signature_name", STRING),
]);

fn asked(path: &str) -> Option<&str> {
    let model = path.strip_prefix("/v1/models/")?.strip_suffix(":predict")?;
    let parts: Vec<&str> = model.split('/').collect();
    let known = matches!(
        parts.as_slice(),
        [name] | [name, "versions" | "labels", _] if !name.is_empty()
    );
    known.then_some(model)
}

fn read(model: &str, body: &Value) -> Result<Prompt, Problem> {
    let body = Cursor::root(body);
    REQUEST.check(&body)?;
    let instances = body.items_of("instances");
    let [instance] = instances.as_slice() else {
        return Err(body.breaks("this model takes one instance"));
    };
    let text = match instance.value() {
        Value::Object(fields) => fields.values().find_map(Value::as_str),
        other => other.as_str(),
    };
    let last = Last::User(text.unwrap_or_default().to_owned());
    Ok(Prompt { model: model.to_owned(), last, choices: 1, ..Prompt::default() })
}

impl Dialect for TfservingPredict {
    fn name(&self) -> &'static str {
        "tfserving-predict"
    }

    fn operation(&self, method: &Method, path: &str) -> Result<Operation, Refusal> {
        match asked(path) {
            Some(_) if method == Method::POST => Ok(Operation::Generate),
            _ => Err(refused(404, "Malformed request")),
        }
    }

    fn admit(&self, headers: &HeaderMap, key: Option<&str>) -> Result<(), Refusal> {
        admit(headers, key)
    }

    fn read(&self, request: &Parts, body: &Value) -> Result<Prompt, Refusal> {
        let model = asked(request.uri.path()).ok_or_else(|| refusal(404))?;
        read(model, body).map_err(|problem| self.refuse(&problem))
    }

    fn answer(&self, turn: &Turn<'_>) -> Value {
        let texts: Vec<&str> = turn.replies.iter().map(|reply| reply.text.as_str()).collect();
        json!({"predictions": texts})
    }

    /// Nothing is streamed.
    fn events(&self, _: &Turn<'_>) -> Vec<Event> {
        Vec::new()
    }

    fn models(&self, _: Option<&str>) -> Value {
        json!({})
    }

    fn unreadable(&self, why: &str) -> Refusal {
        refused(400, why)
    }

    fn refusal(&self, status: u16) -> Refusal {
        refusal(status)
    }

    fn error_body(&self, refusal: &Refusal, _: u64) -> Value {
        error_body(refusal)
    }

    fn error_event(&self, refusal: &Refusal, _: u64) -> Event {
        Event { name: None, data: error_body(refusal).to_string() }
    }

    fn headers(&self, _: u64) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}
