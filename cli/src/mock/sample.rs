//! A value that satisfies a JSON Schema: the arguments of a simulated tool call, the text of a
//! simulated structured output.

use serde_json::{Map, Value, json};

/// `$ref` may be recursive, so the walk down a schema ends here.
const MAX_DEPTH: usize = 16;

/// Recursion also branches, so the walk ends after this many values.
const MAX_VALUES: usize = 4096;

/// The smallest value that `schema` describes: every required property, the first choice of every
/// choice. `pattern` is not honoured, and a schema without end is cut off with nulls.
pub(crate) fn from_schema(schema: &Value) -> Value {
    Sampler { root: schema, values: MAX_VALUES }.value(schema, MAX_DEPTH)
}

struct Sampler<'a> {
    root: &'a Value,
    values: usize,
}

impl Sampler<'_> {
    fn value(&mut self, schema: &Value, depth: usize) -> Value {
        let (Some(depth), Some(values)) = (depth.checked_sub(1), self.values.checked_sub(1)) else {
            return Value::Null;
        };
        self.values = values;
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let pointer = target.strip_prefix('#').unwrap_or(target);
            let root = self.root;
            return root.pointer(pointer).map_or(Value::Null, |found| self.value(found, depth));
        }
        if let Some(fixed) = schema.get("const").or_else(|| schema.pointer("/enum/0")) {
            return fixed.clone();
        }
        if let Some(first) = schema.pointer("/anyOf/0").or_else(|| schema.pointer("/oneOf/0")) {
            return self.value(first, depth);
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            return self.all_of(parts, depth);
        }
        match type_of(schema) {
            "object" => self.object(schema, depth),
            "array" => self.array(schema, depth),
            "integer" => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
            "number" => schema.get("minimum").cloned().unwrap_or_else(|| json!(1.5)),
            "boolean" => json!(true),
            "null" => Value::Null,
            _ => json!(text(schema)),
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let required = schema.get("required").and_then(Value::as_array);
        let names = required.map(Vec::as_slice).unwrap_or_default();
        let mut members = Map::new();
        for name in names.iter().filter_map(Value::as_str) {
            let described = schema.get("properties").and_then(|all| all.get(name));
            let member = described.map_or(json!("sample"), |schema| self.value(schema, depth));
            members.insert(name.to_owned(), member);
        }
        Value::Object(members)
    }

    fn array(&mut self, schema: &Value, depth: usize) -> Value {
        let Some(items) = schema.get("items") else { return json!(["sample"]) };
        let length = bound(schema, "minItems").clamp(1, 16);
        (0..length).map(|_| self.value(items, depth)).collect()
    }

    fn all_of(&mut self, parts: &[Value], depth: usize) -> Value {
        let mut merged = Map::new();
        for part in parts {
            match self.value(part, depth) {
                Value::Object(members) => merged.extend(members),
                scalar => return scalar,
            }
        }
        Value::Object(merged)
    }
}

fn type_of(schema: &Value) -> &str {
    let named = match schema.get("type") {
        Some(Value::Array(types)) => {
            types.iter().filter_map(Value::as_str).find(|name| *name != "null")
        }
        Some(one) => one.as_str(),
        None => None,
    };
    match named {
        Some(name) => name,
        None if schema.get("properties").is_some() => "object",
        None if schema.get("items").is_some() => "array",
        None => "string",
    }
}

fn text(schema: &Value) -> String {
    let sample = match schema.get("format").and_then(Value::as_str) {
        Some("date") => "2026-11-20",
        Some("time") => "12:00:00Z",
        Some("date-time") => "2026-11-20T12:00:00Z",
        Some("email") => "user@example.com",
        Some("uri") => "https://example.com/",
        Some("uuid") => "00000000-0000-4000-8000-000000000000",
        _ => "sample",
    };
    let missing = bound(schema, "minLength").min(4096).saturating_sub(sample.chars().count());
    let longest = match bound(schema, "maxLength") {
        0 => usize::MAX,
        max => max,
    };
    sample.chars().chain(std::iter::repeat_n('x', missing)).take(longest).collect()
}

fn bound(schema: &Value, name: &str) -> usize {
    let bound = schema.get(name).and_then(Value::as_u64).unwrap_or_default();
    usize::try_from(bound).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_required_property_gets_a_value_of_its_type() {
        let schema = json!({
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "days": {"type": "integer", "minimum": 3},
                "unit": {"enum": ["c", "f"]},
                "tags": {"type": "array", "minItems": 2,
                    "items": {"type": "string", "minLength": 8}},
                "where": {"$ref": "#/$defs/place"},
                "note": {"type": ["null", "string"], "format": "date"},
                "ignored": {"type": "string"},
            },
            "required": ["city", "days", "unit", "tags", "where", "note"],
            "$defs": {"place": {"anyOf": [
                {"properties": {"lat": {"type": "number"}}, "required": ["lat"]},
            ]}},
        });
        assert_eq!(
            from_schema(&schema),
            json!({
                "city": "sample", "days": 3, "unit": "c", "tags": ["samplexx", "samplexx"],
                "where": {"lat": 1.5}, "note": "2026-11-20",
            })
        );
    }

    #[test]
    fn a_recursive_schema_ends() {
        let schema = json!({"type": "object", "required": ["next"],
            "properties": {"next": {"$ref": "#"}}});
        assert!(from_schema(&schema).is_object());

        let branching = json!({"type": "array", "minItems": 16, "items": {"$ref": "#"}});
        assert!(from_schema(&branching).is_array());
    }
}
