//! Streams: answers with what was added.

use chat::json::{Map, Value};
use chat::{Data, Problem, Scope};

use super::answer;
use super::request::NOT_SUPPORTED;
use crate::neutral::{BlockStart, Delta, Event, Finish, Usage};
use crate::reader::item;
use crate::stream_text::{Piece, Rewrite, StreamText};
use crate::{ClientContext, Drops, StreamDecoder, StreamEncoder};

/// Reads one stream.
#[derive(Debug)]
pub(crate) struct Decoder {
    text: fn(&Value) -> Option<&str>,
    started: bool,
    ended: bool,
    speaks: bool,
    finish: Option<Finish>,
    usage: Option<Usage>,
    drops: Drops,
}

impl Decoder {
    /// A decoder that finds the text of an event with `text`.
    pub(crate) fn new(text: fn(&Value) -> Option<&str>) -> Decoder {
        Decoder {
            text,
            started: false,
            ended: false,
            speaks: false,
            finish: None,
            usage: None,
            drops: Drops::default(),
        }
    }
}

impl StreamDecoder for Decoder {
    fn decode(&mut self, event: chat::Event, out: &mut Vec<Event>) -> Result<(), Problem> {
        if self.ended {
            return Ok(());
        }
        let body = match event.data() {
            Data::Nothing => return Ok(()),
            Data::Text(_) => return Err(invalid("an event is no JSON")),
            Data::Json(_) => event.into_json().unwrap_or_default(),
        };
        if let Some(problem) = answer::within(&body) {
            self.ended = true;
            out.push(Event::Error(problem));
            return Ok(());
        }
        let Some(text) = (self.text)(&body) else { return Err(invalid("an event has no text")) };
        if !std::mem::replace(&mut self.started, true) {
            let model = body.get("model_name").and_then(Value::as_str).unwrap_or_default();
            out.push(Event::Start {
                id: String::new(),
                model: model.to_owned(),
                created: None,
                usage: None,
                service_tier: None,
            });
        }
        if !text.is_empty() {
            if !std::mem::replace(&mut self.speaks, true) {
                out.push(Event::BlockStart { candidate: 0, block: 0, start: BlockStart::Text });
            }
            let delta = Delta::Text(text.to_owned());
            out.push(Event::BlockDelta { candidate: 0, block: 0, delta });
        }
        let reason = answer::NOT_CARRIED;
        self.drops.unknown(Some(&body), format_args!(""), &answer::KNOWN, reason);
        let details = body.get("details");
        self.drops.unknown(details, format_args!("details."), &["finish_reason"], reason);
        self.finish = answer::finish(&body).or(self.finish.take());
        if let Some(counts) = answer::usage(&body) {
            // Each event counts what it adds to the output.
            let so_far = self.usage.get_or_insert_default();
            so_far.input = so_far.input.max(counts.input);
            so_far.output = so_far.output.saturating_add(counts.output);
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<Event>) -> Result<(), Problem> {
        if std::mem::replace(&mut self.ended, true) {
            return Ok(());
        }
        if std::mem::take(&mut self.speaks) {
            out.push(Event::BlockStop { candidate: 0, block: 0 });
        }
        if !self.started {
            let message = "the provider's stream ended before it began";
            return Err(Problem::bad_gateway("upstream_stream_ended", message));
        }
        let finish = self.finish.take().unwrap_or(Finish::Stop);
        out.push(Event::Finish { candidate: 0, finish });
        out.extend(self.usage.take().map(Event::Usage));
        out.push(Event::End);
        Ok(())
    }

    fn drops(&mut self) -> &mut Drops {
        &mut self.drops
    }
}

fn invalid(what: &str) -> Problem {
    let message = format!("the provider's stream cannot be read: {what}");
    Problem::bad_gateway("upstream_invalid_stream", message)
}

/// Writes one stream.
#[derive(Debug)]
pub(crate) struct Encoder {
    write: fn(&str, String) -> Map,
    model: String,
    details: bool,
    ended: bool,
    finish: Option<Finish>,
    drops: Drops,
}

impl Encoder {
    /// An encoder that writes a piece with `write`.
    pub(crate) fn new(context: ClientContext, write: fn(&str, String) -> Map) -> Encoder {
        Encoder {
            write,
            model: context.model,
            details: context.echo.contains_key("details"),
            ended: false,
            finish: None,
            drops: Drops::default(),
        }
    }

