//! The standing of targets as all workers of this Envoy know it.

use std::cell::RefCell;
use std::rc::Rc;

use stage::store::{Store, update};

use crate::config::{BreakerConfig, Measure};
use crate::decide::{Breaker, Standing};
use crate::judge::{Policy, Ruling, Trial};
use crate::plan::{Plan, Target};
use crate::watch::{Class, Keeps, Outcome, Record};

/// The standing of a plan's targets, at one moment. What is read once is not read again.
#[derive(Debug)]
pub struct Live<'a> {
    plan: &'a Plan,
    store: &'a dyn Store,
    now: u64,
    keeps: Keeps,
    /// A decision asks for few targets.
    read: RefCell<Vec<(usize, Rc<Record>)>>,
}

/// What an answer did to a breaker.
pub type Switched = Option<bool>;

impl<'a> Live<'a> {
    /// The standing at `now`.
    pub fn new(plan: &'a Plan, store: &'a dyn Store, now: u64) -> Live<'a> {
        Live { plan, store, now, keeps: plan.needs.keeps, read: RefCell::default() }
    }

    /// The same where latencies are recorded for their own sake.
    #[must_use]
    pub fn with_latencies(self) -> Live<'a> {
        Live { keeps: self.keeps.max(Keeps::Latency), ..self }
    }

    /// What is known of a target; nothing for a number that is none.
    pub fn record(&self, id: usize) -> Rc<Record> {
        let mut read = self.read.borrow_mut();
        if let Some((_, record)) = read.iter().find(|known| known.0 == id) {
            return Rc::clone(record);
        }
        let record = self.plan.targets.get(id).map(|target| {
            let bytes = self.store.get(&target.key).map(|entry| entry.bytes);
            Record::read(target.owner, self.keeps, bytes)
        });
        let record = Rc::new(record.unwrap_or_else(|| Record::new(0, self.keeps)));
        read.push((id, Rc::clone(&record)));
        record
    }

    /// A request was sent to a target.
    pub fn start(&self, id: usize) {
        self.change(id, |record| record.start(self.now));
    }

    /// A request that was sent to a target at `started` is over, whoever answered.
    pub fn finish(&self, id: usize, started: u64) {
        self.change(id, |record| record.finish(started));
    }

    /// A target answered. Returns what that did to its breaker.
    pub fn answered(&self, id: usize, outcome: &Outcome, probe: bool) -> Switched {
        let mut switched = None;
        self.change(id, |record| {
            record.add(outcome, self.now);
            let breaker = self.plan.breaker.as_ref();
            switched =
                breaker.and_then(|config| record.judge(probe, outcome.class, self.now, config));
        });
        switched
    }

    /// A request of a trial was answered. Returns the judge's decision if it is another than before.
    pub fn tried(&self, judge: usize, canary: bool, outcome: &Outcome) -> Option<Ruling> {
        let policy = self.plan.judges.get(judge)?;
        let mut ruling = None;
        let set = update(self.store, &policy.key, |old| {
            let mut trial = Trial::read(policy, old.as_deref(), self.now);
            ruling = trial.observe(policy, canary, outcome, self.now);
            Some(trial.to_bytes())
        });
        ruling.filter(|_| set)
    }

    /// A judge's name and its trial.
    pub fn trial(&self, judge: usize) -> Option<(&'a Policy, Trial)> {
        let policy = self.plan.judges.get(judge)?;
        let entry = self.store.get(&policy.key);
        let bytes = entry.as_ref().map(|entry| entry.bytes.as_slice());
        Some((policy, Trial::read(policy, bytes, self.now)))
    }

    fn change(&self, id: usize, mut change: impl FnMut(&mut Record)) {
        let Some(Target { key, owner, .. }) = self.plan.targets.get(id) else { return };
        if self.keeps == Keeps::Nothing {
            return;
        }
        self.read.borrow_mut().retain(|known| known.0 != id);
        update(self.store, key, |old| {
            let mut record = Record::read(*owner, self.keeps, old);
            change(&mut record);
            Some(record.into_bytes())
        });
    }

    fn breaker_config(&self) -> Option<&BreakerConfig> {
        self.plan.breaker.as_ref()
    }
}

impl Standing for Live<'_> {
    fn breaker(&self, target: usize) -> Breaker {
        self.breaker_config()
            .map_or(Breaker::Closed, |config| self.record(target).breaker(self.now, config))
    }

    fn claim_probe(&self, target: usize) -> bool {
        let Some(config) = self.breaker_config() else { return false };
        let mut claimed = false;
        self.change(target, |record| claimed = record.claim_probe(self.now, config));
        claimed
    }

    fn answered(&self, target: usize) -> u32 {
        self.record(target).count(Class::Success, self.now)
    }

    fn error_percent(&self, target: usize) -> Option<f64> {
        self.record(target).error_percent(self.now)
    }

    fn latency_ms(&self, target: usize, measure: Measure) -> Option<u64> {
        let record = self.record(target);
        match measure {
            Measure::FirstToken => record.first_token_ms(0.5, self.now),
            Measure::Total => record.latency_ms(0.5, self.now),
            Measure::TotalP95 => record.latency_ms(0.95, self.now),
        }
    }

    fn in_flight(&self, target: usize) -> u32 {
        self.record(target).in_flight(self.now)
    }

    fn canary_share(&self, judge: usize) -> Option<u32> {
        let (policy, trial) = self.trial(judge)?;
        Some(trial.share(policy))
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use serde_json::{Value, json};
    use stage::Errors;
    use stage::store::Memory;

    use super::*;

    /// How many bytes a router of targets `a` and `b` shares of `a` after an answer.
    fn shared(rest: Value) -> Option<usize> {
        let mut config = json!({"targets": {"a": {"input_usd_per_million": 1, "output_usd_per_million": 1}, "b": {}}});
        config.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        let mut errors = Errors::default();
        let config = errors.read(config).unwrap();
        let plan = crate::compile(config, &|_: &str| None, &mut errors).unwrap();
        let store = Memory::default();
        let live = Live::new(&plan, &store, 1_795_000_000_000_000_000);
        live.answered(0, &Outcome::new(Class::Server, 5), false);
        store.get(&plan.targets[0].key).map(|entry| entry.bytes.len())
    }

    #[test]
    fn what_no_decision_hangs_on_is_not_kept() {
        let choose = |choice: Value| json!({"rules": [{"name": "r", "choose": choice}]});
        let named = choose(json!({"target": "a"}));
        assert_eq!(shared(named.clone()), None);
        assert_eq!(shared(choose(json!({"weights": {"a": 1, "b": 1}}))), None);
        assert_eq!(shared(choose(json!({"cheapest": {"of": ["a"]}}))), None);
        let mut guarded = named;
        guarded["breaker"] = json!({});
        let counts = shared(guarded);
        assert!(counts.is_some());
        let bounded = json!({"cheapest": {"of": ["a"], "max_error_percent": 5}});
        assert_eq!(shared(choose(bounded)), counts);
        assert_eq!(shared(choose(json!({"least_busy": {"of": ["a", "b"]}}))), counts);
        for timed in [
            json!({"fastest": {"of": ["a", "b"]}}),
            json!({"cheapest": {"of": ["a"], "max_p95_latency_ms": 5}}),
        ] {
            assert!(shared(choose(timed)) > counts);
        }
    }
}
