//! One request's run through a pipeline: what the host tells comes in, what the host shall do goes out.

use std::rc::Rc;

use chat::json::{self, ParseError};
use chat::sse::{self, DecodeError};
use chat::{Kind, Problem};
use dialects::{Dialect, Endpoint};

use crate::message::{Body, Content};
use crate::{
    Edit, Exchange, HeaderMode, Headers, Pipeline, Reading, Request, Response, Turn, UnknownPaths,
    facts, metrics,
};

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
    fn json(status: u16, body: Vec<u8>, cause: &str) -> Reply {
        Reply {
            status,
            headers: vec![("content-type".to_owned(), b"application/json".to_vec())],
            body,
            details: format!("tollgate_{cause}"),
        }
    }
}

/// What to do after a message's headers.
#[derive(Debug, PartialEq, Eq)]
pub enum HeadStep {
    /// Let the message through; nothing more is wanted of it.
    Pass,
    /// Apply the edits, gather the whole body, hand it over.
    Buffer(Vec<Edit>),
    /// Apply the edits, let the headers go, hand over every chunk.
    Stream(Vec<Edit>),
    /// Answer the client with this.
    Reply(Reply),
}

/// What to do after a message's whole body.
#[derive(Debug, PartialEq, Eq)]
pub enum BodyStep {
    /// Apply the edits, put `body` in place of what came if there is one, and let the message go.
    Forward {
        /// Header edits; none unless headers are held.
        edits: Vec<Edit>,
        /// The new body. `None`: the bytes that came.
        body: Option<Vec<u8>>,
    },
    /// Answer the client with this.
    Reply(Reply),
}

/// One request's run through a pipeline.
#[derive(Debug)]
pub struct Flow {
    pipeline: Rc<Pipeline>,
    started: u64,
    request: Option<Addressed>,
    response: Option<Answering>,
}

/// A request that is for us.
#[derive(Debug)]
struct Addressed {
    dialect: &'static dyn Dialect,
    endpoint: &'static Endpoint,
    /// Until the body has been read.
    headers: Headers,
    turns: Vec<Box<dyn Turn>>,
}

/// An answer that is being read.
#[derive(Debug)]
struct Answering {
    headers: Headers,
    readings: Vec<Reading>,
    decoder: sse::Decoder,
    /// The host holds the headers until the body has been read.
    held: bool,
    /// The stream ended with an error of ours; what still comes is swallowed.
    failed: bool,
    /// The body cannot be read at all; this takes its place.
    unreadable: Option<Problem>,
}

/// What the host knows of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// It has no body.
    pub end: bool,
    /// It comes from a provider: it is no local reply of Envoy or of another filter. Those are never touched.
    pub from_provider: bool,
    /// The host will hold the headers while a body is gathered.
    pub held: bool,
    /// The host may still retry by the answer's status, which it never does for a reply of ours: so in Envoy's
    /// upstream chain.
    pub retriable: bool,
}

impl Flow {
    /// Begins a request at `now` (Unix time in nanoseconds).
    pub fn new(pipeline: Rc<Pipeline>, now: u64) -> Flow {
        Flow { pipeline, started: now, request: None, response: None }
    }

    /// Whether there is anything to do for the answer.
    pub fn is_open(&self) -> bool {
        self.request.is_some()
    }

    /// The request's headers. `end`: it has no body.
    pub fn request_head(&mut self, mut headers: Headers, end: bool, io: &mut Exchange) -> HeadStep {
        let method = headers.text(":method").unwrap_or_default();
        if method == "CONNECT" || headers.has("upgrade") {
            return HeadStep::Pass;
        }
        let path = headers.text(":path").unwrap_or_default();
        io.fact(facts::PATH, path.split('?').next().unwrap_or_default());
        let Some((dialect, endpoint)) = dialects::by_path(method, path) else {
            return match self.pipeline.unknown_paths() {
                UnknownPaths::Pass => HeadStep::Pass,
                UnknownPaths::Reject => {
                    let problem = Problem::new(
                        Kind::NotFound,
                        "unknown_endpoint",
                        "this gateway does not serve that method and path",
                    );
                    HeadStep::Reply(reply(
                        dialects::by_headers(|name| headers.has(name)),
                        &problem,
                        io,
                    ))
                }
            };
        };
        io.fact(facts::CLIENT_DIALECT, dialect.name());
        if let Some(problem) = self.unreadable(&headers, end) {
            return HeadStep::Reply(reply(dialect, &problem, io));
        }
        // What comes back must be readable, and clients offer gzip by default.
        headers.remove("accept-encoding");
        if self.pipeline.settings.headers == HeaderMode::Continue {
            // The headers leave before the new length is known.
            headers.remove("content-length");
        }
        let edits = headers.take_edits();
        let turns = self.pipeline.stages.iter().map(|stage| stage.open()).collect();
        self.request = Some(Addressed { dialect, endpoint, headers, turns });
        HeadStep::Buffer(edits)
    }

