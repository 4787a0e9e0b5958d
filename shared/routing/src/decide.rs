//! From a request to a target.

use crate::Asked;
use crate::config::Measure;
use crate::draw;
use crate::plan::{
    ALL, Bounds, Canary, Cheapest, Complexity, Fastest, Id, LeastBusy, Pick, Plan, Route, Rule,
};
use crate::prompt::complexity::add;
use crate::semantic::{Meaning, Semantic};

/// What is known of the targets at the moment of a decision.
pub trait Standing {
    /// Whether a target may be chosen.
    fn breaker(&self, target: usize) -> Breaker;

    /// Takes the turn to try a target whose breaker is [`Breaker::Probe`]. False: somebody else has it.
    fn claim_probe(&self, target: usize) -> bool;

    /// How many requests it answered of late.
    fn answered(&self, target: usize) -> u32;

    /// Its share of errors of late, in percent, if it answered any.
    fn error_percent(&self, target: usize) -> Option<f64>;

    /// A latency of late in milliseconds, if there is one.
    fn latency_ms(&self, target: usize, measure: Measure) -> Option<u64>;

    /// How many requests it is working on.
    fn in_flight(&self, target: usize) -> u32;

    /// The share that a judge gives its canary, in millionths, if it decides that.
    fn canary_share(&self, judge: usize) -> Option<u32>;
}

/// Whether a target may be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breaker {
    /// Yes.
    Closed,
    /// By one request, to see whether it is well again.
    Probe,
    /// No.
    Open,
}

/// The standing of targets of which nothing is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unknown;

impl Standing for Unknown {
    fn breaker(&self, _: usize) -> Breaker {
        Breaker::Closed
    }

    fn claim_probe(&self, _: usize) -> bool {
        false
    }

    fn answered(&self, _: usize) -> u32 {
        0
    }

    fn error_percent(&self, _: usize) -> Option<f64> {
        None
    }

    fn latency_ms(&self, _: usize, _: Measure) -> Option<u64> {
        None
    }

    fn in_flight(&self, _: usize) -> u32 {
        0
    }

    fn canary_share(&self, _: usize) -> Option<u32> {
        None
    }
}

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The name of the rule or virtual model that decided.
    pub rule: String,
    /// Its number among the plan's rules.
    pub number: usize,
    /// The target, as an index into the plan's.
    pub target: usize,
    /// The model to send, if it is another than the client named.
    pub model: Option<String>,
    /// The targets to fall back to, in order.
    pub fallbacks: Vec<usize>,
    /// The target that a copy goes to.
    pub shadow: Option<usize>,
    /// The judge that watches, and whether the request is on the canary's side.
    pub trial: Option<(usize, bool)>,
    /// It is the one request that tries whether the target is well again.
    pub probe: bool,
    /// The rule would have to know the prompt's meaning to decide; until then the target is what it falls back to.
    pub asks: bool,
    /// Why this target, in a few words. Never text of the request.
    pub reason: String,
}

/// No rule matches and no virtual model is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoRoute;

/// Where the lines of an explanation go, if anybody wants one.
pub type Trace<'a> = Option<&'a mut Vec<String>>;

impl Plan {
    /// Decides where a request goes. `dice` is a random word.
    ///
    /// # Errors
    /// [`NoRoute`] if no rule matches.
    pub fn decide(
        &self,
        asked: &Asked<'_>,
        dice: u64,
        standing: &dyn Standing,
        mut trace: Trace<'_>,
    ) -> Result<Decision, NoRoute> {
        let number = self.rules.iter().position(|rule| {
            let failed = rule.when.iter().position(|test| !test.holds(asked, &self.detector));
            if let Some(lines) = &mut trace {
                lines.push(rule.told(failed));
            }
            failed.is_none()
        });
        let number = number.ok_or(NoRoute)?;
        let rule = self.rules.get(number).ok_or(NoRoute)?;
        let asks = self.semantic(number).is_some() && asked.meaning().is_none();
        let mut chooser = Chooser { plan: self, asked, dice, standing, out: Vec::new() };
        let decision = chooser.settle(number, rule, asks);
        if let Some(lines) = trace {
            lines.push(format!(
                "target {}: {}",
                self.target_name(decision.target),
                decision.reason
            ));
            let names = |ids: &[Id]| {
                ids.iter().map(|id| self.target_name(*id)).collect::<Vec<_>>().join(", ")
            };
            if !decision.fallbacks.is_empty() {
                lines.push(format!("fallbacks {}", names(&decision.fallbacks)));
            }
            if let Some(shadow) = decision.shadow {
                lines.push(format!("shadow {}", self.target_name(shadow)));
            }
        }
        Ok(decision)
    }
}

