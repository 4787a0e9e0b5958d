//! The filter's configuration and its compilation.

use std::collections::BTreeMap;
use std::rc::Rc;

use chat::json::Map;
use dialects::kserve_v2::prompt::Template;
use dialects::passed;
use dialects::providers::{PROVIDERS, Provider};
use serde::Deserialize;
use stage::{Environment, Errors};

use crate::credential::{Credential, is_credential};
use crate::models::ModelMap;
use crate::target::{Base, Plan, Target};

/// Configuration of the provider translator.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The targets that requests can go to, by name. A request's target is named by the metadata (namespace
    /// `tollgate`, key `target`) of the chosen endpoint when the filter runs upstream, else of the cluster,
    /// else of the route.
    pub targets: BTreeMap<String, TargetConfig>,
    /// The target of a request for which no metadata names one. Not needed if there is only one target.
    pub default_target: Option<String>,
    /// Parts of OpenAI's and Anthropic's APIs that are passed on unread, with the target's credential, to
    /// targets that have them. By default all but those in which clients would see or change what others of the
    /// same account made: `assistants`, `containers`, `evals`, `fine-tuning`, `stored-completions` and
    /// `vector-stores` have to be named. The others are `audio`, `batches`, `conversations`, `files`, `images`,
    /// `models`, `moderations`, `realtime`, `responses` and `videos`.
    pub pass_through: Option<Vec<String>>,
}

/// A provider, with what it takes to call it.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TargetConfig {
    /// The provider's name in the registry.
    pub provider: String,
    /// Scheme, host and path in place of the provider's own: `http://vllm.models.svc:8000/v1`. The scheme is
    /// only for the reader; TLS is the Envoy cluster's.
    pub base_url: Option<String>,
    /// Parameters of the query that every request carries, in place of the provider's own: `api-version`.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// Headers that every request carries: `openai-organization`, `anthropic-beta`. No credentials.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Where the provider's API key comes from.
    #[serde(default)]
    pub credential: CredentialConfig,
    /// What clients' model names become. An exact match wins over the longest prefix, that over the first
    /// regex. A name that no rule matches is sent as it is.
    #[serde(default)]
    pub models: Vec<ModelRule>,
    /// Names that `GET /v1/models` lists for this target besides those of its exact rules.
    #[serde(default)]
    pub listed_models: Vec<String>,
    /// Changes to the parameters of every request, in the provider's words.
    #[serde(default)]
    pub parameters: Parameters,
    /// The output limit for a client that names none, where the provider demands one (Anthropic). By
    /// default the model's own limit, or 4096 for an unknown model.
    pub max_output_tokens: Option<u64>,
    /// How a conversation is written for a model server that knows only one text (KServe, Triton, TensorFlow
    /// Serving).
    #[serde(default)]
    pub prompt_template: PromptTemplate,
    /// Whether translated answers keep what the client's dialect has no field for, as an object of that name.
    #[serde(default = "yes")]
    pub provider_specific_fields: bool,
}

fn yes() -> bool {
    true
}

/// How a conversation is written as one text.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PromptTemplate {
    /// ChatML: `<|im_start|>user`, the text, `<|im_end|>`.
    Chatml,
    /// Llama 3: `<|start_header_id|>user<|end_header_id|>`, the text, `<|eot_id|>`.
    Llama3,
    /// `User:` and the text. Nothing keeps a text from looking like another's turn.
    #[default]
    Plain,
    /// The texts alone, for servers that apply the model's own format.
    Raw,
}

impl From<PromptTemplate> for Template {
    fn from(template: PromptTemplate) -> Template {
        match template {
            PromptTemplate::Chatml => Template::Chatml,
            PromptTemplate::Llama3 => Template::Llama3,
            PromptTemplate::Plain => Template::Plain,
            PromptTemplate::Raw => Template::Raw,
        }
    }
}

/// Where the provider's API key comes from. The client's own key is never sent unless `client` says so.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CredentialConfig {
    /// The client's own key is sent on, in the provider's way.
    Client,
    /// An environment variable of the VM (`vm_config.environment_variables`).
    Env(String),
    /// None is sent: a later filter adds it (`credential_injector`, `aws_request_signing`), or none is
    /// needed.
    #[default]
    None,
}

/// One rule of a model mapping: exactly one of `exact`, `prefix` and `regex`, and `to`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ModelRule {
    /// The whole name.
    pub exact: Option<String>,
    /// How the name begins. The empty prefix matches every name.
    pub prefix: Option<String>,
    /// A regular expression that matches the whole name.
    pub regex: Option<String>,
    /// The provider's model. With `regex`, `$1` and `${name}` stand for what its groups matched.
    pub to: String,
}

/// Changes to the top-level parameters of every request, in the provider's words.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Parameters {
    /// Values for parameters that the request leaves out.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Map<String, serde_json::Value>"))]
    pub default: Map,
    /// Values that replace the request's.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Map<String, serde_json::Value>"))]
    pub set: Map,
    /// Parameters that are taken out.
    pub remove: Vec<String>,
}

/// Parameters that decide how the rest is read; changing them here would break the translation.
const RESERVED: [&str; 3] = ["messages", "model", "stream"];

