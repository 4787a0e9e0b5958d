//! Where something may begin. Most text holds nothing of the kind, so it is passed over in blocks.

/// How many bytes are looked at as one.
const BLOCK: usize = 16;

/// The next byte at or behind `from` where something may begin or that something may sit around: digits, the
/// punctuation of addresses and codes, and, on demand, capitals.
pub(super) fn next(bytes: &[u8], from: usize, capitals: bool) -> Option<usize> {
    let wanted = if capitals { SIGN | CAPITAL } else { SIGN };
    let rest = bytes.get(from..)?;
    let begins = |byte: u8| KINDS.get(usize::from(byte)).is_some_and(|kind| kind & wanted != 0);
    // Where it is dense, a block is not worth it.
    let near = rest.get(..BLOCK.min(rest.len())).unwrap_or_default();
    if let Some(offset) = near.iter().position(|byte| begins(*byte)) {
        return Some(from + offset);
    }
    let far = from + near.len();
    let rest = bytes.get(far..)?;
    let quiet = quiet(rest, capitals);
    let offset = rest.get(quiet..)?.iter().position(|byte| begins(*byte))?;
    Some(far + quiet + offset)
}

const SIGN: u8 = 1;
const CAPITAL: u8 = 2;

/// What each byte is.
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'-'..=b'@' | b'_' => SIGN,
            b'A'..=b'Z' => CAPITAL,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};

/// How many bytes the whole blocks at the beginning have in which nothing begins. Written so that the compiler
/// makes vector instructions of it; every host of modules has them (WebAssembly 2.0).
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn quiet(bytes: &[u8], capitals: bool) -> usize {
    // Without capitals the range of `_` is asked twice.
    let (first, count) = if capitals { (b'A', 26) } else { (b'_', 1) };
    let begins = |byte: u8| {
        (byte.wrapping_sub(b'-') <= b'@' - b'-')
            | (byte == b'_')
            | (byte.wrapping_sub(first) < count)
    };
    let blocks = bytes.chunks_exact(BLOCK);
    let quiet =
        blocks.take_while(|block| !block.iter().fold(false, |any, byte| any | begins(*byte)));
    quiet.count() * BLOCK
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn every_sign_is_met_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            let sign = matches!(byte, b'-'..=b'@' | b'_');
            for place in [0, 1, 15, 16, 17, 40, 63] {
                let mut text = [b' '; 64];
                text[place] = byte;
                let met = |capitals| next(&text, 0, capitals);
                assert_eq!(met(false), sign.then_some(place), "{byte} at {place}");
                let capital = sign || byte.is_ascii_uppercase();
                assert_eq!(met(true), capital.then_some(place), "{byte} at {place}");
            }
        }
        assert_eq!(next(b"a-b-", 2, false), Some(3));
        assert_eq!(next(b"", 0, true), None);
        assert_eq!(next(b"a", 5, true), None);
    }
}
