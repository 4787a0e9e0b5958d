//! Tables in Markdown files, between `<!-- gen:NAME -->` and `<!-- /gen -->`.

use std::path::Path;

use dialects::providers::{Auth, PROVIDERS};
use serde_json::Value;
use stage::Filter;
use stage::facts::FACTS;
use stage::metrics::{METRICS, MetricKind};

use crate::{Generated, prose, schemas};

pub(crate) fn generated(root: &Path) -> Vec<Generated> {
    prose::markdown(root)
        .into_iter()
        .filter(|(_, text)| text.contains("<!-- gen:"))
        .map(|(path, text)| (path, filled(&text)))
        .collect()
}

/// `text` with every generated part made anew.
fn filled(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!-- gen:") {
        let (name, after) = after.split_once(" -->").expect("a closed mark");
        let (_, after) = after.split_once("<!-- /gen -->").expect("an end mark");
        out.push_str(&format!("{before}<!-- gen:{name} -->\n{}<!-- /gen -->", table(name)));
        rest = after;
    }
    out + rest
}

fn table(name: &str) -> String {
    match name.split_once(' ').unwrap_or((name, "")) {
        ("config", filter) => config(filter),
        ("facts", stage) => facts(stage),
        ("metrics", stage) => metrics(stage),
        ("matrix", _) => matrix(),
        ("providers", _) => providers(),
        _ => panic!("no generated part is called {name}"),
    }
}

