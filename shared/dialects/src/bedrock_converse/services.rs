//! What Bedrock serves besides chat: `InvokeModel` in the words of each model's maker, and `CountTokens`.
//!
//! Facts from
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html>,
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed-v4.html>,
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/rerank-use.html>,
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html> (read 2026-11-21).

use chat::Problem;
use chat::json::{Map, Value};

use super::{BedrockConverse, ask};
use crate::unary::{CountTokens, Service, Services, embeddings, rerank, wires};
use crate::{Drops, ProviderRequest};

/// All of it.
pub(super) const SERVICES: Services = Services {
    completions: false,
    count_tokens: Some(Service::Other(&COUNT_TOKENS)),
    embeddings: Some(Service::Other(&EMBEDDINGS)),
    rerank: Some(Service::Other(&RERANK)),
};

static COUNT_TOKENS: CountTokens =
    CountTokens { dialect: &BedrockConverse, wrap, count: "/inputTokens" };

static EMBEDDINGS: embeddings::Wire = embeddings::Wire { encode, decode };

/// Cohere's and Amazon's models take the same words, but for the version that Cohere's want named.
static RERANK: rerank::Wire = rerank::Wire {
    encode: |request, drops| {
        let path = invoke(&request.model);
        let is_cohere = request.model.contains("cohere.");
        let mut sent = (wires::COHERE_RERANK.encode)(request, drops)?;
        if let Value::Object(body) = &mut sent.body {
            body.shift_remove("model");
            if is_cohere {
                body.put("api_version", 2_u64);
            }
        }
        Ok(ProviderRequest { path: path.into(), ..sent })
    },
    decode: wires::COHERE_RERANK.decode,
};

fn invoke(model: &str) -> String {
    ask::written(model, false).replace("/converse", "/invoke")
}

/// `CountTokens` wants what `Converse` is given, without the parameters that no token depends on.
fn wrap(_: &str, sent: ProviderRequest) -> ProviderRequest {
    let kept = ["additionalModelRequestFields", "messages", "system", "toolConfig"];
    let mut converse = match sent.body {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    converse.retain(|name, _| kept.contains(&&**name));
    let body = chat::json::json!({"input": {"converse": Value::Object(converse)}});
    ProviderRequest {
        path: sent.path.replace("/converse", "/count-tokens").into(),
        headers: sent.headers,
        body,
    }
}

fn encode(mut request: embeddings::Request, drops: &mut Drops) -> Result<ProviderRequest, Problem> {
    let path = invoke(&request.model);
    if request.model.contains("cohere.embed") {
        let mut sent = (wires::COHERE_EMBEDDINGS.encode)(request, drops)?;
        if let Value::Object(body) = &mut sent.body {
            body.shift_remove("model");
        }
        return Ok(ProviderRequest { path: path.into(), ..sent });
    }
    if !request.model.contains("titan-embed") {
        let message = "of the models of this provider, those of Titan and Cohere make vectors";
        return Err(Problem::invalid("unsupported_model", "model", message));
    }
    if request.texts.len() > 1 {
        let message = "the provider of this model takes one text a request";
        return Err(Problem::invalid("unsupported_input", "input", message));
    }
    if request.purpose.is_some() {
        drops.add("input_type", "not supported by this model");
    }
    let mut body = Map::new();
    body.put("inputText", request.texts.pop().unwrap_or_default());
    if let Some(dimensions) = request.dimensions {
        body.put("dimensions", dimensions);
    }
    Ok(ProviderRequest { path: path.into(), headers: &[], body: Value::Object(body) })
}

fn decode(mut body: Value) -> Result<embeddings::Response, Problem> {
    let Some(vector) = body.get_mut("embedding").map(Value::take) else {
        return (wires::COHERE_EMBEDDINGS.decode)(body);
    };
    let tokens = body.get("inputTextTokenCount").and_then(Value::as_u64);
    Ok(embeddings::Response { vectors: vec![vector], tokens, model: None })
}
