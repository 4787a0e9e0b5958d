//! What the shell owns, shown by a filter that needs nothing special of its host (`tests/probe`).

use serde_json::{Value, json};
use wasm_tests::{Vm, VmOptions};

use super::support::*;

const ODD: &[u8] = b" {\"model\":\"m\", \"x\":1.00,\"messages\":[ {\"role\":\"user\",\"content\":\"h\\u00e9llo\"}]}\r\n";

/// A probe in either mode.
fn probe(mode: &str, mut config: Value) -> Vm {
    config["host"] = json!({"headers": mode});
    filter("probe", &config, VmOptions { hold_headers: mode == "hold", ..options() })
}

#[test]
fn an_untouched_body_is_forwarded_byte_for_byte() {
    for mode in ["hold", "continue"] {
        for pieces in [vec![ODD], ODD.chunks(5).collect()] {
            let vm = probe(mode, json!({"mask": "absent", "deny": "absent"}));
            let stream = vm.stream();
            stream.request_headers(&[(":method", "POST"), (":path", CHAT)], false);
            let last = pieces.len() - 1;
            for (index, piece) in pieces.iter().enumerate() {
                stream.request_body(piece, index == last);
            }
            assert_eq!(stream.upstream_request().unwrap().body, ODD, "{mode}");
            let reply = b"{ \"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"a\"}}], \"n\":1.0}";
            answer(&stream, "200", "application/json", reply);
            assert_eq!(stream.downstream().body, reply, "{mode}");
            stream.downstream().assert_content_length_matches();
        }
    }
}

