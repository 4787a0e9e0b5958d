//! Cohere's vectors and its reranking, Ollama's vectors, and the Open Inference Protocol's `infer`.
//! <https://docs.cohere.com/reference/embed>, <https://docs.ollama.com/api/embed>,
//! <https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md>,
//! 2026-11-21.

use serde_json::{Value, json};

use super::{
    COUNT, Cursor, NON_EMPTY, Served, Service, Shape, json_of, list, openai, optional, required,
    rule, vector, words,
};

/// The end of the paths of `infer`.
pub(super) const INFER: &str = "/infer";

pub(crate) const COHERE: &[Service] = &[
    Service {
        path: "/v2/embed",
        answer: |parts, body| {
            let body = json_of(parts, body)?;
            EMBED.check(&Cursor::root(&body))?;
            let (vectors, tokens) = vectors(body.get("texts"), body.get("output_dimension"));
            Ok(Served::Json(json!({
                "id": "embed-1", "embeddings": {"float": vectors}, "texts": body.get("texts"),
                "meta": {"api_version": {"version": "2"}, "billed_units": {"input_tokens": tokens}},
            })))
        },
    },
    openai::RERANK_V2,
];

pub(crate) const OLLAMA: &[Service] = &[Service {
    path: "/api/embed",
    answer: |parts, body| {
        let body = json_of(parts, body)?;
        OLLAMA_EMBED.check(&Cursor::root(&body))?;
        let (vectors, tokens) = vectors(body.get("input"), body.get("dimensions"));
        Ok(Served::Json(json!({
            "model": body.get("model"), "embeddings": vectors, "total_duration": 14_143_917,
            "load_duration": 1_019_500, "prompt_eval_count": tokens,
        })))
    },
}];

pub(crate) const INFERENCE: &[Service] = &[Service {
    path: INFER,
    answer: |parts, body| {
        let body = json_of(parts, body)?;
        INFERENCE_REQUEST.check(&Cursor::root(&body))?;
        let texts = body.pointer("/inputs/0/data");
        let count = texts.and_then(Value::as_array).map_or(0, Vec::len);
        if body.pointer("/inputs/0/shape") != Some(&json!([count])) {
            return Err(rule("the shape of input 0 is not that of its data"));
        }
        let flat: Vec<f64> = vectors(texts, None).0.concat();
        let output =
            json!({"name": "embedding", "shape": [count, 3], "datatype": "FP32", "data": flat});
        let model = parts.uri.path().rsplit('/').nth(1);
        Ok(Served::Json(json!({"model_name": model, "outputs": [output]})))
    },
}];

/// A vector for each text, and the words of all.
fn vectors(texts: Option<&Value>, dimensions: Option<&Value>) -> (Vec<Vec<f64>>, usize) {
    let dimensions = dimensions.and_then(Value::as_u64);
    let texts = texts.and_then(Value::as_array).into_iter().flatten();
    let texts: Vec<&str> = texts.filter_map(Value::as_str).collect();
    let one = |(place, text): (usize, &&str)| vector(text, place, dimensions);
    (texts.iter().enumerate().map(one).collect(), texts.iter().map(|text| words(text)).sum())
}

const EMBED: Shape = Shape::Record(&[
    required("model", NON_EMPTY),
    required(
        "input_type",
        Shape::OneOf(&["search_document", "search_query", "classification", "clustering", "image"]),
    ),
    required("texts", Shape::List { of: &NON_EMPTY, min: 1, max: 96 }),
    optional(
        "embedding_types",
        list(&Shape::OneOf(&["float", "int8", "uint8", "binary", "ubinary", "base64"])),
    ),
    optional("max_tokens", COUNT),
    optional("output_dimension", COUNT),
    optional("truncate", Shape::OneOf(&["NONE", "START", "END"])),
]);

const OLLAMA_EMBED: Shape = Shape::Record(&[
    required("model", NON_EMPTY),
    required("input", Shape::Either(&[NON_EMPTY, list(&NON_EMPTY)])),
    optional("dimensions", COUNT),
    optional("keep_alive", Shape::Any),
    optional("options", Shape::Object),
    optional("truncate", Shape::Boolean),
]);

const TENSOR: Shape = Shape::Record(&[
    required("name", NON_EMPTY),
    required("shape", list(&COUNT)),
    required("datatype", Shape::OneOf(&["BYTES"])),
    required("data", list(&NON_EMPTY)),
]);

const INFERENCE_REQUEST: Shape = Shape::Record(&[
    required("inputs", Shape::List { of: &TENSOR, min: 1, max: 1 }),
    optional("id", NON_EMPTY),
    optional("parameters", Shape::Object),
    optional("outputs", list(&Shape::Object)),
]);
