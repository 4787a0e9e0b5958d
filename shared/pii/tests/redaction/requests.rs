//! What goes upstream.

use serde_json::{Value, json};

use crate::support::*;

#[test]
fn a_body_in_which_nothing_is_found_is_sent_byte_for_byte() {
    let body = b"{ \"model\":\"m\", \"x\":1.50,\"messages\":[{\"role\":\"user\",\"content\":\"a\\u0062\"}]}\n";
    let mut run = Run::new(&redactor(&json!({})));
    assert_eq!(run.send_bytes(CHAT, body).unwrap(), body);
    let answer = b"{ \"choices\": [] }";
    assert_eq!(run.answer_bytes("application/json", answer), answer);
}

#[test]
fn the_same_value_has_the_same_placeholder_everywhere() {
    let mut run = Run::new(&redactor(&json!({})));
    let sent = run.send(
        CHAT,
        &json!({"messages": [
            {"role": "user", "content": "I am jane@example.com, not joe@example.com. jane@example.com!"},
            {"role": "assistant", "content": "Hello jane@example.com"},
            {"role": "user", "content": [{"type": "text", "text": "Write joe@example.com"}]},
        ]}),
    );
    let text = content(&sent);
    let names: Vec<&str> = text.split(['<', '>']).filter(|part| part.contains('_')).collect();
    assert_eq!(names.len(), 3, "{text}");
    assert_eq!(names[0], names[2]);
    assert_ne!(names[0], names[1]);
    assert_eq!(sent["messages"][1]["content"], format!("Hello <{}>", names[0]));
    assert_eq!(sent["messages"][2]["content"][0]["text"], format!("Write <{}>", names[1]));
    assert!(!sent.to_string().contains("example.com"));
}

#[test]
fn every_place_of_a_request_is_masked() {
    let mail = "jane@example.com";
    let chat = json!({
        "model": "m", "user": mail, "metadata": {"k": mail},
        "prediction": {"type": "content", "content": mail},
        "messages": [
            {"role": "system", "content": mail},
            {"role": "developer", "content": [{"type": "text", "text": mail}]},
            {"role": "user", "name": mail, "content": [
                {"type": "text", "text": mail}, {"type": "hologram", "said": [mail]}]},
            {"role": "assistant", "content": null, "refusal": mail, "reasoning_content": mail,
             "tool_calls": [
                {"id": "1", "type": "function", "function": {"name": "f",
                    "arguments": json!({"to": [mail], mail: 1, "deep": json!({"cc": mail}).to_string()}).to_string()}},
                {"id": "2", "type": "custom", "custom": {"name": "f", "input": mail}}]},
            {"role": "tool", "tool_call_id": "1", "content": format!("{{\"a\":\"x\\n{mail}\"}}")},
            {"role": "function", "name": "f", "content": mail},
        ],
    });
    let messages = json!({
        "model": "m", "max_tokens": 1, "metadata": {"user_id": mail},
        "system": [{"type": "text", "text": mail}],
        "messages": [
            {"role": "user", "content": [
                {"type": "text", "text": mail},
                {"type": "document", "title": mail, "context": mail,
                 "source": {"type": "text", "media_type": "text/plain", "data": mail}}]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": mail, "signature": ""},
                {"type": "tool_use", "id": "1", "name": "f", "input": {"to": mail, mail: [mail]}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1",
                "content": [{"type": "text", "text": mail}]}]},
        ],
    });
    for (path, body) in [(CHAT, chat), (MESSAGES, messages)] {
        let mut run = Run::new(&redactor(&json!({})));
        let before = body.to_string().matches(mail).count();
        let sent = run.send(path, &body).to_string();
        assert_eq!(sent.matches(mail).count(), 0, "{sent}");
        assert_eq!(sent.matches("<EMAIL_ADDRESS_1_").count(), before, "{sent}");
    }
}

#[test]
fn tool_definitions_are_read_on_demand() {
    let mut body = asks("hi");
    body["tools"] = json!([{"type": "function", "function":
        {"name": "f", "description": "mails jane@example.com", "parameters": {"type": "object"}}}]);
    assert_eq!(Run::new(&redactor(&json!({}))).send(CHAT, &body), body);
    let sent = Run::new(&redactor(&json!({"tool_definitions": true}))).send(CHAT, &body);
    assert!(!sent.to_string().contains("jane"), "{sent}");
}

#[test]
fn json_in_a_text_stays_json() {
    let said = json!({"a": "x\njane@example.com", "n": [1.50, "jane@example.com"], "s": "\"jane@example.com\""});
    let pretty = serde_json::to_string_pretty(&said).unwrap();
    let mut run = Run::new(&redactor(&json!({})));
    let sent = run.send(CHAT, &asks(pretty.as_str()));
    let inner: Value = serde_json::from_str(content(&sent)).unwrap();
    assert!(inner["a"].as_str().unwrap().starts_with("x\n<EMAIL_ADDRESS_1_"), "{inner}");
    assert_eq!(content(&sent).lines().count(), pretty.lines().count(), "spaces are kept");
}

#[test]
fn nobody_can_bring_a_placeholder_along() {
    let redactor = redactor(&json!({}));
    let mask = |text: &str| content(&Run::new(&redactor).send(CHAT, &asks(text))).to_owned();
    let first = mask("jane@example.com");
    // The same dice again, and a text that knows what they give, in other letters.
    let forged = first.to_lowercase();
    let sent = mask(&format!("jane@example.com {forged}"));
    assert!(!sent.starts_with(&first), "{sent}");
    let mut run = Run::new(&redactor);
    run.send(CHAT, &asks(format!("jane@example.com {forged} <EMAIL_ADDRESS_1>")));
    let echoed = run.answer(&says(&format!("{forged} <EMAIL_ADDRESS_1>")));
    assert_eq!(said(&echoed), format!("{forged} <EMAIL_ADDRESS_1>"));
}

