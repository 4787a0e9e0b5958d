//! What the score of the plane and the weights of rules say together: a logistic regression over the scores of
//! planes that did not see the text.

use super::data::{Label, Row};
use super::learn::Plane;
use super::prepare::Prepared;

/// What a rule adds to a score while the plane is learnt; about what the regression finds.
pub(super) const RULES_TO_SCORE: f32 = 0.2;
/// Steps of the descent, and their length.
const STEPS: usize = 4_000;
const RATE: f32 = 0.5;

/// How scores become log-odds.
pub(super) struct Calibration {
    /// Log-odds in one unit of the plane's score.
    pub(super) slope: f32,
    /// Log-odds in one unit of a rule's weight.
    pub(super) rules: f32,
}

impl Calibration {
    pub(super) fn fit<'a>(
        rows: &[Row],
        prepared: &[Prepared],
        plane: impl Fn(usize) -> &'a Plane,
    ) -> Calibration {
        let mut points = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            if super::NOT_LEARNT.contains(&row.source.as_str()) {
                continue;
            }
            let one = &prepared[index];
            let scores = one.windows.iter().map(|window| plane(index).score(window));
            let all = scores.zip(&one.rules);
            let worst = all.max_by(|(a, one), (b, other)| {
                (a + *one * RULES_TO_SCORE).total_cmp(&(b + *other * RULES_TO_SCORE))
            });
            let attack = if row.label == Label::Attack { 1.0 } else { 0.0 };
            points.extend(worst.map(|(score, rules)| (score, *rules, attack, one.cost)));
        }
        let all: f32 = points.iter().map(|(_, _, _, cost)| cost).sum();
        let (mut slope, mut rules, mut bias) = (3.0f32, 0.6f32, 0.0f32);
        for _ in 0..STEPS {
            let mut step = (0.0, 0.0, 0.0);
            for (score, weight, attack, cost) in &points {
                let log_odds = slope * score + rules * weight + bias;
                let wrong = cost / all * (attack - 1.0 / (1.0 + (-log_odds).exp()));
                step = (step.0 + wrong * score, step.1 + wrong * weight, step.2 + wrong);
            }
            slope += RATE * step.0;
            rules += RATE * step.1;
            bias += RATE * step.2;
        }
        Calibration { slope, rules }
    }
}
