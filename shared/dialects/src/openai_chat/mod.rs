//! OpenAI's Chat Completions, `POST /v1/chat/completions`, and what compatible providers added to it.
//!
//! Facts from OpenAI's API reference
//! <https://platform.openai.com/docs/api-reference/chat/create>, its streaming section
//! <https://platform.openai.com/docs/api-reference/chat-streaming>, its error guide
//! <https://platform.openai.com/docs/guides/error-codes> and the types of the official Python SDK 3.52.0
//! (all read 2026-11-20).
//!
//! # Requests
//!
//! | OpenAI | neutral | towards OpenAI |
//! |---|---|---|
//! | `messages[]` | one [`Message`](crate::neutral::Message) each, same order | tool results of a user turn become `tool` messages in front of it |
//! | role `system`, `developer`, `user`, `assistant` | the role of that name | unchanged |
//! | role `tool` | [`Role::Tool`](crate::neutral::Role::Tool) with one `ToolResult` | text stays; media goes into the `user` message that follows (reported); `is_error` has no field (reported) |
//! | role `function` (deprecated) | like `tool`; the call's id is made from the position of the call | written as `tool` (reported) |
//! | `content` string, `text` part | `Text` | one text alone is a string, several are parts |
//! | `refusal`, `refusal` part | `Refusal` | `refusal` |
//! | `image_url` part | `Image`; a `data:` URL is `Base64` | an uploaded file cannot be said: refused |
//! | `input_audio` part | `Audio` | a URL cannot be said: refused |
//! | `file` part | `Document` (`file_data`, `file_id`, `filename`) | a URL cannot be said: refused; plain text becomes a `text` part |
//! | other parts, `audio: {id}` of an assistant | `Opaque` | as they were |
//! | `tool_calls[]`, `function_call` (deprecated) | `ToolCall` after the text | `tool_calls[]` |
//! | `reasoning_content`, `thinking_blocks` (below) | `Reasoning`, `RedactedReasoning` in front of the text | OpenAI takes no thoughts back (reported) |
//! | `cache_control` of a part, message or tool; `prompt_cache_breakpoint` of a part | `cache` | OpenAI caches by itself (reported) |
//! | `tools[]`, `functions[]` (deprecated) | `tools`; a custom tool's grammar is kept in `parameters`; unknown kinds are opaque | `tools[]` |
//! | `web_search_options` | a tool that searches, `web_search` | the same, where the provider searches and the model is made for it (`…-search…`); domains and `max_uses` are reported |
//! | `tool_choice`, `function_call` (deprecated) | `tool_choice` | only when tools are offered |
//! | `max_completion_tokens`, else `max_tokens` (deprecated) | `max_output_tokens` | the name the provider takes |
//! | `temperature`, `top_p`, `seed`, `*_penalty`, `top_k` (extension) | `sampling` | all but `top_k` (reported); temperature at most 2 |
//! | `stop` | `stop` | at most 4 |
//! | `n` | `candidates` | `n` |
//! | `stream`, `stream_options.include_usage` | `stream`, `stream_usage` | usage is always asked for |
//! | `response_format` | `response_format` | `json_schema.name` defaults to `response`; a nameless schema is strict where OpenAI can enforce it |
//! | `reasoning_effort` | `reasoning.effort`; `none` also means not enabled | see below |
//! | `user`, `service_tier` | same | only tiers that OpenAI knows |
//! | everything else | `extras` | only parameters that OpenAI knows |
//!
//! A token budget becomes `reasoning_effort`: up to 1,024 tokens `low`, up to 2,048 `medium`, above `high`
//! (the dialect `anthropic-messages` turns efforts into budgets by the same table). "Adaptive" and a bare
//! "enabled" leave the model's own default. A bare "disabled" too: models without reasoning refuse the
//! parameter; a provider whose row says so is told by `thinking: {"type": "disabled"}`.
//!
//! # Answers
//!
//! | OpenAI | neutral |
//! |---|---|
//! | `choices[].message.content`, `annotations` | `Text` with citations |
//! | `message.refusal` | `Refusal` |
//! | `message.tool_calls`, `function_call` (deprecated) | `ToolCall` |
//! | `message.audio` | `Opaque` |
//! | `message.reasoning_content` or `reasoning`, `thinking_blocks`, `reasoning_details` | `Reasoning`, `RedactedReasoning` |
//! | `finish_reason` `stop`, `length`, `content_filter` | `Stop`, `Length`, `ContentFilter` |
//! | `finish_reason` `tool_calls`, `function_call`, or `stop` of a message that calls tools | `ToolCalls` |
//! | `finish_reason` `stop` of a message that is a refusal | `Refusal` |
//! | `usage` | `usage`; both count cached tokens as input and reasoning as output |
//!
//! Back: `StopSequence`, `Pause` and unknown reasons are `stop` (reported), `ContextWindow` is `length`, and a refusal
//! without words (Anthropic's classifiers) is `content_filter`. `service_tier` is written only if OpenAI
//! has that tier; official clients refuse others.
//!
//! # Thoughts
//!
//! OpenAI shows none here. Compatible providers do, and clients read them: `reasoning_content` (DeepSeek
//! <https://api-docs.deepseek.com/guides/thinking_mode>), `reasoning` and `reasoning_details` (OpenRouter
//! <https://openrouter.ai/docs/use-cases/reasoning-tokens>), `thinking_blocks` with Anthropic's `thinking`,
//! `signature` and `data` (LiteLLM <https://docs.litellm.ai/docs/reasoning_content>; all read 2026-11-20).
//! All are read; `reasoning_content` is written, and `thinking_blocks` where there is a signature or
//! redacted data to be given back. In a stream, a signed block is written as one `thinking_blocks` item,
//! whole, when its signature is known. The proof of a call of Gemini's stands at the call, in `extra_content`, as Google's
//! own compatible endpoint has it: in front of the text it would be taken for the text's. Thoughts never stand in `content`. A provider whose row says so gets unsigned
//! thoughts back, and an empty `reasoning_content` with calls that came without.

