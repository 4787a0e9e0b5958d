//! Finds all rules in one walk over the tokens.

use std::collections::HashMap;

use super::pattern::{Pattern, ideograph_hash, lookup_hash};
use super::{Rule, rules, words};
use crate::token::{Kind, Token, is_ideograph};

/// The most characters of a word in a script without spaces.
const LONGEST: usize = 12;
/// How many bytes before a word somebody may be named whose it is.
const OWNER: usize = 20;
/// How many bytes a name may have.
const NAME: usize = 40;
/// The place of a step that was not met.
const NEVER: u32 = 0;

#[derive(Debug)]
struct Compiled {
    rule: &'static Rule,
    /// Within how many words all steps must be met, if in any order.
    any_order: Option<u32>,
    /// Its steps, among those of all patterns.
    steps: std::ops::Range<usize>,
}

/// One step of one pattern.
#[derive(Debug, Clone, Copy)]
struct StepState {
    gap: u32,
    pattern: u16,
    /// Whether it may be met whatever was met before: the first, and all that come in any order.
    free: bool,
    /// Whether it asks for more than its word.
    asks: bool,
    opens_line: bool,
    owned: bool,
    named: bool,
    names: bool,
    colon: bool,
    closes: bool,
}

impl StepState {
    /// Whether what it asks for stands around its word.
    fn fits(&self, text: &str, token: &Token, end: usize) -> bool {
        (!self.opens_line || token.opens_line)
            && (!self.owned || owner_stands_before(text, token.start))
            && (!self.named || name_stands_before(text, token.start))
            && (!self.names || name_stands_behind(text, end))
            && (!self.colon || colon_follows(text, end))
            && (!self.closes || sentence_ends(text, end))
    }
}

/// All built-in rules, compiled, and how far each has got in the text at hand.
#[derive(Debug)]
pub(crate) struct Matcher {
    patterns: Vec<Compiled>,
    steps: Vec<StepState>,
    gates: Gates,
    /// Open addressing: hash, and the range of its targets; an empty slot has an empty range.
    slots: Vec<(u32, u16, u16)>,
    /// Steps where a word leads, and cues.
    targets: Vec<u16>,
    cues: Cues,
    /// Counts words. It goes on from text to text, so that nothing must be reset.
    place: u32,
}

/// How far each step has got, a list for each question: of most steps that a word leads to only the first is
/// asked, and the answers to that are few enough to be at hand.
#[derive(Debug, Default)]
struct Gates {
    /// The last place where it may be met.
    until: Vec<u32>,
    /// For a first step that asks for its word alone, how far from it the second may be met; 0 for others.
    lead: Vec<u32>,
    /// Where it was last met, with every step before it; [`NEVER`] if it was not.
    met: Vec<u32>,
}

/// Words that are not a rule's but tell that a view is worth its cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cues {
    /// Frequent English words, as they are.
    pub(crate) plain: u32,
    /// Frequent or telling English words under ROT13.
    pub(crate) rot13: u32,
    /// The same, written backwards.
    pub(crate) reversed: u32,
    /// Long ones of the frequent words, as they are spelled.
    straight: u32,
    /// The same, with their inner letters shuffled.
    shuffled: u32,
}

impl Cues {
    /// Whether inner letters are shuffled, beyond what typing does.
    pub(crate) fn are_shuffled(&self) -> bool {
        self.shuffled > self.straight && (self.shuffled > 1 || self.plain < 6)
    }
}

/// Targets that are no steps.
const ROT13: u16 = u16::MAX;
const REVERSED: u16 = u16::MAX - 1;
/// The first of the frequent words.
const PLAIN: u16 = u16::MAX - 0x200;

