//! The translator on whole exchanges.

use serde_json::{Value, json};
use wasm_tests::{Stream, Vm};

use super::support::*;

/// A translator whose requests go to `target`.
fn to(target: &str) -> (Vm, Stream) {
    let vm = translator(options());
    let stream = vm.stream();
    endpoint(&stream, target);
    (vm, stream)
}

#[test]
fn a_chat_request_reaches_anthropic_as_its_own() {
    let (_vm, stream) = to("claude");
    send(&stream, CHAT, chat_body().to_string().as_bytes());
    let sent = stream.upstream_request().unwrap();
    sent.assert_content_length_matches();
    assert!(sent.complete);
    for (name, value) in [
        (":path", "/v1/messages"),
        (":authority", "api.anthropic.com"),
        ("x-api-key", "sk-ant-gateway"),
        ("anthropic-version", "2023-06-01"),
    ] {
        assert_eq!(sent.headers.text(name).as_deref(), Some(value), "{name}");
    }
    assert!(!sent.headers.contains("authorization"));
    let sent = body(&sent);
    assert_eq!(sent["model"], "claude-sonnet-4-5");
    assert_eq!(sent["max_tokens"], 64);

    answer(&stream, "200", "application/json", anthropic_answer().to_string().as_bytes());
    let got = stream.downstream();
    got.assert_content_length_matches();
    let got = body(&got);
    assert_eq!(got["object"], "chat.completion");
    assert_eq!(got["choices"][0]["message"]["content"], "Hello.");
    assert_eq!(got["usage"]["prompt_tokens"], 120);
    assert_eq!(got["usage"]["prompt_tokens_details"]["cached_tokens"], 64);
}

#[test]
fn a_messages_request_reaches_openai_as_its_own() {
    let (_vm, stream) = to("gpt");
    let version = [("anthropic-version", "2023-06-01"), ("anthropic-beta", "x")];
    send_with(&stream, "/v1/messages?beta=true", &version, messages_body().to_string().as_bytes());
    let sent = stream.upstream_request().unwrap();
    sent.assert_content_length_matches();
    for (name, value) in [
        (":path", "/v1/chat/completions"),
        (":authority", "api.openai.com"),
        ("authorization", "Bearer sk-gateway"),
    ] {
        assert_eq!(sent.headers.text(name).as_deref(), Some(value), "{name}");
    }
    for name in ["x-api-key", "anthropic-version", "anthropic-beta"] {
        assert!(!sent.headers.contains(name), "{name}");
    }
    assert_eq!(body(&sent)["model"], "gpt-4o");

    answer(&stream, "200", "application/json", openai_answer().to_string().as_bytes());
    let got = body(&stream.downstream());
    assert_eq!(got["type"], "message");
    assert_eq!(got["content"][0]["text"], "Hello.");
    assert_eq!(
        (&got["usage"]["input_tokens"], &got["usage"]["cache_read_input_tokens"]),
        (&json!(56), &json!(64))
    );
}

#[test]
fn what_was_decided_is_told_in_facts_and_metrics() {
    let (vm, stream) = to("claude");
    let mut request = chat_body();
    request["top_logprobs"] = json!(3);
    send(&stream, CHAT, request.to_string().as_bytes());
    answer(&stream, "200", "application/json", anthropic_answer().to_string().as_bytes());
    stream.finish();
    for (fact, value) in [
        ("gen_ai.request.model", "gpt-4o"),
        ("gen_ai.response.model", "claude-sonnet-4-5-20250929"),
        ("gen_ai.provider.name", "anthropic"),
        ("tollgate.target", "claude"),
        ("tollgate.dropped", "top_logprobs"),
        ("url.path", CHAT),
    ] {
        let found = stream.filter_state(&format!("wasm.{fact}")).unwrap_or_default();
        assert_eq!(String::from_utf8_lossy(&found), value, "{fact}");
    }
    let metric =
        |name: &str| vm.metric(&format!("provider_translator.{name}")).map(|metric| metric.value());
    assert_eq!(metric("requests.target.claude"), Some(1));
    assert_eq!(metric("dropped_fields.target.claude"), Some(1));
    assert!(metric("request_duration_ms").is_some());
}

