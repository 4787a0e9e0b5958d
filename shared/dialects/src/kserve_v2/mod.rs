//! `kserve-v2`: generation by the Open Inference Protocol, as KServe and Triton speak it, in both directions.
//!
//! Sources, read 2026-11-21: the protocol
//! <https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/generate_rest.yaml>, Triton's
//! <https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/extension_generate.html>
//! and the outputs of its vLLM backend
//! <https://github.com/triton-inference-server/vllm_backend/blob/main/docs/additional_outputs.md>.
//!
//! The protocol knows one text, not a conversation: that is rendered as a prompt ([`prompt`]). What a prompt cannot
//! say is reported: tools that may be called, calls, forms of the answer. What would change its meaning is an error:
//! pictures, documents that are no plain text, sound, tools that must be called.
//!
//! # Requests
//!
//! | protocol | neutral | remarks |
//! |---|---|---|
//! | model in the path, with `/versions/…` | `model` | |
//! | `/generate_stream` | `stream` | Triton's backends also want `parameters.stream` |
//! | `text_input` | messages | read as what the user says |
//! | `parameters`: `temperature`, `top_p`, `top_k`, `seed`, both penalties | `sampling` | named as vLLM names what the protocol leaves open |
//! | `parameters.max_tokens` | `max_output_tokens` | always written: the protocol's default is 20 |
//! | `parameters.stop` | `stop` | |
//! | other `parameters`, other fields | `extras` | |
//!
//! # Answers
//!
//! | protocol | neutral | remarks |
//! |---|---|---|
//! | `text_output` | `Text` | |
//! | `model_name` | `model` | |
//! | `details.finish_reason`, `finish_reason` | `finish` | written in `details` for who asked for them |
//! | `num_input_tokens`, `num_output_tokens` | `usage` | where the server tells them |
//! | others | `extras` | |
//!
//! A stream is the same answer bit by bit in server-sent events, and has no mark at its end: one that breaks off
//! between two events cannot be told from one that is complete.

pub(crate) mod answer;
mod ask;
pub mod prompt;
pub(crate) mod request;
pub(crate) mod stream;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use chat::json::{Map, Value};
use chat::text::{Visit, visit_string};
use chat::{Event, Problem, Scope};

use crate::flat::remove_unsupported;
use crate::neutral::{Request, Response, Usage};
use crate::prompts::{Prompts, add_to_text};
use crate::providers::Provider;
use crate::unary::{Service, Services, wires};
use crate::{
    ClientContext, Codec, Dialect, Drops, Endpoint, ProviderContext, ProviderRequest, Reader,
    StreamDecoder, StreamEncoder, StreamText,
};

/// Generation by the Open Inference Protocol.
#[derive(Debug)]
pub struct KserveV2;

impl Dialect for KserveV2 {
    fn name(&self) -> &'static str {
        "kserve-v2"
    }

    fn endpoints(&self) -> &'static [Endpoint] {
        ask::ENDPOINTS
    }

    fn request_headers(&self) -> &'static [&'static str] {
        &["inference-header-content-length"]
    }

    fn model<'a>(&self, path: &'a str, _body: &'a Value) -> Option<Cow<'a, str>> {
        ask::model(path)
    }

    fn set_model(&self, path: &mut String, _body: &mut Value, model: &str) {
        ask::set_model(path, model);
    }

    fn streams(&self, path: &str, _body: &Value) -> bool {
        ask::streams(path)
    }

    fn visit_request(&self, body: &mut Value, visit: Visit<'_>) -> bool {
        let text = body.get_mut("text_input");
        text.is_some_and(|text| visit_string(text, Scope::User, 0, visit))
    }

    fn visit_response(&self, body: &mut Value, visit: Visit<'_>) -> bool {
        let text = body.get_mut("text_output");
        text.is_some_and(|text| visit_string(text, Scope::Assistant, 0, visit))
    }

    fn stream_text(&self) -> Option<Box<dyn StreamText>> {
        Some(Box::<stream::Text>::default())
    }

    /// Prompts are put around the text, each with an empty line; who says them cannot be told.
    fn add_prompts(&self, body: &mut Value, prompts: &Prompts) -> bool {
        let Some(Value::String(text)) = body.get_mut("text_input") else { return false };
        add_to_text(text, prompts);
        true
    }

    fn usage(&self, body: &Value) -> Option<Usage> {
        answer::usage(body)
    }

    fn encode_error(&self, problem: &Problem) -> (u16, Value) {
        answer::encode_error(problem)
    }

    fn encode_stream_error(&self, problem: &Problem, _after: Option<&Event>) -> Vec<Event> {
        vec![Event::json(answer::encode_error(problem).1)]
    }
}

impl Reader for KserveV2 {
    fn decode_request(
        &self,
        path: &str,
        body: Value,
        _drops: &mut Drops,
    ) -> Result<Request, Problem> {
        request::decode(path, body)
    }
}

impl Codec for KserveV2 {
    fn echo(&self, body: &Value) -> Map {
        let details = body.pointer("/parameters/details").and_then(Value::as_bool);
        let mut map = Map::new();
        if details == Some(true) {
            map.put("details", true);
        }
        map
    }

    fn encode_request(
        &self,
        request: Request,
        context: ProviderContext<'_>,
        drops: &mut Drops,
    ) -> Result<ProviderRequest, Problem> {
        let path = ask::written(&request.model, request.stream);
        let mut body = request::encode(request, context, drops)?;
        remove_unsupported(&mut body, context.provider, drops);
        Ok(ProviderRequest { path: path.into(), headers: &[], body })
    }

    fn provider_path(&self, path: &str, _body: &Value) -> String {
        ask::below_base(path)
    }

    fn adapt(&self, body: &mut Value, provider: &Provider, drops: &mut Drops) -> bool {
        remove_unsupported(body, provider, drops)
    }

    fn services(&self) -> Services {
        Services {
            embeddings: Some(Service::Other(&wires::INFERENCE_EMBEDDINGS)),
            ..Services::NONE
        }
    }

    fn decode_response(&self, body: Value, drops: &mut Drops) -> Result<Response, Problem> {
        answer::decode(body, drops)
    }

    fn encode_response(
        &self,
        response: Response,
        context: &ClientContext,
        drops: &mut Drops,
    ) -> Value {
        let (mut said, finish) = answer::Said::of(response, context, drops);
        let mut body = answer::write(&said.model, std::mem::take(&mut said.text));
        answer::put_finish(&finish, context.echo.contains_key("details"), &mut body, drops);
        Value::Object(body)
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> Problem {
        answer::decode_error(status, body)
    }

    fn stream_decoder(&self) -> Box<dyn StreamDecoder> {
        Box::new(stream::Decoder::new(answer::text))
    }

    fn stream_encoder(&self, context: ClientContext) -> Box<dyn StreamEncoder> {
        Box::new(stream::Encoder::new(context, answer::write))
    }
}
