//! The tokens of a request that is not sent, as vLLM counts them: `POST /tokenize`, which stands beside `/v1`.
//! <https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/serve/tokenize/protocol.py> (read 2026-11-21)

use chat::json::Value;

use super::OpenaiChat;
use crate::ProviderRequest;
use crate::unary::CountTokens;

/// vLLM's. It applies the model's own template, and answers with all tokens.
pub(crate) static TOKENIZE: CountTokens =
    CountTokens { dialect: &OpenaiChat, wrap, count: "/count" };

/// What is counted of a request.
const PARTS: [&str; 3] = ["messages", "model", "tools"];

fn wrap(_: &str, mut sent: ProviderRequest) -> ProviderRequest {
    if let Value::Object(fields) = &mut sent.body {
        fields.retain(|name, _| PARTS.contains(&&**name));
    }
    ProviderRequest { path: "/../tokenize".into(), ..sent }
}
