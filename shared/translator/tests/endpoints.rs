//! Operations besides chat, natively: a host of a few lines around the same flow that runs in Envoy.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail so"
)]

use std::rc::Rc;

use serde_json::{Value, json};
use stage::{Answer, BodyStep, Edit, Exchange, Flow, HeadStep, Headers, Pipeline, config};

/// A gateway with one target of this provider.
fn gateway(provider: &str, more: Value) -> Rc<Pipeline> {
    let mut target = json!({"provider": provider, "credential": {"env": "KEY"},
        "models": [{"exact": "small", "to": "provider-small"}]});
    if provider.starts_with("vertex") || provider.starts_with("azure") || provider == "bedrock" {
        target["base_url"] = json!("https://cloud.test/base");
    }
    let mut config = json!({"targets": {"only": target}});
    for (name, value) in more.as_object().unwrap() {
        config[name] = value.clone();
    }
    let key = |_: &str| Some("ours".to_owned());
    Rc::new(config::load(&translator::FILTER, config.to_string().as_bytes(), &key).unwrap())
}

fn headers(pairs: &[(&str, &str)]) -> Headers {
    Headers::new(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
}

/// What an edit makes of a header.
fn set<'a>(edits: &'a [Edit], name: &str) -> Option<&'a str> {
    edits.iter().rev().find_map(|edit| match edit {
        Edit::Set(it, value) if it == name => std::str::from_utf8(value).ok(),
        _ => None,
    })
}

/// A request under way.
struct Sent {
    flow: Flow,
    edits: Vec<Edit>,
    body: Value,
}

fn post(pipeline: &Rc<Pipeline>, path: &str, body: &Value) -> Result<Sent, (u16, Value)> {
    let mut io = Exchange::default();
    let mut flow = Flow::new(Rc::clone(pipeline), 0);
    let head = headers(&[
        (":method", "POST"),
        (":path", path),
        ("authorization", "Bearer theirs"),
        ("content-type", "application/json"),
    ]);
    assert!(matches!(flow.request_head(head, false, &mut io), HeadStep::Buffer(_)), "{path}");
    let text = body.to_string();
    match flow.request_body(text.as_bytes(), &mut io) {
        BodyStep::Forward { edits, body } => {
            let bytes = body.unwrap_or_else(|| text.clone().into_bytes());
            Ok(Sent { flow, edits, body: serde_json::from_slice(&bytes).unwrap() })
        }
        BodyStep::Reply(reply) => Err((reply.status, serde_json::from_slice(&reply.body).unwrap())),
        BodyStep::Wait(_) => panic!("a translator asks nobody"),
    }
}

impl Sent {
    /// The answer as the client gets it; `None`: untouched.
    fn answered(&mut self, status: &str, media: &str, body: &str) -> Option<(u16, Value)> {
        let mut io = Exchange::default();
        let head = headers(&[(":status", status), ("content-type", media)]);
        let answer = Answer { end: false, from_provider: true, held: true, retriable: false };
        match self.flow.response_head(head, answer, &mut io) {
            HeadStep::Pass(edits) => {
                assert_eq!(edits, []);
                None
            }
            HeadStep::Buffer(first) => match self.flow.response_body(body.into(), &mut io) {
                BodyStep::Forward { edits, body } => {
                    let told = set(&edits, ":status").or(set(&first, ":status")).unwrap_or(status);
                    let body = serde_json::from_slice(&body.unwrap()).unwrap();
                    Some((told.parse().unwrap(), body))
                }
                step => panic!("{step:?}"),
            },
            step => panic!("{step:?}"),
        }
    }
}

/// A request of which only headers are looked at.
fn headers_only(
    pipeline: &Rc<Pipeline>,
    pairs: &[(&str, &str)],
) -> Result<Vec<Edit>, (u16, Value)> {
    let mut flow = Flow::new(Rc::clone(pipeline), 0);
    match flow.request_head(headers(pairs), true, &mut Exchange::default()) {
        HeadStep::Pass(edits) => {
            assert!(!flow.is_open(), "its answer is not read");
            Ok(edits)
        }
        HeadStep::Reply(reply) => {
            Err((reply.status, serde_json::from_slice(&reply.body).unwrap_or_default()))
        }
        step => panic!("{step:?}"),
    }
}

