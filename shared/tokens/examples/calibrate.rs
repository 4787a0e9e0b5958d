//! What estimates are worth, and the weights that fit best: one `{"family": …, "text": …, "tokens": N}` a line on
//! standard input, `tokens` as counted by the model's own tokenizer. Every other text is fitted to, the rest measures.
//!
//! `cargo run -p tokens --example calibrate < counts.jsonl`

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a tool for those who work on the estimates"
)]

use std::collections::BTreeMap;
use std::io::BufRead;

use chat::json::{self, Value};
use tokens::{Counter, Encoding, FAMILIES};

/// `o200k_base` tokens by script, exactly and roughly, and the tokens that the model's own tokenizer counts.
struct Row {
    scripts: [f64; 4],
    rough: [f64; 4],
    text: String,
    tokens: f64,
}

fn main() {
    let encoding = Encoding::by_name("o200k_base").expect("the default features have it");
    let mut families: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for line in std::io::stdin().lock().lines() {
        let value = json::parse_str(&line.expect("text")).expect("JSON");
        let field = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let text = field("text").expect("`text`");
        let row = Row {
            scripts: encoding.count_by_script(&text).map(|count| count as f64),
            rough: encodings::rough(&text).map(|count| count as f64),
            tokens: value.get("tokens").and_then(Value::as_f64).expect("`tokens`"),
            text,
        };
        families.entry(field("family").expect("`family`")).or_default().push(row);
    }
    for (name, rows) in &families {
        let (fitted, measured): (Vec<_>, Vec<_>) =
            rows.iter().enumerate().partition(|(at, _)| at % 2 == 0);
        let weights = fit(fitted.iter().map(|(_, row)| (row.scripts, row.tokens)));
        let rough_weights = fit(fitted.iter().map(|(_, row)| (row.rough, row.tokens)));
        let measured: Vec<&Row> = measured.into_iter().map(|(_, row)| row).collect();
        let by = |weights: [f64; 4]| {
            error(&measured, |row| row.scripts.iter().zip(weights).map(|(c, w)| c * w).sum())
        };
        let shown = |weights: [f64; 4]| weights.map(|weight| (weight * 100.0).round());
        println!("{name}: {} texts", rows.len());
        println!("  best weights {:?}, error {}", shown(weights), by(weights));
        println!("  best weights of rough counts {:?}", shown(rough_weights));
        let Some(family) = FAMILIES.iter().find(|family| family.name == name) else { continue };
        let counter = Counter::estimate(family);
        for (what, counter) in [("as built in", counter), ("rough", counter.rough())] {
            let error = error(&measured, |row| counter.text(&row.text) as f64);
            println!("  {what}: error {error}");
        }
    }
}

/// The mean of what an estimate is off, and the mean of that with its sign, in percent.
fn error(rows: &[&Row], estimate: impl Fn(&Row) -> f64) -> String {
    let off: Vec<f64> = rows.iter().map(|row| estimate(row) / row.tokens - 1.0).collect();
    let mean = |of: &dyn Fn(&f64) -> f64| off.iter().map(of).sum::<f64>() / off.len() as f64;
    format!("{:.1} % ({:+.1} %)", 100.0 * mean(&|off| off.abs()), 100.0 * mean(&|off| *off))
}

/// Least squares of relative errors: the normal equations, by elimination.
fn fit(rows: impl Iterator<Item = ([f64; 4], f64)>) -> [f64; 4] {
    let mut matrix = [[0.0; 5]; 4];
    for (counts, tokens) in rows {
        for (a, line) in matrix.iter_mut().enumerate() {
            for (b, count) in counts.iter().enumerate() {
                line[b] += counts[a] * count / (tokens * tokens);
            }
            line[4] += counts[a] / tokens;
        }
    }
    for at in 0..4 {
        // A script that no text has weighs nothing.
        let pivot = matrix[at];
        if pivot[at].abs() < 1e-9 {
            continue;
        }
        for (line, row) in matrix.iter_mut().enumerate() {
            let factor = if line == at { 0.0 } else { row[at] / pivot[at] };
            for (cell, other) in row.iter_mut().zip(pivot) {
                *cell -= factor * other;
            }
        }
    }
    let mut weights = [0.0; 4];
    for (at, weight) in weights.iter_mut().enumerate() {
        *weight = if matrix[at][at].abs() < 1e-9 { 0.0 } else { matrix[at][4] / matrix[at][at] };
    }
    weights
}
