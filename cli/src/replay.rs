//! `tollgate replay`: what each stage of a chain does to a request.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use catalogue::CHAIN;
use clap::Args;
use serde_json::{Value, json};
use stage::{
    BodyStep, CalloutFailed, Edit, Exchange, Filter, Flow, HeadStep, Headers, Level, config,
};

use crate::check::configuration;
use crate::plugins;
use crate::route::{Surroundings, exchange, headers};

/// Show what each stage of a chain does to a request: body, headers, facts and verdict, one stage after the other.
///
/// Nobody is called: a stage that would ask another service is told that it does not answer. A translator whose target
/// the endpoint names serves the first endpoint's; `--property` names another's.
#[derive(Args)]
pub(crate) struct ReplayArgs {
    /// The chain's configuration, or that of one filter with `--filter`, or a whole one of Envoy, whose filters are then
    /// replayed in their order: JSON or YAML
    #[arg(long, default_value = "chain.yaml", value_name = "FILE")]
    config: PathBuf,
    /// The filter that the configuration is for
    #[arg(long, default_value = "chain", value_name = "NAME")]
    filter: String,
    /// The request, a JSON body; by default standard input
    request: Option<PathBuf>,
    #[command(flatten)]
    surroundings: Surroundings,
}

pub(crate) fn run(args: ReplayArgs) -> io::Result<()> {
    let (stages, target) = stages(&args)?;
    let mut body = Vec::new();
    match &args.request {
        Some(path) => body = std::fs::read(path).map_err(|error| named(path, error))?,
        None => drop(io::stdin().read_to_end(&mut body)?),
    }
    let mut io = exchange(&args.surroundings)?;
    if let Some(target) = target {
        let path = TARGET.map(str::to_owned).into();
        io.properties.entry(path).or_insert_with(|| target.into_bytes());
    }
    let mut replay = Replay { headers: headers(&args.surroundings)?, io, body };
    let mut out = io::stdout().lock();
    for stage in &stages {
        let step = replay.step(stage)?;
        step.tell(&mut out)?;
        if let Some((status, answer)) = step.refusal {
            writeln!(out, "  the client gets {status}: {}", pretty(&answer).replace('\n', "\n  "))?;
            let path = &args.surroundings.path;
            return Err(io::Error::other(format!(
                "{} refuses the request ({}, by `--path {path}`)",
                step.name,
                dialects::by_path("POST", path).map_or("unknown", |(dialect, _)| dialect.name())
            )));
        }
    }
    writeln!(out, "goes on")?;
    for name in [":path", ":authority", "x-tollgate-target", "x-tollgate-fallbacks"] {
        if let Some(value) = replay.headers.text(name) {
            writeln!(out, "  {name}: {value}")?;
        }
    }
    writeln!(out, "  {}", pretty(&replay.body).replace('\n', "\n  "))
}

/// A stage's name, and it alone in a chain.
type Named = (String, Value);

/// Where an endpoint names the target of a translator upstream.
const TARGET: [&str; 5] =
    ["xds", "upstream_host_metadata", "filter_metadata", "tollgate", "target"];

/// The stages with their configurations, each as a chain of one; those of one filter have been checked together. And the
/// target of the first endpoint.
fn stages(args: &ReplayArgs) -> io::Result<(Vec<Named>, Option<String>)> {
    let path = &args.config;
    let text = configuration(path)?;
    let filter = catalogue::by_name(&args.filter)
        .ok_or_else(|| io::Error::other(format!("unknown filter {}", args.filter)))?;
    let config: Value = serde_json::from_str(&text).unwrap_or_default();
    let plugins = plugins::of(&config);
    if plugins.is_empty() {
        return Ok((stages_of(path, filter, &text)?, None));
    }
    let stages = plugins.iter().map(|(filter, text)| stages_of(path, filter, text));
    Ok((stages.collect::<io::Result<Vec<_>>>()?.concat(), plugins::first_target(&config)))
}