/// What the client gets of a stream that arrives in these pieces.
fn streamed(path: &str, target: &str, pieces: &[&[u8]]) -> String {
    let (vm, stream) = to(target);
    let mut request = if path == CHAT { chat_body() } else { messages_body() };
    request["stream"] = json!(true);
    send(&stream, path, request.to_string().as_bytes());
    stream.response_headers(&[(":status", "200"), ("content-type", "text/event-stream")], false);
    for piece in pieces {
        stream.response_body(piece, false);
    }
    stream.response_body(b"", true);
    assert!(vm.trapped().is_none(), "{:?}", vm.trapped());
    assert!(stream.downstream().complete);
    stream.downstream().text()
}

#[test]
fn any_cut_gives_the_same_translated_stream() {
    for (path, target, wire) in
        [(CHAT, "claude", ANTHROPIC_STREAM), (MESSAGES, "gpt", OPENAI_STREAM)]
    {
        let wire = wire.as_bytes();
        let whole = streamed(path, target, &[wire]);
        assert!(whole.contains("Héllo ") && whole.contains('😀'), "{whole}");
        // Every 7th offset in wasm; the native test cuts at every one.
        for at in (0..wire.len()).step_by(7) {
            assert_eq!(streamed(path, target, &[&wire[..at], &wire[at..]]), whole, "cut at {at}");
        }
        assert_eq!(streamed(path, target, &wire.chunks(1).collect::<Vec<_>>()), whole);
    }
}

#[test]
fn an_event_leaves_in_the_callback_that_completed_it() {
    for (path, target, wire) in
        [(CHAT, "claude", ANTHROPIC_STREAM), (MESSAGES, "gpt", OPENAI_STREAM)]
    {
        let (_vm, stream) = to(target);
        let mut request = if path == CHAT { chat_body() } else { messages_body() };
        request["stream"] = json!(true);
        send(&stream, path, request.to_string().as_bytes());
        stream
            .response_headers(&[(":status", "200"), ("content-type", "text/event-stream")], false);
        let end = wire.find("Héllo").unwrap();
        let end = end + wire[end..].find("\n\n").unwrap() + 2;
        stream.response_body(&wire.as_bytes()[..end - 1], false);
        assert!(!stream.downstream().text().contains("Héllo"));
        stream.response_body(&wire.as_bytes()[end - 1..end], false);
        assert!(stream.downstream().text().contains("Héllo"), "{path}");
    }
}

#[test]
fn a_stream_to_a_client_is_complete_in_its_dialect() {
    let chat = streamed(CHAT, "claude", &[ANTHROPIC_STREAM.as_bytes()]);
    assert!(chat.ends_with("data: [DONE]\n\n"), "{chat}");
    assert!(chat.contains("\"finish_reason\":\"stop\""));
    let messages = streamed(MESSAGES, "gpt", &[OPENAI_STREAM.as_bytes()]);
    let names: Vec<&str> =
        messages.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!(names.iter().filter(|name| **name == "message_start").count(), 1);
    assert_eq!(names.last(), Some(&"message_stop"), "{messages}");
    assert!(names.contains(&"ping"), "a keep-alive stays one: {messages}");
}

const OLLAMA_STREAM: &str = concat!(
    "{\"model\":\"llama3.2\",\"created_at\":\"2026-11-21T10:00:00Z\",",
    "\"message\":{\"role\":\"assistant\",\"content\":\"Héllo \"},\"done\":false}\n",
    "{\"model\":\"llama3.2\",\"created_at\":\"2026-11-21T10:00:01Z\",",
    "\"message\":{\"role\":\"assistant\",\"content\":\"😀\"},\"done\":false}\n",
    "{\"model\":\"llama3.2\",\"created_at\":\"2026-11-21T10:00:02Z\",\"message\":{\"role\":\"assistant\",",
    "\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":5,\"eval_count\":2}\n",
);

