//! Messages, written.

use chat::Problem;
use chat::json::{Map, Value};

use super::super::{NAME, UNSUPPORTED, object};
use crate::neutral::{Block, Content, Message, Role, Source, ToolKind};
use crate::{Drops, Path};

/// Writes `messages`.
///
/// A turn that holds tool results is written as one `tool` message for each result, then a `user` message
/// with the rest of the turn and with the media of the results, which `tool` messages cannot hold.
pub(super) fn encode(
    messages: Vec<Message>,
    thoughts_back: bool,
    drops: &mut Drops,
) -> Result<Vec<Value>, Problem> {
    let mut out = Vec::with_capacity(messages.len());
    let mut media = Vec::new();
    for message in messages {
        if message.role != Role::Tool && message.role != Role::User {
            flush_media(&mut media, &mut out);
        }
        match message.role {
            Role::System => out.push(instructions("system", message, drops)),
            Role::Developer => out.push(instructions("developer", message, drops)),
            Role::User | Role::Tool => turn(message, &mut media, &mut out, drops)?,
            Role::Assistant => out.extend(assistant(message, thoughts_back, drops)),
        }
    }
    flush_media(&mut media, &mut out);
    Ok(out)
}

/// Writes media of tool results that no user turn followed.
fn flush_media(media: &mut Vec<Part>, out: &mut Vec<Value>) {
    if !media.is_empty() {
        let media = std::mem::take(media).into_iter().map(Part::written).collect();
        out.push(with_name("user", None, Value::Array(media)));
    }
}

fn instructions(role: &str, message: Message, drops: &mut Drops) -> Value {
    let mut parts = Vec::new();
    for block in message.content {
        if let Some(part) = text_part(block, drops) {
            parts.push(part);
        }
    }
    with_name(role, message.name, content(parts))
}

/// A turn of the user or of tools. Media of results waits in `media` for the next user message, because all
/// `tool` messages must directly follow the calls they answer.
fn turn(
    message: Message,
    media: &mut Vec<Part>,
    out: &mut Vec<Value>,
    drops: &mut Drops,
) -> Result<(), Problem> {
    let mut parts = Vec::new();
    let mut results = 0;
    for block in message.content {
        match block.content {
            Content::ToolResult { id, content, is_error } => {
                report_cache(&block.path, block.cache.is_some(), drops);
                if is_error == Some(true) {
                    drops.add(format!("{}.is_error", block.path), UNSUPPORTED);
                }
                out.push(result(id, content, media, drops)?);
                results += 1;
            }
            _ => parts.extend(user_part(block, drops)?),
        }
    }
    if parts.is_empty() && (results > 0 || message.role == Role::Tool) {
        return Ok(());
    }
    if !media.is_empty() {
        let rest = std::mem::replace(&mut parts, std::mem::take(media));
        parts.extend(rest);
    }
    out.push(with_name("user", message.name, content(parts)));
    Ok(())
}

fn result(
    id: String,
    blocks: Vec<Block>,
    media: &mut Vec<Part>,
    drops: &mut Drops,
) -> Result<Value, Problem> {
    let mut parts = Vec::new();
    for block in blocks {
        let path = block.path.clone();
        let part = user_part(block, drops)?;
        match part {
            Some(part) if part.is_text() => parts.push(part),
            Some(part) => {
                drops.add(path, "moved to the user message that follows");
                media.push(part);
            }
            None => {}
        }
    }
    Ok(object([("role", "tool".into()), ("tool_call_id", id.into()), ("content", content(parts))]))
}

