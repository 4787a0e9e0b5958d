//! FNV-1a <http://www.isthe.com/chongo/tech/comp/fnv/> (read 2026-11-21): the hash of what has to have the same number in
//! every request and every build, and of tables whose keys nobody can choose.

/// Where a hash begins that nothing tells from others.
pub const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash of `bytes` that begins with `basis`: of what comes behind others, with their hash.
#[inline]
pub fn hash(bytes: impl IntoIterator<Item = u8>, basis: u64) -> u64 {
    let add = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.into_iter().fold(basis, add)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn hashes_are_those_of_its_authors() {
        // <http://www.isthe.com/chongo/src/fnv/test_fnv.c>: what 64 bits of `FNV1a` are of these.
        for (text, expected) in [
            ("", 0xcbf2_9ce4_8422_2325),
            ("a", 0xaf63_dc4c_8601_ec8c),
            ("foobar", 0x8594_4171_f739_67e8),
        ] {
            assert_eq!(hash(text.bytes(), BASIS), expected, "{text}");
        }
        assert_eq!(hash(*b"bar", hash(*b"foo", BASIS)), hash(*b"foobar", BASIS));
    }
}
