//! From a request to what it asks of the model, and the rules between its fields.

use std::collections::HashSet;

use super::shapes;
use crate::mock::cursor::{Cursor, Problem};
use crate::mock::model::{Choice, Format, Prompt};
use crate::mock::openai_chat::request as common;

/// Validates `body` and reads it.
///
/// # Errors
///
/// The first thing that is wrong.
pub(super) fn read(body: &serde_json::Value) -> Result<Prompt, Problem> {
    let body = Cursor::root(body);
    shapes::REQUEST.check(&body)?;
    check(&body)?;
    let messages = body.items_of("messages");
    let thinking = body.field("thinking").map(|it| it.text("type"));
    let stop = body.items_of("stop_sequences");
    Ok(Prompt {
        model: body.text("model").to_owned(),
        system: common::system(&messages),
        last: common::last(&messages),
        attachments: common::attachments(&messages),
        tools: common::tools(&body),
        choice: match body.text("tool_choice") {
            "REQUIRED" => Choice::Any,
            "NONE" => Choice::Never,
            _ => Choice::Auto,
        },
        parallel: true,
        format: format(&body),
        max_tokens: body.field("max_tokens").and_then(|it| it.value().as_u64()),
        stop: stop.iter().filter_map(|it| it.value().as_str()).map(str::to_owned).collect(),
        reasoning: thinking == Some("enabled"),
        choices: 1,
        stream: body.is_true("stream"),
    })
}

/// The rules of <https://docs.cohere.com/reference/chat>, <https://docs.cohere.com/docs/tool-use-overview>.
fn check(body: &Cursor<'_>) -> Result<(), Problem> {
    let tools = body.items_of("tools");
    if body.text("tool_choice") == "REQUIRED" && tools.is_empty() {
        return Err(body.breaks("tool_choice REQUIRED needs tools"));
    }
    let bound = !tools.is_empty() || body.field("documents").is_some();
    let format = body.field("response_format").map(|it| it.text("type"));
    if format == Some("json_object") && bound {
        let message = "response_format json_object is not supported with tools or documents";
        return Err(body.breaks(message));
    }
    let mut called = HashSet::new();
    for message in body.items_of("messages") {
        match message.text("role") {
            "assistant" => {
                let calls = message.items_of("tool_calls");
                let said = ["content", "tool_plan"].iter().any(|it| message.field(it).is_some());
                if calls.is_empty() && !said {
                    return Err(message.breaks("all elements in history must have a message"));
                }
                for call in calls {
                    let arguments = call.field("function").map(|it| it.text("arguments"));
                    let read = serde_json::from_str::<serde_json::Value>(arguments.unwrap_or(""));
                    if !read.is_ok_and(|it| it.is_object()) {
                        return Err(call.breaks("tool call arguments must be a JSON object"));
                    }
                    called.insert(call.text("id"));
                }
            }
            "tool" if !called.contains(message.text("tool_call_id")) => {
                return Err(message.breaks("no tool call found with this tool_call_id"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn format(body: &Cursor<'_>) -> Format {
    let Some(format) = body.field("response_format") else { return Format::Text };
    match (format.text("type"), format.field("json_schema")) {
        ("json_object", Some(schema)) => Format::Schema(schema.value().clone()),
        ("json_object", None) => Format::Json,
        _ => Format::Text,
    }
}
