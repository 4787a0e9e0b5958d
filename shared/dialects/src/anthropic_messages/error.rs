//! Errors.
//!
//! `{"type": "error", "error": {"type": …, "message": …, "details": {"error_code": …}}, "request_id": …}`
//! <https://platform.claude.com/docs/en/api/errors> (read 2026-11-20). The official SDKs hand out
//! `error.details.error_code` as the error's code, so that is where ours goes, and the path of the field at
//! fault beside it as `param`.

use chat::json::{Map, Value, json};
use chat::{Data, Event, Kind, Problem};

/// Types, what they mean, and the status they come with. The first row of a kind is how it is written.
const TYPES: [(&str, Kind, u16); 13] = [
    ("api_error", Kind::Server, 500),
    ("authentication_error", Kind::Authentication, 401),
    ("billing_error", Kind::Billing, 402),
    ("conflict_error", Kind::InvalidRequest, 409),
    ("invalid_request_error", Kind::InvalidRequest, 400),
    ("memory_path_conflict_error", Kind::InvalidRequest, 409),
    ("memory_precondition_failed_error", Kind::InvalidRequest, 412),
    ("not_found_error", Kind::NotFound, 404),
    ("overloaded_error", Kind::Overloaded, 529),
    ("permission_error", Kind::Permission, 403),
    ("rate_limit_error", Kind::RateLimit, 429),
    ("request_too_large", Kind::TooLarge, 413),
    ("timeout_error", Kind::Timeout, 504),
];

/// The longest message taken over from a provider, in characters.
const MAX_MESSAGE: usize = 2000;

/// Reads an error: any status, any body. Only the message of a body that has an error's shape is repeated.
pub(super) fn decode(status: u16, body: &[u8]) -> Problem {
    match chat::json::parse(body) {
        Ok(body) => decode_value(Some(status), &body),
        Err(_) => unreadable(status),
    }
}

/// Reads the error that a stream states. No status comes with it.
pub(super) fn decode_event(body: &Value) -> Problem {
    decode_value(None, body)
}

fn decode_value(status: Option<u16>, body: &Value) -> Problem {
    let error = body.get("error").unwrap_or(&Value::Null);
    let row = error
        .get("type")
        .and_then(Value::as_str)
        .and_then(|kind| TYPES.iter().find(|row| row.0 == kind));
    let status = status.filter(|status| *status >= 400);
    let status = status.or(row.map(|row| row.2)).unwrap_or(500);
    let message = error.get("message").or(Some(error)).and_then(Value::as_str);
    let Some(message) = message.filter(|message| !message.is_empty()) else {
        let kind = row.map_or_else(|| Kind::from_status(status), |row| row.1);
        return Problem { kind, ..unreadable(status) };
    };
    let code = error.pointer("/details/error_code").or_else(|| error.get("code"));
    let kind = row.map_or_else(|| Kind::from_status(status), |row| row.1);
    let message = match kind {
        // Anthropic does not quote a key, others that speak its API may.
        Kind::Authentication => "the provider refused the credentials".to_owned(),
        _ => message.chars().take(MAX_MESSAGE).collect(),
    };
    Problem {
        kind,
        status,
        code: code.and_then(Value::as_str).map(str::to_owned),
        message,
        param: error.pointer("/details/param").and_then(Value::as_str).map(str::to_owned),
        headers: Vec::new(),
    }
}

fn unreadable(status: u16) -> Problem {
    Problem {
        status,
        ..Problem::new(
            Kind::from_status(status),
            "upstream_error",
            format!("the provider answered with status {status}"),
        )
    }
}

/// Writes an error: status and body.
pub(super) fn encode(problem: &Problem) -> (u16, Value) {
    let (word, status) = match problem.kind {
        // Anthropic has one word for all these.
        Kind::InvalidRequest => ("invalid_request_error", client_status(problem.status)),
        Kind::UnsupportedMedia => ("invalid_request_error", 415),
        Kind::Server => ("api_error", if problem.status >= 500 { problem.status } else { 500 }),
        kind => {
            TYPES.iter().find(|row| row.1 == kind).map_or(("api_error", 500), |row| (row.0, row.2))
        }
    };
    let mut details = Map::new();
    for (name, value) in [("error_code", &problem.code), ("param", &problem.param)] {
        if let Some(value) = value {
            details.insert(name.to_owned(), value.as_str().into());
        }
    }
    let mut error = json!({"type": word, "message": problem.message});
    if let (Value::Object(error), false) = (&mut error, details.is_empty()) {
        error.put("details", Value::Object(details));
    }
    (status, json!({"type": "error", "error": error}))
}

