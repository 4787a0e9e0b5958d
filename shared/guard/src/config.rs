//! The filter's configuration.

use std::collections::BTreeMap;

use serde::Deserialize;
pub use stage::ScopeName;

use crate::answer::config::ResponseConfig;
use crate::external::config::ExternalConfig;
use crate::hygiene::config::RequestConfig;
use crate::rules::Pack;

/// Configuration of the prompt guard. The empty one looks for attacks in what users say and tools return, and
/// blocks them.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Whether decisions count, or are only told in facts and metrics.
    pub mode: Mode,
    /// What happens to a request or an answer that the guard cannot judge: an answer that cannot be read, an
    /// external guard that does not answer (unless that says otherwise itself).
    pub on_error: OnError,
    /// The answer to a blocked request.
    pub block: BlockConfig,
    /// Looks for attacks with the built-in rules and the model.
    pub detection: DetectionConfig,
    /// Your own rules, by name. Names appear in facts, metrics and reasons.
    pub rules: BTreeMap<String, RuleConfig>,
    /// Allow and deny patterns over the conversation as a whole, with the meaning they have in Kong's
    /// ai-prompt-guard.
    pub prompts: Option<PromptsConfig>,
    /// Limits on requests: models, sizes, parameters, schema.
    pub request: RequestConfig,
    /// Looks at answers.
    pub response: ResponseConfig,
    /// Services that are asked over HTTP, in order, after the local checks.
    pub external: Vec<ExternalConfig>,
}

/// Whether decisions count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// They do.
    #[default]
    Enforce,
    /// They are told in facts and metrics, and everything goes on.
    Shadow,
}

/// What happens to what cannot be judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// It goes on.
    Pass,
    /// It is refused.
    #[default]
    Reject,
}

/// The answer to a blocked request.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct BlockConfig {
    /// HTTP status, 400 to 499.
    pub status: u16,
    /// Machine-readable code in the error.
    pub code: String,
    /// One sentence for the client. It does not say which rule was met, unless you write it here.
    pub message: String,
}

impl Default for BlockConfig {
    fn default() -> BlockConfig {
        BlockConfig {
            status: 400,
            code: "prompt_blocked".to_owned(),
            message: "the request was refused by the prompt guard".to_owned(),
        }
    }
}

/// Looks for attacks with the built-in rules and the model.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct DetectionConfig {
    /// The rule packs to use.
    pub packs: Vec<Pack>,
    /// Built-in rules that are not used, by name.
    pub without_rules: Vec<String>,
    /// Whether the model is used. Without it a text is judged by rules alone.
    pub model: bool,
    /// What is looked at, and from which score on (0 to 1) what is done. A scope that is left out is not
    /// looked at. By default `user`, blocked from 0.5 on, and `tool_result`, blocked from 0.4 on: documents are
    /// seldom taken for attacks.
    pub scopes: BTreeMap<ScopeName, Thresholds>,
}

impl Default for DetectionConfig {
    fn default() -> DetectionConfig {
        let from = |score| Thresholds { block: Some(score), ..Thresholds::default() };
        DetectionConfig {
            packs: vec![
                Pack::DataExfiltration,
                Pack::EncodedPayload,
                Pack::InstructionOverride,
                Pack::RoleForgery,
                Pack::RolePlay,
                Pack::SystemPromptExtraction,
                Pack::ToolMisuse,
            ],
            without_rules: Vec::new(),
            model: true,
            scopes: BTreeMap::from([
                (ScopeName::User, from(0.5)),
                (ScopeName::ToolResult, from(0.4)),
            ]),
        }
    }
}

/// From which score on what is done; the gravest that applies. At least one.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// The request is refused.
    pub block: Option<f32>,
    /// Hidden characters are taken out and forged role marks made harmless; the request goes on.
    pub sanitize: Option<f32>,
    /// The request goes on with the header `x-prompt-guard`.
    pub flag: Option<f32>,
    /// It is told in facts and metrics.
    pub report: Option<f32>,
}

/// One of your own rules. It is met if any of its patterns or words is found.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RuleConfig {
    /// Regular expressions (the syntax of Rust's `regex`, linear in time, no look-around).
    #[serde(default)]
    pub patterns: Vec<String>,
    /// Words and phrases, found as whole words in any case.
    #[serde(default)]
    pub words: Vec<String>,
    /// Where to look.
    #[serde(default = "user_only")]
    pub scopes: Vec<ScopeName>,
    /// What is done.
    #[serde(default)]
    pub action: Action,
    /// The sentence for the client, in place of `block.message`.
    pub message: Option<String>,
}

fn user_only() -> Vec<ScopeName> {
    vec![ScopeName::User]
}

/// What is done, the gravest last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is told in facts and metrics.
    Report,
    /// The request goes on with the header `x-prompt-guard`.
    Flag,
    /// Hidden characters are taken out and forged role marks made harmless; the request goes on.
    Sanitize,
    /// The request is refused.
    #[default]
    Block,
}

impl Action {
    /// Its name in facts, metrics and verdicts.
    pub fn name(self) -> &'static str {
        match self {
            Action::Report => "report",
            Action::Flag => "flag",
            Action::Sanitize => "sanitize",
            Action::Block => "block",
        }
    }
}

/// Allow and deny patterns over the conversation, as in Kong's ai-prompt-guard: deny first; then, if there are
/// allow patterns, one must be found.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct PromptsConfig {
    /// Regular expressions of which one must be found, unless there are none. Case counts, unless `(?i)`.
    pub allow_patterns: Vec<String>,
    /// Regular expressions of which none may be found.
    pub deny_patterns: Vec<String>,
    /// Look only at the last message (true means what Kong calls `allow_all_conversation_history`). False:
    /// all messages, newest first, with a space between.
    pub allow_all_conversation_history: bool,
    /// Look at all roles, not only at the user's.
    pub match_all_roles: bool,
}
