//! Token counts: `usage`. As with Anthropic, `inputTokens` leaves out what was read from and written to a cache
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html> (read 2026-11-21).

use chat::json::{Map, Value, json};

use super::NOT_CARRIED;
use crate::Drops;
use crate::neutral::Usage;

/// Reads a `usage` object. `None` if it counts nothing.
pub(super) fn decode(usage: &Value) -> Option<Usage> {
    let count = |name: &str| usage.get(name).and_then(Value::as_u64);
    let (input, output) = (count("inputTokens"), count("outputTokens"));
    if input.is_none() && output.is_none() {
        return None;
    }
    let (cache_read, cache_write) = (count("cacheReadInputTokens"), count("cacheWriteInputTokens"));
    let details = usage.get("cacheDetails").and_then(Value::as_array).into_iter().flatten();
    let of_an_hour = |row: &&Value| row.get("ttl").and_then(Value::as_str) == Some("1h");
    let cached = [cache_read, cache_write].into_iter().flatten();
    Some(Usage {
        input: cached.fold(input.unwrap_or_default(), u64::saturating_add),
        cache_read,
        cache_write,
        cache_write_1h: details
            .clone()
            .find(of_an_hour)
            .and_then(|row| row.get("inputTokens")?.as_u64()),
        output: output.unwrap_or_default(),
        ..Usage::default()
    })
}

/// What of a `usage` object has no place in [`Usage`].
pub(super) fn report_rest(usage: Option<&Value>, drops: &mut Drops) {
    let known = [
        "cacheDetails",
        "cacheReadInputTokens",
        "cacheWriteInputTokens",
        "inputTokens",
        "outputTokens",
        "totalTokens",
    ];
    drops.counts(usage, "usage", &known, NOT_CARRIED);
}

/// Writes a `usage` object.
pub(super) fn encode(usage: &Usage) -> Value {
    let (read, write) =
        (usage.cache_read.unwrap_or_default(), usage.cache_write.unwrap_or_default());
    let mut map = Map::new();
    map.put("inputTokens", usage.input.saturating_sub(read).saturating_sub(write));
    map.put("outputTokens", usage.output);
    map.put("totalTokens", usage.input.saturating_add(usage.output));
    for (name, count) in
        [("cacheReadInputTokens", usage.cache_read), ("cacheWriteInputTokens", usage.cache_write)]
    {
        if let Some(count) = count {
            map.put(name, count);
        }
    }
    if let Some(hour) = usage.cache_write_1h.filter(|count| *count > 0) {
        let mut details = vec![json!({"ttl": "1h", "inputTokens": hour})];
        if write > hour {
            details.push(json!({"ttl": "5m", "inputTokens": write - hour}));
        }
        map.put("cacheDetails", details);
    }
    Value::Object(map)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn cached_tokens_are_added_and_subtracted_exactly() {
        let wire = json!({"inputTokens": 56, "outputTokens": 3, "totalTokens": 132,
            "cacheReadInputTokens": 64, "cacheWriteInputTokens": 9,
            "cacheDetails": [{"ttl": "1h", "inputTokens": 4}, {"ttl": "5m", "inputTokens": 5}]});
        let usage = decode(&wire).unwrap();
        assert_eq!((usage.input, usage.cache_write_1h), (129, Some(4)));
        assert_eq!(encode(&usage), wire);
        assert_eq!(decode(&json!({})), None);
    }
}