fn client_status(status: u16) -> u16 {
    match status {
        400..500 => status,
        _ => 400,
    }
}

/// Writes an error into a stream.
pub(super) fn encode_event(problem: &Problem) -> Event {
    Event::new(Some("error"), Data::Json(encode(problem).1))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn every_kind_has_its_type_and_status() {
        for (kind, word, status) in [
            (Kind::Authentication, "authentication_error", 401),
            (Kind::Billing, "billing_error", 402),
            (Kind::InvalidRequest, "invalid_request_error", 400),
            (Kind::NotFound, "not_found_error", 404),
            (Kind::Overloaded, "overloaded_error", 529),
            (Kind::Permission, "permission_error", 403),
            (Kind::RateLimit, "rate_limit_error", 429),
            (Kind::Server, "api_error", 500),
            (Kind::Timeout, "timeout_error", 504),
            (Kind::TooLarge, "request_too_large", 413),
            (Kind::UnsupportedMedia, "invalid_request_error", 415),
        ] {
            let problem = Problem::new(kind, "some_code", "Some words.");
            let (written, body) = encode(&problem);
            assert_eq!((written, body["error"]["type"].as_str()), (status, Some(word)));
            assert_eq!(body["error"]["details"]["error_code"], "some_code");
            let again = decode(written, body.to_string().as_bytes());
            assert_eq!(again.code, problem.code);
            assert_eq!(again.message == problem.message, kind != Kind::Authentication);
            if kind != Kind::UnsupportedMedia {
                assert_eq!(again.kind, kind);
            }
        }
    }

    #[test]
    fn statuses_keep_their_class() {
        let with = |kind, status| Problem { status, ..Problem::new(kind, "c", "m") };
        assert_eq!(encode(&with(Kind::InvalidRequest, 422)).0, 422);
        assert_eq!(encode(&with(Kind::InvalidRequest, 200)).0, 400);
        assert_eq!(encode(&with(Kind::Server, 502)).0, 502);
        assert_eq!(encode(&with(Kind::Overloaded, 503)).0, 529);
    }

    #[test]
    fn any_body_is_read_and_only_messages_are_repeated() {
        for (status, body, kind, message) in [
            (
                529,
                r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
                Kind::Overloaded,
                "Overloaded",
            ),
            (400, r#"{"error":{"type":"billing_error","message":"Pay"}}"#, Kind::Billing, "Pay"),
            (404, r#"{"error":"no such model"}"#, Kind::NotFound, "no such model"),
            (
                429,
                r#"{"error":{"message":"slow","type":"tokens","code":"x"}}"#,
                Kind::RateLimit,
                "slow",
            ),
            (503, "<html>secret</html>", Kind::Overloaded, "the provider answered with status 503"),
            (500, "", Kind::Server, "the provider answered with status 500"),
            (502, r#"{"debug":"secret"}"#, Kind::Server, "the provider answered with status 502"),
            (
                401,
                r#"{"error":{"type":"authentication_error","message":"wrong key sk-ant-123"}}"#,
                Kind::Authentication,
                "the provider refused the credentials",
            ),
            (401, r#"[1]"#, Kind::Authentication, "the provider answered with status 401"),
            (
                403,
                r#"{"error":{"message":""}}"#,
                Kind::Permission,
                "the provider answered with status 403",
            ),
        ] {
            let problem = decode(status, body.as_bytes());
            assert_eq!(
                (problem.status, problem.kind, problem.message.as_str()),
                (status, kind, message)
            );
        }
    }

    #[test]
    fn an_error_in_a_stream_has_the_status_of_its_type() {
        let problem = decode_event(&json!({"error": {"type": "overloaded_error", "message": "m"}}));
        assert_eq!((problem.kind, problem.status), (Kind::Overloaded, 529));
        assert_eq!(decode_event(&json!({})).status, 500);
    }

    #[test]
    fn a_long_message_is_cut() {
        let body = json!({"error": {"type": "api_error", "message": "é".repeat(5000)}});
        assert_eq!(decode(500, body.to_string().as_bytes()).message.chars().count(), MAX_MESSAGE);
    }
}
