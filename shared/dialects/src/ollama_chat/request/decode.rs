//! A client's request to the neutral model.

use chat::Problem;
use chat::json::{Map, Value};

use super::super::NOT_CARRIED;
use crate::neutral::{
    Block, Content, Effort, Message, Reasoning, Request, ResponseFormat, Role, Source, ToolKind,
};
use crate::openai_chat::tools;
use crate::reader::{Fields, each, missing, wrong_type, wrong_value};
use crate::{Drops, Path};

/// Reads a request.
pub(in super::super) fn decode(body: Value, drops: &mut Drops) -> Result<Request, Problem> {
    let mut body = Fields::new(body, "")?;
    let model = body.required_string("model")?;
    let list = body.array("messages")?.ok_or_else(|| missing("messages".to_owned()))?;
    let mut calls = Calls::default();
    let messages =
        each(list, &body.path("messages"), |value, path| message(value, path, &mut calls, drops))?;
    let mut request = Request {
        model,
        messages,
        tools: tools(&mut body, drops)?,
        stream: body.bool("stream")?.unwrap_or(true),
        stream_usage: true,
        response_format: format(&mut body)?,
        reasoning: think(&mut body)?,
        ..Request::default()
    };
    if let Some(options) = body.object("options")? {
        self::options(options, &mut request)?;
    }
    let rest = body.rest().into_iter().filter(|(_, value)| !value.is_null());
    request.extras.extend(rest);
    Ok(request)
}

/// The calls so far that have no result yet, for results that name only their tool.
#[derive(Default)]
struct Calls {
    count: usize,
    open: Vec<(String, String)>,
}

impl Calls {
    /// Notes a call: its id, or one for it.
    fn made(&mut self, id: Option<String>, name: &str) -> String {
        self.count += 1;
        let id = id.filter(|id| !id.is_empty()).unwrap_or_else(|| format!("call_{}", self.count));
        self.open.push((id.clone(), name.to_owned()));
        id
    }

    /// The call that a result answers.
    fn answered(&mut self, id: Option<String>, name: Option<&str>) -> String {
        if let Some(id) = id.filter(|id| !id.is_empty()) {
            self.open.retain(|row| row.0 != id);
            return id;
        }
        let by_name = self.open.iter().position(|row| name.is_none_or(|name| row.1 == name));
        match by_name {
            Some(index) => self.open.remove(index).0,
            None => format!("call_{}", self.count),
        }
    }
}

fn message(
    value: Value,
    path: Path,
    calls: &mut Calls,
    drops: &mut Drops,
) -> Result<Message, Problem> {
    let mut fields = Fields::new(value, path.clone())?;
    let (role, content) = match fields.required_string("role")?.to_ascii_lowercase().as_str() {
        "system" => (Role::System, spoken(&mut fields)?),
        "user" => (Role::User, spoken(&mut fields)?),
        "assistant" => {
            (Role::Assistant, said(&mut fields, |id, name| calls.made(id, name), drops)?)
        }
        "tool" => {
            let name = fields.string("tool_name")?;
            let id = fields.string("tool_call_id")?;
            let id = calls.answered(id, name.as_deref());
            let content = spoken(&mut fields)?;
            let result = Content::ToolResult { id, content, is_error: None };
            (Role::Tool, vec![Block::new(result, &path)])
        }
        _ => return Err(wrong_value(fields.path("role"), "system, user, assistant or tool")),
    };
    fields.report_rest(drops, NOT_CARRIED);
    Ok(Message { role, name: None, content, path })
}

/// Pictures and text.
fn spoken(fields: &mut Fields) -> Result<Vec<Block>, Problem> {
    let path = fields.path("images");
    let images = fields.strings("images")?.unwrap_or_default().into_iter().enumerate();
    let mut blocks: Vec<Block> = images
        .map(|(index, data)| {
            let media_type = media_type(&data).to_owned();
            let source = Source::Base64 { media_type, data };
            Block::new(Content::Image { source, detail: None }, path.item(index))
        })
        .collect();
    let path = fields.path("content");
    if let Some(text) = fields.string("content")?.filter(|text| !text.is_empty()) {
        blocks.push(Block::new(Content::Text { text, citations: None }, path));
    }
    Ok(blocks)
}

