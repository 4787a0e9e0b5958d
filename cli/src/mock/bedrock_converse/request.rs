//! From a request to what it asks of the model, and the rules between its fields.

use std::collections::HashSet;

use serde_json::Value;

use super::shapes;
use crate::mock::cursor::{Cursor, Fault, Problem};
use crate::mock::model::{Choice, Format, Last, Prompt, Tool};

/// Validates `body` and reads it.
///
/// # Errors
///
/// The first thing that is wrong.
pub(super) fn read(model: String, stream: bool, body: &Value) -> Result<Prompt, Problem> {
    let body = Cursor::root(body);
    shapes::REQUEST.check(&body)?;
    check(&body)?;
    let messages = body.items_of("messages");
    let config = body.field("inferenceConfig");
    let stop = config.as_ref().map(|config| config.items_of("stopSequences")).unwrap_or_default();
    let own = body.field("additionalModelRequestFields");
    let thinking = own.as_ref().and_then(|own| own.field("thinking"));
    let limit = config.as_ref().and_then(|config| config.field("maxTokens"));
    Ok(Prompt {
        model,
        system: texts(&body.items_of("system")),
        last: last(&messages),
        attachments: attachments(&messages),
        tools: tools(&body),
        choice: choice(&body),
        parallel: true,
        format: format(&body),
        max_tokens: limit.and_then(|limit| limit.value().as_u64()),
        stop: stop.iter().filter_map(|it| it.value().as_str()).map(str::to_owned).collect(),
        reasoning: thinking.is_some_and(|thinking| thinking.text("type") != "disabled"),
        choices: 1,
        stream,
    })
}

fn check(body: &Cursor<'_>) -> Result<(), Problem> {
    let messages = body.items_of("messages");
    if messages.first().is_none_or(|first| first.text("role") != "user") {
        return Err(body.breaks("A conversation must start with a user message."));
    }
    let mut called: HashSet<&str> = HashSet::new();
    let mut before = "";
    for message in &messages {
        let role = message.text("role");
        if role == before {
            let words = "A conversation must alternate between user and assistant roles.";
            return Err(message.breaks(words));
        }
        before = role;
        let (mut calls, mut answered) = (HashSet::new(), HashSet::new());
        for block in message.items_of("content") {
            check_block(&block)?;
            if let Some(call) = block.field("toolUse") {
                check_id(&call)?;
                calls.insert(call.text("toolUseId"));
            }
            if let Some(result) = block.field("toolResult") {
                check_id(&result)?;
                for piece in result.items_of("content") {
                    check_block(&piece)?;
                }
                answered.insert(result.text("toolUseId"));
            }
        }
        if role == "user" && answered != called {
            return Err(message.breaks("toolResult blocks must answer the toolUse blocks before."));
        }
        called = calls;
    }
    let uses = |block: &Cursor<'_>| block.field("toolUse").or(block.field("toolResult")).is_some();
    let has_calls = messages.iter().any(|message| message.items_of("content").iter().any(uses));
    if has_calls && body.field("toolConfig").is_none() {
        let words = "The toolConfig field must be defined when using toolUse and toolResult.";
        return Err(body.problem_at("toolConfig", rule(words)));
    }
    let names: Vec<String> = tools(body).into_iter().map(|tool| tool.name).collect();
    let choice = body.field("toolConfig").and_then(|it| it.field("toolChoice")?.field("tool"));
    match choice {
        Some(tool) if !names.iter().any(|name| name == tool.text("name")) => {
            Err(tool.breaks("the tool to call is not offered"))
        }
        _ => Ok(()),
    }
}

fn rule(message: &str) -> Fault {
    Fault::Rule { message: message.to_owned(), code: None }
}

