//! A whole request through the stage, with an embeddings service that answers or does not.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test")]
#![cfg(not(target_arch = "wasm32"))]

use std::rc::Rc;

use serde_json::{Value, json};
use stage::{
    Answered, BodyStep, CalloutFailed, Edit, Exchange, Flow, Headers, HttpAnswer, Pipeline, config,
};

fn pipeline() -> Rc<Pipeline> {
    let config = json!({
        "targets": {"general": {}, "lawyer": {"model": "law-1"}},
        "rules": [{"name": "topic", "choose": {"semantic": {
            "embeddings": {"cluster": "embeddings", "authority": "e.internal", "model": "embed-1",
                "credential_env": "EMBEDDINGS_KEY"},
            "routes": [{"name": "law", "target": "lawyer", "examples": ["Draft a contract", "Sue them"]}],
            "min_similarity_percent": 80,
            "otherwise": "general"}}}],
    });
    let key = |_: &str| Some("k".to_owned());
    Rc::new(config::load(&routing::FILTER, config.to_string().as_bytes(), &key).unwrap())
}

fn answer(vectors: &Value) -> Answered {
    let data: Vec<Value> = vectors
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .map(|(index, vector)| json!({"index": index, "embedding": vector}))
        .collect();
    let headers = Headers::new(vec![(":status".to_owned(), b"200".to_vec())]);
    Ok(HttpAnswer { headers, body: json!({"data": data}).to_string().into_bytes() })
}

/// The target that a request goes to when the service answers so, and how many texts it was shown.
fn target(pipeline: &Rc<Pipeline>, answered: Answered) -> (String, usize) {
    let mut io = Exchange::at(1);
    let mut flow = Flow::new(Rc::clone(pipeline), 1);
    let pair = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
    let headers =
        Headers::new(vec![pair(":method", "POST"), pair(":path", "/v1/chat/completions")]);
    flow.request_head(headers, false, &mut io);
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "My landlord kept the deposit"}]});
    let BodyStep::Wait(calls) = flow.request_body(body.to_string().as_bytes(), &mut io) else {
        panic!()
    };
    let [call] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!((call.cluster.as_str(), call.path.as_str()), ("embeddings", "/v1/embeddings"));
    assert!(call.headers.contains(&("authorization".to_owned(), "Bearer k".to_owned())));
    let shown: Value = serde_json::from_slice(&call.body).unwrap();
    let Some(BodyStep::Forward { edits, .. }) = flow.answered(0, answered, &mut io) else {
        panic!()
    };
    let name = edits.iter().find_map(|edit| match edit {
        Edit::Set(name, value) if name == "x-tollgate-target" => Some(value.clone()),
        _ => None,
    });
    (String::from_utf8(name.unwrap()).unwrap(), shown["input"].as_array().unwrap().len())
}

#[test]
fn the_nearest_topic_decides_and_examples_are_shown_once() {
    let pipeline = pipeline();
    let lost = target(&pipeline, Err(CalloutFailed));
    assert_eq!(lost, ("general".to_owned(), 3), "without an answer the request goes on");
    let first = answer(&json!([[1, 0], [0.9, 0.1], [0.95, 0.05]]));
    assert_eq!(target(&pipeline, first), ("lawyer".to_owned(), 3));
    assert_eq!(target(&pipeline, answer(&json!([[0.8, 0.1]]))), ("lawyer".to_owned(), 1));
    assert_eq!(target(&pipeline, answer(&json!([[0, 1]]))), ("general".to_owned(), 1));
    assert_eq!(target(&pipeline, answer(&json!([[1, 2, 3]]))), ("general".to_owned(), 1));
}
