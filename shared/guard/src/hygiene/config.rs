//! Limits on requests, as they are configured.

use chat::json::Value;
use serde::Deserialize;

/// Limits on requests. What is left out is not limited.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct RequestConfig {
    /// Models that may be asked for: names, or beginnings of names with `*` behind. Empty: all.
    pub allowed_models: Vec<String>,
    /// Models that may not be asked for, in the same form.
    pub denied_models: Vec<String>,
    /// The most messages (input items, contents).
    pub max_messages: Option<usize>,
    /// The most characters of all texts together.
    pub max_characters: Option<usize>,
    /// The most pictures and other media.
    pub max_media: Option<usize>,
    /// The most tools that are offered.
    pub max_tools: Option<usize>,
    /// The largest output limit that may be asked for.
    pub max_tokens: Option<u64>,
    /// The most answers that may be asked for at once.
    pub max_n: Option<u64>,
    /// Top-level parameters that must be there.
    pub required_parameters: Vec<String>,
    /// Top-level parameters that must not be there.
    pub forbidden_parameters: Vec<String>,
    /// A JSON Schema that the body must meet: `type`, `enum`, `const`, `properties`, `required`,
    /// `additionalProperties`, `items`, `minItems`, `maxItems`, `minLength`, `maxLength`, `pattern`, `minimum`,
    /// `maximum`, `allOf`, `anyOf`, `not`.
    #[cfg_attr(feature = "schema", schemars(with = "Option<serde_json::Value>"))]
    #[serde(deserialize_with = "tree")]
    pub body_schema: Option<Value>,
    /// A JSON Schema that each text of the user must meet, read as JSON: for structured prompts.
    #[cfg_attr(feature = "schema", schemars(with = "Option<serde_json::Value>"))]
    #[serde(deserialize_with = "tree")]
    pub prompt_schema: Option<Value>,
}

fn tree<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    let value = Option::<serde_json::Value>::deserialize(deserializer)?;
    Ok(value.map(Value::from))
}
