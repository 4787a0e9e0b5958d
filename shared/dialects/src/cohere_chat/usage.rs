//! Token counts: `usage` <https://docs.cohere.com/reference/chat> (read 2026-11-21). `tokens` is what the model
//! read and wrote, `billed_units` what is charged for; the first includes what came from a cache.

use chat::json::{Map, Value, json};

use super::NOT_CARRIED;
use crate::Drops;
use crate::neutral::Usage;

/// Reads a `usage` object. `None` if it counts nothing.
pub(super) fn decode(usage: &Value) -> Option<Usage> {
    let of = |place: &str, name: &str| usage.get(place)?.get(name).and_then(count);
    let stated = |name: &str| of("tokens", name).or_else(|| of("billed_units", name));
    let (input, output) = (stated("input_tokens"), stated("output_tokens"));
    if input.is_none() && output.is_none() {
        return None;
    }
    Some(Usage {
        input: input.unwrap_or_default(),
        cache_read: usage.get("cached_tokens").and_then(count),
        output: output.unwrap_or_default(),
        ..Usage::default()
    })
}

/// What of a `usage` object has no place in [`Usage`]: what is charged for, where it is told apart.
pub(super) fn report_rest(usage: Option<&Value>, drops: &mut Drops) {
    let Some(stated) = usage else { return };
    let of = |place: &str, name: &str| stated.get(place)?.get(name).and_then(count);
    let same =
        |name: &str| of("tokens", name).is_none() || of("tokens", name) == of("billed_units", name);
    let billed = stated.get("billed_units").and_then(Value::as_object);
    let mut names = billed.into_iter().flat_map(Map::keys);
    let is_count = |name: &str| matches!(name, "input_tokens" | "output_tokens");
    let known = match names.all(|name| is_count(name) && same(name)) {
        true => &["billed_units", "cached_tokens", "tokens"][..],
        false => &["cached_tokens", "tokens"],
    };
    drops.counts(usage, "usage", known, NOT_CARRIED);
}

/// A count; Cohere writes them with a fraction of 0.
fn count(value: &Value) -> Option<u64> {
    let fraction = || value.as_f64().filter(|count| *count >= 0.0).map(|count| count as u64);
    value.as_u64().or_else(fraction)
}

/// Writes a `usage` object. What is charged for is not known here; all is.
pub(super) fn encode(usage: &Usage) -> Value {
    let tokens = json!({"input_tokens": usage.input, "output_tokens": usage.output});
    let mut map = Map::new();
    map.put("billed_units", tokens.clone());
    map.put("tokens", tokens);
    if let Some(cached) = usage.cache_read {
        map.put("cached_tokens", cached);
    }
    Value::Object(map)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn what_the_model_read_counts_and_what_is_billed_stands_in_for_it() {
        let wire = json!({"billed_units": {"input_tokens": 37.0, "output_tokens": 28.0},
            "tokens": {"input_tokens": 120.0, "output_tokens": 83.0}, "cached_tokens": 64.0});
        let usage = decode(&wire).unwrap();
        assert_eq!((usage.input, usage.cache_read, usage.output), (120, Some(64), 83));
        assert_eq!(decode(&encode(&usage)), Some(usage));
        let billed = json!({"billed_units": {"input_tokens": 37, "output_tokens": 28}});
        assert_eq!(decode(&billed).map(|usage| (usage.input, usage.output)), Some((37, 28)));
        assert_eq!(decode(&json!({"tokens": {"input_tokens": -1.0}})), None);
    }
}
