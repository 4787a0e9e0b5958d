//! `thinkingConfig`, written.
//!
//! What a model takes: [`models`]. Efforts and budgets stand for each other as in Google's own translation from
//! OpenAI <https://ai.google.dev/gemini-api/docs/openai#thinking> (read 2026-11-21). Thoughts are asked for
//! wherever reasoning is: the other dialects show them.

use chat::json::{Map, Value};

use super::super::models::{self, Thinking};
use crate::Drops;
use crate::neutral::{Effort, Reasoning};

/// Budgets for efforts, up to and including it.
const BUDGETS: [(Effort, u64); 3] =
    [(Effort::Low, 1_024), (Effort::Medium, 8_192), (Effort::High, 24_576)];

/// `thinkingConfig`. `None`: the model's default.
pub(super) fn encode(reasoning: &Reasoning, model: &str, drops: &mut Drops) -> Option<Value> {
    let mut config = Map::new();
    let is_off = reasoning.enabled == Some(false)
        || (reasoning.enabled.is_none() && reasoning.effort == Some(Effort::None));
    match models::thinking(model) {
        Thinking::Unavailable => {
            drops.add(name(reasoning), "not supported by this model");
            return None;
        }
        Thinking::Budget { min, max, off } => {
            let wanted = budget(reasoning, is_off);
            let sent = match wanted {
                Some(0) if off => Some(0),
                Some(tokens) => Some(tokens.clamp(min, max)),
                None => None,
            };
            if sent != wanted && (reasoning.budget_tokens.is_some() || is_off) {
                let tokens = sent.unwrap_or_default();
                drops.add(name(reasoning), format!("sent as a budget of {tokens} tokens"));
            }
            match sent {
                Some(tokens) => config.put("thinkingBudget", tokens),
                None => config.put("thinkingBudget", Value::from(-1)),
            };
        }
        Thinking::Levels(levels) => {
            if let Some(level) = level(reasoning, is_off, levels, drops) {
                let word = level.word().to_ascii_uppercase();
                config.put("thinkingLevel", word);
            }
        }
    }
    if config.get("thinkingBudget").and_then(Value::as_u64) != Some(0) {
        let shown = !is_off && reasoning.display.as_deref() != Some("omitted");
        config.put("includeThoughts", shown);
    }
    Some(Value::Object(config))
}

/// What the client most likely called it.
fn name(reasoning: &Reasoning) -> &'static str {
    match reasoning {
        Reasoning { budget_tokens: None, adaptive: false, effort: Some(_), .. } => {
            "reasoning_effort"
        }
        _ => "thinking",
    }
}

/// The budget asked for. `None`: as the model likes.
fn budget(reasoning: &Reasoning, is_off: bool) -> Option<u64> {
    if is_off {
        return Some(0);
    }
    let by_effort =
        |effort| BUDGETS.iter().find(|row| effort <= row.0).map_or(u64::MAX, |row| row.1);
    reasoning.budget_tokens.or_else(|| reasoning.effort.map(by_effort))
}

/// The model's nearest level that is not above the one asked for, or its least. `None`: its default.
fn level(
    reasoning: &Reasoning,
    is_off: bool,
    levels: &[Effort],
    drops: &mut Drops,
) -> Option<Effort> {
    let by_budget =
        |tokens| BUDGETS.iter().find(|row| tokens <= row.1).map_or(Effort::High, |row| row.0);
    let asked = match is_off {
        true => Effort::None,
        false => reasoning.effort.or_else(|| reasoning.budget_tokens.map(by_budget))?,
    };
    let below = levels.iter().rev().find(|level| **level <= asked);
    let level = below.or(levels.first()).copied()?;
    if is_off {
        drops.add(
            name(reasoning),
            format!("this model always thinks; sent as level {}", level.word()),
        );
    } else if level != asked || (reasoning.effort.is_none() && reasoning.budget_tokens.is_some()) {
        drops.add(name(reasoning), format!("sent as level {}", level.word()));
    }
    Some(level)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;

    fn run(model: &str, reasoning: Reasoning) -> (Value, Vec<String>) {
        let mut drops = Drops::default();
        let config = encode(&reasoning, model, &mut drops).unwrap_or_default();
        (config, drops.iter().map(ToString::to_string).collect())
    }

    fn effort(effort: Effort) -> Reasoning {
        Reasoning { effort: Some(effort), ..Reasoning::default() }
    }

    fn tokens(tokens: u64) -> Reasoning {
        Reasoning { enabled: Some(true), budget_tokens: Some(tokens), ..Reasoning::default() }
    }

    #[test]
    fn reasoning_becomes_what_the_model_knows() {
        let level = |level: &str| json!({"thinkingLevel": level, "includeThoughts": true});
        let budget = |tokens: i64| json!({"thinkingBudget": tokens, "includeThoughts": true});
        let off = || Reasoning { enabled: Some(false), ..Reasoning::default() };
        let adaptive = || Reasoning { enabled: Some(true), adaptive: true, ..Reasoning::default() };
        let hidden = Reasoning { display: Some("omitted".into()), ..effort(Effort::Low) };
        for (model, reasoning, expected, dropped) in [
            ("gemini-3.8-flash", effort(Effort::Low), level("LOW"), ""),
            (
                "gemini-3.8-flash",
                effort(Effort::Minimal),
                level("LOW"),
                "reasoning_effort: sent as level low",
            ),
            ("gemini-3.5-flash", effort(Effort::Minimal), level("MINIMAL"), ""),
            (
                "gemini-3-pro",
                effort(Effort::Medium),
                level("LOW"),
                "reasoning_effort: sent as level low",
            ),
            (
                "gemini-3.1-pro",
                effort(Effort::Max),
                level("HIGH"),
                "reasoning_effort: sent as level high",
            ),
            ("gemini-3.1-pro", tokens(4_000), level("MEDIUM"), "thinking: sent as level medium"),
            ("gemini-3.1-pro", adaptive(), json!({"includeThoughts": true}), ""),
            (
                "gemini-3.1-pro",
                effort(Effort::None),
                json!({"thinkingLevel": "LOW", "includeThoughts": false}),
                "reasoning_effort: this model always thinks; sent as level low",
            ),
            (
                "gemini-3.1-pro",
                hidden,
                json!({"thinkingLevel": "LOW", "includeThoughts": false}),
                "",
            ),
            ("gemini-2.5-flash", effort(Effort::Medium), budget(8_192), ""),
            ("gemini-2.5-flash", effort(Effort::Max), budget(24_576), ""),
            ("gemini-2.5-flash", off(), json!({"thinkingBudget": 0}), ""),
            ("gemini-2.5-flash", adaptive(), budget(-1), ""),
            (
                "gemini-2.5-flash",
                tokens(50_000),
                budget(24_576),
                "thinking: sent as a budget of 24576 tokens",
            ),
            (
                "gemini-2.5-pro",
                off(),
                json!({"thinkingBudget": 128, "includeThoughts": false}),
                "thinking: sent as a budget of 128 tokens",
            ),
            (
                "gemini-2.0-flash",
                effort(Effort::Low),
                Value::Null,
                "reasoning_effort: not supported by this model",
            ),
            ("gemini-2.0-flash", off(), Value::Null, "thinking: not supported by this model"),
        ] {
            let dropped: Vec<String> =
                Some(dropped.to_owned()).filter(|it| !it.is_empty()).into_iter().collect();
            assert_eq!(run(model, reasoning.clone()), (expected, dropped), "{model} {reasoning:?}");
        }
    }
}
