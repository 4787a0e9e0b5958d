//! One request's run through a pipeline: what the host tells comes in, what the host shall do goes out.

use std::rc::Rc;

use chat::framing::{self, Framing};
use chat::{Event, Problem};
use dialects::{Dialect, Endpoint};

use crate::callout::Round;
use crate::glance::{self, Unparsed};
use crate::message::{Body, Content};
use crate::reply::{self, Reply};
use crate::{
    Answered, Callout, Edit, Exchange, HeaderMode, Headers, Pipeline, Reading, Request, Response,
    Stop, Turn, UnknownPaths, facts,
};

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

/// An answer that is being read.
#[derive(Debug)]
struct Answering {
    headers: Headers,
    readings: Vec<Reading>,
    /// Reads what the provider sends.
    decoder: framing::Decoder,
    /// Writes what the client gets.
    framing: Framing,
    /// The host holds the headers until the body has been read.
    held: bool,
    /// The stream ended with an error of ours; what still comes is swallowed.
    failed: bool,
    /// The last event that told the client something.
    last: Option<Event>,
    /// The body cannot be read at all; this takes its place.
    unreadable: Option<Problem>,
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
            Some(Ok(())) => HeadStep::Pass(headers.take_edits()),
            Some(Err(stop)) => HeadStep::Reply(Reply::of(dialect, stop, io)),
            None if headers.has("upgrade") => HeadStep::Pass(Vec::new()),
            None => match self.pipeline.unknown_paths() {
                UnknownPaths::Pass => HeadStep::Pass(Vec::new()),
                UnknownPaths::Reject => {
                    HeadStep::Reply(Reply::error(dialect, &reply::unknown_endpoint(), io))
                }
            },
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