impl Rule {
    fn told(&self, failed: Option<usize>) -> String {
        let named =
            if self.path.starts_with("rules") { format!(" {}", self.name) } else { String::new() };
        match failed.and_then(|index| Some((index, self.labels.get(index)?))) {
            Some((index, label)) => {
                format!("{}{named}: no, when[{index}] ({label}) does not hold", self.path)
            }
            None if self.labels.is_empty() => {
                format!("{}{named}: yes, it takes every request", self.path)
            }
            None => format!("{}{named}: yes ({})", self.path, self.labels.join("; ")),
        }
    }
}

/// A choice being made.
struct Chooser<'a> {
    plan: &'a Plan,
    asked: &'a Asked<'a>,
    dice: u64,
    standing: &'a dyn Standing,
    /// Targets whose turn to be tried somebody else has.
    out: Vec<Id>,
}

/// A target picked, and why.
struct Picked {
    target: Id,
    reason: String,
    shadow: Option<Id>,
    trial: Option<(usize, bool)>,
}

impl Picked {
    fn new(target: Id, reason: impl Into<String>) -> Picked {
        Picked { target, reason: reason.into(), shadow: None, trial: None }
    }
}

impl<'a> Chooser<'a> {
    /// `asks`: the decision is not the last one, so nothing may be claimed for it.
    fn settle(&mut self, number: usize, rule: &Rule, asks: bool) -> Decision {
        let route = &*rule.route;
        // Every round puts one more target out, so there are at most as many.
        let mut picked = self.round(route);
        let mut probe = false;
        while !asks
            && self.standing.breaker(picked.target) == Breaker::Probe
            && self.up(picked.target)
        {
            probe = self.standing.claim_probe(picked.target);
            if probe {
                break;
            }
            self.out.push(picked.target);
            picked = self.round(route);
        }
        let chain = self.chain(route, picked.target).iter();
        let target = self.plan.targets.get(picked.target);
        let model = route.model.clone().or_else(|| target.and_then(|target| target.model.clone()));
        Decision {
            rule: rule.name.clone(),
            number,
            target: picked.target,
            model,
            fallbacks: chain.copied().filter(|id| *id != picked.target).collect(),
            shadow: picked.shadow,
            trial: picked.trial,
            asks,
            probe,
            reason: picked.reason,
        }
    }

    /// A pick, or who takes over for it.
    fn round(&self, route: &Route) -> Picked {
        let picked = self.pick(&route.pick);
        if self.up(picked.target) {
            return picked;
        }
        let chain = self.chain(route, picked.target);
        match chain.iter().copied().find(|id| self.up(*id)) {
            Some(target) => Picked::new(
                target,
                format!(
                    "takes over for {}, whose breaker is open",
                    self.plan.target_name(picked.target)
                ),
            ),
            // Never nothing: when all are down, the one that is meant gets the request.
            None => picked,
        }
    }

