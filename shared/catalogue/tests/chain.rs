//! What stages of a chain do for each other.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test")]
#![cfg(not(target_arch = "wasm32"))]

use std::path::Path;
use std::rc::Rc;

use catalogue::{CHAIN, ORDERS, STAGES};
use serde_json::{Map, Value, json};
use stage::{BodyStep, ConfigError, Edit, Exchange, Flow, HeadStep, Headers, Pipeline, config};

fn load(stages: &Value) -> Result<Pipeline, Vec<ConfigError>> {
    let text = json!({ "stages": stages }).to_string();
    config::load(&CHAIN, text.as_bytes(), &|_: &str| Some("key".to_owned()))
}

/// A request that went through a chain.
struct Sent {
    edits: Vec<Edit>,
    body: Value,
    io: Exchange,
}

impl Sent {
    fn header(&self, name: &str) -> Option<String> {
        self.edits.iter().rev().find_map(|edit| match edit {
            Edit::Set(set, value) if set == name => Some(String::from_utf8(value.clone()).unwrap()),
            _ => None,
        })
    }
}

/// Sends a chat request; what went on, or status and code of the refusal.
fn send(stages: &Value, body: &Value) -> Result<Sent, (u16, Value)> {
    let pipeline = Rc::new(load(stages).unwrap_or_else(|errors| panic!("{errors:?}")));
    let mut io = Exchange::at(1);
    let mut flow = Flow::new(pipeline, 1);
    let head = [(":method", "POST"), (":path", "/v1/chat/completions")];
    let head = head.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    assert!(matches!(flow.request_head(Headers::new(head), false, &mut io), HeadStep::Buffer(_)));
    let bytes = body.to_string();
    match flow.request_body(bytes.as_bytes(), &mut io) {
        BodyStep::Forward { edits, body } => {
            let body = body.unwrap_or_else(|| bytes.into_bytes());
            Ok(Sent { edits, body: serde_json::from_slice(&body).unwrap(), io })
        }
        BodyStep::Reply(reply) => {
            let told: Value = serde_json::from_slice(&reply.body).unwrap();
            Err((reply.status, told["error"]["code"].clone()))
        }
        BodyStep::Wait(_) => panic!("nobody is asked here"),
    }
}

fn saying(model: &str, text: &str) -> Value {
    json!({"model": model, "messages": [{"role": "user", "content": text}]})
}

/// A stage with the configuration of its example.
fn example(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../filters").join(name);
    let text = std::fs::read_to_string(folder.join("config.example.yaml")).unwrap();
    let mut config: Map<String, Value> = serde_yaml_ng::from_str(&text).unwrap();
    config.shift_remove("host");
    json!({ name: config })
}

#[test]
fn a_wrong_order_is_refused_with_its_place_and_the_reason() {
    for order in ORDERS {
        let named = |name| STAGES.iter().any(|stage| stage.name == name);
        assert!(named(order.first) && named(order.then), "{order:?}");
        load(&json!([example(order.first), example(order.then)]))
            .unwrap_or_else(|errors| panic!("{order:?}: {errors:?}"));
        let errors = load(&json!([example(order.then), example(order.first)])).unwrap_err();
        let expected = format!(
            "stages[1].{}: must stand before stages[0].{}: {}",
            order.first, order.then, order.why
        );
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(told, [expected]);
    }
}

#[test]
fn every_stage_has_a_place_in_the_whole_chain() {
    let whole = [
        "prompt-template",
        "pii-redactor",
        "prompt-guard",
        "prompt-decorator",
        "model-router",
        "token-counter",
        "provider-translator",
    ];
    assert_eq!(whole.len(), STAGES.len());
    load(&Value::Array(whole.iter().map(|name| example(name)).collect())).unwrap();
}

#[test]
fn what_the_redactor_found_decides_where_a_request_goes() {
    let stages = json!([
        {"pii-redactor": {}},
        {"model-router": {
            "targets": {"local": {}, "cloud": {}},
            "rules": [
                {"name": "private", "choose": {"target": "local"},
                 "when": [{"fact": {"name": "tollgate.pii.request", "value": {"present": true}}}]},
                {"name": "rest", "choose": {"target": "cloud"}},
            ],
        }},
    ]);
    let private = send(&stages, &saying("m", "Write to jane.doe@example.com")).unwrap();
    assert_eq!(private.header("x-tollgate-target").as_deref(), Some("local"));
    assert!(!private.body.to_string().contains("jane.doe"), "{}", private.body);
    let public = send(&stages, &saying("m", "Write to nobody")).unwrap();
    assert_eq!(public.header("x-tollgate-target").as_deref(), Some("cloud"));
}

