//! Looks at the texts of one message and replaces what has to be.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use super::spread::Spread;
use super::tally::Tally;
use super::{Action, Policy, Vault, json, placeholder};
use crate::find::Finding;

/// The shortest text in which anything is looked for, in bytes.
const SHORTEST: usize = 3;

/// How often a masked text is looked at again.
const ROUNDS: usize = 8;

/// Where something stands in a text, and what happens to it.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) range: Range<usize>,
    pub(super) entity: Rc<str>,
    pub(super) action: Action,
}

/// Works on one message: first every text is looked at ([`Masker::look`]), then, if something is to be replaced,
/// every text is replaced ([`Masker::replace`]). In two rounds, because a value that one text gives away is
/// replaced in all of them, and nothing is edited if something blocks.
#[derive(Debug)]
pub(crate) struct Masker {
    pub(super) policy: Rc<Policy>,
    pub(crate) vault: Vault,
    pub(crate) tally: Tally,
    spread: Spread,
    /// The tag of placeholders that nothing may touch.
    protected: Option<String>,
}

impl Masker {
    /// A masker whose placeholders nobody restores. Placeholders with the tag `protected` stay as they are.
    pub(crate) fn new(policy: Rc<Policy>, protected: Option<String>) -> Masker {
        let (vault, tally, spread) = <(Vault, Tally, Spread)>::default();
        Masker { policy, vault, tally, spread, protected }
    }

    /// From here on its placeholders carry `tag`.
    pub(crate) fn begin(&mut self, tag: String) {
        self.protected = Some(tag.clone());
        self.vault = Vault::tagged(tag);
    }

    /// Counts what stands in `text`, the value of a property `name`.
    pub(crate) fn look(&mut self, name: Option<&str>, text: &str) {
        self.look_at(&introduction(name), text, json::DEPTH);
    }

    fn look_at(&mut self, before: &str, text: &str, depth: usize) {
        if depth > 0 && json::is_container(text) {
            json::rewrite(text, &mut |at, leaf| {
                self.look_at(&self.context(text, at), leaf, depth - 1);
                None
            });
            return;
        }
        for span in self.spans(before, text) {
            self.tally.add(&span.entity, span.action);
            if let Some(value) = text.get(span.range).filter(|_| span.action.replaces()) {
                self.spread.add(value, &span.entity, span.action);
            }
        }
    }

    /// `text` with everything replaced that has to be; `None` if nothing has.
    pub(crate) fn replace(&mut self, name: Option<&str>, text: &str) -> Option<String> {
        self.replace_in(&introduction(name), text, json::DEPTH)
    }

    fn replace_in(&mut self, before: &str, text: &str, depth: usize) -> Option<String> {
        if depth > 0 && json::is_container(text) {
            return json::rewrite(text, &mut |at, leaf| {
                let before = self.context(text, at);
                self.replace_in(&before, leaf, depth - 1)
            });
        }
        let mut spans = self.spans(before, text);
        spans.retain(|span| span.action.replaces());
        let more = self.spread.find(text);
        if !more.is_empty() {
            spans = self.merged(spans, more, text);
        }
        if spans.is_empty() {
            return None;
        }
        let mut masked = self.written(spans, text);
        // What touched a value may show only now.
        for _ in 0..ROUNDS {
            let mut spans = self.spans(before, &masked);
            spans.retain(|span| span.action != Action::Report);
            if spans.is_empty() {
                break;
            }
            spans.iter().for_each(|span| self.tally.add(&span.entity, span.action));
            spans.retain(|span| span.action.replaces());
            masked = self.written(spans, &masked);
        }
        Some(masked)
    }

