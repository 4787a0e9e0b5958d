//! Entities of one's own: regular expressions and lists of words.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use regex::bytes::{Regex, RegexBuilder};

use super::checks;
use super::context::{Nearby, is_whole};
use super::pattern::Compact;
use super::scan::is_valid_iban;
use super::settle::Candidate;
use super::view::{View, loosely};
use super::words::Words;
use super::{Custom, CustomMatch, ENTITIES, SelectionError, Validator};

/// How big a compiled expression may be, in bytes, and the cache of its automaton.
const SIZE_LIMIT: usize = 256 * 1024;
/// How many custom entities there may be.
const MOST: usize = 64;
/// What look-back a stream gives to a match of an expression, in bytes.
const PATTERN_LEN: usize = 256;

/// The custom entities of a finder.
#[derive(Debug)]
pub(super) struct Customs {
    patterns: Vec<Pattern>,
    words: Option<WordLists>,
    rows: Vec<Row>,
    first_row: u16,
    max_len: usize,
    look_back: usize,
}

#[derive(Debug)]
struct Row {
    score: f32,
    validator: Option<Validator>,
    context: Vec<String>,
}

#[derive(Debug)]
struct Pattern {
    regex: Regex,
    custom: usize,
}

/// All word lists, as one automaton.
#[derive(Debug)]
struct WordLists {
    automaton: AhoCorasick,
    /// The custom entity of each word.
    custom: Vec<usize>,
}

impl Customs {
    /// Compiles them; their rows begin at `first_row`.
    pub(super) fn new(
        customs: &[Custom],
        first_row: u16,
        errors: &mut Vec<SelectionError>,
    ) -> Self {
        let mut new = Self {
            patterns: Vec::new(),
            words: None,
            rows: Vec::new(),
            first_row,
            max_len: 0,
            look_back: 0,
        };
        if customs.len() > MOST {
            errors
                .push(SelectionError::new("custom", &format!("expected at most {MOST} entities")));
            return new;
        }
        let mut listed = Vec::new();
        for (index, custom) in customs.iter().enumerate() {
            let at = |field: &str| format!("custom[{index}].{field}");
            check_name(custom, customs.get(..index).unwrap_or_default(), &at("name"), errors);
            if !(0.0..=1.0).contains(&custom.score) {
                errors.push(SelectionError::new(&at("score"), "expected a number from 0 to 1"));
            }
            match &custom.matches {
                CustomMatch::Pattern(pattern) => match compile(pattern) {
                    Ok(regex) => {
                        new.patterns.push(Pattern { regex, custom: index });
                        new.max_len = new.max_len.max(PATTERN_LEN);
                        new.look_back = new.look_back.max(PATTERN_LEN);
                    }
                    Err(message) => errors.push(SelectionError::new(&at("pattern"), &message)),
                },
                CustomMatch::Words(words) => {
                    if words.is_empty() {
                        errors
                            .push(SelectionError::new(&at("words"), "expected at least one word"));
                    }
                    for (place, word) in words.iter().enumerate() {
                        let folded = loosely(word.trim());
                        if folded.is_empty() {
                            errors.push(SelectionError::new(
                                &format!("{}[{place}]", at("words")),
                                "expected a word",
                            ));
                        }
                        // Folding can shorten a character, so allow for some more than the word has.
                        new.max_len = new.max_len.max(word.len() * 2);
                        if word.contains(char::is_whitespace) {
                            new.look_back = new.look_back.max(word.len() * 2);
                        }
                        listed.push((folded, index));
                    }
                }
            }
            for (place, word) in custom.context.iter().enumerate() {
                if word.is_empty() {
                    let at = format!("{}[{place}]", at("context"));
                    errors.push(SelectionError::new(&at, "expected a word"));
                }
            }
            new.rows.push(Row {
                score: custom.score,
                validator: custom.validator,
                context: custom.context.clone(),
            });
        }
        if !listed.is_empty() {
            let (words, custom): (Vec<String>, Vec<usize>) = listed.into_iter().unzip();
            let built =
                AhoCorasickBuilder::new().match_kind(MatchKind::LeftmostLongest).build(words);
            match built {
                Ok(automaton) => new.words = Some(WordLists { automaton, custom }),
                Err(error) => errors.push(SelectionError::new("custom", &error.to_string())),
            }
        }
        new
    }

