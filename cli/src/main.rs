//! `tollgate`: the same code as the filters, on the command line.

mod check;
mod count;
mod eval;
mod guard;
mod init;
mod mock;
mod plugins;
mod redact;
mod replay;
mod route;
mod router;
mod simulate;
mod translate;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// AI-gateway filters for Envoy, on the command line
#[derive(Parser)]
#[command(name = "tollgate", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(check::CheckArgs),
    Count(count::CountArgs),
    Eval(eval::EvalArgs),
    Guard(guard::GuardArgs),
    Init(init::InitArgs),
    /// Simulate a provider on 127.0.0.1
    Mock(mock::MockArgs),
    Redact(redact::RedactArgs),
    Replay(replay::ReplayArgs),
    Route(route::RouteArgs),
    Simulate(simulate::SimulateArgs),
    Translate(translate::TranslateArgs),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Check(args) => check::run(args),
        Command::Count(args) => count::run(args),
        Command::Eval(args) => eval::run(args),
        Command::Guard(args) => guard::run(args),
        Command::Init(args) => init::run(args),
        Command::Mock(args) => mock::run(args),
        Command::Redact(args) => redact::run(args),
        Command::Replay(args) => replay::run(args),
        Command::Route(args) => route::run(args),
        Command::Simulate(args) => simulate::run(args),
        Command::Translate(args) => translate::run(args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Who reads has seen enough: `| head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to say where standard error is closed.
            let _ = writeln!(io::stderr(), "tollgate: {error}");
            ExitCode::FAILURE
        }
    }
}
