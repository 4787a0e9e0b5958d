//! What the built translator costs: wasm instructions per 2 KB request, per answer and per stream event,
//! either way, and the host functions it calls. `make bench` runs it. The counts are exact and the same on
//! every machine.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a tool that may stop")]

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};
use wasm_tests::{HostCalls, Placement, Stream, Vm, VmOptions, built};

fn main() -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "provider_translator.wasm, upstream{:>31} {:>10}", "instructions", "host calls")?;
    for (name, path, target) in FLOWS {
        let (request, answer) = whole(path, target);
        writeln!(out, "{name:<42}")?;
        for (what, cost) in [("  2 KB request", request), ("  2 KB answer", answer)] {
            writeln!(out, "{what:<42} {:>22} {:>10}", cost.instructions, cost.calls())?;
        }
        if path == MESSAGES || target == "claude" {
            let event = event(path, target);
            let what = "  one text event of a stream";
            writeln!(out, "{what:<42} {:>22} {:>10}", event.instructions, event.calls())?;
        }
    }
    for (name, path, target) in FLOWS {
        writeln!(
            out,
            "\n{:<42} {:>5} {:>10}",
            format!("{name}, whole exchange"),
            "calls",
            "bytes"
        )?;
        for (function, counted) in exchange(path, target).host {
            writeln!(out, "  {function:<40} {:>5} {:>10}", counted.calls, counted.bytes)?;
        }
    }
    Ok(())
}

const FLOWS: [(&str, &str, &str); 3] = [
    ("chat → chat (same dialect)", CHAT, "gpt"),
    ("chat → anthropic-messages", CHAT, "claude"),
    ("messages → openai-chat", MESSAGES, "gpt"),
];

const MAJOR: &[&str] = &["xds", "node", "user_agent_build_version", "version", "major_number"];
const MINOR: &[&str] = &["xds", "node", "user_agent_build_version", "version", "minor_number"];

/// What a part of an exchange cost the VM.
#[derive(Default)]
struct Cost {
    instructions: u64,
    host: BTreeMap<&'static str, HostCalls>,
}

impl Cost {
    fn of<T>(vm: &Vm, work: impl FnOnce() -> T) -> (T, Cost) {
        let (before, known) = (vm.fuel_used(), vm.host_calls());
        let result = work();
        let mut host = vm.host_calls();
        for (name, known) in known {
            let now = host.entry(name).or_default();
            now.calls -= known.calls;
            now.bytes -= known.bytes;
        }
        host.retain(|_, counted| counted.calls > 0);
        (result, Cost { instructions: vm.fuel_used() - before, host })
    }

    fn calls(&self) -> u64 {
        self.host.values().map(|counted| counted.calls).sum()
    }
}

const CHAT: &str = "/v1/chat/completions";
const MESSAGES: &str = "/v1/messages";

fn translator() -> Vm {
    let options = VmOptions {
        placement: Placement::Upstream,
        env: vec![("KEY", "sk-0123456789")],
        properties: vec![
            (MAJOR, 1u64.to_le_bytes().to_vec()),
            (MINOR, 40u64.to_le_bytes().to_vec()),
        ],
        ..VmOptions::default()
    };
    let vm = Vm::start(&built("provider_translator").unwrap(), options).unwrap();
    let key = json!({"env": "KEY"});
    let config = json!({"targets": {
        "claude": {
            "provider": "anthropic", "credential": key,
            "models": [{"prefix": "gpt-", "to": "claude-sonnet-4-5"}],
        },
        "gpt": {"provider": "openai", "credential": key},
    }});
    assert!(vm.configure(config.to_string()), "{:?}", vm.logs());
    vm
}

/// A conversation of about 2 KB: instructions, two turns, a tool.
fn request(path: &str, stream: bool) -> String {
    let text = "The quick brown fox jumps over the lazy dog near the river bank. ".repeat(9);
    let schema =
        json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    let turns = json!([
        {"role": "user", "content": text},
        {"role": "assistant", "content": text},
        {"role": "user", "content": "And now?"},
    ]);
    let mut body = match path {
        CHAT => json!({
            "model": "gpt-4o", "max_completion_tokens": 256, "temperature": 0.5, "messages": turns,
            "tools": [{"type": "function", "function": {"name": "weather", "description": text, "parameters": schema}}],
        }),
        _ => json!({
            "model": "gpt-4o", "max_tokens": 256, "temperature": 0.5, "messages": turns,
            "tools": [{"name": "weather", "description": text, "input_schema": schema}],
        }),
    };
    if path == CHAT {
        let messages = body["messages"].as_array_mut().unwrap();
        messages.insert(0, json!({"role": "system", "content": "Be brief."}));
    } else {
        body["system"] = json!("Be brief.");
    }
    if stream {
        body["stream"] = json!(true);
    }
    body.to_string()
}

