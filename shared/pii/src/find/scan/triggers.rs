//! Where something may begin. Most text holds nothing of the kind, so it is looked at in blocks.

use chat::bytes::{BLOCK, Set, block_at};

/// Digits and the punctuation of addresses and codes.
const SIGNS: Set = Set::new().with(b'-', b'@').with(b'_', b'_');
/// The same and capitals.
const CAPITALS: Set = SIGNS.with(b'A', b'Z');

/// The bytes of a text where something may begin or that something may sit around.
#[derive(Debug)]
pub(super) struct Triggers<'t> {
    bytes: &'t [u8],
    wanted: &'static Set,
    /// Where the block begins that was looked at last, and which of its bytes are wanted.
    block: usize,
    found: u64,
}

impl<'t> Triggers<'t> {
    /// Those of a text; capitals on demand.
    pub(super) fn new(bytes: &'t [u8], capitals: bool) -> Self {
        let wanted = if capitals { &CAPITALS } else { &SIGNS };
        Self { bytes, wanted, block: 0, found: wanted.find(&block_at(bytes, 0)) }
    }

    /// The next one at or behind `from`.
    pub(super) fn next(&mut self, from: usize) -> Option<usize> {
        let (block, mut from) = (from - from % BLOCK, from % BLOCK);
        if block != self.block {
            self.read(block)?;
        }
        loop {
            let rest = self.found & u64::MAX << from;
            if rest != 0 {
                return Some(self.block + rest.trailing_zeros() as usize);
            }
            self.read(self.block + BLOCK)?;
            from = 0;
        }
    }

    fn read(&mut self, block: usize) -> Option<()> {
        let is_there = block < self.bytes.len();
        is_there.then(|| {
            self.block = block;
            self.found = self.wanted.find(&block_at(self.bytes, block));
        })
    }
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
            for place in [0, 1, 15, 16, 63, 64, 65, 127, 128, 150] {
                let mut text = [b' '; 151];
                text[place] = byte;
                let met = |capitals, from| Triggers::new(&text, capitals).next(from);
                let capital = sign || byte.is_ascii_uppercase();
                for from in [0, place] {
                    assert_eq!(met(false, from), sign.then_some(place), "{byte} at {place}");
                    assert_eq!(met(true, from), capital.then_some(place), "{byte} at {place}");
                }
                assert_eq!(met(true, place + 1), None, "{byte} at {place}");
            }
        }
    }

    #[test]
    fn they_are_met_one_after_the_other_whatever_is_passed_over() {
        let met = |text: &str, steps: &[usize]| {
            let mut triggers = Triggers::new(text.as_bytes(), false);
            steps.iter().map(|from| triggers.next(*from)).collect::<Vec<_>>()
        };
        assert_eq!(met("a-b-", &[0, 2, 4, 5]), [Some(1), Some(3), None, None]);
        assert_eq!(met("", &[0, 1]), [None, None]);
        let text = format!("-{}-{}-", " ".repeat(100), " ".repeat(200));
        assert_eq!(met(&text, &[0, 1, 102, 303]), [Some(0), Some(101), Some(302), None]);
    }
}
