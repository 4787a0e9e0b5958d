//! Text and where it stands.

use crate::json::Value;

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
    /// The decoded text.
    pub text: &'a str,
}

/// A visitor: looks at a piece of text, and may return what shall stand there instead.
pub type Visit<'a> = &'a mut dyn FnMut(Text<'_>) -> Option<String>;

/// Visits `value` if it is a string. Returns whether it was replaced.
pub fn visit_string(value: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    let Value::String(text) = value else { return false };
    match visit(Text { scope, turn, text }) {
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

/// Visits JSON text that stands in a string (OpenAI's tool arguments) leaf by leaf, so that an edit leaves
/// valid JSON behind. Text that is no JSON is visited as it is. Returns whether it was replaced.
pub fn visit_json_string(value: &mut Value, scope: Scope, turn: usize, visit: Visit<'_>) -> bool {
    let Value::String(text) = value else { return false };
    match crate::json::parse_str(text) {
        Ok(mut tree) => {
            let edited = visit_leaves(&mut tree, scope, turn, visit);
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