    fn unreadable(&self, headers: &Headers, end: bool) -> Option<Problem> {
        if headers.is_encoded() {
            return Some(Problem::new(
                Kind::UnsupportedMedia,
                "unsupported_content_encoding",
                "the request body is compressed; send it without content-encoding",
            ));
        }
        if end {
            return Some(empty_body());
        }
        let limit = self.pipeline.settings.max_request_bytes;
        let announced = headers.content_length().unwrap_or(0);
        (announced > limit as u64).then(|| request_too_large(limit))
    }

    /// The body under way is `size` bytes by now: an answer if that is too much.
    pub fn request_body_grew(&mut self, size: usize, io: &mut Exchange) -> Option<Reply> {
        let limit = self.pipeline.settings.max_request_bytes;
        let request = self.request.as_ref().filter(|_| size > limit)?;
        let dialect = request.dialect;
        self.request = None;
        Some(reply(dialect, &request_too_large(limit), io))
    }

    /// The request's whole body.
    pub fn request_body(&mut self, bytes: &[u8], io: &mut Exchange) -> BodyStep {
        let Some(addressed) = &mut self.request else {
            return BodyStep::Forward { edits: Vec::new(), body: None };
        };
        let dialect = addressed.dialect;
        let body = match bytes {
            [] => Err(empty_body()),
            _ => Body::parse(bytes).map_err(unreadable_body),
        };
        let outcome = body.and_then(|body| {
            let headers = std::mem::take(&mut addressed.headers);
            let mut request = Request { headers, dialect, endpoint: addressed.endpoint, body };
            for turn in &mut addressed.turns {
                turn.on_request(&mut request, io)?;
            }
            Ok(request)
        });
        match outcome {
            Ok(mut request) => {
                let body = request.body.edited_bytes();
                if self.pipeline.settings.headers == HeaderMode::Continue {
                    return BodyStep::Forward { edits: Vec::new(), body };
                }
                exact_length(&mut request.headers, body.as_deref());
                BodyStep::Forward { edits: request.headers.take_edits(), body }
            }
            Err(problem) => {
                self.request = None;
                BodyStep::Reply(reply(dialect, &problem, io))
            }
        }
    }

    /// The answer's headers.
    pub fn response_head(
        &mut self,
        mut headers: Headers,
        answer: Answer,
        io: &mut Exchange,
    ) -> HeadStep {
        let Some(request) = self.request.as_mut().filter(|_| answer.from_provider) else {
            return HeadStep::Pass;
        };
        let mut readings: Vec<Reading> = request
            .turns
            .iter_mut()
            .rev()
            .map(|turn| turn.on_response_head(&mut headers, io))
            .collect();
        readings.reverse();
        let reading = readings.iter().copied().max().unwrap_or(Reading::Pass);
        if reading == Reading::Pass {
            return HeadStep::Pass;
        }
        let unreadable = headers.is_encoded().then(compressed);
        let reading = if unreadable.is_some() { Reading::Buffer } else { reading };
        if let Some(problem) = &unreadable {
            headers.remove("content-encoding");
            headers.set_error(request.dialect.encode_error(problem).0);
        }
        if reading == Reading::Stream || !answer.held {
            headers.remove("content-length");
        }
        let edits = headers.take_edits();
        let decoder = sse::Decoder::new(self.pipeline.settings.max_event_bytes);
        self.response = Some(Answering {
            headers,
            readings,
            decoder,
            held: answer.held,
            failed: false,
            unreadable,
        });
        match reading {
            Reading::Stream => HeadStep::Stream(edits),
            _ if answer.end => self.empty_response(answer.retriable, edits, io),
            _ => HeadStep::Buffer(edits),
        }
    }

    /// An answer without a body gives no chance to write one, except by a reply of our own. If the host may
    /// retry by the status, it gets the status.
    fn empty_response(
        &mut self,
        retriable: bool,
        mut edits: Vec<Edit>,
        io: &mut Exchange,
    ) -> HeadStep {
        let status = self.response.as_ref().and_then(|response| response.headers.status());
        if let Some(response) = &mut self.response {
            response.held = true;
        }
        match self.response_body(Vec::new(), io) {
            BodyStep::Forward { body: Some(body), edits: later } => {
                let status = status_in(&later).or(status).unwrap_or(502);
                if retriable && (status == 429 || status >= 500) {
                    edits.push(Edit::Set(":status".to_owned(), status.to_string().into_bytes()));
                    return HeadStep::Stream(edits);
                }
                HeadStep::Reply(Reply::json(status, body, "translated_error"))
            }
            BodyStep::Forward { body: None, .. } => HeadStep::Stream(edits),
            BodyStep::Reply(reply) => HeadStep::Reply(reply),
        }
    }

    /// The body under way is `size` bytes by now: an answer if that is too much.
    pub fn response_body_grew(&mut self, size: usize, io: &mut Exchange) -> Option<Reply> {
        let limit = self.pipeline.settings.max_response_bytes;
        let request = self.request.as_ref().filter(|_| size > limit)?;
        let problem = Problem::bad_gateway(
            "response_too_large",
            format!("the provider's answer is larger than {limit} bytes"),
        );
        let reply = reply(request.dialect, &problem, io);
        self.response = None;
        Some(reply)
    }

