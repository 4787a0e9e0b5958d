//! A client's request to the neutral model.

use chat::Problem;
use chat::json::{Map, Value};

use super::super::{NAME, NOT_CARRIED, ask, blocks};
use crate::neutral::{
    Effort, Message, Reasoning, Request, ResponseFormat, Role, Sampling, Tool, ToolChoice, ToolKind,
};
use crate::reader::{Fields, missing, wrong_type, wrong_value};
use crate::{Drops, Path};

/// Reads a request that came at `path`.
pub(in super::super) fn decode(
    path: &str,
    body: Value,
    drops: &mut Drops,
) -> Result<Request, Problem> {
    let model = ask::model(path).ok_or_else(|| missing("modelId".to_owned()))?.into_owned();
    let mut fields = Fields::new(body, "")?;
    fields.skip("modelId");
    let mut messages = Vec::new();
    if let Some(list) = fields.array("system")? {
        let path = fields.path("system");
        let content = blocks::decode(list, &path, drops)?;
        messages.push(Message { role: Role::System, name: None, content, path });
    }
    let turns = fields.path("messages");
    for (index, value) in fields.array("messages")?.unwrap_or_default().into_iter().enumerate() {
        messages.push(message(value, turns.item(index), drops)?);
    }
    let (tools, tool_choice) = tools(&mut fields, drops)?;
    let mut extras_of_model = fields.object("additionalModelRequestFields")?;
    let (response_format, effort) = output(&mut fields, drops)?;
    let reasoning = reasoning(extras_of_model.as_mut(), effort, drops)?;
    let top_k = match &mut extras_of_model {
        Some(extras) => extras.number("top_k")?,
        None => None,
    };
    let mut request = Request {
        model,
        messages,
        tools,
        tool_choice,
        sampling: Sampling { top_k, ..Sampling::default() },
        stream: ask::streams(path),
        stream_usage: true,
        response_format,
        reasoning,
        ..Request::default()
    };
    if let Some(mut config) = fields.object("inferenceConfig")? {
        request.max_output_tokens = config.u64("maxTokens")?;
        request.sampling.temperature = config.number("temperature")?;
        request.sampling.top_p = config.number("topP")?;
        request.stop = config.strings("stopSequences")?.unwrap_or_default();
        config.report_rest(drops, NOT_CARRIED);
    }
    if let Some(mut tier) = fields.object("serviceTier")? {
        request.service_tier = tier.string("type")?;
    }
    request.extras = fields.stated();
    let left = extras_of_model.map(Fields::rest).filter(|rest| !rest.is_empty());
    if let Some(rest) = left {
        request.extras.put("additionalModelRequestFields", rest);
    }
    Ok(request)
}

fn message(value: Value, path: Path, drops: &mut Drops) -> Result<Message, Problem> {
    let mut fields = Fields::new(value, path.clone())?;
    let role = match fields.required_string("role")?.as_str() {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "system" => Role::System,
        _ => return Err(wrong_value(fields.path("role"), "user, assistant or system")),
    };
    let list_path = fields.path("content");
    let list = fields.array("content")?.ok_or_else(|| missing(list_path.clone()))?;
    let content = blocks::decode(list, &list_path, drops)?;
    fields.report_rest(drops, NOT_CARRIED);
    Ok(Message { role, name: None, content, path })
}

fn tools(
    fields: &mut Fields,
    drops: &mut Drops,
) -> Result<(Vec<Tool>, Option<ToolChoice>), Problem> {
    let Some(mut config) = fields.object("toolConfig")? else { return Ok((Vec::new(), None)) };
    let list_path = config.path("tools");
    let mut tools: Vec<Tool> = Vec::new();
    for (index, value) in config.array("tools")?.unwrap_or_default().into_iter().enumerate() {
        let path = list_path.item(index);
        if let Some(cache) = blocks::cache_point(&value) {
            match tools.last_mut() {
                Some(tool) => tool.cache = Some(cache),
                None => drops.add(path, "nothing stands before it"),
            }
            continue;
        }
        tools.push(tool(value, path, drops)?);
    }
    let choice = match config.object("toolChoice")? {
        None => None,
        Some(mut choice) => Some(if choice.object("any")?.is_some() {
            ToolChoice::Required
        } else if let Some(mut tool) = choice.object("tool")? {
            ToolChoice::Tool { name: tool.required_string("name")? }
        } else if choice.object("auto")?.is_some() {
            ToolChoice::Auto
        } else {
            return Err(wrong_type(config.path("toolChoice"), "auto, any or tool"));
        }),
    };
    config.report_rest(drops, NOT_CARRIED);
    Ok((tools, choice))
}

