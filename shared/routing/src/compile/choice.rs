//! Choices.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::{Compiler, TRIAL_SLOTS, slot};
use crate::config::{
    CanaryChoice, CheapestChoice, Choice, ComplexityChoice, FastestChoice, JudgeConfig,
    LeastBusyChoice, Measure, SemanticChoice, Slo, StickyKey,
};
use crate::draw;
use crate::judge::{Policy, millionths};
use crate::plan::{ALL, Bounds, Canary, Cheapest, Complexity, Fastest, Id, LeastBusy, Pick};
use crate::semantic::Semantic;
use crate::watch::Keeps;

impl Compiler<'_> {
    /// Compiles the choice of the rule or virtual model `name`.
    pub(super) fn choice(&mut self, name: &str, choice: &Choice, path: &str) -> Option<Pick> {
        match choice {
            Choice::Target(target) => {
                self.target(target, &format!("{path}.target")).map(Pick::Target)
            }
            Choice::Weights(weights) => {
                self.weights(weights, &format!("{path}.weights")).map(Pick::Weights)
            }
            Choice::Sticky(sticky) => {
                self.key(&sticky.by);
                let weights = self.weights(&sticky.weights, &format!("{path}.sticky.weights"))?;
                Some(Pick::Sticky(sticky.by.clone(), weights))
            }
            Choice::Canary(canary) => {
                self.canary(name, canary, &format!("{path}.canary")).map(Pick::Canary)
            }
            Choice::Cheapest(cheapest) => self.cheapest(cheapest, &format!("{path}.cheapest")),
            Choice::Fastest(fastest) => self.fastest(fastest, &format!("{path}.fastest")),
            Choice::LeastBusy(least) => self.least_busy(least, &format!("{path}.least_busy")),
            Choice::Complexity(complexity) => {
                self.complexity(complexity, &format!("{path}.complexity"))
            }
            Choice::Semantic(semantic) => self.semantic(semantic, &format!("{path}.semantic")),
        }
    }

    fn weights(&mut self, weights: &BTreeMap<String, u32>, path: &str) -> Option<Vec<(Id, u32)>> {
        if weights.values().all(|weight| *weight == 0) {
            self.errors.add(path, "must have at least one weight above 0");
            return None;
        }
        let mut all = Vec::new();
        for (name, weight) in weights {
            all.extend(self.target(name, &format!("{path}.{name}")).map(|id| (id, *weight)));
        }
        Some(all)
    }

    fn key(&mut self, key: &StickyKey) {
        match key {
            StickyKey::Conversation => self.needs.texts = true,
            StickyKey::Property(path) => self.reads.properties.push(path.clone()),
            StickyKey::Cookie(_) | StickyKey::Header(_) | StickyKey::User => {}
        }
    }

    /// A list of targets to choose from.
    fn list(&mut self, of: &[String], path: &str) -> Option<Vec<Id>> {
        if of.is_empty() {
            self.errors.add(path, "must name at least one target");
            return None;
        }
        let mut ids: Vec<Id> = Vec::new();
        for (index, name) in of.iter().enumerate() {
            let path = format!("{path}[{index}]");
            let Some(id) = self.target(name, &path) else { continue };
            if ids.contains(&id) {
                self.errors.add(&path, "is named before");
            }
            ids.push(id);
        }
        if ids
            .iter()
            .any(|id| self.targets.get(*id).is_some_and(|target| target.context_tokens.is_some()))
        {
            self.needs.texts = true;
        }
        (ids.len() == of.len()).then_some(ids)
    }

    fn priced(&mut self, ids: &[Id], path: &str) {
        for (index, id) in ids.iter().enumerate() {
            if self.targets.get(*id).is_some_and(|target| target.prices.is_none()) {
                self.errors.add(&format!("{path}[{index}]"), "has no prices");
            }
        }
    }

    fn percent(&mut self, percent: f64, path: &str) -> u32 {
        if !(0.0..=100.0).contains(&percent) {
            self.errors.add(path, "must be between 0 and 100");
        }
        millionths(percent)
    }

    fn canary(&mut self, name: &str, config: &CanaryChoice, path: &str) -> Option<Canary> {
        let stable = self.target(&config.stable, &format!("{path}.stable"));
        let canary = self.target(&config.canary, &format!("{path}.canary"));
        if stable.is_some() && stable == canary {
            self.errors.add(&format!("{path}.canary"), "must be another target than `stable`");
        }
        let share = self.percent(config.share_percent, &format!("{path}.share_percent"));
        let shadow = self.percent(config.shadow_percent, &format!("{path}.shadow_percent"));
        if let Some(key) = &config.by {
            self.key(key);
        }
        let judge = config.judge.as_ref().map(|judge| {
            let policy = self.policy(name, config, judge, &format!("{path}.judge"));
            self.judges.push(policy);
            self.judges.len() - 1
        });
        Some(Canary {
            stable: stable?,
            canary: canary?,
            share,
            by: config.by.clone(),
            shadow,
            judge,
            salt: draw::hash(0, name.as_bytes()),
        })
    }

    fn policy(
        &mut self,
        name: &str,
        canary: &CanaryChoice,
        config: &JudgeConfig,
        path: &str,
    ) -> Policy {
        let max_share = config.max_share_percent;
        self.percent(max_share, &format!("{path}.max_share_percent"));
        self.percent(config.max_step_percent, &format!("{path}.max_step_percent"));
        if canary.share_percent > max_share {
            let whole = path.strip_suffix(".judge").unwrap_or(path);
            self.errors.add(
                &format!("{whole}.share_percent"),
                format!("is above `max_share_percent`, {max_share}"),
            );
        }
        let mut before = canary.share_percent;
        for (index, step) in config.steps_percent.iter().enumerate() {
            let path = format!("{path}.steps_percent[{index}]");
            self.percent(*step, &path);
            if *step <= before {
                self.errors.add(&path, "must be above the share before it");
            } else if *step > max_share {
                self.errors.add(&path, format!("is above `max_share_percent`, {max_share}"));
            } else if *step - before > config.max_step_percent + 1e-9 {
                let most = config.max_step_percent;
                self.errors.add(&path, format!("adds more than `max_step_percent`, {most}"));
            }
            before = *step;
        }
        if !(config.false_alarm_percent > 0.0 && config.false_alarm_percent <= 50.0) {
            self.errors
                .add(&format!("{path}.false_alarm_percent"), "must be above 0 and at most 50");
        }
        for (zero, field) in
            [(config.step_seconds == 0, "step_seconds"), (config.min_requests == 0, "min_requests")]
        {
            if zero {
                self.errors.add(&format!("{path}.{field}"), "must be greater than 0");
            }
        }
        self.slo(&config.slo, canary, path);
        let shares =
            std::iter::once(canary.share_percent).chain(config.steps_percent.iter().copied());
        let shares: Vec<u32> = shares.map(millionths).collect();
        let text = format!("{name}\0{}\0{}\0{config:?}\0{shares:?}", canary.stable, canary.canary);
        let hash = draw::hash(0, name.as_bytes());
        let key = slot("trial", hash, TRIAL_SLOTS, self.judges.iter().map(|other| &other.key));
        Policy {
            name: name.to_owned(),
            key,
            fingerprint: draw::hash(0, text.as_bytes()),
            mode: config.mode,
            shares,
            step_seconds: config.step_seconds,
            min_requests: config.min_requests,
            alpha: config.false_alarm_percent / 100.0,
            slo: config.slo.clone(),
        }
    }

    fn slo(&mut self, slo: &Slo, canary: &CanaryChoice, path: &str) {
        let path = format!("{path}.slo");
        if slo.max_error_percent.is_some_and(|percent| !(percent > 0.0 && percent < 100.0)) {
            self.errors.add(&format!("{path}.max_error_percent"), "must be above 0 and below 100");
        }
        if slo.max_p95_latency_ms == Some(0) {
            self.errors.add(&format!("{path}.max_p95_latency_ms"), "must be greater than 0");
        }
        for (ratio, field) in [
            (slo.max_cost_ratio, "max_cost_ratio"),
            (slo.max_output_length_ratio, "max_output_length_ratio"),
        ] {
            if ratio.is_some_and(|ratio| !(ratio.is_finite() && ratio > 0.0)) {
                self.errors.add(&format!("{path}.{field}"), "must be greater than 0");
            }
        }
        if slo.max_cost_ratio.is_some() {
            for (side, name) in [("stable", &canary.stable), ("canary", &canary.canary)] {
                let id = self.names.iter().position(|known| known == name);
                let target = id.and_then(|id| self.targets.get(id));
                if target.is_some_and(|target| target.prices.is_none()) {
                    self.errors.add(
                        &format!("{path}.max_cost_ratio"),
                        format!("the `{side}` target has no prices"),
                    );
                }
            }
        }
        self.needs.usage |= slo.max_cost_ratio.is_some() || slo.max_output_length_ratio.is_some();
    }

    fn bound(&mut self, percent: Option<f64>, path: &str) {
        if let Some(percent) = percent {
            self.percent(percent, &format!("{path}.max_error_percent"));
        }
    }

    /// Notes what a choice looks at in targets' records.
    fn keep(&mut self, keeps: Keeps) {
        self.needs.keeps = self.needs.keeps.max(keeps);
    }

    fn cheapest(&mut self, config: &CheapestChoice, path: &str) -> Option<Pick> {
        self.needs.texts = true;
        let of = self.list(&config.of, &format!("{path}.of"))?;
        self.priced(&of, &format!("{path}.of"));
        self.bound(config.max_error_percent, path);
        self.keep(match config.max_p95_latency_ms {
            Some(_) => Keeps::Latency,
            None if config.max_error_percent.is_some() => Keeps::Counts,
            None => Keeps::Nothing,
        });
        let bounds = Bounds {
            p95_latency_ms: config.max_p95_latency_ms,
            error_percent: config.max_error_percent,
            usd: None,
        };
        Some(Pick::Cheapest(Cheapest { of, bounds, output_tokens: config.output_tokens }))
    }

    fn fastest(&mut self, config: &FastestChoice, path: &str) -> Option<Pick> {
        let of = self.list(&config.of, &format!("{path}.of"))?;
        if let Some(usd) = config.max_usd {
            self.needs.texts = true;
            self.priced(&of, &format!("{path}.of"));
            if !(usd.is_finite() && usd > 0.0) {
                self.errors.add(&format!("{path}.max_usd"), "must be greater than 0");
            }
        }
        self.bound(config.max_error_percent, path);
        self.needs.first_token |= config.measure == Measure::FirstToken;
        self.keep(match config.measure {
            Measure::FirstToken => Keeps::FirstToken,
            Measure::Total | Measure::TotalP95 => Keeps::Latency,
        });
        let bounds = Bounds {
            p95_latency_ms: None,
            error_percent: config.max_error_percent,
            usd: config.max_usd,
        };
        let explore = self.percent(config.explore_percent, &format!("{path}.explore_percent"));
        Some(Pick::Fastest(Fastest {
            of,
            measure: config.measure,
            bounds,
            explore,
            min_requests: config.min_requests,
        }))
    }

    fn least_busy(&mut self, config: &LeastBusyChoice, path: &str) -> Option<Pick> {
        self.needs.in_flight = true;
        self.keep(Keeps::Counts);
        let of = self.list(&config.of, &format!("{path}.of"))?;
        if config.max_in_flight == Some(0) {
            self.errors.add(&format!("{path}.max_in_flight"), "must be greater than 0");
        }
        Some(Pick::LeastBusy(LeastBusy { of, max_in_flight: config.max_in_flight }))
    }

    fn complexity(&mut self, config: &ComplexityChoice, path: &str) -> Option<Pick> {
        self.needs.texts = true;
        if !(1..=100).contains(&config.threshold) {
            self.errors.add(&format!("{path}.threshold"), "must be between 1 and 100");
        }
        let simple = self.target(&config.simple, &format!("{path}.simple"));
        let hard = self.target(&config.hard, &format!("{path}.hard"));
        let (simple, hard) = (simple?, hard?);
        Some(Pick::Complexity(Complexity {
            threshold: config.threshold,
            simple,
            hard,
            coefficients: config.coefficients.clone(),
        }))
    }

    fn semantic(&mut self, config: &SemanticChoice, path: &str) -> Option<Pick> {
        self.needs.texts = true;
        let service = &config.embeddings;
        for (empty, field) in [
            (service.cluster.is_empty(), "cluster"),
            (service.model.is_empty(), "model"),
            (!service.path.starts_with('/'), "path"),
        ] {
            if empty {
                let what =
                    if field == "path" { "must begin with `/`" } else { "must not be empty" };
                self.errors.add(&format!("{path}.embeddings.{field}"), what);
            }
        }
        if service.timeout_ms == 0 {
            self.errors.add(&format!("{path}.embeddings.timeout_ms"), "must be greater than 0");
        }
        let authorization = service.credential_env.as_ref().map(|name| {
            let key = self.environment.var(name).filter(|key| !key.is_empty());
            if key.is_none() {
                let what = format!("environment variable `{name}` is not set");
                self.errors.add(&format!("{path}.embeddings.credential_env"), what);
            }
            format!("Bearer {}", key.unwrap_or_default())
        });
        let min =
            self.percent(config.min_similarity_percent, &format!("{path}.min_similarity_percent"));
        let (mut topics, mut examples) = (Vec::new(), Vec::new());
        if config.routes.is_empty() {
            self.errors.add(&format!("{path}.routes"), "must have at least one route");
        }
        for (index, route) in config.routes.iter().enumerate() {
            let path = format!("{path}.routes[{index}]");
            if route.examples.is_empty() || route.examples.iter().any(|one| one.trim().is_empty()) {
                self.errors.add(&format!("{path}.examples"), "must be sentences, at least one");
            }
            let target = self.target(&route.target, &format!("{path}.target"));
            examples.extend(route.examples.iter().map(|example| (topics.len(), example.clone())));
            topics.push((route.name.clone(), target.unwrap_or_default()));
        }
        let otherwise = self.target(&config.otherwise, &format!("{path}.otherwise"))?;
        Some(Pick::Semantic(Semantic {
            service: service.clone(),
            authorization,
            topics,
            examples,
            min_similarity: min as f32 / ALL as f32,
            otherwise,
            known: RefCell::default(),
        }))
    }
}
