//! Counters and histograms.
//!
//! Envoy's custom stats have no labels, so they go into the name: `NAME.LABEL.VALUE…` behind the filter's
//! own prefix, for example `provider_translator.requests.target.claude`. Envoy's `stats_tags` take them out
//! again by [`tag_regex`]. Values are made of `[A-Za-z0-9_-]`; anything else becomes `_`.

use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::rc::Rc;

use chat::json::same;

/// Counter or histogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// Only grows.
    Counter,
    /// A distribution.
    Histogram,
}

/// One metric.
#[derive(Debug)]
pub struct MetricRow {
    /// Its name behind the filter's prefix.
    pub name: &'static str,
    /// The stage that counts it.
    pub stage: &'static str,
    /// Counter or histogram.
    pub kind: MetricKind,
    /// What one unit is.
    pub unit: &'static str,
    /// Its labels, in order.
    pub labels: &'static [&'static str],
    /// What it tells.
    pub doc: &'static str,
}

/// Breakers opened and closed.
pub const BREAKER: &str = "breaker";
/// Decisions of a canary's judge.
pub const CANARY_DECISIONS: &str = "canary_decisions";
/// Requests by the rule that sent them to a target.
pub const ROUTED: &str = "routed";
/// Copies sent to a target.
pub const SHADOWED: &str = "shadowed";
/// Answers that a target refused or cut.
pub const TARGET_ENDS: &str = "target_ends";
/// From the request to the first byte of the answer's body.
pub const TARGET_FIRST_TOKEN: &str = "target_first_token_ms";
/// From the request to the end of the answer.
pub const TARGET_LATENCY: &str = "target_latency_ms";
/// Answers of targets by how they ended.
pub const TARGET_RESPONSES: &str = "target_responses";
/// How fast a target generates.
pub const TARGET_TOKENS_PER_SECOND: &str = "target_tokens_per_second";
/// Fields lost in translation.
pub const DROPPED_FIELDS: &str = "dropped_fields";
/// Questions to services that judge texts.
pub const GUARD_EXTERNAL: &str = "guard_external";
/// Rules that the prompt guard met.
pub const GUARD_RULES: &str = "guard_rules";
/// What the prompt guard decided.
pub const GUARD_VERDICTS: &str = "guard_verdicts";
/// Personal data found.
pub const PII_FINDINGS: &str = "pii_findings";
/// Placeholders restored.
pub const PII_RESTORED: &str = "pii_restored";
/// Errors that providers answered with.
pub const PROVIDER_ERRORS: &str = "provider_errors";
/// Errors that this filter answered with.
pub const REJECTED: &str = "rejected";
/// From the request's headers to the end of the exchange.
pub const REQUEST_DURATION: &str = "request_duration_ms";
/// Requests sent on.
pub const REQUESTS: &str = "requests";

/// Requests made from a template.
pub const TEMPLATES: &str = "templates";

/// Nanodollars.
pub const COST: &str = "cost_nano_usd";
/// Requests whose usage was counted here.
pub const ESTIMATED: &str = "estimated_usage";
/// OpenTelemetry's token usage.
pub const TOKEN_USAGE: &str = "gen_ai.client.token.usage";
/// OpenTelemetry's request duration.
pub const SERVER_DURATION: &str = "gen_ai.server.request.duration";
/// OpenTelemetry's time per output token.
pub const OUTPUT_TOKEN: &str = "gen_ai.server.time_per_output_token";
/// OpenTelemetry's time to first token.
pub const FIRST_TOKEN: &str = "gen_ai.server.time_to_first_token";
/// Requests that passed a limit.
pub const LIMITED: &str = "limited";
/// Tokens.
pub const TOKENS: &str = "tokens";

