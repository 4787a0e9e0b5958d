//! From a filter's configuration to a [`Pipeline`], or to everything that is wrong with it.
//!
//! Shapes and semantics are reported alike: one line per error, the path first, in one grammar
//! (`stages[0].provider-translator.targets.claude.provider`), so that whoever reads Envoy's log finds the
//! place. Nothing is skipped with a warning.

use std::fmt;
use std::rc::Rc;

use chat::json;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::facts::FACTS;
use crate::{
    Filter, FilterKind, HeaderMode, Order, Pipeline, Settings, Stage, locate, protobuf, typed,
};

/// Compiles a stage's configuration. Reports every error; the result counts only if there are none.
pub type Build = fn(Value, &dyn Environment, &mut Errors) -> Option<Rc<dyn Stage>>;

/// How to make a stage of its configuration.
#[derive(Debug, Clone, Copy)]
pub struct Blueprint {
    /// The stage's name, kebab-case: the key that names it in a chain.
    pub name: &'static str,
    /// Compiles its configuration.
    pub build: Build,
    /// JSON Schema of its configuration.
    #[cfg(feature = "schema")]
    pub schema: fn() -> schemars::Schema,
}

/// Where secrets are: the environment variables of Envoy's VM (`vm_config.environment_variables`), or of
/// the process natively.
pub trait Environment {
    /// The variable's value, if it is set.
    fn var(&self, name: &str) -> Option<String>;
}

impl<F: Fn(&str) -> Option<String>> Environment for F {
    fn var(&self, name: &str) -> Option<String> {
        self(name)
    }
}

/// One thing wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// Where: `targets.claude.models[0].prefix`. Empty: the whole.
    pub path: String,
    /// What, in lower case and without a full stop. Never a secret.
    pub message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

/// A list of errors that knows where in the configuration it stands.
#[derive(Debug, Default)]
pub struct Errors {
    prefix: String,
    list: Vec<ConfigError>,
}

