//! The blocks of one candidate under way.
//!
//! OpenAI's deltas name a field or the index of a tool call and may come in any order; the neutral model has
//! one block open at a time. A delta for another block than the open one closes that, unless it is a tool
//! call whose arguments are no complete JSON yet: then the others wait. Providers send calls one after the
//! other, so in practice nothing waits; one that mixes them loses immediacy, not content.

use std::collections::VecDeque;

use chat::Problem;

use super::calls::Call;
use crate::neutral::{BlockStart, Delta, Event};
use crate::stream_translation::nameless_call;

/// Which field of the deltas a block is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Audio,
    /// The call at that place in the order in which they began.
    Call(usize),
    Reasoning,
    Refusal,
    Text,
}

/// A block that has not ended.
#[derive(Debug)]
struct Block {
    key: Key,
    /// How it begins; `None` once told, and of a call that is not fully named.
    start: Option<BlockStart>,
    /// Its number, once it has begun.
    number: Option<usize>,
    /// What waits to be told.
    waiting: Vec<Delta>,
    /// Nothing can be added: thoughts that are signed, or redacted.
    sealed: bool,
}

/// The blocks of one candidate.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    candidate: usize,
    /// The first one is open, the others wait for it to end.
    queue: VecDeque<Block>,
    calls: Vec<Call>,
    /// How many blocks have begun.
    begun: usize,
}

impl Blocks {
    /// No blocks yet.
    pub(super) fn new(candidate: usize) -> Blocks {
        Blocks { candidate, ..Blocks::default() }
    }

    /// The tool calls so far.
    pub(super) fn calls(&mut self) -> &mut Vec<Call> {
        &mut self.calls
    }

    /// Whether a tool was called.
    pub(super) fn has_calls(&self) -> bool {
        !self.calls.is_empty()
    }

    /// The block that is told last, if it can go on.
    pub(super) fn last(&self) -> Option<Key> {
        self.queue.back().filter(|block| !block.sealed).map(|block| block.key)
    }

    /// Adds to the block `key`, which begins with `start` if it is not under way.
    ///
    /// # Errors
    /// A 502 if a tool call goes on after its end.
    pub(super) fn add(
        &mut self,
        key: Key,
        start: impl FnOnce() -> Option<BlockStart>,
        delta: Option<Delta>,
        out: &mut Vec<Event>,
    ) -> Result<(), Problem> {
        let found = self.queue.iter_mut().rev().find(|block| block.key == key && !block.sealed);
        let block = match found {
            Some(block) => block,
            None => {
                if self.has_ended(key) {
                    return late(delta);
                }
                let block =
                    Block { key, start: start(), number: None, waiting: Vec::new(), sealed: false };
                self.queue.push_back(block);
                match self.queue.back_mut() {
                    Some(block) => block,
                    None => return Ok(()),
                }
            }
        };
        if let Some(delta) = delta {
            block.sealed = matches!(delta, Delta::Signature(_));
            block.waiting.push(delta);
        }
        self.advance(out);
        Ok(())
    }

    /// Adds a block that is complete at once.
    pub(super) fn add_whole(&mut self, key: Key, start: BlockStart, out: &mut Vec<Event>) {
        let start = Some(start);
        self.queue.push_back(Block { key, start, number: None, waiting: Vec::new(), sealed: true });
        self.advance(out);
    }

    /// A call has got its name and id.
    pub(super) fn name_call(&mut self, place: usize, out: &mut Vec<Event>) {
        let start = self.calls.get(place).and_then(Call::start);
        let unnamed = |block: &&mut Block| block.key == Key::Call(place) && block.number.is_none();
        if let Some(block) = self.queue.iter_mut().find(unnamed) {
            block.start = start;
        }
        self.advance(out);
    }

    /// Ends all blocks: the candidate is done, or the stream is.
    ///
    /// # Errors
    /// A 502 if a call never got a name.
    pub(super) fn end(&mut self, answer: &str, out: &mut Vec<Event>) -> Result<(), Problem> {
        for (place, call) in self.calls.iter_mut().enumerate() {
            call.complete(answer, self.candidate, place);
        }
        while let Some(mut block) = self.queue.pop_front() {
            if let (Key::Call(place), None) = (block.key, block.number) {
                let start = self.calls.get(place).and_then(Call::start);
                block.start = Some(start.ok_or_else(nameless_call)?);
            }
            self.tell(&mut block, out);
            self.stop(&block, out);
        }
        Ok(())
    }

    /// Tells what can be told: the first block, and those behind it once it is complete.
    fn advance(&mut self, out: &mut Vec<Event>) {
        while let Some(mut block) = self.queue.pop_front() {
            self.tell(&mut block, out);
            if self.queue.is_empty() || !self.is_complete(&block) {
                self.queue.push_front(block);
                return;
            }
            self.stop(&block, out);
        }
    }

    /// Whether another block may follow. Text and thoughts may end anywhere.
    fn is_complete(&mut self, block: &Block) -> bool {
        match block.key {
            Key::Call(place) => {
                block.number.is_some() && self.calls.get_mut(place).is_some_and(Call::is_complete)
            }
            _ => true,
        }
    }

    /// Whether the call `key` began and is no longer under way.
    fn has_ended(&self, key: Key) -> bool {
        matches!(key, Key::Call(place) if self.calls.get(place).is_some_and(|call| call.begun))
    }

    fn tell(&mut self, block: &mut Block, out: &mut Vec<Event>) {
        let candidate = self.candidate;
        if let Some(start) = block.start.take() {
            block.number = Some(self.begun);
            out.push(Event::BlockStart { candidate, block: self.begun, start });
            self.begun += 1;
            if let Key::Call(place) = block.key
                && let Some(call) = self.calls.get_mut(place)
            {
                call.begun = true;
            }
        }
        let Some(number) = block.number else { return };
        let told = block.waiting.drain(..);
        out.extend(told.map(|delta| Event::BlockDelta { candidate, block: number, delta }));
    }

    fn stop(&self, block: &Block, out: &mut Vec<Event>) {
        if let Some(number) = block.number {
            out.push(Event::BlockStop { candidate: self.candidate, block: number });
        }
    }
}

/// A piece for a call that has ended: nothing, unless it says something.
fn late(delta: Option<Delta>) -> Result<(), Problem> {
    match delta {
        Some(Delta::Arguments(piece)) if !piece.trim().is_empty() => Err(Problem::bad_gateway(
            "upstream_invalid_response",
            "the provider's stream goes on with a tool call that was complete",
        )),
        _ => Ok(()),
    }
}
