//! Tools and the choice among them, written.

use std::collections::HashSet;

use chat::Problem;
use chat::json::{Map, Value, json};

use super::super::{NAME, UNSUPPORTED, object};
use super::tools::SEARCH_OPTIONS;
use crate::neutral::{Tool, ToolChoice, ToolKind};
use crate::{Drops, Path};

/// Which tools may or must be called, and whether several at once.
pub(super) struct Choice {
    pub(super) choice: Option<ToolChoice>,
    pub(super) parallel: Option<bool>,
}

/// Adds `tools`, `tool_choice` and `parallel_tool_calls`; OpenAI refuses the latter two without the first.
///
/// # Errors
/// A choice of a tool that was left out.
pub(super) fn encode(
    tools: Vec<Tool>,
    choice: Choice,
    body: &mut Map,
    drops: &mut Drops,
) -> Result<(), Problem> {
    let custom: HashSet<String> = tools
        .iter()
        .filter(|tool| tool.kind == ToolKind::Custom)
        .map(|tool| tool.name.clone())
        .collect();
    let is_left_out = |tool: &&Tool| tool.opaque.as_ref().is_some_and(|opaque| opaque.0 != NAME);
    let left_out = tools.iter().filter(is_left_out).map(|tool| tool.name.clone()).collect();
    let tools: Vec<Value> =
        tools.into_iter().filter_map(|tool| self::tool(tool, body, drops)).collect();
    check_choice(choice.choice.as_ref(), &left_out, NAME)?;
    if tools.is_empty() {
        report_choice(&choice, drops);
        return Ok(());
    }
    body.put("tools", tools);
    if let Some(choice) = choice.choice {
        body.put("tool_choice", tool_choice(choice, &custom));
    }
    if let Some(parallel) = choice.parallel {
        body.put("parallel_tool_calls", parallel);
    }
    Ok(())
}

/// Refuses a choice of one of the tools that `dialect` cannot offer: without it, the model would do
/// something else than it was told.
///
/// # Errors
/// It is one.
pub(crate) fn check_choice(
    choice: Option<&ToolChoice>,
    left_out: &HashSet<String>,
    dialect: &str,
) -> Result<(), Problem> {
    match choice {
        Some(ToolChoice::Tool { name }) if left_out.contains(name) => Err(Problem::invalid(
            "unsupported_tool_choice",
            "tool_choice",
            format!("tool_choice demands a tool that {dialect} cannot offer"),
        )),
        _ => Ok(()),
    }
}

/// Reports a choice that there are no tools for, unless it says nothing.
fn report_choice(choice: &Choice, drops: &mut Drops) {
    if !matches!(choice.choice, None | Some(ToolChoice::Auto | ToolChoice::None)) {
        drops.add("tool_choice", "no tools are offered");
    }
}

fn tool(tool: Tool, body: &mut Map, drops: &mut Drops) -> Option<Value> {
    if tool.cache.is_some() {
        drops.add(format!("{}.cache_control", tool.path), UNSUPPORTED);
    }
    match (tool.opaque, tool.search) {
        (Some((NAME, value)), Some(_)) => {
            body.put(SEARCH_OPTIONS, value);
            return None;
        }
        (Some((NAME, value)), None) => return Some(value),
        (Some(_), Some(options)) if searches(body) => {
            let options = search(options, &tool.path, drops);
            body.put(SEARCH_OPTIONS, options);
            return None;
        }
        (Some(_), _) => {
            drops.add(tool.path, UNSUPPORTED);
            return None;
        }
        (None, _) => {}
    }
    let mut definition = Map::new();
    definition.put("name", tool.name);
    if let Some(description) = tool.description {
        definition.put("description", description);
    }
    if tool.kind == ToolKind::Custom {
        if let Some(grammar) = tool.parameters {
            let format = object([("type", "grammar".into()), ("grammar", grammar)]);
            definition.put("format", format);
        }
        return Some(object([("type", "custom".into()), ("custom", definition.into())]));
    }
    if let Some(parameters) = tool.parameters {
        definition.put("parameters", parameters);
    }
    if let Some(strict) = tool.strict {
        definition.put("strict", strict);
    }
    Some(object([("type", "function".into()), ("function", definition.into())]))
}

/// Whether the model is one of those that search the web: `gpt-5-search-api`, `gpt-4o-search-preview`
/// <https://developers.openai.com/api/docs/guides/tools-web-search> (read 2026-11-21). Others refuse the parameter.
fn searches(body: &Map) -> bool {
    body.get("model").and_then(Value::as_str).is_some_and(|model| model.contains("-search"))
}

/// `web_search_options`.
fn search(mut options: Map, path: &Path, drops: &mut Drops) -> Value {
    let mut written = Map::new();
    if let Some(size) = options.shift_remove("search_context_size") {
        written.put("search_context_size", size);
    }
    if let Some(Value::Object(mut location)) = options.shift_remove("user_location") {
        location.shift_remove("type");
        written.put("user_location", json!({"type": "approximate", "approximate": location}));
    }
    options.keys().for_each(|name| drops.add(path.field(name.clone()), UNSUPPORTED));
    Value::Object(written)
}

/// `tool_choice`; `custom` names the custom tools.
fn tool_choice(choice: ToolChoice, custom: &HashSet<String>) -> Value {
    let named = |name: String| match custom.contains(&name) {
        true => json!({"type": "custom", "custom": {"name": name}}),
        false => json!({"type": "function", "function": {"name": name}}),
    };
    match choice {
        ToolChoice::Auto => "auto".into(),
        ToolChoice::None => "none".into(),
        ToolChoice::Required => "required".into(),
        ToolChoice::Tool { name } => named(name),
        ToolChoice::Allowed { names, required } => {
            let mode = if required { "required" } else { "auto" };
            let tools: Vec<Value> = names.into_iter().map(named).collect();
            json!({"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": tools}})
        }
    }
}
