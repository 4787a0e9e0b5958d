//! A compiled selection.

use std::collections::HashSet;
use std::rc::Rc;

use super::context::{BEFORE, Rows};
use super::custom::Customs;
use super::entity::{Category, Check, Key, Scan, Special};
use super::groups::{Groups, Layout};
use super::pattern::{Pattern, Token};
use super::scan::{self, LONGEST_TOKEN, Scanner};
use super::settle::settle;
use super::stream;
use super::view::{View, loosely};
use super::words::Words;
use super::{ENTITIES, Entity, Finding, Selection, SelectionError};

/// Words that say that the digits behind them are no phone number.
const NO_PHONE: [&str; 34] = [
    "order",
    "order number",
    "invoice",
    "ticket",
    "case",
    "reference",
    "ref",
    "tracking",
    "card",
    "credit",
    "isbn",
    "issn",
    "sku",
    "serial",
    "version",
    "page",
    "pages",
    "line",
    "id",
    "zip",
    "account",
    "model",
    "part number",
    "patent",
    "policy number",
    "confirmation",
    "booking",
    "transaction",
    "timestamp",
    "license",
    "licence",
    "passport",
    "article",
    "bestellnummer",
];

/// Finds what its selection names. Compile it once; share it by `Rc`.
#[derive(Debug)]
pub struct Finder {
    plan: Plan,
    names: Vec<Rc<str>>,
    customs: Customs,
    allow: HashSet<String>,
    max_len: usize,
}

/// What the scanners need to know.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) min_score: f32,
    pub(super) words: Words,
    pub(super) forms: Vec<Form>,
    /// What may begin with a token: see [`Self::bucket`].
    buckets: Vec<Option<Box<Bucket>>>,
    /// By scanner, the row that it finds.
    pub(super) special: [Option<u16>; Special::COUNT],
    pub(super) keys: Vec<(Key, u16)>,
    /// By first byte, the keys that begin with it.
    pub(super) keys_by_first: Vec<Vec<u16>>,
    /// Whether words in capitals or with a capital are looked at.
    pub(super) capitals: bool,
    /// The row that stands for words that speak against a phone number.
    pub(super) no_phone: u16,
}

/// A written form of an entity.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) entity: u16,
    pub(super) score: f32,
    pub(super) check: Check,
    pub(super) pattern: Pattern,
}

/// A form that may begin with a token.
#[derive(Debug)]
pub(super) struct Entry {
    /// The groups of digits that it begins with.
    pub(super) layout: Layout,
    /// Its place among the forms.
    pub(super) form: u16,
    pub(super) entity: u16,
}

/// The forms that may begin with tokens of a kind.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    /// Those that stand alone.
    pub(super) strong: Vec<Entry>,
    /// Those that need a context word.
    pub(super) weak: Vec<Entry>,
    /// The rows of the weak ones: where no word speaks for any of them, none is looked at.
    pub(super) rows: Rows,
}

impl Finder {
    /// Compiles a selection.
    ///
    /// # Errors
    /// Everything that is wrong with the selection.
    pub fn new(selection: &Selection) -> Result<Self, Vec<SelectionError>> {
        let mut errors = Vec::new();
        let entities = selected(selection, &mut errors);
        if !(0.0..=1.0).contains(&selection.min_score) {
            errors.push(SelectionError::new("min_score", "expected a number from 0 to 1"));
        }
        // Custom rows come behind the built-in ones.
        let first_custom = ENTITIES.len() as u16;
        let no_phone = Rows::MOST - 1;
        let customs = Customs::new(&selection.custom, first_custom, &mut errors);
        let mut pairs: Vec<(String, u16)> =
            NO_PHONE.iter().map(|word| ((*word).to_owned(), no_phone)).collect();
        pairs.extend(customs.context());
        let mut plan = Plan {
            min_score: selection.min_score,
            words: Words::default(),
            forms: Vec::new(),
            buckets: Vec::new(),
            special: [None; Special::COUNT],
            keys: Vec::new(),
            keys_by_first: vec![Vec::new(); 256],
            capitals: false,
            no_phone,
        };
        let mut max_len = customs.max_len();
        for (row, entity) in ENTITIES.iter().enumerate().filter(|(row, _)| entities.contains(row)) {
            let row = row as u16;
            pairs.extend(entity.context().map(|word| (word.to_owned(), row)));
            max_len = max_len.max(plan.add(row, entity));
        }
        plan.words = Words::new(pairs);
        let built_in = ENTITIES.iter().map(|entity| Rc::from(entity.name));
        let names = built_in
            .chain(selection.custom.iter().map(|custom| Rc::from(custom.name.as_str())))
            .collect();
        let allow = selection.allow.iter().map(|value| loosely(value)).collect();
        if errors.is_empty() {
            Ok(Self { plan, names, customs, allow, max_len })
        } else {
            Err(errors)
        }
    }

