//! Refusals in Google's words (<https://ai.google.dev/gemini-api/docs/troubleshooting>, 2026-11-21; the
//! sentences about fields as users report them from the live API, e.g.
//! <https://github.com/google-gemini/gemini-cli/issues/16543>).

use serde_json::{Value, json};

use crate::mock::cursor::{Fault, Problem, Step, bracket_path};
use crate::mock::dialect::Refusal;

/// The 400 for a request that is wrong somewhere.
pub(super) fn refuse(problem: &Problem) -> Refusal {
    let path = bracket_path(&problem.path);
    let message = match &problem.fault {
        Fault::Unknown => {
            let (name, place) = match problem.path.split_last() {
                Some((Step::Key(name), rest)) => (name.as_str(), bracket_path(rest)),
                _ => ("", String::new()),
            };
            let place = if place.is_empty() { place } else { format!(" at '{place}'") };
            format!(
                "Invalid JSON payload received. Unknown name \"{name}\"{place}: Cannot find field."
            )
        }
        Fault::Kind { expected, found } => {
            format!("Invalid value at '{path}' ({expected} expected), {found}")
        }
        Fault::NotOneOf { found, .. } | Fault::NoVariant { found, .. } => {
            format!(
                "Invalid value at '{path}' (type.googleapis.com/google.protobuf.Enum), \"{found}\""
            )
        }
        Fault::Missing => format!("* GenerateContentRequest.{path}: must be specified"),
        Fault::Range { above, limit, found, .. } => {
            let side = if *above { "at most" } else { "at least" };
            format!("* GenerateContentRequest.{path}: must be {side} {limit}, got {found}")
        }
        Fault::Size { of, above, limit, found } => {
            let side = if *above { "at most" } else { "at least" };
            format!("* GenerateContentRequest.{path}: must have {side} {limit} {of}, got {found}")
        }
        Fault::Pattern(pattern) => {
            format!("* GenerateContentRequest.{path}: must match the pattern {pattern}")
        }
        Fault::Rule { message, .. } => message.clone(),
    };
    let param = (!path.is_empty()).then_some(path);
    Refusal { param, problem: problem.to_string(), ..plain(400, "INVALID_ARGUMENT", &message) }
}

/// The 400 for a body that is no JSON.
pub(super) fn unreadable(why: &str) -> Refusal {
    let message = format!("Invalid JSON payload received. {why}");
    Refusal { problem: format!("body: {why}"), ..plain(400, "INVALID_ARGUMENT", &message) }
}

/// The 400 for a wrong API key.
pub(super) fn wrong_key() -> Refusal {
    let message = "API key not valid. Please pass a valid API key.";
    Refusal { code: Some("API_KEY_INVALID"), ..plain(400, "INVALID_ARGUMENT", message) }
}

/// The refusal of what the live API has and this mock has not.
pub(super) fn not_simulated(what: &str) -> Refusal {
    plain(501, "UNIMPLEMENTED", &format!("{what} is not simulated"))
}

/// The error that Google sends with `status`.
pub(super) fn of_status(status: u16) -> Refusal {
    let (kind, message) = match status {
        401 => ("UNAUTHENTICATED", "Request had invalid authentication credentials."),
        403 => (
            "PERMISSION_DENIED",
            "Method doesn't allow unregistered callers (callers without established identity). \
             Please use API Key or other form of API consumer identity to call this API.",
        ),
        404 => ("NOT_FOUND", "Requested entity was not found."),
        429 => ("RESOURCE_EXHAUSTED", "You exceeded your current quota."),
        400..500 => ("INVALID_ARGUMENT", "Request contains an invalid argument."),
        503 | 529 => ("UNAVAILABLE", "The model is overloaded. Please try again later."),
        504 => ("DEADLINE_EXCEEDED", "The request timed out."),
        _ => ("INTERNAL", "An internal error has occurred."),
    };
    plain(status, kind, message)
}

fn plain(status: u16, kind: &'static str, message: &str) -> Refusal {
    let message = message.to_owned();
    Refusal { status, kind, problem: message.clone(), message, code: None, param: None }
}

/// The body, with the details that tell more.
pub(super) fn body(refusal: &Refusal) -> Value {
    let mut details = Vec::new();
    if let Some(reason) = refusal.code {
        details.push(json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason,
            "domain": "googleapis.com"}));
    }
    if let Some(field) = &refusal.param {
        let violation = json!({"field": field, "description": refusal.message});
        details.push(json!({"@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [violation]}));
    }
    if refusal.status == 429 {
        details
            .push(json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1s"}));
    }
    // Capacity is 503 here, whatever other providers call it.
    let code = if refusal.status == 529 { 503 } else { refusal.status };
    let mut error = json!({"code": code, "message": refusal.message, "status": refusal.kind});
    if let (Some(error), false) = (error.as_object_mut(), details.is_empty()) {
        error.insert("details".to_owned(), Value::Array(details));
    }
    json!({"error": error})
}
