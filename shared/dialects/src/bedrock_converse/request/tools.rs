//! Tools and the choice among them, written.

use std::collections::BTreeMap;

use chat::Problem;
use chat::json::{Map, Value, json};

use super::super::{NAME, NOT_SUPPORTED};
use crate::Drops;
use crate::flat::NOT_ALLOWED;
use crate::neutral::{CacheControl, Tool, ToolChoice, ToolKind};

/// The longest name of a tool (`ToolName` of the service's model).
const MAX_NAME: usize = 64;

/// Writes `toolConfig`. `called`: the tools that the conversation calls, which must be offered whether they
/// still are or not.
///
/// # Errors
/// A name that the service does not take, or a choice that no offered tool can meet.
pub(super) fn encode(
    tools: Vec<Tool>,
    choice: Option<ToolChoice>,
    called: &BTreeMap<String, String>,
    drops: &mut Drops,
) -> Result<Option<Value>, Problem> {
    let (choice, allowed) = match choice {
        Some(ToolChoice::Allowed { names, required }) => {
            (Some(if required { ToolChoice::Required } else { ToolChoice::Auto }), Some(names))
        }
        other => (other, None),
    };
    // There is no word for "none": nothing is offered then.
    let is_none = choice == Some(ToolChoice::None);
    let mut written = Vec::new();
    let mut names = Vec::new();
    for tool in tools {
        if is_none {
            drops.add(tool.path, "left out, since none may be called");
            continue;
        }
        if allowed.as_ref().is_some_and(|names| !names.contains(&tool.name)) {
            drops.add(tool.path, NOT_ALLOWED);
            continue;
        }
        let cache = tool.cache.clone();
        match tool.opaque {
            Some((NAME, value)) => written.push(value),
            Some(_) => drops.add(tool.path, NOT_SUPPORTED),
            None if tool.kind == ToolKind::Custom => {
                drops.add(tool.path, "custom tools are not supported");
            }
            None => {
                names.push(tool.name.clone());
                written.push(spec(tool)?);
            }
        }
        written.extend(cache.map(cache_point).filter(|_| !written.is_empty()));
    }
    if written.is_empty() {
        for name in called.values() {
            written.push(
                json!({"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}}}),
            );
        }
    }
    if is_none {
        drops.add("tool_choice", "sent by offering no tools but those that were called");
    }
    let choice = match choice {
        Some(ToolChoice::Required | ToolChoice::Tool { .. }) if names.is_empty() => {
            return Err(impossible("a tool must be called, but none is offered"));
        }
        Some(ToolChoice::Tool { name }) if !names.contains(&name) => {
            return Err(impossible("the tool to call is not offered"));
        }
        Some(ToolChoice::Tool { name }) => Some(json!({"tool": {"name": name}})),
        Some(ToolChoice::Required) => Some(json!({"any": {}})),
        Some(ToolChoice::Auto) if !names.is_empty() => Some(json!({"auto": {}})),
        _ => None,
    };
    if written.is_empty() {
        return Ok(None);
    }
    let mut config = Map::new();
    config.put("tools", written);
    if let Some(choice) = choice {
        config.put("toolChoice", choice);
    }
    Ok(Some(Value::Object(config)))
}

fn impossible(message: &str) -> Problem {
    Problem::invalid("invalid_tool_choice", "tool_choice", message)
}

fn spec(tool: Tool) -> Result<Value, Problem> {
    check_name(&tool.name, &format!("{}.name", tool.path))?;
    let mut spec = Map::new();
    spec.put("name", tool.name);
    if let Some(description) = tool.description.filter(|text| !text.is_empty()) {
        spec.put("description", description);
    }
    let schema = tool.parameters.unwrap_or_else(|| json!({"type": "object", "properties": {}}));
    spec.put("inputSchema", json!({"json": schema}));
    if let Some(strict) = tool.strict {
        spec.put("strict", strict);
    }
    Ok(json!({"toolSpec": spec}))
}

/// # Errors
/// The service does not take the name.
pub(super) fn check_name(name: &str, path: &str) -> Result<(), Problem> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if !name.is_empty() && name.len() <= MAX_NAME && name.bytes().all(legal) {
        return Ok(());
    }
    let message = format!("{path} must be 1 to {MAX_NAME} letters, digits, `_` and `-`");
    Err(Problem::invalid("invalid_value", path, message))
}

/// A cache mark behind what it marks.
pub(super) fn cache_point(cache: CacheControl) -> Value {
    match cache.ttl {
        Some(ttl) => json!({"cachePoint": {"type": "default", "ttl": ttl}}),
        None => json!({"cachePoint": {"type": "default"}}),
    }
}