fn tool(value: Value, path: Path, drops: &mut Drops) -> Result<Tool, Problem> {
    let whole = value.clone();
    let mut fields = Fields::new(value, path.clone())?;
    let named = |name: String, path: Path| Tool {
        name,
        description: None,
        parameters: None,
        strict: None,
        kind: ToolKind::Function,
        opaque: None,
        search: None,
        cache: None,
        path,
    };
    let Some(mut spec) = fields.object("toolSpec")? else {
        let name = whole.pointer("/systemTool/name").and_then(Value::as_str).unwrap_or_default();
        let name = name.to_owned();
        return Ok(Tool { opaque: Some((NAME, whole)), ..named(name, path) });
    };
    let schema_path = spec.path("inputSchema");
    let mut schema = spec.object("inputSchema")?.ok_or_else(|| missing(schema_path))?;
    let tool = Tool {
        description: spec.string("description")?,
        parameters: schema.take("json").filter(|schema| !schema.is_null()),
        strict: spec.bool("strict")?,
        ..named(spec.required_string("name")?, path)
    };
    spec.report_rest(drops, NOT_CARRIED);
    Ok(tool)
}

/// `outputConfig`: the form of the answer, and the effort.
fn output(
    fields: &mut Fields,
    drops: &mut Drops,
) -> Result<(Option<ResponseFormat>, Option<Effort>), Problem> {
    let Some(mut config) = fields.object("outputConfig")? else { return Ok((None, None)) };
    let path = config.path("effort");
    let effort = match config.string("effort")? {
        None => None,
        Some(word) => {
            let effort = Effort::from_word(&word).filter(|effort| *effort >= Effort::Low);
            Some(effort.ok_or_else(|| wrong_value(path, "low, medium, high, xhigh or max"))?)
        }
    };
    let format = match config.object("textFormat")? {
        None => None,
        Some(mut format) => {
            let path = format.path("structure.jsonSchema.schema");
            let structure = format.take("structure").unwrap_or_default();
            let of = |name: &str| {
                structure.pointer("/jsonSchema")?.get(name)?.as_str().map(str::to_owned)
            };
            let schema = of("schema").and_then(|text| chat::json::parse_str(&text).ok());
            Some(ResponseFormat::JsonSchema {
                name: of("name"),
                description: of("description"),
                schema: schema.ok_or_else(|| wrong_type(path, "a JSON Schema as text"))?,
                strict: None,
            })
        }
    };
    config.report_rest(drops, NOT_CARRIED);
    Ok((format, effort))
}

/// `thinking` and `reasoning_effort`, which Anthropic's and OpenAI's models take beside the common fields.
fn reasoning(
    extras: Option<&mut Fields>,
    effort: Option<Effort>,
    drops: &mut Drops,
) -> Result<Option<Reasoning>, Problem> {
    let mut reasoning = Reasoning { effort, ..Reasoning::default() };
    if let Some(extras) = extras {
        if let Some(word) = extras.string("reasoning_effort")? {
            reasoning.effort = Effort::from_word(&word).or(reasoning.effort);
        }
        if let Some(mut thinking) = extras.object("thinking")? {
            match thinking.required_string("type")?.as_str() {
                "enabled" => {
                    reasoning.enabled = Some(true);
                    reasoning.budget_tokens = thinking.u64("budget_tokens")?;
                }
                "adaptive" => (reasoning.enabled, reasoning.adaptive) = (Some(true), true),
                _ => reasoning.enabled = Some(false),
            }
            reasoning.display = thinking.string("display")?;
            thinking.report_rest(drops, NOT_CARRIED);
        }
    }
    Ok(Some(reasoning).filter(|reasoning| *reasoning != Reasoning::default()))
}

/// The fields that a request has beside those with a neutral form, by name.
pub(super) const OWN: [&str; 6] = [
    "additionalModelRequestFields",
    "additionalModelResponseFieldPaths",
    "guardrailConfig",
    "performanceConfig",
    "promptVariables",
    "requestMetadata",
];

/// Takes those of [`OWN`] out of `extras`.
pub(super) fn own(extras: Map, body: &mut Map, drops: &mut Drops) {
    for (name, value) in extras {
        match OWN.contains(&name.as_str()) {
            true => drop(body.insert(name, value)),
            false => drops.add(name, super::super::NOT_SUPPORTED),
        }
    }
}
