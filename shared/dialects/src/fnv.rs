//! FNV-1a <http://www.isthe.com/chongo/tech/comp/fnv/> (read 2026-11-21), for names that have to be the same in every
//! request.

/// Where a hash begins that nothing tells from others.
pub(crate) const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash of `bytes` that begins with `basis`.
pub(crate) fn hash(bytes: impl IntoIterator<Item = u8>, basis: u64) -> u64 {
    let add = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.into_iter().fold(basis, add)
}
