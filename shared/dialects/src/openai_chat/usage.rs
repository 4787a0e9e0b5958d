//! Token counts, in OpenAI's shape.

use chat::json::{Map, Value, same};
use chat::{Data, Event};

use super::UNSUPPORTED;
use crate::Drops;
use crate::neutral::Usage;

/// Where an answer or a chunk states its usage. Groq's streams do so under `x_groq`
/// (<https://console.groq.com/docs/api-reference>, read 2026-11-20), Moonshot's in the last choice
/// (<https://github.com/AstrBotDevs/AstrBot/issues/6614>, read 2026-11-21).
pub(super) fn find(body: &Value) -> Option<&Value> {
    let of_choice = || body.get("choices")?.as_array()?.last()?.get("usage");
    let stated = |usage: &&Value| usage.is_object();
    body.get("usage")
        .filter(stated)
        .or_else(|| body.get("x_groq")?.get("usage").filter(stated))
        .or_else(|| of_choice().filter(stated))
}

/// Asks for usage in the stream. Returns false if the client did so itself, or wants no stream
/// (<https://platform.openai.com/docs/api-reference/chat/create>, `stream_options`; read 2026-11-21).
pub(super) fn ask(body: &mut Value) -> bool {
    let streams = body.get("stream").and_then(Value::as_bool) == Some(true);
    let Some(map) = body.as_object_mut().filter(|_| streams) else { return false };
    let options = map.entry("stream_options").or_insert_with(|| Value::Object(Map::new()));
    if options.is_null() {
        *options = Value::Object(Map::new());
    }
    // What is no object, the provider refuses.
    let Some(options) = options.as_object_mut() else { return false };
    let asked = options.get("include_usage").and_then(Value::as_bool) == Some(true);
    if !asked {
        options.put("include_usage", true);
    }
    !asked
}

/// A chunk as it would be if usage had not been asked for: without the `null` that stands in every other one, and
/// not there at all if it has only that. What a provider states unasked, beside a choice, stays.
pub(super) fn hide(mut event: Event) -> Option<Event> {
    let chunk = event.as_json().and_then(Value::as_object);
    let usage = chunk.and_then(|chunk| chunk.get("usage"));
    let is_null = usage.is_some_and(Value::is_null);
    let states = usage.is_some_and(Value::is_object);
    let choices = chunk.and_then(|chunk| chunk.get("choices")).and_then(Value::as_array);
    if states && choices.is_some_and(Vec::is_empty) {
        return None;
    }
    if is_null && let Data::Json(Value::Object(chunk)) = event.data_mut() {
        chunk.shift_remove("usage");
    }
    Some(event)
}

/// Other names for tokens read from a cache, beside the prompt's: DeepSeek's
/// (<https://api-docs.deepseek.com/guides/kv_cache>, read 2026-11-20), Moonshot's
/// (<https://platform.kimi.ai/docs/api/chat>) and LiteLLM's, which are Anthropic's
/// (<https://docs.litellm.ai/docs/completion/prompt_caching>, both read 2026-11-21; `prompt_tokens` has them in).
const READ: [&str; 3] = ["prompt_cache_hit_tokens", "cached_tokens", "cache_read_input_tokens"];

/// LiteLLM's name for tokens written to a cache.
const WRITTEN: &str = "cache_creation_input_tokens";

/// Reads a `usage` object. `None` if it counts nothing.
pub(super) fn decode(usage: &Value) -> Option<Usage> {
    let mut found = Counts::default();
    for (name, value) in usage.as_object()? {
        match name.as_str() {
            "prompt_tokens" => found.prompt = value.as_u64(),
            "completion_tokens" => found.completion = value.as_u64(),
            "total_tokens" => found.total = value.as_u64(),
            "prompt_tokens_details" => found.of_prompt = Some(value),
            "completion_tokens_details" => found.of_completion = Some(value),
            WRITTEN => found.written = value.as_u64(),
            name => {
                if let Some(at) = READ.iter().position(|known| same(known, name)) {
                    found.read.get_mut(at).into_iter().for_each(|read| *read = value.as_u64());
                }
            }
        }
    }
    if found.prompt.is_none() && found.completion.is_none() {
        return None;
    }
    let detail = |of: Option<&Value>, name: &str| of?.get(name)?.as_u64();
    let input = found.prompt.unwrap_or_default();
    let output = found.completion.unwrap_or_default();
    let reasoning = detail(found.of_completion, "reasoning_tokens");
    Some(Usage {
        input,
        cache_read: detail(found.of_prompt, "cached_tokens")
            .or_else(|| found.read.into_iter().flatten().next()),
        cache_write: detail(found.of_prompt, "cache_write_tokens").or(found.written),
        cache_write_1h: None,
        output: output.saturating_add(reasoning_apart(input, output, reasoning, found.total)),
        reasoning,
        audio_input: detail(found.of_prompt, "audio_tokens"),
        audio_output: detail(found.of_completion, "audio_tokens"),
    })
}

