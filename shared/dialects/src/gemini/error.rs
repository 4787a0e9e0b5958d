//! Errors.
//!
//! Google's shape is `{"error": {"code", "message", "status", "details"}}`, in a stream too, with the codes of
//! gRPC as `status` <https://cloud.google.com/apis/design/errors>,
//! <https://ai.google.dev/gemini-api/docs/troubleshooting> (read 2026-11-21). Where an error has a code or a
//! field at fault, they are in `details`: `ErrorInfo.reason` and `BadRequest.fieldViolations[].field`. So is
//! the time to wait, `RetryInfo.retryDelay`, which HTTP has a header for.
//!
//! A provider's words about credentials are not passed on: they may quote them.

use chat::json::{Value, json};
use chat::{Event, Kind, Problem};

/// Statuses, what they mean, and the HTTP status they come with. The first row of a kind is how it is written.
const STATUSES: [(&str, Kind, u16); 18] = [
    ("UNAUTHENTICATED", Kind::Authentication, 401),
    ("INVALID_ARGUMENT", Kind::InvalidRequest, 400),
    ("FAILED_PRECONDITION", Kind::InvalidRequest, 400),
    ("OUT_OF_RANGE", Kind::InvalidRequest, 400),
    ("ALREADY_EXISTS", Kind::InvalidRequest, 409),
    ("ABORTED", Kind::InvalidRequest, 409),
    ("CANCELLED", Kind::InvalidRequest, 499),
    ("NOT_FOUND", Kind::NotFound, 404),
    ("UNAVAILABLE", Kind::Overloaded, 503),
    ("PERMISSION_DENIED", Kind::Permission, 403),
    ("RESOURCE_EXHAUSTED", Kind::RateLimit, 429),
    ("INTERNAL", Kind::Server, 500),
    ("UNKNOWN", Kind::Server, 500),
    ("DATA_LOSS", Kind::Server, 500),
    ("UNIMPLEMENTED", Kind::Server, 501),
    ("DEADLINE_EXCEEDED", Kind::Timeout, 504),
    ("INVALID_ARGUMENT", Kind::TooLarge, 413),
    ("INVALID_ARGUMENT", Kind::UnsupportedMedia, 415),
];

/// Reasons of `ErrorInfo` that tell more than the status: AI Studio answers a wrong key with 400.
const REASONS: [(&str, Kind); 4] = [
    ("ACCESS_TOKEN_EXPIRED", Kind::Authentication),
    ("API_KEY_INVALID", Kind::Authentication),
    ("BILLING_DISABLED", Kind::Billing),
    ("CREDENTIALS_MISSING", Kind::Authentication),
];

/// Where the problems of this gateway are from.
const DOMAIN: &str = "tollgate";

/// The longest message taken over from a provider, in characters.
const MAX_MESSAGE: usize = 2000;

const ERROR_INFO: &str = "type.googleapis.com/google.rpc.ErrorInfo";
const RETRY_INFO: &str = "type.googleapis.com/google.rpc.RetryInfo";
const BAD_REQUEST: &str = "type.googleapis.com/google.rpc.BadRequest";

/// Reads an error: any status, any body.
pub(super) fn decode(status: u16, body: &[u8]) -> Problem {
    let body = chat::json::parse(body).unwrap_or_default();
    // A stream that is no event stream is an array, also of one error.
    let body = body.as_array().and_then(|items| items.first()).unwrap_or(&body);
    read(Some(status), body.get("error").unwrap_or(&Value::Null))
}

/// The error that an answer or an event with a status of success holds, if it holds one.
pub(super) fn within(body: &Value) -> Option<Problem> {
    let error = body.get("error").filter(|error| !error.is_null())?;
    Some(read(None, error))
}

fn read(status: Option<u16>, error: &Value) -> Problem {
    let word = error.get("status").and_then(Value::as_str);
    let row = word.and_then(|word| STATUSES.iter().find(|row| row.0 == word));
    let stated = error.get("code").and_then(Value::as_u64).and_then(|code| code.try_into().ok());
    let is_error = |status: &u16| (400..600).contains(status);
    let status = status.filter(is_error).or(stated.filter(is_error));
    let status = status.or(row.map(|row| row.2)).unwrap_or(500);
    let reason = detail(error, ERROR_INFO).and_then(|info| text(info, "reason"));
    let told = reason.as_deref().and_then(|reason| REASONS.iter().find(|row| row.0 == reason));
    let kind = match (told, row) {
        (Some(told), _) => told.1,
        // A status of HTTP that says more than the word beside it.
        (None, Some(row)) if row.1 != Kind::InvalidRequest || status == 400 => row.1,
        _ => Kind::from_status(status),
    };
    let message = error.get("message").or(Some(error)).and_then(Value::as_str);
    let message = match (kind, message.filter(|message| !message.is_empty())) {
        (Kind::Authentication, _) => "the provider refused the credentials".to_owned(),
        (_, Some(message)) => message.chars().take(MAX_MESSAGE).collect(),
        (_, None) => format!("the provider answered with status {status}"),
    };
    let violation = || detail(error, BAD_REQUEST)?.get("fieldViolations")?.as_array()?.first();
    Problem {
        kind,
        status: if kind == Kind::Authentication { 401 } else { status },
        code: reason.map(|reason| reason.to_ascii_lowercase()),
        message,
        param: violation().and_then(|violation| text(violation, "field")),
        headers: retry_after(error)
            .map(|wait| ("retry-after".to_owned(), wait))
            .into_iter()
            .collect(),
    }
}

