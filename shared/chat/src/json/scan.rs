//! Finding what is special in a string: up to 64 bytes at a time.

use block::{all_plain, plain_in};

/// How many bytes `bytes` begins with that stand in a JSON string as themselves: up to the first quote,
/// backslash or control character. Once in a module: what runs is more costly where it runs for the first time.
#[inline(never)]
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
pub(super) fn plain(bytes: &[u8]) -> usize {
    let Some((first, _)) = bytes.split_first_chunk::<16>() else { return plain_in_few(bytes) };
    // Most strings end here.
    let length = plain_in(*first);
    if length < 16 {
        return length;
    }
    let (large, _) = bytes.as_chunks::<64>();
    let length = large.iter().take_while(|block| all_plain(block)).count() * 64;
    let (blocks, _) = bytes.get(length..).unwrap_or_default().as_chunks::<16>();
    for (index, block) in blocks.iter().enumerate() {
        let plain = plain_in(*block);
        if plain < 16 {
            return length + index * 16 + plain;
        }
    }
    // Less than a block is left, and what overlaps it is plain.
    bytes.last_chunk::<16>().map_or(bytes.len(), |last| bytes.len() - 16 + plain_in(*last))
}

/// The same for less than a block.
fn plain_in_few(bytes: &[u8]) -> usize {
    let mut block = [b' '; 16];
    if let (Some(head), Some(tail)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        // The second word overlaps the first one.
        let (first, second) = block.split_at_mut(8);
        first.copy_from_slice(head);
        second.copy_from_slice(tail);
        if plain_in(block) == 16 {
            return bytes.len();
        }
    }
    let is_special = |byte: &u8| matches!(byte, 0..0x20 | b'"' | b'\\');
    bytes.iter().position(is_special).unwrap_or(bytes.len())
}

/// With vector instructions, which every host of modules has (WebAssembly 2.0).
#[cfg(target_arch = "wasm32")]
mod block {
    use core::arch::wasm32::{
        u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u64x2, v128, v128_any_true, v128_or,
        v128_xor,
    };

    /// How many bytes come before the first special one.
    #[target_feature(enable = "simd128")]
    pub(super) fn plain_in(block: [u8; 16]) -> usize {
        (u32::from(u8x16_bitmask(special(block))) | 1 << 16).trailing_zeros() as usize
    }

    /// Whether nothing is special.
    #[target_feature(enable = "simd128")]
    pub(super) fn all_plain(block: &[u8; 64]) -> bool {
        let (quarters, _) = block.as_chunks::<16>();
        let [a, b, c, d] = quarters else { return false };
        let any = v128_or(v128_or(special(*a), special(*b)), v128_or(special(*c), special(*d)));
        !v128_any_true(any)
    }

    /// All bits of every special byte.
    #[target_feature(enable = "simd128")]
    fn special(block: [u8; 16]) -> v128 {
        let block = u128::from_le_bytes(block);
        let block = u64x2(block as u64, (block >> 64) as u64);
        // Turning this bit puts the quote next to the control characters, and its own place out of their way.
        let low = u8x16_lt(v128_xor(block, u8x16_splat(0x02)), u8x16_splat(0x21));
        v128_or(low, u8x16_eq(block, u8x16_splat(b'\\')))
    }
}

/// With a word in place of a vector.
#[cfg(not(target_arch = "wasm32"))]
mod block {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);

    /// How many bytes come before the first special one.
    pub(super) fn plain_in(block: [u8; 16]) -> usize {
        let block = u128::from_le_bytes(block);
        let (first, second) = (special(block as u64), special((block >> 64) as u64));
        match (first, second) {
            (0, 0) => 16,
            (0, second) => 8 + second.trailing_zeros() as usize / 8,
            (first, _) => first.trailing_zeros() as usize / 8,
        }
    }

    /// Whether nothing is special.
    pub(super) fn all_plain(block: &[u8; 64]) -> bool {
        block.as_chunks::<16>().0.iter().all(|block| plain_in(*block) == 16)
    }

    /// The high bit of the first special byte is set, and none below it. (Above it there may be false ones: a
    /// byte that is subtracted from borrows of the next.)
    fn special(word: u64) -> u64 {
        let low = (word ^ (ONES * 0x02)).wrapping_sub(ONES * 0x21);
        let backslash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
        (low | backslash) & !word & HIGHS
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::plain;

    #[test]
    fn the_first_special_byte_is_found_wherever_it_stands() {
        for length in (0..50).chain(60..70).chain(126..150) {
            let text = vec![b'x'; length];
            assert_eq!(plain(&text), length);
            for at in 0..length {
                for (byte, is_special) in [
                    (b'"', true),
                    (b'\\', true),
                    (0, true),
                    (0x1f, true),
                    (0x20, false),
                    (b'!', false),
                    (b'#', false),
                    (0x7f, false),
                    (0xa2, false),
                    (0xff, false),
                ] {
                    let mut text = text.clone();
                    text[at] = byte;
                    assert_eq!(
                        plain(&text),
                        if is_special { at } else { length },
                        "{byte} at {at}"
                    );
                }
            }
        }
        assert_eq!(plain(b"abcdefg\"\"hij"), 7);
    }
}
