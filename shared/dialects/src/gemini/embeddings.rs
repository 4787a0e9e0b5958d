//! Vectors, by `:batchEmbedContents` of AI Studio and `:predict` of Vertex AI.
//!
//! Facts from <https://ai.google.dev/api/embeddings> and
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api> (read 2026-11-21).

use chat::Problem;
use chat::json::{Map, Value, json};

use crate::endpoint::escaped;
use crate::unary::embeddings::{Purpose, Request, Response, Wire};
use crate::unary::unreadable;
use crate::{Drops, ProviderRequest};

/// AI Studio's.
pub(super) static STUDIO: Wire = Wire { encode: encode_batch, decode: decode_batch };

/// Vertex AI's.
pub(crate) static VERTEX: Wire = Wire { encode: encode_predict, decode: decode_predict };

fn bare(model: &str) -> &str {
    model.strip_prefix("models/").unwrap_or(model)
}

fn task(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Classification => "CLASSIFICATION",
        Purpose::Clustering => "CLUSTERING",
        Purpose::Document => "RETRIEVAL_DOCUMENT",
        Purpose::Query => "RETRIEVAL_QUERY",
    }
}

fn request(model: &str, method: &str, body: Map) -> ProviderRequest {
    ProviderRequest {
        path: format!("/models/{}:{method}", escaped(bare(model))).into(),
        headers: &[],
        body: Value::Object(body),
    }
}

fn encode_batch(asked: Request, _: &mut Drops) -> Result<ProviderRequest, Problem> {
    let name = format!("models/{}", bare(&asked.model));
    let one = |text: String| {
        let mut one = Map::new();
        one.put("model", name.as_str());
        one.put("content", json!({"parts": [{"text": text}]}));
        if let Some(purpose) = asked.purpose {
            one.put("taskType", task(purpose));
        }
        if let Some(dimensions) = asked.dimensions {
            one.put("outputDimensionality", dimensions);
        }
        Value::Object(one)
    };
    let requests: Vec<Value> = asked.texts.into_iter().map(one).collect();
    let mut body = Map::new();
    body.put("requests", requests);
    Ok(request(&asked.model, "batchEmbedContents", body))
}

fn decode_batch(mut body: Value) -> Result<Response, Problem> {
    let list = body.get_mut("embeddings").and_then(Value::as_array_mut);
    let list = list.ok_or_else(|| unreadable("embeddings"))?;
    let vectors =
        list.iter_mut().map(|one| one.get_mut("values").map(Value::take).unwrap_or_default());
    Ok(Response {
        vectors: vectors.collect(),
        tokens: body.pointer("/usageMetadata/promptTokenCount").and_then(Value::as_u64),
        model: None,
    })
}

fn encode_predict(asked: Request, _: &mut Drops) -> Result<ProviderRequest, Problem> {
    let one = |text: String| {
        let mut one = Map::new();
        one.put("content", text);
        if let Some(purpose) = asked.purpose {
            one.put("task_type", task(purpose));
        }
        Value::Object(one)
    };
    let instances: Vec<Value> = asked.texts.into_iter().map(one).collect();
    let mut body = Map::new();
    body.put("instances", instances);
    if let Some(dimensions) = asked.dimensions {
        body.put("parameters", json!({"outputDimensionality": dimensions}));
    }
    Ok(request(&asked.model, "predict", body))
}

fn decode_predict(mut body: Value) -> Result<Response, Problem> {
    let list = body.get_mut("predictions").and_then(Value::as_array_mut);
    let list = list.ok_or_else(|| unreadable("predictions"))?;
    let (mut vectors, mut tokens) = (Vec::with_capacity(list.len()), None);
    for one in list {
        let counted = one.pointer("/embeddings/statistics/token_count").and_then(Value::as_u64);
        tokens = counted.map(|count| count + tokens.unwrap_or(0)).or(tokens);
        vectors.push(one.pointer_mut("/embeddings/values").map(Value::take).unwrap_or_default());
    }
    Ok(Response { vectors, tokens, model: None })
}
