//! What a stage may know and what it may want done.

use std::collections::BTreeMap;

use log::Level;

use crate::metrics::Metric;

/// Where a value stands among Envoy's attributes: `["xds", "upstream_host_metadata", …]`.
/// <https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes>
pub type PropertyPath = Vec<String>;

/// Envoy attributes that the stages asked for ([`crate::Needs::properties`]) and the host has.
pub type Properties = BTreeMap<PropertyPath, Vec<u8>>;

/// The world around one call of a stage: time and properties come in, facts, metrics and log lines go out.
#[derive(Debug, Default)]
pub struct Exchange {
    /// Unix time in nanoseconds.
    pub now: u64,
    /// Envoy attributes.
    pub properties: Properties,
    /// Facts for filter state: see [`crate::facts`].
    pub facts: Vec<(&'static str, String)>,
    /// Counts and measurements: see [`crate::metrics`].
    pub metrics: Vec<Metric>,
    /// Log lines. Never text of requests or answers, never credentials.
    pub logs: Vec<(Level, String)>,
}

impl Exchange {
    /// An exchange at a time, with nothing else known.
    pub fn at(now: u64) -> Exchange {
        Exchange { now, ..Exchange::default() }
    }

    /// Publishes a fact; `name` is a row of [`crate::facts::FACTS`].
    pub fn fact(&mut self, name: &'static str, value: impl Into<String>) {
        self.facts.push((name, value.into()));
    }

    /// Counts one more; `name` is a row of [`crate::metrics::METRICS`].
    pub fn count(&mut self, name: &'static str, labels: &[(&'static str, &str)]) {
        self.add(name, labels, 1);
    }

    /// Counts `value` more, or records it in a histogram; `name` is a row of [`crate::metrics::METRICS`].
    pub fn add(&mut self, name: &'static str, labels: &[(&'static str, &str)], value: u64) {
        self.metrics.push(Metric::new(name, labels, value));
    }

    /// Logs a line.
    pub fn log(&mut self, level: Level, line: impl Into<String>) {
        self.logs.push((level, line.into()));
    }
}
