//! `tfserving-predict`: TensorFlow Serving's `predict` for models that read a text and write one, in both directions.
//!
//! Source, read 2026-11-21: <https://www.tensorflow.org/tfx/serving/api_rest>.
//!
//! | TensorFlow Serving | neutral | remarks |
//! |---|---|---|
//! | model in the path, with `/versions/…` or `/labels/…` | `model` | |
//! | `instances`, one text or one object with one text | messages | a conversation is rendered as a prompt, as for `kserve-v2` |
//! | `signature_name` and other fields | `extras` | `parameters.set` of a target adds one |
//! | `predictions`, one text or one object with one text | `Text` | |
//!
//! There are no parameters, no counts and no streams. A client that wants a stream gets the answer as one.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use chat::json::{Map, Value};
use chat::text::{Visit, visit_leaves};
use chat::{Event, Problem, Scope};

use crate::endpoint::without_query;
use crate::flat::{self, remove_unsupported};
use crate::kserve_v2::request::{NOT_SUPPORTED, asked};
use crate::kserve_v2::{answer, prompt, stream};
use crate::neutral::{Finish, Request, Response, Usage};
use crate::prompts::{Prompts, add_to_text};
use crate::providers::Provider;
use crate::reader::{Fields, bad_answer, missing, wrong_value};
use crate::{
    ClientContext, Codec, Dialect, Drops, Endpoint, Operation, ProviderContext, ProviderRequest,
    Reader, StreamDecoder, StreamEncoder,
};

static ENDPOINT: Endpoint =
    Endpoint { method: "POST", suffix: "/v1/models/{model}:predict", operation: Operation::Chat };

/// TensorFlow Serving's `predict`.
#[derive(Debug)]
pub struct TfservingPredict;

/// The only text of a list of one.
fn text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    let [only] = body.get(name)?.as_array()?.as_slice() else { return None };
    match only {
        Value::Object(fields) => {
            let mut texts = fields.values().filter_map(Value::as_str);
            texts.next().filter(|_| texts.next().is_none())
        }
        _ => only.as_str(),
    }
}

fn prediction(body: &Value) -> Option<&str> {
    text(body, "predictions")
}

fn write(_model: &str, text: String) -> Map {
    let mut body = Map::new();
    body.put("predictions", vec![Value::String(text)]);
    body
}

impl Dialect for TfservingPredict {
    fn name(&self) -> &'static str {
        "tfserving-predict"
    }

    fn endpoints(&self) -> &'static [Endpoint] {
        std::slice::from_ref(&ENDPOINT)
    }

    fn request_headers(&self) -> &'static [&'static str] {
        &[]
    }

    fn model<'a>(&self, path: &'a str, _body: &'a Value) -> Option<Cow<'a, str>> {
        ENDPOINT.model(path)
    }

    fn set_model(&self, path: &mut String, _body: &mut Value, model: &str) {
        if let Some(other) = ENDPOINT.with_model(path, model) {
            *path = other;
        }
    }

    fn streams(&self, _path: &str, _body: &Value) -> bool {
        false
    }

    fn visit_request(&self, body: &mut Value, visit: Visit<'_>) -> bool {
        let mut edited = false;
        for name in ["instances", "inputs"] {
            let told = body.get_mut(name);
            edited |= told.is_some_and(|told| visit_leaves(told, Scope::User, 0, visit));
        }
        edited
    }

    fn visit_response(&self, body: &mut Value, visit: Visit<'_>) -> bool {
        let mut edited = false;
        for name in ["predictions", "outputs"] {
            let told = body.get_mut(name);
            edited |= told.is_some_and(|told| visit_leaves(told, Scope::Assistant, 0, visit));
        }
        edited
    }

    fn add_prompts(&self, body: &mut Value, prompts: &Prompts) -> bool {
        let only = body.pointer_mut("/instances/0");
        let text = only.and_then(|only| match only {
            Value::Object(fields) => fields.values_mut().find(|value| value.is_string()),
            other => Some(other),
        });
        let Some(Value::String(text)) = text else { return false };
        add_to_text(text, prompts);
        true
    }

    fn usage(&self, _body: &Value) -> Option<Usage> {
        None
    }

    fn encode_error(&self, problem: &Problem) -> (u16, Value) {
        answer::encode_error(problem)
    }

    fn encode_stream_error(&self, problem: &Problem, _after: Option<&Event>) -> Vec<Event> {
        vec![Event::json(answer::encode_error(problem).1)]
    }
}

