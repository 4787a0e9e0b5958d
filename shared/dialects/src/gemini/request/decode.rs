//! A client's request to the neutral model.

use chat::Problem;
use chat::json::{Map, Value};

use super::super::parts::{self, Ids, list};
use super::super::{NAME, NOT_CARRIED, ask, names, schema};
use super::config;
use crate::neutral::{Message, Request, Role, Tool, ToolChoice, ToolKind};
use crate::reader::{Fields, missing, wrong_value};
use crate::{Drops, Path};

/// Reads a request that came at `path`.
pub(in super::super) fn decode(
    path: &str,
    mut body: Value,
    drops: &mut Drops,
) -> Result<Request, Problem> {
    names::respell(&mut body)?;
    let model = ask::model(path).ok_or_else(|| missing("model".to_owned()))?.into_owned();
    let stream = ask::streams(path);
    let mut fields = Fields::new(body, "")?;
    // The path counts.
    fields.skip("model");
    let mut messages = system(&mut fields, drops)?;
    contents(&mut fields, &mut messages, drops)?;
    let tools = tools(&mut fields, drops)?;
    let tool_choice = tool_choice(&mut fields, drops)?;
    let service_tier = fields.string("serviceTier")?;
    let config = match fields.object("generationConfig")? {
        Some(config) => config::decode(config, drops)?,
        None => config::Config::default(),
    };
    let mut extras: Map = fields.stated();
    extras.extend(config.extras);
    Ok(Request {
        model,
        messages,
        tools,
        tool_choice,
        parallel_tool_calls: None,
        max_output_tokens: config.max_output_tokens,
        sampling: config.sampling,
        stop: config.stop,
        candidates: config.candidates,
        stream,
        stream_usage: true,
        response_format: config.response_format,
        reasoning: config.reasoning,
        user: None,
        service_tier: service_tier.filter(|tier| tier != "unspecified").map(in_openais_word),
        cache: None,
        extras,
    })
}

/// The tier that Google calls `standard` is `default` everywhere else.
fn in_openais_word(tier: String) -> String {
    if tier == "standard" { "default".to_owned() } else { tier }
}

fn system(fields: &mut Fields, drops: &mut Drops) -> Result<Vec<Message>, Problem> {
    let Some(mut content) = fields.object("systemInstruction")? else { return Ok(Vec::new()) };
    let path = fields.path("systemInstruction");
    content.take("role");
    let content = parts::decode(&mut content, Role::System, &mut Ids::new(""), drops)?;
    Ok(vec![Message { role: Role::System, name: None, content, path }])
}

fn contents(
    fields: &mut Fields,
    messages: &mut Vec<Message>,
    drops: &mut Drops,
) -> Result<(), Problem> {
    let contents = list(fields, "contents")?.ok_or_else(|| missing("contents".to_owned()))?;
    let mut ids = Ids::new("");
    let path = fields.path("contents");
    for (index, value) in contents.into_iter().enumerate() {
        let path = path.item(index);
        let mut content = Fields::new(value, path.clone())?;
        let role = match content.string("role")?.as_deref() {
            // `function` is what the role of results was once called.
            None | Some("" | "function" | "user") => Role::User,
            Some("model") => Role::Assistant,
            Some(_) => return Err(wrong_value(content.path("role"), "user or model")),
        };
        let blocks = parts::decode(&mut content, role, &mut ids, drops)?;
        content.report_rest(drops, NOT_CARRIED);
        messages.push(Message { role, name: None, content: blocks, path });
    }
    Ok(())
}

