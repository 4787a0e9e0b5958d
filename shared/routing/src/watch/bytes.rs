//! Numbers at fixed places of a byte string, little-endian.

/// The number at `at`; 0 beyond the end.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    array(bytes, at).map_or(0, u16::from_le_bytes)
}

/// The number at `at`; 0 beyond the end.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    array(bytes, at).map_or(0, u32::from_le_bytes)
}

/// The number at `at`; 0 beyond the end.
pub(crate) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    array(bytes, at).map_or(0, u64::from_le_bytes)
}

/// The number at `at`; 0 beyond the end.
pub(crate) fn f64_at(bytes: &[u8], at: usize) -> f64 {
    array(bytes, at).map_or(0.0, f64::from_le_bytes)
}

/// Writes `value` at `at`, if there is room.
pub(crate) fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    if let Some(place) = bytes.get_mut(at..at + value.len()) {
        place.copy_from_slice(value);
    }
}

/// Adds to the number at `at`, if there is one.
pub(crate) fn add16(bytes: &mut [u8], at: usize, more: u16) {
    let value = u16_at(bytes, at).saturating_add(more);
    put(bytes, at, &value.to_le_bytes());
}

/// Adds to the number at `at`, if there is one.
pub(crate) fn add32(bytes: &mut [u8], at: usize, more: u32) {
    let value = u32_at(bytes, at).saturating_add(more);
    put(bytes, at, &value.to_le_bytes());
}

/// Adds to the number at `at`, if there is one.
pub(crate) fn add64(bytes: &mut [u8], at: usize, more: u64) {
    let value = u64_at(bytes, at).saturating_add(more);
    put(bytes, at, &value.to_le_bytes());
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}
