//! How far patterns have got: a gate stands before each of their steps but the first.

/// How many gates there may be.
pub(super) const MOST: usize = 6 * 64;

/// A set of gates, a bit each.
pub(super) type Set = [u64; MOST / 64];

/// Since when a gate is open that never was.
const NEVER: u32 = 0;

/// The gates of all patterns. Meeting the step before it opens one for a few words. Most words of most texts are steps
/// behind many gates, hardly any of which is open: a look at the set says so.
#[derive(Debug)]
pub(super) struct Gates {
    /// Those that were opened. Some are closed since, which shows when one is asked for.
    open: Set,
    /// Where each was opened last.
    since: Vec<u32>,
    /// For how many words it is open then.
    reach: Vec<u32>,
}

/// A set with a gate.
pub(super) fn insert(set: &mut Set, gate: u16) {
    let gate = usize::from(gate);
    if let Some(bits) = set.get_mut(gate / 64) {
        *bits |= 1 << (gate % 64);
    }
}

impl Gates {
    /// Gates that reach so far, all closed.
    pub(super) fn new(reach: Vec<u32>) -> Gates {
        Gates { open: Set::default(), since: vec![NEVER; reach.len()], reach }
    }

    pub(super) fn close_all(&mut self) {
        self.open = Set::default();
        self.since.fill(NEVER);
    }

    /// Opens a gate.
    #[inline]
    pub(super) fn open(&mut self, gate: u16, place: u32) {
        if let Some(since) = self.since.get_mut(usize::from(gate)) {
            *since = place;
            insert(&mut self.open, gate);
        }
    }

    /// Whether one of a set may be open.
    #[inline]
    pub(super) fn may_let(&self, set: &Set) -> bool {
        self.open.iter().zip(set).fold(0, |all, (open, of)| all | open & of) != 0
    }

    /// Shows those of a set that are open to `see`, the last ones first. What was opened at this very place is not
    /// open yet: one place is not two steps.
    #[inline(never)]
    pub(super) fn each_open(
        &mut self,
        set: &Set,
        place: u32,
        mut see: impl FnMut(&mut Gates, usize),
    ) {
        let mut both = self.open;
        both.iter_mut().zip(set).for_each(|(open, of)| *open &= of);
        for (at, mut bits) in both.into_iter().enumerate().rev() {
            while bits != 0 {
                let bit = 63 - bits.leading_zeros();
                bits &= !(1 << bit);
                let gate = at * 64 + bit as usize;
                let since = self.since.get(gate).copied().unwrap_or(NEVER);
                let reach = self.reach.get(gate).copied().unwrap_or_default();
                if since + reach < place {
                    self.open.get_mut(at).into_iter().for_each(|open| *open &= !(1 << bit));
                } else if since < place {
                    see(self, gate);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_gate_is_open_for_as_many_words_as_it_reaches() {
        let mut gates = Gates::new((0..MOST as u32).map(|gate| gate % 3).collect());
        let all = [u64::MAX; 6];
        let opened = |gates: &mut Gates, place| {
            let mut seen = Vec::new();
            gates.each_open(&all, place, |_, gate| seen.push(gate));
            seen
        };
        assert!(!gates.may_let(&all));
        [3, 64, 65, 383].into_iter().for_each(|gate| gates.open(gate, 10));
        let mut some = Set::default();
        [65, 200].into_iter().for_each(|gate| insert(&mut some, gate));
        assert!(gates.may_let(&some));
        assert_eq!(opened(&mut gates, 10), [0; 0]);
        assert_eq!(opened(&mut gates, 11), [383, 65, 64]);
        gates.open(3, 11);
        assert_eq!(opened(&mut gates, 12), [383, 65]);
        assert_eq!(opened(&mut gates, 13), [0; 0]);
        assert!(!gates.may_let(&all));
    }
}
