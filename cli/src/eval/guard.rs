//! `tollgate eval guard`: what the prompt guard catches, and what it catches wrongly.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use chat::Scope;
use guard::config::Action;
use guard::disguise::DISGUISES;
use guard::policy::Policy;
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    label: Label,
    #[serde(default)]
    source: String,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Label {
    Attack,
    Benign,
}

/// What happened to the texts of one source.
#[derive(Default)]
struct Tally {
    texts: usize,
    found: usize,
    bytes: usize,
    spent: Duration,
}

type Tallies<'a> = BTreeMap<(Label, &'a str), Tally>;

pub(super) fn run(data: &str, config: Option<&Path>) -> io::Result<()> {
    let policy = crate::guard::policy(config)?;
    let mut rows: Vec<Row> = Vec::new();
    for (index, line) in data.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let row = serde_json::from_str(line)
            .map_err(|error| io::Error::other(format!("line {}: {error}", index + 1)))?;
        rows.push(row);
    }
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "| source | label | texts | found | rate | µs/KB |\n| --- | --- | --- | --- | --- | --- |"
    )?;
    for ((label, source), tally) in tallies(&policy, &rows, |text| text.to_owned()) {
        let label = if label == Label::Attack { "attack" } else { "benign" };
        let Tally { texts, found, .. } = tally;
        let micros = tally.spent.as_secs_f64() * 1e6 * 1024.0 / tally.bytes.max(1) as f64;
        let rate = tally.rate();
        writeln!(out, "| {source} | {label} | {texts} | {found} | {rate:.1} % | {micros:.1} |")?;
    }
    let attacks: Vec<Row> = rows.into_iter().filter(|row| row.label == Label::Attack).collect();
    if attacks.is_empty() {
        return out.flush();
    }
    let plain = tallies(&policy, &attacks, |text| text.to_owned());
    write!(out, "\nThe attacks in disguise, and what it changes:\n\n| disguise |")?;
    plain.keys().try_for_each(|(_, source)| write!(out, " {source} |"))?;
    write!(out, "\n| --- |")?;
    plain.keys().try_for_each(|_| write!(out, " --- |"))?;
    writeln!(out)?;
    for disguise in DISGUISES {
        write!(out, "| {} |", disguise.name)?;
        for (key, tally) in tallies(&policy, &attacks, disguise.wear) {
            let change = tally.rate() - plain.get(&key).map_or(0.0, Tally::rate);
            write!(out, " {:.1} % ({change:+.1}) |", tally.rate())?;
        }
        writeln!(out)?;
    }
    out.flush()
}

fn tallies<'a>(policy: &Policy, rows: &'a [Row], wear: impl Fn(&str) -> String) -> Tallies<'a> {
    let mut tallies = Tallies::new();
    for row in rows {
        let text = wear(&row.text);
        let tally = tallies.entry((row.label, row.source.as_str())).or_default();
        #[expect(clippy::disallowed_methods, reason = "a stopwatch for a report")]
        let begun = Instant::now();
        let judgement = policy.judge(&text, Scope::User);
        tally.spent += begun.elapsed();
        tally.texts += 1;
        tally.bytes += text.len();
        tally.found += usize::from(judgement.action > Some(Action::Report));
    }
    tallies
}

impl Tally {
    /// The share of texts in which something was found, in percent.
    fn rate(&self) -> f64 {
        100.0 * self.found as f64 / self.texts.max(1) as f64
    }
}