/// All metrics.
pub static METRICS: &[MetricRow] = &[
    MetricRow {
        name: BREAKER,
        stage: "model-router",
        kind: MetricKind::Counter,
        unit: "changes",
        labels: &["target", "state"],
        doc: "Breakers of targets that went `open` or `closed`",
    },
    MetricRow {
        name: CANARY_DECISIONS,
        stage: "model-router",
        kind: MetricKind::Counter,
        unit: "decisions",
        labels: &["canary", "decision"],
        doc: "What a canary's judge decided or recommends",
    },
    MetricRow {
        name: COST,
        stage: "token-counter",
        kind: MetricKind::Counter,
        unit: "nanodollars",
        labels: &["model", "provider", "consumer"],
        doc: "What calls cost, in billionths of a US dollar",
    },
    MetricRow {
        name: DROPPED_FIELDS,
        stage: "provider-translator",
        kind: MetricKind::Counter,
        unit: "fields",
        labels: &["target"],
        doc: "Request fields that the provider's dialect cannot express",
    },
    MetricRow {
        name: ESTIMATED,
        stage: "token-counter",
        kind: MetricKind::Counter,
        unit: "responses",
        labels: &["model", "provider"],
        doc: "Answers whose usage was counted by the gateway, in part or whole",
    },
    MetricRow {
        name: TOKEN_USAGE,
        stage: "token-counter",
        kind: MetricKind::Histogram,
        unit: "tokens",
        labels: &["model", "provider", "token_type", "consumer"],
        doc: "Tokens of a call; the kinds `cache_read`, `cache_write` and `reasoning` are within `input` and `output`",
    },
    MetricRow {
        name: SERVER_DURATION,
        stage: "token-counter",
        kind: MetricKind::Histogram,
        unit: "milliseconds",
        labels: &["model", "provider"],
        doc: "From the request to the end of the answer",
    },
    MetricRow {
        name: OUTPUT_TOKEN,
        stage: "token-counter",
        kind: MetricKind::Histogram,
        unit: "microseconds",
        labels: &["model", "provider"],
        doc: "From one token of a streamed answer to the next, after the first",
    },
    MetricRow {
        name: FIRST_TOKEN,
        stage: "token-counter",
        kind: MetricKind::Histogram,
        unit: "milliseconds",
        labels: &["model", "provider"],
        doc: "From the request to the first text of a streamed answer",
    },
    MetricRow {
        name: GUARD_EXTERNAL,
        stage: "prompt-guard",
        kind: MetricKind::Counter,
        unit: "questions",
        labels: &["guard", "outcome"],
        doc: "Questions to external guards: fine, flagged, failed, cached or too_large",
    },
    MetricRow {
        name: GUARD_RULES,
        stage: "prompt-guard",
        kind: MetricKind::Counter,
        unit: "messages",
        labels: &["rule"],
        doc: "Requests and answers in which a rule or service of the prompt guard found something",
    },
    MetricRow {
        name: GUARD_VERDICTS,
        stage: "prompt-guard",
        kind: MetricKind::Counter,
        unit: "messages",
        labels: &["phase", "action", "mode"],
        doc: "What the prompt guard decided on requests and answers",
    },
    MetricRow {
        name: LIMITED,
        stage: "token-counter",
        kind: MetricKind::Counter,
        unit: "requests",
        labels: &["limit"],
        doc: "Requests that passed a budget or, as `context`, the window of their model",
    },
    MetricRow {
        name: PII_FINDINGS,
        stage: "pii-redactor",
        kind: MetricKind::Counter,
        unit: "findings",
        labels: &["place", "entity", "action"],
        doc: "Personal data and secrets found, in the request or in the model's response",
    },
    MetricRow {
        name: PII_RESTORED,
        stage: "pii-redactor",
        kind: MetricKind::Counter,
        unit: "placeholders",
        labels: &[],
        doc: "Placeholders in answers that became the client's own values again",
    },
    MetricRow {
        name: PROVIDER_ERRORS,
        stage: "provider-translator",
        kind: MetricKind::Counter,
        unit: "responses",
        labels: &["target", "status"],
        doc: "Error answers of providers, before translation",
    },
    MetricRow {
        name: REJECTED,
        stage: "any",
        kind: MetricKind::Counter,
        unit: "responses",
        labels: &["code"],
        doc: "Error answers made by the filter itself",
    },
    MetricRow {
        name: REQUEST_DURATION,
        stage: "any",
        kind: MetricKind::Histogram,
        unit: "milliseconds",
        labels: &[],
        doc: "From the request's headers to the end of the exchange (of the attempt, upstream)",
    },
    MetricRow {
        name: REQUESTS,
        stage: "provider-translator",
        kind: MetricKind::Counter,
        unit: "requests",
        labels: &["target"],
        doc: "Requests (attempts, upstream) sent on to a target",
    },
    MetricRow {
        name: ROUTED,
        stage: "model-router",
        kind: MetricKind::Counter,
        unit: "requests",
        labels: &["rule", "target"],
        doc: "Requests by the rule or virtual model that decided, and the target",
    },
    MetricRow {
        name: SHADOWED,
        stage: "model-router",
        kind: MetricKind::Counter,
        unit: "requests",
        labels: &["target"],
        doc: "Requests of which a copy was sent to a target",
    },
    MetricRow {
        name: TARGET_ENDS,
        stage: "model-router",
        kind: MetricKind::Counter,
        unit: "responses",
        labels: &["target", "end"],
        doc: "Answers that the model `refused` or that were `truncated` at a limit, where the router reads answers",
    },
    MetricRow {
        name: TARGET_FIRST_TOKEN,
        stage: "model-router",
        kind: MetricKind::Histogram,
        unit: "milliseconds",
        labels: &["target"],
        doc: "From the request to the first byte of the answer's body, where the router reads it",
    },
    MetricRow {
        name: TARGET_LATENCY,
        stage: "model-router",
        kind: MetricKind::Histogram,
        unit: "milliseconds",
        labels: &["target"],
        doc: "From the request to the end of a good answer",
    },
    MetricRow {
        name: TARGET_RESPONSES,
        stage: "model-router",
        kind: MetricKind::Counter,
        unit: "responses",
        labels: &["target", "class"],
        doc: "Answers of a target by how they ended: success, client, rate_limited, overloaded, timeout, server",
    },
    MetricRow {
        name: TARGET_TOKENS_PER_SECOND,
        stage: "model-router",
        kind: MetricKind::Histogram,
        unit: "tokens per second",
        labels: &["target"],
        doc: "Output tokens by the time from the first byte to the end, where the router reads answers",
    },
    MetricRow {
        name: TEMPLATES,
        stage: "prompt-template",
        kind: MetricKind::Counter,
        unit: "requests",
        labels: &["template", "version"],
        doc: "Requests made from a template",
    },
    MetricRow {
        name: TOKENS,
        stage: "token-counter",
        kind: MetricKind::Counter,
        unit: "tokens",
        labels: &["model", "provider", "token_type", "consumer"],
        doc: "The sum of `gen_ai.client.token.usage`, exactly",
    },
];

