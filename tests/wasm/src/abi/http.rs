//! Maps, buffers, streams, local replies, callouts.

use wasmtime::{FuncType, Linker, Result, Val, ValType};

use super::memory::{bytes, give, put_word};
use super::{Answer, Guest, export, finish, guard};
use crate::Headers;
use crate::exchange::{Deferred, Direction, LocalReply, Map};
use crate::host::{Host, Status};

pub(super) fn link(linker: &mut Linker<Host>) -> Result<()> {
    export!(linker, "proxy_get_header_map_pairs", pairs, (map: i32, at: i32, size_at: i32));
    export!(linker, "proxy_set_header_map_pairs", set_pairs, (map: i32, ptr: i32, len: i32));
    export!(linker, "proxy_get_header_map_size", map_size, (map: i32, at: i32));
    export!(linker, "proxy_get_header_map_value", value,
        (map: i32, key: i32, key_len: i32, at: i32, size_at: i32));
    export!(linker, "proxy_add_header_map_value", add,
        (number: i32, key: i32, key_len: i32, ptr: i32, len: i32));
    export!(linker, "proxy_replace_header_map_value", replace,
        (number: i32, key: i32, key_len: i32, ptr: i32, len: i32));
    export!(linker, "proxy_remove_header_map_value", remove, (map: i32, key: i32, key_len: i32));
    export!(linker, "proxy_get_buffer_bytes", buffer,
        (number: i32, start: i32, max: i32, at: i32, size_at: i32));
    export!(linker, "proxy_get_buffer_status", buffer_status, (number: i32, at: i32, flags_at: i32));
    export!(linker, "proxy_set_buffer_bytes", set_buffer,
        (number: i32, start: i32, size: i32, value: i32, value_len: i32));
    export!(linker, "proxy_continue_stream", continue_stream, (stream: i32));
    export!(linker, "proxy_close_stream", close_stream, (stream: i32));
    export!(linker, "proxy_send_local_response", send_local_response,
        (status: i32, details: i32, details_len: i32, body: i32, body_len: i32,
         headers: i32, headers_len: i32, _grpc_status: i32));
    export!(linker, "proxy_http_call", http_call,
        (cluster: i32, cluster_len: i32, headers: i32, headers_len: i32, body: i32, body_len: i32,
         _trailers: i32, _trailers_len: i32, timeout_ms: i32, token_at: i32));
    for &(name, params, status) in WITHOUT_GRPC {
        let params = std::iter::repeat_n(ValType::I32, params);
        let signature = FuncType::new(linker.engine(), params, [ValType::I32]);
        linker.func_new("env", name, signature, move |guest, _, results| {
            guard(&guest, name)?;
            results.fill(Val::I32(status as i32));
            Ok(())
        })?;
    }
    Ok(())
}

/// gRPC callouts: name, number of parameters, and Envoy's answer where the service or the token is
/// unknown, as here every one is.
const WITHOUT_GRPC: &[(&str, usize, Status)] = &[
    ("proxy_grpc_call", 12, Status::ParseFailure),
    ("proxy_grpc_stream", 9, Status::ParseFailure),
    ("proxy_grpc_send", 4, Status::BadArgument),
    ("proxy_grpc_close", 1, Status::BadArgument),
    ("proxy_grpc_cancel", 1, Status::BadArgument),
];

/// The number of the map that holds the headers of the answer to a call.
const CALL_RESPONSE_HEADERS: i32 = 6;

/// The map of a number of the ABI. Inner `None`: a map of a callout, which is not there, or was read
/// before ([`called`]).
fn map(number: i32) -> std::result::Result<Option<Map>, Status> {
    match number {
        0 => Ok(Some(Map::Headers(Direction::Request))),
        1 => Ok(Some(Map::Trailers(Direction::Request))),
        2 => Ok(Some(Map::Headers(Direction::Response))),
        3 => Ok(Some(Map::Trailers(Direction::Response))),
        4..=7 => Ok(None),
        _ => Err(Status::BadArgument),
    }
}

/// The headers of the answer to a call, in its callback.
fn called(host: &Host, number: i32) -> Option<Headers> {
    let answer = host.call_answer.as_ref().filter(|_| number == CALL_RESPONSE_HEADERS)?;
    Some(answer.headers.clone())
}

