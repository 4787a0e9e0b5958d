//! Evidence that a canary is worse, that may be looked at after every answer.
//!
//! The tests are *e-processes*: non-negative numbers that begin at 1 and, as long as the canary is no worse,
//! are not expected to grow, whatever happened before. By Ville's inequality such a number ever reaches 1/α
//! with a probability of at most α, however often one looks; reaching it is the alarm.
//!
//! * Canary against proven target, for a property that an answer has or not (an error; a latency above a cut):
//!   the two-sample e-variable of Turner, Ly and Grünwald, "Generic E-variables for exact sequential k-sample
//!   tests that allow for optional stopping", <https://arxiv.org/abs/2106.02693>. For a block of answers it is
//!   the likelihood under "the canary's odds are θ times as high" over that under "both are alike", with the
//!   common rate so chosen that it holds for every rate. The rate and the cuts come from earlier blocks only.
//! * Against a fixed bound: the likelihood ratio of θ times the bound's odds to the bound.
//!
//! In each, the mean over several θ is taken, as in a mixture SPRT: no one effect size has to be guessed.
//!
//! Money is not left where it melts: when a process has shrunk, it is stopped and another begun with a part of
//! what was held back (`1/(n(n+1))` of the start for the nth), so that a canary that turns bad after a good day
//! is found too. The sum of what is held back, was put by and is at stake is still an e-process.
//!
//! * Means (cost, length): asymptotic confidence sequences, Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas,
//!   "Time-uniform central limit theory and asymptotic confidence sequences",
//!   <https://arxiv.org/abs/2103.06476>, theorem 2.2.
//!
//! (All read 2026-11-21.)

/// How many times as high the canary's odds are supposed to be.
pub(crate) const ODDS: [f64; 3] = [1.5, 2.5, 5.0];

/// Logarithms of the likelihood ratios for [`ODDS`].
pub(crate) type Mixture = [f64; 3];

/// The logarithm of the mean of the ratios.
pub(crate) fn log_mean(mixture: &[f64]) -> f64 {
    let most = mixture.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !most.is_finite() {
        return most;
    }
    let sum: f64 = mixture.iter().map(|log| (log - most).exp()).sum();
    most + (sum / mixture.len().max(1) as f64).ln()
}

/// Answers of one side in one block: how many, and how many of them have the property.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) all: u32,
    pub(crate) with: u32,
}

/// Adds a block to the evidence that the canary's rate is above the proven target's. `rate` is the proven
/// target's as known before the block.
pub(crate) fn compare(mixture: &mut Mixture, rate: f64, stable: Counts, canary: Counts) {
    let all = f64::from(stable.all + canary.all);
    if stable.all == 0 || canary.all == 0 {
        return;
    }
    for (log, odds) in mixture.iter_mut().zip(ODDS) {
        let worse = times_odds(rate, odds);
        let common = (f64::from(stable.all) * rate + f64::from(canary.all) * worse) / all;
        *log += likelihood(stable, rate) - likelihood(stable, common);
        *log += likelihood(canary, worse) - likelihood(canary, common);
    }
}

/// Adds a block to the evidence that the canary's rate is above `bound`.
pub(crate) fn exceed(mixture: &mut Mixture, bound: f64, canary: Counts) {
    for (log, odds) in mixture.iter_mut().zip(ODDS) {
        *log += likelihood(canary, times_odds(bound, odds)) - likelihood(canary, bound);
    }
}

fn times_odds(rate: f64, odds: f64) -> f64 {
    odds * rate / (1.0 - rate + odds * rate)
}

fn likelihood(counts: Counts, rate: f64) -> f64 {
    let part = |count: u32, rate: f64| if count == 0 { 0.0 } else { f64::from(count) * rate.ln() };
    part(counts.with, rate) + part(counts.all - counts.with, 1.0 - rate)
}

/// What is needed of a number for its mean and spread.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Moments {
    pub(crate) count: f64,
    pub(crate) sum: f64,
    pub(crate) squares: f64,
}

impl Moments {
    pub(crate) fn add(&mut self, value: f64) {
        self.count += 1.0;
        self.sum += value;
        self.squares += value * value;
    }

