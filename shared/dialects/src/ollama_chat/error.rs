//! Errors: `{"error": "…"}`, in a stream too <https://docs.ollama.com/api/errors> (read 2026-11-21). Only the status
//! tells their kind.

use chat::json::{Value, json};
use chat::{Kind, Problem};

use crate::flat::upstream;

/// Reads an error: any status, any body.
pub(super) fn decode(status: u16, body: &[u8]) -> Problem {
    let body = chat::json::parse(body).unwrap_or_default();
    let status = if (400..600).contains(&status) { status } else { 502 };
    upstream(Kind::from_status(status), status, words(&body))
}

/// The error that a line of a stream, or an answer with a status of success, is.
pub(super) fn within(body: &Value) -> Option<Problem> {
    body.get("error").filter(|error| !error.is_null())?;
    Some(upstream(Kind::Server, 502, words(body)))
}

fn words(body: &Value) -> Option<&str> {
    let error = body.get("error")?;
    error.as_str().or_else(|| error.get("message")?.as_str())
}

/// Writes an error: its status and body.
pub(super) fn encode(problem: &Problem) -> (u16, Value) {
    (problem.status, json!({"error": problem.message}))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn the_status_tells_the_kind() {
        for (status, kind) in
            [(400, Kind::InvalidRequest), (404, Kind::NotFound), (503, Kind::Overloaded)]
        {
            let problem = decode(status, br#"{"error":"Words."}"#);
            assert_eq!((problem.kind, problem.message.as_str()), (kind, "Words."));
            assert_eq!(encode(&problem), (status, json!({"error": "Words."})));
        }
        assert_eq!(decode(500, b"x").message, "the provider answered with status 500");
        assert_eq!(within(&json!({"error": "Words."})).map(|it| it.status), Some(502));
        assert_eq!(within(&json!({"done": true})), None);
    }
}
