//! A request for a provider, written.

use chat::Problem;
use chat::json::{Map, Number, Value, json};

use super::super::{SERVICE_TIERS, UNSUPPORTED};
use super::{encode_messages, encode_params, encode_tools};
use crate::Drops;
use crate::neutral::{Request, Sampling};

/// The most stop sequences (<https://platform.openai.com/docs/api-reference/chat/create>, read 2026-11-20).
const MAX_STOPS: usize = 4;

/// Writes a request body. `thoughts_back`: the provider wants the thoughts that led to calls.
///
/// # Errors
/// A picture, sound or document that OpenAI has no form for, or a choice of a tool that it cannot offer.
pub(in super::super) fn encode(
    request: Request,
    thoughts_back: bool,
    drops: &mut Drops,
) -> Result<Value, Problem> {
    let mut body = Map::with_capacity(8);
    body.put("model", request.model);
    body.put("messages", encode_messages::encode(request.messages, thoughts_back, drops)?);
    if !request.tools.is_empty() || request.tool_choice.is_some() {
        let parallel = request.parallel_tool_calls;
        let choice = encode_tools::Choice { choice: request.tool_choice, parallel };
        encode_tools::encode(request.tools, choice, &mut body, drops)?;
    }
    if let Some(limit) = request.max_output_tokens {
        body.put("max_completion_tokens", limit);
    }
    sampling(request.sampling, &mut body, drops);
    if !request.stop.is_empty() {
        stop(request.stop, &mut body, drops);
    }
    if let Some(candidates) = request.candidates {
        body.put("n", candidates);
    }
    if request.stream {
        body.put("stream", true);
        // Always asked for: the gateway counts, and hides it from clients that did not ask.
        body.put("stream_options", json!({"include_usage": true}));
    }
    if let Some(format) = request.response_format {
        body.put("response_format", encode_params::response_format(format, drops));
    }
    if let Some(effort) = request.reasoning.and_then(|asked| encode_params::effort(asked, drops)) {
        body.put("reasoning_effort", effort.word());
    }
    if let Some(user) = request.user {
        body.put("user", user);
    }
    service_tier(request.service_tier, &mut body, drops);
    if request.cache.is_some() {
        drops.add("cache_control", UNSUPPORTED);
    }
    if !request.extras.is_empty() {
        encode_params::extras(request.extras, &mut body, drops);
    }
    Ok(Value::Object(body))
}

fn sampling(mut sampling: Sampling, body: &mut Map, drops: &mut Drops) {
    let too_hot = |temperature: &&mut Number| temperature.as_f64().is_some_and(|it| it > 2.0);
    if let Some(temperature) = sampling.temperature.as_mut().filter(too_hot) {
        drops.add("temperature", "clamped to 2");
        *temperature = 2.into();
    }
    if sampling.top_k.take().is_some() {
        drops.add("top_k", UNSUPPORTED);
    }
    sampling.put(body);
}

fn stop(mut stop: Vec<String>, body: &mut Map, drops: &mut Drops) {
    if stop.len() > MAX_STOPS {
        drops.add("stop", "only the first 4 are sent");
        stop.truncate(MAX_STOPS);
    }
    body.put("stop", stop);
}

fn service_tier(tier: Option<String>, body: &mut Map, drops: &mut Drops) {
    match tier {
        Some(tier) if SERVICE_TIERS.contains(&tier.as_str()) => {
            body.put("service_tier", tier);
        }
        Some(_) => drops.add("service_tier", UNSUPPORTED),
        None => {}
    }
}
