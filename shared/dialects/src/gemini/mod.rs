//! `gemini`: Google's `generateContent` and `streamGenerateContent`, in both directions, as AI Studio
//! (`/v1beta/models/MODEL:…`) and Vertex AI (`/v1/projects/…/publishers/google/models/MODEL:…`) speak it.
//!
//! Sources, read 2026-11-21: the reference <https://ai.google.dev/api/generate-content>, Vertex AI's
//! <https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference>, the pages named in
//! the modules, and the types of the official Python SDK google-genai 3.4.0.
//!
//! Every field may be spelled in two ways, `systemInstruction` and `system_instruction`; both are read, and a
//! request that has one in both is refused. Model and streaming stand in the path.
//!
//! # Requests
//!
//! | Gemini | neutral | towards Gemini |
//! |---|---|---|
//! | model in the path | `model` | |
//! | `:streamGenerateContent?alt=sse` | `stream` | without `alt=sse` the answer is one JSON array: of one answer, if it is translated |
//! | `systemInstruction` | a message of role system | all instructions as text parts, in order; one that stood later is reported as moved |
//! | `contents`, role `user` or `model` | messages of role user and assistant | alternating turns; results of functions come first in theirs |
//! | part `text` | `Text` | citations of other dialects are reported |
//! | part with `thought`, `thoughtSignature` | `Reasoning` | only with a proof of Gemini's own: `signature` |
//! | `inlineData` | `Image`, `Audio`, `Document` by media type; films are opaque | |
//! | `fileData` | a URL; files of Google's own and films are opaque | http(s) and `gs://`, the media type by the ending; an error otherwise |
//! | `functionCall` | `ToolCall`; an id is made up where there is none | names that Gemini does not take are rewritten reversibly; a current model is told that a call is not its own |
//! | `functionResponse` | `ToolResult`; `output` or `error` alone is its text | the tool's name from the call; an error where there is none |
//! | `executableCode`, `codeExecutionResult`, `toolCall`, `toolResponse`, others | `Opaque` | whole |
//! | – | `Refusal` | as text |
//! | `tools[].functionDeclarations` | `tools`; Google's `Schema` becomes JSON Schema | `parametersJsonSchema`; `strict` is reported |
//! | `tools[].googleSearch`, `googleSearchRetrieval` | tools that search; `excludeDomains` are blocked ones | `googleSearch`, where the provider searches and no functions are offered; all options are reported |
//! | `tools[]` of other kinds | opaque | whole |
//! | `toolConfig.functionCallingConfig` | `tool_choice`; `VALIDATED` with names is `Allowed` | |
//! | – | `parallel_tool_calls` | `false` is reported |
//! | `generationConfig.maxOutputTokens`, `stopSequences`, `candidateCount` | same | at most 5 stop sequences |
//! | `temperature`, `topP`, `topK`, `seed`, `frequencyPenalty`, `presencePenalty` | `sampling` | temperature at most 2, seed of 32 bits |
//! | `responseMimeType` with `responseSchema` or `responseJsonSchema` | `response_format` | always enforced; without name |
//! | `responseLogprobs`, `logprobs` | `logprobs`, `top_logprobs` of `extras` | |
//! | `thinkingConfig` | `reasoning` | level or budget, as the model takes it; thoughts are asked for |
//! | `serviceTier` | `service_tier` | |
//! | `safetySettings`, `cachedContent`, `labels` | `extras` | |
//! | other configuration | reported | – |
//!
//! # Answers
//!
//! | Gemini | neutral | remarks |
//! |---|---|---|
//! | `candidates[].content.parts` | content | pictures and sound are opaque |
//! | `finishReason` | `finish` | filters of all kinds are `ContentFilter`, `STOP` with a call is `ToolCalls` |
//! | `promptFeedback` without candidates | an empty candidate, `ContentFilter` | |
//! | `groundingMetadata` | citations of the last text | written for citations that name a web page |
//! | `logprobsResult` | `logprobs` | |
//! | `usageMetadata` | `usage` | neutral output = `candidatesTokenCount` + `thoughtsTokenCount`; input includes what tools brought |
//! | `responseId`, `modelVersion` | `id`, `model` | |

