//! Reads a JSON object field by field, with the path of each, so that every decoder reports what is missing
//! or mistyped in the same words and knows what it has not read.

mod fields;

use chat::Problem;
use chat::json::Value;

use crate::Path;

pub(crate) use fields::{Fields, bit, bits, names};

/// What `read` makes of each item of the array at `path`.
///
/// # Errors
/// The first that `read` finds.
pub(crate) fn each<T>(
    items: Vec<Value>,
    path: &Path,
    mut read: impl FnMut(Value, Path) -> Result<T, Problem>,
) -> Result<Vec<T>, Problem> {
    let mut all = Vec::with_capacity(items.len());
    for (index, value) in items.into_iter().enumerate() {
        all.push(read(value, path.item(index))?);
    }
    Ok(all)
}

/// The items of the array at `path`, which are strings. Only the one that is none gets a path.
///
/// # Errors
/// One is something else.
pub(crate) fn strings(items: Vec<Value>, path: &Path) -> Result<Vec<String>, Problem> {
    let mut all = Vec::with_capacity(items.len());
    for (index, value) in items.into_iter().enumerate() {
        match value {
            Value::String(text) => all.push(text),
            _ => return Err(wrong_type(path.item(index), "a string")),
        }
    }
    Ok(all)
}

/// The path of item `index` of a body's array.
pub(crate) fn item(array: &'static str, index: usize) -> Path {
    Path::default().field(array).item(index)
}

/// The problem of a stream without its end.
pub(crate) fn stream_ended() -> Problem {
    let message = "the provider's stream ended before the answer was complete";
    Problem::bad_gateway("upstream_stream_ended", message)
}

/// The problem of a field that must be there.
pub(crate) fn missing(path: impl Into<String>) -> Problem {
    let path = path.into();
    let message = format!("{path} is required");
    Problem::invalid("missing_field", path, message)
}

/// The problem of a field of the wrong type; `expected` with its article: `a string`.
pub(crate) fn wrong_type(path: impl Into<String>, expected: &str) -> Problem {
    let path = path.into();
    if path.is_empty() {
        let message = format!("the body must be {expected}");
        return Problem { param: None, ..Problem::invalid("invalid_type", path, message) };
    }
    let message = format!("{path} must be {expected}");
    Problem::invalid("invalid_type", path, message)
}

/// The problem of a field with a value that does not exist; `expected` names those that do.
pub(crate) fn wrong_value(path: impl Into<String>, expected: &str) -> Problem {
    let path = path.into();
    let message = format!("{path} must be {expected}");
    Problem::invalid("invalid_value", path, message)
}

/// The same finding in a provider's answer: 502, and no request field is at fault.
pub(crate) fn bad_answer(problem: Problem) -> Problem {
    let message = format!("the provider's answer cannot be read: {}", problem.message);
    Problem::bad_gateway("upstream_invalid_response", message)
}