/// The type of a picture by how its base64 begins.
fn media_type(data: &str) -> &'static str {
    const BEGINNINGS: [(&str, &str); 4] = [
        ("/9j/", "image/jpeg"),
        ("R0lGOD", "image/gif"),
        ("UklGR", "image/webp"),
        ("iVBORw0KGgo", "image/png"),
    ];
    let row = BEGINNINGS.iter().find(|row| data.starts_with(row.0));
    row.map_or("image/png", |row| row.1)
}

/// What the model said, in a request or an answer: thoughts, text, calls. `id` gives each call its id.
pub(in super::super) fn said(
    fields: &mut Fields,
    mut id: impl FnMut(Option<String>, &str) -> String,
    drops: &mut Drops,
) -> Result<Vec<Block>, Problem> {
    let mut blocks = Vec::new();
    let path = fields.path("thinking");
    if let Some(text) = fields.string("thinking")?.filter(|text| !text.is_empty()) {
        blocks.push(Block::new(Content::Reasoning { text, signature: None }, path));
    }
    blocks.extend(spoken(fields)?);
    let path = fields.path("tool_calls");
    for (index, value) in fields.array("tool_calls")?.unwrap_or_default().into_iter().enumerate() {
        let path = path.item(index);
        let mut call = Fields::new(value, path.clone())?;
        let at = call.path("function");
        let mut function = call.object("function")?.ok_or_else(|| missing(at))?;
        let name = function.required_string("name")?;
        let arguments = match function.take("arguments") {
            None | Some(Value::Null) => "{}".to_owned(),
            Some(arguments @ Value::Object(_)) => arguments.to_string(),
            Some(_) => return Err(wrong_type(function.path("arguments"), "an object")),
        };
        let id = id(call.string("id")?, &name);
        for (fields, known) in [(&mut function, "index"), (&mut call, "type")] {
            fields.take(known);
        }
        function.report_rest(drops, NOT_CARRIED);
        call.report_rest(drops, NOT_CARRIED);
        let content = Content::ToolCall { id, name, arguments, kind: ToolKind::Function };
        blocks.push(Block::new(content, path));
    }
    Ok(blocks)
}

fn format(body: &mut Fields) -> Result<Option<ResponseFormat>, Problem> {
    match body.take("format") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(word)) if word.is_empty() => Ok(None),
        Some(Value::String(word)) if word == "json" => Ok(Some(ResponseFormat::JsonObject)),
        Some(schema @ Value::Object(_)) => Ok(Some(ResponseFormat::JsonSchema {
            name: None,
            description: None,
            schema,
            strict: None,
        })),
        Some(_) => Err(wrong_value("format".to_owned(), "json or a JSON Schema")),
    }
}

fn think(body: &mut Fields) -> Result<Option<Reasoning>, Problem> {
    let invalid = || wrong_value("think".to_owned(), "a boolean, low, medium, high or max");
    match body.take("think") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(on)) => Ok(Some(Reasoning { enabled: Some(on), ..Reasoning::default() })),
        Some(Value::String(word)) => {
            let effort = Effort::from_word(&word).filter(|effort| *effort >= Effort::Low);
            let effort = Some(effort.ok_or_else(invalid)?);
            Ok(Some(Reasoning { enabled: Some(true), effort, ..Reasoning::default() }))
        }
        Some(_) => Err(invalid()),
    }
}

/// `options`: those with a neutral form, and the rest as one extra parameter.
fn options(mut options: Fields, request: &mut Request) -> Result<(), Problem> {
    request.sampling = options.sampling()?;
    // Negative: without a limit, or to the end of the window.
    let limit = options.number("num_predict")?;
    request.max_output_tokens = limit.and_then(|limit| limit.as_u64());
    request.stop = match options.take("stop") {
        Some(Value::String(text)) => vec![text],
        Some(value) => {
            let mut map = Map::new();
            map.put("stop", value);
            let mut fields = Fields::new(Value::Object(map), "options")?;
            fields.strings("stop")?.unwrap_or_default()
        }
        None => Vec::new(),
    };
    let rest: Map = options.stated();
    if !rest.is_empty() {
        request.extras.put("options", rest);
    }
    Ok(())
}
