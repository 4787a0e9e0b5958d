//! One HTTP exchange as a test drives it: client on one side, provider on the other.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use crate::callout::{Call, CallAnswer};
use crate::exchange::{Callback, Direction, Exchange, LocalReply};

use crate::host::{Placement, ROOT, Status};
use crate::local_reply::cut;
use crate::vm::Worker;
use crate::{Headers, Message};

/// An open exchange. Frames go in with the methods named `request_…` and `response_…`; what has come
/// out of the filter is read with [`Stream::upstream_request`] and [`Stream::downstream`], at any
/// time. Dropping it finishes it, as a client that goes away does.
pub struct Stream {
    id: u32,
    worker: Rc<RefCell<Worker>>,
}

impl Stream {
    pub(crate) fn new(id: u32, worker: Rc<RefCell<Worker>>) -> Self {
        Self { id, worker }
    }

    /// Sets a property the module can read, such as the chosen host's metadata. Paths that are not
    /// set and that the exchange does not imply are NotFound.
    pub fn set_property(&self, path: &[&str], value: impl AsRef<[u8]>) {
        self.preset(path, Ok(value.as_ref().to_vec()));
    }

    /// Makes reading a property fail. Envoy does that for host metadata in the upstream filters of
    /// an aggregate cluster.
    pub fn fail_property(&self, path: &[&str], status: Status) {
        self.preset(path, Err(status));
    }

    fn preset(&self, path: &[&str], value: Result<Vec<u8>, Status>) {
        let path = path.iter().map(|part| (*part).to_owned()).collect();
        self.change(|exchange| exchange.properties.insert(path, value));
    }

    /// The client's request headers. Without `:authority` and `:scheme` they get Envoy's usual ones.
    ///
    /// # Panics
    ///
    /// If the headers were already sent.
    #[track_caller]
    pub fn request_headers(&self, headers: impl Into<Headers>, end_of_stream: bool) {
        let mut headers = headers.into();
        for (name, value) in [(":authority", "gateway.test"), (":scheme", "http")] {
            if !headers.contains(name) {
                headers.append(name, value);
            }
        }
        let arrived = self.look(|exchange| exchange.request.arrived);
        assert!(!arrived, "the request headers were already sent");
        let mut worker = self.worker.borrow_mut();
        // A dead VM does not hear of it; the headers callback then fails the stream.
        worker.call(self.id, "proxy_on_context_create", &[ROOT.cast_signed()]);
        let alive = worker.is_alive();
        worker.with(self.id, |exchange| exchange.in_vm = alive);
        worker.headers(self.id, Direction::Request, headers, end_of_stream);
    }

    /// A frame of the client's request body.
    ///
    /// # Panics
    ///
    /// If there are no headers yet or the request has ended.
    #[track_caller]
    pub fn request_body(&self, frame: impl AsRef<[u8]>, end_of_stream: bool) {
        if self.is_open(Direction::Request) {
            self.worker.borrow_mut().data(
                self.id,
                Direction::Request,
                frame.as_ref(),
                end_of_stream,
            );
        }
    }

    /// The client's trailers, which end the request.
    ///
    /// # Panics
    ///
    /// If there are no headers yet or the request has ended.
    #[track_caller]
    pub fn request_trailers(&self, trailers: impl Into<Headers>) {
        if self.is_open(Direction::Request) {
            self.worker.borrow_mut().trailers(self.id, Direction::Request, trailers.into());
        }
    }

    /// The provider's response headers. Ignored if the client was already answered.
    ///
    /// # Panics
    ///
    /// If nothing has left toward the provider: then it cannot answer.
    #[track_caller]
    pub fn response_headers(&self, headers: impl Into<Headers>, end_of_stream: bool) {
        let (sent, arrived, aborted) = self.look(|exchange| {
            let response = &exchange.response;
            (exchange.request.sent.is_some(), response.arrived, response.aborted)
        });
        if aborted || self.local_reply().is_some() {
            return;
        }
        assert!(sent, "nothing has left toward the provider, so nothing can come back");
        assert!(!arrived, "the response headers were already sent");
        let mut worker = self.worker.borrow_mut();
        worker.with(self.id, |exchange| exchange.code_details = Some("via_upstream".to_owned()));
        worker.headers(self.id, Direction::Response, headers.into(), end_of_stream);
    }

