//! What an exchange wants done: facts to filter state, metrics to Envoy's stats, lines to its log.

use std::cell::RefCell;
use std::collections::BTreeMap;

use log::{LevelFilter, Log, Metadata, Record};
use stage::Exchange;
use stage::metrics::{Metric, MetricKind};
use stage::store::{Entry, Store};

use crate::host;
use crate::root::Plugin;

/// The filter's metrics by name, as the host knows them.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// The filter's name in snake_case.
    prefix: String,
    ids: RefCell<BTreeMap<String, u32>>,
}

impl Metrics {
    pub(crate) fn new(prefix: String) -> Metrics {
        Metrics { prefix, ids: RefCell::default() }
    }

    fn record(&self, metric: &Metric) {
        let histogram = metric.kind == MetricKind::Histogram;
        let Some(id) = metric.id.get().or_else(|| self.id(histogram, &metric.name)) else { return };
        metric.id.set(Some(id));
        let outcome = match metric.kind {
            MetricKind::Histogram => host::record_metric(id, metric.value),
            MetricKind::Counter if metric.value == 0 => Ok(()),
            MetricKind::Counter => host::increment_metric(id, metric.value),
        };
        if let Err(failed) = outcome {
            log::debug!("metric {} was not taken: status {}", metric.name, failed.0);
        }
    }

    fn id(&self, histogram: bool, name: &str) -> Option<u32> {
        let mut ids = self.ids.try_borrow_mut().ok()?;
        if let Some(id) = ids.get(name) {
            return Some(*id);
        }
        let id = host::define_metric(histogram, &format!("{}.{name}", self.prefix)).ok()?;
        ids.insert(name.to_owned(), id);
        Some(id)
    }
}

/// Does what `io` asks for. `published`: so many of its facts the host has already.
pub(crate) fn carry_out(io: &mut Exchange, published: &mut usize, plugin: &Plugin) {
    let settings = plugin.pipeline.settings();
    let new = io.facts.get(*published..).unwrap_or_default();
    for (index, (name, value)) in new.iter().enumerate() {
        // What counts is what was told last.
        let again = new.iter().skip(index + 1).any(|later| later.0 == *name);
        if again || !settings.publishes(name) {
            continue;
        }
        if let Err(failed) = host::set_property(name, value.as_bytes()) {
            log::debug!("fact {name} was not taken: status {}", failed.0);
        }
    }
    *published = io.facts.len();
    io.metrics.drain(..).for_each(|metric| plugin.metrics.record(&metric));
    for (level, line) in io.logs.drain(..) {
        log::log!(level, "{line}");
    }
}

/// Envoy's shared data.
#[derive(Debug)]
pub(crate) struct SharedData;

impl Store for SharedData {
    fn get(&self, key: &str) -> Option<Entry> {
        host::shared_data(key).map(|(bytes, version)| Entry { bytes, version })
    }

    fn set(&self, key: &str, bytes: &[u8], version: Option<u32>) -> bool {
        // For the host, 0 is no version.
        host::set_shared_data(key, bytes, version.unwrap_or(0)).is_ok()
    }
}

/// Envoy's log behind the `log` facade.
struct HostLog;

impl Log for HostLog {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        // Envoy's levels: trace 0 … critical 5.
        let level = 5u32.saturating_sub(record.level() as u32);
        host::log(level, &record.args().to_string());
    }

    fn flush(&self) {}
}

/// Connects the `log` facade, once.
pub(crate) fn start_log() {
    let _ = log::set_logger(&HostLog);
    log::set_max_level(LevelFilter::Warn);
}

/// Leaves out of the log what Envoy does not show, before it is formatted.
pub(crate) fn follow_log_level() {
    log::set_max_level(match host::log_level() {
        0 => LevelFilter::Trace,
        1 => LevelFilter::Debug,
        2 => LevelFilter::Info,
        3 => LevelFilter::Warn,
        _ => LevelFilter::Error,
    });
}
