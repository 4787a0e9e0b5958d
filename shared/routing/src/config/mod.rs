//! The filter's configuration as it is written.

mod choice;
mod condition;
mod judge;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use choice::{
    CanaryChoice, CheapestChoice, Choice, Coefficients, ComplexityChoice, Embeddings,
    FastestChoice, LeastBusyChoice, Measure, SemanticChoice, SemanticRoute, StickyChoice,
    StickyKey,
};
pub use condition::{
    Condition, Day, FactCondition, Feature, HeaderCondition, Keywords, Matcher, Pattern,
    PropertyCondition, Range, TimeWindow,
};
pub use judge::{BreakerConfig, JudgeConfig, Mode, Slo};

/// Configuration of the model router.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The targets that requests can go to, by name. The chosen one's name is sent in the request header
    /// `target_header`, by which Envoy's routes pick a cluster.
    pub targets: BTreeMap<String, TargetConfig>,
    /// Virtual models, by the name that clients ask for. They are tried after `rules` and listed at
    /// `/v1/models`.
    #[serde(default)]
    pub models: BTreeMap<String, VirtualModel>,
    /// Rules in order; the first that matches decides.
    #[serde(default)]
    pub rules: Vec<RuleConfig>,
    /// Where a consumer's tier stands, for the condition `tier`.
    pub tier: Option<TierSource>,
    /// When a target gives up its share for a while. By default never.
    pub breaker: Option<BreakerConfig>,
    /// The model that answers name: the one that served, or the one that the client asked for.
    #[serde(default)]
    pub answer_model: AnswerModel,
    /// Whether answers are read for tokens, refusals and truncations, also where nothing else needs it. It costs a
    /// look at every answer and event.
    #[serde(default)]
    pub read_answers: bool,
    /// The request header that carries the target's name to Envoy's routes.
    #[serde(default = "target_header")]
    pub target_header: String,
    /// Whether answers tell the client the target and the model in `x-tollgate-target` and
    /// `x-tollgate-model`.
    #[serde(default = "yes")]
    pub answer_headers: bool,
}

fn target_header() -> String {
    "x-tollgate-target".to_owned()
}

fn yes() -> bool {
    true
}

/// A target.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct TargetConfig {
    /// The model to send. By default the one that the client named; a translator behind may map it.
    pub model: Option<String>,
    /// The target that takes over when this one's breaker is open, and that Envoy's retries go to. Chains
    /// are followed.
    pub fallback: Option<String>,
    /// US dollars per million input tokens.
    pub input_usd_per_million: Option<f64>,
    /// US dollars per million output tokens.
    pub output_usd_per_million: Option<f64>,
    /// The most tokens that prompt and answer may have together. `cheapest`, `fastest` and `least_busy`
    /// leave out targets that are too small for a request.
    pub context_tokens: Option<u64>,
    /// How many requests it can work on at once, for `least_busy`. By default all are alike.
    pub capacity: Option<u32>,
}

/// A model that clients can ask for.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VirtualModel {
    /// Where requests for it go. Exactly one of `choose` and `alias_of` must be given.
    pub choose: Option<Choice>,
    /// Another virtual model, whose choice is used.
    pub alias_of: Option<String>,
    /// The model to send in place of the target's own.
    pub model: Option<String>,
    /// Targets to fall back to, in order, in place of the target's own chain.
    pub fallbacks: Option<Vec<String>>,
    /// Whether it is listed at `/v1/models`.
    #[serde(default = "yes")]
    pub listed: bool,
}

/// A rule: a choice for the requests that meet its conditions.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RuleConfig {
    /// Its name in facts, metrics and explanations.
    pub name: String,
    /// Conditions that must all hold. None: the rule takes every request.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// Where its requests go.
    pub choose: Choice,
    /// The model to send in place of the target's own.
    pub model: Option<String>,
    /// Targets to fall back to, in order, in place of the target's own chain.
    pub fallbacks: Option<Vec<String>>,
}

/// Where a consumer's tier stands.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TierSource {
    /// A fact of an earlier stage.
    Fact(String),
    /// A request header. Only one that Envoy sets or checks can be trusted.
    Header(String),
    /// An Envoy attribute, such as a JWT claim.
    Property(Vec<String>),
}

/// The model that answers name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AnswerModel {
    /// What the provider says; answers are not touched.
    #[default]
    Served,
    /// What the client asked for.
    Requested,
}
