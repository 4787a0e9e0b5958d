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
    let host = embed(schema_for!(Settings), &mut definitions);
    let mut schema = match filter.kind {
        FilterKind::Single(blueprint) => embed((blueprint.schema)(), &mut definitions),
        FilterKind::Chain(blueprints) => chain(blueprints, &mut definitions),
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
            let stage = embed((blueprint.schema)(), definitions);
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

/// The schema without its head; its definitions go to `definitions`.
fn embed(schema: Schema, definitions: &mut Map<String, Value>) -> Value {
    let mut value = schema.to_value();
    if let Value::Object(map) = &mut value {
        map.remove("$schema");
        map.remove("title");
        if let Some(Value::Object(own)) = map.remove("$defs") {
            definitions.extend(own);
        }
    }
    value
}

fn text(schema: &Value) -> String {
    let mut text = serde_json::to_string_pretty(schema).expect("a tree is JSON");
    text.push('\n');
    text
}
