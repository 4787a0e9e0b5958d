//! Reasoning and the output limit, which constrain each other.
//!
//! <https://platform.claude.com/docs/en/build-with-claude/thinking> and
//! <https://platform.claude.com/docs/en/build-with-claude/effort> (read 2026-11-20): a budget is at least 1024
//! and below `max_tokens`, goes neither with forced tool use nor with tool results whose calls came without
//! thoughts.

use chat::json::{Value, json};

use super::super::limits::{Model, Off, Thinking};
use crate::neutral::{Effort, Reasoning};
use crate::{Drops, ProviderContext};

/// The least budget.
const MIN_BUDGET: u64 = 1024;

/// Budgets for models that know no effort, up to and including it. Ours: the dialect leaves it to its users.
const BUDGETS: [(Effort, u64); 5] = [
    (Effort::Low, 1024),
    (Effort::Medium, 2048),
    (Effort::High, 4096),
    (Effort::XHigh, 8192),
    (Effort::Max, 16_384),
];

/// What the request says about thinking, as it will be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// `thinking`.
    pub(crate) thinking: Option<Value>,
    /// `output_config.effort`.
    pub(crate) effort: Option<Effort>,
    /// `max_tokens`.
    pub(crate) max_tokens: u64,
}

/// What the rest of the request means for thinking.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Circumstances {
    /// The client's own output limit.
    pub(crate) requested: Option<u64>,
    /// A tool must be called.
    pub(crate) forced: bool,
    /// The results of calls are given back without the thoughts that led to the calls. A budget is refused
    /// then; adaptive thinking is not.
    pub(crate) unthought: bool,
}

/// Decides on `thinking`, `output_config.effort` and `max_tokens`.
pub(crate) fn plan(
    reasoning: Option<Reasoning>,
    circumstances: Circumstances,
    model: &Model,
    context: &ProviderContext<'_>,
    drops: &mut Drops,
) -> Plan {
    let limit = context.max_output_tokens.unwrap_or(model.max_output);
    let max_tokens = circumstances.requested.unwrap_or(limit);
    let mut plan = Plan { max_tokens, ..Plan::default() };
    let Some(reasoning) = reasoning else { return plan };
    let budgeted = match model.thinking {
        Thinking::Budget => true,
        Thinking::Either => reasoning.budget_tokens.is_some() && !reasoning.adaptive,
        Thinking::Adaptive | Thinking::Unavailable => false,
    };
    let obstacle = match model.thinking {
        Thinking::Unavailable => Some("not supported by this model"),
        _ if circumstances.forced && model.off != Off::Never => {
            Some("not possible together with a forced tool choice")
        }
        _ if circumstances.unthought && budgeted => {
            Some("not possible with a tool result without the thoughts before its call")
        }
        _ => None,
    };
    match obstacle {
        _ if is_off(&reasoning) => plan.turn_off(&reasoning, model, drops),
        Some(reason) => {
            drops.add(name(&reasoning), reason);
            plan.turn_off(&Reasoning::default(), model, drops);
        }
        None if budgeted => plan.spend_budget(&reasoning, circumstances.requested, model, drops),
        None => plan.adapt(&reasoning, model, drops),
    }
    plan
}

