//! The way back: the provider's answer in the client's dialect.

use std::rc::Rc;

use chat::{Data, Event, Framing, Problem, json};
use dialects::providers::StreamForm;
use dialects::{
    Client, ClientContext, Codec, Drops, StreamTranslation, Tidy, extend, extend_events, neutral,
    rate_limits, restore_all,
};
use stage::{Body, Content, Exchange, Headers, Reading, Response, Verdict, facts, metrics};

use crate::target::Target;
use crate::turn::log_drops;

/// The translation of one answer.
#[derive(Debug)]
pub(crate) struct Answer {
    client: &'static dyn Client,
    target: Rc<Target>,
    /// What the provider was spoken to in.
    dialect: &'static dyn Codec,
    /// That is the client's own dialect.
    same: bool,
    /// The client asked for a stream.
    streams: bool,
    context: ClientContext,
    form: Form,
}

/// What the answer's headers say it is.
#[derive(Debug)]
enum Form {
    /// Not known yet, or nothing of ours.
    Untouched,
    /// A provider's error of this status.
    Error(u16),
    /// One JSON body.
    Whole,
    /// One JSON body for a client that asked for a stream.
    WholeAsStream,
    /// A stream.
    Stream(Box<StreamTranslation>),
    /// A stream of the client's own dialect whose events are wrapped in others.
    Wrapped,
    /// An answer of the client's own dialect that may have values its clients refuse; what they were.
    Untidy(&'static Tidy, Drops),
    /// An error of this status from a provider that says it speaks the client's dialect.
    UntidyError(u16, &'static Tidy),
    /// Nothing that can be translated.
    Unusable(Problem),
}

impl Answer {
    pub(crate) fn new(
        client: &'static dyn Client,
        target: Rc<Target>,
        dialect: &'static dyn Codec,
        same: bool,
        streams: bool,
        context: ClientContext,
    ) -> Answer {
        Answer { client, target, dialect, same, streams, context, form: Form::Untouched }
    }

    /// Decides by the headers what the answer is, and makes them the client's. Whatever can be decided here
    /// is, because in some placements headers cannot wait for the body.
    pub(crate) fn head(&mut self, headers: &mut Headers, io: &mut Exchange) -> Reading {
        let status = headers.status().unwrap_or(0);
        if status >= 400 {
            let labels = [("target", self.target.name.as_str()), ("status", &status.to_string())];
            io.count(metrics::PROVIDER_ERRORS, &labels);
        }
        self.retell_limits(headers, io);
        self.form = self.form(status, &headers.media_type());
        match &self.form {
            Form::Untouched => return Reading::Pass,
            Form::Error(status) => {
                // What a status alone tells, until the body has been read.
                let problem = self.errors().decode_error(*status, b"");
                headers.set_error(self.client.encode_error(&problem).0);
            }
            Form::Unusable(problem) => headers.set_error(self.client.encode_error(problem).0),
            Form::Whole => headers.set("content-type", "application/json"),
            Form::WholeAsStream => headers.set("content-type", self.client.framing().media_type()),
            Form::Untidy(..) if Framing::of(&headers.media_type()).is_some() => {
                return Reading::Stream;
            }
            Form::Untidy(..) | Form::UntidyError(..) => {}
            Form::Stream(..) | Form::Wrapped => {
                headers.set("content-type", self.client.framing().media_type());
                return Reading::Stream;
            }
        }
        Reading::Buffer
    }

    /// Tells what is left of the provider's limits in the headers that the client looks at. The provider's own
    /// stay.
    fn retell_limits(&self, headers: &mut Headers, io: &Exchange) {
        if let (Some(from), Some(to)) = (self.dialect.rate_limits(), self.client.rate_limits())
            && !self.same
            && headers.names().any(|name| name.starts_with(from.prefix))
        {
            let header = |name: &str| headers.text(name).map(str::to_owned);
            for (name, value) in rate_limits::retold(from, to, io.now / 1_000_000_000, header) {
                if !headers.has(name) {
                    headers.set(name, value);
                }
            }
        }
        let wait = headers.text("retry-after-ms").and_then(|text| text.trim().parse::<f64>().ok());
        if let Some(wait) = wait.filter(|wait| (0.0..1e9).contains(wait))
            && !headers.has("retry-after")
        {
            headers.set("retry-after", format!("{}", (wait / 1_000.0).ceil()));
        }
    }

    /// The dialect that the provider's errors are told in.
    fn errors(&self) -> &'static dyn Codec {
        self.target.hosting().errors.unwrap_or(self.dialect)
    }

    fn form(&self, status: u16, media_type: &str) -> Form {
        let hosting = self.target.hosting();
        let wrapped = hosting.stream_form != StreamForm::Dialect;
        let json = media_type == "application/json" || media_type.ends_with("+json");
        let stream = Framing::of(media_type).is_some();
        match status {
            400.. if self.same && json && hosting.errors.is_none() => {
                self.tidy().map_or(Form::Untouched, |tidy| Form::UntidyError(status, tidy))
            }
            400.. => Form::Error(status),
            200..300 if self.same && stream && wrapped => Form::Wrapped,
            200..300 if self.same && (json || stream) => {
                self.tidy().map_or(Form::Untouched, |tidy| Form::Untidy(tidy, Drops::default()))
            }
            200..300 if stream && self.streams => Form::Stream(Box::new(StreamTranslation::new(
                self.dialect,
                self.client,
                self.context.clone(),
                self.target.extends,
            ))),
            200..300 if json && self.streams => Form::WholeAsStream,
            200..300 if json => Form::Whole,
            200..300 => Form::Unusable(Problem::bad_gateway(
                "unexpected_content_type",
                "the provider's answer has a content-type that was not asked for",
            )),
            _ => Form::Untouched,
        }
    }

    /// What an answer needs that is not translated.
    fn tidy(&self) -> Option<&'static Tidy> {
        self.dialect.tidies().filter(|_| !self.target.provider.quirks.keeps_values)
    }