fn tools(fields: &mut Fields, drops: &mut Drops) -> Result<Vec<Tool>, Problem> {
    let Some(listed) = list(fields, "tools")? else { return Ok(Vec::new()) };
    let mut tools = Vec::new();
    let path = fields.path("tools");
    for (index, value) in listed.into_iter().enumerate() {
        let path = path.item(index);
        let mut tool = Fields::new(value, path.clone())?;
        let list_path = tool.path("functionDeclarations");
        let functions = list(&mut tool, "functionDeclarations")?.unwrap_or_default();
        for (index, value) in functions.into_iter().enumerate() {
            tools.push(function(value, list_path.item(index), drops)?);
        }
        // Tools that Google runs: each its own, whole.
        for (name, value) in tool.rest().into_iter().filter(|(_, value)| !value.is_null()) {
            let path = path.field(name.clone());
            let search = search_options(&name, &value);
            let whole = [(name.clone(), value)].into_iter().collect();
            tools.push(Tool { opaque: Some((NAME, whole)), search, ..named(name, path) });
        }
    }
    Ok(tools)
}

/// What a search of the web says, if it is one (google-genai's `GoogleSearch`, read 2026-11-21).
fn search_options(name: &str, value: &Value) -> Option<Map> {
    if !matches!(name, "googleSearch" | "googleSearchRetrieval") {
        return None;
    }
    let said = value.as_object().cloned().unwrap_or_default().into_iter();
    let mut options: Map = said.filter(|(_, value)| !value.is_null()).collect();
    if let Some(domains) = options.shift_remove("excludeDomains") {
        options.put("blocked_domains", domains);
    }
    Some(options)
}

fn named(name: String, path: Path) -> Tool {
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

fn function(value: Value, path: Path, drops: &mut Drops) -> Result<Tool, Problem> {
    let mut fields = Fields::new(value, path.clone())?;
    let name = names::own_tool_name(fields.required_string("name")?);
    let description = fields.string("description")?;
    let parameters = schema_of(&mut fields, "parametersJsonSchema", "parameters", drops);
    fields.report_rest(drops, NOT_CARRIED);
    Ok(Tool { description, parameters, ..named(name, path) })
}

/// Takes a schema: JSON Schema under one name, or Google's own kind under another.
pub(super) fn schema_of(
    fields: &mut Fields,
    json_schema: &str,
    google: &'static str,
    drops: &mut Drops,
) -> Option<Value> {
    let path = fields.path(google);
    let own = fields.take(google).filter(|value| !value.is_null());
    if let Some(schema) = fields.take(json_schema).filter(|value| !value.is_null()) {
        return Some(schema);
    }
    let mut lost = Vec::new();
    let schema = schema::to_json_schema(own?, &mut lost);
    if let Some(name) = lost.first() {
        drops.add(format!("{path}.{name}"), NOT_CARRIED);
    }
    Some(schema)
}

fn tool_choice(fields: &mut Fields, drops: &mut Drops) -> Result<Option<ToolChoice>, Problem> {
    let Some(mut config) = fields.object("toolConfig")? else { return Ok(None) };
    let calling = config.object("functionCallingConfig")?;
    config.report_rest(drops, NOT_CARRIED);
    let Some(mut calling) = calling else { return Ok(None) };
    let names = calling.strings("allowedFunctionNames")?.unwrap_or_default();
    let mut names: Vec<String> = names.into_iter().map(names::own_tool_name).collect();
    let choice = match calling.string("mode")?.as_deref() {
        None | Some("MODE_UNSPECIFIED") => None,
        Some("AUTO") => Some(ToolChoice::Auto),
        Some("NONE") => Some(ToolChoice::None),
        Some("ANY") if names.len() == 1 => names.pop().map(|name| ToolChoice::Tool { name }),
        Some("ANY") if names.is_empty() => Some(ToolChoice::Required),
        Some("ANY") => Some(ToolChoice::Allowed { names, required: true }),
        // A call or text, and the call as the schema wants it.
        Some("VALIDATED") if names.is_empty() => {
            drops.add(calling.path("mode"), "sent as AUTO");
            Some(ToolChoice::Auto)
        }
        Some("VALIDATED") => Some(ToolChoice::Allowed { names, required: false }),
        Some(_) => return Err(wrong_value(calling.path("mode"), "AUTO, ANY, NONE or VALIDATED")),
    };
    calling.report_rest(drops, NOT_CARRIED);
    Ok(choice)
}
