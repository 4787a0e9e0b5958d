//! Traffic that never was: a plan decides over made-up requests whose targets behave as a scenario says. For
//! `tollgate simulate` and for tests; the filter does not contain it.
//!
//! Requests come by a Poisson process, latencies are log-normal, everything follows from the seed. Envoy's
//! retries are not played.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use chat::json::json;
use serde::Deserialize;
use stage::store::Memory;
use stage::{Body, Exchange, Headers};

use crate::judge::Ruling;
use crate::watch::{Class, Outcome};
use crate::{Asked, Live, Plan, Standing, draw, texts};

/// Traffic and how targets behave under it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Another seed, other chances.
    #[serde(default)]
    pub seed: u64,
    /// How long it lasts.
    pub seconds: u64,
    /// How many requests come in a second, on average.
    pub requests_per_second: f64,
    /// The model that the clients ask for.
    #[serde(default = "model")]
    pub model: String,
    /// What they say.
    #[serde(default = "prompt")]
    pub prompt: String,
    /// How often the state is noted down, in seconds.
    #[serde(default = "sample_seconds")]
    pub sample_seconds: u64,
    /// How each target behaves.
    pub targets: BTreeMap<String, Behaviour>,
    /// What changes on the way.
    #[serde(default)]
    pub changes: Vec<Change>,
}

fn model() -> String {
    "any".to_owned()
}

fn prompt() -> String {
    "Hello".to_owned()
}

fn sample_seconds() -> u64 {
    30
}

/// How a target behaves.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behaviour {
    /// Median of the latency.
    pub median_ms: f64,
    /// 95th percentile of the latency.
    pub p95_ms: f64,
    /// Share of requests that end with status 500.
    #[serde(default)]
    pub error_percent: f64,
    /// Mean length of the answers.
    #[serde(default = "tokens")]
    pub output_tokens: f64,
}

fn tokens() -> f64 {
    300.0
}

/// From some second on a target behaves otherwise; what is left out stays.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "as in Behaviour")]
pub struct Change {
    /// From here on.
    pub at_seconds: u64,
    /// The target.
    pub target: String,
    pub median_ms: Option<f64>,
    pub p95_ms: Option<f64>,
    pub error_percent: Option<f64>,
    pub output_tokens: Option<f64>,
}

/// What happened.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The state at regular times.
    pub samples: Vec<Sample>,
    /// Decisions of judges: second, canary, decision.
    pub rulings: Vec<(u64, String, Ruling)>,
    /// Breakers: second, target, whether it opened.
    pub breakers: Vec<(u64, String, bool)>,
    /// Requests that no rule took.
    pub unrouted: u64,
}

/// The state at some second, and what was since the last.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The second.
    pub second: u64,
    /// By target, in the plan's order: the share of requests since the last sample, in percent.
    pub share_percent: Vec<f64>,
    /// The 95th percentile of latency of late, in milliseconds.
    pub p95_ms: Vec<Option<u64>>,
    /// The share of errors of late, in percent.
    pub error_percent: Vec<Option<f64>>,
}

