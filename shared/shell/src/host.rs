//! Host calls: proxy-wasm ABI 0.2.1
//! <https://github.com/proxy-wasm/spec/tree/main/abi-versions/v0.2.1> (read 2026-11-20).
//!
//! Declared here rather than taken from the SDK, whose wrappers panic on statuses that a peer or a client
//! can cause.

#![allow(unsafe_code, reason = "foreign functions; each call's pointers outlive it")]

use std::hash::{BuildHasher, RandomState};
use std::ptr::null_mut;
use std::time::Duration;

use stage::{Callout, Headers, Part, Place};

/// Which message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Request,
    Response,
}

impl Side {
    /// `proxy_buffer_type_t`.
    fn body(self) -> u32 {
        match self {
            Side::Request => 0,
            Side::Response => 1,
        }
    }

    /// `proxy_map_type_t`.
    fn headers(self) -> u32 {
        match self {
            Side::Request => 0,
            Side::Response => 2,
        }
    }
}

/// `proxy_buffer_type_t` of the filter's configuration.
const PLUGIN_CONFIGURATION: u32 = 7;

/// `proxy_buffer_type_t` and `proxy_map_type_t` of the answer to a call.
const CALL_RESPONSE_BODY: u32 = 4;
const CALL_RESPONSE_HEADERS: u32 = 6;

/// A host call's status other than OK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failed(pub(crate) u32);

/// `WasmResult::NotFound`.
const NOT_FOUND: u32 = 1;

type Outcome<T> = Result<T, Failed>;

