//! The filter's configuration and its compilation.

use std::collections::BTreeMap;

use encodings::{ENCODINGS, Encoding};
use serde::Deserialize;
use stage::Errors;

use crate::budget::{Book, Budget, Period};
use crate::plan::{Action, Consumer, Limit, Measure, Model, Part, Plan, Shelf};
use crate::price::{Price, PriceConfig};
use crate::report::Kept;
use crate::{Counter, FAMILIES, LastCounter};

/// Configuration of the token counter.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// What is known of models, by name. A name that ends in `*` stands for all that begin so; the longest wins. In
    /// metrics a model goes by its key here without the `*`; all others are `other`.
    pub models: BTreeMap<String, ModelConfig>,
    /// Who is calling: a label of metrics and a fact.
    pub consumer: Option<ConsumerConfig>,
    /// What happens to a request whose prompt and `max_tokens` do not fit the model's window.
    pub context: ContextConfig,
    /// Limits on what may be used in a window of time.
    pub budgets: Vec<BudgetConfig>,
    /// How the prompt is counted before it is sent.
    pub count_prompt: CountPrompt,
    /// Ask for usage in streams that would not state it, and keep it from a client that did not ask itself (OpenAI's
    /// `stream_options.include_usage`). `false` for a provider that refuses the field: then what was delivered is
    /// counted here.
    #[cfg_attr(feature = "schema", schemars(default = "ask_stream_usage"))]
    pub ask_stream_usage: Option<bool>,
    /// When a client that only asks for a count (Anthropic's `count_tokens`) gets it from here.
    pub count_tokens: CountTokens,
    /// Answer tokens to reserve for a request that names no limit of its own.
    #[cfg_attr(feature = "schema", schemars(default = "reserve_output_tokens"))]
    pub reserve_output_tokens: Option<u64>,
    /// Headers on answers.
    pub headers: HeadersConfig,
}

/// What is known of a model.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ModelConfig {
    /// Its encoding in tiktoken, for a model whose name does not tell it.
    pub encoding: Option<String>,
    /// The family by which it is estimated: `claude`, `gemma` (Gemini too), `llama`, `qwen`, `tekken` (Mistral).
    pub family: Option<String>,
    /// A factor on top of an estimate, in percent.
    pub estimate_percent: Option<u64>,
    /// Prompt and answer together have at most so many tokens.
    pub context_window_tokens: Option<u64>,
    /// What it costs, in US dollars per million tokens.
    pub price: Option<PriceConfig>,
    /// The provider's name in metrics, where no translator tells it.
    pub provider: Option<String>,
}

/// Who is calling.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ConsumerConfig {
    /// Where its name is found.
    pub from: KeyPart,
    /// The names that metrics show; all others are `other`.
    #[serde(default)]
    pub names: Vec<String>,
}

/// Something that tells requests apart.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KeyPart {
    /// A request header, all its values. Only as trustworthy as whoever sets it.
    Header(String),
    /// A claim of the token that Envoy's `jwt_authn` verified: the provider's `payload_in_metadata`, then the path
    /// of the claim.
    Claim(Vec<String>),
    /// An attribute of Envoy: `[source, address]`, `[metadata, filter_metadata, …]`.
    Property(Vec<String>),
    /// The model asked for.
    Model,
    /// The provider, as far as it is known before the request is sent.
    Provider,
}

/// What happens to a request that does not fit the model's window.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ContextConfig {
    /// `reject`: it is answered with OpenAI's `context_length_exceeded`. `flag`: a fact tells it. By default
    /// nothing happens.
    pub action: Option<ActionConfig>,
    /// Lower `max_tokens` to what the prompt leaves of the window.
    pub cap_max_tokens: bool,
}

/// What happens to a request that passes a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ActionConfig {
    /// It goes on; a fact and a metric tell it.
    Flag,
    /// It is refused.
    Reject,
}

/// A limit on what each key may use in a window of time, in all workers of this Envoy together.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BudgetConfig {
    /// Its name in facts, metrics and errors.
    pub name: String,
    /// Requests that differ in any of these have a budget each; without any there is one for all. Requests that
    /// lack a part share one, so that leaving it out is no way around.
    #[serde(default)]
    pub key: Vec<KeyPart>,
    /// The most that may be used in a window: tokens, requests, or US dollars if `measure` is `cost`.
    pub limit: f64,
    /// What is limited.
    #[serde(default)]
    pub measure: MeasureConfig,
    /// The window of time.
    pub window: WindowConfig,
    /// What happens to a request that does not fit.
    pub action: Option<ActionConfig>,
    /// How many keys are kept apart, at least; beyond it the least used give way. Memory is 40 bytes a key.
    #[serde(default = "max_keys")]
    pub max_keys: u64,
}

fn max_keys() -> u64 {
    4096
}

#[cfg(feature = "schema")]
fn ask_stream_usage() -> Option<bool> {
    Some(true)
}

