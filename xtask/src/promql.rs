//! Whether what is asked of Prometheus in `examples/` exists: metrics and labels of ours against the table of
//! metrics, recorded series against the rules that record them.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use stage::metrics::{METRICS, MetricKind, MetricRow};

use crate::{configs, tables};

/// Labels that Prometheus and Envoy add.
const ADDED: [&str; 4] = ["envoy_cluster_name", "instance", "job", "le"];

/// Problems in the recording and alerting rules of `examples/`.
pub(crate) fn check(root: &Path) -> Vec<String> {
    let mut problems = Vec::new();
    let (mut rules, mut recorded) = (Vec::new(), BTreeSet::new());
    for path in configs::yaml_files(root) {
        for document in configs::read_yaml(&root.join(&path)).unwrap_or_default() {
            for group in document["groups"].as_array().into_iter().flatten() {
                for rule in group["rules"].as_array().into_iter().flatten() {
                    recorded.extend(rule["record"].as_str().map(str::to_owned));
                    rules.push((path.display().to_string(), rule.clone()));
                }
            }
        }
    }
    for (place, rule) in &rules {
        let name = rule["record"].as_str().or(rule["alert"].as_str()).unwrap_or("a rule");
        let found = match &rule["expr"] {
            Value::String(expression) => wrong(expression, &recorded),
            _ => vec!["has no expression".to_owned()],
        };
        problems.extend(found.into_iter().map(|problem| format!("{place}: {name}: {problem}")));
    }
    if rules.is_empty() {
        problems.push("no recording rules were found".to_owned());
    }
    problems.extend(dashboard(root, &recorded));
    problems
}

const DASHBOARD: &str = "examples/compose/grafana/dashboard.json";

/// Problems in what the dashboard asks for.
fn dashboard(root: &Path, recorded: &BTreeSet<String>) -> Vec<String> {
    let text = std::fs::read_to_string(root.join(DASHBOARD)).unwrap_or_default();
    let dashboard: Value = serde_json::from_str(&text).unwrap_or_default();
    let mut problems = Vec::new();
    let panels = dashboard["panels"].as_array();
    if panels.is_none_or(Vec::is_empty) {
        problems.push(format!("{DASHBOARD}: has no panels"));
    }
    for panel in panels.into_iter().flatten() {
        for target in panel["targets"].as_array().into_iter().flatten() {
            let found = wrong(target["expr"].as_str().unwrap_or_default(), recorded);
            let title = &panel["title"];
            problems.extend(found.iter().map(|problem| format!("{DASHBOARD}: {title}: {problem}")));
        }
    }
    problems
}

/// What an expression names and is not there.
fn wrong(expression: &str, recorded: &BTreeSet<String>) -> Vec<String> {
    let mut problems = Vec::new();
    let mut labels: BTreeSet<&str> = ADDED.into();
    let mut used: Vec<&str> = Vec::new();
    for (name, rest) in words(expression) {
        let selector = rest.strip_prefix('{').and_then(|rest| rest.split('}').next());
        let before = used.len();
        used.extend(selector.into_iter().flat_map(matched));
        if matches!(name, "by" | "without" | "on" | "ignoring" | "group_left" | "group_right") {
            let list = rest.trim_start().strip_prefix('(').and_then(|rest| rest.split(')').next());
            used.extend(list.into_iter().flat_map(|list| list.split(',')).map(str::trim));
        } else if name.contains(':') {
            if !recorded.contains(name) {
                problems.push(format!("nothing records {name}"));
            }
        } else if let Some((filter, metric)) = ours(name) {
            match row(filter, metric) {
                Some(row) => {
                    let own = |label: &&str| !row.labels.contains(label) && !ADDED.contains(label);
                    let strange = used.drain(before..).find(own);
                    problems.extend(strange.map(|label| format!("{name} has no label {label}")));
                    labels.extend(row.labels);
                }
                None => problems.push(format!("there is no metric {name}")),
            }
        }
    }
    // Labels of recorded series are those of their rules.
    if !expression.contains(':') {
        let strange = used.into_iter().filter(|label| !label.is_empty() && !labels.contains(label));
        problems.extend(strange.map(|label| format!("no metric here has a label {label}")));
    }
    problems
}

/// The names in an expression, each with what follows it; what is quoted is left out.
fn words(expression: &str) -> Vec<(&str, &str)> {
    let mut words = Vec::new();
    let mut rest = expression;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '"') {
        rest = &rest[start..];
        if let Some(quoted) = rest.strip_prefix('"') {
            rest = quoted.split_once('"').map_or("", |(_, after)| after);
            continue;
        }
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':')
            .unwrap_or(rest.len());
        words.push(rest.split_at(end));
        rest = &rest[end..];
    }
    words
}

/// The labels that a selector's inside compares.
fn matched(selector: &str) -> Vec<&str> {
    words(selector)
        .into_iter()
        .filter(|(_, rest)| rest.trim_start().starts_with(['=', '!']))
        .map(|(label, _)| label)
        .collect()
}

/// The filter of a metric's name, and the rest of it.
fn ours(name: &str) -> Option<(&'static str, &str)> {
    catalogue::FILTERS.iter().find_map(|filter| {
        let rest = name.strip_prefix(&filter.name.replace('-', "_"))?.strip_prefix('_')?;
        Some((filter.name, rest))
    })
}

/// The row of a metric as Prometheus names it: a histogram with its suffix, dots as underscores.
fn row(filter: &str, name: &str) -> Option<&'static MetricRow> {
    let stage = if filter == "chain" { "" } else { filter };
    METRICS.iter().filter(|row| tables::concerns(row.stage, stage)).find(|row| {
        let plain = row.name.replace('.', "_");
        match row.kind {
            MetricKind::Counter => name == plain,
            MetricKind::Histogram => name
                .strip_prefix(&plain)
                .is_some_and(|suffix| matches!(suffix, "_bucket" | "_count" | "_sum")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_exist_is_named() {
        let recorded = BTreeSet::from(["target:x:rate".to_owned()]);
        for (expression, expected) in [
            ("sum by (target) (rate(model_router_target_responses{class!~\"a|b\"}[10m]))", ""),
            ("0 * target:x:rate{target=\"a\"}", ""),
            ("chain_routed", ""),
            ("sum by (target, le) (rate(model_router_target_latency_ms_bucket[5m]))", ""),
            ("model_router_target_latency_ms", "no metric model_router_target_latency_ms"),
            ("model_router_target_respones", "no metric model_router_target_respones"),
            ("model_router_pii_findings", "no metric"),
            ("model_router_routed{class=\"a\"}", "has no label class"),
            ("sum by (class) (model_router_routed)", "a label class"),
            ("target:y:rate", "nothing records target:y:rate"),
        ] {
            let found = wrong(expression, &recorded).join("; ");
            assert_eq!(found.is_empty(), expected.is_empty(), "{expression}: {found}");
            assert!(found.contains(expected), "{expression}: {found}");
        }
    }
}
