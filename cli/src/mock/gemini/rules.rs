//! The rules between the fields of a generation request. The shape is already known to be right.
//! Sentences as the live API says them; the rules are in
//! <https://ai.google.dev/gemini-api/docs/function-calling>,
//! <https://ai.google.dev/gemini-api/docs/thought-signatures>,
//! <https://ai.google.dev/gemini-api/docs/thinking> and
//! <https://ai.google.dev/gemini-api/docs/structured-output>, 2026-11-21.

use std::collections::HashSet;

use super::shapes::SCHEMA;
use crate::mock::cursor::{Cursor, Fault, Problem};
use crate::mock::shape::check_record;

/// The members of a part of which exactly one is there.
const DATA: [&str; 9] = [
    "codeExecutionResult",
    "executableCode",
    "fileData",
    "functionCall",
    "functionResponse",
    "inlineData",
    "text",
    "toolCall",
    "toolResponse",
];

/// Every rule, in the order in which the body would be read. `model` decides on thinking.
pub(super) fn check(body: &Cursor<'_>, model: &str) -> Result<(), Problem> {
    let contents = body.items_of("contents");
    let instructions = body.field("systemInstruction");
    for content in contents.iter().chain(&instructions) {
        content.items_of("parts").iter().try_for_each(check_part)?;
    }
    check_turns(&contents, model)?;
    check_tools(body)?;
    body.field("generationConfig").map_or(Ok(()), |config| check_config(&config, model))
}

fn check_part(part: &Cursor<'_>) -> Result<(), Problem> {
    let given: Vec<&str> = DATA.into_iter().filter(|name| part.field(name).is_some()).collect();
    match given.as_slice() {
        [] => {
            let message = "required oneof field 'data' must have one initialized field";
            return Err(part.breaks(message));
        }
        [_] => {}
        [first, second, ..] => {
            let message = format!(
                "oneof field 'data' is already set. Cannot set '{second}' beside '{first}'"
            );
            return Err(part.breaks(message));
        }
    }
    let proof = part.field("thoughtSignature");
    if part.field("text").is_some() && part.text("text").is_empty() && proof.is_none() {
        let message = "Unable to submit request because it must have a text parameter.";
        return Err(part.breaks(message));
    }
    for (holder, name) in
        [(Some(part.clone()), "thoughtSignature"), (part.field("inlineData"), "data")]
    {
        let Some(value) = holder.and_then(|holder| holder.field(name)) else { continue };
        if !is_base64(value.value().as_str().unwrap_or_default()) {
            return Err(value.breaks("Invalid value (TYPE_BYTES), Base64 decoding failed"));
        }
    }
    if let Some(file) = part.field("fileData") {
        check_file(&file)?;
    }
    for named in ["functionCall", "functionResponse"] {
        if let Some(function) = part.field(named) {
            check_name(&function)?;
        }
    }
    Ok(())
}

/// Base64 in either alphabet, padded or not.
fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte);
    body.bytes().all(legal) && body.len() % 4 != 1 && text.len() - body.len() <= 2
}

fn check_file(file: &Cursor<'_>) -> Result<(), Problem> {
    let uri = file.text("fileUri");
    let is_known = ["https://", "http://", "gs://"].iter().any(|scheme| uri.starts_with(scheme));
    if !is_known {
        return Err(file.breaks(format!("Invalid or unsupported file uri: {uri}")));
    }
    let own = [
        "https://generativelanguage.googleapis.com/",
        "https://www.youtube.com/",
        "https://youtu.be/",
    ];
    if file.field("mimeType").is_none() && !own.iter().any(|host| uri.starts_with(host)) {
        return Err(file.problem_at("mimeType", Fault::Missing));
    }
    Ok(())
}

fn check_name(function: &Cursor<'_>) -> Result<(), Problem> {
    let name = function.text("name");
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
    if starts && name.len() <= 128 && name.bytes().all(legal) {
        return Ok(());
    }
    Err(function.breaks(
        "Invalid function name. Must start with a letter or an underscore. Must be alphanumeric \
         (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum \
         length of 128.",
    ))
}

fn check_turns(contents: &[Cursor<'_>], model: &str) -> Result<(), Problem> {
    let count = |content: &Cursor<'_>, name: &str| {
        content.items_of("parts").iter().filter(|part| part.field(name).is_some()).count()
    };
    for (index, content) in contents.iter().enumerate() {
        if content.text("role") == "system" {
            return Err(content.breaks("Please use a valid role: user, model."));
        }
        let before = index.checked_sub(1).and_then(|before| contents.get(before));
        let (calls, results) = (count(content, "functionCall"), count(content, "functionResponse"));
        let called = before.map_or(0, |before| count(before, "functionCall"));
        if calls > 0 && before.is_none_or(|before| before.text("role") == "model") {
            return Err(content.breaks(
                "Please ensure that function call turn comes immediately after a user turn or after \
                 a function response turn.",
            ));
        }
        if results > 0 && called == 0 {
            return Err(content.breaks(
                "Please ensure that function response turn comes immediately after a function call \
                 turn.",
            ));
        }
        if results != called {
            return Err(content.breaks(
                "Please ensure that the number of function response parts is equal to the number of \
                 function call parts of the function call turn.",
            ));
        }
        if let Some(before) = before.filter(|_| results > 0) {
            check_answers(before, content)?;
        }
        if calls > 0 && model.starts_with("gemini-3") {
            check_proof(content)?;
        }
    }
    Ok(())
}

