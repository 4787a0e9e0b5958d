//! A trial as bytes.

use super::evidence::{Counts, Mixture, Moments};
use super::{Block, Decision, Policy, Side, Trial};
use crate::watch::bytes::{f64_at, u32_at, u64_at};

/// The version of the layout; another version's bytes are not read.
const LAYOUT: u32 = 1;

impl Trial {
    /// The trial that the workers share; one that begins now if there is none of this configuration.
    pub fn read(policy: &Policy, bytes: Option<&[u8]>, now: u64) -> Trial {
        let mut fresh = Trial::new(policy, now);
        let Some(bytes) = bytes else { return fresh };
        let whole = bytes.len() == fresh.to_bytes().len();
        if !whole || u32_at(bytes, 0) != LAYOUT || u64_at(bytes, 4) != policy.fingerprint {
            return fresh;
        }
        fresh.walk(&mut Reader { bytes, at: 0 });
        fresh
    }

    /// The bytes to share.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer(Vec::with_capacity(1_600));
        self.clone().walk(&mut writer);
        writer.0
    }

    /// Shows every field to a reader or a writer, so that both agree on the layout.
    fn walk(&mut self, codec: &mut dyn Codec) {
        codec.u32(&mut LAYOUT.clone());
        codec.u64(&mut self.fingerprint);
        let mut advice =
            Decision::ALL.iter().position(|row| row.0 == self.advice).unwrap_or(0) as u32;
        codec.u32(&mut advice);
        self.advice = Decision::ALL.get(advice as usize).map_or(Decision::Wait, |row| row.0);
        let mut rolled_back = u32::from(self.rolled_back);
        codec.u32(&mut rolled_back);
        self.rolled_back = rolled_back != 0;
        codec.u32(&mut self.step);
        codec.u32(&mut self.step_requests);
        codec.u64(&mut self.step_began);
        codec.u64(&mut self.tick_began);
        self.sides.iter_mut().for_each(|side| side.walk(codec));
        self.blocks.iter_mut().for_each(|block| block.walk(codec));
        let mut cuts = self.cuts.unwrap_or([u32::MAX; 2]);
        cuts.iter_mut().for_each(|cut| codec.u32(cut));
        self.cuts = (cuts != [u32::MAX; 2]).then_some(cuts);
        self.rates.iter_mut().for_each(|rate| codec.f64(rate));
        codec.u32(&mut self.nth);
        codec.f64(&mut self.put_by);
        codec.u64(&mut self.process_began);
        let [first, second] = &mut self.slow;
        for mixture in
            [&mut self.errors, first, second, &mut self.over_errors, &mut self.over_latency]
        {
            let mixture: &mut Mixture = mixture;
            mixture.iter_mut().for_each(|log| codec.f64(log));
        }
    }
}

impl Side {
    fn walk(&mut self, codec: &mut dyn Codec) {
        codec.u64(&mut self.answered);
        codec.u64(&mut self.errors);
        self.latency.iter_mut().for_each(|count| codec.u32(count));
        for Moments { count, sum, squares } in [&mut self.length, &mut self.cost] {
            [count, sum, squares].into_iter().for_each(|number| codec.f64(number));
        }
    }
}

impl Block {
    fn walk(&mut self, codec: &mut dyn Codec) {
        let [first, second] = &mut self.slow;
        for Counts { all, with } in [&mut self.errors, first, second, &mut self.over] {
            codec.u32(all);
            codec.u32(with);
        }
    }
}

/// Reads or writes numbers one after the other.
trait Codec {
    fn u32(&mut self, number: &mut u32);
    fn u64(&mut self, number: &mut u64);
    fn f64(&mut self, number: &mut f64);
}

struct Writer(Vec<u8>);

impl Codec for Writer {
    fn u32(&mut self, number: &mut u32) {
        self.0.extend(number.to_le_bytes());
    }

    fn u64(&mut self, number: &mut u64) {
        self.0.extend(number.to_le_bytes());
    }

    fn f64(&mut self, number: &mut f64) {
        self.0.extend(number.to_le_bytes());
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Codec for Reader<'_> {
    fn u32(&mut self, number: &mut u32) {
        *number = u32_at(self.bytes, self.at);
        self.at += 4;
    }

    fn u64(&mut self, number: &mut u64) {
        *number = u64_at(self.bytes, self.at);
        self.at += 8;
    }

    fn f64(&mut self, number: &mut f64) {
        *number = f64_at(self.bytes, self.at);
        self.at += 8;
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::config::{Mode, Slo};
    use crate::watch::{Class, Outcome};

    fn policy() -> Policy {
        Policy {
            name: "p".to_owned(),
            key: "k".to_owned(),
            fingerprint: 7,
            mode: Mode::Automatic,
            shares: vec![50_000, 100_000],
            step_seconds: 10,
            min_requests: 5,
            alpha: 0.01,
            slo: Slo::default(),
        }
    }

    #[test]
    fn a_trial_comes_back_as_it_was() {
        let policy = policy();
        let mut trial = Trial::new(&policy, 0);
        for n in 0..2_000u64 {
            let class = if n % 50 == 0 { Class::Server } else { Class::Success };
            let outcome = Outcome {
                output_tokens: Some(n),
                usd: Some(0.001),
                ..Outcome::new(class, 100 + n % 400)
            };
            trial.observe(&policy, n % 9 == 0, &outcome, n * 20_000_000);
        }
        assert!(trial.step > 0 && trial.cuts.is_some());
        assert_eq!(Trial::read(&policy, Some(&trial.to_bytes()), 1), trial);
    }

    #[test]
    fn another_configuration_begins_anew() {
        let policy = policy();
        let bytes = Trial::new(&policy, 5).to_bytes();
        let other = Policy { fingerprint: 8, ..policy };
        assert_eq!(Trial::read(&other, Some(&bytes), 9), Trial::new(&other, 9));
        assert_eq!(Trial::read(&other, Some(b""), 9), Trial::new(&other, 9));
    }
}
