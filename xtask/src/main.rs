//! Chores of the repository: `cargo run -p xtask -- gen` writes what is generated, `check` fails if that is
//! stale, if a configuration in the docs or examples does not load, if a query names a metric that there is not, or if
//! prose names a file that is gone.

mod configs;
mod entities;
#[cfg(test)]
mod house;
mod kong;
mod manifests;
mod minimal;
mod promql;
mod prose;
mod schemas;
mod tables;
mod train_guard;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Writes the JSON Schemas, the tables in the docs, the manifests for meshes and the minimal configs.
    Gen,
    /// Checks that these are fresh, that every configuration loads and that prose names what exists.
    Check,
    /// Trains the prompt guard's model: writes its weights and the report on them.
    TrainGuard {
        /// Labelled texts: one object a line with `label`, `source`, `licence` and `text`.
        #[arg(long)]
        data: PathBuf,
    },
}

/// A generated file: its path in the repository and what it must hold.
type Generated = (PathBuf, String);

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let problems = match Arguments::parse().chore {
        Chore::Gen => write(&root, generated(&root)),
        Chore::Check => {
            let mut problems = stale(&root, generated(&root));
            problems.extend(configs::check(&root));
            problems.extend(promql::check(&root));
            problems.extend(kong::check(&root));
            problems.extend(prose::check(&root));
            problems
        }
        Chore::TrainGuard { data } => train_guard::run(&root, &data)
            .err()
            .map(|error| error.to_string())
            .into_iter()
            .collect(),
    };
    problems.iter().for_each(|problem| eprintln!("{problem}"));
    match problems.len() {
        0 => ExitCode::SUCCESS,
        count => {
            eprintln!("{count} problems");
            ExitCode::FAILURE
        }
    }
}

fn generated(root: &Path) -> Vec<Generated> {
    let mut files = schemas::generated();
    files.extend(tables::generated(root));
    files.push(entities::generated());
    files.extend(manifests::generated(root));
    files.extend(minimal::generated());
    files
}

fn write(root: &Path, files: Vec<Generated>) -> Vec<String> {
    let write = |(path, text): Generated| {
        let full = root.join(&path);
        let folder = full.parent().map_or(Ok(()), std::fs::create_dir_all);
        folder
            .and_then(|()| std::fs::write(full, text))
            .err()
            .map(|e| format!("{}: {e}", path.display()))
    };
    files.into_iter().filter_map(write).collect()
}

fn stale(root: &Path, files: Vec<Generated>) -> Vec<String> {
    let stale = |(path, text): Generated| {
        let now = std::fs::read_to_string(root.join(&path)).unwrap_or_default();
        (now != text).then(|| format!("{}: stale; run `make gen` and commit", path.display()))
    };
    files.into_iter().filter_map(stale).collect()
}
