//! Log probabilities: chat's, by token, told in lists.
//!
//! <https://platform.openai.com/docs/api-reference/completions/object> (read 2026-11-21). `text_offset` counts
//! characters from the beginning of the answer's text.

use chat::json::{Map, Value};

/// Chat's log probabilities as those of a completion, whose next token stands at `offset`. `null` if there are none.
pub(super) fn as_lists(logprobs: &Value, offset: &mut usize) -> Value {
    let tokens = logprobs.get("content").and_then(Value::as_array);
    let Some(tokens) = tokens.filter(|tokens| !tokens.is_empty()) else { return Value::Null };
    let (mut texts, mut logprobs, mut tops, mut offsets) = (vec![], vec![], vec![], vec![]);
    for token in tokens {
        let (text, logprob) = told(token);
        tops.push(top(token, &text, &logprob));
        offsets.push(Value::from(*offset));
        *offset = offset.saturating_add(text.chars().count());
        texts.push(Value::from(text));
        logprobs.push(logprob);
    }
    let has_tops = tops.iter().any(|top| !top.is_null());
    let mut lists = Map::new();
    lists.put("tokens", texts);
    lists.put("token_logprobs", logprobs);
    lists.put("top_logprobs", if has_tops { Value::Array(tops) } else { Value::Null });
    lists.put("text_offset", offsets);
    Value::Object(lists)
}

/// A token and its log probability.
fn told(token: &Value) -> (String, Value) {
    let text = token.get("token").and_then(Value::as_str).unwrap_or_default();
    (text.to_owned(), token.get("logprob").cloned().unwrap_or_default())
}

/// The likeliest tokens at a place, and the one that stands there.
fn top(token: &Value, text: &str, logprob: &Value) -> Value {
    let top = token.get("top_logprobs").and_then(Value::as_array);
    let Some(top) = top.filter(|top| !top.is_empty()) else { return Value::Null };
    let mut map: Map = top.iter().map(told).collect();
    if !map.contains_key(text) {
        map.insert(text.to_owned(), logprob.clone());
    }
    Value::Object(map)
}
