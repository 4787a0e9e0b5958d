//! Refusals in OpenAI's words (<https://platform.openai.com/docs/guides/error-codes>, 2026-11-20;
//! the sentences about parameters as users report them from the live API).

use hyper::Method;

use crate::mock::cursor::{Fault, Problem, Step, bracket_path};
use crate::mock::dialect::Refusal;

/// The 400 for a request that is wrong somewhere.
pub(in crate::mock) fn refuse(problem: &Problem) -> Refusal {
    let path = bracket_path(&problem.path);
    let (message, code) = match &problem.fault {
        Fault::Missing => {
            let message = format!("Missing required parameter: '{path}'.");
            (message, Some("missing_required_parameter"))
        }
        // <https://github.com/davidmigloz/langchain_dart/issues/712>, 2026-11-20: at the top level
        // the old wording, without param and code.
        Fault::Unknown if matches!(problem.path.as_slice(), [Step::Key(_)]) => {
            let message = format!("Unrecognized request argument supplied: {path}");
            return Refusal { param: None, ..invalid(problem, message, None) };
        }
        Fault::Unknown => (format!("Unknown parameter: '{path}'."), Some("unknown_parameter")),
        Fault::Kind { expected, found } => {
            let message =
                format!("Invalid type for '{path}': expected {expected}, but got {found} instead.");
            (message, Some("invalid_type"))
        }
        Fault::NotOneOf { allowed, found } | Fault::NoVariant { allowed, found, .. } => {
            let message =
                format!("Invalid value: '{found}'. Supported values are: {}.", listed(allowed));
            (message, Some("invalid_value"))
        }
        Fault::Range { kind, above, limit, found } => {
            let (side, sign) =
                if *above { ("above maximum", "<=") } else { ("below minimum", ">=") };
            let message = format!(
                "Invalid '{path}': {kind} {side} value. Expected a value {sign} {limit}, but got \
                 {found} instead."
            );
            (message, Some(range_code(kind, *above)))
        }
        Fault::Size { of, above, limit, found } => {
            let (noun, article) =
                if *of == "characters" { ("string", "a") } else { ("array", "an") };
            let (side, bound) =
                if *above { ("too long", "maximum") } else { ("too short", "minimum") };
            let message = format!(
                "Invalid '{path}': {noun} {side}. Expected {article} {noun} with {bound} length \
                 {limit}, but got one with length {found} instead."
            );
            (message, Some(size_code(noun, *above, *found)))
        }
        Fault::Pattern(pattern) => {
            let message = format!(
                "Invalid '{path}': string does not match pattern. Expected a string that matches \
                 the pattern '{pattern}'."
            );
            (message, Some("invalid_value"))
        }
        Fault::Rule { message, code } => (message.clone(), *code),
    };
    invalid(problem, message, code)
}

fn invalid(problem: &Problem, message: String, code: Option<&'static str>) -> Refusal {
    let path = bracket_path(&problem.path);
    Refusal {
        status: 400,
        kind: "invalid_request_error",
        message,
        code,
        param: (!path.is_empty()).then_some(path),
        problem: problem.to_string(),
    }
}

fn range_code(kind: &str, above: bool) -> &'static str {
    match (kind, above) {
        ("integer", true) => "integer_above_max_value",
        ("integer", false) => "integer_below_min_value",
        (_, true) => "decimal_above_max_value",
        (_, false) => "decimal_below_min_value",
    }
}

fn size_code(noun: &str, above: bool, found: usize) -> &'static str {
    match (noun, above) {
        ("array", false) if found == 0 => "empty_array",
        ("array", true) => "array_above_max_length",
        ("array", false) => "array_below_min_length",
        (_, false) if found == 0 => "empty_string",
        (_, true) => "string_above_max_length",
        (_, false) => "string_below_min_length",
    }
}

/// `'a', 'b', and 'c'`.
fn listed(allowed: &[&str]) -> String {
    let quoted: Vec<String> = allowed.iter().map(|value| format!("'{value}'")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, [first])) => format!("{first} and {last}"),
        Some((last, rest)) => format!("{}, and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// The 400 for a body that is no JSON.
pub(in crate::mock) fn unreadable(why: &str) -> Refusal {
    let message = format!(
        "We could not parse the JSON body of your request. The OpenAI API expects a JSON payload, \
         but what was sent was not valid JSON: {why}"
    );
    Refusal { problem: format!("body: {why}"), ..plain(400, "invalid_request_error", message) }
}

/// The 401; `given` is the key that is not accepted.
pub(in crate::mock) fn unauthorized(given: Option<&str>) -> Refusal {
    let message = match given {
        Some(key) => {
            let shown: String = key.chars().take(4).collect();
            format!(
                "Incorrect API key provided: {shown}***. You can find your API key at \
                 https://platform.openai.com/account/api-keys."
            )
        }
        None => "You didn't provide an API key. You need to provide your API key in an \
                 Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."
            .to_owned(),
    };
    let problem = if given.is_some() { "wrong API key" } else { "no bearer token" };
    Refusal {
        code: Some("invalid_api_key"),
        problem: format!("authorization: {problem}"),
        ..plain(401, "invalid_request_error", message)
    }
}

/// The 405.
pub(in crate::mock) fn method_not_allowed(method: &Method, path: &str) -> Refusal {
    let message = format!(
        "Not allowed to {method} on {path}. (HINT: Perhaps you meant to use a different HTTP \
         method?)"
    );
    let refusal = plain(405, "invalid_request_error", message);
    Refusal { code: Some("method_not_supported"), ..refusal }
}

/// The 404 for a path that is not there.
pub(in crate::mock) fn unknown_url(method: &Method, path: &str) -> Refusal {
    let message = format!("Invalid URL ({method} {path})");
    plain(404, "invalid_request_error", message)
}

/// The error that OpenAI sends with `status`.
pub(in crate::mock) fn of_status(status: u16) -> Refusal {
    let (kind, code, message) = match status {
        401 => return unauthorized(None),
        403 => (
            "invalid_request_error",
            Some("unsupported_country_region_territory"),
            "Country, region, or territory not supported",
        ),
        404 => (
            "invalid_request_error",
            Some("model_not_found"),
            "The model does not exist or you do not have access to it.",
        ),
        413 => ("invalid_request_error", None, "The request body is too large."),
        429 => (
            "requests",
            Some("rate_limit_exceeded"),
            "Rate limit reached for requests. Please try again in 1s.",
        ),
        503 | 529 => {
            ("server_error", None, "The engine is currently overloaded, please try again later")
        }
        400..500 => ("invalid_request_error", None, "The request was invalid."),
        _ => ("server_error", None, "The server had an error while processing your request."),
    };
    Refusal { code, ..plain(status, kind, message.to_owned()) }
}

fn plain(status: u16, kind: &'static str, message: String) -> Refusal {
    Refusal { status, kind, problem: message.clone(), message, code: None, param: None }
}
