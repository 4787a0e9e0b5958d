//! Gemini's `:batchEmbedContents` and `:countTokens`.
//! <https://ai.google.dev/api/embeddings>, <https://ai.google.dev/api/tokens>, 2026-11-21.

use serde_json::{Value, json};

use super::{
    COUNT, Cursor, NON_EMPTY, Served, Service, Shape, json_of, list, model, optional, required,
    rule, vector, words,
};

pub(crate) const SERVICES: &[Service] = &[
    Service {
        path: ":batchEmbedContents",
        answer: |parts, body| {
            let body = json_of(parts, body)?;
            BATCH.check(&Cursor::root(&body))?;
            let asked = parts.uri.path().rsplit("/models/").next().unwrap_or_default();
            let asked = asked.split(':').next().unwrap_or_default();
            let (mut embeddings, mut tokens) = (Vec::new(), 0);
            let requests = body.get("requests").and_then(Value::as_array);
            for (place, request) in requests.into_iter().flatten().enumerate() {
                let model = request.get("model").and_then(Value::as_str).unwrap_or_default();
                if model != format!("models/{asked}") {
                    return Err(rule("the model in the batch differs from the one in the path"));
                }
                let text = request.pointer("/content/parts/0/text").and_then(Value::as_str);
                let text = text.unwrap_or_default();
                let dimensions = request.get("outputDimensionality").and_then(Value::as_u64);
                embeddings.push(json!({"values": vector(text, place, dimensions)}));
                tokens += words(text);
            }
            let usage = json!({"promptTokenCount": tokens});
            Ok(Served::Json(json!({"embeddings": embeddings, "usageMetadata": usage})))
        },
    },
    Service {
        path: ":countTokens",
        answer: |parts, body| {
            let body = json_of(parts, body)?;
            COUNT_TOKENS.check(&Cursor::root(&body))?;
            let of = |name: &str| body.get(name).is_some_and(|it: &Value| !it.is_null());
            if of("contents") == of("generateContentRequest") {
                return Err(rule("exactly one of contents and generateContentRequest is needed"));
            }
            Ok(Served::Json(json!({"totalTokens": model::PROMPT_TOKENS})))
        },
    },
];

const CONTENT: Shape = Shape::Record(&[
    required(
        "parts",
        Shape::List { of: &Shape::Record(&[required("text", NON_EMPTY)]), min: 1, max: usize::MAX },
    ),
    optional("role", NON_EMPTY),
]);

const ONE: Shape = Shape::Record(&[
    required("model", NON_EMPTY),
    required("content", CONTENT),
    optional(
        "taskType",
        Shape::OneOf(&[
            "RETRIEVAL_QUERY",
            "RETRIEVAL_DOCUMENT",
            "SEMANTIC_SIMILARITY",
            "CLASSIFICATION",
            "CLUSTERING",
            "QUESTION_ANSWERING",
            "FACT_VERIFICATION",
            "CODE_RETRIEVAL_QUERY",
        ]),
    ),
    optional("title", NON_EMPTY),
    optional("outputDimensionality", COUNT),
]);

const BATCH: Shape =
    Shape::Record(&[required("requests", Shape::List { of: &ONE, min: 1, max: 100 })]);

const COUNT_TOKENS: Shape = Shape::Record(&[
    optional("contents", list(&Shape::Object)),
    optional("generateContentRequest", Shape::Object),
]);
