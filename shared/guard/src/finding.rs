//! What was found in a text.

use crate::view::View;

/// Why a text was found suspicious: a rule and the view it was met in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason {
    /// The rule's name; `model` for the model.
    pub rule: &'static str,
    /// The view.
    pub view: View,
}

/// What was found in a text: how suspicious it is, and why.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Finding {
    /// Log-odds of the worst window of the worst view; 0 is undecided.
    pub log_odds: f32,
    /// Rules that were met, each once, in order of name; and the model, if it alone found an attack.
    pub reasons: Vec<Reason>,
}

impl Finding {
    /// From 0 (harmless) to 1 (an attack); 0.5 is undecided.
    pub fn score(&self) -> f32 {
        1.0 / (1.0 + (-self.log_odds).exp())
    }
}

/// The name of the model among reasons.
pub const MODEL: &str = "model";
