//! Markdown files, and whether the files and folders that they name exist.

use std::path::{Path, PathBuf};

const SKIPPED: [&str; 4] = [".git", ".tools", "target", "node_modules"];

/// Every Markdown file: its path in the repository and its text.
pub(crate) fn markdown(root: &Path) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    walk(root, Path::new(""), &mut files);
    files.sort();
    files
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(root.join(folder)).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = folder.join(&name);
        if entry.path().is_dir() && !SKIPPED.contains(&name.as_str()) {
            walk(root, &path, files);
        } else if name.ends_with(".md")
            && let Ok(text) = std::fs::read_to_string(entry.path())
        {
            files.push((path, text));
        }
    }
}

/// Problems: names in backticks or links that look like a path of this repository and are none.
pub(crate) fn check(root: &Path) -> Vec<String> {
    markdown(root)
        .into_iter()
        .flat_map(|(file, text)| {
            let missing = |name: &String| !exists(root, &file, name);
            named(&text)
                .into_iter()
                .filter(missing)
                .map(|name| format!("{}: names {name}, which does not exist", file.display()))
                .collect::<Vec<_>>()
        })
        .collect()
}

const FOLDERS: [&str; 9] = [
    "cli/",
    "envoy-configs/",
    "examples/",
    "filters/",
    "fuzz/",
    "schemas/",
    "shared/",
    "tests/",
    "xtask/",
];

fn named(text: &str) -> Vec<String> {
    let quoted = text.split('`').skip(1).step_by(2).map(str::to_owned);
    let quoted = quoted.filter(|name| FOLDERS.iter().any(|folder| name.starts_with(folder)));
    let linked = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    let linked = linked.filter(|link| !link.is_empty() && !link.contains(':')).map(str::to_owned);
    // Placeholders such as `shared/NAME` or `tests/*` are no paths.
    let plain = |name: &String| !name.contains(|c: char| c.is_uppercase() || "*{<… ".contains(c));
    quoted.filter(plain).chain(linked).collect()
}

fn exists(root: &Path, file: &Path, name: &str) -> bool {
    let beside = file.parent().map(|folder| root.join(folder).join(name));
    root.join(name).exists() || beside.is_some_and(|path| path.exists())
}
