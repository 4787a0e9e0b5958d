//! Trains the prompt guard's model, and reports on it by cross-validation.
//!
//! Nearly equal texts, and texts of one template, stay together: no fold is tested on what it learnt. What is
//! reported is the whole guard (views, rules, model) with the model of a fold that did not see the text.

mod data;
mod learn;
mod random;
mod report;
mod synthetic;
mod templates;

use std::collections::BTreeMap;
use std::path::Path;

use data::{Label, Row};
use guard::disguise::DISGUISES;
use guard::model::{Model, windows};
use guard::scan::Scanner;
use learn::{Example, Plane, learn};
use report::Report;

/// Parts of the cross-validation.
const FOLDS: usize = 5;
/// Log-odds in one unit of the plane's score.
const SLOPE: f32 = 5.0;
/// The price of an error: the inverse of the regularisation.
const COST: f32 = 2.0;
/// Sources that are not learnt from: BIPIA's attacks are harmless orders that only their place in a document
/// makes attacks.
const NOT_LEARNT: [&str; 1] = ["bipia_instructions"];
/// Sources that count more than their number, because they are few.
const RARE: [(&str, f32); 2] = [("cse_pi_direct", 3.0), ("cse_pi_indirect", 3.0)];

/// One row, ready to be learnt from: its windows, and what rules add to each.
struct Prepared {
    windows: Vec<Vec<u32>>,
    offsets: Vec<f32>,
    cost: f32,
}

/// Trains on `file` and our own templates; writes weights and report below `root`.
pub(crate) fn run(root: &Path, file: &Path) -> std::io::Result<()> {
    let mut rows = data::load(file)?;
    data::group(&mut rows);
    rows.extend(synthetic::rows(rows.len()));
    let prepared = prepare(&rows);

    let mut report = Report::new(rows.len());
    for fold in 0..FOLDS {
        let (test, train): (Vec<usize>, Vec<usize>) =
            (0..rows.len()).partition(|row| fold_of(&rows[*row]) == fold);
        let model = plane(&rows, &prepared, &train).model(SLOPE, 0.0);
        let mut alone = Scanner::new(model.clone(), |_| false);
        let mut guard = Scanner::new(model, |_| true);
        for row in test {
            let text = &rows[row].text;
            report.alone[row] = alone.scan(text).log_odds;
            report.whole[row] = guard.scan(text).log_odds;
            if rows[row].label == Label::Attack {
                let worn = |disguise: &guard::disguise::Disguise| (disguise.wear)(text);
                report.disguised[row] =
                    DISGUISES.iter().map(|disguise| guard.scan(&worn(disguise)).log_odds).collect();
            }
        }
    }
    let threshold = report.threshold(&rows);
    let all: Vec<usize> = (0..rows.len()).collect();
    let model = plane(&rows, &prepared, &all).model(SLOPE, threshold / SLOPE);
    let folder = root.join("shared/guard/weights");
    std::fs::write(folder.join("guard.bin"), model.to_bytes())?;
    std::fs::write(folder.join("README.md"), report.page(&rows, threshold, &model))
}

fn fold_of(row: &Row) -> usize {
    random::Random::new(row.group as u64).below(FOLDS)
}

fn prepare(rows: &[Row]) -> Vec<Prepared> {
    let mut sizes = BTreeMap::<usize, f32>::new();
    rows.iter().for_each(|row| *sizes.entry(row.group).or_default() += 1.0);
    let mut rules = Scanner::new(Model::quantised(&[], 0.0), |_| true);
    let prepare = |row: &Row| {
        // Harmless texts are to outweigh the rules they meet; attacks are to be known without any.
        let share = if row.label == Label::Benign { 1.0 / SLOPE } else { 0.0 };
        let rare = RARE.iter().find(|(source, _)| *source == row.source);
        Prepared {
            windows: windows(&row.text),
            offsets: rules.rule_weights(&row.text).iter().map(|weight| weight * share).collect(),
            cost: COST * rare.map_or(1.0, |(_, times)| *times) / sizes[&row.group].sqrt(),
        }
    };
    rows.iter().map(prepare).collect()
}

/// Learns in rounds: which windows of an attack are the attack is not known, so it is first all, then those
/// that the last round found.
fn plane(rows: &[Row], prepared: &[Prepared], train: &[usize]) -> Plane {
    let mut plane = None;
    for _ in 0..3 {
        let mut examples = Vec::new();
        for row in train.iter().filter(|row| !NOT_LEARNT.contains(&rows[**row].source.as_str())) {
            let one = &prepared[*row];
            let attack = rows[*row].label == Label::Attack;
            for (at, share) in shares(one, attack, plane.as_ref()).into_iter().enumerate() {
                examples.push(Example {
                    features: &one.windows[at],
                    offset: one.offsets[at],
                    attack,
                    cost: one.cost * share,
                });
            }
        }
        examples.retain(|example| example.cost > 0.0);
        plane = Some(learn(&examples));
    }
    plane.expect("a round")
}

/// How much each window of a text counts.
fn shares(one: &Prepared, attack: bool, plane: Option<&Plane>) -> Vec<f32> {
    let count = one.windows.len();
    match (attack, plane) {
        (false, _) => vec![1.0 / (count as f32).sqrt(); count],
        (true, None) => vec![1.0 / count as f32; count],
        (true, Some(plane)) => {
            let scores: Vec<f32> = one.windows.iter().map(|window| plane.score(window)).collect();
            let top = scores.iter().copied().fold(f32::MIN, f32::max);
            let share = |score: &f32| match *score {
                score if score == top => 1.0,
                score if score > 0.0 => 0.3,
                _ => 0.0,
            };
            scores.iter().map(share).collect()
        }
    }
}