    /// The answer's whole body.
    pub fn response_body(&mut self, bytes: Vec<u8>, io: &mut Exchange) -> BodyStep {
        let (Some(request), Some(answering)) = (&mut self.request, self.response.take()) else {
            return BodyStep::Forward { edits: Vec::new(), body: None };
        };
        let mut response = Response { headers: answering.headers, content: Content::read(bytes) };
        let mut readers = request
            .turns
            .iter_mut()
            .zip(&answering.readings)
            .rev()
            .filter(|(_, reading)| **reading != Reading::Pass);
        let verdict = match answering.unreadable {
            Some(problem) => Err(problem),
            None => readers.try_for_each(|(turn, _)| turn.on_response(&mut response, io)),
        };
        let mut headers = response.headers;
        let body = match verdict {
            Ok(()) => response.content.edited_bytes(),
            Err(problem) => {
                let reply = reply(request.dialect, &problem, io);
                headers.set_error(reply.status);
                Some(reply.body)
            }
        };
        if !answering.held {
            return BodyStep::Forward { edits: Vec::new(), body };
        }
        exact_length(&mut headers, body.as_deref());
        BodyStep::Forward { edits: headers.take_edits(), body }
    }

    /// A chunk of a streamed answer: what goes to the client in its place. `end`: the last one.
    pub fn response_chunk(&mut self, bytes: &[u8], end: bool, io: &mut Exchange) -> Vec<u8> {
        let (Some(request), Some(answering)) = (&mut self.request, &mut self.response) else {
            return bytes.to_vec();
        };
        if answering.failed {
            return Vec::new();
        }
        let mut events = Vec::new();
        let mut failure = answering.decoder.push(bytes, &mut events).err().map(event_too_large);
        if end {
            events.extend(answering.decoder.finish());
        }
        let end = end && failure.is_none();
        for (turn, reading) in request.turns.iter_mut().zip(&answering.readings).rev() {
            if *reading == Reading::Pass {
                continue;
            }
            let mut out = Vec::with_capacity(events.len());
            let mut verdict =
                events.into_iter().try_for_each(|event| turn.on_event(event, &mut out, io));
            if end && failure.is_none() && verdict.is_ok() {
                verdict = turn.on_stream_end(&mut out, io);
            }
            failure = failure.or(verdict.err());
            events = out;
        }
        if let Some(problem) = failure {
            answering.failed = true;
            note(&problem, io);
            events.extend(request.dialect.encode_stream_error(&problem));
        }
        let mut out = Vec::with_capacity(bytes.len() * 2);
        events.iter().for_each(|event| sse::encode(event, &mut out));
        out
    }

    /// The exchange is over.
    pub fn end(&mut self, io: &mut Exchange) {
        if let Some(request) = &mut self.request {
            request.turns.iter_mut().for_each(|turn| turn.on_end(io));
            let took = io.now.saturating_sub(self.started) / 1_000_000;
            io.add(metrics::REQUEST_DURATION, &[], took);
        }
    }
}

/// Writes `problem` for a client.
fn reply(dialect: &dyn Dialect, problem: &Problem, io: &mut Exchange) -> Reply {
    note(problem, io);
    let (status, body) = dialect.encode_error(problem);
    let code = problem.code.as_deref().unwrap_or("error");
    Reply::json(status, json::to_bytes(&body), code)
}

fn note(problem: &Problem, io: &mut Exchange) {
    let code = problem.code.as_deref().unwrap_or("error");
    io.fact(facts::ERROR, code);
    io.count(metrics::REJECTED, &[("code", code)]);
}

/// Makes the headers fit a body that was written anew.
fn exact_length(headers: &mut Headers, body: Option<&[u8]>) {
    if let Some(body) = body {
        headers.set("content-length", body.len().to_string());
        for name in ["transfer-encoding", "etag", "content-md5", "digest", "content-digest"] {
            headers.remove(name);
        }
    }
}

fn compressed() -> Problem {
    Problem::bad_gateway(
        "unsupported_content_encoding",
        "the provider's answer is compressed and cannot be read",
    )
}

fn status_in(edits: &[Edit]) -> Option<u16> {
    edits.iter().rev().find_map(|edit| match edit {
        Edit::Set(name, value) if name == ":status" => {
            std::str::from_utf8(value).ok()?.parse().ok()
        }
        _ => None,
    })
}

fn empty_body() -> Problem {
    Problem::new(Kind::InvalidRequest, "empty_body", "the request has no body")
}

fn unreadable_body(error: ParseError) -> Problem {
    let code = match error {
        ParseError::DuplicateKey { .. } => "duplicate_key",
        ParseError::Syntax { .. } => "invalid_json",
    };
    Problem::new(Kind::InvalidRequest, code, format!("the request body cannot be read: {error}"))
}

fn request_too_large(limit: usize) -> Problem {
    Problem::new(
        Kind::TooLarge,
        "request_too_large",
        format!("the request body is larger than {limit} bytes"),
    )
}

fn event_too_large(error: DecodeError) -> Problem {
    Problem::bad_gateway("event_too_large", error.to_string())
}
