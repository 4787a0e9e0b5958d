//! Merging a piece: how many tokens are left of it.
//!
//! As in tiktoken, two neighbours whose bytes together are a token merge, the lowest rank first and of equals the
//! leftmost. Four things make it cheaper and change nothing, because each token of these vocabularies is the
//! merge of two others (`build/vocabulary.rs` checks it):
//!
//! * A piece that is a token is one token.
//! * Merging begins with whole characters where no token ends within one of them: what is merged in a character
//!   comes before what is merged with it.
//! * Where no token crosses the border of two characters, what stands before and behind it merges apart.
//! * A very long piece is merged in windows, so that memory stays bounded. A sequence of tokens is the encoding of
//!   its bytes exactly if each two neighbours are the encoding of theirs (the observation of
//!   <https://github.blog/ai-and-ml/llms/so-many-tokens-so-little-time-introducing-a-faster-more-flexible-byte-pair-tokenizer/>,
//!   read 2026-11-21), so a window may end after any token that agrees with what follows.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::vocabulary::{NONE, Vocabulary};

/// Up to so many parts, looking at all of them for the lowest rank is faster than a heap.
const FEW: usize = 32;
/// Bytes of a window.
const WINDOW: usize = 4096;
/// How many ends of a window are tried before it is given up.
const CUTS: usize = 16;

/// The number of tokens of a piece.
pub(crate) fn count(vocabulary: &Vocabulary, piece: &[u8], scratch: &mut Scratch) -> usize {
    if piece.len() < 2 {
        return piece.len();
    }
    if vocabulary.rank(piece) != NONE {
        return 1;
    }
    if piece.is_ascii() {
        return connected(vocabulary, piece, scratch);
    }
    let (mut total, mut from, mut at) = (0, 0, 0);
    let mut before = None;
    while let Some(first) = piece.get(at) {
        let (code, bytes) = character(piece, at, *first);
        if let Some((last, code_before)) = before
            && (code > 0x7f || code_before > 0x7f)
            && !vocabulary.crosses(last, *first)
            && !vocabulary.joins(code_before, code)
        {
            total += connected(vocabulary, piece.get(from..at).unwrap_or_default(), scratch);
            from = at;
        }
        at += bytes;
        before = piece.get(at - 1).map(|last| (*last, code));
    }
    total + connected(vocabulary, piece.get(from..).unwrap_or_default(), scratch)
}

/// The number of tokens of whole characters between which tokens may stand.
#[inline]
fn connected(vocabulary: &Vocabulary, part: &[u8], scratch: &mut Scratch) -> usize {
    match part {
        [_] => 1,
        [first, ..] if length(*first) == part.len() && vocabulary.is_character(part) => 1,
        _ if part.len() <= 2 * WINDOW => scratch.merge(vocabulary, part),
        _ => long(vocabulary, part, scratch),
    }
}

/// The character that begins at `at`, and its bytes.
#[inline]
fn character(text: &[u8], at: usize, first: u8) -> (u32, usize) {
    let next = |by: usize| u32::from(text.get(at + by).copied().unwrap_or_default()) & 0x3f;
    let lead = u32::from(first);
    match length(first) {
        1 => (lead, 1),
        2 => ((lead & 0x1f) << 6 | next(1), 2),
        3 => ((lead & 0xf) << 12 | next(1) << 6 | next(2), 3),
        _ => ((lead & 7) << 18 | next(1) << 12 | next(2) << 6 | next(3), 4),
    }
}

/// Merges a piece longer than memory shall be, window by window.
fn long(vocabulary: &Vocabulary, piece: &[u8], scratch: &mut Scratch) -> usize {
    let mut total = 0;
    let mut rest = piece;
    let mut last = scratch.merge(vocabulary, beginning(rest, WINDOW));
    while rest.len() > WINDOW {
        let Some((count, bytes, next)) = scratch.cut(vocabulary, rest) else {
            // No text is known that comes here.
            return scratch.merge(vocabulary, piece);
        };
        total += count;
        last = next;
        rest = rest.get(bytes..).unwrap_or_default();
    }
    total + last
}

fn beginning(bytes: &[u8], count: usize) -> &[u8] {
    bytes.get(..count).unwrap_or(bytes)
}

/// Memory for merging, used again.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Where each part begins, and at last where the piece ends.
    starts: Vec<u32>,
    /// What each part merges into with the next.
    ranks: Vec<u32>,
    heap: BinaryHeap<Reverse<u64>>,
    links: Vec<Link>,
}

/// The neighbours of a part, which is known by its index at the beginning.
#[derive(Debug, Clone, Copy)]
struct Link {
    previous: u32,
    next: u32,
}

impl Scratch {
    /// Merges a piece; [`Scratch::starts`] are the tokens then. Returns how many.
    fn merge(&mut self, vocabulary: &Vocabulary, piece: &[u8]) -> usize {
        self.begin(vocabulary, piece);
        match self.ranks.len() {
            ..=FEW => self.merge_few(vocabulary, piece),
            _ => self.merge_many(vocabulary, piece),
        }
        self.starts.len() - 1
    }

