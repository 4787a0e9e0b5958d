//! Parameters that several small dialects have no place for, or take with limits.

use chat::json::{Map, Value};

use crate::Drops;
use crate::neutral::Request;
use crate::providers::Provider;

/// Reports what a request says that these dialects have no word for.
pub(crate) fn report_unsaid(request: &Request, reason: &str, drops: &mut Drops) {
    for (name, said) in [
        ("parallel_tool_calls", request.parallel_tool_calls == Some(false)),
        ("user", request.user.is_some()),
        ("service_tier", request.service_tier.is_some()),
        ("cache_control", request.cache.is_some()),
        ("n", request.candidates.is_some_and(|count| count != 1)),
    ] {
        if said {
            drops.add(name, reason);
        }
    }
}

/// Adds stop sequences under `name`, at most so many.
pub(crate) fn put_stops(
    mut stop: Vec<String>,
    (name, most): (&'static str, usize),
    body: &mut Map,
    drops: &mut Drops,
) {
    if stop.len() > most {
        drops.add("stop", format!("only the first {most} are sent"));
        stop.truncate(most);
    }
    if !stop.is_empty() {
        body.put(name, stop);
    }
}

/// Adds those of the further fields that a dialect knows by name and type; the others are reported.
pub(crate) fn put_extras(
    extras: Map,
    (is_known, reason): (fn(&str, &Value) -> bool, &str),
    body: &mut Map,
    drops: &mut Drops,
) {
    for (name, value) in extras {
        match is_known(&name, &value) {
            true => drop(body.insert(name, value)),
            false => drops.lose(name, reason, value),
        }
    }
}

/// Removes fields that the provider refuses: `seed`, `parameters.stop`. Returns whether there were any.
pub(crate) fn remove_unsupported(body: &mut Value, provider: &Provider, drops: &mut Drops) -> bool {
    let mut changed = false;
    for name in provider.quirks.unsupported {
        let (holder, field) = match name.split_once('.') {
            Some((holder, field)) => (body.get_mut(holder), field),
            None => (Some(&mut *body), *name),
        };
        let removed = match holder {
            Some(Value::Object(map)) => map.shift_remove(field),
            _ => None,
        };
        if removed.is_some() {
            drops.add(*name, format!("not supported by {}", provider.name));
            changed = true;
        }
    }
    changed
}
