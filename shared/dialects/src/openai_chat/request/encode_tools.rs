//! Tools and the choice among them, written.

use chat::json::{Map, Value, json};

use super::super::{NAME, UNSUPPORTED, object};
use crate::Drops;
use crate::neutral::{Tool, ToolChoice, ToolKind};

/// Which tools may or must be called, and whether several at once.
pub(super) struct Choice {
    pub(super) choice: Option<ToolChoice>,
    pub(super) parallel: Option<bool>,
}

/// Adds `tools`, `tool_choice` and `parallel_tool_calls`; OpenAI refuses the latter two without the first.
pub(super) fn encode(
    tools: Vec<Tool>,
    choice: Choice,
    body: &mut Map<String, Value>,
    drops: &mut Drops,
) {
    let custom: Vec<String> = tools
        .iter()
        .filter(|tool| tool.kind == ToolKind::Custom)
        .map(|tool| tool.name.clone())
        .collect();
    let tools: Vec<Value> = tools.into_iter().filter_map(|tool| self::tool(tool, drops)).collect();
    if tools.is_empty() {
        report_choice(&choice, drops);
        return;
    }
    body.insert("tools".into(), tools.into());
    if let Some(choice) = choice.choice {
        body.insert("tool_choice".into(), tool_choice(choice, &custom));
    }
    if let Some(parallel) = choice.parallel {
        body.insert("parallel_tool_calls".into(), parallel.into());
    }
}

/// Reports a choice that there are no tools for, unless it says nothing.
fn report_choice(choice: &Choice, drops: &mut Drops) {
    if !matches!(choice.choice, None | Some(ToolChoice::Auto | ToolChoice::None)) {
        drops.add("tool_choice", "no tools are offered");
    }
}

fn tool(tool: Tool, drops: &mut Drops) -> Option<Value> {
    if tool.cache.is_some() {
        drops.add(format!("{}.cache_control", tool.path), UNSUPPORTED);
    }
    if let Some((dialect, value)) = tool.opaque {
        if dialect != NAME {
            drops.add(tool.path, UNSUPPORTED);
            return None;
        }
        return Some(value);
    }
    let mut definition = Map::new();
    definition.insert("name".into(), tool.name.into());
    if let Some(description) = tool.description {
        definition.insert("description".into(), description.into());
    }
    if tool.kind == ToolKind::Custom {
        return Some(object([("type", "custom".into()), ("custom", definition.into())]));
    }
    if let Some(parameters) = tool.parameters {
        definition.insert("parameters".into(), parameters);
    }
    if let Some(strict) = tool.strict {
        definition.insert("strict".into(), strict.into());
    }
    Some(object([("type", "function".into()), ("function", definition.into())]))
}

/// `tool_choice`; `custom` names the custom tools.
fn tool_choice(choice: ToolChoice, custom: &[String]) -> Value {
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
