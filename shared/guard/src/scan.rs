//! Looks at a text in every view that it calls for.

use chat::bytes::is_ascii;

use crate::finding::{Finding, MODEL, Reason};
use crate::fold::fold;
use crate::model::{CHUNK, Model, Scorer};
use crate::rules::literals::Found;
use crate::rules::{self, Cues, Matcher, Rule};
use crate::token::{Token, tokens};
use crate::view::View;
use crate::views::{self, Survey};

/// How often a view may be made of a view.
const DEPTH: u8 = 3;
/// How much text all views of a text may hold together, in multiples of its length; and some for short ones.
const GROWTH: usize = 6;
const ALLOWANCE: usize = 4096;
/// The lowest score that is asked about, by default: 0.3.
const LOWEST: f32 = -0.85;

/// Rules and model, ready to look at texts. Holds memory that is used again, so it is one per thread.
#[derive(Debug)]
pub struct Scanner {
    matcher: Matcher,
    scorer: Scorer,
    /// The tokens at hand.
    chunk: Box<[Token; CHUNK]>,
    /// Weights of the rules met, by window.
    met: Vec<(usize, &'static Rule)>,
}

/// What one view showed.
struct Look {
    log_odds: f32,
    by_model: bool,
    cues: Cues,
    survey: Survey,
}

impl Scanner {
    /// A scanner with the rules that `enabled` wants.
    pub fn new(model: Model, enabled: impl Fn(&Rule) -> bool) -> Scanner {
        let chunk = Box::new([Token::default(); CHUNK]);
        Scanner {
            matcher: Matcher::new(enabled),
            scorer: Scorer::new(model),
            chunk,
            met: Vec::new(),
        }
    }

    /// Looks at a text in every view that it calls for.
    pub fn scan(&mut self, text: &str) -> Finding {
        self.scan_for(text, LOWEST)
    }

    /// The same, where nobody asks about scores below `lowest`, in log-odds: far below it they are rough.
    pub fn scan_for(&mut self, text: &str, lowest: f32) -> Finding {
        self.scorer.asked_about(lowest);
        self.scanned(text)
    }

    fn scanned(&mut self, text: &str) -> Finding {
        let mut finding = Finding { log_odds: f32::MIN, reasons: Vec::new() };
        let mut budget = text.len() * GROWTH + ALLOWANCE;
        if is_ascii(text.as_bytes()) {
            self.view(text, View::Plain, DEPTH, &mut budget, &mut finding);
        } else {
            self.folded(text, View::Folded, DEPTH, &mut budget, &mut finding);
        }
        finding.reasons.sort_unstable();
        finding.reasons.dedup();
        finding
    }

    fn folded(
        &mut self,
        text: &str,
        view: View,
        depth: u8,
        budget: &mut usize,
        finding: &mut Finding,
    ) {
        let folded = fold(text);
        let disguised = folded.disguised + folded.invisible > 3;
        let as_view = match (view, disguised) {
            (View::Folded, false) => View::Plain,
            (view, _) => view,
        };
        self.view(&folded.text, as_view, depth, budget, finding);
        for hidden in &folded.hidden {
            if let Some(rule) = rules::by_id("encoded-hidden") {
                finding.log_odds = finding.log_odds.max(rule.weight - 4.0);
                finding.reasons.push(Reason { rule: rule.id, view: View::Hidden });
            }
            self.derived(hidden, View::Hidden, depth, budget, finding);
        }
    }

    /// A text that was made of another.
    fn derived(
        &mut self,
        text: &str,
        view: View,
        depth: u8,
        budget: &mut usize,
        finding: &mut Finding,
    ) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let Some(rest) = budget.checked_sub(text.len()) else { return };
        *budget = rest;
        match is_ascii(text.as_bytes()) {
            true => self.view(text, view, depth, budget, finding),
            false => self.folded(text, view, depth, budget, finding),
        }
    }

    fn view(
        &mut self,
        text: &str,
        view: View,
        depth: u8,
        budget: &mut usize,
        finding: &mut Finding,
    ) {
        let look = self.look(text, view);
        if look.by_model {
            finding.reasons.push(Reason { rule: MODEL, view });
        }
        finding.reasons.extend(self.met.iter().map(|(_, rule)| Reason { rule: rule.id, view }));
        finding.log_odds = finding.log_odds.max(look.log_odds);
        if depth == 0 {
            return;
        }
        let known = |hash: u32| self.matcher.knows(hash);
        let made = views::made_of(text, view, &look.survey, look.cues, &known);
        for (view, text) in made {
            self.derived(&text, view, depth, budget, finding);
        }
    }