    pub(crate) fn mean(&self) -> Option<f64> {
        (self.count > 0.0).then(|| self.sum / self.count)
    }

    /// A radius around the mean that holds at all times with probability 1 − α; tightest at `best` values.
    fn radius(&self, alpha: f64, best: f64) -> Option<f64> {
        let mean = self.mean().filter(|_| self.count >= 2.0)?;
        let variance = (self.squares / self.count - mean * mean).max(0.0);
        let spent = -2.0 * alpha.ln();
        let rho2 = (spent + (spent + 1.0).ln()) / best.max(1.0);
        let grown = self.count * rho2 + 1.0;
        let within = 2.0 * grown / (self.count * self.count * rho2) * (grown.sqrt() / alpha).ln();
        Some((variance * within).sqrt())
    }

    /// Whether this mean is surely above `ratio` times the other's.
    pub(crate) fn surely_above(&self, other: &Moments, ratio: f64, alpha: f64, best: f64) -> bool {
        let bounds =
            |moments: &Moments| Some((moments.mean()?, moments.radius(alpha / 2.0, best)?));
        match (bounds(self), bounds(other)) {
            (Some((mine, my_radius)), Some((theirs, their_radius))) => {
                mine - my_radius > ratio * (theirs + their_radius)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// The expectation of a block's e-variable when both sides have the rate `truth`.
    fn expected(assumed: f64, truth: f64, stable: u32, canary: u32) -> f64 {
        let chance = |all: u32, with: u32| {
            let ways: f64 = (0..with).map(|k| f64::from(all - k) / f64::from(k + 1)).product();
            ways * truth.powi(with as i32) * (1.0 - truth).powi((all - with) as i32)
        };
        let mut sum = 0.0;
        for a in 0..=stable {
            for b in 0..=canary {
                let mut mixture = Mixture::default();
                compare(
                    &mut mixture,
                    assumed,
                    Counts { all: stable, with: a },
                    Counts { all: canary, with: b },
                );
                sum += chance(stable, a) * chance(canary, b) * log_mean(&mixture).exp();
            }
        }
        sum
    }

    #[test]
    fn equals_are_not_expected_to_raise_the_evidence_whatever_their_rate() {
        for assumed in [0.01, 0.1, 0.4] {
            for truth in [0.0, 0.005, 0.01, 0.1, 0.5, 0.9] {
                for (stable, canary) in [(1, 1), (9, 1), (3, 7)] {
                    let e = expected(assumed, truth, stable, canary);
                    assert!(e <= 1.0 + 1e-9, "{e} for {assumed}, {truth}, {stable}:{canary}");
                }
            }
        }
    }

    #[test]
    fn a_worse_canary_raises_it() {
        let mut mixture = Mixture::default();
        for _ in 0..20 {
            compare(&mut mixture, 0.01, Counts { all: 100, with: 1 }, Counts { all: 100, with: 5 });
        }
        assert!(log_mean(&mixture) > 100f64.ln(), "{}", log_mean(&mixture));
        let mut mixture = Mixture::default();
        exceed(&mut mixture, 0.01, Counts { all: 300, with: 15 });
        assert!(log_mean(&mixture) > 100f64.ln());
        let mut mixture = Mixture::default();
        exceed(&mut mixture, 0.05, Counts { all: 300, with: 10 });
        assert!(log_mean(&mixture) < 0.0);
    }

    #[test]
    fn means_differ_only_when_it_is_sure() {
        let of = |values: &[f64], times: usize| {
            let mut moments = Moments::default();
            (0..times).flat_map(|_| values).for_each(|value| moments.add(*value));
            moments
        };
        let (short, long) = (of(&[90.0, 110.0], 500), of(&[180.0, 220.0], 500));
        assert!(long.surely_above(&short, 1.5, 0.01, 200.0));
        assert!(!long.surely_above(&short, 2.0, 0.01, 200.0));
        assert!(!of(&[180.0, 220.0], 1).surely_above(&short, 1.5, 0.01, 200.0), "too few");
        assert!(!Moments::default().surely_above(&short, 1.0, 0.01, 200.0));
    }
}