    /// The targets that take over for one, in order.
    fn chain<'r>(&self, route: &'r Route, target: Id) -> &'r [Id]
    where
        'a: 'r,
    {
        let own = || self.plan.targets.get(target).map(|target| target.fallbacks.as_slice());
        route.fallbacks.as_deref().or_else(own).unwrap_or_default()
    }

    fn up(&self, target: Id) -> bool {
        !self.out.contains(&target) && self.standing.breaker(target) != Breaker::Open
    }

    fn pick(&self, pick: &Pick) -> Picked {
        match pick {
            Pick::Target(target) => Picked::new(*target, "the rule names it"),
            Pick::Weights(weights) => self.weights(weights),
            Pick::Sticky(key, weights) => match self.asked.key(key) {
                Some(key) => self.sticky(key, weights),
                None => {
                    let picked = self.weights(weights);
                    Picked { reason: format!("no key; {}", picked.reason), ..picked }
                }
            },
            Pick::Canary(canary) => self.canary(canary),
            Pick::Cheapest(cheapest) => self.cheapest(cheapest),
            Pick::Fastest(fastest) => self.fastest(fastest),
            Pick::LeastBusy(least) => self.least_busy(least),
            Pick::Complexity(complexity) => self.complexity(complexity),
            Pick::Semantic(semantic) => self.semantic(semantic),
        }
    }

    /// The weighted targets that may be chosen, or all if none may.
    fn weighted_up(&self, weights: &[(Id, u32)]) -> Vec<(Id, u32)> {
        let up: Vec<_> =
            weights.iter().copied().filter(|(id, weight)| *weight > 0 && self.up(*id)).collect();
        if up.is_empty() { weights.to_vec() } else { up }
    }

    fn weights(&self, weights: &[(Id, u32)]) -> Picked {
        let up = self.weighted_up(weights);
        let index = draw::weighted(self.dice, up.iter().map(|entry| entry.1)).unwrap_or(0);
        let (target, weight) = up.get(index).copied().unwrap_or_default();
        let total: u64 = up.iter().map(|entry| u64::from(entry.1)).sum();
        Picked::new(target, format!("by chance, weight {weight} of {total}"))
    }

    fn sticky(&self, key: u64, weights: &[(Id, u32)]) -> Picked {
        let up = self.weighted_up(weights);
        let entries = up.iter().map(|(id, weight)| (self.plan.target_name(*id), *weight));
        let index = draw::rendezvous(key, entries).unwrap_or(0);
        let target = up.get(index).map_or(0, |entry| entry.0);
        Picked::new(target, format!("key {key:016x} belongs to it"))
    }

    fn canary(&self, canary: &Canary) -> Picked {
        let given = canary.judge.and_then(|judge| self.standing.canary_share(judge));
        let share = given.unwrap_or(canary.share);
        let key = canary.by.as_ref().and_then(|by| self.asked.key(by));
        let word = key.map_or(self.dice, |key| draw::mix(key ^ canary.salt));
        // Raising the share only adds keys.
        let chosen = draw::below(word, ALL.into()) < u64::from(share);
        let side = chosen && self.up(canary.canary);
        let target = if side { canary.canary } else { canary.stable };
        let percent = f64::from(share) / 10_000.0;
        let reason = match (chosen, side) {
            (true, true) => format!("in the canary's share of {percent} %"),
            (true, false) => "in the canary's share, but its breaker is open".to_owned(),
            _ => format!("outside the canary's share of {percent} %"),
        };
        let shadow = !side
            && draw::below(draw::mix(self.dice ^ canary.salt), ALL.into())
                < u64::from(canary.shadow);
        Picked {
            target,
            reason,
            shadow: shadow.then_some(canary.canary),
            trial: canary.judge.map(|judge| (judge, side)),
        }
    }

    /// What the request costs at a target, in US dollars.
    fn cost(&self, target: Id, output_tokens: u64) -> Option<f64> {
        let prices = self.plan.targets.get(target)?.prices?;
        let output = self.asked.max_output_tokens().unwrap_or(u64::MAX).min(output_tokens);
        Some(prices.cost(self.asked.prompt_tokens(), output))
    }

    /// The targets that are up, large enough and within bounds; those that are up if no other is; all if none.
    fn candidates(&self, of: &[Id], bounds: &Bounds, output_tokens: u64) -> (Vec<Id>, bool) {
        let up: Vec<Id> = of.iter().copied().filter(|id| self.up(*id)).collect();
        let up = if up.is_empty() { of.to_vec() } else { up };
        let fits: Vec<Id> =
            up.iter().copied().filter(|id| self.fits(*id, bounds, output_tokens)).collect();
        if fits.is_empty() { (up, false) } else { (fits, true) }
    }

    fn fits(&self, id: Id, bounds: &Bounds, output_tokens: u64) -> bool {
        let context = self.plan.targets.get(id).and_then(|target| target.context_tokens);
        let room = context.is_none_or(|context| {
            let wanted = self.asked.max_output_tokens().unwrap_or(0);
            let rest = context.checked_sub(wanted);
            rest.is_some_and(|rest| self.asked.prompt_tokens_within(0..=rest))
        });
        let fast = bounds.p95_latency_ms.is_none_or(|most| {
            self.standing.latency_ms(id, Measure::TotalP95).is_none_or(|latency| latency <= most)
        });
        let sound = bounds.error_percent.is_none_or(|most| {
            self.standing.error_percent(id).is_none_or(|percent| percent <= most)
        });
        let cheap = bounds
            .usd
            .is_none_or(|most| self.cost(id, output_tokens).is_none_or(|cost| cost <= most));
        room && fast && sound && cheap
    }

    fn cheapest(&self, cheapest: &Cheapest) -> Picked {
        let (candidates, within) =
            self.candidates(&cheapest.of, &cheapest.bounds, cheapest.output_tokens);
        let cost = |id: &Id| self.cost(*id, cheapest.output_tokens).unwrap_or(f64::INFINITY);
        let target = candidates.iter().copied().min_by(|a, b| cost(a).total_cmp(&cost(b)));
        let target = target.unwrap_or(0);
        Picked::new(
            target,
            format!(
                "cheapest of {}, about ${:.6}{}",
                candidates.len(),
                cost(&target),
                aside(within)
            ),
        )
    }

    fn fastest(&self, fastest: &Fastest) -> Picked {
        let (candidates, within) = self.candidates(&fastest.of, &fastest.bounds, REFERENCE_OUTPUT);
        let any = |word: u64| {
            let index = draw::below(word, candidates.len() as u64) as usize;
            candidates.get(index).copied().unwrap_or(0)
        };
        let word = draw::mix(self.dice);
        if draw::below(self.dice, ALL.into()) < u64::from(fastest.explore) {
            return Picked::new(any(word), "by chance, to keep its latency known");
        }
        let unknown: Vec<Id> = candidates
            .iter()
            .copied()
            .filter(|id| self.standing.answered(*id) < fastest.min_requests)
            .collect();
        if !unknown.is_empty() {
            let index = draw::below(word, unknown.len() as u64) as usize;
            return Picked::new(
                unknown.get(index).copied().unwrap_or(0),
                "its latency is not known yet",
            );
        }
        let latency = |id: &Id| self.standing.latency_ms(*id, fastest.measure).unwrap_or(u64::MAX);
        let target = candidates.iter().copied().min_by_key(latency).unwrap_or(0);
        Picked::new(
            target,
            format!("fastest of {}, {} ms{}", candidates.len(), latency(&target), aside(within)),
        )
    }

    fn least_busy(&self, least: &LeastBusy) -> Picked {
        let (candidates, _) = self.candidates(&least.of, &Bounds::default(), 0);
        let load = |id: &Id| u64::from(self.standing.in_flight(*id));
        let below_most = |id: &Id| least.max_in_flight.is_none_or(|most| load(id) < most.into());
        let mut free: Vec<Id> = candidates.iter().copied().filter(below_most).collect();
        if free.is_empty() {
            free = candidates;
        }
        let capacity =
            |id: &Id| u64::from(self.plan.targets.get(*id).map_or(1, |target| target.capacity));
        // a/b < c/d, crosswise.
        let busier = |a: &Id, b: &Id| (load(a) * capacity(b)).cmp(&(load(b) * capacity(a)));
        let Some(best) = free.iter().copied().min_by(busier) else {
            return Picked::new(0, "no candidate");
        };
        let equals: Vec<Id> = free.into_iter().filter(|id| busier(id, &best).is_eq()).collect();
        let index = draw::below(self.dice, equals.len() as u64) as usize;
        let target = equals.get(index).copied().unwrap_or(best);
        Picked::new(target, format!("least busy, {} under way", load(&target)))
    }

    fn semantic(&self, semantic: &Semantic) -> Picked {
        let otherwise = |why: &str| Picked::new(semantic.otherwise, why);
        let (topic, near) = match self.asked.meaning() {
            None => return otherwise("the prompt's meaning is not asked for yet"),
            Some(Meaning::Unknown) => return otherwise("the prompt's meaning is not known"),
            Some(Meaning::Nearest(topic, near)) => (*topic, *near),
        };
        let percent = near * 100.0;
        match semantic.topics.get(topic) {
            Some((name, target)) if near >= semantic.min_similarity => {
                Picked::new(*target, format!("nearest to {name}, {percent:.0} % alike"))
            }
            _ => Picked::new(semantic.otherwise, format!("near nothing, {percent:.0} % at most")),
        }
    }

    fn complexity(&self, complexity: &Complexity) -> Picked {
        let features = self.asked.complexity(&self.plan.reasoning);
        let score = features.score(&complexity.coefficients);
        let hard = score.total >= complexity.threshold;
        let target = if hard { complexity.hard } else { complexity.simple };
        let sign = if hard { " is at least " } else { " is below " };
        let mut reason = score.told("complexity ");
        add(&mut reason, [sign, ""], complexity.threshold.into());
        Picked::new(target, reason)
    }
}

/// The output to reckon with where only a bound on costs asks, in tokens.
const REFERENCE_OUTPUT: u64 = 500;

fn aside(within: bool) -> &'static str {
    if within { "" } else { "; none is within the bounds" }
}
