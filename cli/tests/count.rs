//! `tollgate count`, as a shell runs it.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test may fail so")]

mod support;

use std::process::Command;

use support::tollgate;

/// Exit, output, errors.
fn count(args: &[&str], input: &str) -> (bool, String, String) {
    tollgate(&[&["count"], args].concat(), input)
}

#[test]
fn a_text_is_counted_by_encoding_or_model() {
    for (args, input, expected) in [
        (&[][..], "hello world", "2\n"),
        (&["--encoding", "cl100k_base"], "tiktoken is great!", "6\n"),
        (&["--encoding", "r50k_base"], "        x", "8\n"),
        (&["--encoding", "p50k_base"], "        x", "2\n"),
        (&["--model", "gpt-4"], "tiktoken is great!", "6\n"),
        (&[], "<|endoftext|>", "7\n"),
        (&["--special-tokens"], "<|endoftext|>", "1\n"),
        (&["--special-tokens", "--encoding", "o200k_harmony"], "<|start|>user", "2\n"),
        (&[], "", "0\n"),
    ] {
        let (done, out, errors) = count(args, input);
        assert!(done, "{args:?}: {errors}");
        assert_eq!((out.as_str(), errors.as_str()), (expected, ""), "{args:?} {input}");
    }
}

#[test]
fn an_estimate_is_named_as_such() {
    let (done, out, errors) = count(&["--model", "claude-sonnet-4-5"], "The quick brown fox.");
    assert!(done && out.trim().parse::<u64>().unwrap() >= 5, "{out}");
    assert_eq!(errors, "estimated\n");
}

/// The example of OpenAI's cookbook, whose prompt the API counted as 129 and 124 tokens.
const COOKBOOK: &str = r#"{"model": "MODEL", "messages": [
    {"role": "system", "content": "You are a helpful, pattern-following assistant that translates corporate jargon into plain English."},
    {"role": "system", "name": "example_user", "content": "New synergies will help drive top-line growth."},
    {"role": "system", "name": "example_assistant", "content": "Things working well together will increase revenue."},
    {"role": "system", "name": "example_user", "content": "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage."},
    {"role": "system", "name": "example_assistant", "content": "Let's talk later when we're less busy about how to do better."},
    {"role": "user", "content": "This late pivot means we don't have time to boil the ocean for the client deliverable."}]}"#;

#[test]
fn a_request_costs_what_the_api_says() {
    for (model, expected) in [("gpt-4", "129\n"), ("gpt-4o", "124\n"), ("gpt-4o-mini", "124\n")] {
        let (done, out, errors) = count(&["--chat"], &COOKBOOK.replace("MODEL", model));
        assert!(done, "{errors}");
        assert_eq!(out, expected, "{model}");
    }
}

#[test]
fn tools_cost_what_the_api_says() {
    // The cookbook's second example: 101 tokens for gpt-4o, 105 for gpt-4, by the API.
    let request = r#"{"model": "MODEL", "tools": [{"type": "function", "function": {"name": "get_current_weather",
        "description": "Get the current weather in a given location",
        "parameters": {"type": "object", "properties": {
            "location": {"type": "string", "description": "The city and state, e.g. San Francisco, CA"},
            "unit": {"type": "string", "description": "The unit of temperature to return",
                     "enum": ["celsius", "fahrenheit"]}},
            "required": ["location"]}}}],
        "messages": [
            {"role": "system", "content": "You are a helpful assistant that can answer to questions about the weather."},
            {"role": "user", "content": "What's the weather like in San Francisco?"}]}"#;
    for (model, expected) in [("gpt-4o", "101\n"), ("gpt-4", "105\n")] {
        let (_, out, errors) = count(&["--chat"], &request.replace("MODEL", model));
        assert_eq!((out.as_str(), errors.as_str()), (expected, ""), "{model}");
    }
}

