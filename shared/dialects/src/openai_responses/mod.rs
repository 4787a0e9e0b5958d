//! OpenAI's Responses API, `POST /v1/responses`.
//!
//! Facts from the types of the official Python SDK 3.52.0 (`openai/types/responses`,
//! <https://github.com/openai/openai-python>), the API reference
//! <https://platform.openai.com/docs/api-reference/responses>, its streaming section
//! <https://platform.openai.com/docs/api-reference/responses-streaming> and the guide
//! <https://developers.openai.com/api/docs/guides/migrate-to-responses> (all read 2026-11-21).
//!
//! # Requests
//!
//! | Responses | neutral | towards Responses |
//! |---|---|---|
//! | `instructions` | a first message of role system | the first message, if it is one text of role system |
//! | `input` string | one user message | always items |
//! | `message` items, with or without `type` | messages; what the model said in a row (messages, calls, thoughts) is one turn | one item for each run of text; a name has no field (reported) |
//! | `input_text`, `output_text` (`annotations`) | `Text` | annotations stay behind (reported) |
//! | `input_image` | `Image`; a `data:` URL is `Base64`, `file_id` an uploaded file | `detail` is `auto` unless named |
//! | `input_file` | `Document` (`file_data`, `file_id`, `file_url`, `filename`) | plain text becomes `input_text` |
//! | `input_audio` | `Audio` | refused: messages cannot hold it |
//! | `refusal` | `Refusal` | `refusal` |
//! | `function_call`, `custom_tool_call` | `ToolCall`, linked by `call_id` | the same |
//! | `function_call_output`, `custom_tool_call_output` | a message of role tool with one `ToolResult` | the same, text alone as a string; `is_error` has no field (reported) |
//! | `reasoning` | `Reasoning` | only with this dialect's own proof (below), else reported |
//! | calls of tools that the provider runs, and other items of the model | `Opaque` | as they were |
//! | results and approvals that the client gives for built-in tools | refused: the tool is unknown elsewhere, and without them nothing makes sense | – |
//! | `id` and `status` of an item | – | not written: they name what a provider has stored |
//! | `additional_tools` | `tools` | `tools` |
//! | `tools[]` `function`, `custom` | `tools`; a grammar is kept in `parameters` | `strict` is said, because it is the default here |
//! | other `tools[]` (built-in, MCP, namespaces) | opaque, named as their type | as they were |
//! | `tools[]` `web_search…`; `max_tool_calls`, if no other built-in tool is offered | tools that search, with `filters`; `max_uses` | `web_search`, where the provider searches |
//! | `tool_choice` | `tool_choice`; a built-in tool by its type | only when tools are offered; a choice of a tool that was left out is refused |
//! | `max_output_tokens` | `max_output_tokens` | at least 16 |
//! | `temperature`, `top_p` | `sampling` | temperature at most 2; the rest of `sampling`, `stop` and `n` are reported |
//! | `text.format`, `text.verbosity` | `response_format`, `verbosity` in `extras` | as `openai-chat` does |
//! | `reasoning.effort` | `reasoning.effort`; `none` also means not enabled | as `openai-chat` does with budgets |
//! | `reasoning.summary` | `reasoning.display` `summarized` | `auto` where thoughts shall be shown |
//! | `include` `message.output_text.logprobs`, `top_logprobs` | `logprobs`, `top_logprobs` in `extras` | the same |
//! | `include` `reasoning.encrypted_content` | – (always given) | asked for together with reasoning: models without it refuse the word |
//! | `store` | `extras` | `false` unless the client asks |
//! | `user`, `service_tier`, `stream` | same | only tiers that OpenAI knows |
//! | everything else | `extras` | only parameters that OpenAI knows |
//!
//! `previous_response_id`, `conversation`, `prompt`, `background`, item references and compactions stand for
//! what OpenAI has stored, or for work that it goes on with alone. No provider of another dialect has that,
//! so a request with one of them is refused, never sent without it.
//!
//! Towards a provider that speaks this dialect nothing is translated, and all of that works.
//!
//! # Answers
//!
//! | Responses | neutral | towards Responses |
//! |---|---|---|
//! | `output[]` | the content of one candidate, in order | text and refusals in a row are one message; further candidates are reported |
//! | `output_text.logprobs` | `logprobs` in `openai-chat`'s shape | the same |
//! | `status` `completed` | `Stop`; `ToolCalls` or `Refusal` where the output has such | also for `Pause` and unknown reasons (reported) |
//! | `incomplete_details.reason` `max_output_tokens`, `content_filter` | `Length`, `ContentFilter` | also for `ContextWindow` (reported) and `Refusal` without words |
//! | `status` `failed`, `error` | a problem | |
//! | `usage` | `usage` | all details are numbers, 0 where nothing is known |
//! | fields that repeat the request | – | from the client's own request |
//!
//! Ids of items are made from the answer's id and the item's place.
//!
//! # Streams
//!
//! Every event has `type` and a `sequence_number` from 0. Written are `response.created` and
//! `response.in_progress`; for each item `response.output_item.added`, its parts and deltas, and
//! `response.output_item.done`; then `response.completed` or `response.incomplete` with the whole answer. An
//! error is an `error` event (its fields flat, as documented, and under `error`, as sent: official clients
//! raise it only then), and `response.failed` where the answer had begun.
//!
//! # Thoughts
//!
//! A `reasoning` item has a summary or its full text, and `encrypted_content`, which proves to the model that
//! the thoughts are its own. `proof` says how such proofs survive the way through other dialects and back.

