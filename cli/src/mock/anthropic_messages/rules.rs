//! The rules between the fields of a Messages request. The shape is already known to be right.

use std::collections::HashSet;

use serde_json::Value;

use super::{thinking, turns};
use crate::mock::cursor::{Cursor, Problem};
use crate::mock::schema::{StrictRules, check_strict};

/// How many `cache_control` markers a request may have
/// (<https://platform.claude.com/docs/en/build-with-claude/prompt-caching>, 2026-11-20).
const MAX_CACHE_MARKERS: usize = 4;

/// Every rule, in the order in which the body would be read.
pub(super) fn check(body: &Cursor<'_>, betas: &[&str]) -> Result<(), Problem> {
    check_tools(body)?;
    thinking::check(body, betas)?;
    body.items_of("system").iter().try_for_each(turns::check_text)?;
    for stop in body.items_of("stop_sequences") {
        if stop.value().as_str().is_some_and(|stop| stop.trim().is_empty()) {
            return Err(stop.breaks("each stop sequence must contain non-whitespace"));
        }
    }
    if let Some(format) = body.field("output_config").and_then(|config| config.field("format")) {
        format.field("schema").map_or(Ok(()), |schema| check_strict(&schema, &STRICT))?;
    }
    let messages = body.items_of("messages");
    turns::check(&messages)?;
    thinking::check_turns(body, &messages)?;
    check_cache_markers(body)
}

/// <https://platform.claude.com/docs/en/build-with-claude/structured-outputs>, 2026-11-20.
const STRICT: StrictRules = StrictRules {
    all_required: false,
    closed: "For 'object' type, 'additionalProperties' must be explicitly set to false",
};

fn check_tools(body: &Cursor<'_>) -> Result<(), Problem> {
    let tools = body.items_of("tools");
    let mut names = HashSet::new();
    for tool in &tools {
        if !tool.text("name").is_empty() && !names.insert(tool.text("name")) {
            return Err(body
                .field("tools")
                .unwrap_or_else(|| body.clone())
                .breaks("Tool names must be unique."));
        }
        if let Some(schema) = tool.field("input_schema") {
            let schema = &schema;
            match schema.value().get("type").and_then(Value::as_str) {
                Some("object") => {}
                Some(_) => {
                    let at = schema.field("type").unwrap_or_else(|| schema.clone());
                    return Err(at.breaks("Input should be 'object'"));
                }
                None => {
                    return Err(tool
                        .variant("custom")
                        .field("input_schema")
                        .unwrap_or_else(|| schema.clone())
                        .problem_at("type", crate::mock::cursor::Fault::Missing));
                }
            }
            if tool.is_true("strict") {
                check_strict(schema, &STRICT)?;
            }
        }
    }
    let Some(choice) = body.field("tool_choice") else { return Ok(()) };
    match choice.text("type") {
        "any" | "tool" if tools.is_empty() => {
            Err(choice.breaks("tool_choice may only be specified while providing tools"))
        }
        "tool" if !names.contains(choice.text("name")) => {
            let name = choice.text("name");
            Err(choice.breaks(format!("Tool '{name}' not found in provided tools")))
        }
        _ => Ok(()),
    }
}

fn check_cache_markers(body: &Cursor<'_>) -> Result<(), Problem> {
    let found: usize = ["tools", "system", "messages"]
        .iter()
        .filter_map(|name| body.field(name))
        .flat_map(|part| part.items())
        .map(|item| {
            let blocks = item.items_of("content");
            let inner = blocks.iter().flat_map(|block| block.items_of("content"));
            markers(&item)
                + blocks.iter().map(markers).sum::<usize>()
                + inner.map(|block| markers(&block)).sum::<usize>()
        })
        .sum::<usize>()
        + markers(body);
    if found > MAX_CACHE_MARKERS {
        return Err(body.breaks(format!(
            "A maximum of {MAX_CACHE_MARKERS} blocks with cache_control may be provided. Found \
             {found}."
        )));
    }
    Ok(())
}

fn markers(at: &Cursor<'_>) -> usize {
    usize::from(at.field("cache_control").is_some())
}