/// The seconds to wait that an error tells: `34.5s` is 35.
fn retry_after(error: &Value) -> Option<String> {
    let delay = detail(error, RETRY_INFO)?.get("retryDelay")?.as_str()?.strip_suffix('s')?;
    let (whole, fraction) = delay.split_once('.').unwrap_or((delay, ""));
    let seconds: u64 = whole.parse().ok()?;
    let begun = fraction.bytes().any(|digit| digit != b'0');
    Some(seconds.saturating_add(u64::from(begun)).to_string())
}

fn detail<'a>(error: &'a Value, kind: &str) -> Option<&'a Value> {
    let details = error.get("details")?.as_array()?;
    details.iter().find(|detail| detail.get("@type").and_then(Value::as_str) == Some(kind))
}

fn text(of: &Value, name: &str) -> Option<String> {
    of.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Writes an error: its status and body.
pub(super) fn encode(problem: &Problem) -> (u16, Value) {
    // Google has one status for too many requests and for a quota that is used up.
    let kind = if problem.kind == Kind::Billing { Kind::RateLimit } else { problem.kind };
    let row = STATUSES.iter().find(|row| row.1 == kind);
    let (word, usual) = row.map_or(("UNKNOWN", 500), |row| (row.0, row.2));
    let status = match (kind, problem.status) {
        (Kind::InvalidRequest, status @ 400..500) | (Kind::Server, status @ 500..600) => status,
        _ => usual,
    };
    let mut details = Vec::new();
    if let Some(code) = &problem.code {
        let reason = code.to_ascii_uppercase();
        details.push(json!({"@type": ERROR_INFO, "reason": reason, "domain": DOMAIN}));
    }
    if let Some(param) = &problem.param {
        let violation = json!({"field": param, "description": problem.message});
        details.push(json!({"@type": BAD_REQUEST, "fieldViolations": [violation]}));
    }
    let wait = problem.headers.iter().find(|header| header.0 == "retry-after");
    if let Some((_, wait)) = wait.filter(|(_, wait)| wait.parse::<u64>().is_ok()) {
        details.push(json!({"@type": RETRY_INFO, "retryDelay": format!("{wait}s")}));
    }
    let mut error = json!({"code": status, "message": problem.message, "status": word});
    if let (Value::Object(error), false) = (&mut error, details.is_empty()) {
        error.put("details", details);
    }
    (status, json!({"error": error}))
}

/// Writes an error into a stream: official clients raise it when they meet `error`.
pub(super) fn encode_event(problem: &Problem) -> Event {
    Event::json(encode(problem).1)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn every_kind_has_its_status_and_comes_back() {
        for (kind, word, status) in [
            (Kind::Authentication, "UNAUTHENTICATED", 401),
            (Kind::Billing, "RESOURCE_EXHAUSTED", 429),
            (Kind::InvalidRequest, "INVALID_ARGUMENT", 400),
            (Kind::NotFound, "NOT_FOUND", 404),
            (Kind::Overloaded, "UNAVAILABLE", 503),
            (Kind::Permission, "PERMISSION_DENIED", 403),
            (Kind::RateLimit, "RESOURCE_EXHAUSTED", 429),
            (Kind::Server, "INTERNAL", 500),
            (Kind::Timeout, "DEADLINE_EXCEEDED", 504),
            (Kind::TooLarge, "INVALID_ARGUMENT", 413),
            (Kind::UnsupportedMedia, "INVALID_ARGUMENT", 415),
        ] {
            let problem =
                Problem { param: Some("a.b".into()), ..Problem::new(kind, "some_code", "Words.") };
            let (written, body) = encode(&problem);
            assert_eq!((written, body["error"]["status"].as_str()), (status, Some(word)));
            assert_eq!(body["error"]["code"], status);
            let again = decode(written, body.to_string().as_bytes());
            assert_eq!((again.code.as_deref(), again.param), (Some("some_code"), problem.param));
            if kind != Kind::Billing {
                assert_eq!(again.kind, kind);
            }
        }
    }

    #[test]
    fn a_wrong_key_is_known_by_its_reason_and_never_quoted() {
        let body = r#"{"error":{"code":400,"message":"API key AIzaSecret not valid.","status":"INVALID_ARGUMENT",
            "details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}"#;
        let problem = decode(400, body.as_bytes());
        assert_eq!((problem.kind, problem.status), (Kind::Authentication, 401));
        assert_eq!(problem.message, "the provider refused the credentials");
    }

    #[test]
    fn any_body_is_read() {
        for (status, body, kind, message) in [
            (
                429,
                r#"[{"error":{"code":429,"message":"Quota.","status":"RESOURCE_EXHAUSTED"}}]"#,
                Kind::RateLimit,
                "Quota.",
            ),
            (404, r#"{"error":"no such model"}"#, Kind::NotFound, "no such model"),
            (503, "<html>secret</html>", Kind::Overloaded, "the provider answered with status 503"),
            (500, "", Kind::Server, "the provider answered with status 500"),
        ] {
            let problem = decode(status, body.as_bytes());
            assert_eq!((problem.kind, problem.message.as_str()), (kind, message), "{body}");
        }
        let within = within(&json!({"error": {"code": 503, "message": "m"}})).unwrap();
        assert_eq!((within.kind, within.status), (Kind::Overloaded, 503));
    }
}
