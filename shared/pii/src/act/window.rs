//! What a model says, looked at while it says it.
//!
//! Only what the finder says may still become something else waits. Text is taken word by word, however it was
//! cut, so that the same text always becomes the same.

use super::mask::{Masker, Span};
use crate::restore::Depth;

/// A word is taken after so many bytes, though it goes on.
const LONGEST_WORD: usize = 256;

/// Something was found that blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Blocked;

/// The text of one strand. Places count from the beginning of `seen`.
#[derive(Debug, Default)]
pub(crate) struct Window {
    /// What waits, and before it what still speaks for it.
    seen: String,
    /// So much of it has gone out.
    gone: usize,
    /// So much of it has been taken.
    taken: usize,
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
            self.taken = end;
            let settled = match last && end == self.seen.len() {
                true => end,
                false => masker.policy.finder.settled(self.taken()),
            };
            if settled > self.gone {
                self.release(settled, masker, &mut out)?;
            }
        }
        let kept = self.gone.saturating_sub(masker.policy.finder.context_len());
        let kept = self.seen.floor_char_boundary(kept);
        self.seen.drain(..kept);
        self.gone -= kept;
        self.taken -= kept;
        Ok(out)
    }

    fn taken(&self) -> &str {
        self.seen.get(..self.taken).unwrap_or_default()
    }

    /// Where the next word ends, white space behind it included. The last one may go on.
    fn word_end(&self, last: bool) -> Option<usize> {
        let rest = self.seen.get(self.taken..)?;
        let mut parts = false;
        for (at, c) in rest.char_indices() {
            if parts || at >= LONGEST_WORD {
                return Some(self.taken + at);
            }
            // Behind a letter of a script that does not part words, too.
            parts = c.is_whitespace() || ('\u{2e80}'..'\u{ff00}').contains(&c);
        }
        (last && !rest.is_empty()).then_some(self.seen.len())
    }

    /// Lets everything before `settled` go.
    fn release(
        &mut self,
        settled: usize,
        masker: &mut Masker,
        out: &mut String,
    ) -> Result<(), Blocked> {
        let context = self.gone.saturating_sub(masker.policy.finder.context_len());
        let context = self.seen.floor_char_boundary(context);
        let spans = masker.spans("", self.taken().get(context..).unwrap_or_default());
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
}
