//! Errors.
//!
//! OpenAI's shape is `{"error": {"message", "type", "param", "code"}}`, in a stream too
//! (<https://platform.openai.com/docs/guides/error-codes>, read 2026-11-20). Written so:
//!
//! | kind | status | `type` | `code` unless the problem has its own |
//! |---|---|---|---|
//! | authentication | 401 | `invalid_request_error` | `invalid_api_key` |
//! | billing | 429 | `insufficient_quota` | `insufficient_quota` |
//! | invalid request | 400 | `invalid_request_error` | – |
//! | not found | 404 | `invalid_request_error` | – |
//! | overloaded | 503 | `service_unavailable_error` | `server_is_overloaded` |
//! | permission | 403 | `invalid_request_error` | – |
//! | rate limit | 429 | `rate_limit_error` | `rate_limit_exceeded` |
//! | server | as it is | `server_error` | – |
//! | timeout | 504 | `server_error` | `timeout` |
//! | too large | 413 | `invalid_request_error` | `request_too_large` |
//! | unsupported media | 415 | `invalid_request_error` | – |
//!
//! A code that is another dialect's error type (`…_error`) gives way to the one in the table.
//!
//! A provider's words about credentials are not passed on, since they quote them: OpenAI's 401 shows parts
//! of the key, its 429 the organization's id.

use chat::json::{Value, json};
use chat::{Data, Event, Kind, Problem};

/// Reads a provider's error, whatever its status and body.
pub(super) fn decode(status: u16, body: &[u8]) -> Problem {
    let body = chat::json::parse(body).unwrap_or_default();
    let known = Known::read(&body).unwrap_or_default();
    problem(status, known)
}

/// Whether `body` is an error in OpenAI's shape.
pub(super) fn is_own(body: &Value) -> bool {
    body.get("error").is_some_and(|error| text(error, "message").is_some())
}

/// The error that an answer or a chunk with a status of success holds, if it holds one.
pub(crate) fn within(body: &Value) -> Option<Problem> {
    let error = body.get("error").filter(|error| !error.is_null())?;
    let known = Known::of_error(error);
    let stated = error.get("code").and_then(Value::as_u64).and_then(|code| code.try_into().ok());
    let status = stated.filter(|status| (400..600).contains(status)).unwrap_or(0);
    Some(problem(status, known))
}

/// What an error says, in any of the shapes that compatible providers use.
#[derive(Default)]
struct Known {
    message: Option<String>,
    kind: Option<String>,
    param: Option<String>,
    code: Option<String>,
}

impl Known {
    fn read(body: &Value) -> Option<Known> {
        // Google's OpenAI-compatible endpoint wraps its error in an array.
        let body = body.as_array().and_then(|items| items.first()).unwrap_or(body);
        if let Some(error) = body.get("error").filter(|error| !error.is_null()) {
            let mut known = Known::of_error(error);
            known.message = known.message.or_else(|| text(body, "message"));
            return Some(known);
        }
        // Cloudflare's and IBM's stand in a list.
        if let Some(first) = body.get("errors").and_then(|list| list.as_array()?.first()) {
            return Some(Known::of_error(first));
        }
        // Mistral puts what its validation finds into `message`
        // (<https://github.com/editor-code-assistant/eca/issues/231>, read 2026-11-21).
        let found = body.get("message").filter(|message| message.is_object()).unwrap_or(body);
        let message = text(body, "message").or_else(|| text(found, "detail"));
        let first_detail = || text(found.get("detail")?.as_array()?.first()?, "msg");
        let message = message.or_else(first_detail)?;
        Some(Known { message: Some(message), ..Known::of_error(body) })
    }

    fn of_error(error: &Value) -> Known {
        Known {
            message: error.as_str().map(str::to_owned).or_else(|| text(error, "message")),
            kind: text(error, "type"),
            param: text(error, "param"),
            code: text(error, "code"),
        }
    }
}

