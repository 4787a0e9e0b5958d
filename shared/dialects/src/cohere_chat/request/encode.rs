//! A request for a provider, written.

use chat::Problem;
use chat::json::{Map, Number, Value, json};

use super::super::NOT_SUPPORTED;
use crate::Drops;
use crate::flat::{self, Call, Flat, Image, offer};
use crate::neutral::{Effort, Reasoning, Request, ResponseFormat, Sampling, Source, ToolKind};
use crate::openai_chat::{data_url, unsupported};

/// The most stop sequences.
const MAX_STOPS: usize = 5;

/// Parameters without a neutral form that are taken, and what their type is.
fn is_own(name: &str, value: &Value) -> bool {
    match name {
        "citation_options" => value.is_object(),
        "logprobs" => value.is_boolean(),
        "priority" => value.is_u64(),
        "safety_mode" => value.is_string(),
        _ => false,
    }
}

/// Writes a request body.
///
/// # Errors
/// Where leaving something out would change what the client asked for.
pub(in super::super) fn encode(request: Request, drops: &mut Drops) -> Result<Value, Problem> {
    flat::report_unsaid(&request, NOT_SUPPORTED, drops);
    let conversation = flat::conversation(request.messages, NOT_SUPPORTED, drops)?;
    let offered = offer(request.tools, request.tool_choice, NOT_SUPPORTED, drops)?;
    let mut documents = Vec::new();
    let mut messages = Vec::with_capacity(conversation.messages.len());
    for mut message in conversation.messages {
        let given = std::mem::take(&mut message.documents);
        // Who only gives something to read says that.
        match message.texts.is_empty() && message.images.is_empty() {
            true => message.texts.extend(given.into_iter().map(|it| (it.0, message.path.clone()))),
            false => documents.extend(given.into_iter().map(document)),
        }
        messages.extend(self::message(message, drops)?);
    }
    let mut body = Map::new();
    body.put("model", request.model);
    body.put("messages", messages);
    let plain = offered.tools.is_empty() && documents.is_empty();
    if !offered.tools.is_empty() {
        let strict = offered.strict.iter().all(|row| row.0 == Some(true));
        if strict {
            body.put("strict_tools", true);
        }
        for (_, path) in offered.strict.into_iter().filter(|row| !strict && row.0 == Some(true)) {
            drops.add(path, "strict is for all tools or for none");
        }
        body.put("tools", offered.tools);
        if offered.required || offered.none {
            body.put("tool_choice", if offered.none { "NONE" } else { "REQUIRED" });
        }
    }
    if !documents.is_empty() {
        body.put("documents", documents);
    }
    match response_format(request.response_format) {
        Some(_) if !plain => {
            drops.add("response_format", "not supported beside tools and documents");
        }
        Some(format) => body.put("response_format", format),
        None => {}
    }
    if let Some(limit) = request.max_output_tokens {
        body.put("max_tokens", limit);
    }
    sampling(request.sampling, &mut body, drops);
    flat::put_stops(request.stop, ("stop_sequences", MAX_STOPS), &mut body, drops);
    if let Some(thinking) = request.reasoning.map(|asked| thinking(asked, drops)) {
        body.put("thinking", thinking);
    }
    if request.stream {
        body.put("stream", true);
    }
    flat::put_extras(request.extras, (is_own, NOT_SUPPORTED), &mut body, drops);
    Ok(Value::Object(body))
}

fn message(mut message: Flat, drops: &mut Drops) -> Result<Option<Value>, Problem> {
    let mut map = Map::new();
    map.put("role", message.role);
    if let Some(id) = message.answers {
        map.put("tool_call_id", id);
    }
    let mut parts: Vec<Value> = Vec::new();
    let thoughts = message.thoughts.into_iter();
    parts.extend(thoughts.map(|(text, _)| json!({"type": "thinking", "thinking": text})));
    let mut images = message.images.into_iter().peekable();
    let mut texts = Vec::new();
    if message.calls.is_empty() {
        texts = std::mem::take(&mut message.texts);
    }
    for (place, (text, _)) in texts.into_iter().enumerate() {
        while let Some(image) = images.next_if(|image| image.after <= place) {
            parts.push(self::image(image)?);
        }
        parts.push(json!({"type": "text", "text": text}));
    }
    for image in images {
        parts.push(self::image(image)?);
    }
    if !message.calls.is_empty() {
        if !message.texts.is_empty() {
            map.put("tool_plan", flat::joined(message.texts, &message.path, drops));
        }
        map.put("tool_calls", message.calls.into_iter().map(call).collect::<Vec<_>>());
    }
    match parts.as_mut_slice() {
        [] if map.contains_key("tool_calls") => {}
        [] if message.role != "tool" => return Ok(None),
        [] => map.put("content", ""),
        [part] if part.get("text").is_some() => {
            map.put("content", part.get_mut("text").map(Value::take).unwrap_or_default());
        }
        _ => map.put("content", parts),
    }
    Ok(Some(Value::Object(map)))
}

