//! Tools and the choice among them, for dialects that offer functions in OpenAI's shape and know no choice of
//! one: then only that one is offered.

use chat::Problem;
use chat::json::{Map, Value, json};

use crate::Drops;
use crate::neutral::{Tool, ToolChoice, ToolKind};

/// Why a tool is not offered beside those that a client allows.
pub(crate) const NOT_ALLOWED: &str = "left out, since it may not be called";

/// What is offered.
#[derive(Debug)]
pub(crate) struct Offer {
    /// `{"type": "function", "function": {…}}`.
    pub(crate) tools: Vec<Value>,
    /// Of each of them, whether its arguments must match the schema exactly, and its path.
    pub(crate) strict: Vec<(Option<bool>, String)>,
    /// Some must be called.
    pub(crate) required: bool,
    /// None may be called.
    pub(crate) none: bool,
}

/// Writes tools. `reason`: why something is in the drops.
///
/// # Errors
/// A choice that no offered tool can meet.
pub(crate) fn offer(
    tools: Vec<Tool>,
    choice: Option<ToolChoice>,
    reason: &str,
    drops: &mut Drops,
) -> Result<Offer, Problem> {
    let (required, allowed) = match &choice {
        Some(ToolChoice::Allowed { names, required }) => (*required, Some(names.as_slice())),
        Some(ToolChoice::Tool { name }) => (true, Some(std::slice::from_ref(name))),
        Some(ToolChoice::Required) => (true, None),
        _ => (false, None),
    };
    let none = choice == Some(ToolChoice::None);
    let mut offer = Offer { tools: Vec::new(), strict: Vec::new(), required, none };
    for tool in tools {
        if tool.cache.is_some() {
            drops.add(format!("{}.cache_control", tool.path), reason);
        }
        match (tool.opaque, tool.kind) {
            (None, ToolKind::Function) => {}
            (None, ToolKind::Custom) => {
                drops.add(tool.path, "custom tools are not supported");
                continue;
            }
            (Some(_), _) => {
                drops.add(tool.path, reason);
                continue;
            }
        }
        if allowed.is_some_and(|names| !names.contains(&tool.name)) {
            drops.add(tool.path, NOT_ALLOWED);
            continue;
        }
        let mut function = Map::new();
        function.put("name", tool.name);
        if let Some(description) = tool.description {
            function.put("description", description);
        }
        let schema = tool.parameters.unwrap_or_else(|| json!({"type": "object", "properties": {}}));
        function.put("parameters", schema);
        offer.tools.push(json!({"type": "function", "function": function}));
        offer.strict.push((tool.strict, format!("{}.strict", tool.path)));
    }
    if matches!(choice, Some(ToolChoice::Tool { .. })) {
        drops.add("tool_choice", "sent as a demand of the only tool that is offered");
    }
    if required && offer.tools.is_empty() {
        let message = "a tool must be called, but none is offered";
        return Err(Problem::invalid("invalid_tool_choice", "tool_choice", message));
    }
    Ok(offer)
}
