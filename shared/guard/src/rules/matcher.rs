//! Finds all rules in one walk over the tokens.

use std::collections::BTreeMap;
use std::ops::Range;

use super::gates::{self, Gates};
use super::leads::{Dictionary, Leads};
use super::literals::{Found, Literals};
use super::pattern::{Pattern, ideograph_hash, lookup_hash};
use super::words::{self, Cue};
use super::{Rule, by_id, rules};
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
    steps: Range<usize>,
}

/// One step of one pattern.
#[derive(Debug, Clone, Copy)]
struct StepState {
    pattern: u16,
    /// The gate that it opens, before the next step; none for the last one, nor for those that come in any order.
    opens: Option<u16>,
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
    fn fits(&self, text: &str, token: &Token) -> bool {
        let end = token.end;
        if !self.asks {
            return true;
        }
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
    dictionary: Dictionary,
    patterns: Patterns,
    literals: Literals,
    cues: Cues,
    /// Counts words. It goes on from text to text, so that nothing must be reset.
    place: u32,
}

/// All patterns, and how far each has got.
#[derive(Debug)]
struct Patterns {
    all: Vec<Compiled>,
    steps: Vec<StepState>,
    gates: Gates,
    /// The step behind each gate.
    behind: Vec<u16>,
    /// Where steps that come in any order were met last; [`NEVER`] if they were not.
    met: Vec<u32>,
    /// Rules whose patterns were met.
    rules: Vec<&'static Rule>,
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

impl Matcher {
    /// Compiles the rules that `enabled` wants.
    pub(crate) fn new(enabled: impl Fn(&Rule) -> bool) -> Matcher {
        let mut adding = Adding::default();
        for rule in rules().filter(|rule| enabled(rule)) {
            // A row that cannot be read is caught by the test over the table.
            for pattern in
                rule.patterns.iter().filter_map(|text| Pattern::read(text, words::LISTS).ok())
            {
                adding.pattern(rule, &pattern);
            }
        }
        let Adding { patterns: all, steps, reach, behind, mut words } = adding;
        for (word, cue) in words::cues() {
            words.entry(lookup_hash(&word)).or_default().cue = Some(cue);
        }
        let met = vec![NEVER; steps.len()];
        let patterns =
            Patterns { all, steps, gates: Gates::new(reach), behind, met, rules: Vec::new() };
        let dictionary = Dictionary::new(words);
        let (literals, cues) = (Literals::default(), Cues::default());
        Matcher { dictionary, patterns, literals, cues, place: 0 }
    }

    /// Begins a text that has nothing to do with the one before.
    pub(crate) fn begin(&mut self) {
        self.cues = Cues::default();
        self.literals = Literals::default();
        self.place = self.place.saturating_add(1_000);
        if self.place > u32::MAX / 2 {
            self.place = 1_000;
            self.patterns.met.fill(NEVER);
            self.patterns.gates.close_all();
        }
    }

    /// What is left open at the end of a text.
    pub(crate) fn finish(&self) -> Option<Found> {
        self.literals.finish()
    }

    /// What was noticed since [`Matcher::begin`].
    pub(crate) fn cues(&self) -> Cues {
        self.cues
    }

    /// Whether a word is one of the rules' or a frequent one.
    pub(crate) fn knows(&self, hash: u32) -> bool {
        self.dictionary.find(hash).is_some()
    }

