//! One pass over a text: a table of bytes says where something may begin, small scanners look there.

mod crypto;
mod cues;
mod email;
mod forms;
mod iban;
mod keccak;
mod names;
mod network;
mod personal;
mod phone;
mod secret;
mod shapes;
mod specials;
mod street;
mod text;
mod triggers;
mod url;

use super::context::Nearby;
use super::entity::Special;
use super::finder::Plan;
use super::groups::Groups;
use super::pattern::Token;
use super::settle::Candidate;
use text::{ahead, at, back, has_word_before};
use triggers::Triggers;

pub(super) use iban::is_valid_iban;
pub(super) use names::joins_names;
pub(super) use personal::is_month;
pub(super) use street::is_street_word;

/// The longest token that any form or address fills.
pub(super) const LONGEST_TOKEN: usize = 64;
/// What a context word adds to a score.
const CONTEXT: f32 = 0.4;
/// Never worth more.
const SURE: f32 = 1.0;

/// The longest span of each special scanner, in bytes.
pub(super) fn max_len(special: Special) -> usize {
    match special {
        Special::Assignment => 256,
        Special::Birth | Special::Geo | Special::Phone | Special::Crypto => 96,
        Special::ConnectionString => 1300,
        Special::Email => 320,
        Special::Iban => iban::MAX_LEN,
        Special::Ip => 64,
        Special::Mac => 17,
        Special::Organisation | Special::Person | Special::StreetAddress => 160,
        Special::Jwt | Special::PrivateKey => secret::MAX_LEN,
        Special::Url => url::MAX_LEN,
    }
}

/// What a byte may begin or sit in.
#[derive(Clone, Copy, PartialEq)]
enum Trigger {
    Digit,
    At,
    Colon,
    Equals,
    Dash,
    Dot,
    Capital,
}

fn trigger(byte: u8) -> Option<Trigger> {
    Some(match byte {
        b'0'..=b'9' => Trigger::Digit,
        b'@' => Trigger::At,
        b':' => Trigger::Colon,
        b'=' => Trigger::Equals,
        b'-' | b'_' => Trigger::Dash,
        b'.' => Trigger::Dot,
        b'A'..=b'Z' => Trigger::Capital,
        _ => return None,
    })
}

/// The candidates of one text.
pub(super) struct Scanner<'p, 't> {
    plan: &'p Plan,
    text: &'t str,
    bytes: &'t [u8],
    nearby: Nearby<'p>,
    key_ends: secret::Ends,
    /// The groups of digits that were looked at last, and where they begin.
    digits: Option<(usize, Groups)>,
    /// Where the last token that was looked at ends.
    seen: usize,
    /// Where the last URL ends: what looks like one in it is a part of it.
    linked: usize,
    /// Where the last word that was looked at for names ends.
    named: usize,
    found: Vec<Candidate>,
}

impl<'p, 't> Scanner<'p, 't> {
    pub(super) fn new(plan: &'p Plan, text: &'t str) -> Self {
        Self {
            plan,
            text,
            bytes: text.as_bytes(),
            nearby: Nearby::new(&plan.words),
            key_ends: secret::Ends::default(),
            digits: None,
            seen: 0,
            linked: 0,
            named: 0,
            found: Vec::new(),
        }
    }

    /// All of them, overlaps included.
    pub(super) fn run(mut self) -> Vec<Candidate> {
        let mut triggers = Triggers::new(self.bytes, self.plan.capitals);
        let mut index = 0;
        while let Some(place) = triggers.next(index) {
            let trigger = trigger(at(self.bytes, place)).unwrap_or(Trigger::Dot);
            index = self.look(place, trigger).max(place + 1);
        }
        self.found
    }

    /// Looks at one place; returns where to go on.
    fn look(&mut self, index: usize, trigger: Trigger) -> usize {
        match trigger {
            Trigger::Digit => return self.number(index),
            Trigger::At => self.email(index),
            Trigger::Colon => {
                self.word_before(index);
                if self.bytes.get(index..).is_some_and(|rest| rest.starts_with(b"://")) {
                    self.url(index);
                    return index + 3;
                }
                self.assignment(index);
                if at(self.bytes, index + 1) == b':'
                    && !at(self.bytes, index.wrapping_sub(1)).is_ascii_alphanumeric()
                {
                    self.ipv6(index);
                }
            }
            Trigger::Equals => {
                self.word_before(index);
                self.assignment(index);
            }
            Trigger::Dash => {
                self.word_before(index);
                if self.bytes.get(index..).is_some_and(|rest| rest.starts_with(b"-----BEGIN ")) {
                    return self.private_key(index);
                }
            }
            // The end of a sentence is none of its business.
            Trigger::Dot if at(self.bytes, index + 1).is_ascii_alphanumeric() => {
                self.word_before(index);
                self.bare_url(index);
            }
            Trigger::Dot => {}
            // Codes and names are words of their own.
            Trigger::Capital if at(self.bytes, index.wrapping_sub(1)).is_ascii_alphanumeric() => {}
            Trigger::Capital => {
                if at(self.bytes, index + 1).is_ascii_uppercase()
                    && let Some(end) = self.capitals(index)
                {
                    return end;
                }
                self.names(index);
            }
        }
        index + 1
    }

    /// The word in capitals that begins at `index`, if a code may be one; returns where it ends.
    fn capitals(&mut self, index: usize) -> Option<usize> {
        let end = ahead(self.bytes, index, LONGEST_TOKEN, |byte| byte.is_ascii_uppercase());
        let bordered = !at(self.bytes, end).is_ascii_alphanumeric();
        if !bordered || !matches!(end - index, 8 | 11) || index < self.seen {
            return None;
        }
        self.forms(index, end - index, Token::LetterFirst);
        self.seen = end;
        Some(end)
    }

