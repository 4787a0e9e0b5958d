//! OpenAI's embeddings, legacy completions, counts and transcriptions, and the reranking of vLLM and Jina.
//! <https://platform.openai.com/docs/api-reference/embeddings/create>,
//! <https://platform.openai.com/docs/api-reference/completions/create>,
//! <https://platform.openai.com/docs/api-reference/audio/createTranscription>,
//! <https://platform.openai.com/docs/api-reference/responses/input-tokens>, <https://jina.ai/reranker/>,
//! 2026-11-21.

use serde_json::{Value, json};

use super::{
    COUNT, Cursor, Event, NON_EMPTY, Problem, Served, Service, Shape, json_of, list, media_type,
    model, nullable, optional, ranked, required, rule, vector, words,
};

/// Cohere's, which vLLM has too.
pub(super) const RERANK_V2: Service =
    Service { path: "/v2/rerank", answer: |parts, body| rerank(&json_of(parts, body)?) };

pub(crate) const SERVICES: &[Service] = &[
    Service {
        path: "/v1/audio/transcriptions",
        answer: |parts, body| {
            if !media_type(parts).starts_with("multipart/form-data; boundary=") {
                return Err(rule("the body must be multipart/form-data"));
            }
            let text = String::from_utf8_lossy(body);
            for name in ["file", "model"] {
                if !text.contains(&format!("name=\"{name}\"")) {
                    return Err(rule(&format!("the form has no {name}")));
                }
            }
            Ok(Served::Json(json!({"text": format!("{} bytes of sound", body.len())})))
        },
    },
    Service { path: "/v1/completions", answer: |parts, body| complete(&json_of(parts, body)?) },
    Service { path: "/v1/embeddings", answer: |parts, body| embed(&json_of(parts, body)?) },
    Service { path: "/v1/rerank", answer: |parts, body| rerank(&json_of(parts, body)?) },
    RERANK_V2,
    Service {
        path: "/tokenize",
        answer: |parts, body| {
            let body = json_of(parts, body)?;
            TOKENIZE.check(&Cursor::root(&body))?;
            let tokens: Vec<u64> = (0..model::PROMPT_TOKENS).collect();
            let count = model::PROMPT_TOKENS;
            Ok(Served::Json(json!({"count": count, "max_model_len": 8192, "tokens": tokens})))
        },
    },
    Service {
        path: "/v1/responses/input_tokens",
        answer: |parts, body| {
            let body = json_of(parts, body)?;
            INPUT_TOKENS.check(&Cursor::root(&body))?;
            let tokens = model::PROMPT_TOKENS;
            Ok(Served::Json(json!({"object": "response.input_tokens", "input_tokens": tokens})))
        },
    },
];

/// vLLM's: <https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/serve/tokenize/protocol.py>.
const TOKENIZE: Shape = Shape::Record(&[
    required("messages", Shape::List { of: &Shape::Object, min: 1, max: usize::MAX }),
    optional("model", NON_EMPTY),
    optional("tools", list(&Shape::Object)),
]);

const TEXTS: Shape =
    Shape::Either(&[NON_EMPTY, Shape::List { of: &Shape::Any, min: 1, max: 2048 }]);

const EMBEDDINGS: Shape = Shape::Record(&[
    required("input", TEXTS),
    required("model", NON_EMPTY),
    optional("dimensions", Shape::Integer { min: 1, max: 3072 }),
    optional("encoding_format", Shape::OneOf(&["float", "base64"])),
    optional("user", NON_EMPTY),
]);

/// Texts of an `input` or a `prompt`; tokens are told as text.
fn texts(value: &Value) -> Result<Vec<String>, Problem> {
    let Some(items) = value.as_array() else {
        return Ok(vec![value.as_str().unwrap_or_default().to_owned()]);
    };
    if items.iter().all(Value::is_number) {
        return Ok(vec![value.to_string()]);
    }
    let text = |item: &Value| match item {
        Value::String(text) if !text.is_empty() => Ok(text.clone()),
        Value::Array(tokens) if tokens.iter().all(Value::is_number) => Ok(item.to_string()),
        _ => Err(rule("'$.input' is invalid")),
    };
    items.iter().map(text).collect()
}

fn embed(body: &Value) -> Result<Served, Problem> {
    EMBEDDINGS.check(&Cursor::root(body))?;
    let texts = texts(&body["input"])?;
    let tokens: usize = texts.iter().map(|text| words(text)).sum();
    let one = |(place, text): (usize, &String)| {
        let floats = vector(text, place, body["dimensions"].as_u64());
        let vector = match body["encoding_format"].as_str() {
            Some("base64") => {
                let floats = chat::json::parse_str(&json!(floats).to_string()).unwrap_or_default();
                json!(dialects::unary::embeddings::to_base64(&floats))
            }
            _ => json!(floats),
        };
        json!({"object": "embedding", "index": place, "embedding": vector})
    };
    let data: Vec<Value> = texts.iter().enumerate().map(one).collect();
    Ok(Served::Json(json!({"object": "list", "data": data, "model": body["model"],
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens}})))
}

