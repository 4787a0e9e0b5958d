//! Tools and the choice among them, read.

use chat::Problem;
use chat::json::{Map, Value};

use super::super::{NAME, UNKNOWN, object};
use super::parts::{cache, required_object};
use crate::neutral::{Tool, ToolChoice, ToolKind};
use crate::reader::{Fields, bits, each, wrong_value};
use crate::{Drops, Path};

/// The parameter that asks for a search of the web.
pub(super) const SEARCH_OPTIONS: &str = "web_search_options";

/// What such a search goes by among tools.
const SEARCH: &str = "web_search";

/// Where a request offers tools.
pub(super) const OFFERS: u64 = bits!["tools", "functions", SEARCH_OPTIONS];

/// Where it chooses among them.
pub(super) const CHOICES: u64 = bits!["tool_choice", "function_call"];

/// Takes `tools` and the deprecated `functions` out of a request.
pub(crate) fn decode(body: &mut Fields, drops: &mut Drops) -> Result<Vec<Tool>, Problem> {
    let mut tools = match body.array("tools")? {
        Some(tools) => each(tools, &body.path("tools"), |value, path| tool(value, path, drops))?,
        None => Vec::new(),
    };
    if let Some(functions) = body.array("functions")? {
        tools.extend(each(functions, &body.path("functions"), |value, path| {
            function(Fields::new(value, path.clone())?, path, drops)
        })?);
    }
    Ok(tools)
}

/// Takes the search of the web, which is a parameter here, out of a request
/// <https://platform.openai.com/docs/api-reference/chat/create> (read 2026-11-20).
pub(super) fn search(body: &mut Fields) -> Result<Option<Tool>, Problem> {
    let Some(options) = body.object(SEARCH_OPTIONS)? else { return Ok(None) };
    let path = body.path(SEARCH_OPTIONS);
    let whole = options.rest();
    let mut said: Map = whole.clone().into_iter().filter(|it| !it.1.is_null()).collect();
    if let Some(Value::Object(location)) = said.get_mut("user_location")
        && let Some(Value::Object(inner)) = location.shift_remove("approximate")
    {
        location.extend(inner);
    }
    let tool = opaque(SEARCH.to_owned(), Value::Object(whole), path);
    Ok(Some(Tool { search: Some(said), ..tool }))
}

fn tool(value: Value, path: Path, drops: &mut Drops) -> Result<Tool, Problem> {
    let kind = value.get("type").and_then(Value::as_str);
    if let Some(kind) = kind.filter(|kind| !["function", "custom"].contains(kind)) {
        return Ok(opaque(kind.to_owned(), value, path));
    }
    let mut fields = Fields::new(value, path.clone())?;
    let mut tool = match fields.required_string("type")?.as_str() {
        "custom" => custom(required_object(&mut fields, "custom")?, path, drops)?,
        _ => function(required_object(&mut fields, "function")?, path, drops)?,
    };
    tool.cache = tool.cache.or(cache(&mut fields, drops)?);
    fields.report_rest(drops, UNKNOWN);
    Ok(tool)
}

fn function(mut fields: Fields, path: Path, drops: &mut Drops) -> Result<Tool, Problem> {
    let tool = Tool {
        name: fields.required_string("name")?,
        description: fields.string("description")?,
        parameters: schema(&mut fields, "parameters")?,
        strict: fields.bool("strict")?,
        kind: ToolKind::Function,
        opaque: None,
        search: None,
        cache: cache(&mut fields, drops)?,
        path,
    };
    fields.report_rest(drops, UNKNOWN);
    Ok(tool)
}

fn custom(mut fields: Fields, path: Path, drops: &mut Drops) -> Result<Tool, Problem> {
    let tool = Tool {
        name: fields.required_string("name")?,
        description: fields.string("description")?,
        parameters: custom_format(&mut fields)?,
        strict: None,
        kind: ToolKind::Custom,
        opaque: None,
        search: None,
        cache: None,
        path,
    };
    fields.report_rest(drops, UNKNOWN);
    Ok(tool)
}

