//! `tollgate eval`: how well a filter's logic does on labelled data, as JSON.

mod guard;
mod pii;
mod tokens;

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

/// Measure a filter's logic on labelled data; the figures are JSON.
#[derive(Args)]
pub(crate) struct EvalArgs {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Subcommand)]
enum Kind {
    /// Attacks on the model: catch and false-positive rates per source, plain and disguised
    Guard {
        /// `{label, source, text}` a line; the label is `attack` or `benign`
        file: PathBuf,
        /// The filter's configuration: JSON or YAML. By default the empty one
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Personal data: precision and recall per type
    Pii {
        /// A JSON array of `{full_text, spans}`, or `{label, text}` a line
        file: PathBuf,
    },
    /// Counts of tokens: how far they are off what providers said, per model
    Tokens {
        /// `{model, tokens, text}` or `{model, tokens, request}` a line; `tokens` is what the provider said
        file: PathBuf,
    },
}

pub(crate) fn run(args: EvalArgs) -> io::Result<()> {
    match args.kind {
        Kind::Guard { file, config } => guard::run(&read(&file)?, config.as_deref()),
        Kind::Pii { file } => pii::run(&read(&file)?),
        Kind::Tokens { file } => tokens::run(&read(&file)?),
    }
}

fn read(file: &Path) -> io::Result<String> {
    std::fs::read_to_string(file)
        .map_err(|error| io::Error::other(format!("{}: {error}", file.display())))
}