    /// The buffered answer.
    pub(crate) fn whole(&mut self, response: &mut Response, io: &mut Exchange) -> Verdict {
        match std::mem::replace(&mut self.form, Form::Untouched) {
            Form::Untouched | Form::Stream(..) | Form::Wrapped => Ok(()),
            Form::Unusable(problem) => Err(problem.into()),
            Form::Untidy(tidy, mut drops) => {
                if let Content::Json(body) = &mut response.content {
                    body.edit(|tree| self.tidied(tidy, tree, false, &mut drops));
                }
                self.report(&drops, io);
                Ok(())
            }
            Form::Error(status) => {
                self.error(status, response);
                Ok(())
            }
            Form::UntidyError(status, tidy) => {
                let is_own = match &response.content {
                    Content::Json(body) => (tidy.is_error)(body.tree()),
                    Content::Other(_) | Content::Written(_) => false,
                };
                if !is_own {
                    self.error(status, response);
                }
                Ok(())
            }
            Form::Whole => {
                let mut drops = Drops::default();
                let answer = self.decode(response, &mut drops, io)?;
                let mut tree = self.client.encode_response(answer, &self.context, &mut drops);
                if self.target.extends {
                    extend(self.client, &mut tree, false, [&mut drops]);
                }
                self.report(&drops, io);
                match &mut response.content {
                    Content::Json(body) => body.replace(tree),
                    content => *content = Content::Json(Body::written(tree)),
                }
                Ok(())
            }
            Form::WholeAsStream => {
                let mut drops = Drops::default();
                let answer = self.decode(response, &mut drops, io)?;
                let events = self.told(answer, &mut drops);
                let mut bytes = Vec::new();
                let framing = self.client.framing();
                events.iter().for_each(|event| framing.encode(event, &mut bytes));
                self.report(&drops, io);
                response.content = Content::Written(bytes);
                Ok(())
            }
        }
    }

    /// Makes an answer such as the client takes it. Returns whether anything changed.
    fn tidied(
        &self,
        tidy: &Tidy,
        tree: &mut json::Value,
        streamed: bool,
        drops: &mut Drops,
    ) -> bool {
        let changed = (tidy.answer)(tree, streamed, drops);
        let held = self.target.extends && extend(self.client, tree, streamed, [drops]);
        changed || held
    }