#[cfg(feature = "schema")]
fn reserve_output_tokens() -> Option<u64> {
    Some(RESERVE)
}

/// What a budget limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MeasureConfig {
    /// Answer tokens.
    Completion,
    /// US dollars, by `models[].price`; a model without a price costs nothing.
    Cost,
    /// Prompt tokens.
    Prompt,
    /// Requests.
    Requests,
    /// Prompt and answer tokens.
    #[default]
    Total,
}

/// A window of time.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WindowConfig {
    /// By the calendar, in UTC: at its end all is there again.
    Fixed(Period),
    /// The last second, minute, … up to now: what was used in the calendar's window before counts by the share that
    /// is still in sight.
    Sliding(Period),
}

/// When a client that only asks for a count gets it from here, and no provider is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CountTokens {
    /// Where the model's encoding is public and all of the request is text.
    #[default]
    Exact,
    /// Always, also by an estimate.
    Always,
    /// Never: the provider counts, if it can.
    Never,
}

/// How the prompt is counted before it is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CountPrompt {
    /// Always, so that the fact `tollgate.prompt_tokens` is there for later filters.
    Always,
    /// Only where a limit is near enough for it to matter.
    #[default]
    Needed,
}

/// Headers on answers.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct HeadersConfig {
    /// `x-ratelimit-limit-tokens` and its kin, as OpenAI sends them, from the tightest budgets.
    pub rate_limits: bool,
    /// `x-tollgate-input-tokens`, `x-tollgate-output-tokens` and, with a price, `x-tollgate-cost-usd` on answers
    /// that are not streamed.
    pub usage: bool,
}

impl Default for HeadersConfig {
    fn default() -> HeadersConfig {
        HeadersConfig { rate_limits: true, usage: false }
    }
}

/// Answer tokens to reserve for a request that names no limit.
const RESERVE: u64 = 1024;
/// Accounts that a budget has on a page: half of the places, the others are left free for an uneven hash.
const KEYS_PER_PAGE: u64 = 4;
/// No more keys than these fit a sensible amount of memory.
const MOST_KEYS: u64 = 1 << 20;

/// Makes a plan of the configuration, or reports everything that is wrong with it.
pub(crate) fn compile(config: Config, errors: &mut Errors) -> Option<Plan> {
    let models = config
        .models
        .into_iter()
        .map(|(name, model)| compile_model(&name, &model, errors))
        .collect::<Vec<_>>();
    let mut shelves = Vec::new();
    let budgets = config
        .budgets
        .iter()
        .enumerate()
        .map(|(index, budget)| compile_budget(budget, index, &mut shelves, errors))
        .collect::<Vec<_>>();
    for (index, budget) in config.budgets.iter().enumerate() {
        if config.budgets.iter().take(index).any(|other| other.name == budget.name) {
            errors
                .add(&format!("budgets[{index}].name"), "is the name of an earlier budget already");
        }
    }
    let consumer = config.consumer.map(|consumer| Consumer {
        from: part(&consumer.from, "consumer.from", errors),
        names: consumer.names,
    });
    if config.reserve_output_tokens == Some(0) {
        errors.add("reserve_output_tokens", "must be greater than 0");
    }
    errors.is_empty().then_some(())?;
    Some(Plan {
        models: models.into_iter().flatten().collect(),
        consumer,
        context: config.context.action.map(action),
        cap_max_tokens: config.context.cap_max_tokens,
        budgets,
        shelves,
        ask_stream_usage: config.ask_stream_usage.unwrap_or(true),
        always_count: config.count_prompt == CountPrompt::Always,
        count_tokens: config.count_tokens,
        reserve_output: config.reserve_output_tokens.unwrap_or(RESERVE),
        rate_limit_headers: config.headers.rate_limits,
        usage_headers: config.headers.usage,
        series: Kept::default(),
        last_counter: LastCounter::default(),
    })
}

fn action(action: ActionConfig) -> Action {
    match action {
        ActionConfig::Flag => Action::Flag,
        ActionConfig::Reject => Action::Reject,
    }
}

