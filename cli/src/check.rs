//! `tollgate check`: the errors that Envoy would log when it loads a filter.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use catalogue::FILTERS;
use clap::Args;
use stage::config;

/// Check a filter's configuration, as Envoy would when it loads it.
#[derive(Args)]
pub(crate) struct CheckArgs {
    /// The filter, such as `provider-translator`
    filter: String,
    /// Its configuration: JSON or YAML, `-` for standard input
    config: PathBuf,
    /// Also demand that the environment variables it names are set here
    #[arg(long)]
    env: bool,
}

pub(crate) fn run(args: CheckArgs) -> io::Result<()> {
    let filter = catalogue::by_name(&args.filter).ok_or_else(|| {
        let names: Vec<_> = FILTERS.iter().map(|filter| filter.name).collect();
        io::Error::other(format!(
            "unknown filter {}, expected one of: {}",
            args.filter,
            names.join(", ")
        ))
    })?;
    let json = match args.config.as_os_str() == "-" {
        true => as_json(&io::read_to_string(io::stdin())?)?,
        false => configuration(&args.config)?,
    };
    let var = |name: &str| match args.env {
        true => std::env::var(name).ok(),
        false => Some("unchecked".to_owned()),
    };
    let Err(errors) = config::load(filter, json.as_bytes(), &var) else {
        return writeln!(io::stdout(), "{}: ok", args.config.display());
    };
    for error in &errors {
        writeln!(io::stderr(), "{}: {}", filter.name, config::explain(error, json.as_bytes()))?;
    }
    let count = errors.len();
    Err(io::Error::other(format!("{count} error{}", if count == 1 { "" } else { "s" })))
}

/// The configuration in a file, as Envoy hands it over: JSON.
///
/// # Errors
/// The file's name with what is wrong with it.
pub(crate) fn configuration(path: &Path) -> io::Result<String> {
    let text = std::fs::read_to_string(path);
    text.and_then(|text| as_json(&text))
        .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))
}

/// The configuration as Envoy hands it over: JSON. What begins like JSON is taken as it is, so that it keeps
/// its lines for the caret, and is refused for what Envoy refuses.
fn as_json(text: &str) -> io::Result<String> {
    if text.trim_start().starts_with('{') || text.trim().is_empty() {
        return Ok(text.to_owned());
    }
    // YAML's own value refuses a key that stands twice, JSON's would take the last.
    let value: serde_yaml_ng::Value = serde_yaml_ng::from_str(text).map_err(io::Error::other)?;
    serde_json::to_string_pretty(&value).map_err(io::Error::other)
}
