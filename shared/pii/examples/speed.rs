//! How fast all entities together are: megabytes a second on prose, on dense data and on hostile input.
//!
//! `cargo run --release -p pii --example speed [NAME]`; in wasm with `--target wasm32-wasip1` and any WASI runtime.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark"
)]

use std::hint::black_box;
use std::time::Instant;

use pii::find::{ENTITIES, Finder, Selection};

const PROSE: &str = "The committee met again on Tuesday to discuss the plan for the new library. Several members \
    were worried about the costs, which had grown since the first estimate; others thought that the town could \
    not afford to wait. \"We have been talking about this for years,\" said the chair, and asked for a vote. It \
    passed with twelve to five, and work will begin in the spring, weather permitting. Residents who want to \
    comment may do so until the end of the month - by letter, or in person at the well-known town hall.\n";
const DENSE: &str = "name,email,phone,card\nJane Doe,jane@example.com,+44 20 7946 0958,4111 1111 1111 1111,\
    192.168.0.17,DE89 3704 0044 0532 0130 00,536-90-4399,2024-01-02,https://example.com/a?b=c,SKU-123-AB\n";
const GERMAN: &str = "Der Ausschuß traf sich am Dienstag erneut, um über die Pläne für die neue Bücherei zu \
    sprechen. Einige Mitglieder sorgten sich um die Kosten – sie waren seit der ersten Schätzung gestiegen.\n";

fn main() {
    let entities = ENTITIES.iter().map(|entity| entity.name.to_owned()).collect();
    let every =
        Finder::new(&Selection { entities, ..Selection::default() }).expect("all entities compile");
    let usual = Finder::new(&Selection::default()).expect("the default compiles");
    let texts = [
        ("prose", PROSE),
        ("prose, German", GERMAN),
        ("dense", DENSE),
        ("digits", "123456789012345"),
        ("digits, spaced", "1 "),
        ("pairs", "12 "),
        ("threes", "123-"),
        ("fours", "4111 "),
        ("nines", "123456789 "),
        ("elevens", "12345678901 "),
        ("nines with words", "ssn sin bsn nif tfn 123456789 "),
        ("words", "card iban ssn phone "),
        ("at signs", "a@"),
        ("e-mail", "a.b@c.d."),
        ("colons", "a:"),
        ("double colons", "::"),
        ("dots", "1.2."),
        ("hyphens", "a-1-"),
        ("parentheses", "(1)"),
        ("plus", "+1 "),
        ("equals", "password=a "),
        ("keys", "-----BEGIN PRIVATE KEY-----"),
        ("URLs", "http://a"),
        ("connections", "a://b:c@"),
        ("tokens", "eyJa.eyJ"),
        ("prefixes", "sk-ghp_AKIA"),
        ("capitals", "ABCDEFGH "),
        ("names", "Dear Dr. Jane "),
        ("iban", "DE89 3704 "),
        ("invisible", "1\u{200B}2\u{00A0}"),
        ("arabic digits", "\u{0661}\u{0662}\u{0663} "),
    ];
    let wanted = std::env::args().nth(1);
    if let Some(times) = std::env::args().nth(2) {
        let piece = texts.iter().find(|t| Some(t.0) == wanted.as_deref()).expect("class").1;
        let text = piece.repeat((1 << 14) / piece.len());
        for _ in 0..times.parse().expect("n") {
            black_box(every.find(black_box(&text)));
        }
        return;
    }
    for (name, piece) in
        texts.into_iter().filter(|text| wanted.as_deref().is_none_or(|name| name == text.0))
    {
        let text = piece.repeat((1 << 16) / piece.len());
        println!(
            "{name:>18}: {:7.1} MB/s usual, {:7.1} MB/s every",
            rate(&usual, &text),
            rate(&every, &text)
        );
    }
}

fn rate(finder: &Finder, text: &str) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..20 {
        let start = Instant::now();
        black_box(finder.find(black_box(text)));
        best = best.min(start.elapsed().as_secs_f64());
    }
    text.len() as f64 / 1e6 / best
}
