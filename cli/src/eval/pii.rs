//! Precision and recall of the PII finder, per type.
//!
//! A finding is right if it overlaps a labelled span of its type; `exact` counts those that are the same span.
//! Texts without labelled spans (`{label, text}` a line) give counts only: in benign ones all that is found is
//! suspect.

use std::collections::BTreeMap;
use std::io::{self, Write};

use pii::find::{ENTITIES, Finder};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::redact::{Found, finder, in_characters};

/// Labels of data sets that have another name here.
const ALIASES: [(&str, &str); 8] = [
    ("DOMAIN_NAME", "URL"),
    ("EMAIL", "EMAIL_ADDRESS"),
    ("IBAN", "IBAN_CODE"),
    ("IPV4", "IP_ADDRESS"),
    ("IPV6", "IP_ADDRESS"),
    ("PHONE", "PHONE_NUMBER"),
    ("SSN", "US_SSN"),
    ("US_DRIVER_LICENSE", "DRIVER_LICENSE"),
];

#[derive(Deserialize)]
struct Labelled {
    full_text: String,
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    entity_type: String,
    start_position: usize,
    end_position: usize,
}

#[derive(Deserialize)]
struct Text {
    #[serde(default)]
    label: String,
    text: String,
}

#[derive(Default)]
struct Counts {
    labelled: usize,
    recalled: usize,
    exact: usize,
    found: usize,
    right: usize,
}

pub(super) fn run(text: &str) -> io::Result<()> {
    let finder = finder()?;
    let report = match text.trim_start().starts_with('[') {
        true => labelled(&finder, &serde_json::from_str::<Vec<Labelled>>(text)?),
        false => {
            let rows = text.lines().filter(|line| !line.trim().is_empty());
            unlabelled(&finder, &rows.map(serde_json::from_str).collect::<Result<Vec<Text>, _>>()?)
        }
    };
    writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&report)?)
}

fn labelled(finder: &Finder, rows: &[Labelled]) -> Value {
    let mut types: BTreeMap<String, Counts> = BTreeMap::new();
    for row in rows {
        let found = in_characters(&row.full_text, &finder.find(&row.full_text));
        let meets = |span: &Span, found: &Found| {
            name(&span.entity_type) == found.name
                && span.start_position < found.end
                && found.start < span.end_position
        };
        for span in row.spans.iter().filter(|span| is_known(name(&span.entity_type))) {
            let counts = types.entry(name(&span.entity_type).to_owned()).or_default();
            counts.labelled += 1;
            counts.recalled += usize::from(found.iter().any(|found| meets(span, found)));
            let same = |found: &Found| {
                (found.start, found.end) == (span.start_position, span.end_position)
            };
            counts.exact +=
                usize::from(found.iter().any(|found| meets(span, found) && same(found)));
        }
        for found in &found {
            let counts = types.entry(found.name.clone()).or_default();
            counts.found += 1;
            counts.right += usize::from(row.spans.iter().any(|span| meets(span, found)));
        }
    }
    let types: BTreeMap<_, _> =
        types.iter().map(|(name, counts)| (name, counts.report())).collect();
    json!({ "texts": rows.len(), "types": types })
}

fn unlabelled(finder: &Finder, rows: &[Text]) -> Value {
    let mut labels: BTreeMap<&str, (usize, BTreeMap<String, usize>)> = BTreeMap::new();
    for row in rows {
        let (texts, found) = labels.entry(&row.label).or_default();
        *texts += 1;
        for finding in finder.find(&row.text) {
            *found.entry(finding.name().to_owned()).or_default() += 1;
        }
    }
    let report = |(texts, found): &(usize, BTreeMap<String, usize>)| json!({ "texts": texts, "found": found });
    json!(labels.iter().map(|(label, counts)| (*label, report(counts))).collect::<BTreeMap<_, _>>())
}

impl Counts {
    fn report(&self) -> Value {
        let ratio = |part: usize, whole: usize| match whole {
            0 => Value::Null,
            _ => json!((part as f64 / whole as f64 * 1e4).round() / 1e4),
        };
        json!({
            "labelled": self.labelled,
            "recalled": self.recalled,
            "exact": self.exact,
            "found": self.found,
            "false_positives": self.found - self.right,
            "precision": ratio(self.right, self.found),
            "recall": ratio(self.recalled, self.labelled),
        })
    }
}

fn name(label: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| *alias == label).map_or(label, |(_, name)| name)
}

fn is_known(name: &str) -> bool {
    ENTITIES.iter().any(|entity| entity.name == name)
}
