//! `tollgate translate` and `tollgate check` as a user runs them.

#![allow(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test may fail so"
)]

use std::io::Write;
use std::process::{Command, Stdio};

mod support;

struct Ran {
    ok: bool,
    out: String,
    err: String,
}

fn tollgate(arguments: &[&str], input: &str) -> Ran {
    let (ok, out, err) = support::tollgate(arguments, input);
    Ran { ok, out, err }
}

const CHAT: &str =
    r#"{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}],"top_logprobs":2}"#;

#[test]
fn a_request_is_translated_and_losses_are_told() {
    let arguments = [
        "translate",
        "request",
        "--from",
        "openai-chat",
        "--to",
        "anthropic-messages",
        "--model",
        "claude-x",
    ];
    let ran = tollgate(&arguments, CHAT);
    assert!(ran.ok, "{}", ran.err);
    let body: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(body["model"], "claude-x");
    assert!(body["max_tokens"].is_u64());
    assert!(ran.err.contains("dropped top_logprobs: "), "{}", ran.err);
}

#[test]
fn a_stream_is_translated() {
    let wire = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"c\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}}\n\nevent: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":1}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    let arguments = ["translate", "stream", "--from", "anthropic-messages", "--to", "openai-chat"];
    let ran = tollgate(&arguments, wire);
    assert!(ran.ok, "{}", ran.err);
    assert!(ran.out.ends_with("data: [DONE]\n\n"), "{}", ran.out);
    let cut = tollgate(&arguments, &wire[..wire.find("event: message_stop").unwrap()]);
    assert!(!cut.ok && cut.out.contains("\"error\""), "{}", cut.out);
}

#[test]
fn an_error_is_translated_with_its_status() {
    let body = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
    let arguments = [
        "translate",
        "error",
        "--from",
        "anthropic-messages",
        "--to",
        "openai-chat",
        "--status",
        "529",
    ];
    let ran = tollgate(&arguments, body);
    assert!(ran.ok && ran.err.contains("status 503"), "{}", ran.err);
    assert!(ran.out.contains("Overloaded"));
}

#[test]
fn bad_input_is_refused_with_exit_1() {
    let to_anthropic =
        ["translate", "request", "--from", "openai-chat", "--to", "anthropic-messages"];
    for (arguments, input, expected) in [
        (to_anthropic.to_vec(), "{", "invalid JSON at line 1"),
        (to_anthropic.to_vec(), r#"{"a":1,"a":2}"#, "duplicate object key"),
        (to_anthropic.to_vec(), r#"{"model":"m","messages":7}"#, "messages: "),
        (
            vec!["translate", "request", "--from", "x", "--to", "openai-chat"],
            "{}",
            "unknown dialect x",
        ),
        (vec!["check", "prompt-gourd", "-"], "{}", "unknown filter prompt-gourd"),
        (
            vec!["check", "provider-translator", "-"],
            "targets: {a: {provider: x}}",
            "targets.a.provider: unknown provider `x`",
        ),
        (vec!["check", "provider-translator", "-"], "{\"targets\": 1", "invalid JSON"),
        (vec!["check", "prompt-guard", "-"], "mode: shadow\nmode: enforce\n", "duplicate entry"),
        (vec!["check", "provider-translator", "/no/such/file"], "", "/no/such/file: "),
    ] {
        let ran = tollgate(&arguments, input);
        assert!(!ran.ok, "{arguments:?} {input}");
        assert!(ran.err.contains(expected), "expected {expected:?} in {:?}", ran.err);
        assert!(ran.out.is_empty() || arguments[0] != "translate", "{}", ran.out);
    }
}

#[test]
fn a_file_that_is_no_yaml_is_named() {
    let path = std::env::temp_dir().join(format!("tollgate-check-{}.yaml", std::process::id()));
    std::fs::write(&path, "mode: [").unwrap();
    let name = path.to_str().unwrap();
    let verbs = [vec!["check", "prompt-guard", name], vec!["guard", "--config", name]];
    for arguments in verbs.into_iter().chain([vec!["redact", "--config", name]]) {
        let ran = tollgate(&arguments, "");
        assert!(!ran.ok && ran.err.starts_with(&format!("tollgate: {name}: ")), "{}", ran.err);
    }
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(["translate", "error", "--from", "openai-chat", "--to", "gemini"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(b"{}").unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success());
    assert!(!String::from_utf8_lossy(&done.stderr).contains("pipe"));
}

#[test]
fn a_good_configuration_is_ok_as_yaml_and_as_json() {
    for config in [
        "targets:\n  a: {provider: openai}\n",
        "{\"targets\": {\"a\": {\"provider\": \"openai\"}}}",
    ] {
        let ran = tollgate(&["check", "provider-translator", "-"], config);
        assert!(ran.ok, "{}", ran.err);
        assert!(ran.out.contains("ok"));
    }
}

#[test]
fn operations_besides_chat_are_translated_by_name_or_path() {
    let asked = r#"{"model":"m","input":["a"],"user":"u"}"#;
    for from in ["openai-embeddings", "/v1/embeddings"] {
        let arguments = ["translate", "request", "--from", from, "--to", "gemini", "--model", "e"];
        let ran = tollgate(&arguments, asked);
        assert!(ran.ok, "{}", ran.err);
        let body: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(body["requests"][0]["model"], "models/e");
        assert!(ran.err.contains("dropped user: "), "{}", ran.err);
    }
    let answer = r#"{"embeddings":[{"values":[0.5]}]}"#;
    let arguments = ["translate", "response", "--from", "gemini", "--to", "openai-embeddings"];
    let ran = tollgate(&arguments, answer);
    assert!(ran.out.contains(r#""embedding":[0.5]"#), "{} {}", ran.out, ran.err);
    let arguments =
        ["translate", "request", "--from", "/v1/completions", "--to", "anthropic-messages"];
    let ran = tollgate(&arguments, r#"{"model":"m","prompt":"Once"}"#);
    assert!(ran.out.contains(r#""role":"user""#), "{} {}", ran.out, ran.err);
    let arguments = ["translate", "request", "--from", "cohere-rerank", "--to", "openai-chat"];
    let ran = tollgate(&arguments, r#"{"model":"m","query":"q","documents":["a"]}"#);
    assert!(!ran.ok && ran.err.contains("unsupported_operation"), "{}", ran.err);
}
