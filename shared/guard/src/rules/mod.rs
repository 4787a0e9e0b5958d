//! The built-in rules: rows of packs, each told in full, its examples executed.

mod exfiltration;
mod extraction;
mod forgery;
mod gates;
mod leads;
pub(crate) mod literals;
mod matcher;
mod override_;
mod pattern;
mod payload;
mod roleplay;
mod tools;
mod words;

pub(crate) use matcher::{Cues, Matcher};

/// Rules of one kind; a pack is switched as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Pack {
    /// Data led out of the conversation: pictures and links that carry it, requests to send it.
    DataExfiltration,
    /// Text in a code that hides what it says.
    EncodedPayload,
    /// Instructions to drop the instructions.
    InstructionOverride,
    /// Turns and delimiters that are not the conversation's own.
    RoleForgery,
    /// Roles without rules.
    RolePlay,
    /// Questions for the system prompt and the secrets in it.
    SystemPromptExtraction,
    /// Instructions to misuse tools.
    ToolMisuse,
}

impl Pack {
    /// Its name in configuration.
    pub fn name(self) -> &'static str {
        match self {
            Pack::DataExfiltration => "data-exfiltration",
            Pack::EncodedPayload => "encoded-payload",
            Pack::InstructionOverride => "instruction-override",
            Pack::RoleForgery => "role-forgery",
            Pack::RolePlay => "role-play",
            Pack::SystemPromptExtraction => "system-prompt-extraction",
            Pack::ToolMisuse => "tool-misuse",
        }
    }
}

/// One built-in rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name in reasons, facts, metrics and configuration.
    pub id: &'static str,
    /// The pack it belongs to.
    pub pack: Pack,
    /// What it adds to a window's log-odds, times what the model says a rule counts.
    pub weight: f32,
    /// What it looks for: any of these ([`pattern`](self)); none for a rule that code finds.
    pub patterns: &'static [&'static str],
    /// What it catches.
    pub catches: &'static str,
    /// Why that is worth catching.
    pub why: &'static str,
    /// Texts it finds something in. Executed.
    pub matches: &'static [&'static str],
    /// Texts it finds nothing in. Executed.
    pub passes: &'static [&'static str],
    /// Honest texts it is known to find something in.
    pub false_positives: &'static str,
    /// Where the idea is told.
    pub source: &'static str,
}

/// A rule about a form that harmless texts do not have.
const DECISIVE: f32 = 7.0;
/// A rule that outweighs a text that is otherwise harmless.
const STRONG: f32 = 3.5;
/// A rule that only a clearly harmless text outweighs.
const FIRM: f32 = 2.4;
/// A rule that tips a text that is otherwise undecided.
const MEDIUM: f32 = 1.4;
/// A rule that needs company.
const WEAK: f32 = 0.6;

/// Where most of the ideas are told.
const OWASP: &str = "https://cheatsheetseries.owasp.org/cheatsheets/LLM_Prompt_Injection_Prevention_Cheat_Sheet.html";

/// All rules, by pack and then by name.
pub static PACKS: [&[Rule]; 7] = [
    exfiltration::RULES,
    payload::RULES,
    override_::RULES,
    forgery::RULES,
    roleplay::RULES,
    extraction::RULES,
    tools::RULES,
];

/// All rules, by pack and then by name.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    PACKS.iter().copied().flatten()
}

/// The rule of that name.
pub fn by_id(id: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::scan::Scanner;

    #[test]
    fn rows_are_sorted_readable_and_told_in_full() {
        for pack in PACKS {
            assert!(pack.is_sorted_by_key(|rule| rule.id), "{}", pack[0].id);
        }
        let mut ids: Vec<_> = rules().map(|rule| rule.id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "a name is given twice");
        for rule in rules() {
            for pattern in rule.patterns {
                if let Err(wrong) = pattern::Pattern::read(pattern, words::LISTS) {
                    panic!("{}: {pattern}: {wrong}", rule.id);
                }
            }
            for told in [rule.catches, rule.why, rule.false_positives] {
                assert!(!told.is_empty() && !told.ends_with('.'), "{}", rule.id);
            }
            assert!(rule.source.starts_with("https://"), "{}", rule.id);
            assert!(!rule.matches.is_empty() && !rule.passes.is_empty(), "{}", rule.id);
        }
    }

    #[test]
    fn every_example_does_what_its_row_says() {
        let mut wrong = Vec::new();
        for rule in rules() {
            let mut scanner = Scanner::new(crate::model::Model::neutral(), |one| one.id == rule.id);
            let mut met =
                |text: &str| scanner.scan(text).reasons.iter().any(|reason| reason.rule == rule.id);
            wrong.extend(
                rule.matches
                    .iter()
                    .filter(|text| !met(text))
                    .map(|text| (rule.id, "misses", *text)),
            );
            wrong.extend(
                rule.passes.iter().filter(|text| met(text)).map(|text| (rule.id, "meets", *text)),
            );
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