mod adapt;
mod citations;
pub(crate) mod count_tokens;
mod error;
mod finish;
mod prompts;
mod reasoning;
mod request;
mod response;
mod stream;
pub(crate) mod text;
mod tidy;
mod usage;

use chat::json::{Map, Value, object};
use chat::text::Visit;
use chat::{Event, Problem};

use crate::dialect::{
    ClientContext, Codec, Dialect, Endpoint, Operation, ProviderContext, ProviderRequest, Reader,
    StreamDecoder, StreamEncoder, Tidy,
};
use crate::extension;
use crate::neutral::{Effort, Request, Response, Usage};
use crate::prompts::Prompts;
use crate::providers::Provider;
use crate::rate_limits::{Limited, RateLimits, Reset};
use crate::tool_names::ToolNames;
use crate::unary::Services;
use crate::{Drops, StreamText};

// OpenAI's other API says the same in the same words.
pub(crate) use citations::web_pages;
pub(crate) use error::within as error_within;
pub(crate) use prompts::add as add_prompts;
pub(crate) use request::{
    audio, cache, check_choice, data_url, default_name, effort, fits_strict, grammar,
    in_openais_code, parsable, part, response_format, schema, source, tool_call, tools,
    unsupported,
};

/// The name of this dialect.
const NAME: &str = "openai-chat";

/// Why something was dropped that this dialect cannot say.
const UNSUPPORTED: &str = "not supported by openai-chat";

/// Why something was dropped that nobody knows.
const UNKNOWN: &str = "unknown field";

/// The service tiers of requests and answers
/// (<https://platform.openai.com/docs/api-reference/chat/create>, read 2026-11-20).
const SERVICE_TIERS: [&str; 6] = ["auto", "default", "flex", "scale", "priority", "fast"];

/// <https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers> (read 2026-11-21).
pub(crate) const RATE_LIMITS: RateLimits = RateLimits {
    prefix: "x-ratelimit-",
    rows: &[
        (
            Limited::Requests,
            [
                "x-ratelimit-limit-requests",
                "x-ratelimit-remaining-requests",
                "x-ratelimit-reset-requests",
            ],
        ),
        (
            Limited::Tokens,
            [
                "x-ratelimit-limit-tokens",
                "x-ratelimit-remaining-tokens",
                "x-ratelimit-reset-tokens",
            ],
        ),
    ],
    reset: Reset::Duration,
};

/// The dialect `openai-chat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenaiChat;

