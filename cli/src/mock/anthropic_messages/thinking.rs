//! Extended and adaptive thinking: the rules of its parameter, and the signatures of its blocks
//! (<https://platform.claude.com/docs/en/build-with-claude/thinking>,
//! <https://platform.claude.com/docs/en/about-claude/models/migration-guide>, 2026-11-20).

use serde_json::Value;

use crate::mock::cursor::{Cursor, Problem};
use crate::mock::dialect::id;

/// The families released after Opus 4.6: they think adaptively only, and take no sampling
/// parameter but at its default.
const ADAPTIVE_ONLY: [&str; 7] = [
    "claude-opus-4-7",
    "claude-opus-4-8",
    "claude-opus-5",
    "claude-sonnet-5",
    "claude-haiku-5",
    "claude-fable",
    "claude-mythos",
];

/// Families that, like those above, do not continue a begun assistant message.
const NO_PREFILL: [&str; 2] = ["claude-opus-4-6", "claude-sonnet-4-6"];

/// The signature that the mock gives the chain of thought `text`. Unlike the real one it needs no
/// key, so that an answer of one mock is accepted by another.
pub(super) fn sign(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{}==", id("EqQB", hash, 86))
}

/// Whether the model begins with a thinking block.
pub(super) fn is_on(body: &Cursor<'_>) -> bool {
    matches!(mode(body), "enabled" | "adaptive")
}

/// Whether thinking blocks come with a signature but without their text.
pub(super) fn is_hidden(request: &Value) -> bool {
    request.pointer("/thinking/display").and_then(Value::as_str) == Some("omitted")
}

/// Rules about the parameter `thinking`, and about the others while it is on.
pub(super) fn check(body: &Cursor<'_>, betas: &[&str]) -> Result<(), Problem> {
    let model = body.text("model");
    let adaptive_only = ADAPTIVE_ONLY.iter().any(|family| model.starts_with(family));
    if adaptive_only {
        check_sampling_defaults(body)?;
    }
    if let Some(thinking) = body.field("thinking").filter(|_| mode(body) == "enabled") {
        if adaptive_only {
            return Err(thinking.breaks(
                "\"thinking.type.enabled\" is not supported for this model. Use \
                 \"thinking.type.adaptive\" and \"output_config.effort\" to control thinking \
                 behavior.",
            ));
        }
        let number = |at: &Cursor<'_>, name: &str| at.value().get(name).and_then(Value::as_u64);
        // Interleaved thinking spends the budget over several turns.
        let interleaved = betas.iter().any(|beta| beta.starts_with("interleaved-thinking"));
        if !interleaved && number(&thinking, "budget_tokens") >= number(body, "max_tokens") {
            return Err(Cursor::root(body.value()).breaks(
                "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our \
                 documentation at https://docs.claude.com/en/docs/build-with-claude/\
                 extended-thinking#max-tokens-and-context-window-size",
            ));
        }
    }
    if is_on(body) { check_companions(body) } else { Ok(()) }
}

/// Rules about a conversation that ends with an assistant message, or with results for one.
pub(super) fn check_turns(body: &Cursor<'_>, messages: &[Cursor<'_>]) -> Result<(), Problem> {
    let Some(last) = messages.last() else { return Ok(()) };
    let model = body.text("model");
    let ends_with_assistant = last.text("role") == "assistant";
    if ends_with_assistant {
        let refuses = ADAPTIVE_ONLY.iter().chain(&NO_PREFILL).any(|it| model.starts_with(it));
        if refuses {
            return Err(body.breaks(
                "This model does not support assistant message prefill. The conversation must end \
                 with a user message.",
            ));
        }
    }
    let answers_tools =
        last.items_of("content").iter().any(|block| block.text("type") == "tool_result");
    if mode(body) != "enabled" || !(ends_with_assistant || answers_tools) {
        return Ok(());
    }
    let assistant = messages.iter().rev().find(|message| message.text("role") == "assistant");
    let Some(assistant) = assistant else { return Ok(()) };
    let first = assistant.items_of("content").into_iter().next();
    let found = first.as_ref().map_or("text", |block| block.text("type"));
    if matches!(found, "thinking" | "redacted_thinking") {
        return Ok(());
    }
    Err(first.unwrap_or_else(|| assistant.clone()).breaks(format!(
        "Expected `thinking` or `redacted_thinking`, but found `{found}`. When `thinking` is \
         enabled, a final `assistant` message must start with a thinking block (preceeding the \
         lastmost set of `tool_use` and `tool_result` blocks). We recommend you include thinking \
         blocks from previous turns. To avoid this requirement, disable `thinking`."
    )))
}

/// A thinking block has to come back as it was sent; one whose text was omitted has none.
pub(super) fn check_block(block: &Cursor<'_>) -> Result<(), Problem> {
    let text = block.text("thinking");
    if text.is_empty() && !block.text("signature").is_empty() {
        return Ok(());
    }
    if block.text("signature") == sign(text) {
        return Ok(());
    }
    Err(block.breaks("Invalid `signature` in `thinking` block"))
}

fn mode<'a>(body: &Cursor<'a>) -> &'a str {
    body.field("thinking").map(|thinking| thinking.text("type")).unwrap_or_default()
}

fn check_sampling_defaults(body: &Cursor<'_>) -> Result<(), Problem> {
    for name in ["temperature", "top_p", "top_k"] {
        let Some(parameter) = body.field(name) else { continue };
        if name == "top_k" || parameter.value().as_f64() != Some(1.0) {
            return Err(body.breaks(format!("`{name}` is deprecated for this model.")));
        }
    }
    Ok(())
}

fn check_companions(body: &Cursor<'_>) -> Result<(), Problem> {
    let number = |name: &str| body.value().get(name).and_then(Value::as_f64);
    if number("temperature").is_some_and(|temperature| temperature != 1.0) {
        return Err(body.breaks("`temperature` may only be set to 1 when thinking is enabled."));
    }
    if number("top_p").is_some_and(|top_p| top_p < 0.95) {
        return Err(body.breaks(
            "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.",
        ));
    }
    if number("top_k").is_some() {
        return Err(body.breaks("`top_k` must be unset when thinking is enabled."));
    }
    let choice = body.field("tool_choice").map(|choice| choice.text("type"));
    if matches!(choice, Some("any" | "tool")) {
        return Err(body.breaks("Thinking may not be enabled when tool_choice forces tool use."));
    }
    Ok(())
}
