//! Watches a canary against the proven target and decides: promote, hold or roll back.
//!
//! Answers are gathered in blocks of a second; after each block the evidence ([`evidence`]) is brought up to
//! date and a decision made. The state is one byte string of fixed size that all workers share.

mod evidence;
mod state;

use chat::json::{Value, json};

use crate::config::{Mode, Slo};
use crate::plan::ALL;
use crate::watch::Outcome;
use crate::watch::histogram::{BUCKETS, bucket, quantile, quantile_bucket};
use evidence::{Counts, Mixture, Moments, compare, exceed, log_mean};

/// How long answers are gathered before the evidence is looked at, in nanoseconds.
const TICK: u64 = 1_000_000_000;

/// The cuts at which latencies are compared: these shares of the proven target's answers are below.
const CUTS: [f64; 2] = [0.75, 0.95];

/// How many good answers of the proven target are needed before its latency can be a measure.
const WARM_UP: u64 = 50;

/// A compiled judge.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The name of the rule or virtual model.
    pub(crate) name: String,
    /// Where the trial is in what all workers share.
    pub(crate) key: String,
    /// Of everything that the state depends on: another configuration begins anew.
    pub(crate) fingerprint: u64,
    pub(crate) mode: Mode,
    /// The shares in order, in millionths; the first is the configured one.
    pub(crate) shares: Vec<u32>,
    pub(crate) step_seconds: u64,
    pub(crate) min_requests: u32,
    /// The likeliness of a false alarm.
    pub(crate) alpha: f64,
    pub(crate) slo: Slo,
}

/// What a judge decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is too early to say.
    Wait,
    /// To the next share.
    Promote,
    /// Neither good nor bad enough.
    Hold,
    /// To nothing.
    RollBack,
    /// It has the last share and keeps it.
    Complete,
}

impl Decision {
    /// All decisions with their names in facts, metrics and logs.
    const ALL: [(Decision, &'static str); 5] = [
        (Decision::Wait, "wait"),
        (Decision::Promote, "promote"),
        (Decision::Hold, "hold"),
        (Decision::RollBack, "roll_back"),
        (Decision::Complete, "complete"),
    ];

    /// Its name in facts, metrics and logs.
    pub fn name(self) -> &'static str {
        Decision::ALL.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }
}

/// A decision with its evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Ruling {
    /// The decision.
    pub decision: Decision,
    /// The canary's share before, in percent.
    pub from_percent: f64,
    /// The canary's share that the decision means, in percent.
    pub to_percent: f64,
    /// Whether the share was changed.
    pub applied: bool,
    /// What it rests on.
    pub evidence: Value,
}

impl Ruling {
    /// The line for the log.
    pub fn line(&self, policy: &str, now: u64) -> String {
        json!({
            "canary": policy,
            "time": now / 1_000_000_000,
            "decision": self.decision.name(),
            "applied": self.applied,
            "from_percent": self.from_percent,
            "to_percent": self.to_percent,
            "evidence": self.evidence,
        })
        .to_string()
    }
}

/// One side of a trial, all its life.
#[derive(Debug, Clone, PartialEq)]
struct Side {
    answered: u64,
    errors: u64,
    latency: [u32; BUCKETS],
    length: Moments,
    cost: Moments,
}

impl Default for Side {
    fn default() -> Side {
        Side {
            answered: 0,
            errors: 0,
            latency: [0; BUCKETS],
            length: Moments::default(),
            cost: Moments::default(),
        }
    }
}

/// One side of a block.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Block {
    errors: Counts,
    /// Above each of [`CUTS`].
    slow: [Counts; 2],
    /// Above the bound of the configuration.
    over: Counts,
}

