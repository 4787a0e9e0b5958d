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
    /// Behind the whole conversation; [`SystemPlace::After`] where instructions stand only in front.
    Last,
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

/// Adds the instructions that stand behind the conversation, in dialects where they are messages.
pub(crate) fn add_last(messages: &mut Vec<Value>, prompts: &Prompts) {
    let last = prompts.system.iter().filter(|row| row.0 == SystemPlace::Last);
    messages.extend(last.map(|row| message("system", &row.1)));
}

/// How many instructions stand in front of everything else.
pub(crate) fn leading(messages: &[Value]) -> usize {
    messages.iter().take_while(|message| instructs(message)).count()
}

/// Whether a message is an instruction.
pub(crate) fn instructs(message: &Value) -> bool {
    matches!(message.get("role").and_then(Value::as_str), Some("system" | "developer"))
}

/// Puts prompts around a text, which is all that a request of some dialects has.
pub(crate) fn add_to_text(text: &mut String, prompts: &Prompts) {
    let system = |places: &[SystemPlace]| -> Vec<&str> {
        let rows = prompts.system.iter().filter(|row| places.contains(&row.0));
        rows.map(|row| row.1.as_str()).collect()
    };
    // There are no instructions to stand in for or to come after.
    let mut parts = system(&[SystemPlace::Before, SystemPlace::Instead, SystemPlace::Default]);
    parts.extend(system(&[SystemPlace::After]));
    parts.extend(prompts.before.iter().map(|row| row.1.as_str()));
    parts.extend((!text.is_empty()).then_some(text.as_str()));
    parts.extend(prompts.after.iter().map(|row| row.1.as_str()));
    parts.extend(system(&[SystemPlace::Last]));
    let whole = parts.join("\n\n");
    *text = whole;
}
