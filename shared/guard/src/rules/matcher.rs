//! Finds all rules in one walk over the tokens.

use std::collections::HashMap;

use super::pattern::{Pattern, ideograph_hash, lookup_hash};
use super::{Rule, rules, words};
use crate::token::{Kind, Token, is_ideograph};

/// The most characters of a word in a script without spaces.
const LONGEST: usize = 12;
/// How many bytes before a word somebody may be named whose it is.
const OWNER: usize = 20;
/// The place of a step that was not met.
const NEVER: u32 = 0;

/// One step of one pattern, where a word leads.
#[derive(Debug, Clone, Copy)]
struct Target {
    pattern: u16,
    step: u8,
}

#[derive(Debug)]
struct Compiled {
    rule: &'static Rule,
    any_order: Option<u32>,
    steps: Vec<StepState>,
}

#[derive(Debug, Clone, Copy)]
struct StepState {
    gap: u32,
    opens_line: bool,
    owned: bool,
    named: bool,
    colon: bool,
    closes: bool,
    /// Where it was last met, with every step before it; [`NEVER`] if it was not.
    met: u32,
}

/// All built-in rules, compiled, and how far each has got in the text at hand.
#[derive(Debug)]
pub(crate) struct Matcher {
    patterns: Vec<Compiled>,
    /// Open addressing: hash, and the range of its targets; an empty slot has an empty range.
    slots: Vec<(u32, u16, u16)>,
    targets: Vec<Target>,
    cues: Cues,
    /// Counts words. It goes on from text to text, so that nothing must be reset.
    place: u32,
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
}

const PLAIN: u16 = u16::MAX;
const ROT13: u16 = u16::MAX - 1;
const REVERSED: u16 = u16::MAX - 2;

impl Matcher {
    /// Compiles the rules that `enabled` wants.
    pub(crate) fn new(enabled: impl Fn(&Rule) -> bool) -> Matcher {
        let mut by_hash: HashMap<u32, Vec<Target>> = HashMap::new();
        let mut patterns = Vec::new();
        for rule in rules().filter(|rule| enabled(rule)) {
            // A row that cannot be read is caught by the test over the table.
            for pattern in
                rule.patterns.iter().filter_map(|text| Pattern::read(text, words::LISTS).ok())
            {
                add(&pattern, rule, &mut patterns, &mut by_hash);
            }
        }
        for (word, cue) in words::cues() {
            let cue = match cue {
                words::Cue::Plain => PLAIN,
                words::Cue::Rot13 => ROT13,
                words::Cue::Reversed => REVERSED,
            };
            by_hash.entry(lookup_hash(&word)).or_default().push(Target { pattern: cue, step: 0 });
        }
        let (slots, targets) = table(by_hash);
        Matcher { patterns, slots, targets, cues: Cues::default(), place: 1 }
    }

    /// Begins a text that has nothing to do with the one before.
    pub(crate) fn begin(&mut self) {
        self.cues = Cues::default();
        self.place = self.place.saturating_add(1_000);
        if self.place > u32::MAX / 2 {
            self.place = 1_000;
            let steps = self.patterns.iter_mut().flat_map(|pattern| &mut pattern.steps);
            steps.for_each(|step| step.met = NEVER);
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
        while let Some(&(key, from, to)) = self.slots.get(at) {
            if key == hash || from == to {
                return (from, to);
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
        let place = self.place;
        let targets = self.targets.get(usize::from(from)..usize::from(to)).unwrap_or_default();
        for target in targets {
            match target.pattern {
                PLAIN => self.cues.plain += 1,
                ROT13 => self.cues.rot13 += 1,
                REVERSED => self.cues.reversed += 1,
                index => {
                    let Some(pattern) = self.patterns.get_mut(usize::from(index)) else { continue };
                    let at = usize::from(target.step);
                    let fits = pattern.steps.get(at).is_some_and(|step| {
                        (!step.opens_line || token.opens_line)
                            && (!step.owned || owner_stands_before(text, token.start))
                            && (!step.named || name_stands_before(text, token.start))
                            && (!step.colon || colon_follows(text, end))
                            && (!step.closes || sentence_ends(text, end))
                    });
                    if fits && pattern.step(at, place) {
                        met(pattern.rule);
                    }
                }
            }
        }
    }
}

impl Compiled {
    /// A step was met at `place`. Returns whether the whole pattern is, with it.
    fn step(&mut self, at: usize, place: u32) -> bool {
        let last = self.steps.len().saturating_sub(1);
        if let Some(span) = self.any_order {
            if let Some(step) = self.steps.get_mut(at) {
                step.met = place;
            }
            return self.steps.iter().all(|step| step.met != NEVER && place - step.met <= span);
        }
        let reached = match at.checked_sub(1).and_then(|before| self.steps.get(before)) {
            None => true,
            Some(before) => {
                let gap = self.steps.get(at).map_or(0, |step| step.gap);
                before.met != NEVER && before.met < place && place - before.met <= gap + 1
            }
        };
        if !reached {
            return false;
        }
        if let Some(step) = self.steps.get_mut(at) {
            step.met = place;
        }
        at == last
    }
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

/// Whether a word or two before `start` say whose it is: `Ann's`, `Charles' own`.
fn owner_stands_before(text: &str, start: usize) -> bool {
    let before = text.as_bytes().get(start.saturating_sub(OWNER)..start).unwrap_or_default();
    let mut letters = before.windows(3).rev();
    letters.any(|part| matches!(part, b"'s " | b"'S " | b"s' "))
}

/// Whether the two words before `start` are written as names are.
fn name_stands_before(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let mut words = before.rsplit(' ').skip(1);
    let mut is_name = || {
        let word = words.next().unwrap_or_default().as_bytes();
        word.len() > 1
            && word.first().is_some_and(u8::is_ascii_uppercase)
            && word.get(1..).unwrap_or_default().iter().all(u8::is_ascii_lowercase)
    };
    is_name() && is_name()
}

fn add(
    pattern: &Pattern,
    rule: &'static Rule,
    patterns: &mut Vec<Compiled>,
    by_hash: &mut HashMap<u32, Vec<Target>>,
) {
    let index = patterns.len() as u16;
    // Later steps first: one word must not be two steps.
    for (at, step) in pattern.steps.iter().enumerate().rev() {
        for word in &step.words {
            let target = Target { pattern: index, step: at as u8 };
            by_hash.entry(lookup_hash(word)).or_default().push(target);
        }
    }
    let steps = pattern.steps.iter().map(|step| StepState {
        gap: step.gap,
        opens_line: step.opens_line,
        owned: step.owned,
        named: step.named,
        colon: step.colon,
        closes: step.closes,
        met: NEVER,
    });
    patterns.push(Compiled { rule, any_order: pattern.any_order, steps: steps.collect() });
}

/// The slots and the targets that they point to.
type Table = (Vec<(u32, u16, u16)>, Vec<Target>);

fn table(by_hash: HashMap<u32, Vec<Target>>) -> Table {
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