/// The grammar that a custom tool's text must match, if there is one.
fn custom_format(fields: &mut Fields) -> Result<Option<Value>, Problem> {
    let Some(mut format) = fields.object("format")? else { return Ok(None) };
    if format.required_string("type")? != "grammar" {
        return Ok(None);
    }
    let mut fields = required_object(&mut format, "grammar")?;
    let syntax = fields.required_string("syntax")?;
    Ok(Some(grammar(syntax, fields.required_string("definition")?)))
}

/// The neutral form of a custom tool's grammar.
pub(crate) fn grammar(syntax: String, definition: String) -> Value {
    object([("syntax", syntax.into()), ("definition", definition.into())])
}

fn opaque(name: String, value: Value, path: Path) -> Tool {
    Tool {
        name,
        description: None,
        parameters: None,
        strict: None,
        kind: ToolKind::Function,
        opaque: Some((NAME, value)),
        search: None,
        cache: None,
        path,
    }
}

/// Takes a JSON Schema, which must be an object here.
pub(crate) fn schema(fields: &mut Fields, name: &str) -> Result<Option<Value>, Problem> {
    match fields.take(name) {
        None | Some(Value::Null) => Ok(None),
        Some(schema @ Value::Object(_)) => Ok(Some(schema)),
        Some(_) => Err(fields.mistyped(name, "an object")),
    }
}

/// Takes `tool_choice`, or else the deprecated `function_call`, out of a request.
pub(super) fn choice(body: &mut Fields) -> Result<Option<ToolChoice>, Problem> {
    let deprecated = body.take("function_call").filter(|value| !value.is_null());
    match (body.take("tool_choice").filter(|value| !value.is_null()), deprecated) {
        (None, None) => Ok(None),
        (Some(Value::String(word)), _) => word_choice(&word, "tool_choice").map(Some),
        (Some(value), _) => object_choice(Fields::new(value, "tool_choice")?).map(Some),
        (None, Some(Value::String(word))) => word_choice(&word, "function_call").map(Some),
        (None, Some(value)) => {
            let name = Fields::new(value, "function_call")?.required_string("name")?;
            Ok(Some(ToolChoice::Tool { name }))
        }
    }
}

fn word_choice(word: &str, path: &str) -> Result<ToolChoice, Problem> {
    match word {
        "auto" => Ok(ToolChoice::Auto),
        "none" => Ok(ToolChoice::None),
        "required" => Ok(ToolChoice::Required),
        _ => Err(wrong_value(path.to_owned(), "none, auto, required or an object")),
    }
}

fn object_choice(mut fields: Fields) -> Result<ToolChoice, Problem> {
    match fields.required_string("type")?.as_str() {
        kind @ ("function" | "custom") => {
            let name = required_object(&mut fields, kind)?.required_string("name")?;
            Ok(ToolChoice::Tool { name })
        }
        "allowed_tools" => allowed(required_object(&mut fields, "allowed_tools")?),
        _ => Err(wrong_value(fields.path("type"), "function, custom or allowed_tools")),
    }
}

fn allowed(mut fields: Fields) -> Result<ToolChoice, Problem> {
    let required = match fields.required_string("mode")?.as_str() {
        "auto" => false,
        "required" => true,
        _ => return Err(wrong_value(fields.path("mode"), "auto or required")),
    };
    let tools = fields.array("tools")?.ok_or_else(|| fields.lacks("tools"))?;
    let name = |value, path| {
        let mut tool = Fields::new(value, path)?;
        let kind = tool.required_string("type")?;
        required_object(&mut tool, &kind)?.required_string("name")
    };
    let names = each(tools, &fields.path("tools"), name)?;
    Ok(ToolChoice::Allowed { names, required })
}
