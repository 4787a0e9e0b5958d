//! From the configuration to a [`Plan`], or to everything that is wrong with it.

mod choice;

use std::collections::BTreeMap;
use std::rc::Rc;

use stage::{Environment, Errors};
use tokens::LastCounter;

use crate::condition::{Reads, compile_all, takes_all_of};
use crate::config::{
    Choice, Condition, Config, Matcher, RuleConfig, TargetConfig, TierSource, VirtualModel,
};
use crate::draw;
use crate::judge::Policy;
use crate::plan::{Id, Pick, Plan, PlanNeeds, Prices, Route, Rule, Target, Told};
use crate::prompt::complexity::ReasoningWords;
use crate::prompt::language::Detector;
use crate::watch::Keeps;

/// How many records of targets there may be: what all workers share never forgets a key, so the keys are few
/// and fixed.
const TARGET_SLOTS: u64 = 256;
/// How many trials.
const TRIAL_SLOTS: u64 = 64;

/// A key for something with this hash, of so many, that none of `taken` is.
fn slot<'a>(
    kind: &str,
    hash: u64,
    slots: u64,
    taken: impl Iterator<Item = &'a String> + Clone,
) -> String {
    let key = |step| format!("tollgate.routing.{kind}.{}", hash.wrapping_add(step) % slots);
    let free = (0..slots).map(key).find(|key| !taken.clone().any(|other| other == key));
    // Only with more of them than slots: then two share one, and each begins anew where the other wrote.
    free.unwrap_or_else(|| key(0))
}

/// Makes a plan of the configuration, or reports everything that is wrong with it.
pub(crate) fn compile(
    config: Config,
    environment: &dyn Environment,
    errors: &mut Errors,
) -> Option<Plan> {
    let targets = targets(&config.targets, errors);
    header_name(&config.target_header, errors);
    breaker(config.breaker.as_ref(), errors);
    let mut compiler = Compiler {
        names: config.targets.keys().map(String::as_str).collect(),
        targets: &targets,
        tier: config.tier.as_ref(),
        reads: Reads::default(),
        needs: PlanNeeds::default(),
        judges: Vec::new(),
        environment,
        errors,
    };
    let mut rules = compiler.rules(&config.rules);
    let models = compiler.models(&config.models, &config.rules);
    let (reads, needs, judges) = (compiler.reads, compiler.needs, compiler.judges);
    if config.rules.is_empty() && config.models.is_empty() {
        errors.add("rules", "must have at least one rule, or `models` one virtual model");
    }
    rules.extend(models);
    if !errors.is_empty() {
        return None;
    }
    let listed =
        config.models.iter().filter(|(_, model)| model.listed).map(|(name, _)| name.clone());
    let breaker_keeps = match &config.breaker {
        Some(breaker) if breaker.p95_latency_ms.is_some() => Keeps::Latency,
        Some(_) => Keeps::Counts,
        None => Keeps::Nothing,
    };
    let needs = PlanNeeds {
        keeps: needs.keeps.max(breaker_keeps),
        texts: needs.texts | reads.texts,
        properties: reads.properties,
        answers: config.read_answers,
        ..needs
    };
    Some(Plan {
        listed: listed.collect(),
        rules,
        judges,
        breaker: config.breaker,
        answer_model: config.answer_model,
        target_header: config.target_header,
        answer_headers: config.answer_headers,
        needs,
        // Its tables take a moment to build and are not needed by most.
        detector: if reads.language { Detector::default() } else { Detector::empty() },
        reasoning: ReasoningWords::default(),
        told: Told::default(),
        last_counter: LastCounter::default(),
        targets,
    })
}

struct Compiler<'a> {
    /// The names of the targets, in the order of their ids.
    names: Vec<&'a str>,
    targets: &'a [Target],
    tier: Option<&'a TierSource>,
    reads: Reads,
    needs: PlanNeeds,
    judges: Vec<Policy>,
    environment: &'a dyn Environment,
    errors: &'a mut Errors,
}

