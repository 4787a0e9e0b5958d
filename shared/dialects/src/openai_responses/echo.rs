//! The fields of an answer that repeat its request. Official clients demand some of them.

use chat::json::{Map, Value, json};

/// The fields, in the order in which they are written.
const FIELDS: [&str; 17] = [
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt_cache_key",
    "reasoning",
    "safety_identifier",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
];

/// Whether a field of an answer repeats the request or tells how it was treated; none of that is news.
pub(super) fn is_echo(name: &str) -> bool {
    FIELDS.contains(&name) || ["background", "billing", "completed_at", "store"].contains(&name)
}

/// The fields of a request that its answer repeats.
pub(super) fn of(body: &Value) -> Map {
    let field = |name: &&str| Some(((*name).to_owned(), body.get(*name)?.clone()));
    FIELDS.iter().filter_map(field).collect()
}

/// All fields, with what OpenAI says where the request says nothing. Nothing is stored here.
pub(super) fn complete(echo: &Map) -> impl Iterator<Item = (String, Value)> + '_ {
    let field = |name: &str| {
        let said = echo.get(name).filter(|value| !value.is_null()).cloned();
        (name.to_owned(), said.unwrap_or_else(|| default(name)))
    };
    let own = [("background".to_owned(), false.into()), ("store".to_owned(), false.into())];
    FIELDS.iter().map(move |name| field(name)).chain(own)
}

fn default(name: &str) -> Value {
    match name {
        "metadata" => json!({}),
        "parallel_tool_calls" => json!(true),
        "reasoning" => json!({"effort": null, "summary": null}),
        "text" => json!({"format": {"type": "text"}}),
        "tool_choice" => json!("auto"),
        "tools" => json!([]),
        "truncation" => json!("disabled"),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn what_was_asked_is_repeated_and_the_rest_has_defaults() {
        let asked = of(&json!({"model": "m", "input": "x", "user": "u", "tools": null}));
        let all: Map = complete(&asked).collect();
        assert_eq!((&all["user"], &all["tools"]), (&json!("u"), &json!([])));
        assert_eq!((&all["parallel_tool_calls"], &all["store"]), (&json!(true), &json!(false)));
        assert!(!all.contains_key("input") && all.keys().all(|name| is_echo(name)));
    }
}
