//! Finding what is special in a string, sixteen bytes at a time.

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);

/// How many bytes `bytes` begins with that stand in a JSON string as themselves: up to the first quote,
/// backslash or control character.
pub(super) fn plain(bytes: &[u8]) -> usize {
    let (pairs, rest) = bytes.as_chunks::<16>();
    let mut length = 0;
    for pair in pairs {
        let pair = u128::from_le_bytes(*pair);
        let (first, second) = (special(pair as u64), special((pair >> 64) as u64));
        if first | second != 0 {
            let (first, second) =
                (first.trailing_zeros() as usize, second.trailing_zeros() as usize);
            return length + if first < 64 { first / 8 } else { 8 + second / 8 };
        }
        length += 16;
    }
    let (words, rest) = rest.as_chunks::<8>();
    for word in words {
        let special = special(u64::from_le_bytes(*word));
        if special != 0 {
            return length + special.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    // Less than a word is left. Where nothing is special in the words that overlap it, that is the end.
    let tail = match (bytes.last_chunk::<8>(), rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
        (Some(word), ..) => u64::from_le_bytes(*word),
        (None, Some(head), Some(tail)) => {
            u64::from(u32::from_le_bytes(*head)) << 32 | u64::from(u32::from_le_bytes(*tail))
        }
        _ => 0,
    };
    if special(tail) == 0 {
        return bytes.len();
    }
    let is_special = |byte: &u8| matches!(byte, 0..0x20 | b'"' | b'\\');
    length + rest.iter().position(is_special).unwrap_or(rest.len())
}

/// The high bit of the first special byte is set, and none below it. (Above it there may be false ones: a
/// byte that is subtracted from borrows of the next.)
fn special(word: u64) -> u64 {
    // Turning this bit puts the quote next to the control characters, and its own place out of their way.
    let low = (word ^ (ONES * 0x02)).wrapping_sub(ONES * 0x21);
    let backslash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
    (low | backslash) & !word & HIGHS
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::plain;

    #[test]
    fn the_first_special_byte_is_found_wherever_it_stands() {
        for length in 0..70 {
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
