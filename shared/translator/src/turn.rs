//! One request's translation.

use std::borrow::Cow;
use std::rc::Rc;

use chat::json::same;
use chat::{Event, Kind, Problem};
use dialects::providers::with_query;
use dialects::{Client, ClientContext, Codec, Dropped, Drops, ProviderContext};
use stage::{Exchange, Headers, Level, Reading, Request, Response, Turn, Verdict, facts, metrics};

use crate::answer::Answer;
use crate::target::{Plan, Target};
use crate::unary;

/// One request's translation.
#[derive(Debug)]
pub(crate) struct Translation {
    plan: Rc<Plan>,
    answer: Option<Answer>,
    /// Of a request that is not chat.
    other: Option<unary::Answer>,
}

impl Translation {
    pub(crate) fn new(plan: Rc<Plan>) -> Translation {
        Translation { plan, answer: None, other: None }
    }
}

impl Turn for Translation {
    fn on_request(&mut self, request: &mut Request, io: &mut Exchange) -> Verdict {
        let target = self.plan.target(io)?;
        if !unary::is_chat(request.endpoint.operation, &target) {
            self.other = Some(unary::request(request, target, io)?);
            return Ok(());
        }
        let client = dialects::client(request.dialect.name()).ok_or_else(untranslatable)?;
        let path = request.headers.text(":path").unwrap_or_default().to_owned();
        let asked = client
            .model(&path, request.body.tree())
            .filter(|model| !model.is_empty())
            .ok_or_else(missing_model)?
            .into_owned();
        let mapped = target.models.map(&asked);
        let streams = client.streams(&path, request.body.tree());
        let dialect = target.provider.dialect_for(client);
        let renamed = mapped.as_ref().is_some_and(|model| *model != asked);
        let model = mapped.unwrap_or_else(|| asked.clone());
        tell(&target, dialect, asked, io);

        let mut drops = Drops::default();
        let is_same = same(client.name(), dialect.name());
        let mut context = ClientContext {
            created: io.now / 1_000_000_000,
            model,
            path,
            ..ClientContext::default()
        };
        let provider_path = if is_same {
            let model = renamed.then_some(context.model.as_str());
            keep(request, dialect, &target, &context.path, model, &mut drops).into()
        } else {
            translate(request, client, dialect, &target, &mut context, &mut drops)?
        };
        request.body.edit(|body| target.parameters.apply(body));
        dialect.check(request.body.tree(), target.provider)?;
        let provider_path = host(request, &target, provider_path, &context.model, streams)?;
        target.address(&mut request.headers, &provider_path);

        io.count(metrics::REQUESTS, &[("target", &target.name)]);
        report(&target.name, &drops, io);
        self.answer = Some(Answer::new(client, target, dialect, is_same, streams, context));
        Ok(())
    }

    fn on_response_head(&mut self, headers: &mut Headers, io: &mut Exchange) -> Reading {
        match &mut self.other {
            Some(other) => other.head(headers, io),
            None => self.answer.as_mut().map_or(Reading::Pass, |answer| answer.head(headers, io)),
        }
    }

    fn on_response(&mut self, response: &mut Response, io: &mut Exchange) -> Verdict {
        match &mut self.other {
            Some(other) => other.whole(response),
            None => self.answer.as_mut().map_or(Ok(()), |answer| answer.whole(response, io)),
        }
    }

    fn on_event(&mut self, event: Event, out: &mut Vec<Event>, io: &mut Exchange) -> Verdict {
        match &mut self.answer {
            Some(answer) => answer.event(event, out, io),
            None => {
                out.push(event);
                Ok(())
            }
        }
    }

    fn on_stream_end(&mut self, out: &mut Vec<Event>, io: &mut Exchange) -> Verdict {
        self.answer.as_mut().map_or(Ok(()), |answer| answer.stream_end(out, io))
    }
}