#[test]
fn embeddings_go_to_another_dialect_and_come_back_as_asked() {
    let gateway = gateway("gemini", json!({}));
    let asked = json!({"model": "small", "input": "Hi.", "encoding_format": "base64"});
    let mut sent = post(&gateway, "/v1/embeddings", &asked).unwrap();
    let path = "/v1beta/models/provider-small:batchEmbedContents";
    assert_eq!(set(&sent.edits, ":path"), Some(path));
    assert_eq!(set(&sent.edits, "x-goog-api-key"), Some("ours"));
    assert_eq!(sent.body["requests"][0]["content"]["parts"][0]["text"], "Hi.");
    let answer = r#"{"embeddings":[{"values":[1.0,-2.0]}],"usageMetadata":{"promptTokenCount":3}}"#;
    let (status, told) = sent.answered("200", "application/json", answer).unwrap();
    assert_eq!((status, &told["data"][0]["embedding"]), (200, &json!("AACAPwAAAMA=")));
    assert_eq!(told["usage"], json!({"prompt_tokens": 3, "total_tokens": 3}));

    let mut sent = post(&gateway, "/v1/embeddings", &asked).unwrap();
    let error = r#"{"error":{"code":429,"message":"Slow down.","status":"RESOURCE_EXHAUSTED"}}"#;
    let (status, told) = sent.answered("429", "application/json", error).unwrap();
    assert_eq!((status, &told["error"]["message"]), (429, &json!("Slow down.")));
    let mut sent = post(&gateway, "/v1/embeddings", &asked).unwrap();
    assert_eq!(sent.answered("200", "text/html", "<html>").map(|it| it.0), Some(502));
}

#[test]
fn embeddings_stay_as_they_are_where_the_provider_speaks_openai() {
    let gateway = gateway("openai", json!({}));
    let asked = json!({"model": "text-embedding-3-small", "input": [[1, 2]], "user": "u"});
    let mut sent = post(&gateway, "/gw/v1/embeddings?x=1", &asked).unwrap();
    assert_eq!(set(&sent.edits, ":path"), Some("/v1/embeddings?x=1"));
    assert_eq!(set(&sent.edits, "authorization"), Some("Bearer ours"));
    assert_eq!(sent.body, asked);
    assert_eq!(sent.answered("200", "application/json", "{}"), None);
    let sent = post(&gateway, "/v1/embeddings", &json!({"model": "small", "input": "a"})).unwrap();
    assert_eq!(sent.body["model"], "provider-small");
}

#[test]
fn numbers_become_base64_where_a_compatible_provider_does_not_heed_the_wish() {
    let asked = json!({"model": "m", "input": "a", "encoding_format": "base64"});
    let answer = json!({"object": "list", "data": [{"object": "embedding", "index": 0,
        "embedding": [1.0, -2]}, {"embedding": "AACAPw=="}], "x": 1});
    let mut sent = post(&gateway("lm-studio", json!({})), "/v1/embeddings", &asked).unwrap();
    assert_eq!(sent.body, asked);
    let (_, told) = sent.answered("200", "application/json", &answer.to_string()).unwrap();
    assert_eq!(told["data"][0]["embedding"], "AACAPwAAAMA=");
    assert_eq!((&told["data"][1]["embedding"], &told["x"]), (&json!("AACAPw=="), &json!(1)));
    let plain = json!({"model": "m", "input": "a"});
    let mut sent = post(&gateway("lm-studio", json!({})), "/v1/embeddings", &plain).unwrap();
    assert_eq!(sent.answered("200", "application/json", "{}"), None);
}

#[test]
fn mistral_is_asked_for_vectors_in_its_own_words() {
    let asked = json!({"model": "m", "input": "a", "dimensions": 8, "user": "u",
        "encoding_format": "base64"});
    let mut sent = post(&gateway("mistral", json!({})), "/v1/embeddings", &asked).unwrap();
    assert_eq!(sent.body, json!({"model": "m", "input": ["a"], "output_dimension": 8}));
    let answer = json!({"object": "list", "data": [{"object": "embedding", "index": 0,
        "embedding": [1.0]}], "model": "m", "usage": {"prompt_tokens": 3, "total_tokens": 3}});
    let (_, told) = sent.answered("200", "application/json", &answer.to_string()).unwrap();
    assert_eq!(told["data"][0]["embedding"], "AACAPw==");
    assert_eq!(told["usage"], json!({"prompt_tokens": 3, "total_tokens": 3}));
}

