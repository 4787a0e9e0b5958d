//! What Envoy does around the callbacks: when they come, what is held, what goes on.
//!
//! Modelled on Envoy's `source/common/http/filter_manager.cc` for a chain of this one filter.

use crate::exchange::{Deferred, Direction, Iteration};
use crate::local_reply::{cut, host_reply};
use crate::vm::Worker;
use crate::{Headers, Message};

/// What a callback's return value means for the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Continue,
    Pause,
    /// A local reply was sent in the callback, or the stream reset: stop, whatever it returned.
    Stop,
}

impl Worker {
    /// Headers reach the filter.
    pub(crate) fn headers(&mut self, id: u32, way: Direction, headers: Headers, end: bool) {
        let hold = self.host().options.hold_headers;
        let count = headers.len();
        self.with(id, |exchange| {
            exchange.end_of_stream = end;
            let half = exchange.half(way);
            half.headers = headers;
            half.headers_readable = true;
            half.arrived = true;
            half.ended = end;
        });
        let name = match way {
            Direction::Request => "proxy_on_request_headers",
            Direction::Response => "proxy_on_response_headers",
        };
        let Some(action) = self.filter(id, name, &[number(count), i32::from(end)]) else { return };
        match action {
            Action::Continue => {
                self.with(id, |exchange| exchange.half(way).headers_readable = false);
                self.release(id, way);
            }
            Action::Pause if hold => self.stop(id, way, Iteration::StopSingle),
            Action::Pause | Action::Stop => self.stop(id, way, Iteration::StopAll),
        }
        self.run_deferred(id);
    }

    /// A body frame reaches the filter.
    pub(crate) fn data(&mut self, id: u32, way: Direction, frame: &[u8], end: bool) {
        let call = self.with(id, |exchange| {
            let half = exchange.half(way);
            half.ended |= end;
            if half.iteration == Iteration::StopAll {
                half.buffered.extend_from_slice(frame);
                return false;
            }
            half.frame = frame.to_vec();
            true
        });
        if call != Some(true) {
            return;
        }
        let buffering = self.with(id, |exchange| exchange.half(way).buffering) == Some(true);
        if buffering && !self.buffer_frame(id, way) {
            return;
        }
        let size = self.with(id, |exchange| {
            exchange.end_of_stream = end;
            exchange.half(way).frame_readable = true;
            exchange.body(way).len()
        });
        let name = match way {
            Direction::Request => "proxy_on_request_body",
            Direction::Response => "proxy_on_response_body",
        };
        let args = [number(size.unwrap_or_default()), i32::from(end)];
        let Some(action) = self.filter(id, name, &args) else { return };
        self.after_data(id, way, action);
        self.run_deferred(id);
    }

    fn after_data(&mut self, id: u32, way: Direction, action: Action) {
        let stopped = self.with(id, |exchange| {
            let half = exchange.half(way);
            half.buffering = action == Action::Pause;
            half.frame_readable &= action != Action::Continue;
            half.iteration != Iteration::Continue
        });
        match action {
            Action::Continue if stopped == Some(true) => {
                if self.buffer_frame(id, way) {
                    self.release(id, way);
                }
            }
            Action::Continue => {
                self.with(id, |exchange| {
                    let half = exchange.half(way);
                    half.buffered.append(&mut half.frame);
                });
                self.release(id, way);
            }
            Action::Pause => {
                self.stop(id, way, Iteration::StopSingle);
                self.buffer_frame(id, way);
            }
            Action::Stop => self.stop(id, way, Iteration::StopSingle),
        }
    }

    /// Trailers reach the filter; they end the message.
    pub(crate) fn trailers(&mut self, id: u32, way: Direction, trailers: Headers) {
        let count = trailers.len();
        let call = self.with(id, |exchange| {
            let half = exchange.half(way);
            half.ended = true;
            half.trailers = Some(trailers);
            half.trailers_readable = half.iteration != Iteration::StopAll;
            half.trailers_readable
        });
        if call != Some(true) {
            return;
        }
        let name = match way {
            Direction::Request => "proxy_on_request_trailers",
            Direction::Response => "proxy_on_response_trailers",
        };
        let Some(action) = self.filter(id, name, &[number(count)]) else { return };
        if action == Action::Continue {
            self.with(id, |exchange| exchange.half(way).trailers_readable = false);
            self.release(id, way);
        } else {
            self.stop(id, way, Iteration::StopSingle);
        }
        self.run_deferred(id);
    }

    /// Calls one stream callback. `None`: the VM is dead, and the stream has been failed.
    fn filter(&mut self, id: u32, name: &'static str, args: &[i32]) -> Option<Action> {
        let result = self.call(id, name, args);
        let host = self.host_mut();
        let reset = host.deferred.iter().any(|(of, effect)| *of == id && effect.is_reset());
        let stopped = std::mem::take(&mut host.stop_iteration) || reset;
        match result {
            None => {
                self.fail_stream(id);
                None
            }
            Some(_) if stopped => Some(Action::Stop),
            Some(0) => Some(Action::Continue),
            Some(_) => Some(Action::Pause),
        }
    }