/// A map that is not there reads as empty: only the single getter fails.
fn pairs(guest: &mut Guest<'_>, number: i32, at: i32, size_at: i32) -> Answer {
    if let Some(headers) = called(guest.data_mut(), number) {
        return give(guest, &headers.to_pairs(), at, size_at);
    }
    let map = map(number)?;
    let exchange = guest.data_mut().exchange();
    let headers = map.and_then(|map| exchange.and_then(|exchange| exchange.map(map).cloned()));
    let pairs = headers.filter(|headers| !headers.is_empty()).map(|headers| headers.to_pairs());
    give(guest, &pairs.unwrap_or_default(), at, size_at)
}

fn value(
    guest: &mut Guest<'_>,
    number: i32,
    key: i32,
    key_len: i32,
    at: i32,
    size_at: i32,
) -> Answer {
    let map = map(number)?;
    let key = name(guest, key, key_len)?;
    let exchange = guest.data_mut().exchange().ok_or(Status::BadArgument)?;
    let absent = if exchange.access_log { Status::NotFound } else { Status::BadArgument };
    let headers = map.and_then(|map| exchange.map(map)).ok_or(absent)?;
    let value = headers.first(&key).ok_or(Status::NotFound)?.to_vec();
    give(guest, &value, at, size_at)
}

fn map_size(guest: &mut Guest<'_>, number: i32, at: i32) -> Answer {
    let map = map(number)?.ok_or(Status::BadArgument)?;
    let exchange = guest.data_mut().exchange().ok_or(Status::BadArgument)?;
    let size = exchange.map(map).ok_or(Status::BadArgument)?.byte_size();
    put_word(guest, at, u32::try_from(size).unwrap_or(u32::MAX))
}

/// Changes a map, if it can be changed now.
fn edit(guest: &mut Guest<'_>, number: i32, change: impl FnOnce(&mut Headers)) -> Answer {
    let map = map(number)?.ok_or(Status::BadArgument)?;
    let exchange = guest.data_mut().exchange().ok_or(Status::BadArgument)?;
    change(exchange.map_mut(map).ok_or(Status::BadArgument)?);
    Ok(())
}

fn set_pairs(guest: &mut Guest<'_>, number: i32, ptr: i32, len: i32) -> Answer {
    let headers = Headers::from_pairs(&bytes(guest, ptr, len)?);
    edit(guest, number, |map| *map = headers)
}

fn add(
    guest: &mut Guest<'_>,
    number: i32,
    key: i32,
    key_len: i32,
    value: i32,
    value_len: i32,
) -> Answer {
    let key = name(guest, key, key_len)?;
    let value = bytes(guest, value, value_len)?;
    edit(guest, number, |map| map.append(&key, value))
}

fn replace(
    guest: &mut Guest<'_>,
    number: i32,
    key: i32,
    key_len: i32,
    value: i32,
    value_len: i32,
) -> Answer {
    let key = name(guest, key, key_len)?;
    let value = bytes(guest, value, value_len)?;
    edit(guest, number, |map| map.set(&key, value))
}

fn remove(guest: &mut Guest<'_>, number: i32, key: i32, key_len: i32) -> Answer {
    let key = name(guest, key, key_len)?;
    edit(guest, number, |map| map.remove(&key))
}

fn name(guest: &mut Guest<'_>, ptr: i32, len: i32) -> std::result::Result<String, super::Fault> {
    Ok(String::from_utf8_lossy(&bytes(guest, ptr, len)?).into_owned())
}

/// Everything in a buffer of the ABI. A body that is not there now reads as empty.
fn contents(guest: &mut Guest<'_>, number: i32) -> std::result::Result<Vec<u8>, Status> {
    let host = guest.data_mut();
    let body = |host: &mut Host, way| {
        host.exchange().map(|exchange| exchange.body(way).to_vec()).unwrap_or_default()
    };
    match number {
        0 => Ok(body(host, Direction::Request)),
        1 => Ok(body(host, Direction::Response)),
        // Raw connection data, gRPC messages and call data: never anything here.
        2 | 3 | 5 | 8 => Ok(Vec::new()),
        4 => host.call_answer.as_ref().map(|answer| answer.body.clone()).ok_or(Status::NotFound),
        6 => Ok(host.options.vm_configuration.as_bytes().to_vec()),
        7 => host.plugin_configuration.clone().ok_or(Status::NotFound),
        _ => Err(Status::BadArgument),
    }
}

