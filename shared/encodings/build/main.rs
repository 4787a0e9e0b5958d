//! Compiles the vocabularies of tiktoken-rs and the Unicode classes of its regexes into tables that are used in
//! place: `OUT_DIR/NAME.bin` for each vocabulary, `OUT_DIR/classes.bin`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "whatever goes wrong here, the build shall fail"
)]

mod classes;
#[path = "../src/hash.rs"]
mod hash;
mod perfect;
mod vocabulary;

use std::path::Path;

use tiktoken_rs::CoreBPE;

/// Loads a vocabulary.
type Load = fn() -> CoreBPE;

fn main() {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/hash.rs");
    let folder = std::env::var("OUT_DIR").unwrap();
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(Path::new(&folder).join(name), bytes).unwrap();
    };
    write("classes.bin", &classes::table());
    let vocabularies: [(&str, Load); 4] = [
        ("CL100K", || tiktoken_rs::cl100k_base().unwrap()),
        ("O200K", || tiktoken_rs::o200k_base().unwrap()),
        ("P50K", || tiktoken_rs::p50k_base().unwrap()),
        ("R50K", || tiktoken_rs::r50k_base().unwrap()),
    ];
    for (name, load) in vocabularies {
        if std::env::var_os(format!("CARGO_FEATURE_{name}")).is_some() {
            let tokens = vocabulary::tokens(&load());
            write(&format!("{}.bin", name.to_lowercase()), &vocabulary::table(name, &tokens));
        }
    }
}
