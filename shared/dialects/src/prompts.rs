//! Prompts of the gateway's own, written into a client's request.

use chat::json::{Map, Value};

/// Prompts to be added to a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prompts {
    /// What becomes of the instructions.
    pub system: Vec<(SystemPlace, String)>,
    /// Messages between the leading instructions and the conversation.
    pub before: Vec<(Role, String)>,
    /// Messages behind the conversation.
    pub after: Vec<(Role, String)>,
}

/// Where an instruction goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemPlace {
    /// In front of the client's.
    Before,
    /// Behind the client's leading ones.
    After,
    /// In place of all the client's.
    Instead,
    /// Only where the client has none.
    Default,
}

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The user.
    User,
    /// The model.
    Assistant,
}

impl Role {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Role::User => "user",
            Role::Assistant => "assistant",
        }
    }
}

/// `{"role": …, "content": …}`, which is a message in most dialects.
pub(crate) fn message(role: &str, text: &str) -> Value {
    let mut message = Map::with_capacity(2);
    message.put("role", role);
    message.put("content", text);
    Value::Object(message)
}

/// Adds the conversation's messages: `before` at `first`, `after` at the end.
pub(crate) fn add_messages(
    messages: &mut Vec<Value>,
    first: usize,
    prompts: &Prompts,
    message: impl Fn(Role, &str) -> Value,
) {
    let make = |(role, text): &(Role, String)| message(*role, text);
    let first = first.min(messages.len());
    messages.splice(first..first, prompts.before.iter().map(make));
    messages.extend(prompts.after.iter().map(make));
}
