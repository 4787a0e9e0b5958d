//! Answers made here, and the reasons for most of them.

use std::borrow::Borrow;

use chat::json::{self, ParseError};
use chat::sse::DecodeError;
use chat::{Event, Kind, Problem};
use dialects::Dialect;

use crate::{Exchange, Stop, facts, metrics};

/// An answer made here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers besides `:status`.
    pub headers: Vec<(String, Vec<u8>)>,
    /// Body.
    pub body: Vec<u8>,
    /// Machine-readable cause, for Envoy's `%RESPONSE_CODE_DETAILS%`.
    pub details: String,
}

impl Reply {
    /// A JSON answer; `cause` in `snake_case`.
    pub fn json(status: u16, body: Vec<u8>, cause: &str) -> Reply {
        Reply {
            status,
            headers: vec![("content-type".to_owned(), b"application/json".to_vec())],
            body,
            details: format!("tollgate_{cause}"),
        }
    }

    /// The error for a client of that dialect, told in facts and metrics.
    pub(crate) fn error(dialect: &dyn Dialect, problem: &Problem, io: &mut Exchange) -> Reply {
        note(problem, io);
        let (status, body) = dialect.encode_error(problem);
        let mut reply = Reply::json(status, json::to_bytes(&body), code(problem));
        let headers = problem.headers.iter();
        reply
            .headers
            .extend(headers.map(|(name, value)| (name.clone(), value.clone().into_bytes())));
        reply
    }

    /// What a stage wants the client to get.
    pub(crate) fn of(dialect: &dyn Dialect, stop: Stop, io: &mut Exchange) -> Reply {
        match stop {
            Stop::Problem(problem) => Reply::error(dialect, &problem, io),
            Stop::Answer(reply) => reply,
        }
    }
}

/// Tells of an error in facts and metrics.
pub(crate) fn note(problem: &Problem, io: &mut Exchange) {
    io.fact(facts::ERROR, code(problem));
    io.count(metrics::REJECTED, &[("code", code(problem))]);
}

fn code(problem: &Problem) -> &str {
    problem.code.as_deref().unwrap_or("error")
}

pub(crate) fn unknown_endpoint() -> Problem {
    let message = "this gateway does not serve that method and path";
    Problem::new(Kind::NotFound, "unknown_endpoint", message)
}

pub(crate) fn compressed_request() -> Problem {
    Problem::new(
        Kind::UnsupportedMedia,
        "unsupported_content_encoding",
        "the request body is compressed; send it without content-encoding",
    )
}

pub(crate) fn empty_body() -> Problem {
    Problem::new(Kind::InvalidRequest, "empty_body", "the request has no body")
}

pub(crate) fn unreadable_body(error: ParseError) -> Problem {
    let code = match error {
        ParseError::DuplicateKey { .. } => "duplicate_key",
        ParseError::Syntax { .. } | ParseError::TooDeep { .. } => "invalid_json",
    };
    Problem::new(Kind::InvalidRequest, code, format!("the request body cannot be read: {error}"))
}

pub(crate) fn request_too_large(limit: usize) -> Problem {
    let message = format!("the request body is larger than {limit} bytes");
    Problem::new(Kind::TooLarge, "request_too_large", message)
}

pub(crate) fn response_too_large(limit: usize) -> Problem {
    let message = format!("the provider's answer is larger than {limit} bytes");
    Problem::bad_gateway("response_too_large", message)
}

pub(crate) fn compressed_response() -> Problem {
    Problem::bad_gateway(
        "unsupported_content_encoding",
        "the provider's answer is compressed and cannot be read",
    )
}

pub(crate) fn event_too_large(error: DecodeError) -> Problem {
    Problem::bad_gateway("event_too_large", error.to_string())
}

/// The events, and behind them the error that ended the stream. `before`: the last event before these.
pub(crate) fn ended(
    dialect: &dyn Dialect,
    mut events: Vec<Event>,
    failure: Option<Stop>,
    before: Option<&Event>,
    io: &mut Exchange,
) -> Vec<Event> {
    if let Some(Stop::Problem(problem)) = failure {
        note(&problem, io);
        let last = last_told(events.iter()).or(before);
        let error = dialect.encode_stream_error(&problem, last);
        events.extend(error);
    }
    events
}

/// The last event that tells something: an error that ends the stream counts on from it.
pub(crate) fn last_told<E: Borrow<Event>>(
    mut events: impl DoubleEndedIterator<Item = E>,
) -> Option<E> {
    events.rfind(|event| event.borrow().tells())
}