fn stages_of(path: &Path, filter: &Filter, text: &str) -> io::Result<Vec<Named>> {
    if let Err(errors) = config::load(filter, text.as_bytes(), &set) {
        for error in &errors {
            writeln!(io::stderr(), "{}", config::explain(error, text.as_bytes()))?;
        }
        return Err(io::Error::other(format!("{}: the configuration is wrong", path.display())));
    }
    let mut config: Value = serde_json::from_str(text)?;
    let host = config.as_object_mut().and_then(|map| map.shift_remove("host"));
    let list = match (filter.name, config.get_mut("stages").map(Value::take).unwrap_or_default()) {
        (name, Value::Array(list)) if name == CHAIN.name => list,
        (name, _) => vec![json!({ name: config })],
    };
    let alone = |stage: Value| {
        let name = stage.as_object().and_then(|map| map.keys().next().cloned());
        let mut chain = json!({ "stages": [stage] });
        chain.as_object_mut()?.extend(host.clone().map(|host| ("host".to_owned(), host)));
        Some((name?, chain))
    };
    Ok(list.into_iter().filter_map(alone).collect())
}

/// Which keys are set is Envoy's business.
fn set(_: &str) -> Option<String> {
    Some("unchecked".to_owned())
}

/// A request on its way.
struct Replay {
    headers: Headers,
    body: Vec<u8>,
    io: Exchange,
}

/// What a stage did.
struct Step {
    name: String,
    before: Value,
    after: Value,
    edits: Vec<Edit>,
    facts: Vec<(&'static str, String)>,
    logs: Vec<(Level, String)>,
    asked: Vec<String>,
    refusal: Option<(u16, Vec<u8>)>,
}

impl Replay {
    fn step(&mut self, (name, chain): &Named) -> io::Result<Step> {
        let load = config::load(&CHAIN, chain.to_string().as_bytes(), &set);
        let wrong = |_| io::Error::other(format!("{name} does not load alone"));
        let mut flow = Flow::new(Rc::new(load.map_err(wrong)?), self.io.now);
        let known = self.io.facts.clone();
        let mut step = Step {
            name: name.clone(),
            before: serde_json::from_slice(&self.body).unwrap_or_default(),
            after: Value::Null,
            edits: Vec::new(),
            facts: Vec::new(),
            logs: Vec::new(),
            asked: Vec::new(),
            refusal: None,
        };
        match flow.request_head(self.headers.clone(), false, &mut self.io) {
            HeadStep::Buffer(edits) => {
                apply(&mut self.headers, &edits);
                self.body(&mut flow, &mut step);
            }
            HeadStep::Reply(reply) => step.refusal = Some((reply.status, reply.body)),
            HeadStep::Pass(_) | HeadStep::Stream(_) => {}
        }
        step.after = serde_json::from_slice(&self.body).unwrap_or_default();
        let told = self.io.facts.iter();
        step.facts = told.filter(|fact| !known.contains(fact)).cloned().collect();
        // In filter state, where another module finds them.
        let state = step.facts.iter();
        let state =
            state.map(|(name, value)| ([(*name).to_owned()].into(), value.as_bytes().to_vec()));
        self.io.properties.extend(state);
        step.logs = std::mem::take(&mut self.io.logs);
        Ok(step)
    }

