//! Token counts.
//!
//! Anthropic's `input_tokens` leaves out what was read from and written to the cache; the neutral `input`
//! includes both. <https://platform.claude.com/docs/en/build-with-claude/prompt-caching> (read 2026-11-20).

use chat::json::{Map, Value, json};

use crate::neutral::Usage;

/// The tiers that `usage.service_tier` may name.
const TIERS: [&str; 3] = ["standard", "priority", "batch"];

/// Counts as they stand on the wire. In a stream, later statements complete or replace earlier ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counts {
    input: Option<u64>,
    cache_read: Option<u64>,
    cache_write: Option<u64>,
    cache_write_1h: Option<u64>,
    output: Option<u64>,
    thinking: Option<u64>,
}

impl Counts {
    /// Takes over what `usage` states. Returns whether it states anything.
    pub(super) fn update(&mut self, usage: &Value) -> bool {
        let Value::Object(usage) = usage else { return false };
        let mut any = false;
        for (name, value) in usage {
            let (slot, count) = match name.as_str() {
                "input_tokens" => (&mut self.input, Some(value)),
                "cache_read_input_tokens" => (&mut self.cache_read, Some(value)),
                "cache_creation_input_tokens" => (&mut self.cache_write, Some(value)),
                "cache_creation" => {
                    (&mut self.cache_write_1h, value.get("ephemeral_1h_input_tokens"))
                }
                "output_tokens" => (&mut self.output, Some(value)),
                "output_tokens_details" => (&mut self.thinking, value.get("thinking_tokens")),
                _ => continue,
            };
            if let Some(count) = count.and_then(Value::as_u64) {
                *slot = Some(count);
                any = true;
            }
        }
        any
    }

    /// The neutral counts.
    pub(super) fn usage(&self) -> Usage {
        let cached = [self.cache_read, self.cache_write].into_iter().flatten();
        Usage {
            input: cached.fold(self.input.unwrap_or_default(), u64::saturating_add),
            cache_read: self.cache_read,
            cache_write: self.cache_write,
            cache_write_1h: self.cache_write_1h,
            output: self.output.unwrap_or_default(),
            reasoning: self.thinking,
            audio_input: None,
            audio_output: None,
        }
    }
}

/// What of a `usage` object is read.
pub(super) const KNOWN: [&str; 7] = [
    "cache_creation",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "input_tokens",
    "output_tokens",
    "output_tokens_details",
    "service_tier",
];

/// Reads a `usage` object.
pub(super) fn decode(usage: &Value) -> Option<Usage> {
    let mut counts = Counts::default();
    counts.update(usage).then(|| counts.usage())
}

/// Writes a `usage` object. A cache count that nobody stated is left out.
pub(super) fn encode(usage: &Usage) -> Map {
    let cache_read = usage.cache_read.unwrap_or_default();
    let cache_write = usage.cache_write.unwrap_or_default();
    let uncached = usage.input.saturating_sub(cache_read).saturating_sub(cache_write);
    let mut map = Map::new();
    map.put("input_tokens", uncached);
    if let Some(count) = usage.cache_write {
        map.put("cache_creation_input_tokens", count);
    }
    if let Some(count) = usage.cache_read {
        map.put("cache_read_input_tokens", count);
    }
    map.put("output_tokens", usage.output);
    if let Some(count) = usage.reasoning {
        map.put("output_tokens_details", json!({"thinking_tokens": count}));
    }
    map
}

/// Adds what only a whole answer and the start of a stream state: cache writes by lifetime, and the tier.
/// Returns a tier that is none of this dialect's.
pub(super) fn complete(
    map: &mut Map,
    usage: Option<&Usage>,
    tier: Option<String>,
) -> Option<String> {
    if let Some((written, hour)) =
        usage.and_then(|usage| usage.cache_write.zip(usage.cache_write_1h))
    {
        let creation = json!({
            "ephemeral_5m_input_tokens": written.saturating_sub(hour),
            "ephemeral_1h_input_tokens": hour,
        });
        map.put("cache_creation", creation);
    }
    match tier {
        Some(tier) if TIERS.contains(&tier.as_str()) => {
            map.put("service_tier", tier);
            None
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn cached_tokens_are_added_and_subtracted_exactly() {
        for (wire, input, read, write) in [
            (
                json!({"input_tokens": 56, "cache_read_input_tokens": 64, "output_tokens": 1}),
                120,
                Some(64),
                None,
            ),
            (
                json!({"input_tokens": 5, "cache_creation_input_tokens": 7, "cache_read_input_tokens": 0,
                    "output_tokens": 1}),
                12,
                Some(0),
                Some(7),
            ),
            (json!({"input_tokens": 9, "output_tokens": 1}), 9, None, None),
        ] {
            let usage = decode(&wire).unwrap();
            assert_eq!((usage.input, usage.cache_read, usage.cache_write), (input, read, write));
            assert_eq!(Value::Object(encode(&usage)), wire);
        }
    }

    #[test]
    fn counts_that_contradict_each_other_do_not_underflow() {
        let usage = Usage { input: 10, cache_read: Some(64), ..Usage::default() };
        assert_eq!(encode(&usage)["input_tokens"], 0);
    }

    #[test]
    fn a_later_statement_completes_an_earlier_one() {
        let mut counts = Counts::default();
        counts
            .update(&json!({"input_tokens": 3, "cache_read_input_tokens": 4, "output_tokens": 1}));
        counts.update(&json!({"output_tokens": 9}));
        assert_eq!((counts.usage().input, counts.usage().output), (7, 9));
    }
}