mod array;
mod ask;
pub(crate) mod count_tokens;
pub(crate) mod embeddings;
mod error;
mod finish;
mod grounding;
mod logprobs;
mod media;
mod models;
mod names;
mod parts;
mod prompts;
mod request;
mod response;
mod schema;
mod signature;
mod stream;
#[cfg(test)]
mod tests;
mod text;
mod usage;

use std::borrow::Cow;

use chat::json::{Map, Value};
use chat::text::Visit;
use chat::{Event, Problem};

use crate::extension;
use crate::neutral::{Request, Response, Usage};
use crate::prompts::Prompts;
use crate::providers::Provider;
use crate::tool_names::ToolNames;
use crate::unary::{Service, Services};
pub(crate) use signature::{extra_content, from_extra_content};

use crate::{
    ClientContext, Codec, Dialect, Drops, Endpoint, ProviderContext, ProviderRequest, Reader,
    StreamDecoder, StreamEncoder, StreamText,
};

/// The dialect's name.
const NAME: &str = "gemini";

/// Why a field of another dialect is in the drops.
const NOT_SUPPORTED: &str = "not supported by gemini";

/// Why a field of this dialect is in the drops.
const NOT_CARRIED: &str = "no counterpart in other dialects";

/// Google's `generateContent`.
#[derive(Debug)]
pub struct Gemini;

impl Dialect for Gemini {
    fn name(&self) -> &'static str {
        NAME
    }

    fn endpoints(&self) -> &'static [Endpoint] {
        ask::ENDPOINTS
    }

    fn request_headers(&self) -> &'static [&'static str] {
        &["x-goog-api-client", "x-goog-request-params", "x-goog-user-project"]
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
        match body {
            Value::Array(items) => array::visit(items, visit),
            one => text::visit_response(one, visit) | extension::visit(one, visit),
        }
    }

    fn stream_text(&self) -> Option<Box<dyn StreamText>> {
        extension::shown(stream::Text::default())
    }

    fn add_prompts(&self, body: &mut Value, prompts: &Prompts) -> bool {
        prompts::add(body, prompts)
    }

    /// Reads an answer or an event; of a stream the last one counts.
    fn usage(&self, body: &Value) -> Option<Usage> {
        usage::decode(array::last(body)?.get("usageMetadata")?)
    }

    fn extension<'a>(&self, body: &'a mut Value, streamed: bool) -> Option<&'a mut Map> {
        let body = array::last_mut(body)?;
        let is_last = body.pointer("/candidates/0/finishReason").is_some();
        body.as_object_mut().filter(|_| is_last || !streamed)
    }

    fn encode_error(&self, problem: &Problem) -> (u16, Value) {
        error::encode(problem)
    }

    fn encode_stream_error(&self, problem: &Problem, _after: Option<&Event>) -> Vec<Event> {
        vec![error::encode_event(problem)]
    }
}

impl Reader for Gemini {
    fn decode_request(
        &self,
        path: &str,
        body: Value,
        drops: &mut Drops,
    ) -> Result<Request, Problem> {
        request::decode(path, body, drops)
    }
}

impl Codec for Gemini {
    fn tool_names(&self) -> Option<ToolNames> {
        Some(ToolNames { most: 128, also: ".:", letter_first: true })
    }

    fn encode_request(
        &self,
        request: Request,
        context: ProviderContext<'_>,
        drops: &mut Drops,
    ) -> Result<ProviderRequest, Problem> {
        request::encode(request, context, drops)
    }

    /// Keeps the query but for the client's key.
    fn provider_path(&self, path: &str, _body: &Value) -> String {
        ask::below_base(path)
    }

    fn adapt(&self, body: &mut Value, provider: &Provider, drops: &mut Drops) -> bool {
        request::adapt(body, provider, drops)
    }

    fn services(&self) -> Services {
        Services {
            count_tokens: Some(Service::Other(&count_tokens::STUDIO)),
            embeddings: Some(Service::Other(&embeddings::STUDIO)),
            ..Services::NONE
        }
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