#[test]
fn what_a_provider_does_not_serve_is_refused_in_the_clients_words() {
    let gateway = gateway("anthropic", json!({}));
    let asked = json!({"model": "m", "input": "a"});
    let (status, told) = post(&gateway, "/v1/embeddings", &asked).err().unwrap();
    assert_eq!((status, &told["error"]["code"]), (404, &json!("unsupported_operation")));
    let asked = json!({"model": "m", "query": "q", "documents": ["a"]});
    let (status, told) = post(&gateway, "/v2/rerank", &asked).err().unwrap();
    assert_eq!((status, &told["code"]), (404, &json!("unsupported_operation")));
    assert!(told["message"].is_string());
    let (status, told) = post(&gateway, "/v1/embeddings", &json!({"input": "a"})).err().unwrap();
    assert_eq!((status, &told["error"]["type"]), (404, &json!("invalid_request_error")));
}

#[test]
fn completions_are_answered_by_chat_where_the_provider_has_none() {
    let asked = json!({"model": "small", "prompt": "Once", "max_tokens": 9});
    let mut sent = post(&gateway("anthropic", json!({})), "/v1/completions", &asked).unwrap();
    assert_eq!(set(&sent.edits, ":path"), Some("/v1/messages"));
    assert_eq!(sent.body["model"], "provider-small");
    assert_eq!(sent.body["max_tokens"], 9);
    let answer = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "c",
        "content": [{"type": "text", "text": "upon a time"}], "stop_reason": "end_turn",
        "usage": {"input_tokens": 2, "output_tokens": 3}});
    let (status, told) = sent.answered("200", "application/json", &answer.to_string()).unwrap();
    assert_eq!((status, &told["object"]), (200, &json!("text_completion")));
    assert_eq!(told["choices"][0]["text"], "upon a time");

    let sent = post(&gateway("openai", json!({})), "/gw/v1/completions", &asked).unwrap();
    assert_eq!(set(&sent.edits, ":path"), Some("/v1/completions"));
    assert_eq!(sent.body["prompt"], "Once");
}

