//! Typical traffic: the filters as `envoy-configs/` configures them, what clients ask, what providers answer.

mod subject;

use serde_json::{Value, json};
use wasm_tests::{Stream, Vm};

pub(crate) use self::subject::{Subject, subjects};

pub(crate) const CHAT: &str = "/v1/chat/completions";
pub(crate) const MESSAGES: &str = "/v1/messages";

/// An exchange from its first callback to its last: the instructions of the request and of the answer.
pub(crate) fn whole(vm: &Vm, subject: &Subject) -> (u64, u64) {
    let (exchange, request) = send(vm, subject, false);
    let before = vm.fuel_used();
    answer(&exchange, "application/json");
    exchange.response_body(reply(subject.target).to_string(), true);
    exchange.finish();
    (request, vm.fuel_used() - before)
}

fn send(vm: &Vm, subject: &Subject, stream: bool) -> (Stream, u64) {
    let before = vm.fuel_used();
    let exchange = ask(vm, subject, request(subject, stream));
    (exchange, vm.fuel_used() - before)
}

/// A request of the subject's client with this body, as far as the upstream.
pub(crate) fn ask(vm: &Vm, subject: &Subject, body: String) -> Stream {
    let exchange = vm.stream();
    let metadata = ["xds", "upstream_host_metadata", "filter_metadata", "tollgate", "target"];
    exchange.set_property(&metadata, subject.target);
    if subject.placement == wasm_tests::Placement::Upstream {
        exchange.set_property(&["upstream", "request_attempt_count"], 1u64.to_le_bytes());
    }
    // What clients and Envoy send.
    let headers = [
        (":method", "POST"),
        (":path", subject.path),
        ("accept", "application/json"),
        ("authorization", "Bearer client"),
        ("content-type", "application/json"),
        ("content-length", &body.len().to_string()),
        ("user-agent", "OpenAI/Python 2.8.0"),
        ("x-forwarded-proto", "http"),
        ("x-request-id", "2b8a0dc5-7a4b-9c4e-8d5f-3c1f0a9b7e6d"),
        ("x-team", "search"),
    ];
    exchange.request_headers(&headers, false);
    exchange.request_body(body, true);
    assert!(
        exchange.upstream_request().is_some(),
        "{}: {}",
        subject.name,
        exchange.downstream().text()
    );
    exchange
}

/// The text of the throughput benchmark too.
const TEXT: &str = include_str!("../../../bench/text.txt");

/// A conversation of about 2 KB: instructions, three turns, a tool; or a template's values of that size.
fn request(subject: &Subject, stream: bool) -> String {
    let path = subject.path;
    let (first, second) = (&TEXT[..700], &TEXT[700..1400]);
    let schema =
        json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    let turns = json!([
        {"role": "user", "content": first},
        {"role": "assistant", "content": second},
        {"role": "user", "content": "And now?"},
    ]);
    let described = "Tells the weather in a city, now and for the next three days.";
    let mut body = match path {
        CHAT => json!({
            "model": "auto", "max_completion_tokens": 256, "temperature": 0.5, "messages": turns,
            "tools": [{"type": "function", "function": {"name": "weather", "description": described, "parameters": schema}}],
        }),
        _ => json!({
            "model": "auto", "max_tokens": 256, "temperature": 0.5, "messages": turns,
            "tools": [{"name": "weather", "description": described, "input_schema": schema}],
        }),
    };
    if subject.template {
        body["messages"] = json!("{template://review}");
        body["properties"] = json!({"text": TEXT[..1400], "tone": "kind"});
    } else if path == CHAT {
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

/// The headers that come with a provider's answer.
pub(crate) fn answer(exchange: &Stream, media_type: &str) {
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
    let text = &TEXT[..1400];
    match target {
        "claude" => json!({
            "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
            "stop_sequence": null, "content": [{"type": "text", "text": text}],
            "usage": {"input_tokens": 420, "output_tokens": 310},
        }),
        _ => json!({
            "id": "c", "object": "chat.completion", "created": 1, "model": "m",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 420, "completion_tokens": 310, "total_tokens": 730},
        }),
    }
}

/// One text event of a stream, in a callback of its own: its instructions.
pub(crate) fn event(vm: &Vm, subject: &Subject) -> u64 {
    let (exchange, _) = send(vm, subject, true);
    answer(&exchange, "text/event-stream");
    let (head, text) = match subject.target {
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
