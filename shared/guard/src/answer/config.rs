//! How answers are looked at, as it is configured.

use serde::Deserialize;

use crate::config::{Action, Thresholds};
use crate::rules::Pack;

/// Looks at answers. The empty one looks at nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ResponseConfig {
    /// Regular expressions that no answer may contain.
    pub deny_patterns: Vec<String>,
    /// Words and phrases that no answer may contain, as whole words in any case.
    pub deny_words: Vec<String>,
    /// Built-in rules that are looked for in answers, by pack.
    pub packs: Vec<Pack>,
    /// From which score of these packs on what is done.
    pub thresholds: Option<Thresholds>,
    /// Plants a token into the system prompt and looks for it in the answer.
    pub canary: Option<CanaryConfig>,
    /// Looks for the system prompt's own words in the answer.
    pub system_prompt_leak: Option<LeakConfig>,
    /// Markdown pictures may come only from these hosts (`cdn.example.com`, `*.example.com`).
    pub image_hosts: Option<Vec<String>>,
    /// What is done when deny rules, the canary, a leak or a foreign picture is found.
    pub action: Action,
    /// How streamed answers are looked at.
    pub stream: StreamConfig,
}

/// Plants a token into the system prompt and looks for it in the answer.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct CanaryConfig {
    /// Tokens that you planted yourself; they are only looked for.
    pub tokens: Vec<String>,
    /// Whether a token of its own is planted behind every system prompt.
    pub plant: bool,
}

/// Looks for the system prompt's own words in the answer.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct LeakConfig {
    /// How many words in a row make a piece.
    pub shingle_words: usize,
    /// How many different pieces of the system prompt an answer may have in common with it.
    pub max_shingles: usize,
}

impl Default for LeakConfig {
    fn default() -> LeakConfig {
        LeakConfig { shingle_words: 6, max_shingles: 7 }
    }
}

/// How streamed answers are looked at.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct StreamConfig {
    /// How much of the text is held back until more of it is known, in bytes. 0: nothing; what was found is
    /// then already with the client, up to the point where the stream ends.
    pub hold_back_bytes: usize,
    /// How much of what was said before is looked at together with what is new, in bytes.
    pub overlap_bytes: usize,
}

impl Default for StreamConfig {
    fn default() -> StreamConfig {
        StreamConfig { hold_back_bytes: 256, overlap_bytes: 512 }
    }
}
