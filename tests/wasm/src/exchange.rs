//! One HTTP exchange as the ABI sees it: which map, buffer and property can be reached when.
//!
//! Modelled on Envoy's `source/extensions/common/wasm/context.cc`, whose pointers into the current
//! headers and frames become the `*_readable` flags here.

use std::collections::BTreeMap;

use crate::host::Status;
use crate::{Headers, Message};

/// Which way a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Request,
    Response,
}

/// Where the filter chain stands for one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Iteration {
    /// Frames pass.
    #[default]
    Continue,
    /// This filter holds what it was given, and is still called with what follows.
    StopSingle,
    /// Everything is held and the filter is not called until it resumes.
    StopAll,
}

/// An effect that Envoy puts off until the callback has returned.
#[derive(Clone, Debug)]
pub(crate) enum Deferred {
    Resume(Direction),
    Reply(LocalReply),
    Reset,
}

impl Deferred {
    pub(crate) fn is_reset(&self) -> bool {
        matches!(self, Self::Reset)
    }
}

/// A response made by the module, or by the host on its behalf (413, 500, 502, 503).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalReply {
    /// HTTP status.
    pub status: u16,
    /// The headers given by the sender, without those the host adds.
    pub headers: Headers,
    /// The body.
    pub body: Vec<u8>,
    /// `%RESPONSE_CODE_DETAILS%`; empty when the Rust SDK sent the reply.
    pub details: String,
    /// Whether the module sent it.
    pub by_module: bool,
}

/// One call into the VM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// The exported function, such as `proxy_on_request_body`.
    pub name: &'static str,
    /// Executed wasm instructions.
    pub fuel: u64,
}

/// One direction of an exchange.
#[derive(Debug, Default)]
pub(crate) struct Half {
    /// Headers have reached the filter.
    pub(crate) arrived: bool,
    pub(crate) headers: Headers,
    pub(crate) headers_readable: bool,
    pub(crate) trailers: Option<Headers>,
    pub(crate) trailers_readable: bool,
    /// The frame of the current body callback.
    pub(crate) frame: Vec<u8>,
    pub(crate) frame_readable: bool,
    /// What the filter manager holds back.
    pub(crate) buffered: Vec<u8>,
    /// The last body callback returned Pause, so the module sees `buffered` and not `frame`.
    pub(crate) buffering: bool,
    pub(crate) iteration: Iteration,
    /// The end of the message has arrived.
    pub(crate) ended: bool,
    /// Nothing more is taken: a local reply or a reset came in between.
    pub(crate) aborted: bool,
    /// What has left, once the headers have.
    pub(crate) sent: Option<Message>,
}

impl Half {
    pub(crate) fn body(&self) -> &[u8] {
        match (self.buffering, self.frame_readable) {
            (true, _) => &self.buffered,
            (false, true) => &self.frame,
            (false, false) => &[],
        }
    }

    fn body_mut(&mut self) -> Option<&mut Vec<u8>> {
        match (self.buffering, self.frame_readable) {
            (true, _) => Some(&mut self.buffered),
            (false, true) => Some(&mut self.frame),
            (false, false) => None,
        }
    }
}

/// A map of the ABI that an HTTP filter without callouts can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Map {
    Headers(Direction),
    Trailers(Direction),
}

/// The state of one exchange.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    pub(crate) request: Half,
    pub(crate) response: Half,
    /// End of stream as told to the last headers or body callback, of either direction.
    pub(crate) end_of_stream: bool,
    /// The filter is an upstream filter.
    pub(crate) upstream: bool,
    /// `on_log` is running: maps are read from the log's own record.
    pub(crate) access_log: bool,
    pub(crate) properties: BTreeMap<Vec<String>, Result<Vec<u8>, Status>>,
    pub(crate) filter_state: BTreeMap<String, Vec<u8>>,
    pub(crate) code_details: Option<String>,
    pub(crate) route_cache_cleared: u32,
    pub(crate) local_reply: Option<LocalReply>,
    pub(crate) replies: u32,
    pub(crate) reset: Option<String>,
    pub(crate) misuse: Vec<String>,
    pub(crate) callbacks: Vec<Callback>,
    pub(crate) in_vm: bool,
    pub(crate) finished: bool,
}

impl Exchange {
    pub(crate) fn half(&mut self, direction: Direction) -> &mut Half {
        match direction {
            Direction::Request => &mut self.request,
            Direction::Response => &mut self.response,
        }
    }

    pub(crate) fn is_head(&self) -> bool {
        self.request.headers.first(":method") == Some(b"HEAD")
    }

    /// The map for reading. A single-header getter answers BadArgument where there is none, but
    /// NotFound in `on_log`; the whole-map getter answers an empty map.
    pub(crate) fn map(&self, map: Map) -> Option<&Headers> {
        let half = match map {
            Map::Headers(Direction::Request) | Map::Trailers(Direction::Request) => &self.request,
            Map::Headers(Direction::Response) | Map::Trailers(Direction::Response) => {
                &self.response
            }
        };
        match map {
            Map::Headers(_) => {
                let readable = if self.access_log { half.arrived } else { half.headers_readable };
                readable.then_some(&half.headers)
            }
            Map::Trailers(Direction::Request) if self.access_log => None,
            Map::Trailers(_) => {
                let readable = self.access_log || half.trailers_readable;
                half.trailers.as_ref().filter(|_| readable)
            }
        }
    }

