//! From a chat completion request to what it asks of the model.

use serde_json::Value;

use super::{rules, shapes};
use crate::mock::cursor::{Cursor, Problem};
use crate::mock::model::{Choice, Format, Last, Prompt, Tool};

/// Validates `body` and reads it.
///
/// # Errors
///
/// The first thing that is wrong.
pub(super) fn read(body: &Value) -> Result<Prompt, Problem> {
    let body = Cursor::root(body);
    shapes::REQUEST.check(&body)?;
    rules::check(&body)?;
    let messages = body.items_of("messages");
    Ok(Prompt {
        model: body.text("model").to_owned(),
        system: system(&messages),
        last: last(&messages),
        attachments: attachments(&messages),
        tools: tools(&body),
        choice: choice(&body),
        parallel: body.value().get("parallel_tool_calls") != Some(&Value::Bool(false)),
        format: format(&body),
        max_tokens: ["max_completion_tokens", "max_tokens"]
            .iter()
            .find_map(|name| body.value().get(*name).and_then(Value::as_u64)),
        stop: stop(&body),
        reasoning: !matches!(body.text("reasoning_effort"), "" | "none"),
        choices: body.value().get("n").and_then(Value::as_u64).unwrap_or(1),
        stream: body.is_true("stream"),
    })
}

pub(in crate::mock) fn system(messages: &[Cursor<'_>]) -> String {
    let instructs = |message: &&Cursor<'_>| matches!(message.text("role"), "system" | "developer");
    messages.iter().filter(instructs).map(text_of).collect::<Vec<_>>().join(" ")
}

/// The text of a message, the parts joined by spaces.
fn text_of(message: &Cursor<'_>) -> String {
    match message.field("content") {
        Some(content) if content.value().is_array() => {
            let texts = content.items();
            texts
                .iter()
                .map(|part| part.text("text"))
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        }
        _ => message.text("content").to_owned(),
    }
}

pub(in crate::mock) fn last(messages: &[Cursor<'_>]) -> Last {
    let Some(message) = messages.last() else { return Last::default() };
    match message.text("role") {
        "tool" | "function" => {
            let is_result =
                |message: &&Cursor<'_>| matches!(message.text("role"), "tool" | "function");
            let mut results: Vec<String> =
                messages.iter().rev().take_while(is_result).map(text_of).collect();
            results.reverse();
            Last::Results(results)
        }
        "assistant" => Last::Prefill(text_of(message)),
        _ => Last::User(
            messages
                .iter()
                .rev()
                .find(|message| message.text("role") == "user")
                .map(text_of)
                .unwrap_or_default(),
        ),
    }
}

pub(in crate::mock) fn attachments(messages: &[Cursor<'_>]) -> Vec<&'static str> {
    let user = messages.iter().rev().find(|message| message.text("role") == "user");
    let parts = user.map(|message| message.items_of("content")).unwrap_or_default();
    let kind = |part: &Cursor<'_>| match part.text("type") {
        "image_url" => Some("image"),
        "input_audio" => Some("audio"),
        "file" => Some("document"),
        _ => None,
    };
    parts.iter().filter_map(kind).collect()
}

pub(in crate::mock) fn tools(body: &Cursor<'_>) -> Vec<Tool> {
    let allowed = body.field("tool_choice").and_then(|choice| choice.field("allowed_tools"));
    let allowed = allowed.is_some().then(|| choice_names(body));
    let mut tools: Vec<Tool> = body
        .items_of("tools")
        .iter()
        .map(|tool| Tool {
            name: tool_name(tool).to_owned(),
            schema: tool.field("function").map(|function| schema(&function)),
        })
        .filter(|tool| allowed.as_ref().is_none_or(|names| names.contains(&tool.name.as_str())))
        .collect();
    tools.extend(body.items_of("functions").iter().map(|function| Tool {
        name: function.text("name").to_owned(),
        schema: Some(schema(function)),
    }));
    tools
}

fn schema(function: &Cursor<'_>) -> Value {
    function.field("parameters").map_or(Value::Null, |parameters| parameters.value().clone())
}

/// The name of a function or custom tool.
pub(super) fn tool_name<'a>(tool: &Cursor<'a>) -> &'a str {
    let named = tool.field("function").or_else(|| tool.field("custom"));
    named.map(|named| named.text("name")).unwrap_or_default()
}

/// The tools that `tool_choice` names.
pub(super) fn choice_names<'a>(body: &Cursor<'a>) -> Vec<&'a str> {
    let Some(choice) = body.field("tool_choice").filter(|choice| choice.value().is_object()) else {
        return Vec::new();
    };
    match choice.field("allowed_tools") {
        Some(allowed) => allowed.items_of("tools").iter().map(tool_name).collect(),
        None => vec![tool_name(&choice)],
    }
}

fn choice(body: &Cursor<'_>) -> Choice {
    if let Some(choice) = body.field("tool_choice") {
        let mode = match choice.field("allowed_tools") {
            Some(allowed) => allowed.text("mode"),
            None => choice.value().as_str().unwrap_or("named"),
        };
        return match mode {
            "none" => Choice::Never,
            "required" => Choice::Any,
            "named" => Choice::Named(tool_name(&choice).to_owned()),
            _ => Choice::Auto,
        };
    }
    match body.field("function_call") {
        Some(call) if call.value().is_object() => Choice::Named(call.text("name").to_owned()),
        Some(call) if call.value().as_str() == Some("none") => Choice::Never,
        _ => Choice::Auto,
    }
}

fn format(body: &Cursor<'_>) -> Format {
    let Some(format) = body.field("response_format") else { return Format::Text };
    match format.text("type") {
        "json_object" => Format::Json,
        "json_schema" => {
            let schema = format.field("json_schema").and_then(|it| it.field("schema"));
            schema.map_or(Format::Json, |schema| Format::Schema(schema.value().clone()))
        }
        _ => Format::Text,
    }
}

fn stop(body: &Cursor<'_>) -> Vec<String> {
    let Some(stop) = body.field("stop") else { return Vec::new() };
    match stop.value() {
        Value::String(one) => vec![one.clone()],
        _ => stop.items().iter().filter_map(|it| it.value().as_str()).map(str::to_owned).collect(),
    }
}