    /// Looks at the word that ends before `index`, if it is one that holds no digit: a key may begin with it, or an
    /// address of a machine.
    fn word_before(&mut self, index: usize) {
        let start = back(self.bytes, index, LONGEST_TOKEN, |byte| byte.is_ascii_alphanumeric());
        if start >= index || start < self.seen {
            return;
        }
        self.seen = index;
        if !has_word_before(self.text, start) {
            self.keys(start, index - start);
            self.addresses(start, index);
        }
    }

    /// Addresses of machines that begin with a token.
    fn addresses(&mut self, start: usize, end: usize) {
        if end - start <= 4 && at(self.bytes, end) == b':' {
            self.ipv6(start);
        }
        if matches!(end - start, 2 | 4) {
            self.mac(start);
        }
    }

    /// The run of ASCII letters and digits around the digit at `index`; returns where it ends.
    fn number(&mut self, index: usize) -> usize {
        let digits = ahead(self.bytes, index, usize::MAX, |byte| byte.is_ascii_digit());
        let mut end = digits;
        if at(self.bytes, end).is_ascii_alphabetic() {
            end = ahead(self.bytes, end, usize::MAX, |byte| byte.is_ascii_alphanumeric());
        }
        let mut start = index;
        if at(self.bytes, index.wrapping_sub(1)).is_ascii_alphabetic() {
            start = back(self.bytes, index, LONGEST_TOKEN, |byte| byte.is_ascii_alphanumeric())
                .max(self.seen.min(index));
        }
        self.seen = end;
        if has_word_before(self.text, start) {
            return end;
        }
        if start == index && digits == end {
            self.digits(start, end);
        } else {
            self.token(start, end);
        }
        end
    }

    /// Digits only.
    fn digits(&mut self, start: usize, end: usize) {
        let (len, next) = (end - start, at(self.bytes, end));
        self.words_before(start);
        if len <= 18 {
            self.phone(start);
        }
        if len <= 3 && next == b'.' && self.groups(start).is_dotted() {
            self.ipv4(start);
        }
        if len <= LONGEST_TOKEN {
            self.forms(start, len, Token::Digits);
        }
        if next == b':' || (len == 2 && next == b'-') || (len == 4 && next == b'.') {
            self.addresses(start, end);
        }
        self.places(start, end);
    }

    /// Digits and letters.
    fn token(&mut self, start: usize, end: usize) {
        let len = end - start;
        let kind = match at(self.bytes, start).is_ascii_digit() {
            true => Token::DigitFirst,
            false => Token::LetterFirst,
        };
        if kind == Token::DigitFirst {
            self.words_before(start);
            if len <= 18 {
                self.phone(start);
            }
        } else {
            self.keys(start, len);
        }
        if len <= LONGEST_TOKEN {
            self.forms(start, len, kind);
            self.iban(start, len);
            self.crypto(start, end);
        }
        self.addresses(start, end);
        if kind == Token::DigitFirst {
            self.places(start, end);
        }
    }

    /// Dates, streets and coordinates that begin or end with a number.
    fn places(&mut self, start: usize, end: usize) {
        let next = at(self.bytes, end);
        // Of numbers in a row only one behind a word can be a house's, none the first part of a date.
        let row = next == b' ' && self.groups(start).goes_on();
        let behind = at(self.bytes, start.wrapping_sub(2));
        if !row || behind.is_ascii_alphabetic() || behind >= 0x80 {
            self.street(start, end);
        }
        if end - start <= 4 && !row {
            self.birth(start, end);
        }
        // Coordinates have three decimals or more.
        if next == 0xC2 || (next == b'.' && self.groups(start).len(1) > 2) {
            self.geo(start);
        }
    }

    /// Identifiers may begin with letters that are set off: `AB 12 34 56 C`, `RSS MRA 85T10 A562S`.
    fn words_before(&mut self, digits: usize) {
        // Most digits stand behind a space behind something else.
        if !at(self.bytes, digits.wrapping_sub(2)).is_ascii_alphabetic() {
            return;
        }
        let mut end = digits;
        for _ in 0..2 {
            let Some(gap) =
                end.checked_sub(1).filter(|gap| matches!(at(self.bytes, *gap), b' ' | b'-' | b'.'))
            else {
                return;
            };
            let start = back(self.bytes, gap, 5, |byte| byte.is_ascii_alphabetic());
            if !(1..=4).contains(&(gap - start)) || has_word_before(self.text, start) {
                return;
            }
            self.forms(start, gap - start, Token::LetterFirst);
            self.iban(start, gap - start);
            end = start;
        }
    }

    /// A candidate of a special scanner, with context.
    fn offer(&mut self, entity: u16, span: (usize, usize), score: f32, validated: bool) {
        let context = self.nearby.rows(self.text, span.0, span.1).has(entity);
        let score = score + if context { CONTEXT } else { 0.0 };
        self.push(entity, span, score, context, validated);
    }

    fn push(
        &mut self,
        entity: u16,
        (start, end): (usize, usize),
        score: f32,
        context: bool,
        validated: bool,
    ) {
        if score >= self.plan.min_score && start < end {
            self.found.push(Candidate {
                entity,
                start,
                end,
                score: score.min(SURE),
                context,
                validated,
            });
        }
    }
}
