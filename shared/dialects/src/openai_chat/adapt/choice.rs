//! The choice of tools, for a provider that does not take every value.

use chat::json::{Map, Value};

use crate::Drops;
use crate::providers::ToolChoices;

/// Bends `tool_choice` to what is taken. Returns whether anything changed.
pub(super) fn adapt(map: &mut Map, taken: ToolChoices, drops: &mut Drops) -> bool {
    let Some(choice) = map.get("tool_choice").filter(|choice| !choice.is_null()) else {
        return false;
    };
    let word = choice.as_str();
    match taken {
        ToolChoices::All => false,
        _ if word == Some("auto") => false,
        ToolChoices::NotRequired if word != Some("required") => false,
        // What is not offered is not called.
        ToolChoices::Auto if word == Some("none") => {
            for name in ["tools", "tool_choice", "parallel_tool_calls"] {
                map.shift_remove(name);
            }
            drops.add("tools", "left out, since none may be called");
            true
        }
        ToolChoices::Auto | ToolChoices::NotRequired => {
            map.insert("tool_choice".to_owned(), Value::from("auto"));
            drops.add("tool_choice", "sent as auto");
            true
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;

    #[test]
    fn what_is_not_taken_becomes_what_is() {
        let named = json!({"type": "function", "function": {"name": "t"}});
        let (auto, none, required) = (json!("auto"), json!("none"), json!("required"));
        for (taken, choice, expected, dropped) in [
            (ToolChoices::All, &required, Some(&required), None),
            (ToolChoices::NotRequired, &named, Some(&named), None),
            (ToolChoices::NotRequired, &none, Some(&none), None),
            (ToolChoices::NotRequired, &required, Some(&auto), Some("tool_choice")),
            (ToolChoices::Auto, &auto, Some(&auto), None),
            (ToolChoices::Auto, &named, Some(&auto), Some("tool_choice")),
            (ToolChoices::Auto, &required, Some(&auto), Some("tool_choice")),
            (ToolChoices::Auto, &none, None, Some("tools")),
        ] {
            let mut map = Map::new();
            map.put("tools", vec![json!({})]);
            map.put("tool_choice", choice.clone());
            let mut drops = Drops::default();
            let changed = adapt(&mut map, taken, &mut drops);
            assert_eq!(map.get("tool_choice"), expected, "{taken:?} {choice}");
            assert_eq!(map.contains_key("tools"), expected.is_some());
            assert_eq!(changed, dropped.is_some());
            assert_eq!(drops.iter().next().map(|it| it.path.as_str()), dropped);
        }
    }
}
