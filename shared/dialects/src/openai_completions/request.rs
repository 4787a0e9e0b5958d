//! A request, as one of chat.

use chat::Problem;
use chat::json::{Map, Value, json};

use crate::Drops;
use crate::reader::{missing, wrong_type};

/// Makes it a request of `openai-chat`.
///
/// # Errors
/// A [`Problem`] where a chat model would do something else than what was asked for.
pub(super) fn as_chat(body: Value, drops: &mut Drops) -> Result<Value, Problem> {
    let Value::Object(mut fields) = body else { return Err(wrong_type("", "an object")) };
    let prompt = prompt(fields.shift_remove("prompt"))?;
    if fields.shift_remove("echo").is_some_and(|echo| echo.as_bool() == Some(true)) {
        return Err(refused("echo", "a chat model cannot repeat the prompt; leave out `echo`"));
    }
    if fields.shift_remove("suffix").is_some_and(|suffix| says(&suffix)) {
        return Err(refused("suffix", "a chat model cannot write up to a suffix"));
    }
    if fields.shift_remove("best_of").is_some_and(|value| says(&value)) {
        drops.add("best_of", "not supported by chat models");
    }
    // How many of the likeliest tokens to tell beside the one that was taken.
    let logprobs = fields.shift_remove("logprobs").filter(says);
    if let Some(logprobs) = logprobs {
        let most = logprobs.as_u64().ok_or_else(|| wrong_type("logprobs", "an integer"))?;
        fields.put("logprobs", true);
        if most > 0 {
            fields.put("top_logprobs", most);
        }
    }
    let mut chat = Map::with_capacity(fields.len() + 1);
    chat.put("messages", json!([{"role": "user", "content": prompt}]));
    chat.append(&mut fields);
    Ok(Value::Object(chat))
}

/// Whether a value asks for anything.
fn says(value: &Value) -> bool {
    !value.is_null() && value.as_str() != Some("")
}

fn prompt(value: Option<Value>) -> Result<String, Problem> {
    match value {
        None | Some(Value::Null) => Err(missing("prompt")),
        Some(Value::String(text)) => Ok(text),
        Some(Value::Array(mut items)) => match (items.len(), items.pop()) {
            (1, Some(Value::String(text))) => Ok(text),
            (_, Some(Value::Number(_) | Value::Array(_))) => {
                Err(refused("prompt", "the provider of this model takes text, not tokens"))
            }
            (0, _) => Err(missing("prompt[0]")),
            (_, Some(Value::String(_))) => {
                Err(refused("prompt", "the provider of this model takes one prompt a request"))
            }
            _ => Err(wrong_type("prompt[0]", "a string")),
        },
        Some(_) => Err(wrong_type("prompt", "a string or an array of strings")),
    }
}

fn refused(param: &str, message: &str) -> Problem {
    Problem::invalid("unsupported_parameter", param, message)
}
