//! From a generation request to what it asks of the model.

use serde_json::Value;

use super::{Asked, rules, shapes, spelling};
use crate::mock::cursor::{Cursor, Problem};
use crate::mock::model::{Choice, Format, Last, Prompt, Tool};

/// Validates `body` and reads it.
///
/// # Errors
///
/// The first thing that is wrong.
pub(super) fn read(asked: &Asked<'_>, body: &Value) -> Result<Prompt, Problem> {
    let body = spelling::plain(body);
    let body = Cursor::root(&body);
    shapes::REQUEST.check(&body)?;
    rules::check(&body, asked.model)?;
    let contents = body.items_of("contents");
    let config = body.field("generationConfig");
    let config = |name: &str| config.as_ref().and_then(|config| config.field(name));
    let number = |name: &str| config(name).and_then(|it| it.value().as_u64());
    let budget = config("thinkingConfig").and_then(|it| it.field("thinkingBudget"));
    Ok(Prompt {
        model: asked.model.to_owned(),
        system: body.field("systemInstruction").map(|it| text_of(&it)).unwrap_or_default(),
        last: last(&contents),
        attachments: attachments(&contents),
        tools: tools(&body),
        choice: choice(&body),
        parallel: true,
        format: format(&config),
        max_tokens: number("maxOutputTokens"),
        stop: config("stopSequences")
            .map(|it| it.items())
            .unwrap_or_default()
            .iter()
            .filter_map(|it| it.value().as_str())
            .map(str::to_owned)
            .collect(),
        reasoning: config("thinkingConfig").is_some()
            && budget.is_none_or(|it| it.value().as_i64() != Some(0)),
        choices: number("candidateCount").unwrap_or(1),
        stream: asked.stream,
    })
}

/// The text of a content, the parts joined by spaces; thoughts are none.
fn text_of(content: &Cursor<'_>) -> String {
    let parts = content.items_of("parts");
    let texts = parts.iter().filter(|part| !part.is_true("thought")).map(|part| part.text("text"));
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

fn last(contents: &[Cursor<'_>]) -> Last {
    let Some(content) = contents.last() else { return Last::default() };
    let parts = content.items_of("parts");
    let results: Vec<Cursor<'_>> =
        parts.iter().filter_map(|part| part.field("functionResponse")).collect();
    match content.text("role") {
        "model" => Last::Prefill(text_of(content)),
        _ if !results.is_empty() => Last::Results(results.iter().map(result_text).collect()),
        _ => Last::User(text_of(content)),
    }
}

fn result_text(result: &Cursor<'_>) -> String {
    let Some(response) = result.field("response") else { return String::new() };
    let said = response.field("output").or_else(|| response.field("error"));
    match said.as_ref().and_then(|said| said.value().as_str()) {
        Some(text) => text.to_owned(),
        None => response.value().to_string(),
    }
}

fn attachments(contents: &[Cursor<'_>]) -> Vec<&'static str> {
    let user = contents.iter().rev().find(|content| content.text("role") != "model");
    let parts = user.map(|content| content.items_of("parts")).unwrap_or_default();
    let kind = |part: &Cursor<'_>| {
        let data = part.field("inlineData").or_else(|| part.field("fileData"))?;
        Some(match data.text("mimeType").split('/').next() {
            Some("image") => "image",
            Some("audio") => "audio",
            Some("video") => "video",
            _ => "document",
        })
    };
    parts.iter().filter_map(kind).collect()
}

fn tools(body: &Cursor<'_>) -> Vec<Tool> {
    let allowed = calling(body).map(|it| it.items_of("allowedFunctionNames")).unwrap_or_default();
    let is_allowed = |name: &str| {
        allowed.is_empty() || allowed.iter().any(|it| it.value().as_str() == Some(name))
    };
    let tools = body.items_of("tools");
    let functions = tools.iter().flat_map(|tool| tool.items_of("functionDeclarations"));
    functions
        .filter(|function| is_allowed(function.text("name")))
        .map(|function| {
            let schema =
                function.field("parametersJsonSchema").or_else(|| function.field("parameters"));
            Tool {
                name: function.text("name").to_owned(),
                schema: Some(schema.map_or(Value::Null, |schema| lower(schema.value()))),
            }
        })
        .collect()
}

/// A schema with the types of JSON Schema.
fn lower(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => map
            .iter()
            .map(|(name, value)| match (name.as_str(), value) {
                ("type", Value::String(kind)) => (name.clone(), kind.to_ascii_lowercase().into()),
                _ => (name.clone(), lower(value)),
            })
            .collect(),
        Value::Array(items) => items.iter().map(lower).collect(),
        other => other.clone(),
    }
}

fn calling<'a>(body: &Cursor<'a>) -> Option<Cursor<'a>> {
    body.field("toolConfig")?.field("functionCallingConfig")
}

fn choice(body: &Cursor<'_>) -> Choice {
    match calling(body).map(|calling| calling.text("mode")) {
        Some("ANY") => Choice::Any,
        Some("NONE") => Choice::Never,
        _ => Choice::Auto,
    }
}

fn format<'a>(config: &impl Fn(&str) -> Option<Cursor<'a>>) -> Format {
    let schema = config("responseJsonSchema").or_else(|| config("responseSchema"));
    let media_type = config("responseMimeType").and_then(|it| it.value().as_str());
    match (schema, media_type) {
        (Some(schema), _) => Format::Schema(lower(schema.value())),
        (None, Some("application/json")) => Format::Json,
        _ => Format::Text,
    }
}
