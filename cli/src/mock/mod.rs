//! `tollgate mock`: a simulated provider.
//!
//! It validates requests as the provider documents its API, refuses what the provider would
//! refuse, in the provider's words, and answers buffered or streamed. Its answers depend only on
//! the request, so they prove what arrived. It does not check models, quotas or safety, and it
//! never connects anywhere.
//!
//! ```text
//! tollgate mock openai-chat --port 8001 --event-delay-ms 50
//! curl -s http://127.0.0.1:8001/__mock/last
//! ```

mod anthropic_messages;
mod bedrock_converse;
mod cohere_chat;
mod control;
mod cursor;
mod dialect;
mod gemini;
mod json;
mod model;
mod model_servers;
mod ollama_chat;
mod openai_chat;
mod openai_responses;
mod record;
mod sample;
mod schema;
mod server;
mod services;
mod shape;
mod switches;
mod wire;

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr};

use clap::Args;
use clap::builder::PossibleValuesParser;
use tokio::net::TcpListener;

use self::dialect::DIALECTS;
use self::server::Mock;
use self::switches::Switches;

/// Arguments of `tollgate mock`.
#[derive(Args, Debug)]
pub(crate) struct MockArgs {
    /// The API to simulate
    #[arg(value_parser = PossibleValuesParser::new(DIALECTS.iter().map(|dialect| dialect.name())))]
    dialect: String,

    /// The port to listen on; 0 takes a free one and prints it
    #[arg(long, default_value_t = 0)]
    port: u16,

    /// The address to listen on; 0.0.0.0 inside a container
    #[arg(long, default_value_t = IpAddr::from(Ipv4Addr::LOCALHOST))]
    host: IpAddr,

    #[command(flatten)]
    switches: Switches,
}

/// Serves until Ctrl-C.
///
/// # Errors
///
/// Where the port cannot be bound, or standard output cannot be written.
pub(crate) fn run(args: MockArgs) -> io::Result<()> {
    let dialect = DIALECTS.iter().find(|dialect| dialect.name() == args.dialect);
    let dialect = *dialect.ok_or_else(|| io::Error::other("unknown dialect"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind((args.host, args.port)).await?;
        let address = listener.local_addr()?;
        writeln!(io::stdout(), "mock {} listening on {address}", dialect.name())?;
        io::stdout().flush()?;
        tokio::select! {
            () = server::serve(listener, Mock::new(dialect, args.switches)) => Ok(()),
            interrupted = tokio::signal::ctrl_c() => interrupted,
        }
    })
}
