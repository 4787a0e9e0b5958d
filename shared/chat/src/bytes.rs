//! Which bytes of a text are of a kind, 64 at a time: for who looks at every byte of it.
//!
//! ```
//! use chat::bytes::{Set, blocks};
//! const DIGITS: Set = Set::new().with(b'0', b'9');
//! let digits = |text: &str| blocks(text.as_bytes()).map(|block| DIGITS.find(&block).count_ones()).sum::<u32>();
//! assert_eq!(digits("In 2019 we had 7, then 12."), 7);
//! ```

use std::{array, iter};

/// How many bytes are looked at at once.
pub const BLOCK: usize = 64;

/// A set of ASCII bytes. No other byte is in any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Set {
    /// By the lower half of a byte, a bit for each upper half that it has in the set.
    uppers: [u8; 16],
}

impl Default for Set {
    fn default() -> Set {
        Set::new()
    }
}

impl Set {
    /// The empty set.
    pub const fn new() -> Set {
        Set { uppers: [0; 16] }
    }

    /// The same with the bytes from one to another; what is not ASCII is left out.
    #[must_use]
    #[allow(clippy::indexing_slicing, reason = "a half of a byte is below 16")]
    pub const fn with(mut self, from: u8, to: u8) -> Set {
        let mut byte = from;
        while byte <= to && byte.is_ascii() {
            self.uppers[(byte & 15) as usize] |= 1 << (byte >> 4);
            byte += 1;
        }
        self
    }

    /// The same with these bytes; what is not ASCII is left out.
    #[must_use]
    pub const fn with_all(mut self, mut bytes: &[u8]) -> Set {
        while let [byte, rest @ ..] = bytes {
            self = self.with(*byte, *byte);
            bytes = rest;
        }
        self
    }

    /// A bit for each byte of the block, the first one's the lowest: whether it is in the set.
    pub fn find(&self, block: &[u8; BLOCK]) -> u64 {
        let [found] = find_each::<0, 1>(array::from_ref(self), block);
        found
    }

    /// The same of the bytes beyond ASCII: whether one is in the set once its highest bit is taken away.
    pub fn find_beyond(&self, block: &[u8; BLOCK]) -> u64 {
        let [found] = find_each::<0x80, 1>(array::from_ref(self), block);
        found
    }

    /// The same for several sets, which costs less than one after the other.
    pub fn find_each<const N: usize>(sets: &[Set; N], block: &[u8; BLOCK]) -> [u64; N] {
        find_each::<0, N>(sets, block)
    }

    /// Shows where bytes of the set stand on end: where each run begins, and where it ends.
    pub fn each_run(&self, bytes: &[u8], mut see: impl FnMut(usize, usize)) {
        let mut open = None;
        for (block, begin) in blocks(bytes).zip((0..).step_by(BLOCK)) {
            let found = self.find(&block);
            let mut edges = found ^ (found << 1 | u64::from(open.is_some()));
            while edges != 0 {
                let at = begin + edges.trailing_zeros() as usize;
                edges &= edges - 1;
                match open.take() {
                    None => open = Some(at),
                    Some(start) => see(start, at),
                }
            }
        }
        if let Some(start) = open {
            see(start, bytes.len());
        }
    }

    /// Where the first byte stands that is in the set.
    pub fn position(&self, bytes: &[u8]) -> Option<usize> {
        places(bytes, |block| self.find(block)).next()
    }
}

/// A set of bytes, whether they are ASCII or not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AnySet {
    ascii: Set,
    /// Without their highest bit.
    beyond: Set,
}

impl AnySet {
    /// The same with a byte.
    #[must_use]
    pub const fn with(mut self, byte: u8) -> AnySet {
        match byte.is_ascii() {
            true => self.ascii = self.ascii.with(byte, byte),
            false => self.beyond = self.beyond.with(byte & 0x7f, byte & 0x7f),
        }
        self
    }

    /// A bit for each byte of the block, the first one's the lowest: whether it is in the set.
    pub fn find(&self, block: &[u8; BLOCK]) -> u64 {
        let ascii = if self.ascii == Set::new() { 0 } else { self.ascii.find(block) };
        let none = self.beyond == Set::new() || beyond_ascii(block) == 0;
        ascii | if none { 0 } else { self.beyond.find_beyond(block) }
    }
}

/// Where in a text the bytes stand that `find` finds in its blocks, in order.
pub fn places(
    bytes: &[u8],
    mut find: impl FnMut(&[u8; BLOCK]) -> u64,
) -> impl Iterator<Item = usize> {
    let mut blocks = blocks(bytes).zip((0..).step_by(BLOCK));
    let (mut begin, mut found) = (0, 0_u64);
    iter::from_fn(move || {
        while found == 0 {
            let (block, at) = blocks.next()?;
            (begin, found) = (at, find(&block));
        }
        let place = begin + found.trailing_zeros() as usize;
        found &= found - 1;
        Some(place)
    })
}

