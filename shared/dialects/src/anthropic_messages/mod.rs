//! `anthropic-messages`: Anthropic's Messages API, in both directions.
//!
//! Sources, read 2026-11-20: the reference <https://platform.claude.com/docs/en/api/messages>, versions
//! <https://platform.claude.com/docs/en/api/versioning>, and the pages named in the modules; types as in the
//! official Python SDK 2.11.0.
//!
//! # Requests
//!
//! | Anthropic | neutral | remarks |
//! |---|---|---|
//! | `model` | `model` | what it takes decides on thinking, effort, sampling and force: `limits` |
//! | `max_tokens` | `max_output_tokens` | where the client names none: configuration, then the model's own limit |
//! | `system`, messages of role `system` | messages of role system | written: one text block each, in order, at the front; one that stood later is reported as moved |
//! | `messages` | `messages` | read one to one; written as alternating turns, tool results first in theirs |
//! | string content | one text block | written as a list of blocks, which means the same; empty text is left out |
//! | `text` (`citations`) | `Text` | citations of other dialects are reported |
//! | `image`, `document` | `Image`, `Document` | base64, text, URL and file sources |
//! | `tool_use` | `ToolCall` | `input` as text; ids outside `[a-zA-Z0-9_-]+` are rewritten reversibly |
//! | `tool_result` (`is_error`) | `ToolResult` | stays a block of the user's message when read |
//! | `thinking`, `redacted_thinking` | `Reasoning`, `RedactedReasoning` | written only with a signature |
//! | other blocks | `Opaque` | whole |
//! | – | `Refusal` | written as text |
//! | – | `Audio` | reported; an error where a message holds nothing else |
//! | `cache_control` | `cache` | on blocks, tools and the request |
//! | `tools` | `tools` | `strict` included; tools that Anthropic defines are opaque; custom (free text) tools are left out and reported |
//! | `tools` of type `web_search_…` | `tools` that search, with all options | `web_search_20250305`, where the provider searches; domains are allowed or blocked, `search_context_size` is reported |
//! | `tool_choice` `auto`, `any`, `tool`, `none` | `Auto`, `Required`, `Tool`, `None` | `Allowed` restricts the tools offered |
//! | `disable_parallel_tool_use: true` | `parallel_tool_calls: Some(false)` | `false` is the default and not carried |
//! | `thinking` `adaptive`, `enabled`, `disabled`, `between_tools` | `reasoning` | `budget_tokens` and `display` too; budget and effort are converted where the model knows only the other |
//! | `output_config.effort` | `reasoning.effort` | alone it asks for thinking |
//! | `output_config.format` (beta: `output_format`) | `response_format` `JsonSchema` | always enforced; without name and `strict` |
//! | `temperature`, `top_k`, `top_p` | `sampling` | clamped, or reported where model or thinking forbid them |
//! | `stop_sequences` | `stop` | white space alone is refused by Anthropic and reported |
//! | `metadata.user_id` | `user` | |
//! | `service_tier` | `service_tier` | only `auto` and `standard_only` are written |
//! | `stream` | `stream` | a stream always states its usage |
//! | `thread` `continue` | – | refused with 404 `thread_not_found`: only Anthropic has the conversation |
//! | other parameters | `extras` | |
//!
//! # Answers
//!
//! | Anthropic | neutral | remarks |
//! |---|---|---|
//! | `content` | `candidates[0].content` | further candidates are reported |
//! | `stop_reason`, `stop_sequence` | `finish` | written after what was said: `tool_use` if and only if a tool is called at a regular end |
//! | `tool_use.input` | arguments | text that is no JSON object becomes `{"_raw": text}` |
//! | `usage` | `usage` | neutral input = `input_tokens` + cache reads + cache writes |
//! | `usage.service_tier` | `service_tier` | only `standard`, `priority` and `batch` are written |
//! | `container`, `context_management`, `diagnostics`, `stop_details` | `extras` | in a stream too: kept under [`EXTENSION`](crate::EXTENSION) |
//!
//! # Versions
//!
//! Requests that are written go out as version 2023-06-01: 2026-10-21 refuses `temperature`, `top_p` and
//! `top_k` whatever the model, and is otherwise the same for all that is written here. A request that is
//! already in this dialect keeps the version that its client chose.

mod content;
mod error;
mod limits;
mod prompts;
mod request;
mod response;
mod stream;
#[cfg(test)]
mod tests;
mod text;
mod usage;

pub(crate) use limits::model as claude;
pub(crate) use request::{Circumstances, plan, sample};

use chat::json::{Map, Value};
use chat::text::Visit;
use chat::{Event, Problem};

use crate::extension;
use crate::neutral::{Request, Response, Usage};
use crate::prompts::Prompts;
use crate::providers::Provider;
use crate::rate_limits::{Limited, RateLimits, Reset};
use crate::tool_names::ToolNames;
use crate::unary::{Service, Services};
use crate::{
    ClientContext, Codec, Dialect, Drops, Endpoint, Operation, ProviderContext, ProviderRequest,
    Reader, StreamDecoder, StreamEncoder, StreamText,
};

