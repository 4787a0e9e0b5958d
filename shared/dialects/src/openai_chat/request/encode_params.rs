//! Response format, reasoning effort and further parameters, written.

use chat::json::{Map, Value, json};

use super::super::{UNSUPPORTED, object};
use crate::Drops;
use crate::neutral::{Effort, Reasoning, ResponseFormat};

/// Parameters without a place in the neutral model that OpenAI takes
/// (<https://platform.openai.com/docs/api-reference/chat/create>, read 2026-11-20).
const EXTRAS: [&str; 14] = [
    "audio",
    "logit_bias",
    "logprobs",
    "metadata",
    "modalities",
    "moderation",
    "prediction",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "safety_identifier",
    "store",
    "top_logprobs",
    "verbosity",
];

/// Adds those of `extras` that OpenAI takes, and reports the rest.
pub(super) fn extras(extras: Map, body: &mut Map, drops: &mut Drops) {
    for (name, value) in extras {
        match EXTRAS.contains(&name.as_str()) {
            true => {
                body.insert(name, value);
            }
            false => drops.add(name, UNSUPPORTED),
        }
    }
}

/// The effort to ask for, if any (see the table of this dialect).
pub(crate) fn effort(reasoning: Reasoning, drops: &mut Drops) -> Option<Effort> {
    if reasoning.display.is_some() {
        drops.add("thinking.display", UNSUPPORTED);
    }
    let from_budget = reasoning.budget_tokens.map(|tokens| match tokens {
        0 => Effort::None,
        1..=1_024 => Effort::Low,
        1_025..=2_048 => Effort::Medium,
        _ => Effort::High,
    });
    match (reasoning.effort, from_budget) {
        (Some(effort), Some(_)) => {
            drops.add("thinking.budget_tokens", "the effort counts");
            Some(effort)
        }
        (None, Some(effort)) => {
            let reason = format!("sent as reasoning_effort {}", effort.word());
            drops.add("thinking.budget_tokens", reason);
            Some(effort)
        }
        (None, None) => {
            drops.add("thinking", "left to the model's default");
            None
        }
        (effort, None) => effort,
    }
}

/// `response_format`.
pub(crate) fn response_format(format: ResponseFormat, drops: &mut Drops) -> Value {
    let (name, description, schema, strict) = match format {
        ResponseFormat::Text => return json!({"type": "text"}),
        ResponseFormat::JsonObject => return json!({"type": "json_object"}),
        ResponseFormat::JsonSchema { name, description, schema, strict } => {
            (name, description, schema, strict)
        }
    };
    // A dialect without names, such as Anthropic's, always enforces the schema.
    let wanted = strict.or(name.is_none().then_some(true));
    let mut strict = wanted;
    if name.is_none() && wanted == Some(true) && !fits_strict(&schema) {
        drops.add("response_format.json_schema.strict", "OpenAI cannot enforce this schema");
        strict = Some(false);
    }
    let mut json_schema = Map::new();
    json_schema.put("name", name.unwrap_or_else(|| "response".to_owned()));
    if let Some(description) = description {
        json_schema.put("description", description);
    }
    json_schema.put("schema", schema);
    if let Some(strict) = strict {
        json_schema.put("strict", strict);
    }
    object([("type", "json_schema".into()), ("json_schema", json_schema.into())])
}

/// Whether OpenAI can enforce `schema`: the root is an object, and every object requires all its properties
/// and allows no others (<https://platform.openai.com/docs/guides/structured-outputs>, read 2026-11-20).
pub(crate) fn fits_strict(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("object") && objects_are_closed(schema)
}

fn objects_are_closed(schema: &Value) -> bool {
    match schema {
        Value::Object(map) => is_closed(map) && map.values().all(objects_are_closed),
        Value::Array(items) => items.iter().all(objects_are_closed),
        _ => true,
    }
}

fn is_closed(schema: &Map) -> bool {
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        return true;
    }
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let properties = schema.get("properties").and_then(Value::as_object);
    schema.get("additionalProperties") == Some(&Value::Bool(false))
        && properties.is_none_or(|map| map.keys().all(|name| required.contains(&name.as_str())))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_budget_becomes_the_nearest_effort() {
        for (budget, effort) in [
            (0, Effort::None),
            (1_024, Effort::Low),
            (1_025, Effort::Medium),
            (2_048, Effort::Medium),
            (2_049, Effort::High),
            (64_000, Effort::High),
        ] {
            let mut drops = Drops::default();
            let asked = Reasoning { budget_tokens: Some(budget), ..Reasoning::default() };
            assert_eq!(super::effort(asked, &mut drops), Some(effort), "{budget}");
            assert_eq!(drops.iter().count(), 1);
        }
    }

    #[test]
    fn an_effort_is_kept_and_its_absence_left_to_the_model() {
        for row in Effort::WORDS {
            let mut drops = Drops::default();
            let asked = Reasoning { effort: Some(row.0), adaptive: true, ..Reasoning::default() };
            assert_eq!(effort(asked, &mut drops), Some(row.0));
            assert!(drops.is_empty());
        }
        for enabled in [Some(true), Some(false), None] {
            let mut drops = Drops::default();
            let asked = Reasoning { enabled, adaptive: true, ..Reasoning::default() };
            assert_eq!(effort(asked, &mut drops), None);
            assert!(!drops.is_empty());
        }
    }

    #[test]
    fn a_nameless_schema_is_enforced_where_that_is_possible() {
        let closed = json!({"type": "object", "properties": {"a": {"type": "string"}},
            "required": ["a"], "additionalProperties": false});
        let optional = json!({"type": "object", "properties": {"a": {"type": "string"}},
            "additionalProperties": false});
        let nested = json!({"type": "object", "properties": {"a": optional.clone()},
            "required": ["a"], "additionalProperties": false});
        for (schema, strict) in [(closed, true), (optional, false), (nested, false)] {
            let mut drops = Drops::default();
            let format = ResponseFormat::JsonSchema {
                name: None,
                description: None,
                schema: schema.clone(),
                strict: None,
            };
            let expected = json!({"type": "json_schema", "json_schema":
                {"name": "response", "schema": schema, "strict": strict}});
            assert_eq!(response_format(format, &mut drops), expected);
            assert_eq!(drops.is_empty(), strict);
        }
    }
}
