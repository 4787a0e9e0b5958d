//! What is wrong with a configuration is told with its path.

#![allow(clippy::unwrap_used, reason = "a test")]
#![cfg(not(target_arch = "wasm32"))]

use routing::Config;
use serde_json::{Value, json};
use stage::Errors;

fn complaints(config: Value) -> String {
    let mut errors = Errors::default();
    if let Some(config) = errors.read::<Config>(config) {
        let plan = routing::compile(config, &|_: &str| None, &mut errors);
        assert_eq!(plan.is_none(), !errors.is_empty());
    }
    format!("{errors:?}")
}

/// A configuration with targets `a`, `b` (priced) and `c`, and one rule.
fn with_choice(choice: Value) -> Value {
    json!({
        "targets": {"a": {}, "b": {"input_usd_per_million": 1, "output_usd_per_million": 2}, "c": {}},
        "rules": [{"name": "r", "choose": choice}],
    })
}

fn with_rules(rules: Value) -> Value {
    json!({"targets": {"a": {}, "b": {}}, "rules": rules})
}

#[test]
fn every_semantic_error_has_its_path() {
    let to_a = json!({"target": "a"});
    let topic = json!([{"name": "t", "target": "a", "examples": ["e"]}]);
    let semantic = |service: Value, routes: Value| {
        let mut embeddings = json!({"cluster": "c", "authority": "a", "model": "m"});
        embeddings.as_object_mut().unwrap().extend(service.as_object().unwrap().clone());
        with_choice(
            json!({"semantic": {"embeddings": embeddings, "routes": routes, "otherwise": "b"}}),
        )
    };
    let judged = |judge: Value| {
        with_choice(
            json!({"canary": {"stable": "a", "canary": "b", "share_percent": 5, "judge": judge}}),
        )
    };
    let when = |condition: Value| {
        with_rules(json!([{"name": "r", "when": [condition], "choose": {"target": "a"}}]))
    };
    let table: Vec<(Value, &str, &str)> = vec![
        (json!({"targets": {}}), "targets", "at least one target"),
        (json!({"targets": {"a": {}}}), "rules", "at least one rule"),
        (with_choice(json!({"target": "x"})), "rules[0].choose.target", "unknown target `x`"),
        (with_choice(json!({"weights": {"a": 0, "b": 0}})), "rules[0].choose.weights", "above 0"),
        (with_choice(json!({"weights": {}})), "rules[0].choose.weights", "above 0"),
        (
            with_choice(json!({"weights": {"a": 1, "x": 2}})),
            "rules[0].choose.weights.x",
            "unknown target",
        ),
        (
            with_choice(json!({"sticky": {"by": "user", "weights": {"x": 1}}})),
            "rules[0].choose.sticky.weights.x",
            "unknown",
        ),
        (
            with_choice(json!({"cheapest": {"of": ["b", "a"]}})),
            "rules[0].choose.cheapest.of[1]",
            "no prices",
        ),
        (
            with_choice(json!({"least_busy": {"of": ["a", "a"]}})),
            "rules[0].choose.least_busy.of[1]",
            "named before",
        ),
        (with_choice(json!({"fastest": {"of": []}})), "rules[0].choose.fastest.of", "at least one"),
        (
            with_choice(json!({"fastest": {"of": ["a"], "explore_percent": 101}})),
            "rules[0].choose.fastest.explore_percent",
            "between 0 and 100",
        ),
        (
            with_choice(json!({"complexity": {"threshold": 0, "simple": "a", "hard": "b"}})),
            "rules[0].choose.complexity.threshold",
            "between 1",
        ),
        (
            with_choice(json!({"canary": {"stable": "a", "canary": "a", "share_percent": 5}})),
            "rules[0].choose.canary.canary",
            "another target",
        ),
        (
            with_choice(json!({"canary": {"stable": "a", "canary": "b", "share_percent": 500}})),
            "rules[0].choose.canary.share_percent",
            "between 0 and 100",
        ),
        (
            judged(json!({"mode": "automatic", "max_share_percent": 4})),
            "rules[0].choose.canary.share_percent",
            "above `max_share_percent`",
        ),
        (
            judged(json!({"mode": "automatic", "steps_percent": [10, 60]})),
            "rules[0].choose.canary.judge.steps_percent[1]",
            "above `max_share_percent`",
        ),
        (
            judged(json!({"mode": "automatic", "steps_percent": [40]})),
            "rules[0].choose.canary.judge.steps_percent[0]",
            "`max_step_percent`",
        ),
        (
            judged(json!({"mode": "automatic", "steps_percent": [10, 10]})),
            "rules[0].choose.canary.judge.steps_percent[1]",
            "above the share before",
        ),
        (
            judged(json!({"mode": "observe", "false_alarm_percent": 0})),
            "rules[0].choose.canary.judge.false_alarm_percent",
            "above 0",
        ),
        (
            judged(json!({"mode": "observe", "slo": {"max_cost_ratio": 2}})),
            "rules[0].choose.canary.judge.slo.max_cost_ratio",
            "`stable` target has no prices",
        ),
        (
            json!({"targets": {"a": {"fallback": "x"}}, "rules": [{"name": "r", "choose": to_a}]}),
            "targets.a.fallback",
            "unknown target",
        ),
        (
            json!({"targets": {"a": {"fallback": "b"}, "b": {"fallback": "a"}}, "rules": [{"name": "r", "choose": to_a}]}),
            "targets.b.fallback",
            "circle: b → a → b",
        ),
        (
            json!({"targets": {"a": {"input_usd_per_million": 1}}, "rules": [{"name": "r", "choose": to_a}]}),
            "targets.a",
            "both prices",
        ),
        (
            json!({"targets": {"a b": {}}, "rules": [{"name": "r", "choose": {"target": "a b"}}]}),
            "targets.a b",
            "without spaces",
        ),
        (
            with_rules(json!([{"name": "r", "choose": to_a, "fallbacks": ["b", "b"]}])),
            "rules[0].fallbacks[1]",
            "circle",
        ),
        (
            with_rules(json!([{"name": "r", "choose": to_a, "fallbacks": ["a"]}])),
            "rules[0].fallbacks[0]",
            "circle",
        ),
        (
            with_rules(json!([{"name": "r", "choose": to_a}, {"name": "s", "choose": to_a}])),
            "rules[1]",
            "never be reached: rules[0]",
        ),
        (
            with_rules(json!([
            {"name": "r", "when": [{"model": {"prefix": "gpt"}}], "choose": to_a},
            {"name": "s", "when": [{"has": "code"}, {"model": {"exact": "gpt-4o"}}], "choose": to_a}])),
            "rules[1]",
            "never be reached",
        ),
        (
            with_rules(
                json!([{"name": "r", "when": [{"has": "code"}], "choose": to_a}, {"name": "r", "choose": to_a}]),
            ),
            "rules[1].name",
            "earlier rule",
        ),
        (json!({"targets": {"a": {}}, "models": {"m": {}}}), "models.m", "exactly one"),
        (
            json!({"targets": {"a": {}}, "models": {"m": {"alias_of": "n"}, "n": {"alias_of": "m"}}}),
            "models.m.alias_of",
            "circle",
        ),
        (
            json!({"targets": {"a": {}}, "models": {"m": {"alias_of": "x"}}}),
            "models.m.alias_of",
            "no virtual model",
        ),
        (
            json!({"targets": {"a": {}}, "models": {"m": {"choose": to_a}},
            "rules": [{"name": "r", "when": [{"model": {"prefix": "m"}}], "choose": to_a}]}),
            "models.m",
            "never be reached: rules[0]",
        ),
        (when(json!({"model": {"regex": "("}})), "rules[0].when[0].model.regex", "unclosed group"),
        (when(json!({"any": []})), "rules[0].when[0].any", "at least one"),
        (
            when(json!({"all": [{"not": {"tier": ["x"]}}]})),
            "rules[0].when[0].all[0].not.tier",
            "where it stands",
        ),
        (
            when(json!({"prompt_tokens": {"min": 5, "max": 4}})),
            "rules[0].when[0].prompt_tokens",
            "above `max`",
        ),
        (when(json!({"messages": {}})), "rules[0].when[0].messages", "`min`, `max`"),
        (when(json!({"language": ["xx"]})), "rules[0].when[0].language[0]", "unknown language"),
        (
            when(json!({"keywords": {"any_of": ["!"]}})),
            "rules[0].when[0].keywords.any_of",
            "at least one word",
        ),
        (
            when(json!({"keywords": {"any_of": ["a"], "scope": []}})),
            "rules[0].when[0].keywords.scope",
            "at least one part",
        ),
        (
            when(json!({"regex": {"pattern": "(a{1000}){1000}"}})),
            "rules[0].when[0].regex.pattern",
            "size limit",
        ),
        (
            when(json!({"time": {"from": "8", "to": "18:00"}})),
            "rules[0].when[0].time.from",
            "08:30",
        ),
        (
            json!({"targets": {"a": {}}, "breaker": {"probes": 0}, "rules": [{"name": "r", "choose": to_a}]}),
            "breaker.probes",
            "greater than 0",
        ),
        (
            json!({"targets": {"a": {}}, "target_header": "X Y", "rules": [{"name": "r", "choose": to_a}]}),
            "target_header",
            "lower case",
        ),
        (semantic(json!({}), json!([])), "rules[0].choose.semantic.routes", "at least one"),
        (
            semantic(json!({"credential_env": "NOT_SET"}), topic.clone()),
            "rules[0].choose.semantic.embeddings.credential_env",
            "is not set",
        ),
        (
            semantic(json!({"path": "v1"}), topic.clone()),
            "rules[0].choose.semantic.embeddings.path",
            "begin with",
        ),
        (
            semantic(json!({}), json!([{"name": "t", "target": "x", "examples": ["e"]}])),
            "rules[0].choose.semantic.routes[0].target",
            "unknown",
        ),
        (
            semantic(json!({}), json!([{"name": "t", "target": "a", "examples": []}])),
            "rules[0].choose.semantic.routes[0].examples",
            "at least one",
        ),
        (json!({"targets": {"a": {"modle": 1}}}), "targets.a.modle", "unknown field"),
    ];
    for (config, path, message) in table {
        let told = complaints(config.clone());
        let wanted = format!("path: \"{path}\", message: ");
        let found = told
            .split("ConfigError { ")
            .any(|one| one.starts_with(&wanted) && one.contains(message));
        assert!(found, "{config}\nwants {path}: {message}\n got {told}");
    }
}

#[test]
fn all_errors_are_told_at_once() {
    let told = complaints(json!({
        "targets": {"a": {"capacity": 0}},
        "rules": [
            {"name": "", "when": [{"any": []}], "choose": {"target": "x"}},
            {"name": "s", "choose": {"weights": {"a": 0}}},
        ],
    }));
    assert_eq!(told.matches("ConfigError").count(), 5, "{told}");
}
