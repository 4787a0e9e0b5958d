//! The text of a stream, piece by piece.

use std::collections::BTreeMap;
use std::fmt;

use chat::{Event, Scope};

/// A piece of a text that a stream brings bit by bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The text that it continues: a number that the stream uses for no other.
    pub strand: usize,
    /// Where that text stands.
    pub scope: Scope,
    /// The text is JSON, cut anywhere: a function call's arguments.
    pub is_json: bool,
    /// The decoded piece; empty where only the end is told.
    pub text: &'a str,
    /// Nothing more of this text comes. What a visitor held back of it is due now.
    pub last: bool,
}

/// A visitor: looks at a piece, and may return what shall stand there instead.
pub type Rewrite<'a> = &'a mut dyn FnMut(Piece<'_>) -> Option<String>;

/// Shows the text of one client stream, event by event.
///
/// A visitor may hold text back: it replaces a piece by less and a later one of the same strand by more. Every
/// strand ends with a piece that is the last, before the event that ends it on the wire; for what is returned
/// there, an event is made.
pub trait StreamText {
    /// Shows every piece of text in `event`; it goes to `out`, behind the events that have to precede it.
    fn event(&mut self, event: Event, visit: Rewrite<'_>, out: &mut Vec<Event>);

    /// The wire has ended: so do the strands that are still open.
    fn finish(&mut self, visit: Rewrite<'_>, out: &mut Vec<Event>);
}

impl fmt::Debug for dyn StreamText + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StreamText")
    }
}

/// The most strands that are open at a time. What a provider opens beyond is shown piece by piece, each a
/// strand of its own.
const MOST: usize = 512;

/// The open strands of a stream by what the dialect knows them by.
#[derive(Debug)]
pub(crate) struct Strands<K> {
    open: BTreeMap<K, usize>,
    next: usize,
}

impl<K> Default for Strands<K> {
    fn default() -> Strands<K> {
        Strands { open: BTreeMap::new(), next: 0 }
    }
}

impl<K: Ord + Clone> Strands<K> {
    /// A number for a text that is shown whole.
    pub(crate) fn whole(&mut self) -> usize {
        self.next += 1;
        self.next
    }

    /// The number of the strand `key`, which `text` continues or begins, and whether it cannot be kept open.
    /// Nothing does not begin one.
    pub(crate) fn continued(&mut self, key: &K, text: &str) -> Option<(usize, bool)> {
        if let Some(&strand) = self.open.get(key) {
            return Some((strand, false));
        }
        if text.is_empty() {
            return None;
        }
        let strand = self.whole();
        if self.open.len() >= MOST {
            return Some((strand, true));
        }
        self.open.insert(key.clone(), strand);
        Some((strand, false))
    }

    /// Ends the strand `key`: its number, if it is open.
    pub(crate) fn end(&mut self, key: &K) -> Option<usize> {
        self.open.remove(key)
    }

    /// The keys of the open strands of which `which` holds.
    pub(crate) fn open(&self, which: impl Fn(&K) -> bool) -> Vec<K> {
        self.open.keys().filter(|key| which(key)).cloned().collect()
    }
}
