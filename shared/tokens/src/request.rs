//! What a request says about its size, without being decoded.
//!
//! The names below are those of all client dialects: reading them here costs a walk over the tree, where decoding
//! costs a copy of it.

use chat::json::Value;
use encodings::Scripts;

use crate::Counter;

/// Where a request limits its answer, the field that wins first.
const LIMITS: [&[&str]; 4] = [
    &["max_completion_tokens"],
    &["max_tokens"],
    &["max_output_tokens"],
    &["generationConfig", "maxOutputTokens"],
];
/// Where a request asks for several answers.
const CANDIDATES: [&[&str]; 2] = [&["n"], &["generationConfig", "candidateCount"]];
/// Nobody asks for more answers than these.
const MOST_CANDIDATES: u64 = 128;

/// What an object costs: in chat a message, at the top the answer's beginning.
const PER_OBJECT: u64 = 3;

/// Bytes of a request's strings, names included, and some for each number: not fewer than it has tokens, pictures
/// and their like apart.
pub(crate) fn bytes(body: &Value) -> u64 {
    let mut bytes = 0;
    let mut rest = vec![body];
    while let Some(value) = rest.pop() {
        match value {
            Value::String(text) => bytes += text.len() as u64 + 2,
            Value::Array(items) => rest.extend(items),
            Value::Object(map) => {
                for (name, value) in map {
                    bytes += name.len() as u64 + 4;
                    rest.push(value);
                }
            }
            _ => bytes += 24,
        }
    }
    bytes
}

/// Prompt tokens of a request without pictures and their like, estimated without being decoded.
pub(crate) fn rough_tokens(body: &Value, counter: &Counter) -> u64 {
    let mut scripts = Scripts::default();
    let mut objects = 0;
    let mut rest = vec![body];
    while let Some(value) = rest.pop() {
        match value {
            Value::String(text) => {
                let counts = scripts.iter_mut().zip(encodings::rough(text));
                counts.for_each(|(sum, count)| *sum += count);
            }
            Value::Array(items) => rest.extend(items),
            Value::Object(map) => {
                objects += 1;
                // The model's own name is no part of the prompt.
                let read = map.iter().filter(|(name, _)| name.as_str() != "model");
                rest.extend(read.map(|(_, value)| value));
            }
            _ => {}
        }
    }
    counter.weigh(scripts).saturating_add(PER_OBJECT * objects)
}

/// The most answer tokens that a request asks for, all answers together.
pub(crate) fn output_limit(body: &Value) -> Option<u64> {
    let number = |path: &&[&str]| path.iter().try_fold(body, |at, name| at.get(name))?.as_u64();
    let limit = LIMITS.iter().find_map(number)?;
    let count = CANDIDATES.iter().find_map(number);
    Some(limit.saturating_mul(count.unwrap_or(1).clamp(1, MOST_CANDIDATES)))
}

/// Lowers the limits that a request names. Returns whether any was higher.
pub(crate) fn cap_output(body: &mut Value, most: u64) -> bool {
    LIMITS.iter().fold(false, |capped, path| {
        match path.iter().try_fold(&mut *body, |at, name| at.get_mut(name)) {
            Some(limit) if limit.as_u64().is_some_and(|limit| limit > most) => {
                *limit = most.into();
                true
            }
            _ => capped,
        }
    })
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;

    #[test]
    fn limits_are_found_in_every_dialect() {
        for (body, limit) in [
            (json!({"max_tokens": 7}), Some(7)),
            (json!({"max_tokens": 7, "max_completion_tokens": 9}), Some(9)),
            (json!({"max_output_tokens": 5}), Some(5)),
            (json!({"generationConfig": {"maxOutputTokens": 3, "candidateCount": 2}}), Some(6)),
            (json!({"max_tokens": 7, "n": 3}), Some(21)),
            (json!({"max_tokens": 7, "n": 0}), Some(7)),
            (json!({"max_tokens": -7}), None),
            (json!({"max_tokens": "7"}), None),
            (json!({}), None),
            (json!([]), None),
        ] {
            assert_eq!(output_limit(&body), limit, "{body}");
        }
    }

    #[test]
    fn only_what_is_higher_is_capped() {
        let mut body = json!({"max_tokens": 7, "max_completion_tokens": 900});
        assert!(cap_output(&mut body, 10));
        assert_eq!(body, json!({"max_tokens": 7, "max_completion_tokens": 10}));
        assert!(!cap_output(&mut body, 10));
    }

    #[test]
    fn a_rough_count_is_near_and_bytes_are_above() {
        let counter = Counter::of_model("gpt-4o");
        for (content, exact) in [
            ("Hi.", 9),
            ("What does a gateway do with a request that it cannot read?", 20),
            ("网关读取请求并且把它翻译成提供方的格式。", 21),
        ] {
            let body =
                json!({"model": "gpt-4o", "messages": [{"role": "user", "content": content}]});
            let rough = rough_tokens(&body, &counter);
            assert!(rough.abs_diff(exact) <= 4, "{content}: {rough}, not {exact}");
            assert!(bytes(&body) >= exact, "{content}");
        }
    }
}
