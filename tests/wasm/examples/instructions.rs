//! Wasm instructions of the built translator: per 2 KB request, per answer, per stream event, either way.
//! `make bench` runs it. The counts are exact and the same on every machine.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a tool that may stop")]

use std::io::{self, Write};

use serde_json::{Value, json};
use wasm_tests::{Stream, Vm, VmOptions, built};

fn main() -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "wasm instructions (provider_translator.wasm)")?;
    writeln!(out, "{:<42} {:>12}", "", "instructions")?;
    for (name, path, target) in [
        ("chat → chat (same dialect)", CHAT, "gpt"),
        ("chat → anthropic-messages", CHAT, "claude"),
        ("messages → openai-chat", MESSAGES, "gpt"),
    ] {
        let (request, answer) = whole(path, target);
        writeln!(out, "{name:<42}")?;
        writeln!(out, "{:<42} {request:>12}", "  2 KB request")?;
        writeln!(out, "{:<42} {answer:>12}", "  2 KB answer")?;
        if path == MESSAGES || target == "claude" {
            writeln!(out, "{:<42} {:>12}", "  one text event of a stream", event(path, target))?;
        }
    }
    Ok(())
}

const CHAT: &str = "/v1/chat/completions";
const MESSAGES: &str = "/v1/messages";

fn translator() -> Vm {
    let vm = Vm::start(&built("provider_translator").unwrap(), VmOptions::default()).unwrap();
    let config = json!({"targets": {
        "claude": {"provider": "anthropic", "models": [{"prefix": "gpt-", "to": "claude-sonnet-4-5"}]},
        "gpt": {"provider": "openai"},
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

fn send(vm: &Vm, path: &str, target: &str, stream: bool) -> (Stream, u64) {
    let exchange = vm.stream();
    let metadata = ["xds", "upstream_host_metadata", "filter_metadata", "tollgate", "target"];
    exchange.set_property(&metadata, target);
    let before = vm.fuel_used();
    exchange.request_headers(
        &[(":method", "POST"), (":path", path), ("content-type", "application/json")],
        false,
    );
    exchange.request_body(request(path, stream), true);
    assert!(exchange.upstream_request().is_some(), "{}", exchange.downstream().text());
    let used = vm.fuel_used() - before;
    (exchange, used)
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

/// Instructions for a request and for its buffered answer, warm.
fn whole(path: &str, target: &str) -> (u64, u64) {
    let vm = translator();
    let mut result = (0, 0);
    for _ in 0..3 {
        let (exchange, request) = send(&vm, path, target, false);
        let before = vm.fuel_used();
        exchange
            .response_headers(&[(":status", "200"), ("content-type", "application/json")], false);
        exchange.response_body(reply(target).to_string(), true);
        result = (request, vm.fuel_used() - before);
    }
    result
}

/// Instructions for one text event of a stream, in a callback of its own.
fn event(path: &str, target: &str) -> u64 {
    let vm = translator();
    let (exchange, _) = send(&vm, path, target, true);
    exchange.response_headers(&[(":status", "200"), ("content-type", "text/event-stream")], false);
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
    let before = vm.fuel_used();
    exchange.response_body(text, false);
    vm.fuel_used() - before
}
