//! Values come back.

use serde_json::{Value, json};
use testkit::cuts;

use crate::support::*;

/// A redactor that was sent two addresses; their placeholders.
fn asked(config: &Value, path: &str) -> (Run, String, String) {
    let mut run = Run::new(&redactor(config));
    let sent = run.send(path, &asks("jane@example.com o'joe@example.com"));
    let (one, two) = content(&sent).split_once(' ').unwrap();
    (run, one.to_owned(), two.to_owned())
}

#[test]
fn a_whole_answer_gets_the_values_back() {
    let (mut run, one, two) = asked(&json!({}), CHAT);
    let arguments =
        json!({"to": one, "body": json!({"cc": two}).to_string(), one.clone(): 1}).to_string();
    let got = run.answer(&json!({"choices": [
        {"index": 0, "message": {"role": "assistant", "content": format!("Hi {one}")}},
        {"index": 1, "message": {"role": "assistant", "content": null, "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "f", "arguments": arguments}}]}},
    ]}));
    assert_eq!(said(&got), "Hi jane@example.com");
    let arguments = got["choices"][1]["message"]["tool_calls"][0]["function"]["arguments"].as_str();
    let arguments: Value = serde_json::from_str(arguments.unwrap()).unwrap();
    let body = json!({"cc": "o'joe@example.com"}).to_string();
    assert_eq!(arguments, json!({"to": "jane@example.com", "body": body, "jane@example.com": 1}));
    assert!(run.io.metrics.iter().any(|it| it.name == "pii_restored" && it.value == 4));
}

#[test]
fn arguments_that_break_off_get_their_values_back() {
    let (mut run, one, _) = asked(&json!({}), CHAT);
    let got = run.answer(&json!({"choices": [{"index": 0, "message": {"role": "assistant", "tool_calls": [
        {"id": "1", "type": "function", "function": {"name": "f", "arguments": format!("{{\"to\": \"{one}\", \"x")}}]}}]}));
    let arguments = &got["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"];
    assert_eq!(arguments, "{\"to\": \"jane@example.com\", \"x");
}

#[test]
fn a_stream_says_the_same_however_it_is_cut() {
    for (path, stream) in
        [(CHAT, openai_stream as fn(&str, &[&str]) -> String), (MESSAGES, anthropic_stream)]
    {
        for field in ["content", "arguments"] {
            let (_, one, two) = asked(&json!({}), path);
            let text = match field {
                "content" => format!("Ça: {one} und {two}!"),
                _ => json!({"to": [one], "body": json!({"cc": two}).to_string()}).to_string(),
            };
            let expected =
                text.replace(&one, "jane@example.com").replace(&two, "o'joe@example.com");
            // Cut into events between any two characters, and into single ones.
            let middles = text.char_indices().map(|(at, _)| vec![&text[..at], &text[at..]]);
            for pieces in middles.chain([text.split("").collect()]) {
                let wire = stream(field, &pieces);
                let (mut run, ..) = asked(&json!({}), path);
                let got = run.stream(&[wire.as_bytes()]).concat();
                assert_eq!(told(&got), expected, "{pieces:?}");
            }
            // Cut into chunks at any byte.
            let wire = stream(field, &[&text[..9], &text[9..]]);
            let (mut run, ..) = asked(&json!({}), path);
            let whole = run.stream(&[wire.as_bytes()]).concat();
            for pieces in cuts(wire.as_bytes()) {
                let (mut run, ..) = asked(&json!({}), path);
                assert_eq!(run.stream(&pieces).concat(), whole);
            }
        }
    }
}

#[test]
fn what_is_held_back_comes_before_the_end_of_its_block() {
    for (path, wire, end) in [
        (CHAT, openai_stream("content", &["a <EMA"]), "\"finish_reason\":\"stop\""),
        (MESSAGES, anthropic_stream("content", &["a <EMA"]), "content_block_stop"),
        (CHAT, openai_stream("arguments", &["{\"a\": \"<EMA"]), "\"finish_reason\":\"stop\""),
        (MESSAGES, anthropic_stream("arguments", &["{\"a\": \"<EMA"]), "content_block_stop"),
    ] {
        let (mut run, ..) = asked(&json!({}), path);
        let got = run.stream(&[wire.as_bytes()]).concat();
        assert_eq!(told(&got), told(&wire));
        let at = got.find("<EMA").unwrap();
        assert!(at < got.find(end).unwrap(), "{got}");
    }
}

#[test]
fn a_stream_that_breaks_off_still_tells_what_was_held_back() {
    let wire = openai_stream("content", &["a <EMA"]);
    let begin = wire.find("\n\n").unwrap() + 2;
    let (mut run, ..) = asked(&json!({}), CHAT);
    assert_eq!(told(&run.stream(&[&wire.as_bytes()[..begin]]).concat()), "a <EMA");
}

#[test]
fn nothing_waits_but_what_may_become_a_placeholder() {
    let pieces = ["Hello", " there", ", ", "friend", " 1 < 2", " x"];
    let wire = openai_stream("content", &pieces);
    let events: Vec<String> = wire.split_inclusive("\n\n").map(str::to_owned).collect();
    let chunks: Vec<&[u8]> = events.iter().map(String::as_bytes).collect();
    let (mut run, ..) = asked(&json!({}), CHAT);
    let got = run.stream(&chunks);
    assert_eq!(got[..events.len()], events, "every event at once, byte for byte");
}

#[test]
fn thoughts_that_are_signed_stay_as_their_provider_signed_them() {
    let (mut run, one, _) = asked(&json!({}), MESSAGES);
    let body = json!({"content": [
        {"type": "thinking", "thinking": one, "signature": "s"}, {"type": "text", "text": one}]});
    let got = run.answer(&body);
    assert_eq!(got["content"][0]["thinking"], one);
    assert_eq!(got["content"][1]["text"], "jane@example.com");
}

#[test]
fn values_stay_masked_on_demand() {
    let (mut run, one, _) = asked(&json!({"restore": false}), CHAT);
    assert_eq!(said(&run.answer(&says(&one))), one);
    let (mut run, one, _) = asked(&json!({"restore": false}), CHAT);
    let wire = openai_stream("content", &[&one]);
    assert_eq!(run.stream(&[wire.as_bytes()]).concat(), wire);
}

#[test]
fn an_answer_that_is_no_json_gets_the_values_back() {
    let (mut run, one, _) = asked(&json!({}), CHAT);
    let got = run.answer_bytes("text/plain", format!("Hi {one}").as_bytes());
    assert_eq!(got, b"Hi jane@example.com");
    let (mut run, ..) = asked(&json!({}), CHAT);
    assert_eq!(run.answer_bytes("audio/wav", &[0xff, 0]), [0xff, 0]);
}

#[test]
fn a_dozen_values_of_a_kind_each_come_back() {
    let mails: Vec<String> = (0..12).map(|n| format!("user{n}@example.com")).collect();
    let mut run = Run::new(&redactor(&json!({})));
    let sent = content(&run.send(CHAT, &asks(mails.join(" ")))).to_owned();
    let mut placeholders: Vec<&str> = sent.split(' ').collect();
    placeholders.reverse();
    let got = said(&run.answer(&says(&placeholders.concat()))).to_owned();
    let expected: String = mails.iter().rev().map(String::as_str).collect();
    assert_eq!(got, expected);
}
