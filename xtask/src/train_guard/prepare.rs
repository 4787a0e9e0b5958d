//! Rows, ready to be learnt from.

use std::collections::BTreeMap;

use guard::model::{Model, windows};
use guard::scan::Scanner;
use guard::view::View;

use super::calibrate::RULES_TO_SCORE;
use super::data::{Label, Row};

/// Sources that count more than their number, because they are few.
const RARE: [(&str, f32); 2] = [("cse_pi_direct", 3.0), ("cse_pi_indirect", 3.0)];

/// The views that a text may be read in, apart from the first.
pub(super) const VIEWS: [View; View::COUNT - 1] = [
    View::Folded,
    View::Hidden,
    View::Escapes,
    View::Encoded,
    View::Rot13,
    View::Reversed,
    View::Leet,
    View::Spaced,
    View::Markup,
    View::Joined,
    View::Shuffled,
];

/// One row, ready to be learnt from.
pub(super) struct Prepared {
    /// The features of its windows.
    pub(super) windows: Vec<Vec<u32>>,
    /// What the rules weigh in each of them.
    pub(super) rules: Vec<f32>,
    /// What rules add to the score of each while it is learnt.
    pub(super) offsets: Vec<f32>,
    /// The views that a harmless text calls for, and its windows in them.
    pub(super) views: Vec<(View, Vec<Vec<u32>>)>,
    /// How much it counts.
    pub(super) cost: f32,
}

pub(super) fn all(rows: &[Row]) -> Vec<Prepared> {
    let mut sizes = BTreeMap::<usize, f32>::new();
    rows.iter().for_each(|row| *sizes.entry(row.group).or_default() += 1.0);
    let mut scanner = Scanner::new(Model::neutral(), |_| true);
    let prepare = |row: &Row| {
        let benign = row.label == Label::Benign;
        let rules = scanner.rule_weights(&row.text);
        // Harmless texts are to outweigh the rules they meet; attacks are to be known without any.
        let share = if benign { RULES_TO_SCORE } else { 0.0 };
        let views = if benign { scanner.views_of(&row.text) } else { Vec::new() };
        let rare = RARE.iter().find(|(source, _)| *source == row.source);
        Prepared {
            windows: windows(&row.text),
            offsets: rules.iter().map(|weight| weight * share).collect(),
            rules,
            views: views.into_iter().map(|(view, text)| (view, windows(&text))).collect(),
            cost: rare.map_or(1.0, |(_, times)| *times) / sizes[&row.group].sqrt(),
        }
    };
    rows.iter().map(prepare).collect()
}
