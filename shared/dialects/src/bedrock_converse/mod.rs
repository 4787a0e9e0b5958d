//! `bedrock-converse`: Amazon Bedrock's `Converse` and `ConverseStream`, in both directions.
//!
//! Sources, read 2026-11-21: the reference
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html> and the service's model
//! in botocore 1.44.5 (`bedrock-runtime/2023-09-30/service-2.json`).
//!
//! Signing (SigV4) is Envoy's own `aws_request_signing`, the next upstream filter; an API key for Bedrock goes
//! as a bearer token. Models and streaming stand in the path.
//!
//! # Requests
//!
//! | Converse | neutral | towards Converse |
//! |---|---|---|
//! | model in the path | `model` | an ARN is one segment |
//! | `/converse-stream` | `stream` | |
//! | `system` | a message of role system | all instructions as text blocks, in order |
//! | `messages` | messages | alternating turns; results of tools come first in theirs |
//! | `text` | `Text` | blank text is left out: the service refuses it |
//! | `image`, `audio`, `document` | `Image`, `Audio`, `Document` | inline or `s3://`; an error otherwise |
//! | `toolUse` | `ToolCall` | ids and names as the service takes them |
//! | `toolResult` (`status`) | `ToolResult`; JSON as its text | tools that were called are offered, as the service demands |
//! | `reasoningContent` | `Reasoning`, `RedactedReasoning` | only with a signature, which Anthropic's own are |
//! | `citationsContent` | `Text` with citations | |
//! | `cachePoint` | `cache` of what stands before it | |
//! | `guardContent`, `video`, `searchResult`, others | `Opaque` | whole |
//! | `inferenceConfig` | `max_output_tokens`, `sampling`, `stop` | temperature at most 1 |
//! | `toolConfig` | `tools`, `tool_choice` | for "none" no tools are offered |
//! | `outputConfig.textFormat` | `response_format` | |
//! | `outputConfig.effort`, `additionalModelRequestFields.thinking`, `.reasoning_effort`, `.top_k` | `reasoning`, `sampling.top_k` | for Anthropic's models by their own rules, an effort for OpenAI's; reported for others |
//! | `serviceTier` | `service_tier` | |
//! | `guardrailConfig`, `performanceConfig`, `promptVariables`, `requestMetadata`, other fields of models | `extras` | whole |
//!
//! # Answers
//!
//! | Converse | neutral | remarks |
//! |---|---|---|
//! | `output.message.content` | content | |
//! | `stopReason` | `finish` | a guardrail is `ContentFilter` |
//! | `usage` | `usage` | neutral input = `inputTokens` + cache reads + cache writes |
//! | `metrics` | – | how long it took; written as 0 |
//! | `trace`, `additionalModelResponseFields`, `performanceConfig` | `extras` | |
//!
//! Neither the answer's id nor its model is in its body.

mod ask;
mod blocks;
mod error;
mod finish;
mod prompts;
mod request;
mod response;
mod services;
mod stream;
#[cfg(test)]
mod tests;
mod text;
mod usage;

use std::borrow::Cow;

use chat::json::{Map, Value};
use chat::text::Visit;
use chat::{Event, Framing, Problem};

use crate::extension;
use crate::neutral::{Request, Response, Usage};
use crate::prompts::Prompts;
use crate::providers::Provider;
use crate::tool_names::ToolNames;
use crate::unary::Services;
use crate::{
    ClientContext, Codec, Dialect, Drops, Endpoint, ProviderContext, ProviderRequest, Reader,
    StreamDecoder, StreamEncoder, StreamText,
};

/// The dialect's name.
const NAME: &str = "bedrock-converse";

/// Why a field of another dialect is in the drops.
const NOT_SUPPORTED: &str = "not supported by bedrock-converse";

/// Why a field of this dialect is in the drops.
const NOT_CARRIED: &str = "no counterpart in other dialects";

/// Amazon Bedrock's `Converse`.
#[derive(Debug)]
pub struct BedrockConverse;

impl Dialect for BedrockConverse {
    fn name(&self) -> &'static str {
        NAME
    }

    fn endpoints(&self) -> &'static [Endpoint] {
        ask::ENDPOINTS
    }

    /// What the SDKs add, and the signature, which holds for the request as the client sent it.
    fn request_headers(&self) -> &'static [&'static str] {
        &[
            "amz-sdk-invocation-id",
            "amz-sdk-request",
            "x-amz-content-sha256",
            "x-amz-date",
            "x-amz-security-token",
            "x-amz-user-agent",
        ]
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

    /// Reads an answer or the event `metadata`.
    fn usage(&self, body: &Value) -> Option<Usage> {
        usage::decode(body.get("usage")?)
    }

    /// Where models tell what is theirs alone: of an answer, and of `messageStop`.
    fn extension<'a>(&self, body: &'a mut Value, _streamed: bool) -> Option<&'a mut Map> {
        body.get("stopReason")?;
        let fields = body.as_object_mut()?.entry("additionalModelResponseFields");
        fields.or_insert_with(|| Value::Object(Map::new())).as_object_mut()
    }

    fn encode_error(&self, problem: &Problem) -> (u16, Value) {
        error::encode(problem)
    }

    fn encode_stream_error(&self, problem: &Problem, _after: Option<&Event>) -> Vec<Event> {
        vec![error::encode_event(problem)]
    }

    fn framing(&self) -> Framing {
        Framing::EventStream
    }
}

impl Reader for BedrockConverse {
    fn decode_request(
        &self,
        path: &str,
        body: Value,
        drops: &mut Drops,
    ) -> Result<Request, Problem> {
        request::decode(path, body, drops)
    }
}

impl Codec for BedrockConverse {
    fn tool_names(&self) -> Option<ToolNames> {
        Some(ToolNames::OPENAI)
    }

    fn encode_request(
        &self,
        request: Request,
        context: ProviderContext<'_>,
        drops: &mut Drops,
    ) -> Result<ProviderRequest, Problem> {
        request::encode(request, context, drops)
    }

    fn provider_path(&self, path: &str, _body: &Value) -> String {
        ask::below_base(path)
    }

    fn adapt(&self, body: &mut Value, provider: &Provider, drops: &mut Drops) -> bool {
        request::adapt(body, provider, drops)
    }

    fn services(&self) -> Services {
        services::SERVICES
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
