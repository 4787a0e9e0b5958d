//! A request for a provider, written.

use chat::Problem;
use chat::json::{Map, Value, json};

use super::super::NOT_SUPPORTED;
use crate::Drops;
use crate::flat::{self, Call, Conversation, Flat, Image, input, offer};
use crate::neutral::{Effort, Reasoning, Request, ResponseFormat, Source};
use crate::openai_chat::unsupported;

/// Parameters without a neutral form that are taken.
const OWN: [&str; 5] = ["keep_alive", "logprobs", "shift", "top_logprobs", "truncate"];

/// Writes a request body.
///
/// # Errors
/// Where leaving something out would change what the client asked for.
pub(in super::super) fn encode(mut request: Request, drops: &mut Drops) -> Result<Value, Problem> {
    flat::report_unsaid(&request, NOT_SUPPORTED, drops);
    let conversation =
        flat::conversation(std::mem::take(&mut request.messages), NOT_SUPPORTED, drops)?;
    let offered = offer(
        std::mem::take(&mut request.tools),
        request.tool_choice.take(),
        NOT_SUPPORTED,
        drops,
    )?;
    if offered.required {
        drops.add("tool_choice", "the model may also answer without a call");
    }
    for (_, path) in offered.strict.into_iter().filter(|row| row.0 == Some(true)) {
        drops.add(path, NOT_SUPPORTED);
    }
    let mut body = Map::new();
    body.put("model", request.model);
    body.put("messages", messages(conversation, drops)?);
    match offered.none {
        true if !offered.tools.is_empty() => {
            drops.add("tools", "left out, since none may be called");
        }
        _ if offered.tools.is_empty() => {}
        _ => body.put("tools", offered.tools),
    }
    body.put("stream", request.stream);
    match request.response_format {
        None | Some(ResponseFormat::Text) => {}
        Some(ResponseFormat::JsonObject) => body.put("format", "json"),
        Some(ResponseFormat::JsonSchema { schema, .. }) => body.put("format", schema),
    }
    if let Some(think) = request.reasoning.map(|asked| think(asked, drops)) {
        body.put("think", think);
    }
    let mut options = match request.extras.shift_remove("options") {
        Some(Value::Object(options)) => options,
        _ => Map::new(),
    };
    request.sampling.put(&mut options);
    if let Some(limit) = request.max_output_tokens {
        options.put("num_predict", limit);
    }
    if !request.stop.is_empty() {
        options.put("stop", request.stop);
    }
    if !options.is_empty() {
        body.put("options", options);
    }
    let is_own = |name: &str, _: &Value| OWN.contains(&name);
    flat::put_extras(request.extras, (is_own, NOT_SUPPORTED), &mut body, drops);
    Ok(Value::Object(body))
}

fn messages(conversation: Conversation, drops: &mut Drops) -> Result<Vec<Value>, Problem> {
    let called = conversation.called;
    let mut messages = Vec::with_capacity(conversation.messages.len());
    for mut message in conversation.messages {
        let documents = std::mem::take(&mut message.documents).into_iter();
        let mut texts: Vec<_> = documents.map(|(text, _)| (text, message.path.clone())).collect();
        texts.append(&mut message.texts);
        let text = flat::joined(texts, &message.path, drops);
        messages.push(self::message(message, text, &called, drops)?);
    }
    Ok(messages)
}

fn message(
    message: Flat,
    text: String,
    called: &std::collections::BTreeMap<String, String>,
    drops: &mut Drops,
) -> Result<Value, Problem> {
    let mut map = Map::new();
    map.put("role", message.role);
    map.put("content", text);
    if !message.thoughts.is_empty() {
        map.put("thinking", flat::joined(message.thoughts, &message.path, drops));
    }
    if !message.images.is_empty() {
        let images = message.images.into_iter().map(|it| image(it, drops));
        map.put("images", images.collect::<Result<Vec<_>, _>>()?);
    }
    if !message.calls.is_empty() {
        let calls = message.calls.into_iter().enumerate();
        let calls = calls.map(|(index, it)| {
            check_arguments(&it)?;
            Ok(call(index, it))
        });
        map.put("tool_calls", calls.collect::<Result<Vec<_>, Problem>>()?);
    }
    if let Some(id) = message.answers {
        if let Some(name) = called.get(&id) {
            map.put("tool_name", name.as_str());
        }
        map.put("tool_call_id", id);
    }
    Ok(Value::Object(map))
}

/// # Errors
/// The arguments are no object, which is all that Ollama has a place for.
fn check_arguments(call: &Call) -> Result<(), Problem> {
    match input(&call.arguments, call.kind).get("_raw") {
        Some(Value::String(raw)) if *raw == call.arguments => {
            let path = call.path.to_string();
            let message = format!("the arguments of the call at {path} must be a JSON object");
            Err(Problem::invalid("invalid_arguments", path, message))
        }
        _ => Ok(()),
    }
}

/// A call, in a request or an answer.
pub(in super::super) fn call(index: usize, call: Call) -> Value {
    let arguments = input(&call.arguments, call.kind);
    json!({"id": call.id,
        "function": {"index": index, "name": call.name, "arguments": arguments}})
}

fn image(image: Image, drops: &mut Drops) -> Result<String, Problem> {
    if image.detail.is_some_and(|detail| detail != "auto") {
        drops.add(format!("{}.image_url.detail", image.path), NOT_SUPPORTED);
    }
    match image.source {
        Source::Base64 { data, .. } => Ok(data),
        _ => Err(unsupported(image.path, "an image must be inline")),
    }
}

fn think(asked: Reasoning, drops: &mut Drops) -> Value {
    if asked.display.is_some() {
        drops.add("thinking.display", NOT_SUPPORTED);
    }
    if asked.budget_tokens.is_some() {
        drops.add("thinking.budget_tokens", "sent as on or off");
    }
    let off = asked.enabled == Some(false) || asked.budget_tokens == Some(0);
    let Some(effort) = asked.effort.filter(|_| !off) else { return Value::Bool(!off) };
    let sent = match effort {
        Effort::None => return Value::Bool(false),
        Effort::Minimal => Effort::Low,
        Effort::XHigh => Effort::Max,
        other => other,
    };
    if sent != effort {
        drops.add("reasoning_effort", format!("sent as {}", sent.word()));
    }
    sent.word().into()
}
