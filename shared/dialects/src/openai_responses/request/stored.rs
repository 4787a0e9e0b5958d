//! What only OpenAI has: responses, conversations, prompts and items that it stored, and work that it goes on
//! with in the background.

use chat::Problem;
use chat::json::Value;

use crate::reader::Fields;

/// Refuses parameters that stand for something stored.
///
/// # Errors
/// The first of them, by its name.
pub(super) fn refuse_parameters(body: &mut Fields) -> Result<(), Problem> {
    for (name, instead) in [
        ("previous_response_id", "send the whole conversation as `input`"),
        ("conversation", "send the whole conversation as `input`"),
        ("prompt", "send the prompt itself as `instructions` and `input`"),
    ] {
        if body.take(name).is_some_and(|value| !value.is_null()) {
            return Err(refused(name.to_owned(), instead));
        }
    }
    match body.take("background") {
        Some(Value::Bool(true)) => {
            Err(refused("background".to_owned(), "wait for the answer, or stream it"))
        }
        _ => Ok(()),
    }
}

/// The refusal of what stands at `path`; `instead` says what to do.
pub(super) fn refused(path: impl Into<String>, instead: &str) -> Problem {
    let path = path.into();
    let message = format!("{path} needs the provider that has stored it; {instead}");
    Problem::invalid("unsupported_parameter", path, message)
}
