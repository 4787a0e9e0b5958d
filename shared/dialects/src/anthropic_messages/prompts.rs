//! Prompts of the gateway's own: instructions stand in a field, as a text or as blocks.

use chat::json::{Map, Value};

use crate::prompts::{Prompts, SystemPlace, add_messages, message};

/// Adds `prompts` to a request. Returns whether it has a conversation to add to.
pub(super) fn add(body: &mut Value, prompts: &Prompts) -> bool {
    let Value::Object(fields) = body else { return false };
    if !fields.get("messages").is_some_and(Value::is_array) {
        return false;
    }
    for (place, text) in &prompts.system {
        add_system(fields, *place, text);
    }
    if let Some(Value::Array(messages)) = fields.get_mut("messages") {
        add_messages(messages, 0, prompts, |role, text| message(role.word(), text));
    }
    true
}

/// The client's instructions stay blocks of their own, because their cache marks are theirs.
fn add_system(fields: &mut Map, place: SystemPlace, text: &str) {
    let mut blocks = match fields.remove("system") {
        Some(Value::Array(blocks)) => blocks,
        Some(Value::String(theirs)) if !theirs.is_empty() => vec![block(&theirs)],
        _ => Vec::new(),
    };
    match place {
        SystemPlace::Before => blocks.insert(0, block(text)),
        SystemPlace::After | SystemPlace::Last => blocks.push(block(text)),
        SystemPlace::Instead => blocks = vec![block(text)],
        SystemPlace::Default if blocks.is_empty() => blocks.push(block(text)),
        SystemPlace::Default => {}
    }
    fields.put("system", Value::Array(blocks));
}

fn block(text: &str) -> Value {
    let mut block = Map::with_capacity(2);
    block.put("type", "text");
    block.put("text", text);
    Value::Object(block)
}