/// A trial: what is known of a canary so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    fingerprint: u64,
    advice: Decision,
    rolled_back: bool,
    step: u32,
    step_began: u64,
    /// Answers of the canary at this share.
    step_requests: u32,
    tick_began: u64,
    /// Proven target, canary.
    sides: [Side; 2],
    blocks: [Block; 2],
    /// The buckets at [`CUTS`] and the shares above them and of errors, of the proven target before the block.
    cuts: Option<[u32; 2]>,
    rates: [f64; 3],
    /// The nth process is at stake.
    nth: u32,
    put_by: f64,
    process_began: u64,
    errors: Mixture,
    slow: [Mixture; 2],
    over_errors: Mixture,
    over_latency: Mixture,
}

impl Trial {
    /// A trial that begins now.
    pub fn new(policy: &Policy, now: u64) -> Trial {
        let mut trial = Trial {
            fingerprint: policy.fingerprint,
            advice: Decision::Wait,
            rolled_back: false,
            step: 0,
            step_began: now,
            step_requests: 0,
            tick_began: now,
            sides: [Side::default(), Side::default()],
            blocks: [Block::default(); 2],
            cuts: None,
            rates: [0.0; 3],
            nth: 1,
            put_by: 0.0,
            process_began: now,
            errors: Mixture::default(),
            slow: [Mixture::default(); 2],
            over_errors: Mixture::default(),
            over_latency: Mixture::default(),
        };
        trial.begin_block(now);
        trial
    }

    /// The canary's share, in millionths.
    pub fn share(&self, policy: &Policy) -> u32 {
        match policy.mode {
            Mode::Automatic if self.rolled_back => 0,
            Mode::Automatic => policy.shares.get(self.step as usize).copied().unwrap_or(0),
            Mode::Assist | Mode::Observe => policy.shares.first().copied().unwrap_or(0),
        }
    }

    /// What the judge thinks at present.
    pub fn advice(&self) -> Decision {
        self.advice
    }

    /// Takes in one answer. A ruling comes back when the decision is another than before.
    pub fn observe(
        &mut self,
        policy: &Policy,
        canary: bool,
        outcome: &Outcome,
        now: u64,
    ) -> Option<Ruling> {
        self.add(policy, canary, outcome);
        if now < self.tick_began.saturating_add(TICK) || self.rolled_back {
            return None;
        }
        self.weigh(policy);
        let decision = self.decide(policy, now);
        let ruling = (decision != self.advice).then(|| self.rule(policy, decision, now));
        self.advice = decision;
        if let Some(ruling) = ruling.as_ref().filter(|ruling| ruling.applied) {
            self.apply(ruling.decision, now);
        }
        self.begin_process(policy, now);
        self.begin_block(now);
        ruling
    }

    fn add(&mut self, policy: &Policy, canary: bool, outcome: &Outcome) {
        use crate::watch::Class;
        // What the client did wrong says nothing about the target.
        if outcome.class == Class::Client {
            return;
        }
        let index = usize::from(canary);
        let (Some(side), Some(block)) = (self.sides.get_mut(index), self.blocks.get_mut(index))
        else {
            return;
        };
        let error = outcome.class.is_error();
        side.answered += 1;
        side.errors += u64::from(error);
        block.errors.add(error);
        if canary {
            self.step_requests += 1;
        }
        if error {
            return;
        }
        let bucket = bucket(outcome.latency_ms);
        if let Some(count) = side.latency.get_mut(bucket) {
            *count = count.saturating_add(1);
        }
        if let Some(cuts) = self.cuts {
            for (counts, cut) in block.slow.iter_mut().zip(cuts) {
                counts.add(bucket > cut as usize);
            }
        }
        if let Some(bound) = policy.slo.max_p95_latency_ms {
            block.over.add(outcome.latency_ms > bound);
        }
        if let Some(tokens) = outcome.output_tokens {
            side.length.add(tokens as f64);
        }
        if let Some(usd) = outcome.usd {
            side.cost.add(usd);
        }
    }