mod adapt;
mod annotations;
pub(crate) mod count_tokens;
mod echo;
mod error;
mod finish;
mod item;
mod logprobs;
mod prompts;
mod proof;
mod request;
mod response;
mod stream;
#[cfg(test)]
mod tests;
mod text;
mod usage;

use chat::json::{Map, Value, object};
use chat::text::Visit;
use chat::{Event, Problem};

use crate::dialect::{
    ClientContext, Codec, Dialect, Endpoint, Operation, ProviderContext, ProviderRequest, Reader,
    StreamDecoder, StreamEncoder,
};
use crate::extension;
use crate::neutral::{Request, Response, Usage};
use crate::openai_chat::OpenaiChat;
use crate::prompts::Prompts;
use crate::providers::Provider;
use crate::rate_limits::RateLimits;
use crate::tool_names::ToolNames;
use crate::unary::Services;
use crate::{Drops, StreamText};

/// The name of this dialect.
const NAME: &str = "openai-responses";

/// Why something was dropped that this dialect cannot say.
const UNSUPPORTED: &str = "not supported by openai-responses";

/// Why a field was dropped that the neutral model has no place for.
const NOT_CARRIED: &str = "not carried over";

/// The service tiers of requests and answers (SDK `responses/service_tier.py`, read 2026-11-21).
const SERVICE_TIERS: [&str; 7] =
    ["auto", "default", "flex", "scale", "priority", "fast", "ultrafast"];

/// The dialect `openai-responses`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenaiResponses;

impl Dialect for OpenaiResponses {
    fn name(&self) -> &'static str {
        NAME
    }

    /// OpenAI's path, and Azure's of the API versions before v1.
    fn endpoints(&self) -> &'static [Endpoint] {
        &[
            Endpoint { method: "POST", suffix: "/v1/responses", operation: Operation::Chat },
            Endpoint { method: "POST", suffix: "/openai/responses", operation: Operation::Chat },
        ]
    }

    /// The same SDKs send the same headers.
    fn request_headers(&self) -> &'static [&'static str] {
        OpenaiChat.request_headers()
    }

    fn lists_tools(&self) -> bool {
        true
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
        prompts::add(body, prompts)
    }

    /// Reads an answer, or an event that carries one.
    fn usage(&self, body: &Value) -> Option<Usage> {
        usage::decode(body.get("response").unwrap_or(body).get("usage")?)
    }

    fn rate_limits(&self) -> Option<&'static RateLimits> {
        Some(&crate::openai_chat::RATE_LIMITS)
    }

    fn extension<'a>(&self, body: &'a mut Value, streamed: bool) -> Option<&'a mut Map> {
        if !streamed {
            return body.as_object_mut();
        }
        let kind = body.get("type").and_then(Value::as_str);
        let is_last = matches!(kind, Some("response.completed" | "response.incomplete"));
        body.get_mut("response").filter(|_| is_last)?.as_object_mut()
    }

    fn encode_error(&self, problem: &Problem) -> (u16, Value) {
        OpenaiChat.encode_error(problem)
    }

    fn encode_stream_error(&self, problem: &Problem, after: Option<&Event>) -> Vec<Event> {
        let number = after.and_then(|event| event.as_json()?.get("sequence_number")?.as_u64());
        vec![error::event(problem, number.map_or(0, |number| number.saturating_add(1)))]
    }
}

impl Reader for OpenaiResponses {
    fn decode_request(
        &self,
        _path: &str,
        body: Value,
        drops: &mut Drops,
    ) -> Result<Request, Problem> {
        request::decode(body, drops)
    }
}

impl Codec for OpenaiResponses {
    fn tool_names(&self) -> Option<ToolNames> {
        Some(ToolNames::OPENAI)
    }

    fn encode_request(
        &self,
        mut request: Request,
        context: ProviderContext<'_>,
        drops: &mut Drops,
    ) -> Result<ProviderRequest, Problem> {
        context.provider.forget_searches(&mut request);
        let mut body = request::encode(request, drops)?;
        adapt::adapt(&mut body, context.provider, drops);
        Ok(ProviderRequest { path: "/responses".into(), headers: &[], body })
    }

    fn echo(&self, body: &Value) -> Map {
        echo::of(body)
    }

    fn provider_path(&self, path: &str, _body: &Value) -> String {
        match path.split_once('?') {
            Some((_, query)) => format!("/responses?{query}"),
            None => "/responses".to_owned(),
        }
    }

    fn adapt(&self, body: &mut Value, provider: &Provider, drops: &mut Drops) -> bool {
        adapt::adapt(body, provider, drops)
    }

    fn services(&self) -> Services {
        Services::OPENAI
    }

    fn decode_response(&self, body: Value, drops: &mut Drops) -> Result<Response, Problem> {
        response::decode(body, drops)
    }

    fn encode_response(
        &self,
        response: Response,
        context: &ClientContext,
        drops: &mut Drops,
    ) -> Value {
        response::encode(response, context, drops)
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> Problem {
        OpenaiChat.decode_error(status, body)
    }

    fn stream_decoder(&self) -> Box<dyn StreamDecoder> {
        Box::<stream::Decoder>::default()
    }

    fn stream_encoder(&self, context: ClientContext) -> Box<dyn StreamEncoder> {
        Box::new(stream::Encoder::new(context))
    }
}
