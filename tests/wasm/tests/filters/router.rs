//! The model router as Envoy loads it.

use serde_json::{Value, json};
use wasm_tests::{Stream, Vm, VmOptions};

use super::support::{CHAT, MESSAGES, answer, body, filter, openai_answer, send_with};

fn config() -> Value {
    json!({
        "targets": {"a": {"model": "a-1", "fallback": "b"}, "b": {}, "c": {}},
        "models": {
            "fast": {"choose": {"target": "a"}},
            "tried": {"choose": {"canary": {"stable": "b", "canary": "c", "share_percent": 50,
                "shadow_percent": 100,
                "judge": {"mode": "assist", "step_seconds": 1, "min_requests": 1}}}},
        },
        "rules": [{"name": "plain", "when": [{"model": {"exact": "b"}}], "choose": {"target": "b"}}],
        "breaker": {"min_requests": 3, "cool_down_ms": 1_000, "probes": 1},
        "answer_model": "requested",
    })
}

fn router(config: &Value) -> Vm {
    filter("model_router", config, VmOptions::default())
}

fn ask(vm: &Vm, model: &str) -> Stream {
    let stream = vm.stream();
    let request = json!({"model": model, "messages": [{"role": "user", "content": "Hi"}]});
    // What a client writes into our headers does not count.
    let spoofed =
        [("x-tollgate-target", "c"), ("x-tollgate-fallbacks", "c"), ("x-tollgate-shadow", "c")];
    send_with(&stream, CHAT, &spoofed, request.to_string().as_bytes());
    stream
}

fn target(stream: &Stream) -> String {
    let request = stream.upstream_request().unwrap();
    request.headers.text("x-tollgate-target").unwrap_or_default()
}

fn reply(stream: &Stream, status: &str) {
    answer(stream, status, "application/json", openai_answer().to_string().as_bytes());
    stream.set_property(&["response", "code"], status.parse::<u64>().unwrap().to_le_bytes());
    stream.finish();
}

#[test]
fn the_decision_goes_out_in_headers_and_facts_and_comes_back_in_the_answer() {
    let vm = router(&config());
    let stream = ask(&vm, "fast");
    let request = stream.upstream_request().unwrap();
    assert_eq!(request.headers.text("x-tollgate-target").as_deref(), Some("a"));
    assert_eq!(request.headers.text("x-tollgate-fallbacks").as_deref(), Some("b"));
    assert_eq!(request.headers.text("x-tollgate-shadow").as_deref(), None);
    assert_eq!(body(&request)["model"], "a-1");
    for (fact, value) in [
        ("tollgate.route", "fast"),
        ("tollgate.route.model", "a-1"),
        ("tollgate.route.reason", "the rule names it"),
        ("tollgate.target", "a"),
        ("gen_ai.request.model", "fast"),
    ] {
        assert_eq!(
            stream.filter_state(&format!("wasm.{fact}")).as_deref(),
            Some(value.as_bytes()),
            "{fact}"
        );
    }
    reply(&stream, "200");
    let answer = stream.downstream();
    assert_eq!(answer.headers.text("x-tollgate-model").as_deref(), Some("a-1"));
    assert_eq!(body(&answer)["model"], "fast");
    assert!(stream.misuse().is_empty(), "{:?}", stream.misuse());
}

#[test]
fn a_body_whose_model_stays_is_forwarded_byte_for_byte() {
    let vm = router(&config());
    let stream = vm.stream();
    let request =
        br#"{ "model" : "b", "messages": [{"role":"user","content":"Hi"}], "seed": 1.50 }"#;
    send_with(&stream, CHAT, &[], request);
    assert_eq!(stream.upstream_request().unwrap().body, request);
}

#[test]
fn models_are_listed_and_an_unknown_one_is_a_404_in_either_dialect() {
    let vm = router(&config());
    let stream = vm.stream();
    stream.request_headers(&[(":method", "GET"), (":path", "/v1/models")], true);
    let names: Vec<Value> = body(&stream.downstream())["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|model| model["id"].clone())
        .collect();
    assert_eq!(names, ["fast", "tried"]);
    for (path, code) in [(CHAT, "/error/code"), (MESSAGES, "/error/details/error_code")] {
        let stream = vm.stream();
        let request = json!({"model": "none", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]});
        send_with(&stream, path, &[], request.to_string().as_bytes());
        let reply = stream.local_reply().unwrap();
        assert_eq!(reply.status, 404);
        let told: Value = serde_json::from_slice(&reply.body).unwrap();
        assert!(told.pointer(code).is_none_or(|code| code == "model_not_found"), "{told}");
        assert!(told.to_string().contains("no route"), "{told}");
    }
}

