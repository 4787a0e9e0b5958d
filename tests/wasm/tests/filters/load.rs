//! What Envoy is told when it loads a filter.

use serde_json::{Value, json};
use wasm_tests::{Vm, built};

use super::support::{filter, options, translator_config};

/// The lines a refused configuration leaves in Envoy's log.
fn refusal(name: &str, config: &Value) -> String {
    let vm = Vm::start(&built(name).unwrap(), options()).unwrap();
    let text = serde_json::to_string_pretty(config).unwrap();
    assert!(!vm.configure(text), "{config} was taken");
    assert!(vm.trapped().is_none());
    vm.logs().iter().map(|line| line.message.clone()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_wrong_configuration_is_refused_with_its_path() {
    let target = |change: Value| {
        let mut config = translator_config();
        let fields = config["targets"]["claude"].as_object_mut().unwrap();
        fields.extend(change.as_object().unwrap().clone());
        config
    };
    for (config, expected) in [
        (json!({}), "missing field `targets`"),
        (json!([]), "the configuration must be a JSON object"),
        (json!({"targets": {}}), "targets: must name at least one target"),
        (json!({"targets": {}, "colour": 1}), "colour: unknown field `colour`"),
        (target(json!({"provider": "acme"})), "targets.claude.provider: unknown provider `acme`"),
        (
            target(json!({"credential": {"env": "NOT_SET"}})),
            "targets.claude.credential.env: environment variable `NOT_SET` is not set",
        ),
        (target(json!({"credential": {"file": "/x"}})), "targets.claude.credential"),
        (target(json!({"base_url": "api.example"})), "targets.claude.base_url: must be like"),
        (
            target(json!({"models": [{"to": "x"}]})),
            "targets.claude.models[0]: must have exactly one of",
        ),
        (
            target(json!({"models": [{"regex": "(", "to": "x"}]})),
            "targets.claude.models[0].regex: ",
        ),
        (
            target(json!({"max_output_tokens": 0})),
            "targets.claude.max_output_tokens: must be greater than 0",
        ),
        (
            target(json!({"max_output_tokens": "many"})),
            "targets.claude.max_output_tokens: invalid type",
        ),
        (
            target(json!({"parameters": {"set": {"stream": true}}})),
            "targets.claude.parameters.set: `stream` cannot be changed here",
        ),
        (
            json!({"targets": {"a": {"provider": "openai"}}, "default_target": "b"}),
            "default_target: no target is named `b`",
        ),
        (
            json!({"targets": {"a": {"provider": "openai"}}, "host": {"headers": "later"}}),
            "host.headers: unknown variant `later`",
        ),
    ] {
        let told = refusal("provider_translator", &config);
        assert!(told.contains(expected), "expected {expected:?} in {told}");
    }
}

#[test]
fn all_errors_are_told_at_once_with_a_caret() {
    let config = json!({"targets": {
        "a": {"provider": "acme"},
        "b": {"provider": "openai", "base_url": "x", "models": [{"to": ""}]},
    }});
    let told = refusal("provider_translator", &config);
    for path in ["targets.a.provider:", "targets.b.base_url:", "targets.b.models[0].to:"] {
        assert!(told.contains(path), "{path} in {told}");
    }
    let caret = told.lines().find(|line| line.trim() == "^").unwrap();
    assert!(caret.len() > 4);
}

#[test]
fn a_filter_that_needs_held_headers_refuses_a_host_that_cannot_hold_them() {
    let mut config = translator_config();
    config["host"] = json!({"headers": "continue"});
    let told = refusal("provider_translator", &config);
    assert!(
        told.contains("host.headers: this filter changes headers after reading the body"),
        "{told}"
    );
    assert!(told.contains("allow_on_headers_stop_iteration"), "{told}");
}

#[test]
fn a_chain_takes_a_list_of_known_stages_with_the_translator_last() {
    let stage = json!({"provider-translator": translator_config()});
    filter("chain", &json!({"stages": [stage]}), options());
    for (config, expected) in [
        (json!({}), "missing field `stages`"),
        (json!({"stages": []}), "stages: must be a list of at least one stage"),
        (json!({"stages": [{"a": {}, "b": {}}]}), "stages[0]: must be an object with one key"),
        (
            json!({"stages": [{"prompt-gurad": {}}]}),
            "stages[0].prompt-gurad: unknown stage, expected one of: ",
        ),
        (
            json!({"stages": [stage, stage]}),
            "stages[0].provider-translator: must be the last stage",
        ),
        (
            json!({"stages": [{"provider-translator": {"targets": {"a": {"provider": "x"}}}}]}),
            "stages[0].provider-translator.targets.a.provider: unknown provider",
        ),
        (json!({"stages": [stage], "colour": 1}), "colour: unknown field"),
    ] {
        let told = refusal("chain", &config);
        assert!(told.contains(expected), "expected {expected:?} in {told}");
    }
}

#[test]
fn no_secret_is_told() {
    let mut config = translator_config();
    config["targets"]["gpt"]["models"] = json!([{"to": ""}]);
    assert!(!refusal("provider_translator", &config).contains("sk-"));
}
