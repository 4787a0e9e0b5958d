//! `tollgate init`: three questions, and a configuration to begin with.

mod envoy;
mod surface;

use std::fs::File;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use dialects::providers::{PROVIDERS, Provider};
use surface::Surface;

/// Write an Envoy configuration to begin with. What no option says is asked.
///
/// It has the chosen stages in one module, in front of the chosen providers, and translates for each attempt. Keys
/// come from environment variables: OPENAI_API_KEY for openai, and so on.
#[derive(Args)]
pub(crate) struct InitArgs {
    /// Where it will run
    #[arg(long)]
    surface: Option<Surface>,
    /// The providers in the order in which they are tried, `openai,anthropic=claude-haiku-4-5`: behind `=` the
    /// model to ask for there whatever the client names, needed from the second on
    #[arg(long, value_name = "NAME[=MODEL],…")]
    providers: Option<String>,
    /// The stages, or `none`: `pii-redactor,prompt-guard,token-counter`
    #[arg(long, value_name = "NAME,…")]
    stages: Option<String>,
    /// The folder that has the modules, as Envoy sees it
    #[arg(long, value_name = "FOLDER")]
    modules: Option<String>,
    /// The file to write, which must be new; by default standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// A provider and the model to ask for there.
pub(crate) struct Target {
    pub(crate) provider: &'static Provider,
    pub(crate) model: Option<String>,
}

/// Stages that need no configuration to be of use, in the order of a chain, with what they begin with.
const STAGES: [(&str, &str); 3] = [
    ("pii-redactor", "{}"),
    // What it would refuse is told in facts and metrics first.
    ("prompt-guard", r#"{"mode": "shadow"}"#),
    ("token-counter", r#"{"headers": {"usage": true}}"#),
];

pub(crate) fn run(args: InitArgs) -> io::Result<()> {
    let surfaces: Vec<_> = Surface::value_variants().iter().map(|one| one.name()).collect();
    let surface = match args.surface {
        Some(surface) => surface,
        None => answered(
            &format!("Where will it run? {}", surfaces.join(", ")),
            Surface::Envoy.name(),
            |name| {
                Surface::from_str(name, true).map_err(|_| {
                    other(format!("unknown place {name}, expected one of: {}", surfaces.join(", ")))
                })
            },
        )?,
    };
    let targets = match args.providers {
        Some(providers) => targets(&providers)?,
        None => answered(
            "Which providers, in the order they are tried? NAME, and for each but the first the model to ask for: \
             openai,anthropic=claude-haiku-4-5",
            "openai",
            targets,
        )?,
    };
    let known = STAGES.map(|stage| stage.0).join(",");
    let stages = match args.stages {
        Some(stages) => stages_of(&stages)?,
        None => answered(&format!("Which stages? {known}, or none"), &known, stages_of)?,
    };
    let modules = args.modules.as_deref().unwrap_or(surface.modules());
    let text = surface.written(&stages, &targets, modules.trim_end_matches('/'))?;
    match &args.out {
        Some(path) => {
            // What somebody has worked on is not lost to a second run.
            let file = File::options().write(true).create_new(true).open(path);
            let named = |error| other(format!("{}: {error}", path.display()));
            file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(named)?;
        }
        None => io::stdout().lock().write_all(text.as_bytes())?,
    }
    let file =
        args.out.as_ref().map_or_else(|| "FILE".to_owned(), |path| path.display().to_string());
    writeln!(io::stderr(), "{}", surface.next(&targets, &file))?;
    writeln!(
        io::stderr(),
        "what it does to a request: tollgate replay --config {file} request.json"
    )
}

/// What the answer to a question says, by default `default`. It is asked again until there is one that can be used.
fn answered<T>(
    question: &str,
    default: &str,
    read: impl Fn(&str) -> io::Result<T>,
) -> io::Result<T> {
    let mut out = io::stderr().lock();
    let mut wrong = None;
    loop {
        write!(out, "{question} [{default}] ")?;
        out.flush()?;
        let mut line = String::new();
        if io::stdin().lock().read_line(&mut line)? == 0 {
            writeln!(out)?;
            // Nobody is there to mend it.
            return wrong.map_or_else(|| read(default), Err);
        }
        let line = line.trim();
        match read(if line.is_empty() { default } else { line }) {
            Ok(answer) => return Ok(answer),
            Err(error) => writeln!(out, "{}", wrong.insert(error))?,
        }
    }
}

fn targets(list: &str) -> io::Result<Vec<Target>> {
    let mut targets: Vec<Target> = Vec::new();
    for entry in items(list) {
        let (name, model) = entry.split_once('=').unwrap_or((entry, ""));
        let unknown = || {
            let names: Vec<_> = PROVIDERS.iter().map(|provider| provider.name).collect();
            other(format!("unknown provider {name}, expected one of: {}", names.join(", ")))
        };
        let provider = Provider::by_name(name).ok_or_else(unknown)?;
        if provider.base_url.contains('{') {
            return Err(other(format!(
                "{name} has an address of each customer's own ({}): begin with another provider, then set `provider` \
                 and `base_url` of the target, and the cluster's address",
                provider.base_url
            )));
        }
        if targets.iter().any(|target| target.provider.name == provider.name) {
            return Err(other(format!("{name} is named twice")));
        }
        if !targets.is_empty() && model.is_empty() {
            return Err(other(format!(
                "{name} stands in for another: say which model to ask for there, {name}=MODEL"
            )));
        }
        let model = (!model.is_empty()).then(|| model.to_owned());
        targets.push(Target { provider, model });
    }
    if targets.is_empty() {
        return Err(other("no provider is named".to_owned()));
    }
    Ok(targets)
}

/// The stages of a list in the order of a chain, with their configurations.
fn stages_of(list: &str) -> io::Result<Vec<(&'static str, &'static str)>> {
    let named: Vec<&str> = items(list).filter(|name| *name != "none").collect();
    if let Some(unknown) = named.iter().find(|name| STAGES.iter().all(|stage| stage.0 != **name)) {
        let known = STAGES.map(|stage| stage.0).join(", ");
        return Err(other(format!(
            "{unknown} is no stage that init can write, expected some of: {known}, none"
        )));
    }
    Ok(STAGES.into_iter().filter(|stage| named.contains(&stage.0)).collect())
}

fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn other(message: String) -> io::Error {
    io::Error::other(message)
}
