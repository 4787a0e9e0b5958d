//! `tollgate route` and `tollgate simulate`, as a shell runs them.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test may fail so")]

mod support;

use std::path::{Path, PathBuf};

use support::tollgate;

const CONFIG: &str = "
targets: {large: {}, small: {model: tiny-1}, local: {}}
tier: {header: x-tier}
models:
  fast: {choose: {target: small}, fallbacks: [large]}
rules:
  - name: private
    when: [{fact: {name: tollgate.pii.request, value: {present: true}}}]
    choose: {target: local}
  - name: gold
    when: [{tier: [gold]}, {has: code}]
    choose: {complexity: {threshold: 20, simple: small, hard: large}}
";

fn file(name: &str, text: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("tollgate-{}-{name}", std::process::id()));
    std::fs::write(&path, text).unwrap();
    path
}

fn request(model: &str, text: &str) -> String {
    serde_json::json!({"model": model, "messages": [{"role": "user", "content": text}]}).to_string()
}

#[test]
fn a_decision_is_explained_step_by_step() {
    let config = file("route.yaml", CONFIG);
    let route = |arguments: &[&str], input: &str| {
        tollgate(&[&["route", "--config", config.to_str().unwrap()], arguments].concat(), input)
    };
    let (done, out, errors) = route(&[], &request("fast", "hi"));
    assert!(done, "{errors}");
    for line in [
        "seen      model \"fast\"",
        "step      rules[0] private: no, when[0]",
        "step      rules[1] gold: no, when[0]",
        "step      models.fast: yes",
        "step      fallbacks large",
        "target    small",
        "model     tiny-1",
        "rule      fast",
    ] {
        assert!(out.lines().any(|one| one.starts_with(line)), "{line}\n{out}");
    }

    let code = "Prove that this is right:\n```\nfn main() {}\n```";
    let (done, out, _) = route(&["--header", "X-Tier: gold"], &request("any", code));
    assert!(done && out.contains("target    large") && out.contains("code 20"), "{out}");
    let fact = ["--fact", "tollgate.pii.request=EMAIL_ADDRESS=1"];
    let (done, out, _) = route(&fact, &request("any", "hi"));
    assert!(done && out.contains("target    local"), "{out}");
    let (done, out, errors) = route(&[], &request("unheard-of", "hi"));
    assert!(!done && out.contains("models.fast: no"), "{out}");
    assert!(errors.contains("no rule matches: the client gets 404"), "{errors}");
    std::fs::remove_file(config).unwrap();
}

#[test]
fn the_router_of_a_chain_is_found() {
    let indented = CONFIG.replace('\n', "\n      ");
    let chain = file("chain.yaml", &format!("stages:\n  - model-router:{indented}"));
    let (done, out, errors) =
        tollgate(&["route", "--config", chain.to_str().unwrap()], &request("fast", "hi"));
    assert!(done && out.contains("target    small"), "{out}{errors}");
    std::fs::remove_file(chain).unwrap();
}

#[test]
fn a_wrong_configuration_is_explained_with_its_place() {
    let config = file("wrong.yaml", "targets: {a: {}}\nrules: [{name: r, choose: {target: b}}]\n");
    let (done, out, errors) = tollgate(&["route", "--config", config.to_str().unwrap()], "{}");
    assert!(!done && out.is_empty());
    assert!(errors.contains("rules[0].choose.target: unknown target `b`"), "{errors}");
    std::fs::remove_file(config).unwrap();
}

#[test]
fn a_scenario_is_drawn_in_the_terminal_and_as_svg() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/routing/tests/scenarios");
    let router = folder.join("router.yaml");
    for (scenario, expected) in [
        ("errors", "smart: roll_back, "),
        ("slow", "smart: roll_back, "),
        ("good", "smart: promote, 5 % → 10 %"),
        ("outage", "smart: roll_back, 50 % → 0 %"),
    ] {
        let svg = file(&format!("{scenario}.svg"), "");
        let path = folder.join(format!("{scenario}.yaml"));
        let arguments = ["simulate", router.to_str().unwrap(), path.to_str().unwrap()];
        let with_svg = [&arguments[..], &["--svg", svg.to_str().unwrap()]].concat();
        let (done, out, errors) = tollgate(&with_svg, "");
        assert!(done, "{errors}");
        assert!(out.contains(expected), "{scenario}: {out}");
        assert!(out.contains('█') && out.contains("stable"), "{scenario}: {out}");
        let drawn = std::fs::read_to_string(&svg).unwrap();
        assert!(drawn.starts_with("<svg") && drawn.trim_end().ends_with("</svg>"), "{scenario}");
        std::fs::remove_file(svg).unwrap();
    }
}

#[test]
fn a_scenario_with_a_target_that_there_is_not_is_refused() {
    let router = file("router.yaml", CONFIG);
    let scenario = file(
        "scenario.yaml",
        "seconds: 10\nrequests_per_second: 1\ntargets: {x: {median_ms: 1, p95_ms: 2}}\n",
    );
    let (done, out, errors) =
        tollgate(&["simulate", router.to_str().unwrap(), scenario.to_str().unwrap()], "");
    assert!(!done && out.is_empty());
    assert!(errors.contains("the router has no target x"), "{errors}");
    std::fs::remove_file(router).unwrap();
    std::fs::remove_file(scenario).unwrap();
}
