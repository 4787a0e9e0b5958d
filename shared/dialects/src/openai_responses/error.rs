//! Errors inside a stream or an answer. Those instead of an answer are as in `openai-chat`: the API's errors
//! are the same everywhere.
//!
//! SDK `responses/response_error_event.py` and `responses/response_error.py` (read 2026-11-21).

use chat::json::{Value, json};
use chat::{Data, Event, Kind, Problem};

use super::object;
use crate::Dialect;
use crate::openai_chat::{self, OpenaiChat};

/// The `error` event with that `sequence_number`.
pub(super) fn event(problem: &Problem, number: u64) -> Event {
    let mut body = OpenaiChat.encode_error(problem).1;
    let error = body.get_mut("error").map(Value::take).unwrap_or_default();
    let field = |name: &str| error.get(name).cloned().unwrap_or_default();
    let data = object([
        ("type", "error".into()),
        ("code", field("code")),
        ("message", field("message")),
        ("param", field("param")),
        ("sequence_number", number.into()),
        ("error", error),
    ]);
    Event::new(Some("error"), Data::Json(data))
}

/// The problem that an `error` event states: flat, or under `error`.
pub(super) fn of_event(body: Value) -> Problem {
    match openai_chat::error_within(&body) {
        Some(problem) => problem,
        None => of_fields(body),
    }
}

/// The problem of an answer with status `failed`.
pub(super) fn of_response(response: &Value) -> Problem {
    let error = response.get("error").filter(|error| error.is_object()).cloned();
    of_fields(error.unwrap_or_else(|| json!({"message": "the provider could not answer"})))
}

/// `code`, `message` and `param`. The `type` of an event is no error's.
fn of_fields(mut error: Value) -> Problem {
    if let Value::Object(fields) = &mut error {
        fields.retain(|name, _| ["code", "message", "param"].contains(&name.as_str()));
    }
    let code = error.get("code").and_then(Value::as_str).unwrap_or_default();
    let is_input = ["invalid_prompt", "bio_policy", "misalignment_policy_violation"]
        .contains(&code)
        || code.contains("image");
    let problem = openai_chat::error_within(&json!({ "error": error }));
    let problem = problem.unwrap_or_else(|| {
        Problem::bad_gateway("upstream_invalid_response", "the provider states an unreadable error")
    });
    match is_input {
        true => Problem { kind: Kind::InvalidRequest, status: 400, ..problem },
        false => problem,
    }
}

/// `error` of an answer that failed.
pub(super) fn of_answer(problem: &Problem) -> Value {
    let code = match problem.kind {
        Kind::RateLimit | Kind::Billing => "rate_limit_exceeded",
        Kind::InvalidRequest => "invalid_prompt",
        _ => "server_error",
    };
    object([("code", code.into()), ("message", problem.message.as_str().into())])
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn both_shapes_of_an_error_event_are_read() {
        let flat = json!({"type": "error", "code": "rate_limit_exceeded", "message": "m",
            "param": null, "sequence_number": 3});
        let nested = json!({"type": "error", "sequence_number": 3, "error":
            {"type": "tokens", "code": "rate_limit_exceeded", "message": "m", "param": null}});
        for body in [flat, nested] {
            let problem = of_event(body);
            assert_eq!((problem.kind, problem.message.as_str()), (Kind::RateLimit, "m"));
        }
    }

    #[test]
    fn an_event_is_written_flat_and_nested() {
        let written = event(&Problem::new(Kind::Overloaded, "overloaded_error", "m"), 7);
        let expected = json!({"type": "error", "code": "server_is_overloaded", "message": "m",
            "param": null, "sequence_number": 7, "error": {"message": "m",
            "type": "service_unavailable_error", "param": null, "code": "server_is_overloaded"}});
        assert_eq!(written.as_json(), Some(&expected));
        assert_eq!(written.name.as_deref(), Some("error"));
    }

    #[test]
    fn an_answer_that_failed_tells_why() {
        for (code, kind, status) in [
            ("server_error", Kind::Server, 502),
            ("rate_limit_exceeded", Kind::RateLimit, 429),
            ("invalid_prompt", Kind::InvalidRequest, 400),
            ("image_too_large", Kind::InvalidRequest, 400),
        ] {
            let failed = json!({"status": "failed", "error": {"code": code, "message": "m"}});
            let problem = of_response(&failed);
            assert_eq!((problem.kind, problem.status), (kind, status), "{code}");
        }
        assert_eq!(of_response(&json!({"status": "failed", "error": null})).status, 502);
    }
}
