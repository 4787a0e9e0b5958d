//! Text and where it stands.

use crate::json::{Map, Value};

/// Where a piece of text stands in a request or an answer, in any dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// System or developer instructions.
    System,
    /// What the user says.
    User,
    /// What the model said or says, reasoning included.
    Assistant,
    /// Names, descriptions and schemas of offered tools.
    ToolDefinition,
    /// Arguments of a call that the model makes.
    ToolCall,
    /// What a tool returned.
    ToolResult,
}

/// One piece of text met by a visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text<'a> {
    /// Where it stands.
    pub scope: Scope,
    /// Index of the turn it belongs to in the dialect's own list of messages; 0 where there is no list.
    pub turn: usize,
    /// The property of a call's arguments that it is the value of, or that the list is in which it stands.
    pub name: Option<&'a str>,
    /// The decoded text.
    pub text: &'a str,
}

impl<'a> Text<'a> {
    /// A text that is no property's value.
    pub fn new(scope: Scope, turn: usize, text: &'a str) -> Text<'a> {
        Text { scope, turn, name: None, text }
    }
}

/// A visitor: looks at a piece of text, and may return what shall stand there instead.
pub type Visit<'a> = &'a mut dyn FnMut(Text<'_>) -> Option<String>;

/// Visits `value` if it is a string. Returns whether it was replaced.
pub fn visit_string(value: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    let Value::String(text) = value else { return false };
    match visit(Text::new(scope, turn, text)) {
        Some(replacement) => {
            *text = replacement;
            true
        }
        None => false,
    }
}

/// Visits every string leaf of `value`, keys excepted. Returns whether any was replaced.
pub fn visit_leaves(value: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    match value {
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |edited, item| visit_leaves(item, scope, turn, visit) | edited),
        Value::Object(map) => map
            .values_mut()
            .fold(false, |edited, item| visit_leaves(item, scope, turn, visit) | edited),
        _ => visit_string(value, scope, turn, visit),
    }
}

/// Visits everything that a call's arguments say: strings, numbers and the names of properties. A number
/// that is replaced becomes a string. Returns whether anything was replaced.
pub fn visit_arguments(value: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    named(value, None, scope, turn, visit)
}

fn named(
    value: &mut Value,
    name: Option<&str>,
    scope: Scope,
    turn: usize,
    visit: Visit<'_>,
) -> bool {
    let replacement = match value {
        Value::Array(items) => {
            let each = items.iter_mut();
            return each.fold(false, |edited, item| named(item, name, scope, turn, visit) | edited);
        }
        Value::Object(map) => {
            let mut edited = false;
            for (name, value) in map.iter_mut() {
                edited |= named(value, Some(name), scope, turn, visit);
            }
            return edited | visit_names(map, scope, turn, visit);
        }
        Value::Number(number) => visit(Text { scope, turn, name, text: &number.to_string() }),
        Value::String(text) => visit(Text { scope, turn, name, text }),
        Value::Bool(_) | Value::Null => None,
    };
    let Some(replacement) = replacement else { return false };
    *value = Value::String(replacement);
    true
}

/// Visits the names of an object's properties. Names that become alike are told apart by a number.
fn visit_names(map: &mut Map, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    let names: Vec<_> = map.keys().map(|name| visit(Text::new(scope, turn, name))).collect();
    if names.iter().all(Option::is_none) {
        return false;
    }
    let mut renamed = Map::with_capacity(map.len());
    for ((old, value), new) in std::mem::take(map).into_iter().zip(names) {
        let name = new.unwrap_or(old);
        let more = (renamed.len()..).map(|number| format!("{name}_{number}"));
        let free = std::iter::once(name.clone()).chain(more).find(|it| !renamed.contains_key(it));
        renamed.insert(free.unwrap_or(name), value);
    }
    *map = renamed;
    true
}

/// Visits JSON text that stands in a string (OpenAI's tool arguments) as [`visit_arguments`] does, so that
/// an edit leaves valid JSON behind. Text that is no JSON is visited as it is. Returns whether it was
/// replaced.
pub fn visit_json_string(value: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    let Value::String(text) = value else { return false };
    match crate::json::parse_str(text) {
        Ok(mut tree) => {
            let edited = visit_arguments(&mut tree, scope, turn, visit);
            if edited {
                *text = tree.to_string();
            }
            edited
        }
        Err(_) => visit_string(value, scope, turn, visit),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use crate::json::json;

    use super::*;

    fn shout(text: Text<'_>) -> Option<String> {
        text.text.contains('x').then(|| text.text.to_uppercase())
    }

    #[test]
    fn arguments_are_visited_with_their_numbers_and_names() {
        let mut tree = json!({"a": [12, 1.50, true, {"b": "x"}], "x": "c", "X": null});
        let mut seen = Vec::new();
        let edited = visit_arguments(&mut tree, Scope::ToolCall, 0, &mut |text| {
            seen.push(format!("{}={}", text.name.unwrap_or_default(), text.text));
            match text.text {
                "12" => Some("twelve".to_owned()),
                _ => shout(text),
            }
        });
        assert!(edited);
        assert_eq!(seen, ["a=12", "a=1.5", "b=x", "=b", "x=c", "=a", "=x", "=X"]);
        let expected = r#"{"a":["twelve",1.5,true,{"b":"X"}],"X":"c","X_2":null}"#;
        assert_eq!(tree.to_string(), expected, "in order, and nothing is lost");
    }

    #[test]
    fn leaves_are_edited_in_place() {
        let mut tree = json!({"a": ["x", 1, {"b": "ax"}], "x": "c"});
        assert!(visit_leaves(&mut tree, Scope::User, 0, &mut shout));
        assert_eq!(tree, json!({"a": ["X", 1, {"b": "AX"}], "x": "c"}));
    }

    #[test]
    fn json_in_a_string_stays_json() {
        let mut arguments = json!("{ \"q\": \"x \\\" y\" }");
        assert!(visit_json_string(&mut arguments, Scope::ToolCall, 0, &mut shout));
        assert_eq!(arguments, json!("{\"q\":\"X \\\" Y\"}"));
    }

    #[test]
    fn json_in_a_string_that_nobody_edits_keeps_its_spaces() {
        let mut arguments = json!("{ \"q\": \"y\" }");
        assert!(!visit_json_string(&mut arguments, Scope::ToolCall, 0, &mut shout));
        assert_eq!(arguments, json!("{ \"q\": \"y\" }"));
    }

    #[test]
    fn a_string_that_is_no_json_is_text() {
        let mut arguments = json!("{\"q\": \"x");
        assert!(visit_json_string(&mut arguments, Scope::ToolCall, 0, &mut shout));
        assert_eq!(arguments, json!("{\"Q\": \"X"));
    }
}
