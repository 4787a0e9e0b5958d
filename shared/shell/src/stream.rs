//! One request in the host: callbacks to flow, decisions to host calls.

use std::rc::Rc;

use proxy_wasm::traits::{Context, HttpContext};
use proxy_wasm::types::Action;
use stage::{
    Answer, Answered, BodyStep, Callout, CalloutFailed, Edit, Exchange, Flow, HeadStep, HeaderMode,
    Headers, HttpAnswer, Originals, Property, Reply,
};

use crate::effects;
use crate::host::{self, Side};
use crate::root::Plugin;

/// One request in the host.
pub(crate) struct Stream {
    plugin: Rc<Plugin>,
    flow: Flow,
    io: Exchange,
    /// So many facts are in filter state.
    published: usize,
    request: Reading,
    response: Reading,
    /// Set in the upstream chain, where a request may be tried again: what it looked like before.
    attempt: Option<Attempt>,
    /// Calls to other services under way.
    calls: Option<Calls>,
    /// An answer of our own is on its way; it comes back through this filter and is not ours to read.
    replied: bool,
    /// A provider's answer came.
    answered: bool,
    ended: bool,
}

/// How far a message has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Not ours, or done with.
    Pass,
    /// The body is being gathered; so many bytes are there.
    Gather(usize),
    /// Every chunk is handed over.
    Chunks,
}

/// Calls to other services, and the message that waits for them with so many bytes.
struct Calls {
    side: Side,
    size: usize,
    /// The host's numbers for them, each with the flow's.
    tokens: Vec<(u32, usize)>,
}

/// One attempt of the router to serve the request.
struct Attempt {
    /// The request's headers as this attempt found them.
    arrived: Headers,
    originals: Originals,
    /// There are originals that filter state does not have yet.
    noted: bool,
}

impl Attempt {
    /// Leaves the originals for the next attempt.
    fn keep(&mut self) {
        if std::mem::take(&mut self.noted)
            && let Err(failed) = host::set_property(Originals::PROPERTY, self.originals.as_bytes())
        {
            log::warn!("a retry of this request will fail: status {}", failed.0);
        }
    }
}

/// Filter state outlives an attempt, but what a failed one found out is not true of the next. What other
/// filters found out stays.
fn forget(facts: &[&str]) {
    for name in facts {
        if let Err(failed) = host::set_property(name, b"") {
            log::debug!("fact {name} was not forgotten: status {}", failed.0);
        }
    }
}

impl Stream {
    pub(crate) fn new(plugin: Rc<Plugin>) -> Stream {
        let mut io = Exchange::sharing(Rc::clone(&plugin.store), Rc::clone(&plugin.series));
        io.now = host::now();
        let flow = Flow::new(Rc::clone(&plugin.pipeline), io.now);
        Stream {
            plugin,
            flow,
            io,
            published: 0,
            request: Reading::Pass,
            response: Reading::Pass,
            attempt: None,
            calls: None,
            replied: false,
            answered: false,
            ended: false,
        }
    }

    /// Lets the flow work and carries out what it asks for.
    fn run<T>(&mut self, work: impl FnOnce(&mut Flow, &mut Exchange) -> T) -> T {
        let result = work(&mut self.flow, &mut self.io);
        effects::carry_out(&mut self.io, &mut self.published, &self.plugin);
        result
    }

    /// Applies header edits. What the host refuses is told in its log; the message goes on.
    fn apply(&mut self, side: Side, edits: &[Edit]) {
        if let (Side::Request, Some(attempt)) = (side, &mut self.attempt) {
            attempt.noted |= attempt.originals.note(&attempt.arrived, edits);
        }
        for edit in edits {
            let outcome = match edit {
                Edit::Remove(name) => host::remove_header(side, name),
                Edit::Set(name, value) => host::set_header(side, name, value),
            };
            if let Err(failed) = outcome {
                log::warn!("a header edit was not taken: status {}", failed.0);
            }
        }
    }

    fn reply(&mut self, reply: &Reply) -> Action {
        self.request = Reading::Pass;
        self.response = Reading::Pass;
        if !std::mem::replace(&mut self.replied, true) {
            let sent = host::send_reply(reply.status, &reply.details, &reply.headers, &reply.body);
            if let Err(failed) = sent {
                log::warn!("an answer was not taken: status {}", failed.0);
            }
        }
        Action::Pause
    }

