//! The compiled configuration.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use stage::PropertyPath;
use stage::metrics::{self, Series};
use tokens::LastCounter;

use crate::Asked;
use crate::condition::Test;
use crate::config::{AnswerModel, BreakerConfig, Coefficients, Measure, StickyKey};
use crate::judge::Policy;
use crate::prompt::complexity::ReasoningWords;
use crate::prompt::language::Detector;
use crate::semantic::Semantic;
use crate::watch::{Class, Keeps};

/// The index of a target in [`Plan::targets`].
pub(crate) type Id = usize;

/// A million millionths are all of something.
pub(crate) const ALL: u32 = 1_000_000;

/// The compiled configuration of a model router.
#[derive(Debug)]
pub struct Plan {
    pub(crate) targets: Vec<Target>,
    /// Rules in order, the virtual models as the last of them.
    pub(crate) rules: Vec<Rule>,
    /// The names to list at `/v1/models`.
    pub(crate) listed: Vec<String>,
    /// Judges of canaries.
    pub(crate) judges: Vec<Policy>,
    pub(crate) breaker: Option<BreakerConfig>,
    pub(crate) answer_model: AnswerModel,
    pub(crate) target_header: String,
    pub(crate) answer_headers: bool,
    pub(crate) needs: PlanNeeds,
    pub(crate) detector: Detector,
    pub(crate) reasoning: ReasoningWords,
    pub(crate) told: Told,
    pub(crate) last_counter: LastCounter,
}

/// The metrics of targets that were told before: no more than there are rules, and ways to end, for each. That is more
/// than every stage together may have of those that are found by their names ([`metrics::KnownSeries`]); these are
/// found by numbers.
#[derive(Debug, Default)]
pub(crate) struct Told(RefCell<BTreeMap<(Id, Kind), Rc<Series>>>);

/// What is told of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    FirstToken,
    Latency,
    /// Answers that ended in this way.
    Responses(Class),
    /// Requests by the rule of this number.
    Routed(usize),
    TokensPerSecond,
}

impl Kind {
    fn metric(self) -> &'static str {
        match self {
            Kind::FirstToken => metrics::TARGET_FIRST_TOKEN,
            Kind::Latency => metrics::TARGET_LATENCY,
            Kind::Responses(_) => metrics::TARGET_RESPONSES,
            Kind::Routed(_) => metrics::ROUTED,
            Kind::TokensPerSecond => metrics::TARGET_TOKENS_PER_SECOND,
        }
    }
}

impl Told {
    pub(crate) fn series(
        &self,
        kind: Kind,
        target: Id,
        labels: &[(&'static str, &str)],
    ) -> Rc<Series> {
        let mut told = self.0.borrow_mut();
        let series = told.entry((target, kind));
        Rc::clone(series.or_insert_with(|| Rc::new(Series::new(kind.metric(), labels))))
    }
}

/// What the plan needs to see.
#[derive(Debug, Default)]
pub(crate) struct PlanNeeds {
    /// The request's texts.
    pub(crate) texts: bool,
    /// Envoy attributes.
    pub(crate) properties: Vec<PropertyPath>,
    /// How many requests are under way.
    pub(crate) in_flight: bool,
    /// What answers cost and how long they are.
    pub(crate) usage: bool,
    /// Refusals, truncations and speeds, for their own sake.
    pub(crate) answers: bool,
    /// When answers' bodies begin.
    pub(crate) first_token: bool,
    /// What targets' records keep of latencies.
    pub(crate) keeps: Keeps,
}

/// A target.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) name: String,
    /// A hash of the name: whose the record is.
    pub(crate) owner: u64,
    /// Where its record is in what all workers share.
    pub(crate) key: String,
    pub(crate) model: Option<String>,
    /// The targets that take over, in order.
    pub(crate) fallbacks: Vec<Id>,
    pub(crate) prices: Option<Prices>,
    pub(crate) context_tokens: Option<u64>,
    pub(crate) capacity: u32,
}

/// US dollars per million tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prices {
    pub(crate) input: f64,
    pub(crate) output: f64,
}

impl Prices {
    /// What so many tokens cost, in US dollars.
    pub(crate) fn cost(self, input: u64, output: u64) -> f64 {
        (self.input * input as f64 + self.output * output as f64) / 1e6
    }
}

