//! `generationConfig`, written.

use chat::json::{Map, Number, Value};

use super::super::NOT_SUPPORTED;
use super::thinking;
use crate::Drops;
use crate::neutral::{Request, ResponseFormat, Sampling};

/// The most stop sequences (the SDK's `GenerationConfig.stop_sequences`, read 2026-11-21).
const MAX_STOPS: usize = 5;

/// Writes it. `request` is without its messages and tools.
pub(super) fn encode(request: &mut Request, drops: &mut Drops) -> Map {
    let mut config = Map::new();
    if let Some(limit) = request.max_output_tokens {
        config.put("maxOutputTokens", limit);
    }
    sampling(std::mem::take(&mut request.sampling), &mut config, drops);
    stop(std::mem::take(&mut request.stop), &mut config, drops);
    if let Some(count) = request.candidates {
        config.put("candidateCount", count);
    }
    if let Some(format) = request.response_format.take() {
        response_format(format, &mut config, drops);
    }
    logprobs(&mut request.extras, &mut config);
    let reasoning = request.reasoning.take();
    if let Some(thinking) =
        reasoning.and_then(|reasoning| thinking::encode(&reasoning, &request.model, drops))
    {
        config.put("thinkingConfig", thinking);
    }
    config
}

fn sampling(sampling: Sampling, config: &mut Map, drops: &mut Drops) {
    let temperature = sampling.temperature.map(|temperature| {
        if temperature.as_f64().is_some_and(|value| value > 2.0) {
            drops.add("temperature", "clamped to 2");
            return Number::from(2);
        }
        temperature
    });
    let seed = sampling.seed.and_then(|seed| match seed.as_i64() {
        Some(value) if i32::try_from(value).is_ok() => Some(seed),
        _ => {
            drops.add("seed", "not a 32-bit integer");
            None
        }
    });
    for (name, number) in [
        ("temperature", temperature),
        ("topP", sampling.top_p),
        ("topK", sampling.top_k),
        ("frequencyPenalty", sampling.frequency_penalty),
        ("presencePenalty", sampling.presence_penalty),
        ("seed", seed),
    ] {
        if let Some(number) = number {
            config.insert(name.to_owned(), Value::Number(number));
        }
    }
}

fn stop(mut stop: Vec<String>, config: &mut Map, drops: &mut Drops) {
    if stop.len() > MAX_STOPS {
        drops.add("stop", "only the first 5 are sent");
        stop.truncate(MAX_STOPS);
    }
    if !stop.is_empty() {
        config.put("stopSequences", stop);
    }
}

/// Gemini's structured output has no name and is always enforced.
fn response_format(format: ResponseFormat, config: &mut Map, drops: &mut Drops) {
    let media_type = match format {
        ResponseFormat::Text => "text/plain",
        ResponseFormat::JsonObject => "application/json",
        ResponseFormat::JsonSchema { description, schema, .. } => {
            if description.is_some() {
                drops.add("response_format.json_schema.description", NOT_SUPPORTED);
            }
            config.put("responseJsonSchema", schema);
            "application/json"
        }
    };
    config.put("responseMimeType", media_type);
}

/// OpenAI's `logprobs` and `top_logprobs`.
fn logprobs(extras: &mut Map, config: &mut Map) {
    if extras.get("logprobs").is_none_or(|value| value.as_bool().is_none()) {
        return;
    }
    let wanted = extras.shift_remove("logprobs");
    let count = extras.shift_remove("top_logprobs");
    if wanted != Some(Value::Bool(true)) {
        return;
    }
    config.put("responseLogprobs", true);
    if let Some(count) = count.filter(|count| count.as_u64().is_some_and(|count| count > 0)) {
        config.put("logprobs", count);
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;

    fn run(mut request: Request) -> (Value, Vec<String>, Request) {
        let mut drops = Drops::default();
        let config = Value::Object(encode(&mut request, &mut drops));
        (config, drops.iter().map(ToString::to_string).collect(), request)
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        let number = |text: &str| Some(text.parse::<Number>().unwrap());
        let (config, drops, _) = run(Request {
            sampling: Sampling {
                temperature: number("2.5"),
                seed: number("4294967296"),
                top_p: number("0.90"),
                ..Sampling::default()
            },
            stop: "abcdef".chars().map(String::from).collect(),
            ..Request::default()
        });
        assert_eq!(
            config.to_string(),
            r#"{"temperature":2,"topP":0.90,"stopSequences":["a","b","c","d","e"]}"#
        );
        let expected = [
            "temperature: clamped to 2",
            "seed: not a 32-bit integer",
            "stop: only the first 5 are sent",
        ];
        assert_eq!(drops, expected);
    }

    #[test]
    fn log_probabilities_are_asked_for_in_googles_words() {
        for (asked, sent, left) in [
            (
                json!({"logprobs": true, "top_logprobs": 2}),
                json!({"responseLogprobs": true, "logprobs": 2}),
                0,
            ),
            (json!({"logprobs": true, "top_logprobs": 0}), json!({"responseLogprobs": true}), 0),
            (json!({"logprobs": false}), json!({}), 0),
            (json!({"logprobs": 3}), json!({}), 1),
        ] {
            let Value::Object(extras) = asked else { panic!() };
            let (config, _, request) = run(Request { extras, ..Request::default() });
            assert_eq!((config, request.extras.len()), (sent, left));
        }
    }
}