    /// The next tokens of `text`. Shows every rule that is met with them to `met`.
    pub(crate) fn read(&mut self, text: &str, tokens: &[Token], met: impl FnMut(&'static Rule)) {
        for token in tokens {
            match token.kind {
                Kind::Word => {
                    self.place += 1;
                    let Matcher { dictionary, patterns, cues, place, .. } = self;
                    if let Some(leads) = dictionary.find(token.hash) {
                        if let Some(cue) = leads.cue {
                            cues.note(cue, text, token);
                        }
                        patterns.follow(leads, *place, text, token);
                    }
                }
                // The end of a sentence counts as a word or two.
                Kind::Break => self.place += 2,
                Kind::Mark => {
                    let found = self.literals.find(text, token.start);
                    self.patterns.rules.extend(found.and_then(|found| by_id(found.rule())));
                }
                Kind::Number => self.place += 1,
                Kind::Ideograph => {
                    self.place += 1;
                    self.ideographs(text, token);
                }
            }
        }
        self.patterns.rules.drain(..).for_each(met);
    }

    #[cold]
    fn ideographs(&mut self, text: &str, token: &Token) {
        let rest = text.get(token.start..).unwrap_or_default();
        let mut hash = 0;
        for (at, c) in rest.char_indices().take(LONGEST) {
            if !is_ideograph(c) && c != ' ' {
                break;
            }
            hash = ideograph_hash(hash, c);
            if let Some(leads) = self.dictionary.find(hash) {
                let end = token.start + at + c.len_utf8();
                self.patterns.follow(leads, self.place, text, &Token { end, ..*token });
            }
        }
    }
}

impl Patterns {
    /// Follows a word to its steps. Later steps come first: one word must not be two steps of a pattern.
    #[inline]
    fn follow(&mut self, leads: &Leads, place: u32, text: &str, token: &Token) {
        if let Some(set) = leads.gates.as_deref().filter(|set| self.gates.may_let(set)) {
            self.gated(set, place, text, token);
        }
        for gate in &leads.opens {
            self.gates.open(*gate, place);
        }
        if !leads.free.is_empty() {
            self.free(&leads.free, place, text, token);
        }
    }

    /// Meets the steps behind those gates of a set that are open.
    #[inline(never)]
    fn gated(&mut self, set: &gates::Set, place: u32, text: &str, token: &Token) {
        let Patterns { all, steps, gates, behind, rules, .. } = self;
        gates.each_open(set, place, |gates, gate| {
            let step = behind.get(gate).and_then(|step| steps.get(usize::from(*step)));
            let Some(step) = step.filter(|step| step.fits(text, token)) else { return };
            match step.opens {
                Some(next) => gates.open(next, place),
                None => rules.extend(all.get(usize::from(step.pattern)).map(|one| one.rule)),
            }
        });
    }

    /// Meets steps without a gate.
    #[inline(never)]
    fn free(&mut self, free: &[u16], place: u32, text: &str, token: &Token) {
        for at in free {
            let at = usize::from(*at);
            let Some(step) = self.steps.get(at).filter(|step| step.fits(text, token)) else {
                continue;
            };
            if let Some(next) = step.opens {
                self.gates.open(next, place);
            } else if let Some(pattern) = self.all.get(usize::from(step.pattern)) {
                self.met.get_mut(at).into_iter().for_each(|met| *met = place);
                if pattern.is_met(&self.met, place) {
                    self.rules.push(pattern.rule);
                }
            }
        }
    }
}

impl Compiled {
    /// Whether it is met with the step that was met at `place`, which is its last one or comes in any order.
    fn is_met(&self, met: &[u32], place: u32) -> bool {
        let Some(span) = self.any_order else { return true };
        let mut steps = met.get(self.steps.clone()).unwrap_or_default().iter();
        steps.all(|met| *met != NEVER && place - met <= span)
    }
}

impl Cues {
    /// A word that is a cue.
    #[inline]
    fn note(&mut self, cue: Cue, text: &str, token: &Token) {
        match cue {
            Cue::Rot13 => self.rot13 += 1,
            Cue::Reversed => self.reversed += 1,
            Cue::Plain(number) | Cue::Mirrored(number) => {
                self.plain += 1;
                self.reversed += u32::from(cue == Cue::Mirrored(number));
                if token.length > 4 {
                    self.spelled(words::frequent(number), text, token);
                }
            }
        }
    }