    /// [`Scanner::scan`], with letters asked of every window whose words and rules score in this range.
    #[cfg(feature = "lab")]
    pub fn scan_in(&mut self, text: &str, doubt: std::ops::Range<f32>) -> Finding {
        self.scorer.doubt(doubt);
        self.scanned(text)
    }

    /// What the rules weigh in each window of [`crate::model::windows`], for training.
    #[cfg(feature = "lab")]
    pub fn rule_weights(&mut self, text: &str) -> Vec<f32> {
        self.look(&fold(text).text, View::Plain);
        let count = self.scorer.windows();
        let rules = |index| self.met.iter().filter(move |(at, _)| *at == index || *at == index + 1);
        (0..count).map(|index| sum_of(rules(index).map(|(_, rule)| *rule))).collect()
    }

    /// The views that a text calls for, apart from the first, and what it is in them, for training.
    #[cfg(feature = "lab")]
    pub fn views_of(&mut self, text: &str) -> Vec<(View, String)> {
        let text = fold(text).text;
        let look = self.look(&text, View::Plain);
        let known = |hash: u32| self.matcher.knows(hash);
        views::made_of(&text, View::Plain, &look.survey, look.cues, &known)
    }

    /// One walk over the tokens.
    fn look(&mut self, text: &str, view: View) -> Look {
        let Scanner { matcher, scorer, chunk, met } = self;
        matcher.begin();
        scorer.begin(view);
        met.clear();
        let mut survey = Survey::new();
        let mut read = |scorer: &mut Scorer, tokens: &[Token]| {
            scorer.read(tokens);
            survey.read(text, tokens);
            let window = scorer.window();
            matcher.read(text, tokens, |rule| note(met, window, rule));
        };
        let mut count = 0;
        tokens(text, |token| {
            if count == CHUNK {
                read(scorer, chunk.as_slice());
                scorer.go_on(token.start);
                count = 0;
            }
            chunk.get_mut(count).into_iter().for_each(|place| *place = token);
            count += 1;
        });
        read(scorer, chunk.get(..count).unwrap_or_default());
        let flood = survey.is_flooded().then_some("encoded-flood");
        let ends = matcher.finish().map(Found::rule).into_iter().chain(flood);
        ends.filter_map(rules::by_id).for_each(|rule| note(met, scorer.window(), rule));
        let (mut log_odds, mut by_model) = (f32::MIN, false);
        let rules = |window| {
            let rules = met.iter().filter(|(at, _)| *at == window || *at == window + 1);
            sum_of(rules.map(|(_, rule)| *rule))
        };
        let shuffled = matcher.cues().are_shuffled();
        scorer.end(text, shuffled, rules, |by_itself, with_rules| {
            by_model |= by_itself >= 0.0;
            log_odds = log_odds.max(with_rules);
        });
        Look { log_odds, by_model, cues: matcher.cues(), survey }
    }
}

/// Each rule counts once in a window.
fn note(met: &mut Vec<(usize, &'static Rule)>, window: usize, rule: &'static Rule) {
    if !met.iter().rev().any(|(at, one)| *at == window && std::ptr::eq(*one, rule)) {
        met.push((window, rule));
    }
}

/// What rules weigh together: of each pack the heaviest, so that saying one thing in many ways counts once.
fn sum_of(rules: impl Iterator<Item = &'static Rule>) -> f32 {
    let mut heaviest = [0.0f32; 7];
    for rule in rules {
        if let Some(most) = heaviest.get_mut(rule.pack as usize) {
            *most = most.max(rule.weight);
        }
    }
    heaviest.iter().sum()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_long_text_is_as_many_windows_as_it_has_halves_less_one() {
        let mut scanner = Scanner::new(Model::neutral(), |_| true);
        for (words, windows) in [(0, 1), (128, 1), (129, 1), (257, 2), (640, 4)] {
            scanner.look(&"word ".repeat(words), View::Plain);
            assert_eq!(scanner.scorer.windows(), windows, "{words}");
        }
    }
}
