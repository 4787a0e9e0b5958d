//! `tollgate`: the same code as the filters, on the command line.

mod mock;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// AI-gateway filters for Envoy, on the command line
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Simulate a provider on 127.0.0.1
    Mock(mock::MockArgs),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Mock(args) => mock::run(args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to say where standard error is closed.
            let _ = writeln!(io::stderr(), "tollgate: {error}");
            ExitCode::FAILURE
        }
    }
}
