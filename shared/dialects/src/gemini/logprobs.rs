//! Log probabilities: `logprobsResult` and OpenAI's shape, which is the neutral one.
//!
//! <https://ai.google.dev/api/generate-content#LogprobsResult> (read 2026-11-21).

use chat::json::{Value, json};

/// Google's as OpenAI's.
pub(super) fn decode(result: &Value) -> Option<Value> {
    let chosen = result.get("chosenCandidates")?.as_array()?;
    let top = result.get("topCandidates").and_then(Value::as_array);
    let rows = chosen.iter().enumerate().filter_map(|(index, row)| {
        let others = top.and_then(|top| top.get(index)?.get("candidates")?.as_array());
        let others: Vec<Value> = others.into_iter().flatten().filter_map(token).collect();
        let mut row = token(row)?;
        if let Value::Object(row) = &mut row {
            row.put("top_logprobs", others);
        }
        Some(row)
    });
    Some(json!({"content": rows.collect::<Vec<_>>(), "refusal": null}))
}

fn token(row: &Value) -> Option<Value> {
    let token = row.get("token")?.as_str()?;
    let bytes: Vec<Value> = token.bytes().map(Value::from).collect();
    Some(json!({"token": token, "logprob": row.get("logProbability")?, "bytes": bytes}))
}

/// OpenAI's as Google's.
pub(super) fn encode(logprobs: &Value) -> Option<Value> {
    let content = logprobs.get("content")?.as_array()?;
    let row = |row: &Value| {
        Some(json!({"token": row.get("token")?, "logProbability": row.get("logprob")?}))
    };
    let chosen: Vec<Value> = content.iter().filter_map(row).collect();
    let top = content.iter().map(|entry| {
        let others = entry.get("top_logprobs").and_then(Value::as_array);
        let others: Vec<Value> = others.into_iter().flatten().filter_map(row).collect();
        json!({"candidates": others})
    });
    Some(json!({"topCandidates": top.collect::<Vec<_>>(), "chosenCandidates": chosen}))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn log_probabilities_survive_both_ways() {
        let wire = json!({
            "topCandidates": [{"candidates": [{"token": "a", "logProbability": -0.5},
                {"token": "b", "logProbability": -1.5}]}],
            "chosenCandidates": [{"token": "a", "logProbability": -0.5}]
        });
        let neutral = decode(&wire).unwrap();
        assert_eq!(neutral["content"][0]["bytes"], json!([97]));
        assert_eq!(neutral["content"][0]["top_logprobs"][1]["token"], "b");
        assert_eq!(encode(&neutral), Some(wire));
        assert_eq!(decode(&json!({})), None);
    }
}
