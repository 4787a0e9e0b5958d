//! What a provider says of its limits, to clients of any dialect.

use super::*;

const RESPONSES: &str = "/v1/responses";

/// 2026-11-21T10:00:00Z.
const NOW: u64 = 1_795_255_200_000_000_000;

/// The headers of an answer as the client gets them.
fn answered(provider: &str, path: &str, status: &str, sent: &[(&str, &str)]) -> Headers {
    let mut flow = Flow::new(pipeline(&one(provider)), 0);
    let body = r#"{"model":"m","max_tokens":3,"messages":[{"role":"user","content":"a"}]}"#;
    let body = if path == RESPONSES { r#"{"model":"m","input":"a"}"# } else { body };
    send(&mut flow, path, body).unwrap();
    let mut io = Exchange { now: NOW, ..Exchange::default() };
    let mut pairs = vec![(":status", status), ("content-type", "application/json")];
    pairs.extend(sent);
    let answer = Answer { end: false, from_provider: true, held: true, retriable: false };
    let HeadStep::Buffer(edits) = flow.response_head(headers(&pairs), answer, &mut io) else {
        panic!("not read")
    };
    let mut after = headers(&pairs);
    for edit in &edits {
        match edit {
            Edit::Set(name, value) => after.set(name, value.as_slice()),
            Edit::Remove(name) => after.remove(name),
        }
    }
    after
}

#[test]
fn limits_are_told_in_the_clients_words_too() {
    let openai = [
        ("x-ratelimit-limit-requests", "60"),
        ("x-ratelimit-remaining-requests", "0"),
        ("x-ratelimit-reset-requests", "30s"),
        ("retry-after", "30"),
        ("x-should-retry", "true"),
    ];
    let after = answered("openai", MESSAGES, "429", &openai);
    for (name, value) in openai {
        assert_eq!(after.text(name), Some(value), "the provider's own stay");
    }
    for (name, value) in [
        ("anthropic-ratelimit-requests-limit", "60"),
        ("anthropic-ratelimit-requests-remaining", "0"),
        ("anthropic-ratelimit-requests-reset", "2026-11-21T10:00:30Z"),
    ] {
        assert_eq!(after.text(name), Some(value), "{name}");
    }
    assert!(!after.has("anthropic-ratelimit-tokens-limit"), "nothing is invented");

    let anthropic = [
        ("anthropic-ratelimit-input-tokens-limit", "1000"),
        ("anthropic-ratelimit-input-tokens-remaining", "10"),
        ("anthropic-ratelimit-input-tokens-reset", "2026-11-21T10:06:00Z"),
    ];
    for path in [CHAT, RESPONSES] {
        let after = answered("anthropic", path, "200", &anthropic);
        assert_eq!(after.text("x-ratelimit-limit-tokens"), Some("1000"));
        assert_eq!(after.text("x-ratelimit-remaining-tokens"), Some("10"));
        assert_eq!(after.text("x-ratelimit-reset-tokens"), Some("6m0s"));
    }
}

#[test]
fn a_wait_in_milliseconds_is_told_in_seconds_too() {
    let after = answered("openai", MESSAGES, "429", &[("retry-after-ms", "1200")]);
    assert_eq!(
        (after.text("retry-after"), after.text("retry-after-ms")),
        (Some("2"), Some("1200"))
    );
    let both = [("retry-after-ms", "1200"), ("retry-after", "1")];
    assert_eq!(answered("openai", MESSAGES, "429", &both).text("retry-after"), Some("1"));
    let broken = answered("openai", MESSAGES, "429", &[("retry-after-ms", "soon")]);
    assert_eq!(broken.text("retry-after"), None);
}

#[test]
fn an_error_without_a_body_keeps_what_it_says_of_limits() {
    let mut flow = Flow::new(pipeline(&one("openai")), 0);
    send(&mut flow, MESSAGES, &request(MESSAGES)).unwrap();
    let head = headers(&[
        (":status", "429"),
        ("retry-after", "7"),
        ("x-request-id", "r"),
        ("server", "s"),
    ]);
    let answer = Answer { end: true, from_provider: true, held: true, retriable: false };
    let HeadStep::Reply(reply) = flow.response_head(head, answer, &mut Exchange::default()) else {
        panic!("no reply")
    };
    let value =
        |name: &str| reply.headers.iter().find(|row| row.0 == name).map(|row| row.1.clone());
    assert_eq!(reply.status, 429);
    assert_eq!(value("retry-after"), Some(b"7".to_vec()));
    assert_eq!((value("x-request-id"), value("server")), (Some(b"r".to_vec()), None));
}

#[test]
fn a_refusal_for_the_rate_names_nothing_of_ours() {
    let mut config = one("openai");
    let target = config["targets"]["only"].take();
    config["targets"] = json!({"secret-target-name": target});
    config["targets"]["secret-target-name"]["base_url"] = json!("http://inner.example:8000/v1");
    config["targets"]["secret-target-name"]["models"] =
        json!([{"prefix": "", "to": "inner-model"}]);
    let told = r#"{"error":{"message":"Rate limit reached in organization org-abc123 on requests","type":"requests","code":"rate_limit_exceeded"}}"#;
    for (path, body) in [(MESSAGES, told), (MESSAGES, "<html>inner.example</html>"), (MESSAGES, "")]
    {
        let mut flow = Flow::new(pipeline(&config), 0);
        send(&mut flow, path, &request(path)).unwrap();
        let mut io = Exchange::default();
        let head = headers(&[(":status", "429"), ("content-type", "application/json")]);
        let answer = Answer { end: false, from_provider: true, held: true, retriable: false };
        flow.response_head(head, answer, &mut io);
        let BodyStep::Forward { body: Some(body), .. } =
            flow.response_body(body.as_bytes().to_vec(), &mut io)
        else {
            panic!("not written")
        };
        let body = String::from_utf8(body).unwrap();
        assert!(body.contains("rate_limit_error"), "{body}");
        for inner in ["secret-target-name", "inner", "openai", "key-of-KEY", "abc123", "8000"] {
            assert!(!body.contains(inner), "{inner} in {body}");
        }
    }
}
