//! The redactor on whole exchanges.

use serde_json::{Value, json};
use wasm_tests::{Stream, Vm, VmOptions, built};

use super::support::*;

fn redactor(config: &Value) -> Vm {
    filter("pii_redactor", config, options())
}

fn request(path: &str, text: &str) -> Value {
    let mut body = if path == CHAT { chat_body() } else { messages_body() };
    body["messages"][0]["content"] = json!(text);
    body
}

/// Sends `text`; what the provider got of it.
fn sent(stream: &Stream, path: &str, text: &str) -> String {
    send(stream, path, request(path, text).to_string().as_bytes());
    let sent = stream.upstream_request().unwrap();
    sent.assert_content_length_matches();
    body(&sent)["messages"][0]["content"].as_str().unwrap().to_owned()
}

const MAIL: &str = "jane@example.com";

#[test]
fn a_value_is_masked_on_its_way_and_comes_back() {
    for (path, mut whole) in [(CHAT, openai_answer()), (MESSAGES, anthropic_answer())] {
        let vm = redactor(&json!({}));
        let stream = vm.stream();
        let upstream = sent(&stream, path, &format!("I am {MAIL}, {MAIL}."));
        assert!(!upstream.contains("jane"), "{upstream}");
        let placeholder = upstream.split(['<', '>']).nth(1).unwrap();
        assert_eq!(upstream, format!("I am <{placeholder}>, <{placeholder}>."));

        let place = if path == CHAT { "/choices/0/message/content" } else { "/content/0/text" };
        *whole.pointer_mut(place).unwrap() = json!(format!("Hello <{placeholder}>!"));
        answer(&stream, "200", "application/json", whole.to_string().as_bytes());
        let got = stream.downstream();
        got.assert_content_length_matches();
        assert_eq!(body(&got).pointer(place).unwrap(), &json!(format!("Hello {MAIL}!")));
        stream.finish();

        let fact = stream.filter_state("wasm.tollgate.pii.request").unwrap();
        assert_eq!(fact, b"EMAIL_ADDRESS=2");
        let metric = |name: &str| vm.metric(&format!("pii_redactor.{name}")).map(|it| it.value());
        let found = "pii_findings.place.request.entity.EMAIL_ADDRESS.action.mask";
        assert_eq!((metric(found), metric("pii_restored")), (Some(2), Some(1)));
        let logs = format!("{:?}", vm.logs());
        assert!(!logs.contains("jane"), "{logs}");
    }
}

#[test]
fn an_answer_that_nobody_wants_is_not_looked_at() {
    let vm = redactor(&json!({}));
    let mut read = 0;
    for (text, expected) in [("Hello!", 1), (MAIL, 2), ("Hello again!", 1)] {
        let stream = vm.stream();
        sent(&stream, CHAT, text);
        answer(&stream, "200", "application/json", openai_answer().to_string().as_bytes());
        assert_eq!(stream.downstream().status(), Some(200));
        stream.finish();
        let before =
            std::mem::replace(&mut read, vm.host_calls()["proxy_get_header_map_pairs"].calls);
        assert_eq!(read - before, expected, "{text}");
    }
}

#[test]
fn requests_draw_different_tags() {
    let vm = redactor(&json!({}));
    let first = sent(&vm.stream(), CHAT, MAIL);
    let second = sent(&vm.stream(), CHAT, MAIL);
    assert_ne!(first, second);
}

#[test]
fn any_cut_gives_the_same_restored_stream() {
    let vm = redactor(&json!({}));
    let run = |cut: &dyn Fn(&[u8]) -> Vec<Vec<u8>>| {
        let stream = vm.stream();
        let placeholder = sent(&stream, CHAT, MAIL);
        let (head, tail) = placeholder.split_at(7);
        let wire = OPENAI_STREAM.replace("Héllo ", &format!("Héllo {head}")).replace("😀.", tail);
        let kind = [(":status", "200"), ("content-type", "text/event-stream")];
        stream.response_headers(&kind, false);
        cut(wire.as_bytes()).iter().for_each(|piece| stream.response_body(piece, false));
        stream.response_body(b"", true);
        stream.downstream().text()
    };
    let whole = run(&|wire| vec![wire.to_vec()]);
    assert!(whole.contains(MAIL) && !whole.contains("EMAIL_ADDRESS"), "{whole}");
    for size in [1, 7, 64, 300] {
        assert_eq!(run(&|wire| wire.chunks(size).map(<[u8]>::to_vec).collect()), whole);
    }
}

#[test]
fn a_body_without_findings_is_forwarded_byte_for_byte() {
    let vm = redactor(&json!({"responses": "act"}));
    let stream = vm.stream();
    let text = b" {\"model\" : \"m\",\"messages\":[{\"role\":\"user\",\"content\":\"nothing h\\u0065re\"}] }\n";
    send(&stream, CHAT, text);
    assert_eq!(stream.upstream_request().unwrap().body, text);
    let whole = format!(" {}\n", openai_answer());
    answer(&stream, "200", "application/json", whole.as_bytes());
    assert_eq!(stream.downstream().body, whole.as_bytes());
}