    /// Adds the block to the evidence.
    fn weigh(&mut self, policy: &Policy) {
        let [stable, canary] = self.blocks;
        let [error_rate, slow_rates @ ..] = self.rates;
        compare(&mut self.errors, error_rate, stable.errors, canary.errors);
        if self.cuts.is_some() {
            let sides = stable.slow.into_iter().zip(canary.slow);
            for ((mixture, rate), (stable, canary)) in
                self.slow.iter_mut().zip(slow_rates).zip(sides)
            {
                compare(mixture, rate, stable, canary);
            }
        }
        if let Some(percent) = policy.slo.max_error_percent {
            exceed(&mut self.over_errors, percent / 100.0, canary.errors);
        }
        if policy.slo.max_p95_latency_ms.is_some() {
            exceed(&mut self.over_latency, 0.05, canary.over);
        }
    }

    /// The logarithm of what is at stake in the running process, beginning at 0.
    fn running(&self, policy: &Policy) -> f64 {
        let [first, second] = &self.slow;
        let mut families =
            vec![log_mean(&self.errors), log_mean(&[log_mean(first), log_mean(second)])];
        families.extend(policy.slo.max_error_percent.map(|_| log_mean(&self.over_errors)));
        families.extend(policy.slo.max_p95_latency_ms.map(|_| log_mean(&self.over_latency)));
        log_mean(&families)
    }

    /// The evidence that the canary is worse: 1 says nothing, large is much.
    fn evidence(&self, policy: &Policy) -> f64 {
        let nth = f64::from(self.nth);
        let at_stake = self.running(policy).min(700.0).exp() / (nth * (nth + 1.0));
        self.put_by + at_stake + 1.0 / (nth + 1.0)
    }

    fn decide(&self, policy: &Policy, now: u64) -> Decision {
        let evidence = self.evidence(policy);
        if evidence >= 1.0 / policy.alpha_of_rates() || self.mean_too_high(policy).is_some() {
            return Decision::RollBack;
        }
        let kept = now
            >= self.step_began.saturating_add(policy.step_seconds.saturating_mul(1_000_000_000));
        if !kept || self.step_requests < policy.min_requests {
            return Decision::Wait;
        }
        if evidence >= policy.alpha_of_rates().recip().sqrt() {
            return Decision::Hold;
        }
        match (self.step as usize + 1) < policy.shares.len() {
            true => Decision::Promote,
            false => Decision::Complete,
        }
    }