    /// A frame of the provider's response body. Ignored if the stream was cut or answered locally.
    ///
    /// # Panics
    ///
    /// If there are no headers yet or the response has ended.
    #[track_caller]
    pub fn response_body(&self, frame: impl AsRef<[u8]>, end_of_stream: bool) {
        if self.is_open(Direction::Response) {
            self.worker.borrow_mut().data(
                self.id,
                Direction::Response,
                frame.as_ref(),
                end_of_stream,
            );
        }
    }

    /// The provider's trailers, which end the response.
    ///
    /// # Panics
    ///
    /// If there are no headers yet or the response has ended.
    #[track_caller]
    pub fn response_trailers(&self, trailers: impl Into<Headers>) {
        if self.is_open(Direction::Response) {
            self.worker.borrow_mut().trailers(self.id, Direction::Response, trailers.into());
        }
    }

    #[track_caller]
    fn is_open(&self, way: Direction) -> bool {
        let (arrived, ended, aborted) = self.change(|exchange| {
            let local = exchange.local_reply.is_some();
            let half = exchange.half(way);
            (half.arrived, half.ended, half.aborted || local)
        });
        if aborted {
            return false;
        }
        assert!(arrived, "{way:?} body or trailers before headers");
        assert!(!ended, "{way:?} has already ended");
        true
    }

    /// The module's calls to other services that are not answered yet.
    pub fn calls(&self) -> Vec<Call> {
        let worker = self.worker.borrow();
        worker.host().calls.iter().filter(|call| call.context == self.id).cloned().collect()
    }

    /// A service answers a call.
    ///
    /// # Panics
    ///
    /// If the call is not under way.
    #[track_caller]
    pub fn answer_call(&self, call: &Call, headers: impl Into<Headers>, body: impl AsRef<[u8]>) {
        let answer = CallAnswer { headers: headers.into(), body: body.as_ref().to_vec() };
        self.end_call(call, Some(answer));
    }

    /// A call gets no answer: no connection, or too late.
    ///
    /// # Panics
    ///
    /// If the call is not under way.
    #[track_caller]
    pub fn fail_call(&self, call: &Call) {
        self.end_call(call, None);
    }

    #[track_caller]
    fn end_call(&self, call: &Call, answer: Option<CallAnswer>) {
        let mut worker = self.worker.borrow_mut();
        let calls = &mut worker.host_mut().calls;
        let place = calls.iter().position(|other| other.token == call.token);
        assert!(place.is_some(), "the call is not under way: {call:?}");
        place.map(|place| calls.remove(place));
        let number = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        let size = |answer: &CallAnswer| (number(answer.headers.len()), number(answer.body.len()));
        let (headers, body) = answer.as_ref().map_or((0, 0), size);
        worker.host_mut().call_answer = answer;
        let args = [call.token.cast_signed(), headers, body, 0];
        worker.call(self.id, "proxy_on_http_call_response", &args);
        worker.host_mut().call_answer = None;
        worker.host_mut().stop_iteration = false;
        worker.run_deferred(self.id);
    }

    /// What has left toward the provider; `None` while the headers are held or if nothing ever did.
    pub fn upstream_request(&self) -> Option<Message> {
        self.look(|exchange| exchange.request.sent.clone())
    }

    /// What the client has received. Everything is empty until response headers have left.
    pub fn downstream(&self) -> Message {
        self.look(|exchange| {
            let mut message = exchange.response.sent.clone().unwrap_or_default();
            message.reset.clone_from(&exchange.reset);
            message
        })
    }