#[test]
fn what_is_blocked_goes_nowhere() {
    let vm = redactor(&json!({"actions": {"EMAIL_ADDRESS": "block"}}));
    let stream = vm.stream();
    send(&stream, CHAT, request(CHAT, &format!("{MAIL} joe@example.com")).to_string().as_bytes());
    assert!(stream.upstream_request().is_none());
    let got = stream.downstream();
    assert_eq!(got.status(), Some(400));
    assert!(got.text().contains("EMAIL_ADDRESS (2)") && !got.text().contains("jane"));
    assert_eq!(stream.filter_state("wasm.error.type").unwrap(), b"pii_in_request");
}

#[test]
fn unknown_paths_are_refused_because_nobody_reads_them() {
    let vm = redactor(&json!({}));
    let stream = vm.stream();
    send(&stream, "/v1/files", b"{}");
    assert_eq!(stream.downstream().status(), Some(404));
    let vm = redactor(&json!({"host": {"unknown_paths": "pass"}}));
    let stream = vm.stream();
    send(&stream, "/v1/files", b"{}");
    assert_eq!(stream.upstream_request().unwrap().body, b"{}");
}

#[test]
fn a_soft_gate_masks_and_restores_too() {
    let vm = filter(
        "pii_redactor",
        &json!({"host": {"headers": "continue"}}),
        VmOptions { hold_headers: false, ..options() },
    );
    let stream = vm.stream();
    send(&stream, CHAT, request(CHAT, MAIL).to_string().as_bytes());
    let upstream = stream.upstream_request().unwrap();
    assert!(!upstream.headers.contains("content-length"));
    let placeholder = body(&upstream)["messages"][0]["content"].as_str().unwrap().to_owned();
    assert!(placeholder.starts_with("<EMAIL_ADDRESS_1_"), "{placeholder}");
    let whole = openai_answer().to_string().replace("Hello.", &placeholder);
    answer(&stream, "200", "application/json", whole.as_bytes());
    assert!(stream.downstream().text().contains(MAIL));
}

#[test]
fn in_a_chain_the_translator_gets_masked_text_and_its_answer_is_restored() {
    let config = json!({"stages": [
        {"pii-redactor": {"responses": "act"}},
        {"provider-translator": translator_config()},
    ]});
    let vm = filter("chain", &config, options());
    for streams in [false, true] {
        let stream = vm.stream();
        endpoint(&stream, "claude");
        let mut asked = request(CHAT, MAIL);
        asked["stream"] = json!(streams);
        send(&stream, CHAT, asked.to_string().as_bytes());
        let upstream = body(&stream.upstream_request().unwrap());
        let placeholder = upstream["messages"][0]["content"].to_string();
        let placeholder = placeholder.split(['<', '>']).nth(1).unwrap();
        if streams {
            let wire = ANTHROPIC_STREAM
                .replace("Héllo ", "joe@example.org met ")
                .replace("😀.", &format!("<{placeholder}>"));
            let kind = [(":status", "200"), ("content-type", "text/event-stream")];
            stream.response_headers(&kind, false);
            stream.response_body(wire.as_bytes(), true);
        } else {
            let said = format!("joe@example.org met <{placeholder}>");
            let whole = anthropic_answer().to_string().replace("Hello.", &said);
            answer(&stream, "200", "application/json", whole.as_bytes());
        }
        let got = stream.downstream().text();
        assert!(got.contains(MAIL) && !got.contains("joe@"), "{got}");
        assert!(got.contains("<EMAIL_ADDRESS_1>") && !got.contains(placeholder), "{got}");
    }
}

#[test]
fn memory_is_small_and_flat() {
    let vm = Vm::start(&built("pii_redactor").unwrap(), options()).unwrap();
    assert!(vm.configure(json!({"responses": "act"}).to_string()), "{:#?}", vm.logs());
    assert!(vm.memory_bytes() <= 6 << 20, "{} bytes after start", vm.memory_bytes());
    let exchange = |index: usize| {
        let stream = vm.stream();
        let text = format!("{} {MAIL} user{index}@example.com", "words ".repeat(index % 300));
        let placeholder = sent(&stream, CHAT, &text);
        let whole = openai_answer().to_string().replace("Hello.", &placeholder);
        answer(&stream, "200", "application/json", whole.as_bytes());
        assert_eq!(stream.downstream().status(), Some(200));
    };
    (0..1_000).for_each(exchange);
    let warm = vm.memory_bytes();
    (0..3_000).for_each(exchange);
    assert_eq!(vm.memory_bytes(), warm, "memory grew");
    assert!(warm <= 6 << 20, "{warm} bytes in use");
}
