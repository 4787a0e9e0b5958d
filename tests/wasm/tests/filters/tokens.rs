//! The token counter as a module: what it costs to have, what workers share, what it tells.

use serde_json::{Value, json};
use wasm_tests::{Process, Stream, Vm, VmOptions};

use super::support::*;

fn counter(config: &Value) -> Vm {
    filter("token_counter", config, options())
}

fn budget(limit: u64) -> Value {
    json!({
        "models": {"gpt-4o*": {"provider": "openai", "context_window_tokens": 128_000,
            "price": {"input": 2.5, "output": 10}}},
        "headers": {"usage": true},
        "budgets": [{"name": "all", "limit": limit, "window": {"fixed": "hour"}}],
    })
}

fn sent(vm: &Vm) -> Stream {
    let stream = vm.stream();
    send(&stream, CHAT, chat_body().to_string().as_bytes());
    stream
}

fn fact(stream: &Stream, name: &str) -> String {
    let value = stream.filter_state(&format!("wasm.{name}")).unwrap_or_default();
    String::from_utf8(value).unwrap()
}

#[test]
fn it_starts_without_work_and_without_memory() {
    let vm = counter(&json!({}));
    assert!(vm.memory_bytes() <= 6 << 20, "{} bytes with two vocabularies", vm.memory_bytes());
    // A millisecond is some millions of instructions.
    assert!(vm.fuel_used() < 5_000_000, "{} instructions", vm.fuel_used());
}

#[test]
fn far_from_its_limits_a_request_costs_next_to_nothing() {
    let long = "The gateway reads what it has to and no more. ".repeat(1_000);
    let body =
        json!({"model": "gpt-4o", "messages": [{"role": "user", "content": long}]}).to_string();
    let cost = |config: &Value| {
        let vm = counter(config);
        let before = vm.fuel_used();
        let stream = vm.stream();
        send(&stream, CHAT, body.as_bytes());
        (vm.fuel_used() - before, fact(&stream, "tollgate.prompt_tokens"))
    };
    let (nothing, _) = cost(&json!({}));
    let (far, uncounted) = cost(&budget(100_000_000));
    let (near, counted) = cost(&budget(20_000));
    assert_eq!((uncounted.as_str(), counted.as_str()), ("", "11008"));
    println!(
        "{nothing} instructions, {far} far from limits, {near} near them, {} bytes",
        body.len()
    );
    assert!(far < nothing + nothing / 20, "{nothing} instructions, {far} with limits far away");
    assert!(near < 200 * body.len() as u64, "{near} instructions for {} bytes", body.len());
}

#[test]
fn an_answer_that_a_glance_shows_takes_no_tree() {
    let vm = counter(&json!({}));
    let cost = |body: &Value| {
        let stream = sent(&vm);
        let before = vm.fuel_used();
        answer(&stream, "200", "application/json", body.to_string().as_bytes());
        assert_eq!(fact(&stream, "gen_ai.usage.output_tokens"), "310");
        vm.fuel_used() - before
    };
    let text = "The gateway reads what it has to and no more.\n".repeat(30);
    let mut body = json!({"id": "c", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 420, "completion_tokens": 310, "total_tokens": 730}});
    cost(&body);
    let glance = cost(&body);
    body["unheard_of"] = json!(1);
    let tree = cost(&body);
    println!("{glance} instructions by a glance, {tree} by a tree");
    assert!(glance * 7 / 4 < tree, "{glance} instructions by a glance, {tree} by a tree");
}

#[test]
fn an_event_that_is_like_the_one_before_is_not_read() {
    let vm = counter(&json!({}));
    let stream = vm.stream();
    let mut body = chat_body();
    body["stream"] = json!(true);
    send(&stream, CHAT, body.to_string().as_bytes());
    stream.response_headers(&[(":status", "200"), ("content-type", "text/event-stream")], false);
    let event = |text: &str| {
        let choice = json!({"index": 0, "delta": {"content": text}, "finish_reason": null});
        let chunk = json!({"id": "c", "object": "chat.completion.chunk", "choices": [choice]});
        let before = vm.fuel_used();
        stream.response_body(format!("data: {chunk}\n\n").as_bytes(), false);
        vm.fuel_used() - before
    };
    let read = event("One").min(event(" \n"));
    event(" word");
    let like = event(" more");
    assert!(like <= 7_000 && like * 2 < read, "{like} instructions, {read} for one that is read");
}

