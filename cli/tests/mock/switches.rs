//! The switches and the control endpoints.

use std::io::Read;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::Mock;

fn chat(stream: bool) -> Value {
    json!({"model": "m", "messages": [{"role": "user", "content": "Hello"}], "stream": stream})
}

fn message(stream: bool) -> Value {
    json!({"model": "m", "max_tokens": 99, "stream": stream,
        "messages": [{"role": "user", "content": "Hello"}]})
}

#[test]
fn the_first_line_tells_the_port() {
    let mock = Mock::start("openai-chat", &[]);
    assert!(mock.greeting.starts_with("mock openai-chat listening on 127.0.0.1:"));
    let health = mock.send("GET", "/__mock/health", &[], b"").json();
    assert_eq!(health, json!({"dialect": "openai-chat", "requests": 0}));
}

#[test]
fn chunks_have_exactly_the_asked_size() {
    let mock = Mock::start("openai-chat", &[]);
    // Ids count up, so only the length of the bodies can be compared.
    let whole = mock.post(&chat(true)).bytes();
    for size in [1, 7, 64] {
        mock.switch(&json!({"chunk": size}));
        let answer = mock.post(&chat(true));
        assert_eq!(answer.bytes().len(), whole.len());
        let (last, full) = answer.chunks.split_last().unwrap();
        assert!(full.iter().all(|chunk| chunk.len() == size) && last.len() <= size);
        assert!(answer.complete);
    }
    assert!(mock.post(&chat(false)).chunks.len() > 1);
}

#[test]
fn the_framing_of_events_can_be_odd() {
    let odd = ["--crlf", "--no-space", "--comments", "--no-final-blank-line"];
    let text = Mock::start("anthropic-messages", &odd).post(&message(true)).text();
    assert!(text.starts_with(":keepalive\r\n\r\nevent:message_start\r\ndata:{\"type\""), "{text}");
    assert!(text.ends_with("event:message_stop\r\ndata:{\"type\":\"message_stop\"}\r\n"));
    assert!(!text.replace("\r\n", "").contains('\n'));
}

#[test]
fn a_stream_can_break_after_some_events() {
    for (dialect, body) in [("openai-chat", chat(true)), ("anthropic-messages", message(true))] {
        let mock = Mock::start(dialect, &["--cut-after", "3"]);
        let answer = mock.post(&body);
        assert!(!answer.complete);
        assert_eq!((answer.status, answer.events().len()), (200, 3));
        assert_eq!(mock.post(&body).status, 200, "the mock lives on");
    }
}

#[test]
fn a_stream_can_end_with_the_providers_error_event() {
    let answer = Mock::start("anthropic-messages", &["--error-after", "2"]).post(&message(true));
    assert!(answer.text().contains("event: error\n"));
    let last = answer.events().pop().unwrap();
    assert_eq!(last["error"]["type"], "overloaded_error");

    let answer = Mock::start("openai-chat", &["--error-after", "0"]).post(&chat(true));
    assert_eq!(answer.events().len(), 1);
    assert_eq!(answer.events()[0]["error"]["type"], "server_error");
}

#[test]
fn every_status_has_the_providers_own_error() {
    let table = [
        (400, "invalid_request_error", "invalid_request_error"),
        (401, "invalid_request_error", "authentication_error"),
        (403, "invalid_request_error", "permission_error"),
        (404, "invalid_request_error", "not_found_error"),
        (413, "invalid_request_error", "request_too_large"),
        (429, "requests", "rate_limit_error"),
        (500, "server_error", "api_error"),
        (503, "server_error", "overloaded_error"),
        (529, "server_error", "overloaded_error"),
    ];
    let (chats, messages) =
        (Mock::start("openai-chat", &[]), Mock::start("anthropic-messages", &[]));
    for (status, openai, anthropic) in table {
        for (mock, body, kind) in
            [(&chats, chat(false), openai), (&messages, message(true), anthropic)]
        {
            mock.switch(&json!({"status": status}));
            let answer = mock.post(&body);
            assert_eq!(answer.status, status);
            assert_eq!(answer.json()["error"]["type"], kind);
            assert_eq!(answer.header("retry-after").is_some(), status == 429);
        }
    }
}

#[test]
fn only_the_first_requests_fail() {
    let mock = Mock::start("openai-chat", &["--fail-first", "2", "--status", "429"]);
    let statuses = |count| (0..count).map(|_| mock.post(&chat(false)).status).collect::<Vec<_>>();
    assert_eq!(statuses(3), [429, 429, 200]);
    mock.switch(&json!({"fail-first": 1, "status": null}));
    assert_eq!(statuses(2), [500, 200]);
}