/// A metric with values for its labels. Who counts one again and again keeps it: neither its name has to be put
/// together nor the host to be asked for its number again ([`crate::Exchange::record`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The name with its labels, behind the filter's prefix.
    pub name: String,
    /// Counter or histogram.
    pub kind: MetricKind,
    /// The host's number for it, once the host has one.
    pub id: Cell<Option<u32>>,
}

/// A value for a metric, on its way to the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    /// Which.
    pub series: Rc<Series>,
    /// What to add or record.
    pub value: u64,
}

impl Deref for Metric {
    type Target = Series;

    fn deref(&self) -> &Series {
        &self.series
    }
}

impl Series {
    /// `name` is a row of [`METRICS`].
    pub fn new(name: &'static str, labels: &[(&'static str, &str)]) -> Series {
        let row = METRICS.binary_search_by_key(&name, |row| row.name).ok();
        let kind = row.and_then(|row| METRICS.get(row)).map_or(MetricKind::Counter, |row| row.kind);
        let room = labels.iter().map(|(label, value)| label.len() + value.len() + 2).sum::<usize>();
        let mut full = String::with_capacity(name.len() + room);
        full.push_str(name);
        for (label, value) in labels {
            full.push('.');
            full.push_str(label);
            full.push('.');
            if value.bytes().all(is_plain) {
                full.push_str(value);
                continue;
            }
            let plain = |c: char| u8::try_from(c).is_ok_and(is_plain);
            full.extend(value.chars().map(|c| if plain(c) { c } else { '_' }));
        }
        Series { name: full, kind, id: Cell::new(None) }
    }
}

