//! Google's `Schema`, a part of OpenAPI 3.0's, as JSON Schema.
//!
//! The SDK's `types.Schema` and `types.JSONSchema` (google-genai 3.4.0) and
//! <https://ai.google.dev/api/caching#Schema> (read 2026-11-21). The other way needs nothing: Gemini takes
//! JSON Schema in `parametersJsonSchema` and `responseJsonSchema`.

use chat::json::{Map, Value};

use super::names::spelled;

/// Numbers that the protocol buffers make strings of.
const COUNTS: [&str; 6] =
    ["maxItems", "maxLength", "maxProperties", "minItems", "minLength", "minProperties"];

/// `schema` as JSON Schema. What has no meaning there (`propertyOrdering`) is left out, and its names are
/// added to `lost`.
pub(super) fn to_json_schema(schema: Value, lost: &mut Vec<&'static str>) -> Value {
    let Value::Object(map) = schema else { return schema };
    let mut out = Map::new();
    let mut nullable = false;
    for (name, value) in map {
        match spelled(&name).as_ref() {
            "nullable" => nullable = value.as_bool() == Some(true),
            "propertyOrdering" => lost.push("propertyOrdering"),
            // `enum` as a format only says that there is an `enum`.
            "format" if value.as_str() == Some("enum") => {}
            "type" => {
                if let Some(kind) = kind(value) {
                    out.put("type", kind);
                }
            }
            "example" => {
                out.put("examples", vec![value]);
            }
            "anyOf" => {
                out.put("anyOf", each(value, lost));
            }
            "items" => {
                out.put("items", to_json_schema(value, lost));
            }
            "additionalProperties" => {
                out.put("additionalProperties", to_json_schema(value, lost));
            }
            "properties" => {
                out.put("properties", named(value, lost));
            }
            "defs" | "$defs" => {
                out.put("$defs", named(value, lost));
            }
            "ref" | "$ref" => {
                out.put("$ref", value);
            }
            count if COUNTS.contains(&count) => {
                out.insert(count.to_owned(), number(value));
            }
            other => {
                out.insert(other.to_owned(), value);
            }
        }
    }
    match nullable {
        true => or_null(out),
        false => Value::Object(out),
    }
}

/// `STRING` is `string`; `TYPE_UNSPECIFIED` says nothing.
fn kind(value: Value) -> Option<Value> {
    let Value::String(word) = value else { return Some(value) };
    let word = word.to_ascii_lowercase();
    (word != "type_unspecified").then_some(Value::String(word))
}

fn number(value: Value) -> Value {
    let digits = value.as_str().and_then(|text| text.parse::<u64>().ok());
    digits.map_or(value, Value::from)
}

fn each(value: Value, lost: &mut Vec<&'static str>) -> Value {
    match value {
        Value::Array(items) => {
            items.into_iter().map(|item| to_json_schema(item, lost)).collect::<Vec<_>>().into()
        }
        other => other,
    }
}

fn named(value: Value, lost: &mut Vec<&'static str>) -> Value {
    match value {
        Value::Object(map) => {
            map.into_iter().map(|(name, schema)| (name, to_json_schema(schema, lost))).collect()
        }
        other => other,
    }
}

/// Allows `null` as well.
fn or_null(mut schema: Map) -> Value {
    match schema.get_mut("type") {
        Some(kind @ Value::String(_)) => {
            let word = kind.take();
            *kind = vec![word, "null".into()].into();
            if let Some(Value::Array(values)) = schema.get_mut("enum") {
                values.push(Value::Null);
            }
            Value::Object(schema)
        }
        _ => {
            let null: Value = [("type".to_owned(), Value::from("null"))].into_iter().collect();
            let either = vec![Value::Object(schema), null];
            [("anyOf".to_owned(), Value::from(either))].into_iter().collect()
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
    fn every_word_finds_its_json_schema() {
        let mut lost = Vec::new();
        let schema = json!({
            "type": "OBJECT", "property_ordering": ["b", "a"], "required": ["a"],
            "properties": {
                "type": {"type": "STRING", "nullable": true, "enum": ["x"], "format": "enum"},
                "list": {"type": "ARRAY", "minItems": "1", "items": {"type": "INTEGER", "format": "int32"}},
                "any_of": {"anyOf": [{"type": "NUMBER"}, {"type": "TYPE_UNSPECIFIED"}], "nullable": true},
                "e": {"type": "string", "example": "x", "description": "d"}
            }
        });
        let expected = json!({
            "type": "object", "required": ["a"],
            "properties": {
                "type": {"type": ["string", "null"], "enum": ["x", null]},
                "list": {"type": "array", "minItems": 1, "items": {"type": "integer", "format": "int32"}},
                "any_of": {"anyOf": [{"anyOf": [{"type": "number"}, {}]}, {"type": "null"}]},
                "e": {"type": "string", "examples": ["x"], "description": "d"}
            }
        });
        assert_eq!(to_json_schema(schema, &mut lost), expected);
        assert_eq!(lost, ["propertyOrdering"]);
        assert_eq!(to_json_schema(json!(true), &mut lost), json!(true));
    }
}
