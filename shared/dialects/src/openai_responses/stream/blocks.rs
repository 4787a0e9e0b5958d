//! The blocks of an answer under way.
//!
//! The API numbers items and their parts and could send them side by side; the neutral model has one block
//! open at a time. The first of those under way is open, the others wait until it has ended. In practice
//! items come one after the other, so nothing waits.

use std::collections::BTreeMap;

use crate::neutral::{BlockStart, Delta, Event};

/// A block's place: `output_index` and the number of the part.
pub(super) type Key = (u64, u64);

/// A block that has not ended.
#[derive(Debug, Default)]
struct Block {
    /// How it begins; `None` once told, and while it is not known.
    start: Option<BlockStart>,
    /// Its number, once it has begun.
    number: Option<usize>,
    /// What waits to be told.
    waiting: Vec<Delta>,
    /// Nothing follows.
    ended: bool,
}

/// The blocks under way.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    under_way: BTreeMap<Key, Block>,
    open: Option<Key>,
    /// How many have begun.
    begun: usize,
}

impl Blocks {
    /// Keeps a place for a block that is not known yet.
    pub(super) fn reserve(&mut self, key: Key) {
        self.under_way.entry(key).or_default();
    }

    /// Adds to the block at `key`, which begins with `start` if it has not.
    pub(super) fn add(
        &mut self,
        key: Key,
        start: impl FnOnce() -> BlockStart,
        delta: Option<Delta>,
        out: &mut Vec<Event>,
    ) {
        let block = self.under_way.entry(key).or_default();
        if block.number.is_none() && block.start.is_none() {
            block.start = Some(start());
        }
        block.waiting.extend(delta);
        self.advance(out);
    }

    /// Adds to the block at `key`; it waits until it is known how that begins.
    pub(super) fn add_delta(&mut self, key: Key, delta: Delta, out: &mut Vec<Event>) {
        self.under_way.entry(key).or_default().waiting.push(delta);
        self.advance(out);
    }

    /// The block at `key` has ended.
    pub(super) fn end(&mut self, key: Key, out: &mut Vec<Event>) {
        if let Some(block) = self.under_way.get_mut(&key) {
            block.ended = true;
            self.advance(out);
        }
    }

    /// All blocks of the item at `index` have ended.
    pub(super) fn end_item(&mut self, index: u64, out: &mut Vec<Event>) {
        self.under_way
            .range_mut((index, 0)..=(index, u64::MAX))
            .for_each(|(_, block)| block.ended = true);
        self.advance(out);
    }

    /// All blocks have ended.
    pub(super) fn end_all(&mut self, out: &mut Vec<Event>) {
        self.under_way.values_mut().for_each(|block| block.ended = true);
        self.advance(out);
    }

    /// Tells what can be told.
    fn advance(&mut self, out: &mut Vec<Event>) {
        loop {
            let Some(key) = self.open.or_else(|| self.under_way.keys().next().copied()) else {
                return;
            };
            let Some(block) = self.under_way.get_mut(&key) else { return };
            if let Some(start) = block.start.take() {
                block.number = Some(self.begun);
                self.open = Some(key);
                out.push(Event::BlockStart { candidate: 0, block: self.begun, start });
                self.begun += 1;
            }
            let ended = block.ended;
            if let Some(number) = block.number {
                let told = block.waiting.drain(..);
                let delta = |delta| Event::BlockDelta { candidate: 0, block: number, delta };
                out.extend(told.map(delta));
                if ended {
                    out.push(Event::BlockStop { candidate: 0, block: number });
                }
            }
            if !ended {
                return;
            }
            self.under_way.remove(&key);
            self.open = None;
        }
    }
}