fn is_off(reasoning: &Reasoning) -> bool {
    reasoning.enabled == Some(false)
        || (reasoning.enabled.is_none() && reasoning.effort == Some(Effort::None))
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

impl Plan {
    /// Whether thinking is on, whoever decides how much.
    pub(crate) fn thinks(&self) -> bool {
        let kind = self.thinking.as_ref().and_then(|thinking| thinking.get("type"));
        matches!(kind.and_then(Value::as_str), Some("adaptive" | "enabled"))
    }

    fn turn_off(&mut self, reasoning: &Reasoning, model: &Model, drops: &mut Drops) {
        let kind = match (model.thinking, model.off) {
            (Thinking::Unavailable, _) => return,
            (_, Off::BetweenTools) => "between_tools",
            (_, Off::Disabled) => "disabled",
            (_, Off::Never) => {
                drops.add(name(reasoning), "this model always thinks; sent as effort low");
                self.effort = Some(Effort::Low);
                return;
            }
        };
        self.thinking = Some(json!({"type": kind}));
        // Thinking is only turned off at effort high or below.
        let effort = reasoning.effort.map(|effort| effort.min(Effort::High));
        self.effort = effort.filter(|effort| model.efforts.contains(effort));
        if reasoning.effort.is_some_and(|asked| asked > Effort::None && Some(asked) != self.effort)
        {
            drops.add("output_config.effort", "not possible with thinking turned off");
        }
    }

    fn adapt(&mut self, reasoning: &Reasoning, model: &Model, drops: &mut Drops) {
        let asked = reasoning.effort.or_else(|| reasoning.budget_tokens.map(effort_of));
        if let (Some(_), Some(effort)) = (reasoning.budget_tokens, asked) {
            let reason = format!(
                "budgets are not supported by this model; sent as effort {}",
                effort.word()
            );
            drops.add("thinking.budget_tokens", reason);
        }
        self.thinking = Some(with_display(json!({"type": "adaptive"}), reasoning));
        self.effort = asked.and_then(|effort| supported(effort, reasoning, model, drops));
    }

    fn spend_budget(
        &mut self,
        reasoning: &Reasoning,
        requested: Option<u64>,
        model: &Model,
        drops: &mut Drops,
    ) {
        let wanted = reasoning.budget_tokens.unwrap_or_else(|| budget_of(reasoning.effort));
        if requested.is_none() && self.max_tokens <= wanted {
            // Nobody set a limit, so the answer keeps the room that the default leaves it.
            self.max_tokens = self.max_tokens.saturating_add(wanted);
        }
        let budget = wanted.max(MIN_BUDGET).min(self.max_tokens.saturating_sub(1));
        if budget < MIN_BUDGET {
            drops.add(name(reasoning), "max_tokens leaves no room to think");
            return;
        }
        if budget != wanted || reasoning.adaptive {
            drops.add(name(reasoning), format!("sent as a budget of {budget} tokens"));
        }
        self.thinking =
            Some(with_display(json!({"type": "enabled", "budget_tokens": budget}), reasoning));
        if reasoning.budget_tokens.is_some() || reasoning.adaptive {
            self.effort = reasoning.effort.and_then(|effort| match model.efforts.is_empty() {
                true => {
                    drops.add("output_config.effort", "not supported by this model");
                    None
                }
                false => supported(effort, reasoning, model, drops),
            });
        }
    }
}

fn with_display(mut thinking: Value, reasoning: &Reasoning) -> Value {
    if let (Value::Object(map), Some(display)) = (&mut thinking, &reasoning.display) {
        map.put("display", display.as_str());
    }
    thinking
}

/// The budget that stands for an effort; without one, the middle.
fn budget_of(effort: Option<Effort>) -> u64 {
    let effort = effort.unwrap_or(Effort::Medium);
    BUDGETS.iter().find(|row| effort <= row.0).map_or(MIN_BUDGET, |row| row.1)
}

/// The effort that stands for a budget.
fn effort_of(budget: u64) -> Effort {
    BUDGETS.iter().find(|row| budget <= row.1).map_or(Effort::Max, |row| row.0)
}

/// The model's nearest effort that is not above `effort`, or its least.
fn supported(
    effort: Effort,
    reasoning: &Reasoning,
    model: &Model,
    drops: &mut Drops,
) -> Option<Effort> {
    let below = model.efforts.iter().rev().find(|known| **known <= effort);
    let nearest = below.or(model.efforts.first()).copied();
    if nearest != Some(effort) {
        let reason = match nearest {
            Some(nearest) => format!("sent as {}", nearest.word()),
            None => "not supported by this model".to_owned(),
        };
        drops.add(name(reasoning), reason);
    }
    nearest
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::super::limits;
    use super::*;
    use crate::providers::Provider;

    fn run(
        model: &str,
        reasoning: Reasoning,
        requested: Option<u64>,
        forced: bool,
    ) -> (Plan, Vec<String>) {
        let circumstances = Circumstances { requested, forced, unthought: false };
        run_in(circumstances, model, reasoning)
    }

    fn run_in(
        circumstances: Circumstances,
        model: &str,
        reasoning: Reasoning,
    ) -> (Plan, Vec<String>) {
        let context = ProviderContext::new(Provider::by_name("anthropic").unwrap());
        let mut drops = Drops::default();
        let plan =
            plan(Some(reasoning), circumstances, &limits::model(model), &context, &mut drops);
        (plan, drops.iter().map(ToString::to_string).collect())
    }

    fn effort(effort: Effort) -> Reasoning {
        Reasoning { effort: Some(effort), ..Reasoning::default() }
    }

    fn budget(tokens: u64) -> Reasoning {
        Reasoning { enabled: Some(true), budget_tokens: Some(tokens), ..Reasoning::default() }
    }

    #[test]
    fn an_effort_becomes_what_the_model_knows() {
        let enabled = |tokens: u64| Some(json!({"type": "enabled", "budget_tokens": tokens}));
        let adaptive = || Some(json!({"type": "adaptive"}));
        let disabled = || Some(json!({"type": "disabled"}));
        for (model, asked, thinking, sent, drops) in [
            ("claude-opus-5", Effort::High, adaptive(), Some(Effort::High), vec![]),
            (
                "claude-opus-5",
                Effort::Minimal,
                adaptive(),
                Some(Effort::Low),
                vec!["reasoning_effort: sent as low"],
            ),
            ("claude-opus-5", Effort::None, disabled(), None, vec![]),
            (
                "claude-sonnet-5-5",
                Effort::None,
                Some(json!({"type": "between_tools"})),
                None,
                vec![],
            ),
            (
                "claude-opus-5-5",
                Effort::None,
                None,
                Some(Effort::Low),
                vec!["reasoning_effort: this model always thinks; sent as effort low"],
            ),
            (
                "claude-sonnet-4-6",
                Effort::XHigh,
                adaptive(),
                Some(Effort::High),
                vec!["reasoning_effort: sent as high"],
            ),
            ("claude-sonnet-4-5", Effort::Minimal, enabled(1024), None, vec![]),
            ("claude-sonnet-4-5", Effort::High, enabled(4096), None, vec![]),
            ("claude-haiku-4-5", Effort::None, disabled(), None, vec![]),
            (
                "claude-3-5-haiku-latest",
                Effort::High,
                None,
                None,
                vec!["reasoning_effort: not supported by this model"],
            ),
            ("other-model", Effort::Medium, enabled(2048), None, vec![]),
        ] {
            let (plan, found) = run(model, effort(asked), None, false);
            assert_eq!(
                (plan.thinking, plan.effort, found),
                (thinking, sent, drops.into_iter().map(str::to_owned).collect()),
                "{model} {asked:?}"
            );
        }
    }

    #[test]
    fn a_budget_stays_below_the_output_limit() {
        let (plan, drops) = run("claude-sonnet-4-5", budget(5000), Some(3000), false);
        assert_eq!(plan.thinking, Some(json!({"type": "enabled", "budget_tokens": 2999})));
        assert_eq!(drops, ["thinking: sent as a budget of 2999 tokens"]);
        let (plan, drops) = run("claude-sonnet-4-5", effort(Effort::Low), Some(1000), false);
        assert_eq!((plan.thinking, plan.max_tokens), (None, 1000));
        assert_eq!(drops, ["reasoning_effort: max_tokens leaves no room to think"]);
        let (plan, drops) = run("other-model", effort(Effort::High), None, false);
        let thinking = json!({"type": "enabled", "budget_tokens": 4096});
        assert_eq!((plan.max_tokens, plan.thinking), (8192, Some(thinking)));
        assert!(drops.is_empty());
    }

    #[test]
    fn a_budget_becomes_an_effort_where_budgets_are_gone() {
        let (plan, drops) = run("claude-opus-4-8", budget(4000), Some(9000), false);
        assert_eq!(plan.thinking, Some(json!({"type": "adaptive"})));
        assert_eq!(plan.effort, Some(Effort::High));
        assert_eq!(
            drops,
            [
                "thinking.budget_tokens: budgets are not supported by this model; sent as effort high"
            ]
        );
    }

    #[test]
    fn a_forced_tool_choice_wins_over_thinking() {
        let (plan, drops) = run("claude-sonnet-4-5", effort(Effort::High), None, true);
        assert_eq!(plan.thinking, Some(json!({"type": "disabled"})));
        assert_eq!(drops, ["reasoning_effort: not possible together with a forced tool choice"]);
    }

    #[test]
    fn a_budget_is_not_spent_on_results_of_calls_without_thoughts() {
        let unthought = Circumstances { unthought: true, ..Circumstances::default() };
        let (plan, drops) = run_in(unthought, "claude-sonnet-4-5", effort(Effort::High));
        assert_eq!((plan.thinking, drops.len()), (Some(json!({"type": "disabled"})), 1));
        let (plan, drops) = run_in(unthought, "claude-sonnet-4-6", effort(Effort::High));
        assert_eq!((plan.thinking, drops.len()), (Some(json!({"type": "adaptive"})), 0));
    }
}