/// What stands in a `usage` object.
#[derive(Default)]
struct Counts<'a> {
    prompt: Option<u64>,
    completion: Option<u64>,
    total: Option<u64>,
    of_prompt: Option<&'a Value>,
    of_completion: Option<&'a Value>,
    /// By the place of the name in [`READ`].
    read: [Option<u64>; READ.len()],
    written: Option<u64>,
}

/// Reasoning tokens that `completion_tokens` leaves out. OpenAI counts them in, xAI does not
/// (<https://docs.x.ai/docs/guides/reasoning>, read 2026-11-20); the total tells which it is.
fn reasoning_apart(input: u64, output: u64, reasoning: Option<u64>, total: Option<u64>) -> u64 {
    let reasoning = reasoning.unwrap_or_default();
    let apart = input.checked_add(output).and_then(|sum| sum.checked_add(reasoning));
    match total.is_some() && total == apart {
        true => reasoning,
        false => 0,
    }
}

/// What of a `usage` object has no place in [`Usage`]; zeros say nothing and are no loss.
pub(super) fn report_rest(usage: &Value, drops: &mut Drops) {
    let [hits, cached, read] = READ;
    let known = [
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
        "prompt_tokens_details",
        "completion_tokens_details",
        WRITTEN,
        hits,
        cached,
        read,
    ];
    let details = ["cached_tokens", "cache_write_tokens", "audio_tokens", "reasoning_tokens"];
    drops.counts(Some(usage), "usage", &known, "not counted apart");
    for (of, at) in [
        ("prompt_tokens_details", "usage.prompt_tokens_details"),
        ("completion_tokens_details", "usage.completion_tokens_details"),
    ] {
        drops.counts(usage.get(of), at, &details, "not counted apart");
    }
}

/// Writes a `usage` object.
pub(super) fn encode(usage: &Usage) -> Value {
    let mut map = Map::new();
    map.put("prompt_tokens", usage.input);
    map.put("completion_tokens", usage.output);
    map.put("total_tokens", usage.input.saturating_add(usage.output));
    insert_details(
        &mut map,
        "prompt_tokens_details",
        &[
            ("cached_tokens", usage.cache_read),
            ("cache_write_tokens", usage.cache_write),
            ("audio_tokens", usage.audio_input),
        ],
    );
    insert_details(
        &mut map,
        "completion_tokens_details",
        &[("reasoning_tokens", usage.reasoning), ("audio_tokens", usage.audio_output)],
    );
    Value::Object(map)
}

/// Reports what [`encode`] leaves out.
pub(super) fn report_unsaid(usage: &Usage, drops: &mut Drops) {
    if let Some(count) = usage.cache_write_1h.filter(|tokens| *tokens > 0) {
        drops.lose("usage.cache_write_1h", UNSUPPORTED, count);
    }
}

