//! The filters, configured as in `envoy-configs/`.

use serde_json::{Value, json};
use wasm_tests::{Module, Placement, Vm, VmOptions};

use super::{CHAT, MESSAGES};

/// A filter, and what is said to it.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    /// The file of its module, without the ending.
    pub(crate) module: String,
    pub(crate) config: Value,
    pub(crate) placement: Placement,
    /// Where clients ask.
    pub(crate) path: &'static str,
    /// The target of the endpoint that Envoy chose: `claude` answers as Anthropic, `gpt` as OpenAI.
    pub(crate) target: &'static str,
    /// Whether clients name the template `review` in place of a conversation.
    pub(crate) template: bool,
}

impl Subject {
    /// A VM with this filter. `module` is the one of that name, or one that does the same.
    pub(crate) fn start(&self, module: &Module) -> Vm {
        let options = VmOptions {
            placement: self.placement,
            env: vec![("OPENAI_API_KEY", "sk-0123456789"), ("ANTHROPIC_API_KEY", "sk-0123456789")],
            properties: vec![
                (MAJOR, 1u64.to_le_bytes().to_vec()),
                (MINOR, 40u64.to_le_bytes().to_vec()),
            ],
            ..VmOptions::default()
        };
        let vm = Vm::start(module, options).unwrap();
        assert!(vm.configure(self.config.to_string()), "{}: {:?}", self.name, vm.logs());
        vm
    }
}

const MAJOR: &[&str] = &["xds", "node", "user_agent_build_version", "version", "major_number"];
const MINOR: &[&str] = &["xds", "node", "user_agent_build_version", "version", "minor_number"];

/// Every stage of the chain alone, the chain, and the translator.
pub(crate) fn subjects() -> Vec<Subject> {
    let (chain, translator) = full();
    let stages = chain["stages"].as_array().unwrap().clone();
    let stage = |name: &'static str| {
        let stage = stages.iter().find(|stage| stage.get(name).is_some()).unwrap();
        in_chain(name, json!({"stages": [stage]}))
    };
    let rule = json!({"rules": [{"system": {"prepend": "You work for ACME. Be brief."}}]});
    let translated = |name, path, target| Subject {
        name,
        module: "provider_translator".to_owned(),
        config: translator.clone(),
        placement: Placement::Upstream,
        path,
        target,
        template: false,
    };
    let review = json!({"variables": {"text": {}, "tone": {"one_of": ["kind", "strict"]}}, "prompt": {
        "system": "You review texts. Be {{tone}}.", "messages": [{"role": "user", "content": "Review: {{text}}"}]}});
    let templates = json!({"stages": [{"prompt-template": {"templates": {"review": review}}}]});
    vec![
        Subject {
            module: "probe".to_owned(),
            ..in_chain("read and forwarded, no stage", json!({}))
        },
        stage("pii-redactor"),
        stage("prompt-guard"),
        stage("model-router"),
        stage("token-counter"),
        in_chain("prompt-decorator", json!({"stages": [{"prompt-decorator": rule}]})),
        Subject { template: true, ..in_chain("prompt-template", templates) },
        in_chain("chain: the first four of these", chain),
        translated("translator, chat → Anthropic", CHAT, "claude"),
        translated("translator, chat → OpenAI", CHAT, "gpt"),
        translated("translator, Messages → OpenAI", MESSAGES, "gpt"),
    ]
}

fn in_chain(name: &'static str, config: Value) -> Subject {
    Subject {
        name,
        module: "chain".to_owned(),
        config,
        placement: Placement::Downstream,
        path: CHAT,
        target: "gpt",
        template: false,
    }
}

/// The configurations of the chain and of the translator in `envoy-configs/full.yaml`.
fn full() -> (Value, Value) {
    let text = include_str!("../../../../envoy-configs/full.yaml");
    let of = |root: &str| {
        let plugin = text.split("root_id: ").find(|plugin| plugin.starts_with(root)).unwrap();
        serde_json::from_str(block(plugin)).unwrap()
    };
    (of("chain\n"), of("provider_translator\n"))
}

/// The text under the first `value: |`: its lines are indented deeper than the next one that is not its own.
fn block(yaml: &str) -> &str {
    let (_, rest) = yaml.split_once("value: |\n").unwrap();
    let indent = rest.len() - rest.trim_start_matches(' ').len();
    let own = |line: &&str| line.len() - line.trim_start_matches(' ').len() >= indent;
    let length = rest.split_inclusive('\n').take_while(own).map(str::len).sum();
    &rest[..length]
}