    /// The answer's headers.
    pub fn response_head(
        &mut self,
        mut headers: Headers,
        answer: Answer,
        io: &mut Exchange,
    ) -> HeadStep {
        let Some(request) = self.request.as_mut().filter(|_| answer.from_provider) else {
            return HeadStep::Pass(Vec::new());
        };
        // What comes is framed as the provider says, what goes as the headers say after the turns' edits.
        let came = framing_of(&headers);
        let mut readings: Vec<Reading> = request
            .turns
            .iter_mut()
            .rev()
            .map(|turn| turn.on_response_head(&mut headers, io))
            .collect();
        readings.reverse();
        // The reader next to the provider decides: what it makes of the answer is what the others see.
        let mut readers =
            readings.iter().rev().copied().filter(|reading| *reading != Reading::Pass);
        let reading = readers.next().unwrap_or(Reading::Pass);
        if reading == Reading::Pass {
            return HeadStep::Pass(headers.take_edits());
        }
        let unreadable = headers.is_encoded().then(reply::compressed_response);
        let reading = if unreadable.is_some() { Reading::Buffer } else { reading };
        if let Some(problem) = &unreadable {
            headers.remove("content-encoding");
            headers.set_error(request.dialect.encode_error(problem).0);
        }
        if reading == Reading::Stream || !answer.held {
            headers.remove("content-length");
        }
        let edits = headers.take_edits();
        let framing = framing_of(&headers);
        let decoder = came.decoder(self.pipeline.settings.max_event_bytes);
        self.response = Some(Answering {
            headers,
            readings,
            decoder,
            framing,
            held: answer.held,
            failed: false,
            last: None,
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
        let mut kept = Vec::new();
        if let Some(response) = &mut self.response {
            response.held = true;
            kept = response.headers.about_limits();
        }
        match self.response_body(Vec::new(), io) {
            BodyStep::Forward { body: Some(body), edits: later } => {
                let status = status_in(&later).or(status).unwrap_or(502);
                if retriable && (status == 429 || status >= 500) {
                    edits.push(Edit::Set(":status".to_owned(), status.to_string().into_bytes()));
                    return HeadStep::Stream(edits);
                }
                let mut reply = Reply::json(status, body, "translated_error");
                reply.headers.extend(kept);
                HeadStep::Reply(reply)
            }
            BodyStep::Reply(reply) => HeadStep::Reply(reply),
            // Nobody can wait here, and there is nothing to ask about.
            BodyStep::Forward { body: None, .. } | BodyStep::Wait(_) => {
                self.waiting = None;
                HeadStep::Stream(edits)
            }
        }
    }

    /// The body under way is `size` bytes by now: an answer if that is too much.
    pub fn response_body_grew(&mut self, size: usize, io: &mut Exchange) -> Option<Reply> {
        let limit = self.pipeline.settings.max_response_bytes;
        let request = self.request.as_ref().filter(|_| size > limit)?;
        let reply = Reply::error(request.dialect, &reply::response_too_large(limit), io);
        self.response = None;
        Some(reply)
    }

    /// The answer's whole body.
    pub fn response_body(&mut self, bytes: Vec<u8>, io: &mut Exchange) -> BodyStep {
        let Some(mut answering) = self.response.take() else { return untouched() };
        let mut headers = std::mem::take(&mut answering.headers);
        let answer = Unparsed::new(bytes);
        if let Some(problem) = answering.unreadable.take() {
            let response = Response { headers, content: answer.parse() };
            return self.write_response(response, &answering, Err(problem.into()), io);
        }
        let turns = self.request.as_mut().map_or(&mut [][..], |request| &mut request.turns);
        match glance::glance(turns, &answering.readings, answer, &mut headers, io) {
            Ok(content) => {
                self.write_response(Response { headers, content }, &answering, Ok(()), io)
            }
            Err((answer, last)) => {
                let response = Response { headers, content: answer.parse() };
                self.show_response(response, answering, last, None, io)
            }
        }
    }

    /// Shows the buffered answer to the turns from `last` down; to that one the answers it waited for, if there
    /// are any.
    fn show_response(
        &mut self,
        mut response: Response,
        answering: Answering,
        last: usize,
        mut answers: Option<Vec<Answered>>,
        io: &mut Exchange,
    ) -> BodyStep {
        let Some(request) = &mut self.request else { return untouched() };
        let readers = request.turns.iter_mut().zip(&answering.readings).enumerate().rev();
        for (index, (turn, reading)) in readers {
            if index > last || *reading == Reading::Pass {
                continue;
            }
            if let Some(framing) = told_as_stream(&response).filter(|_| *reading == Reading::Stream)
            {
                return self.show_told_stream(response, answering, index, framing, io);
            }
            let verdict = match answers.take() {
                Some(answers) => turn.on_response_answers(answers, &mut response, io),
                None => turn.on_response(&mut response, io),
            };
            if verdict.is_err() {
                return self.write_response(response, &answering, verdict, io);
            }
            if !io.callouts.is_empty() {
                return self.wait(index, Message::Response(Box::new((response, answering))), io);
            }
        }
        self.write_response(response, &answering, Ok(()), io)
    }

    /// A whole answer that one turn made a stream of: the turns from `last` down see its events.
    fn show_told_stream(
        &mut self,
        mut response: Response,
        answering: Answering,
        last: usize,
        framing: Framing,
        io: &mut Exchange,
    ) -> BodyStep {
        let Some(request) = &mut self.request else { return untouched() };
        let (Content::Other(bytes) | Content::Written(bytes)) = &response.content else {
            return untouched();
        };
        let mut decoder = framing.decoder(self.pipeline.settings.max_event_bytes);
        let mut events = Vec::new();
        let outcome = decoder.push(bytes, &mut events);
        let failure = outcome.err().map(|error| Stop::from(reply::event_too_large(error)));
        events.extend(decoder.finish());
        let readers = request.turns.iter_mut().zip(&answering.readings).take(last + 1);
        let (events, failure) = through(readers, events, failure, true, io);
        let events = reply::ended(request.dialect, events, failure, None, io);
        let mut bytes = Vec::with_capacity(bytes.len() * 2);
        events.iter().for_each(|event| framing.encode(event, &mut bytes));
        response.content = Content::Written(bytes);
        self.write_response(response, &answering, Ok(()), io)
    }

    fn write_response(
        &mut self,
        response: Response,
        answering: &Answering,
        verdict: Result<(), Stop>,
        io: &mut Exchange,
    ) -> BodyStep {
        io.callouts.clear();
        let mut headers = response.headers;
        let body = match (verdict, &self.request) {
            (Err(stop), Some(request)) => {
                let reply = Reply::of(request.dialect, stop, io);
                headers.set(":status", reply.status.to_string());
                for (name, value) in reply.headers {
                    headers.set(&name, value);
                }
                Some(reply.body)
            }
            _ => response.content.edited_bytes(),
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
        let outcome = answering.decoder.push(bytes, &mut events);
        let failure = outcome.err().map(|error| Stop::from(reply::event_too_large(error)));
        if end {
            events.extend(answering.decoder.finish());
        }
        let readers = request.turns.iter_mut().zip(&answering.readings);
        let (events, failure) = through(readers, events, failure, end, io);
        answering.failed = failure.is_some();
        let events = reply::ended(request.dialect, events, failure, answering.last.as_ref(), io);
        let mut out = Vec::with_capacity(bytes.len() * 2);
        let framing = answering.framing;
        events.iter().for_each(|event| framing.encode(event, &mut out));
        answering.last = reply::last_told(events.into_iter()).or(answering.last.take());
        out
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

/// Shows events to the turns that read, the last one first. What comes out, and why it ended too soon.
fn through<'a>(
    readers: impl DoubleEndedIterator<Item = (&'a mut Box<dyn Turn>, &'a Reading)>,
    mut events: Vec<Event>,
    mut failure: Option<Stop>,
    end: bool,
    io: &mut Exchange,
) -> (Vec<Event>, Option<Stop>) {
    let end = end && failure.is_none();
    for (turn, _) in readers.rev().filter(|(_, reading)| **reading != Reading::Pass) {
        let mut out = Vec::with_capacity(events.len());
        let mut verdict =
            events.into_iter().try_for_each(|event| turn.on_event(event, &mut out, io));
        if end && failure.is_none() && verdict.is_ok() {
            verdict = turn.on_stream_end(&mut out, io);
        }
        failure = failure.or(verdict.err());
        events = out;
    }
    io.callouts.clear();
    (events, failure)
}

/// How a whole body that is a stream by its headers is framed.
fn told_as_stream(response: &Response) -> Option<Framing> {
    match &response.content {
        Content::Json(_) => None,
        Content::Other(_) | Content::Written(_) => Framing::of(&response.headers.media_type()),
    }
}

/// How a streamed answer with these headers is cut into events.
fn framing_of(headers: &Headers) -> Framing {
    Framing::of(&headers.media_type()).unwrap_or_default()
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

fn status_in(edits: &[Edit]) -> Option<u16> {
    edits.iter().rev().find_map(|edit| match edit {
        Edit::Set(name, value) if name == ":status" => {
            std::str::from_utf8(value).ok()?.parse().ok()
        }
        _ => None,
    })
}

fn untouched() -> BodyStep {
    BodyStep::Forward { edits: Vec::new(), body: None }
}