fn insert_details(map: &mut Map, of: &'static str, counts: &[(&'static str, Option<u64>)]) {
    let mut details = Map::new();
    for (name, count) in counts {
        if let Some(count) = count {
            details.put(name, *count);
        }
    }
    if !details.is_empty() {
        map.put(of, details);
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;

    #[test]
    fn every_count_survives_both_ways() {
        let wire = json!({
            "prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150,
            "prompt_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 8, "audio_tokens": 2},
            "completion_tokens_details": {"reasoning_tokens": 20, "audio_tokens": 3}
        });
        let usage = decode(&wire).unwrap();
        assert_eq!((usage.input, usage.cache_read, usage.cache_write), (120, Some(64), Some(8)));
        assert_eq!((usage.output, usage.reasoning), (30, Some(20)));
        assert_eq!((usage.audio_input, usage.audio_output), (Some(2), Some(3)));
        assert_eq!(encode(&usage), wire);
    }

    #[test]
    fn providers_that_count_otherwise_are_brought_to_one_convention() {
        for name in READ {
            let hit = json!({"prompt_tokens": 9, "completion_tokens": 1, name: 4, WRITTEN: 2});
            let usage = decode(&hit).unwrap();
            let read = (usage.input, usage.cache_read, usage.cache_write);
            assert_eq!(read, (9, Some(4), Some(2)), "{name}");
            let mut drops = Drops::default();
            report_rest(&hit, &mut drops);
            assert!(drops.is_empty(), "{name}");
        }
        let apart = json!({
            "prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 22,
            "completion_tokens_details": {"reasoning_tokens": 7}
        });
        assert_eq!(decode(&apart).unwrap().output, 12);
        let within = json!({
            "prompt_tokens": 10, "completion_tokens": 12, "total_tokens": 22,
            "completion_tokens_details": {"reasoning_tokens": 7}
        });
        assert_eq!(decode(&within).unwrap().output, 12);
    }

    #[test]
    fn usage_is_found_where_it_stands() {
        assert!(find(&json!({"usage": {"prompt_tokens": 1}})).is_some());
        assert!(find(&json!({"usage": null, "x_groq": {"usage": {"prompt_tokens": 1}}})).is_some());
        assert!(find(&json!({"choices": [{"usage": {"prompt_tokens": 1}}]})).is_some());
        assert!(find(&json!({"usage": null, "choices": [{"usage": null}]})).is_none());
        assert!(decode(&json!({"queue_time": 1.5})).is_none());
    }

    #[test]
    fn usage_is_asked_for_where_the_client_did_not() {
        for (body, asked, after) in [
            (json!({"stream": true}), true, json!({"include_usage": true})),
            (json!({"stream": true, "stream_options": null}), true, json!({"include_usage": true})),
            (
                json!({"stream": true, "stream_options": {"include_obfuscation": false}}),
                true,
                json!({"include_obfuscation": false, "include_usage": true}),
            ),
            (
                json!({"stream": true, "stream_options": {"include_usage": false}}),
                true,
                json!({"include_usage": true}),
            ),
            (
                json!({"stream": true, "stream_options": {"include_usage": true}}),
                false,
                json!({"include_usage": true}),
            ),
            (json!({"stream": true, "stream_options": 7}), false, json!(7)),
            (json!({"stream": false}), false, json!(null)),
            (json!({}), false, json!(null)),
        ] {
            let mut edited = body.clone();
            assert_eq!(ask(&mut edited), asked, "{body}");
            assert_eq!(*edited.get("stream_options").unwrap_or(&Value::Null), after, "{body}");
        }
    }

    #[test]
    fn what_was_not_asked_for_is_not_there() {
        let choice = json!([{"index": 0, "delta": {}}]);
        let usage = json!({"prompt_tokens": 1, "completion_tokens": 2});
        for (chunk, shown) in [
            (json!({"choices": [], "usage": usage.clone()}), None),
            (
                json!({"choices": choice.clone(), "usage": null}),
                Some(json!({"choices": choice.clone()})),
            ),
            (
                json!({"choices": choice.clone(), "usage": usage.clone()}),
                Some(json!({"choices": choice.clone(), "usage": usage.clone()})),
            ),
            (json!({"choices": []}), Some(json!({"choices": []}))),
            (json!("x"), Some(json!("x"))),
        ] {
            let event = hide(Event::json(chunk.clone()));
            assert_eq!(event.and_then(Event::into_json), shown, "{chunk}");
        }
        let raw = Event::read(b"data: {}\n\n".to_vec(), None, Some("{}".to_owned()));
        assert!(hide(raw).unwrap().raw().is_some(), "untouched bytes stay");
    }

    #[test]
    fn only_what_says_something_is_reported() {
        let mut drops = Drops::default();
        let usage = json!({"completion_tokens_details":
            {"accepted_prediction_tokens": 3, "rejected_prediction_tokens": 0, "audio_tokens": 1}});
        report_rest(&usage, &mut drops);
        let paths: Vec<_> = drops.iter().map(|dropped| dropped.path.as_str()).collect();
        assert_eq!(paths, ["usage.completion_tokens_details.accepted_prediction_tokens"]);
    }
}
