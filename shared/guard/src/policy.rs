//! A configuration, compiled: judges texts.

use std::cell::RefCell;
use std::fmt;

use chat::Scope;
use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use stage::Errors;

use crate::config::{
    Action, BlockConfig, Config, Mode, OnError, PromptsConfig, RuleConfig, ScopeName, Thresholds,
};
use crate::finding::Finding;
use crate::fold::fold;
use crate::model::Model;
use crate::rules;
use crate::scan::Scanner;
use crate::screen::Screen;
use crate::view::View;

/// The most bytes that one compiled pattern may take.
const PATTERN_BYTES: usize = 256 << 10;
/// Patterns and words of a rule, and their length.
const MOST_PATTERNS: usize = 1_000;

/// What was decided on a text, and why.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judgement {
    /// The gravest action; `None` lets it pass.
    pub action: Option<Action>,
    /// How much it looks like an attack, 0 to 1; 0.5 is undecided.
    pub score: f32,
    /// Rules met, and the view each was met in.
    pub reasons: Vec<(String, View)>,
    /// The sentence for the client, if the rule that blocks has one.
    pub message: Option<String>,
}

impl Judgement {
    /// Takes another judgement in: the gravest action and the highest score count.
    pub fn absorb(&mut self, other: Judgement) {
        if other.action > self.action {
            self.message = other.message;
            self.action = other.action;
        }
        self.score = self.score.max(other.score);
        self.reasons.extend(other.reasons.into_iter().filter(|_| other.action.is_some()));
        self.reasons.sort_unstable();
        self.reasons.dedup();
    }
}

/// The rules of one configuration.
pub struct Policy {
    pub(crate) mode: Mode,
    pub(crate) on_error: OnError,
    pub(crate) block: BlockConfig,
    pub(crate) prompts: Option<Prompts>,
    scopes: [Option<Thresholds>; 6],
    rules: Vec<OwnRule>,
    /// Its memory is used again for every text.
    scanner: RefCell<Scanner>,
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").field("mode", &self.mode).finish_non_exhaustive()
    }
}

impl Policy {
    /// Compiles the parts of a configuration that judge texts, or reports everything that is wrong with them.
    pub fn compile(config: &Config, errors: &mut Errors) -> Policy {
        let detection = &config.detection;
        for (at, id) in detection.without_rules.iter().enumerate() {
            if rules::by_id(id).is_none() {
                let path = format!("detection.without_rules[{at}]");
                errors.add(&path, format!("no built-in rule is named `{id}`"));
            }
        }
        for (scope, thresholds) in &detection.scopes {
            check_thresholds(thresholds, &format!("detection.scopes.{}", scope.name()), errors);
        }
        if !(400..=499).contains(&config.block.status) {
            errors.add("block.status", "must be from 400 to 499");
        }
        let model = if detection.model { Model::trained() } else { Model::none() };
        let scanner = Scanner::new(model, |rule| {
            detection.packs.contains(&rule.pack)
                && !detection.without_rules.iter().any(|id| id == rule.id)
        });
        let own = config.rules.iter();
        let own: Vec<OwnRule> =
            own.filter_map(|(name, rule)| OwnRule::compile(name, rule, errors)).collect();
        let mut scopes = [None; 6];
        for (scope, thresholds) in &detection.scopes {
            if let Some(place) = scopes.get_mut(*scope as usize) {
                *place = Some(*thresholds);
            }
        }
        Policy {
            mode: config.mode,
            on_error: config.on_error,
            block: config.block.clone(),
            prompts: config.prompts.as_ref().and_then(|prompts| Prompts::compile(prompts, errors)),
            scopes,
            rules: own,
            scanner: RefCell::new(scanner),
        }
    }

    /// Whether decisions count.
    pub(crate) fn enforces(&self) -> bool {
        self.mode == Mode::Enforce
    }

    /// Whether texts of a scope are looked at.
    pub(crate) fn looks_at(&self, scope: Scope) -> bool {
        self.thresholds(scope).is_some() || self.rules.iter().any(|rule| rule.looks_at(scope))
    }

    /// Judges a text.
    pub fn judge(&self, text: &str, scope: Scope) -> Judgement {
        let mut judgement = Judgement::default();
        if let Some(thresholds) = self.thresholds(scope) {
            judgement = self.score(text, &thresholds);
        }
        for rule in self.rules.iter().filter(|rule| rule.looks_at(scope)) {
            if let Some(view) = rule.met(text) {
                judgement.absorb(Judgement {
                    action: Some(rule.action),
                    score: judgement.score,
                    reasons: vec![(rule.name.clone(), view)],
                    message: rule.message.clone(),
                });
            }
        }
        judgement
    }

