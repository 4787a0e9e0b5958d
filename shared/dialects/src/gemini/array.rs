//! Answers of `streamGenerateContent` without `alt=sse`: one JSON array of what would be events.
//!
//! Google's own clients for REST read it so
//! <https://github.com/googleapis/python-api-core/blob/main/google/api_core/_rest_streaming_base.py> (read
//! 2026-11-21), in which an array of one is as good as any.

use std::collections::BTreeMap;

use chat::Scope;
use chat::json::Value;
use chat::text::{Visit, visit_string};

use super::stream::Kind;
use super::text;
use crate::extension;

/// The last of the items, or the answer itself if it is none of an array: it tells usage and end.
pub(super) fn last(body: &Value) -> Option<&Value> {
    body.as_array().map_or(Some(body), |items| items.last())
}

/// The same, to be edited.
pub(super) fn last_mut(body: &mut Value) -> Option<&mut Value> {
    match body {
        Value::Array(items) => items.last_mut(),
        one => Some(one),
    }
}

/// Shows every text of the items. What a candidate says goes on from item to item, so it is shown whole; what
/// replaces it stands in its first piece, and the later ones become empty.
pub(super) fn visit(items: &mut [Value], visit: Visit<'_>) -> bool {
    let runs = Runs::of(items);
    let mut edited = false;
    let mut shown: Vec<Option<String>> = Vec::with_capacity(runs.texts.len());
    for text in runs.texts {
        let mut text = Value::String(text);
        let replaced = visit_string(&mut text, Scope::Assistant, 0, visit);
        edited |= replaced;
        shown.push(text.as_str().filter(|_| replaced).map(str::to_owned));
    }
    let mut places = runs.places.into_iter();
    for item in items {
        edited |= extension::visit(item, visit);
        for (turn, candidate) in candidates_mut(item).enumerate() {
            for part in parts_mut(candidate) {
                if Kind::of(part).is_none() {
                    edited |= text::visit_part(part, Scope::Assistant, turn, visit);
                } else if let Some(Some(text)) = places.next().and_then(|at| shown.get_mut(at))
                    && let Value::Object(part) = part
                {
                    part.put("text", std::mem::take(text));
                }
            }
            edited |= text::visit_rest(candidate, turn, visit);
        }
    }
    edited
}

/// The texts that candidates say without something else between.
#[derive(Default)]
struct Runs {
    texts: Vec<String>,
    /// Which of them each part with text belongs to.
    places: Vec<usize>,
}

impl Runs {
    fn of(items: &[Value]) -> Runs {
        let mut runs = Runs::default();
        let mut open: BTreeMap<u64, (Kind, usize)> = BTreeMap::new();
        for item in items {
            let candidates = item.get("candidates").and_then(Value::as_array);
            for (position, candidate) in candidates.into_iter().flatten().enumerate() {
                let index = candidate.get("index").and_then(Value::as_u64);
                let index = index.unwrap_or(position as u64);
                let parts = candidate.pointer("/content/parts").and_then(Value::as_array);
                for part in parts.into_iter().flatten() {
                    let Some(kind) = Kind::of(part) else {
                        open.remove(&index);
                        continue;
                    };
                    let text = part.get("text").and_then(Value::as_str).unwrap_or_default();
                    let at = match open.get(&index) {
                        Some((of, at)) if *of == kind => *at,
                        _ => {
                            runs.texts.push(String::new());
                            runs.texts.len() - 1
                        }
                    };
                    open.insert(index, (kind, at));
                    if let Some(whole) = runs.texts.get_mut(at) {
                        whole.push_str(text);
                    }
                    runs.places.push(at);
                }
            }
        }
        runs
    }
}

fn candidates_mut(item: &mut Value) -> impl Iterator<Item = &mut Value> {
    item.get_mut("candidates").and_then(Value::as_array_mut).into_iter().flatten()
}

fn parts_mut(candidate: &mut Value) -> impl Iterator<Item = &mut Value> {
    candidate.pointer_mut("/content/parts").and_then(Value::as_array_mut).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;
    use crate::gemini::Gemini;
    use crate::{ClientContext, Codec, Dialect, Drops, Reader};

    const PATH: &str = "/v1beta/models/m:streamGenerateContent";

    fn says(parts: Value) -> Value {
        json!({"candidates": [{"content": {"parts": parts, "role": "model"}}]})
    }

    #[test]
    fn what_goes_on_from_item_to_item_is_shown_whole() {
        let call = json!({"functionCall": {"name": "f", "args": {"q": "x"}}});
        let mut body = json!([
            says(json!([{"text": "mm", "thought": true}, {"text": "Ann"}])),
            says(json!([{"text": "a is"}])),
            says(json!([{"text": " here"}, call, {"text": "Bob"}])),
        ]);
        let mut seen = Vec::new();
        assert!(!Gemini.visit_response(&mut body.clone(), &mut |text| {
            seen.push(text.text.to_owned());
            None
        }));
        assert_eq!(seen, ["mm", "Anna is here", "Bob", "x", "q"]);
        assert!(Gemini.visit_response(&mut body, &mut |text| {
            (text.text == "Anna is here").then(|| "Eve is here".to_owned())
        }));
        let expected = json!([
            says(json!([{"text": "mm", "thought": true}, {"text": "Eve is here"}])),
            says(json!([{"text": ""}])),
            says(json!([{"text": ""}, call, {"text": "Bob"}])),
        ]);
        assert_eq!(body, expected);
    }

    #[test]
    fn who_asks_for_an_array_gets_one() {
        let request = json!({"contents": [{"parts": [{"text": "Hi."}]}]});
        let request = Gemini.decode_request(PATH, request, &mut Drops::default()).unwrap();
        assert!(!request.stream);
        let answer = json!({
            "candidates": [{"content": {"parts": [{"text": "Hi."}]}, "finishReason": "STOP"}],
            "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 2},
        });
        for (path, is_array) in [(PATH, true), ("/v1beta/models/m:generateContent", false)] {
            let answer = Gemini.decode_response(answer.clone(), &mut Drops::default()).unwrap();
            let context = ClientContext { path: path.to_owned(), ..ClientContext::default() };
            let mut written =
                Codec::encode_response(&Gemini, answer, &context, &mut Drops::default());
            assert_eq!(written.is_array(), is_array, "{path}");
            assert_eq!(Gemini.usage(&written).unwrap().output, 2, "{path}");
            let one = if is_array {
                "/0/candidates/0/finishReason"
            } else {
                "/candidates/0/finishReason"
            };
            assert_eq!(written.pointer(one), Some(&json!("STOP")));
            assert!(Gemini.extension(&mut written, false).is_some());
        }
    }
}