    /// A whole answer as the events of a stream.
    fn told(&self, answer: neutral::Response, drops: &mut Drops) -> Vec<Event> {
        let mut encoder = self.client.stream_encoder(self.context.clone());
        let mut events = Vec::new();
        answer.into_events().into_iter().for_each(|event| encoder.encode(event, &mut events));
        if self.target.extends {
            extend_events(self.client, &mut events, [&mut *drops, encoder.drops()]);
        }
        drops.append(encoder.drops());
        events
    }

    fn decode(
        &self,
        response: &mut Response,
        drops: &mut Drops,
        io: &mut Exchange,
    ) -> Result<neutral::Response, Problem> {
        let Content::Json(body) = &mut response.content else {
            let message = "the provider's answer is not valid JSON";
            return Err(Problem::bad_gateway("invalid_provider_response", message));
        };
        let mut answer = self.dialect.decode_response(body.take(), drops)?;
        name(&mut answer.id, io);
        restore_all(&mut answer, &self.context.tool_names);
        io.fact(facts::RESPONSE_MODEL, answer.model.as_str());
        Ok(answer)
    }

    fn error(&self, status: u16, response: &mut Response) {
        let bytes = match &response.content {
            Content::Json(body) => json::to_bytes(body.tree()),
            Content::Other(bytes) | Content::Written(bytes) => bytes.clone(),
        };
        let problem = self.errors().decode_error(status, &bytes);
        let (status, body) = self.client.encode_error(&problem);
        response.headers.set(":status", status.to_string());
        for (name, value) in &problem.headers {
            if !response.headers.has(name) {
                response.headers.set(name, value.as_str());
            }
        }
        response.content = Content::Json(Body::written(body));
    }

    /// One event of a streamed answer.
    pub(crate) fn event(
        &mut self,
        mut event: Event,
        out: &mut Vec<Event>,
        io: &mut Exchange,
    ) -> Verdict {
        if let Form::Wrapped = self.form {
            out.push(self.target.hosting().unwrap(event)?);
            return Ok(());
        }
        if let Form::Untidy(tidy, drops) = &mut self.form {
            let (tidy, mut held) = (*tidy, std::mem::take(drops));
            event.edit(|tree| self.tidied(tidy, tree, true, &mut held));
            self.form = Form::Untidy(tidy, held);
            out.push(event);
            return Ok(());
        }
        let Form::Stream(stream) = &mut self.form else {
            out.push(event);
            return Ok(());
        };
        if *event.data() == Data::Nothing {
            // A keep-alive comment stays one; bare line ends are not worth a frame.
            if event.raw().is_some_and(|raw| raw.contains(&b':')) {
                stream.ping(out);
            }
            return Ok(());
        }
        let event = self.target.hosting().unwrap(event)?;
        stream.event(event, &mut |event| see(event, io), out)?;
        Ok(())
    }

    /// The stream has ended.
    pub(crate) fn stream_end(&mut self, out: &mut Vec<Event>, io: &mut Exchange) -> Verdict {
        if let Form::Untidy(_, drops) = &self.form {
            self.report(drops, io);
        }
        let Form::Stream(stream) = &mut self.form else { return Ok(()) };
        let verdict = stream.finish(&mut |event| see(event, io), out);
        let drops = stream.drops();
        self.report(&drops, io);
        Ok(verdict?)
    }

    /// Tells what the answer's translation could not carry over.
    fn report(&self, drops: &Drops, io: &mut Exchange) {
        if !drops.is_empty() {
            let paths: Vec<&str> = drops.iter().map(|dropped| dropped.path.as_str()).collect();
            io.fact(facts::DROPPED_RESPONSE, paths.join(" "));
            log_drops(drops.iter(), io);
        }
    }
}

/// Notes what the beginning of an answer tells.
fn see(event: &mut neutral::Event, io: &mut Exchange) {
    if let neutral::Event::Start { id, model, .. } = event {
        name(id, io);
        io.fact(facts::RESPONSE_MODEL, model.as_str());
    }
}

/// Some providers give an answer no id, and some clients do not read on without one: OpenAI's Node SDK leaves out
/// what such a chunk tells besides its choices.
fn name(id: &mut String, io: &Exchange) {
    if id.is_empty() {
        *id = format!("{:x}", io.now);
    }
}