    /// Judges a text by the built-in rules and the model, with these thresholds.
    pub(crate) fn score(&self, text: &str, thresholds: &Thresholds) -> Judgement {
        let lowest = steps(thresholds).into_iter().filter_map(|(_, from)| from).fold(1.0, f32::min);
        let lowest = (lowest / (1.0 - lowest)).ln();
        judged(&self.scanner.borrow_mut().scan_for(text, lowest), thresholds)
    }

    fn thresholds(&self, scope: Scope) -> Option<Thresholds> {
        self.scopes.get(scope_name(scope) as usize).copied().flatten()
    }
}

/// What thresholds make of a finding.
pub(crate) fn judged(finding: &Finding, thresholds: &Thresholds) -> Judgement {
    let score = finding.score();
    let reasons = finding.reasons.iter();
    let reasons = reasons.map(|reason| (reason.rule.to_owned(), reason.view)).collect();
    Judgement { action: action_at(thresholds, score), score, reasons, message: None }
}

/// The actions and the scores they begin at, the gravest first.
fn steps(thresholds: &Thresholds) -> [(Action, Option<f32>); 4] {
    [
        (Action::Block, thresholds.block),
        (Action::Sanitize, thresholds.sanitize),
        (Action::Flag, thresholds.flag),
        (Action::Report, thresholds.report),
    ]
}

/// The gravest action that a score calls for.
fn action_at(thresholds: &Thresholds, score: f32) -> Option<Action> {
    let reached = |(_, from): &(Action, Option<f32>)| from.is_some_and(|from| score >= from);
    steps(thresholds).into_iter().find(reached).map(|(action, _)| action)
}

pub(crate) fn check_thresholds(thresholds: &Thresholds, path: &str, errors: &mut Errors) {
    let steps = [
        ("block", thresholds.block),
        ("sanitize", thresholds.sanitize),
        ("flag", thresholds.flag),
        ("report", thresholds.report),
    ];
    for (name, from) in steps {
        if from.is_some_and(|from| !(from > 0.0 && from <= 1.0)) {
            errors.add(&format!("{path}.{name}"), "must be above 0 and at most 1");
        }
    }
    if steps.iter().all(|(_, from)| from.is_none()) {
        errors.add(path, "must have at least one of block, sanitize, flag and report");
    }
}

/// The name of a scope.
pub fn scope_name(scope: Scope) -> ScopeName {
    match scope {
        Scope::Assistant => ScopeName::Assistant,
        Scope::System => ScopeName::System,
        Scope::ToolCall => ScopeName::ToolCall,
        Scope::ToolDefinition => ScopeName::ToolDefinition,
        Scope::ToolResult => ScopeName::ToolResult,
        Scope::User => ScopeName::User,
    }
}

/// One of the configuration's own rules.
#[derive(Debug)]
struct OwnRule {
    name: String,
    patterns: Patterns,
    scopes: Vec<ScopeName>,
    action: Action,
    message: Option<String>,
}

impl OwnRule {
    fn compile(name: &str, config: &RuleConfig, errors: &mut Errors) -> Option<OwnRule> {
        let path = format!("rules.{name}");
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(plain) {
            errors.add(&path, "a name is made of a-z, 0-9, `-` and `_`");
        }
        if config.patterns.is_empty() && config.words.is_empty() {
            errors.add(&path, "must have patterns or words");
        }
        if config.scopes.is_empty() {
            errors.add(&format!("{path}.scopes"), "must name at least one scope");
        }
        let patterns = Patterns::compile(&config.patterns, &config.words, &path, errors)?;
        Some(OwnRule {
            name: name.to_owned(),
            patterns,
            scopes: config.scopes.clone(),
            action: config.action,
            message: config.message.clone(),
        })
    }

    fn looks_at(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope_name(scope))
    }

    fn met(&self, text: &str) -> Option<View> {
        self.patterns.met(text)
    }
}

/// Patterns and words, of which one is to be met.
#[derive(Debug)]
pub(crate) struct Patterns {
    screen: Screen,
    set: RegexSet,
}

