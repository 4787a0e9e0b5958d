//! `tollgate translate`: one message from one dialect to another, standard input to standard output.

mod other;

use std::io::{self, Read, Write};

use chat::{Event, Framing, Kind, Problem, json};
use clap::{Args, ValueEnum};
use dialects::providers::Provider;
use dialects::{
    Client, ClientContext, Codec, DIALECTS, Dialect, Drops, OTHERS, Operation, ProviderContext,
    StreamTranslation, extend, neutral,
};

/// Translate a message from standard input. What the target cannot express is named on standard error.
#[derive(Args)]
pub(crate) struct TranslateArgs {
    /// What the message is
    message: Message,
    /// The dialect it is in, or the path that a client addresses: `/v1/embeddings`
    #[arg(long, value_name = "DIALECT")]
    from: String,
    /// The dialect it shall be in, or such a path
    #[arg(long, value_name = "DIALECT")]
    to: String,
    /// The model to name in place of the message's own
    #[arg(long)]
    model: Option<String>,
    /// The provider whose quirks count, from the registry; by default the dialect's owner
    #[arg(long)]
    provider: Option<String>,
    /// HTTP status of the provider's error
    #[arg(long, default_value_t = 400)]
    status: u16,
    /// Unix time in seconds, for answers that carry the time of a provider that does not tell it
    #[arg(long, default_value_t = 0)]
    created: u64,
    /// Give the usage in the stream as if the client had asked for it
    #[arg(long)]
    stream_usage: bool,
}

/// The kinds of messages.
#[derive(Clone, Copy, ValueEnum)]
enum Message {
    /// A client's request
    Request,
    /// A provider's whole answer
    Response,
    /// A provider's streamed answer
    Stream,
    /// A provider's error body
    Error,
}

/// The largest event of a stream, in bytes.
const EVENT_LIMIT: usize = 32 << 20;

pub(crate) fn run(args: TranslateArgs) -> io::Result<()> {
    let mut input = Vec::new();
    io::stdin().read_to_end(&mut input)?;
    let mut drops = Drops::default();
    let (from, to) = (named(&args.from)?, named(&args.to)?);
    let done = match args.message {
        Message::Request => match operation(from) {
            Some(asked) => other::request(&args, asked, codec(to)?, &input, &mut drops),
            None => request(&args, client(from)?, codec(to)?, &input, &mut drops),
        },
        Message::Response => match operation(to) {
            Some(asked) => other::response(&args, asked, codec(from)?, &input),
            None => response(&args, codec(from)?, client(to)?, &input, &mut drops),
        },
        Message::Stream => stream(&args, codec(from)?, client(to)?, &input, &mut drops),
        Message::Error => {
            let (status, body) = to.encode_error(&codec(from)?.decode_error(args.status, &input));
            writeln!(io::stderr(), "status {status}")?;
            print(&body)
        }
    };
    for dropped in drops.iter() {
        writeln!(io::stderr(), "dropped {dropped}")?;
    }
    done
}

/// The dialect of that name, or of the clients that address that path.
fn named(name: &str) -> io::Result<&'static dyn Dialect> {
    let found = match name.starts_with('/') {
        true => dialects::by_path("POST", name).map(|found| found.0),
        false => dialects::by_name(name),
    };
    found.ok_or_else(|| {
        let all = DIALECTS.iter().chain(OTHERS);
        let names: Vec<_> = all.map(|dialect| dialect.name()).collect();
        io::Error::other(format!("unknown dialect {name}, expected one of: {}", names.join(", ")))
    })
}

/// What clients of a dialect ask for, where that is neither chat nor answered by it.
fn operation(dialect: &dyn Dialect) -> Option<Operation> {
    let operation = dialect.endpoints().first()?.operation;
    (!matches!(operation, Operation::Chat | Operation::Completions)).then_some(operation)
}

fn codec(dialect: &dyn Dialect) -> io::Result<&'static dyn Codec> {
    let name = dialect.name();
    dialects::codec(name).ok_or_else(|| {
        io::Error::other(format!(
            "{name} is what clients speak; name the provider's dialect of chat"
        ))
    })
}

fn client(dialect: &dyn Dialect) -> io::Result<&'static dyn Client> {
    let name = dialect.name();
    dialects::client(name)
        .ok_or_else(|| io::Error::other(format!("{name} has only requests and answers")))
}

