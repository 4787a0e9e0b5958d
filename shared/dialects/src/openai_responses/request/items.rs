//! The conversation, read: items to messages.

use chat::Problem;
use chat::json::Value;

use super::super::NOT_CARRIED;
use super::super::response;
use super::{parts, stored, tools};
use crate::neutral::{Block, Content, Message, Role, Tool};
use crate::reader::{Fields, missing, wrong_type, wrong_value};
use crate::{Drops, Path};

/// What `instructions` and `input` hold.
#[derive(Default)]
pub(super) struct Conversation {
    pub(super) messages: Vec<Message>,
    /// Tools that were offered in the middle of the conversation.
    pub(super) tools: Vec<Tool>,
}

/// Takes `instructions` and `input` out of a request.
pub(super) fn decode(body: &mut Fields, drops: &mut Drops) -> Result<Conversation, Problem> {
    let mut conversation = Conversation::default();
    if let Some(text) = body.string("instructions")? {
        conversation.add(Role::System, vec![parts::text(text, "instructions")], "instructions");
    }
    match body.required("input")? {
        Value::String(text) => {
            conversation.add(Role::User, vec![parts::text(text, "input")], "input");
        }
        Value::Array(items) => {
            let path = body.path("input");
            for (index, value) in items.into_iter().enumerate() {
                conversation.item(value, path.item(index), drops)?;
            }
        }
        _ => return Err(wrong_type("input".to_owned(), "a string or an array")),
    }
    Ok(conversation)
}

impl Conversation {
    fn add(&mut self, role: Role, content: Vec<Block>, path: &str) {
        self.messages.push(Message { role, name: None, content, path: path.into() });
    }

    /// Adds to what the model says in its turn.
    fn say(&mut self, content: Vec<Block>, path: &str) {
        match self.messages.last_mut() {
            Some(turn) if turn.role == Role::Assistant => turn.content.extend(content),
            _ => self.add(Role::Assistant, content, path),
        }
    }

    fn item(&mut self, value: Value, path: Path, drops: &mut Drops) -> Result<(), Problem> {
        let has_role = value.get("role").is_some();
        let kind = value.get("type").filter(|kind| !kind.is_null());
        let kind = match kind.map(Value::as_str) {
            Some(Some(kind)) => kind.to_owned(),
            Some(None) => return Err(wrong_type(format!("{path}.type"), "a string")),
            None if has_role => "message".to_owned(),
            None if value.get("id").is_some() => "item_reference".to_owned(),
            None if value.is_object() => return Err(missing(format!("{path}.type"))),
            None => return Err(wrong_type(path, "an object")),
        };
        match kind.as_str() {
            "message" => self.message(Fields::new(value, path.clone())?, &path, drops)?,
            "function_call_output" | "custom_tool_call_output" => {
                let block = result(Fields::new(value, path.clone())?, &path, drops)?;
                self.add(Role::Tool, vec![block], &path);
            }
            "item_reference" | "compaction" | "compaction_trigger" => {
                return Err(stored::refused(path, "send the items themselves"));
            }
            "additional_tools" => {
                let mut fields = Fields::new(value, path)?;
                self.tools.extend(tools::decode(&mut fields, drops)?);
            }
            kind if is_result(kind) => {
                let message =
                    format!("{path} answers a built-in tool that only OpenAI's models know");
                return Err(Problem::invalid("unsupported_content", path, message));
            }
            _ => {
                let block = response::block(value, path.clone(), drops)?;
                self.say(vec![block], &path);
            }
        }
        Ok(())
    }

    fn message(
        &mut self,
        mut fields: Fields,
        path: &str,
        drops: &mut Drops,
    ) -> Result<(), Problem> {
        let role = match fields.required_string("role")?.as_str() {
            "system" => Some(Role::System),
            "developer" => Some(Role::Developer),
            "user" => Some(Role::User),
            "assistant" => None,
            _ => {
                let roles = "assistant, developer, system or user";
                return Err(wrong_value(fields.path("role"), roles));
            }
        };
        let content_path = fields.path("content");
        let content = parts::decode(fields.required("content")?, &content_path, drops)?;
        ignore_handles(&mut fields);
        fields.report_rest(drops, NOT_CARRIED);
        match role {
            Some(role) => self.add(role, content, path),
            None => self.say(content, path),
        }
        Ok(())
    }
}

/// Whether an item is what the client says to a built-in tool: results and approvals.
fn is_result(kind: &str) -> bool {
    kind.ends_with("_output") || kind == "mcp_approval_response"
}

fn result(mut fields: Fields, path: &str, drops: &mut Drops) -> Result<Block, Problem> {
    let id = fields.required_string("call_id")?;
    let output_path = fields.path("output");
    let content = parts::decode(fields.required("output")?, &output_path, drops)?;
    ignore_handles(&mut fields);
    // Repeats the call's.
    fields.skip("name");
    fields.report_rest(drops, NOT_CARRIED);
    Ok(Block::new(Content::ToolResult { id, content, is_error: None }, path))
}

/// Takes what tells nothing but where OpenAI stored an item and how far it was.
fn ignore_handles(fields: &mut Fields) {
    for name in ["type", "id", "status"] {
        fields.take(name);
    }
}
