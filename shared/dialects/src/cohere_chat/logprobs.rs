//! Log probabilities: Cohere tells those of a piece of text, of which each may be several tokens; OpenAI's shape
//! has one row for each token. A piece is a row here, with the sum.

use chat::json::{Value, json};

/// Rows of OpenAI's shape for Cohere's items.
pub(super) fn decode(items: &[Value]) -> Value {
    let row = |item: &Value| {
        let text = item.get("text").and_then(Value::as_str).unwrap_or_default();
        let all = item.get("logprobs").and_then(Value::as_array).into_iter().flatten();
        let sum: f64 = all.filter_map(Value::as_f64).sum();
        let bytes: Vec<u64> = text.bytes().map(u64::from).collect();
        json!({"token": text, "logprob": sum, "bytes": bytes, "top_logprobs": []})
    };
    json!({"content": items.iter().map(row).collect::<Vec<_>>(), "refusal": null})
}

/// Cohere's items for OpenAI's rows. The numbers of tokens are not known.
pub(super) fn encode(logprobs: &Value) -> Vec<Value> {
    let rows = logprobs.get("content").and_then(Value::as_array).into_iter().flatten();
    let item = |row: &Value| {
        let text = row.get("token").cloned().unwrap_or_default();
        let logprob = row.get("logprob").cloned().unwrap_or_default();
        json!({"text": text, "token_ids": [], "logprobs": [logprob]})
    };
    rows.map(item).collect()
}
