//! Token counts, in this dialect's shape (SDK `responses/response_usage.py`, read 2026-11-21).

use chat::json::{Value, json};

use super::UNSUPPORTED;
use crate::Drops;
use crate::neutral::Usage;

/// Reads a `usage` object. `None` if it counts nothing.
pub(super) fn decode(usage: &Value) -> Option<Usage> {
    let count = |name: &str| usage.get(name).and_then(Value::as_u64);
    let detail = |of: &str, name: &str| usage.get(of)?.get(name)?.as_u64();
    let (input, output) = (count("input_tokens"), count("output_tokens"));
    if input.is_none() && output.is_none() {
        return None;
    }
    Some(Usage {
        input: input.unwrap_or_default(),
        cache_read: detail("input_tokens_details", "cached_tokens"),
        cache_write: detail("input_tokens_details", "cache_write_tokens"),
        output: output.unwrap_or_default(),
        reasoning: detail("output_tokens_details", "reasoning_tokens"),
        ..Usage::default()
    })
}

/// What of a `usage` object has no place in [`Usage`].
pub(super) fn report_rest(usage: Option<&Value>, drops: &mut Drops) {
    let known = [
        "input_tokens",
        "input_tokens_details",
        "output_tokens",
        "output_tokens_details",
        "total_tokens",
    ];
    drops.counts(usage, "usage", &known, super::NOT_CARRIED);
    for (of, known) in [
        ("input_tokens_details", &["cached_tokens", "cache_write_tokens"][..]),
        ("output_tokens_details", &["reasoning_tokens"]),
    ] {
        let details = usage.and_then(|usage| usage.get(of));
        drops.counts(details, &format!("usage.{of}"), known, super::NOT_CARRIED);
    }
}

/// Writes a `usage` object. Official clients demand every detail.
pub(super) fn encode(usage: &Usage) -> Value {
    json!({
        "input_tokens": usage.input,
        "input_tokens_details": {
            "cached_tokens": usage.cache_read.unwrap_or_default(),
            "cache_write_tokens": usage.cache_write.unwrap_or_default(),
        },
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning.unwrap_or_default()},
        "total_tokens": usage.input.saturating_add(usage.output),
    })
}

/// Reports what [`encode`] leaves out; zeros say nothing and are no loss.
pub(super) fn report_unsaid(usage: &Usage, drops: &mut Drops) {
    for (name, count) in [
        ("usage.cache_write_1h", usage.cache_write_1h),
        ("usage.audio_input", usage.audio_input),
        ("usage.audio_output", usage.audio_output),
    ] {
        if let Some(count) = count.filter(|tokens| *tokens > 0) {
            drops.lose(name, UNSUPPORTED, count);
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn every_count_survives_both_ways() {
        let wire = json!({
            "input_tokens": 120,
            "input_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 8},
            "output_tokens": 30,
            "output_tokens_details": {"reasoning_tokens": 20},
            "total_tokens": 150
        });
        let usage = decode(&wire).unwrap();
        assert_eq!((usage.input, usage.cache_read, usage.cache_write), (120, Some(64), Some(8)));
        assert_eq!((usage.output, usage.reasoning), (30, Some(20)));
        assert_eq!(encode(&usage), wire);
    }

    #[test]
    fn what_counts_nothing_is_no_usage() {
        for usage in [json!(null), json!({}), json!({"input_tokens": "1"})] {
            assert_eq!(decode(&usage), None, "{usage}");
        }
        assert_eq!(decode(&json!({"output_tokens": 2})).unwrap().output, 2);
    }

    #[test]
    fn only_what_says_something_is_reported() {
        let mut drops = Drops::default();
        let usage = Usage { audio_input: Some(3), audio_output: Some(0), ..Usage::default() };
        report_unsaid(&usage, &mut drops);
        let paths: Vec<_> = drops.iter().map(|dropped| dropped.path.as_str()).collect();
        assert_eq!(paths, ["usage.audio_input"]);
    }
}
