//! `ollama-chat`: Ollama's own chat API, in both directions.
//!
//! Sources, read 2026-11-21: the reference <https://docs.ollama.com/api/chat>, streams
//! <https://docs.ollama.com/api/streaming>, errors <https://docs.ollama.com/api/errors>, and the types of the
//! server <https://github.com/ollama/ollama/blob/main/api/types.go>.
//!
//! # Requests
//!
//! | Ollama | neutral | towards Ollama |
//! |---|---|---|
//! | `model` | `model` | |
//! | `stream`, which is on unless it is off | `stream` | always written |
//! | `messages` | messages | `developer` as `system`; results of tools as messages of their own |
//! | `content` | `Text` | several texts are joined with an empty line, as Ollama joins messages |
//! | `images`: bare base64 | `Image`, its type read off its first bytes | a URL is an error |
//! | `thinking` | `Reasoning` | without its proof |
//! | `tool_calls` | `ToolCall` | arguments as an object |
//! | `tool_call_id`, `tool_name` | `ToolResult` | both are written; a result without an id answers the call of its name |
//! | `tools` | `tools` | there is no choice: for "none" no tools are offered, a demand is reported |
//! | `format` | `response_format` | `json`, or a schema |
//! | `think` | `reasoning` | low, medium, high, max, or on and off |
//! | `options`: `temperature`, `top_k`, `top_p`, `seed`, both penalties, `num_predict`, `stop` | `sampling`, `max_output_tokens`, `stop` | |
//! | other `options`, `keep_alive`, `truncate`, `shift` | `extras` | |
//! | `logprobs`, `top_logprobs` | `extras` | |
//!
//! # Answers
//!
//! | Ollama | neutral | remarks |
//! |---|---|---|
//! | `message` | content: thoughts, text, calls | calls without an id get one |
//! | `model`, `created_at` | `model`, `created` | to the second |
//! | `done_reason` | `finish` | |
//! | `prompt_eval_count`, `eval_count` | `usage` | |
//! | `total_duration` and the other durations | – | how long it took; not written |
//! | `logprobs` | `logprobs` | in OpenAI's shape, as Ollama has it |
//! | `remote_model`, `remote_host` | `extras` | |
//!
//! A stream is lines of JSON (`application/x-ndjson`): each has what was added, the last has `done` and the counts.

mod answer;
mod error;
mod request;
mod stream;
#[cfg(test)]
mod tests;
mod time;

use chat::json::{Map, Value};
use chat::text::Visit;
use chat::{Event, Framing, Problem};

use crate::extension;
use crate::flat::remove_unsupported;
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
const NOT_SUPPORTED: &str = "not supported by ollama-chat";

/// Why a field of this dialect is in the drops.
const NOT_CARRIED: &str = "no counterpart in other dialects";

/// Ollama's own chat API.
#[derive(Debug)]
pub struct OllamaChat;

impl Dialect for OllamaChat {
    fn name(&self) -> &'static str {
        "ollama-chat"
    }

    fn endpoints(&self) -> &'static [Endpoint] {
        &[Endpoint { method: "POST", suffix: "/api/chat", operation: Operation::Chat }]
    }

    fn request_headers(&self) -> &'static [&'static str] {
        &[]
    }

    fn streams(&self, _path: &str, body: &Value) -> bool {
        body.get("stream").and_then(Value::as_bool).unwrap_or(true)
    }

    /// The fields are those of `openai-chat`.
    fn visit_request(&self, body: &mut Value, visit: Visit<'_>) -> bool {
        openai_chat::text::visit_request(body, visit)
    }

    fn visit_response(&self, body: &mut Value, visit: Visit<'_>) -> bool {
        let message = body.get_mut("message");
        let edited = message.is_some_and(|it| openai_chat::text::visit_said(it, 0, visit));
        edited | extension::visit(body, visit)
    }

    fn stream_text(&self) -> Option<Box<dyn StreamText>> {
        extension::shown(stream::Text::default())
    }

    fn add_prompts(&self, body: &mut Value, prompts: &Prompts) -> bool {
        openai_chat::add_prompts(body, prompts)
    }

    fn usage(&self, body: &Value) -> Option<Usage> {
        answer::usage(body)
    }

    fn extension<'a>(&self, body: &'a mut Value, streamed: bool) -> Option<&'a mut Map> {
        let is_last = body.get("done").and_then(Value::as_bool) == Some(true);
        body.as_object_mut().filter(|_| is_last || !streamed)
    }

    fn encode_error(&self, problem: &Problem) -> (u16, Value) {
        error::encode(problem)
    }

    fn encode_stream_error(&self, problem: &Problem, _after: Option<&Event>) -> Vec<Event> {
        vec![Event::json(error::encode(problem).1)]
    }

    fn framing(&self) -> Framing {
        Framing::Ndjson
    }
}

impl Reader for OllamaChat {
    fn decode_request(
        &self,
        _path: &str,
        body: Value,
        drops: &mut Drops,
    ) -> Result<Request, Problem> {
        request::decode(body, drops)
    }
}

impl Codec for OllamaChat {
    fn encode_request(
        &self,
        request: Request,
        context: ProviderContext<'_>,
        drops: &mut Drops,
    ) -> Result<ProviderRequest, Problem> {
        let mut body = request::encode(request, drops)?;
        remove_unsupported(&mut body, context.provider, drops);
        Ok(ProviderRequest { path: "/chat".into(), headers: &[], body })
    }

    fn provider_path(&self, _path: &str, _body: &Value) -> String {
        "/chat".to_owned()
    }

    fn adapt(&self, body: &mut Value, provider: &Provider, drops: &mut Drops) -> bool {
        remove_unsupported(body, provider, drops)
    }

    fn services(&self) -> Services {
        Services { embeddings: Some(Service::Other(&wires::OLLAMA_EMBEDDINGS)), ..Services::NONE }
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
        answer::encode(response, context, drops)
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> Problem {
        error::decode(status, body)
    }

    fn stream_decoder(&self) -> Box<dyn StreamDecoder> {
        Box::<stream::Decoder>::default()
    }

    fn stream_encoder(&self, context: ClientContext) -> Box<dyn StreamEncoder> {
        Box::new(stream::Encoder::new(context))
    }
}
