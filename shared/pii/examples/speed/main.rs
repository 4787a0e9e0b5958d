//! How fast the finder is: megabytes a second, with what is on by default and with every entity there is.
//!
//! `make speed` runs it in V8, Envoy's engine; `cargo run --release -p pii --example speed [NAME]` natively.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark may stop and takes time"
)]

mod texts;

use std::hint::black_box;
use std::time::Instant;

use pii::find::{ENTITIES, Finder, Selection};

/// How long a text is, in bytes.
const LEN: usize = 1 << 16;

fn main() {
    let entities = ENTITIES.iter().map(|entity| entity.name.to_owned()).collect();
    let every = Selection { entities, ..Selection::default() };
    let every = Finder::new(&every).expect("all entities compile");
    let usual = Finder::new(&Selection::default()).expect("the default compiles");
    let wanted = std::env::args().nth(1);
    println!("{:<22} {:>10} {:>10}   MB/s", "", "default", "every");
    for (kind, texts) in [("prose", texts::PROSE), ("hostile", texts::HOSTILE)] {
        let mut slowest = f64::MAX;
        for (name, piece) in
            texts.iter().filter(|text| wanted.as_deref().is_none_or(|name| name == text.0))
        {
            let text = piece.repeat(LEN / piece.len());
            let (usual, every) = (rate(&usual, &text), rate(&every, &text));
            println!("{name:<22} {usual:>10.0} {every:>10.0}");
            slowest = slowest.min(usual).min(every);
        }
        if slowest < f64::MAX {
            println!("{:<22} {:>10} {slowest:>10.0}\n", format!("slowest of {kind}"), "");
        }
    }
}

/// The best of several runs, since others may be using the machine.
fn rate(finder: &Finder, text: &str) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..20 {
        let start = Instant::now();
        black_box(finder.find(black_box(text)));
        best = best.min(start.elapsed().as_secs_f64());
    }
    text.len() as f64 / 1e6 / best
}
