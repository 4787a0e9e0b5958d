//! Trains the prompt guard's model, and reports on it by cross-validation.
//!
//! Nearly equal texts, and texts of one template, stay together: no fold is tested on what it learnt. What is
//! reported is the whole guard (views, rules, model) with the model of a fold that did not see the text.

mod calibrate;
mod data;
mod learn;
mod prepare;
mod random;
mod report;
mod synthetic;

use std::path::Path;

use calibrate::Calibration;
use data::{Label, Row};
use guard::disguise::DISGUISES;
use guard::model::Model;
use guard::scan::Scanner;
use guard::view::View;
use learn::{Example, Plane, learn};
use prepare::{Prepared, VIEWS};
use report::Report;

/// Parts of the cross-validation.
const FOLDS: usize = 5;
/// The price of an error: the inverse of the regularisation.
const COST: f32 = 0.6;
/// Sources that are not learnt from: BIPIA's attacks are harmless orders that only their place in a document
/// makes attacks.
const NOT_LEARNT: [&str; 1] = ["bipia_instructions"];

/// Trains on `file` and our own templates; writes weights and report below `root`.
pub(crate) fn run(root: &Path, file: &Path) -> std::io::Result<()> {
    let rows = rows(file)?;
    let prepared = prepare::all(&rows);
    let planes = folds(&rows, &prepared, |row| row.group);
    let calibration = Calibration::fit(&rows, &prepared, |row| &planes[fold(rows[row].group)]);

    let mut report = Report::new(rows.len());
    // Letters are asked near the threshold only, so that is chosen first, with letters asked everywhere.
    for (at, plane) in planes.iter().enumerate() {
        let mut guard = Scanner::new(Model::quantised(&plane.weights(&calibration, 0.0)), |_| true);
        for (index, row) in rows.iter().enumerate().filter(|(_, row)| fold(row.group) == at) {
            report.whole[index] = guard.scan_in(&row.text, f32::MIN..f32::MAX).log_odds;
        }
    }
    let threshold = report.choose_thresholds(&rows);
    for (at, plane) in planes.iter().enumerate() {
        let model = Model::quantised(&plane.weights(&calibration, threshold));
        let mut alone = Scanner::new(model.clone(), |_| false);
        let mut guard = Scanner::new(model, |_| true);
        for (index, row) in rows.iter().enumerate().filter(|(_, row)| fold(row.group) == at) {
            report.alone[index] = alone.scan(&row.text).log_odds;
            report.whole[index] = guard.scan(&row.text).log_odds;
            if row.label == Label::Attack {
                let worn = DISGUISES.iter().map(|disguise| (disguise.wear)(&row.text));
                report.disguised[index] = worn.map(|text| guard.scan(&text).log_odds).collect();
            }
        }
    }
    let planes = folds(&rows, &prepared, |row| row.family);
    for (at, plane) in planes.iter().enumerate() {
        let model = Model::quantised(&plane.weights(&calibration, threshold));
        let mut guard = Scanner::new(model, |_| true);
        let ours = |row: &Row| row.family != row.group && fold(row.family) == at;
        for (index, row) in rows.iter().enumerate().filter(|(_, row)| ours(row)) {
            report.unseen[index] = Some(guard.scan(&row.text).log_odds);
        }
    }
    let all: Vec<usize> = (0..rows.len()).collect();
    let plane = plane(&rows, &prepared, &all);
    let model = Model::quantised(&plane.weights(&calibration, threshold));
    let folder = root.join("shared/guard/weights");
    std::fs::write(folder.join("guard.bin"), model.to_bytes())?;
    let meets_a_rule = |row: usize| prepared[row].rules.iter().any(|weight| *weight > 0.0);
    let page = report.page(&rows, &calibration, &model, &meets_a_rule);
    std::fs::write(folder.join("README.md"), page)
}

/// The data, our own templates, and documents with our own attacks in them.
fn rows(file: &Path) -> std::io::Result<Vec<Row>> {
    let mut rows = data::load(file)?;
    data::group(&mut rows);
    rows.extend(synthetic::rows(rows.len()));
    let injected = synthetic::injected(&rows, fold);
    rows.extend(injected);
    Ok(rows)
}

fn fold(group: usize) -> usize {
    random::Random::new(group as u64).below(FOLDS)
}

/// For each fold what was learnt from all others.
fn folds(rows: &[Row], prepared: &[Prepared], group: impl Fn(&Row) -> usize) -> Vec<Plane> {
    let rest = |at: usize| {
        (0..rows.len()).filter(|row| fold(group(&rows[*row])) != at).collect::<Vec<_>>()
    };
    (0..FOLDS).map(|at| plane(rows, prepared, &rest(at))).collect()
}

/// Learns in rounds: which windows of an attack are the attack is not known, so it is first all, then those
/// that the last round found.
fn plane(rows: &[Row], prepared: &[Prepared], train: &[usize]) -> Plane {
    let mut plane = None;
    for _ in 0..3 {
        let mut examples = Vec::new();
        for row in train.iter().filter(|row| !NOT_LEARNT.contains(&rows[**row].source.as_str())) {
            add(&prepared[*row], rows[*row].label, *row, plane.as_ref(), &mut examples);
        }
        examples.retain(|example| example.cost > 0.0);
        plane = Some(learn(&examples));
    }
    plane.expect("a round")
}

/// The examples that a row gives.
fn add<'a>(
    one: &'a Prepared,
    label: Label,
    row: usize,
    plane: Option<&Plane>,
    examples: &mut Vec<Example<'a>>,
) {
    let attack = label == Label::Attack;
    let shares = shares(&one.windows, attack, plane);
    for (at, features) in one.windows.iter().enumerate() {
        let cost = one.cost * shares[at] * COST;
        let view = View::Plain;
        let offset = one.offsets[at];
        let plain = Example { features, letters: true, view, offset, attack, cost };
        // Some without letters, so that words learn to do alone.
        if row.is_multiple_of(2) {
            examples.push(Example { letters: false, ..plain.clone() });
        }
        // Some as if they had been found in a view, so that the model learns what a view tells. Nobody shuffles
        // letters to ask an honest question.
        if row.is_multiple_of(3) {
            let view = VIEWS[row / 3 % VIEWS.len()];
            let letters = view != View::Shuffled;
            let share = match (attack, letters) {
                (true, true) => 0.5,
                (true, false) => 2.0,
                (false, true) => 0.25,
                (false, false) => 0.05,
            };
            examples.push(Example { view, letters, cost: cost * share, ..plain.clone() });
        }
        examples.push(plain);
    }
    for (view, windows) in &one.views {
        let cost = one.cost * COST / (windows.len() as f32).sqrt();
        examples.extend(windows.iter().map(|features| Example {
            features,
            letters: true,
            view: *view,
            offset: 0.0,
            attack,
            cost,
        }));
    }
}

/// How much each window of a text counts.
fn shares(windows: &[Vec<u32>], attack: bool, plane: Option<&Plane>) -> Vec<f32> {
    let count = windows.len();
    match (attack, plane) {
        (false, _) => vec![1.0 / (count as f32).sqrt(); count],
        (true, None) => vec![1.0 / count as f32; count],
        (true, Some(plane)) => {
            let scores: Vec<f32> = windows.iter().map(|window| plane.score(window)).collect();
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