fn send(vm: &Vm, path: &str, target: &str, stream: bool) -> (Stream, Cost) {
    let exchange = vm.stream();
    let metadata = ["xds", "upstream_host_metadata", "filter_metadata", "tollgate", "target"];
    exchange.set_property(&metadata, target);
    exchange.set_property(&["upstream", "request_attempt_count"], 1u64.to_le_bytes());
    let body = request(path, stream);
    // What clients and Envoy send.
    let headers = [
        (":method", "POST"),
        (":path", path),
        ("accept", "application/json"),
        ("authorization", "Bearer client"),
        ("content-type", "application/json"),
        ("content-length", &body.len().to_string()),
        ("user-agent", "OpenAI/Python 2.8.0"),
        ("x-envoy-expected-rq-timeout-ms", "15000"),
        ("x-forwarded-proto", "http"),
        ("x-request-id", "2b8a0dc5-7a4b-9c4e-8d5f-3c1f0a9b7e6d"),
    ];
    let ((), cost) = Cost::of(vm, || {
        exchange.request_headers(&headers, false);
        exchange.request_body(body, true);
    });
    assert!(exchange.upstream_request().is_some(), "{}", exchange.downstream().text());
    (exchange, cost)
}

/// The provider's answer with the headers that come with it.
fn answer(exchange: &Stream, media_type: &str) {
    let headers = [
        (":status", "200"),
        ("content-type", media_type),
        ("date", "Sat, 21 Nov 2026 12:00:00 GMT"),
        ("request-id", "req_011CUmLzvVwPmYHpBVhYqVn2"),
        ("server", "envoy"),
        ("x-envoy-upstream-service-time", "900"),
    ];
    exchange.response_headers(&headers, false);
}

fn reply(target: &str) -> Value {
    let text = "The quick brown fox jumps over the lazy dog near the river bank. ".repeat(25);
    match target {
        "claude" => json!({
            "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
            "stop_sequence": null, "content": [{"type": "text", "text": text}],
            "usage": {"input_tokens": 56, "output_tokens": 3},
        }),
        _ => json!({
            "id": "c", "object": "chat.completion", "created": 1, "model": "m",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 120, "completion_tokens": 3, "total_tokens": 123},
        }),
    }
}

/// A request and its buffered answer, warm.
fn whole(path: &str, target: &str) -> (Cost, Cost) {
    let vm = translator();
    let mut result = Default::default();
    for _ in 0..3 {
        let (exchange, request) = send(&vm, path, target, false);
        let ((), answer) = Cost::of(&vm, || {
            answer(&exchange, "application/json");
            exchange.response_body(reply(target).to_string(), true);
        });
        result = (request, answer);
    }
    result
}

/// An exchange from its first callback to its last, warm.
fn exchange(path: &str, target: &str) -> Cost {
    let vm = translator();
    let run = || {
        let (exchange, _) = send(&vm, path, target, false);
        answer(&exchange, "application/json");
        exchange.response_body(reply(target).to_string(), true);
        exchange.finish();
    };
    run();
    Cost::of(&vm, run).1
}

/// One text event of a stream, in a callback of its own.
fn event(path: &str, target: &str) -> Cost {
    let vm = translator();
    let (exchange, _) = send(&vm, path, target, true);
    answer(&exchange, "text/event-stream");
    let (head, text) = match target {
        "claude" => (
            "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}}\n\nevent: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" brown fox\"}}\n\n",
        ),
        _ => (
            "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n",
            "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" brown fox\"},\"finish_reason\":null}]}\n\n",
        ),
    };
    exchange.response_body(head, false);
    exchange.response_body(text, false);
    Cost::of(&vm, || exchange.response_body(text, false)).1
}
