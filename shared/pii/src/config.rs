//! The filter's configuration and its compilation.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde::Deserialize;
use stage::{Environment, Errors};

use crate::act::{Action, Key, MIN_KEY, Policy};
use crate::find::{self, Custom, CustomMatch, ENTITIES, Finder, Selection, meant};

/// Configuration of the PII redactor.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// What to look for: names of entities (`EMAIL_ADDRESS`), categories (`secret`) or regions (`de`). By
    /// default every entity that the table marks so.
    pub entities: Option<Vec<String>>,
    /// Entities of your own, always looked for.
    pub custom: Vec<CustomConfig>,
    /// Values that are never a finding, whatever their case and accents.
    pub allow: Vec<String>,
    /// Findings below this score, 0 to 1, do not count.
    pub min_score: f32,
    /// What happens to what is found.
    pub action: Action,
    /// What happens to some of it instead, by entity or category. The entity's own entry wins.
    pub actions: BTreeMap<String, Action>,
    /// Where the key of `hash` comes from.
    pub hash_key: Option<KeyConfig>,
    /// Whether placeholders in answers become the client's values again.
    pub restore: bool,
    /// What happens to personal data that the model itself says.
    pub responses: Responses,
    /// Whether descriptions of tools and schemas are read too.
    pub tool_definitions: bool,
    /// What happens to requests with images, audio or files, into which nobody looks.
    pub media: Media,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            entities: None,
            custom: Vec::new(),
            allow: Vec::new(),
            min_score: Selection::MIN_SCORE,
            action: Action::Mask,
            actions: BTreeMap::new(),
            hash_key: None,
            restore: true,
            responses: Responses::Pass,
            tool_definitions: false,
            media: Media::Pass,
        }
    }
}

/// An entity of your own: exactly one of `pattern` and `words`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CustomConfig {
    /// Its name: capitals, digits and underscores, none of the built-in ones.
    pub name: String,
    /// A regular expression without look-around.
    pub pattern: Option<String>,
    /// Words or phrases, whatever their case and accents.
    pub words: Option<Vec<String>>,
    /// A check that what matches must pass.
    pub validator: Option<Validator>,
    /// Words of which one must stand near. Without any, none needs to.
    #[serde(default)]
    pub context: Vec<String>,
    /// How sure a match is, 0 to 1.
    #[serde(default = "sure")]
    pub score: f32,
}

fn sure() -> f32 {
    1.0
}

/// A check over the digits and letters of a match.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Validator {
    /// The Luhn check, as in payment cards.
    Luhn,
    /// ISO 7064 mod 97-10, as in IBANs.
    Mod97,
    /// The Verhoeff check.
    Verhoeff,
}

/// Where a key comes from.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KeyConfig {
    /// An environment variable of the VM (`vm_config.environment_variables`), at least 16 bytes.
    Env(String),
}

/// What happens to personal data that the model itself says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Responses {
    /// It is acted on as in requests; what is masked stays masked. A streamed answer comes later by what a
    /// finding may need, arguments of calls come whole.
    Act,
    /// Nobody looks.
    Pass,
}

/// What happens to requests with images, audio or files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Media {
    /// They go on.
    Pass,
    /// They are refused with 400.
    Reject,
}

/// The configuration, compiled.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) policy: Rc<Policy>,
    pub(crate) restore: bool,
    pub(crate) responses: Responses,
    pub(crate) tool_definitions: bool,
    pub(crate) media: Media,
}

/// Makes a plan of the configuration, or reports everything that is wrong with it.
pub(crate) fn compile(
    config: Config,
    environment: &dyn Environment,
    errors: &mut Errors,
) -> Option<Plan> {
    let actions = actions(&config, errors);
    let key = key(&config, &actions, environment, errors);
    let Config { restore, responses, tool_definitions, media, .. } = config;
    let selection = Selection {
        entities: config.entities.unwrap_or_else(|| Selection::default().entities),
        min_score: config.min_score,
        custom: customs(config.custom, errors),
        allow: config.allow,
    };
    let finder = Finder::new(&selection).map_err(|problems| {
        problems.into_iter().for_each(|problem| errors.add(&problem.path, problem.message));
    });
    let policy = Rc::new(Policy { finder: finder.ok()?, actions, key });
    Some(Plan { policy, restore, responses, tool_definitions, media })
}

/// The action of every entity.
fn actions(config: &Config, errors: &mut Errors) -> BTreeMap<String, Action> {
    let mut known: BTreeSet<&str> = ENTITIES.iter().map(|entity| entity.category.name()).collect();
    known.extend(ENTITIES.iter().map(|entity| entity.name));
    known.extend(config.custom.iter().map(|custom| custom.name.as_str()));
    for name in config.actions.keys().filter(|name| !known.contains(name.as_str())) {
        let message = format!("no entity and no category has this name{}", meant(name));
        errors.add(&format!("actions.{name}"), message);
    }
    let own = |name: &str| config.actions.get(name).copied();
    let built_in = ENTITIES.iter().map(|entity| {
        let action = own(entity.name).or_else(|| own(entity.category.name()));
        (entity.name.to_owned(), action.unwrap_or(config.action))
    });
    let custom = config.custom.iter();
    let custom =
        custom.map(|custom| (custom.name.clone(), own(&custom.name).unwrap_or(config.action)));
    built_in.chain(custom).collect()
}

fn key(
    config: &Config,
    actions: &BTreeMap<String, Action>,
    environment: &dyn Environment,
    errors: &mut Errors,
) -> Option<Key> {
    let Some(KeyConfig::Env(name)) = &config.hash_key else {
        if actions.values().any(|action| *action == Action::Hash) {
            let why = "`hash` needs a key: without one, a hash can be undone by trying";
            errors.add("hash_key", why);
        }
        return None;
    };
    let Some(value) = environment.var(name).filter(|value| !value.is_empty()) else {
        errors.add("hash_key.env", format!("the environment variable `{name}` is not set"));
        return None;
    };
    let key = Key::new(value.as_bytes());
    if key.is_none() {
        errors.add("hash_key.env", format!("`{name}` must hold at least {MIN_KEY} bytes"));
    }
    key
}

fn customs(configs: Vec<CustomConfig>, errors: &mut Errors) -> Vec<Custom> {
    let custom = |(index, config): (usize, CustomConfig)| {
        let matches = match (config.pattern, config.words) {
            (Some(pattern), None) => CustomMatch::Pattern(pattern),
            (None, Some(words)) => CustomMatch::Words(words),
            _ => {
                let what = "must have exactly one of `pattern` and `words`";
                errors.add(&format!("custom[{index}]"), what);
                return None;
            }
        };
        let validator = config.validator.map(|validator| match validator {
            Validator::Luhn => find::Validator::Luhn,
            Validator::Mod97 => find::Validator::Mod97,
            Validator::Verhoeff => find::Validator::Verhoeff,
        });
        let CustomConfig { name, context, score, .. } = config;
        Some(Custom { name, matches, validator, context, score })
    };
    configs.into_iter().enumerate().filter_map(custom).collect()
}
