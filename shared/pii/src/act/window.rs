//! What a model says, looked at while it says it.

use super::mask::Masker;
use crate::restore::Depth;

/// The text of one strand. It holds back only what the finder says may still become something else, and keeps
/// what stands before that as long as it matters to what follows.
#[derive(Debug, Default)]
pub(crate) struct Window {
    seen: String,
    /// How much of `seen` has gone out.
    gone: usize,
    depth: Depth,
}

/// Something was found that blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Blocked;

impl Window {
    /// Takes the next piece. What may go out, with everything replaced that has to be.
    pub(crate) fn push(
        &mut self,
        masker: &mut Masker,
        text: &str,
        last: bool,
    ) -> Result<String, Blocked> {
        self.seen.push_str(text);
        let settled = match last {
            true => self.seen.len(),
            false => masker.policy.finder.settled(&self.seen).max(self.gone),
        };
        let mut out = String::with_capacity(settled - self.gone);
        if settled == self.gone {
            return Ok(out);
        }
        for mut span in masker.spans("", &self.seen) {
            if span.range.start < self.gone || span.range.end > settled {
                continue;
            }
            masker.tally.add(&span.entity, span.action);
            if span.action == super::Action::Block {
                return Err(Blocked);
            }
            if !span.action.replaces() {
                continue;
            }
            self.go(span.range.start, &mut out);
            if self.depth.is_escaping() {
                // The finding begins with the letter of an escape, which belongs to what is before it.
                let next = self.seen.get(self.gone..).and_then(|rest| rest.chars().next());
                span.range.start += next.map_or(0, char::len_utf8);
                self.go(span.range.start, &mut out);
            }
            let instead = masker.stand_in(&span, &self.seen);
            self.depth.insert(&instead, &mut out);
            self.gone = span.range.end;
        }
        self.go(settled, &mut out);
        let kept = self.gone.saturating_sub(masker.policy.finder.context_len());
        let kept = self.seen.floor_char_boundary(kept);
        self.seen.drain(..kept);
        self.gone -= kept;
        Ok(out)
    }

    /// Lets everything before `end` go.
    fn go(&mut self, end: usize, out: &mut String) {
        let text = self.seen.get(self.gone..end).unwrap_or_default();
        self.depth.feed(text);
        out.push_str(text);
        self.gone = end;
    }
}
