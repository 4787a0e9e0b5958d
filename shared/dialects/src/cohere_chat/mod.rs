//! `cohere-chat`: Cohere's chat API, version 2, in both directions.
//!
//! Sources, read 2026-11-21: the reference <https://docs.cohere.com/reference/chat> and
//! <https://docs.cohere.com/reference/chat-stream>, its OpenAPI document
//! <https://github.com/cohere-ai/cohere-developer-experience/blob/main/cohere-openapi.yaml>, and the types of
//! the official Python SDK <https://github.com/cohere-ai/cohere-python>.
//!
//! # Requests
//!
//! | Cohere | neutral | towards Cohere |
//! |---|---|---|
//! | `model`, `stream`, `max_tokens`, `seed` | the same | |
//! | `messages` | messages | `developer` as `system`; results of tools as messages of their own |
//! | `content`: `text`, `image_url` | `Text`, `Image` | media of results move to the user message that follows |
//! | `content`: `thinking` | `Reasoning` | without its proof |
//! | `tool_plan` | `Text` | what is said beside calls |
//! | `tool_calls` | `ToolCall` | |
//! | `content`: `document` in a result | `Text`, the document's data as JSON | |
//! | `documents` | `Document`, in front of the last user message | of documents only plain text; an error otherwise |
//! | `tools`, `strict_tools` | `tools` | strict for all or for none |
//! | `tool_choice`: `REQUIRED`, `NONE` | `tool_choice` | of one tool, or of some: only those are offered |
//! | `temperature`, `p`, `k`, both penalties | `sampling` | clamped to Cohere's ranges |
//! | `stop_sequences` | `stop` | at most 5 |
//! | `response_format` | `response_format` | not beside tools or documents, which Cohere refuses |
//! | `thinking` | `reasoning` | an effort only as on or off |
//! | `logprobs`, `citation_options`, `safety_mode`, `priority` | `extras` | |
//!
//! # Answers
//!
//! | Cohere | neutral | remarks |
//! |---|---|---|
//! | `id` | `id` | the model is not told |
//! | `message` | content: thoughts, plan, text, calls | |
//! | `message.citations` | citations of the text | only Cohere's own are written |
//! | `finish_reason` | `finish` | |
//! | `usage.tokens`, `usage.cached_tokens` | `usage` | `billed_units` where there is nothing else |
//! | `logprobs` | `logprobs` | in OpenAI's shape |

mod error;
mod finish;
mod logprobs;
mod request;
mod response;
mod stream;
#[cfg(test)]
mod tests;
mod text;
mod usage;

use chat::json::{Map, Value};
use chat::text::Visit;
use chat::{Event, Problem};

use crate::extension;
use crate::neutral::{Request, Response, Usage};
use crate::openai_chat;
use crate::prompts::Prompts;
use crate::providers::Provider;
use crate::unary::{Service, Services, wires};
use crate::{
    ClientContext, Codec, Dialect, Drops, Endpoint, Operation, ProviderContext, ProviderRequest,
    Reader, StreamDecoder, StreamEncoder, StreamText,
};

/// Why a field of another dialect is in the drops.
const NOT_SUPPORTED: &str = "not supported by cohere-chat";

/// Why a field of this dialect is in the drops.
const NOT_CARRIED: &str = "no counterpart in other dialects";

/// Cohere's chat API, version 2.
#[derive(Debug)]
pub struct CohereChat;

impl Dialect for CohereChat {
    fn name(&self) -> &'static str {
        "cohere-chat"
    }

    fn endpoints(&self) -> &'static [Endpoint] {
        &[Endpoint { method: "POST", suffix: "/v2/chat", operation: Operation::Chat }]
    }

    fn request_headers(&self) -> &'static [&'static str] {
        &["x-client-name", "x-fern-language", "x-fern-sdk-name", "x-fern-sdk-version"]
    }

    fn visit_request(&self, body: &mut Value, visit: Visit<'_>) -> bool {
        text::visit_request(body, visit)
    }

    fn visit_response(&self, body: &mut Value, visit: Visit<'_>) -> bool {
        text::visit_response(body, visit) | extension::visit(body, visit)
    }

    fn stream_text(&self) -> Option<Box<dyn StreamText>> {
        extension::shown(stream::Text::default())
    }

    fn add_prompts(&self, body: &mut Value, prompts: &Prompts) -> bool {
        openai_chat::add_prompts(body, prompts)
    }

    /// Reads an answer or the event `message-end`.
    fn usage(&self, body: &Value) -> Option<Usage> {
        usage::decode(body.get("usage").or_else(|| body.pointer("/delta/usage"))?)
    }

    fn extension<'a>(&self, body: &'a mut Value, streamed: bool) -> Option<&'a mut Map> {
        let is_last = body.get("type").and_then(Value::as_str) == Some("message-end");
        body.as_object_mut().filter(|_| is_last || !streamed)
    }

    fn encode_error(&self, problem: &Problem) -> (u16, Value) {
        error::encode(problem)
    }

    fn encode_stream_error(&self, problem: &Problem, _after: Option<&Event>) -> Vec<Event> {
        vec![error::encode_event(problem)]
    }
}

impl Reader for CohereChat {
    fn decode_request(
        &self,
        _path: &str,
        body: Value,
        drops: &mut Drops,
    ) -> Result<Request, Problem> {
        request::decode(body, drops)
    }
}

impl Codec for CohereChat {
    fn encode_request(
        &self,
        request: Request,
        context: ProviderContext<'_>,
        drops: &mut Drops,
    ) -> Result<ProviderRequest, Problem> {
        let mut body = request::encode(request, drops)?;
        self.adapt(&mut body, context.provider, drops);
        Ok(ProviderRequest { path: "/chat".into(), headers: &[], body })
    }

    fn provider_path(&self, _path: &str, _body: &Value) -> String {
        "/chat".to_owned()
    }

    fn adapt(&self, body: &mut Value, provider: &Provider, drops: &mut Drops) -> bool {
        crate::flat::remove_unsupported(body, provider, drops)
    }

    fn services(&self) -> Services {
        Services {
            embeddings: Some(Service::Other(&wires::COHERE_EMBEDDINGS)),
            rerank: Some(Service::Same("/rerank")),
            ..Services::NONE
        }
    }

    fn decode_response(&self, body: Value, drops: &mut Drops) -> Result<Response, Problem> {
        response::decode(body, drops)
    }

    fn encode_response(
        &self,
        response: Response,
        _context: &ClientContext,
        drops: &mut Drops,
    ) -> Value {
        response::encode(response, drops)
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> Problem {
        error::decode(status, body)
    }

    fn stream_decoder(&self) -> Box<dyn StreamDecoder> {
        Box::<stream::Decoder>::default()
    }

    fn stream_encoder(&self, _context: ClientContext) -> Box<dyn StreamEncoder> {
        Box::<stream::Encoder>::default()
    }
}