    /// The map for writing. Writing to trailers that are not there creates them in the body
    /// callback with end of stream.
    pub(crate) fn map_mut(&mut self, map: Map) -> Option<&mut Headers> {
        let end_of_stream = self.end_of_stream;
        match map {
            Map::Headers(direction) => {
                self.note_header_write(direction);
                let half = self.half(direction);
                half.headers_readable.then_some(&mut half.headers)
            }
            Map::Trailers(direction) => {
                let half = self.half(direction);
                if half.trailers.is_none() && half.frame_readable && end_of_stream {
                    half.trailers = Some(Headers::new());
                    half.trailers_readable = true;
                }
                let readable = half.trailers_readable;
                half.trailers.as_mut().filter(|_| readable)
            }
        }
    }

    fn note_header_write(&mut self, direction: Direction) {
        let half = self.half(direction);
        if !half.headers_readable {
            return;
        }
        if half.sent.is_some() {
            self.misuse(format!("{direction:?} headers changed after they had left: no effect"));
        }
        if direction == Direction::Request {
            // Modules of ABI 0.2.1 and older clear it with every change (Envoy PR 36671).
            self.route_cache_cleared += 1;
        }
    }

    pub(crate) fn body(&self, direction: Direction) -> &[u8] {
        match direction {
            Direction::Request => self.request.body(),
            Direction::Response => self.response.body(),
        }
    }

    /// `proxy_set_buffer_bytes`: from 0, `size` bytes are replaced; from the end on, bytes are
    /// appended; in between nothing can be written.
    pub(crate) fn set_body(
        &mut self,
        direction: Direction,
        start: usize,
        size: usize,
        value: &[u8],
    ) -> Result<(), Status> {
        let body = self.half(direction).body_mut().ok_or(Status::BadArgument)?;
        let len = body.len();
        if start == 0 {
            body.splice(..size.min(len), value.iter().copied());
            if size != 0 && size < len {
                self.misuse("a part of the body replaced: only 1.36 and later are known to do it");
            }
            Ok(())
        } else if start >= len {
            body.extend_from_slice(value);
            Ok(())
        } else {
            Err(Status::BadArgument)
        }
    }

    /// `proxy_continue_stream` hides the request's maps and frame, whichever direction resumes.
    pub(crate) fn hide_request(&mut self) {
        self.request.headers_readable = false;
        self.request.frame_readable = false;
        self.request.trailers_readable = false;
    }

    /// Something that Envoy lets pass, or answers in its own way, but no filter should do.
    pub(crate) fn misuse(&mut self, what: impl Into<String>) {
        self.misuse.push(what.into());
    }

    /// A property that the exchange itself implies, or that a test or the module has set.
    pub(crate) fn property(&self, path: &[&str]) -> Result<Vec<u8>, Status> {
        let key: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
        if let Some(value) = self.properties.get(&key) {
            return value.clone();
        }
        let value = match path {
            ["request", rest @ ..] => self.request_property(rest),
            ["response", "code"] => self.response_code(),
            ["response", "code_details"] => self.code_details.clone().map(String::into_bytes),
            ["response", "headers", name] => {
                first(self.map(Map::Headers(Direction::Response)), name)
            }
            ["filter_state", name] => self.filter_state.get(*name).cloned(),
            [name] => self.filter_state.get(&format!("wasm.{name}")).cloned(),
            _ => None,
        };
        value.ok_or(Status::NotFound)
    }

    /// Gone, like the header map, once the headers have passed.
    fn request_property(&self, path: &[&str]) -> Option<Vec<u8>> {
        let headers = self.map(Map::Headers(Direction::Request));
        match path {
            ["path"] => first(headers, ":path"),
            ["url_path"] => {
                let path = first(headers, ":path")?;
                path.split(|b| *b == b'?').next().map(<[u8]>::to_vec)
            }
            ["method"] => first(headers, ":method"),
            ["host"] => first(headers, ":authority"),
            ["scheme"] => first(headers, ":scheme"),
            ["headers", name] => first(headers, name),
            _ => None,
        }
    }

    /// A signed 64-bit little-endian number, as CEL integers are serialised. Upstream filters come
    /// before the router, which is who knows the code.
    fn response_code(&self) -> Option<Vec<u8>> {
        let response = &self.response;
        let known = if self.upstream { response.sent.is_some() } else { response.arrived };
        let status = response.headers.text(":status")?.parse::<i64>().ok()?;
        known.then(|| status.to_le_bytes().to_vec())
    }
}

fn first(headers: Option<&Headers>, name: &str) -> Option<Vec<u8>> {
    headers?.first(name).map(<[u8]>::to_vec)
}
