//! `tollgate guard`: is a text an attack on the model?

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use chat::Scope;
use clap::Args;
use guard::config::{Action, Config};
use guard::policy::{Judgement, Policy};
use serde::{Deserialize, Serialize};
use stage::{Errors, ScopeName, config};

use crate::check::configuration;

/// Judge a text from standard input as the prompt guard would: its own rules and the model, not the services
/// that a configuration may name.
#[derive(Args)]
pub(crate) struct GuardArgs {
    /// The filter's configuration: JSON or YAML. By default the empty one
    #[arg(long)]
    config: Option<PathBuf>,
    /// Read `{"text": …, "scope"?: "user"}` a line; write a verdict for each, in the same order
    #[arg(long)]
    jsonl: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    text: String,
    #[serde(default = "user")]
    scope: ScopeName,
}

fn user() -> ScopeName {
    ScopeName::User
}

#[derive(Serialize)]
struct Told<'a> {
    verdict: &'static str,
    score: f32,
    reasons: Vec<Reason<'a>>,
}

#[derive(Serialize)]
struct Reason<'a> {
    rule: &'a str,
    view: &'static str,
}

pub(crate) fn run(args: GuardArgs) -> io::Result<()> {
    let policy = policy(args.config.as_deref())?;
    let mut out = io::stdout().lock();
    if !args.jsonl {
        let text = io::read_to_string(io::stdin())?;
        tell(&policy.judge(&text, Scope::User), &mut out)?;
        return out.flush();
    }
    for (index, line) in io::stdin().lock().lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let Line { text, scope } = serde_json::from_str(&line)
            .map_err(|error| io::Error::other(format!("line {}: {error}", index + 1)))?;
        tell(&policy.judge(&text, scope.into()), &mut out)?;
    }
    out.flush()
}

fn tell(judgement: &Judgement, out: &mut impl Write) -> io::Result<()> {
    let reasons = judgement.reasons.iter();
    let told = Told {
        verdict: judgement.action.map_or("pass", verdict),
        score: (judgement.score * 1e4).round() / 1e4,
        reasons: reasons.map(|(rule, view)| Reason { rule, view: view.name() }).collect(),
    };
    serde_json::to_writer(&mut *out, &told)?;
    out.write_all(b"\n")
}

/// What is only reported passes.
fn verdict(action: Action) -> &'static str {
    match action {
        Action::Report => "pass",
        action => action.name(),
    }
}

/// The policy of a configuration, or of the empty one.
pub(crate) fn policy(file: Option<&Path>) -> io::Result<Policy> {
    let text = match file {
        None => "{}".to_owned(),
        Some(file) => configuration(file)?,
    };
    let unchecked = |_: &str| Some("unchecked".to_owned());
    if let Err(errors) = config::load(&guard::FILTER, text.as_bytes(), &unchecked) {
        let lines: Vec<_> =
            errors.iter().map(|error| config::explain(error, text.as_bytes())).collect();
        return Err(io::Error::other(lines.join("\n")));
    }
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    if let Some(map) = value.as_object_mut() {
        map.remove("host");
    }
    let config: Config = match value {
        serde_json::Value::Null => Config::default(),
        value => serde_json::from_value(value).map_err(io::Error::other)?,
    };
    Ok(Policy::compile(&config, &mut Errors::default()))
}
