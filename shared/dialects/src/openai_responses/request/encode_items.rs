//! The conversation, written: messages to items.

use std::collections::HashSet;

use chat::Problem;
use chat::json::{Value, json};

use super::super::{NAME, UNSUPPORTED, object, proof};
use crate::call_ids::CallIds;
use crate::neutral::{Block, Content, Message, Role, Source, ToolKind};
use crate::openai_chat;
use crate::{Drops, Path};

/// OpenAI's error names the limit: <https://github.com/RooCodeInc/Roo-Code/pull/10763> (of 2026-01-16, read 2026-11-21).
const CALL_IDS: CallIds = CallIds::AtMost(64);

/// `instructions` and `input`.
#[derive(Debug, Default)]
pub(super) struct Input {
    pub(super) instructions: Option<String>,
    pub(super) items: Vec<Value>,
}

/// Writes the conversation.
///
/// # Errors
/// A picture, sound or document that the dialect has no form for.
pub(super) fn encode(messages: Vec<Message>, drops: &mut Drops) -> Result<Input, Problem> {
    let mut writer = Writer { input: Input::default(), custom: HashSet::new(), drops };
    for (index, message) in messages.into_iter().enumerate() {
        if message.name.is_some() {
            writer.drops.add(format!("{}.name", message.path), UNSUPPORTED);
        }
        match message.role {
            Role::System if index == 0 && is_one_text(&message) => writer.instructions(message),
            Role::System => writer.parts("system", message.content)?,
            Role::Developer => writer.parts("developer", message.content)?,
            Role::User | Role::Tool => writer.parts("user", message.content)?,
            Role::Assistant => writer.assistant(message.content),
        }
    }
    Ok(writer.input)
}

/// Whether a message says no more than `instructions` can.
fn is_one_text(message: &Message) -> bool {
    let [Block { content: Content::Text { citations: None, .. }, cache: None, .. }] =
        message.content.as_slice()
    else {
        return false;
    };
    true
}

struct Writer<'a> {
    input: Input,
    /// Ids of the calls of custom tools, whose results are items of their own kind.
    custom: HashSet<String>,
    drops: &'a mut Drops,
}

impl Writer<'_> {
    fn instructions(&mut self, message: Message) {
        for block in message.content {
            if let Content::Text { text, .. } = block.content {
                self.input.instructions = Some(text);
            }
        }
    }

    /// A message of anybody but the model. Results of tools are items between its parts.
    fn parts(&mut self, role: &str, blocks: Vec<Block>) -> Result<(), Problem> {
        let mut parts = Vec::new();
        for block in blocks {
            match block.content {
                Content::ToolResult { id, content, is_error } => {
                    self.flush(role, &mut parts);
                    report_cache(&block.path, block.cache.is_some(), self.drops);
                    if is_error == Some(true) {
                        self.drops.add(format!("{}.is_error", block.path), UNSUPPORTED);
                    }
                    self.result(id, content)?;
                }
                content => parts.extend(part(Block { content, ..block }, self.drops)?),
            }
        }
        self.flush(role, &mut parts);
        Ok(())
    }

    fn flush(&mut self, role: &str, parts: &mut Vec<Value>) {
        if !parts.is_empty() {
            let content = std::mem::take(parts).into();
            self.push_message(role, content);
        }
    }

    fn push_message(&mut self, role: &str, content: Value) {
        let message =
            object([("type", "message".into()), ("role", role.into()), ("content", content)]);
        self.input.items.push(message);
    }

    fn result(&mut self, id: String, blocks: Vec<Block>) -> Result<(), Problem> {
        let mut parts = Vec::new();
        for block in blocks {
            parts.extend(part(block, self.drops)?);
        }
        let output = match parts.as_mut_slice() {
            [] => "".into(),
            [part] if is(part, "input_text") => {
                part.get_mut("text").map(Value::take).unwrap_or_default()
            }
            _ => parts.into(),
        };
        let id = CALL_IDS.fitting(&id).unwrap_or(id);
        let kind = match self.custom.contains(&id) {
            true => "custom_tool_call_output",
            false => "function_call_output",
        };
        let item = object([("type", kind.into()), ("call_id", id.into()), ("output", output)]);
        self.input.items.push(item);
        Ok(())
    }

    fn assistant(&mut self, blocks: Vec<Block>) {
        let mut parts = Vec::new();
        for block in blocks {
            match block.content {
                Content::Text { text, citations } => {
                    report_cache(&block.path, block.cache.is_some(), self.drops);
                    if citations.is_some() {
                        self.drops.add(format!("{}.citations", block.path), UNSUPPORTED);
                    }
                    parts.push(json!({"type": "output_text", "text": text, "annotations": []}));
                }
                Content::Refusal { text } => {
                    parts.push(object([("type", "refusal".into()), ("refusal", text.into())]));
                }
                content => {
                    if let Some(item) = self.said(Block { content, ..block }) {
                        self.flush_said(&mut parts);
                        self.input.items.push(item);
                    }
                }
            }
        }
        self.flush_said(&mut parts);
    }

    /// What the model said in words. One text alone is a string, which needs no id.
    fn flush_said(&mut self, parts: &mut Vec<Value>) {
        let content = match parts.as_mut_slice() {
            [] => return,
            [part] if is(part, "output_text") => {
                part.get_mut("text").map(Value::take).unwrap_or_default()
            }
            _ => std::mem::take(parts).into(),
        };
        parts.clear();
        self.push_message("assistant", content);
    }

    /// Another thing that the model said, as an item.
    fn said(&mut self, block: Block) -> Option<Value> {
        report_cache(&block.path, block.cache.is_some(), self.drops);
        match block.content {
            Content::ToolCall { id, name, arguments, kind } => {
                let id = CALL_IDS.fitting(&id).unwrap_or(id);
                let (word, input) = match kind {
                    ToolKind::Function => ("function_call", "arguments"),
                    ToolKind::Custom => ("custom_tool_call", "input"),
                };
                if kind == ToolKind::Custom {
                    self.custom.insert(id.clone());
                }
                Some(object([
                    ("type", word.into()),
                    ("call_id", id.into()),
                    ("name", name.into()),
                    (input, openai_chat::parsable(arguments, kind).into()),
                ]))
            }
            Content::Reasoning { text, signature } => {
                let item = signature.as_deref().and_then(proof::own).map(|(id, encrypted)| {
                    super::super::item::reasoning(id, &text, Some(encrypted.to_owned()))
                });
                if item.is_none() {
                    self.drops.add(block.path, "reasoning without this dialect's proof");
                }
                item
            }
            Content::Opaque { dialect: NAME, value } => Some(value),
            _ => {
                self.drops.add(block.path, UNSUPPORTED);
                None
            }
        }
    }
}

