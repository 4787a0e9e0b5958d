//! The items of the input, and the rules between the fields of a request. Sentences as the live
//! API says them where users report them; the rules are in
//! <https://platform.openai.com/docs/guides/function-calling>,
//! <https://platform.openai.com/docs/guides/reasoning> and
//! <https://platform.openai.com/docs/guides/conversation-state>, 2026-11-21.

use super::request::{choice_names, tool_name};
use super::shapes;
use crate::mock::cursor::{Cursor, Fault, Problem};
use crate::mock::openai_chat::rules::{STRICT, check_function, check_image_url};
use crate::mock::schema::check_strict;

/// How what this simulation encrypts begins.
pub(super) const ENCRYPTED: &str = "gAAAAA";

/// Every rule, in the order in which the body would be read.
pub(super) fn check(body: &Cursor<'_>) -> Result<(), Problem> {
    let items = body.items_of("input");
    items.iter().try_for_each(check_item)?;
    check_stored(body)?;
    if body.field("stream_options").is_some() && !body.is_true("stream") {
        let message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
        return Err(rule(body, "stream_options", message));
    }
    check_tools(body)?;
    check_format(body)?;
    check_answers(body, &items)
}

fn check_item(item: &Cursor<'_>) -> Result<(), Problem> {
    let kind = item.text("type");
    if kind == "message" || (kind.is_empty() && item.field("role").is_some()) {
        shapes::MESSAGE.check(item)?;
        return item.items_of("content").iter().try_for_each(check_part);
    }
    if kind == "item_reference" || (kind.is_empty() && item.field("id").is_some()) {
        return Err(not_found(item, "id", "Item", item.text("id"), "item_not_found"));
    }
    if shapes::UNREAD_ITEMS.contains(&kind) {
        return Ok(());
    }
    shapes::ITEM.check(item)?;
    if kind == "reasoning" {
        check_reasoning(item)?;
    }
    item.items_of("output").iter().try_for_each(check_part)
}

/// Thoughts are taken back if they are whole and this provider's own.
/// <https://github.com/can1357/oh-my-pi/pull/50>, 2026-11-21, for those that are only named.
fn check_reasoning(item: &Cursor<'_>) -> Result<(), Problem> {
    let encrypted = item.text("encrypted_content");
    if encrypted.is_empty() {
        return Err(not_found(item, "id", "Item", item.text("id"), "item_not_found"));
    }
    match encrypted.starts_with(ENCRYPTED) {
        true => Ok(()),
        false => Err(item.problem_at(
            "encrypted_content",
            Fault::Rule {
                message: "The encrypted content could not be verified.".to_owned(),
                code: Some("invalid_encrypted_content"),
            },
        )),
    }
}

fn check_part(part: &Cursor<'_>) -> Result<(), Problem> {
    let given = |names: &[&str]| names.iter().filter(|name| part.field(name).is_some()).count();
    match part.text("type") {
        "input_image" if given(&["file_id", "image_url"]) != 1 => {
            Err(part
                .breaks("Invalid image: exactly one of 'file_id' and 'image_url' must be given."))
        }
        "input_image" => part.field("image_url").map_or(Ok(()), |url| check_image_url(&url)),
        "input_file" if given(&["file_data", "file_id", "file_url"]) != 1 => Err(part.breaks(
            "Invalid file: exactly one of 'file_data', 'file_id' and 'file_url' must be given.",
        )),
        "input_file" if part.field("file_data").is_some() && part.field("filename").is_none() => {
            Err(part.problem_at("filename", Fault::Missing))
        }
        _ => Ok(()),
    }
}

/// Nothing is stored here.
fn check_stored(body: &Cursor<'_>) -> Result<(), Problem> {
    for (name, what, code) in [
        ("previous_response_id", "Previous response", "previous_response_not_found"),
        ("conversation", "Conversation", "conversation_not_found"),
        ("prompt", "Prompt", "prompt_not_found"),
    ] {
        if let Some(value) = body.field(name) {
            let id = value.value().as_str().unwrap_or_else(|| value.text("id"));
            return Err(not_found(body, name, what, id, code));
        }
    }
    Ok(())
}

fn check_tools(body: &Cursor<'_>) -> Result<(), Problem> {
    let tools = body.items_of("tools");
    let functions = tools.iter().filter(|tool| tool.text("type") == "function");
    functions.into_iter().try_for_each(check_function)?;
    for name in choice_names(body) {
        if !tools.iter().any(|tool| tool_name(tool) == name) {
            let message = format!("Tool choice '{name}' not found in 'tools' parameter.");
            return Err(rule(body, "tool_choice", &message));
        }
    }
    let insists = body.field("tool_choice").is_some_and(|choice| choice.value() == "required");
    match insists && tools.is_empty() {
        true => Err(rule(
            body,
            "tool_choice",
            "Tool choice 'required' must be specified with 'tools' parameter.",
        )),
        false => Ok(()),
    }
}

fn check_format(body: &Cursor<'_>) -> Result<(), Problem> {
    let format = body.field("text").and_then(|text| text.field("format"));
    let Some(format) = format else { return Ok(()) };
    match (format.text("type"), format.field("schema")) {
        ("json_schema", Some(schema)) if format.is_true("strict") => check_strict(&schema, &STRICT),
        ("json_object", _) => {
            let input = body.field("input").map(|input| input.value().to_string());
            match input.unwrap_or_default().to_lowercase().contains("json") {
                true => Ok(()),
                false => Err(rule(
                    body,
                    "input",
                    "Response input messages must contain the word 'json' in some form to use \
                     'text.format' of type 'json_object'.",
                )),
            }
        }
        _ => Ok(()),
    }
}

/// Every call is answered later on, and only calls are answered.
fn check_answers(body: &Cursor<'_>, items: &[Cursor<'_>]) -> Result<(), Problem> {
    for (kind, output, noun) in [
        ("function_call", "function_call_output", "function call"),
        ("custom_tool_call", "custom_tool_call_output", "custom tool call"),
    ] {
        let of =
            |wanted: &'static str| items.iter().filter(move |item| item.text("type") == wanted);
        let mut open: Vec<&str> = of(kind).map(|call| call.text("call_id")).collect();
        for answer in of(output) {
            let id = answer.text("call_id");
            match open.iter().position(|open| *open == id) {
                Some(index) => {
                    open.remove(index);
                }
                None => {
                    let message =
                        format!("No tool call found for {noun} output with call_id {id}.");
                    return Err(rule(body, "input", &message));
                }
            }
        }
        if let Some(id) = open.first() {
            let message = format!("No tool output found for {noun} {id}.");
            return Err(rule(body, "input", &message));
        }
    }
    Ok(())
}

fn not_found(at: &Cursor<'_>, name: &str, what: &str, id: &str, code: &'static str) -> Problem {
    let message = format!("{what} with id '{id}' not found.");
    at.problem_at(name, Fault::Rule { message, code: Some(code) })
}

fn rule(at: &Cursor<'_>, name: &str, message: &str) -> Problem {
    at.problem_at(name, Fault::Rule { message: message.to_owned(), code: None })
}