const PENALTY: Shape = Shape::Number { min: -2.0, max: 2.0 };

const COMPLETIONS: Shape = Shape::Record(&[
    required("model", NON_EMPTY),
    required("prompt", TEXTS),
    nullable("best_of", Shape::Integer { min: 0, max: 20 }),
    nullable("echo", Shape::Boolean),
    nullable("frequency_penalty", PENALTY),
    nullable("logit_bias", Shape::Object),
    nullable("logprobs", Shape::Integer { min: 0, max: 5 }),
    nullable("max_tokens", COUNT),
    nullable("n", Shape::Integer { min: 1, max: 128 }),
    nullable("presence_penalty", PENALTY),
    nullable("seed", Shape::Integer { min: i64::MIN, max: i64::MAX }),
    nullable("stop", Shape::Either(&[NON_EMPTY, list(&NON_EMPTY)])),
    nullable("stream", Shape::Boolean),
    nullable("stream_options", Shape::Object),
    nullable("suffix", Shape::Text { min: 0, max: usize::MAX }),
    nullable("temperature", Shape::Number { min: 0.0, max: 2.0 }),
    nullable("top_p", Shape::Number { min: 0.0, max: 1.0 }),
    optional("user", NON_EMPTY),
]);

fn complete(body: &Value) -> Result<Served, Problem> {
    COMPLETIONS.check(&Cursor::root(body))?;
    let text = format!("{} and so on.", texts(&body["prompt"])?.join(" "));
    let usage = json!({"prompt_tokens": words(&text) - 3, "completion_tokens": 3,
        "total_tokens": words(&text)});
    let answer = |text: &str, finish: Value, usage: Value| {
        let choice = json!({"index": 0, "text": text, "logprobs": null, "finish_reason": finish});
        json!({"id": "cmpl-1", "object": "text_completion", "created": 1_763_600_000,
            "model": body["model"], "choices": [choice], "usage": usage})
    };
    if body["stream"] != true {
        return Ok(Served::Json(answer(&text, json!("stop"), usage)));
    }
    let event = |data: String| Event { name: None, data };
    let mut events: Vec<Event> = model::tokens(&text)
        .iter()
        .map(|piece| event(answer(piece, Value::Null, Value::Null).to_string()))
        .collect();
    events.push(event(answer("", json!("stop"), Value::Null).to_string()));
    events.push(event("[DONE]".to_owned()));
    Ok(Served::Events(events))
}

const RERANK: Shape = Shape::Record(&[
    required("documents", Shape::List { of: &Shape::Any, min: 1, max: 10_000 }),
    required("model", NON_EMPTY),
    required("query", NON_EMPTY),
    optional("max_tokens_per_doc", COUNT),
    optional("return_documents", Shape::Boolean),
    optional("top_n", Shape::Integer { min: 1, max: i64::MAX }),
]);

fn rerank(body: &Value) -> Result<Served, Problem> {
    RERANK.check(&Cursor::root(body))?;
    let text = |item: &Value| {
        let text = item.as_str().or_else(|| item.get("text")?.as_str());
        text.map(str::to_owned).ok_or_else(|| rule("documents are texts, or objects with a text"))
    };
    let documents = body["documents"].as_array().into_iter().flatten().map(text);
    let documents = documents.collect::<Result<Vec<_>, _>>()?;
    let query = body["query"].as_str().unwrap_or_default();
    let tokens: usize = documents.iter().map(|text| words(query) + words(text)).sum();
    let most = body["top_n"].as_u64().and_then(|it| usize::try_from(it).ok());
    let results: Vec<Value> = ranked(query, &documents)
        .into_iter()
        .take(most.unwrap_or(usize::MAX))
        .map(|(index, score)| json!({"index": index, "relevance_score": score}))
        .collect();
    Ok(Served::Json(json!({"id": "rerank-1", "model": body["model"], "results": results,
        "usage": {"total_tokens": tokens}})))
}

const INPUT_TOKENS: Shape = Shape::Record(&[
    optional("input", Shape::Either(&[NON_EMPTY, list(&Shape::Object)])),
    optional("instructions", NON_EMPTY),
    required("model", NON_EMPTY),
    optional("parallel_tool_calls", Shape::Boolean),
    optional("reasoning", Shape::Object),
    optional("text", Shape::Object),
    optional("tool_choice", Shape::Any),
    optional("tools", list(&Shape::Object)),
]);
