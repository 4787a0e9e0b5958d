//! Size, memory and instructions of the built modules.

use std::fs;

use serde_json::json;
use wasm_tests::{Vm, built_file};

use super::support::*;

#[test]
fn modules_are_small() {
    for (name, limit) in [
        // It estimates tokens, by families of models.
        ("model_router", 1_800_000),
        ("pii_redactor", 1_600_000),
        ("prompt_decorator", 800_000),
        ("prompt_guard", 2_000_000),
        ("prompt_template", 800_000),
        ("provider_translator", 2_000_000),
        // Two vocabularies are 3.2 MB of these.
        ("token_counter", 4_400_000),
        ("chain", 7_300_000),
    ] {
        let size = fs::metadata(built_file(name)).unwrap().len();
        assert!(size <= limit, "{name} has {size} bytes, more than {limit}");
    }
}

fn exchange(vm: &Vm, index: usize) {
    let stream = vm.stream();
    let (path, target, answer_body) = match index % 2 {
        0 => (CHAT, "claude", anthropic_answer()),
        _ => (MESSAGES, "gpt", openai_answer()),
    };
    endpoint(&stream, target);
    let mut request = if path == CHAT { chat_body() } else { messages_body() };
    let streams = index.is_multiple_of(3);
    request["stream"] = json!(streams);
    request["messages"][0]["content"] = json!("x".repeat(1 + index % 2000));
    send(&stream, path, request.to_string().as_bytes());
    if streams {
        let wire = if path == CHAT { ANTHROPIC_STREAM } else { OPENAI_STREAM };
        stream
            .response_headers(&[(":status", "200"), ("content-type", "text/event-stream")], false);
        wire.as_bytes().chunks(100).for_each(|chunk| stream.response_body(chunk, false));
        stream.response_body(b"", true);
    } else {
        answer(&stream, "200", "application/json", answer_body.to_string().as_bytes());
    }
    assert_eq!(stream.downstream().status(), Some(200));
}

#[test]
fn memory_is_small_and_flat() {
    let vm = translator(options());
    assert!(vm.memory_bytes() <= 4 << 20, "{} bytes after start", vm.memory_bytes());
    // Once through every size of request there is below.
    (0..2_000).for_each(|index| exchange(&vm, index));
    let warm = vm.memory_bytes();
    (0..10_000).for_each(|index| exchange(&vm, index));
    assert_eq!(vm.memory_bytes(), warm, "memory grew");
    assert!(warm <= 4 << 20, "{warm} bytes in use");
}

/// Without the profile it takes 91,000.
#[test]
fn the_profile_fits_the_code() {
    let vm = translator(options());
    exchange(&vm, 4);
    let before = vm.fuel_used();
    exchange(&vm, 4);
    let instructions = vm.fuel_used() - before;
    assert!(instructions <= 85_000, "{instructions} instructions; `make profile` may be due");
}