impl Compiler<'_> {
    fn rules(&mut self, rules: &[RuleConfig]) -> Vec<Rule> {
        let mut compiled = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            let path = format!("rules[{index}]");
            let earlier = rules.get(..index).unwrap_or_default();
            if rule.name.is_empty() {
                self.errors.add(&format!("{path}.name"), "must not be empty");
            } else if earlier.iter().any(|other| other.name == rule.name) {
                self.errors.add(&format!("{path}.name"), "names an earlier rule already");
            }
            if let Some(at) = earlier.iter().position(|other| takes_all_of(&other.when, &rule.when))
            {
                self.errors.add(
                    &path,
                    format!("can never be reached: rules[{at}] takes every request that it would"),
                );
            }
            let when = compile_all(
                &rule.when,
                self.tier,
                &format!("{path}.when"),
                &mut self.reads,
                self.errors,
            );
            let choice = format!("{path}.choose");
            let Some((pick, reads_texts)) = self.pick(&rule.name, &rule.choose, &choice) else {
                continue;
            };
            let route = Route {
                pick,
                reads_texts,
                model: self.model_name(rule.model.as_ref(), &path),
                fallbacks: self.fallbacks(rule.fallbacks.as_deref(), &path),
            };
            self.no_fallback_to_itself(&route, &path);
            compiled.extend(when.map(|when| Rule {
                name: rule.name.clone(),
                labels: rule.when.iter().map(Condition::label).collect(),
                path,
                when,
                route: Rc::new(route),
            }));
        }
        compiled
    }

    /// A choice, and whether it takes the request's texts.
    fn pick(&mut self, name: &str, choice: &Choice, path: &str) -> Option<(Pick, bool)> {
        let others = std::mem::take(&mut self.needs.texts);
        let pick = self.choice(name, choice, path);
        let reads_texts = self.needs.texts;
        self.needs.texts |= others;
        Some((pick?, reads_texts))
    }

    /// Virtual models, as rules that ask for their names. An alias has the choice of what it stands for.
    fn models(
        &mut self,
        models: &BTreeMap<String, VirtualModel>,
        rules: &[RuleConfig],
    ) -> Vec<Rule> {
        let mut routes: BTreeMap<&str, Rc<Route>> = BTreeMap::new();
        for (name, model) in models {
            let path = format!("models.{name}");
            let asks = [Condition::Model(Matcher::Exact(name.clone()))];
            if let Some(at) = rules.iter().position(|rule| takes_all_of(&rule.when, &asks)) {
                self.errors.add(
                    &path,
                    format!("can never be reached: rules[{at}] takes every request for it"),
                );
            }
            let choose = match (&model.choose, &model.alias_of) {
                (Some(choose), None) => choose,
                (None, Some(_)) => {
                    if model.model.is_some() || model.fallbacks.is_some() {
                        self.errors
                            .add(&path, "an alias has no `model` and no `fallbacks` of its own");
                    }
                    continue;
                }
                _ => {
                    self.errors.add(&path, "must have exactly one of `choose` and `alias_of`");
                    continue;
                }
            };
            let choice = format!("{path}.choose");
            let Some((pick, reads_texts)) = self.pick(name, choose, &choice) else { continue };
            let route = Route {
                pick,
                reads_texts,
                model: self.model_name(model.model.as_ref(), &path),
                fallbacks: self.fallbacks(model.fallbacks.as_deref(), &path),
            };
            self.no_fallback_to_itself(&route, &path);
            routes.insert(name, Rc::new(route));
        }
        let mut compiled = Vec::new();
        for name in models.keys() {
            let Some(end) = self.end_of_aliases(name, models) else { continue };
            let Some(route) = routes.get(end) else { continue };
            let asks = Condition::Model(Matcher::Exact(name.clone()));
            let path = format!("models.{name}");
            let when = compile_all(&[asks], None, &path, &mut self.reads, self.errors);
            compiled.extend(when.map(|when| Rule {
                name: name.clone(),
                path,
                when,
                labels: vec!["model".to_owned()],
                route: Rc::clone(route),
            }));
        }
        compiled
    }

    /// The virtual model that `name` stands for in the end.
    fn end_of_aliases<'m>(
        &mut self,
        name: &'m str,
        models: &'m BTreeMap<String, VirtualModel>,
    ) -> Option<&'m str> {
        let path = format!("models.{name}.alias_of");
        let mut seen = vec![name];
        let mut at = name;
        while let Some(next) = models.get(at).and_then(|model| model.alias_of.as_deref()) {
            if !models.contains_key(next) {
                if at == name {
                    self.errors.add(&path, format!("no virtual model is named `{next}`"));
                }
                return None;
            }
            if seen.contains(&next) {
                self.errors.add(&path, format!("is a circle: {} → {next}", seen.join(" → ")));
                return None;
            }
            seen.push(next);
            at = next;
        }
        Some(at)
    }

    fn model_name(&mut self, model: Option<&String>, path: &str) -> Option<String> {
        if model.is_some_and(String::is_empty) {
            self.errors.add(&format!("{path}.model"), "must not be empty");
        }
        model.cloned()
    }

    fn fallbacks(&mut self, fallbacks: Option<&[String]>, path: &str) -> Option<Vec<Id>> {
        let fallbacks = fallbacks?;
        let mut ids: Vec<Id> = Vec::new();
        for (index, name) in fallbacks.iter().enumerate() {
            let path = format!("{path}.fallbacks[{index}]");
            let Some(id) = self.target(name, &path) else { continue };
            if ids.contains(&id) {
                self.errors.add(&path, "is a circle: the chain names it before");
            }
            ids.push(id);
        }
        Some(ids)
    }

    fn no_fallback_to_itself(&mut self, route: &Route, path: &str) {
        let (crate::plan::Pick::Target(target), Some(fallbacks)) = (&route.pick, &route.fallbacks)
        else {
            return;
        };
        if let Some(index) = fallbacks.iter().position(|id| id == target) {
            let path = format!("{path}.fallbacks[{index}]");
            self.errors.add(&path, "is a circle: it is the target that failed");
        }
    }

    /// The id of a target that the configuration names.
    fn target(&mut self, name: &str, path: &str) -> Option<Id> {
        let id = self.names.iter().position(|known| *known == name);
        if id.is_none() {
            let known = self.names.join(", ");
            self.errors.add(path, format!("unknown target `{name}`, expected one of: {known}"));
        }
        id
    }
}

