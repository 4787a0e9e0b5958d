//! JSON Schemas of the filters' configurations, `schemas/FILTER.json`.

use schemars::{Schema, schema_for};
use serde_json::{Map, Value, json};
use stage::{Blueprint, Filter, FilterKind, Settings};

use crate::Generated;

pub(crate) fn generated() -> Vec<Generated> {
    catalogue::FILTERS.iter().map(|filter| (file(filter), text(&schema(filter)))).collect()
}

fn file(filter: &Filter) -> std::path::PathBuf {
    format!("schemas/{}.json", filter.name).into()
}

/// The schema of a filter's configuration: its stage's with `host` added, or a list of stages.
pub(crate) fn schema(filter: &Filter) -> Value {
    let mut definitions = Map::new();
    let host = embed(schema_for!(Settings), "host", &mut definitions);
    let mut schema = match filter.kind {
        FilterKind::Single(blueprint) => {
            embed((blueprint.schema)(), blueprint.name, &mut definitions)
        }
        FilterKind::Chain(blueprints, _) => chain(blueprints, &mut definitions),
    };
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!(filter.name);
    schema["properties"]["host"] = host;
    schema["properties"]["host"]["description"] = json!("How the filter stands in its Envoy.");
    schema["$defs"] = Value::Object(definitions);
    schema
}

fn chain(blueprints: &[Blueprint], definitions: &mut Map<String, Value>) -> Value {
    let entries: Vec<Value> = blueprints
        .iter()
        .map(|blueprint| {
            let stage = embed((blueprint.schema)(), blueprint.name, definitions);
            json!({
                "type": "object",
                "properties": {blueprint.name: stage},
                "required": [blueprint.name],
                "additionalProperties": false,
            })
        })
        .collect();
    json!({
        "type": "object",
        "description": "A list of stages over one parse of the body.",
        "properties": {
            "stages": {
                "type": "array",
                "description": "Run in this order on the request and in reverse on the response.",
                "items": {"oneOf": entries},
                "minItems": 1,
            },
        },
        "required": ["stages"],
        "additionalProperties": false,
    })
}

/// The schema without its head; its definitions go to `definitions`, under names of `whose`: two stages may
/// each have a `Rule`.
fn embed(schema: Schema, whose: &str, definitions: &mut Map<String, Value>) -> Value {
    let mut value = schema.to_value();
    rename(&mut value, whose);
    if let Value::Object(map) = &mut value {
        map.remove("$schema");
        map.remove("title");
        if let Some(Value::Object(own)) = map.remove("$defs") {
            definitions.extend(own.into_iter().map(|(name, one)| (format!("{whose}.{name}"), one)));
        }
    }
    value
}

/// Makes every reference one to a definition of `whose`.
fn rename(value: &mut Value, whose: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, whose)),
        Value::Object(map) => {
            for (name, value) in map.iter_mut() {
                match value.as_str().and_then(|target| target.strip_prefix("#/$defs/")) {
                    Some(target) if name == "$ref" => {
                        *value = json!(format!("#/$defs/{whose}.{target}"));
                    }
                    _ => rename(value, whose),
                }
            }
        }
        _ => {}
    }
}

fn text(schema: &Value) -> String {
    let mut text = serde_json::to_string_pretty(schema).expect("a tree is JSON");
    text.push('\n');
    text
}