/// So many series are kept: more than a configuration has of those whose labels it names itself.
const KEPT: usize = 64;

/// The series that were asked for first, for all who do not keep theirs ([`crate::Exchange::add`]). Each is found by its
/// name and labels, so who counts many of them in every exchange, or more of them than there is room for here, keeps
/// them by what it knows of them itself.
#[derive(Debug, Default)]
pub struct KnownSeries(RefCell<Vec<KnownOne>>);

#[derive(Debug)]
struct KnownOne {
    name: &'static str,
    /// As they were given.
    labels: Vec<(&'static str, String)>,
    series: Rc<Series>,
}

impl KnownOne {
    fn is(&self, name: &str, labels: &[(&'static str, &str)]) -> bool {
        let mut both = self.labels.iter().zip(labels);
        same(self.name, name)
            && self.labels.len() == labels.len()
            && both.all(|(one, other)| same(&one.1, other.1) && same(one.0, other.0))
    }
}

impl KnownSeries {
    /// The series of that metric with these labels, see [`Series::new`].
    pub fn find(&self, name: &'static str, labels: &[(&'static str, &str)]) -> Rc<Series> {
        let known = self.0.try_borrow();
        let found =
            known.as_ref().ok().and_then(|known| known.iter().find(|it| it.is(name, labels)));
        if let Some(one) = found {
            return Rc::clone(&one.series);
        }
        drop(known);
        self.keep(name, labels)
    }

    #[cold]
    fn keep(&self, name: &'static str, labels: &[(&'static str, &str)]) -> Rc<Series> {
        let series = Rc::new(Series::new(name, labels));
        if let Ok(mut known) = self.0.try_borrow_mut()
            && known.len() < KEPT
        {
            let labels =
                labels.iter().map(|(label, value)| (*label, (*value).to_owned())).collect();
            known.push(KnownOne { name, labels, series: Rc::clone(&series) });
        }
        series
    }
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_')
}

/// The regex by which Envoy's `stats_tags` take `label` out of a metric's name. Upstream filters have their
/// stats under `cluster.NAME.` before Envoy 1.37.
pub fn tag_regex(label: &str) -> String {
    format!(r"(?:^|\.)wasmcustom\..*?(\.{label}\.([^.]+))")
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn rows_are_sorted_and_told_in_full() {
        assert!(METRICS.is_sorted_by_key(|row| row.name));
        assert!(METRICS.iter().all(|row| !row.doc.is_empty() && !row.unit.is_empty()));
    }

    #[test]
    fn a_series_is_found_again_by_its_labels() {
        let known = KnownSeries::default();
        let first = known.find(REQUESTS, &[("target", "a")]);
        assert!(Rc::ptr_eq(&first, &known.find(REQUESTS, &[("target", "a")])));
        for (name, labels) in [
            (REQUESTS, &[("target", "b")][..]),
            (REQUESTS, &[]),
            (DROPPED_FIELDS, &[("target", "a")]),
            (PROVIDER_ERRORS, &[("target", "a"), ("status", "429")]),
        ] {
            assert_eq!(*known.find(name, labels), Series::new(name, labels));
        }
        for number in 0..1000 {
            let target = number.to_string();
            let labels = [("target", target.as_str())];
            assert_eq!(*known.find(REQUESTS, &labels), Series::new(REQUESTS, &labels));
        }
        assert_eq!(known.0.borrow().len(), KEPT);
        assert!(Rc::ptr_eq(&first, &known.find(REQUESTS, &[("target", "a")])));
    }

    #[test]
    fn labels_stand_in_the_name() {
        let series = Series::new(PROVIDER_ERRORS, &[("target", "a.b c"), ("status", "429")]);
        assert_eq!(series.name, "provider_errors.target.a_b_c.status.429");
    }
}
