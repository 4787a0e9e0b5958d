//! Refusals in Anthropic's words (<https://platform.claude.com/docs/en/api/errors>, 2026-11-20; the
//! sentences about fields as users report them from the live API, e.g.
//! <https://github.com/anthropics/claude-code/issues/4378>).

use crate::mock::cursor::{Fault, Problem, Step, dotted_path};
use crate::mock::dialect::Refusal;

/// The 400 for a request that is wrong somewhere.
pub(super) fn refuse(problem: &Problem) -> Refusal {
    let path = dotted_path(place(problem));
    let what = match &problem.fault {
        Fault::Missing => "Field required".to_owned(),
        Fault::Unknown => "Extra inputs are not permitted".to_owned(),
        Fault::Kind { expected, .. } => format!("Input should be {}", pydantic_kind(expected)),
        Fault::NotOneOf { allowed, .. } => format!("Input should be {}", listed(allowed)),
        Fault::NoVariant { tag, allowed, found } => {
            let tags: Vec<String> = allowed.iter().map(|tag| format!("'{tag}'")).collect();
            format!(
                "Input tag '{found}' found using '{tag}' does not match any of the expected tags: \
                 {}",
                tags.join(", ")
            )
        }
        Fault::Range { above, limit, .. } => {
            let side = if *above { "less" } else { "greater" };
            format!("Input should be {side} than or equal to {limit}")
        }
        Fault::Size { of: "characters", above, limit, .. } => {
            let side = if *above { "most" } else { "least" };
            let noun = if *limit == 1 { "character" } else { "characters" };
            format!("String should have at {side} {limit} {noun}")
        }
        Fault::Size { above, limit, found, .. } => {
            let side = if *above { "most" } else { "least" };
            let noun = if *limit == 1 { "item" } else { "items" };
            format!("List should have at {side} {limit} {noun} after validation, not {found}")
        }
        Fault::Pattern(pattern) => format!("String should match pattern '{pattern}'"),
        Fault::Rule { message, .. } => message.clone(),
    };
    let message = if path.is_empty() { what } else { format!("{path}: {what}") };
    Refusal { problem: problem.to_string(), ..plain(400, "invalid_request_error", message) }
}

/// A union without or with an unknown tag is reported at the union, not at the tag.
fn place(problem: &Problem) -> &[Step] {
    match (&problem.fault, problem.path.split_last()) {
        (Fault::NoVariant { .. }, Some((_, union))) => union,
        _ => &problem.path,
    }
}

fn pydantic_kind(expected: &str) -> String {
    match expected {
        "a string" => "a valid string".to_owned(),
        "an integer" => "a valid integer".to_owned(),
        "a decimal" => "a valid number".to_owned(),
        "a boolean" => "a valid boolean".to_owned(),
        "an object" => "an object".to_owned(),
        list if list.starts_with("an array") && !list.contains(" or ") => "a valid list".to_owned(),
        other => other.to_owned(),
    }
}

/// `'a', 'b' or 'c'`.
fn listed(allowed: &[&str]) -> String {
    let quoted: Vec<String> = allowed.iter().map(|value| format!("'{value}'")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// The 400 for a body that is no JSON.
pub(super) fn unreadable(why: &str) -> Refusal {
    let message = format!("The request body is not valid JSON: {why}");
    Refusal { problem: format!("body: {why}"), ..plain(400, "invalid_request_error", message) }
}

/// The 401.
pub(super) fn unauthorized(message: &str) -> Refusal {
    plain(401, "authentication_error", message.to_owned())
}

/// The 400 for a header.
pub(super) fn bad_header(message: &str) -> Refusal {
    plain(400, "invalid_request_error", message.to_owned())
}

/// The 405.
pub(super) fn method_not_allowed() -> Refusal {
    plain(405, "invalid_request_error", "Method Not Allowed".to_owned())
}

/// The 404 for a thread: none is kept here. (`ThreadNotFoundError` of the Python SDK 2.11.0, 2026-11-22; the words are
/// ours.)
pub(super) fn thread_not_found() -> Refusal {
    let message = "No usable thread was found for `previous_message_id`.".to_owned();
    Refusal { code: Some("thread_not_found"), ..plain(404, "not_found_error", message) }
}

/// The error that Anthropic sends with `status`.
pub(super) fn of_status(status: u16) -> Refusal {
    let (kind, message) = match status {
        401 => ("authentication_error", "invalid x-api-key"),
        402 => ("billing_error", "There is an issue with your billing or payment information."),
        403 => (
            "permission_error",
            "Your API key does not have permission to use the specified resource.",
        ),
        404 => ("not_found_error", "Not found"),
        413 => ("request_too_large", "Request exceeds the maximum size"),
        429 => (
            "rate_limit_error",
            "This request would exceed the rate limit of 4,000 requests per minute.",
        ),
        504 => ("timeout_error", "The request timed out while processing."),
        503 | 529 => ("overloaded_error", "Overloaded"),
        400..500 => ("invalid_request_error", "The request was invalid."),
        _ => ("api_error", "Internal server error"),
    };
    plain(status, kind, message.to_owned())
}

fn plain(status: u16, kind: &'static str, message: String) -> Refusal {
    Refusal { status, kind, problem: message.clone(), message, code: None, param: None }
}