#[test]
fn a_count_is_the_providers_own() {
    let asked = json!({"model": "small", "messages": [{"role": "user", "content": "Hi."}]});
    const PATH: &str = "/gw/v1/messages/count_tokens?beta=true";
    let sent = post(&gateway("anthropic", json!({})), PATH, &asked).unwrap();
    assert_eq!(set(&sent.edits, ":path"), Some("/v1/messages/count_tokens?beta=true"));
    assert!(set(&sent.edits, "anthropic-version").is_some());
    let mut sent = post(&gateway("bedrock", json!({})), PATH, &asked).unwrap();
    assert_eq!(set(&sent.edits, ":path"), Some("/base/model/provider-small/count-tokens"));
    let told = sent.answered("200", "application/json", r#"{"inputTokens": 5}"#);
    assert_eq!(told, Some((200, json!({"input_tokens": 5}))));
    for (base, path) in [("/served/v1", "/served/tokenize"), ("", "/tokenize")] {
        let target = json!({"provider": "vllm", "base_url": format!("http://10.0.0.1:8000{base}")});
        let vllm = gateway("vllm", json!({"targets": {"only": target}}));
        let mut sent = post(&vllm, PATH, &asked).unwrap();
        assert_eq!(set(&sent.edits, ":path"), Some(path));
        let answer = r#"{"count": 3, "max_model_len": 99, "tokens": [1, 2, 3]}"#;
        let told = sent.answered("200", "application/json", answer);
        assert_eq!(told, Some((200, json!({"input_tokens": 3}))));
    }
    let (status, told) = post(&gateway("groq", json!({})), PATH, &asked).err().unwrap();
    assert_eq!((status, &told["error"]["type"]), (404, &json!("not_found_error")));
}

#[test]
fn models_are_those_of_the_targets() {
    let mut config = json!({"targets": {
        "a": {"provider": "openai", "models": [{"exact": "small", "to": "x"}, {"prefix": "y", "to": "z"}]},
        "b": {"provider": "anthropic", "models": [{"exact": "small", "to": "y"}],
            "listed_models": ["large"]}
    }});
    let load = |config: &Value| {
        let none = |_: &str| None;
        let text = config.to_string();
        Rc::new(config::load(&translator::FILTER, text.as_bytes(), &none).unwrap())
    };
    let (status, list) =
        headers_only(&load(&config), &[(":method", "GET"), (":path", "/v1/models")]).unwrap_err();
    let ids: Vec<_> = list["data"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
    assert_eq!((status, ids), (200, vec![&json!("large"), &json!("small")]));
    for (name, expected) in [("large", 200), ("x", 404)] {
        let path = format!("/v1/models/{name}");
        let told = headers_only(&load(&config), &[(":method", "GET"), (":path", &path)]);
        assert_eq!(told.unwrap_err().0, expected);
    }
    // A gateway that knows no names asks its provider.
    config = json!({"targets": {"a": {"provider": "openai"}}});
    let edits = headers_only(&load(&config), &[(":method", "GET"), (":path", "/x/v1/models")]);
    assert_eq!(set(&edits.unwrap(), ":path"), Some("/v1/models"));
    let told = headers_only(&load(&config), &[(":method", "DELETE"), (":path", "/v1/models/m")]);
    assert_eq!(told.unwrap_err().0, 404);
}

#[test]
fn what_nobody_reads_is_passed_on_to_providers_of_that_api() {
    let audio = [
        (":method", "POST"),
        (":path", "/gw/v1/audio/transcriptions?x=1"),
        (":authority", "gateway"),
        ("authorization", "Bearer theirs"),
        ("content-type", "multipart/form-data; boundary=b"),
        ("content-encoding", "gzip"),
    ];
    let edits = headers_only(&gateway("openai", json!({})), &audio).unwrap();
    assert_eq!(set(&edits, ":path"), Some("/v1/audio/transcriptions?x=1"));
    assert_eq!(set(&edits, ":authority"), Some("api.openai.com"));
    assert_eq!(set(&edits, "authorization"), Some("Bearer ours"));
    let groq = headers_only(&gateway("groq", json!({})), &audio).unwrap();
    assert_eq!(set(&groq, ":path"), Some("/openai/v1/audio/transcriptions?x=1"));

    for provider in ["gemini", "azure-openai-deployments"] {
        let (status, told) = headers_only(&gateway(provider, json!({})), &audio).unwrap_err();
        assert_eq!((status, &told["error"]["code"]), (404, &json!("unsupported_operation")));
    }
    for more in [json!({"host": {"unknown_paths": "reject"}}), json!({"pass_through": ["images"]})]
    {
        let (status, told) = headers_only(&gateway("openai", more), &audio).unwrap_err();
        assert_eq!((status, &told["error"]["code"]), (404, &json!("unknown_endpoint")));
    }

    let batches =
        [(":method", "GET"), (":path", "/v1/messages/batches"), ("anthropic-version", "x")];
    let edits = headers_only(&gateway("anthropic", json!({})), &batches).unwrap();
    assert_eq!(set(&edits, "x-api-key"), Some("ours"));
    let (status, told) = headers_only(&gateway("openai", json!({})), &batches).unwrap_err();
    assert_eq!((status, &told["type"]), (404, &json!("error")));
}

#[test]
fn a_web_socket_is_passed_on_without_the_clients_key() {
    let socket = [
        (":method", "GET"),
        (":path", "/v1/realtime?model=m"),
        ("upgrade", "websocket"),
        ("sec-websocket-protocol", "realtime, openai-insecure-api-key.theirs"),
    ];
    let edits = headers_only(&gateway("openai", json!({})), &socket).unwrap();
    assert_eq!(set(&edits, ":path"), None, "it is the provider's already");
    assert_eq!(set(&edits, ":authority"), Some("api.openai.com"));
    assert_eq!(set(&edits, "sec-websocket-protocol"), Some("realtime"));
    let other = [(":method", "GET"), (":path", "/socket"), ("upgrade", "websocket")];
    assert_eq!(headers_only(&gateway("openai", json!({})), &other), Ok(vec![]));
}

#[test]
fn an_unknown_part_is_reported() {
    let config = json!({"targets": {"a": {"provider": "openai"}}, "pass_through": ["audio", "x"]});
    let none = |_: &str| None;
    let errors = config::load(&translator::FILTER, config.to_string().as_bytes(), &none);
    let told = errors.unwrap_err()[0].to_string();
    assert!(told.contains("pass_through[1]") && told.contains("`x`"), "{told}");
}