/// A turn of the model; `None` if it said only what cannot be told here.
fn assistant(message: Message, thoughts_back: bool, drops: &mut Drops) -> Option<Value> {
    let mut said = Assistant { thoughts: thoughts_back.then(String::new), ..Assistant::default() };
    let silent = message.content.is_empty();
    for block in message.content {
        said.add(block, drops);
    }
    let mut map = Map::new();
    map.put("role", "assistant");
    if let Some(name) = message.name {
        map.put("name", name);
    }
    let others = !said.calls.is_empty() || !said.refusals.is_empty() || said.audio.is_some();
    if said.parts.is_empty() && !others && !silent {
        return None;
    }
    let text = match said.parts.is_empty() && others {
        true => Value::Null,
        false => content(said.parts),
    };
    map.put("content", text);
    if !said.refusals.is_empty() {
        map.put("refusal", said.refusals.concat());
    }
    if let Some(audio) = said.audio {
        map.put("audio", audio);
    }
    if let Some(thoughts) = said.thoughts.filter(|it| !it.is_empty() || !said.calls.is_empty()) {
        map.put("reasoning_content", thoughts);
    }
    if !said.calls.is_empty() {
        map.put("tool_calls", said.calls);
    }
    Some(Value::Object(map))
}

/// What an assistant message says, by its fields.
#[derive(Default)]
struct Assistant {
    parts: Vec<Part>,
    refusals: Vec<String>,
    audio: Option<Value>,
    calls: Vec<Value>,
    /// For a provider that wants them back.
    thoughts: Option<String>,
}

impl Assistant {
    fn add(&mut self, block: Block, drops: &mut Drops) {
        match block.content {
            Content::ToolCall { id, name, arguments, kind } => {
                report_cache(&block.path, block.cache.is_some(), drops);
                self.calls.push(tool_call(id, name, arguments, kind));
            }
            Content::Refusal { text } => self.refusals.push(text),
            Content::Opaque { dialect: NAME, mut value } if value.get("audio").is_some() => {
                self.audio = value.get_mut("audio").map(Value::take);
            }
            Content::Reasoning { text, signature: None } if self.thoughts.is_some() => {
                self.thoughts.get_or_insert_default().push_str(&text);
            }
            _ => self.parts.extend(text_part(block, drops)),
        }
    }
}

/// The arguments of a call, which who reads them parses also where there are none.
pub(crate) fn parsable(arguments: String, kind: ToolKind) -> String {
    match kind {
        ToolKind::Function if arguments.trim().is_empty() => "{}".to_owned(),
        _ => arguments,
    }
}

/// An item of `tool_calls`, in a request or an answer.
pub(in super::super) fn tool_call(
    id: String,
    name: String,
    arguments: String,
    kind: ToolKind,
) -> Value {
    let arguments = parsable(arguments, kind);
    let (kind, input) = match kind {
        ToolKind::Function => ("function", "arguments"),
        ToolKind::Custom => ("custom", "input"),
    };
    let call = object([("name", name.into()), (input, arguments.into())]);
    object([("id", id.into()), ("type", kind.into()), (kind, call)])
}

/// A part of a message that holds nothing but text.
fn text_part(block: Block, drops: &mut Drops) -> Option<Part> {
    report_cache(&block.path, block.cache.is_some(), drops);
    match block.content {
        Content::Text { text, citations } => {
            if citations.is_some() {
                drops.add(format!("{}.citations", block.path), UNSUPPORTED);
            }
            Some(Part::Text(text))
        }
        Content::Opaque { dialect: NAME, value } => Some(Part::Other(value)),
        _ => {
            drops.add(block.path, UNSUPPORTED);
            None
        }
    }
}

/// A part of a user message.
fn user_part(block: Block, drops: &mut Drops) -> Result<Option<Part>, Problem> {
    let marked = block.cache.is_some();
    let part = match block.content {
        Content::Image { source, detail } => {
            report_cache(&block.path, marked, drops);
            image(source, detail, block.path)?
        }
        Content::Audio { source, format } => {
            report_cache(&block.path, marked, drops);
            audio(source, format, block.path)?
        }
        Content::Document { source, title, context, citations } => {
            report_cache(&block.path, marked, drops);
            let unsaid = [("context", context.is_some()), ("citations", citations == Some(true))];
            for (name, _) in unsaid.into_iter().filter(|row| row.1) {
                drops.add(format!("{}.{name}", block.path), UNSUPPORTED);
            }
            document(source, title, block.path, drops)?
        }
        _ => return Ok(text_part(block, drops)),
    };
    Ok(Some(Part::Other(part)))
}

