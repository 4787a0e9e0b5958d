//! Prompts of the gateway's own: instructions stand in a field, as parts of one content.

use chat::json::{Value, json};

use super::names::spelled;
use crate::prompts::{Prompts, Role, SystemPlace, add_messages};

/// Adds them. Returns whether the request has a place for them.
pub(super) fn add(body: &mut Value, prompts: &Prompts) -> bool {
    let Value::Object(map) = body else { return false };
    let contents = map.iter_mut().find(|(name, _)| *name == "contents");
    let Some(Value::Array(contents)) = contents.map(|(_, value)| as_list(value)) else {
        return false;
    };
    add_messages(contents, 0, prompts, |role, text| {
        let role = match role {
            Role::Assistant => "model",
            Role::User => "user",
        };
        json!({"role": role, "parts": [{"text": text}]})
    });
    for (place, text) in &prompts.system {
        let found = map.keys().find(|name| spelled(name) == "systemInstruction");
        let name = found.map_or_else(|| "systemInstruction".to_owned(), ToString::to_string);
        let own = map.get_mut(&name).filter(|own| own.is_object());
        let part = json!({"text": text});
        let parts = own.and_then(|own| own.get_mut("parts")).map(as_list);
        match (parts, place) {
            (Some(Value::Array(parts)), SystemPlace::Before) => parts.insert(0, part),
            (Some(Value::Array(parts)), SystemPlace::After | SystemPlace::Last) => parts.push(part),
            (Some(Value::Array(parts)), SystemPlace::Default) if !parts.is_empty() => {}
            _ => {
                map.insert(name, json!({"parts": [part]}));
            }
        }
    }
    true
}

/// A list; Google also reads one object as a list of itself.
fn as_list(value: &mut Value) -> &mut Value {
    if value.is_object() {
        *value = vec![value.take()].into();
    }
    value
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn every_place_is_found_in_either_spelling() {
        let prompts = |place| Prompts {
            system: vec![(place, "x".into())],
            before: vec![(Role::User, "b".into()), (Role::Assistant, "c".into())],
            after: vec![(Role::User, "e".into())],
        };
        for (place, texts) in [
            (SystemPlace::Before, vec!["x", "a"]),
            (SystemPlace::After, vec!["a", "x"]),
            (SystemPlace::Instead, vec!["x"]),
            (SystemPlace::Default, vec!["a"]),
        ] {
            let mut body = json!({"system_instruction": {"parts": {"text": "a"}},
                "contents": {"parts": {"text": "d"}}});
            assert!(add(&mut body, &prompts(place)));
            let parts = body["system_instruction"]["parts"].as_array().unwrap();
            let found: Vec<_> = parts.iter().map(|part| part["text"].as_str().unwrap()).collect();
            assert_eq!(found, texts, "{place:?}");
            let contents = body["contents"].as_array().unwrap();
            assert_eq!(contents.len(), 4);
            assert_eq!(contents[1]["role"], "model");
        }
        let mut body = json!({"contents": []});
        assert!(add(&mut body, &prompts(SystemPlace::Default)));
        assert_eq!(body["systemInstruction"]["parts"][0]["text"], "x");
        assert!(!add(&mut json!({"messages": []}), &prompts(SystemPlace::Before)));
    }
}
