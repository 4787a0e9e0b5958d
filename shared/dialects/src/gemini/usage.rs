//! Token counts: `usageMetadata`.
//!
//! <https://ai.google.dev/api/generate-content#UsageMetadata> (read 2026-11-21): `promptTokenCount` includes
//! what came from a cache, `candidatesTokenCount` leaves the thoughts out, and what tools of Google's own
//! brought is counted apart.

use chat::json::{Map, Value, json};

use super::NOT_SUPPORTED;
use crate::Drops;
use crate::neutral::Usage;

/// What of a `usageMetadata` object is read, or repeats what is.
pub(super) const KNOWN: [&str; 10] = [
    "cacheTokensDetails",
    "cachedContentTokenCount",
    "candidatesTokenCount",
    "candidatesTokensDetails",
    "promptTokenCount",
    "promptTokensDetails",
    "thoughtsTokenCount",
    "toolUsePromptTokenCount",
    "toolUsePromptTokensDetails",
    "totalTokenCount",
];

/// Reads a `usageMetadata` object. `None` if it counts nothing.
pub(super) fn decode(usage: &Value) -> Option<Usage> {
    let count = |name: &str| usage.get(name).and_then(Value::as_u64);
    let prompt = count("promptTokenCount");
    let answer = count("candidatesTokenCount");
    let thoughts = count("thoughtsTokenCount");
    if prompt.is_none() && answer.is_none() && thoughts.is_none() {
        return None;
    }
    let tools = count("toolUsePromptTokenCount").unwrap_or_default();
    let audio = |list: &str| {
        let counts = usage.get(list)?.as_array()?;
        let row =
            counts.iter().find(|row| row.get("modality").and_then(Value::as_str) == Some("AUDIO"));
        row?.get("tokenCount")?.as_u64()
    };
    Some(Usage {
        input: prompt.unwrap_or_default().saturating_add(tools),
        cache_read: count("cachedContentTokenCount"),
        cache_write: None,
        cache_write_1h: None,
        output: answer.unwrap_or_default().saturating_add(thoughts.unwrap_or_default()),
        reasoning: thoughts,
        audio_input: audio("promptTokensDetails"),
        audio_output: audio("candidatesTokensDetails"),
    })
}

/// Writes a `usageMetadata` object.
pub(super) fn encode(usage: &Usage) -> Value {
    let answer = usage.output.saturating_sub(usage.reasoning.unwrap_or_default());
    let mut map = Map::new();
    map.put("promptTokenCount", usage.input);
    map.put("candidatesTokenCount", answer);
    map.put("totalTokenCount", usage.input.saturating_add(usage.output));
    for (name, count) in
        [("cachedContentTokenCount", usage.cache_read), ("thoughtsTokenCount", usage.reasoning)]
    {
        if let Some(count) = count {
            map.insert(name.to_owned(), count.into());
        }
    }
    details(&mut map, "promptTokensDetails", usage.input, usage.audio_input);
    details(&mut map, "candidatesTokensDetails", answer, usage.audio_output);
    Value::Object(map)
}

/// Sound apart from everything else.
fn details(map: &mut Map, name: &str, all: u64, audio: Option<u64>) {
    let Some(audio) = audio.filter(|count| *count > 0) else { return };
    let row = |modality: &str, count: u64| json!({"modality": modality, "tokenCount": count});
    let rows = vec![row("TEXT", all.saturating_sub(audio)), row("AUDIO", audio)];
    map.insert(name.to_owned(), rows.into());
}

/// Reports what [`encode`] leaves out.
pub(super) fn report_unsaid(usage: &Usage, drops: &mut Drops) {
    if let Some(count) = usage.cache_write.filter(|count| *count > 0) {
        drops.lose("usage.cache_write", NOT_SUPPORTED, count);
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
            "promptTokenCount": 120, "candidatesTokenCount": 30, "totalTokenCount": 170,
            "cachedContentTokenCount": 64, "thoughtsTokenCount": 20,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 118},
                {"modality": "AUDIO", "tokenCount": 2}]
        });
        let usage = decode(&wire).unwrap();
        assert_eq!((usage.input, usage.cache_read), (120, Some(64)));
        assert_eq!((usage.output, usage.reasoning, usage.audio_input), (50, Some(20), Some(2)));
        assert_eq!(encode(&usage), wire);
    }

    #[test]
    fn what_tools_brought_is_input() {
        let wire = json!({"promptTokenCount": 10, "toolUsePromptTokenCount": 90,
            "candidatesTokenCount": 5, "totalTokenCount": 105});
        assert_eq!(decode(&wire).unwrap().input, 100);
        assert_eq!(decode(&json!({"trafficType": "ON_DEMAND"})), None);
    }

    #[test]
    fn counts_that_contradict_each_other_do_not_underflow() {
        let usage =
            Usage { output: 3, reasoning: Some(9), audio_input: Some(5), ..Usage::default() };
        assert_eq!(encode(&usage)["candidatesTokenCount"], 0);
    }
}