    /// The local reply that answered the client, of the module or of the host.
    pub fn local_reply(&self) -> Option<LocalReply> {
        self.look(|exchange| exchange.local_reply.clone())
    }

    /// The bytes of a filter state object, such as `wasm.x` for the property `["x"]`.
    pub fn filter_state(&self, key: &str) -> Option<Vec<u8>> {
        self.look(|exchange| exchange.filter_state.get(key).cloned())
    }

    /// Puts a filter state object there, as an earlier filter would.
    pub fn set_filter_state(&self, key: &str, value: impl AsRef<[u8]>) {
        let value = value.as_ref().to_vec();
        self.change(|exchange| exchange.filter_state.insert(key.to_owned(), value));
    }

    /// `%RESPONSE_CODE_DETAILS%` so far.
    pub fn code_details(&self) -> Option<String> {
        self.look(|exchange| exchange.code_details.clone())
    }

    /// How often the route cache was cleared: by every change of a readable request header map and
    /// by the foreign function.
    pub fn route_cache_cleared(&self) -> u32 {
        self.look(|exchange| exchange.route_cache_cleared)
    }

    /// What the module did that Envoy forgives or answers in its own way, but that is a bug: a second
    /// local reply, headers changed after they had left, required headers removed, and the like.
    pub fn misuse(&self) -> Vec<String> {
        self.look(|exchange| exchange.misuse.clone())
    }

    /// Every call into the VM for this exchange, in order.
    pub fn callbacks(&self) -> Vec<Callback> {
        self.look(|exchange| exchange.callbacks.clone())
    }

    /// Instructions executed by the last callback.
    pub fn last_callback_fuel(&self) -> u64 {
        self.look(|exchange| exchange.callbacks.last().map_or(0, |callback| callback.fuel))
    }

    /// Ends the exchange: `on_log` (downstream filters only), `on_done`, `on_delete`. If the client
    /// has not been answered to the end by now, this is the client going away.
    pub fn finish(&self) {
        let mut worker = self.worker.borrow_mut();
        let log = worker.host().options.placement == Placement::Downstream;
        let first = worker.with(self.id, |exchange| {
            let answered = exchange.response.sent.as_ref().is_some_and(|sent| sent.complete);
            if !answered && exchange.reset.is_none() {
                cut(exchange, "downstream_remote_disconnect");
                exchange.code_details = Some("downstream_remote_disconnect".to_owned());
            }
            !std::mem::replace(&mut exchange.finished, true) && exchange.in_vm
        });
        if first != Some(true) {
            return;
        }
        if log {
            worker.with(self.id, |exchange| exchange.access_log = true);
            worker.call(self.id, "proxy_on_log", &[]);
            worker.with(self.id, |exchange| exchange.access_log = false);
        }
        worker.call_or(self.id, "proxy_on_done", &[], 1);
        worker.call(self.id, "proxy_on_delete", &[]);
        worker.host_mut().stop_iteration = false;
        let id = self.id;
        worker.host_mut().deferred.retain(|(context, _)| *context != id);
        worker.host_mut().calls.retain(|call| call.context != id);
    }

    /// The exchange lives as long as its handle, so there is always one to look at.
    fn look<T: Default>(&self, f: impl FnOnce(&Exchange) -> T) -> T {
        self.worker.borrow().host().exchanges.get(&self.id).map(f).unwrap_or_default()
    }

    fn change<T: Default>(&self, f: impl FnOnce(&mut Exchange) -> T) -> T {
        self.worker.borrow_mut().with(self.id, f).unwrap_or_default()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.finish();
            self.worker.borrow_mut().host_mut().exchanges.remove(&self.id);
        }
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let worker = self.worker.borrow();
        let exchange = worker.host().exchanges.get(&self.id);
        f.debug_struct("Stream").field("id", &self.id).field("exchange", &exchange).finish()
    }
}
