//! What a model takes: its output limit, and which of the parameters that came and went.
//!
//! Sources, read 2026-11-20: <https://platform.claude.com/docs/en/models> (output limits, thinking),
//! <https://platform.claude.com/docs/en/build-with-claude/effort> (effort levels),
//! <https://platform.claude.com/docs/en/models/opus-5-5/whats-new-opus-5-5> and
//! <https://platform.claude.com/docs/en/models/sonnet-5-5/whats-new-sonnet-5-5> (forced tool use, thinking that
//! cannot be turned off).

use crate::neutral::Effort;

/// What a model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Model {
    /// The most output tokens it generates, thinking included.
    pub(crate) max_output: u64,
    /// Which form of `thinking` it takes.
    pub(crate) thinking: Thinking,
    /// How it is told not to think.
    pub(crate) off: Off,
    /// The efforts it takes in `output_config.effort`.
    pub(crate) efforts: &'static [Effort],
    /// Which of `temperature`, `top_p` and `top_k` it takes.
    pub(crate) sampling: Sampling,
    /// Whether `tool_choice` may be `any` or `tool`.
    pub(crate) forced_tools: bool,
}

/// Which form of `thinking` a model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thinking {
    /// `adaptive` only.
    Adaptive,
    /// `enabled` with a budget only.
    Budget,
    /// `adaptive` and `enabled`.
    Either,
    /// None.
    Unavailable,
}

/// How a model is told not to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Off {
    /// `between_tools`: it thinks no longer up front.
    BetweenTools,
    /// `disabled`.
    Disabled,
    /// It always thinks.
    Never,
}

/// Which of `temperature`, `top_p` and `top_k` a model takes under API version 2023-06-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sampling {
    /// All.
    All,
    /// All, but not `temperature` and `top_p` together.
    OneOf,
    /// None: any value but the default is refused.
    Refused,
}

const TO_HIGH: &[Effort] = &[Effort::Low, Effort::Medium, Effort::High];
const TO_HIGH_AND_MAX: &[Effort] = &[Effort::Low, Effort::Medium, Effort::High, Effort::Max];
const ALL: &[Effort] = &[Effort::Low, Effort::Medium, Effort::High, Effort::XHigh, Effort::Max];

/// Claude 4.7 and later.
const CURRENT: Model = Model {
    max_output: 128_000,
    thinking: Thinking::Adaptive,
    off: Off::Disabled,
    efforts: ALL,
    sampling: Sampling::Refused,
    forced_tools: true,
};

/// Always thinks.
const THINKER: Model = Model { off: Off::Never, ..CURRENT };

/// Always thinks, and decides itself about tools.
const FREE_THINKER: Model = Model { forced_tools: false, ..THINKER };

const CLAUDE_4_6: Model = Model {
    thinking: Thinking::Either,
    efforts: TO_HIGH_AND_MAX,
    sampling: Sampling::OneOf,
    ..CURRENT
};

const CLAUDE_4_5: Model = Model {
    max_output: 64_000,
    thinking: Thinking::Budget,
    off: Off::Disabled,
    efforts: &[],
    sampling: Sampling::OneOf,
    forced_tools: true,
};

const CLAUDE_4: Model = Model { sampling: Sampling::All, ..CLAUDE_4_5 };

const CLAUDE_3: Model = Model { max_output: 4_096, thinking: Thinking::Unavailable, ..CLAUDE_4 };

/// A model that is not Claude, behind another provider's endpoint of this dialect. They follow the API as it
/// was when they copied it.
const FOREIGN: Model = Model { max_output: 4_096, ..CLAUDE_4 };