    /// A frequent word that is long enough to be read with its letters shuffled.
    #[inline(never)]
    fn spelled(&mut self, frequent: &str, text: &str, token: &Token) {
        let word = text.as_bytes().get(token.start..token.end).unwrap_or_default();
        let straight = same(word, frequent.as_bytes());
        self.straight += u32::from(straight);
        self.shuffled += u32::from(!straight);
    }
}

/// Whether a word of five letters or more is another, whose letters are small.
fn same(word: &[u8], small: &[u8]) -> bool {
    // All of a short one are among its first four and its last four letters.
    let four = |four: Option<&[u8; 4]>| four.map(|four| u32::from_le_bytes(*four) | 0x2020_2020);
    word.len() == small.len()
        && four(word.first_chunk()) == four(small.first_chunk())
        && four(word.last_chunk()) == four(small.last_chunk())
        && (word.len() <= 8 || word.eq_ignore_ascii_case(small))
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

/// Patterns that are being compiled.
#[derive(Default)]
struct Adding {
    patterns: Vec<Compiled>,
    steps: Vec<StepState>,
    /// For each gate, for how many words it is open, and the step behind it.
    reach: Vec<u32>,
    behind: Vec<u16>,
    /// Where words lead, by their hashes.
    words: BTreeMap<u32, Leads>,
}

impl Adding {
    fn pattern(&mut self, rule: &'static Rule, pattern: &Pattern) {
        let (number, from) = (self.patterns.len() as u16, self.steps.len());
        for (at, step) in pattern.steps.iter().enumerate() {
            let asks = step.opens_line
                || step.owned
                || step.named
                || step.names
                || step.colon
                || step.closes;
            let gate = (at > 0 && pattern.any_order.is_none()).then(|| self.gate(step.gap));
            let goes_on = pattern.any_order.is_none() && at + 1 < pattern.steps.len();
            // The next step's gate is the next one to be made.
            let opens = goes_on.then_some(self.behind.len() as u16);
            for word in &step.words {
                let leads = self.words.entry(lookup_hash(word)).or_default();
                match (gate, opens) {
                    (Some(gate), _) => gates::insert(leads.gates.get_or_insert_default(), gate),
                    (None, Some(gate)) if !asks => leads.opens.push(gate),
                    (None, _) => leads.free.push(self.steps.len() as u16),
                }
            }
            self.steps.push(StepState {
                pattern: number,
                opens,
                asks,
                opens_line: step.opens_line,
                owned: step.owned,
                named: step.named,
                names: step.names,
                colon: step.colon,
                closes: step.closes,
            });
        }
        let (any_order, steps) = (pattern.any_order, from..self.steps.len());
        self.patterns.push(Compiled { rule, any_order, steps });
    }

    /// The gate before the next step.
    fn gate(&mut self, gap: u32) -> u16 {
        self.reach.push(gap + 1);
        self.behind.push(self.steps.len() as u16);
        self.behind.len() as u16 - 1
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn all_steps_and_words_fit() {
        let mut adding = Adding::default();
        for rule in rules() {
            for pattern in rule.patterns {
                adding.pattern(rule, &Pattern::read(pattern, words::LISTS).unwrap());
            }
        }
        assert!(adding.steps.len() <= usize::from(u16::MAX), "{} steps", adding.steps.len());
        assert!(adding.behind.len() <= gates::MOST, "{} gates", adding.behind.len());
        assert!(adding.patterns.iter().all(|pattern| !pattern.steps.is_empty()));
        let mut cues: Vec<u32> = words::cues().map(|(word, _)| lookup_hash(&word)).collect();
        cues.sort_unstable();
        assert!(cues.is_sorted_by(|a, b| a < b), "a word is two cues");
        let matcher = Matcher::new(|_| true);
        let all = adding.words.into_keys().chain(cues);
        assert!(all.into_iter().all(|word| matcher.knows(word)), "too many words");
        assert!(!matcher.knows(0));
    }
}
