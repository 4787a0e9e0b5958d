//! How targets are watched.

use serde::Deserialize;

/// Watches a canary against the proven target.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct JudgeConfig {
    /// What its decisions do.
    pub mode: Mode,
    /// The shares after `share_percent`, rising, in percent. A promotion goes to the next.
    #[serde(default)]
    pub steps_percent: Vec<f64>,
    /// How long a share is kept at least, in seconds.
    #[serde(default = "step_seconds")]
    pub step_seconds: u64,
    /// How many requests the canary must have answered at a share before the next.
    #[serde(default = "min_requests")]
    pub min_requests: u32,
    /// The largest share the judge may give, in percent.
    #[serde(default = "max_share")]
    pub max_share_percent: f64,
    /// The most that one step may add, in percent points.
    #[serde(default = "max_step")]
    pub max_step_percent: f64,
    /// How likely a canary that is as good as the proven target may be rolled back by mistake, over its whole
    /// life, in percent.
    #[serde(default = "false_alarm")]
    pub false_alarm_percent: f64,
    /// Bounds of the canary besides "no worse than the proven target".
    #[serde(default)]
    pub slo: Slo,
}

fn step_seconds() -> u64 {
    600
}

fn min_requests() -> u32 {
    200
}

fn max_share() -> f64 {
    50.0
}

fn max_step() -> f64 {
    25.0
}

fn false_alarm() -> f64 {
    1.0
}

/// What a judge's decisions do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Shares move within the bounds.
    Automatic,
    /// Shares stay; what it would do is told in the metrics, in a fact and in the log.
    Assist,
    /// Shares stay; what it would do is told in the log.
    Observe,
}

/// Bounds of a canary.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Slo {
    /// The largest share of errors, in percent.
    pub max_error_percent: Option<f64>,
    /// The largest 95th percentile of latency, in milliseconds.
    pub max_p95_latency_ms: Option<u64>,
    /// The largest mean cost of a call, as a ratio to the proven target's. Both need prices.
    pub max_cost_ratio: Option<f64>,
    /// The largest mean length of the answers, as a ratio to the proven target's.
    pub max_output_length_ratio: Option<f64>,
}

/// When a target gives up its share for a while.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct BreakerConfig {
    /// The share of errors of late from which on it opens, in percent.
    pub error_percent: f64,
    /// The 95th percentile of latency of late from which on it opens, in milliseconds.
    pub p95_latency_ms: Option<u64>,
    /// How many requests there must have been of late.
    pub min_requests: u32,
    /// For how long a target gets nothing, in milliseconds. Doubles with every opening after a failed probe,
    /// up to 16 times as long.
    pub cool_down_ms: u64,
    /// How many probes must succeed in a row before a target gets its share back.
    pub probes: u32,
}

impl Default for BreakerConfig {
    fn default() -> BreakerConfig {
        BreakerConfig {
            error_percent: 50.0,
            p95_latency_ms: None,
            min_requests: 20,
            cool_down_ms: 10_000,
            probes: 3,
        }
    }
}
