//! Log probabilities: a list on each `output_text`, which is `content` of `openai-chat`'s object.

use chat::json::{Value, json};

/// The neutral form of a part's list. `None` if it says nothing.
pub(super) fn decode(list: Option<Value>) -> Option<Value> {
    match list {
        Some(Value::Array(items)) if !items.is_empty() => {
            Some(json!({"content": items, "refusal": null}))
        }
        _ => None,
    }
}

/// The list for a part. Official clients demand `bytes` of every token.
pub(super) fn encode(logprobs: &mut Value) -> Vec<Value> {
    let mut items = match logprobs.get_mut("content").map(Value::take) {
        Some(Value::Array(items)) => items,
        _ => return Vec::new(),
    };
    for item in &mut items {
        let top = item.get_mut("top_logprobs").and_then(Value::as_array_mut);
        top.into_iter().flatten().for_each(complete);
        complete(item);
    }
    items
}

fn complete(token: &mut Value) {
    if let Value::Object(fields) = token
        && !fields.get("bytes").is_some_and(Value::is_array)
    {
        let text = fields.get("token").and_then(Value::as_str).unwrap_or_default();
        let bytes: Vec<Value> = text.bytes().map(Value::from).collect();
        fields.put("bytes", bytes);
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_list_survives_and_missing_bytes_are_added() {
        let list = json!([{"token": "é", "logprob": -0.5, "top_logprobs": [
            {"token": "a", "bytes": [97], "logprob": -1}], "bytes": [195, 169]}]);
        let mut neutral = decode(Some(list.clone())).unwrap();
        assert_eq!(encode(&mut neutral), *list.as_array().unwrap());
        let mut bare = json!({"content": [{"token": "é", "logprob": 0, "bytes": null}]});
        assert_eq!(encode(&mut bare)[0]["bytes"], json!([195, 169]));
        assert_eq!(decode(Some(json!([]))), None);
        assert!(encode(&mut json!(null)).is_empty());
    }
}
