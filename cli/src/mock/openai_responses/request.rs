//! From a Responses request to what it asks of the model.

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
    let items = body.items_of("input");
    let effort = body.field("reasoning").map(|it| it.text("effort")).unwrap_or_default();
    Ok(Prompt {
        model: body.text("model").to_owned(),
        system: system(&body, &items),
        last: last(&body, &items),
        attachments: attachments(&items),
        tools: tools(&body),
        choice: choice(&body),
        parallel: body.value().get("parallel_tool_calls") != Some(&Value::Bool(false)),
        format: format(&body),
        max_tokens: body.value().get("max_output_tokens").and_then(Value::as_u64),
        stop: Vec::new(),
        reasoning: !matches!(effort, "" | "none"),
        choices: 1,
        stream: body.is_true("stream"),
    })
}

fn system(body: &Cursor<'_>, items: &[Cursor<'_>]) -> String {
    let instructs = |item: &&Cursor<'_>| matches!(item.text("role"), "system" | "developer");
    let instructions = body.text("instructions").to_owned();
    let texts = items.iter().filter(instructs).map(|item| text_of(item, "content"));
    let all = std::iter::once(instructions).chain(texts).filter(|text| !text.is_empty());
    all.collect::<Vec<_>>().join(" ")
}

/// The text of a message or an output, the parts joined by spaces.
fn text_of(item: &Cursor<'_>, field: &str) -> String {
    let parts = item.items_of(field);
    if parts.is_empty() {
        return item.text(field).to_owned();
    }
    let texts = parts.iter().map(|part| part.text("text")).filter(|text| !text.is_empty());
    texts.collect::<Vec<_>>().join(" ")
}

fn last(body: &Cursor<'_>, items: &[Cursor<'_>]) -> Last {
    let is_result = |item: &&Cursor<'_>| item.text("type").ends_with("_output");
    let Some(item) = items.last() else { return Last::User(body.text("input").to_owned()) };
    if is_result(&item) {
        let results = items.iter().rev().take_while(is_result).map(|item| text_of(item, "output"));
        let mut results: Vec<String> = results.collect();
        results.reverse();
        return Last::Results(results);
    }
    if item.text("role") == "assistant" {
        return Last::Prefill(text_of(item, "content"));
    }
    let user = items.iter().rev().find(|item| item.text("role") == "user");
    Last::User(user.map(|item| text_of(item, "content")).unwrap_or_default())
}

fn attachments(items: &[Cursor<'_>]) -> Vec<&'static str> {
    let user = items.iter().rev().find(|item| item.text("role") == "user");
    let parts = user.map(|message| message.items_of("content")).unwrap_or_default();
    let kind = |part: &Cursor<'_>| match part.text("type") {
        "input_image" => Some("image"),
        "input_file" => Some("document"),
        _ => None,
    };
    parts.iter().filter_map(kind).collect()
}

fn tools(body: &Cursor<'_>) -> Vec<Tool> {
    let is_restricted =
        body.field("tool_choice").is_some_and(|choice| choice.text("type") == "allowed_tools");
    let allowed = is_restricted.then(|| choice_names(body));
    body.items_of("tools")
        .iter()
        .filter(|tool| matches!(tool.text("type"), "function" | "custom"))
        .map(|tool| Tool {
            name: tool.text("name").to_owned(),
            schema: (tool.text("type") == "function")
                .then(|| tool.field("parameters").map_or(Value::Null, |it| it.value().clone())),
        })
        .filter(|tool| allowed.as_ref().is_none_or(|names| names.contains(&tool.name.as_str())))
        .collect()
}

/// What a choice calls a tool: its name, or the type of a built-in one.
pub(super) fn tool_name<'a>(tool: &Cursor<'a>) -> &'a str {
    match tool.text("type") {
        "function" | "custom" => tool.text("name"),
        kind => kind,
    }
}

/// The tools that `tool_choice` names.
pub(super) fn choice_names<'a>(body: &Cursor<'a>) -> Vec<&'a str> {
    let Some(choice) = body.field("tool_choice").filter(|choice| choice.value().is_object()) else {
        return Vec::new();
    };
    match choice.text("type") {
        "allowed_tools" => choice.items_of("tools").iter().map(tool_name).collect(),
        _ => vec![tool_name(&choice)],
    }
}

fn choice(body: &Cursor<'_>) -> Choice {
    let Some(choice) = body.field("tool_choice") else { return Choice::Auto };
    let mode = match choice.text("type") {
        "allowed_tools" => choice.text("mode"),
        _ => choice.value().as_str().unwrap_or("named"),
    };
    match mode {
        "none" => Choice::Never,
        "required" => Choice::Any,
        "named" => Choice::Named(tool_name(&choice).to_owned()),
        _ => Choice::Auto,
    }
}

fn format(body: &Cursor<'_>) -> Format {
    let format = body.field("text").and_then(|text| text.field("format"));
    let Some(format) = format else { return Format::Text };
    match format.text("type") {
        "json_object" => Format::Json,
        "json_schema" => {
            let schema = format.field("schema");
            schema.map_or(Format::Json, |schema| Format::Schema(schema.value().clone()))
        }
        _ => Format::Text,
    }
}
