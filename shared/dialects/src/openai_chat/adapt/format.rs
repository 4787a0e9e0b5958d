//! The form of the answer, for a provider that does not take every value.

use chat::json::{Map, Value, json};

use super::super::prompts;
use crate::Drops;
use crate::prompts::{Prompts, SystemPlace};
use crate::providers::Formats;

/// Bends `response_format` to what is taken. Returns whether anything changed.
pub(super) fn adapt(body: &mut Value, taken: Formats, drops: &mut Drops) -> bool {
    let kind = body.pointer("/response_format/type").and_then(Value::as_str);
    match (taken, kind) {
        (Formats::JsonObject, Some("json_schema")) => {
            let schema = body.pointer("/response_format/json_schema/schema").map(Value::to_string);
            set(body, json!({"type": "json_object"}));
            if let Some(schema) = schema {
                let text = format!("Answer with JSON that matches this JSON Schema: {schema}");
                let system = vec![(SystemPlace::After, text)];
                prompts::add(body, &Prompts { system, ..Prompts::default() });
            }
            drops.add("response_format.json_schema", "not enforced; told as an instruction");
            true
        }
        (Formats::JsonSchema, Some("json_object")) => {
            let any = json!({"name": "response", "schema": {"type": "object"}});
            set(body, json!({"type": "json_schema", "json_schema": any}));
            true
        }
        _ => false,
    }
}

fn set(body: &mut Value, format: Value) {
    if let Value::Object(map) = body {
        let map: &mut Map = map;
        map.insert("response_format".to_owned(), format);
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn adapted(taken: Formats, format: &Value) -> (Value, Vec<String>) {
        let mut body = json!({"messages": [{"role": "user", "content": "a"}],
            "response_format": format.clone()});
        let mut drops = Drops::default();
        let before = body.clone();
        assert_eq!(adapt(&mut body, taken, &mut drops), body != before);
        (body, drops.iter().map(|dropped| dropped.path.clone()).collect())
    }

    #[test]
    fn a_schema_that_is_not_enforced_is_told() {
        let schema = json!({"type": "json_schema", "json_schema":
            {"name": "n", "strict": true, "schema": {"type": "object", "required": ["q"]}}});
        let (body, dropped) = adapted(Formats::JsonObject, &schema);
        assert_eq!(body["response_format"], json!({"type": "json_object"}));
        assert_eq!(body["messages"][0]["role"], "system");
        let told = body["messages"][0]["content"].as_str().unwrap();
        assert!(told.contains("JSON") && told.contains(r#""required":["q"]"#), "{told}");
        assert_eq!(dropped, ["response_format.json_schema"]);
    }

    #[test]
    fn any_object_is_a_schema_too() {
        let (body, dropped) = adapted(Formats::JsonSchema, &json!({"type": "json_object"}));
        assert_eq!(
            body.pointer("/response_format/json_schema/schema"),
            Some(&json!({"type": "object"}))
        );
        assert!(dropped.is_empty());
    }

    #[test]
    fn what_is_taken_stays() {
        for (taken, format) in [
            (Formats::All, json!({"type": "json_schema", "json_schema": {}})),
            (Formats::All, json!({"type": "json_object"})),
            (Formats::JsonObject, json!({"type": "json_object"})),
            (Formats::JsonSchema, json!({"type": "text"})),
            (Formats::JsonObject, json!(7)),
        ] {
            let (body, dropped) = adapted(taken, &format);
            assert_eq!((&body["response_format"], dropped.len()), (&format, 0));
        }
    }
}