    /// The bounded mean that is surely too high.
    fn mean_too_high(&self, policy: &Policy) -> Option<&'static str> {
        let [stable, canary] = &self.sides;
        let above = |bound: Option<f64>, mine: &Moments, theirs: &Moments| {
            let best = f64::from(policy.min_requests);
            bound.is_some_and(|ratio| {
                mine.surely_above(theirs, ratio, policy.alpha_of_a_mean(), best)
            })
        };
        if above(policy.slo.max_cost_ratio, &canary.cost, &stable.cost) {
            return Some("cost");
        }
        above(policy.slo.max_output_length_ratio, &canary.length, &stable.length)
            .then_some("output length")
    }

    fn rule(&self, policy: &Policy, decision: Decision, _now: u64) -> Ruling {
        let percent = |share: u32| f64::from(share) / 10_000.0;
        let from = self.share(policy);
        let next = policy.shares.get(self.step as usize + 1).copied();
        let to = match decision {
            Decision::Promote => next.unwrap_or(from),
            Decision::RollBack => 0,
            Decision::Wait | Decision::Hold | Decision::Complete => from,
        };
        Ruling {
            decision,
            from_percent: percent(from),
            to_percent: percent(to),
            applied: policy.mode == Mode::Automatic && to != from,
            evidence: self.told(policy),
        }
    }

    /// The evidence in numbers.
    fn told(&self, policy: &Policy) -> Value {
        let side = |side: &Side| {
            json!({
                "answered": side.answered,
                "error_percent": rounded(100.0 * side.errors as f64 / side.answered.max(1) as f64),
                "p50_ms": quantile(&side.latency, 0.5),
                "p95_ms": quantile(&side.latency, 0.95),
                "output_tokens": side.length.mean().map(rounded),
                "usd_per_1000": side.cost.mean().map(|usd| rounded(usd * 1_000.0)),
            })
        };
        let [stable, canary] = &self.sides;
        let log10 = |log: f64| rounded(log / std::f64::consts::LN_10);
        let [first, second] = &self.slow;
        json!({
            "e_value_log10": rounded(self.evidence(policy).log10()),
            "alarm_at_log10": rounded(-policy.alpha_of_rates().log10()),
            "errors_log10": log10(log_mean(&self.errors)),
            "latency_log10": log10(log_mean(&[log_mean(first), log_mean(second)])),
            "mean_too_high": self.mean_too_high(policy),
            "canary_requests_at_share": self.step_requests,
            "stable": side(stable),
            "canary": side(canary),
        })
    }

    fn apply(&mut self, decision: Decision, now: u64) {
        match decision {
            Decision::Promote => {
                self.step += 1;
                self.step_began = now;
                self.step_requests = 0;
                self.advice = Decision::Wait;
            }
            Decision::RollBack => self.rolled_back = true,
            Decision::Wait | Decision::Hold | Decision::Complete => {}
        }
    }

    /// Where what is at stake has shrunk, puts it by and begins another process.
    fn begin_process(&mut self, policy: &Policy, now: u64) {
        let due =
            self.process_began.saturating_add(policy.step_seconds.saturating_mul(1_000_000_000));
        let running = self.running(policy);
        if now < due || running > 0.1f64.ln() {
            return;
        }
        let nth = f64::from(self.nth);
        self.put_by += running.exp() / (nth * (nth + 1.0));
        self.nth = self.nth.saturating_add(1);
        self.process_began = now;
        self.errors = Mixture::default();
        self.slow = [Mixture::default(); 2];
        self.over_errors = Mixture::default();
        self.over_latency = Mixture::default();
    }

    fn begin_block(&mut self, now: u64) {
        let [stable, _] = &self.sides;
        let good: u64 = stable.answered - stable.errors;
        // A little more than was seen, so that no rate is 0 or 1.
        let rate = |with: u64, all: u64| (with as f64 + 0.5) / (all as f64 + 50.0);
        self.rates = [rate(stable.errors, stable.answered), 0.5, 0.5];
        self.cuts = None;
        if good >= WARM_UP {
            let mut cuts = [0; 2];
            let [_, slow_rates @ ..] = &mut self.rates;
            for ((cut, share), slow) in cuts.iter_mut().zip(CUTS).zip(slow_rates) {
                let at = quantile_bucket(&stable.latency, share).unwrap_or(0);
                let above = stable.latency.iter().skip(at + 1).map(|count| u64::from(*count)).sum();
                *cut = at as u32;
                *slow = rate(above, good);
            }
            self.cuts = Some(cuts);
        }
        self.blocks = [Block::default(); 2];
        self.tick_began = now;
    }
}

impl Policy {
    /// The name of the rule or virtual model that it belongs to.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many tests share the likeliness of a false alarm: of rates and of means.
    fn tests(&self) -> (f64, f64) {
        let count = |set: bool| f64::from(u8::from(set));
        let rates = 2.0
            + count(self.slo.max_error_percent.is_some())
            + count(self.slo.max_p95_latency_ms.is_some());
        let means = count(self.slo.max_cost_ratio.is_some())
            + count(self.slo.max_output_length_ratio.is_some());
        (rates, means)
    }

    fn alpha_of_rates(&self) -> f64 {
        let (rates, means) = self.tests();
        self.alpha * rates / (rates + means)
    }

    fn alpha_of_a_mean(&self) -> f64 {
        let (rates, means) = self.tests();
        self.alpha / (rates + means)
    }
}

impl Counts {
    fn add(&mut self, with: bool) {
        self.all += 1;
        self.with += u32::from(with);
    }
}

fn rounded(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}

/// The whole of a share.
pub(crate) fn millionths(percent: f64) -> u32 {
    (percent / 100.0 * f64::from(ALL)).round() as u32
}