    /// The request's headers; in a further attempt, what the client sent.
    fn arrived(&mut self) -> Headers {
        let mut headers = host::headers(Side::Request).unwrap_or_default();
        // Asked of every request: Envoy may share one plugin between a place downstream and one upstream.
        let count = host::property("upstream\0request_attempt_count");
        let count = count.and_then(|count| Some(u64::from_le_bytes(count.try_into().ok()?)));
        // Downstream there is no attempt yet.
        if let Some(count @ 1..) = count {
            if count > 1 {
                forget(self.plugin.pipeline.facts());
            }
            let kept = (count > 1).then(|| host::property(Originals::PROPERTY)).flatten();
            let originals = kept.and_then(Originals::from_bytes).unwrap_or_default();
            let arrived = headers.clone();
            let edits = originals.restore(&mut headers);
            self.apply(Side::Request, &edits);
            self.attempt = Some(Attempt { arrived, originals, noted: false });
        }
        headers
    }

    /// Attributes that the stages asked for.
    fn look(&mut self) {
        for alternatives in self.plugin.pipeline.properties() {
            let found = alternatives.iter().find_map(|at| Some((at, host::property(&at.joined)?)));
            self.io.properties.extend(found.map(|(at, value)| (Rc::clone(&at.path), value)));
        }
    }

    fn finish_request(&mut self, size: usize) -> Action {
        self.request = Reading::Pass;
        let bytes = match host::body(Side::Request, size) {
            Ok(bytes) => bytes,
            Err(failed) => {
                log::warn!("a request body cannot be read: status {}", failed.0);
                Vec::new()
            }
        };
        self.look();
        if self.plugin.pipeline.wants_dice() {
            self.io.dice = host::random(self.io.now);
        }
        let step = self.run(|flow, io| flow.request_body(&bytes, io));
        self.forward(Side::Request, size, step)
    }

    fn finish_response(&mut self, size: usize) -> Action {
        self.response = Reading::Pass;
        let bytes = host::body(Side::Response, size).unwrap_or_default();
        let step = self.run(|flow, io| flow.response_body(bytes, io));
        self.forward(Side::Response, size, step)
    }

    fn forward(&mut self, side: Side, size: usize, step: BodyStep) -> Action {
        match step {
            BodyStep::Forward { edits, body } => {
                self.apply(side, &edits);
                if let (Side::Request, Some(attempt)) = (side, &mut self.attempt) {
                    attempt.keep();
                }
                if let Some(Err(failed)) = body.map(|body| host::set_body(side, size, &body)) {
                    log::warn!("a body was not taken: status {}", failed.0);
                }
                Action::Continue
            }
            BodyStep::Reply(reply) => self.reply(&reply),
            BodyStep::Wait(callouts) => self.call(side, size, &callouts),
        }
    }

    /// Asks other services. A call that the host does not even begin is answered at once; if all are, the
    /// message goes on without waiting.
    fn call(&mut self, side: Side, size: usize, callouts: &[Callout]) -> Action {
        let mut tokens = Vec::with_capacity(callouts.len());
        let mut refused = Vec::new();
        for (index, callout) in callouts.iter().enumerate() {
            match host::http_call(callout) {
                Ok(token) => tokens.push((token, index)),
                Err(failed) => {
                    log::warn!("cluster {} was not called: status {}", callout.cluster, failed.0);
                    refused.push(index);
                }
            }
        }
        self.calls = Some(Calls { side, size, tokens });
        for index in refused {
            let answer = Err(CalloutFailed);
            if let Some(step) = self.run(|flow, io| flow.answered(index, answer, io)) {
                self.calls = None;
                return self.forward(side, size, step);
            }
        }
        Action::Pause
    }

    /// An answer to a call. With the last one that was missing the message goes on.
    fn called(&mut self, token: u32, answer: Answered) {
        let Some(calls) = &mut self.calls else { return };
        let Some(place) = calls.tokens.iter().position(|call| call.0 == token) else { return };
        let (side, size, index) = (calls.side, calls.size, calls.tokens.swap_remove(place).1);
        self.io.now = host::now();
        if let Some(step) = self.run(|flow, io| flow.answered(index, answer, io)) {
            self.calls = None;
            if self.forward(side, size, step) == Action::Continue {
                host::resume(side);
            }
        }
    }

    /// Hands a chunk of a streamed answer to the flow and puts what it gives in its place.
    fn chunk(&mut self, size: usize, end: bool) -> Action {
        let bytes = host::body(Side::Response, size).unwrap_or_default();
        self.io.now = host::now();
        let out = self.run(|flow, io| flow.response_chunk(&bytes, end, io));
        if out != bytes
            && let Err(failed) = host::set_body(Side::Response, size, &out)
        {
            log::warn!("a chunk was not taken: status {}", failed.0);
        }
        Action::Continue
    }

