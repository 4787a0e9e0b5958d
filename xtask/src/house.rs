//! The rules of the house that no compiler checks, as tests. ARCHITECTURE.md names them.

use std::fs;
use std::path::{Path, PathBuf};

use dialects::DIALECTS;
use dialects::providers::PROVIDERS;
use stage::metrics::{METRICS, tag_regex};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &Path, files: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            files.push((path, text));
        }
    }
}

fn rust_files(folders: &[&str]) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    folders.iter().for_each(|folder| sources(&root().join(folder), &mut files));
    assert!(files.len() > 5, "{folders:?}");
    files
}

/// The part of a file before its unit tests.
fn product(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap()
}

/// A file of tests: in a folder `tests`, or a module `tests.rs` beside what it tests.
fn is_test(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs")
}

#[test]
fn only_the_shell_imports_proxy_wasm() {
    for folder in fs::read_dir(root().join("shared")).unwrap().flatten() {
        let manifest = fs::read_to_string(folder.path().join("Cargo.toml")).unwrap();
        let imports = manifest.contains("proxy-wasm");
        assert_eq!(imports, folder.file_name() == "shell", "{}", folder.path().display());
    }
    for (path, text) in rust_files(&["filters", "shared"]) {
        let uses = text.replace("proxy_wasm::main!", "");
        let is_filter = path.starts_with(root().join("filters"));
        assert!(!is_filter || !uses.contains("proxy_wasm"), "{}", path.display());
    }
}

#[test]
fn no_provider_is_named_outside_the_registry() {
    for (path, text) in rust_files(&["filters", "shared"]) {
        if path.parent().is_some_and(|folder| folder.ends_with("dialects/src/providers"))
            || is_test(&path)
        {
            continue;
        }
        for provider in PROVIDERS {
            // A dialect may have the name of the provider it comes from; its folder says it once.
            let folder = provider.dialect.name().replace('-', "_");
            if provider.name == provider.dialect.name()
                && path.components().any(|part| part.as_os_str() == folder.as_str())
            {
                continue;
            }
            let quoted = format!("\"{}\"", provider.name);
            // Documentation and facts may give an example.
            let used = product(&text)
                .lines()
                .find(|line| line.contains(&quoted) && !line.contains("example:"));
            assert!(used.is_none(), "{}: {used:?}", path.display());
        }
    }
}

#[test]
fn a_dialect_is_named_in_its_folder_only() {
    for (path, text) in rust_files(&["filters", "shared"]) {
        for dialect in DIALECTS {
            let folder = dialect.name().replace('-', "_");
            // A provider may have the name of the dialect that comes from it.
            let own = path.components().any(|part| part.as_os_str() == folder.as_str())
                || path.parent().is_some_and(|folder| folder.ends_with("dialects/src/providers"));
            if own || is_test(&path) {
                continue;
            }
            let quoted = format!("\"{}\"", dialect.name());
            let used = product(&text)
                .lines()
                .find(|line| line.contains(&quoted) && !line.contains("example:"));
            assert!(used.is_none(), "{}: {used:?}", path.display());
        }
    }
}

#[test]
fn every_filter_has_its_folder_and_every_folder_its_filter() {
    let mut folders: Vec<String> = fs::read_dir(root().join("filters"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    let names: Vec<&str> = catalogue::FILTERS.iter().map(|filter| filter.name).collect();
    assert_eq!(folders, names);
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for name in names {
        assert!(readme.contains(&format!("](filters/{name}/README.md)")), "{name} in README.md");
        let folder = root().join("filters").join(name);
        for file in ["Cargo.toml", "README.md", "config.example.yaml", "src/lib.rs"] {
            assert!(folder.join(file).is_file(), "{name}/{file}");
        }
        let shell = fs::read_to_string(folder.join("src/lib.rs")).unwrap();
        assert!(shell.lines().count() <= 60, "{name}: logic belongs in shared/");
    }
}

/// A crate that nobody lists has tests that nobody runs.
#[test]
fn the_tests_of_every_shared_crate_are_run() {
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let makefile = fs::read_to_string(root().join("Makefile")).unwrap();
    let portable = makefile.lines().find_map(|line| line.strip_prefix("PORTABLE := ")).unwrap();
    for folder in fs::read_dir(root().join("shared")).unwrap().flatten() {
        let name = folder.file_name().to_string_lossy().into_owned();
        if name == "shell" {
            continue;
        }
        assert!(workspace.contains(&format!("\n  \"shared/{name}\",\n")), "{name} in Cargo.toml");
        let mut files = Vec::new();
        sources(&folder.path().join("src"), &mut files);
        let tested = files.iter().any(|(_, text)| text.contains("wasm_bindgen_test as test"));
        assert_eq!(portable.split(' ').any(|listed| listed == name), tested, "{name} in Makefile");
    }
}

#[test]
fn no_file_is_long() {
    for (path, text) in rust_files(&["cli", "filters", "shared", "tests", "xtask"]) {
        let lines = text.lines().count();
        assert!(lines <= 600, "{} has {lines} lines", path.display());
    }
}

#[test]
fn labels_are_taken_out_of_names_as_filters_put_them_in() {
    let labels: std::collections::BTreeSet<&str> =
        METRICS.iter().flat_map(|row| row.labels).copied().collect();
    let mut checked = 0;
    for entry in fs::read_dir(root().join("envoy-configs")).unwrap().flatten() {
        if entry.path().extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let text = fs::read_to_string(entry.path()).unwrap();
        let config: serde_json::Value = serde_yaml_ng::from_str(&text).unwrap();
        let tags = config["stats_config"]["stats_tags"].as_array();
        let mut known = Vec::new();
        for tag in tags.into_iter().flatten() {
            let name = tag["tag_name"].as_str().unwrap();
            assert!(
                labels.contains(name),
                "{}: no metric has a label {name}",
                entry.path().display()
            );
            assert_eq!(tag["regex"], tag_regex(name), "{}", entry.path().display());
            known.push(name);
            checked += 1;
        }
        let whole = ["full.yaml", "separate.yaml"].iter().any(|name| entry.file_name() == *name);
        assert!(!whole || known == labels.iter().copied().collect::<Vec<_>>(), "{known:?}");
    }
    assert!(checked > 20);
}