/// Whether a text is ASCII, told in larger steps than the standard library takes on 32 bits.
pub fn is_ascii(bytes: &[u8]) -> bool {
    let (blocks, rest) = bytes.as_chunks::<32>();
    let high = |bits: u64, word: &[u8; 8]| bits | u64::from_le_bytes(*word);
    blocks.iter().all(|block| block.as_chunks().0.iter().fold(0, high) & 0x8080_8080_8080_8080 == 0)
        && rest.is_ascii()
}

/// A bit for each byte of the block that is not ASCII, the first one's the lowest.
pub fn beyond_ascii(block: &[u8; BLOCK]) -> u64 {
    high_bits(block)
}

/// A text in blocks. The last one is filled up with a byte that is in no set.
pub fn blocks(bytes: &[u8]) -> impl Iterator<Item = [u8; BLOCK]> {
    let (whole, rest) = bytes.as_chunks::<BLOCK>();
    whole.iter().copied().chain((!rest.is_empty()).then(|| padded(rest)))
}

/// The block of a text that begins at `at`, filled up as in [`blocks`].
pub fn block_at(bytes: &[u8], at: usize) -> [u8; BLOCK] {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.first_chunk().copied().unwrap_or_else(|| padded(rest))
}

fn padded(rest: &[u8]) -> [u8; BLOCK] {
    let mut block = [0xff; BLOCK];
    let (words, bytes) = rest.as_chunks::<8>();
    let (places, _) = block.as_chunks_mut::<8>();
    places.iter_mut().zip(words).for_each(|(place, word)| *place = *word);
    // The last eight once more, if there are so many: some of them stand where they stood already.
    let end = block.get_mut(rest.len().saturating_sub(8)..rest.len()).unwrap_or_default();
    match (end.first_chunk_mut(), rest.last_chunk::<8>()) {
        (Some(place), Some(last)) => *place = *last,
        _ => end.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte),
    }
    block
}

/// With vector instructions, which every host of modules has (WebAssembly 2.0). The bytes are asked for with the
/// bits of `FLIP` turned.
#[cfg(target_arch = "wasm32")]
#[target_feature(enable = "simd128")]
fn find_each<const FLIP: u8, const N: usize>(sets: &[Set; N], block: &[u8; BLOCK]) -> [u64; N] {
    use core::arch::wasm32::{
        i8x16_swizzle, u8x16, u8x16_bitmask, u8x16_ne, u8x16_shr, u8x16_splat, u64x2, v128,
        v128_and, v128_xor,
    };
    #[inline]
    #[target_feature(enable = "simd128")]
    fn vector(bytes: &[u8; 16]) -> v128 {
        let word = u128::from_le_bytes(*bytes);
        u64x2(word as u64, (word >> 64) as u64)
    }
    let bits = u8x16(1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0);
    let (quarters, _) = block.as_chunks::<16>();
    let mut all = [0; N];
    for quarter in quarters.iter().rev() {
        let quarter = v128_xor(vector(quarter), u8x16_splat(FLIP));
        let lower = v128_and(quarter, u8x16_splat(15));
        let upper = i8x16_swizzle(bits, u8x16_shr(quarter, 4));
        for (found, set) in all.iter_mut().zip(sets) {
            let members = v128_and(i8x16_swizzle(vector(&set.uppers), lower), upper);
            let members = u8x16_ne(members, u8x16_splat(0));
            *found = *found << 16 | u64::from(u8x16_bitmask(members));
        }
    }
    all
}

/// The highest bit of each byte.
#[cfg(target_arch = "wasm32")]
#[target_feature(enable = "simd128")]
fn high_bits(block: &[u8; BLOCK]) -> u64 {
    use core::arch::wasm32::{u8x16_bitmask, u64x2};
    let (quarters, _) = block.as_chunks::<16>();
    quarters.iter().rev().fold(0, |bits, quarter| {
        let word = u128::from_le_bytes(*quarter);
        bits << 16 | u64::from(u8x16_bitmask(u64x2(word as u64, (word >> 64) as u64)))
    })
}

#[cfg(not(target_arch = "wasm32"))]
fn high_bits(block: &[u8; BLOCK]) -> u64 {
    block.iter().rev().fold(0, |bits, byte| bits << 1 | u64::from(byte >> 7))
}

