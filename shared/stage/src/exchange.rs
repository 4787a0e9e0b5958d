//! What a stage may know and what it may want done.

use std::collections::BTreeMap;
use std::rc::Rc;

use log::Level;

use crate::Callout;
use crate::metrics::{KnownSeries, Metric, Series};
use crate::store::{Memory, Store};

/// Where a value stands among Envoy's attributes: `["xds", "upstream_host_metadata", …]`.
/// <https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes>
pub type PropertyPath = Vec<String>;

/// Envoy attributes that the stages asked for ([`crate::Needs::properties`]) and the host has.
pub type Properties = BTreeMap<Rc<[String]>, Vec<u8>>;

/// The world around one request: time, chance and properties come in, facts, metrics and log lines go out.
#[derive(Debug)]
pub struct Exchange {
    /// Unix time in nanoseconds.
    pub now: u64,
    /// A random word, one for the whole request; 0 unless a stage asked for it ([`crate::Needs::dice`]).
    pub dice: u64,
    /// Envoy attributes.
    pub properties: Properties,
    /// What all workers share.
    pub store: Rc<dyn Store>,
    /// The series of metrics that earlier exchanges counted in.
    pub series: Rc<KnownSeries>,
    /// Facts for filter state, oldest first: see [`crate::facts`]. They stay for the whole request, so that
    /// a stage can ask what an earlier one found ([`Exchange::told`]).
    pub facts: Vec<(&'static str, String)>,
    /// Counts and measurements: see [`crate::metrics`].
    pub metrics: Vec<Metric>,
    /// Log lines. Never text of requests or answers, never credentials.
    pub logs: Vec<(Level, String)>,
    /// Questions to other services: see [`Exchange::call`].
    pub callouts: Vec<Callout>,
}

impl Default for Exchange {
    fn default() -> Exchange {
        Exchange::new(Rc::new(Memory::default()))
    }
}

impl Exchange {
    /// An exchange at the beginning of time, with nothing known but what all workers share.
    pub fn new(store: Rc<dyn Store>) -> Exchange {
        Exchange::sharing(store, Rc::default())
    }

    /// The same, with the series that a host keeps.
    pub fn sharing(store: Rc<dyn Store>, series: Rc<KnownSeries>) -> Exchange {
        Exchange {
            now: 0,
            dice: 0,
            properties: Properties::new(),
            store,
            series,
            facts: Vec::new(),
            metrics: Vec::new(),
            logs: Vec::new(),
            callouts: Vec::new(),
        }
    }

    /// An exchange at a time, with nothing else known.
    pub fn at(now: u64) -> Exchange {
        Exchange { now, ..Exchange::default() }
    }

    /// What was told of a fact in this request, last.
    pub fn told(&self, name: &str) -> Option<&str> {
        self.facts.iter().rev().find(|fact| fact.0 == name).map(|fact| fact.1.as_str())
    }

    /// Asks another service. Once all calls of the round are answered, the turn that asked gets the answers:
    /// [`crate::Turn::on_answers`], or [`crate::Turn::on_response_answers`] for a buffered answer. In a
    /// streamed answer nobody can wait; there it asks for nothing.
    pub fn call(&mut self, callout: Callout) {
        self.callouts.push(callout);
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
        let series = self.series.find(name, labels);
        self.metrics.push(Metric { series, value });
    }

    /// [`Exchange::add`] for a series that is kept.
    pub fn record(&mut self, series: &Rc<Series>, value: u64) {
        self.metrics.push(Metric { series: Rc::clone(series), value });
    }

    /// Logs a line.
    pub fn log(&mut self, level: Level, line: impl Into<String>) {
        self.logs.push((level, line.into()));
    }
}
