//! The least that a filter must do which translates both ways: no SDK, no parsing, no logic, no facts. It
//! holds the headers, asks for its target, reads the body, writes one of the same bytes and edits as many
//! headers as the translator does; the same with the answer. `make bench` shows what of Envoy's throughput
//! that alone leaves.

#![allow(unsafe_code, missing_docs, reason = "the plain proxy-wasm ABI 0.2.1, for a benchmark")]

use std::ptr::{null_mut, slice_from_raw_parts_mut};

unsafe extern "C" {
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
}

const CONTINUE: u32 = 0;
const PAUSE: u32 = 1;

/// `proxy_buffer_type_t` and `proxy_map_type_t`.
const REQUEST_BODY: u32 = 0;
const RESPONSE_BODY: u32 = 1;
const REQUEST_HEADERS: u32 = 0;
const RESPONSE_HEADERS: u32 = 2;

const TARGET: &str = "xds\0upstream_host_metadata\0filter_metadata\0tollgate\0target";

/// What the host wrote into memory it had this module allocate.
fn given(call: impl FnOnce(*mut *mut u8, *mut usize) -> u32) -> Box<[u8]> {
    let (mut data, mut size) = (null_mut(), 0);
    if call(&raw mut data, &raw mut size) != 0 || data.is_null() {
        return Box::default();
    }
    // SAFETY: allocated by `proxy_on_memory_allocate` with this size, and the host gave up its claim.
    unsafe { Box::from_raw(slice_from_raw_parts_mut(data, size)) }
}

fn set(map: u32, name: &str, value: &str) {
    // SAFETY: name and value outlive the call.
    unsafe {
        proxy_replace_header_map_value(map, name.as_ptr(), name.len(), value.as_ptr(), value.len())
    };
}

/// Reads the body and writes as many bytes. Returns its length.
fn rewrite(buffer: u32, size: usize) -> String {
    // SAFETY: the pointers are valid for the call.
    let body = given(|at, len| unsafe { proxy_get_buffer_bytes(buffer, 0, size, at, len) });
    // SAFETY: the body outlives the call.
    unsafe { proxy_set_buffer_bytes(buffer, 0, size, body.as_ptr(), body.len()) };
    body.len().to_string()
}

#[unsafe(no_mangle)]
extern "C" fn proxy_abi_version_0_2_1() {}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_memory_allocate(size: usize) -> *mut u8 {
    Box::into_raw(vec![0; size].into_boxed_slice()).cast()
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_context_create(_: u32, _: u32) {}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_vm_start(_: u32, _: usize) -> u32 {
    1
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_configure(_: u32, _: usize) -> u32 {
    1
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_headers(_: u32, _: usize, end: u32) -> u32 {
    // SAFETY: the pointers are valid for the call.
    given(|at, size| unsafe { proxy_get_header_map_pairs(REQUEST_HEADERS, at, size) });
    if end == 0 { PAUSE } else { CONTINUE }
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_body(_: u32, size: usize, end: u32) -> u32 {
    if end == 0 {
        return PAUSE;
    }
    // SAFETY: path and pointers are valid for the call.
    given(|at, len| unsafe { proxy_get_property(TARGET.as_ptr(), TARGET.len(), at, len) });
    let length = rewrite(REQUEST_BODY, size);
    for (name, value) in [
        (":path", "/v1/messages"),
        (":authority", "api.anthropic.com"),
        ("anthropic-version", "2023-06-01"),
        ("x-api-key", "sk-0123456789"),
        ("content-length", &length),
    ] {
        set(REQUEST_HEADERS, name, value);
    }
    let name = "authorization";
    // SAFETY: the name outlives the call.
    unsafe { proxy_remove_header_map_value(REQUEST_HEADERS, name.as_ptr(), name.len()) };
    CONTINUE
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_response_headers(_: u32, _: usize, end: u32) -> u32 {
    // SAFETY: the pointers are valid for the call.
    given(|at, size| unsafe { proxy_get_header_map_pairs(RESPONSE_HEADERS, at, size) });
    if end == 0 { PAUSE } else { CONTINUE }
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_response_body(_: u32, size: usize, end: u32) -> u32 {
    if end == 0 {
        return PAUSE;
    }
    let length = rewrite(RESPONSE_BODY, size);
    set(RESPONSE_HEADERS, "content-length", &length);
    CONTINUE
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_delete(_: u32) {}