fn text(of: &Value, name: &str) -> Option<String> {
    of.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn problem(status: u16, known: Known) -> Problem {
    let words = [known.code.as_deref(), known.kind.as_deref()];
    let stated = words.into_iter().flatten().find_map(kind_of_word);
    let kind = match (stated, status) {
        (Some(kind), _) => kind,
        (None, 400..) => Kind::from_status(status),
        (None, _) => Kind::Server,
    };
    let status = match status {
        400..=599 => status,
        _ if kind == Kind::Server => 502,
        _ => kind.status(),
    };
    let message = match (kind, known.message) {
        (Kind::Authentication, _) => "the provider refused the credentials".to_owned(),
        (_, Some(message)) => without_ids(&message),
        (_, None) => format!("the provider answered with status {status}"),
    };
    Problem {
        kind,
        status,
        code: known.code.or(known.kind),
        message,
        param: known.param,
        headers: Vec::new(),
    }
}

/// The kind that an error's `code` or `type` tells, where it is clearer than the status.
fn kind_of_word(word: &str) -> Option<Kind> {
    Some(match word {
        "authentication_error" | "invalid_api_key" | "invalid_authentication" => {
            Kind::Authentication
        }
        "insufficient_quota"
        | "credit_balance_exhausted"
        | "organization_spend_limit_exceeded"
        | "project_spend_limit_exceeded"
        | "organization_usage_limit_exceeded"
        | "billing_hard_limit_reached"
        | "billing_not_active"
        | "insufficient_balance" => Kind::Billing,
        "model_not_found" | "not_found_error" => Kind::NotFound,
        "server_is_overloaded" | "service_unavailable_error" | "overloaded_error" => {
            Kind::Overloaded
        }
        "permission_error" | "permission_denied" => Kind::Permission,
        "rate_limit_error" | "rate_limit_exceeded" | "slow_down" => Kind::RateLimit,
        "timeout" | "timeout_error" => Kind::Timeout,
        "context_length_exceeded" => Kind::InvalidRequest,
        _ => return None,
    })
}

/// `message` with the ids of organizations, projects and keys blotted out.
fn without_ids(message: &str) -> String {
    let secret = ["org-", "proj_", "sk-"];
    let word = |word: &str| {
        let bare = word.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
        match secret.iter().find(|prefix| bare.starts_with(**prefix)) {
            Some(prefix) => format!("{prefix}***"),
            None => word.to_owned(),
        }
    };
    message.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Writes an error: its status and body.
pub(super) fn encode(problem: &Problem) -> (u16, Value) {
    let (kind, code) = words(problem.kind);
    let own = problem.code.as_deref().filter(|code| !code.ends_with("_error"));
    let status = match problem.kind {
        Kind::Billing => 429,
        Kind::Overloaded => 503,
        kind if !(400..600).contains(&problem.status) => kind.status(),
        _ => problem.status,
    };
    let body = json!({"error": {
        "message": problem.message,
        "type": kind,
        "param": problem.param,
        "code": own.or(code),
    }});
    (status, body)
}

/// `type` and usual `code` of a kind.
fn words(kind: Kind) -> (&'static str, Option<&'static str>) {
    match kind {
        Kind::Authentication => ("invalid_request_error", Some("invalid_api_key")),
        Kind::Billing => ("insufficient_quota", Some("insufficient_quota")),
        Kind::Overloaded => ("service_unavailable_error", Some("server_is_overloaded")),
        Kind::RateLimit => ("rate_limit_error", Some("rate_limit_exceeded")),
        Kind::Server => ("server_error", None),
        Kind::Timeout => ("server_error", Some("timeout")),
        Kind::TooLarge => ("invalid_request_error", Some("request_too_large")),
        Kind::InvalidRequest | Kind::NotFound | Kind::Permission | Kind::UnsupportedMedia => {
            ("invalid_request_error", None)
        }
    }
}

/// Writes an error into a stream: official clients raise it when they meet `error`; `[DONE]` ends the stream
/// for those that do not look.
pub(super) fn encode_in_stream(problem: &Problem) -> Vec<Event> {
    vec![Event::json(encode(problem).1), Event::new(None, Data::Text("[DONE]".to_owned()))]
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn read(status: u16, body: &str) -> Problem {
        decode(status, body.as_bytes())
    }

    #[test]
    fn every_shape_of_error_is_read() {
        for body in [
            r#"{"error":{"message":"no such thing","type":"invalid_request_error","param":"n","code":"bad_n"}}"#,
            r#"[{"error":{"message":"no such thing","param":"n","code":"bad_n"}}]"#,
            r#"{"message":"no such thing","param":"n","code":"bad_n"}"#,
            r#"{"error":{"param":"n","code":"bad_n"},"message":"no such thing"}"#,
        ] {
            let problem = read(400, body);
            assert_eq!(problem.kind, Kind::InvalidRequest, "{body}");
            assert_eq!(problem.message, "no such thing", "{body}");
            assert_eq!(problem.code.as_deref(), Some("bad_n"), "{body}");
            assert_eq!(problem.param.as_deref(), Some("n"), "{body}");
        }
        for body in [
            r#"{"error":"no such thing"}"#,
            r#"{"detail":"no such thing"}"#,
            r#"{"detail":[{"loc":["body","n"],"msg":"no such thing"}]}"#,
            r#"{"message":"no such thing"}"#,
            r#"{"object":"error","message":{"detail":[{"loc":["body","n"],"msg":"no such thing"}]}}"#,
            r#"{"success":false,"errors":[{"code":5006,"message":"no such thing"}],"messages":[]}"#,
        ] {
            assert_eq!(read(422, body).message, "no such thing", "{body}");
            assert_eq!(read(422, body).status, 422);
        }
    }

    #[test]
    fn a_body_that_is_no_error_is_not_quoted() {
        for body in ["", "<html>secret</html>", "\"secret\"", "{\"secret\":1}", "{\"error\":null}"]
        {
            let problem = read(502, body);
            assert_eq!(problem.message, "the provider answered with status 502", "{body}");
            assert_eq!(problem.kind, Kind::Server);
        }
        assert_eq!(decode(503, b"\xff\xfe").kind, Kind::Overloaded);
    }

    #[test]
    fn the_words_tell_more_than_the_status() {
        for (status, body, kind) in [
            (429, r#"{"error":{"message":"m","code":"insufficient_quota"}}"#, Kind::Billing),
            (429, r#"{"error":{"message":"m","type":"insufficient_quota"}}"#, Kind::Billing),
            (429, r#"{"error":{"message":"m","code":"rate_limit_exceeded"}}"#, Kind::RateLimit),
            (429, r#"{"error":{"message":"m","code":429}}"#, Kind::RateLimit),
            (500, r#"{"error":{"message":"m","code":"server_is_overloaded"}}"#, Kind::Overloaded),
            (400, r#"{"error":{"message":"m","code":"model_not_found"}}"#, Kind::NotFound),
            (400, r#"{"error":{"message":"m","code":"invalid_api_key"}}"#, Kind::Authentication),
            (402, r#"{"error":{"message":"m"}}"#, Kind::Billing),
        ] {
            assert_eq!(read(status, body).kind, kind, "{body}");
        }
    }

    #[test]
    fn credentials_are_not_passed_on() {
        let key = r#"{"error":{"message":"Incorrect API key provided: sk-ab***yz.","code":"invalid_api_key"}}"#;
        assert_eq!(read(401, key).message, "the provider refused the credentials");
        let limit = r#"{"error":{"message":"Limit reached for m in organization org-aBc1 (proj_x) on tokens"}}"#;
        let expected = "Limit reached for m in organization org-*** proj_*** on tokens";
        assert_eq!(read(429, limit).message, expected);
    }

    #[test]
    fn an_error_with_a_status_of_success_is_found() {
        let problem = within(&json!({"error": {"message": "m", "code": 503}})).unwrap();
        assert_eq!((problem.kind, problem.status), (Kind::Overloaded, 503));
        let problem = within(&json!({"error": {"message": "m"}})).unwrap();
        assert_eq!((problem.kind, problem.status), (Kind::Server, 502));
        assert_eq!(within(&json!({"error": null, "choices": []})), None);
    }

    #[test]
    fn every_kind_is_written_as_openai_does() {
        for (kind, code, status, r#type, written) in [
            (
                Kind::Authentication,
                "authentication_error",
                401,
                "invalid_request_error",
                "invalid_api_key",
            ),
            (Kind::Billing, "billing_error", 429, "insufficient_quota", "insufficient_quota"),
            (Kind::Billing, "token_budget_spent", 429, "insufficient_quota", "token_budget_spent"),
            (
                Kind::Overloaded,
                "overloaded_error",
                503,
                "service_unavailable_error",
                "server_is_overloaded",
            ),
            (Kind::RateLimit, "rate_limit_error", 429, "rate_limit_error", "rate_limit_exceeded"),
            (Kind::Timeout, "timeout_error", 504, "server_error", "timeout"),
            (
                Kind::TooLarge,
                "request_too_large",
                413,
                "invalid_request_error",
                "request_too_large",
            ),
            (Kind::NotFound, "model_not_found", 404, "invalid_request_error", "model_not_found"),
        ] {
            let (actual, body) = encode(&Problem::new(kind, code, "m"));
            assert_eq!(actual, status, "{kind:?}");
            let expected = json!({"message": "m", "type": r#type, "param": null, "code": written});
            assert_eq!(body["error"], expected, "{kind:?}");
        }
        let odd =
            Problem { status: 529, ..Problem::new(Kind::Overloaded, "overloaded_error", "m") };
        assert_eq!(encode(&odd).0, 503);
        let gateway = Problem::bad_gateway("upstream_stream_ended", "m");
        assert_eq!(encode(&gateway).1["error"]["code"], "upstream_stream_ended");
    }
}
