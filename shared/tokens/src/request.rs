//! What a request says about its size, without being decoded: that costs a walk over the tree, where decoding costs a
//! copy of it.

use chat::json::Value;
use dialects::{ANSWER_COUNTS, OUTPUT_LIMITS};
use encodings::Scripts;

use crate::Counter;

/// Nobody asks for more answers than these.
const MOST_CANDIDATES: u64 = 128;

/// What an object costs: in chat a message, at the top the answer's beginning.
const PER_OBJECT: u64 = 3;

/// What a request without pictures and their like has.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Size {
    /// Bytes of its strings, names included, and some for each number: not fewer than it has tokens.
    pub(crate) bytes: u64,
    scripts: Scripts,
    objects: u64,
}

impl Size {
    pub(crate) fn of(body: &Value) -> Size {
        let mut size = Size::default();
        size.add(body);
        size
    }

    /// As deep as a body may be nested.
    fn add(&mut self, value: &Value) {
        match value {
            Value::String(text) => {
                self.bytes += text.len() as u64 + 2;
                let counts = self.scripts.iter_mut().zip(encodings::rough(text));
                counts.for_each(|(sum, count)| *sum += count);
            }
            Value::Array(items) => items.iter().for_each(|item| self.add(item)),
            Value::Object(map) => {
                self.objects += 1;
                for (name, value) in map {
                    self.bytes += name.len() as u64 + 4;
                    match &**name {
                        // The model's own name is no part of the prompt.
                        "model" if let Value::String(model) = value => {
                            self.bytes += model.len() as u64 + 2;
                        }
                        _ => self.add(value),
                    }
                }
            }
            _ => self.bytes += 24,
        }
    }

    /// Prompt tokens, estimated.
    pub(crate) fn rough_tokens(&self, counter: &Counter) -> u64 {
        counter.weigh(self.scripts).saturating_add(PER_OBJECT * self.objects)
    }
}

/// The most answer tokens that a request asks for, all answers together.
pub(crate) fn output_limit(body: &Value) -> Option<u64> {
    const LIMITS: u64 = lengths(&OUTPUT_LIMITS);
    const COUNTS: u64 = lengths(&ANSWER_COUNTS);
    let limit = number(body, &OUTPUT_LIMITS, LIMITS)?;
    let count = number(body, &ANSWER_COUNTS, COUNTS);
    Some(limit.saturating_mul(count.unwrap_or(1).clamp(1, MOST_CANDIDATES)))
}

/// The number at the first of these places that has one. Most requests have none of them, which `lengths` tells, those of
/// the places' first steps.
fn number(body: &Value, places: &[&str], lengths: u64) -> Option<u64> {
    let fields = body.as_object()?;
    if fields.iter().all(|field| lengths & length_bit(field.0.len()) == 0) {
        return None;
    }
    let begins = |place: &str, name: &str| {
        let ends = matches!(place.as_bytes().get(name.len() + 1), None | Some(b'/'));
        ends && place.get(1..=name.len()) == Some(name)
    };
    let mut there = places.iter().filter(|it| fields.iter().any(|field| begins(it, field.0)));
    there.find_map(|place| body.pointer(place)?.as_u64())
}

const fn length_bit(length: usize) -> u64 {
    1 << (length % 64)
}

/// A bit for the length of each place's first step.
const fn lengths(mut places: &[&str]) -> u64 {
    let mut bits = 0;
    while let [place, rest @ ..] = places {
        let (mut length, mut steps) = (0, place.as_bytes());
        while let [_, next, ..] = steps
            && *next != b'/'
        {
            length += 1;
            (_, steps) = steps.split_at(1);
        }
        bits |= length_bit(length);
        places = rest;
    }
    bits
}

/// Lowers the limits that a request names; below 0 is none for some. Returns whether any was higher.
pub(crate) fn cap_output(body: &mut Value, most: u64) -> bool {
    OUTPUT_LIMITS.iter().fold(false, |capped, place| match body.pointer_mut(place) {
        Some(limit) if limit.as_f64().is_some_and(|it| !(0.0..=most as f64).contains(&it)) => {
            *limit = most.into();
            true
        }
        _ => capped,
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
            (json!({"generation_config": {"max_output_tokens": 3}}), Some(3)),
            (json!({"inferenceConfig": {"maxTokens": 4}}), Some(4)),
            (json!({"options": {"num_predict": 6}}), Some(6)),
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
        let mut body = json!({"options": {"num_predict": -1}});
        assert!(cap_output(&mut body, 10));
        assert_eq!(body, json!({"options": {"num_predict": 10}}));
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
            let size = Size::of(&body);
            let rough = size.rough_tokens(&counter);
            assert!(rough.abs_diff(exact) <= 4, "{content}: {rough}, not {exact}");
            assert!(size.bytes >= exact, "{content}");
        }
    }
}
