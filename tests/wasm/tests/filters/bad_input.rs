//! Bad input: each has a defined answer in the client's dialect, the VM lives, the next request works.

use serde_json::{Value, json};
use wasm_tests::{Stream, Vm};

use super::support::*;

/// The code and type of an error in the client's dialect, whose shape is checked.
fn error(path: &str, stream: &Stream) -> (u16, String) {
    let got = stream.downstream();
    got.assert_content_length_matches();
    assert_eq!(
        got.headers.text("content-type").as_deref(),
        Some("application/json"),
        "{}",
        got.text()
    );
    let error = body(&got);
    if path == MESSAGES {
        assert_eq!(error["type"], "error", "{error}");
    }
    let detail = &error["error"];
    assert!(detail["message"].is_string() && detail["type"].is_string(), "{error}");
    let text = got.text();
    assert!(!text.contains("sk-") && !text.contains("claude-sonnet"), "{text}");
    let code = detail["code"].as_str().or(detail["details"]["error_code"].as_str());
    let code = code.unwrap_or_default().to_owned();
    (got.status().unwrap(), code)
}

/// The filter still serves.
fn still_works(vm: &Vm) {
    assert!(vm.trapped().is_none(), "{:?}", vm.trapped());
    let stream = vm.stream();
    endpoint(&stream, "claude");
    send(&stream, CHAT, chat_body().to_string().as_bytes());
    answer(&stream, "200", "application/json", anthropic_answer().to_string().as_bytes());
    assert_eq!(body(&stream.downstream())["object"], "chat.completion");
}

#[test]
fn a_body_that_cannot_be_served_is_answered_in_the_clients_dialect() {
    let with = |change: Value| {
        let mut body = chat_body();
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        body.to_string()
    };
    let vm = translator(options());
    for path in [CHAT, MESSAGES] {
        for (request, status, code) in [
            ("not json".to_owned(), 400, "invalid_json"),
            ("{\"model\":\"gpt-4o\"".to_owned(), 400, "invalid_json"),
            (chat_body().to_string() + "x", 400, "invalid_json"),
            ("{\"model\":\"a\",\"model\":\"b\",\"messages\":[]}".to_owned(), 400, "duplicate_key"),
            ("[".repeat(300), 400, "invalid_json"),
            ("[]".to_owned(), 400, "missing_required_parameter"),
            ("{}".to_owned(), 400, "missing_required_parameter"),
            (with(json!({"model": 7})), 400, "missing_required_parameter"),
            (with(json!({"model": ""})), 400, "missing_required_parameter"),
        ] {
            let stream = vm.stream();
            endpoint(&stream, "claude");
            send(&stream, path, request.as_bytes());
            assert_eq!(error(path, &stream), (status, code.to_owned()), "{path} {request}");
            assert!(stream.upstream_request().is_none(), "nothing may leave: {request}");
        }
    }
    still_works(&vm);
}

#[test]
fn a_wrong_type_names_its_path() {
    let vm = translator(options());
    for (path, target, change, param) in [
        (CHAT, "claude", json!({"messages": "x"}), "messages"),
        (
            CHAT,
            "claude",
            json!({"messages": [{"role": "user", "content": 5}]}),
            "messages[0].content",
        ),
        (MESSAGES, "gpt", json!({"messages": [7]}), "messages[0]"),
        (MESSAGES, "gpt", json!({"max_tokens": "x"}), "max_tokens"),
    ] {
        let mut request = if path == CHAT { chat_body() } else { messages_body() };
        request.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let stream = vm.stream();
        endpoint(&stream, target);
        send(&stream, path, request.to_string().as_bytes());
        assert_eq!(error(path, &stream).0, 400);
        let text = stream.downstream().text();
        assert!(text.contains(param), "{param} in {text}");
    }
    still_works(&vm);
}

#[test]
fn requests_of_the_wrong_form_are_answered() {
    let vm = translator(options());
    let post = |path: &'static str| vec![(":method", "POST"), (":path", path)];
    for (headers, end, status, code) in [
        (post("/v1/unknown"), false, 404, "unknown_endpoint"),
        (vec![(":method", "GET"), (":path", CHAT)], true, 404, "unknown_endpoint"),
        (post(CHAT), true, 400, "empty_body"),
        (
            [post(CHAT), vec![("content-encoding", "gzip")]].concat(),
            false,
            415,
            "unsupported_content_encoding",
        ),
        (
            [post(CHAT), vec![("content-length", "99999999999")]].concat(),
            false,
            413,
            "request_too_large",
        ),
    ] {
        let stream = vm.stream();
        stream.request_headers(headers.as_slice(), end);
        assert_eq!(error(CHAT, &stream), (status, code.to_owned()), "{headers:?}");
    }
    let stream = vm.stream();
    stream
        .request_headers(&[(":method", "POST"), (":path", "/x"), ("anthropic-version", "1")], true);
    assert_eq!(error(MESSAGES, &stream).0, 404, "an Anthropic client is known by its headers");
    let stream = vm.stream();
    stream.request_headers(post(CHAT).as_slice(), false);
    stream.request_body(b"", true);
    assert_eq!(error(CHAT, &stream), (400, "empty_body".to_owned()));
    still_works(&vm);
}

#[test]
fn an_unknown_target_is_the_gateways_fault() {
    let vm = translator(options());
    let stream = vm.stream();
    endpoint(&stream, "nowhere");
    send(&stream, CHAT, chat_body().to_string().as_bytes());
    assert_eq!(error(CHAT, &stream), (500, "unknown_target".to_owned()));
    still_works(&vm);
}