#[test]
fn a_breaker_opens_for_all_and_a_probe_closes_it() {
    let vm = router(&config());
    for _ in 0..3 {
        let stream = ask(&vm, "fast");
        assert_eq!(target(&stream), "a");
        reply(&stream, "503");
    }
    assert_eq!(target(&ask(&vm, "fast")), "b");
    vm.advance(1_100_000_000);
    let probe = ask(&vm, "fast");
    assert_eq!((target(&probe), target(&ask(&vm, "fast"))), ("a".to_owned(), "b".to_owned()));
    reply(&probe, "200");
    assert_eq!(target(&ask(&vm, "fast")), "a");
    assert!(vm.metric("model_router.breaker.target.a.state.open").is_some());
}

#[test]
fn a_client_that_leaves_is_nobodys_fault() {
    let vm = router(&config());
    for _ in 0..5 {
        ask(&vm, "fast").finish();
    }
    assert_eq!(target(&ask(&vm, "fast")), "a");
}

#[test]
fn a_stand_in_that_answered_counts_against_the_one_it_stood_in_for() {
    let vm = router(&config());
    for _ in 0..3 {
        let stream = ask(&vm, "fast");
        stream.set_property(&["tollgate.target"], "b");
        reply(&stream, "200");
        assert_eq!(stream.downstream().headers.text("x-tollgate-target").as_deref(), Some("b"));
    }
    assert_eq!(target(&ask(&vm, "fast")), "b");
}

#[test]
fn a_canary_splits_copies_and_is_judged() {
    let vm = router(&config());
    let mut sides = [0, 0];
    for _ in 0..80 {
        let stream = ask(&vm, "tried");
        let canary = target(&stream) == "c";
        let shadow = stream
            .upstream_request()
            .unwrap()
            .headers
            .text("x-tollgate-shadow")
            .as_deref()
            .map(str::to_owned);
        assert_eq!(shadow.as_deref(), (!canary).then_some("c"));
        sides[usize::from(canary)] += 1;
        reply(&stream, if canary && sides[1] % 2 == 0 { "429" } else { "200" });
        vm.advance(100_000_000);
    }
    assert!(sides.iter().all(|side| *side > 15), "{sides:?}");
    let fact = ask(&vm, "tried").filter_state("wasm.tollgate.canary").unwrap();
    assert_eq!(String::from_utf8(fact).unwrap(), "50 % roll_back");
    let lines = vm.logs();
    let ruling =
        lines.iter().find(|line| line.message.contains("\"decision\":\"roll_back\"")).unwrap();
    let ruling: Value = serde_json::from_str(&ruling.message).unwrap();
    assert_eq!((&ruling["canary"], &ruling["applied"]), (&json!("tried"), &json!(false)));
    assert!(ruling["evidence"]["canary"]["error_percent"].as_f64().unwrap() > 20.0);
}

#[test]
fn a_decision_for_a_request_of_two_kilobytes_is_cheap() {
    let config = json!({
        "targets": {"a": {}, "b": {}},
        "rules": [
            {"name": "words", "when": [{"keywords": {"any_of": ["invoice", "refund"]}}], "choose": {"target": "a"}},
            {"name": "pattern", "when": [{"regex": {"pattern": "(?i)case\\s+\\d+"}}], "choose": {"target": "a"}},
            {"name": "french", "when": [{"language": ["fr"]}], "choose": {"target": "a"}},
            {"name": "code", "when": [{"has": "code"}], "choose": {"target": "a"}},
            {"name": "long", "when": [{"prompt_tokens": {"min": 4000}}], "choose": {"target": "b"}},
            {"name": "rest", "choose": {"sticky": {"by": "conversation", "weights": {"a": 1, "b": 1}}}},
        ],
    });
    let text = "The quick brown fox jumps over the lazy dog near the river bank. ".repeat(14);
    let request = json!({"model": "gpt-4o", "messages": [
        {"role": "system", "content": "Be brief."}, {"role": "user", "content": text},
        {"role": "assistant", "content": text}, {"role": "user", "content": "And now?"}]})
    .to_string();
    assert!((1_900..2_200).contains(&request.len()), "{}", request.len());
    let used = |config: &Value| {
        let vm = router(config);
        let mut last = 0;
        for _ in 0..3 {
            let stream = vm.stream();
            let before = vm.fuel_used();
            send_with(&stream, CHAT, &[], request.as_bytes());
            last = vm.fuel_used() - before;
            assert!(stream.upstream_request().is_some());
        }
        last
    };
    let plain = used(
        &json!({"targets": {"a": {}, "b": {}}, "rules": [{"name": "r", "choose": {"weights": {"a": 1, "b": 1}}}]}),
    );
    let all = used(&config);
    let mut named = config.clone();
    let rules = named["rules"].as_array_mut().unwrap();
    rules.insert(0, json!({"name": "named", "when": [{"model": {"prefix": "gpt-"}}], "choose": {"target": "a"}}));
    let named = used(&named);
    println!(
        "{plain} instructions by weights, {named} by name, {all} with every kind of look at the text"
    );
    assert!(named < plain + 3_000, "{named} by name, {plain} by weights: nobody looks at the text");
    assert!(plain < 38_000, "{plain}");
    assert!(all < 145_000, "{all}");
}
