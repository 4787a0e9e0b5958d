//! Whether every filter configuration in the repository loads: `filters/*/config.example.yaml`, the plugin
//! configurations inside `envoy-configs/` and `examples/`, and the `yaml` blocks of the filters' READMEs.

use std::path::{Path, PathBuf};

use serde_json::Value;
use stage::{Filter, config};

pub(crate) fn check(root: &Path) -> Vec<String> {
    let mut problems = Vec::new();
    let mut count = 0;
    for (place, filter, value) in found(root, &mut problems) {
        count += 1;
        let text = value.to_string();
        // Any key will do: whether it is set on this machine is no property of the configuration.
        if let Err(errors) =
            config::load(filter, text.as_bytes(), &|_: &str| Some("key".to_owned()))
        {
            problems.extend(errors.iter().map(|error| format!("{place}: {error}")));
        }
    }
    if count == 0 {
        problems.push("no configurations were found".to_owned());
    }
    problems
}

type Found = (String, &'static Filter, Value);

fn found(root: &Path, problems: &mut Vec<String>) -> Vec<Found> {
    let mut found = Vec::new();
    for filter in catalogue::FILTERS {
        let folder = format!("filters/{}", filter.name);
        let example = format!("{folder}/config.example.yaml");
        match read_yaml(&root.join(&example)) {
            Ok(values) => {
                found.extend(values.into_iter().map(|value| (example.clone(), filter, value)))
            }
            Err(error) => problems.push(format!("{example}: {error}")),
        }
        let readme = format!("{folder}/README.md");
        let text = std::fs::read_to_string(root.join(&readme)).unwrap_or_default();
        let blocks = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
        for block in blocks {
            match serde_yaml_ng::from_str::<Value>(block) {
                Ok(value) => plugins_or_own(&readme, filter, value, &mut found),
                Err(error) => problems.push(format!("{readme}: {error}")),
            }
        }
    }
    for path in yaml_files(root) {
        match read_yaml(&root.join(&path)) {
            Ok(values) => {
                values
                    .iter()
                    .for_each(|value| plugins(&path.display().to_string(), value, &mut found));
            }
            Err(error) => problems.push(format!("{}: {error}", path.display())),
        }
    }
    found
}

/// A README's block is the filter's own configuration, or an Envoy fragment that holds some.
fn plugins_or_own(place: &str, filter: &'static Filter, value: Value, found: &mut Vec<Found>) {
    let before = found.len();
    plugins(place, &value, found);
    if found.len() == before {
        found.push((place.to_owned(), filter, value));
    }
}

/// Plugin configurations anywhere in an Envoy configuration: an object with a `vm_config` and a
/// `configuration` whose module is one of ours.
fn plugins(place: &str, value: &Value, found: &mut Vec<Found>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| plugins(place, item, found)),
        Value::Object(map) => {
            let module =
                value["vm_config"]["code"]["local"]["filename"].as_str().unwrap_or_default();
            let stem =
                Path::new(module).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            if let (Some(filter), Some(config)) =
                (catalogue::by_name(stem), map.get("configuration"))
            {
                found.push((place.to_owned(), filter, unwrapped(config)));
            }
            map.values().for_each(|item| plugins(place, item, found));
        }
        _ => {}
    }
}

/// The JSON inside a `google.protobuf.Struct` or `StringValue`.
fn unwrapped(config: &Value) -> Value {
    match &config["value"] {
        Value::String(text) => serde_json::from_str(text).unwrap_or(Value::Null),
        value => value.clone(),
    }
}

pub(crate) fn yaml_files(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in ["envoy-configs", "examples"] {
        walk(root, Path::new(folder), &mut files);
    }
    files.sort();
    files
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(root.join(folder)).into_iter().flatten().flatten() {
        let path = folder.join(entry.file_name());
        match entry.path().is_dir() {
            true => walk(root, &path, files),
            false if path.extension().is_some_and(|e| e == "yaml" || e == "yml") => {
                files.push(path)
            }
            false => {}
        }
    }
}

pub(crate) fn read_yaml(path: &Path) -> Result<Vec<Value>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    serde_yaml_ng::Deserializer::from_str(&text)
        .map(|document| {
            serde::Deserialize::deserialize(document).map_err(|error| error.to_string())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations_are_found_wherever_envoy_has_them() {
        let envoy = serde_json::json!({"a": [{"config": {
            "vm_config": {"code": {"local": {"filename": "x/provider_translator.wasm"}}},
            "configuration": {"@type": "type.googleapis.com/google.protobuf.Struct", "value": {"targets": {}}},
        }}]});
        let mut found = Vec::new();
        plugins("here", &envoy, &mut found);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].2, serde_json::json!({"targets": {}}));
    }
}
