//! What a model says, looked at while it says it.
//!
//! The finder can only say that a finding is no longer than so much, which for a private key is a lot. Most words
//! of an answer cannot be part of anything, though, and need not wait: so text is taken word by word. A word
//! with a digit or a sign that personal data has is *hot*; from the first hot word on everything waits until
//! some words in a row are cold again. Because that is decided at every word, however the text was cut, the same
//! text always becomes the same.

use std::collections::VecDeque;

use super::mask::{Masker, Span};
use crate::restore::Depth;

/// So many cold words in a row end what a hot word began.
const COLD: usize = 4;

/// A word is taken after so many bytes, though it goes on.
const LONGEST_WORD: usize = 256;

/// A cold word is shorter, in bytes.
const HOT_LENGTH: usize = 16;

/// Something was found that blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Blocked;

/// The text of one strand. Places count from the beginning of `seen`.
#[derive(Debug, Default)]
pub(crate) struct Window {
    /// What still matters.
    seen: String,
    /// So much of it has gone out.
    gone: usize,
    /// So much of it has been taken.
    taken: usize,
    /// Where the words begin that wait because of what may follow.
    words: VecDeque<usize>,
    /// Where the first of the hot words begins, and how many cold ones came after the last.
    hot: Option<(usize, usize)>,
    depth: Depth,
}

impl Window {
    /// Takes the next piece. What may go out, with everything replaced that has to be.
    pub(crate) fn push(
        &mut self,
        masker: &mut Masker,
        text: &str,
        last: bool,
    ) -> Result<String, Blocked> {
        self.seen.push_str(text);
        let mut out = String::with_capacity(text.len());
        while let Some(end) = self.word_end(last) {
            self.take(end, masker.policy.lead);
            let settled = if last && end == self.seen.len() { end } else { self.settled(masker) };
            if settled > self.gone {
                self.release(settled, masker, &mut out)?;
            }
        }
        self.forget(masker.policy.finder.context_len());
        Ok(out)
    }

    /// Where the next word ends, white space behind it included. The last one may go on.
    fn word_end(&self, last: bool) -> Option<usize> {
        let rest = self.seen.get(self.taken..)?;
        let mut parts = false;
        for (at, c) in rest.char_indices() {
            if parts || at >= LONGEST_WORD {
                return Some(self.taken + at);
            }
            parts = is_apart(c);
        }
        (last && !rest.is_empty()).then_some(self.seen.len())
    }

    /// Takes the word that ends there.
    fn take(&mut self, end: usize, lead: usize) {
        let word = self.seen.get(self.taken..end).unwrap_or_default();
        self.words.push_back(self.taken);
        if self.words.len() > lead {
            self.words.pop_front();
        }
        let first = self.words.front().copied().unwrap_or(self.taken);
        self.hot = match self.hot {
            _ if is_hot(word) => Some((self.hot.map_or(first, |hot| hot.0), 0)),
            Some((_, cold)) if cold + 1 >= COLD => None,
            hot => hot.map(|(begin, cold)| (begin, cold + 1)),
        };
        self.taken = end;
    }

    /// How much of what was taken need not wait.
    fn settled(&self, masker: &Masker) -> usize {
        let waiting = self.words.front().copied().unwrap_or(self.taken);
        let waiting = self.hot.map_or(waiting, |hot| hot.0.min(waiting));
        let taken = self.seen.get(..self.taken).unwrap_or_default();
        masker.policy.finder.settled(taken).max(waiting)
    }

    /// Lets everything before `settled` go.
    fn release(
        &mut self,
        settled: usize,
        masker: &mut Masker,
        out: &mut String,
    ) -> Result<(), Blocked> {
        let context = self.gone.saturating_sub(masker.policy.finder.context_len());
        let context = self.seen.ceil_char_boundary(context);
        let spans = masker.spans("", self.seen.get(context..self.taken).unwrap_or_default());
        for mut span in spans {
            span.range.start = (span.range.start + context).max(self.gone);
            span.range.end += context;
            if span.range.end <= self.gone || span.range.start >= settled {
                continue;
            }
            masker.tally.add(&span.entity, span.action);
            if span.action == super::Action::Block {
                return Err(Blocked);
            }
            if span.action.replaces() {
                self.replace(span, masker, out);
            }
        }
        self.go(settled, out);
        Ok(())
    }

    fn replace(&mut self, mut span: Span, masker: &mut Masker, out: &mut String) {
        self.go(span.range.start, out);
        if self.depth.is_escaping() {
            // The finding begins with the letter of an escape, which belongs to what is before it.
            let escaped = self.seen.get(self.gone..).and_then(|rest| rest.chars().next());
            span.range.start += escaped.map_or(0, char::len_utf8);
            self.go(span.range.start, out);
        }
        let instead = masker.stand_in(&span, &self.seen);
        self.depth.insert(&instead, out);
        self.gone = span.range.end;
    }

    /// Lets everything before `end` go as it is.
    fn go(&mut self, end: usize, out: &mut String) {
        if end > self.gone {
            let text = self.seen.get(self.gone..end).unwrap_or_default();
            self.depth.feed(text);
            out.push_str(text);
            self.gone = end;
        }
    }

    /// Forgets what no longer matters.
    fn forget(&mut self, context: usize) {
        let kept = self.words.front().copied().unwrap_or(self.gone).min(self.gone);
        let kept = self.seen.floor_char_boundary(kept.saturating_sub(context + 4));
        self.seen.drain(..kept);
        self.gone -= kept;
        self.taken -= kept;
        self.words.iter_mut().for_each(|word| *word -= kept);
        if let Some((begin, _)) = &mut self.hot {
            *begin = begin.saturating_sub(kept);
        }
    }
}

/// Whether a word ends behind it: white space, and letters of scripts that do not part words.
fn is_apart(c: char) -> bool {
    c.is_whitespace() || ('\u{2e80}'..'\u{ff00}').contains(&c)
}

/// Whether a word may be part of a finding.
fn is_hot(word: &str) -> bool {
    let word = word.trim_end();
    let capitals = word.chars().filter(|c| c.is_uppercase()).count();
    word.len() >= HOT_LENGTH
        || capitals >= 2
        || word.chars().any(|c| "@:=/_+#$%&\\<\u{200b}".contains(c) || c.is_numeric())
}
