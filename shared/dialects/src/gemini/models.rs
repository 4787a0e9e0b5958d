//! What a model takes: how it is told to think.
//!
//! Sources, read 2026-11-21: <https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/thinking>
//! (levels by model), <https://ai.google.dev/gemini-api/docs/thinking> (budgets of 2.5),
//! <https://ai.google.dev/gemini-api/docs/function-calling> (media in results: from 3 on).

use crate::neutral::Effort;

/// How a model is told to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thinking {
    /// `thinkingBudget`, in tokens.
    Budget {
        /// The least, apart from none.
        min: u64,
        /// The most.
        max: u64,
        /// Whether 0 turns it off.
        off: bool,
    },
    /// `thinkingLevel`; it cannot be turned off.
    Levels(&'static [Effort]),
    /// It does not.
    Unavailable,
}

const FROM_MINIMAL: Thinking =
    Thinking::Levels(&[Effort::Minimal, Effort::Low, Effort::Medium, Effort::High]);
const FROM_LOW: Thinking = Thinking::Levels(&[Effort::Low, Effort::Medium, Effort::High]);
const ENDS: Thinking = Thinking::Levels(&[Effort::Minimal, Effort::High]);

/// By prefix of the name; the first that fits counts.
const MODELS: &[(&str, Thinking)] = &[
    ("gemini-1", Thinking::Unavailable),
    ("gemini-2.0", Thinking::Unavailable),
    ("gemini-2.5-flash-image", Thinking::Unavailable),
    ("gemini-2.5-flash-lite", Thinking::Budget { min: 512, max: 24_576, off: true }),
    ("gemini-2.5-flash", Thinking::Budget { min: 1, max: 24_576, off: true }),
    ("gemini-2.5", Thinking::Budget { min: 128, max: 32_768, off: false }),
    ("gemini-3-flash", FROM_MINIMAL),
    ("gemini-3-pro-image", Thinking::Levels(&[Effort::High])),
    ("gemini-3-pro", Thinking::Levels(&[Effort::Low, Effort::High])),
    ("gemini-3.1-flash-image", ENDS),
    ("gemini-3.1-flash-lite-image", ENDS),
    ("gemini-3.1-flash", FROM_MINIMAL),
    ("gemini-3.5-flash", FROM_MINIMAL),
    ("gemini-3.6-flash", FROM_MINIMAL),
    // Newer than this table, or a name such as `gemini-flash-latest`: what the newest have in common.
    ("gemini-", FROM_LOW),
];

/// How the model of that name is told to think. What stands before its name (`models/`, `google/`) does not
/// matter.
pub(super) fn thinking(name: &str) -> Thinking {
    let Some(start) = name.find("gemini-") else { return Thinking::Unavailable };
    let bare = name.get(start..).unwrap_or_default();
    MODELS.iter().find(|row| bare.starts_with(row.0)).map_or(Thinking::Unavailable, |row| row.1)
}

/// Whether the model is of the third generation or later: it refuses calls without a proof of the thoughts
/// before them, and takes media in the results of tools.
pub(super) fn is_current(name: &str) -> bool {
    matches!(thinking(name), Thinking::Levels(_))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_model_is_found_whatever_stands_before_it() {
        for (name, expected) in [
            ("gemini-2.5-pro", Thinking::Budget { min: 128, max: 32_768, off: false }),
            ("models/gemini-2.5-flash", Thinking::Budget { min: 1, max: 24_576, off: true }),
            ("google/gemini-3-flash-preview", FROM_MINIMAL),
            ("gemini-3.1-flash-lite", FROM_MINIMAL),
            ("gemini-3.8-flash", FROM_LOW),
            ("gemini-flash-latest", FROM_LOW),
            ("gemini-2.0-flash", Thinking::Unavailable),
            ("gemma-3-27b-it", Thinking::Unavailable),
        ] {
            assert_eq!(thinking(name), expected, "{name}");
        }
        assert!(is_current("gemini-3-pro-preview") && !is_current("gemini-2.5-pro"));
    }

    #[test]
    fn a_row_is_not_hidden_by_a_shorter_one_before_it() {
        for (index, row) in MODELS.iter().enumerate() {
            let hidden = MODELS[..index].iter().any(|before| row.0.starts_with(before.0));
            assert!(!hidden, "{}", row.0);
        }
    }
}