/// The request is already in the provider's dialect: only named fields change, and the model's name where it is
/// given. Returns the provider's path.
fn keep(
    request: &mut Request,
    dialect: &dyn Codec,
    target: &Target,
    path: &str,
    model: Option<&str>,
    drops: &mut Drops,
) -> String {
    let mut path = Cow::Borrowed(path);
    if let Some(model) = model {
        dialect.set_model(path.to_mut(), request.body.tree_mut(), model);
    }
    request.body.edit(|body| dialect.adapt(body, target.provider, drops));
    for (name, value) in dialect.default_headers() {
        if !request.headers.has(name) {
            request.headers.set(name, *value);
        }
    }
    dialect.provider_path(&path, request.body.tree())
}

/// The request goes to another dialect. Returns the provider's path.
fn translate(
    request: &mut Request,
    client: &'static dyn Client,
    dialect: &'static dyn Codec,
    target: &Target,
    context: &mut ClientContext,
    drops: &mut Drops,
) -> Result<Cow<'static, str>, Problem> {
    context.echo = client.echo(request.body.tree());
    let mut neutral = client.decode_request(&context.path, request.body.take(), drops)?;
    neutral.model.clone_from(&context.model);
    context.stream_usage = neutral.stream_usage;
    let provider = ProviderContext {
        provider: target.provider,
        max_output_tokens: target.max_output_tokens,
        template: target.template,
    };
    context.tool_names = dialect.fit_tool_names(&mut neutral);
    let encoded = dialect.encode_request(neutral, provider, drops)?;
    request.body.replace(encoded.body);
    for name in client.request_headers() {
        request.headers.remove(name);
    }
    for (name, value) in encoded.headers {
        request.headers.set(name, *value);
    }
    request.headers.set("content-type", "application/json");
    Ok(encoded.path)
}

/// Makes the request what the provider takes where it hosts another's API. Returns the provider's path.
fn host(
    request: &mut Request,
    target: &Target,
    path: Cow<'static, str>,
    model: &str,
    streams: bool,
) -> Result<Cow<'static, str>, Problem> {
    let Some(hosting) = &target.provider.quirks.hosting else { return Ok(path) };
    let listed = hosting.header_as_list.map(|(header, _)| header);
    let own = target.headers.iter().find(|(name, _)| Some(name.as_str()) == listed);
    let own = own.map(|(_, value)| value.as_str());
    let value = own.or_else(|| request.headers.text(listed?)).map(str::to_owned);
    for name in hosting.without_headers.iter().copied().chain(listed) {
        request.headers.remove(name);
    }
    request.body.edit(|body| hosting.edit(body, value.as_deref()));
    // The target's own query wins over the host's.
    Ok(hosting.path(with_query(path.into_owned(), &target.query), model, streams)?.into())
}

fn tell(target: &Target, dialect: &dyn Codec, asked: String, io: &mut Exchange) {
    io.facts.reserve(4);
    let (named, provider) = (target.name.clone(), target.provider.name.to_owned());
    for (fact, value) in [
        (facts::TARGET, named),
        (facts::PROVIDER, provider),
        (facts::REQUEST_MODEL, asked),
        (facts::PROVIDER_DIALECT, dialect.name().to_owned()),
    ] {
        io.fact(fact, value);
    }
}

/// Tells what the request's translation could not carry over.
pub(crate) fn report(target: &str, drops: &Drops, io: &mut Exchange) {
    if drops.is_empty() {
        return;
    }
    let paths: Vec<&str> = drops.iter().map(|dropped| dropped.path.as_str()).collect();
    io.add(metrics::DROPPED_FIELDS, &[("target", target)], paths.len() as u64);
    io.fact(facts::DROPPED, paths.join(" "));
    log_drops(drops.iter(), io);
}

/// Logs what could not be carried over.
pub(crate) fn log_drops<'a>(drops: impl IntoIterator<Item = &'a Dropped>, io: &mut Exchange) {
    for dropped in drops {
        io.log(Level::Debug, format!("dropped {dropped}"));
    }
}

/// Every dialect that requests come in has a codec; the tables are made of one list.
fn untranslatable() -> Problem {
    let message = "the gateway cannot translate this dialect";
    Problem::new(Kind::Server, "untranslatable_dialect", message)
}

pub(crate) fn missing_model() -> Problem {
    Problem::invalid(
        "missing_required_parameter",
        "model",
        "`model` is required and must be a string",
    )
}
