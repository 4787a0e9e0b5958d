//! What the model itself says.

use serde_json::json;

use crate::support::*;

const ACT: &str = "act";

#[test]
fn what_the_model_says_is_masked_and_what_it_was_told_comes_back() {
    let redactor = redactor(&json!({"responses": ACT}));
    let mut run = Run::new(&redactor);
    let sent = run.send(CHAT, &asks("jane@example.com"));
    let got =
        run.answer(&says(&format!("{} met joe@example.org, joe@example.org.", content(&sent))));
    assert_eq!(said(&got), "jane@example.com met <EMAIL_ADDRESS_1>, <EMAIL_ADDRESS_1>.");
    assert_eq!(run.io.told("tollgate.pii.response"), Some("EMAIL_ADDRESS=2"));
}

#[test]
fn a_streamed_answer_is_masked_however_it_is_cut() {
    let redactor = redactor(&json!({"responses": ACT}));
    for (path, stream) in
        [(CHAT, openai_stream as fn(&str, &[&str]) -> String), (MESSAGES, anthropic_stream)]
    {
        let tag = content(&Run::new(&redactor).send(path, &asks("jane@example.com"))).to_owned();
        for (field, text, expected) in [
            (
                "content",
                format!("{tag} met joe@example.org, and more."),
                "jane@example.com met <EMAIL_ADDRESS_1>, and more.",
            ),
            (
                "arguments",
                format!("{{\"to\": \"{tag}\", \"cc\": \"a\\njoe\\u0040example.org\"}}"),
                "{\"to\": \"jane@example.com\", \"cc\": \"a\\n<EMAIL_ADDRESS_1>\"}",
            ),
        ] {
            let middles = text.char_indices().map(|(at, _)| vec![&text[..at], &text[at..]]);
            for pieces in middles.chain([text.split("").collect()]) {
                let mut run = Run::new(&redactor);
                run.send(path, &asks("jane@example.com"));
                let got = run.stream(&[stream(field, &pieces).as_bytes()]).concat();
                assert_eq!(told(&got), expected, "{pieces:?}");
                assert_eq!(run.io.told("tollgate.pii.response"), Some("EMAIL_ADDRESS=1"));
            }
        }
    }
}

#[test]
fn an_answer_that_blocks_is_refused() {
    let config = json!({"responses": ACT, "actions": {"EMAIL_ADDRESS": "block"}});
    let redactor = redactor(&config);
    let mut run = Run::new(&redactor);
    run.send(CHAT, &asks("hi"));
    let got = run.answer(&says("It is joe@example.org"));
    assert_eq!(got["error"]["code"], "pii_in_response");
    assert!(!got.to_string().contains("joe"), "{got}");
}

#[test]
fn a_stream_that_blocks_ends_before_what_was_found() {
    let redactor = redactor(&json!({"responses": ACT, "actions": {"EMAIL_ADDRESS": "block"}}));
    for (path, wire) in [
        (CHAT, openai_stream("content", &["It is joe@exam", "ple.org and ", "more"])),
        (MESSAGES, anthropic_stream("content", &["It is joe@exam", "ple.org and ", "more"])),
        (CHAT, openai_stream("arguments", &["{\"to\": \"joe@exam", "ple.org\"}"])),
    ] {
        let mut run = Run::new(&redactor);
        run.send(path, &asks("hi"));
        let got = run.stream(&[wire.as_bytes()]).concat();
        assert!(got.contains("EMAIL_ADDRESS (1)"), "{got}");
        assert!(!got.contains("joe") && !got.contains("ple.org") && !got.contains("more"), "{got}");
    }
}

#[test]
fn json_that_a_model_writes_as_text_stays_json() {
    let redactor = redactor(&json!({"responses": ACT}));
    let text = "{\"to\": \"a\\njoe@example.org\", \"n\": 5}";
    for cut in 1..text.len() {
        let mut run = Run::new(&redactor);
        run.send(CHAT, &asks("hi"));
        let wire = openai_stream("content", &[&text[..cut], &text[cut..]]);
        let got = told(&run.stream(&[wire.as_bytes()]).concat());
        let json: serde_json::Value =
            serde_json::from_str(&got).unwrap_or_else(|e| panic!("{e} {got}"));
        assert!(!got.contains("example") && json["n"] == 5, "{got}");
    }
}

#[test]
fn plain_words_hardly_wait() {
    let words =
        ["The ", "quick ", "brown ", "fox ", "jumps ", "over ", "the ", "lazy ", "dog ", "again "];
    let events: Vec<String> = words
        .iter()
        .map(|word| {
            openai_stream("content", &[word]).split_inclusive("\n\n").next().unwrap().to_owned()
        })
        .collect();
    let chunks: Vec<&[u8]> = events.iter().map(String::as_bytes).collect();
    let mut run = Run::new(&redactor(&json!({"responses": ACT})));
    run.send(CHAT, &asks("hi"));
    let got = run.stream(&chunks);
    let told: Vec<usize> = got.iter().map(|part| told(part).len()).collect();
    let mut waiting = 0;
    for (word, told) in words.iter().zip(told) {
        waiting = waiting + word.len() - told;
        assert!(waiting <= 24, "{waiting} bytes wait at {word}");
    }
}

#[test]
fn a_value_that_begins_with_a_word_is_masked_in_a_stream() {
    let text = "She was born March 12th, 1990 in a small town near the sea.";
    for cut in 1..text.len() {
        let mut run = Run::new(&redactor(&json!({"responses": ACT})));
        run.send(CHAT, &asks("hi"));
        let wire = openai_stream("content", &[&text[..cut], &text[cut..]]);
        let got = told(&run.stream(&[wire.as_bytes()]).concat());
        assert_eq!(got, "She was born <DATE_OF_BIRTH_1> in a small town near the sea.");
    }
}

#[test]
fn a_stream_of_lines_is_looked_into_as_well() {
    let redactor = redactor(&json!({"responses": ACT}));
    let lines = |pieces: &[&str]| -> String {
        let line = |text: &str, done: bool| {
            let message = json!({"role": "assistant", "content": text});
            format!("{}\n", json!({"model": "m", "message": message, "done": done}))
        };
        let said: String = pieces.iter().map(|piece| line(piece, false)).collect();
        said + &line("", true)
    };
    let mut run = Run::new(&redactor);
    let tag = content(&run.send("/api/chat", &asks("jane@example.com"))).to_owned();
    let wire = lines(&[&tag[..3], &tag[3..], " met joe@exam", "ple.org."]);
    let got = run.stream_of("application/x-ndjson", &[wire.as_bytes()]).concat();
    let text: String = got
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|line| line["message"]["content"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(text, "jane@example.com met <EMAIL_ADDRESS_1>.");
    // What was whole when it came is told as a stream too.
    let mut run = Run::new(&redactor);
    run.send("/api/chat", &asks("hello"));
    let got = run.stream_of("application/ndjson", &[lines(&["joe@example.org"]).as_bytes()]);
    assert!(got.concat().contains("<EMAIL_ADDRESS_1>") && !got.concat().contains("joe@"));
}

#[test]
fn an_answer_that_cannot_be_read_is_refused() {
    let redactor = redactor(&json!({"responses": ACT}));
    for media_type in ["text/plain", "application/json"] {
        let mut run = Run::new(&redactor);
        run.send(CHAT, &asks("hi"));
        let got = run.answer_bytes(media_type, &[0xff, 0]);
        let error: serde_json::Value = serde_json::from_slice(&got).unwrap();
        assert_eq!(error["error"]["code"], "unreadable_response", "{media_type}");
    }
}