    /// `text` with something else at `spans`.
    fn written(&mut self, spans: Vec<Span>, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 16 * spans.len());
        let mut copied = 0;
        for span in spans {
            out.push_str(text.get(copied..span.range.start).unwrap_or_default());
            copied = span.range.end;
            out.push_str(&self.stand_in(&span, text));
        }
        out.push_str(text.get(copied..).unwrap_or_default());
        out
    }

    /// What takes the place of what stands at `span`.
    pub(super) fn stand_in(&mut self, span: &Span, text: &str) -> String {
        let value = text.get(span.range.clone()).unwrap_or_default();
        match span.action {
            Action::Mask => self.vault.placeholder(&span.entity, value),
            action => self.policy.replacement(&span.entity, action, value),
        }
    }

    /// What is found in `text`, in order and without overlaps, knowing what stands `before` it.
    pub(super) fn spans(&self, before: &str, text: &str) -> Vec<Span> {
        let mut findings = self.findings(before, text);
        if findings.is_empty() {
            return Vec::new();
        }
        let shapes = placeholder::shapes(text, |name| self.policy.knows(name));
        findings.retain(|finding| !self.is_ours(&(finding.start..finding.end), &shapes, text));
        let span = |finding: Finding| Span {
            action: self.policy.action(finding.name()),
            range: finding.start..finding.end,
            entity: finding.entity,
        };
        findings.into_iter().map(span).collect()
    }

    fn findings(&self, before: &str, text: &str) -> Vec<Finding> {
        if text.len() < SHORTEST {
            return Vec::new();
        }
        let finder = &self.policy.finder;
        if before.is_empty() {
            return finder.find(text);
        }
        let mut findings = finder.find(&[before, text].concat());
        let border = before.len();
        if findings.iter().any(|finding| finding.start < border && border < finding.end) {
            return finder.find(text);
        }
        findings.retain(|finding| finding.start >= border);
        for finding in &mut findings {
            finding.start -= border;
            finding.end -= border;
        }
        findings
    }

    /// Whether `range` lies in a placeholder, or touches one that must not be touched.
    fn is_ours(&self, range: &Range<usize>, shapes: &[Range<usize>], text: &str) -> bool {
        let next = shapes.partition_point(|shape| shape.end <= range.start);
        let Some(shape) = shapes.get(next).filter(|shape| shape.start < range.end) else {
            return false;
        };
        let is_inside = shape.start <= range.start && range.end <= shape.end;
        let shape = text.get(shape.clone()).unwrap_or_default();
        is_inside || self.protected.as_ref().is_some_and(|tag| shape.contains(tag.as_str()))
    }

    /// Findings, and of other places with the same values those that no finding and no placeholder covers.
    fn merged(&self, findings: Vec<Span>, more: Vec<Span>, text: &str) -> Vec<Span> {
        let shapes = placeholder::shapes(text, |name| self.policy.knows(name));
        let is_free = |span: &Span| {
            let next = findings.partition_point(|finding| finding.range.end <= span.range.start);
            findings.get(next).is_none_or(|finding| finding.range.start >= span.range.end)
        };
        let more = more.into_iter().filter(|span| !self.is_ours(&span.range, &shapes, text));
        let mut spans: Vec<Span> = more.filter(is_free).collect();
        spans.extend(findings);
        spans.sort_by_key(|span| span.range.start);
        spans
    }

    /// What of `text` matters to a finding that begins at `at`.
    fn context(&self, text: &str, at: usize) -> String {
        let before = text.get(..at).unwrap_or_default();
        let from = before.ceil_char_boundary(at.saturating_sub(self.policy.finder.context_len()));
        readable(before.get(from..).unwrap_or_default()).into_owned()
    }
}

/// A property's name as it would introduce its value in prose.
fn introduction(name: Option<&str>) -> Cow<'_, str> {
    match name {
        Some(name) => Cow::Owned(format!("{}: ", readable(name))),
        None => Cow::Borrowed(""),
    }
}

/// `phone_number` and `phoneNumber` as words.
fn readable(name: &str) -> Cow<'_, str> {
    let mut words = String::with_capacity(name.len() + 4);
    let mut previous = ' ';
    for c in name.chars() {
        if previous.is_lowercase() && c.is_uppercase() {
            words.push(' ');
        }
        words.push(if c == '_' { ' ' } else { c });
        previous = c;
    }
    if words == name { Cow::Borrowed(name) } else { Cow::Owned(words) }
}