    /// Context words, with the rows that they speak for.
    pub(super) fn context(&self) -> impl Iterator<Item = (String, u16)> + '_ {
        let rows = self.rows.iter().zip(self.first_row..);
        rows.flat_map(|(row, index)| row.context.iter().map(move |word| (word.clone(), index)))
    }

    pub(super) fn max_len(&self) -> usize {
        self.max_len
    }

    /// How many bytes at the end of a stream are always waited with: expressions and phrases can match anything.
    pub(super) fn look_back(&self) -> usize {
        self.look_back
    }

    /// Adds what stands in a text to `found`, in offsets of its view.
    pub(super) fn find(
        &self,
        view: &View<'_>,
        words: &Words,
        min_score: f32,
        found: &mut Vec<Candidate>,
    ) {
        let text: &str = &view.text;
        let mut push = |nearby: &mut Nearby<'_>, custom: usize, start: usize, end: usize| {
            let Some(row) = self.rows.get(custom) else { return };
            let Some(value) = text.get(start..end).filter(|value| !value.is_empty()) else {
                return;
            };
            if row.validator.is_some_and(|validator| !validates(validator, value)) {
                return;
            }
            let entity = self.first_row + custom as u16;
            let context = nearby.rows(text, start, end).has(entity);
            if (context || row.context.is_empty()) && row.score >= min_score {
                let validated = row.validator.is_some();
                found.push(Candidate { entity, start, end, score: row.score, context, validated });
            }
        };
        for Pattern { regex, custom } in &self.patterns {
            let mut nearby = Nearby::new(words);
            for hit in regex.find_iter(text.as_bytes()) {
                // Expressions see bytes: a match must not cut a character.
                push(
                    &mut nearby,
                    *custom,
                    text.floor_char_boundary(hit.start()),
                    text.ceil_char_boundary(hit.end()),
                );
            }
        }
        if let Some(lists) = &self.words {
            let mut nearby = Nearby::new(words);
            let folded = View::loose(text);
            for hit in lists.automaton.find_iter(folded.text.as_bytes()) {
                let (start, end) = (folded.start(hit.start()), folded.end(hit.end()));
                if let Some(custom) = lists.custom.get(hit.pattern().as_usize())
                    && is_whole(text, start, end)
                {
                    push(&mut nearby, *custom, start, end);
                }
            }
        }
    }
}

fn check_name(custom: &Custom, earlier: &[Custom], path: &str, errors: &mut Vec<SelectionError>) {
    let name = custom.name.as_str();
    let formed = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    if !formed || name.len() > 40 {
        let message = "expected at most 40 capitals, digits and underscores, a capital first";
        errors.push(SelectionError::new(path, message));
    } else if ENTITIES.iter().any(|entity| entity.name == name) {
        errors.push(SelectionError::new(path, &format!("`{name}` is a built-in entity")));
    } else if earlier.iter().any(|other| other.name == name) {
        errors.push(SelectionError::new(path, &format!("`{name}` is defined twice")));
    }
}

fn compile(pattern: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(pattern)
        // ASCII classes: the tables of Unicode would double the module.
        .unicode(false)
        .size_limit(SIZE_LIMIT)
        .dfa_size_limit(SIZE_LIMIT)
        .nest_limit(64)
        .build();
    let regex = built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "the expression is too big once compiled".to_owned(),
        error => error.to_string().lines().last().unwrap_or_default().trim().to_owned(),
    })?;
    if regex.is_match(b"") {
        Err("the expression matches the empty text".to_owned())
    } else {
        Ok(regex)
    }
}

fn validates(validator: Validator, value: &str) -> bool {
    let Some(compact) = Compact::of(value.as_bytes()) else { return false };
    let id = compact.as_bytes();
    let digits = id.iter().all(u8::is_ascii_digit) && id.len() > 1;
    match validator {
        Validator::Luhn => digits && checks::luhn(id),
        Validator::Mod97 => is_valid_iban(id),
        Validator::Verhoeff => digits && checks::verhoeff(id),
    }
}