/// Headers that describe the message and not what is asked.
const RESERVED_HEADERS: [&str; 8] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// Makes a plan of the configuration, or reports everything that is wrong with it.
pub(crate) fn compile(
    config: Config,
    environment: &dyn Environment,
    errors: &mut Errors,
) -> Option<Plan> {
    if config.targets.is_empty() {
        errors.add("targets", "must name at least one target");
    }
    let default_target = match config.default_target {
        Some(name) if !config.targets.contains_key(&name) => {
            errors.add("default_target", format!("no target is named `{name}`"));
            None
        }
        Some(name) => Some(name),
        None if config.targets.len() == 1 => config.targets.keys().next().cloned(),
        None => None,
    };
    let passed = compile_passed(config.pass_through, errors);
    let listed = listed(&config.targets);
    let count = config.targets.len();
    let targets: BTreeMap<String, Rc<Target>> = config
        .targets
        .into_iter()
        .filter_map(|(name, target)| {
            let path = format!("targets.{name}");
            let target = compile_target(&name, target, environment, &path, errors)?;
            Some((name, Rc::new(target)))
        })
        .collect();
    (targets.len() == count).then_some(Plan { targets, default_target, passed: passed?, listed })
}

/// The parts of APIs that are passed on.
fn compile_passed(
    names: Option<Vec<String>>,
    errors: &mut Errors,
) -> Option<Vec<&'static passed::Part>> {
    let Some(names) = names else {
        return Some(passed::PARTS.iter().filter(|part| part.usual).collect());
    };
    let part = |(index, name): (usize, &String)| {
        let found = passed::PARTS.iter().find(|part| part.name == name);
        if found.is_none() {
            let known: Vec<_> = passed::PARTS.iter().map(|part| part.name).collect();
            let message = format!("unknown part `{name}`, expected one of: {}", known.join(", "));
            errors.add(&format!("pass_through[{index}]"), message);
        }
        found
    };
    names.iter().enumerate().map(part).collect()
}

/// What clients may ask for by name, each once.
fn listed(targets: &BTreeMap<String, TargetConfig>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for target in targets.values() {
        let exact = target.models.iter().filter_map(|rule| rule.exact.as_ref());
        for name in exact.chain(&target.listed_models) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names.sort();
    names
}

fn compile_target(
    name: &str,
    config: TargetConfig,
    environment: &dyn Environment,
    path: &str,
    errors: &mut Errors,
) -> Option<Target> {
    let provider = provider(&config.provider, &format!("{path}.provider"), errors);
    let url = config.base_url.as_deref().or(provider.map(|provider| provider.base_url));
    let base = url.and_then(|url| {
        if let Some((_, rest)) = url.split_once('{') {
            let place = rest.split('}').next().unwrap_or_default();
            let message = format!("must be given here, with your {place} in it: `{url}`");
            errors.add(&format!("{path}.base_url"), message);
            return None;
        }
        Base::parse(url).or_else(|| {
            errors.add(&format!("{path}.base_url"), "must be like `https://host[:port][/path]`");
            None
        })
    });
    let credential = Credential::new(&config.credential, environment).map_err(|problem| {
        errors.add(&format!("{path}.credential.env"), problem);
    });
    let models = ModelMap::compile(config.models, &format!("{path}.models"), errors);
    check_parameters(&config.parameters, &format!("{path}.parameters"), errors);
    check_query(&config.query, &format!("{path}.query"), errors);
    check_headers(&config.headers, &format!("{path}.headers"), errors);
    if config.max_output_tokens == Some(0) {
        errors.add(&format!("{path}.max_output_tokens"), "must be greater than 0");
    }
    let provider = provider?;
    Some(Target {
        name: name.to_owned(),
        provider,
        base: base?,
        query: config.query.into_iter().collect(),
        headers: config.headers.into_iter().collect(),
        credential: credential.ok()?,
        models: models?,
        parameters: config.parameters,
        max_output_tokens: config.max_output_tokens,
        template: config.prompt_template.into(),
        extends: config.provider_specific_fields,
    })
}

fn provider(name: &str, path: &str, errors: &mut Errors) -> Option<&'static Provider> {
    let found = Provider::by_name(name);
    if found.is_none() {
        let names: Vec<_> = PROVIDERS.iter().map(|provider| provider.name).collect();
        errors
            .add(path, format!("unknown provider `{name}`, expected one of: {}", names.join(", ")));
    }
    found
}

/// Characters that stay what they are in a query.
fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/@%,".contains(&byte);
    !text.is_empty() && text.bytes().all(plain)
}

fn check_query(query: &BTreeMap<String, String>, path: &str, errors: &mut Errors) {
    for (name, value) in query {
        if !is_plain(name) || !is_plain(value) {
            errors.add(&format!("{path}.{name}"), "must be escaped as it stands in a URL");
        }
    }
}

fn check_headers(headers: &BTreeMap<String, String>, path: &str, errors: &mut Errors) {
    for (name, value) in headers {
        let place = format!("{path}.{name}");
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if name.is_empty()
            || !name.bytes().all(token)
            || name.bytes().any(|b| b.is_ascii_uppercase())
        {
            errors.add(&place, "must be a header's name in lower case");
        } else if is_credential(name) {
            errors.add(&place, "carries a key; use `credential`");
        } else if RESERVED_HEADERS.contains(&name.as_str()) {
            errors.add(&place, "cannot be changed here");
        }
        if !value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
            errors.add(&place, "must have a value of printable ASCII");
        }
    }
}

fn check_parameters(parameters: &Parameters, path: &str, errors: &mut Errors) {
    let named = |part: &str, names: Vec<&str>, errors: &mut Errors| {
        for name in names.into_iter().filter(|name| RESERVED.contains(name)) {
            errors.add(&format!("{path}.{part}"), format!("`{name}` cannot be changed here"));
        }
    };
    named("default", parameters.default.keys().map(|name| name.as_str()).collect(), errors);
    named("set", parameters.set.keys().map(|name| name.as_str()).collect(), errors);
    named("remove", parameters.remove.iter().map(String::as_str).collect(), errors);
    for name in parameters
        .set
        .keys()
        .filter(|name| parameters.remove.iter().any(|removed| *name == removed))
    {
        errors.add(&format!("{path}.remove"), format!("`{name}` is also in `set`"));
    }
}