impl Matcher {
    /// Compiles the rules that `enabled` wants.
    pub(crate) fn new(enabled: impl Fn(&Rule) -> bool) -> Matcher {
        let mut by_hash: HashMap<u32, Vec<u16>> = HashMap::new();
        let (mut patterns, mut steps) = (Vec::new(), Vec::new());
        for rule in rules().filter(|rule| enabled(rule)) {
            // A row that cannot be read is caught by the test over the table.
            for pattern in
                rule.patterns.iter().filter_map(|text| Pattern::read(text, words::LISTS).ok())
            {
                add(&pattern, &mut steps, patterns.len(), &mut by_hash);
                let from = steps.len() - pattern.steps.len();
                let any_order = pattern.any_order;
                patterns.push(Compiled { rule, any_order, steps: from..steps.len() });
            }
        }
        for (word, cue) in words::cues() {
            let cue = match cue {
                words::Cue::Plain(number) => PLAIN + u16::from(number),
                words::Cue::Rot13 => ROT13,
                words::Cue::Reversed => REVERSED,
            };
            by_hash.entry(lookup_hash(&word)).or_default().push(cue);
        }
        let (slots, targets) = table(by_hash);
        let leads = steps.iter().zip(steps.iter().skip(1).map(Some).chain([None]));
        let lead = |step: &StepState, next: Option<&StepState>| match next {
            Some(next) if step.free && !step.asks && !next.free => next.gap + 1,
            _ => 0,
        };
        let lead = leads.map(|(step, next)| lead(step, next)).collect();
        let never = vec![NEVER; steps.len()];
        let gates = Gates { until: never.clone(), lead, met: never };
        let cues = Cues::default();
        let mut matcher = Matcher { patterns, steps, gates, slots, targets, cues, place: 0 };
        matcher.reset();
        matcher
    }

    fn reset(&mut self) {
        self.place = 1_000;
        self.gates.met.fill(NEVER);
        for (step, until) in self.steps.iter().zip(&mut self.gates.until) {
            *until = if step.free { u32::MAX } else { NEVER };
        }
    }

    /// Begins a text that has nothing to do with the one before.
    pub(crate) fn begin(&mut self) {
        self.cues = Cues::default();
        self.place = self.place.saturating_add(1_000);
        if self.place > u32::MAX / 2 {
            self.reset();
        }
    }

    /// What was noticed since [`Matcher::begin`].
    pub(crate) fn cues(&self) -> Cues {
        self.cues
    }

    /// Whether a word is one of the rules' or a frequent one.
    pub(crate) fn knows(&self, hash: u32) -> bool {
        let (from, to) = self.find(hash);
        from < to
    }

