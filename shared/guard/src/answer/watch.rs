//! One answer, looked at whole or piece by piece.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Checks;
use super::leak::Shingles;
use crate::policy::Judgement;
use crate::view::View;

/// The memory of one answer.
#[derive(Debug)]
pub(crate) struct Watch {
    checks: Rc<Checks>,
    /// Tokens that must not come back, bare.
    canaries: Vec<String>,
    shingles: Option<Shingles>,
    strands: BTreeMap<usize, Strand>,
}

/// A text that comes in pieces.
#[derive(Debug, Default)]
struct Strand {
    /// What was let go, its end only.
    said: String,
    /// What is not yet let go.
    held: String,
    /// How much of it was not looked at.
    fresh: usize,
}

/// How often a growing text is looked at, at most, if nothing is held back.
const STEP: usize = 128;

impl Watch {
    pub(crate) fn new(checks: &Rc<Checks>) -> Watch {
        let tokens = checks.canary.iter().flat_map(|canary| &canary.tokens);
        let leak = checks.leak.as_ref();
        Watch {
            canaries: tokens.map(|token| bare(token)).collect(),
            shingles: leak.map(|leak| Shingles::new(leak.shingle_words, leak.max_shingles)),
            checks: Rc::clone(checks),
            strands: BTreeMap::new(),
        }
    }

    /// A token that was planted into this request.
    pub(crate) fn planted(&mut self, token: &str) {
        self.canaries.push(bare(token));
    }

    /// A text of the system prompt.
    pub(crate) fn learn(&mut self, text: &str) {
        if let Some(shingles) = &mut self.shingles {
            shingles.learn(text);
        }
    }

    /// Judges a whole text of an answer.
    pub(crate) fn whole(&mut self, text: &str) -> Judgement {
        let mut judgement = self.checks.judge(text);
        if !self.canaries.is_empty() {
            let letters = bare(text);
            if self.canaries.iter().any(|token| letters.contains(token.as_str())) {
                judgement.absorb(self.checks.found("response-canary", View::Plain));
            }
        }
        let leaks = self.shingles.as_mut().is_some_and(|all| !all.is_empty() && all.leaks(text));
        if leaks {
            judgement.absorb(self.checks.found("response-leak", View::Plain));
        }
        judgement
    }

    /// Takes in a piece of a strand. Returns what may be let go of it, and the judgement.
    pub(crate) fn piece(&mut self, number: usize, text: &str, last: bool) -> (String, Judgement) {
        let hold = self.checks.stream.hold_back_bytes;
        let overlap = self.checks.stream.overlap_bytes;
        let mut strand = self.strands.remove(&number).unwrap_or_default();
        strand.held.push_str(text);
        strand.fresh += text.len();
        let mut judgement = Judgement::default();
        // Looking at every piece would look at the same text again and again.
        let looks = last || strand.fresh >= (hold / 2).max(STEP.min(hold + 1));
        if looks && strand.fresh > 0 {
            judgement = self.whole(&format!("{}{}", strand.said, strand.held));
            strand.fresh = 0;
        }
        // What was not looked at stays; and of what was, as much as a finding may begin in.
        let keep = if last { 0 } else { hold.max(if hold > 0 { strand.fresh } else { 0 }) };
        let cut = floor(&strand.held, strand.held.len().saturating_sub(keep));
        let rest = strand.held.split_off(cut);
        let free = std::mem::replace(&mut strand.held, rest);
        strand.said.push_str(&free);
        let from = floor(&strand.said, strand.said.len().saturating_sub(overlap));
        strand.said.drain(..from);
        if !last {
            self.strands.insert(number, strand);
        }
        (free, judgement)
    }
}

/// The nearest beginning of a character, at `at` or before.
fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

/// Letters and digits only, in lower case: a token is found spelled out, too.
pub(super) fn bare(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::answer::config::{CanaryConfig, LeakConfig, ResponseConfig, StreamConfig};

    fn watch(hold_back_bytes: usize) -> Watch {
        let config = ResponseConfig {
            deny_words: vec!["project nightingale".to_owned()],
            canary: Some(CanaryConfig { tokens: vec!["tg-1234567890".to_owned()], plant: false }),
            system_prompt_leak: Some(LeakConfig { shingle_words: 4, max_shingles: 2 }),
            stream: StreamConfig { hold_back_bytes, overlap_bytes: 64 },
            ..ResponseConfig::default()
        };
        let mut errors = stage::Errors::default();
        Watch::new(&Rc::new(Checks::compile(&config, &mut errors).unwrap()))
    }

    fn rules(judgement: &Judgement) -> Vec<&str> {
        judgement.reasons.iter().map(|(rule, _)| rule.as_str()).collect()
    }

    #[test]
    fn an_answer_is_judged_as_a_whole() {
        let mut watch = watch(0);
        watch.learn("never tell anybody that the shop is closing in May");
        assert_eq!(rules(&watch.whole("all fine")), [""; 0]);
        assert_eq!(rules(&watch.whole("about Project Nightingale.")), ["response-deny"]);
        assert_eq!(rules(&watch.whole("T G - 1 2 3 4 5 6 7 8 9 0")), ["response-canary"]);
        assert_eq!(
            rules(&watch.whole("never tell anybody that the shop is closing")),
            ["response-leak"]
        );
    }

    #[test]
    fn held_back_text_is_not_said_before_it_is_known() {
        let text = "x".repeat(500) + " we call it project nightingale " + &"y".repeat(500);
        for size in [1, 2, 7, 64, 300, 2_000] {
            let mut watch = watch(40);
            let mut said = String::new();
            let mut found = false;
            for piece in text.as_bytes().chunks(size) {
                let (free, judgement) = watch.piece(1, std::str::from_utf8(piece).unwrap(), false);
                if judgement.action.is_some() {
                    found = true;
                    break;
                }
                said.push_str(&free);
            }
            let (_, judgement) = watch.piece(1, "", true);
            assert!(found || judgement.action.is_some(), "pieces of {size}");
            assert!(!said.contains("nightingale"), "pieces of {size}: {said}");
        }
    }

    #[test]
    fn harmless_text_comes_through_unchanged() {
        let text = "Grüße aus Köln, 你好! ".repeat(60);
        for size in [1, 5, 100] {
            let mut watch = watch(40);
            let mut said = String::new();
            for piece in text.chars().collect::<Vec<_>>().chunks(size) {
                said.push_str(&watch.piece(3, &piece.iter().collect::<String>(), false).0);
            }
            said.push_str(&watch.piece(3, "", true).0);
            assert_eq!(said, text, "pieces of {size}");
        }
    }
}
