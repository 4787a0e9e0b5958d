//! Where a token stands in its table. Both halves use this file: `build/perfect.rs`, which makes the tables, and
//! `vocabulary.rs`, which reads them.

/// Bodies of these lengths are not in the table byte by byte, but as the two tokens that theirs is made of: so each
/// takes [`JOINED_BYTES`].
pub(crate) const JOINED: std::ops::RangeInclusive<usize> = 9..=17;
/// The first token's rank in 18 bits, the second's in 18, the length of the first less one in 4. In place of a rank, a
/// single byte has its value.
pub(crate) const JOINED_BYTES: usize = 5;
/// No token has this rank: all of its 18 bits are set.
pub(crate) const NO_RANK: u32 = 0x3_ffff;

const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
const OTHER_ODD: u64 = 0xd6e8_feb8_6659_fd93;

/// Bytes as two numbers, exactly for up to 16 of them and a given length: what two strings of one length compare
/// by. Of longer ones these are the ends.
#[inline]
pub(crate) fn key(bytes: &[u8]) -> (u64, u64) {
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)));
    }
    match bytes {
        [a] => (u64::from(*a), 0),
        [a, b] => (u64::from(*a), u64::from(*b)),
        [a, b, c] => (u64::from(*a) | u64::from(*b) << 8, u64::from(*c)),
        _ => (0, 0),
    }
}

/// A hash of bytes, to be compared with others of the same length only.
#[inline]
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let (first, last) = key(bytes);
    let mut hash = first.wrapping_mul(ODD).rotate_left(23) ^ last;
    if bytes.len() > 16 {
        for eight in bytes.as_chunks::<8>().0 {
            hash = (hash.wrapping_mul(ODD) ^ u64::from_le_bytes(*eight)).rotate_left(23);
        }
    }
    let hash = hash.wrapping_mul(ODD);
    (hash ^ (hash >> 32)).wrapping_mul(OTHER_ODD)
}

/// The bucket of a hash.
#[inline]
pub(crate) fn bucket(hash: u64, count: u32) -> usize {
    reduce(hash >> 32, count)
}

/// The slot of a hash whose bucket has this seed.
#[inline]
pub(crate) fn slot(hash: u64, seed: u16, count: u32) -> usize {
    reduce((hash ^ u64::from(seed)).wrapping_mul(ODD) >> 32, count)
}

/// A hash of two neighbouring characters.
#[inline]
pub(crate) fn pair(one: u32, next: u32) -> u32 {
    let hash = (u64::from(one) << 32 | u64::from(next)).wrapping_mul(ODD);
    ((hash ^ hash >> 29).wrapping_mul(OTHER_ODD) >> 32) as u32
}

/// A 32-bit number to `0..count`.
#[inline]
fn reduce(hash: u64, count: u32) -> usize {
    (((hash & 0xffff_ffff) * u64::from(count)) >> 32) as usize
}