    fn stop(&mut self, id: u32, way: Direction, iteration: Iteration) {
        self.with(id, |exchange| exchange.half(way).iteration = iteration);
    }

    /// Moves the current frame to what is held. False: that was too much, and has been answered.
    fn buffer_frame(&mut self, id: u32, way: Direction) -> bool {
        let limit = self.host().options.buffer_limit;
        let held = self.with(id, |exchange| {
            let half = exchange.half(way);
            half.buffered.append(&mut half.frame);
            half.buffered.len()
        });
        if held.is_some_and(|held| held <= limit) {
            return true;
        }
        let (status, body, details) = match way {
            Direction::Request => (413, "Payload Too Large", "request_payload_too_large"),
            Direction::Response => (500, "Internal Server Error", "response_payload_too_large"),
        };
        self.local_reply(id, host_reply(status, body, details));
        false
    }

    /// Lets go on what is held: headers if they have not left, body, and the end if it is there.
    fn release(&mut self, id: u32, way: Direction) {
        let statusless = self.with(id, |exchange| {
            let half = exchange.half(way);
            if half.sent.is_some() {
                return false;
            }
            let missing = missing_headers(way, &half.headers);
            if !missing.is_empty() {
                exchange.misuse(format!("{way:?} left without {}", missing.join(" and ")));
            }
            way == Direction::Response && !missing.is_empty()
        });
        if statusless == Some(true) {
            let details =
                "filter_removed_required_response_headers{missing_required_header:_:status}";
            self.local_reply(id, host_reply(502, "missing required header: :status", details));
            return;
        }
        self.with(id, |exchange| {
            let bodiless = exchange.is_head() && way == Direction::Response;
            let half = exchange.half(way);
            half.iteration = Iteration::Continue;
            let headers = &half.headers;
            let message = half.sent.get_or_insert_with(|| Message {
                headers: headers.clone(),
                bodiless,
                ..Message::default()
            });
            message.body.append(&mut half.buffered);
            if half.ended {
                message.trailers.clone_from(&half.trailers);
                message.complete = true;
            }
        });
    }

    /// What Envoy had put off until the callback was over.
    pub(crate) fn run_deferred(&mut self, id: u32) {
        let (now, later) = std::mem::take(&mut self.host_mut().deferred)
            .into_iter()
            .partition(|(context, _)| *context == id);
        self.host_mut().deferred = later;
        let now: Vec<(u32, Deferred)> = now;
        for (_, effect) in now {
            match effect {
                Deferred::Resume(way) => self.resume(id, way),
                Deferred::Reply(reply) => self.local_reply(id, reply),
                Deferred::Reset => {
                    self.with(id, |exchange| {
                        exchange.code_details.get_or_insert_with(|| "wasm_close_stream".to_owned());
                        cut(exchange, "wasm_close_stream");
                    });
                }
            }
        }
    }

    fn resume(&mut self, id: u32, way: Direction) {
        let iteration = self.with(id, |exchange| {
            let half = exchange.half(way);
            let open = half.arrived && !half.aborted;
            if open { half.iteration } else { Iteration::Continue }
        });
        match iteration {
            Some(Iteration::StopSingle) => self.release(id, way),
            Some(Iteration::StopAll) => self.resume_all(id, way),
            Some(Iteration::Continue) | None => {
                self.with(id, |exchange| {
                    exchange.misuse(format!("{way:?} resumed, but not paused"))
                });
            }
        }
    }

    /// The headers pass, and then what had come meanwhile goes *through* the filter.
    fn resume_all(&mut self, id: u32, way: Direction) {
        let Some((frame, ended, trailers)) = self.with(id, |exchange| {
            let half = exchange.half(way);
            half.iteration = Iteration::Continue;
            let frame = std::mem::take(&mut half.buffered);
            (frame, std::mem::take(&mut half.ended), half.trailers.take())
        }) else {
            return;
        };
        // An end without a frame came with the headers: a filter is not called with an empty body.
        if ended && frame.is_empty() && trailers.is_none() {
            self.with(id, |exchange| exchange.half(way).ended = true);
            self.release(id, way);
            return;
        }
        self.release(id, way);
        if !frame.is_empty() {
            self.data(id, way, &frame, ended && trailers.is_none());
        }
        if let Some(trailers) = trailers {
            self.trailers(id, way, trailers);
        }
    }
}

fn missing_headers(way: Direction, headers: &Headers) -> Vec<&'static str> {
    let required: &[&str] = match way {
        Direction::Request => &[":method", ":path", ":authority"],
        Direction::Response => &[":status"],
    };
    let empty = |name: &&&str| headers.first(name).is_none_or(<[u8]>::is_empty);
    required.iter().filter(empty).copied().collect()
}

fn number(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