/// The dialect's name.
const NAME: &str = "anthropic-messages";

/// Why a field of another dialect is in the drops.
const NOT_SUPPORTED: &str = "not supported by anthropic-messages";

/// The API version that requests are written in.
const VERSION: &str = "2023-06-01";

/// <https://platform.claude.com/docs/en/api/rate-limits#response-headers>, as the simulated provider sends them too.
const RATE_LIMITS: RateLimits = RateLimits {
    prefix: "anthropic-ratelimit-",
    rows: &[
        (
            Limited::Requests,
            [
                "anthropic-ratelimit-requests-limit",
                "anthropic-ratelimit-requests-remaining",
                "anthropic-ratelimit-requests-reset",
            ],
        ),
        (
            Limited::Tokens,
            [
                "anthropic-ratelimit-tokens-limit",
                "anthropic-ratelimit-tokens-remaining",
                "anthropic-ratelimit-tokens-reset",
            ],
        ),
        (
            Limited::InputTokens,
            [
                "anthropic-ratelimit-input-tokens-limit",
                "anthropic-ratelimit-input-tokens-remaining",
                "anthropic-ratelimit-input-tokens-reset",
            ],
        ),
        (
            Limited::OutputTokens,
            [
                "anthropic-ratelimit-output-tokens-limit",
                "anthropic-ratelimit-output-tokens-remaining",
                "anthropic-ratelimit-output-tokens-reset",
            ],
        ),
    ],
    reset: Reset::Time,
};

/// Anthropic's Messages API.
#[derive(Debug)]
pub struct AnthropicMessages;

impl Dialect for AnthropicMessages {
    fn name(&self) -> &'static str {
        NAME
    }

    fn endpoints(&self) -> &'static [Endpoint] {
        const ENDPOINTS: &[Endpoint] =
            &[Endpoint { method: "POST", suffix: "/v1/messages", operation: Operation::Chat }];
        ENDPOINTS
    }

    fn request_headers(&self) -> &'static [&'static str] {
        &[
            "anthropic-beta",
            "anthropic-dangerous-direct-browser-access",
            "anthropic-user-profile-id",
            "anthropic-version",
            "anthropic-workspace-id",
        ]
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

    /// Reads an answer, `message_start` or `message_delta`. The last may state the output alone; the input
    /// is 0 then.
    fn usage(&self, body: &Value) -> Option<Usage> {
        usage::decode(body.get("usage").or_else(|| body.pointer("/message/usage"))?)
    }

    fn rate_limits(&self) -> Option<&'static RateLimits> {
        Some(&RATE_LIMITS)
    }

    fn extension<'a>(&self, body: &'a mut Value, streamed: bool) -> Option<&'a mut Map> {
        let is_last = body.get("type").and_then(Value::as_str) == Some("message_delta");
        body.as_object_mut().filter(|_| is_last || !streamed)
    }

    fn encode_error(&self, problem: &Problem) -> (u16, Value) {
        error::encode(problem)
    }

    fn encode_stream_error(&self, problem: &Problem, _after: Option<&Event>) -> Vec<Event> {
        vec![error::encode_event(problem)]
    }
}

impl Reader for AnthropicMessages {
    fn decode_request(
        &self,
        _path: &str,
        body: Value,
        drops: &mut Drops,
    ) -> Result<Request, Problem> {
        request::decode(body, drops)
    }
}

impl Codec for AnthropicMessages {
    fn tool_names(&self) -> Option<ToolNames> {
        Some(ToolNames { most: 128, ..ToolNames::OPENAI })
    }

    fn encode_request(
        &self,
        request: Request,
        context: ProviderContext<'_>,
        drops: &mut Drops,
    ) -> Result<ProviderRequest, Problem> {
        request::encode(request, context, drops)
    }

    /// Keeps the query: `?beta=true` is how the SDKs call the beta API.
    fn provider_path(&self, path: &str, _body: &Value) -> String {
        match path.split_once('?') {
            Some((_, query)) => format!("/messages?{query}"),
            None => "/messages".to_owned(),
        }
    }

    fn default_headers(&self) -> &'static [(&'static str, &'static str)] {
        &[("anthropic-version", VERSION)]
    }

    fn adapt(&self, body: &mut Value, provider: &Provider, drops: &mut Drops) -> bool {
        request::adapt(body, provider, drops)
    }

    fn services(&self) -> Services {
        Services { count_tokens: Some(Service::Same("/messages/count_tokens")), ..Services::NONE }
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
        error::decode(status, body)
    }

    fn stream_decoder(&self) -> Box<dyn StreamDecoder> {
        Box::new(stream::Decoder::default())
    }

    fn stream_encoder(&self, context: ClientContext) -> Box<dyn StreamEncoder> {
        Box::new(stream::Encoder::new(context))
    }
}
