//! Buckets for latencies: eight to a doubling, so that a quantile is right to 12 %.

/// How many buckets there are: up to 2²⁰ ms, which is 17 minutes.
pub const BUCKETS: usize = 144;

/// The bucket of a latency in milliseconds.
pub fn bucket(ms: u64) -> usize {
    let ms = ms.min((1 << 20) - 1);
    match ms.checked_ilog2() {
        Some(octave) if octave >= 3 => {
            let within = (ms >> (octave - 3)) & 7;
            (octave as usize - 2) * 8 + within as usize
        }
        _ => ms as usize,
    }
}

/// The first latency in milliseconds that is above a bucket.
pub fn end_of(bucket: usize) -> u64 {
    let next = bucket as u64 + 1;
    match next {
        0..8 => next,
        _ => (8 + next % 8) << (next / 8 - 1),
    }
}

/// The latency below which a share of the counted ones lies, in milliseconds. `None` if nothing was counted.
pub fn quantile(counts: &[u32], share: f64) -> Option<u64> {
    let bucket = quantile_bucket(counts, share)?;
    let total: u64 = counts.iter().map(|count| u64::from(*count)).sum();
    let below: u64 = counts.iter().take(bucket).map(|count| u64::from(*count)).sum();
    let inside = counts.get(bucket).copied().unwrap_or(1).max(1);
    let start = if bucket == 0 { 0 } else { end_of(bucket - 1) };
    let part = (share * total as f64 - below as f64) / f64::from(inside);
    Some(start + ((end_of(bucket) - start) as f64 * part.clamp(0.0, 1.0)) as u64)
}

/// The bucket in which that latency lies.
pub fn quantile_bucket(counts: &[u32], share: f64) -> Option<usize> {
    let total: u64 = counts.iter().map(|count| u64::from(*count)).sum();
    if total == 0 {
        return None;
    }
    let wanted = share * total as f64;
    let mut below = 0u64;
    counts.iter().position(|count| {
        below += u64::from(*count);
        below as f64 >= wanted && below > 0
    })
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn buckets_follow_each_other_without_a_gap() {
        for ms in 0..100_000 {
            let bucket = bucket(ms);
            let start = if bucket == 0 { 0 } else { end_of(bucket - 1) };
            assert!((start..end_of(bucket)).contains(&ms), "{ms} in {bucket}");
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn quantiles_are_right_to_an_eighth() {
        let mut counts = [0u32; BUCKETS];
        (1..=10_000).for_each(|ms| counts[bucket(ms)] += 1);
        for share in [0.05, 0.5, 0.75, 0.95, 0.99] {
            let exact = share * 10_000.0;
            let found = quantile(&counts, share).unwrap() as f64;
            assert!((found - exact).abs() / exact < 0.125, "{share}: {found}");
        }
        assert_eq!(quantile(&[0; BUCKETS], 0.5), None);
    }
}