    fn body(&mut self, flow: &mut Flow, step: &mut Step) {
        let mut next = Some(flow.request_body(&self.body, &mut self.io));
        while let Some(now) = next.take() {
            match now {
                BodyStep::Forward { edits, body } => {
                    apply(&mut self.headers, &edits);
                    step.edits = edits;
                    self.body = body.unwrap_or_else(|| std::mem::take(&mut self.body));
                }
                BodyStep::Reply(reply) => step.refusal = Some((reply.status, reply.body)),
                BodyStep::Wait(calls) => {
                    step.asked.extend(calls.iter().map(|call| call.cluster.clone()));
                    for index in 0..calls.len() {
                        next = flow.answered(index, Err(CalloutFailed), &mut self.io).or(next);
                    }
                }
            }
        }
    }
}

fn apply(headers: &mut Headers, edits: &[Edit]) {
    for edit in edits {
        match edit {
            Edit::Remove(name) => headers.remove(name),
            Edit::Set(name, value) => headers.set(name, value.clone()),
        }
    }
    headers.take_edits();
}

impl Step {
    fn tell(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{}", self.name)?;
        for cluster in &self.asked {
            writeln!(out, "  asks    the cluster {cluster}, which does not answer here")?;
        }
        for edit in &self.edits {
            match edit {
                Edit::Remove(name) => writeln!(out, "  header  - {name}")?,
                // Its length follows from the body.
                Edit::Set(name, _) if name == "content-length" => {}
                Edit::Set(name, value) => {
                    writeln!(out, "  header  + {name}: {}", String::from_utf8_lossy(value))?;
                }
            }
        }
        for (path, before, after) in differences(&self.before, &self.after) {
            writeln!(out, "  body    {path}")?;
            before.iter().try_for_each(|value| writeln!(out, "          - {value}"))?;
            after.iter().try_for_each(|value| writeln!(out, "          + {value}"))?;
        }
        for (name, value) in &self.facts {
            writeln!(out, "  fact    {name} = {value}")?;
        }
        for (level, line) in &self.logs {
            writeln!(out, "  log     {} {line}", level.as_str().to_lowercase())?;
        }
        let verdict = match (&self.refusal, self.before == self.after) {
            (Some((status, _)), _) => format!("refused with {status}"),
            (None, true) => "passes, the body as it came".to_owned(),
            (None, false) => "passes, the body edited".to_owned(),
        };
        writeln!(out, "  verdict {verdict}\n")
    }
}

type Difference = (String, Option<Value>, Option<Value>);

/// Where two trees differ, with what stands there in each.
fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    differ("", before, after, &mut found);
    found
}

fn differ(path: &str, before: &Value, after: &Value, found: &mut Vec<Difference>) {
    let child =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match (before, after) {
        _ if before == after => {}
        (Value::Object(old), Value::Object(new)) => {
            for (name, value) in old {
                match new.get(name) {
                    Some(other) => differ(&child(name), value, other, found),
                    None => found.push((child(name), Some(value.clone()), None)),
                }
            }
            let added = new.iter().filter(|(name, _)| !old.contains_key(*name));
            found.extend(added.map(|(name, value)| (child(name), None, Some(value.clone()))));
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (one, other)) in old.iter().zip(new).enumerate() {
                differ(&format!("{path}[{index}]"), one, other, found);
            }
        }
        _ => found.push((path.to_owned(), Some(before.clone()), Some(after.clone()))),
    }
}

fn pretty(bytes: &[u8]) -> String {
    match serde_json::from_slice::<Value>(bytes)
        .and_then(|value| serde_json::to_string_pretty(&value))
    {
        Ok(text) => text,
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn named(path: &std::path::Path, error: io::Error) -> io::Error {
    io::Error::other(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_stand_where_they_are() {
        let before = json!({"a": 1, "b": [1, {"c": "x"}], "d": [1], "e": null});
        let after = json!({"a": 1, "b": [1, {"c": "y"}], "d": [1, 2], "f": true});
        let told: Vec<String> = differences(&before, &after)
            .into_iter()
            .map(|(path, old, new)| format!("{path} {old:?} {new:?}"))
            .collect();
        assert_eq!(
            told,
            [
                "b[1].c Some(String(\"x\")) Some(String(\"y\"))",
                "d Some(Array [Number(1)]) Some(Array [Number(1), Number(2)])",
                "e Some(Null) None",
                "f None Some(Bool(true))",
            ]
        );
        assert_eq!(differences(&before, &before), []);
    }
}
