//! Messages, read.

use chat::Problem;
use chat::json::{Value, json};

use super::super::{NAME, UNKNOWN, reasoning};
use super::parts;
use crate::neutral::{Block, Content, Message, Role, ToolKind};
use crate::reader::{Fields, wrong_value};
use crate::{Drops, Path};

/// Reads `messages`, one neutral message for each.
pub(super) fn decode(values: Vec<Value>, drops: &mut Drops) -> Result<Vec<Message>, Problem> {
    let mut functions = FunctionCalls::default();
    let path = Path::default().field("messages");
    let mut messages = Vec::with_capacity(values.len());
    for (index, value) in values.into_iter().enumerate() {
        let path = path.item(index);
        let fields = Fields::new(value, path.clone())?;
        messages.push(message(fields, path, index, &mut functions, drops)?);
    }
    Ok(messages)
}

/// Links deprecated `function` messages, which name no call, to the `function_call` before them.
#[derive(Default)]
struct FunctionCalls {
    last: Option<String>,
}

impl FunctionCalls {
    /// The id of a call that the message `index` makes.
    fn call(&mut self, index: usize) -> String {
        let id = format!("call_{index}");
        self.last = Some(id.clone());
        id
    }

    /// The id of the call that the message `index` answers.
    fn answer(&mut self, index: usize) -> String {
        self.last.clone().unwrap_or_else(|| format!("call_{index}"))
    }
}

fn message(
    mut fields: Fields,
    path: Path,
    index: usize,
    functions: &mut FunctionCalls,
    drops: &mut Drops,
) -> Result<Message, Problem> {
    let (role, mut content) = match fields.required_string("role")?.as_str() {
        "system" => (Role::System, required_content(&mut fields, drops)?),
        "developer" => (Role::Developer, required_content(&mut fields, drops)?),
        "user" => (Role::User, required_content(&mut fields, drops)?),
        "assistant" => (Role::Assistant, assistant(&mut fields, index, functions, drops)?),
        "tool" => {
            let id = fields.required_string("tool_call_id")?;
            (Role::Tool, result(id, required_content(&mut fields, drops)?, &path))
        }
        "function" => {
            fields.required_string("name")?;
            let content = parts::content(&mut fields, drops)?.unwrap_or_default();
            (Role::Tool, result(functions.answer(index), content, &path))
        }
        _ => {
            let roles = "one of system, developer, user, assistant, tool, function";
            return Err(wrong_value(fields.path("role"), roles));
        }
    };
    if let Some(mark) = parts::cache(&mut fields, drops)?
        && let Some(last) = content.last_mut()
    {
        last.cache.get_or_insert(mark);
    }
    let name = fields.string("name")?;
    fields.report_rest(drops, UNKNOWN);
    Ok(Message { role, name, content, path })
}

fn required_content(fields: &mut Fields, drops: &mut Drops) -> Result<Vec<Block>, Problem> {
    parts::content(fields, drops)?.ok_or_else(|| fields.lacks("content"))
}

fn result(id: String, content: Vec<Block>, path: &Path) -> Vec<Block> {
    vec![Block::new(Content::ToolResult { id, content, is_error: None }, path)]
}

/// What the model said: thoughts, text, refusal, sound, calls.
#[inline(never)]
fn assistant(
    fields: &mut Fields,
    index: usize,
    functions: &mut FunctionCalls,
    drops: &mut Drops,
) -> Result<Vec<Block>, Problem> {
    let mut blocks = reasoning::decode(fields, drops)?;
    blocks.extend(parts::content(fields, drops)?.unwrap_or_default());
    if let Some(text) = fields.string("refusal")? {
        blocks.push(Block::new(Content::Refusal { text }, fields.path("refusal")));
    }
    if let Some(audio) = fields.object("audio")? {
        let value = json!({"audio": audio.rest()});
        blocks.push(Block::new(Content::Opaque { dialect: NAME, value }, fields.path("audio")));
    }
    blocks.extend(tool_calls(fields, drops)?);
    if let Some(call) = fields.object("function_call")? {
        let path = fields.path("function_call");
        blocks.push(Block::new(function(call, functions.call(index), drops)?, path));
    }
    // Clients send back what they got; an empty list says nothing.
    if fields.array("annotations")?.is_some_and(|list| !list.is_empty()) {
        drops.add(fields.path("annotations"), "not read in requests");
    }
    Ok(blocks)
}

fn tool_calls(fields: &mut Fields, drops: &mut Drops) -> Result<Vec<Block>, Problem> {
    let Some(calls) = fields.array("tool_calls")? else { return Ok(Vec::new()) };
    let path = fields.path("tool_calls");
    let mut blocks = Vec::with_capacity(calls.len());
    for (index, mut value) in calls.into_iter().enumerate() {
        let path = path.item(index);
        blocks.extend(reasoning::of_call(&mut value, &path));
        blocks.push(tool_call(value, path, drops)?);
    }
    Ok(blocks)
}

/// Reads one item of `tool_calls`, in a request or an answer.
pub(crate) fn tool_call(value: Value, path: Path, drops: &mut Drops) -> Result<Block, Problem> {
    let mut fields = Fields::new(value, path.clone())?;
    let id = fields.required_string("id")?;
    let content = match fields.required_string("type")?.as_str() {
        "function" => function(parts::required_object(&mut fields, "function")?, id, drops)?,
        "custom" => custom(parts::required_object(&mut fields, "custom")?, id, drops)?,
        _ => return Err(wrong_value(fields.path("type"), "function or custom")),
    };
    // Its place within an answer, which some providers repeat there and clients send back.
    fields.skip("index");
    let cache = parts::cache(&mut fields, drops)?;
    fields.report_rest(drops, UNKNOWN);
    Ok(Block { content, cache, path })
}

/// Reads a function's name and arguments, also those of the deprecated `function_call`.
pub(in super::super) fn function(
    mut fields: Fields,
    id: String,
    drops: &mut Drops,
) -> Result<Content, Problem> {
    let name = fields.required_string("name")?;
    let arguments = fields.required_string("arguments")?;
    fields.report_rest(drops, UNKNOWN);
    Ok(Content::ToolCall { id, name, arguments, kind: ToolKind::Function })
}

fn custom(mut fields: Fields, id: String, drops: &mut Drops) -> Result<Content, Problem> {
    let name = fields.required_string("name")?;
    let arguments = fields.required_string("input")?;
    fields.report_rest(drops, UNKNOWN);
    Ok(Content::ToolCall { id, name, arguments, kind: ToolKind::Custom })
}