#[test]
fn a_stream_of_lines_is_translated_however_it_is_cut() {
    let mut config = translator_config();
    config["targets"]["llama"] = json!({"provider": "ollama-chat"});
    let vm = filter("provider_translator", &config, options());
    let asked = |model: &str| json!({"model": model, "stream": true, "messages": [{"role": "user", "content": "Hi."}]});
    for (path, target, came, wire, goes, last) in [
        (CHAT, "llama", "application/x-ndjson", OLLAMA_STREAM, "text/event-stream", "data: [DONE]"),
        (
            "/api/chat",
            "gpt",
            "text/event-stream",
            OPENAI_STREAM,
            "application/x-ndjson",
            "\"done\":true",
        ),
    ] {
        let run = |pieces: &[&[u8]]| {
            let stream = vm.stream();
            endpoint(&stream, target);
            send(&stream, path, asked("m").to_string().as_bytes());
            stream.response_headers(&[(":status", "200"), ("content-type", came)], false);
            pieces.iter().for_each(|piece| stream.response_body(*piece, false));
            stream.response_body(b"", true);
            assert!(vm.trapped().is_none(), "{:?}", vm.trapped());
            let got = stream.downstream();
            assert_eq!(got.headers.text("content-type").as_deref(), Some(goes));
            assert!(got.complete);
            got.text()
        };
        let bytes = wire.as_bytes();
        let whole = run(&[bytes]);
        assert!(whole.contains("Héllo ") && whole.contains('😀'), "{whole}");
        assert!(whole.lines().rfind(|line| !line.is_empty()).unwrap().contains(last), "{whole}");
        for at in (0..bytes.len()).step_by(7) {
            assert_eq!(run(&[&bytes[..at], &bytes[at..]]), whole, "cut at {at}");
        }
        assert_eq!(run(&bytes.chunks(1).collect::<Vec<_>>()), whole);
    }
}

#[test]
fn a_json_answer_to_a_client_that_streams_is_told_as_a_stream() {
    let (_vm, stream) = to("claude");
    let mut request = chat_body();
    request["stream"] = json!(true);
    send(&stream, CHAT, request.to_string().as_bytes());
    answer(&stream, "200", "application/json", anthropic_answer().to_string().as_bytes());
    let got = stream.downstream();
    got.assert_content_length_matches();
    assert_eq!(got.headers.text("content-type").as_deref(), Some("text/event-stream"));
    assert!(
        got.text().contains("Hello.") && got.text().ends_with("data: [DONE]\n\n"),
        "{}",
        got.text()
    );
}

#[test]
fn a_retry_is_translated_anew_and_takes_nothing_of_the_first_attempt_along() {
    let vm = translator(upstream());
    let first = vm.stream();
    endpoint(&first, "claude");
    attempt(&first, 1);
    let request = chat_body().to_string();
    send(&first, CHAT, request.as_bytes());
    let sent = first.upstream_request().unwrap();
    assert_eq!(sent.headers.text("x-api-key").as_deref(), Some("sk-ant-gateway"));
    let kept = first.filter_state("wasm.tollgate.original_headers").unwrap();

    // Envoy's next attempt: the client's body again, but the headers as the first attempt left them.
    let second = vm.stream();
    endpoint(&second, "gpt");
    attempt(&second, 2);
    second.set_filter_state("wasm.tollgate.original_headers", kept);
    // What the first attempt found out, and what a filter before it did.
    second.set_filter_state("wasm.tollgate.dropped", "top_logprobs");
    second.set_filter_state("wasm.tollgate.consumer", "team-a");
    second.request_headers(sent.headers.clone(), false);
    second.request_body(request.as_bytes(), true);
    let sent = second.upstream_request().unwrap();
    sent.assert_content_length_matches();
    assert_eq!(sent.headers.text(":path").as_deref(), Some(CHAT));
    assert_eq!(sent.headers.text(":authority").as_deref(), Some("api.openai.com"));
    assert_eq!(sent.headers.text("authorization").as_deref(), Some("Bearer sk-gateway"));
    for name in ["x-api-key", "anthropic-version"] {
        assert!(!sent.headers.contains(name), "{name} of the first attempt is still there");
    }
    assert_eq!(body(&sent), chat_body());
    let fact = |name: &str| second.filter_state(&format!("wasm.{name}")).unwrap();
    assert_eq!(fact("tollgate.dropped"), b"");
    assert_eq!(fact("tollgate.consumer"), b"team-a", "that is not ours to forget");
}