#[test]
fn headers_that_are_no_text_pass() {
    let vm = translator(options());
    let stream = vm.stream();
    endpoint(&stream, "claude");
    let mut headers = wasm_tests::Headers::new();
    headers.append(":method", "POST");
    headers.append(":path", CHAT);
    headers.append("x-odd", b"\xff\xfe");
    headers.append("authorization", b"Bearer \xff");
    headers.append("content-type", b"\xff");
    stream.request_headers(headers, false);
    stream.request_body(chat_body().to_string(), true);
    let sent = stream.upstream_request().unwrap();
    assert_eq!(sent.headers.first("x-odd"), Some(&b"\xff\xfe"[..]));
    still_works(&vm);
}

#[test]
fn providers_that_answer_nonsense_become_errors() {
    let vm = translator(options());
    let html = "<html><body>secret nginx page</body></html>";
    for (path, target) in [(CHAT, "claude"), (MESSAGES, "gpt")] {
        for (status, content_type, reply, expected) in [
            ("200", "text/html", html, 502),
            ("200", "application/json", "{\"half\":", 502),
            ("200", "application/json", "[1,2]", 502),
            ("200", "application/json", "{\"error\":{\"message\":\"x\"}}", 502),
            ("500", "text/html", html, 500),
            ("503", "text/plain", "", 503),
            ("418", "application/json", "{\"teapot\":true}", 418),
            ("400", "application/json", "not json", 400),
        ] {
            let stream = vm.stream();
            endpoint(&stream, target);
            let request = if path == CHAT { chat_body() } else { messages_body() };
            send(&stream, path, request.to_string().as_bytes());
            answer(&stream, status, content_type, reply.as_bytes());
            let (got, _) = error(path, &stream);
            let expected = if path == MESSAGES && expected == 503 { 529 } else { expected };
            assert_eq!(got, expected, "{path} {status} {content_type} {reply}");
            assert!(!stream.downstream().text().contains("secret"), "a page is never passed on");
        }
    }
    still_works(&vm);
}

#[test]
fn an_error_of_the_provider_keeps_its_meaning() {
    let vm = translator(options());
    let stream = vm.stream();
    endpoint(&stream, "claude");
    send(&stream, CHAT, chat_body().to_string().as_bytes());
    let reply = r#"{"type":"error","error":{"type":"rate_limit_error","message":"Slow down."},"request_id":"r"}"#;
    answer(&stream, "429", "application/json", reply.as_bytes());
    assert_eq!(error(CHAT, &stream).0, 429);
    assert!(stream.downstream().text().contains("Slow down."));
    still_works(&vm);
}

#[test]
fn an_error_without_a_body_gets_one() {
    let vm = translator(options());
    let stream = vm.stream();
    endpoint(&stream, "claude");
    send(&stream, CHAT, chat_body().to_string().as_bytes());
    stream.response_headers(&[(":status", "500"), ("content-length", "0")], true);
    assert_eq!(error(CHAT, &stream).0, 500);
    still_works(&vm);
}

#[test]
fn a_compressed_answer_is_refused() {
    let vm = translator(options());
    let stream = vm.stream();
    endpoint(&stream, "claude");
    send(&stream, CHAT, chat_body().to_string().as_bytes());
    let headers =
        [(":status", "200"), ("content-type", "application/json"), ("content-encoding", "gzip")];
    stream.response_headers(&headers, false);
    stream.response_body(b"\x1f\x8b", true);
    assert!(!stream.downstream().headers.contains("content-encoding"));
    assert_eq!(error(CHAT, &stream), (502, "unsupported_content_encoding".to_owned()));
    still_works(&vm);
}

#[test]
fn a_stream_that_breaks_off_ends_with_an_error_in_the_clients_dialect() {
    let vm = translator(options());
    for (path, target, wire) in
        [(CHAT, "claude", ANTHROPIC_STREAM), (MESSAGES, "gpt", OPENAI_STREAM)]
    {
        for tail in ["", "data: {\"half\":", "data: what?\n\n"] {
            let stream = vm.stream();
            endpoint(&stream, target);
            let mut request = if path == CHAT { chat_body() } else { messages_body() };
            request["stream"] = json!(true);
            send(&stream, path, request.to_string().as_bytes());
            stream.response_headers(
                &[(":status", "200"), ("content-type", "text/event-stream")],
                false,
            );
            let end = wire.find("😀").unwrap();
            let cut = wire[..end].rfind("\n\n").unwrap() + 2;
            stream.response_body(&wire.as_bytes()[..cut], false);
            stream.response_body(tail, true);
            let got = stream.downstream().text();
            assert!(got.contains("Héllo ") && got.contains("\"error\""), "{path} {tail:?}: {got}");
        }
    }
    still_works(&vm);
}

#[test]
fn a_client_that_leaves_leaves_nothing_behind() {
    let vm = translator(options());
    for stage in 0..3 {
        let stream = vm.stream();
        endpoint(&stream, "claude");
        let mut request = chat_body();
        request["stream"] = json!(true);
        let request = request.to_string();
        stream.request_headers(&[(":method", "POST"), (":path", CHAT)], false);
        stream.request_body(&request.as_bytes()[..10], false);
        if stage > 0 {
            stream.request_body(&request.as_bytes()[10..], true);
        }
        if stage > 1 {
            stream.response_headers(
                &[(":status", "200"), ("content-type", "text/event-stream")],
                false,
            );
            stream.response_body(&ANTHROPIC_STREAM.as_bytes()[..300], false);
        }
        drop(stream);
    }
    still_works(&vm);
}
