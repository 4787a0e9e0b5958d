//! Overlaps: of what stands in the same place, what is surer stays.

use std::cmp::Reverse;

/// Something that may be found, before overlaps are settled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidate {
    /// The row.
    pub(super) entity: u16,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) score: f32,
    pub(super) context: bool,
    pub(super) validated: bool,
}

impl Candidate {
    /// Validated before not, with context before without, longer before shorter, earlier rows before later.
    fn rank(&self) -> (Reverse<bool>, Reverse<bool>, Reverse<usize>, u16) {
        (
            Reverse(self.validated),
            Reverse(self.context),
            Reverse(self.end - self.start),
            self.entity,
        )
    }
}

/// Those that stay, in order, without overlaps.
pub(super) fn settle(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates.sort_unstable_by_key(|candidate| (candidate.start, candidate.rank()));
    let mut settled = Vec::with_capacity(candidates.len());
    let mut rest = candidates.as_mut_slice();
    while !rest.is_empty() {
        // Those that hang together.
        let mut end = 0;
        let hanging = rest.iter().enumerate().take_while(|(index, candidate)| {
            let hangs = *index == 0 || candidate.start < end;
            end = end.max(candidate.end);
            hangs
        });
        let (cluster, after) = rest.split_at_mut(hanging.count());
        match cluster {
            [single] => settled.push(*single),
            _ => settle_cluster(cluster, &mut settled),
        }
        rest = after;
    }
    settled
}

fn settle_cluster(cluster: &mut [Candidate], settled: &mut Vec<Candidate>) {
    cluster.sort_unstable_by_key(|candidate| (candidate.rank(), candidate.start));
    // By start; what is in it does not overlap, so its ends are in order, too.
    let mut kept = std::collections::BTreeMap::<usize, Candidate>::new();
    for candidate in cluster {
        let before = kept.range(..candidate.end).next_back();
        if before.is_none_or(|(_, other)| other.end <= candidate.start) {
            kept.insert(candidate.start, *candidate);
        }
    }
    settled.extend(kept.into_values());
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn candidate(entity: u16, span: (usize, usize), context: bool, validated: bool) -> Candidate {
        Candidate { entity, start: span.0, end: span.1, score: 0.5, context, validated }
    }

    fn settled(candidates: &[Candidate]) -> Vec<u16> {
        settle(candidates.to_vec()).iter().map(|candidate| candidate.entity).collect()
    }

    #[test]
    fn validated_then_context_then_length_then_order() {
        let long = candidate(1, (0, 9), false, false);
        let near = candidate(2, (0, 5), true, false);
        let valid = candidate(3, (4, 6), false, true);
        assert_eq!(settled(&[long, near, valid]), [3]);
        assert_eq!(settled(&[long, near]), [2]);
        assert_eq!(settled(&[candidate(5, (3, 6), false, false), long]), [1]);
        assert_eq!(settled(&[candidate(5, (0, 9), false, false), long]), [1]);
    }

    #[test]
    fn what_a_loser_did_not_share_with_the_winner_stays() {
        let chain = [
            candidate(1, (0, 5), false, false),
            candidate(2, (4, 8), false, true),
            candidate(3, (7, 12), false, false),
            candidate(4, (9, 11), false, false),
        ];
        assert_eq!(settled(&chain), [2, 4]);
    }
}
