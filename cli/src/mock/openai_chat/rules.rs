//! The rules between the fields of a chat completion request. The shape is already known to be
//! right. Sentences as the live API says them; the rules are in
//! <https://platform.openai.com/docs/guides/function-calling>,
//! <https://platform.openai.com/docs/guides/structured-outputs> and
//! <https://platform.openai.com/docs/api-reference/chat/create>, 2026-11-20.

use serde_json::Value;

use super::request::{choice_names, tool_name};
use crate::mock::cursor::{Cursor, Fault, Problem};
use crate::mock::schema::{StrictRules, check_strict};

/// Every rule, in the order in which the body would be read.
pub(super) fn check(body: &Cursor<'_>) -> Result<(), Problem> {
    check_parameters(body)?;
    check_tools(body)?;
    check_response_format(body)?;
    let messages = body.items_of("messages");
    messages.iter().try_for_each(check_message)?;
    check_tool_answers(&messages)
}

fn check_parameters(body: &Cursor<'_>) -> Result<(), Problem> {
    let has = |name| body.field(name).is_some();
    if has("max_tokens") && has("max_completion_tokens") {
        return Err(body.problem_at(
            "max_tokens",
            Fault::Rule {
                message:
                    "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not \
                      supported."
                        .to_owned(),
                code: Some("invalid_parameter_combination"),
            },
        ));
    }
    if has("stream_options") && !body.is_true("stream") {
        return Err(rule(
            body,
            "stream_options",
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
        ));
    }
    if has("top_logprobs") && !body.is_true("logprobs") {
        return Err(rule(
            body,
            "top_logprobs",
            "Invalid value for 'top_logprobs': 'logprobs' must be set to true.",
        ));
    }
    let modalities = body.items_of("modalities");
    let audio = modalities.iter().any(|item| item.value().as_str() == Some("audio"));
    if audio && !has("audio") {
        return Err(body.problem_at("audio", Fault::Missing));
    }
    Ok(())
}

fn check_tools(body: &Cursor<'_>) -> Result<(), Problem> {
    let tools = body.items_of("tools");
    if tools.is_empty() {
        for name in ["tool_choice", "parallel_tool_calls"] {
            if body.field(name).is_some() {
                let message = format!(
                    "Invalid value for '{name}': '{name}' is only allowed when 'tools' are \
                     specified."
                );
                return Err(rule(body, name, &message));
            }
        }
    }
    for tool in &tools {
        if let Some(function) = tool.field("function") {
            check_function(&function)?;
        }
    }
    body.items_of("functions").iter().try_for_each(check_function)?;
    for name in choice_names(body) {
        if !tools.iter().any(|tool| tool_name(tool) == name) {
            let message = format!("Tool choice '{name}' not found in 'tools' parameter.");
            return Err(rule(body, "tool_choice", &message));
        }
    }
    if let Some(forced) = body.field("function_call").filter(|call| call.value().is_object()) {
        let name = forced.text("name");
        if !body.items_of("functions").iter().any(|function| function.text("name") == name) {
            let message = format!(
                "Invalid value for 'function_call': no function named '{name}' was specified in \
                 the 'functions' parameter."
            );
            return Err(rule(body, "function_call", &message));
        }
    }
    Ok(())
}

/// Parameters are a JSON Schema of an object, and a strict function's follow the strict subset.
pub(in crate::mock) fn check_function(function: &Cursor<'_>) -> Result<(), Problem> {
    let Some(parameters) = function.field("parameters") else { return Ok(()) };
    let kind = parameters.value().get("type");
    let empty = parameters.value().as_object().is_some_and(serde_json::Map::is_empty);
    if !empty && kind.and_then(Value::as_str) != Some("object") {
        let message = format!(
            "Invalid schema for function '{}': schema must be a JSON Schema of 'type: \"object\"', \
             got 'type: {}'.",
            function.text("name"),
            kind.map_or_else(|| "\"None\"".to_owned(), Value::to_string),
        );
        return Err(coded(&parameters, message, "invalid_function_parameters"));
    }
    if function.is_true("strict") { check_strict(&parameters, &STRICT) } else { Ok(()) }
}

pub(in crate::mock) const STRICT: StrictRules = StrictRules {
    all_required: true,
    closed: "Invalid schema: 'additionalProperties' is required to be supplied and to be false.",
};

