//! The two ends of the throughput benchmark: `bench load` asks, `bench backend` answers, and the Envoy that
//! is measured stands between them (`bench.py` runs all three).
//!
//! Both ends are one thread each and read no more of HTTP than they must, so that on a machine with two
//! cores Envoy is what limits the throughput. Neither is a client or a server for anything else: no TLS,
//! no HTTP/2, no validation of what a request says (`tollgate mock` does that).
//!
//! ```text
//! bench backend --dialect openai-chat --port 8001 &
//! bench load --port 8001 --path /v1/chat/completions --body request.json --concurrency 16 --seconds 3
//! ```

#![allow(clippy::disallowed_methods, reason = "a benchmark measures time")]

mod answers;
mod backend;
mod http;
mod load;
mod summary;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Load and a cheap provider for the throughput benchmark
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Backend(backend::BackendArgs),
    Load(load::LoadArgs),
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to say where standard error is closed.
            let _ = writeln!(io::stderr(), "bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match command {
        Command::Backend(args) => runtime.block_on(backend::run(&args)),
        Command::Load(args) => runtime.block_on(load::run(args)),
    }
}