impl Reader for TfservingPredict {
    fn decode_request(
        &self,
        path: &str,
        body: Value,
        _drops: &mut Drops,
    ) -> Result<Request, Problem> {
        let model = ENDPOINT.model(path).ok_or_else(|| missing("model".to_owned()))?.into_owned();
        if body.get("instances").is_none_or(Value::is_null) {
            return Err(missing("instances"));
        }
        let said = text(&body, "instances").map(str::to_owned);
        let said = said.ok_or_else(|| wrong_value("instances", "a list of one text"))?;
        let mut fields = Fields::new(body, "")?;
        fields.skip("instances");
        let extras = fields.stated();
        let messages = vec![asked(said, "instances")];
        Ok(Request { model, messages, extras, ..Request::default() })
    }
}

impl Codec for TfservingPredict {
    fn encode_request(
        &self,
        request: Request,
        context: ProviderContext<'_>,
        drops: &mut Drops,
    ) -> Result<ProviderRequest, Problem> {
        prompt::report_unsaid(&request, NOT_SUPPORTED, drops)?;
        let sampling = &request.sampling;
        for (name, said) in [
            ("frequency_penalty", sampling.frequency_penalty.is_some()),
            ("presence_penalty", sampling.presence_penalty.is_some()),
            ("seed", sampling.seed.is_some()),
            ("temperature", sampling.temperature.is_some()),
            ("top_k", sampling.top_k.is_some()),
            ("top_p", sampling.top_p.is_some()),
            ("max_tokens", request.max_output_tokens.is_some()),
            ("stop", !request.stop.is_empty()),
            ("stream", request.stream),
        ] {
            if said {
                drops.add(name, NOT_SUPPORTED);
            }
        }
        let conversation = flat::conversation(request.messages, NOT_SUPPORTED, drops)?;
        let said = context.template.write(conversation, NOT_SUPPORTED, drops)?;
        let mut body = Map::new();
        for (name, value) in request.extras {
            match name.as_str() {
                "signature_name" if value.is_string() => drop(body.insert(name, value)),
                _ => drops.add(name, NOT_SUPPORTED),
            }
        }
        body.put("instances", vec![Value::String(said)]);
        let mut body = Value::Object(body);
        remove_unsupported(&mut body, context.provider, drops);
        let path = ENDPOINT.path(&request.model);
        Ok(ProviderRequest { path: path.into(), headers: &[], body })
    }

    fn provider_path(&self, path: &str, _body: &Value) -> String {
        ENDPOINT.path(&ENDPOINT.model(without_query(path)).unwrap_or_default())
    }

    fn adapt(&self, body: &mut Value, provider: &Provider, drops: &mut Drops) -> bool {
        remove_unsupported(body, provider, drops)
    }

    fn decode_response(&self, body: Value, drops: &mut Drops) -> Result<Response, Problem> {
        if let Some(problem) = answer::within(&body) {
            return Err(problem);
        }
        let text = prediction(&body).map(str::to_owned);
        let text =
            text.ok_or_else(|| bad_answer(wrong_value("predictions", "a list of one text")))?;
        let known = ["predictions"];
        drops.unknown(Some(&body), format_args!(""), &known, "no counterpart in other dialects");
        let candidates = vec![answer::said(text, "predictions[0]", Finish::Stop)];
        Ok(Response { candidates, ..Response::default() })
    }

    fn encode_response(
        &self,
        response: Response,
        context: &ClientContext,
        drops: &mut Drops,
    ) -> Value {
        let (said, finish) = answer::Said::of(response, context, drops);
        let mut body = write(&said.model, said.text);
        answer::put_finish(&finish, false, &mut body, drops);
        Value::Object(body)
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> Problem {
        answer::decode_error(status, body)
    }

    fn stream_decoder(&self) -> Box<dyn StreamDecoder> {
        Box::new(stream::Decoder::new(prediction))
    }

    fn stream_encoder(&self, context: ClientContext) -> Box<dyn StreamEncoder> {
        Box::new(stream::Encoder::new(context, write))
    }
}