/// A rule or a virtual model.
#[derive(Debug)]
pub(crate) struct Rule {
    /// Its name in facts and metrics.
    pub(crate) name: String,
    /// Where it stands in the configuration: `rules[2]`, `models.fast`.
    pub(crate) path: String,
    pub(crate) when: Vec<Test>,
    /// What the conditions are called in explanations.
    pub(crate) labels: Vec<String>,
    pub(crate) route: Rc<Route>,
}

/// Where the requests of a rule go.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) pick: Pick,
    /// The choice takes the request's texts.
    pub(crate) reads_texts: bool,
    pub(crate) model: Option<String>,
    /// In place of the target's own.
    pub(crate) fallbacks: Option<Vec<Id>>,
}

/// A compiled choice.
#[derive(Debug)]
pub(crate) enum Pick {
    Target(Id),
    Weights(Vec<(Id, u32)>),
    Sticky(StickyKey, Vec<(Id, u32)>),
    Canary(Canary),
    Cheapest(Cheapest),
    Fastest(Fastest),
    LeastBusy(LeastBusy),
    Complexity(Complexity),
    Semantic(Semantic),
}

#[derive(Debug)]
pub(crate) struct Canary {
    pub(crate) stable: Id,
    pub(crate) canary: Id,
    /// In millionths.
    pub(crate) share: u32,
    pub(crate) by: Option<StickyKey>,
    /// In millionths.
    pub(crate) shadow: u32,
    /// The index of its judge.
    pub(crate) judge: Option<usize>,
    /// So that the keys of one canary are not those of another.
    pub(crate) salt: u64,
}

#[derive(Debug)]
pub(crate) struct Cheapest {
    pub(crate) of: Vec<Id>,
    pub(crate) bounds: Bounds,
    pub(crate) output_tokens: u64,
}

#[derive(Debug)]
pub(crate) struct Fastest {
    pub(crate) of: Vec<Id>,
    pub(crate) measure: Measure,
    pub(crate) bounds: Bounds,
    /// In millionths.
    pub(crate) explore: u32,
    pub(crate) min_requests: u32,
}

/// What a target must keep to be a candidate.
#[derive(Debug, Default)]
pub(crate) struct Bounds {
    pub(crate) p95_latency_ms: Option<u64>,
    pub(crate) error_percent: Option<f64>,
    pub(crate) usd: Option<f64>,
}

#[derive(Debug)]
pub(crate) struct LeastBusy {
    pub(crate) of: Vec<Id>,
    pub(crate) max_in_flight: Option<u32>,
}

#[derive(Debug)]
pub(crate) struct Complexity {
    pub(crate) threshold: u32,
    pub(crate) simple: Id,
    pub(crate) hard: Id,
    pub(crate) coefficients: Coefficients,
}

impl Plan {
    /// The names of the targets.
    pub fn targets(&self) -> impl Iterator<Item = &str> {
        self.targets.iter().map(|target| target.name.as_str())
    }

    /// A judge.
    pub fn judge(&self, judge: usize) -> Option<&Policy> {
        self.judges.get(judge)
    }

    /// What a request costs at a target, in US dollars, if its prices are known.
    pub(crate) fn usd(&self, id: Id, input: u64, output: u64) -> Option<f64> {
        Some(self.targets.get(id)?.prices?.cost(input, output))
    }

    /// What a decision would have to know about the prompt's meaning.
    pub(crate) fn semantic(&self, rule: usize) -> Option<&Semantic> {
        match &self.rules.get(rule)?.route.pick {
            Pick::Semantic(semantic) => Some(semantic),
            _ => None,
        }
    }

    /// Whether it takes a request's texts to decide: rules that need none may do that before. `asked` has none.
    pub fn reads_texts(&self, asked: &Asked<'_>) -> bool {
        if !self.needs.texts {
            return false;
        }
        for rule in &self.rules {
            let holds = |test: &Test| test.holds(asked, &self.detector);
            match rule.when.iter().find(|test| test.reads_texts() || !holds(test)) {
                Some(test) if test.reads_texts() => return true,
                Some(_) => {}
                None => return rule.route.reads_texts,
            }
        }
        false
    }

    /// The name of a target; empty for a number that is none.
    pub fn target_name(&self, id: usize) -> &str {
        self.targets.get(id).map_or("", |target| target.name.as_str())
    }
}