impl Patterns {
    /// Compiles them, or tells what is wrong with them.
    pub(crate) fn compile(
        patterns: &[String],
        words: &[String],
        path: &str,
        errors: &mut Errors,
    ) -> Option<Patterns> {
        if patterns.len() + words.len() > MOST_PATTERNS {
            errors.add(path, format!("has more than {MOST_PATTERNS} patterns and words"));
            return None;
        }
        check_patterns(patterns, &format!("{path}.patterns"), errors)?;
        for (at, word) in words.iter().enumerate().filter(|(_, word)| word.trim().is_empty()) {
            errors.add(&format!("{path}.words[{at}]"), format!("`{word}` is no word"));
        }
        let all: Vec<String> =
            patterns.iter().cloned().chain(words.iter().map(|word| whole(word))).collect();
        let size = PATTERN_BYTES * 8;
        let screen = Screen::of(all.iter().map(String::as_str));
        match RegexSetBuilder::new(all).size_limit(size).dfa_size_limit(size).build() {
            Ok(set) => Some(Patterns { screen, set }),
            Err(_) => {
                errors.add(path, "the patterns together are too large");
                None
            }
        }
    }

    /// The view in which one is met: as the text is, or folded.
    pub(crate) fn met(&self, text: &str) -> Option<View> {
        let met = |text: &str| self.screen.lets(text) && self.set.is_match(text);
        if met(text) {
            return Some(View::Plain);
        }
        (!chat::bytes::is_ascii(text.as_bytes()) && met(&fold(text).text)).then_some(View::Folded)
    }
}

/// A word or phrase as an expression: whole, in any case.
fn whole(word: &str) -> String {
    let edge = |c: Option<char>| match c {
        Some(c) if c.is_ascii_alphanumeric() => r"\b",
        _ => "",
    };
    let (first, last) = (edge(word.chars().next()), edge(word.chars().last()));
    format!("(?i){first}{}{last}", regex::escape(word))
}

fn check_patterns(patterns: &[String], path: &str, errors: &mut Errors) -> Option<()> {
    let mut fine = Some(());
    for (at, pattern) in patterns.iter().enumerate() {
        let built = RegexBuilder::new(pattern).size_limit(PATTERN_BYTES).build();
        if let Err(error) = built {
            errors.add(&format!("{path}[{at}]"), one_line(&error));
            fine = None;
        }
    }
    fine
}

/// A regex error's last line says what is wrong; the ones before draw it.
fn one_line(error: &regex::Error) -> String {
    let text = error.to_string();
    let line = text.lines().last().unwrap_or_default();
    line.trim_start_matches("error: ").to_lowercase()
}

/// Kong's allow and deny patterns.
#[derive(Debug)]
pub(crate) struct Prompts {
    allow: Vec<Regex>,
    allow_screen: Screen,
    deny: Vec<Regex>,
    deny_screen: Screen,
    pub(crate) last_only: bool,
    pub(crate) all_roles: bool,
}

impl Prompts {
    fn compile(config: &PromptsConfig, errors: &mut Errors) -> Option<Prompts> {
        if config.allow_patterns.is_empty() && config.deny_patterns.is_empty() {
            errors.add("prompts", "must have allow_patterns or deny_patterns");
        }
        if config.match_all_roles && config.allow_all_conversation_history {
            errors.add(
                "prompts.match_all_roles",
                "needs the whole history: `allow_all_conversation_history` must be false",
            );
        }
        check_patterns(&config.allow_patterns, "prompts.allow_patterns", errors)?;
        check_patterns(&config.deny_patterns, "prompts.deny_patterns", errors)?;
        let all =
            |patterns: &[String]| patterns.iter().filter_map(|p| Regex::new(p).ok()).collect();
        let screen = |patterns: &[String]| Screen::of(patterns.iter().map(String::as_str));
        Some(Prompts {
            allow: all(&config.allow_patterns),
            allow_screen: screen(&config.allow_patterns),
            deny: all(&config.deny_patterns),
            deny_screen: screen(&config.deny_patterns),
            last_only: config.allow_all_conversation_history,
            all_roles: config.match_all_roles,
        })
    }

    /// The reason to refuse the messages, which stand in the order of the conversation.
    pub(crate) fn refuses(&self, messages: &[String]) -> Option<&'static str> {
        let count = if self.last_only { 1 } else { messages.len() };
        let newest: Vec<&str> = messages.iter().rev().take(count).map(String::as_str).collect();
        let text = newest.join(" ");
        let meets = |screen: &Screen, patterns: &[Regex]| {
            screen.lets(&text) && patterns.iter().any(|pattern| pattern.is_match(&text))
        };
        if meets(&self.deny_screen, &self.deny) {
            return Some("prompts-deny");
        }
        let allowed = self.allow.is_empty() || meets(&self.allow_screen, &self.allow);
        (!allowed).then_some("prompts-allow")
    }
}
