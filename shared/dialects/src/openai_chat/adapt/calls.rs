//! Ids of calls, for a provider that does not take every one.

use chat::json::{Map, Value};

use crate::call_ids::CallIds;

/// Makes the ids of calls and of their results such as are taken. Returns whether anything changed.
pub(super) fn adapt(map: &mut Map, taken: CallIds) -> bool {
    let mut changed = false;
    let mut fit = |of: &mut Map, name: &str| {
        if let Some(Value::String(id)) = of.get_mut(name)
            && let Some(fitting) = taken.fitting(id)
        {
            *id = fitting;
            changed = true;
        }
    };
    let messages = map.get_mut("messages").and_then(Value::as_array_mut);
    for message in messages.into_iter().flatten().filter_map(Value::as_object_mut) {
        fit(message, "tool_call_id");
        let calls = message.get_mut("tool_calls").and_then(Value::as_array_mut);
        for call in calls.into_iter().flatten().filter_map(Value::as_object_mut) {
            fit(call, "id");
        }
    }
    changed
}
