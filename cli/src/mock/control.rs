//! `/__mock/…`: what a test asks the mock itself.

use hyper::Method;
use serde_json::{Value, json};

use super::server::Mock;

/// The path prefix of the mock's own endpoints.
pub(crate) const PREFIX: &str = "/__mock/";

/// The status and body that answer a control request. `path` is what follows [`PREFIX`].
///
/// | request | answer |
/// |---|---|
/// | `GET health` | the dialect and the number of requests so far |
/// | `GET requests` | the last 100 requests, oldest first |
/// | `GET last` | the newest request, or 404 |
/// | `DELETE requests` | forgets them |
/// | `GET switches` | the switches as they are |
/// | `POST switches` | changes those named in the body, null restores a default |
pub(crate) fn answer(mock: &Mock, method: &Method, path: &str, body: &[u8]) -> (u16, Value) {
    match (method, path) {
        (&Method::GET, "health") => {
            (200, json!({"dialect": mock.dialect.name(), "requests": mock.served()}))
        }
        (&Method::GET, "requests") => (200, mock.recorder.all()),
        (&Method::GET, "last") => match mock.recorder.last() {
            Some(request) => (200, request),
            None => (404, json!({"error": "no request yet"})),
        },
        (&Method::DELETE, "requests") => {
            mock.recorder.clear();
            (200, json!({}))
        }
        (&Method::GET, "switches") => (200, json!(mock.switches())),
        (&Method::POST, "switches") => match change(mock, body) {
            Ok(switches) => (200, switches),
            Err(error) => (400, json!({"error": error})),
        },
        _ => (404, json!({"error": format!("no control endpoint {method} {PREFIX}{path}")})),
    }
}

fn change(mock: &Mock, body: &[u8]) -> Result<Value, String> {
    let changes = super::json::parse(body).map_err(|error| error.to_string())?;
    let switches = mock.switches().changed(&changes)?;
    let answer = json!(switches);
    mock.switch_to(switches, changes.get("fail-first").is_some());
    Ok(answer)
}
