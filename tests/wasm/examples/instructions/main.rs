//! What the built filters cost: wasm instructions per 2 KB request, per answer of about 1 KB and per event of a
//! stream, and the host functions they call. `make bench` runs it. The counts are exact and the same on every
//! machine.
//!
//! With the name of a file, the table goes there as JSON.

#![allow(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a tool that may stop"
)]

mod costs;
#[path = "../typical/mod.rs"]
mod typical;

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::costs::{Costs, costs};
use crate::typical::{Subject, subjects};

const WHAT: &str = "A chat request of 2 KB with ten headers, an answer of 1.6 KB and one text event of a stream, \
    in a VM that is warm; a stage of the chain alone reads and forwards its message too. Host calls are those of a whole \
    exchange that is not streamed.";

fn main() -> io::Result<()> {
    let measured: Vec<(Subject, Costs)> = subjects()
        .into_iter()
        .map(|subject| {
            let costs = costs(&subject);
            (subject, costs)
        })
        .collect();
    let mut out = io::stdout();
    writeln!(
        out,
        "{:<38} {:>9} {:>9} {:>9} {:>6}",
        "instructions", "request", "answer", "event", "calls"
    )?;
    for (subject, costs) in &measured {
        let name = subject.name;
        let Costs { request, answer, event, .. } = costs;
        writeln!(out, "{name:<38} {request:>9} {answer:>9} {event:>9} {:>6}", costs.calls())?;
    }
    for (subject, costs) in &measured {
        writeln!(
            out,
            "\n{:<41} {:>5} {:>10}",
            format!("{}, whole exchange", subject.name),
            "calls",
            "bytes"
        )?;
        for (function, counted) in &costs.host {
            writeln!(out, "  {function:<39} {:>5} {:>10}", counted.calls, counted.bytes)?;
        }
    }
    match std::env::args().nth(1) {
        Some(path) => std::fs::write(path, table(&measured).to_string()),
        None => Ok(()),
    }
}

fn table(measured: &[(Subject, Costs)]) -> Value {
    let row = |(subject, costs): &(Subject, Costs)| {
        json!({
            "name": subject.name, "request": costs.request, "answer": costs.answer, "event": costs.event,
            "calls": costs.calls(),
        })
    };
    json!({"what": WHAT, "rows": measured.iter().map(row).collect::<Vec<_>>()})
}
