//! The report on a model: what cross-validation found, and what it was trained on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use guard::disguise::DISGUISES;
use guard::model::Model;

use super::calibrate::Calibration;
use super::data::{Label, Row};

/// Out-of-fold log-odds of every row.
pub(crate) struct Report {
    /// Of the model without rules.
    pub(crate) alone: Vec<f32>,
    /// Of the whole guard.
    pub(crate) whole: Vec<f32>,
    /// Of the whole guard on an attack in each disguise.
    pub(crate) disguised: Vec<Vec<f32>>,
    /// Of the whole guard with a model that saw no template of the text's family.
    pub(crate) unseen: Vec<Option<f32>>,
    /// From where on users' texts are found to be attacks.
    pub(crate) threshold: f32,
    /// From where on what tools return is.
    pub(crate) tool_threshold: f32,
}

/// The most harmless texts of a source that may be found attacks; below the 1 % that is aimed at, since other
/// texts will be a little harder.
const TOLERANCE: f32 = 0.008;
/// More of our own: texts that hold the words of attacks, and mirrors of the very attacks that are learnt.
const OWN: [(&str, f32); 2] = [("own_trigger_words", 0.01), ("own_look_alikes", 0.08)];
/// Harmless texts as tools return them.
const DOCUMENTS: [&str; 1] = ["bipia_contexts"];

type Sources<'a> = BTreeMap<(Label, &'a str), Vec<usize>>;

impl Report {
    pub(crate) fn new(rows: usize) -> Report {
        let zeros = || vec![0.0; rows];
        Report {
            alone: zeros(),
            whole: zeros(),
            disguised: vec![Vec::new(); rows],
            unseen: vec![None; rows],
            threshold: 0.0,
            tool_threshold: 0.0,
        }
    }

    /// Chooses the lowest thresholds that keep every harmless source within its tolerance. Scores count from the
    /// one that is returned from then on.
    pub(crate) fn choose_thresholds(&mut self, rows: &[Row]) -> f32 {
        (self.threshold, self.tool_threshold) = (f32::MIN, f32::MIN);
        for ((label, source), of) in sources(rows) {
            if label == Label::Benign {
                let mut scores: Vec<f32> = of.iter().map(|row| self.whole[*row]).collect();
                scores.sort_by(|one, other| other.total_cmp(one));
                let own = OWN.iter().find(|(name, _)| *name == source);
                let tolerance = own.map_or(TOLERANCE, |(_, tolerance)| *tolerance);
                let allowed = (scores.len() as f32 * tolerance) as usize;
                self.threshold = self.threshold.max(scores[allowed] + 0.01);
                if DOCUMENTS.contains(&source) {
                    self.tool_threshold = self.tool_threshold.max(scores[allowed] + 0.01);
                }
            }
        }
        self.tool_threshold -= self.threshold;
        std::mem::take(&mut self.threshold)
    }

    /// The report as a page.
    pub(crate) fn page(
        &self,
        rows: &[Row],
        calibration: &Calibration,
        model: &Model,
        meets_a_rule: &dyn Fn(usize) -> bool,
    ) -> String {
        let threshold = self.threshold;
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
        for (label, name) in [
            (Label::Attack, "own_attacks"),
            (Label::Benign, "own_look_alikes"),
            (Label::Benign, "own_trigger_words"),
        ] {
            let of = sources.get(&(label, name)).map(Vec::as_slice).unwrap_or_default();
            let families: BTreeSet<usize> = of.iter().map(|row| rows[*row].family).collect();
            let _ = writeln!(
                page,
                "\nOf {name} with no template of the same family learnt from ({} families): {}.",
                families.len(),
                share(of, |row| self.unseen[row].is_some_and(|score| score > threshold)),
            );
        }
        let _ = writeln!(
            page,
            "\nA unit of the plane is {:.2} log-odds, a rule's unit {:.2}. The threshold for tool results lies {:.2} log-odds \
             below (score {:.2}).",
            calibration.slope,
            calibration.rules,
            threshold - self.tool_threshold,
            1.0 / (1.0 + (threshold - self.tool_threshold).exp()),
        );
        for source in ["own_injected", "cse_pi_indirect", "bipia_contexts"] {
            let of: Vec<usize> =
                (0..rows.len()).filter(|row| rows[*row].source == source).collect();
            let found = share(&of, |row| self.whole[row] > self.tool_threshold);
            let _ = writeln!(page, "\n{source} at that threshold: {found}.");
        }
        page.push_str(FORMS);
        for ((_, source), of) in sources.iter().filter(|((label, _), _)| *label == Label::Attack) {
            let (met, unmet): (Vec<usize>, Vec<usize>) =
                of.iter().partition(|row| meets_a_rule(**row));
            let found = |of: &[usize]| share(of, |row| self.whole[row] > threshold);
            let _ = writeln!(
                page,
                "| {source} | {} | {} | {} | {} |",
                met.len(),
                found(&met),
                unmet.len(),
                found(&unmet)
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

const FORMS: &str = "
How much of that has a form that rules know, and what is found of it and of the rest. What of `cse_pi_direct` meets no
rule and is not found is, but for a few, a plain question by itself, in any language, or behind small talk: that it is
an attack is known only to who knows that benchmark's system prompt.

| source | meets a rule | found | meets none | found |
| --- | --- | --- | --- | --- |
";

const HEAD: &str = "# The prompt guard's model

Written by `cargo run --release -p xtask -- train-guard --data FILE`, the same every time.

## What cross-validation found

Five folds; nearly equal texts, and texts of one template, are in one fold. Shares of texts found to be attacks at the
default threshold: what is caught of attacks, what is wrongly caught of benign texts. `own_trigger_words` are harmless
texts that hold the words of attacks, `own_look_alikes` harmless texts built as the attacks of `own_attacks` are, each
template unseen by the model that judges it; `own_injected` are documents with one of `own_attacks` in the middle.
Three in ten of `cse_pi_direct` ask a plain question (\"Who composed the Magic Flute?\") that only that benchmark's
system prompt forbids. Half of these come in a telling form: a made-up exchange, a flood, a declared mode, a pretext.
The others cannot be told from anybody's question by whoever sees the text alone. The threshold is the lowest at which
of no harmless source more than 0.8 % is found, of `own_trigger_words` 1 %, of `own_look_alikes` 8 %. Two numbers that
turn scores into log-odds, and how much more is asked of short texts, are fitted to all folds together. Rules are the
same in all folds, and were written by people who knew these sources: other texts of the same kinds will be found
somewhat less.

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