fn rows(head: &[&str], body: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut out = line(head.iter().map(|cell| (*cell).to_owned()).collect());
    out.push_str(&line(head.iter().map(|_| "---".to_owned()).collect()));
    body.into_iter().for_each(|cells| out.push_str(&line(cells)));
    out
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

/// Whether a row is told of `asked`: its own stage's, or every stage's. Without a stage all are.
pub(crate) fn concerns(row: &str, asked: &str) -> bool {
    asked.is_empty() || row == "any" || row.split(", ").any(|stage| stage == asked)
}

fn facts(stage: &str) -> String {
    let row = |fact: &stage::facts::Fact| {
        vec![code(fact.name), fact.doc.to_owned(), code(fact.example), fact.stage.to_owned()]
    };
    rows(
        &["fact", "what it says", "example", "written by"],
        FACTS.iter().filter(|fact| concerns(fact.stage, stage)).map(row),
    )
}

fn metrics(stage: &str) -> String {
    let row = |metric: &stage::metrics::MetricRow| {
        let kind = match metric.kind {
            MetricKind::Counter => "counter",
            MetricKind::Histogram => "histogram",
        };
        let labels: Vec<_> = metric.labels.iter().map(|label| code(label)).collect();
        vec![
            code(metric.name),
            kind.into(),
            metric.unit.into(),
            labels.join(", "),
            metric.doc.into(),
        ]
    };
    let told = METRICS.iter().filter(|metric| concerns(metric.stage, stage));
    rows(&["metric", "kind", "unit", "labels", "what it tells"], told.map(row))
}

/// What of which client arrives at which provider, as the test of the dialects found it.
fn matrix() -> String {
    const CELLS: &str = include_str!("../../shared/dialects/tests/matrix/snapshots/cells.snap");
    let lines: Vec<(&str, &str, &str)> = CELLS
        .lines()
        .filter_map(|line| line.split_once(':'))
        .filter_map(|(pair, letters)| {
            let (client, provider) = pair.split_once(' ')?;
            Some((client, provider, letters.trim()))
        })
        .filter(|(client, ..)| dialects::by_name(client).is_some())
        .collect();
    let mut names: Vec<&str> = lines.iter().map(|line| line.0).collect();
    names.dedup();
    let cell = |client: &str, provider: &str| {
        let found = lines.iter().find(|line| line.0 == client && line.1 == provider);
        let letters = found.map_or("", |line| line.2);
        if letters.split(' ').count() == 7 { "all".to_owned() } else { letters.to_owned() }
    };
    let mut head = vec!["client \\ provider".to_owned()];
    head.extend(names.iter().map(|name| code(name)));
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let row = |client: &&str| {
        let cells = names.iter().map(|provider| cell(client, provider));
        std::iter::once(code(client)).chain(cells).collect()
    };
    rows(&head, names.iter().map(row))
}

fn providers() -> String {
    let row = |provider: &dialects::providers::Provider| {
        let auth = match provider.auth {
            Auth::Bearer => "`authorization: Bearer`".to_owned(),
            Auth::Header(name) => code(name),
        };
        vec![
            code(provider.name),
            format!("[{}]({})", provider.title, provider.source),
            std::iter::once(&provider.dialect)
                .chain(provider.quirks.also)
                .map(|dialect| code(dialect.name()))
                .collect::<Vec<_>>()
                .join(", "),
            code(provider.base_url),
            auth,
        ]
    };
    rows(&["name", "provider", "dialect", "base URL", "key"], PROVIDERS.iter().map(row))
}

/// The fields of a filter's configuration by their paths, nested ones too, each in backticks.
pub(crate) fn paths(filter: &Filter) -> Vec<String> {
    body(filter).into_iter().filter_map(|row| row.into_iter().next()).collect()
}

fn body(filter: &Filter) -> Vec<Vec<String>> {
    let schema = schemas::schema(filter);
    let mut body = Vec::new();
    fields(&schema, &schema, "", &mut body);
    body
}

/// The fields of a filter's configuration.
fn config(filter: &str) -> String {
    let body = body(catalogue::by_name(filter).expect("a filter of that name"));
    rows(&["field", "type", "default", "what it is"], body)
}

fn fields(schema: &Value, root: &Value, prefix: &str, body: &mut Vec<Vec<String>>) {
    let required = |name: &str| {
        schema["required"].as_array().is_some_and(|list| list.iter().any(|item| item == name))
    };
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{prefix}{name}");
        let resolved = resolve(field, root);
        let default = match (&field["default"], required(name)) {
            (_, true) => "required".to_owned(),
            (Value::Null | Value::Object(_), _) => String::new(),
            (Value::Array(list), _) if list.is_empty() => String::new(),
            (value, _) => code(&value.to_string()),
        };
        let doc =
            field["description"].as_str().or(resolved["description"].as_str()).unwrap_or_default();
        body.push(vec![code(&path), kind(resolved), default, doc.replace('\n', " ")]);
        let (inner, step) = if resolved["additionalProperties"]["$ref"].is_string() {
            (resolve(&resolved["additionalProperties"], root), ".NAME.")
        } else if resolved["items"]["$ref"].is_string() {
            (resolve(&resolved["items"], root), "[].")
        } else {
            (resolved, ".")
        };
        fields(inner, root, &format!("{path}{step}"), body);
    }
}

fn resolve<'a>(field: &'a Value, root: &'a Value) -> &'a Value {
    let choices = field["anyOf"].as_array();
    let field =
        choices.and_then(|list| list.iter().find(|one| one["$ref"].is_string())).unwrap_or(field);
    match field["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/$defs/")) {
        Some(name) => &root["$defs"][name],
        None => field,
    }
}

fn kind(field: &Value) -> String {
    if let Some(choices) = field["oneOf"].as_array() {
        let words = choices.iter().filter_map(choice);
        return words.map(|word| code(&word)).collect::<Vec<_>>().join(" or ");
    }
    match &field["type"] {
        Value::String(kind) if kind == "object" && field["additionalProperties"] != false => {
            "map".to_owned()
        }
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => kinds
            .iter()
            .filter_map(Value::as_str)
            .filter(|kind| *kind != "null")
            .collect::<Vec<_>>()
            .join(" or "),
        _ => String::new(),
    }
}

/// A variant of an enum as it is written: `hold`, `{env: …}`.
fn choice(variant: &Value) -> Option<String> {
    if let Some(word) = variant["const"].as_str() {
        return Some(word.to_owned());
    }
    let name = variant["properties"].as_object()?.keys().next()?;
    Some(format!("{{{name}: …}}"))
}