fn buffer(
    guest: &mut Guest<'_>,
    number: i32,
    start: i32,
    max: i32,
    at: i32,
    size_at: i32,
) -> Answer {
    let contents = contents(guest, number)?;
    let (start, max) = (start.cast_unsigned(), max.cast_unsigned());
    let end = start.checked_add(max).ok_or(Status::BadArgument)?;
    let (start, end) = (to_usize(start), to_usize(end).min(contents.len()));
    give(guest, contents.get(start..end).unwrap_or_default(), at, size_at)
}

fn buffer_status(guest: &mut Guest<'_>, number: i32, at: i32, flags_at: i32) -> Answer {
    let len = contents(guest, number)?.len();
    put_word(guest, at, u32::try_from(len).unwrap_or(u32::MAX))?;
    put_word(guest, flags_at, 0)
}

fn set_buffer(
    guest: &mut Guest<'_>,
    number: i32,
    start: i32,
    size: i32,
    value: i32,
    value_len: i32,
) -> Answer {
    contents(guest, number)?;
    let way = match number {
        0 => Direction::Request,
        1 => Direction::Response,
        _ => return Err(Status::BadArgument.into()),
    };
    let value = bytes(guest, value, value_len)?;
    let (start, size) = (to_usize(start.cast_unsigned()), to_usize(size.cast_unsigned()));
    let exchange = guest.data_mut().exchange().ok_or(Status::BadArgument)?;
    Ok(exchange.set_body(way, start, size, &value)?)
}

fn to_usize(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

fn continue_stream(guest: &mut Guest<'_>, stream: i32) -> Answer {
    let way = match stream {
        0 => Direction::Request,
        1 => Direction::Response,
        2 => return Ok(()),
        3 => return Err(Status::Unimplemented.into()),
        _ => return Err(Status::BadArgument.into()),
    };
    let host = guest.data_mut();
    let context = host.context();
    if let Some(exchange) = host.exchange() {
        exchange.hide_request();
        host.deferred.push((context, Deferred::Resume(way)));
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "the specification's signature")]
fn http_call(
    guest: &mut Guest<'_>,
    cluster: i32,
    cluster_len: i32,
    headers: i32,
    headers_len: i32,
    body: i32,
    body_len: i32,
    _trailers: i32,
    _trailers_len: i32,
    timeout_ms: i32,
    token_at: i32,
) -> Answer {
    let cluster = name(guest, cluster, cluster_len)?;
    let headers = Headers::from_pairs(&bytes(guest, headers, headers_len)?);
    let body = bytes(guest, body, body_len)?;
    let timeout_ms = timeout_ms.cast_unsigned();
    let token = guest.data_mut().call_out(cluster, headers, body, timeout_ms)?;
    put_word(guest, token_at, token)
}

fn close_stream(guest: &mut Guest<'_>, stream: i32) -> Answer {
    let host = guest.data_mut();
    match stream {
        0 | 1 => {
            let context = host.context();
            if host.exchange().is_some() {
                host.deferred.push((context, Deferred::Reset));
            }
            Ok(())
        }
        2 | 3 => Ok(()),
        _ => Err(Status::BadArgument.into()),
    }
}

/// Always Ok, even where it cannot work; and whatever the callback then returns, it is Pause.
#[expect(clippy::too_many_arguments, reason = "the specification's signature")]
fn send_local_response(
    guest: &mut Guest<'_>,
    status: i32,
    details: i32,
    details_len: i32,
    body: i32,
    body_len: i32,
    headers: i32,
    headers_len: i32,
    _grpc_status: i32,
) -> Answer {
    let details = name(guest, details, details_len)?;
    let reply = LocalReply {
        status: u16::try_from(status).unwrap_or_default(),
        headers: Headers::from_pairs(&bytes(guest, headers, headers_len)?),
        body: bytes(guest, body, body_len)?,
        details: details.replace(char::is_whitespace, "_"),
        by_module: true,
    };
    let host = guest.data_mut();
    host.stop_iteration = true;
    let context = host.context();
    if let Some(exchange) = host.exchange() {
        exchange.replies += 1;
        if exchange.replies > 1 {
            exchange.misuse(format!("local reply number {}", exchange.replies));
        } else if exchange.response.sent.is_some() {
            exchange.misuse("local reply after response headers: the stream is reset");
        }
        host.deferred.push((context, Deferred::Reply(reply)));
    }
    Ok(())
}
