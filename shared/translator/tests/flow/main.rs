//! The translator natively: a host of a few lines around the same flow that runs in Envoy.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail so"
)]

use std::rc::Rc;

use serde_json::{Value, json};
use stage::{Answer, BodyStep, Edit, Exchange, Flow, HeadStep, Headers, Pipeline, config};
use testkit::{cuts, fixtures};

mod answers;
mod hosts;
mod limits;

fn pipeline(config: &Value) -> Rc<Pipeline> {
    let text = config.to_string();
    let key = |name: &str| Some(format!("key-of-{name}"));
    Rc::new(config::load(&translator::FILTER, text.as_bytes(), &key).unwrap())
}

fn headers(pairs: &[(&str, &str)]) -> Headers {
    Headers::new(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
}

const CHAT: &str = "/v1/chat/completions";
const MESSAGES: &str = "/v1/messages";

/// Sends a request; the provider's path and body, or the answer.
fn send(flow: &mut Flow, path: &str, body: &str) -> Result<(String, Value), (u16, Value)> {
    let mut io = Exchange::default();
    let head =
        headers(&[(":method", "POST"), (":path", path), ("content-type", "application/json")]);
    assert!(matches!(flow.request_head(head, false, &mut io), HeadStep::Buffer(_)));
    match flow.request_body(body.as_bytes(), &mut io) {
        BodyStep::Forward { edits, body: new } => {
            let new = new.unwrap_or_else(|| body.as_bytes().to_vec());
            Ok((path_after(path, &edits), serde_json::from_slice(&new).unwrap()))
        }
        BodyStep::Reply(reply) => Err((reply.status, serde_json::from_slice(&reply.body).unwrap())),
        BodyStep::Wait(callouts) => panic!("a translator asks nobody: {callouts:?}"),
    }
}

/// The path once the edits are done.
fn path_after(path: &str, edits: &[Edit]) -> String {
    let set = edits.iter().rev().find_map(|edit| match edit {
        Edit::Set(name, value) if name == ":path" => String::from_utf8(value.clone()).ok(),
        _ => None,
    });
    set.unwrap_or_else(|| path.to_owned())
}

fn request(path: &str) -> String {
    let mut body =
        json!({"model": "m", "stream": true, "messages": [{"role": "user", "content": "Hi."}]});
    if path == MESSAGES {
        body["max_tokens"] = json!(10);
    }
    body.to_string()
}

fn one(provider: &str) -> Value {
    json!({"targets": {"only": {"provider": provider, "credential": {"env": "KEY"}}}})
}

fn streamed(flow: &mut Flow, pieces: &[&[u8]]) -> String {
    let mut io = Exchange::default();
    let head = headers(&[(":status", "200"), ("content-type", "text/event-stream")]);
    let answer = Answer { end: false, from_provider: true, held: true, retriable: false };
    assert!(matches!(flow.response_head(head, answer, &mut io), HeadStep::Stream(_)));
    let mut out = Vec::new();
    for piece in pieces {
        out.extend(flow.response_chunk(piece, false, &mut io));
    }
    out.extend(flow.response_chunk(b"", true, &mut io));
    String::from_utf8(out).unwrap()
}

#[test]
fn any_cut_gives_the_same_translated_stream() {
    for (path, provider, dialect) in [
        (CHAT, "anthropic", "anthropic-messages"),
        (MESSAGES, "openai", "openai-chat"),
        (MESSAGES, "openai-responses", "openai-responses"),
    ] {
        let pipeline = pipeline(&one(provider));
        for (case, wire) in fixtures(&format!("{dialect}/stream")) {
            let run = |pieces: &[&[u8]]| {
                let mut flow = Flow::new(Rc::clone(&pipeline), 0);
                send(&mut flow, path, &request(path)).unwrap();
                streamed(&mut flow, pieces)
            };
            let whole = run(&[&wire]);
            assert!(!whole.is_empty());
            for cut in cuts(&wire).step_by(if wire.len() > 4_000 { 29 } else { 3 }) {
                assert_eq!(run(&cut), whole, "{case}");
            }
        }
    }
}

#[test]
fn parameters_and_base_url_are_the_targets() {
    let mut config = one("openai");
    config["targets"]["only"]["base_url"] = json!("http://10.0.0.1:8000/api/v1/");
    config["targets"]["only"]["parameters"] =
        json!({"set": {"seed": 7}, "default": {"top_p": 0.5}, "remove": ["user"]});
    let mut flow = Flow::new(pipeline(&config), 0);
    let body = r#"{"model":"m","user":"u","top_p":1.0,"messages":[{"role":"user","content":"a"}]}"#;
    let (path, sent) = send(&mut flow, CHAT, body).unwrap();
    assert_eq!(path, "/api/v1/chat/completions");
    let expected =
        r#"{"model":"m","top_p":1.0,"messages":[{"role":"user","content":"a"}],"seed":7}"#;
    assert_eq!(sent.to_string(), expected);
}

#[test]
fn a_model_may_stand_in_the_path() {
    let mut config = one("gemini");
    config["targets"]["only"]["models"] = json!([{"exact": "m", "to": "gemini-3.8-flash"}]);
    let translated = "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse";
    let mut flow = Flow::new(pipeline(&config), 0);
    let (path, sent) = send(&mut flow, CHAT, &request(CHAT)).unwrap();
    assert_eq!((path.as_str(), sent.get("model")), (translated, None));

    let client = "/gw/v1beta/models/m:streamGenerateContent?key=secret&alt=sse";
    let body = r#"{"contents":[{"parts":[{"text":"Hi."}]}]}"#;
    let mut flow = Flow::new(pipeline(&config), 0);
    let (path, sent) = send(&mut flow, client, body).unwrap();
    assert_eq!((path.as_str(), sent.to_string().as_str()), (translated, body));

    let mut flow = Flow::new(pipeline(&one("openai")), 0);
    let (path, sent) = send(&mut flow, client, body).unwrap();
    assert_eq!((path.as_str(), &sent["model"]), ("/v1/chat/completions", &json!("m")));
    assert_eq!(sent["stream"], true);
}

#[test]
fn a_base_url_with_a_blank_must_be_given() {
    let text = one("vertex-ai").to_string();
    let key = |_: &str| Some("k".to_owned());
    let errors = config::load(&translator::FILTER, text.as_bytes(), &key).unwrap_err();
    let told = errors[0].to_string();
    assert!(told.contains("base_url") && told.contains("with your project"), "{told}");
}

#[test]
fn a_provider_that_speaks_the_clients_dialect_too_gets_its_request_as_it_is() {
    const RESPONSES: &str = "/v1/responses";
    let body = r#"{"model":"m","input":"Go on.","previous_response_id":"resp_1","tools":[]}"#;
    let mut flow = Flow::new(pipeline(&one("openai")), 0);
    let (path, sent) = send(&mut flow, RESPONSES, body).unwrap();
    assert_eq!((path.as_str(), sent.to_string().as_str()), (RESPONSES, body));
    // Elsewhere nobody knows that answer.
    let mut flow = Flow::new(pipeline(&one("anthropic")), 0);
    let (status, refused) = send(&mut flow, RESPONSES, body).unwrap_err();
    assert_eq!((status, &refused["error"]["param"]), (400, &json!("previous_response_id")));
}

#[test]
fn an_answer_repeats_what_was_asked() {
    let body = r#"{"model":"m","input":"Hi.","instructions":"Be brief.","stream":true}"#;
    let mut flow = Flow::new(pipeline(&one("anthropic")), 0);
    send(&mut flow, "/v1/responses", body).unwrap();
    let (_, wire) = fixtures("anthropic-messages/stream").remove(0);
    let told = streamed(&mut flow, &[&wire]);
    assert!(told.contains(r#""instructions":"Be brief.""#), "{told}");
}

#[test]
fn without_a_default_and_without_metadata_there_is_no_target() {
    let config = json!({"targets": {"a": {"provider": "openai"}, "b": {"provider": "anthropic"}}});
    let mut flow = Flow::new(pipeline(&config), 0);
    let (status, body) = send(&mut flow, CHAT, &request(CHAT)).unwrap_err();
    assert_eq!((status, body["error"]["code"].as_str()), (500, Some("unknown_target")));
}

#[test]
fn the_most_specific_metadata_names_the_target() {
    let config = json!({
        "targets": {"a": {"provider": "openai"}, "b": {"provider": "anthropic"}},
        "default_target": "a",
    });
    let pipeline = pipeline(&config);
    let place = |place: &str| {
        ["xds", place, "filter_metadata", "tollgate", "target"].map(str::to_owned).to_vec()
    };
    for (properties, provider_path) in [
        (vec![], CHAT),
        (vec![("route_metadata", "b")], MESSAGES),
        (vec![("route_metadata", "a"), ("cluster_metadata", "b")], MESSAGES),
        (vec![("cluster_metadata", "a"), ("upstream_host_metadata", "b")], MESSAGES),
        (vec![("upstream_host_metadata", "")], CHAT),
    ] {
        let mut flow = Flow::new(Rc::clone(&pipeline), 0);
        let mut io = Exchange::default();
        flow.request_head(headers(&[(":method", "POST"), (":path", CHAT)]), false, &mut io);
        for (name, target) in &properties {
            io.properties.insert(place(name).into(), target.as_bytes().to_vec());
        }
        let BodyStep::Forward { edits, .. } = flow.request_body(request(CHAT).as_bytes(), &mut io)
        else {
            panic!("{properties:?} was refused");
        };
        assert_eq!(path_after(CHAT, &edits), provider_path, "{properties:?}");
    }
}
