//! Token counts, in OpenAI's shape.

use chat::json::{Map, Value};

use super::UNSUPPORTED;
use crate::Drops;
use crate::neutral::Usage;

/// Where an answer or a chunk states its usage. Groq's streams do so under `x_groq`
/// (<https://console.groq.com/docs/api-reference>, read 2026-11-20).
pub(super) fn find(body: &Value) -> Option<&Value> {
    let stated = body.get("usage").filter(|usage| usage.is_object());
    stated.or_else(|| body.get("x_groq")?.get("usage").filter(|usage| usage.is_object()))
}

/// Reads a `usage` object. `None` if it counts nothing.
pub(super) fn decode(usage: &Value) -> Option<Usage> {
    let count = |name: &str| usage.get(name).and_then(Value::as_u64);
    let detail = |of: &str, name: &str| usage.get(of)?.get(name)?.as_u64();
    let (prompt, completion) = (count("prompt_tokens"), count("completion_tokens"));
    if prompt.is_none() && completion.is_none() {
        return None;
    }
    let input = prompt.unwrap_or_default();
    let output = completion.unwrap_or_default();
    let reasoning = detail("completion_tokens_details", "reasoning_tokens");
    Some(Usage {
        input,
        // DeepSeek's name: https://api-docs.deepseek.com/guides/kv_cache (read 2026-11-20).
        cache_read: detail("prompt_tokens_details", "cached_tokens")
            .or_else(|| count("prompt_cache_hit_tokens")),
        cache_write: detail("prompt_tokens_details", "cache_write_tokens"),
        cache_write_1h: None,
        output: output.saturating_add(reasoning_apart(input, output, reasoning, count)),
        reasoning,
        audio_input: detail("prompt_tokens_details", "audio_tokens"),
        audio_output: detail("completion_tokens_details", "audio_tokens"),
    })
}

/// Reasoning tokens that `completion_tokens` leaves out. OpenAI counts them in, xAI does not
/// (<https://docs.x.ai/docs/guides/reasoning>, read 2026-11-20); the total tells which it is.
fn reasoning_apart(
    input: u64,
    output: u64,
    reasoning: Option<u64>,
    count: impl Fn(&str) -> Option<u64>,
) -> u64 {
    let reasoning = reasoning.unwrap_or_default();
    let apart = input.checked_add(output).and_then(|sum| sum.checked_add(reasoning));
    match count("total_tokens").is_some() && count("total_tokens") == apart {
        true => reasoning,
        false => 0,
    }
}

/// What of a `usage` object has no place in [`Usage`]; zeros say nothing and are no loss.
pub(super) fn report_rest(usage: &Value, drops: &mut Drops) {
    let known = ["cached_tokens", "cache_write_tokens", "audio_tokens", "reasoning_tokens"];
    for of in ["prompt_tokens_details", "completion_tokens_details"] {
        for (name, value) in usage.get(of).and_then(Value::as_object).into_iter().flatten() {
            let says = value.as_u64() != Some(0) && !value.is_null();
            if says && !known.contains(&name.as_str()) {
                drops.add(format!("usage.{of}.{name}"), "not counted apart");
            }
        }
    }
}

/// Writes a `usage` object.
pub(super) fn encode(usage: &Usage) -> Value {
    let mut map = Map::new();
    map.put("prompt_tokens", usage.input);
    map.put("completion_tokens", usage.output);
    map.put("total_tokens", usage.input.saturating_add(usage.output));
    insert_details(
        &mut map,
        "prompt_tokens_details",
        &[
            ("cached_tokens", usage.cache_read),
            ("cache_write_tokens", usage.cache_write),
            ("audio_tokens", usage.audio_input),
        ],
    );
    insert_details(
        &mut map,
        "completion_tokens_details",
        &[("reasoning_tokens", usage.reasoning), ("audio_tokens", usage.audio_output)],
    );
    Value::Object(map)
}

/// Reports what [`encode`] leaves out.
pub(super) fn report_unsaid(usage: &Usage, drops: &mut Drops) {
    if usage.cache_write_1h.is_some_and(|tokens| tokens > 0) {
        drops.add("usage.cache_write_1h", UNSUPPORTED);
    }
}

fn insert_details(map: &mut Map, of: &str, counts: &[(&str, Option<u64>)]) {
    let details: Map = counts
        .iter()
        .filter_map(|(name, count)| Some(((*name).to_owned(), (*count)?.into())))
        .collect();
    if !details.is_empty() {
        map.insert(of.to_owned(), details.into());
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;

    #[test]
    fn every_count_survives_both_ways() {
        let wire = json!({
            "prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150,
            "prompt_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 8, "audio_tokens": 2},
            "completion_tokens_details": {"reasoning_tokens": 20, "audio_tokens": 3}
        });
        let usage = decode(&wire).unwrap();
        assert_eq!((usage.input, usage.cache_read, usage.cache_write), (120, Some(64), Some(8)));
        assert_eq!((usage.output, usage.reasoning), (30, Some(20)));
        assert_eq!((usage.audio_input, usage.audio_output), (Some(2), Some(3)));
        assert_eq!(encode(&usage), wire);
    }

    #[test]
    fn providers_that_count_otherwise_are_brought_to_one_convention() {
        let hit = json!({"prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": 4});
        assert_eq!(decode(&hit).unwrap().cache_read, Some(4));
        let apart = json!({
            "prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 22,
            "completion_tokens_details": {"reasoning_tokens": 7}
        });
        assert_eq!(decode(&apart).unwrap().output, 12);
        let within = json!({
            "prompt_tokens": 10, "completion_tokens": 12, "total_tokens": 22,
            "completion_tokens_details": {"reasoning_tokens": 7}
        });
        assert_eq!(decode(&within).unwrap().output, 12);
    }

    #[test]
    fn usage_is_found_where_it_stands() {
        assert!(find(&json!({"usage": {"prompt_tokens": 1}})).is_some());
        assert!(find(&json!({"usage": null, "x_groq": {"usage": {"prompt_tokens": 1}}})).is_some());
        assert!(find(&json!({"usage": null})).is_none());
        assert!(decode(&json!({"queue_time": 1.5})).is_none());
    }

    #[test]
    fn only_what_says_something_is_reported() {
        let mut drops = Drops::default();
        let usage = json!({"completion_tokens_details":
            {"accepted_prediction_tokens": 3, "rejected_prediction_tokens": 0, "audio_tokens": 1}});
        report_rest(&usage, &mut drops);
        let paths: Vec<_> = drops.iter().map(|dropped| dropped.path.as_str()).collect();
        assert_eq!(paths, ["usage.completion_tokens_details.accepted_prediction_tokens"]);
    }
}