fn image(source: Source, detail: Option<String>, path: Path) -> Result<Value, Problem> {
    let url = match source {
        Source::Base64 { media_type, data } => data_url(&media_type, &data),
        Source::Url { url } => url,
        Source::File { .. } | Source::Text { .. } => {
            return Err(unsupported(path, "an image must be inline or a URL"));
        }
    };
    let image = match detail {
        Some(detail) => object([("url", url.into()), ("detail", detail.into())]),
        None => object([("url", url.into())]),
    };
    Ok(object([("type", "image_url".into()), ("image_url", image)]))
}

fn audio(source: Source, format: String, path: Path) -> Result<Value, Problem> {
    match source {
        Source::Base64 { data, .. } => {
            let audio = object([("data", data.into()), ("format", format.into())]);
            Ok(object([("type", "input_audio".into()), ("input_audio", audio)]))
        }
        _ => Err(unsupported(path, "audio must be inline")),
    }
}

fn document(
    source: Source,
    title: Option<String>,
    path: Path,
    drops: &mut Drops,
) -> Result<Value, Problem> {
    let file = match source {
        Source::Base64 { media_type, data } => {
            // OpenAI refuses file_data without a name.
            let name = title.unwrap_or_else(|| default_name(&media_type));
            let data = data_url(&media_type, &data);
            object([("filename", name.into()), ("file_data", data.into())])
        }
        Source::File { id } => match title {
            Some(title) => object([("filename", title.into()), ("file_id", id.into())]),
            None => object([("file_id", id.into())]),
        },
        Source::Text { text } => {
            if title.is_some() {
                drops.add(format!("{path}.title"), UNSUPPORTED);
            }
            return Ok(object([("type", "text".into()), ("text", text.into())]));
        }
        Source::Url { .. } => {
            return Err(unsupported(path, "a document must be inline or an uploaded file"));
        }
    };
    Ok(object([("type", "file".into()), ("file", file)]))
}

/// A name for a file that has none.
pub(crate) fn default_name(media_type: &str) -> String {
    match media_type {
        "application/pdf" => "document.pdf".to_owned(),
        "text/plain" => "document.txt".to_owned(),
        _ => "document".to_owned(),
    }
}

/// Writes inline data as a URL (RFC 2397).
pub(crate) fn data_url(media_type: &str, data: &str) -> String {
    format!("data:{media_type};base64,{data}")
}

/// The refusal of media at `path`; `rule` says what can be sent.
pub(crate) fn unsupported(path: Path, rule: &str) -> Problem {
    let message = format!("{path} cannot be sent to this provider: {rule}");
    Problem::invalid("unsupported_source", path, message)
}

/// `content`: one text alone as a string, otherwise parts; nothing is the empty string.
fn content(mut parts: Vec<Part>) -> Value {
    match parts.as_mut_slice() {
        [] => "".into(),
        [Part::Text(text)] => std::mem::take(text).into(),
        [Part::Other(part)] if is_text(part) => {
            part.get_mut("text").map(Value::take).unwrap_or_default()
        }
        _ => Value::Array(parts.into_iter().map(Part::written).collect()),
    }
}

/// A part of a message. A text is no object before it is known that it does not stand alone.
enum Part {
    Text(String),
    Other(Value),
}

impl Part {
    fn is_text(&self) -> bool {
        match self {
            Part::Text(_) => true,
            Part::Other(part) => is_text(part),
        }
    }

    fn written(self) -> Value {
        match self {
            Part::Text(text) => object([("type", "text".into()), ("text", text.into())]),
            Part::Other(part) => part,
        }
    }
}

fn is_text(part: &Value) -> bool {
    part.get("type").and_then(Value::as_str) == Some("text")
}

fn with_name(role: &str, name: Option<String>, content: Value) -> Value {
    match name {
        Some(name) => object([("role", role.into()), ("name", name.into()), ("content", content)]),
        None => object([("role", role.into()), ("content", content)]),
    }
}

fn report_cache(path: &Path, marked: bool, drops: &mut Drops) {
    if marked {
        drops.add(format!("{path}.cache_control"), UNSUPPORTED);
    }
}
