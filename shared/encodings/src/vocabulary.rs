//! A vocabulary in its compact static form: the rank of a token. The table is made by `build/vocabulary.rs`,
//! which describes it, and read where it lies: one seed, one slot, one comparison.

use super::hash::{self, JOINED, JOINED_BYTES, NO_RANK};

/// No token.
pub(crate) const NONE: u32 = u32::MAX;

/// Tokens are shorter than 129 bytes, and have two rows for each length.
const ROWS: usize = 2 * 129;
/// Bytes of a table of 65536 bits.
const BITS: usize = 8192;

/// A table.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    table: &'static [u8],
    crossings: &'static [u8],
    characters: &'static [u8],
    pairs: &'static [u8],
    pair_shift: u32,
    rows: [Row; ROWS],
    longest: usize,
}

/// Where tokens of one length are: those that begin with a space, or the others.
#[derive(Debug, Clone, Copy)]
struct Row {
    slots: u32,
    buckets: u32,
    seeds: u32,
    bodies: u32,
    ranks: u32,
}

impl Vocabulary {
    /// Finds the parts of a table. Done by the compiler.
    pub(crate) const fn new(table: &'static [u8]) -> Vocabulary {
        let mut rows = [Row { slots: 0, buckets: 0, seeds: 0, bodies: 0, ranks: 0 }; ROWS];
        let count = number(table, 0) as usize;
        let mut rest = rows.as_mut_slice();
        let mut at = 4;
        while let Some((row, others)) = rest.split_first_mut()
            && at < 4 + 20 * count
        {
            *row = Row {
                slots: number(table, at),
                buckets: number(table, at + 4),
                seeds: number(table, at + 8),
                bodies: number(table, at + 12),
                ranks: number(table, at + 16),
            };
            rest = others;
            at += 20;
        }
        let (crossings, rest) = table.split_at(at).1.split_at(BITS);
        let (characters, rest) = rest.split_at(BITS);
        let width = number(rest, 0);
        let pairs = rest.split_at(4).1.split_at(1 << (width - 3)).0;
        let longest = count / 2 - 1;
        Vocabulary { table, crossings, characters, pairs, pair_shift: 32 - width, rows, longest }
    }

    /// Bytes of the longest token.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// The rank of a token of two bytes or more; [`NONE`] if it is no token.
    #[inline]
    pub(crate) fn rank(&self, token: &[u8]) -> u32 {
        let (spaced, body) = match token {
            [b' ', body @ ..] => (1, body),
            _ => (0, token),
        };
        let row = self.rows.get(2 * token.len() + spaced).filter(|row| row.slots > 0);
        let Some(row) = row else { return NONE };
        let hash = hash::hash(body);
        let seed = half(self.table, row.seeds as usize + 2 * hash::bucket(hash, row.buckets));
        let slot = hash::slot(hash, seed, row.slots);
        let same = if JOINED.contains(&body.len()) {
            self.is_joined(token, row.bodies as usize + slot * JOINED_BYTES)
        } else {
            let at = row.bodies as usize + slot * body.len();
            let Some(found) = self.table.get(at..at + body.len()) else { return NONE };
            match body.len() {
                ..=16 => hash::key(found) == hash::key(body),
                _ => found == body,
            }
        };
        if !same {
            return NONE;
        }
        let ranks = row.ranks as usize;
        let low = half(self.table, ranks + 2 * slot);
        let high = ranks + 2 * row.slots as usize + slot / 4;
        let high = self.table.get(high).copied().unwrap_or_default() >> (2 * (slot % 4)) & 3;
        match u32::from(high) << 16 | u32::from(low) {
            NO_RANK => NONE,
            rank => rank,
        }
    }

    /// Whether a token is made of the two that the table names at `at`. The second is asked for only if the first is
    /// right, and each is shorter, so this ends soon.
    #[inline(never)]
    fn is_joined(&self, token: &[u8], at: usize) -> bool {
        let joined = self.table.get(at..).and_then(|rest| rest.first_chunk());
        let joined = joined.map_or(0, |eight| u64::from_le_bytes(*eight));
        let part = |bytes: &[u8], rank: u64| match bytes {
            [byte] => u64::from(*byte) == rank,
            _ => u64::from(self.rank(bytes)) == rank,
        };
        let end = (joined >> 36 & 0xf) as usize + 1;
        let Some((first, second)) = token.split_at_checked(end) else { return false };
        let ranks = u64::from(NO_RANK);
        part(first, joined & ranks) && part(second, joined >> 18 & ranks)
    }

    /// Whether a token may cross the border between two characters with only a part of one of them. `last` is the
    /// last byte of the one, `first` the first of the other.
    #[inline]
    pub(crate) fn crosses(&self, last: u8, first: u8) -> bool {
        bit(self.crossings, usize::from(last) << 8 | usize::from(first))
    }

    /// Whether a token may have these two characters, whole, one behind the other; they are not both ASCII.
    #[inline]
    pub(crate) fn joins(&self, one: u32, next: u32) -> bool {
        bit(self.pairs, (hash::pair(one, next) >> self.pair_shift) as usize)
    }

    /// Whether a character of two bytes or more is a token.
    #[inline]
    pub(crate) fn is_character(&self, bytes: &[u8]) -> bool {
        let low = |byte: &u8| usize::from(*byte & 0x3f);
        match bytes {
            [a, b] => bit(self.characters, usize::from(*a & 0x1f) << 6 | low(b)),
            [a, b, c] => bit(self.characters, usize::from(*a & 0xf) << 12 | low(b) << 6 | low(c)),
            _ => self.rank(bytes) != NONE,
        }
    }
}

#[inline]
fn bit(bits: &[u8], at: usize) -> bool {
    bits.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1)
}

#[inline]
fn half(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |two| u16::from_le_bytes(*two))
}

const fn number(table: &[u8], at: usize) -> u32 {
    match table.split_at(at).1.first_chunk() {
        Some(four) => u32::from_le_bytes(*four),
        None => 0,
    }
}
