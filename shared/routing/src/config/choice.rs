//! Choices of rules.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::JudgeConfig;

/// How a target is chosen.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// This target.
    Target(String),
    /// One of these by chance, in proportion to its weight.
    Weights(BTreeMap<String, u32>),
    /// Equal keys go to the same target; keys are spread in proportion to the weights.
    Sticky(StickyChoice),
    /// A share goes to a new target, the rest to the proven one.
    Canary(CanaryChoice),
    /// The one at which the request is estimated to cost least.
    Cheapest(CheapestChoice),
    /// The one that was fastest of late.
    Fastest(FastestChoice),
    /// The one with the fewest requests under way.
    LeastBusy(LeastBusyChoice),
    /// By how hard the prompt looks.
    Complexity(ComplexityChoice),
    /// By the example that the prompt's meaning is nearest to.
    Semantic(SemanticChoice),
}

/// Equal keys go to the same target.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StickyChoice {
    /// What makes requests belong together. A request without it is spread by chance.
    pub by: StickyKey,
    /// The targets and their weights.
    pub weights: BTreeMap<String, u32>,
}

/// What makes requests belong together.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StickyKey {
    /// How the conversation begins: its instructions and the user's first turn. Keeps a provider's prompt
    /// cache warm.
    Conversation,
    /// A cookie.
    Cookie(String),
    /// A request header.
    Header(String),
    /// An Envoy attribute.
    Property(Vec<String>),
    /// The end user that the request names (OpenAI's `user`, Anthropic's `metadata.user_id`).
    User,
}

/// A share goes to a new target.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CanaryChoice {
    /// The proven target.
    pub stable: String,
    /// The new target.
    pub canary: String,
    /// The share of requests that the new one gets, in percent, down to 0.0001. With a judge, the share it
    /// begins with.
    pub share_percent: f64,
    /// Equal keys stay on the same side while the share grows. By default each request is on its own.
    pub by: Option<StickyKey>,
    /// The share of the proven target's requests that are also sent to the new one, whose answers are thrown
    /// away (`x-tollgate-shadow`, for a route with `request_mirror_policies`), in percent.
    #[serde(default)]
    pub shadow_percent: f64,
    /// Watches the new target against the proven one.
    pub judge: Option<JudgeConfig>,
}

/// The one at which the request is estimated to cost least.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CheapestChoice {
    /// The targets; each needs its prices.
    pub of: Vec<String>,
    /// Leave out targets whose 95th percentile of latency was above this of late.
    pub max_p95_latency_ms: Option<u64>,
    /// Leave out targets whose share of errors was above this of late, in percent.
    pub max_error_percent: Option<f64>,
    /// The output to reckon with where the client sets no limit, in tokens.
    #[serde(default = "output_tokens")]
    pub output_tokens: u64,
}

fn output_tokens() -> u64 {
    500
}

/// The one that was fastest of late.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FastestChoice {
    /// The targets.
    pub of: Vec<String>,
    /// What is measured.
    #[serde(default)]
    pub measure: Measure,
    /// Leave out targets whose estimated cost of the request is above this, in US dollars. They need prices.
    pub max_usd: Option<f64>,
    /// Leave out targets whose share of errors was above this of late, in percent.
    pub max_error_percent: Option<f64>,
    /// The share of requests that go to any of them by chance, so that the slower ones stay measured, in
    /// percent.
    #[serde(default = "explore")]
    pub explore_percent: f64,
    /// How many answers a target must have given of late for its latency to count; one with fewer comes
    /// first.
    #[serde(default = "samples")]
    pub min_requests: u32,
}

fn explore() -> f64 {
    5.0
}

fn samples() -> u32 {
    10
}

/// A measure of latency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The median time to the first byte of the answer's body.
    FirstToken,
    /// The median time to the end of the answer.
    #[default]
    Total,
    /// The 95th percentile of the time to the end of the answer.
    TotalP95,
}

/// The one with the fewest requests under way.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LeastBusyChoice {
    /// The targets. Their `capacity` counts; chance decides between equals.
    pub of: Vec<String>,
    /// Leave out targets with this many requests under way, unless all have.
    pub max_in_flight: Option<u32>,
}

/// By how hard the prompt looks.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ComplexityChoice {
    /// From this score on a prompt is hard.
    pub threshold: u32,
    /// The target for simple prompts.
    pub simple: String,
    /// The target for hard prompts.
    pub hard: String,
    /// Other coefficients for the score.
    #[serde(default)]
    pub coefficients: Coefficients,
}

/// Coefficients of the complexity score: points per unit of each feature. The score is their sum, at least 0
/// and at most 100.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Coefficients {
    /// Where the score begins.
    pub base: f64,
    /// For every doubling of the user's last turn beyond 16 tokens.
    pub length: f64,
    /// If the user's text has program code.
    pub code: f64,
    /// For every word of the last turn that asks for reasoning (`prove`, `compare`, `step by step`), up to 4.
    pub reasoning_words: f64,
    /// For every turn of the user before the last, up to 5.
    pub turns: f64,
    /// For every separate demand of the last turn (list items, questions), up to 5.
    pub demands: f64,
    /// For every formula or number in the last turn, up to 5.
    pub mathematics: f64,
    /// For every doubling of the whole prompt beyond 1,000 tokens.
    pub context: f64,
    /// If tools are offered.
    pub tools: f64,
}

impl Default for Coefficients {
    fn default() -> Coefficients {
        Coefficients {
            base: 0.0,
            length: 5.0,
            code: 20.0,
            reasoning_words: 10.0,
            turns: 2.0,
            demands: 3.0,
            mathematics: 3.0,
            context: 4.0,
            tools: 5.0,
        }
    }
}

/// By the example that the prompt's meaning is nearest to.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SemanticChoice {
    /// Where embeddings come from.
    pub embeddings: Embeddings,
    /// Topics with their examples.
    pub routes: Vec<SemanticRoute>,
    /// How near the nearest example must be: the least cosine similarity, in percent.
    #[serde(default = "similarity")]
    pub min_similarity_percent: f64,
    /// The target where no example is near enough, or where no embedding came in time.
    pub otherwise: String,
}

fn similarity() -> f64 {
    50.0
}

/// Examples of one topic and where they go.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SemanticRoute {
    /// The topic, for explanations.
    pub name: String,
    /// The target.
    pub target: String,
    /// Sentences that are typical of it.
    pub examples: Vec<String>,
}

/// An embeddings service (`POST /v1/embeddings`) behind an Envoy cluster.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Embeddings {
    /// The Envoy cluster.
    pub cluster: String,
    /// The `:authority` to send.
    pub authority: String,
    /// The path.
    #[serde(default = "embeddings_path")]
    pub path: String,
    /// The embedding model.
    pub model: String,
    /// The environment variable that holds the API key, if one is needed.
    pub credential_env: Option<String>,
    /// How long to wait, in milliseconds.
    #[serde(default = "embeddings_timeout")]
    pub timeout_ms: u32,
}

fn embeddings_path() -> String {
    "/v1/embeddings".to_owned()
}

fn embeddings_timeout() -> u32 {
    1_000
}