unsafe extern "C" {
    fn proxy_log(level: u32, data: *const u8, size: usize) -> u32;
    fn proxy_get_log_level(level: *mut u32) -> u32;
    fn proxy_get_current_time_nanoseconds(time: *mut u64) -> u32;
    fn proxy_get_buffer_bytes(
        buffer: u32,
        start: usize,
        max_size: usize,
        data: *mut *mut u8,
        size: *mut usize,
    ) -> u32;
    fn proxy_set_buffer_bytes(
        buffer: u32,
        start: usize,
        size: usize,
        data: *const u8,
        data_size: usize,
    ) -> u32;
    fn proxy_get_header_map_pairs(map: u32, data: *mut *mut u8, size: *mut usize) -> u32;
    fn proxy_replace_header_map_value(
        map: u32,
        key: *const u8,
        key_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> u32;
    fn proxy_remove_header_map_value(map: u32, key: *const u8, key_size: usize) -> u32;
    fn proxy_get_property(
        path: *const u8,
        path_size: usize,
        data: *mut *mut u8,
        size: *mut usize,
    ) -> u32;
    fn proxy_set_property(
        path: *const u8,
        path_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> u32;
    fn proxy_send_local_response(
        status: u32,
        details: *const u8,
        details_size: usize,
        body: *const u8,
        body_size: usize,
        headers: *const u8,
        headers_size: usize,
        grpc_status: i32,
    ) -> u32;
    fn proxy_get_shared_data(
        key: *const u8,
        key_size: usize,
        data: *mut *mut u8,
        size: *mut usize,
        version: *mut u32,
    ) -> u32;
    fn proxy_set_shared_data(
        key: *const u8,
        key_size: usize,
        value: *const u8,
        value_size: usize,
        version: u32,
    ) -> u32;
    fn proxy_continue_stream(stream: u32) -> u32;
    fn proxy_define_metric(kind: u32, name: *const u8, name_size: usize, id: *mut u32) -> u32;
    fn proxy_increment_metric(id: u32, offset: i64) -> u32;
    fn proxy_record_metric(id: u32, value: u64) -> u32;
}

fn done(status: u32) -> Outcome<()> {
    match status {
        0 => Ok(()),
        status => Err(Failed(status)),
    }
}

/// Bytes that the host wrote into memory it had this module allocate.
fn returned(status: u32, data: *mut u8, size: usize) -> Outcome<Vec<u8>> {
    done(status)?;
    if data.is_null() || size == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: the host allocated exactly `size` bytes through `proxy_on_memory_allocate`, which the SDK
    // implements by forgetting a `Vec<u8>` of that capacity, and gave up its claim on them.
    Ok(unsafe { Vec::from_raw_parts(data, size, size) })
}

pub(crate) fn log(level: u32, message: &str) {
    // SAFETY: the message outlives the call. A log line that the host refuses has no other place to go.
    let _ = unsafe { proxy_log(level, message.as_ptr(), message.len()) };
}

/// The level from which on the host shows log lines: 0 trace … 5 critical.
pub(crate) fn log_level() -> u32 {
    let mut level = 0;
    // SAFETY: the pointer is valid for the call.
    match unsafe { proxy_get_log_level(&raw mut level) } {
        0 => level,
        _ => 2,
    }
}

/// Unix time in nanoseconds; 0 if the host has none.
pub(crate) fn now() -> u64 {
    let mut time = 0;
    // SAFETY: the pointer is valid for the call.
    let _ = unsafe { proxy_get_current_time_nanoseconds(&raw mut time) };
    time
}

pub(crate) fn configuration(size: usize) -> Outcome<Vec<u8>> {
    buffer(PLUGIN_CONFIGURATION, size)
}

pub(crate) fn body(side: Side, size: usize) -> Outcome<Vec<u8>> {
    buffer(side.body(), size)
}

fn buffer(kind: u32, size: usize) -> Outcome<Vec<u8>> {
    let (mut data, mut returned_size) = (null_mut(), 0);
    // SAFETY: the pointers are valid for the call.
    let status =
        unsafe { proxy_get_buffer_bytes(kind, 0, size, &raw mut data, &raw mut returned_size) };
    match status {
        NOT_FOUND => Ok(Vec::new()),
        status => returned(status, data, returned_size),
    }
}

/// Puts `bytes` in place of the whole body, of which `size` bytes are there.
pub(crate) fn set_body(side: Side, size: usize, bytes: &[u8]) -> Outcome<()> {
    // SAFETY: `bytes` outlives the call.
    done(unsafe { proxy_set_buffer_bytes(side.body(), 0, size, bytes.as_ptr(), bytes.len()) })
}

/// All headers, pseudo-headers included.
pub(crate) fn headers(side: Side) -> Outcome<Headers> {
    map(side.headers())
}

fn map(kind: u32) -> Outcome<Headers> {
    let (mut data, mut size) = (null_mut(), 0);
    // SAFETY: the pointers are valid for the call.
    let status = unsafe { proxy_get_header_map_pairs(kind, &raw mut data, &raw mut size) };
    Ok(read_map(returned(status, data, size)?))
}

/// Reads a map as the host gives it: count, then the sizes of each key and value, then each with a NUL behind it;
/// numbers are 32 bits, little endian.
fn read_map(bytes: Vec<u8>) -> Headers {
    let (count, sizes) = bytes.split_first_chunk().unwrap_or((&[0; 4], &[]));
    let (sizes, _) = sizes.as_chunks::<8>();
    let count = u32::from_le_bytes(*count) as usize;
    let mut at = count.saturating_mul(8).saturating_add(4);
    let mut next = |size: u32| {
        let part = Part { start: at, length: size as usize };
        at = at.saturating_add(part.length).saturating_add(1);
        part
    };
    let place = |sizes: &[u8; 8]| {
        let sizes = u64::from_le_bytes(*sizes);
        Place { name: next(sizes as u32), value: next((sizes >> 32) as u32) }
    };
    let places = sizes.iter().take(count).map(place).collect();
    Headers::within(bytes, places)
}

/// Encodes a map as the host does, see [`read_map`].
fn serialized(list: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let number = |bytes: &mut Vec<u8>, number: usize| {
        bytes.extend_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
    };
    number(&mut bytes, list.len());
    for (key, value) in list {
        number(&mut bytes, key.len());
        number(&mut bytes, value.len());
    }
    for (key, value) in list {
        bytes.extend_from_slice(key.as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(value);
        bytes.push(0);
    }
    bytes
}

pub(crate) fn set_header(side: Side, name: &str, value: &[u8]) -> Outcome<()> {
    // SAFETY: name and value outlive the call.
    done(unsafe {
        proxy_replace_header_map_value(
            side.headers(),
            name.as_ptr(),
            name.len(),
            value.as_ptr(),
            value.len(),
        )
    })
}

pub(crate) fn remove_header(side: Side, name: &str) -> Outcome<()> {
    // SAFETY: the name outlives the call.
    done(unsafe { proxy_remove_header_map_value(side.headers(), name.as_ptr(), name.len()) })
}

/// An Envoy attribute by its path, NULs between the parts. `None` if there is none, whatever the reason: at another
/// moment or in another place there may be one.
pub(crate) fn property(path: &str) -> Option<Vec<u8>> {
    let (mut data, mut size) = (null_mut(), 0);
    // SAFETY: the pointers are valid for the call.
    let status =
        unsafe { proxy_get_property(path.as_ptr(), path.len(), &raw mut data, &raw mut size) };
    returned(status, data, size).ok()
}

/// Sets filter state `wasm.NAME`.
pub(crate) fn set_property(name: &str, value: &[u8]) -> Outcome<()> {
    // SAFETY: name and value outlive the call.
    done(unsafe { proxy_set_property(name.as_ptr(), name.len(), value.as_ptr(), value.len()) })
}

pub(crate) fn send_reply(
    status: u16,
    details: &str,
    headers: &[(String, Vec<u8>)],
    body: &[u8],
) -> Outcome<()> {
    let headers = serialized(headers);
    // SAFETY: all slices outlive the call. -1: no gRPC status.
    done(unsafe {
        proxy_send_local_response(
            u32::from(status),
            details.as_ptr(),
            details.len(),
            body.as_ptr(),
            body.len(),
            headers.as_ptr(),
            headers.len(),
            -1,
        )
    })
}

/// Lets a message go on that a callback paused. Edits come before: the host forgets the message's headers.
pub(crate) fn resume(side: Side) {
    // SAFETY: no pointers. A stream that is gone by now has nothing to resume.
    let _ = unsafe { proxy_continue_stream(side.body()) };
}

/// Calls another service; the answer comes with the number returned. By the SDK, which has to know whose it is.
pub(crate) fn http_call(callout: &Callout) -> Outcome<u32> {
    let mut headers = vec![
        (":method", callout.method.as_str()),
        (":path", callout.path.as_str()),
        (":authority", callout.authority.as_str()),
    ];
    headers.extend(callout.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let timeout = Duration::from_millis(u64::from(callout.timeout_ms));
    proxy_wasm::hostcalls::dispatch_http_call(
        &callout.cluster,
        headers,
        Some(&callout.body),
        Vec::new(),
        timeout,
    )
    .map_err(|status| Failed(status as u32))
}

/// The headers of the answer to a call, in its callback.
pub(crate) fn called_headers() -> Headers {
    map(CALL_RESPONSE_HEADERS).unwrap_or_default()
}

/// The body of the answer to a call, in its callback.
pub(crate) fn called_body(size: usize) -> Vec<u8> {
    buffer(CALL_RESPONSE_BODY, size).unwrap_or_default()
}

/// A value that all workers share, and its version.
pub(crate) fn shared_data(key: &str) -> Option<(Vec<u8>, u32)> {
    let (mut data, mut size, mut version) = (null_mut(), 0, 0);
    // SAFETY: key and pointers are valid for the call.
    let status = unsafe {
        proxy_get_shared_data(
            key.as_ptr(),
            key.len(),
            &raw mut data,
            &raw mut size,
            &raw mut version,
        )
    };
    Some((returned(status, data, size).ok()?, version))
}

/// Sets it, if it still has `version` (0: in any case) or was never set.
pub(crate) fn set_shared_data(key: &str, value: &[u8], version: u32) -> Outcome<()> {
    // SAFETY: key and value outlive the call.
    done(unsafe {
        proxy_set_shared_data(key.as_ptr(), key.len(), value.as_ptr(), value.len(), version)
    })
}

/// A word that nobody can foretell: a time under a keyed hash, whose key comes from WASI's `random_get`.
pub(crate) fn random(time: u64) -> u64 {
    // Each state has a key of its own.
    RandomState::new().hash_one(time)
}

/// The id of the metric of that name. `histogram`: else a counter.
pub(crate) fn define_metric(histogram: bool, name: &str) -> Outcome<u32> {
    let mut id = 0;
    let kind = if histogram { 2 } else { 0 };
    // SAFETY: name and pointer are valid for the call.
    done(unsafe { proxy_define_metric(kind, name.as_ptr(), name.len(), &raw mut id) })?;
    Ok(id)
}

/// Adds to a counter. The host refuses 0.
pub(crate) fn increment_metric(id: u32, value: u64) -> Outcome<()> {
    // SAFETY: no pointers.
    done(unsafe { proxy_increment_metric(id, i64::try_from(value).unwrap_or(i64::MAX)) })
}

/// Records a value in a histogram.
pub(crate) fn record_metric(id: u32, value: u64) -> Outcome<()> {
    // SAFETY: no pointers.
    done(unsafe { proxy_record_metric(id, value) })
}
