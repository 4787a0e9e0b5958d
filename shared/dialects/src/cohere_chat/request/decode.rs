//! A client's request to the neutral model.

use chat::Problem;
use chat::json::{Map, Value};

use super::super::NOT_CARRIED;
use crate::neutral::{
    Block, Content, Message, Reasoning, Request, ResponseFormat, Role, Sampling, Source, ToolChoice,
};
use crate::openai_chat::{fits_strict, part, schema, tool_call, tools};
use crate::reader::{Fields, each, item, missing, wrong_type, wrong_value};
use crate::{Drops, Path};

/// Reads a request.
pub(in super::super) fn decode(body: Value, drops: &mut Drops) -> Result<Request, Problem> {
    let mut body = Fields::new(body, "")?;
    let model = body.required_string("model")?;
    let list = body.array("messages")?.ok_or_else(|| missing("messages".to_owned()))?;
    let mut messages =
        each(list, &body.path("messages"), |value, path| message(value, path, drops))?;
    documents(&mut body, &mut messages, drops)?;
    let strict = body.bool("strict_tools")?;
    let mut tools = tools(&mut body, drops)?;
    for tool in tools.iter_mut().filter(|_| strict == Some(true)) {
        // Others enforce closed schemas only.
        match tool.parameters.as_ref().is_some_and(fits_strict) {
            true => tool.strict = Some(true),
            false => drops.add(format!("strict_tools.{}", tool.path), "its schema is open"),
        }
    }
    Ok(Request {
        model,
        messages,
        tools,
        tool_choice: choice(&mut body)?,
        max_output_tokens: body.u64("max_tokens")?,
        sampling: Sampling {
            frequency_penalty: body.number("frequency_penalty")?,
            presence_penalty: body.number("presence_penalty")?,
            seed: body.number("seed")?,
            temperature: body.number("temperature")?,
            top_k: body.number("k")?,
            top_p: body.number("p")?,
        },
        stop: body.strings("stop_sequences")?.unwrap_or_default(),
        stream: body.bool("stream")?.unwrap_or(false),
        stream_usage: true,
        response_format: response_format(&mut body, drops)?,
        reasoning: reasoning(&mut body, drops)?,
        extras: body.stated(),
        ..Request::default()
    })
}

fn message(value: Value, path: Path, drops: &mut Drops) -> Result<Message, Problem> {
    let mut fields = Fields::new(value, path.clone())?;
    let (role, content) = match fields.required_string("role")?.as_str() {
        "system" => (Role::System, content(&mut fields, drops)?),
        "user" => (Role::User, content(&mut fields, drops)?),
        "assistant" => (Role::Assistant, said(&mut fields, drops)?),
        "tool" => {
            let id = fields.required_string("tool_call_id")?;
            let content = content(&mut fields, drops)?;
            let result = Content::ToolResult { id, content, is_error: None };
            (Role::Tool, vec![Block::new(result, &path)])
        }
        _ => return Err(wrong_value(fields.path("role"), "user, assistant, system or tool")),
    };
    fields.report_rest(drops, NOT_CARRIED);
    Ok(Message { role, name: None, content, path })
}

/// What the model said, in a request or an answer: thoughts and text in their order, the plan before calls,
/// calls.
pub(in super::super) fn said(
    fields: &mut Fields,
    drops: &mut Drops,
) -> Result<Vec<Block>, Problem> {
    let mut blocks = content(fields, drops)?;
    let path = fields.path("tool_plan");
    if let Some(text) = fields.string("tool_plan")?.filter(|text| !text.is_empty()) {
        blocks.push(Block::new(Content::Text { text, citations: None }, path));
    }
    if let Some(list) = fields.array("citations")?.filter(|list| !list.is_empty()) {
        let is_text = |block: &&mut Block| matches!(block.content, Content::Text { .. });
        match blocks.iter_mut().rfind(is_text).map(|block| &mut block.content) {
            Some(Content::Text { citations, .. }) => *citations = Some(Value::Array(list)),
            _ => drops.add(fields.path("citations"), "nothing is said that they belong to"),
        }
    }
    let path = fields.path("tool_calls");
    for (index, value) in fields.array("tool_calls")?.unwrap_or_default().into_iter().enumerate() {
        blocks.push(tool_call(value, path.item(index), drops)?);
    }
    Ok(blocks)
}

/// `content`: a string, or an array of parts.
fn content(fields: &mut Fields, drops: &mut Drops) -> Result<Vec<Block>, Problem> {
    let path = fields.path("content");
    match fields.take("content") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(text)) if text.is_empty() => Ok(Vec::new()),
        Some(Value::String(text)) => {
            Ok(vec![Block::new(Content::Text { text, citations: None }, path)])
        }
        Some(Value::Array(parts)) => each(parts, &path, |value, path| own_part(value, path, drops)),
        Some(_) => Err(wrong_type(path, "a string or an array")),
    }
}

