//! The HTTP side: one connection, one request, one answer.

use std::convert::Infallible;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chat::Framing;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use super::control;
use super::dialect::{Dialect, Operation, Refusal, Turn};
use super::model::{self, Prompt};
use super::record::{Recorder, headers_as_json};
use super::services::Served;
use super::switches::{ErrorBody, Switches};
use super::wire::Paced;

/// The largest request body. Anthropic documents 32 MB for the Messages API
/// (<https://platform.claude.com/docs/en/api/errors>, 2026-11-20); the mock holds every dialect to
/// it.
const MAX_BODY: usize = 32 * 1024 * 1024;

/// A simulated provider.
pub(crate) struct Mock {
    pub(crate) dialect: &'static dyn Dialect,
    pub(crate) recorder: Recorder,
    switches: Mutex<Switches>,
    served: AtomicU64,
    /// Requests since `--fail-first` was set.
    since_fail_first: AtomicU64,
}

impl Mock {
    /// A provider that speaks `dialect`.
    pub(crate) fn new(dialect: &'static dyn Dialect, switches: Switches) -> Arc<Self> {
        Arc::new(Self {
            dialect,
            recorder: Recorder::default(),
            switches: Mutex::new(switches),
            served: AtomicU64::new(0),
            since_fail_first: AtomicU64::new(0),
        })
    }

    /// The switches as they are now.
    pub(crate) fn switches(&self) -> Switches {
        self.switches.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the switches; `restart` counts the first requests of `fail-first` from here.
    pub(crate) fn switch_to(&self, switches: Switches, restart: bool) {
        if restart {
            self.since_fail_first.store(0, Ordering::SeqCst);
        }
        *self.switches.lock().unwrap_or_else(PoisonError::into_inner) = switches;
    }

    /// How many requests came so far, control requests aside.
    pub(crate) fn served(&self) -> u64 {
        self.served.load(Ordering::SeqCst)
    }

    /// The status that the switches force upon the next request.
    fn forced_status(&self, switches: &Switches) -> Option<u16> {
        let number = self.since_fail_first.fetch_add(1, Ordering::SeqCst);
        match switches.fail_first {
            Some(first) if number >= first => None,
            Some(_) => Some(switches.status.unwrap_or(500)),
            None => switches.status,
        }
    }
}

/// Accepts connections for ever.
pub(crate) async fn serve(listener: TcpListener, mock: Arc<Mock>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, Arc::clone(&mock)));
            }
            // Out of file descriptors, or the peer has gone: neither passes by trying at once.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn connection(stream: TcpStream, mock: Arc<Mock>) {
    // Events have to leave when they are written; a socket without the option still works.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let mock = Arc::clone(&mock);
        async move { Ok::<_, Infallible>(respond(&mock, request).await) }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
    // A client that went away and a stream cut on purpose both end here.
    drop(served);
}

async fn respond(mock: &Mock, request: Request<Incoming>) -> Response<Paced> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => Some(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => None,
        // The client broke off: nobody reads the answer.
        Err(_) => Some(Bytes::new()),
    };
    if let Some(path) = parts.uri.path().strip_prefix(control::PREFIX) {
        let body = body.unwrap_or_default();
        let (status, answer) = control::answer(mock, &parts.method, path, &body);
        let body = Paced::buffered(answer.to_string(), &Switches::default());
        return assembled(status, "application/json", Vec::new(), body);
    }
    let serial = mock.served.fetch_add(1, Ordering::SeqCst) + 1;
    let switches = mock.switches();
    let forced = mock.forced_status(&switches);
    let judged = judge(mock, &switches, &parts, body.as_ref());
    let problem = judged.as_ref().err().map(|refusal| refusal.problem.clone());
    let outcome = match forced {
        Some(status) => Err(mock.dialect.refusal(status)),
        None => judged,
    };
    let status = outcome.as_ref().err().map_or(200, |refusal| refusal.status);
    let record = recorded(&parts, body.as_ref(), serial, status, problem);
    if let Err(error) = mock.recorder.keep(record, switches.record.as_deref()) {
        // A closed standard error must not end the server.
        let _ = writeln!(io::stderr(), "mock: --record: {error}");
    }
    // Even a sleep of nothing lasts until the timer's next tick.
    if switches.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(switches.delay_ms)).await;
    }
    match outcome {
        Ok(accepted) => accepted_response(mock, &switches, serial, accepted),
        Err(refusal) => refused_response(mock, &switches, serial, &refusal),
    }
}

/// A request that the provider would serve.
enum Accepted {
    Generate { request: Value, prompt: Box<Prompt> },
    Models(Option<String>),
    Service(Served),
}

