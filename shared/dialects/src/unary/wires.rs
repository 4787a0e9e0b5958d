//! Words that more than one provider takes, or that belong to no dialect of chat here.

use std::borrow::Cow;

use chat::Problem;
use chat::json::{Map, Value, json};

use super::{embeddings, rerank, unreadable};
use crate::{Drops, ProviderRequest};

fn sent(path: impl Into<Cow<'static, str>>, body: Map) -> Result<ProviderRequest, Problem> {
    Ok(ProviderRequest { path: path.into(), headers: &[], body: Value::Object(body) })
}

fn strings(texts: Vec<String>) -> Vec<Value> {
    texts.into_iter().map(Value::from).collect()
}

const NO_DOCUMENT_LIMIT: &str = "not supported by this provider";

/// Cohere's vectors: <https://docs.cohere.com/reference/embed> (read 2026-11-21). `input_type` is demanded.
pub static COHERE_EMBEDDINGS: embeddings::Wire = embeddings::Wire {
    encode: |request, _| {
        let purpose = match request.purpose {
            Some(embeddings::Purpose::Classification) => "classification",
            Some(embeddings::Purpose::Clustering) => "clustering",
            Some(embeddings::Purpose::Document) | None => "search_document",
            Some(embeddings::Purpose::Query) => "search_query",
        };
        let mut body = Map::new();
        body.put("model", request.model);
        body.put("texts", strings(request.texts));
        body.put("input_type", purpose);
        body.put("embedding_types", json!(["float"]));
        if let Some(dimensions) = request.dimensions {
            body.put("output_dimension", dimensions);
        }
        sent("/embed", body)
    },
    decode: |mut body| {
        let listed = match body.get_mut("embeddings").map(Value::take) {
            Some(Value::Object(mut by_type)) => by_type.shift_remove("float"),
            other => other,
        };
        let Some(Value::Array(vectors)) = listed else { return Err(unreadable("embeddings")) };
        let tokens = body.pointer("/meta/billed_units/input_tokens").and_then(Value::as_u64);
        Ok(embeddings::Response { vectors, tokens, model: None })
    },
};

/// Cohere's order: <https://docs.cohere.com/reference/rerank> (read 2026-11-21).
pub static COHERE_RERANK: rerank::Wire = rerank::Wire {
    encode: |request, _| {
        let mut body = Map::new();
        body.put("model", request.model);
        body.put("query", request.query);
        body.put("documents", strings(request.documents));
        if let Some(top) = request.top_n {
            body.put("top_n", top);
        }
        if let Some(most) = request.max_tokens_per_doc {
            body.put("max_tokens_per_doc", most);
        }
        sent("/rerank", body)
    },
    decode: |mut body| {
        let list = body.get_mut("results").map(Value::take);
        let count = |place: &str| body.pointer(place).and_then(Value::as_u64);
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        Ok(rerank::Response {
            results: rerank::results(list, "relevance_score")?,
            id: text("id"),
            model: text("model"),
            tokens: count("/usage/total_tokens").or_else(|| count("/meta/tokens/input_tokens")),
            search_units: count("/meta/billed_units/search_units"),
        })
    },
};

/// Text Embeddings Inference's order: <https://huggingface.github.io/text-embeddings-inference/>
/// (read 2026-11-21). It serves one model, has no `top_n`, and refuses longer documents than its model takes
/// unless it may cut them off.
pub static TEI_RERANK: rerank::Wire = rerank::Wire {
    encode: |request, drops| {
        if request.max_tokens_per_doc.is_some() {
            drops.add("max_tokens_per_doc", NO_DOCUMENT_LIMIT);
        }
        let mut body = Map::new();
        body.put("query", request.query);
        body.put("texts", strings(request.documents));
        body.put("truncate", true);
        sent("/rerank", body)
    },
    decode: |body| {
        let results = rerank::results(Some(body), "score")?;
        Ok(rerank::Response { results, ..rerank::Response::default() })
    },
};

/// Voyage's order: `top_k` for `top_n`, `data` for `results`.
/// <https://docs.voyageai.com/reference/reranker-api> (read 2026-11-21).
pub static VOYAGE_RERANK: rerank::Wire = rerank::Wire {
    encode: |request, drops| {
        if request.max_tokens_per_doc.is_some() {
            drops.add("max_tokens_per_doc", NO_DOCUMENT_LIMIT);
        }
        let mut body = Map::new();
        body.put("model", request.model);
        body.put("query", request.query);
        body.put("documents", strings(request.documents));
        if let Some(top) = request.top_n {
            body.put("top_k", top);
        }
        sent("/rerank", body)
    },
    decode: |mut body| {
        let list = body.get_mut("data").map(Value::take);
        Ok(rerank::Response {
            results: rerank::results(list, "relevance_score")?,
            tokens: body.pointer("/usage/total_tokens").and_then(Value::as_u64),
            model: body.get("model").and_then(Value::as_str).map(str::to_owned),
            ..rerank::Response::default()
        })
    },
};

