//! Logs, time, properties, metrics, shared data, queues and foreign functions.

use wasmtime::{Linker, Result, format_err};

use super::memory::{bytes, give, put, put_word};
use super::{Answer, Guest, export, finish, guard};
use crate::host::{Host, Level, MetricId, ROOT, Status};
use crate::process::Metric;

pub(super) fn link(linker: &mut Linker<Host>) -> Result<()> {
    export!(linker, "proxy_log", log, (level: i32, ptr: i32, len: i32));
    export!(linker, "proxy_get_log_level", log_level, (at: i32));
    export!(linker, "proxy_get_current_time_nanoseconds", now, (at: i32));
    export!(linker, "proxy_set_tick_period_milliseconds", tick_period, (period: i32));
    export!(linker, "proxy_set_effective_context", effective_context, (context: i32));
    export!(linker, "proxy_done", done, ());
    export!(linker, "proxy_get_status", status, (at: i32, message_at: i32, size_at: i32));
    export!(linker, "proxy_get_property", property, (path: i32, len: i32, at: i32, size_at: i32));
    export!(linker, "proxy_set_property", set_property,
        (path: i32, len: i32, value: i32, value_len: i32));
    export!(linker, "proxy_define_metric", define_metric,
        (kind: i32, name: i32, name_len: i32, at: i32));
    export!(linker, "proxy_increment_metric", increment_metric, (id: i32, offset: i64));
    export!(linker, "proxy_record_metric", record_metric, (id: i32, value: i64));
    export!(linker, "proxy_get_metric", metric, (id: i32, at: i32));
    export!(linker, "proxy_get_shared_data", shared_data,
        (key: i32, key_len: i32, at: i32, size_at: i32, cas_at: i32));
    export!(linker, "proxy_set_shared_data", set_shared_data,
        (key: i32, key_len: i32, value: i32, value_len: i32, cas: i32));
    export!(linker, "proxy_register_shared_queue", register_queue,
        (name: i32, name_len: i32, at: i32));
    export!(linker, "proxy_resolve_shared_queue", resolve_queue,
        (vm_id: i32, vm_id_len: i32, name: i32, name_len: i32, at: i32));
    export!(linker, "proxy_enqueue_shared_queue", enqueue, (id: i32, ptr: i32, len: i32));
    export!(linker, "proxy_dequeue_shared_queue", dequeue, (id: i32, at: i32, size_at: i32));
    export!(linker, "proxy_call_foreign_function", foreign_function,
        (name: i32, name_len: i32, args: i32, args_len: i32, at: i32, size_at: i32));
    Ok(())
}

fn log(guest: &mut Guest<'_>, level: i32, ptr: i32, len: i32) -> Answer {
    let level = Level::new(level).ok_or(Status::BadArgument)?;
    let message = bytes(guest, ptr, len)?;
    guest.data_mut().log(level, &message);
    Ok(())
}

fn log_level(guest: &mut Guest<'_>, at: i32) -> Answer {
    let level = guest.data().options.log_level as u32;
    put_word(guest, at, level)
}

fn now(guest: &mut Guest<'_>, at: i32) -> Answer {
    let now = guest.data().now_ns;
    put(guest, at, &now.to_le_bytes())
}

fn tick_period(guest: &mut Guest<'_>, period: i32) -> Answer {
    guest.data_mut().tick_period_ms = period.cast_unsigned();
    Ok(())
}

fn effective_context(guest: &mut Guest<'_>, context: i32) -> Answer {
    let context = context.cast_unsigned();
    let host = guest.data_mut();
    if context != ROOT && !host.exchanges.contains_key(&context) {
        return Err(Status::BadArgument.into());
    }
    host.effective = context;
    Ok(())
}

/// Only a context that answered `on_done` with false may say later that it is done; the simulated
/// host deletes it at once, so there is never one.
fn done(_: &mut Guest<'_>) -> Answer {
    Err(Status::NotFound.into())
}

fn status(guest: &mut Guest<'_>, at: i32, message_at: i32, size_at: i32) -> Answer {
    put_word(guest, at, 0)?;
    give(guest, &[], message_at, size_at)
}

fn property(guest: &mut Guest<'_>, path: i32, len: i32, at: i32, size_at: i32) -> Answer {
    let path = String::from_utf8_lossy(&bytes(guest, path, len)?).into_owned();
    let parts: Vec<&str> = path.split('\0').collect();
    let host = guest.data_mut();
    let value = match parts.as_slice() {
        ["plugin_name"] => host.options.name.as_bytes().to_vec(),
        ["plugin_root_id"] => host.options.root_id.as_bytes().to_vec(),
        ["plugin_vm_id"] => host.options.vm_id.as_bytes().to_vec(),
        _ => match host.exchange().map(|exchange| exchange.property(&parts)) {
            None | Some(Err(Status::NotFound)) => {
                let mut everywhere = host.options.properties.iter();
                let found = everywhere.find(|(path, _)| *path == parts);
                found.map(|(_, value)| value.clone()).ok_or(Status::NotFound)?
            }
            Some(property) => property?,
        },
    };
    give(guest, &value, at, size_at)
}