fn judge(
    mock: &Mock,
    switches: &Switches,
    parts: &Parts,
    body: Option<&Bytes>,
) -> Result<Accepted, Refusal> {
    let dialect = mock.dialect;
    let path = parts.uri.path();
    let mut services = dialect.services().iter().filter(|_| parts.method == Method::POST);
    if let Some(service) = services.find(|service| service.serves(path)) {
        dialect.admit(&parts.headers, switches.api_key.as_deref())?;
        let body = body.ok_or_else(|| dialect.refusal(413))?;
        let served = service.serve(parts, body);
        return served.map(Accepted::Service).map_err(|problem| dialect.refuse(&problem));
    }
    let operation = dialect.operation(&parts.method, parts.uri.path())?;
    dialect.admit(&parts.headers, switches.api_key.as_deref())?;
    match operation {
        Operation::ListModels => Ok(Accepted::Models(None)),
        Operation::ShowModel(id) => Ok(Accepted::Models(Some(id))),
        Operation::Generate => {
            let body = body.ok_or_else(|| dialect.refusal(413))?;
            let json = is_json(parts);
            let request = super::json::parse(body)
                .map_err(|error| error.to_string())
                .and_then(|value| if json { Ok(value) } else { Err("no JSON content-type".into()) })
                .map_err(|why| dialect.unreadable(&why))?;
            let prompt = Box::new(dialect.read(parts, &request)?);
            Ok(Accepted::Generate { request, prompt })
        }
    }
}

fn is_json(parts: &Parts) -> bool {
    let value = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = value.unwrap_or_default().split(';').next().unwrap_or_default();
    media.trim().eq_ignore_ascii_case("application/json")
}

fn recorded(
    parts: &Parts,
    body: Option<&Bytes>,
    serial: u64,
    status: u16,
    problem: Option<String>,
) -> Value {
    let raw = body.map(|body| String::from_utf8_lossy(body)).unwrap_or_default();
    json!({
        "serial": serial,
        "method": parts.method.as_str(),
        "path": parts.uri.path_and_query().map_or("", |path| path.as_str()),
        "headers": headers_as_json(&parts.headers),
        "body": serde_json::from_str::<Value>(&raw).unwrap_or(Value::Null),
        "raw": raw,
        "accepted": problem.is_none(),
        "problem": problem,
        "status": status,
    })
}

fn accepted_response(
    mock: &Mock,
    switches: &Switches,
    serial: u64,
    accepted: Accepted,
) -> Response<Paced> {
    let headers = mock.dialect.headers(serial);
    let (media, body) = match accepted {
        Accepted::Service(Served::Json(answer)) => {
            ("application/json", Paced::buffered(answer.to_string(), switches))
        }
        Accepted::Service(Served::Events(events)) => {
            ("text/event-stream; charset=utf-8", Paced::streamed(&events, Framing::Sse, switches))
        }
        Accepted::Models(id) => {
            let models = mock.dialect.models(id.as_deref()).to_string();
            ("application/json", Paced::buffered(models, switches))
        }
        Accepted::Generate { request, prompt } => {
            let replies = (0..prompt.choices.max(1)).map(|n| model::reply(&prompt, n)).collect();
            let turn = Turn { serial, request: &request, prompt: &prompt, replies };
            if prompt.stream {
                let mut events = mock.dialect.events(&turn);
                if let Some(kept) = switches.error_after {
                    events.truncate(usize::try_from(kept).unwrap_or(usize::MAX));
                    events.push(mock.dialect.error_event(&mock.dialect.refusal(529), serial));
                }
                let framing = mock.dialect.framing();
                let media = match framing {
                    Framing::Sse => "text/event-stream; charset=utf-8",
                    other => other.media_type(),
                };
                (media, Paced::streamed(&events, framing, switches))
            } else {
                let answer = mock.dialect.answer(&turn).to_string();
                ("application/json", Paced::buffered(answer, switches))
            }
        }
    };
    dressed(200, media, headers, body, switches)
}

fn refused_response(
    mock: &Mock,
    switches: &Switches,
    serial: u64,
    refusal: &Refusal,
) -> Response<Paced> {
    let mut headers = mock.dialect.headers(serial);
    if refusal.status == 429 {
        headers.push(("retry-after", "1".to_owned()));
    }
    let status = refusal.status;
    let (media, body) = match switches.error_body {
        None => ("application/json", mock.dialect.error_body(refusal, serial).to_string()),
        Some(ErrorBody::Empty) => ("application/json", String::new()),
        Some(ErrorBody::Text) => ("text/plain", format!("error {status} from upstream")),
        Some(ErrorBody::UnknownJson) => {
            ("application/json", json!({"fault": {"reason": "unexpected"}}).to_string())
        }
        Some(ErrorBody::Html) => {
            let page = format!(
                "<!DOCTYPE html>\n<html><head><title>{status}</title></head>\
                 <body><h1>Error {status}</h1><p>The server could not answer.</p></body></html>\n"
            );
            ("text/html; charset=utf-8", page)
        }
    };
    dressed(status, media, headers, Paced::buffered(body, switches), switches)
}

/// An answer with what the switches change about every answer.
fn dressed(
    status: u16,
    media: &str,
    headers: Vec<(&'static str, String)>,
    body: Paced,
    switches: &Switches,
) -> Response<Paced> {
    let media = switches.content_type.as_deref().unwrap_or(media);
    let mut response = assembled(status, media, headers, body);
    if switches.gzip {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

fn assembled(
    status: u16,
    media: &str,
    headers: Vec<(&'static str, String)>,
    body: Paced,
) -> Response<Paced> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    if let Ok(media) = HeaderValue::from_str(media) {
        response.headers_mut().insert(CONTENT_TYPE, media);
    }
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}
