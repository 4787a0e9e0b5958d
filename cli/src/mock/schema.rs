//! The subset of JSON Schema that structured outputs accept.

use serde_json::Value;

use super::cursor::{Cursor, Problem};

/// What a provider demands of every object in a strict schema.
pub(crate) struct StrictRules {
    /// Whether `required` has to list every property.
    pub(crate) all_required: bool,
    /// The provider's sentence about a missing `additionalProperties: false`.
    pub(crate) closed: &'static str,
}

/// Checks every object schema under `at`.
///
/// # Errors
///
/// The first object that is open or, where the provider demands it, has an optional property.
pub(crate) fn check_strict(at: &Cursor<'_>, rules: &StrictRules) -> Result<(), Problem> {
    let schema = at.value();
    let is_object = schema.get("type").and_then(Value::as_str) == Some("object");
    if is_object && schema.get("additionalProperties") != Some(&Value::Bool(false)) {
        return Err(at.breaks(rules.closed));
    }
    if let Some(properties) = at.field("properties") {
        let listed = at.items_of("required");
        for name in properties.value().as_object().into_iter().flat_map(|all| all.keys()) {
            let is_listed = listed.iter().any(|item| item.value().as_str() == Some(name));
            if rules.all_required && !is_listed {
                return Err(at.breaks(format!(
                    "'required' is required to be supplied and to be an array including every key \
                     in properties. Missing '{name}'."
                )));
            }
        }
    }
    for below in ["properties", "$defs", "definitions"] {
        let Some(schemas) = at.field(below) else { continue };
        for name in schemas.value().as_object().into_iter().flat_map(|all| all.keys()) {
            schemas.field(name).map_or(Ok(()), |schema| check_strict(&schema, rules))?;
        }
    }
    if let Some(items) = at.field("items") {
        check_strict(&items, rules)?;
    }
    for choices in ["anyOf", "oneOf", "allOf"] {
        at.items_of(choices).iter().try_for_each(|schema| check_strict(schema, rules))?;
    }
    Ok(())
}