fn check_response_format(body: &Cursor<'_>) -> Result<(), Problem> {
    let Some(format) = body.field("response_format") else { return Ok(()) };
    if let Some(described) = format.field("json_schema") {
        return match described.field("schema") {
            Some(schema) if described.is_true("strict") => check_strict(&schema, &STRICT),
            None if described.is_true("strict") => {
                Err(described.problem_at("schema", Fault::Missing))
            }
            _ => Ok(()),
        };
    }
    if format.text("type") == "json_object" {
        let said = body.field("messages").map(|messages| messages.value().to_string());
        if !said.unwrap_or_default().to_lowercase().contains("json") {
            return Err(rule(
                body,
                "messages",
                "'messages' must contain the word 'json' in some form, to use 'response_format' of \
                 type 'json_object'.",
            ));
        }
    }
    Ok(())
}

fn check_message(message: &Cursor<'_>) -> Result<(), Problem> {
    if message.text("role") == "assistant" {
        let says = ["content", "tool_calls", "function_call", "refusal", "audio"];
        if says.iter().all(|name| message.field(name).is_none()) {
            return Err(message.problem_at(
                "content",
                Fault::Kind {
                    expected: "a string or an array of objects".to_owned(),
                    found: "null",
                },
            ));
        }
    }
    for part in message.items_of("content") {
        if let Some(url) = part.field("image_url").and_then(|image| image.field("url")) {
            check_image_url(&url)?;
        }
        if let Some(file) = part.field("file") {
            let (has_id, has_data) =
                (file.field("file_id").is_some(), file.field("file_data").is_some());
            if has_id == has_data {
                return Err(file.breaks(
                    "Invalid file: exactly one of 'file_id' and 'file_data' must be given.",
                ));
            }
        }
    }
    Ok(())
}

/// <https://platform.openai.com/docs/guides/images-vision>, 2026-11-20: a URL, or a data URL in
/// base64 of a PNG, JPEG, WEBP or GIF image.
pub(in crate::mock) fn check_image_url(url: &Cursor<'_>) -> Result<(), Problem> {
    let text = url.value().as_str().unwrap_or_default();
    let web = ["http://", "https://"].iter().any(|scheme| {
        text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
    });
    if web || is_image_data(text) {
        return Ok(());
    }
    let message = "Invalid image URL. Expected an http(s) URL, or a data URL of a png, jpeg, gif \
                   or webp image in base64.";
    Err(coded(url, message.to_owned(), "invalid_image_url"))
}

fn is_image_data(url: &str) -> bool {
    let parts = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    let Some((media, data)) = parts else { return false };
    let known = ["image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp"];
    let legal = |c: char| c.is_ascii_alphanumeric() || "+/=-_".contains(c);
    known.contains(&media) && !data.is_empty() && data.chars().all(legal)
}

/// Every tool call is answered by the tool messages right after it, and they answer nothing else.
fn check_tool_answers(messages: &[Cursor<'_>]) -> Result<(), Problem> {
    let mut asked: Option<Cursor<'_>> = None;
    let mut open: Vec<String> = Vec::new();
    for message in messages {
        let role = message.text("role");
        if role == "tool" {
            let id = message.text("tool_call_id");
            match open.iter().position(|open| open == id) {
                Some(index) => {
                    open.remove(index);
                }
                None if asked.is_some() => {
                    let message_text = format!(
                        "Invalid parameter: 'tool_call_id' of '{id}' not found in 'tool_calls' of \
                         previous message."
                    );
                    return Err(rule(message, "tool_call_id", &message_text));
                }
                None => {
                    return Err(rule(
                        message,
                        "role",
                        "Invalid parameter: messages with role 'tool' must be a response to a \
                         preceeding message with 'tool_calls'.",
                    ));
                }
            }
            continue;
        }
        check_answered(asked.as_ref(), &open)?;
        let calls = message.items_of("tool_calls");
        open = calls.iter().map(|call| call.text("id").to_owned()).collect();
        asked = (!calls.is_empty()).then(|| message.clone());
    }
    check_answered(asked.as_ref(), &open)
}

fn check_answered(asked: Option<&Cursor<'_>>, open: &[String]) -> Result<(), Problem> {
    match asked {
        Some(asked) if !open.is_empty() => {
            let message = format!(
                "An assistant message with 'tool_calls' must be followed by tool messages \
                 responding to each 'tool_call_id'. The following tool_call_ids did not have \
                 response messages: {}",
                open.join(", ")
            );
            Err(rule(asked, "tool_calls", &message))
        }
        _ => Ok(()),
    }
}

fn rule(at: &Cursor<'_>, name: &str, message: &str) -> Problem {
    at.problem_at(name, Fault::Rule { message: message.to_owned(), code: None })
}

fn coded(at: &Cursor<'_>, message: String, code: &'static str) -> Problem {
    at.problem(Fault::Rule { message, code: Some(code) })
}
