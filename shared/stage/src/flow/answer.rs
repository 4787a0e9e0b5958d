//! The way of an answer through a pipeline: back through the turns of its request.

use chat::framing::{self, Framing};
use chat::{Event, Problem};

use super::{BodyStep, Flow, HeadStep, Message, exact_length, untouched};
use crate::glance::{self, Unparsed};
use crate::message::Content;
use crate::reply::{self, Reply};
use crate::{Answered, Edit, Exchange, Headers, Reading, Response, Stop, Turn};

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

/// An answer that is being read.
#[derive(Debug)]
pub(super) struct Answering {
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

impl Flow {
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
    pub(super) fn show_response(
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
            // The client has been told of a stream already, and would not see an error that is none.
            (Err(stop @ Stop::Problem(_)), Some(request))
                if !answering.held
                    && let Some(framing) = Framing::of(&headers.media_type()) =>
            {
                let events = reply::ended(request.dialect, Vec::new(), Some(stop), None, io);
                let mut body = Vec::new();
                events.iter().for_each(|event| framing.encode(event, &mut body));
                Some(body)
            }
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

fn status_in(edits: &[Edit]) -> Option<u16> {
    edits.iter().rev().find_map(|edit| match edit {
        Edit::Set(name, value) if name == ":status" => {
            std::str::from_utf8(value).ok()?.parse().ok()
        }
        _ => None,
    })
}
