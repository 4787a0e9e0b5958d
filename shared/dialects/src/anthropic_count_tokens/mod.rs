//! Anthropic's count of the tokens of a message that is not sent, `POST /v1/messages/count_tokens`.
//!
//! Facts from <https://platform.claude.com/docs/en/api/messages-count-tokens> (read 2026-11-21): the request is one
//! of the Messages API without `max_tokens`, the answer `{"input_tokens": 14}`.
//!
//! Who counts: the provider where it can (Anthropic, Gemini, Bedrock, OpenAI), the stage `token-counter` where it
//! is in the chain and knows the model's encoding, else nobody: the request is refused.

use std::borrow::Cow;

use chat::json::{Value, json};
use chat::text::Visit;
use chat::{Event, Problem};

use crate::Drops;
use crate::anthropic_messages::AnthropicMessages;
use crate::dialect::{Dialect, Endpoint, Operation, Reader};
use crate::neutral::{Request, Usage};
use crate::prompts::Prompts;

/// The dialect `anthropic-count-tokens`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnthropicCountTokens;

impl Dialect for AnthropicCountTokens {
    fn name(&self) -> &'static str {
        "anthropic-count-tokens"
    }

    fn endpoints(&self) -> &'static [Endpoint] {
        &[Endpoint {
            method: "POST",
            suffix: "/v1/messages/count_tokens",
            operation: Operation::CountTokens,
        }]
    }

    fn request_headers(&self) -> &'static [&'static str] {
        AnthropicMessages.request_headers()
    }

    fn model<'a>(&self, path: &'a str, body: &'a Value) -> Option<Cow<'a, str>> {
        AnthropicMessages.model(path, body)
    }

    fn streams(&self, _path: &str, _body: &Value) -> bool {
        false
    }

    fn visit_request(&self, body: &mut Value, visit: Visit<'_>) -> bool {
        AnthropicMessages.visit_request(body, visit)
    }

    /// A count is no text.
    fn visit_response(&self, _body: &mut Value, _visit: Visit<'_>) -> bool {
        false
    }

    fn add_prompts(&self, body: &mut Value, prompts: &Prompts) -> bool {
        AnthropicMessages.add_prompts(body, prompts)
    }

    /// Counting uses nothing.
    fn usage(&self, _body: &Value) -> Option<Usage> {
        None
    }

    fn encode_error(&self, problem: &Problem) -> (u16, Value) {
        AnthropicMessages.encode_error(problem)
    }

    fn encode_stream_error(&self, problem: &Problem, _after: Option<&Event>) -> Vec<Event> {
        AnthropicMessages.encode_stream_error(problem, None)
    }
}

impl Reader for AnthropicCountTokens {
    fn decode_request(
        &self,
        path: &str,
        body: Value,
        drops: &mut Drops,
    ) -> Result<Request, Problem> {
        decode(path, body, drops)
    }
}

/// Reads a client's request.
///
/// # Errors
/// As [`Reader::decode_request`].
pub(crate) fn decode(path: &str, mut body: Value, drops: &mut Drops) -> Result<Request, Problem> {
    // What the Messages API demands and counting does not know.
    if let Value::Object(fields) = &mut body {
        fields.put("max_tokens", 1_u64);
    }
    let mut request = AnthropicMessages.decode_request(path, body, drops)?;
    request.max_output_tokens = None;
    request.stream = false;
    Ok(request)
}

/// Writes an answer.
pub fn encode(count: u64) -> Value {
    json!({"input_tokens": count})
}
