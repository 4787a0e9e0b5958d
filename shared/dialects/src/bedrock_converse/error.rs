//! Errors: `{"message"}`, with their type in the header `x-amzn-errortype` or in `__type`
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors>
//! (read 2026-11-21). We write `__type`, which the SDKs read as well. In a stream an exception is an event.

use chat::json::{Value, json};
use chat::{Data, Event, Kind, Problem};

use crate::flat::upstream;

/// Exceptions, what they mean, and the status they come with. The first row of a kind is how it is written.
const TYPES: [(&str, Kind, u16); 14] = [
    ("AccessDeniedException", Kind::Permission, 403),
    ("ValidationException", Kind::InvalidRequest, 400),
    ("ConflictException", Kind::InvalidRequest, 400),
    ("ServiceQuotaExceededException", Kind::RateLimit, 400),
    ("ThrottlingException", Kind::RateLimit, 429),
    ("ModelNotReadyException", Kind::Overloaded, 429),
    ("ServiceUnavailableException", Kind::Overloaded, 503),
    ("ResourceNotFoundException", Kind::NotFound, 404),
    ("ModelTimeoutException", Kind::Timeout, 408),
    ("InternalServerException", Kind::Server, 500),
    ("ModelErrorException", Kind::Server, 424),
    ("ModelStreamErrorException", Kind::Server, 424),
    ("ExpiredTokenException", Kind::Authentication, 403),
    ("UnrecognizedClientException", Kind::Authentication, 403),
];

/// Reads an error: any status, any body.
pub(super) fn decode(status: u16, body: &[u8]) -> Problem {
    let body = chat::json::parse(body).unwrap_or_default();
    // `com.amazon.coral.service#ThrottlingException`, or bare.
    let word = body.get("__type").and_then(Value::as_str).unwrap_or_default();
    read(Some(status), word.rsplit('#').next().unwrap_or_default(), &body)
}

/// Reads an exception of a stream.
pub(super) fn decode_event(name: &str, body: &Value) -> Problem {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    read(None, &first.into_iter().chain(letters).collect::<String>(), body)
}

fn read(status: Option<u16>, word: &str, body: &Value) -> Problem {
    let row = TYPES.iter().find(|row| row.0 == word);
    let status = status.filter(|status| (400..600).contains(status));
    let status = status.or(row.map(|row| row.2)).unwrap_or(500);
    let kind = row.map_or_else(|| Kind::from_status(status), |row| row.1);
    let message = body.get("message").or_else(|| body.get("Message")).and_then(Value::as_str);
    upstream(kind, status, message)
}

/// The exception that stands for a problem, and its status.
fn word(problem: &Problem) -> (&'static str, u16) {
    match problem.kind {
        Kind::Authentication => ("UnrecognizedClientException", 403),
        Kind::Billing => ("ThrottlingException", 429),
        Kind::Overloaded => ("ServiceUnavailableException", 503),
        Kind::RateLimit => ("ThrottlingException", 429),
        Kind::TooLarge => ("ValidationException", 413),
        Kind::UnsupportedMedia => ("ValidationException", 415),
        kind => {
            let row = TYPES.iter().find(|row| row.1 == kind);
            let (word, usual) = row.map_or(("InternalServerException", 500), |row| (row.0, row.2));
            let same = matches!(kind, Kind::Server if problem.status >= 500)
                || matches!(kind, Kind::InvalidRequest if (400..500).contains(&problem.status));
            (word, if same { problem.status } else { usual })
        }
    }
}

/// Writes an error: its status and body.
pub(super) fn encode(problem: &Problem) -> (u16, Value) {
    let (word, status) = word(problem);
    (status, json!({"__type": word, "message": problem.message}))
}

/// Writes an error into a stream; its events know five exceptions only.
pub(super) fn encode_event(problem: &Problem) -> Event {
    let name = match problem.kind {
        Kind::RateLimit | Kind::Billing => "throttlingException",
        Kind::Overloaded => "serviceUnavailableException",
        Kind::Server | Kind::Timeout => "internalServerException",
        _ => "validationException",
    };
    Event::new(Some(name), Data::Json(json!({"message": problem.message})))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn every_kind_has_its_exception_and_comes_back() {
        for (kind, word, status) in [
            (Kind::Authentication, "UnrecognizedClientException", 403),
            (Kind::InvalidRequest, "ValidationException", 400),
            (Kind::NotFound, "ResourceNotFoundException", 404),
            (Kind::Overloaded, "ServiceUnavailableException", 503),
            (Kind::Permission, "AccessDeniedException", 403),
            (Kind::RateLimit, "ThrottlingException", 429),
            (Kind::Server, "InternalServerException", 500),
            (Kind::Timeout, "ModelTimeoutException", 408),
        ] {
            let (written, body) = encode(&Problem::new(kind, "c", "Words."));
            assert_eq!((written, body["__type"].as_str()), (status, Some(word)));
            assert_eq!(decode(written, body.to_string().as_bytes()).kind, kind);
        }
    }

    #[test]
    fn any_body_is_read() {
        for (status, body, kind, message) in [
            (429, r#"{"message":"Too many tokens."}"#, Kind::RateLimit, "Too many tokens."),
            (
                403,
                r#"{"Message":"User is not authorized"}"#,
                Kind::Permission,
                "User is not authorized",
            ),
            (
                403,
                r#"{"__type":"com.amazon.coral.service#ExpiredTokenException","message":"secret"}"#,
                Kind::Authentication,
                "the provider refused the credentials",
            ),
            (503, "<html>", Kind::Overloaded, "the provider answered with status 503"),
        ] {
            let problem = decode(status, body.as_bytes());
            assert_eq!((problem.kind, problem.message.as_str()), (kind, message));
        }
        let problem = decode_event("throttlingException", &json!({"message": "slow"}));
        assert_eq!((problem.kind, problem.status), (Kind::RateLimit, 429));
    }
}