/// Every result names a call by its id, or without one by its name.
fn check_answers(calls: &Cursor<'_>, results: &Cursor<'_>) -> Result<(), Problem> {
    let parts = calls.items_of("parts");
    let calls: Vec<Cursor<'_>> =
        parts.iter().filter_map(|part| part.field("functionCall")).collect();
    for part in results.items_of("parts") {
        let Some(result) = part.field("functionResponse") else { continue };
        let (id, name) = (result.text("id"), result.text("name"));
        let answers = |call: &Cursor<'_>| {
            call.text("name") == name && (id.is_empty() || call.text("id") == id)
        };
        if !calls.iter().any(answers) {
            return Err(
                result.breaks(format!("Function response '{name}' answers no function call."))
            );
        }
    }
    Ok(())
}

fn check_proof(content: &Cursor<'_>) -> Result<(), Problem> {
    let parts = content.items_of("parts");
    let first = parts.iter().find(|part| part.field("functionCall").is_some());
    match first.filter(|part| part.field("thoughtSignature").is_none()) {
        None => Ok(()),
        Some(part) => Err(part.breaks(
            "Function call is missing a thought_signature in functionCall parts. This is required for \
             tools to work correctly, and missing thought_signature may lead to degraded model \
             performance.",
        )),
    }
}

fn check_tools(body: &Cursor<'_>) -> Result<(), Problem> {
    let mut names = HashSet::new();
    for tool in body.items_of("tools") {
        if tool.value().as_object().is_some_and(serde_json::Map::is_empty) {
            return Err(tool.breaks("at least one tool field is required"));
        }
        for function in tool.items_of("functionDeclarations") {
            check_name(&function)?;
            if !names.insert(function.text("name").to_owned()) {
                let message =
                    format!("Duplicate function declaration found: {}", function.text("name"));
                return Err(function.breaks(message));
            }
            check_one_schema(&function, "parameters", "parametersJsonSchema")?;
        }
    }
    let calling = body.field("toolConfig").and_then(|it| it.field("functionCallingConfig"));
    let Some(calling) = calling else { return Ok(()) };
    let allowed = calling.items_of("allowedFunctionNames");
    if !allowed.is_empty() && !matches!(calling.text("mode"), "ANY" | "VALIDATED") {
        return Err(calling.breaks(
            "allowed_function_names should only be set when the function calling mode is ANY or \
             VALIDATED.",
        ));
    }
    match allowed.iter().find(|name| !names.contains(name.value().as_str().unwrap_or_default())) {
        Some(name) => {
            Err(name.breaks("allowed_function_names contains a function that is not declared."))
        }
        None if calling.text("mode") == "ANY" && names.is_empty() => {
            Err(calling.breaks("Function calling config is set without function_declarations."))
        }
        None => Ok(()),
    }
}

/// One kind of schema at a time, and Google's own kind has fields of its own.
fn check_one_schema(at: &Cursor<'_>, google: &str, json: &str) -> Result<(), Problem> {
    let Some(schema) = at.field(google) else { return Ok(()) };
    if at.field(json).is_some() {
        return Err(at.breaks(format!("{google} and {json} are mutually exclusive.")));
    }
    check_schema(&schema)
}

fn check_schema(schema: &Cursor<'_>) -> Result<(), Problem> {
    check_record(schema, &[SCHEMA])?;
    if let Some(properties) = schema.field("properties") {
        for name in properties.value().as_object().into_iter().flat_map(|all| all.keys()) {
            properties.field(name).map_or(Ok(()), |property| check_schema(&property))?;
        }
    }
    schema.field("items").map_or(Ok(()), |items| check_schema(&items))?;
    schema.items_of("anyOf").iter().try_for_each(check_schema)
}

fn check_config(config: &Cursor<'_>, model: &str) -> Result<(), Problem> {
    check_one_schema(config, "responseSchema", "responseJsonSchema")?;
    let schema = config.field("responseSchema").or_else(|| config.field("responseJsonSchema"));
    if let Some(schema) =
        schema.filter(|_| matches!(config.text("responseMimeType"), "" | "text/plain"))
    {
        return Err(schema.breaks(
            "Function calling with a response mime type: 'application/json' is required for a response \
             schema",
        ));
    }
    if config.field("logprobs").is_some() && !config.is_true("responseLogprobs") {
        return Err(config.breaks("Logprobs is only allowed when response_logprobs is true."));
    }
    let Some(thinking) = config.field("thinkingConfig") else { return Ok(()) };
    let (level, budget) = (thinking.field("thinkingLevel"), thinking.field("thinkingBudget"));
    if level.is_some() && budget.is_some() {
        let message = "You can only set only one of thinking budget and thinking level.";
        return Err(thinking.breaks(message));
    }
    if level.is_some() && model.starts_with("gemini-2.5") {
        return Err(thinking.breaks("Thinking level is not supported for this model."));
    }
    if model.starts_with("gemini-2.0") || model.starts_with("gemini-1") {
        return Err(thinking.breaks("Thinking is not enabled for this model."));
    }
    if budget.and_then(|it| it.value().as_i64()) == Some(0) && model.contains("-pro") {
        return Err(thinking.breaks("Budget 0 is invalid. This model only works in thinking mode."));
    }
    Ok(())
}
