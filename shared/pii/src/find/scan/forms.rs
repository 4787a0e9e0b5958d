//! Written forms: which of them a token begins, and whether what stands there is one.

use super::super::entity::{Check, Grade};
use super::super::finder::{Entry, Form};
use super::super::groups::Groups;
use super::super::pattern::Token;
use super::text::{ahead, at, back, has_word_at};
use super::{CONTEXT, Scanner};

/// What a candidate loses that only looks right.
const DOUBT: f32 = 0.3;
/// From this score on a form is not mistaken for a part of a longer number.
const DISTINCT: f32 = 0.7;

impl Scanner<'_, '_> {
    /// The groups of the digits at `start`. Where a run of groups goes on, none of them is counted twice.
    pub(super) fn groups(&mut self, start: usize) -> Groups {
        if let Some((before, groups)) = self.digits {
            if before == start {
                return groups;
            }
            if groups.step().is_some_and(|step| before + step == start) {
                let groups = groups.behind_first(self.bytes);
                self.digits = Some((start, groups));
                return groups;
            }
        }
        let groups = Groups::of(self.bytes, start);
        self.digits = Some((start, groups));
        groups
    }

    /// The forms that may begin with a token.
    pub(super) fn forms(&mut self, start: usize, len: usize, token: Token) {
        let groups = if token == Token::Digits { self.groups(start) } else { Groups::default() };
        let plan = self.plan;
        let Some(bucket) = plan.bucket(token, len, groups.key()) else { return };
        // A part of a longer number, an amount of money.
        let before = start.checked_sub(1).map_or(0, |index| at(self.bytes, index));
        let joined = matches!(before, b'.' | b'-' | b'/')
            && start.checked_sub(2).is_some_and(|index| at(self.bytes, index).is_ascii_digit());
        if joined || matches!(before, b'$' | b'+') {
            return;
        }
        // Lengths first: looking for words costs more. And most places have none near by that speaks for any form.
        let admitted = |entry: &Entry| entry.layout.admits(&groups);
        let fits = |entry: &Entry| {
            let form = plan.forms.get(usize::from(entry.form)).filter(|_| admitted(entry));
            form.is_some_and(|form| {
                form.pattern.matches(self.bytes, start, &entry.layout).is_some()
            })
        };
        let weak = match (self.nearby.has_looked(start) || bucket.weak.iter().any(fits))
            && bucket.rows.meets(self.nearby.spoken_near(self.text, start))
        {
            true => bucket.weak.as_slice(),
            false => &[],
        };
        let entries = bucket.strong.iter().map(|entry| (entry, false));
        for (entry, is_weak) in entries.chain(weak.iter().map(|entry| (entry, true))) {
            if !admitted(entry)
                || (is_weak && !self.nearby.may_speak(self.text, start, entry.entity))
            {
                continue;
            }
            // Where the length is known, a weak form is asked for its context before it is matched.
            if is_weak
                && let Some(len) = entry.layout.whole
                && !self.nearby.rows(self.text, start, start + len).has(entry.entity)
            {
                continue;
            }
            let Some(form) = plan.forms.get(usize::from(entry.form)) else { continue };
            let Some((end, compact)) = form.pattern.matches(self.bytes, start, &entry.layout)
            else {
                continue;
            };
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
}