    /// The parts to begin with, and their ranks.
    fn begin(&mut self, vocabulary: &Vocabulary, piece: &[u8]) {
        self.starts.clear();
        let mut at = 0;
        // Whether no token crosses the border before `at` with a part of a character.
        let mut clean = true;
        while let Some(first) = piece.get(at) {
            let end = at + length(*first);
            let last = piece.get(end - 1);
            let clean_end = match (last, piece.get(end)) {
                (Some(last), Some(next)) => !vocabulary.crosses(*last, *next),
                (Some(_), None) => true,
                (None, _) => false,
            };
            self.starts.push(at as u32);
            if end > at + 1 {
                let character = piece.get(at..end).unwrap_or_default();
                let whole = clean && clean_end && vocabulary.is_character(character);
                if !whole {
                    let end = end.min(piece.len());
                    self.starts.extend((at + 1..end).map(|byte| byte as u32));
                }
            }
            at = end;
            clean = clean_end;
        }
        self.starts.push(piece.len() as u32);
        self.ranks.clear();
        for three in self.starts.windows(3) {
            if let [start, _, end] = three {
                self.ranks.push(rank(vocabulary, piece, *start, *end));
            }
        }
        self.ranks.push(NONE);
    }

    fn merge_few(&mut self, vocabulary: &Vocabulary, piece: &[u8]) {
        let Scratch { starts, ranks, .. } = self;
        loop {
            let mut lowest = NONE;
            let mut at = 0;
            for (index, rank) in ranks.iter().enumerate() {
                if *rank < lowest {
                    lowest = *rank;
                    at = index;
                }
            }
            if lowest == NONE {
                return;
            }
            starts.remove(at + 1);
            ranks.remove(at);
            let start = |index: usize| starts.get(index).copied();
            let pair = |index: usize| match (start(index), start(index + 2)) {
                (Some(start), Some(end)) => rank(vocabulary, piece, start, end),
                _ => NONE,
            };
            if let Some(slot) = ranks.get_mut(at) {
                *slot = pair(at);
            }
            if let Some(before) = at.checked_sub(1)
                && let Some(slot) = ranks.get_mut(before)
            {
                *slot = pair(before);
            }
        }
    }

    fn merge_many(&mut self, vocabulary: &Vocabulary, piece: &[u8]) {
        let Scratch { starts, ranks, heap, links } = self;
        let mut waiting = std::mem::take(heap).into_vec();
        waiting.clear();
        links.clear();
        for (index, rank) in (0u32..).zip(ranks.iter()) {
            links.push(Link { previous: index.wrapping_sub(1), next: index + 1 });
            if *rank != NONE {
                waiting.push(entry(*rank, index));
            }
        }
        let count = ranks.len() as u32;
        *heap = BinaryHeap::from(waiting);
        while let Some(Reverse(lowest)) = heap.pop() {
            let (of, at) = ((lowest >> 32) as u32, lowest as u32);
            if ranks.get(at as usize) != Some(&of) {
                // One of the two has merged with another since.
                continue;
            }
            let next = |of: u32| links.get(of as usize).map_or(count, |link| link.next);
            let (gone, start) = (next(at), |of: u32| starts.get(of as usize).copied());
            let after = next(gone);
            let previous = links.get(at as usize).map_or(u32::MAX, |link| link.previous);
            let mut pair = |from: u32, end: u32| {
                let merged = match (start(from), start(end)) {
                    (Some(start), Some(end)) => rank(vocabulary, piece, start, end),
                    _ => NONE,
                };
                if merged != NONE {
                    heap.push(entry(merged, from));
                }
                if let Some(slot) = ranks.get_mut(from as usize) {
                    *slot = merged;
                }
            };
            pair(gone, u32::MAX);
            pair(at, if after < count { next(after) } else { u32::MAX });
            if previous < count {
                pair(previous, after);
            }
            if let Some(link) = links.get_mut(at as usize) {
                link.next = after;
            }
            if let Some(link) = links.get_mut(after as usize) {
                link.previous = at;
            }
        }
        let mut at = 0;
        let mut kept = 0;
        while at <= count {
            let start = starts.get(at as usize).copied().unwrap_or_default();
            if let Some(slot) = starts.get_mut(kept) {
                *slot = start;
            }
            kept += 1;
            at = links.get(at as usize).map_or(u32::MAX, |link| link.next);
        }
        starts.truncate(kept);
    }

    /// Ends the window that was merged last, the beginning of `rest`, after a token that agrees with what follows,
    /// and merges that. The number of tokens and bytes before the end, and the tokens of the next window.
    fn cut(&mut self, vocabulary: &Vocabulary, rest: &[u8]) -> Option<(usize, usize, usize)> {
        let window = std::mem::take(&mut self.starts);
        // Near the window's end it shows that the rest is missing.
        let sure = window.partition_point(|start| *start as usize <= WINDOW / 4 * 3);
        for index in (1..sure).rev().take(CUTS) {
            let before = *window.get(index - 1)? as usize;
            let end = *window.get(index)? as usize;
            let tokens = self.merge(vocabulary, beginning(rest.get(end..)?, WINDOW));
            let next = std::mem::take(&mut self.starts);
            let first = *next.get(1)? as usize;
            let alone = self.merge(vocabulary, rest.get(before..end + first)?);
            let agree = alone == 2 && self.starts.get(1) == Some(&((end - before) as u32));
            self.starts = next;
            if agree {
                return Some((index, end, tokens));
            }
        }
        None
    }
}

fn entry(rank: u32, at: u32) -> Reverse<u64> {
    Reverse(u64::from(rank) << 32 | u64::from(at))
}

#[inline]
fn rank(vocabulary: &Vocabulary, piece: &[u8], start: u32, end: u32) -> u32 {
    piece.get(start as usize..end as usize).map_or(NONE, |token| vocabulary.rank(token))
}

/// The bytes of a character by its first.
fn length(first: u8) -> usize {
    match first {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    }
}