fn own_part(value: Value, path: Path, drops: &mut Drops) -> Result<Block, Problem> {
    match value.get("type").and_then(Value::as_str) {
        Some("thinking") => {
            let mut fields = Fields::new(value, path.clone())?;
            let text = fields.required_string("thinking")?;
            fields.skip("type");
            fields.report_rest(drops, NOT_CARRIED);
            Ok(Block::new(Content::Reasoning { text, signature: None }, path))
        }
        Some("document") => {
            let mut fields = Fields::new(value, path.clone())?;
            let at = fields.path("document");
            let mut document = fields.object("document")?.ok_or_else(|| missing(at))?;
            let (text, _) = told(document.required("data")?);
            document.report_rest(drops, NOT_CARRIED);
            Ok(Block::new(Content::Text { text, citations: None }, path))
        }
        _ => part(value, path, drops),
    }
}

/// `documents`, as what the user gives to read before the last thing that is said to the model.
fn documents(
    body: &mut Fields,
    messages: &mut Vec<Message>,
    drops: &mut Drops,
) -> Result<(), Problem> {
    let mut blocks = Vec::new();
    for (index, value) in body.array("documents")?.unwrap_or_default().into_iter().enumerate() {
        let path = item("documents", index);
        let (data, id) = match value {
            Value::String(text) => (Value::String(text), None),
            value => {
                let mut fields = Fields::new(value, path.clone())?;
                let data = fields.required("data")?;
                let id = fields.string("id")?;
                fields.report_rest(drops, NOT_CARRIED);
                (data, id)
            }
        };
        let (text, title) = told(data);
        let content = Content::Document {
            source: Source::Text { text },
            title: title.or(id),
            context: None,
            citations: None,
        };
        blocks.push(Block::new(content, path));
    }
    if blocks.is_empty() {
        return Ok(());
    }
    match messages.iter_mut().rfind(|message| message.role == Role::User) {
        Some(last) => drop(last.content.splice(0..0, blocks)),
        None => messages.push(Message {
            role: Role::User,
            name: None,
            content: blocks,
            path: "documents".into(),
        }),
    }
    Ok(())
}

/// The text of a document's data, and its title: one text alone as it is, otherwise all as JSON.
fn told(data: Value) -> (String, Option<String>) {
    let known = |map: &Map| {
        map.iter().all(|(name, it)| it.is_string() && ["text", "title"].contains(&&**name))
    };
    match data {
        Value::String(text) => (text, None),
        Value::Object(map) if map.contains_key("text") && known(&map) => {
            let of = |name: &str| map.get(name).and_then(Value::as_str).map(str::to_owned);
            (of("text").unwrap_or_default(), of("title"))
        }
        other => (other.to_string(), None),
    }
}

fn choice(body: &mut Fields) -> Result<Option<ToolChoice>, Problem> {
    match body.string("tool_choice")?.as_deref() {
        None => Ok(None),
        Some("REQUIRED") => Ok(Some(ToolChoice::Required)),
        Some("NONE") => Ok(Some(ToolChoice::None)),
        Some(_) => Err(wrong_value("tool_choice".to_owned(), "REQUIRED or NONE")),
    }
}

fn response_format(
    body: &mut Fields,
    drops: &mut Drops,
) -> Result<Option<ResponseFormat>, Problem> {
    let Some(mut format) = body.object("response_format")? else { return Ok(None) };
    let read = match format.required_string("type")?.as_str() {
        "text" => ResponseFormat::Text,
        "json_object" => match schema(&mut format, "json_schema")? {
            None => ResponseFormat::JsonObject,
            Some(schema) => {
                ResponseFormat::JsonSchema { name: None, description: None, schema, strict: None }
            }
        },
        _ => return Err(wrong_value(format.path("type"), "text or json_object")),
    };
    format.report_rest(drops, NOT_CARRIED);
    Ok(Some(read))
}

fn reasoning(body: &mut Fields, drops: &mut Drops) -> Result<Option<Reasoning>, Problem> {
    let Some(mut thinking) = body.object("thinking")? else { return Ok(None) };
    let enabled = match thinking.required_string("type")?.as_str() {
        "enabled" => true,
        "disabled" => false,
        _ => return Err(wrong_value(thinking.path("type"), "enabled or disabled")),
    };
    let budget_tokens = thinking.u64("token_budget")?;
    thinking.report_rest(drops, NOT_CARRIED);
    Ok(Some(Reasoning { enabled: Some(enabled), budget_tokens, ..Reasoning::default() }))
}
