//! `bench load`: every connection sends its next request when the answer to the last is complete.

use std::io::{self, ErrorKind, Write};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::http::Connection;
use crate::summary::Tally;

/// An answer that takes longer counts as an error.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// The pause after an error, so that a dead server is not called in a tight loop.
const AFTER_ERROR: Duration = Duration::from_millis(20);

/// Send the same request over and over on kept connections, and print one line of JSON
///
/// An answer counts if its status is 200 and its body is complete.
#[derive(Args, Debug)]
pub(crate) struct LoadArgs {
    /// The port of 127.0.0.1 to call
    #[arg(long)]
    port: u16,

    /// The path to post to
    #[arg(long)]
    path: String,

    /// The file that holds the request's body
    #[arg(long)]
    body: PathBuf,

    /// A header to send, besides host, content-type and content-length
    #[arg(long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,

    /// How the body of a correct answer ends, white space aside
    #[arg(long)]
    ends_with: Option<String>,

    /// How many connections there are, one request at a time on each
    #[arg(long, default_value_t = 16)]
    concurrency: usize,

    /// How long new requests are sent
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
}

/// Runs the load.
///
/// # Errors
///
/// Where the body cannot be read, the time is no time, or standard output cannot be written. Failed
/// requests are counted instead.
pub(crate) async fn run(args: LoadArgs) -> io::Result<()> {
    let invalid = |message| io::Error::new(ErrorKind::InvalidInput, message);
    let seconds = Duration::try_from_secs_f64(args.seconds)
        .map_err(|_| invalid("--seconds must be a positive number"))?;
    let job = Arc::new(Job::new(&args)?);
    let start = Instant::now();
    let until = start + seconds;
    let mut clients = JoinSet::new();
    for _ in 0..args.concurrency {
        clients.spawn(client(Arc::clone(&job), until));
    }
    let mut total = Tally::default();
    while let Some(tally) = clients.join_next().await {
        total.add(tally?);
    }
    let summary = total.summary(start.elapsed().as_secs_f64());
    let line = serde_json::to_string(&summary).map_err(io::Error::other)?;
    writeln!(io::stdout(), "{line}")
}

/// What every connection does.
struct Job {
    port: u16,
    request: Vec<u8>,
    ends_with: Vec<u8>,
}

impl Job {
    fn new(args: &LoadArgs) -> io::Result<Job> {
        let body = std::fs::read(&args.body)?;
        let mut request = format!(
            "POST {} HTTP/1.1\r\nhost: tollgate.test\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n",
            args.path,
            body.len()
        );
        for header in &args.headers {
            request.push_str(header);
            request.push_str("\r\n");
        }
        request.push_str("\r\n");
        let request = [request.into_bytes(), body].concat();
        let ends_with = args.ends_with.clone().unwrap_or_default().into_bytes();
        Ok(Job { port: args.port, request, ends_with })
    }
}

async fn client(job: Arc<Job>, until: Instant) -> Tally {
    let mut tally = Tally::default();
    let mut kept = None;
    while Instant::now() < until {
        let answered = timeout(ANSWER_WITHIN, exchange(&job, kept.take(), &mut tally)).await;
        let answered = answered.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()));
        match answered {
            Ok(connection) => kept = connection,
            Err(error) => {
                tally.fail(&error);
                tokio::time::sleep(AFTER_ERROR).await;
            }
        }
    }
    tally
}

/// One request and its answer, and the connection if the server keeps it.
async fn exchange(
    job: &Job,
    kept: Option<Connection>,
    tally: &mut Tally,
) -> io::Result<Option<Connection>> {
    let mut connection = match kept {
        Some(connection) => connection,
        None => Connection::new(TcpStream::connect((Ipv4Addr::LOCALHOST, job.port)).await?)?,
    };
    let start = Instant::now();
    connection.send(&job.request).await?;
    let head = connection.head().await?.ok_or(ErrorKind::ConnectionReset)?;
    let mut first_byte = None;
    let mut bytes = 0;
    let mut end = Vec::new();
    let kept_end = job.ends_with.len() + 8;
    connection
        .body(head.framing, |piece| {
            first_byte.get_or_insert_with(|| micros(start));
            bytes += piece.len() as u64;
            keep_end(&mut end, piece, kept_end);
        })
        .await?;
    if head.status() != Some(200) {
        return Err(io::Error::other(format!("the answer is {}", head.first_line)));
    }
    if !end.trim_ascii_end().ends_with(&job.ends_with) {
        let end = String::from_utf8_lossy(&end);
        return Err(io::Error::other(format!("the answer ends with {end:?}")));
    }
    tally.latencies.push(micros(start));
    tally.first_bytes.extend(first_byte);
    tally.bytes += bytes;
    Ok((!head.close).then_some(connection))
}

/// Appends `piece` to `end`, of which only the last `size` bytes stay.
fn keep_end(end: &mut Vec<u8>, piece: &[u8], size: usize) {
    let skipped = piece.len().saturating_sub(size);
    end.extend_from_slice(piece.get(skipped..).unwrap_or_default());
    end.drain(..end.len().saturating_sub(size));
}

fn micros(start: Instant) -> u32 {
    u32::try_from(start.elapsed().as_micros()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_body_is_kept_across_pieces() {
        for pieces in [&["abc", "de", "fgh"][..], &["abcdefgh"], &["a", "", "bcdefg", "h"]] {
            let mut end = Vec::new();
            pieces.iter().for_each(|piece| keep_end(&mut end, piece.as_bytes(), 4));
            assert_eq!(end, b"efgh");
        }
    }
}
