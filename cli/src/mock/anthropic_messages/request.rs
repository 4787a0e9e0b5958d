//! From a Messages request to what it asks of the model.

use serde_json::Value;

use super::{rules, shapes, thinking};
use crate::mock::cursor::{Cursor, Problem};
use crate::mock::model::{Choice, Format, Last, Prompt, Tool};
use crate::mock::shape::check_record;

/// Validates `body` and reads it; `betas` are the values of the `anthropic-beta` header.
///
/// # Errors
///
/// The first thing that is wrong.
pub(super) fn read(body: &Value, betas: &[&str]) -> Result<Prompt, Problem> {
    let body = Cursor::root(body);
    if betas.is_empty() {
        check_record(&body, &[shapes::REQUEST])?;
    } else {
        check_record(&body, &[shapes::REQUEST, shapes::BETA_REQUEST])?;
    }
    rules::check(&body, betas)?;
    let messages = body.items_of("messages");
    let choice = body.field("tool_choice");
    let alone = choice.as_ref().is_some_and(|choice| choice.is_true("disable_parallel_tool_use"));
    Ok(Prompt {
        model: body.text("model").to_owned(),
        system: system(&body, &messages),
        last: last(&messages),
        attachments: attachments(&messages),
        tools: tools(&body),
        choice: choice.as_ref().map(tool_choice).unwrap_or_default(),
        parallel: !alone,
        format: format(&body),
        max_tokens: body.value().get("max_tokens").and_then(Value::as_u64),
        stop: stop(&body),
        reasoning: thinking::is_on(&body),
        choices: 1,
        stream: body.is_true("stream"),
    })
}

fn system(body: &Cursor<'_>, messages: &[Cursor<'_>]) -> String {
    let mut texts = vec![match body.field("system") {
        Some(blocks) if blocks.value().is_array() => text_blocks(&blocks),
        _ => body.text("system").to_owned(),
    }];
    texts.extend(messages.iter().filter(|it| it.text("role") == "system").map(text_of));
    texts.retain(|text| !text.is_empty());
    texts.join(" ")
}

/// The text of a message or tool result, the blocks joined by spaces.
fn text_of(message: &Cursor<'_>) -> String {
    match message.field("content") {
        Some(content) if content.value().is_array() => text_blocks(&content),
        _ => message.text("content").to_owned(),
    }
}

fn text_blocks(blocks: &Cursor<'_>) -> String {
    let blocks = blocks.items();
    let texts = blocks.iter().filter(|block| block.text("type") == "text");
    texts.map(|block| block.text("text")).collect::<Vec<_>>().join(" ")
}

fn last(messages: &[Cursor<'_>]) -> Last {
    let spoken = messages.iter().rev().find(|message| message.text("role") != "system");
    let Some(message) = spoken else { return Last::default() };
    if message.text("role") == "assistant" {
        return Last::Prefill(text_of(message));
    }
    let blocks = message.items_of("content");
    let mut results: Vec<String> =
        blocks.iter().filter(|block| block.text("type") == "tool_result").map(text_of).collect();
    if results.is_empty() {
        return Last::User(text_of(message));
    }
    results.extend(Some(text_of(message)).filter(|text| !text.is_empty()));
    Last::Results(results)
}

fn attachments(messages: &[Cursor<'_>]) -> Vec<&'static str> {
    let user = messages.iter().rev().find(|message| message.text("role") == "user");
    let blocks = user.map(|message| message.items_of("content")).unwrap_or_default();
    let kind = |block: &Cursor<'_>| match block.text("type") {
        "image" => Some("image"),
        "document" | "search_result" | "container_upload" => Some("document"),
        _ => None,
    };
    blocks.iter().filter_map(kind).collect()
}

/// The client's own tools; those that run at the provider are never called.
fn tools(body: &Cursor<'_>) -> Vec<Tool> {
    let tool = |tool: &Cursor<'_>| {
        let schema = tool.field("input_schema")?;
        Some(Tool { name: tool.text("name").to_owned(), schema: Some(schema.value().clone()) })
    };
    body.items_of("tools").iter().filter_map(tool).collect()
}

fn tool_choice(choice: &Cursor<'_>) -> Choice {
    match choice.text("type") {
        "none" => Choice::Never,
        "any" => Choice::Any,
        "tool" => Choice::Named(choice.text("name").to_owned()),
        _ => Choice::Auto,
    }
}

fn format(body: &Cursor<'_>) -> Format {
    let format = body.field("output_config").and_then(|config| config.field("format"));
    match format.and_then(|format| format.field("schema")) {
        Some(schema) => Format::Schema(schema.value().clone()),
        None => Format::Text,
    }
}

fn stop(body: &Cursor<'_>) -> Vec<String> {
    let stops = body.items_of("stop_sequences");
    stops.iter().filter_map(|stop| stop.value().as_str()).map(str::to_owned).collect()
}