    /// Attributes that were not there when the request came.
    fn look_again(&mut self) {
        let pipeline = &self.plugin.pipeline;
        let unanswered: &[Property] =
            if self.answered { &[] } else { pipeline.unanswered_properties() };
        for late in pipeline.late_properties().iter().chain(unanswered) {
            if let Some(value) = host::property(&late.joined) {
                self.io.properties.insert(Rc::clone(&late.path), value);
            }
        }
    }

    fn end(&mut self) {
        if !std::mem::replace(&mut self.ended, true) {
            if !self.answered {
                self.look_again();
            }
            self.io.now = host::now();
            self.run(Flow::end);
        }
    }
}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, _: usize, end: bool) -> Action {
        let headers = self.arrived();
        let step = match self.run(|flow, io| flow.begin(headers, end, io)) {
            Ok(step) => step,
            Err(headers) => {
                self.look();
                self.run(|flow, io| flow.unread(headers, io))
            }
        };
        match step {
            HeadStep::Pass(edits) => {
                self.apply(Side::Request, &edits);
                if let Some(attempt) = &mut self.attempt {
                    attempt.keep();
                }
                Action::Continue
            }
            HeadStep::Reply(reply) => self.reply(&reply),
            HeadStep::Buffer(edits) | HeadStep::Stream(edits) => {
                self.apply(Side::Request, &edits);
                self.request = Reading::Gather(0);
                match self.plugin.pipeline.settings().headers {
                    HeaderMode::Hold => Action::Pause,
                    HeaderMode::Continue => Action::Continue,
                }
            }
        }
    }

    fn on_http_request_body(&mut self, size: usize, end: bool) -> Action {
        if self.request == Reading::Pass {
            return if self.replied { Action::Pause } else { Action::Continue };
        }
        if let Some(reply) = self.run(|flow, io| flow.request_body_grew(size, io)) {
            return self.reply(&reply);
        }
        self.request = Reading::Gather(size);
        if end { self.finish_request(size) } else { Action::Pause }
    }

    fn on_http_request_trailers(&mut self, _: usize) -> Action {
        match self.request {
            Reading::Gather(size) => self.finish_request(size),
            _ => Action::Continue,
        }
    }

    fn on_http_response_headers(&mut self, _: usize, end: bool) -> Action {
        if self.replied || !self.flow.is_open() {
            return Action::Continue;
        }
        // Local replies never come by in the upstream chain.
        let from_provider = self.attempt.is_some()
            || host::property("response\0code_details").is_some_and(|d| d == b"via_upstream");
        let may_hold = self.attempt.is_none() || self.plugin.holds_upstream_responses();
        let held = may_hold && self.plugin.pipeline.settings().headers == HeaderMode::Hold;
        let headers = host::headers(Side::Response).unwrap_or_default();
        self.answered = from_provider;
        if from_provider {
            self.look_again();
        }
        self.io.now = host::now();
        let retriable = self.attempt.is_some();
        let answer = Answer { end, from_provider, held, retriable };
        match self.run(|flow, io| flow.response_head(headers, answer, io)) {
            HeadStep::Pass(edits) => {
                self.apply(Side::Response, &edits);
                Action::Continue
            }
            HeadStep::Reply(reply) => self.reply(&reply),
            HeadStep::Stream(edits) => {
                self.apply(Side::Response, &edits);
                self.response = Reading::Chunks;
                Action::Continue
            }
            HeadStep::Buffer(edits) => {
                self.apply(Side::Response, &edits);
                self.response = Reading::Gather(0);
                if held { Action::Pause } else { Action::Continue }
            }
        }
    }

    fn on_http_response_body(&mut self, size: usize, end: bool) -> Action {
        match self.response {
            Reading::Pass => Action::Continue,
            Reading::Chunks => self.chunk(size, end),
            Reading::Gather(_) => {
                if let Some(reply) = self.run(|flow, io| flow.response_body_grew(size, io)) {
                    return self.reply(&reply);
                }
                self.response = Reading::Gather(size);
                if end { self.finish_response(size) } else { Action::Pause }
            }
        }
    }

    fn on_http_response_trailers(&mut self, _: usize) -> Action {
        match self.response {
            Reading::Gather(size) => self.finish_response(size),
            // An event without its blank line cannot be delivered any more: behind trailers there is no body.
            _ => Action::Continue,
        }
    }

    fn on_log(&mut self) {
        self.end();
    }
}

impl Context for Stream {
    fn on_http_call_response(&mut self, token: u32, headers: usize, size: usize, _: usize) {
        // Without headers there was no answer.
        let answer = match headers {
            0 => Err(CalloutFailed),
            _ => Ok(HttpAnswer { headers: host::called_headers(), body: host::called_body(size) }),
        };
        self.called(token, answer);
    }

    /// In the upstream chain there is no `on_log`.
    fn on_done(&mut self) -> bool {
        self.end();
        true
    }
}