    /// What stands in `text`, in order, without overlaps.
    pub fn find(&self, text: &str) -> Vec<Finding> {
        let view = View::new(text);
        let mut candidates = Scanner::new(&self.plan, &view.text).run();
        self.customs.find(&view, &self.plan.words, self.plan.min_score, &mut candidates);
        if candidates.is_empty() {
            return Vec::new();
        }
        if !self.allow.is_empty() {
            candidates.retain(|candidate| {
                let value = view.text.get(candidate.start..candidate.end);
                value.is_none_or(|value| !self.allow.contains(&loosely(value)))
            });
        }
        let findings = settle(candidates).into_iter().filter_map(|candidate| {
            Some(Finding {
                entity: Rc::clone(self.names.get(usize::from(candidate.entity))?),
                start: view.start(candidate.start),
                end: view.end(candidate.end),
                score: candidate.score,
                validated: candidate.validated,
            })
        });
        findings.collect()
    }

    /// The longest span, in bytes, that a finding can cover.
    pub fn max_len(&self) -> usize {
        self.max_len
    }

    /// How many bytes before a finding can matter to it: context words.
    pub fn context_len(&self) -> usize {
        BEFORE
    }

    /// For streams: the offset before which more text can change nothing. `text[..settled]` may go out with its
    /// findings acted on (none reaches across it), the rest waits for more. Words that follow a finding and speak
    /// for it are not waited for. `context_len` bytes before the rest should be kept to look at.
    pub fn settled(&self, text: &str) -> usize {
        let whole = self.customs.look_back();
        let held = stream::held(text, &self.plan).min(text.len().saturating_sub(whole));
        text.ceil_char_boundary(held.max(text.len().saturating_sub(self.max_len)))
    }
}

/// How many buckets there are.
const BUCKETS: usize = Token::ALL.len() * (LONGEST_TOKEN + 1) * Groups::KEYS;

/// The bucket of a token.
fn place(token: Token, len: usize, key: usize) -> usize {
    (token as usize * (LONGEST_TOKEN + 1) + len.min(LONGEST_TOKEN)) * Groups::KEYS + key
}

impl Plan {
    /// What may begin with a token of this kind and length, digits by the key of their groups.
    pub(super) fn bucket(&self, token: Token, len: usize, key: usize) -> Option<&Bucket> {
        self.buckets.get(place(token, len, key))?.as_deref()
    }

    pub(super) fn finds(&self, special: Special) -> bool {
        self.special.get(special as usize).copied().flatten().is_some()
    }

