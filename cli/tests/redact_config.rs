//! `tollgate redact --config` as a user runs it.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test may fail so")]

mod support;

use support::tollgate;

/// Redacts `input` by `config`: whether it could, and what it said.
fn redact(config: &str, arguments: &[&str], input: &str) -> (bool, String, String) {
    let name = format!("tollgate-redact-{}-{}.yaml", std::process::id(), arguments.len());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, config).unwrap();
    let given = ["redact", "--config", path.to_str().unwrap()];
    let ran = tollgate(&[&given, arguments].concat(), input);
    std::fs::remove_file(&path).unwrap();
    ran
}

#[test]
fn texts_are_redacted_by_the_filters_configuration() {
    let config = "actions: {financial: partial}\ncustom: [{name: PROJECT, words: [Blue Heron]}]\n";
    let input =
        "{\"text\": \"Ü blue heron\"}\n\n{\"text\": \"4111 1111 1111 1111 jane@example.com\"}\n";
    let (ok, out, err) = redact(config, &["--jsonl"], input);
    assert!(ok, "{err}");
    let lines: Vec<serde_json::Value> =
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [first, second] = lines.as_slice() else { panic!("{out}") };
    assert_eq!(first["text"], "Ü <PROJECT_1>");
    assert_eq!(first["entities"][0]["start"], 2, "in characters");
    assert_eq!(second["text"], "**** **** **** 1111 <EMAIL_ADDRESS_1>");
}

#[test]
fn a_wrong_configuration_is_explained() {
    let (ok, out, err) = redact("action: hide\n", &[], "text");
    assert!(!ok && out.is_empty());
    assert!(err.contains("action: unknown variant `hide`"), "{err}");
}
