//! Errors: `{"id", "message"}` <https://docs.cohere.com/reference/errors> (read 2026-11-21). In a stream, the
//! event `message-end` tells one.

use chat::json::{Value, json};
use chat::{Data, Event, Kind, Problem};

use crate::flat::upstream;

/// Reads an error: any status, any body.
pub(super) fn decode(status: u16, body: &[u8]) -> Problem {
    let body = chat::json::parse(body).unwrap_or_default();
    let message = body.get("message").and_then(Value::as_str);
    let kind = match status {
        // The token is invalid.
        498 => Kind::Authentication,
        _ => Kind::from_status(status),
    };
    let status = if (400..600).contains(&status) { status } else { 502 };
    upstream(kind, status, message)
}

/// Writes an error: its status and body.
pub(super) fn encode(problem: &Problem) -> (u16, Value) {
    (problem.status, json!({"message": problem.message}))
}

/// The event that ends a stream with an error.
pub(super) fn encode_event(problem: &Problem) -> Event {
    let delta = json!({"error": problem.message, "finish_reason": "ERROR"});
    let body = json!({"type": "message-end", "delta": delta});
    Event::new(Some("message-end"), Data::Json(body))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn the_status_tells_the_kind_and_credentials_are_not_quoted() {
        for (status, kind) in [
            (400, Kind::InvalidRequest),
            (422, Kind::InvalidRequest),
            (404, Kind::NotFound),
            (429, Kind::RateLimit),
            (500, Kind::Server),
            (503, Kind::Overloaded),
        ] {
            let problem = decode(status, br#"{"id":"i","message":"Words."}"#);
            assert_eq!((problem.kind, problem.message.as_str()), (kind, "Words."));
            assert_eq!(encode(&problem), (status, json!({"message": "Words."})));
        }
        let problem = decode(498, br#"{"message":"invalid token abc"}"#);
        assert_eq!((problem.kind, problem.status), (Kind::Authentication, 401));
        assert!(!problem.message.contains("abc"));
        assert_eq!(decode(503, b"<html>").message, "the provider answered with status 503");
    }
}
