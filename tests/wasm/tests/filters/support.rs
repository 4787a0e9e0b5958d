//! A started filter and the messages it is sent.

use serde_json::{Value, json};
use wasm_tests::{Message, Placement, Stream, Vm, VmOptions, built};

/// Two targets on two dialects; requests go to `claude` unless metadata says otherwise.
pub(super) fn translator_config() -> Value {
    json!({
        "targets": {
            "claude": {
                "provider": "anthropic",
                "credential": {"env": "ANTHROPIC_API_KEY"},
                "models": [{"prefix": "gpt-", "to": "claude-sonnet-4-5"}],
            },
            "gpt": {
                "provider": "openai",
                "credential": {"env": "OPENAI_API_KEY"},
                "models": [{"prefix": "claude-", "to": "gpt-4o"}],
            },
        },
        "default_target": "claude",
    })
}

pub(super) fn options() -> VmOptions {
    VmOptions {
        env: vec![("ANTHROPIC_API_KEY", "sk-ant-gateway"), ("OPENAI_API_KEY", "sk-gateway")],
        ..VmOptions::default()
    }
}

pub(super) fn upstream() -> VmOptions {
    VmOptions { placement: Placement::Upstream, ..options() }
}

/// A started filter.
pub(super) fn filter(name: &str, config: &Value, options: VmOptions) -> Vm {
    let vm = Vm::start(&built(name).unwrap(), options).unwrap();
    assert!(vm.configure(config.to_string()), "{:#?}", vm.logs());
    vm
}

pub(super) fn translator(options: VmOptions) -> Vm {
    filter("provider_translator", &translator_config(), options)
}

pub(super) fn chat_body() -> Value {
    json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 64})
}

pub(super) fn messages_body() -> Value {
    json!({"model": "claude-sonnet-4-5", "max_tokens": 64, "messages": [{"role": "user", "content": "Say hello."}]})
}

pub(super) const CHAT: &str = "/v1/chat/completions";
pub(super) const MESSAGES: &str = "/v1/messages";

/// Sends a whole request with a client's own credential.
pub(super) fn send(stream: &Stream, path: &str, body: &[u8]) {
    send_with(stream, path, &[], body);
}

pub(super) fn send_with(stream: &Stream, path: &str, more: &[(&str, &str)], body: &[u8]) {
    let length = body.len().to_string();
    let mut headers = vec![
        (":method", "POST"),
        (":path", path),
        ("content-type", "application/json"),
        ("content-length", &length),
        ("authorization", "Bearer sk-client"),
        ("x-api-key", "sk-client"),
    ];
    headers.extend_from_slice(more);
    stream.request_headers(headers.as_slice(), false);
    stream.request_body(body, true);
}

/// The provider's whole answer.
pub(super) fn answer(stream: &Stream, status: &str, content_type: &str, body: &[u8]) {
    let length = body.len().to_string();
    let headers =
        [(":status", status), ("content-type", content_type), ("content-length", length.as_str())];
    stream.response_headers(&headers, false);
    stream.response_body(body, true);
}

pub(super) fn body(message: &Message) -> Value {
    serde_json::from_slice(&message.body).unwrap_or_else(|e| panic!("{e}: {}", message.text()))
}

/// Picks the target as the chosen endpoint's metadata would.
pub(super) fn endpoint(stream: &Stream, target: &str) {
    let path = ["xds", "upstream_host_metadata", "filter_metadata", "tollgate", "target"];
    stream.set_property(&path, target);
}

/// An attempt of the router, counting from 1.
pub(super) fn attempt(stream: &Stream, count: u64) {
    stream.set_property(&["upstream", "request_attempt_count"], count.to_le_bytes());
}

/// Envoy's version, as an attribute.
pub(super) fn envoy_version(stream: &Stream, minor: u64) {
    let path = |part| ["xds", "node", "user_agent_build_version", "version", part];
    stream.set_property(&path("major_number"), 1u64.to_le_bytes());
    stream.set_property(&path("minor_number"), minor.to_le_bytes());
}

pub(super) fn anthropic_answer() -> Value {
    json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5-20250929",
        "content": [{"type": "text", "text": "Hello."}],
        "stop_reason": "end_turn", "stop_sequence": null,
        "usage": {"input_tokens": 56, "cache_read_input_tokens": 64, "cache_creation_input_tokens": 0, "output_tokens": 3},
    })
}

pub(super) fn openai_answer() -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-4o-2024-08-06",
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": "Hello.", "refusal": null, "annotations": []},
            "logprobs": null, "finish_reason": "stop",
        }],
        "usage": {"prompt_tokens": 120, "completion_tokens": 3, "total_tokens": 123,
            "prompt_tokens_details": {"cached_tokens": 64, "audio_tokens": 0}},
    })
}

pub(super) const ANTHROPIC_STREAM: &str = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-sonnet-4-5-20250929\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":12,\"output_tokens\":1}}}\n\n\
event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n\
event: ping\ndata: {\"type\":\"ping\"}\n\n\
event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Héllo \"}}\n\n\
event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"😀.\"}}\n\n\
event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n\
event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":5}}\n\n\
event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

pub(super) const OPENAI_STREAM: &str = "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-4o-2024-08-06\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n\
: keep-alive\n\n\
data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-4o-2024-08-06\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Héllo \"},\"finish_reason\":null}]}\n\n\
data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-4o-2024-08-06\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"😀.\"},\"finish_reason\":null}]}\n\n\
data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-4o-2024-08-06\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\
data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-4o-2024-08-06\",\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":5,\"total_tokens\":17}}\n\n\
data: [DONE]\n\n";