#[cfg(not(target_arch = "wasm32"))]
fn find_each<const FLIP: u8, const N: usize>(sets: &[Set; N], block: &[u8; BLOCK]) -> [u64; N] {
    sets.map(|set| {
        block.iter().map(|byte| byte ^ FLIP).rev().fold(0, |found, byte| {
            let upper = set.uppers.get(usize::from(byte & 15)).copied().unwrap_or_default();
            let member = byte.is_ascii() && upper >> (byte >> 4) & 1 == 1;
            found << 1 | u64::from(member)
        })
    })
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn every_byte_is_found_where_it_stands() {
        let sets = [
            (Set::new().with(b'0', b'9'), (b'0'..=b'9').collect::<Vec<u8>>()),
            (Set::new().with_all(b"\0\n =^\x7f"), b"\0\n =^\x7f".to_vec()),
            (Set::new().with(0, 0xff), (0..0x80).collect()),
            (Set::default(), Vec::new()),
        ];
        for (set, members) in sets {
            for byte in 0..=u8::MAX {
                for at in [0, 1, 15, 16, 31, 32, 47, 48, 63] {
                    let mut block = [0x80; BLOCK];
                    block[at] = byte;
                    let expected = u64::from(members.contains(&byte)) << at;
                    assert_eq!(set.find(&block), expected, "{byte} at {at}");
                    let flipped = block.map(|byte| byte ^ 0x80);
                    assert_eq!(set.find_beyond(&flipped), expected, "{byte} at {at}");
                    let ascii = u64::from(byte.is_ascii()) << at;
                    assert_eq!(beyond_ascii(&block), !ascii, "{byte} at {at}");
                }
            }
        }
    }

    #[test]
    fn the_first_byte_and_what_is_ascii_are_told_at_any_place() {
        const END: Set = Set::new().with(b'\n', b'\n');
        for length in 0..140 {
            let text = vec![b'a'; length];
            assert_eq!((END.position(&text), is_ascii(&text)), (None, true));
            for at in 0..length {
                let mut text = text.clone();
                text[at..].fill(b'\n');
                assert_eq!(END.position(&text), Some(at));
                text[at] = 0x80;
                assert!(!is_ascii(&text), "{at} of {length}");
            }
        }
    }

    #[test]
    fn runs_are_told_wherever_they_begin_and_end() {
        const DIGITS: Set = Set::new().with(b'0', b'9');
        let runs = |text: &str| {
            let mut runs = Vec::new();
            DIGITS.each_run(text.as_bytes(), |start, end| runs.push((start, end)));
            runs
        };
        for before in 0..=BLOCK {
            for length in 1..=2 * BLOCK + 1 {
                let text = "é".repeat(before) + &"7".repeat(length);
                let (start, end) = (2 * before, text.len());
                assert_eq!(runs(&text), [(start, end)]);
                assert_eq!(runs(&(text + "x4")), [(start, end), (end + 1, end + 2)]);
            }
        }
        assert_eq!((runs(""), runs("none")), (Vec::new(), Vec::new()));
    }

    #[test]
    fn bytes_of_any_value_are_met_in_order() {
        let text: Vec<u8> = (0..=u8::MAX).cycle().take(600).collect();
        for one in 0..=u8::MAX {
            for other in [0, b'a', 0x80, 0xfe] {
                let set = AnySet::default().with(one).with(other);
                let met: Vec<usize> = places(&text, |block| set.find(block)).collect();
                let is_in = |place: &usize| text[*place] == one || text[*place] == other;
                // What the last block is filled up with is no part of the text.
                let met: Vec<usize> = met.into_iter().filter(|place| *place < text.len()).collect();
                assert_eq!(met, (0..text.len()).filter(is_in).collect::<Vec<_>>());
            }
        }
        assert_eq!(places(b"", |_| u64::MAX).count(), 0);
        let none = places(&text, |block| AnySet::default().find(block));
        assert_eq!(none.count(), 0);
    }

    #[test]
    fn a_text_is_cut_into_blocks_and_the_last_one_filled_up() {
        let text: Vec<u8> = (0..130).collect();
        let all: Vec<[u8; BLOCK]> = blocks(&text).collect();
        assert_eq!(all.len(), 3);
        assert_eq!(all[2][..2], text[128..]);
        assert!(all[2][2..].iter().all(|byte| *byte == 0xff));
        for (index, block) in all.iter().enumerate() {
            assert_eq!(block_at(&text, index * BLOCK), *block);
        }
        assert_eq!((blocks(b"").count(), blocks(&[0; 64]).count()), (0, 1));
        assert_eq!(block_at(b"a", 64), [0xff; BLOCK]);
    }
}
