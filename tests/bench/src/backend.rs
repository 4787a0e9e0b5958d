//! `bench backend`: the cheapest provider there can be.

use std::io::{self, Read, Write};
use std::net::Ipv4Addr;
use std::sync::Arc;

use clap::Args;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::answers::{Answers, Dialect};
use crate::http::{Connection, find};

/// Answer every request with the same correct answer, until standard input ends
///
/// A request that says `"stream":true` is answered event by event, each written for itself. Prints the
/// address before serving.
#[derive(Args, Debug)]
pub(crate) struct BackendArgs {
    /// The wire format to answer in
    #[arg(long)]
    dialect: Dialect,

    /// The port of 127.0.0.1 to listen on; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,

    /// How many events of a stream carry text
    #[arg(long, default_value_t = 32)]
    stream_events: usize,
}

/// Serves until standard input ends.
///
/// # Errors
///
/// Where the port cannot be bound, or standard output cannot be written.
pub(crate) async fn run(args: &BackendArgs) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port)).await?;
    writeln!(io::stdout(), "listening on {}", listener.local_addr()?)?;
    io::stdout().flush()?;
    let answers = Arc::new(Answers::new(args.dialect, args.stream_events));
    tokio::select! {
        () = serve(listener, answers) => {}
        _ = input_end() => {}
    }
    Ok(())
}

/// Ends when whoever started this process closes its standard input or dies.
fn input_end() -> oneshot::Receiver<()> {
    let (ended, end) = oneshot::channel();
    std::thread::spawn(move || {
        let mut ignored = [0; 64];
        while matches!(io::stdin().read(&mut ignored), Ok(1..)) {}
        // Nobody listens where the process ends for another reason.
        let _ = ended.send(());
    });
    end
}

async fn serve(listener: TcpListener, answers: Arc<Answers>) {
    // The backlog bounds how many connections wait, the load how many there are.
    while let Ok((stream, _)) = listener.accept().await {
        let answers = Arc::clone(&answers);
        tokio::spawn(async move {
            // A client that has gone is no concern of the backend's: the load counts errors.
            let _ = connection(stream, &answers).await;
        });
    }
}

async fn connection(stream: TcpStream, answers: &Answers) -> io::Result<()> {
    let mut connection = Connection::new(stream)?;
    let mut body = Vec::new();
    while let Some(head) = connection.head().await? {
        body.clear();
        connection.body(head.framing, |piece| body.extend_from_slice(piece)).await?;
        if !wants_stream(&body) {
            connection.send(&answers.buffered).await?;
            continue;
        }
        for event in &answers.streamed {
            connection.send(event).await?;
            // Lets other connections write between two events of this one, as under real load.
            tokio::task::yield_now().await;
        }
    }
    Ok(())
}

/// Looked for, not parsed: in a text the quotes would be escaped.
fn wants_stream(body: &[u8]) -> bool {
    find(body, br#""stream":true"#).or_else(|| find(body, br#""stream": true"#)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_parameter_asks_for_a_stream() {
        assert!(wants_stream(br#"{"model":"m","stream":true}"#));
        assert!(wants_stream(br#"{"model": "m", "stream": true}"#));
        assert!(!wants_stream(br#"{"model":"m","stream":false}"#));
        assert!(!wants_stream(br#"{"text":"\"stream\":true"}"#));
    }
}
