//! Names of models in configurations, and the list of them: `GET /v1/models`.
//!
//! One answer for clients of all dialects: OpenAI's list
//! <https://platform.openai.com/docs/api-reference/models/list> and Anthropic's
//! <https://platform.claude.com/docs/en/api/models-list> (both read 2026-11-21) name different fields, and clients
//! of either leave the other's alone.

use chat::json::{self, Value, json};
use chat::{Kind, Problem};

use crate::{Errors, Headers, Reply, Stop};

/// Answers a request for the list of models, or for one of them. `None` if it asks for neither, or if there is
/// nothing to list.
pub fn serve(headers: &Headers, models: &[String]) -> Option<Stop> {
    if models.is_empty() || headers.text(":method") != Some("GET") {
        return None;
    }
    let path = headers.text(":path")?.split(['?', '#']).next()?;
    let (_, rest) = path.split_once("/v1/models")?;
    let name = match rest {
        "" | "/" => return Some(Stop::Answer(reply(&list(models)))),
        rest => rest.strip_prefix('/')?,
    };
    Some(match models.iter().find(|model| *model == name) {
        Some(model) => Stop::Answer(reply(&entry(model))),
        None => Stop::Problem(unknown_model()),
    })
}

/// Whether a pattern names a model: its name, or the beginning of it with `*` behind.
pub fn names(pattern: &str, model: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => model.starts_with(prefix),
        None => pattern == model,
    }
}

/// Adds to the errors a pattern that would never name a model.
pub fn check(pattern: &str, path: &str, errors: &mut Errors) {
    if pattern.is_empty() || pattern.strip_suffix('*').unwrap_or(pattern).contains('*') {
        errors.add(path, "must be a model's name, or the beginning of one with `*` behind");
    }
}

/// A model that nobody serves.
pub fn unknown_model() -> Problem {
    let mut problem =
        Problem::new(Kind::NotFound, "model_not_found", "this gateway has no route for that model");
    problem.param = Some("model".to_owned());
    problem
}

fn list(models: &[String]) -> Value {
    let data: Vec<Value> = models.iter().map(|model| entry(model)).collect();
    json!({
        "object": "list",
        "data": data,
        "has_more": false,
        "first_id": models.first().cloned(),
        "last_id": models.last().cloned(),
    })
}

fn entry(model: &str) -> Value {
    json!({
        "id": model,
        "object": "model",
        "created": 0,
        "owned_by": "gateway",
        "type": "model",
        "display_name": model,
        "created_at": "1970-01-01T00:00:00Z",
    })
}

fn reply(body: &Value) -> Reply {
    Reply::json(200, json::to_bytes(body), "models")
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_name_or_the_beginning_of_one() {
        for (pattern, model, named) in [
            ("gpt-4o", "gpt-4o", true),
            ("gpt-4o", "gpt-4o-mini", false),
            ("gpt-4o*", "gpt-4o-mini", true),
            ("*", "", true),
            ("", "gpt-4o", false),
        ] {
            assert_eq!(names(pattern, model), named, "{pattern} {model}");
        }
    }

    #[test]
    fn a_star_that_is_not_at_the_end_is_an_error() {
        for (pattern, good) in [
            ("gpt-4o", true),
            ("gpt-*", true),
            ("*", true),
            ("", false),
            ("*-mini", false),
            ("a**", false),
        ] {
            let mut errors = Errors::default();
            check(pattern, "models[0]", &mut errors);
            assert_eq!(errors.is_empty(), good, "{pattern}");
        }
    }
}