    fn put(&self, text: String, out: &mut Vec<chat::Event>) {
        let body = (self.write)(&self.model, text);
        out.push(chat::Event::json(Value::Object(body)));
    }
}

impl StreamEncoder for Encoder {
    fn encode(&mut self, event: Event, out: &mut Vec<chat::Event>) {
        if self.ended {
            return;
        }
        match event {
            Event::Start { model, service_tier, .. } => {
                if !model.is_empty() {
                    self.model = model;
                }
                if service_tier.is_some() {
                    self.drops.once("service_tier", NOT_SUPPORTED);
                }
            }
            Event::BlockDelta {
                candidate: 0,
                delta: Delta::Text(text) | Delta::Refusal(text),
                ..
            } => self.put(text, out),
            Event::BlockStart {
                candidate: 0,
                start: BlockStart::Text | BlockStart::Refusal,
                ..
            }
            | Event::BlockStop { candidate: 0, .. }
            | Event::Ping => {}
            Event::BlockStart { candidate: 0, .. } | Event::BlockDelta { candidate: 0, .. } => {
                self.drops.once("choices[0].delta", NOT_SUPPORTED);
            }
            Event::Finish { candidate: 0, finish } => self.finish = Some(finish),
            Event::BlockStart { candidate, .. }
            | Event::BlockDelta { candidate, .. }
            | Event::BlockStop { candidate, .. }
            | Event::Finish { candidate, .. } => {
                self.drops.once(item("choices", candidate), NOT_SUPPORTED)
            }
            Event::Usage(_) => self.drops.once("usage", NOT_SUPPORTED),
            Event::Error(problem) => {
                self.ended = true;
                out.push(chat::Event::json(answer::encode_error(&problem).1));
            }
            Event::End => {
                self.ended = true;
                let mut last = (self.write)(&self.model, String::new());
                let finish = self.finish.take().unwrap_or(Finish::Stop);
                answer::put_finish(&finish, self.details, &mut last, &mut self.drops);
                out.push(chat::Event::json(Value::Object(last)));
            }
        }
    }

    fn drops(&mut self) -> &mut Drops {
        &mut self.drops
    }
}

/// Shows the text of one stream, which is a single one.
#[derive(Debug, Default)]
pub(super) struct Text {
    speaks: bool,
    ended: bool,
    model: String,
}

fn piece(text: &str, last: bool) -> Piece<'_> {
    Piece { strand: 0, scope: Scope::Assistant, is_json: false, text, last }
}

impl StreamText for Text {
    fn event(&mut self, mut event: chat::Event, visit: Rewrite<'_>, out: &mut Vec<chat::Event>) {
        let Some(body) = event.as_json().filter(|_| !self.ended) else { return out.push(event) };
        if let Some(model) = body.get("model_name").and_then(Value::as_str) {
            model.clone_into(&mut self.model);
        }
        let over = answer::finish(body).is_some();
        match answer::text(body) {
            Some(text) if !text.is_empty() => {
                self.speaks = true;
                let new = visit(piece(text, over));
                self.ended = over;
                if let Some(new) = new
                    && let Data::Json(Value::Object(body)) = event.data_mut()
                {
                    body.put("text_output", new);
                }
            }
            // An error.
            None => self.finish(visit, out),
            Some(_) if over => self.finish(visit, out),
            Some(_) => {}
        }
        out.push(event);
    }

    fn finish(&mut self, visit: Rewrite<'_>, out: &mut Vec<chat::Event>) {
        if self.ended || !self.speaks {
            return;
        }
        self.ended = true;
        if let Some(rest) = visit(piece("", true)).filter(|rest| !rest.is_empty()) {
            out.push(chat::Event::json(Value::Object(answer::write(&self.model, rest))));
        }
    }
}
