//! `tollgate eval tokens`: how far counts are off what providers said.

use std::collections::BTreeMap;
use std::io::{self, Write};

use chat::json::{self, Value};
use tokens::Counter;

use crate::count;

/// What came out for one model.
#[derive(Default)]
struct Tally {
    rows: u64,
    estimated: bool,
    said: u64,
    counted: u64,
    /// What each count was off, as a share of what the provider said: their sum without signs, and with them.
    off: f64,
    leaning: f64,
}

pub(super) fn run(data: &str) -> io::Result<()> {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for (number, line) in (1..).zip(data.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let told =
            |error: &dyn std::fmt::Display| io::Error::other(format!("line {number}: {error}"));
        let row = json::parse_str(line).map_err(|error| told(&error))?;
        let model = row.get("model").and_then(Value::as_str).ok_or_else(|| told(&"no `model`"))?;
        let said = row.get("tokens").and_then(Value::as_u64).filter(|said| *said > 0);
        let said = said.ok_or_else(|| told(&"`tokens` must be a number greater than 0"))?;
        let counter = Counter::of_model(model);
        let counted = match (row.get("text").and_then(Value::as_str), row.get("request")) {
            (Some(text), _) => counter.texts([text]),
            (None, Some(request)) => {
                counter.request(&count::guess(request).map_err(|error| told(&error))?)
            }
            (None, None) => return Err(told(&"neither `text` nor `request`")),
        };
        let tally = tallies.entry(model.to_owned()).or_default();
        let off = counted.count as f64 / said as f64 - 1.0;
        tally.rows += 1;
        tally.estimated |= counted.estimated;
        tally.said += said;
        tally.counted += counted.count;
        tally.off += off.abs();
        tally.leaning += off;
    }
    let mut out = io::stdout().lock();
    writeln!(out, "| model | rows | counted | mean error | leaning | `estimate_percent` |")?;
    writeln!(out, "| --- | --- | --- | --- | --- | --- |")?;
    for (model, tally) in &tallies {
        let Tally { rows, estimated, .. } = tally;
        let how = if *estimated { "by an estimate" } else { "exactly" };
        let mean = |sum: f64| 100.0 * sum / *rows as f64;
        let (off, leaning) = (mean(tally.off), mean(tally.leaning));
        // An exact count has nothing to be put right.
        let factor = match tally.counted {
            1.. if *estimated => {
                (100.0 * tally.said as f64 / tally.counted as f64).round().to_string()
            }
            _ => String::new(),
        };
        writeln!(out, "| {model} | {rows} | {how} | {off:.1} % | {leaning:+.1} % | {factor} |")?;
    }
    out.flush()
}
