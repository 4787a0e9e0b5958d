//! A perfect hash of bodies of one length: each bucket of keys gets a seed by which its keys find free slots.

use crate::hash;

/// Seeds by bucket, ranks by slot.
pub(crate) struct Perfect {
    pub(crate) seeds: Vec<u16>,
    pub(crate) slots: Vec<Option<u32>>,
}

/// Keys per slot: the fuller, the longer the search for seeds.
const LOAD: f64 = 0.995;
const KEYS_PER_BUCKET: usize = 4;

/// `body` is what a rank's token is known by; all are of one length.
pub(crate) fn build<'t>(body: impl Fn(u32) -> &'t [u8], ranks: &[u32]) -> Perfect {
    let bucket_count = ranks.len().div_ceil(KEYS_PER_BUCKET);
    let slot_count = (ranks.len() as f64 / LOAD).ceil() as usize;
    let mut buckets: Vec<Vec<(u64, u32)>> = vec![Vec::new(); bucket_count];
    for rank in ranks {
        let hash = hash::hash(body(*rank));
        buckets[hash::bucket(hash, bucket_count as u32)].push((hash, *rank));
    }
    let mut order: Vec<usize> = (0..bucket_count).collect();
    order.sort_by_key(|bucket| std::cmp::Reverse(buckets[*bucket].len()));
    let mut perfect = Perfect { seeds: vec![0; bucket_count], slots: vec![None; slot_count] };
    let mut places = Vec::new();
    for bucket in order {
        let seed = (0..=u16::MAX).find(|seed| {
            places.clear();
            buckets[bucket].iter().all(|(hash, _)| {
                let place = hash::slot(*hash, *seed, slot_count as u32);
                let free = perfect.slots[place].is_none() && !places.contains(&place);
                places.push(place);
                free
            })
        });
        perfect.seeds[bucket] = seed.expect("a seed for every bucket");
        for ((_, rank), place) in buckets[bucket].iter().zip(&places) {
            perfect.slots[*place] = Some(*rank);
        }
    }
    perfect
}