/// A part of a message or of a tool's output.
fn part(block: Block, drops: &mut Drops) -> Result<Option<Value>, Problem> {
    let path = block.path;
    report_cache(&path, block.cache.is_some(), drops);
    Ok(match block.content {
        Content::Text { text, citations } => {
            if citations.is_some() {
                drops.add(format!("{path}.citations"), UNSUPPORTED);
            }
            Some(text_part(text))
        }
        Content::Image { source, detail } => Some(image(source, detail, path)?),
        Content::Document { source, title, context, citations } => {
            let unsaid = [("context", context.is_some()), ("citations", citations == Some(true))];
            for (name, _) in unsaid.into_iter().filter(|row| row.1) {
                drops.add(format!("{path}.{name}"), UNSUPPORTED);
            }
            Some(document(source, title, path, drops))
        }
        Content::Audio { .. } => {
            return Err(openai_chat::unsupported(path, "this dialect cannot hold audio"));
        }
        Content::Opaque { dialect: NAME, value } => Some(value),
        _ => {
            drops.add(path, UNSUPPORTED);
            None
        }
    })
}

fn text_part(text: String) -> Value {
    object([("type", "input_text".into()), ("text", text.into())])
}

fn image(source: Source, detail: Option<String>, path: Path) -> Result<Value, Problem> {
    let (name, value) = match source {
        Source::Base64 { media_type, data } => {
            ("image_url", openai_chat::data_url(&media_type, &data))
        }
        Source::Url { url } => ("image_url", url),
        Source::File { id } => ("file_id", id),
        Source::Text { .. } => {
            let rule = "an image must be inline, a URL or an uploaded file";
            return Err(openai_chat::unsupported(path, rule));
        }
    };
    let detail = detail.unwrap_or_else(|| "auto".to_owned());
    Ok(object([("type", "input_image".into()), (name, value.into()), ("detail", detail.into())]))
}

fn document(source: Source, title: Option<String>, path: Path, drops: &mut Drops) -> Value {
    let (name, value, title) = match source {
        Source::Base64 { media_type, data } => {
            // OpenAI refuses file_data without a name.
            let title = title.unwrap_or_else(|| openai_chat::default_name(&media_type));
            ("file_data", openai_chat::data_url(&media_type, &data), Some(title))
        }
        Source::File { id } => ("file_id", id, title),
        Source::Url { url } => ("file_url", url, title),
        Source::Text { text } => {
            if title.is_some() {
                drops.add(format!("{path}.title"), UNSUPPORTED);
            }
            return text_part(text);
        }
    };
    match title {
        Some(title) => object([
            ("type", "input_file".into()),
            ("filename", title.into()),
            (name, value.into()),
        ]),
        None => object([("type", "input_file".into()), (name, value.into())]),
    }
}

fn is(part: &Value, kind: &str) -> bool {
    part.get("type").and_then(Value::as_str) == Some(kind)
}

fn report_cache(path: &str, marked: bool, drops: &mut Drops) {
    if marked {
        drops.add(format!("{path}.cache_control"), UNSUPPORTED);
    }
}