#[test]
fn an_answer_passes_untouched_and_is_told() {
    let vm = counter(&budget(1_000));
    let stream = sent(&vm);
    assert_eq!(stream.upstream_request().unwrap().body, chat_body().to_string().as_bytes());
    let bytes = openai_answer().to_string();
    answer(&stream, "200", "application/json", bytes.as_bytes());
    let got = stream.downstream();
    assert_eq!(got.body, bytes.as_bytes());
    for (name, value) in [
        ("x-ratelimit-limit-tokens", "1000"),
        ("x-tollgate-input-tokens", "120"),
        ("x-tollgate-output-tokens", "3"),
        ("x-tollgate-cost-usd", "0.000330000"),
    ] {
        assert_eq!(got.headers.text(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(fact(&stream, "tollgate.total_tokens"), "123");
    stream.finish();
    let labels = "model.gpt-4o.provider.openai.token_type.input.consumer.other";
    let metric = vm.metric(&format!("token_counter.tokens.{labels}")).unwrap();
    assert_eq!(metric.value(), 120);
    assert_eq!(stream.misuse(), Vec::<String>::new());
}

#[test]
fn a_stream_passes_untouched_whole_and_cut() {
    for whole in [true, false] {
        let vm = counter(&budget(1_000));
        let stream = sent(&vm);
        let wire = OPENAI_STREAM.as_bytes();
        stream
            .response_headers(&[(":status", "200"), ("content-type", "text/event-stream")], false);
        let cut = if whole { wire.len() } else { 500 };
        for chunk in wire[..cut].chunks(7) {
            stream.response_body(chunk, false);
        }
        if whole {
            stream.response_body(b"", true);
            assert_eq!(stream.downstream().body, wire);
        }
        stream.finish();
        let told =
            ["gen_ai.usage.output_tokens", "tollgate.estimated"].map(|name| fact(&stream, name));
        assert_eq!(told, if whole { ["5", "false"] } else { ["4", "true"] });
    }
}

#[test]
fn usage_that_the_client_did_not_ask_for_is_asked_for_and_hidden() {
    let vm = counter(&budget(1_000));
    let stream = vm.stream();
    let mut body = chat_body();
    body["stream"] = json!(true);
    send(&stream, CHAT, body.to_string().as_bytes());
    let sent: Value = serde_json::from_slice(&stream.upstream_request().unwrap().body).unwrap();
    assert_eq!(sent["stream_options"], json!({"include_usage": true}));
    stream.response_headers(&[(":status", "200"), ("content-type", "text/event-stream")], false);
    for chunk in OPENAI_STREAM.as_bytes().chunks(7) {
        stream.response_body(chunk, false);
    }
    stream.response_body(b"", true);
    let got = String::from_utf8(stream.downstream().body).unwrap();
    assert!(OPENAI_STREAM.contains("\"usage\"") && !got.contains("\"usage\""), "{got}");
    assert!(got.ends_with("data: [DONE]\n\n"), "{got}");
    assert_eq!(fact(&stream, "gen_ai.usage.output_tokens"), "5");
    assert_eq!(fact(&stream, "tollgate.estimated"), "false");
}

#[test]
fn workers_share_a_budget_to_the_last_token() {
    let process = Process::default();
    let worker = || {
        let options = VmOptions { process: process.clone(), ..options() };
        filter("token_counter", &budget(300), options)
    };
    let workers = [worker(), worker()];
    // Two are reserved by an estimate, the others are near the limit and counted: 10 + 64 tokens each.
    let streams: Vec<Stream> = (0..8).map(|n| sent(&workers[n % 2])).collect();
    let refused: Vec<bool> = streams.iter().map(|stream| stream.local_reply().is_some()).collect();
    assert_eq!(refused, [false, false, false, false, true, true, true, true]);
    let reply = streams[4].local_reply().unwrap();
    assert_eq!(reply.status, 429);
    assert_eq!(reply.headers.text("retry-after").as_deref(), Some("3600"));
    // Whoever leaves gives back, on whichever worker.
    streams[0].finish();
    assert!(sent(&workers[1]).local_reply().is_none());
}
