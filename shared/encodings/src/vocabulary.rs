//! A vocabulary in its compact static form: the rank of a token. The table is made by `build/vocabulary.rs`,
//! which describes it, and read where it lies: one seed, one slot, one comparison.

use super::hash;

/// No token.
pub(crate) const NONE: u32 = u32::MAX;

/// Tokens are shorter than this.
const LENGTHS: usize = 129;
const NO_RANK: u32 = 0xff_ffff;
/// Bytes of a table of 65536 bits.
const BITS: usize = 8192;

/// A table.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    table: &'static [u8],
    crossings: &'static [u8],
    characters: &'static [u8],
    rows: [Row; LENGTHS],
    longest: usize,
}

/// Where the tokens of one length are.
#[derive(Debug, Clone, Copy)]
struct Row {
    slots: u32,
    buckets: u32,
    seeds: u32,
    tokens: u32,
    ranks: u32,
}

impl Vocabulary {
    /// Finds the parts of a table. Done by the compiler.
    pub(crate) const fn new(table: &'static [u8]) -> Vocabulary {
        let mut rows = [Row { slots: 0, buckets: 0, seeds: 0, tokens: 0, ranks: 0 }; LENGTHS];
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
                tokens: number(table, at + 12),
                ranks: number(table, at + 16),
            };
            rest = others;
            at += 20;
        }
        let (crossings, rest) = table.split_at(at).1.split_at(BITS);
        let characters = rest.split_at(BITS).0;
        Vocabulary { table, crossings, characters, rows, longest: count - 1 }
    }

    /// Bytes of the longest token.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// The rank of a token of two bytes or more; [`NONE`] if it is no token.
    #[inline]
    pub(crate) fn rank(&self, token: &[u8]) -> u32 {
        let Some(row) = self.rows.get(token.len()).filter(|row| row.slots > 0) else { return NONE };
        let hash = hash::hash(token);
        let seed = half(self.table, row.seeds as usize + 2 * hash::bucket(hash, row.buckets));
        let slot = hash::slot(hash, seed, row.slots);
        let at = row.tokens as usize + slot * token.len();
        let Some(found) = self.table.get(at..at + token.len()) else { return NONE };
        let same = match token.len() {
            ..=16 => hash::key(found) == hash::key(token),
            _ => found == token,
        };
        let rank = word(self.table, row.ranks as usize + 3 * slot) & 0xff_ffff;
        if same && rank != NO_RANK { rank } else { NONE }
    }

    /// Whether a token may cross the border between two characters with only a part of one of them. `last` is the
    /// last byte of the one, `first` the first of the other.
    #[inline]
    pub(crate) fn crosses(&self, last: u8, first: u8) -> bool {
        bit(self.crossings, usize::from(last) << 8 | usize::from(first))
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
fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |four| u32::from_le_bytes(*four))
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
