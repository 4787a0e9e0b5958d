//! One pass over a text: a table of bytes says where something may begin, small scanners look there.

mod crypto;
mod email;
mod iban;
mod keccak;
mod network;
mod personal;
mod phone;
mod secret;
mod text;
mod url;

use super::context::Nearby;
use super::entity::{Check, Grade, Special};
use super::finder::{Form, Plan};
use super::groups::Groups;
use super::settle::Candidate;
use phone::Phone;
use text::{ahead, at, back, has_word_at, has_word_before};

pub(super) use iban::is_valid_iban;
pub(super) use personal::{is_month, is_street_word};

/// The longest token that any form or address fills.
pub(super) const LONGEST_TOKEN: usize = 64;
/// What a context word adds to a score.
const CONTEXT: f32 = 0.4;
/// What a candidate loses that only looks right.
const DOUBT: f32 = 0.3;
/// How near a word must stand to make digits a phone number, before and behind.
const PHONE_REACH: (usize, usize) = (45, 14);
/// From this score on a form is not mistaken for a part of a longer number.
const DISTINCT: f32 = 0.7;
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
            seen: 0,
            linked: 0,
            named: 0,
            found: Vec::new(),
        }
    }

    /// All of them, overlaps included.
    pub(super) fn run(mut self) -> Vec<Candidate> {
        let mut index = 0;
        while let Some((at, trigger)) = self.next(index) {
            index = self.look(at, trigger).max(at + 1);
        }
        self.found
    }

    fn next(&self, from: usize) -> Option<(usize, Trigger)> {
        let rest = self.bytes.get(from..)?;
        let capitals = self.plan.capitals;
        let hit = |byte: &u8| match byte {
            b'-'..=b'@' | b'_' => true,
            b'A'..=b'Z' => capitals,
            _ => false,
        };
        let offset = rest.iter().position(hit)?;
        let trigger = rest.get(offset).copied().and_then(trigger);
        Some((from + offset, trigger.unwrap_or(Trigger::Dot)))
    }

    /// Looks at one place; returns where to go on.
    fn look(&mut self, index: usize, trigger: Trigger) -> usize {
        match trigger {
            Trigger::Digit => {
                let start =
                    back(self.bytes, index, LONGEST_TOKEN, |byte| byte.is_ascii_alphanumeric())
                        .max(self.seen.min(index));
                let end = ahead(self.bytes, index, usize::MAX, |byte| byte.is_ascii_alphanumeric());
                self.token(start, end);
                return end;
            }
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
            Trigger::Capital => {
                let end = ahead(self.bytes, index, LONGEST_TOKEN, |byte| byte.is_ascii_uppercase());
                let bordered = !at(self.bytes, end).is_ascii_alphanumeric()
                    && !at(self.bytes, index.wrapping_sub(1)).is_ascii_alphanumeric();
                if bordered && matches!(end - index, 8 | 11) && index >= self.seen {
                    self.forms(index, end - index);
                    self.seen = end;
                    return end;
                }
                self.names(index);
            }
        }
        index + 1
    }

    fn special(&self, special: Special) -> Option<u16> {
        self.plan.special.get(special as usize).copied().flatten()
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

    /// A run of ASCII letters and digits.
    fn token(&mut self, start: usize, end: usize) {
        self.seen = end;
        if start > 0 && has_word_before(self.text, start) {
            return;
        }
        let first = at(self.bytes, start);
        let len = end - start;
        if first.is_ascii_digit() {
            self.words_before(start);
            if len <= 18 {
                self.phone(start);
            }
            if len <= 3 && at(self.bytes, end) == b'.' {
                self.ipv4(start);
            }
        } else {
            self.keys(start, len);
        }
        if len <= LONGEST_TOKEN {
            self.forms(start, len);
            self.iban(start, len);
            self.crypto(start, end);
        }
        self.addresses(start, end);
        if first.is_ascii_digit() {
            if !at(self.bytes, end + 1).is_ascii_digit() {
                self.street(start, end);
            }
            self.birth(start, end);
            if matches!(at(self.bytes, end), b'.' | 0xC2) {
                self.geo(start);
            }
        }
    }

    /// Identifiers may begin with letters that are set off: `AB 12 34 56 C`, `RSS MRA 85T10 A562S`.
    fn words_before(&mut self, digits: usize) {
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
            self.forms(start, gap - start);
            self.iban(start, gap - start);
            end = start;
        }
    }

    fn forms(&mut self, start: usize, len: usize) {
        let plan = self.plan;
        let Some(bucket) = plan.buckets.get(len).filter(|bucket| !bucket.is_empty()) else {
            return;
        };
        // A part of a longer number, an amount of money.
        let before = start.checked_sub(1).map_or(0, |index| at(self.bytes, index));
        let joined = matches!(before, b'.' | b'-' | b'/')
            && start.checked_sub(2).is_some_and(|index| at(self.bytes, index).is_ascii_digit());
        if joined || matches!(before, b'$' | b'+') {
            return;
        }
        let digit = at(self.bytes, start).is_ascii_digit();
        let groups = if digit { Groups::of(self.bytes, start) } else { Groups::default() };
        let spoken = self.nearby.anywhere(self.text, start);
        for index in bucket {
            let Some(form) = plan.forms.get(usize::from(*index)) else { continue };
            let weak = form.score < plan.min_score;
            if (weak && !spoken.has(form.entity))
                || !form.fits(digit)
                || !form.pattern.may_match(&groups)
            {
                continue;
            }
            // Where the length is known, a weak form is asked for its context before it is matched.
            if weak
                && let Some(len) = form.pattern.fixed_len()
                && !self.nearby.rows(self.text, start, start + len).has(form.entity)
            {
                continue;
            }
            let Some((end, compact)) = form.pattern.matches(self.bytes, start) else { continue };
            let next = (at(self.bytes, end), at(self.bytes, end + 1));
            if matches!(next, (b'.' | b'-', b'0'..=b'9')) || has_word_at(self.text, end) {
                continue;
            }
            if form.score < DISTINCT && self.goes_on(start, end) {
                continue;
            }
            // Without digits, only capitals tell a code from a word.
            let written = self.bytes.get(start..end).unwrap_or_default();
            if form.pattern.letters_only && written.iter().any(u8::is_ascii_lowercase) {
                continue;
            }
            self.form(form, start, end, compact.as_bytes());
        }
    }

    /// Whether groups of digits of the same length stand before or behind, as in a longer number.
    fn goes_on(&self, start: usize, end: usize) -> bool {
        let digits = |from: usize| ahead(self.bytes, from, 8, |byte| byte.is_ascii_digit());
        let group = digits(start) - start;
        let last = end - back(self.bytes, end, 8, |byte| byte.is_ascii_digit());
        let before = start.checked_sub(1).filter(|gap| at(self.bytes, *gap) == b' ');
        let before =
            before.map_or(0, |gap| gap - back(self.bytes, gap, 8, |byte| byte.is_ascii_digit()));
        let after = if at(self.bytes, end) == b' ' { digits(end + 1) - (end + 1) } else { 0 };
        group > 2 && end > start + group && (before == group || (after == last && after > 2))
    }

    fn form(&mut self, form: &Form, start: usize, end: usize, id: &[u8]) {
        let context = self.nearby.rows(self.text, start, end).has(form.entity);
        let score = form.score + if context { CONTEXT } else { 0.0 };
        if score < self.plan.min_score {
            return;
        }
        let (passes, validated, score) = match form.check {
            Check::None => (true, false, score),
            Check::Rules(check) => (check(id), false, score),
            Check::Sum(check) => (check(id), true, score),
            Check::Graded(check) => match check(id) {
                Grade::No => (false, false, score),
                Grade::Unsure => (true, false, score - if context { 0.0 } else { DOUBT }),
                Grade::Plausible => (true, false, score),
                Grade::Valid => (true, true, score),
            },
        };
        if passes {
            self.push(form.entity, (start, end), score, context, validated);
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

    fn email(&mut self, sign: usize) {
        let Some(entity) = self.special(Special::Email) else { return };
        if let Some(span) = email::email(self.text, sign) {
            self.push(entity, span, SURE, true, true);
        }
    }

    fn url(&mut self, colon: usize) {
        if colon < self.linked {
            return;
        }
        if let Some(entity) = self.special(Special::ConnectionString)
            && let Some(span) = secret::connection_string(self.bytes, colon)
        {
            self.push(entity, span, 0.9, true, true);
            self.linked = span.1;
        }
        if let Some(entity) = self.special(Special::Url)
            && let Some((start, end, is_ip)) = url::with_scheme(self.text, colon)
        {
            self.push(entity, (start, end), 0.9, false, is_ip);
            self.linked = self.linked.max(end);
        }
    }

    fn bare_url(&mut self, dot: usize) {
        if let Some(entity) = self.special(Special::Url)
            && let Some(span) = url::bare(self.text, dot)
        {
            self.push(entity, span, 0.7, false, false);
        }
    }

    fn phone(&mut self, start: usize) {
        let Some(entity) = self.special(Special::Phone) else { return };
        let distinct = phone::may_stand_alone(self.bytes, start);
        if !distinct && !self.nearby.anywhere(self.text, start).has(entity) {
            return;
        }
        let Some(phone) = phone::phone(self.text, start) else { return };
        let Phone { start, end, .. } = phone;
        let span = (start, end);
        let for_it = self.nearby.within(self.text, span, entity, PHONE_REACH);
        let against = self.nearby.within(self.text, span, self.plan.no_phone, PHONE_REACH);
        // What is nearer decides: `call me about order 12345678`.
        let context = for_it.is_some_and(|distance| against.is_none_or(|other| distance < other));
        let score = match (context, against) {
            (true, _) => phone.score + CONTEXT,
            (false, Some(_)) => phone.score - 0.2,
            (false, None) => phone.score,
        };
        self.push(entity, (start, end), score, context, false);
    }

    fn ipv4(&mut self, start: usize) {
        let Some(entity) = self.special(Special::Ip) else { return };
        let before = start.checked_sub(1).map_or(0, |index| at(self.bytes, index));
        if before == b'.'
            || (before == b'-' && start > 1 && at(self.bytes, start - 2).is_ascii_digit())
        {
            return;
        }
        let Some((end, octets)) = network::ipv4(self.bytes, start) else { return };
        let word = back(self.bytes, start, 16, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'.' | b':')
        });
        let word = self.bytes.get(word..start).unwrap_or_default().to_ascii_lowercase();
        let trimmed = word.trim_ascii_end();
        let counted =
            [&b"version"[..], b"ver", b"ver.", b"section", b"chapter", b" v", b"release", b"build"];
        if counted.iter().any(|name| trimmed.ends_with(name)) || before == 0xA7 {
            return;
        }
        self.offer(entity, (start, end), network::ipv4_score(octets), true);
    }

    fn ipv6(&mut self, start: usize) {
        let Some(entity) = self.special(Special::Ip) else { return };
        if matches!(start.checked_sub(1).map_or(0, |index| at(self.bytes, index)), b':' | b'.') {
            return;
        }
        let Some((end, address)) = network::ipv6(self.bytes, start) else { return };
        let literal = self.bytes.get(start..end).unwrap_or_default();
        self.offer(entity, (start, end), network::ipv6_score(literal, address), true);
    }

    fn mac(&mut self, start: usize) {
        let Some(entity) = self.special(Special::Mac) else { return };
        let before = start.checked_sub(1).map_or(0, |index| at(self.bytes, index));
        if matches!(before, b':' | b'-' | b'.')
            && start > 1
            && at(self.bytes, start - 2).is_ascii_hexdigit()
        {
            return;
        }
        if let Some(end) = network::mac(self.bytes, start) {
            self.offer(entity, (start, end), 0.8, true);
        }
    }

    fn iban(&mut self, start: usize, len: usize) {
        let Some(entity) = self.special(Special::Iban) else { return };
        let letters = len >= 2 && at(self.bytes, start + 1).is_ascii_alphabetic();
        let digits = len == 2
            || (at(self.bytes, start + 2).is_ascii_digit()
                && at(self.bytes, start + 3).is_ascii_digit());
        if !(letters && digits && at(self.bytes, start).is_ascii_alphabetic()) {
            return;
        }
        if let Some(found) = iban::iban(self.bytes, start) {
            self.offer(entity, (start, found.end), found.score, found.validated);
        }
    }

    fn crypto(&mut self, start: usize, end: usize) {
        let Some(entity) = self.special(Special::Crypto) else { return };
        let token = self.bytes.get(start..end).unwrap_or_default();
        if token.len() < 26 {
            return;
        }
        if let Some(validated) = crypto::is_address(token) {
            self.offer(entity, (start, end), if validated { 0.95 } else { 0.6 }, validated);
        }
    }

    fn keys(&mut self, start: usize, len: usize) {
        let first = at(self.bytes, start);
        let plan = self.plan;
        for index in plan.keys_by_first.get(usize::from(first)).into_iter().flatten() {
            let Some((key, entity)) = plan.keys.get(usize::from(*index)) else { continue };
            if let Some(end) = secret::key(self.bytes, start, key) {
                self.push(*entity, (start, end), 0.9, true, true);
                self.seen = self.seen.max(start + len);
            }
        }
        if first == b'e'
            && let Some(entity) = self.special(Special::Jwt)
            && let Some(end) = secret::jwt(self.bytes, start)
        {
            self.push(entity, (start, end), 0.95, true, true);
        }
    }

    fn assignment(&mut self, sign: usize) {
        let Some(entity) = self.special(Special::Assignment) else { return };
        if let Some(span) = secret::assignment(self.bytes, sign) {
            self.push(entity, span, 0.6, true, false);
        }
    }

    fn private_key(&mut self, start: usize) -> usize {
        let Some(entity) = self.special(Special::PrivateKey) else { return start + 11 };
        match secret::private_key(self.bytes, start, &mut self.key_ends) {
            Some(end) => {
                let end = self.text.floor_char_boundary(end);
                self.push(entity, (start, end), SURE, true, true);
                end
            }
            None => start + 11,
        }
    }

    fn birth(&mut self, start: usize, end: usize) {
        let Some(entity) = self.special(Special::Birth) else { return };
        if end - start > 4 {
            return;
        }
        if !self.nearby.anywhere(self.text, start).has(entity) {
            return;
        }
        if let Some(span) = personal::date(self.text, start) {
            self.offer(entity, span, 0.2, false);
        }
    }

    fn street(&mut self, start: usize, end: usize) {
        let Some(entity) = self.special(Special::StreetAddress) else { return };
        if let Some((start, end)) = personal::street(self.text, start, end) {
            self.push(entity, (start, end), 0.6, false, false);
        }
    }

    fn geo(&mut self, start: usize) {
        let Some(entity) = self.special(Special::Geo) else { return };
        if let Some((span, score)) = personal::coordinates(self.text, start) {
            self.offer(entity, span, score, false);
        }
    }

    fn names(&mut self, start: usize) {
        if start < self.named {
            return;
        }
        if let Some(entity) = self.special(Special::Person)
            && let Some(end) = personal::person(self.text, start)
        {
            self.push(entity, (start, end), 0.6, true, false);
            self.named = end;
        } else if let Some(entity) = self.special(Special::Organisation)
            && let Some(end) = personal::organisation(self.text, start)
        {
            self.push(entity, (start, end), 0.6, false, false);
            self.named = end;
        }
    }
}
