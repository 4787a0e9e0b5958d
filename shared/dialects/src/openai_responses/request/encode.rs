//! A request for a provider, written.

use chat::Problem;
use chat::json::{Map, Value, json};

use super::super::{SERVICE_TIERS, UNSUPPORTED};
use super::{encode_items, encode_tools};
use crate::Drops;
use crate::neutral::{Effort, Reasoning, Request, ResponseFormat, Sampling};
use crate::openai_chat;

/// The least output limit that OpenAI takes here: its error `integer_below_min_value` says so
/// (<https://github.com/vectorize-io/hindsight/issues/58>, read 2026-11-21).
const MIN_OUTPUT: u64 = 16;

/// Parameters without a place in the neutral model that OpenAI takes.
const EXTRAS: [&str; 10] = [
    "access_programs",
    "max_tool_calls",
    "metadata",
    "moderation",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "safety_identifier",
    "top_logprobs",
    "truncation",
];

/// Writes a request body.
///
/// # Errors
/// Media that the dialect has no form for, or a choice of a tool that it cannot offer.
pub(in super::super) fn encode(request: Request, drops: &mut Drops) -> Result<Value, Problem> {
    let mut body = Map::new();
    body.put("model", request.model);
    let input = encode_items::encode(request.messages, drops)?;
    if let Some(instructions) = input.instructions {
        body.put("instructions", instructions);
    }
    body.put("input", input.items);
    let choice = (request.tool_choice, request.parallel_tool_calls);
    encode_tools::encode(request.tools, choice, &mut body, drops)?;
    if let Some(limit) = request.max_output_tokens {
        if limit < MIN_OUTPUT {
            drops.add("max_tokens", format!("raised to {MIN_OUTPUT}"));
        }
        body.put("max_output_tokens", limit.max(MIN_OUTPUT));
    }
    sampling(request.sampling, &mut body, drops);
    for (name, is_said) in [
        ("stop", !request.stop.is_empty()),
        ("n", request.candidates.is_some_and(|count| count != 1)),
        ("cache_control", request.cache.is_some()),
    ] {
        if is_said {
            drops.add(name, UNSUPPORTED);
        }
    }
    if request.stream {
        body.put("stream", true);
    }
    let mut extras = request.extras;
    text(request.response_format, &mut extras, &mut body, drops);
    let thinks = reasoning(request.reasoning, &mut body, drops);
    if let Some(user) = request.user {
        body.put("user", user);
    }
    match request.service_tier {
        Some(tier) if SERVICE_TIERS.contains(&tier.as_str()) => {
            body.put("service_tier", tier);
        }
        Some(_) => drops.add("service_tier", UNSUPPORTED),
        None => {}
    }
    // Other dialects store nothing unless they are asked to.
    let stores = extras.shift_remove("store").filter(Value::is_boolean);
    body.put("store", stores.unwrap_or(Value::Bool(false)));
    include(&mut extras, thinks, &mut body);
    for (name, value) in extras {
        // Anthropic has another parameter of the same name, an object.
        let is_own_list = name == "context_management" && value.is_array();
        match is_own_list || EXTRAS.contains(&name.as_str()) {
            true => {
                body.insert(name, value);
            }
            false => drops.add(name, UNSUPPORTED),
        }
    }
    Ok(Value::Object(body))
}

fn sampling(sampling: Sampling, body: &mut Map, drops: &mut Drops) {
    for (name, is_said) in [
        ("frequency_penalty", sampling.frequency_penalty.is_some()),
        ("presence_penalty", sampling.presence_penalty.is_some()),
        ("seed", sampling.seed.is_some()),
        ("top_k", sampling.top_k.is_some()),
    ] {
        if is_said {
            drops.add(name, UNSUPPORTED);
        }
    }
    if let Some(temperature) = sampling.temperature {
        let is_high = temperature.as_f64().is_some_and(|value| value > 2.0);
        if is_high {
            drops.add("temperature", "clamped to 2");
        }
        let value = if is_high { 2.into() } else { Value::Number(temperature) };
        body.put("temperature", value);
    }
    if let Some(top_p) = sampling.top_p {
        body.put("top_p", Value::Number(top_p));
    }
}

/// `text`: the format is Chat Completions' without its nesting.
fn text(format: Option<ResponseFormat>, extras: &mut Map, body: &mut Map, drops: &mut Drops) {
    let mut text = Map::new();
    if let Some(format) = format {
        let mut format = openai_chat::response_format(format, drops);
        if let Value::Object(fields) = &mut format
            && let Some(Value::Object(schema)) = fields.shift_remove("json_schema")
        {
            fields.extend(schema);
        }
        text.put("format", format);
    }
    if let Some(verbosity) = extras.shift_remove("verbosity") {
        text.put("verbosity", verbosity);
    }
    if !text.is_empty() {
        body.put("text", text);
    }
}

/// `reasoning`. Returns whether the client wants any.
fn reasoning(reasoning: Option<Reasoning>, body: &mut Map, drops: &mut Drops) -> bool {
    let Some(mut asked) = reasoning else { return false };
    let display = asked.display.take();
    let is_shown = match display.as_deref() {
        None => asked.enabled == Some(true),
        Some(word) => word == Reasoning::SUMMARIZED,
    };
    if !is_shown && display.as_deref().is_some_and(|word| word != "omitted") {
        drops.add("thinking.display", UNSUPPORTED);
    }
    let is_off = asked.enabled == Some(false);
    let only_shown = Reasoning::default() == asked && is_shown;
    let effort = match only_shown {
        true => None,
        false => openai_chat::effort(asked, drops),
    };
    let mut fields = Map::new();
    if let Some(effort) = effort {
        fields.put("effort", effort.word());
    }
    if is_shown {
        fields.put("summary", "auto");
    }
    if !fields.is_empty() {
        body.put("reasoning", fields);
    }
    !is_off && effort != Some(Effort::None)
}

/// `include`: log probabilities, and the proof of thoughts where the client wants any.
fn include(extras: &mut Map, thinks: bool, body: &mut Map) {
    let mut include = match extras.shift_remove("include") {
        Some(Value::Array(words)) => words,
        _ => Vec::new(),
    };
    if thinks {
        include.push(json!("reasoning.encrypted_content"));
    }
    if extras.shift_remove("logprobs") == Some(Value::Bool(true)) {
        include.push(json!("message.output_text.logprobs"));
    }
    if !include.is_empty() {
        body.put("include", include);
    }
}
