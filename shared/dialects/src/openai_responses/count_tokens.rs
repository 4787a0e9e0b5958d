//! The tokens of a request that is not sent, `POST /v1/responses/input_tokens`.
//! <https://platform.openai.com/docs/api-reference/responses/input-tokens> (read 2026-11-21)

use chat::json::Value;

use super::OpenaiResponses;
use crate::ProviderRequest;
use crate::unary::CountTokens;

/// OpenAI's.
pub(crate) static COUNT_TOKENS: CountTokens =
    CountTokens { dialect: &OpenaiResponses, wrap, count: "/input_tokens" };

/// What is counted of a request.
const PARTS: [&str; 8] = [
    "input",
    "instructions",
    "model",
    "parallel_tool_calls",
    "reasoning",
    "text",
    "tool_choice",
    "tools",
];

fn wrap(_: &str, mut sent: ProviderRequest) -> ProviderRequest {
    if let Value::Object(fields) = &mut sent.body {
        fields.retain(|name, _| PARTS.contains(&&**name));
    }
    ProviderRequest { path: "/responses/input_tokens".into(), ..sent }
}