/// A block has one member, and text in it is not blank.
fn check_block(block: &Cursor<'_>) -> Result<(), Problem> {
    let members = block.value().as_object().map_or(0, serde_json::Map::len);
    if members != 1 {
        return Err(block.breaks("exactly one member of a union must be set"));
    }
    if block.field("text").is_some() && block.text("text").trim().is_empty() {
        return Err(block.breaks("The text field in the ContentBlock object is blank."));
    }
    for name in ["image", "audio", "document"] {
        let source = block.field(name).and_then(|medium| medium.field("source"));
        let Some(source) = source else { continue };
        if source.value().as_object().map_or(0, serde_json::Map::len) != 1 {
            return Err(source.breaks("exactly one member of a union must be set"));
        }
        if let Some(place) = source.field("s3Location")
            && !place.text("uri").starts_with("s3://")
        {
            return Err(place.breaks("the uri must be in S3"));
        }
    }
    let Some(document) = block.field("document") else { return Ok(()) };
    let name = document.text("name");
    let legal = |it: char| it.is_ascii_alphanumeric() || " -()[]".contains(it);
    match name.chars().all(legal) && !name.contains("  ") {
        true => Ok(()),
        false => Err(document.breaks(
            "The document file name can only contain alphanumeric \
            characters, whitespace characters, hyphens, parentheses, and square brackets.",
        )),
    }
}

fn check_id(of: &Cursor<'_>) -> Result<(), Problem> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
    match of.text("toolUseId").bytes().all(legal) {
        true => Ok(()),
        false => Err(of.problem_at("toolUseId", Fault::Pattern("[a-zA-Z0-9_.:-]+".to_owned()))),
    }
}

fn texts(blocks: &[Cursor<'_>]) -> String {
    let texts = blocks.iter().map(|block| block.text("text")).filter(|text| !text.is_empty());
    texts.collect::<Vec<_>>().join(" ")
}

fn last(messages: &[Cursor<'_>]) -> Last {
    let Some(message) = messages.last() else { return Last::default() };
    let blocks = message.items_of("content");
    let results: Vec<String> = blocks
        .iter()
        .filter_map(|block| block.field("toolResult"))
        .map(|result| {
            let pieces = result.items_of("content");
            let json = pieces.iter().filter_map(|piece| piece.field("json"));
            let json: Vec<String> = json.map(|json| json.value().to_string()).collect();
            if json.is_empty() { texts(&pieces) } else { json.join(" ") }
        })
        .collect();
    match message.text("role") {
        "assistant" => Last::Prefill(texts(&blocks)),
        _ if !results.is_empty() => Last::Results(results),
        _ => Last::User(texts(&blocks)),
    }
}

fn attachments(messages: &[Cursor<'_>]) -> Vec<&'static str> {
    let user = messages.iter().rev().find(|message| message.text("role") == "user");
    let blocks = user.map(|message| message.items_of("content")).unwrap_or_default();
    let kinds = ["image", "audio", "video", "document"];
    let kind = |block: &Cursor<'_>| kinds.into_iter().find(|kind| block.field(kind).is_some());
    blocks.iter().filter_map(kind).collect()
}

fn tools(body: &Cursor<'_>) -> Vec<Tool> {
    let config = body.field("toolConfig");
    let tools = config.map(|config| config.items_of("tools")).unwrap_or_default();
    let tool = |tool: &Cursor<'_>| {
        let spec = tool.field("toolSpec")?;
        let schema = spec.field("inputSchema").and_then(|schema| schema.field("json"));
        let schema = schema.map_or(Value::Null, |schema| schema.value().clone());
        Some(Tool { name: spec.text("name").to_owned(), schema: Some(schema) })
    };
    tools.iter().filter_map(tool).collect()
}

fn choice(body: &Cursor<'_>) -> Choice {
    let choice = body.field("toolConfig").and_then(|config| config.field("toolChoice"));
    let Some(choice) = choice else { return Choice::Auto };
    match (choice.field("tool"), choice.field("any")) {
        (Some(tool), _) => Choice::Named(tool.text("name").to_owned()),
        (None, Some(_)) => Choice::Any,
        (None, None) => Choice::Auto,
    }
}

fn format(body: &Cursor<'_>) -> Format {
    let format = body.field("outputConfig").and_then(|config| config.field("textFormat"));
    let schema = format.and_then(|format| format.field("structure")?.field("jsonSchema"));
    let schema = schema.map(|schema| serde_json::from_str(schema.text("schema")));
    match schema {
        Some(Ok(schema)) => Format::Schema(schema),
        Some(Err(_)) => Format::Json,
        None => Format::Text,
    }
}
