//! Prompts of the gateway's own: instructions stand in a list of blocks.

use chat::json::{Value, json};

use crate::prompts::{Prompts, SystemPlace, add_messages};

/// Adds them. Returns whether the request has a conversation to add to.
pub(super) fn add(body: &mut Value, prompts: &Prompts) -> bool {
    let Value::Object(map) = body else { return false };
    let Some(Value::Array(messages)) = map.get_mut("messages") else { return false };
    add_messages(
        messages,
        0,
        prompts,
        |role, text| json!({"role": role.word(), "content": [{"text": text}]}),
    );
    let mut system = match map.get_mut("system").map(Value::take) {
        Some(Value::Array(system)) => system,
        _ => Vec::new(),
    };
    for (place, text) in &prompts.system {
        let block = json!({"text": text});
        match place {
            SystemPlace::Before => system.insert(0, block),
            SystemPlace::After | SystemPlace::Last => system.push(block),
            SystemPlace::Instead => system = vec![block],
            SystemPlace::Default if system.is_empty() => system.push(block),
            SystemPlace::Default => {}
        }
    }
    match system.is_empty() {
        true => drop(map.shift_remove("system")),
        false => map.put("system", system),
    }
    true
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::prompts::Role;

    #[test]
    fn every_place_is_found() {
        let prompts = |place| Prompts {
            system: vec![(place, "x".into())],
            before: vec![(Role::User, "b".into())],
            after: vec![(Role::Assistant, "e".into())],
        };
        for (place, texts) in [
            (SystemPlace::Before, json!([{"text": "x"}, {"text": "a"}])),
            (SystemPlace::After, json!([{"text": "a"}, {"text": "x"}])),
            (SystemPlace::Instead, json!([{"text": "x"}])),
            (SystemPlace::Default, json!([{"text": "a"}])),
        ] {
            let mut body = json!({"system": [{"text": "a"}],
                "messages": [{"role": "user", "content": [{"text": "d"}]}]});
            assert!(add(&mut body, &prompts(place)));
            assert_eq!(body["system"], texts, "{place:?}");
            assert_eq!(body["messages"][0], json!({"role": "user", "content": [{"text": "b"}]}));
            assert_eq!(body["messages"][2]["role"], "assistant");
        }
        let mut body = json!({"messages": []});
        assert!(add(&mut body, &Prompts::default()));
        assert_eq!(body, json!({"messages": []}));
        assert!(add(&mut body, &prompts(SystemPlace::Default)));
        assert_eq!(body["system"], json!([{"text": "x"}]));
        assert!(!add(&mut json!({"contents": []}), &prompts(SystemPlace::Before)));
    }
}