#[test]
fn error_bodies_can_be_anything() {
    let mock = Mock::start("openai-chat", &["--status", "500"]);
    let table = [
        ("html", "text/html; charset=utf-8", "<!DOCTYPE html>"),
        ("empty", "application/json", ""),
        ("unknown-json", "application/json", "{\"fault\""),
        ("text", "text/plain", "error 500"),
    ];
    for (kind, media, start) in table {
        mock.switch(&json!({"error-body": kind}));
        let answer = mock.post(&chat(false));
        assert_eq!((answer.status, answer.header("content-type")), (500, Some(media)));
        assert!(answer.text().starts_with(start));
        assert_eq!(answer.text().is_empty(), kind == "empty");
    }
    mock.switch(&json!({"status": null, "content-type": "text/plain"}));
    assert_eq!(mock.post(&chat(true)).header("content-type"), Some("text/plain"));
}

#[test]
fn bodies_can_be_compressed() {
    let mock = Mock::start("openai-chat", &["--gzip"]);
    for stream in [false, true] {
        let answer = mock.post(&chat(stream));
        assert_eq!(answer.header("content-encoding"), Some("gzip"));
        let mut text = String::new();
        flate2::read::GzDecoder::new(answer.bytes().as_slice()).read_to_string(&mut text).unwrap();
        assert!(text.contains("chatcmpl-"));
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a pause is measured")]
fn answers_and_events_can_be_slow() {
    let mock = Mock::start("openai-chat", &["--delay-ms", "60"]);
    let took = |stream| {
        let start = Instant::now();
        let events = mock.post(&chat(stream)).chunks.len();
        (start.elapsed(), u32::try_from(events).unwrap())
    };
    assert!(took(false).0 >= Duration::from_millis(60));
    mock.switch(&json!({"delay-ms": 0, "event-delay-ms": 20}));
    let (elapsed, events) = took(true);
    assert!(elapsed >= Duration::from_millis(20) * (events - 1), "{elapsed:?} for {events}");
}

#[test]
fn requests_are_recorded_as_they_came() {
    let file = std::env::temp_dir().join(format!("tollgate-mock-{}.jsonl", std::process::id()));
    let mock = Mock::start("openai-chat", &["--record", file.to_str().unwrap()]);
    let raw = br#"{ "model":"m",  "messages":[{"role":"user","content":"Hi"}], "seed": 1.0e2 }"#;
    let mut headers = mock.headers();
    headers.extend([("x-a", "1"), ("x-a", "2")]);
    mock.send("POST", "/v1/chat/completions?x=1", &headers, raw);
    mock.send("POST", "/v1/chat/completions", &headers, b"no json");

    let all = mock.send("GET", "/__mock/requests", &[], b"").json();
    let first = &all[0];
    assert_eq!(first["raw"], std::str::from_utf8(raw).unwrap());
    assert_eq!(first["path"], "/v1/chat/completions?x=1");
    assert_eq!((&first["method"], &first["headers"]["x-a"]), (&json!("POST"), &json!("1, 2")));
    assert_eq!(first["body"]["messages"][0]["content"], "Hi");
    assert_eq!(first["accepted"], false);
    assert_eq!(first["problem"], "seed: expected an integer, got a decimal");
    let last = mock.send("GET", "/__mock/last", &[], b"").json();
    assert_eq!((&last, &last["body"]), (&all[1], &Value::Null));

    let lines = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    assert_eq!(lines.lines().count(), 2);

    mock.send("DELETE", "/__mock/requests", &[], b"");
    assert_eq!(mock.send("GET", "/__mock/requests", &[], b"").json(), json!([]));
    assert_eq!(mock.send("GET", "/__mock/last", &[], b"").status, 404);
}

#[test]
fn a_forced_status_does_not_hide_whether_the_request_was_good() {
    let mock = Mock::start("openai-chat", &["--status", "503"]);
    mock.post(&chat(false));
    let last = mock.send("GET", "/__mock/last", &[], b"").json();
    assert_eq!((&last["accepted"], &last["status"]), (&json!(true), &json!(503)));
}

#[test]
fn memory_keeps_the_last_hundred_requests() {
    let mock = Mock::start("openai-chat", &[]);
    for _ in 0..101 {
        mock.send("GET", "/v1/models", &mock.headers(), b"");
    }
    let all = mock.send("GET", "/__mock/requests", &[], b"").json();
    assert_eq!((all.as_array().unwrap().len(), &all[0]["serial"]), (100, &json!(2)));
}

#[test]
fn a_wrong_control_request_changes_nothing() {
    let mock = Mock::start("openai-chat", &[]);
    for body in [&b"{"[..], b"[]", br#"{"stutus": 500}"#, br#"{"chunk": 0}"#, br#"{"status": 200}"#]
    {
        assert_eq!(mock.send("POST", "/__mock/switches", &[], body).status, 400);
    }
    assert_eq!(mock.send("GET", "/__mock/nothing", &[], b"").status, 404);
    assert_eq!(mock.post(&chat(false)).status, 200);
}