#[test]
fn only_the_facts_that_are_asked_for_are_published() {
    for (facts, published) in [
        (None, ["claude", "anthropic"].map(Some)),
        (Some(json!(["tollgate.target"])), [Some("claude"), None]),
        (Some(json!([])), [None, None]),
    ] {
        let mut config = translator_config();
        config["host"] = facts.map_or(json!({}), |facts| json!({ "facts": facts }));
        let vm = filter("provider_translator", &config, upstream());
        let stream = vm.stream();
        send(&stream, CHAT, chat_body().to_string().as_bytes());
        let told = ["tollgate.target", "gen_ai.provider.name"]
            .map(|name| stream.filter_state(&format!("wasm.{name}")));
        assert_eq!(told, published.map(|fact| fact.map(|fact| fact.as_bytes().to_vec())));
    }
}

#[test]
fn a_same_dialect_exchange_loses_nothing() {
    let (_vm, stream) = to("gpt");
    let request = br#"{ "model":"gpt-4o","foo_bar" : [1.0, 1e400],  "messages":[{"role":"user","content":"h\u00e9"}] }"#;
    send(&stream, CHAT, request);
    assert_eq!(stream.upstream_request().unwrap().body, request);
    let reply = br#"{"id":"x", "novelty": {"a":1.50} ,"choices":[]}"#;
    answer(&stream, "200", "application/json", reply);
    assert_eq!(stream.downstream().body, reply);
}

#[test]
fn a_same_dialect_stream_is_not_touched() {
    let (_vm, stream) = to("gpt");
    let mut request = chat_body();
    request["stream"] = json!(true);
    send(&stream, CHAT, request.to_string().as_bytes());
    stream.response_headers(&[(":status", "200"), ("content-type", "text/event-stream")], false);
    stream.response_body(OPENAI_STREAM, true);
    assert_eq!(stream.downstream().text(), OPENAI_STREAM);
}

#[test]
fn only_the_model_changes_when_only_the_model_is_mapped() {
    let mut config = translator_config();
    config["targets"]["gpt"]["models"] = json!([{"exact": "fast", "to": "gpt-4o-mini"}]);
    let vm = filter("provider_translator", &config, options());
    let stream = vm.stream();
    endpoint(&stream, "gpt");
    send(
        &stream,
        CHAT,
        br#"{"x":1.0,"model":"fast","messages":[{"role":"user","content":"a"}],"y":{"b":2}}"#,
    );
    let sent = stream.upstream_request().unwrap();
    sent.assert_content_length_matches();
    let expected =
        r#"{"x":1.0,"model":"gpt-4o-mini","messages":[{"role":"user","content":"a"}],"y":{"b":2}}"#;
    assert_eq!(sent.text(), expected);
}

#[test]
fn the_chain_translates_like_the_filter_alone() {
    let alone = translator(options());
    let chain = filter(
        "chain",
        &json!({"stages": [{"provider-translator": translator_config()}]}),
        options(),
    );
    let run = |vm: &Vm| -> (Value, Value) {
        let stream = vm.stream();
        endpoint(&stream, "claude");
        send(&stream, CHAT, chat_body().to_string().as_bytes());
        let sent = body(&stream.upstream_request().unwrap());
        answer(&stream, "200", "application/json", anthropic_answer().to_string().as_bytes());
        (sent, body(&stream.downstream()))
    };
    assert_eq!(run(&alone), run(&chain));
}
