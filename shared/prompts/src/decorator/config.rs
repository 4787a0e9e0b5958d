//! The decorator's configuration.

use std::collections::BTreeMap;

use dialects::prompts::{Prompts, Role, SystemPlace};
use serde::Deserialize;
use stage::{Errors, Request, models};

use super::Rule;

/// Configuration of the prompt decorator.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What is added to which requests. Every rule that matches is applied, in order.
    pub rules: Vec<RuleConfig>,
}

/// Prompts, and the requests they are added to.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RuleConfig {
    /// The requests that the rule is for. By default all.
    #[serde(default)]
    pub when: When,
    /// Instructions for the model.
    #[serde(default)]
    pub system: System,
    /// Messages between the leading instructions and the conversation: examples.
    #[serde(default)]
    pub prepend: Vec<Message>,
    /// Messages behind the conversation.
    #[serde(default)]
    pub append: Vec<Message>,
}

/// Which requests: all that is given must match.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// The model asked for is one of these. A `*` at the end stands for anything.
    pub models: Vec<String>,
    /// The path begins with one of these.
    pub paths: Vec<String>,
    /// Headers have these values.
    pub headers: BTreeMap<String, String>,
}

/// Instructions for the model.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct System {
    /// In front of the client's own.
    pub prepend: Option<String>,
    /// Behind the client's own.
    pub append: Option<String>,
    /// In place of the client's own.
    pub replace: Option<String>,
    /// Where the client has none.
    pub default: Option<String>,
    /// Behind the whole conversation, where models weigh it most. Dialects whose instructions stand only in front have
    /// it behind the client's own.
    pub last: Option<String>,
}

/// One message.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Who says it.
    pub role: MessageRole,
    /// What is said.
    pub content: String,
}

/// Who says a message.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MessageRole {
    /// The user.
    User,
    /// The model.
    Assistant,
}

impl When {
    pub(super) fn matches(&self, request: &Request) -> bool {
        let path = request.headers.text(":path").unwrap_or_default();
        let model = request.dialect.model(path, request.body.tree()).unwrap_or_default();
        let named = |pattern: &String| models::names(pattern, &model);
        let there = |(name, value): (&String, &String)| {
            request.headers.all(name).any(|found| found == value.as_bytes())
        };
        (self.models.is_empty() || self.models.iter().any(named))
            && (self.paths.is_empty() || self.paths.iter().any(|prefix| path.starts_with(prefix)))
            && self.headers.iter().all(there)
    }
}

pub(super) fn compile(config: Config, errors: &mut Errors) -> Option<Vec<Rule>> {
    if config.rules.is_empty() {
        errors.add("rules", "must have at least one rule");
    }
    let mut rules = Vec::new();
    for (index, rule) in config.rules.into_iter().enumerate() {
        let at = format!("rules[{index}]");
        check(&rule.when, &format!("{at}.when"), errors);
        let system = instructions(rule.system, &format!("{at}.system"), errors);
        let prompts = Prompts {
            system,
            before: messages(rule.prepend, &format!("{at}.prepend"), errors),
            after: messages(rule.append, &format!("{at}.append"), errors),
        };
        if prompts == Prompts::default() {
            errors.add(&at, "adds nothing: give one of `system`, `prepend` and `append`");
        }
        rules.push(Rule { when: rule.when, prompts });
    }
    errors.is_empty().then_some(rules)
}

/// What would never match.
fn check(when: &When, at: &str, errors: &mut Errors) {
    for (index, pattern) in when.models.iter().enumerate() {
        models::check(pattern, &format!("{at}.models[{index}]"), errors);
    }
    for (index, path) in when.paths.iter().enumerate().filter(|(_, path)| !path.starts_with('/')) {
        errors
            .add(&format!("{at}.paths[{index}]"), format!("must begin with `/`, unlike `{path}`"));
    }
    for name in when.headers.keys().filter(|name| name.bytes().any(|b| b.is_ascii_uppercase())) {
        errors.add(&format!("{at}.headers.{name}"), "header names are in lower case");
    }
}

fn instructions(system: System, at: &str, errors: &mut Errors) -> Vec<(SystemPlace, String)> {
    let own = system.replace.is_some() || system.default.is_some();
    let both = system.replace.is_some() && system.default.is_some();
    if both || own && (system.prepend.is_some() || system.append.is_some()) {
        errors.add(at, "`replace` and `default` stand alone");
    }
    let given = [
        (SystemPlace::Before, "prepend", system.prepend),
        (SystemPlace::After, "append", system.append),
        (SystemPlace::Instead, "replace", system.replace),
        (SystemPlace::Default, "default", system.default),
        (SystemPlace::Last, "last", system.last),
    ];
    let mut places = Vec::new();
    for (place, name, text) in given {
        let Some(text) = text else { continue };
        if text.trim().is_empty() {
            errors.add(&format!("{at}.{name}"), "must not be empty");
        }
        places.push((place, text));
    }
    places
}

pub(crate) fn messages(list: Vec<Message>, at: &str, errors: &mut Errors) -> Vec<(Role, String)> {
    let mut messages = Vec::with_capacity(list.len());
    for (index, message) in list.into_iter().enumerate() {
        if message.content.trim().is_empty() {
            errors.add(&format!("{at}[{index}].content"), "must not be empty");
        }
        let role = match message.role {
            MessageRole::User => Role::User,
            MessageRole::Assistant => Role::Assistant,
        };
        messages.push((role, message.content));
    }
    messages
}
