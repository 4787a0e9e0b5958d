//! What can be made to go wrong, or odd, on the command line and at run time.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The switches of the mock. The JSON names are those of the command line.
#[derive(Args, Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Switches {
    /// The only API key that is accepted (default: any that is not empty)
    #[arg(long, value_name = "KEY")]
    pub(crate) api_key: Option<String>,

    /// Wait before every answer
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub(crate) delay_ms: u64,

    /// Wait between the events of a stream
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub(crate) event_delay_ms: u64,

    /// Answer with this error status: 400, 401, 403, 404, 413, 429, 500, 503, 529, …
    #[arg(long, value_parser = clap::value_parser!(u16).range(400..=599))]
    pub(crate) status: Option<u16>,

    /// Fail only the first N requests, with --status or else 500
    #[arg(long, value_name = "N")]
    pub(crate) fail_first: Option<u64>,

    /// Replace the body of error answers
    #[arg(long, value_enum)]
    pub(crate) error_body: Option<ErrorBody>,

    /// Replace the content type of every answer
    #[arg(long, value_name = "TYPE")]
    pub(crate) content_type: Option<String>,

    /// Write bodies in pieces of exactly N bytes, whatever the events
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) chunk: Option<u64>,

    /// End the lines of a stream with CR LF
    #[arg(long)]
    pub(crate) crlf: bool,

    /// Leave out the space after the colon: `data:{…}`
    #[arg(long)]
    pub(crate) no_space: bool,

    /// Put a comment before every event
    #[arg(long)]
    pub(crate) comments: bool,

    /// Leave out the blank line after the last event
    #[arg(long)]
    pub(crate) no_final_blank_line: bool,

    /// Drop the connection after N events of a stream
    #[arg(long, value_name = "EVENTS")]
    pub(crate) cut_after: Option<u64>,

    /// End a stream after N events with the provider's own error event
    #[arg(long, value_name = "EVENTS")]
    pub(crate) error_after: Option<u64>,

    /// Compress every body, asked for or not
    #[arg(long)]
    pub(crate) gzip: bool,

    /// Append every request to this file, one JSON object per line
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
}

/// What error answers hold instead of the provider's own error.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ErrorBody {
    /// A proxy's error page.
    Html,
    /// No byte at all.
    Empty,
    /// JSON in nobody's error format.
    UnknownJson,
    /// A line of text.
    Text,
}

impl Switches {
    /// These switches with those in `changes` replaced; null sets a switch back to its default.
    ///
    /// # Errors
    ///
    /// What is wrong with `changes`: no object, an unknown name, a value of the wrong type.
    pub(crate) fn changed(&self, changes: &Value) -> Result<Self, String> {
        let Some(changes) = changes.as_object() else {
            return Err("expected a JSON object of switches".to_owned());
        };
        let mut all = serde_json::to_value(self).map_err(|error| error.to_string())?;
        if let Some(all) = all.as_object_mut() {
            for (name, value) in changes {
                if value.is_null() {
                    all.remove(name);
                } else {
                    all.insert(name.clone(), value.clone());
                }
            }
        }
        let changed: Self = serde_json::from_value(all).map_err(|error| error.to_string())?;
        if changed.chunk == Some(0) {
            return Err("chunk: must be at least 1".to_owned());
        }
        if changed.status.is_some_and(|status| !(400..=599).contains(&status)) {
            return Err("status: must be an error status, 400 to 599".to_owned());
        }
        Ok(changed)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_named_switches_change() {
        let before = Switches { crlf: true, status: Some(500), ..Switches::default() };
        let after = before.changed(&json!({"status": 429, "chunk": 1, "crlf": null})).unwrap();
        assert_eq!((after.status, after.chunk, after.crlf), (Some(429), Some(1), false));
    }

    #[test]
    fn unknown_and_impossible_switches_are_refused() {
        let refused = |changes| Switches::default().changed(&changes).unwrap_err();
        assert!(refused(json!({"crlfs": true})).contains("crlfs"));
        assert!(refused(json!({"error-body": "xml"})).contains("unknown-json"));
        assert!(refused(json!({"chunk": 0})).starts_with("chunk"));
        assert!(refused(json!({"status": 200})).starts_with("status"));
        assert!(refused(json!([])).contains("object"));
    }
}
