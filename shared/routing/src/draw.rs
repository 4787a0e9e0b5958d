//! Chance and hashes as arithmetic: a random word or a key comes in, a choice goes out.

use chat::fnv;

/// FNV-1a over `bytes`, then mixed so that every bit counts.
pub fn hash(seed: u64, bytes: &[u8]) -> u64 {
    mix(fnv::hash(bytes.iter().copied(), fnv::BASIS ^ seed))
}

/// Spreads a word over all its bits (the finalizer of SplitMix64): equal words stay equal, near ones part.
/// <https://prng.di.unimi.it/splitmix64.c> (read 2026-11-21)
pub fn mix(word: u64) -> u64 {
    let word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// A number below `bound`, each as likely as the others if `word` is random. 0 if `bound` is.
pub fn below(word: u64, bound: u64) -> u64 {
    ((u128::from(word) * u128::from(bound)) >> 64) as u64
}

/// Which of `weights` the word falls on: each in proportion to its weight. `None` if all are zero.
pub fn weighted(word: u64, weights: impl Iterator<Item = u32> + Clone) -> Option<usize> {
    let total = weights.clone().map(u64::from).sum();
    let mut left = below(word, total);
    weights.map(u64::from).enumerate().find_map(|(index, weight)| {
        if left < weight {
            return Some(index);
        }
        left -= weight;
        None
    })
}

/// Which of the named, weighted entries keeps `key`: weighted rendezvous hashing. Every key ranks all entries
/// by `−log₂(u) / weight`, with `u` a hash of key and name, and goes to the first; so adding or taking out an
/// entry moves the keys of that entry and no others. `None` if all weights are zero.
/// <https://www.snia.org/sites/default/files/SDC15_presentations/dist_sys/Jason_Resch_New_Consistent_Hashings_Rev.pdf>
/// (read 2026-11-21)
pub fn rendezvous<'a>(key: u64, entries: impl Iterator<Item = (&'a str, u32)>) -> Option<usize> {
    let ranked = entries.enumerate().filter(|(_, (_, weight))| *weight > 0).map(
        |(index, (name, weight))| (index, neg_log2(hash(key, name.as_bytes())), u64::from(weight)),
    );
    // Fractions are compared crosswise: a/b < c/d. Both products fit, logs being below 2³¹.
    ranked
        .reduce(|best, next| if next.1 * best.2 < best.1 * next.2 { next } else { best })
        .map(|best| best.0)
}

/// `−log₂(word / 2⁶⁴)` with 24 binary places. Integers only, so that every machine agrees.
fn neg_log2(word: u64) -> u64 {
    const PLACES: u32 = 24;
    let word = word.max(1);
    let zeros = word.leading_zeros();
    // In [1, 2) with 31 binary places.
    let mut mantissa = (word << zeros) >> 32;
    let mut log = 0u64;
    for place in (0..PLACES).rev() {
        mantissa = (mantissa * mantissa) >> 31;
        if mantissa >= 1 << 32 {
            mantissa >>= 1;
            log |= 1 << place;
        }
    }
    (u64::from(zeros + 1) << PLACES) - log
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_million_draws_fall_by_the_weights() {
        let weights = [70, 20, 9, 1, 0];
        let mut counts = [0u32; 5];
        for n in 0..1_000_000u64 {
            counts[weighted(mix(n), weights.into_iter()).unwrap()] += 1;
        }
        for (count, weight) in counts.into_iter().zip(weights) {
            let percent = f64::from(count) / 10_000.0;
            assert!((percent - f64::from(weight)).abs() < 0.1, "{percent} for {weight}");
        }
        assert_eq!(weighted(7, [0, 0].into_iter()), None);
    }

    #[test]
    fn every_word_falls_somewhere_and_the_ends_on_the_ends() {
        for (word, expected) in [(0, 0), (u64::MAX, 2), (u64::MAX / 2, 1)] {
            assert_eq!(weighted(word, [1, 2, 1].into_iter()), Some(expected));
        }
    }

    #[test]
    fn a_key_stays_the_same_number() {
        assert_eq!(hash(7, b"key"), 0xeec6_cd5d_b326_42a4);
        assert_eq!(hash(0, b""), 0xc381_7c01_6ba4_ff30);
    }

    #[test]
    fn keys_fall_by_the_weights() {
        let entries = [("a", 50), ("b", 30), ("c", 20)];
        let mut counts = [0u32; 3];
        for n in 0..100_000u64 {
            counts[rendezvous(mix(n), entries.into_iter()).unwrap()] += 1;
        }
        for (count, (_, weight)) in counts.into_iter().zip(entries) {
            let percent = f64::from(count) / 1_000.0;
            assert!((percent - f64::from(weight)).abs() < 0.6, "{percent} for {weight}");
        }
    }

    #[test]
    fn a_fifth_target_moves_its_share_of_the_keys_and_no_others() {
        let four = ["a", "b", "c", "d"].map(|name| (name, 1));
        let five = ["a", "b", "c", "d", "e"].map(|name| (name, 1));
        let mut moved = 0;
        for n in 0..100_000u64 {
            let (before, after) =
                (rendezvous(mix(n), four.into_iter()), rendezvous(mix(n), five.into_iter()));
            if before != after {
                assert_eq!(after, Some(4), "only to the new one");
                moved += 1;
            }
        }
        assert!((19_000..21_000).contains(&moved), "{moved} of 100,000");
    }

    #[test]
    fn logs_are_right_to_the_last_places() {
        for word in [1, 2, 3, 1 << 40, u64::MAX / 3, u64::MAX / 2, u64::MAX] {
            let exact = 64.0 - (word as f64).log2();
            assert!((neg_log2(word) as f64 / 16_777_216.0 - exact).abs() < 1e-6, "{word}");
        }
    }
}