/// Voyage's vectors: OpenAI's shape with other names.
/// <https://docs.voyageai.com/reference/embeddings-api> (read 2026-11-21).
pub static VOYAGE_EMBEDDINGS: embeddings::Wire = embeddings::Wire {
    encode: |request, drops| {
        let mut body = Map::new();
        body.put("model", request.model);
        body.put("input", strings(request.texts));
        match request.purpose {
            Some(embeddings::Purpose::Document) => body.put("input_type", "document"),
            Some(embeddings::Purpose::Query) => body.put("input_type", "query"),
            Some(_) => drops.add("input_type", "this provider knows `query` and `document`"),
            None => {}
        }
        if let Some(dimensions) = request.dimensions {
            body.put("output_dimension", dimensions);
        }
        sent("/embeddings", body)
    },
    decode: |mut body| {
        let list = body.get_mut("data").and_then(Value::as_array_mut);
        let list = list.ok_or_else(|| unreadable("data"))?;
        let vectors = list
            .iter_mut()
            .map(|one| one.get_mut("embedding").map(Value::take).unwrap_or_default());
        Ok(embeddings::Response {
            vectors: vectors.collect(),
            tokens: body.pointer("/usage/total_tokens").and_then(Value::as_u64),
            model: body.get("model").and_then(Value::as_str).map(str::to_owned),
        })
    },
};

/// Mistral's vectors: Voyage's words without a purpose.
/// <https://docs.mistral.ai/api/endpoint/embeddings>, as in <https://github.com/mistralai/client-python> of 2026-06-30
/// (read 2026-11-21). Unknown fields are refused.
pub static MISTRAL_EMBEDDINGS: embeddings::Wire = embeddings::Wire {
    encode: |mut request, drops| {
        no_purpose(&request, drops);
        request.purpose = None;
        (VOYAGE_EMBEDDINGS.encode)(request, drops)
    },
    decode: VOYAGE_EMBEDDINGS.decode,
};

/// Ollama's vectors: <https://docs.ollama.com/api/embed> (read 2026-11-21).
pub static OLLAMA_EMBEDDINGS: embeddings::Wire = embeddings::Wire {
    encode: |request, drops| {
        no_purpose(&request, drops);
        let mut body = Map::new();
        body.put("model", request.model);
        body.put("input", strings(request.texts));
        if let Some(dimensions) = request.dimensions {
            body.put("dimensions", dimensions);
        }
        sent("/embed", body)
    },
    decode: |mut body| {
        let Some(Value::Array(vectors)) = body.get_mut("embeddings").map(Value::take) else {
            return Err(unreadable("embeddings"));
        };
        Ok(embeddings::Response {
            vectors,
            tokens: body.get("prompt_eval_count").and_then(Value::as_u64),
            model: body.get("model").and_then(Value::as_str).map(str::to_owned),
        })
    },
};

/// Vectors by the Open Inference Protocol's `infer`, as a model server with one text tensor in and one of
/// numbers out speaks it: `text_input` of shape `[n]`, and whatever comes back first with the shape `[n, d]`.
/// <https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md>
/// (read 2026-11-21).
pub static INFERENCE_EMBEDDINGS: embeddings::Wire = embeddings::Wire {
    encode: |request, drops| {
        no_purpose(&request, drops);
        if request.dimensions.is_some() {
            drops.add("dimensions", "not supported by this provider");
        }
        let path = format!("/v2/models/{}/infer", crate::endpoint::escaped(&request.model));
        let count = request.texts.len() as u64;
        let mut tensor = Map::new();
        tensor.put("name", "text_input");
        tensor.put("shape", json!([count]));
        tensor.put("datatype", "BYTES");
        tensor.put("data", strings(request.texts));
        let mut body = Map::new();
        body.put("inputs", vec![Value::Object(tensor)]);
        sent(path, body)
    },
    decode: |mut body| {
        let outputs = body.get_mut("outputs").and_then(Value::as_array_mut);
        let tensor = outputs.into_iter().flatten().find_map(|tensor| {
            let shape = tensor.get("shape")?.as_array()?;
            let [_, length] = shape.as_slice() else { return None };
            let length = usize::try_from(length.as_u64()?).ok().filter(|length| *length > 0)?;
            Some((length, tensor.get_mut("data").map(Value::take)))
        });
        let Some((length, Some(Value::Array(data)))) = tensor else {
            return Err(unreadable("tensor with a vector for each text"));
        };
        // Flat in row-major order, or nested: the protocol allows both.
        let vectors = match data.first() {
            Some(Value::Array(_)) => data,
            _ => data.chunks(length).map(|row| Value::from(row.to_vec())).collect(),
        };
        Ok(embeddings::Response {
            vectors,
            tokens: None,
            model: body.get("model_name").and_then(Value::as_str).map(str::to_owned),
        })
    },
};

fn no_purpose(request: &embeddings::Request, drops: &mut Drops) {
    if request.purpose.is_some() {
        drops.add("input_type", "not supported by this provider");
    }
}
