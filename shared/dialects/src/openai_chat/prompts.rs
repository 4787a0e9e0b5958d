//! Prompts of the gateway's own: instructions are messages here.

use chat::json::Value;

use crate::prompts::{Prompts, SystemPlace, add_last, add_messages, instructs, leading, message};

/// Adds `prompts` to a request. Returns whether it has a conversation to add to.
pub(crate) fn add(body: &mut Value, prompts: &Prompts) -> bool {
    let Some(Value::Array(messages)) = body.get_mut("messages") else { return false };
    for (place, text) in &prompts.system {
        let at = match place {
            SystemPlace::Before => 0,
            SystemPlace::After => leading(messages),
            SystemPlace::Instead => {
                messages.retain(|message| !instructs(message));
                0
            }
            SystemPlace::Default if messages.iter().any(instructs) => continue,
            SystemPlace::Default => 0,
            SystemPlace::Last => continue,
        };
        messages.insert(at.min(messages.len()), message("system", text));
    }
    let first = leading(messages);
    add_messages(messages, first, prompts, |role, text| message(role.word(), text));
    add_last(messages, prompts);
    true
}
