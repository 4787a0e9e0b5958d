//! The configuration of templates.

use std::collections::{BTreeMap, BTreeSet};

use chat::json::{Map, Value};
use dialects::prompts::{Prompts, SystemPlace};
use serde::Deserialize;
use stage::Errors;

use super::{Content, PROPERTIES, Plan, Template, Version, render};
use crate::decorator::{self, Message};

/// Configuration of the prompt templates.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The templates by name.
    pub templates: BTreeMap<String, TemplateConfig>,
    /// What happens to a request that refers to no template.
    #[serde(default)]
    pub untemplated: Untemplated,
}

/// What happens to a request that refers to no template.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Untemplated {
    /// It goes on as it is.
    #[default]
    Pass,
    /// It is refused with 400.
    Reject,
}

/// A template: exactly one of `prompt`, `body` and `versions`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TemplateConfig {
    /// The client dialect that `body` is written in, and which its clients must speak. By default `openai-chat`.
    pub dialect: Option<String>,
    /// Its variables by name, of letters, digits and `_`.
    #[serde(default)]
    pub variables: BTreeMap<String, Variable>,
    /// Instructions and messages, for clients of every dialect.
    pub prompt: Option<PromptConfig>,
    /// Fields of the request; `{{NAME}}` in their texts stands for a variable. A text that is one variable
    /// and nothing else becomes that variable's value, a number for example.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")
    )]
    pub body: Option<Map>,
    /// Several prompts or bodies, between which requests are divided by weight.
    #[serde(default)]
    pub versions: Vec<VersionConfig>,
}

/// A prompt in no dialect; `{{NAME}}` in its texts stands for a variable.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PromptConfig {
    /// Instructions for the model, in place of the client's. By default the client's stay.
    pub system: Option<String>,
    /// The conversation.
    pub messages: Vec<Message>,
}

/// One of several versions: exactly one of `prompt` and `body`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VersionConfig {
    /// Its name, as clients ask for it (`NAME@VERSION`) and facts tell it.
    pub name: String,
    /// Its share of the requests that ask for no version, of the sum of all weights. 0: only on demand.
    pub weight: u32,
    /// As `prompt` of the template.
    pub prompt: Option<PromptConfig>,
    /// As `body` of the template.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")
    )]
    pub body: Option<Map>,
}

/// A value that the client gives.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Variable {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The value where the client gives none. Without it, the client must.
    #[cfg_attr(feature = "schema", schemars(with = "Option<serde_json::Value>"))]
    pub default: Option<Value>,
    /// The longest text, in characters. By default 10000.
    pub max_chars: Option<usize>,
    /// The only texts allowed.
    pub one_of: Vec<String>,
}

/// The type of a variable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A text.
    #[default]
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
}

const MAX_CHARS: usize = 10_000;

impl Variable {
    /// What is wrong with a value, if anything.
    pub(super) fn refuses(&self, value: &Value) -> Option<String> {
        match (self.kind, value) {
            (Kind::String, Value::String(text)) => {
                let most = self.max_chars.unwrap_or(MAX_CHARS);
                if text.chars().nth(most).is_some() {
                    return Some(format!("must have at most {most} characters"));
                }
                let allowed = self.one_of.is_empty() || self.one_of.contains(text);
                (!allowed).then(|| format!("must be one of: {}", self.one_of.join(", ")))
            }
            (Kind::Number, Value::Number(_)) | (Kind::Boolean, Value::Bool(_)) => None,
            (Kind::String, _) => Some("must be a string".to_owned()),
            (Kind::Number, _) => Some("must be a number".to_owned()),
            (Kind::Boolean, _) => Some("must be true or false".to_owned()),
        }
    }
}

pub(super) fn compile(config: Config, errors: &mut Errors) -> Option<Plan> {
    if config.templates.is_empty() {
        errors.add("templates", "must name at least one template");
    }
    let mut templates = BTreeMap::new();
    for (name, template) in config.templates {
        let at = format!("templates.{name}");
        if !is_name(&name) {
            errors.add(&at, "a name is made of letters, digits, `-`, `_` and `.`");
        }
        templates.extend(compile_template(template, &at, errors).map(|template| (name, template)));
    }
    errors.is_empty().then_some(Plan { templates, untemplated: config.untemplated })
}

fn compile_template(config: TemplateConfig, at: &str, errors: &mut Errors) -> Option<Template> {
    let named = config.dialect.as_deref();
    // The one that clients who show no other are answered in.
    let usual = || Some(dialects::by_headers(|_| false));
    let dialect = named.map_or_else(usual, dialects::by_name);
    if dialect.is_none() {
        let known: Vec<_> = dialects::DIALECTS.iter().map(|dialect| dialect.name()).collect();
        let message = format!("unknown dialect, expected one of: {}", known.join(", "));
        errors.add(&format!("{at}.dialect"), message);
    }
    check_variables(&config.variables, at, errors);
    let versions = versions(config.prompt, config.body, config.versions, at, errors);
    let is_body = |(_, version): &Placed| matches!(version.content, Content::Body(_));
    if named.is_some() && !versions.is_empty() && !versions.iter().any(is_body) {
        errors.add(&format!("{at}.dialect"), "is that of a `body`: a `prompt` is for all");
    }
    let mut used = BTreeSet::new();
    for (place, version) in &versions {
        check_version(version, place, &config.variables, &mut used, errors);
    }
    for name in config.variables.keys().filter(|name| !used.contains(*name)) {
        errors.add(&format!("{at}.variables.{name}"), "is used nowhere");
    }
    let versions: Vec<Version> = versions.into_iter().map(|(_, version)| version).collect();
    if !versions.is_empty() && versions.iter().all(|version| version.weight == 0) {
        errors.add(&format!("{at}.versions"), "must have a weight above 0");
    }
    Some(Template { dialect: dialect?, variables: config.variables, versions })
}