impl Dialect for OpenaiChat {
    fn name(&self) -> &'static str {
        NAME
    }

    fn endpoints(&self) -> &'static [Endpoint] {
        &[Endpoint { method: "POST", suffix: "/chat/completions", operation: Operation::Chat }]
    }

    /// OpenAI's own headers and those that its SDKs add.
    fn request_headers(&self) -> &'static [&'static str] {
        &[
            "openai-beta",
            "openai-organization",
            "openai-project",
            "x-stainless-arch",
            "x-stainless-async",
            "x-stainless-custom-event-handler",
            "x-stainless-custom-poll-interval",
            "x-stainless-helper-method",
            "x-stainless-lang",
            "x-stainless-os",
            "x-stainless-package-version",
            "x-stainless-poll-helper",
            "x-stainless-raw-response",
            "x-stainless-read-timeout",
            "x-stainless-retry-count",
            "x-stainless-runtime",
            "x-stainless-runtime-version",
            "x-stainless-stream-helper",
            "x-stainless-timeout",
        ]
    }

    fn lists_tools(&self) -> bool {
        true
    }

    fn visit_request(&self, body: &mut Value, visit: Visit<'_>) -> bool {
        text::visit_request(body, visit) | text::visit_unknown_parameters(body, visit)
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

    fn usage(&self, body: &Value) -> Option<Usage> {
        usage::find(body).and_then(usage::decode)
    }

    fn ask_stream_usage(&self, body: &mut Value) -> bool {
        usage::ask(body)
    }

    fn hide_stream_usage(&self, event: Event) -> Option<Event> {
        usage::hide(event)
    }

    fn rate_limits(&self) -> Option<&'static RateLimits> {
        Some(&RATE_LIMITS)
    }

    /// `choices` are empty in the chunk that tells the usage.
    fn extension<'a>(&self, body: &'a mut Value, streamed: bool) -> Option<&'a mut Map> {
        let choices = body.get("choices")?.as_array()?;
        let ends = |choice: &Value| choice.get("finish_reason").is_some_and(|it| !it.is_null());
        let is_last = choices.is_empty() || choices.iter().any(ends);
        body.as_object_mut().filter(|_| is_last || !streamed)
    }

    fn encode_error(&self, problem: &Problem) -> (u16, Value) {
        error::encode(problem)
    }

    fn encode_stream_error(&self, problem: &Problem, _after: Option<&Event>) -> Vec<Event> {
        error::encode_in_stream(problem)
    }
}

impl Reader for OpenaiChat {
    fn decode_request(
        &self,
        _path: &str,
        body: Value,
        drops: &mut Drops,
    ) -> Result<Request, Problem> {
        request::decode(body, drops)
    }
}

impl Codec for OpenaiChat {
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
        if let Some(reasoning) = &mut request.reasoning
            && reasoning.enabled == Some(false)
            && context.provider.quirks.thinking_switch
        {
            reasoning.effort = Some(Effort::None);
        }
        // Usage is asked for in any case; only a client that asked too loses something without it.
        let may_ask = context.provider.quirks.stream_options || request.stream_usage;
        let mut body = request::encode(request, context.provider.quirks.thoughts_back, drops)?;
        if !may_ask && let Value::Object(map) = &mut body {
            map.shift_remove("stream_options");
        }
        adapt::adapt(&mut body, context.provider, drops);
        Ok(ProviderRequest { path: "/chat/completions".into(), headers: &[], body })
    }

    fn provider_path(&self, path: &str, _body: &Value) -> String {
        match path.split_once('?') {
            Some((_, query)) => format!("/chat/completions?{query}"),
            None => "/chat/completions".to_owned(),
        }
    }

    fn adapt(&self, body: &mut Value, provider: &Provider, drops: &mut Drops) -> bool {
        adapt::adapt(body, provider, drops)
    }

    fn tidies(&self) -> Option<&'static Tidy> {
        Some(&Tidy { answer: tidy::tidy, is_error: error::is_own })
    }

    fn services(&self) -> Services {
        Services::OPENAI
    }

    fn check(&self, body: &Value, provider: &Provider) -> Result<(), Problem> {
        if provider.quirks.image_urls { Ok(()) } else { adapt::check_images(body) }
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
        Box::<stream::Decoder>::default()
    }

    fn stream_encoder(&self, context: ClientContext) -> Box<dyn StreamEncoder> {
        Box::new(stream::Encoder::new(context))
    }
}

#[cfg(test)]
mod tests;