#[test]
fn a_request_without_a_model_gets_its_targets() {
    let translator = json!({"provider-translator": {"targets": {"claude": {
        "provider": "anthropic", "credential": "none"}}}});
    let unnamed = json!({"messages": [{"role": "user", "content": "Hi"}]});
    let refused = send(&json!([translator]), &unnamed).map(|_| ()).unwrap_err();
    assert_eq!(refused, (400, json!("missing_required_parameter")));
    let router = json!({"model-router": {
        "targets": {"claude": {"model": "claude-haiku-5-5"}},
        "rules": [{"name": "all", "choose": {"target": "claude"}}]}});
    let sent = send(&json!([router, translator]), &unnamed).unwrap();
    assert_eq!(sent.body["model"], "claude-haiku-5-5");
}

#[test]
fn the_guards_verdict_decides_where_a_request_goes() {
    let stages = json!([
        {"prompt-guard": {"rules": {
            "odd": {"words": ["nightingale"], "action": "flag"},
            "bad": {"words": ["cuckoo"], "action": "block"},
        }}},
        {"model-router": {
            "targets": {"strict": {}, "usual": {}},
            "rules": [
                {"name": "flagged", "choose": {"target": "strict"},
                 "when": [{"fact": {"name": "tollgate.guard.request", "value": {"exact": "flag"}}}]},
                {"name": "rest", "choose": {"target": "usual"}},
            ],
        }},
    ]);
    let target = |text| send(&stages, &saying("m", text)).unwrap().header("x-tollgate-target");
    assert_eq!(target("About the nightingale").as_deref(), Some("strict"));
    assert_eq!(target("About the sparrow").as_deref(), Some("usual"));
    let (status, code) = send(&stages, &saying("m", "About the cuckoo")).map(|_| ()).unwrap_err();
    assert_eq!((status, code), (400, json!("prompt_blocked")));
}

#[test]
fn with_vocabularies_in_the_module_rules_count_exactly() {
    // 7 tokens of o200k_base (`tollgate count`), where bytes or words would say another number.
    let stages = json!([{"model-router": {
        "targets": {"seven": {}, "other": {}},
        "rules": [
            {"name": "seven", "when": [{"prompt_tokens": {"min": 7, "max": 7}}], "choose": {"target": "seven"}},
            {"name": "rest", "choose": {"target": "other"}},
        ],
    }}]);
    for (text, expected) in
        [("<|endoftext|>", "seven"), ("<|endoftext|> <|endoftext|>", "other"), ("seven", "other")]
    {
        let sent = send(&stages, &saying("gpt-4o", text)).unwrap();
        assert_eq!(sent.header("x-tollgate-target").as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn the_routers_choice_is_counted_and_translated() {
    let stages = json!([
        {"model-router": {
            "targets": {"gpt": {"model": "gpt-4o"}, "claude": {"model": "claude-sonnet-4-5"}},
            "models": {
                "fast": {"choose": {"target": "gpt"}},
                "smart": {"choose": {"target": "claude"}},
            },
        }},
        {"token-counter": {"models": {
            "gpt-4o": {"price": {"input": 2.5, "output": 10}},
            "claude-*": {"price": {"input": 3, "output": 15}},
        }}},
        {"provider-translator": {
            "targets": {
                "gpt": {"provider": "openai", "credential": "none"},
                "claude": {"provider": "anthropic", "credential": "none"},
            },
            "default_target": "gpt",
        }},
    ]);
    for (model, path, served) in
        [("fast", None, "gpt-4o"), ("smart", Some("/v1/messages"), "claude-sonnet-4-5")]
    {
        let sent = send(&stages, &saying(model, "Hello there")).unwrap();
        let target = if model == "fast" { "gpt" } else { "claude" };
        assert_eq!(sent.header("x-tollgate-target").as_deref(), Some(target), "still there");
        assert_eq!(sent.header(":path").as_deref(), path, "{model}");
        assert_eq!(sent.body["model"], served);
        assert_eq!(sent.io.told("tollgate.route.model"), Some(served));
    }
}
