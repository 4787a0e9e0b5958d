//! Helpers for tests: cuts of a byte stream, fixture files.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// Ways to cut `bytes` into chunks that any stream reader must be indifferent to: in two at every offset,
/// and one byte at a time.
pub fn cuts(bytes: &[u8]) -> impl Iterator<Item = Vec<&[u8]>> {
    let in_two = (0..=bytes.len()).map(|at| {
        let (head, tail) = bytes.split_at(at);
        vec![head, tail]
    });
    in_two.chain(std::iter::once(bytes.chunks(1).collect()))
}

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A fixture: its case name (the file's stem) and its bytes.
pub type Fixture = (String, Vec<u8>);

/// The files in `tests/fixtures/FOLDER`, sorted by name.
///
/// # Panics
/// If the folder cannot be read or is empty: a table of no cases would pass every test.
pub fn fixtures(folder: &str) -> Vec<Fixture> {
    let folder = root().join("tests/fixtures").join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a directory entry").path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no fixtures in {}", folder.display());
    files
        .into_iter()
        .map(|path| {
            let name = path.file_stem().expect("a file name").to_string_lossy().into_owned();
            let bytes = std::fs::read(&path).expect("a readable fixture");
            (name, bytes)
        })
        .collect()
}

/// The JSON files in `tests/fixtures/FOLDER`, as whatever type of tree.
///
/// # Panics
/// As [`fixtures`], and if one is not JSON.
pub fn json_fixtures<T: DeserializeOwned>(folder: &str) -> Vec<(String, T)> {
    fixtures(folder)
        .into_iter()
        .map(|(name, bytes)| {
            let value =
                serde_json::from_slice(&bytes).unwrap_or_else(|e| panic!("{folder}/{name}: {e}"));
            (name, value)
        })
        .collect()
}
