//! The filters in an Envoy configuration or in what wraps one for a mesh.

use std::path::Path;

use serde_json::Value;
use stage::Filter;

/// A filter and its configuration.
pub(crate) type Plugin = (&'static Filter, String);

/// The filters in the order in which a request meets them, each once: upstream, where a translator stands, is last.
pub(crate) fn of(config: &Value) -> Vec<Plugin> {
    let mut found: Vec<Plugin> = Vec::new();
    collect(config, &mut found);
    let mut plugins: Vec<Plugin> = Vec::new();
    for (filter, text) in found {
        // Every cluster has the same.
        if plugins.iter().all(|(known, same)| known.name != filter.name || *same != text) {
            plugins.push((filter, text));
        }
    }
    plugins.sort_by_key(|(filter, _)| filter.name == "provider-translator");
    plugins
}

/// The target that the metadata of the first endpoint names: that of a translator upstream, before any retry.
pub(crate) fn first_target(config: &Value) -> Option<String> {
    match config {
        Value::Array(items) => items.iter().find_map(first_target),
        Value::String(text) if text.contains("lb_endpoints") => {
            first_target(&serde_yaml_ng::from_str(text).ok()?)
        }
        Value::Object(map) => {
            let target = config.pointer("/metadata/filter_metadata/tollgate/target");
            let target = target.filter(|_| map.contains_key("endpoint")).and_then(Value::as_str);
            target.map(str::to_owned).or_else(|| map.values().find_map(first_target))
        }
        _ => None,
    }
}

fn collect(value: &Value, found: &mut Vec<Plugin>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        // Kong Mesh and Compose have resources as text.
        Value::String(text) if text.contains("vm_config") => {
            if let Ok(value) = serde_yaml_ng::from_str(text) {
                collect(&value, found);
            }
        }
        Value::Object(map) => {
            let module = value.pointer("/vm_config/code/local/filename").and_then(Value::as_str);
            let stem = module.and_then(|path| Path::new(path).file_stem()?.to_str());
            if let Some(filter) = stem.and_then(catalogue::by_name) {
                found.push((filter, configuration(&value["configuration"])));
            }
            map.values().for_each(|item| collect(item, found));
        }
        _ => {}
    }
}

/// What is inside a `google.protobuf.StringValue`, or a `Struct` as JSON.
fn configuration(value: &Value) -> String {
    match &value["value"] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
