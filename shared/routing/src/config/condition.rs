//! Conditions of rules.

use serde::Deserialize;
use stage::ScopeName;

/// Something that holds of a request or does not.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// All of these hold.
    All(Vec<Condition>),
    /// At least one of these holds.
    Any(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
    /// The model that the client asked for.
    Model(Matcher),
    /// A request header; of several values one must match.
    Header(HeaderCondition),
    /// The path, without the query.
    Path(Matcher),
    /// An Envoy attribute: a JWT claim, the source address, metadata.
    Property(PropertyCondition),
    /// The consumer's tier is one of these; `tier` of the configuration says where it stands.
    Tier(Vec<String>),
    /// What an earlier stage of the same chain found out.
    Fact(FactCondition),
    /// The request has or asks for this.
    Has(Feature),
    /// Tokens of the prompt: counted where the model's encoding is public and in the module (the chain has two),
    /// else estimated.
    PromptTokens(Range),
    /// Turns of the conversation, instructions not counted.
    Messages(Range),
    /// The prompt has one of these words.
    Keywords(Keywords),
    /// The prompt matches a regular expression.
    Regex(Pattern),
    /// The language that the user writes is one of these (ISO 639-1). A text too short to tell is in none.
    Language(Vec<String>),
    /// The time of day.
    Time(TimeWindow),
}

/// A test of a string.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Matcher {
    /// It is this.
    Exact(String),
    /// It begins so.
    Prefix(String),
    /// It matches as a whole; `*` stands for any characters, `?` for one.
    Glob(String),
    /// The regular expression matches the whole of it.
    Regex(String),
    /// It is one of these.
    OneOf(Vec<String>),
    /// It is there (`true`) or not (`false`).
    Present(bool),
}

/// A test of a request header.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HeaderCondition {
    /// Its name.
    pub name: String,
    /// What its value must be.
    pub value: Matcher,
}

/// A test of an Envoy attribute.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PropertyCondition {
    /// Its path: `[metadata, filter_metadata, envoy.filters.http.jwt_authn, payload, tier]`.
    pub path: Vec<String>,
    /// What its value must be.
    pub value: Matcher,
}

/// A test of a fact.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FactCondition {
    /// Its name.
    pub name: String,
    /// What its value must be.
    pub value: Matcher,
}

/// Something a request can have or ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// Sound.
    Audio,
    /// Program code in the user's text.
    Code,
    /// Documents such as a PDF.
    Documents,
    /// Pictures.
    Images,
    /// Reasoning is asked for.
    Reasoning,
    /// The answer shall be streamed.
    Stream,
    /// The answer shall be JSON.
    StructuredOutput,
    /// Tools are offered.
    Tools,
}

/// A range of whole numbers, both ends included.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The least. By default 0.
    pub min: Option<u64>,
    /// The most. By default there is no limit.
    pub max: Option<u64>,
}

/// Words in the prompt.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Keywords {
    /// The words or phrases. Upper and lower case are alike; a match begins and ends at the edge of a word.
    pub any_of: Vec<String>,
    /// Where to look. By default in what the user says.
    #[serde(default = "user")]
    pub scope: Vec<ScopeName>,
    /// Look at the last turn of each part only.
    #[serde(default)]
    pub last_turn: bool,
}

/// A regular expression over the prompt.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// The expression, of the `regex` crate, without Unicode classes. It is searched for anywhere in each
    /// piece of text.
    pub pattern: String,
    /// Where to look. By default in what the user says.
    #[serde(default = "user")]
    pub scope: Vec<ScopeName>,
    /// Look at the last turn of each part only.
    #[serde(default)]
    pub last_turn: bool,
}

fn user() -> Vec<ScopeName> {
    vec![ScopeName::User]
}

/// A window of the day. If `from` is later than `to`, it goes over midnight.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TimeWindow {
    /// Its beginning, included: `08:30`.
    pub from: String,
    /// Its end, not included: `18:00`. `24:00` is the end of the day.
    pub to: String,
    /// The days on which it begins. By default all.
    #[serde(default)]
    pub days: Vec<Day>,
    /// How many minutes the clock is ahead of UTC.
    #[serde(default)]
    pub utc_offset_minutes: i32,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "days need no explanation")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}
