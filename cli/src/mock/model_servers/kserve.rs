//! `generate` and `generate_stream`.

use hyper::http::request::Parts;
use hyper::{HeaderMap, Method};
use serde_json::{Value, json};

use super::{admit, error_body, refusal, refused};
use crate::mock::cursor::{Cursor, Problem};
use crate::mock::dialect::{Dialect, Event, Operation, Refusal, Turn};
use crate::mock::model::{Finish, Last, PROMPT_TOKENS, Prompt, tokens};
use crate::mock::services::{self, Service};
use crate::mock::shape::{STRING, STRINGS, Shape, optional, required};

/// The dialect `kserve-v2`.
pub(crate) struct KserveV2;

/// The protocol leaves further fields and parameters to the model; this one knows those of vLLM.
const REQUEST: Shape = Shape::Record(&[
    required("text_input", STRING),
    optional("id", STRING),
    optional("exclude_input_in_output", Shape::Boolean),
    optional(
        "parameters",
        Shape::Record(&[
            optional("temperature", Shape::Number { min: 0.0, max: f64::MAX }),
            optional("top_p", Shape::Number { min: 0.0, max: 1.0 }),
            optional("top_k", Shape::Integer { min: -1, max: i64::MAX }),
            optional("seed", Shape::Integer { min: 0, max: i64::MAX }),
            optional("frequency_penalty", Shape::Number { min: -2.0, max: 2.0 }),
            optional("presence_penalty", Shape::Number { min: -2.0, max: 2.0 }),
            optional("repetition_penalty", Shape::Number { min: 0.0, max: 2.0 }),
            optional("max_tokens", Shape::Integer { min: 1, max: i64::MAX }),
            optional("stop", STRINGS),
            optional("details", Shape::Boolean),
            optional("stream", Shape::Boolean),
        ]),
    ),
]);

/// The model that a path names, and whether the answer is streamed.
fn asked(path: &str) -> Option<(&str, bool)> {
    let (model, verb) = path.strip_prefix("/v2/models/")?.rsplit_once('/')?;
    let stream = match verb {
        "generate" => false,
        "generate_stream" => true,
        _ => return None,
    };
    let parts: Vec<&str> = model.split('/').collect();
    let known = matches!(parts.as_slice(), [name] | [name, "versions", _] if !name.is_empty());
    known.then_some((model, stream))
}

fn read(model: &str, stream: bool, body: &Value) -> Result<Prompt, Problem> {
    let body = Cursor::root(body);
    REQUEST.check(&body)?;
    let parameters = body.field("parameters");
    let parameter = |name: &str| parameters.as_ref().and_then(|it| it.field(name));
    if stream && parameter("stream").is_some_and(|it| it.value() == &Value::Bool(false)) {
        return Err(body.breaks("stream is off in a request for a stream"));
    }
    let stop = parameter("stop").map(|it| it.items()).unwrap_or_default();
    Ok(Prompt {
        model: model.to_owned(),
        last: Last::User(body.text("text_input").to_owned()),
        // The protocol's own default.
        max_tokens: parameter("max_tokens").map_or(Some(20), |it| it.value().as_u64()),
        stop: stop.iter().filter_map(|it| it.value().as_str()).map(str::to_owned).collect(),
        choices: 1,
        stream,
        ..Prompt::default()
    })
}

fn piece(turn: &Turn<'_>, text: &str) -> Value {
    let (model, version) =
        turn.prompt.model.split_once("/versions/").unwrap_or((&turn.prompt.model, "1"));
    json!({"model_name": model, "model_version": version, "text_output": text})
}

fn ended(turn: &Turn<'_>, mut body: Value) -> Value {
    let Some((reply, fields)) = turn.replies.first().zip(body.as_object_mut()) else { return body };
    let reason = match reply.finish {
        Finish::Length => "length",
        Finish::StopSequence(_) => "stop_sequence",
        _ => "eos_token",
    };
    fields.insert("num_input_tokens".to_owned(), json!(PROMPT_TOKENS));
    fields.insert("num_output_tokens".to_owned(), json!(reply.output_tokens()));
    fields.insert("details".to_owned(), json!({"finish_reason": reason, "logprobs": []}));
    body
}

impl Dialect for KserveV2 {
    fn name(&self) -> &'static str {
        "kserve-v2"
    }

    fn operation(&self, method: &Method, path: &str) -> Result<Operation, Refusal> {
        match asked(path) {
            Some(_) if method == Method::POST => Ok(Operation::Generate),
            _ => Err(refused(404, "Not Found")),
        }
    }

    fn services(&self) -> &'static [Service] {
        services::INFERENCE
    }

    fn admit(&self, headers: &HeaderMap, key: Option<&str>) -> Result<(), Refusal> {
        admit(headers, key)
    }

    fn read(&self, request: &Parts, body: &Value) -> Result<Prompt, Refusal> {
        let (model, stream) = asked(request.uri.path()).ok_or_else(|| refusal(404))?;
        read(model, stream, body).map_err(|problem| self.refuse(&problem))
    }

    fn answer(&self, turn: &Turn<'_>) -> Value {
        let text = turn.replies.first().map(|reply| reply.text.as_str()).unwrap_or_default();
        ended(turn, piece(turn, text))
    }

    fn events(&self, turn: &Turn<'_>) -> Vec<Event> {
        let text = turn.replies.first().map(|reply| reply.text.as_str()).unwrap_or_default();
        let mut events: Vec<Value> = tokens(text).iter().map(|text| piece(turn, text)).collect();
        events.push(ended(turn, piece(turn, "")));
        events.into_iter().map(|it| Event { name: None, data: it.to_string() }).collect()
    }

    fn models(&self, _: Option<&str>) -> Value {
        json!([])
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