/// The provider asked for, else the dialect's owner.
fn provider(args: &TranslateArgs, dialect: &'static dyn Codec) -> io::Result<&'static Provider> {
    let found = match &args.provider {
        Some(name) => {
            Provider::by_name(name).filter(|row| row.dialect_for(dialect).name() == dialect.name())
        }
        None => Provider::owner(dialect),
    };
    found.ok_or_else(|| io::Error::other(format!("no such provider speaks {}", dialect.name())))
}

fn request(
    args: &TranslateArgs,
    from: &dyn Client,
    to: &'static dyn Codec,
    input: &[u8],
    drops: &mut Drops,
) -> io::Result<()> {
    let named = args.model.as_deref().unwrap_or("model");
    let mut path =
        from.endpoints().first().map(|endpoint| endpoint.path(named)).unwrap_or_default();
    let mut body = json::parse(input).map_err(io::Error::other)?;
    let provider = provider(args, to)?;
    if from.name() == to.name() {
        if let Some(model) = &args.model {
            from.set_model(&mut path, &mut body, model);
        }
        to.adapt(&mut body, provider, drops);
        return print(&body);
    }
    let mut neutral = from.decode_request(&path, body, drops).map_err(told)?;
    if let Some(model) = &args.model {
        neutral.model.clone_from(model);
    }
    to.fit_tool_names(&mut neutral);
    let context = ProviderContext::new(provider);
    print(&to.encode_request(neutral, context, drops).map_err(told)?.body)
}

fn response(
    args: &TranslateArgs,
    from: &dyn Codec,
    to: &'static dyn Client,
    input: &[u8],
    drops: &mut Drops,
) -> io::Result<()> {
    let body = json::parse(input).map_err(io::Error::other)?;
    if from.name() == to.name() {
        return print(&body);
    }
    let mut answer = from.decode_response(body, drops).map_err(told)?;
    if let Some(model) = &args.model {
        answer.model.clone_from(model);
    }
    let mut body = to.encode_response(answer, &context(args), drops);
    extend(to, &mut body, false, [drops]);
    print(&body)
}

fn stream(
    args: &TranslateArgs,
    from: &dyn Codec,
    to: &'static dyn Client,
    input: &[u8],
    drops: &mut Drops,
) -> io::Result<()> {
    if from.name() == to.name() {
        return io::stdout().write_all(input);
    }
    let mut translation = StreamTranslation::new(from, to, context(args), true);
    let mut name = |meaning: &mut neutral::Event| {
        if let (neutral::Event::Start { model, .. }, Some(asked)) = (meaning, &args.model) {
            model.clone_from(asked);
        }
    };
    let mut out = Vec::new();
    let mut verdict = Ok(());
    for event in events(from.framing(), input)? {
        verdict = match event.data() {
            chat::Data::Nothing => continue,
            _ => translation.event(event, &mut name, &mut out),
        };
        if verdict.is_err() {
            break;
        }
    }
    if verdict.is_ok() {
        verdict = translation.finish(&mut name, &mut out);
    }
    if let Err(problem) = &verdict {
        out.extend(to.encode_stream_error(problem, out.last()));
    }
    let mut bytes = Vec::new();
    out.iter().for_each(|event| to.framing().encode(event, &mut bytes));
    io::stdout().write_all(&bytes)?;
    drops.append(&mut translation.drops());
    verdict.map_err(told)
}

fn events(framing: Framing, input: &[u8]) -> io::Result<Vec<Event>> {
    let mut decoder = framing.decoder(EVENT_LIMIT);
    let mut events = Vec::new();
    decoder.push(input, &mut events).map_err(io::Error::other)?;
    events.extend(decoder.finish());
    Ok(events)
}

fn context(args: &TranslateArgs) -> ClientContext {
    ClientContext {
        created: args.created,
        model: args.model.clone().unwrap_or_default(),
        stream_usage: args.stream_usage,
        ..ClientContext::default()
    }
}

fn print(body: &json::Value) -> io::Result<()> {
    writeln!(io::stdout(), "{body}")
}

/// A problem in one line: where, what, and its code.
fn told(problem: Problem) -> io::Error {
    let code = problem.code.as_deref().unwrap_or(match problem.kind {
        Kind::InvalidRequest => "invalid_request",
        _ => "error",
    });
    let place = problem.param.map(|param| format!("{param}: ")).unwrap_or_default();
    io::Error::other(format!("{place}{} ({code})", problem.message))
}
