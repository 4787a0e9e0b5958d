//! `tollgate simulate`: a router's judges and breakers under traffic that a scenario describes.

mod draw;
mod svg;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use routing::simulation::{Report, Scenario, run as play};

use crate::router;

/// Run a router under made-up traffic and draw shares, latencies and decisions over time.
#[derive(Args)]
pub(crate) struct SimulateArgs {
    /// The router's configuration, or that of a chain with one: JSON or YAML
    config: PathBuf,
    /// The traffic and how the targets behave: JSON or YAML
    scenario: PathBuf,
    /// Also draw it into this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Another seed than the scenario's
    #[arg(long)]
    seed: Option<u64>,
}

pub(crate) fn run(args: SimulateArgs) -> io::Result<()> {
    let plan = router::plan(&args.config)?;
    let named = |error: String| io::Error::other(format!("{}: {error}", args.scenario.display()));
    let text = std::fs::read_to_string(&args.scenario).map_err(|error| named(error.to_string()))?;
    let mut scenario: Scenario =
        serde_yaml_ng::from_str(&text).map_err(|error| named(error.to_string()))?;
    let names: Vec<&str> = plan.targets().collect();
    let described =
        scenario.targets.keys().chain(scenario.changes.iter().map(|change| &change.target));
    if let Some(stranger) = described.into_iter().find(|name| !names.contains(&name.as_str())) {
        return Err(named(format!("the router has no target {stranger}")));
    }
    scenario.seed = args.seed.unwrap_or(scenario.seed);
    let report = play(&plan, &scenario);
    let mut out = io::stdout().lock();
    draw::draw(&mut out, &names, &report)?;
    events(&mut out, &report)?;
    match &args.svg {
        Some(path) => std::fs::write(path, svg::drawing(&names, &report)),
        None => Ok(()),
    }
}

/// Decisions and breakers in the order of time, with their evidence.
fn events(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let rulings = report.rulings.iter().map(|(second, canary, ruling)| {
        let applied = if ruling.applied { "" } else { " (advice)" };
        let shares = format!("{} % → {} %", ruling.from_percent, ruling.to_percent);
        let line = format!(
            "{canary}: {}{applied}, {shares}\n        {}",
            ruling.decision.name(),
            ruling.evidence
        );
        (*second, line)
    });
    let breakers = report.breakers.iter().map(|(second, target, opened)| {
        let state = if *opened { "opens" } else { "closes" };
        (*second, format!("the breaker of {target} {state}"))
    });
    let mut all: Vec<(u64, String)> = rulings.chain(breakers).collect();
    all.sort_by_key(|event| event.0);
    for (second, line) in &all {
        writeln!(out, "{:>6}  {line}", clock(*second))?;
    }
    if all.is_empty() {
        writeln!(out, "no decision was made")?;
    }
    if report.unrouted > 0 {
        writeln!(out, "{} requests matched no rule", report.unrouted)?;
    }
    Ok(())
}

/// `12:30` for 750 seconds.
fn clock(second: u64) -> String {
    format!("{}:{:02}", second / 60, second % 60)
}
