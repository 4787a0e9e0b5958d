//! The tokens of a request that is not sent, by `:countTokens`.
//!
//! AI Studio takes the whole request under `generateContentRequest`; Vertex AI takes its parts side by side.
//! Facts from <https://ai.google.dev/api/tokens> and
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/count-tokens> (read 2026-11-21).

use chat::json::{Map, Value};

use super::Gemini;
use crate::ProviderRequest;
use crate::unary::CountTokens;

/// AI Studio's.
pub(super) static STUDIO: CountTokens =
    CountTokens { dialect: &Gemini, wrap: whole, count: "/totalTokens" };

/// Vertex AI's.
pub(crate) static VERTEX: CountTokens =
    CountTokens { dialect: &Gemini, wrap: parts, count: "/totalTokens" };

/// What Vertex AI counts of a request.
const PARTS: [&str; 4] = ["contents", "generationConfig", "systemInstruction", "tools"];

fn path(sent: &str) -> String {
    let place = sent.rfind(':').unwrap_or(sent.len());
    format!("{}:countTokens", sent.get(..place).unwrap_or_default())
}

fn whole(model: &str, sent: ProviderRequest) -> ProviderRequest {
    let mut request = match sent.body {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    request.put("model", format!("models/{}", model.strip_prefix("models/").unwrap_or(model)));
    let mut body = Map::new();
    body.put("generateContentRequest", Value::Object(request));
    ProviderRequest {
        path: path(&sent.path).into(),
        headers: sent.headers,
        body: Value::Object(body),
    }
}

fn parts(_: &str, mut sent: ProviderRequest) -> ProviderRequest {
    if let Value::Object(fields) = &mut sent.body {
        fields.retain(|name, _| PARTS.contains(&&**name));
    }
    ProviderRequest { path: path(&sent.path).into(), ..sent }
}
