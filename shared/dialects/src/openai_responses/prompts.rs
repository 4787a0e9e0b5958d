//! Prompts of the gateway's own: instructions stand in a field, and may stand among the items.

use chat::json::{Map, Value};

use crate::prompts::{Prompts, SystemPlace, add_last, add_messages, instructs, leading, message};

/// Adds `prompts` to a request. Returns whether it has a conversation to add to.
pub(super) fn add(body: &mut Value, prompts: &Prompts) -> bool {
    let Value::Object(fields) = body else { return false };
    let stored = fields.get("prompt").is_some_and(Value::is_object);
    match fields.get("input") {
        Some(Value::String(_) | Value::Array(_)) => {}
        // What OpenAI has stored is the conversation.
        None | Some(Value::Null) if stored => {}
        _ => return false,
    }
    for (place, text) in &prompts.system {
        instruct(fields, *place, text);
    }
    let last = prompts.system.iter().any(|row| row.0 == SystemPlace::Last);
    if last || !prompts.before.is_empty() || !prompts.after.is_empty() {
        let mut items = taken(fields);
        let first = leading(&items);
        add_messages(&mut items, first, prompts, |role, text| message(role.word(), text));
        add_last(&mut items, prompts);
        fields.put("input", items);
    }
    true
}

/// The client's `instructions` are one text, which ours becomes a paragraph of.
fn instruct(fields: &mut Map, place: SystemPlace, text: &str) {
    let theirs = fields.get("instructions").and_then(Value::as_str).unwrap_or_default().to_owned();
    let input = fields.get_mut("input").and_then(Value::as_array_mut);
    let whole = match (place, input) {
        (SystemPlace::Last, _) => return,
        (SystemPlace::Before, _) => paragraphs(text, &theirs),
        (SystemPlace::After, Some(items)) if leading(items) > 0 => {
            return items.insert(leading(items), message("system", text));
        }
        (SystemPlace::After, _) => paragraphs(&theirs, text),
        (SystemPlace::Instead, input) => {
            input.into_iter().for_each(|items| items.retain(|item| !instructs(item)));
            text.to_owned()
        }
        (SystemPlace::Default, Some(items)) if items.iter().any(instructs) => return,
        (SystemPlace::Default, _) if !theirs.is_empty() => return,
        (SystemPlace::Default, _) => text.to_owned(),
    };
    fields.put("instructions", whole);
}

fn paragraphs(first: &str, then: &str) -> String {
    match (first, then) {
        ("", one) | (one, "") => one.to_owned(),
        _ => format!("{first}\n\n{then}"),
    }
}

/// Takes the list of items; a text alone is what the user says.
fn taken(fields: &mut Map) -> Vec<Value> {
    match fields.get_mut("input").map(Value::take) {
        Some(Value::Array(items)) => items,
        Some(Value::String(text)) => vec![message("user", &text)],
        _ => Vec::new(),
    }
}
