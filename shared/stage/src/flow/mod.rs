//! One request's run through a pipeline: what the host tells comes in, what the host shall do goes out.

mod answer;

use std::rc::Rc;

use chat::Problem;
use dialects::{Dialect, Endpoint};

use crate::callout::Round;
use crate::message::Body;
use crate::reply::{self, Reply};
use crate::{
    Answered, Callout, Edit, Exchange, HeaderMode, Headers, Pipeline, Request, Response, Stop,
    Turn, UnknownPaths, facts,
};
pub use answer::Answer;
use answer::Answering;

/// What to do after a message's headers.
#[derive(Debug, PartialEq, Eq)]
pub enum HeadStep {
    /// Apply the edits and let the message through; nothing more is wanted of it.
    Pass(Vec<Edit>),
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
    /// Ask these services, tell each answer by its place in the list ([`Flow::answered`]), and keep the
    /// message until then.
    Wait(Vec<Callout>),
}

/// One request's run through a pipeline.
#[derive(Debug)]
pub struct Flow {
    pipeline: Rc<Pipeline>,
    started: u64,
    request: Option<Addressed>,
    response: Option<Answering>,
    waiting: Option<Waiting>,
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

/// A message that waits for other services.
#[derive(Debug)]
struct Waiting {
    /// The turn that asked.
    turn: usize,
    round: Round,
    message: Message,
}

#[derive(Debug)]
enum Message {
    Request(Box<Request>),
    Response(Box<(Response, Answering)>),
}

impl Flow {
    /// Begins a request at `now` (Unix time in nanoseconds).
    pub fn new(pipeline: Rc<Pipeline>, now: u64) -> Flow {
        Flow { pipeline, started: now, request: None, response: None, waiting: None }
    }

    /// Whether there is anything to do for the answer.
    pub fn is_open(&self) -> bool {
        self.request.as_ref().is_some_and(|request| {
            self.pipeline.asks_later() || request.turns.iter().any(|turn| turn.wants_answer())
        })
    }

    /// The request's headers. `end`: it has no body.
    pub fn request_head(&mut self, headers: Headers, end: bool, io: &mut Exchange) -> HeadStep {
        self.begin(headers, end, io).unwrap_or_else(|headers| self.unread(headers, io))
    }

