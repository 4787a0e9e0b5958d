//! Tools and the choice among them, written.

use std::collections::HashSet;

use chat::Problem;
use chat::json::{Map, Value, json};

use super::super::{NAME, UNSUPPORTED, object};
use crate::neutral::{Tool, ToolChoice, ToolKind};
use crate::openai_chat;
use crate::{Drops, Path};

/// The type of a search of the web.
const SEARCH: &str = "web_search";

/// How the tools offered are named in a choice.
#[derive(Default)]
struct Names {
    custom: HashSet<String>,
    built_in: HashSet<String>,
    /// Those of other dialects that search the web.
    searches: HashSet<String>,
    left_out: HashSet<String>,
}

/// Adds `tools`, `tool_choice` and `parallel_tool_calls`; the latter two need the first.
///
/// # Errors
/// A choice of a tool that was left out.
pub(super) fn encode(
    tools: Vec<Tool>,
    (choice, parallel): (Option<ToolChoice>, Option<bool>),
    body: &mut Map,
    drops: &mut Drops,
) -> Result<(), Problem> {
    let mut names = Names::default();
    let mut written = Vec::with_capacity(tools.len());
    for tool in tools {
        written.extend(self::tool(tool, &mut names, body, drops));
    }
    openai_chat::check_choice(choice.as_ref(), &names.left_out, NAME)?;
    if written.is_empty() {
        if !matches!(choice, None | Some(ToolChoice::Auto | ToolChoice::None)) {
            drops.add("tool_choice", "no tools are offered");
        }
        return Ok(());
    }
    body.put("tools", written);
    if let Some(choice) = choice {
        body.put("tool_choice", tool_choice(choice, &names));
    }
    if let Some(parallel) = parallel {
        body.put("parallel_tool_calls", parallel);
    }
    Ok(())
}

fn tool(tool: Tool, names: &mut Names, body: &mut Map, drops: &mut Drops) -> Option<Value> {
    if tool.cache.is_some() {
        drops.add(format!("{}.cache_control", tool.path), UNSUPPORTED);
    }
    match tool.opaque {
        Some((NAME, value)) => {
            // What its own request says of it.
            let limit = tool.search.and_then(|mut options| options.shift_remove("max_uses"));
            limit.into_iter().for_each(|limit| body.put("max_tool_calls", limit));
            names.built_in.insert(tool.name);
            return Some(value);
        }
        Some(_) if let Some(options) = tool.search => {
            names.searches.insert(tool.name);
            return Some(search(options, &tool.path, body, drops));
        }
        Some(_) => {
            drops.add(tool.path, UNSUPPORTED);
            names.left_out.insert(tool.name);
            return None;
        }
        None => {}
    }
    let is_custom = tool.kind == ToolKind::Custom;
    if is_custom {
        names.custom.insert(tool.name.clone());
    }
    let mut map = Map::new();
    map.put("type", if is_custom { "custom" } else { "function" });
    map.put("name", tool.name);
    if let Some(description) = tool.description {
        map.put("description", description);
    }
    if is_custom {
        if let Some(Value::Object(grammar)) = tool.parameters {
            let mut format = Map::new();
            format.put("type", "grammar");
            format.extend(grammar);
            map.put("format", format);
        }
    } else {
        let nothing = || json!({"type": "object", "properties": {}});
        map.put("parameters", tool.parameters.unwrap_or_else(nothing));
        // Said aloud, because the API's default is to be strict and that of other dialects is not.
        map.put("strict", tool.strict.unwrap_or(false));
    }
    Some(Value::Object(map))
}

/// A search of the web <https://developers.openai.com/api/docs/guides/tools-web-search> (read 2026-11-21).
/// `max_tool_calls` counts the calls of all tools that OpenAI runs; of another dialect's no other comes here.
fn search(mut options: Map, path: &Path, body: &mut Map, drops: &mut Drops) -> Value {
    let mut tool = Map::new();
    tool.put("type", SEARCH);
    let mut take = |name: &'static str, into: &mut Map, as_name: &'static str| {
        if let Some(value) = options.shift_remove(name) {
            into.put(as_name, value);
        }
    };
    let mut filters = Map::new();
    for name in ["allowed_domains", "blocked_domains"] {
        take(name, &mut filters, name);
    }
    if !filters.is_empty() {
        tool.put("filters", filters);
    }
    for name in ["user_location", "search_context_size"] {
        take(name, &mut tool, name);
    }
    take("max_uses", body, "max_tool_calls");
    options.keys().for_each(|name| drops.add(path.field(name.clone()), UNSUPPORTED));
    Value::Object(tool)
}

fn tool_choice(choice: ToolChoice, names: &Names) -> Value {
    let named = |name: String| {
        if names.searches.contains(&name) {
            return object([("type", SEARCH.into())]);
        }
        if names.built_in.contains(&name) {
            return object([("type", name.into())]);
        }
        let kind = if names.custom.contains(&name) { "custom" } else { "function" };
        object([("type", kind.into()), ("name", name.into())])
    };
    match choice {
        ToolChoice::Auto => "auto".into(),
        ToolChoice::None => "none".into(),
        ToolChoice::Required => "required".into(),
        ToolChoice::Tool { name } => named(name),
        ToolChoice::Allowed { names, required } => {
            let mode = if required { "required" } else { "auto" };
            let tools: Vec<Value> = names.into_iter().map(named).collect();
            json!({"type": "allowed_tools", "mode": mode, "tools": tools})
        }
    }
}