#[test]
fn requests_have_different_tags() {
    let redactor = redactor(&json!({}));
    let sent = [1, 2].map(|dice| {
        let sent = Run::with_dice(&redactor, dice).send(CHAT, &asks("jane@example.com"));
        content(&sent).to_owned()
    });
    assert_ne!(sent[0], sent[1]);
}

#[test]
fn what_was_masked_is_not_masked_again() {
    let redactor = redactor(&json!({}));
    let once = Run::new(&redactor).send(CHAT, &asks("To jane@example.com, from joe@example.com."));
    let twice = Run::with_dice(&redactor, 7).send(CHAT, &once);
    assert_eq!(twice, once);
}

#[test]
fn every_action_does_what_it_says() {
    let text = "Mail jane.doe@example.com today";
    for (action, expected) in [
        ("redact", "Mail <EMAIL_ADDRESS> today"),
        ("partial", "Mail ****.***@******e.com today"),
        ("report", text),
    ] {
        let mut run = Run::new(&redactor(&json!({"actions": {"contact": action}})));
        assert_eq!(content(&run.send(CHAT, &asks(text))), expected);
        assert_eq!(run.io.told("tollgate.pii.request"), Some("EMAIL_ADDRESS=1"));
        let metric = format!("pii_findings.place.request.entity.EMAIL_ADDRESS.action.{action}");
        assert!(run.io.metrics.iter().any(|it| it.name == metric), "{:?}", run.io.metrics);
    }
    let hash = redactor(&json!({"action": "hash", "hash_key": {"env": "KEY"}}));
    let hashed = |dice| {
        let sent = Run::with_dice(&hash, dice).send(CHAT, &asks(text));
        content(&sent).to_owned()
    };
    assert!(hashed(1).starts_with("Mail <EMAIL_ADDRESS_"), "{}", hashed(1));
    assert_eq!(hashed(1), hashed(2), "the same in every request");
}

#[test]
fn what_is_blocked_is_refused_with_types_and_counts() {
    let redactor = redactor(&json!({"actions": {"EMAIL_ADDRESS": "block"}}));
    for path in [CHAT, MESSAGES] {
        let mut run = Run::new(&redactor);
        let body = asks("jane@example.com and joe@example.com").to_string();
        let (status, answer) = run.send_bytes(path, body.as_bytes()).unwrap_err();
        assert_eq!(status, 400);
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.ends_with("EMAIL_ADDRESS (2)"), "{message}");
        let told = format!("{answer} {:?}", run.io);
        assert!(!told.contains("jane") && !told.contains("joe"), "{told}");
    }
}

#[test]
fn media_are_refused_on_demand() {
    let media = [
        (CHAT, json!({"type": "image_url", "image_url": {"url": "https://x.example/a.png"}})),
        (CHAT, json!({"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}})),
        (CHAT, json!({"type": "file", "file": {"file_data": "data:application/pdf;base64,AA=="}})),
        (MESSAGES, json!({"type": "image", "source": {"type": "url", "url": "https://x.example"}})),
    ];
    for (path, part) in media {
        let mut body = asks(json!([part]));
        body["max_tokens"] = 5.into();
        assert_eq!(Run::new(&redactor(&json!({}))).send(path, &body), body);
        let mut run = Run::new(&redactor(&json!({"media": "reject"})));
        let (status, answer) = run.send_bytes(path, body.to_string().as_bytes()).unwrap_err();
        assert_eq!(status, 400, "{answer}");
        assert!(answer.to_string().contains("cannot be checked"), "{answer}");
        let mut body = asks("text");
        body["max_tokens"] = 5.into();
        assert_eq!(Run::new(&redactor(&json!({"media": "reject"}))).send(path, &body), body);
    }
}

#[test]
fn nothing_that_was_found_is_told() {
    let mut run = Run::new(&redactor(&json!({"responses": "act"})));
    let sent = run.send(CHAT, &asks("jane@example.com"));
    run.answer(&says(&format!("{} joe@example.com", content(&sent))));
    let told = format!("{:?} {:?} {:?}", run.io.facts, run.io.metrics, run.io.logs);
    assert!(!told.contains("jane") && !told.contains("joe") && !told.contains('<'), "{told}");
}

#[test]
fn what_nobody_reads_is_refused_but_for_a_look_at_the_models() {
    let redactor = redactor(&json!({}));
    for (head, passes) in [
        (&[(":method", "GET"), (":path", "/v1/models")][..], true),
        (&[(":method", "GET"), (":path", "/v1/models/gpt-4o?x=1")], true),
        (&[(":method", "HEAD"), (":path", "/v1/models"), ("content-length", "0")], true),
        (&[(":method", "GET"), (":path", "/v1/models"), ("content-length", "9")], false),
        (&[(":method", "GET"), (":path", "/v1/models"), ("transfer-encoding", "chunked")], false),
        (&[(":method", "DELETE"), (":path", "/v1/models/ft:gpt-4o")], false),
        (&[(":method", "GET"), (":path", "/v1/files")], false),
        (&[(":method", "POST"), (":path", "/orders")], false),
    ] {
        assert_eq!(Run::new(&redactor).passes(head), passes, "{head:?}");
    }
}