    /// The same, for a host that looks up attributes when they are needed.
    ///
    /// # Errors
    /// Nobody reads this request; the stages may still have a say in it, and want to see
    /// [`Exchange::properties`]: [`Flow::unread`] is given the headers then.
    pub fn begin(
        &mut self,
        mut headers: Headers,
        end: bool,
        io: &mut Exchange,
    ) -> Result<HeadStep, Headers> {
        let method = headers.text(":method").unwrap_or_default();
        if method == "CONNECT" {
            return Ok(HeadStep::Pass(Vec::new()));
        }
        if headers.has("upgrade") {
            return Err(headers);
        }
        let path = headers.text(":path").unwrap_or_default();
        io.fact(facts::PATH, path.split('?').next().unwrap_or_default());
        if let Some(stop) = self.pipeline.stages.iter().find_map(|stage| stage.serve(&headers)) {
            let dialect = dialects::by_headers(|name| headers.has(name));
            return Ok(HeadStep::Reply(Reply::of(dialect, stop, io)));
        }
        let Some((dialect, endpoint)) = dialects::by_path(method, path) else {
            return Err(headers);
        };
        io.fact(facts::CLIENT_DIALECT, dialect.name());
        if let Some(problem) = self.unreadable(&headers, end) {
            return Ok(HeadStep::Reply(Reply::error(dialect, &problem, io)));
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
        Ok(HeadStep::Buffer(edits))
    }

    /// What becomes of a request that nobody reads.
    pub fn unread(&mut self, mut headers: Headers, io: &mut Exchange) -> HeadStep {
        let dialect = dialects::by_headers(|name| headers.has(name));
        match self.pipeline.pass(&mut headers, io) {
            Some(Ok(())) => return HeadStep::Pass(headers.take_edits()),
            Some(Err(stop)) => return HeadStep::Reply(Reply::of(dialect, stop, io)),
            None if headers.has("upgrade") => return HeadStep::Pass(Vec::new()),
            None => {}
        }
        let method = headers.text(":method").unwrap_or_default();
        let path = headers.text(":path").unwrap_or_default();
        let refused = match self.pipeline.unknown_paths() {
            Some(UnknownPaths::Pass) => None,
            Some(UnknownPaths::Reject) => Some(dialect),
            // Who says nothing lets pass what is none of the filter's business, not what is written so that it looks it.
            None => dialects::by_lookalike(method, path),
        };
        match refused {
            Some(dialect) => HeadStep::Reply(Reply::error(dialect, &reply::unknown_endpoint(), io)),
            None => HeadStep::Pass(Vec::new()),
        }
    }

    fn unreadable(&self, headers: &Headers, end: bool) -> Option<Problem> {
        if headers.is_encoded() {
            return Some(reply::compressed_request());
        }
        if end {
            return Some(reply::empty_body());
        }
        let limit = self.pipeline.settings.max_request_bytes;
        let announced = headers.content_length().unwrap_or(0);
        (announced > limit as u64).then(|| reply::request_too_large(limit))
    }

    /// The body under way is `size` bytes by now: an answer if that is too much.
    pub fn request_body_grew(&mut self, size: usize, io: &mut Exchange) -> Option<Reply> {
        let limit = self.pipeline.settings.max_request_bytes;
        let request = self.request.as_ref().filter(|_| size > limit)?;
        let dialect = request.dialect;
        Some(self.refuse(dialect, reply::request_too_large(limit).into(), io))
    }

    /// The request's whole body.
    pub fn request_body(&mut self, bytes: &[u8], io: &mut Exchange) -> BodyStep {
        let Some(addressed) = &mut self.request else { return untouched() };
        let dialect = addressed.dialect;
        let body = match bytes {
            [] => Err(reply::empty_body()),
            _ => Body::parse(bytes).map_err(reply::unreadable_body),
        };
        match body {
            Ok(body) => {
                let headers = std::mem::take(&mut addressed.headers);
                let request = Request { headers, dialect, endpoint: addressed.endpoint, body };
                self.show_request(request, 0, None, io)
            }
            Err(problem) => BodyStep::Reply(self.refuse(dialect, problem.into(), io)),
        }
    }

    /// Shows the request to the turns from `first` on; to that one the answers it waited for, if there are any.
    fn show_request(
        &mut self,
        mut request: Request,
        first: usize,
        mut answers: Option<Vec<Answered>>,
        io: &mut Exchange,
    ) -> BodyStep {
        let Some(addressed) = &mut self.request else { return untouched() };
        for (index, turn) in addressed.turns.iter_mut().enumerate().skip(first) {
            let verdict = match answers.take() {
                Some(answers) => turn.on_answers(answers, &mut request, io),
                None => turn.on_request(&mut request, io),
            };
            if let Err(stop) = verdict {
                return BodyStep::Reply(self.refuse(request.dialect, stop, io));
            }
            if !io.callouts.is_empty() {
                return self.wait(index, Message::Request(Box::new(request)), io);
            }
        }
        let body = request.body.edited_bytes();
        if self.pipeline.settings.headers == HeaderMode::Continue {
            return BodyStep::Forward { edits: Vec::new(), body };
        }
        exact_length(&mut request.headers, body.as_deref());
        BodyStep::Forward { edits: request.headers.take_edits(), body }
    }

    /// Ends the exchange before the request left.
    fn refuse(&mut self, dialect: &dyn Dialect, stop: Stop, io: &mut Exchange) -> Reply {
        io.callouts.clear();
        if let Some(request) = &mut self.request.take() {
            request.turns.iter_mut().for_each(|turn| turn.on_end(io));
        }
        Reply::of(dialect, stop, io)
    }

    fn wait(&mut self, turn: usize, message: Message, io: &mut Exchange) -> BodyStep {
        let callouts = std::mem::take(&mut io.callouts);
        self.waiting = Some(Waiting { turn, round: Round::of(callouts.len()), message });
        BodyStep::Wait(callouts)
    }

    /// The answer to a call, by its place in [`BodyStep::Wait`]. `None`: others are still missing.
    pub fn answered(
        &mut self,
        index: usize,
        answer: Answered,
        io: &mut Exchange,
    ) -> Option<BodyStep> {
        if !self.waiting.as_mut()?.round.take_in(index, answer) {
            return None;
        }
        let Waiting { turn, round, message } = self.waiting.take()?;
        let answers = Some(round.into_answers());
        Some(match message {
            Message::Request(request) => self.show_request(*request, turn, answers, io),
            Message::Response(message) => {
                let (response, answering) = *message;
                self.show_response(response, answering, turn, answers, io)
            }
        })
    }

    /// The exchange is over.
    pub fn end(&mut self, io: &mut Exchange) {
        if let Some(request) = &mut self.request {
            request.turns.iter_mut().for_each(|turn| turn.on_end(io));
            let took = io.now.saturating_sub(self.started) / 1_000_000;
            io.record(&self.pipeline.duration, took);
        }
    }
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

fn untouched() -> BodyStep {
    BodyStep::Forward { edits: Vec::new(), body: None }
}