fn set_property(guest: &mut Guest<'_>, path: i32, len: i32, value: i32, value_len: i32) -> Answer {
    let path = String::from_utf8_lossy(&bytes(guest, path, len)?).into_owned();
    let value = bytes(guest, value, value_len)?;
    let exchange = guest.data_mut().exchange().ok_or(Status::NotFound)?;
    exchange.filter_state.insert(format!("wasm.{path}"), value);
    Ok(())
}

fn define_metric(guest: &mut Guest<'_>, kind: i32, name: i32, name_len: i32, at: i32) -> Answer {
    let initial = match kind {
        0 => Metric::Counter(0),
        1 => Metric::Gauge(0),
        2 => Metric::Histogram(Vec::new()),
        _ => return Err(Status::BadArgument.into()),
    };
    let name = String::from_utf8_lossy(&bytes(guest, name, name_len)?).into_owned();
    let host = guest.data_mut();
    host.options.process.lock().define(&name, initial);
    let id = host.metric_id(kind.cast_unsigned(), name);
    put_word(guest, at, id)
}

fn metric_id(guest: &Guest<'_>, id: i32) -> std::result::Result<MetricId, Status> {
    guest.data().metric_ids.get(&id.cast_unsigned()).cloned().ok_or(Status::NotFound)
}

fn increment_metric(guest: &mut Guest<'_>, id: i32, offset: i64) -> Answer {
    let id = metric_id(guest, id)?;
    Ok(guest.data().options.process.lock().increment(&id.name, offset)?)
}

fn record_metric(guest: &mut Guest<'_>, id: i32, value: i64) -> Answer {
    let id = metric_id(guest, id)?;
    Ok(guest.data().options.process.lock().record(&id.name, value.cast_unsigned())?)
}

fn metric(guest: &mut Guest<'_>, id: i32, at: i32) -> Answer {
    let id = metric_id(guest, id)?;
    let value = guest.data().options.process.lock().read(&id.name)?;
    put(guest, at, &value.to_le_bytes())
}

fn shared_data(
    guest: &mut Guest<'_>,
    key: i32,
    key_len: i32,
    at: i32,
    size_at: i32,
    cas_at: i32,
) -> Answer {
    let key = bytes(guest, key, key_len)?;
    let options = &guest.data().options;
    let (value, cas) = options.process.lock().data(options.vm_id, &key)?;
    give(guest, &value, at, size_at)?;
    put_word(guest, cas_at, cas)
}

fn set_shared_data(
    guest: &mut Guest<'_>,
    key: i32,
    key_len: i32,
    value: i32,
    value_len: i32,
    cas: i32,
) -> Answer {
    let key = bytes(guest, key, key_len)?;
    let value = bytes(guest, value, value_len)?;
    let options = &guest.data().options;
    Ok(options.process.lock().set_data(options.vm_id, &key, value, cas.cast_unsigned())?)
}

fn register_queue(guest: &mut Guest<'_>, name: i32, name_len: i32, at: i32) -> Answer {
    let name = bytes(guest, name, name_len)?;
    let options = &guest.data().options;
    let id = options.process.lock().register_queue(options.vm_id, &name);
    put_word(guest, at, id)
}

fn resolve_queue(
    guest: &mut Guest<'_>,
    vm_id: i32,
    vm_id_len: i32,
    name: i32,
    name_len: i32,
    at: i32,
) -> Answer {
    let vm_id = String::from_utf8_lossy(&bytes(guest, vm_id, vm_id_len)?).into_owned();
    let name = bytes(guest, name, name_len)?;
    let options = &guest.data().options;
    let vm_id = if vm_id.is_empty() { options.vm_id } else { &vm_id };
    let id = options.process.lock().resolve_queue(vm_id, &name)?;
    put_word(guest, at, id)
}

fn enqueue(guest: &mut Guest<'_>, id: i32, ptr: i32, len: i32) -> Answer {
    let item = bytes(guest, ptr, len)?;
    Ok(guest.data().options.process.lock().enqueue(id.cast_unsigned(), item)?)
}

fn dequeue(guest: &mut Guest<'_>, id: i32, at: i32, size_at: i32) -> Answer {
    let item = guest.data().options.process.lock().dequeue(id.cast_unsigned())?;
    give(guest, &item, at, size_at)
}

/// Envoy 1.40's other foreign functions (`source/extensions/common/wasm/foreign.cc`).
const NOT_SIMULATED: &[&str] = &[
    "compress",
    "declare_property",
    "expr_create",
    "expr_delete",
    "expr_evaluate",
    "set_envoy_filter_state",
    "sign",
    "uncompress",
    "verify_signature",
];

fn foreign_function(
    guest: &mut Guest<'_>,
    name: i32,
    name_len: i32,
    _args: i32,
    _args_len: i32,
    at: i32,
    size_at: i32,
) -> Answer {
    let name = String::from_utf8_lossy(&bytes(guest, name, name_len)?).into_owned();
    if NOT_SIMULATED.contains(&name.as_str()) {
        return Err(format_err!("the simulated host has no foreign function {name}").into());
    }
    if name != "clear_route_cache" {
        return Err(Status::NotFound.into());
    }
    if let Some(exchange) = guest.data_mut().exchange() {
        exchange.route_cache_cleared += 1;
    }
    give(guest, &[], at, size_at)
}
