//! What a provider does otherwise than its dialect's owner.

use super::Hosting;
use crate::Codec;
pub use crate::call_ids::CallIds;
use crate::unary::Services;

/// What a provider does otherwise than its dialect's owner.
#[derive(Debug, Clone, Copy)]
pub struct Quirks {
    /// Further dialects that it speaks at the same base URL. Clients of one are not translated.
    pub also: &'static [&'static dyn Codec],
    /// How it hosts the dialect, if not by the dialect's own path with the model in the body.
    pub hosting: Option<Hosting>,
    /// Headers it wants besides the dialect's.
    pub headers: &'static [(&'static str, &'static str)],
    /// Which names of the output limit it takes (OpenAI-style dialects).
    pub max_tokens: MaxTokens,
    /// Whether it knows the `developer` role; if not, such messages become `system`.
    pub developer_role: bool,
    /// Whether it takes `stream_options.include_usage`.
    pub stream_options: bool,
    /// The highest temperature it takes (OpenAI-style dialects); what is above is clamped and reported.
    pub max_temperature: f64,
    /// Which values of `tool_choice` it takes (OpenAI-style dialects).
    pub tool_choice: ToolChoices,
    /// Which values of `response_format` it takes (OpenAI-style dialects).
    pub formats: Formats,
    /// Whether it wants the model's thoughts back with the calls that they led to, as `reasoning_content`
    /// (OpenAI-style dialects), and refuses such a turn without.
    pub thoughts_back: bool,
    /// Whether it searches the web itself, so that a client's search in other words is asked for in its own.
    pub searches: bool,
    /// Whether the model is kept from thinking by `thinking: {"type": "disabled"}`, not by an effort of `none`
    /// (OpenAI-style dialects).
    pub thinking_switch: bool,
    /// Whether it fetches images by their URL. If not, a request with one is refused.
    pub image_urls: bool,
    /// Whether its answers have no values but those of the dialect's owner, which official clients demand where they
    /// validate (OpenAI-style dialects). If not, an answer is looked through though nothing is translated.
    pub keeps_values: bool,
    /// Whether the model has to say something between a tool's result and the user's next message
    /// (OpenAI-style dialects).
    pub word_after_results: bool,
    /// What it takes as the id of a tool call (OpenAI-style dialects).
    pub call_ids: CallIds,
    /// Parameters that it knows by another name, as `(OpenAI's, its own)`.
    pub renamed: &'static [(&'static str, &'static str)],
    /// Parameters it refuses; they are removed and reported as dropped. `messages[].name` names a field of
    /// every item of a list.
    pub unsupported: &'static [&'static str],
    /// What it serves besides chat, where that is not what its dialect says.
    pub services: Option<Services>,
}

impl Quirks {
    /// Nothing is different.
    pub const NONE: Quirks = Quirks {
        also: &[],
        hosting: None,
        headers: &[],
        max_tokens: MaxTokens::Either,
        developer_role: true,
        stream_options: true,
        max_temperature: 2.0,
        tool_choice: ToolChoices::All,
        formats: Formats::All,
        thoughts_back: false,
        searches: false,
        thinking_switch: false,
        image_urls: true,
        keeps_values: true,
        word_after_results: false,
        // OpenAI's error names its limit: https://github.com/agno-agi/agno/issues/5382 (of 2025-11-11, read
        // 2026-11-21).
        call_ids: CallIds::AtMost(40),
        renamed: &[],
        unsupported: &[],
        services: None,
    };

    /// What every server takes that calls itself OpenAI-compatible: `max_tokens`, and `system` for instructions.
    pub const COMPATIBLE: Quirks = Quirks {
        max_tokens: MaxTokens::MaxTokens,
        developer_role: false,
        keeps_values: false,
        ..Quirks::NONE
    };
}

/// The name of the output limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxTokens {
    /// Both names are taken; `max_completion_tokens` is written.
    Either,
    /// Only `max_tokens`.
    MaxTokens,
    /// Only `max_completion_tokens`.
    MaxCompletionTokens,
}

/// The values of `tool_choice` that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolChoices {
    /// All.
    All,
    /// Only `auto`: for `none` the tools are left out, the rest becomes `auto` and is reported.
    Auto,
    /// All but `required`, which becomes `auto` and is reported.
    NotRequired,
}

/// The values of `response_format` that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Formats {
    /// All.
    All,
    /// Not `json_schema`, which becomes `json_object`: the schema is told in an instruction, and reported.
    JsonObject,
    /// Not `json_object`, which becomes a `json_schema` of any object.
    JsonSchema,
}