/// A call, in a request or an answer.
pub(in super::super) fn call(call: Call) -> Value {
    let arguments = match call.kind {
        ToolKind::Custom => json!({"input": call.arguments}).to_string(),
        ToolKind::Function if call.arguments.trim().is_empty() => "{}".to_owned(),
        ToolKind::Function => call.arguments,
    };
    json!({"id": call.id, "type": "function",
        "function": {"name": call.name, "arguments": arguments}})
}

fn image(image: Image) -> Result<Value, Problem> {
    let url = match image.source {
        Source::Base64 { media_type, data } => data_url(&media_type, &data),
        Source::Url { url } => url,
        Source::File { .. } | Source::Text { .. } => {
            return Err(unsupported(image.path, "an image must be inline or a URL"));
        }
    };
    let mut fields = Map::new();
    fields.put("url", url);
    if let Some(detail) = image.detail {
        fields.put("detail", detail);
    }
    Ok(json!({"type": "image_url", "image_url": fields}))
}

fn document((text, title): (String, Option<String>)) -> Value {
    match title {
        Some(title) => json!({"data": {"title": title, "text": text}}),
        None => json!({"data": {"text": text}}),
    }
}

fn response_format(format: Option<ResponseFormat>) -> Option<Value> {
    match format? {
        ResponseFormat::Text => None,
        ResponseFormat::JsonObject => Some(json!({"type": "json_object"})),
        ResponseFormat::JsonSchema { schema, .. } => {
            Some(json!({"type": "json_object", "json_schema": schema}))
        }
    }
}

fn sampling(asked: Sampling, body: &mut Map, drops: &mut Drops) {
    if let Some(seed) = asked.seed {
        body.put("seed", seed);
    }
    let clamped = [
        ("frequency_penalty", "frequency_penalty", asked.frequency_penalty, (0.0, "0"), (1.0, "1")),
        ("presence_penalty", "presence_penalty", asked.presence_penalty, (0.0, "0"), (1.0, "1")),
        ("temperature", "temperature", asked.temperature, (0.0, "0"), (1.0, "1")),
        ("k", "top_k", asked.top_k, (0.0, "0"), (500.0, "500")),
        ("p", "top_p", asked.top_p, (0.01, "0.01"), (0.99, "0.99")),
    ];
    for (field, name, number, low, high) in clamped {
        let Some(number) = number else { continue };
        let value = number.as_f64().unwrap_or_default();
        let limit = [(value < low.0, low), (value > high.0, high)];
        let number = match limit.into_iter().find(|row| row.0) {
            Some((_, (limit, word))) => {
                drops.add(name, format!("clamped to {word}"));
                within(limit)
            }
            None => number,
        };
        body.put(field, number);
    }
}

/// A limit as a number of JSON, without a fraction where it has none.
fn within(limit: f64) -> Number {
    let whole = limit as u64;
    match whole as f64 == limit {
        true => whole.into(),
        false => Number::from_f64(limit).unwrap_or_else(|| whole.into()),
    }
}

fn thinking(asked: Reasoning, drops: &mut Drops) -> Value {
    if asked.display.is_some() {
        drops.add("thinking.display", NOT_SUPPORTED);
    }
    let off = asked.enabled == Some(false) || asked.effort == Some(Effort::None);
    if off {
        return json!({"type": "disabled"});
    }
    match (asked.budget_tokens.filter(|budget| *budget > 0), asked.effort) {
        (Some(budget), _) => json!({"type": "enabled", "token_budget": budget}),
        (None, effort) => {
            if effort.is_some() {
                drops.add("reasoning_effort", "sent as on");
            }
            json!({"type": "enabled"})
        }
    }
}
