//! `tollgate redact` and `tollgate eval pii` as a user runs them.

#![allow(clippy::unwrap_used, reason = "a test may fail so")]

mod support;

use serde_json::{Value, json};
use support::tollgate;

#[test]
fn lines_come_out_in_order_with_offsets_in_characters() {
    let input = "{\"text\":\"é jane@example.com\"}\n{\"text\":\"nothing\"}\n";
    let (ok, out, _) = tollgate(&["redact", "--jsonl"], input);
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(ok);
    assert_eq!(
        lines,
        [
            json!({"text": "é <EMAIL_ADDRESS>", "entities": [{"type": "EMAIL_ADDRESS", "start": 2, "end": 18, "score": 1.0}]}),
            json!({"text": "nothing", "entities": []}),
        ]
    );
}

#[test]
fn text_is_masked_and_bad_lines_are_named() {
    let (ok, out, _) = tollgate(&["redact"], "card 4111 1111 1111 1111\n");
    assert!(ok);
    assert_eq!(out, "card <CREDIT_CARD>\n");
    let (ok, _, err) = tollgate(&["redact", "--jsonl"], "{\"text\":\"a\"}\n{\"txt\":1}\n");
    assert!(!ok && err.contains("line 2"), "{err}");
}

#[test]
fn precision_and_recall_are_counted_per_type() {
    let rows = json!([
        {"full_text": "a@example.com b@example.com", "spans": [{"entity_type": "EMAIL_ADDRESS", "start_position": 0, "end_position": 13}]},
        {"full_text": "no card here", "spans": [{"entity_type": "CREDIT_CARD", "start_position": 3, "end_position": 7}]},
    ]);
    let file = std::env::temp_dir().join(format!("tollgate-eval-{}.json", std::process::id()));
    std::fs::write(&file, rows.to_string()).unwrap();
    let (ok, out, err) = tollgate(&["eval", "pii", file.to_str().unwrap()], "");
    std::fs::remove_file(&file).unwrap();
    assert!(ok, "{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let email = report.pointer("/types/EMAIL_ADDRESS").unwrap();
    assert_eq!(
        (email.pointer("/precision"), email.pointer("/recall")),
        (Some(&json!(0.5)), Some(&json!(1.0)))
    );
    assert_eq!(report.pointer("/types/CREDIT_CARD/recall"), Some(&json!(0.0)));
}