    /// Takes a row in. Returns the length of its longest finding.
    fn add(&mut self, row: u16, entity: &Entity) -> usize {
        match entity.scan {
            Scan::Forms(forms) => {
                let mut longest = 0;
                for (form, score) in forms {
                    let pattern = Pattern::new(form);
                    longest = longest.max(pattern.max_len);
                    let index = self.forms.len() as u16;
                    let weak = *score < self.min_score;
                    self.buckets.resize_with(BUCKETS, || None);
                    for (token, len) in Token::ALL
                        .into_iter()
                        .flat_map(|token| (0..=LONGEST_TOKEN).map(move |len| (token, len)))
                    {
                        let Some(layout) = pattern.layout(token, len) else { continue };
                        let keys = if token == Token::Digits { Groups::KEYS } else { 1 };
                        for key in (0..keys).filter(|key| layout.may_have(*key)) {
                            let Some(slot) = self.buckets.get_mut(place(token, len, key)) else {
                                continue;
                            };
                            let bucket = slot.get_or_insert_default();
                            let entry = Entry { layout, form: index, entity: row };
                            match weak {
                                true => {
                                    bucket.rows.insert(row);
                                    bucket.weak.push(entry);
                                }
                                false => bucket.strong.push(entry),
                            }
                        }
                    }
                    self.capitals |= pattern.letters_only;
                    self.forms.push(Form {
                        entity: row,
                        score: *score,
                        check: entity.check,
                        pattern,
                    });
                }
                longest
            }
            Scan::Keys(keys) => {
                for key in keys {
                    let index = self.keys.len() as u16;
                    let first = key.prefix.bytes().next().map(usize::from);
                    if let Some(bucket) = first.and_then(|first| self.keys_by_first.get_mut(first))
                    {
                        bucket.push(index);
                    }
                    self.keys.push((*key, row));
                }
                keys.iter().map(|key| key.prefix.len() + usize::from(key.len.1)).max().unwrap_or(0)
            }
            Scan::Special(special) => {
                if let Some(slot) = self.special.get_mut(special as usize) {
                    *slot = Some(row);
                }
                self.capitals |= matches!(special, Special::Person | Special::Organisation);
                scan::max_len(special)
            }
        }
    }
}

/// The entity whose name begins most like an unknown one, as the end of an error: `, is it EMAIL_ADDRESS?`
pub(crate) fn meant(unknown: &str) -> String {
    let alike = |name: &str| {
        let pairs = name.bytes().zip(unknown.bytes());
        pairs.take_while(|(one, other)| one.eq_ignore_ascii_case(other)).count()
    };
    let best = ENTITIES.iter().rev().max_by_key(|entity| alike(entity.name));
    let best = best.filter(|entity| alike(entity.name) >= 4);
    best.map(|entity| format!(", is it {}?", entity.name)).unwrap_or_default()
}

/// The rows that a selection names.
fn selected(selection: &Selection, errors: &mut Vec<SelectionError>) -> HashSet<usize> {
    let mut rows = HashSet::new();
    for (index, name) in selection.entities.iter().enumerate() {
        let is_category = Category::ALL.iter().any(|category| category.name() == name);
        let mut known = false;
        for (row, entity) in ENTITIES.iter().enumerate() {
            let named = entity.name == name;
            // A category or a region means what is on by default in it.
            let grouped = entity.default
                && (entity.region == name || (is_category && entity.category.name() == name));
            known |= named || grouped;
            if named || grouped {
                rows.insert(row);
            }
        }
        if !known && !is_category {
            let meant = meant(name);
            let message = format!("unknown entity, category or region `{name}`{meant}");
            errors.push(SelectionError::new(&format!("entities[{index}]"), &message));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn an_unknown_name_is_refused_with_what_may_be_meant() {
        for (name, end) in [
            ("EMAIL", "`EMAIL`, is it EMAIL_ADDRESS?"),
            ("phone", "`phone`, is it PHONE_NUMBER?"),
            ("CREDIT_CRAD", "`CREDIT_CRAD`, is it CREDIT_CARD?"),
            ("XYZ", "`XYZ`"),
        ] {
            let selection = Selection { entities: vec![name.to_owned()], ..Selection::default() };
            let problems = Finder::new(&selection).unwrap_err();
            let told: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
            assert_eq!(told, [format!("unknown entity, category or region {end}")]);
        }
    }
}