/// By prefix of the name; the first that fits counts.
const MODELS: &[(&str, Model)] = &[
    ("claude-fable-5-", FREE_THINKER),
    ("claude-fable-", THINKER),
    ("claude-haiku-4-5", CLAUDE_4_5),
    ("claude-haiku-5", CURRENT),
    ("claude-mythos-5-", FREE_THINKER),
    ("claude-mythos-", THINKER),
    ("claude-opus-4-1", Model { max_output: 32_000, ..CLAUDE_4_5 }),
    ("claude-opus-4-5", Model { efforts: TO_HIGH, ..CLAUDE_4_5 }),
    ("claude-opus-4-6", CLAUDE_4_6),
    ("claude-opus-4-7", CURRENT),
    ("claude-opus-4-8", CURRENT),
    ("claude-opus-4", Model { max_output: 32_000, ..CLAUDE_4 }),
    ("claude-opus-5-5", FREE_THINKER),
    ("claude-opus-5", CURRENT),
    ("claude-sonnet-4-5", CLAUDE_4_5),
    ("claude-sonnet-4-6", CLAUDE_4_6),
    ("claude-sonnet-4", CLAUDE_4),
    ("claude-sonnet-5-5", Model { off: Off::BetweenTools, forced_tools: false, ..CURRENT }),
    ("claude-sonnet-5", CURRENT),
    ("claude-3-7-sonnet", CLAUDE_4),
    ("claude-3-5-", Model { max_output: 8_192, ..CLAUDE_3 }),
    ("claude-3-", CLAUDE_3),
    ("claude-2", CLAUDE_3),
    ("claude-instant", CLAUDE_3),
    // Newer than this table: the newest rules, but no promise about its limit.
    ("claude-", Model { max_output: 4_096, ..FREE_THINKER }),
];

/// The row of the model of that name. What resellers put around it (`anthropic/claude-opus-4.6`,
/// `us.anthropic.claude-sonnet-4-5-20250929-v1:0`, `claude-opus-4@20250514`) does not matter.
pub(crate) fn model(name: &str) -> Model {
    let name = name.as_bytes();
    let Some(rest) = (0..name.len()).find_map(|at| behind(name.get(at..)?, FAMILY)) else {
        return FOREIGN;
    };
    let is = |row: &&(&str, Model)| {
        row.0.as_bytes().get(FAMILY.len()..).is_some_and(|row| behind(rest, row).is_some())
    };
    MODELS.iter().find(is).map_or(FOREIGN, |row| row.1)
}

/// How every name begins that [`MODELS`] has.
const FAMILY: &[u8] = b"claude-";

/// What `name` has behind `prefix`, where some platforms write dots for hyphens.
fn behind<'a>(name: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let (head, rest) = name.split_at_checked(prefix.len())?;
    let same = |pair: (&u8, &u8)| pair.0 == pair.1 || (*pair.0 == b'.' && *pair.1 == b'-');
    head.iter().zip(prefix).all(same).then_some(rest)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_model_is_found_whatever_surrounds_its_name() {
        for (name, expected) in [
            ("claude-opus-4-6", CLAUDE_4_6),
            ("anthropic/claude-opus-4.6", CLAUDE_4_6),
            ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", CLAUDE_4_5),
            ("claude-sonnet-4@20250514", CLAUDE_4),
            ("claude-opus-5-5", FREE_THINKER),
            ("claude-fable-5", THINKER),
            ("claude-fable-5-1", FREE_THINKER),
            ("deepseek-chat", FOREIGN),
        ] {
            assert_eq!(model(name), expected, "{name}");
        }
    }

    #[test]
    fn a_row_is_not_hidden_by_a_shorter_one_before_it() {
        for (index, row) in MODELS.iter().enumerate() {
            let hidden = MODELS[..index].iter().any(|before| row.0.starts_with(before.0));
            assert!(!hidden && row.0.as_bytes().starts_with(FAMILY), "{}", row.0);
        }
    }

    #[test]
    fn output_limits_are_those_of_the_models_page() {
        for (name, limit) in [
            ("claude-opus-5-5", 128_000),
            ("claude-sonnet-5-5", 128_000),
            ("claude-haiku-5-5", 128_000),
            ("claude-sonnet-4-6", 128_000),
            ("claude-haiku-4-5-20251001", 64_000),
            ("claude-opus-4-1-20250805", 32_000),
            ("claude-3-5-haiku-20241022", 8_192),
            ("claude-3-haiku-20240307", 4_096),
            ("claude-next-7", 4_096),
        ] {
            assert_eq!(model(name).max_output, limit, "{name}");
        }
    }
}
