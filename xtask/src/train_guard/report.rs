//! The report on a model: what cross-validation found, and what it was trained on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use guard::disguise::DISGUISES;
use guard::model::Model;

use super::data::{Label, Row};

/// Out-of-fold log-odds of every row.
pub(crate) struct Report {
    /// Of the model without rules.
    pub(crate) alone: Vec<f32>,
    /// Of the whole guard.
    pub(crate) whole: Vec<f32>,
    /// Of the whole guard on an attack in each disguise.
    pub(crate) disguised: Vec<Vec<f32>>,
}

/// The most harmless texts of a source that may be found attacks. Our own are all made to look like attacks.
const TOLERANCE: f32 = 0.008;
const OWN_TOLERANCE: f32 = 0.02;
const OWN: &str = "own_trigger_words";

type Sources<'a> = BTreeMap<(Label, &'a str), Vec<usize>>;

impl Report {
    pub(crate) fn new(rows: usize) -> Report {
        Report { alone: vec![0.0; rows], whole: vec![0.0; rows], disguised: vec![Vec::new(); rows] }
    }

    /// The lowest threshold that keeps every harmless source within its tolerance.
    pub(crate) fn threshold(&self, rows: &[Row]) -> f32 {
        let mut threshold = f32::MIN;
        for ((label, source), of) in sources(rows) {
            if label == Label::Benign {
                let mut scores: Vec<f32> = of.iter().map(|row| self.whole[*row]).collect();
                scores.sort_by(|one, other| other.total_cmp(one));
                let tolerance = if source == OWN { OWN_TOLERANCE } else { TOLERANCE };
                let allowed = (scores.len() as f32 * tolerance) as usize;
                threshold = threshold.max(scores[allowed]);
            }
        }
        threshold + 0.01
    }

    /// The report as a page.
    pub(crate) fn page(&self, rows: &[Row], threshold: f32, model: &Model) -> String {
        let sources = sources(rows);
        let mut page = HEAD.to_owned();
        page.push_str("| source | label | texts | groups | model alone | whole guard |\n| --- | --- | --- | --- | --- | --- |\n");
        for ((label, source), of) in &sources {
            let groups: BTreeSet<usize> = of.iter().map(|row| rows[*row].group).collect();
            let label = if *label == Label::Attack { "attack" } else { "benign" };
            let _ = writeln!(
                page,
                "| {source} | {label} | {} | {} | {} | {} |",
                of.len(),
                groups.len(),
                share(of, |row| self.alone[row] > threshold),
                share(of, |row| self.whole[row] > threshold)
            );
        }
        page.push_str("\nThe same attacks, disguised:\n\n| disguise |");
        let attacks: Vec<_> =
            sources.iter().filter(|((label, _), _)| *label == Label::Attack).collect();
        attacks.iter().for_each(|((_, source), _)| page.push_str(&format!(" {source} |")));
        page.push_str("\n| --- |");
        attacks.iter().for_each(|_| page.push_str(" --- |"));
        page.push('\n');
        for (at, disguise) in DISGUISES.iter().enumerate() {
            let _ = write!(page, "| {} |", disguise.name);
            for (_, of) in &attacks {
                let _ = write!(page, " {} |", share(of, |row| self.disguised[row][at] > threshold));
            }
            page.push('\n');
        }
        page.push_str("\n## Trained on\n\n| source | licence |\n| --- | --- |\n");
        let licences: BTreeSet<(&str, &str)> =
            rows.iter().map(|row| (row.source.as_str(), row.licence.as_str())).collect();
        licences
            .iter()
            .for_each(|(source, licence)| page.push_str(&format!("| {source} | {licence} |\n")));
        let _ = writeln!(
            page,
            "\nNo text of these is in this repository; `own_…` are templates in `xtask/src/train_guard`. \
             `bipia_instructions`\nare tested and not learnt from. The file of weights has {} bytes.",
            model.to_bytes().len()
        );
        page
    }
}

const HEAD: &str = "# The prompt guard's model

Written by `cargo run --release -p xtask -- train-guard --data FILE`, the same every time.

## What cross-validation found

Five folds; nearly equal texts, and texts of one template, are in one fold. Shares of texts found to be attacks at the
default threshold: what is caught of attacks, what is wrongly caught of benign texts. `own_trigger_words` are harmless
texts that were written to look like attacks, each template unseen by the model that judges it.

";

fn sources(rows: &[Row]) -> Sources<'_> {
    let mut sources = Sources::new();
    for (index, row) in rows.iter().enumerate() {
        sources.entry((row.label, row.source.as_str())).or_default().push(index);
    }
    sources
}

fn share(of: &[usize], found: impl Fn(usize) -> bool) -> String {
    let count = of.iter().filter(|row| found(**row)).count();
    format!("{:.1} %", 100.0 * count as f32 / of.len().max(1) as f32)
}