impl Errors {
    /// Reports an error at `path`, relative to where this list stands.
    pub fn add(&mut self, path: &str, message: impl Into<String>) {
        let path = match (self.prefix.as_str(), path) {
            (prefix, "") => prefix.to_owned(),
            ("", path) => path.to_owned(),
            (prefix, path) => format!("{prefix}.{path}"),
        };
        self.list.push(ConfigError { path, message: message.into() });
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Reads `value` as a `T`, or reports where it is none.
    pub fn read<T: DeserializeOwned>(&mut self, value: Value) -> Option<T> {
        let told = |(path, message): (String, String)| {
            let message = match message.split_once(", expected ") {
                // What is there instead may be a key itself.
                Some((_, expected)) if holds_key(&path) => format!("expected {}", plain(expected)),
                Some((found, expected)) => format!("{found}, expected {}", plain(expected)),
                None => message,
            };
            self.add(&path, message);
        };
        typed::read(&value).map_err(told).ok()
    }

    fn within<T>(&mut self, prefix: String, work: impl FnOnce(&mut Errors) -> T) -> T {
        let outer = std::mem::replace(&mut self.prefix, prefix);
        let result = work(self);
        self.prefix = outer;
        result
    }
}

/// Reads the configuration of `filter`.
///
/// # Errors
/// All errors found, in the order of the configuration as far as possible.
pub fn load(
    filter: &Filter,
    text: &[u8],
    environment: &dyn Environment,
) -> Result<Pipeline, Vec<ConfigError>> {
    let mut errors = Errors::default();
    let pipeline = compile(filter, text, environment, &mut errors);
    match pipeline {
        Some(pipeline) if errors.is_empty() => Ok(pipeline),
        _ => Err(errors.list),
    }
}

/// An error as it is printed: its line, and under it the place in `text` with a caret where it can be found, unless a
/// key may stand there.
pub fn explain(error: &ConfigError, text: &[u8]) -> String {
    match locate::excerpt(text, &error.path).filter(|_| !holds_key(&error.path)) {
        Some(excerpt) => format!("{error}\n{excerpt}"),
        None => error.to_string(),
    }
}

/// The name of an environment variable as errors may show it: who wrote a key there finds no copy of it in a log.
pub fn variable(name: &str) -> &str {
    let usual = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    if name.len() <= 64 && name.bytes().all(usual) { name } else { "…" }
}

/// Whether what stands at `path` is about keys: somebody may have written one there.
fn holds_key(path: &str) -> bool {
    let mut names = path.rsplit('.');
    let last = names.next().unwrap_or_default();
    let parent = names.next().unwrap_or_default();
    let words = ["auth", "cookie", "key", "secret", "token"];
    last.starts_with("credential")
        || parent == "credential"
        || parent == "headers" && words.iter().any(|word| last.contains(word))
}

/// What serde expects, in the words of a configuration's author.
fn plain(expected: &str) -> &str {
    match expected {
        "f32" | "f64" => "a number",
        "i64" | "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number",
        "a sequence" => "a list",
        "a map" => "an object",
        "newtype variant" => "an object: this name, and its value",
        "unit" | "unit variant" => "the name alone",
        "map with a single key" | "string or map" => "a name, or an object with one",
        other if other.starts_with("struct ") => "an object",
        other => other,
    }
}

fn compile(
    filter: &Filter,
    text: &[u8],
    environment: &dyn Environment,
    errors: &mut Errors,
) -> Option<Pipeline> {
    let mut config = match text.trim_ascii() {
        [] => Map::new(),
        // What is no JSON may be a `google.protobuf.Struct`, which Envoy hands over as it is.
        trimmed => {
            match json::parse(trimmed)
                .map(Value::from)
                .or_else(|error| protobuf::structure(text).ok_or(error))
            {
                Ok(Value::Object(map)) => map,
                Ok(_) => return refuse(errors, "the configuration must be a JSON object"),
                Err(error) => return refuse(errors, error.to_string()),
            }
        }
    };
    let settings = match config.shift_remove("host") {
        None => Some(Settings::default()),
        Some(host) => errors.within("host".to_owned(), |errors| errors.read::<Settings>(host)),
    };
    let stages = match filter.kind {
        FilterKind::Single(blueprint) => {
            let stage = (blueprint.build)(Value::Object(config), environment, errors);
            stage.map(|stage| vec![Placed { path: String::new(), name: blueprint.name, stage }])
        }
        FilterKind::Chain(blueprints, orders) => {
            chain(config, blueprints, orders, environment, errors)
        }
    };
    let (settings, stages) = (settings?, stages?);
    check(&settings, &stages, errors);
    let stages = stages.into_iter().map(|placed| (placed.name, placed.stage)).collect();
    Some(Pipeline::new(stages, settings))
}

/// A stage, its name and where its configuration stands.
struct Placed {
    path: String,
    name: &'static str,
    stage: Rc<dyn Stage>,
}

fn chain(
    mut config: Map<String, Value>,
    blueprints: &[Blueprint],
    orders: &[Order],
    environment: &dyn Environment,
    errors: &mut Errors,
) -> Option<Vec<Placed>> {
    let entries = match config.shift_remove("stages") {
        Some(Value::Array(entries)) if !entries.is_empty() => entries,
        Some(_) => {
            errors.add("stages", "must be a list of at least one stage");
            return None;
        }
        None => return refuse(errors, "missing field `stages`"),
    };
    for key in config.keys() {
        errors.add(key, "unknown field, expected `stages` or `host`");
    }
    let mut stages = Vec::new();
    let mut before: Vec<(&str, String)> = Vec::new();
    for (index, entry) in entries.into_iter().enumerate() {
        let path = format!("stages[{index}]");
        let Some((name, config)) = only_entry(entry) else {
            errors.add(&path, "must be an object with one key, the stage's name");
            continue;
        };
        let path = format!("{path}.{name}");
        let Some(blueprint) = blueprints.iter().find(|blueprint| blueprint.name == name) else {
            let names: Vec<_> = blueprints.iter().map(|blueprint| blueprint.name).collect();
            errors.add(&path, format!("unknown stage, expected one of: {}", names.join(", ")));
            continue;
        };
        for order in orders.iter().filter(|order| order.first == blueprint.name) {
            if let Some((_, other)) = before.iter().find(|(name, _)| *name == order.then) {
                errors.add(&path, format!("must stand before {other}: {}", order.why));
            }
        }
        before.push((blueprint.name, path.clone()));
        let stage =
            errors.within(path.clone(), |errors| (blueprint.build)(config, environment, errors));
        stages.extend(stage.map(|stage| Placed { path, name: blueprint.name, stage }));
    }
    Some(stages)
}

fn only_entry(entry: Value) -> Option<(String, Value)> {
    let Value::Object(map) = entry else { return None };
    let mut entries = map.into_iter();
    let first = entries.next()?;
    entries.next().is_none().then_some(first)
}

/// What can only be told of all stages together.
fn check(settings: &Settings, stages: &[Placed], errors: &mut Errors) {
    let count = stages.len();
    for (index, name) in settings.facts.iter().flatten().enumerate() {
        if !FACTS.iter().any(|fact| fact.name == name) {
            errors.add(&format!("host.facts[{index}]"), format!("no fact is named `{name}`"));
        }
    }
    for (index, Placed { path, stage, .. }) in stages.iter().enumerate() {
        let needs = stage.needs();
        if needs.last && index + 1 < count {
            errors.add(
                path,
                "must be the last stage: after it the request is in the provider's dialect",
            );
        }
        if needs.held_headers && settings.headers == HeaderMode::Continue {
            let who = if path.is_empty() { "this filter" } else { path };
            errors.add(
                "host.headers",
                format!(
                    "{who} changes headers after reading the body, so it needs `hold`, and \
                     `allow_on_headers_stop_iteration: true` in the Envoy plugin configuration"
                ),
            );
        }
    }
}

fn refuse<T>(errors: &mut Errors, message: impl Into<String>) -> Option<T> {
    errors.add("", message);
    None
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Credential {
        Client,
        Env(#[expect(dead_code, reason = "only its shape is read")] String),
    }

    #[derive(Debug, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Target {
        credential: Credential,
        price: f64,
        names: Vec<String>,
        limit: u64,
    }

    impl Default for Target {
        fn default() -> Target {
            Target { credential: Credential::Client, price: 0.0, names: Vec::new(), limit: 0 }
        }
    }

    #[test]
    fn what_has_the_wrong_shape_is_told_in_plain_words() {
        for (config, told) in [
            (json!({"price": "5"}), "price: invalid type: string \"5\", expected a number"),
            (json!({"limit": -1}), "limit: invalid value: integer `-1`, expected a whole number"),
            (json!({"names": "a"}), "names: invalid type: string \"a\", expected a list"),
            (
                json!({"credential": "env"}),
                "credential: expected an object: this name, and its value",
            ),
            (json!({"credential": {"client": {}}}), "credential.client: expected the name alone"),
            (json!("x"), "invalid type: string \"x\", expected an object"),
        ] {
            let mut errors = Errors::default();
            assert!(errors.read::<Target>(config.clone()).is_none(), "{config}");
            assert_eq!(errors.list[0].to_string(), told, "{config}");
        }
    }

    #[test]
    fn a_key_in_the_wrong_place_is_not_repeated() {
        let text = r#"{"credential": "gsk_Ab0", "headers": {"x-api-key": "gsk_Ab0"}}"#;
        let mut errors = Errors::default();
        errors.read::<Target>(json!({"credential": "gsk_Ab0"}));
        errors.add("headers.x-api-key", "carries a key");
        errors.add("credential.env", format!("`{}` is not set", variable("gsk_Ab0")));
        for error in &errors.list {
            let shown = explain(error, text.as_bytes());
            assert!(!shown.contains("Ab0") && shown.contains(&error.path), "{shown}");
        }
        assert_eq!(errors.list[0].message, "expected `client` or `env`");
        assert_eq!(variable("OPENAI_API_KEY"), "OPENAI_API_KEY");
    }
}
