//! `tollgate redact`: personal data and secrets in a text, found and masked.

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use pii::TextRedactor;
use pii::find::{Category, ENTITIES, Entity, Finder, Finding, Selection};
use serde::{Deserialize, Serialize};
use stage::config;

use crate::check::configuration;

/// Mask personal data and secrets in a text from standard input: all that has a checksum or a rule to check, and
/// addresses, phone numbers, URLs and secrets. With a configuration, what that says.
#[derive(Args)]
pub(crate) struct RedactArgs {
    /// A configuration of the filter pii-redactor: JSON or YAML. What it would block is redacted, and
    /// environment variables that it names must be set
    #[arg(long)]
    config: Option<PathBuf>,
    /// Read `{"text": …}` a line; write what was found with it, offsets in characters
    #[arg(long)]
    jsonl: bool,
}

#[derive(Deserialize)]
struct Line {
    text: String,
}

#[derive(Serialize)]
struct Redacted {
    text: String,
    entities: Vec<Found>,
}

/// A finding with offsets in characters.
#[derive(Serialize)]
pub(crate) struct Found {
    /// The entity.
    #[serde(rename = "type")]
    pub(crate) name: String,
    /// Where it begins.
    pub(crate) start: usize,
    /// Where it ends (exclusive).
    pub(crate) end: usize,
    score: f64,
}

pub(crate) fn run(args: RedactArgs) -> io::Result<()> {
    let redactor = match &args.config {
        Some(path) => Redactor::Configured(configured(path)?),
        None => Redactor::Plain(Box::new(finder()?)),
    };
    let mut out = io::stdout().lock();
    if !args.jsonl {
        let text = io::read_to_string(io::stdin())?;
        return out.write_all(redactor.work(&text).0.as_bytes());
    }
    for (index, line) in io::stdin().lock().lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let Line { text } = serde_json::from_str(&line)
            .map_err(|error| io::Error::other(format!("line {}: {error}", index + 1)))?;
        let (new, findings) = redactor.work(&text);
        let redacted = Redacted { text: new, entities: in_characters(&text, &findings) };
        serde_json::to_writer(&mut out, &redacted)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// With a configuration or without.
enum Redactor {
    Configured(TextRedactor),
    Plain(Box<Finder>),
}

impl Redactor {
    /// The text redacted, and what was found in it.
    fn work(&self, text: &str) -> (String, Vec<Finding>) {
        match self {
            Redactor::Configured(redactor) => (redactor.redact(text), redactor.find(text)),
            Redactor::Plain(finder) => {
                let findings = finder.find(text);
                (masked(text, &findings), findings)
            }
        }
    }
}

fn configured(path: &Path) -> io::Result<TextRedactor> {
    let json = configuration(path)?;
    TextRedactor::load(json.as_bytes(), &|name: &str| std::env::var(name).ok()).map_err(|errors| {
        let explained = errors.iter().map(|error| config::explain(error, json.as_bytes()));
        io::Error::other(explained.collect::<Vec<_>>().join("\n"))
    })
}

/// A finder of what is looked for without a configuration.
pub(crate) fn finder() -> io::Result<Finder> {
    let shown = |entity: &&Entity| {
        let listed =
            matches!(entity.name, "EMAIL_ADDRESS" | "IBAN_CODE" | "PHONE_NUMBER" | "CRYPTO");
        let kind = matches!(entity.category, Category::Network | Category::Secret);
        entity.is_checked() || listed || kind
    };
    let entities = ENTITIES.iter().filter(shown).map(|entity| entity.name.to_owned()).collect();
    Finder::new(&Selection { entities, ..Selection::default() }).map_err(|errors| {
        let lines: Vec<_> = errors.iter().map(|e| format!("{}: {}", e.path, e.message)).collect();
        io::Error::other(lines.join("\n"))
    })
}

/// The text with each finding replaced by its entity's name.
fn masked(text: &str, findings: &[Finding]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut from = 0;
    for finding in findings {
        masked.push_str(text.get(from..finding.start).unwrap_or_default());
        masked.push('<');
        masked.push_str(finding.name());
        masked.push('>');
        from = finding.end;
    }
    masked.push_str(text.get(from..).unwrap_or_default());
    masked
}

/// The findings with offsets in characters.
pub(crate) fn in_characters(text: &str, findings: &[Finding]) -> Vec<Found> {
    let (mut bytes, mut characters) = (0, 0);
    let mut at = |offset: usize| {
        characters += text.get(bytes..offset).unwrap_or_default().chars().count();
        bytes = offset;
        characters
    };
    let found = findings.iter().map(|finding| Found {
        name: finding.name().to_owned(),
        start: at(finding.start),
        end: at(finding.end),
        score: (f64::from(finding.score) * 100.0).round() / 100.0,
    });
    found.collect()
}