fn targets(configs: &BTreeMap<String, TargetConfig>, errors: &mut Errors) -> Vec<Target> {
    if configs.is_empty() {
        errors.add("targets", "must name at least one target");
    }
    let mut targets: Vec<Target> = Vec::new();
    for (name, config) in configs {
        let path = format!("targets.{name}");
        // It goes into a header, and commas part a list there.
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',') {
            errors
                .add(&path, "a target's name must be of printable ASCII without spaces and commas");
        }
        if config.model.as_ref().is_some_and(String::is_empty) {
            errors.add(&format!("{path}.model"), "must not be empty");
        }
        if config.capacity == Some(0) {
            errors.add(&format!("{path}.capacity"), "must be greater than 0");
        }
        let prices = match (config.input_usd_per_million, config.output_usd_per_million) {
            (Some(input), Some(output)) => {
                for (price, field) in [(input, "input"), (output, "output")] {
                    if !price.is_finite() || price < 0.0 {
                        errors.add(
                            &format!("{path}.{field}_usd_per_million"),
                            "must not be negative",
                        );
                    }
                }
                Some(Prices { input, output })
            }
            (None, None) => None,
            _ => {
                errors.add(&path, "must have both prices or none");
                None
            }
        };
        let owner = draw::hash(0, name.as_bytes());
        let key = slot("target", owner, TARGET_SLOTS, targets.iter().map(|other| &other.key));
        targets.push(Target {
            name: name.clone(),
            owner,
            key,
            model: config.model.clone(),
            fallbacks: chain(name, configs, errors),
            prices,
            context_tokens: config.context_tokens,
            capacity: config.capacity.unwrap_or(1),
        });
    }
    targets
}

/// The targets that follow `name` in its chain of fallbacks.
fn chain(name: &str, configs: &BTreeMap<String, TargetConfig>, errors: &mut Errors) -> Vec<Id> {
    let path = format!("targets.{name}.fallback");
    let mut seen = vec![name];
    let mut ids = Vec::new();
    let mut at = name;
    while let Some(next) = configs.get(at).and_then(|config| config.fallback.as_deref()) {
        let Some(id) = configs.keys().position(|known| known == next) else {
            // Reported where it stands, not for all that lead there.
            if at == name {
                errors.add(&path, format!("unknown target `{next}`"));
            }
            break;
        };
        if seen.contains(&next) {
            errors.add(&path, format!("is a circle: {} → {next}", seen.join(" → ")));
            break;
        }
        seen.push(next);
        ids.push(id);
        at = next;
    }
    ids
}

fn header_name(name: &str, errors: &mut Errors) {
    let sound = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || !name.bytes().all(sound) {
        errors.add("target_header", "must be a header name in lower case");
    }
}

fn breaker(config: Option<&crate::config::BreakerConfig>, errors: &mut Errors) {
    let Some(config) = config else { return };
    if !(config.error_percent > 0.0 && config.error_percent <= 100.0) {
        errors.add("breaker.error_percent", "must be above 0 and at most 100");
    }
    for (zero, field) in [
        (config.min_requests == 0, "min_requests"),
        (config.cool_down_ms == 0, "cool_down_ms"),
        (config.probes == 0, "probes"),
        (config.p95_latency_ms == Some(0), "p95_latency_ms"),
    ] {
        if zero {
            errors.add(&format!("breaker.{field}"), "must be greater than 0");
        }
    }
}