/// A request in the words of each dialect, and its tokens: 3 for the answer's beginning, 3 and the role for a message,
/// 3 for `Be brief.` and 2 for `Hi.`.
const DIALECTS: [(&str, &str, u64); 9] = [
    (
        "anthropic-messages",
        r#"{"model": "gpt-4o", "max_tokens": 9, "system": "Be brief.",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi."}]}]}"#,
        16,
    ),
    (
        "bedrock-converse",
        r#"{"system": [{"text": "Be brief."}], "messages": [{"role": "user", "content": [{"text": "Hi."}]}]}"#,
        16,
    ),
    ("cohere-chat", OPENAI, 16),
    (
        "gemini",
        r#"{"systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [{"role": "user", "parts": [{"text": "Hi."}]}]}"#,
        16,
    ),
    ("kserve-v2", r#"{"text_input": "Hi."}"#, 9),
    ("ollama-chat", OPENAI, 16),
    ("openai-chat", OPENAI, 16),
    ("openai-responses", r#"{"model": "gpt-4o", "instructions": "Be brief.", "input": "Hi."}"#, 16),
    ("tfserving-predict", r#"{"instances": ["Hi."]}"#, 9),
];

const OPENAI: &str = r#"{"model": "gpt-4o", "messages": [
    {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi."}]}"#;

#[test]
fn every_dialect_is_recognised_and_counted_alike() {
    let names: Vec<&str> = DIALECTS.iter().map(|(name, ..)| *name).collect();
    let all: Vec<&str> = dialects::READERS.iter().map(|dialect| dialect.name()).collect();
    assert_eq!(names, all, "a row for each");
    for (name, request, tokens) in DIALECTS {
        let guessed = count(&["--chat", "--model", "gpt-4o"], request);
        assert_eq!(guessed, (true, format!("{tokens}\n"), String::new()), "{name}");
        let named = count(&["--chat", "--model", "gpt-4o", "--dialect", name], request);
        assert_eq!(named, guessed, "{name}");
    }
    let completion = r#"{"model": "gpt-4o", "prompt": "Hi."}"#;
    let named = count(&["--chat", "--dialect", "openai-completions"], completion);
    assert_eq!(named, (true, "9\n".to_owned(), String::new()));
}

#[test]
fn every_request_of_the_fixtures_is_counted() {
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures");
    for (name, ..) in DIALECTS {
        let text = std::fs::read_to_string(fixtures.join(name).join("request/full.json")).unwrap();
        let (done, out, errors) = count(&["--chat", "--model", "gpt-4o", "--dialect", name], &text);
        assert!(done && out.trim().parse::<u64>().unwrap() >= 9, "{name}: {out}{errors}");
    }
}

#[test]
fn the_error_of_counts_is_reported_and_put_right() {
    let file = std::env::temp_dir().join(format!("tollgate-counts-{}.jsonl", std::process::id()));
    let lines = [
        r#"{"model": "gpt-4o", "text": "hello world", "tokens": 2}"#,
        r#"{"model": "gpt-4o", "tokens": 9, "request": {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi."}]}}"#,
        r#"{"model": "claude-sonnet-4-5", "text": "hello world, hello moon", "tokens": 10}"#,
    ];
    std::fs::write(&file, lines.join("\n")).unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(["eval", "tokens"])
        .arg(&file)
        .output()
        .unwrap();
    std::fs::remove_file(&file).unwrap();
    let out = String::from_utf8(done.stdout).unwrap();
    assert!(out.contains("| gpt-4o | 2 | exactly | 0.0 % | +0.0 % |  |"), "{out}");
    assert!(
        out.contains("| claude-sonnet-4-5 | 1 | by an estimate | 40.0 % | -40.0 % | 167 |"),
        "{out}"
    );
}

#[test]
fn lines_in_lines_out() {
    let (done, out, _) =
        count(&["--jsonl"], "{\"text\":\"hello world\"}\n\n{\"text\":\"\",\"id\":1}\n");
    assert!(done);
    assert_eq!(out, "{\"tokens\":2}\n{\"tokens\":0}\n");
    let (done, out, errors) = count(&["--jsonl"], "{\"text\":\"a\"}\n{\"text\":7}\n");
    assert!(!done && out == "{\"tokens\":1}\n");
    assert_eq!(errors, "tollgate: line 2: `text` must be a string\n");
}

#[test]
fn what_cannot_be_counted_is_told() {
    for (args, input, expected) in [
        (
            &["--encoding", "latin1"][..],
            "",
            "unknown encoding latin1, expected one of: cl100k_base",
        ),
        (
            &["--chat", "--dialect", "x"],
            "{}",
            "unknown dialect x, expected one of: anthropic-messages",
        ),
        (&["--chat"], "{", "invalid JSON"),
        (&["--chat"], "{}", "no dialect reads this request"),
        (&["--chat", "--dialect", "openai-chat"], "{}", "openai-chat: "),
    ] {
        let (done, out, errors) = count(args, input);
        assert!(!done && out.is_empty());
        assert!(errors.contains(expected), "{args:?}: {errors}");
    }
}
