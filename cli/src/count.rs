//! `tollgate count`: tokens, as the token counter counts them.

use std::io::{self, BufRead, Write};

use chat::json::{self, Value};
use clap::Args;
use dialects::{Drops, READERS, Reader, neutral};
use tokens::{Counter, ENCODINGS, Encoding, Tokens};

/// Count the tokens of standard input
#[derive(Args)]
pub(crate) struct CountArgs {
    /// The encoding, such as `o200k_base`
    #[arg(long, conflicts_with = "model")]
    encoding: Option<String>,
    /// The model; one without a public encoding is estimated. By default a request's own, else `o200k_base`
    #[arg(long)]
    model: Option<String>,
    /// The input is a request of a client: count it with everything that stands around its texts
    #[arg(long)]
    chat: bool,
    /// The dialect of the request; by default the one that understands most of it
    #[arg(long, requires = "chat")]
    dialect: Option<String>,
    /// One `{"text": …}` (with `--chat` one request) a line in, one `{"tokens": N}` a line out
    #[arg(long)]
    jsonl: bool,
    /// Read `<|endoftext|>` and its like as the special tokens they look like, not as the text that they are in a
    /// message
    #[arg(long, conflicts_with = "chat")]
    special_tokens: bool,
}

pub(crate) fn run(args: CountArgs) -> io::Result<()> {
    let task = Task::new(&args)?;
    if args.jsonl {
        return lines(&task);
    }
    let input = io::read_to_string(io::stdin())?;
    let tokens = match args.chat {
        true => task.request(json::parse_str(&input).map_err(io::Error::other)?)?,
        false => task.text(&input),
    };
    if tokens.estimated {
        writeln!(io::stderr(), "estimated")?;
    }
    writeln!(io::stdout(), "{}", tokens.count)
}

fn lines(task: &Task) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for (number, line) in (1..).zip(io::stdin().lock().lines()) {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let told =
            |error: &dyn std::fmt::Display| io::Error::other(format!("line {number}: {error}"));
        let value = json::parse_str(&line).map_err(|error| told(&error))?;
        let tokens = match task.chat {
            true => task.request(value).map_err(|error| told(&error))?,
            false => {
                let text = value.get("text").and_then(Value::as_str);
                task.text(text.ok_or_else(|| told(&"`text` must be a string"))?)
            }
        };
        match tokens.estimated {
            true => writeln!(out, "{{\"tokens\":{},\"estimated\":true}}", tokens.count)?,
            false => writeln!(out, "{{\"tokens\":{}}}", tokens.count)?,
        }
    }
    out.flush()
}

/// What to count by.
struct Task {
    counter: Option<Counter>,
    encoding: &'static Encoding,
    chat: bool,
    dialect: Option<&'static dyn Reader>,
    special_tokens: bool,
}

impl Task {
    fn new(args: &CountArgs) -> io::Result<Task> {
        let name = args.encoding.as_deref().unwrap_or("o200k_base");
        let encoding = Encoding::by_name(name).ok_or_else(|| {
            let names: Vec<_> = ENCODINGS.iter().map(|encoding| encoding.name).collect();
            unknown("encoding", name, &names)
        })?;
        let by_encoding = args.encoding.is_some().then(|| Counter::of_encoding(encoding));
        let by_model = args.model.as_deref().map(Counter::of_model);
        let dialect = args.dialect.as_deref().map(|name| {
            let names = || READERS.iter().map(|dialect| dialect.name()).collect::<Vec<_>>();
            dialects::reader(name).ok_or_else(|| unknown("dialect", name, &names()))
        });
        Ok(Task {
            counter: by_encoding.or(by_model),
            encoding,
            chat: args.chat,
            dialect: dialect.transpose()?,
            special_tokens: args.special_tokens,
        })
    }

    fn text(&self, text: &str) -> Tokens {
        let counter = self.counter.unwrap_or_else(|| Counter::of_encoding(self.encoding));
        let count = match self.special_tokens {
            true => counter.text_with_special(text),
            false => counter.text(text),
        };
        Tokens { count, estimated: counter.estimates() }
    }

    fn request(&self, body: Value) -> io::Result<Tokens> {
        let request = match self.dialect {
            Some(dialect) => decode(dialect, &body).map(|(request, _)| request),
            None => guess(&body),
        }?;
        let counter = self.counter.unwrap_or_else(|| Counter::of_model(&request.model));
        Ok(counter.request(&request))
    }
}

/// The request in the dialect that leaves the least of it over.
pub(crate) fn guess(body: &Value) -> io::Result<neutral::Request> {
    let mut best: Option<(usize, neutral::Request)> = None;
    for dialect in READERS {
        match decode(*dialect, body) {
            // Some dialects leave everything out that they may; without a conversation it is nobody's request.
            Ok((request, _)) if request.messages.is_empty() => {}
            Ok((request, left)) if best.as_ref().is_none_or(|(least, _)| left < *least) => {
                best = Some((left, request));
            }
            Ok(_) | Err(_) => {}
        }
    }
    let found = best.map(|(_, request)| request);
    found.ok_or_else(|| {
        io::Error::other("no dialect reads this request; with `--dialect` it is told why")
    })
}

/// The request, and how much of it the dialect did not understand.
fn decode(dialect: &dyn Reader, body: &Value) -> io::Result<(neutral::Request, usize)> {
    let path = dialect.endpoints().first().map_or("", |endpoint| endpoint.suffix);
    let mut drops = Drops::default();
    let told = |problem: ::chat::Problem| {
        io::Error::other(format!("{}: {}", dialect.name(), problem.message))
    };
    let request = dialect.decode_request(path, body.clone(), &mut drops).map_err(told)?;
    let left = request.extras.len() + drops.iter().count();
    Ok((request, left))
}

fn unknown(what: &str, name: &str, names: &[&str]) -> io::Error {
    io::Error::other(format!("unknown {what} {name}, expected one of: {}", names.join(", ")))
}
