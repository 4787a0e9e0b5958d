//! Tools and the choice among them, read.

use chat::Problem;
use chat::json::{Map, Value};

use super::super::{NAME, NOT_CARRIED};
use crate::neutral::{Tool, ToolChoice, ToolKind};
use crate::openai_chat;
use crate::reader::{Fields, each, wrong_value};
use crate::{Drops, Path};

/// Takes `tools` out of a request, or out of an item that offers more of them.
pub(super) fn decode(fields: &mut Fields, drops: &mut Drops) -> Result<Vec<Tool>, Problem> {
    let Some(tools) = fields.array("tools")? else { return Ok(Vec::new()) };
    each(tools, &fields.path("tools"), |value, path| tool(value, path, drops))
}

fn tool(value: Value, path: Path, drops: &mut Drops) -> Result<Tool, Problem> {
    let kind = value.get("type").and_then(Value::as_str);
    if let Some(kind) = kind.filter(|kind| !["function", "custom"].contains(kind)) {
        let search = kind.starts_with("web_search").then(|| search_options(&value));
        let opaque = Some((NAME, value.clone()));
        return Ok(Tool { opaque, search, ..new(kind.to_owned(), path) });
    }
    let mut fields = Fields::new(value, path.clone())?;
    let is_custom = fields.required_string("type")? == "custom";
    let mut tool = new(fields.required_string("name")?, path);
    tool.description = fields.string("description")?;
    if is_custom {
        tool.kind = ToolKind::Custom;
        tool.parameters = grammar(&mut fields)?;
    } else {
        tool.parameters = openai_chat::schema(&mut fields, "parameters")?;
        tool.strict = fields.bool("strict")?;
    }
    fields.report_rest(drops, NOT_CARRIED);
    Ok(tool)
}

/// What a search of the web says: its domains stand in `filters`
/// <https://developers.openai.com/api/docs/guides/tools-web-search> (read 2026-11-21).
fn search_options(tool: &Value) -> Map {
    let mut options = said(tool);
    options.shift_remove("type");
    if let Some(filters) = options.shift_remove("filters") {
        options.extend(said(&filters));
    }
    options
}

/// The fields of an object that are not null.
fn said(object: &Value) -> Map {
    let fields = object.as_object().cloned().unwrap_or_default();
    fields.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

fn new(name: String, path: Path) -> Tool {
    Tool {
        name,
        description: None,
        parameters: None,
        strict: None,
        kind: ToolKind::Function,
        opaque: None,
        search: None,
        cache: None,
        path,
    }
}

/// What a custom tool's text must match: `syntax` and `definition`.
fn grammar(fields: &mut Fields) -> Result<Option<Value>, Problem> {
    let Some(mut format) = fields.object("format")? else { return Ok(None) };
    match format.required_string("type")?.as_str() {
        "text" => Ok(None),
        "grammar" => {
            let syntax = format.required_string("syntax")?;
            let definition = format.required_string("definition")?;
            Ok(Some(openai_chat::grammar(syntax, definition)))
        }
        _ => Err(wrong_value(format.path("type"), "text or grammar")),
    }
}

/// Takes `tool_choice` out of a request.
pub(super) fn choice(body: &mut Fields, drops: &mut Drops) -> Result<Option<ToolChoice>, Problem> {
    match body.take("tool_choice") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(word)) => match word.as_str() {
            "auto" => Ok(Some(ToolChoice::Auto)),
            "none" => Ok(Some(ToolChoice::None)),
            "required" => Ok(Some(ToolChoice::Required)),
            _ => {
                let words = "none, auto, required or an object";
                Err(wrong_value("tool_choice".to_owned(), words))
            }
        },
        Some(value) => object_choice(Fields::new(value, "tool_choice")?, drops).map(Some),
    }
}

fn object_choice(mut fields: Fields, drops: &mut Drops) -> Result<ToolChoice, Problem> {
    let choice = match fields.required_string("type")?.as_str() {
        "function" | "custom" => ToolChoice::Tool { name: fields.required_string("name")? },
        "allowed_tools" => allowed(&mut fields)?,
        // A built-in tool goes by its type.
        kind => ToolChoice::Tool { name: kind.to_owned() },
    };
    fields.report_rest(drops, NOT_CARRIED);
    Ok(choice)
}

fn allowed(fields: &mut Fields) -> Result<ToolChoice, Problem> {
    let required = match fields.required_string("mode")?.as_str() {
        "auto" => false,
        "required" => true,
        _ => return Err(wrong_value(fields.path("mode"), "auto or required")),
    };
    let tools = fields.array("tools")?.ok_or_else(|| fields.lacks("tools"))?;
    let name = |value, path| {
        let mut tool = Fields::new(value, path)?;
        match tool.required_string("type")?.as_str() {
            "function" | "custom" => tool.required_string("name"),
            kind => Ok(kind.to_owned()),
        }
    };
    let names = each(tools, &fields.path("tools"), name)?;
    Ok(ToolChoice::Allowed { names, required })
}
