//! What tool definitions cost, as OpenAI's cookbook counts them:
//! <https://github.com/openai/openai-cookbook/blob/main/examples/How_to_count_tokens_with_tiktoken.ipynb>, section 7
//! (read 2026-11-21). It knows flat parameters only; objects within objects and lists are counted by the same rule
//! again.

use chat::json::Value;
use dialects::neutral::Tool;

use super::Counter;

/// Deeper than any schema that was read ([`chat::json`] stops before).
const DEEP: usize = 128;

/// Tokens of a tool's definition.
pub(crate) fn definition(counter: &Counter, tool: &Tool) -> u64 {
    if let Some((_, value)) = &tool.opaque {
        return counter.text(&value.to_string());
    }
    // gpt-4 and older, by the cookbook.
    let start = if counter.encoding_name() == "cl100k_base" { 10 } else { 7 };
    let description = tool.description.as_deref().unwrap_or_default();
    let line = format!("{}:{}", tool.name, description.strip_suffix('.').unwrap_or(description));
    let parameters = tool.parameters.as_ref().map_or(0, |schema| properties(counter, schema, DEEP));
    start + counter.text(&line) + parameters + 12
}

/// Tokens of an object's properties.
fn properties(counter: &Counter, schema: &Value, deep: usize) -> u64 {
    let Some(map) = schema.get("properties").and_then(Value::as_object) else { return 0 };
    if map.is_empty() || deep == 0 {
        return 0;
    }
    let each = map.iter().map(|(name, value)| property(counter, name.as_str(), value, deep - 1));
    3 + each.sum::<u64>()
}

fn property(counter: &Counter, name: &str, schema: &Value, deep: usize) -> u64 {
    let text = |field: &str| schema.get(field).and_then(Value::as_str).unwrap_or_default();
    let description = text("description");
    let description = description.strip_suffix('.').unwrap_or(description);
    let choices = schema.get("enum").and_then(Value::as_array);
    let choice = |value: &Value| match value.as_str() {
        Some(text) => 3 + counter.text(text),
        None => 3 + counter.text(&value.to_string()),
    };
    // An enumeration begins with -3.
    let choices = choices.map_or(0, |all| all.iter().map(choice).sum::<u64>().saturating_sub(3));
    let line = counter.text(&format!("{name}:{}:{description}", text("type")));
    let within = properties(counter, schema, deep)
        + schema.get("items").map_or(0, |items| properties(counter, items, deep));
    3 + choices + line + within
}