fn compile_model(name: &str, config: &ModelConfig, errors: &mut Errors) -> Option<Model> {
    let path = |field: &str| format!("models.{name}.{field}");
    let label = name.strip_suffix('*').unwrap_or(name);
    let counter = match (&config.encoding, &config.family) {
        (None, None) => Some(Counter::of_model(label)),
        (Some(encoding), None) => match Encoding::by_name(encoding) {
            Some(encoding) => Some(Counter::of_encoding(encoding)),
            None => {
                let names: Vec<_> = ENCODINGS.iter().map(|encoding| encoding.name).collect();
                let message = format!("not in this module, which has: {}", names.join(", "));
                errors.add(&path("encoding"), message);
                None
            }
        },
        (None, Some(family)) => match FAMILIES.iter().find(|known| known.name == family) {
            Some(family) => Some(Counter::estimate(family)),
            None => {
                let names: Vec<_> = FAMILIES.iter().map(|family| family.name).collect();
                errors.add(
                    &path("family"),
                    format!("unknown, expected one of: {}", names.join(", ")),
                );
                None
            }
        },
        (Some(_), Some(_)) => {
            errors.add(&path("family"), "`encoding` is there already");
            None
        }
    };
    stage::models::check(name, &format!("models.{name}"), errors);
    for (field, value) in [
        ("estimate_percent", config.estimate_percent),
        ("context_window_tokens", config.context_window_tokens),
    ] {
        if value == Some(0) {
            errors.add(&path(field), "must be greater than 0");
        }
    }
    let price = config.price.as_ref().map(Price::new).transpose();
    let price = price.map_err(|field| {
        errors.add(&path(&format!("price.{field}")), "must be a price from 0 to 1000000");
    });
    Some(Model {
        name: label.to_owned(),
        prefix: name.ends_with('*'),
        counter: counter?.scaled(config.estimate_percent.unwrap_or(100)),
        window: config.context_window_tokens,
        price: price.ok()?,
        provider: config.provider.clone(),
    })
}

fn compile_budget(
    config: &BudgetConfig,
    index: usize,
    shelves: &mut Vec<Shelf>,
    errors: &mut Errors,
) -> Limit {
    let path = format!("budgets[{index}]");
    let named = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if config.name.is_empty() || !config.name.chars().all(named) {
        errors.add(&format!("{path}.name"), "must be of letters, digits, `-` and `_`");
    }
    let (measure, counts, unit) = match config.measure {
        MeasureConfig::Completion => (Measure::Completion, "completion", 1.0),
        MeasureConfig::Cost => (Measure::Cost, "cost", 1e9),
        MeasureConfig::Prompt => (Measure::Prompt, "prompt", 1.0),
        MeasureConfig::Requests => (Measure::Requests, "requests", 1.0),
        MeasureConfig::Total => (Measure::Total, "total", 1.0),
    };
    let limit = config.limit * unit;
    if !(1.0..=9e15).contains(&limit) || (unit == 1.0 && limit.fract() != 0.0) {
        let what =
            if unit == 1.0 { "a whole number greater than 0" } else { "dollars greater than 0" };
        errors.add(&format!("{path}.limit"), format!("must be {what}"));
    }
    if !(1..=MOST_KEYS).contains(&config.max_keys) {
        errors.add(&format!("{path}.max_keys"), format!("must be from 1 to {MOST_KEYS}"));
    }
    let (period, sliding) = match config.window {
        WindowConfig::Fixed(period) => (period, false),
        WindowConfig::Sliding(period) => (period, true),
    };
    let keys = config.key.iter().enumerate();
    let keys: Vec<Part> =
        keys.map(|(index, key)| part(key, &format!("{path}.key[{index}]"), errors)).collect();
    // Without a key there is one account.
    let most = if keys.is_empty() { 1 } else { config.max_keys };
    let budget = Budget::new(&config.name, counts, limit as u64, period, sliding);
    let shelf = shelve(keys, most.div_ceil(KEYS_PER_PAGE), shelves);
    let place = shelves.get_mut(shelf).map_or(0, |shelf| shelf.keep(&budget, index));
    let action = config.action.map_or(Action::Reject, action);
    Limit { budget, measure, shelf, place, action }
}

/// The place of the shelf for a key, with so many pages.
fn shelve(keys: Vec<Part>, pages: u64, shelves: &mut Vec<Shelf>) -> usize {
    let labels: Vec<String> = keys.iter().map(Part::label).collect();
    let book = Book::new(&labels.join("+"), pages);
    let known = shelves.iter().position(|shelf| shelf.keys == keys && shelf.book.is_like(&book));
    known.unwrap_or_else(|| {
        shelves.push(Shelf { keys, book, limits: Vec::new() });
        shelves.len() - 1
    })
}

fn part(key: &KeyPart, path: &str, errors: &mut Errors) -> Part {
    let mut missing = |missing: bool| {
        if missing {
            errors.add(path, "must not be empty");
        }
    };
    match key {
        KeyPart::Header(name) => {
            missing(name.is_empty());
            Part::Header(name.to_ascii_lowercase())
        }
        KeyPart::Claim(claim) => {
            missing(claim.len() < 2);
            let place = ["metadata", "filter_metadata", "envoy.filters.http.jwt_authn"];
            Part::Property(
                place.iter().map(|part| (*part).to_owned()).chain(claim.clone()).collect(),
            )
        }
        KeyPart::Property(property) => {
            missing(property.is_empty());
            Part::Property(property.clone())
        }
        KeyPart::Model => Part::Model,
        KeyPart::Provider => Part::Provider,
    }
}
