//! Labelled texts, and which of them are nearly the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

/// One labelled text.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Row {
    pub(crate) label: Label,
    pub(crate) source: String,
    pub(crate) licence: String,
    pub(crate) text: String,
    /// Rows with the same number are nearly the same text.
    #[serde(skip)]
    pub(crate) group: usize,
    /// Rows of our own with the same number are of one family of templates; of others it is the group.
    #[serde(skip)]
    pub(crate) family: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Label {
    Attack,
    Benign,
}

pub(crate) fn load(path: &Path) -> std::io::Result<Vec<Row>> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| std::io::Error::other(format!("{}: {error}", path.display())))?;
    let read = |line: &str| serde_json::from_str(line).map_err(std::io::Error::other);
    text.lines().filter(|line| !line.trim().is_empty()).map(read).collect()
}

/// Words in a shingle, and the share of the smaller text's shingles that makes two texts nearly the same.
const SHINGLE: usize = 5;
const SHARE: f32 = 0.5;

/// Gives nearly equal rows the same group: over copies of one text, cross-validation would flatter.
pub(crate) fn group(rows: &mut [Row]) {
    let shingles: Vec<BTreeSet<Vec<String>>> = rows.iter().map(|row| shingles(&row.text)).collect();
    let mut holders: BTreeMap<&Vec<String>, Vec<usize>> = BTreeMap::new();
    for (row, set) in shingles.iter().enumerate() {
        set.iter().for_each(|shingle| holders.entry(shingle).or_default().push(row));
    }
    let mut parent: Vec<usize> = (0..rows.len()).collect();
    for list in holders.values() {
        for pair in list.windows(2) {
            let (one, other) = (root(&mut parent, pair[0]), root(&mut parent, pair[1]));
            if one != other {
                let (a, b) = (&shingles[pair[0]], &shingles[pair[1]]);
                let common = a.intersection(b).count() as f32;
                if common >= SHARE * a.len().min(b.len()) as f32 {
                    parent[one.max(other)] = one.min(other);
                }
            }
        }
    }
    for (index, row) in rows.iter_mut().enumerate() {
        row.group = root(&mut parent, index);
        row.family = row.group;
    }
}

fn root(parent: &mut [usize], mut at: usize) -> usize {
    while parent[at] != at {
        parent[at] = parent[parent[at]];
        at = parent[at];
    }
    at
}

fn shingles(text: &str) -> BTreeSet<Vec<String>> {
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let owned = |part: &[&str]| part.iter().map(|word| (*word).to_owned()).collect();
    match words.len() {
        0..=SHINGLE => BTreeSet::from([owned(&words)]),
        _ => words.windows(SHINGLE).map(owned).collect(),
    }
}