fn check_variables(variables: &BTreeMap<String, Variable>, at: &str, errors: &mut Errors) {
    for (name, variable) in variables {
        let at = format!("{at}.variables.{name}");
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            errors.add(&at, "a name is made of letters, digits and `_`");
        }
        if variable.kind != Kind::String
            && (variable.max_chars.is_some() || !variable.one_of.is_empty())
        {
            errors.add(&at, "`max_chars` and `one_of` are for strings");
        }
        if let Some(wrong) = variable.default.as_ref().and_then(|value| variable.refuses(value)) {
            errors.add(&format!("{at}.default"), wrong);
        }
    }
}

/// A version, and the path of its content.
type Placed = (String, Version);

fn versions(
    prompt: Option<PromptConfig>,
    body: Option<Map>,
    list: Vec<VersionConfig>,
    at: &str,
    errors: &mut Errors,
) -> Vec<Placed> {
    if list.is_empty() {
        let found = content(prompt, body, at, errors);
        if found.is_none() {
            errors.add(at, "must have exactly one of `prompt`, `body` and `versions`");
        }
        let only =
            |(place, content)| (place, Version { name: "default".to_owned(), weight: 1, content });
        return found.map(only).into_iter().collect();
    }
    if prompt.is_some() || body.is_some() {
        errors.add(at, "must have exactly one of `prompt`, `body` and `versions`");
    }
    let mut versions: Vec<Placed> = Vec::new();
    for (index, VersionConfig { name, weight, prompt, body }) in list.into_iter().enumerate() {
        let at = format!("{at}.versions[{index}]");
        if !is_name(&name) {
            errors
                .add(&format!("{at}.name"), "a name is made of letters, digits, `-`, `_` and `.`");
        }
        if versions.iter().any(|(_, version)| version.name == name) {
            errors.add(&format!("{at}.name"), "is another version's name already");
        }
        match content(prompt, body, &at, errors) {
            Some((place, content)) => versions.push((place, Version { name, weight, content })),
            None => errors.add(&at, "must have exactly one of `prompt` and `body`"),
        }
    }
    versions
}

/// What a version puts in place of the reference, and its path, if it is exactly one thing.
fn content(
    prompt: Option<PromptConfig>,
    body: Option<Map>,
    at: &str,
    errors: &mut Errors,
) -> Option<(String, Content)> {
    match (prompt, body) {
        (Some(prompt), None) => {
            let at = format!("{at}.prompt");
            if prompt.messages.is_empty() {
                errors.add(&format!("{at}.messages"), "must have at least one message");
            }
            let after = decorator::messages(prompt.messages, &format!("{at}.messages"), errors);
            let system = prompt.system.map(|text| (SystemPlace::Instead, text));
            let system = system.into_iter().collect();
            Some((at, Content::Prompt(Prompts { system, before: Vec::new(), after })))
        }
        (None, Some(body)) => {
            let at = format!("{at}.body");
            if body.is_empty() {
                errors.add(&at, "must not be empty");
            }
            if body.contains_key(PROPERTIES) {
                errors.add(&format!("{at}.{PROPERTIES}"), "is where clients give values");
            }
            Some((at, Content::Body(body)))
        }
        _ => None,
    }
}

fn check_version(
    version: &Version,
    at: &str,
    variables: &BTreeMap<String, Variable>,
    used: &mut BTreeSet<String>,
    errors: &mut Errors,
) {
    let mut check = |place: String, hole: &str| {
        if !variables.contains_key(hole) {
            errors.add(&place, format!("`{{{{{hole}}}}}` is no variable of the template"));
        }
        used.insert(hole.to_owned());
    };
    match &version.content {
        Content::Body(body) => {
            for (field, value) in body.iter() {
                render::holes(value, &mut |hole| check(format!("{at}.{field}"), hole));
            }
        }
        Content::Prompt(prompts) => {
            for (_, text) in &prompts.system {
                render::holes_of(text, &mut |hole| check(format!("{at}.system"), hole));
            }
            for (index, (_, text)) in prompts.after.iter().enumerate() {
                let place = format!("{at}.messages[{index}].content");
                render::holes_of(text, &mut |hole| check(place.clone(), hole));
            }
        }
    }
}

fn is_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    !name.is_empty() && name.bytes().all(allowed)
}
