//! `tollgate route`: where a router would send a request, and why.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use routing::{Asked, Unknown};
use stage::facts::FACTS;
use stage::{Body, Exchange, Headers};

use crate::router;

/// Explain step by step where a model router sends the request on standard input.
///
/// Nothing is known of the targets here: breakers are closed, latencies unknown, canaries at their configured
/// share.
#[derive(Args)]
pub(crate) struct RouteArgs {
    /// The router's configuration, or that of a chain with one: JSON or YAML
    #[arg(long, default_value = "model-router.yaml", value_name = "FILE")]
    config: PathBuf,
    #[command(flatten)]
    surroundings: Surroundings,
}

/// What is known around a request.
#[derive(Args)]
pub(crate) struct Surroundings {
    /// A request header, `name:value`; may be repeated
    #[arg(long, value_name = "NAME:VALUE")]
    header: Vec<String>,
    /// The path that the client asked for; it says which dialect the request is in
    #[arg(long, default_value = "/v1/chat/completions")]
    pub(crate) path: String,
    /// A fact of an earlier stage, `name=value`; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    fact: Vec<String>,
    /// An Envoy attribute, `a/b/c=value`; may be repeated
    #[arg(long, value_name = "PATH=VALUE")]
    property: Vec<String>,
    /// Unix time in seconds; by default now
    #[arg(long)]
    time: Option<u64>,
    /// The random word that decides by chance
    #[arg(long, default_value_t = 0)]
    dice: u64,
}

pub(crate) fn run(args: RouteArgs) -> io::Result<()> {
    let plan = router::plan(&args.config)?;
    let around = &args.surroundings;
    let (dialect, _) = dialects::by_path("POST", &around.path)
        .ok_or_else(|| io::Error::other(format!("no dialect is spoken at {}", around.path)))?;
    let mut input = Vec::new();
    io::stdin().read_to_end(&mut input)?;
    let mut body = Body::parse(&input).map_err(io::Error::other)?;
    let headers = headers(around)?;
    let io = exchange(around)?;
    let texts = routing::texts(dialect, &mut body);
    let asked = Asked::new(dialect, &headers, body.tree(), &texts, &io);
    let mut steps = Vec::new();
    let decision = plan.decide(&asked, around.dice, &Unknown, Some(&mut steps));

    let mut out = io::stdout().lock();
    for line in asked.findings() {
        writeln!(out, "seen      {line}")?;
    }
    for step in steps {
        writeln!(out, "step      {step}")?;
    }
    let decision =
        decision.map_err(|_| io::Error::other("no rule matches: the client gets 404"))?;
    writeln!(out, "target    {}", plan.target_name(decision.target))?;
    writeln!(out, "model     {}", decision.model.as_deref().unwrap_or(asked.model()))?;
    writeln!(out, "rule      {}", decision.rule)
}

pub(crate) fn headers(args: &Surroundings) -> io::Result<Headers> {
    let mut pairs = vec![
        (":method".to_owned(), b"POST".to_vec()),
        (":path".to_owned(), args.path.clone().into_bytes()),
    ];
    for header in &args.header {
        let (name, value) = split(header, ':', "--header")?;
        pairs.push((name.trim().to_ascii_lowercase(), value.trim().as_bytes().to_vec()));
    }
    Ok(Headers::new(pairs))
}

#[expect(clippy::disallowed_methods, reason = "whoever asks at a terminal asks here and now")]
pub(crate) fn exchange(args: &Surroundings) -> io::Result<Exchange> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let mut io = Exchange::at(args.time.unwrap_or(now).saturating_mul(1_000_000_000));
    io.dice = args.dice;
    for fact in &args.fact {
        let (name, value) = split(fact, '=', "--fact")?;
        let row = FACTS.iter().find(|row| row.name == name);
        let row = row.ok_or_else(|| io::Error::other(format!("no stage tells a fact {name}")))?;
        io.fact(row.name, value);
    }
    for property in &args.property {
        let (path, value) = split(property, '=', "--property")?;
        let path: Vec<_> = path.split('/').map(str::to_owned).collect();
        io.properties.insert(path.into(), value.as_bytes().to_vec());
    }
    Ok(io)
}

fn split<'a>(text: &'a str, at: char, option: &str) -> io::Result<(&'a str, &'a str)> {
    text.split_once(at).ok_or_else(|| io::Error::other(format!("{option} {text}: no `{at}` in it")))
}