/// A sequence of random words.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Chance {
        Chance(draw::mix(seed))
    }

    /// The next word.
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        draw::mix(self.0)
    }

    /// The next number between 0 and 1, both excluded.
    pub fn unit(&mut self) -> f64 {
        ((self.word() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }

    /// A latency in milliseconds with this median and 95th percentile.
    pub fn latency_ms(&mut self, median: f64, p95: f64) -> f64 {
        // Box–Muller; 1.645 is the 95th percentile of the normal distribution.
        let normal = (-2.0 * self.unit().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos();
        median * (normal * (p95 / median).ln() / 1.645).exp()
    }
}

const SECOND: u64 = 1_000_000_000;
/// When every scenario begins: 2026-11-21.
const BEGIN: u64 = 1_795_219_200 * SECOND;

/// An answer on its way.
struct Answer {
    target: usize,
    probe: bool,
    trial: Option<(usize, bool)>,
    started: u64,
    outcome: Outcome,
}

/// Plays a scenario. Targets that it does not describe answer at once and well.
pub fn run(plan: &Plan, scenario: &Scenario) -> Report {
    let mut play = Play {
        plan,
        store: Memory::default(),
        behaviours: scenario.targets.clone(),
        report: Report::default(),
        sent: vec![0; plan.targets().count()],
        answers: BTreeMap::new(),
        due: BinaryHeap::new(),
    };
    let mut chance = Chance::new(scenario.seed);
    let end = BEGIN + scenario.seconds * SECOND;
    let (mut now, mut next_sample, mut number) = (BEGIN, BEGIN, 0u64);
    let sample_every = scenario.sample_seconds.max(1) * SECOND;
    let mut changes: Vec<&Change> = scenario.changes.iter().collect();
    changes.sort_by_key(|change| Reverse(change.at_seconds));
    while now < end {
        let step = -chance.unit().ln() / scenario.requests_per_second.max(1e-6);
        now = now.saturating_add((step * SECOND as f64) as u64);
        while next_sample <= now.min(end) {
            play.arrive(next_sample);
            play.sample(next_sample);
            next_sample += sample_every;
        }
        while let Some(change) = changes.pop_if(|change| now >= BEGIN + change.at_seconds * SECOND)
        {
            play.behaviours.entry(change.target.clone()).and_modify(|now| now.change(change));
        }
        play.arrive(now);
        play.request(scenario, now, number, &mut chance);
        number += 1;
    }
    play.report
}

struct Play<'a> {
    plan: &'a Plan,
    store: Memory,
    behaviours: BTreeMap<String, Behaviour>,
    report: Report,
    /// Requests by target since the last sample.
    sent: Vec<u64>,
    answers: BTreeMap<u64, Answer>,
    /// When answers come, by their number.
    due: BinaryHeap<Reverse<(u64, u64)>>,
}

impl Play<'_> {
    fn request(&mut self, scenario: &Scenario, now: u64, number: u64, chance: &mut Chance) {
        let dialect = dialects::by_headers(|_| false);
        let message = json!({"role": "user", "content": scenario.prompt.as_str()});
        let tree = json!({"model": scenario.model.as_str(), "messages": [message]});
        let Ok(mut body) = Body::parse(&chat::json::to_bytes(&tree)) else { return };
        let (headers, io) = (Headers::default(), Exchange::at(now));
        let texts = texts(dialect, &mut body);
        let asked = Asked::new(dialect, &headers, body.tree(), &texts, &io);
        let live = Live::new(self.plan, &self.store, now);
        let Ok(decision) = self.plan.decide(&asked, chance.word(), &live, None) else {
            self.report.unrouted += 1;
            return;
        };
        live.start(decision.target);
        if let Some(sent) = self.sent.get_mut(decision.target) {
            *sent += 1;
        }
        let name = self.plan.target_name(decision.target);
        let behaviour = self.behaviours.get(name).copied().unwrap_or(Behaviour::AT_ONCE);
        let failed = chance.unit() * 100.0 < behaviour.error_percent;
        let class = if failed { Class::Server } else { Class::Success };
        let latency = chance.latency_ms(behaviour.median_ms, behaviour.p95_ms) as u64;
        let tokens = (-chance.unit().ln() * behaviour.output_tokens) as u64;
        let prompt = asked.prompt_tokens();
        let usd = self.plan.usd(decision.target, prompt, tokens);
        let outcome = Outcome { output_tokens: Some(tokens), usd, ..Outcome::new(class, latency) };
        self.due.push(Reverse((now + latency * 1_000_000, number)));
        let (target, probe, trial) = (decision.target, decision.probe, decision.trial);
        self.answers.insert(number, Answer { target, probe, trial, started: now, outcome });
    }

    /// Takes in the answers that are there by `now`.
    fn arrive(&mut self, now: u64) {
        while let Some(Reverse((time, number))) =
            self.due.peek().copied().filter(|due| due.0.0 <= now)
        {
            self.due.pop();
            let Some(answer) = self.answers.remove(&number) else { continue };
            let live = Live::new(self.plan, &self.store, time).with_latencies();
            let second = (time - BEGIN) / SECOND;
            live.finish(answer.target, answer.started);
            if let Some(opened) = live.answered(answer.target, &answer.outcome, answer.probe) {
                let name = self.plan.target_name(answer.target).to_owned();
                self.report.breakers.push((second, name, opened));
            }
            let Some((judge, canary)) = answer.trial else { continue };
            if let Some(ruling) = live.tried(judge, canary, &answer.outcome) {
                let name = self.plan.judge(judge).map(|policy| policy.name().to_owned());
                self.report.rulings.push((second, name.unwrap_or_default(), ruling));
            }
        }
    }

    fn sample(&mut self, now: u64) {
        let live = Live::new(self.plan, &self.store, now).with_latencies();
        let total: u64 = self.sent.iter().sum::<u64>().max(1);
        let ids = 0..self.sent.len();
        self.report.samples.push(Sample {
            second: (now - BEGIN) / SECOND,
            share_percent: self
                .sent
                .iter()
                .map(|sent| *sent as f64 * 100.0 / total as f64)
                .collect(),
            p95_ms: ids.clone().map(|id| live.record(id).latency_ms(0.95, now)).collect(),
            error_percent: ids.map(|id| live.error_percent(id)).collect(),
        });
        self.sent.fill(0);
    }
}

impl Behaviour {
    const AT_ONCE: Behaviour =
        Behaviour { median_ms: 1.0, p95_ms: 1.0, error_percent: 0.0, output_tokens: 0.0 };

    fn change(&mut self, change: &Change) {
        for (value, new) in [
            (&mut self.median_ms, change.median_ms),
            (&mut self.p95_ms, change.p95_ms),
            (&mut self.error_percent, change.error_percent),
            (&mut self.output_tokens, change.output_tokens),
        ] {
            *value = new.unwrap_or(*value);
        }
    }
}