#[test]
fn a_body_is_changed_in_either_mode() {
    for mode in ["hold", "continue"] {
        let vm = probe(mode, json!({"mask": "Paris"}));
        let stream = vm.stream();
        send(&stream, CHAT, br#"{"model":"m","messages":[{"role":"user","content":"In Paris?"}]}"#);
        let sent = stream.upstream_request().unwrap();
        sent.assert_content_length_matches();
        assert!(sent.text().contains("In ***?"), "{mode}: {}", sent.text());
        answer(
            &stream,
            "200",
            "application/json",
            br#"{"choices":[{"index":0,"message":{"role":"assistant","content":"Paris."}}]}"#,
        );
        stream.downstream().assert_content_length_matches();
        assert!(
            stream.downstream().text().contains("***."),
            "{mode}: {}",
            stream.downstream().text()
        );
    }
}

#[test]
fn a_refused_request_goes_nowhere_in_either_mode() {
    for mode in ["hold", "continue"] {
        let vm = probe(mode, json!({"deny": "secret"}));
        let stream = vm.stream();
        send(&stream, CHAT, br#"{"model":"m","messages":[{"role":"user","content":"my secret"}]}"#);
        assert_eq!(stream.downstream().status(), Some(403), "{mode}");
        let reply = stream.local_reply().unwrap();
        assert!(reply.by_module);
        assert_eq!(reply.details, "tollgate_denied_word");
        if let Some(sent) = stream.upstream_request() {
            assert!(sent.body.is_empty() && !sent.complete, "{mode}: the body left");
        }
        assert_eq!(stream.misuse(), Vec::<String>::new());
    }
}

#[test]
fn a_request_that_ends_with_trailers_is_read() {
    for mode in ["hold", "continue"] {
        let vm = probe(mode, json!({"mask": "Paris"}));
        let stream = vm.stream();
        stream.request_headers(&[(":method", "POST"), (":path", CHAT)], false);
        stream.request_body(br#"{"model":"m","messages":[{"role":"user","#, false);
        stream.request_body(br#""content":"In Paris?"}]}"#, false);
        stream.request_trailers(&[("x-t", "1")]);
        let sent = stream.upstream_request().unwrap();
        assert!(sent.text().contains("In ***?"), "{mode}: {}", sent.text());
        assert!(sent.complete && sent.trailers.is_some());
    }
}

#[test]
fn an_answer_that_ends_with_trailers_is_read() {
    let vm = probe("hold", json!({"mask": "Paris"}));
    let stream = vm.stream();
    send(&stream, CHAT, ODD);
    stream.response_headers(&[(":status", "200"), ("content-type", "application/json")], false);
    stream.response_body(
        br#"{"choices":[{"index":0,"message":{"role":"assistant","content":"Paris"}}]}"#,
        false,
    );
    stream.response_trailers(&[("x-t", "1")]);
    assert!(stream.downstream().text().contains("***"), "{}", stream.downstream().text());
}

#[test]
fn what_is_not_ours_passes_untouched() {
    let vm = probe("hold", json!({"deny": "secret", "mask": "secret"}));
    for headers in [
        vec![(":method", "GET"), (":path", "/healthz")],
        vec![(":method", "POST"), (":path", "/upload")],
        vec![
            (":method", "GET"),
            (":path", CHAT),
            ("upgrade", "websocket"),
            ("connection", "upgrade"),
        ],
        vec![(":method", "CONNECT"), (":path", CHAT)],
    ] {
        let stream = vm.stream();
        stream.request_headers(headers.as_slice(), false);
        assert!(stream.upstream_request().is_some(), "held: {headers:?}");
        stream.request_body(b"\x00secret", false);
        assert_eq!(stream.upstream_request().unwrap().body, b"\x00secret", "{headers:?}");
        stream.response_headers(&[(":status", "200"), ("content-type", "text/plain")], false);
        stream.response_body(b"secret", true);
        assert_eq!(stream.downstream().body, b"secret");
    }
}

#[test]
fn a_stream_is_masked_and_otherwise_untouched() {
    let vm = probe("hold", json!({"mask": "Paris"}));
    let stream = vm.stream();
    send(&stream, CHAT, ODD);
    stream.response_headers(
        &[(":status", "200"), ("content-type", "text/event-stream"), ("content-length", "7")],
        false,
    );
    stream.response_body(b": hi\r\n\r\ndata: { \"a\" : \"b\" }\r\n\r\nda", false);
    stream.response_body(b"ta: {\"a\":\"Paris\"}\n\ndata: [DONE]", true);
    let got = stream.downstream();
    got.assert_content_length_matches();
    let expected =
        ": hi\r\n\r\ndata: { \"a\" : \"b\" }\r\n\r\ndata: {\"a\":\"***\"}\n\ndata: [DONE]";
    assert_eq!(got.text(), expected);
}

#[test]
fn compression_is_not_asked_for_where_answers_are_read() {
    let vm = probe("hold", json!({"mask": "x"}));
    let stream = vm.stream();
    send_with(&stream, CHAT, &[("accept-encoding", "gzip, br")], ODD);
    assert!(!stream.upstream_request().unwrap().headers.contains("accept-encoding"));
}

#[test]
fn an_upstream_answer_is_held_only_where_envoy_survives_it() {
    for (minor, held) in [(36, false), (37, true), (40, true)] {
        let vm = translator(upstream());
        let stream = vm.stream();
        endpoint(&stream, "claude");
        attempt(&stream, 1);
        envoy_version(&stream, minor);
        send(&stream, CHAT, chat_body().to_string().as_bytes());
        let reply = anthropic_answer().to_string();
        let length = reply.len().to_string();
        stream.response_headers(
            &[
                (":status", "200"),
                ("content-type", "application/json"),
                ("content-length", &length),
            ],
            false,
        );
        let left = stream.downstream().status().is_some();
        assert_eq!(left, !held, "Envoy 1.{minor}");
        stream.response_body(&reply, true);
        let got = stream.downstream();
        got.assert_content_length_matches();
        assert_eq!(got.headers.contains("content-length"), held);
        assert_eq!(body(&got)["object"], "chat.completion");
    }
}

#[test]
fn an_unusable_answer_is_retriable_by_its_status() {
    let html = [(":status", "200"), ("content-type", "text/html")];
    let gzip =
        [(":status", "200"), ("content-type", "application/json"), ("content-encoding", "gzip")];
    let empty_error = [(":status", "503"), ("content-length", "0")];
    let empty = [(":status", "200"), ("content-type", "application/json")];
    for (headers, end, expected) in [
        (html.as_slice(), false, 502),
        (&gzip, false, 502),
        (&empty_error, true, 503),
        (&empty, true, 502),
    ] {
        let vm = translator(upstream());
        let stream = vm.stream();
        endpoint(&stream, "claude");
        attempt(&stream, 1);
        envoy_version(&stream, 36);
        send(&stream, CHAT, chat_body().to_string().as_bytes());
        stream.response_headers(headers, end);
        assert_eq!(stream.downstream().status(), Some(expected), "{headers:?}");
        assert!(stream.local_reply().is_none(), "Envoy never retries a local reply: {headers:?}");
    }
}

#[test]
fn what_a_failed_attempt_found_out_is_forgotten() {
    let vm = translator(upstream());
    let stream = vm.stream();
    endpoint(&stream, "gpt");
    attempt(&stream, 2);
    stream.set_filter_state("wasm.error.type", "unexpected_content_type");
    stream.set_filter_state("wasm.tollgate.dropped", "seed");
    send(&stream, CHAT, chat_body().to_string().as_bytes());
    for fact in ["wasm.error.type", "wasm.tollgate.dropped"] {
        assert_eq!(stream.filter_state(fact).as_deref(), Some(&b""[..]), "{fact}");
    }
    assert_eq!(stream.filter_state("wasm.tollgate.target").as_deref(), Some(&b"gpt"[..]));
}

#[test]
fn local_replies_of_others_are_not_translated() {
    let vm = filter(
        "provider_translator",
        &translator_config(),
        VmOptions { buffer_limit: 64, ..options() },
    );
    let stream = vm.stream();
    endpoint(&stream, "claude");
    send(&stream, CHAT, chat_body().to_string().as_bytes());
    let reply = stream.local_reply().unwrap();
    assert!(!reply.by_module);
    assert_eq!(stream.downstream().status(), Some(413));
    assert_eq!(stream.downstream().body, reply.body);
}