    /// The next token of `text`. Shows every rule that is met with it to `met`.
    #[inline]
    pub(crate) fn token(&mut self, text: &str, token: &Token, mut met: impl FnMut(&'static Rule)) {
        match token.kind {
            // The end of a sentence counts as a word or two.
            Kind::Break => self.place += 2,
            Kind::Mark => {}
            Kind::Number => self.place += 1,
            Kind::Word => {
                self.place += 1;
                let (from, to) = self.find(token.hash);
                if from < to {
                    self.follow(from, to, text, token, token.end, &mut met);
                }
            }
            Kind::Ideograph => {
                self.place += 1;
                self.ideographs(text, token, &mut met);
            }
        }
    }

    fn ideographs(&mut self, text: &str, token: &Token, met: &mut impl FnMut(&'static Rule)) {
        let rest = text.get(token.start..).unwrap_or_default();
        let mut hash = 0;
        for (at, c) in rest.char_indices().take(LONGEST) {
            if !is_ideograph(c) && c != ' ' {
                break;
            }
            hash = ideograph_hash(hash, c);
            let (from, to) = self.find(hash);
            if from < to {
                let end = token.start + at + c.len_utf8();
                self.follow(from, to, text, token, end, met);
            }
        }
    }

    #[inline]
    fn find(&self, hash: u32) -> (u16, u16) {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        while let Some(slot) = self.slots.get(at) {
            if slot.0 == hash {
                return (slot.1, slot.2);
            }
            if slot.1 == slot.2 {
                break;
            }
            at = (at + 1) & mask;
        }
        (0, 0)
    }

    fn follow(
        &mut self,
        from: u16,
        to: u16,
        text: &str,
        token: &Token,
        end: usize,
        met: &mut impl FnMut(&'static Rule),
    ) {
        let Matcher { patterns, steps, gates, targets, cues, place, .. } = self;
        let place = *place;
        let targets = targets.get(usize::from(from)..usize::from(to)).unwrap_or_default();
        for target in targets {
            let at = usize::from(*target);
            match gates.until.get(at) {
                Some(until) if *until < place => {}
                Some(_) => {
                    if gates.leads_on(at, place) {
                        continue;
                    }
                    let fits = |step: &StepState| !step.asks || step.fits(text, token, end);
                    if let Some(rule) = meet(patterns, steps, gates, at, place, fits) {
                        met(rule);
                    }
                }
                None => cues.note(*target, text, token),
            }
        }
    }
}

impl Gates {
    /// Whether a step asks for its word alone and another follows. It is met then.
    #[inline]
    fn leads_on(&mut self, at: usize, place: u32) -> bool {
        let lead = self.lead.get(at).copied().unwrap_or_default();
        if lead == 0 {
            return false;
        }
        if let (Some(met), Some(until)) = (self.met.get_mut(at), self.until.get_mut(at + 1)) {
            *met = place;
            *until = place + lead;
        }
        true
    }
}

impl Cues {
    /// A word that is a cue. Apart from the loop over steps, which would pay for it at every word.
    #[inline(never)]
    fn note(&mut self, cue: u16, text: &str, token: &Token) {
        match cue {
            ROT13 => self.rot13 += 1,
            REVERSED => self.reversed += 1,
            frequent => {
                self.plain += 1;
                if token.length > 4 {
                    let word = text.as_bytes().get(token.start..token.end).unwrap_or_default();
                    // The bit makes capitals small, and no letter of anything else.
                    let lower = word.iter().map(|byte| byte | 0x20);
                    let straight = lower.eq(words::frequent(frequent - PLAIN).bytes());
                    self.straight += u32::from(straight);
                    self.shuffled += u32::from(!straight);
                }
            }
        }
    }
}

/// Meets the step at `at`, if it `fits`. Returns the rule if its whole pattern is met with it. Few words come
/// here, and those that do not would pay for it if it stood among what they do.
#[inline(never)]
fn meet(
    patterns: &[Compiled],
    steps: &[StepState],
    gates: &mut Gates,
    at: usize,
    place: u32,
    fits: impl Fn(&StepState) -> bool,
) -> Option<&'static Rule> {
    let before = at.checked_sub(1).and_then(|before| gates.met.get(before)).copied();
    let step = steps.get(at)?;
    // One place is not two steps.
    if !step.free && before == Some(place) || !fits(step) {
        return None;
    }
    *gates.met.get_mut(at)? = place;
    let pattern = patterns.get(usize::from(step.pattern))?;
    if let Some(span) = pattern.any_order {
        let mut all = gates.met.get(pattern.steps.clone())?.iter();
        let met = all.all(|met| *met != NEVER && place - met <= span);
        return met.then_some(pattern.rule);
    }
    if at + 1 == pattern.steps.end {
        return Some(pattern.rule);
    }
    if let (Some(next), Some(until)) = (steps.get(at + 1), gates.until.get_mut(at + 1)) {
        *until = place + next.gap + 1;
    }
    None
}

/// Whether a colon follows, behind nothing but spaces and what closes an emphasis, a tag or a bracket.
fn colon_follows(text: &str, end: usize) -> bool {
    let rest = text.as_bytes().get(end..).unwrap_or_default();
    let mut rest = rest.iter().take(4).skip_while(|byte| b" *_]>\"'`#".contains(byte));
    rest.next() == Some(&b':')
}

/// Whether a sentence ends here, behind nothing but spaces and what closes a quotation.
fn sentence_ends(text: &str, end: usize) -> bool {
    let rest = text
        .get(end..)
        .unwrap_or_default()
        .trim_start_matches([' ', '"', '\'', ')', '*', '_', '`']);
    rest.is_empty()
        || rest.starts_with(['.', '?', '!', '\n', '\r', ';', '？', '。', '！', '।', '؟', '¿'])
}

/// Words that are something with an apostrophe and nobody, or no single person.
static NOBODY: &str = " he here how it let she that there what where who today everybody everyone \
    airline app bank business city club company embassy firm government hospital hotel library manufacturer \
    museum office organisation organization provider restaurant school shop site store team university vendor \
    website ";
/// What stands between an owner and what he gives away about himself: all the world is to know it.
static PUBLIC: &str = " billing booking business careers complaints contact customer feedback headquarters help \
    helpdesk info office official press public reservation returns sales service support warranty ";

/// Whether a word or two before `start` say whose it is: `Ann's`, `Charles' own`.
fn owner_stands_before(text: &str, start: usize) -> bool {
    let before = text.as_bytes().get(start.saturating_sub(OWNER)..start).unwrap_or_default();
    let at = before.windows(3).rposition(|part| matches!(part, b"'s " | b"'S " | b"s' "));
    let owner = at.and_then(|at| before.get(..at)).unwrap_or_default();
    let letters = owner.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let owner = owner.get(owner.len() - letters..).unwrap_or_default();
    let between = at.and_then(|at| before.get(at + 3..)).unwrap_or_default();
    at.is_some()
        && !is_listed(owner, NOBODY)
        && !between.split(|byte| !byte.is_ascii_alphabetic()).any(|word| is_listed(word, PUBLIC))
}

/// Whether a word is one of a list, in any case.
fn is_listed(word: &[u8], list: &str) -> bool {
    let mut words = list.split_ascii_whitespace();
    words.any(|one| word.eq_ignore_ascii_case(one.as_bytes()))
}

/// Whether the two words before `start` are written as names are.
fn name_stands_before(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default().trim_end_matches([' ', '\u{A0}']);
    let mut words = before.rsplit(' ').map(without_ending);
    (0..2).all(|_| words.next().is_some_and(is_name))
}

/// What may stand before a name or within one, and is no article.
static PARTICLES: [&str; 8] = ["da", "de", "di", "do", "for", "of", "van", "von"];

/// Whether the two words behind `end` are written as names are: `Ana Ruiz`, `de Ana Ruiz`, `van Jan de Vries`.
fn name_stands_behind(text: &str, end: usize) -> bool {
    let behind = text.get(end..).unwrap_or_default().trim_start_matches(' ');
    let mut words = behind.split(|c: char| !(c.is_alphabetic() || c == '-')).peekable();
    (0..2).all(|_| {
        words.next_if(|word| PARTICLES.contains(word));
        words.next().is_some_and(is_name)
    })
}

/// Whether a word is written as names are: `Ann`, `Łukasz`, `Anne-Marie`.
fn is_name(word: &str) -> bool {
    let mut parts = word.split('-');
    word.len() < NAME
        && parts.all(|part| {
            let mut letters = part.chars();
            letters.next().is_some_and(char::is_uppercase)
                && letters.next().is_some_and(char::is_lowercase)
                && letters.all(char::is_lowercase)
        })
}

/// A word without what an apostrophe adds to it: `Kaya'nın`.
fn without_ending(word: &str) -> &str {
    word.split(['\'', '\u{2019}']).next().unwrap_or_default()
}

/// Adds the steps of the pattern of that number, and where words lead to them.
fn add(
    pattern: &Pattern,
    steps: &mut Vec<StepState>,
    number: usize,
    by_hash: &mut HashMap<u32, Vec<u16>>,
) {
    // Later steps first: one word must not be two steps.
    for (at, step) in pattern.steps.iter().enumerate().rev() {
        for word in &step.words {
            by_hash.entry(lookup_hash(word)).or_default().push((steps.len() + at) as u16);
        }
    }
    steps.extend(pattern.steps.iter().enumerate().map(|(at, step)| StepState {
        gap: step.gap,
        pattern: number as u16,
        free: at == 0 || pattern.any_order.is_some(),
        asks: step.opens_line
            || step.owned
            || step.named
            || step.names
            || step.colon
            || step.closes,
        opens_line: step.opens_line,
        owned: step.owned,
        named: step.named,
        names: step.names,
        colon: step.colon,
        closes: step.closes,
    }));
}

/// The slots and the targets that they point to.
type Table = (Vec<(u32, u16, u16)>, Vec<u16>);

fn table(by_hash: HashMap<u32, Vec<u16>>) -> Table {
    let size = (by_hash.len() * 3).next_power_of_two();
    let (mut slots, mut targets) = (vec![(0, 0, 0); size], Vec::new());
    let mut entries: Vec<_> = by_hash.into_iter().collect();
    entries.sort_unstable_by_key(|(hash, _)| *hash);
    for (hash, list) in entries {
        let from = targets.len() as u16;
        targets.extend(list);
        let to = targets.len() as u16;
        let mut at = hash as usize & (size - 1);
        while slots.get(at).is_some_and(|(_, from, to)| from != to) {
            at = (at + 1) & (size - 1);
        }
        if let Some(slot) = slots.get_mut(at) {
            *slot = (hash, from, to);
        }
    }
    (slots, targets)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn numbers_of_steps_and_targets_fit() {
        let matcher = Matcher::new(|_| true);
        let Matcher { steps, targets, patterns, .. } = matcher;
        assert!(steps.len() < usize::from(REVERSED), "{} steps", steps.len());
        assert!(targets.len() <= usize::from(u16::MAX), "{} targets", targets.len());
        assert!(patterns.iter().all(|pattern| !pattern.steps.is_empty()));
    }
}
