//! A client's stream, written.

use chat::json::Value;
use chat::{Data, Event as Wire, Problem};

use super::super::item::{self, Call, Head, Ids, Stage};
use super::super::{
    NAME, SERVICE_TIERS, UNSUPPORTED, annotations, error, finish, logprobs, object, proof, usage,
};
use crate::Drops;
use crate::dialect::{ClientContext, StreamEncoder};
use crate::flat::lose_finish;
use crate::neutral::{BlockStart, Delta, Event, Finish, ToolKind, Usage};

/// Writes one stream.
#[derive(Debug)]
pub(in super::super) struct Encoder {
    context: ClientContext,
    head: Head,
    ids: Ids,
    /// The next `sequence_number`.
    number: u64,
    started: bool,
    /// Nothing may follow.
    ended: bool,
    /// Items that are complete.
    output: Vec<Value>,
    /// The message under way. Text and refusals in a row are its parts.
    message: Option<Message>,
    open: Open,
    finish: Option<Finish>,
    refuses: bool,
    usage: Option<Usage>,
    drops: Drops,
}

/// A message under way.
#[derive(Debug)]
struct Message {
    id: String,
    /// Parts that are complete.
    parts: Vec<Value>,
}

/// The block under way.
#[derive(Debug, Default)]
enum Open {
    /// None, or one that the dialect cannot express.
    #[default]
    Nothing,
    Text(Text),
    Refusal(String),
    Thoughts {
        id: String,
        text: String,
        encrypted: Option<String>,
    },
    Call {
        id: String,
        call: Call,
        arguments: String,
    },
}

/// A text part under way.
#[derive(Debug, Default)]
struct Text {
    text: String,
    /// Its length in characters.
    length: usize,
    annotations: Vec<Value>,
    logprobs: Vec<Value>,
}

impl Encoder {
    /// An encoder for the client that `context` describes.
    pub(in super::super) fn new(context: ClientContext) -> Encoder {
        Encoder {
            context,
            head: Head::default(),
            ids: Ids::default(),
            number: 0,
            started: false,
            ended: false,
            output: Vec::new(),
            message: None,
            open: Open::Nothing,
            finish: None,
            refuses: false,
            usage: None,
            drops: Drops::default(),
        }
    }

    /// One event. All have a type, which is also its name, and a number.
    fn emit<const N: usize>(
        &mut self,
        kind: &'static str,
        fields: [(&str, Value); N],
        out: &mut Vec<Wire>,
    ) {
        let mut data = object([("type", kind.into()), ("sequence_number", self.number.into())]);
        if let Value::Object(data) = &mut data {
            data.extend(fields.into_iter().map(|(name, value)| (name.to_owned(), value)));
        }
        self.number += 1;
        out.push(Wire::new(Some(kind), Data::Json(data)));
    }

    /// The index of the item under way.
    fn index(&self) -> Value {
        self.output.len().into()
    }

    fn start(&mut self, event: Event, out: &mut Vec<Wire>) {
        let Event::Start { id, model, created, usage, service_tier } = event else { return };
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        let known = |tier: &String| SERVICE_TIERS.contains(&tier.as_str());
        if let Some(tier) = service_tier.as_ref().filter(|tier| !known(tier)) {
            self.drops.lose("service_tier", UNSUPPORTED, tier.as_str());
        }
        self.ids = Ids::new(&id);
        self.head = Head::new(&self.context, id, model, created, service_tier.filter(known));
        self.usage = usage;
        for kind in ["response.created", "response.in_progress"] {
            let answer = self.head.answer(&self.context.echo, &Stage::InProgress, Vec::new(), None);
            self.emit(kind, [("response", answer.into())], out);
        }
    }

    fn ensure_started(&mut self, out: &mut Vec<Wire>) {
        if !self.started {
            let (id, model) = (String::new(), String::new());
            let start = Event::Start { id, model, created: None, usage: None, service_tier: None };
            self.start(start, out);
        }
    }

    fn begin(&mut self, start: BlockStart, out: &mut Vec<Wire>) {
        self.ensure_started(out);
        self.stop(out);
        match start {
            BlockStart::Text => {
                self.begin_part(item::text_part(String::new(), Vec::new(), Vec::new()), out);
                self.open = Open::Text(Text::default());
            }
            BlockStart::Refusal => {
                self.refuses = true;
                self.begin_part(item::refusal_part(String::new()), out);
                self.open = Open::Refusal(String::new());
            }
            BlockStart::Reasoning => {
                self.end_message(out);
                let id = self.ids.item("rs", self.output.len());
                self.added(item::reasoning(&id, "", None), out);
                self.open = Open::Thoughts { id, text: String::new(), encrypted: None };
            }
            BlockStart::RedactedReasoning { data } => {
                self.end_message(out);
                let id = self.ids.item("rs", self.output.len());
                self.added(item::reasoning(&id, "", None), out);
                self.done(item::reasoning(&id, "", Some(proof::redacted(&data))), out);
            }
            BlockStart::ToolCall { id, name, kind } => {
                self.end_message(out);
                let call = Call { id, name, kind };
                let id = self.ids.item(call.prefix(), self.output.len());
                self.added(call.item(&id, "in_progress", String::new()), out);
                self.open = Open::Call { id, call, arguments: String::new() };
            }
            BlockStart::Opaque { dialect: NAME, value } if item::is_item(&value) => {
                self.end_message(out);
                self.added(value.clone(), out);
                self.done(value, out);
            }
            BlockStart::Opaque { value, .. } => {
                self.drops.each("choices[0].delta", UNSUPPORTED, value);
            }
        }
    }

    /// Begins a part of a message, and the message if none is under way.
    fn begin_part(&mut self, part: Value, out: &mut Vec<Wire>) {
        if self.message.is_none() {
            let id = self.ids.item("msg", self.output.len());
            self.added(item::message(&id, "in_progress", Vec::new()), out);
            self.message = Some(Message { id, parts: Vec::new() });
        }
        self.part_event("response.content_part.added", ("part", part), out);
    }

    /// An event of the part under way.
    fn part_event(&mut self, kind: &'static str, field: (&str, Value), out: &mut Vec<Wire>) {
        let Some(message) = &self.message else { return };
        let (id, part) = (message.id.as_str().into(), message.parts.len().into());
        let fields =
            [("item_id", id), ("output_index", self.index()), ("content_index", part), field];
        self.emit(kind, fields, out);
    }

    /// An event of an item that is no message.
    fn item_event(
        &mut self,
        kind: &'static str,
        id: &str,
        field: (&str, Value),
        out: &mut Vec<Wire>,
    ) {
        self.emit(kind, [("item_id", id.into()), ("output_index", self.index()), field], out);
    }

    /// An event of a summary, which has one part.
    fn summary_event(
        &mut self,
        kind: &'static str,
        id: &str,
        field: (&str, Value),
        out: &mut Vec<Wire>,
    ) {
        let place = [("item_id", id.into()), ("output_index", self.index())];
        let [item, index] = place;
        self.emit(kind, [item, index, ("summary_index", 0.into()), field], out);
    }

    fn added(&mut self, item: Value, out: &mut Vec<Wire>) {
        let index = self.index();
        self.emit("response.output_item.added", [("output_index", index), ("item", item)], out);
    }

    fn done(&mut self, item: Value, out: &mut Vec<Wire>) {
        let fields = [("output_index", self.index()), ("item", item.clone())];
        self.emit("response.output_item.done", fields, out);
        self.output.push(item);
    }

    fn go_on(&mut self, delta: Delta, out: &mut Vec<Wire>) {
        match (delta, std::mem::take(&mut self.open)) {
            (Delta::Text(piece), Open::Text(mut part)) => {
                part.text.push_str(&piece);
                part.length = part.length.saturating_add(piece.chars().count());
                self.open = Open::Text(part);
                self.text_delta(piece, Vec::new(), out);
            }
            (Delta::Logprobs(mut value), Open::Text(mut part)) => {
                let list = logprobs::encode(&mut value);
                part.logprobs.extend(list.iter().cloned());
                self.open = Open::Text(part);
                self.text_delta(String::new(), list, out);
            }
            (Delta::Citation(citation), Open::Text(mut part)) => {
                let index = part.annotations.len();
                let annotation = annotations::annotation(&citation, part.length);
                part.annotations.extend(annotation.clone());
                self.open = Open::Text(part);
                match annotation {
                    Some(annotation) => self.annotation(annotation, index, out),
                    None => self.drops.each("choices[0].citations", "not a web page", citation),
                }
            }
            (Delta::Refusal(piece), Open::Refusal(mut text)) => {
                text.push_str(&piece);
                self.open = Open::Refusal(text);
                if !piece.is_empty() {
                    self.part_event("response.refusal.delta", ("delta", piece.into()), out);
                }
            }
            (Delta::Reasoning(piece), Open::Thoughts { id, mut text, encrypted }) => {
                if text.is_empty() && !piece.is_empty() {
                    let part = ("part", item::summary_part(""));
                    self.summary_event("response.reasoning_summary_part.added", &id, part, out);
                }
                text.push_str(&piece);
                if !piece.is_empty() {
                    let delta = ("delta", piece.into());
                    self.summary_event("response.reasoning_summary_text.delta", &id, delta, out);
                }
                self.open = Open::Thoughts { id, text, encrypted };
            }
            (Delta::Signature(signature), Open::Thoughts { id, text, .. }) => {
                let encrypted = item::proven(Some(&signature), String::new()).1;
                self.open = Open::Thoughts { id, text, encrypted };
            }
            (Delta::Arguments(piece), Open::Call { id, call, mut arguments }) => {
                arguments.push_str(&piece);
                if !piece.is_empty() {
                    let kind = match call.prefix() {
                        "fc" => "response.function_call_arguments.delta",
                        _ => "response.custom_tool_call_input.delta",
                    };
                    self.item_event(kind, &id, ("delta", piece.into()), out);
                }
                self.open = Open::Call { id, call, arguments };
            }
            (Delta::Opaque { value, .. }, open) => {
                self.open = open;
                self.drops.each("choices[0].delta", UNSUPPORTED, value);
            }
            (_, open) => {
                self.open = open;
                self.drops.once("choices[0].delta", UNSUPPORTED);
            }
        }
    }

    fn text_delta(&mut self, piece: String, logprobs: Vec<Value>, out: &mut Vec<Wire>) {
        let Some(message) = &self.message else { return };
        if piece.is_empty() && logprobs.is_empty() {
            return;
        }
        let (id, part) = (message.id.as_str().into(), message.parts.len().into());
        let fields = [
            ("item_id", id),
            ("output_index", self.index()),
            ("content_index", part),
            ("delta", piece.into()),
            ("logprobs", logprobs.into()),
        ];
        self.emit("response.output_text.delta", fields, out);
    }

    fn annotation(&mut self, annotation: Value, index: usize, out: &mut Vec<Wire>) {
        let Some(message) = &self.message else { return };
        let (id, part) = (message.id.as_str().into(), message.parts.len().into());
        let fields = [
            ("item_id", id),
            ("output_index", self.index()),
            ("content_index", part),
            ("annotation_index", index.into()),
            ("annotation", annotation),
        ];
        self.emit("response.output_text.annotation.added", fields, out);
    }

    /// Ends the block under way.
    fn stop(&mut self, out: &mut Vec<Wire>) {
        match std::mem::take(&mut self.open) {
            Open::Nothing => {}
            Open::Text(part) => self.stop_text(part, out),
            Open::Refusal(text) => {
                let field = ("refusal", text.as_str().into());
                self.part_event("response.refusal.done", field, out);
                self.end_part(item::refusal_part(text), out);
            }
            Open::Thoughts { id, text, encrypted } => {
                if !text.is_empty() {
                    let field = ("text", text.as_str().into());
                    self.summary_event("response.reasoning_summary_text.done", &id, field, out);
                    let field = ("part", item::summary_part(&text));
                    self.summary_event("response.reasoning_summary_part.done", &id, field, out);
                }
                self.done(item::reasoning(&id, &text, encrypted), out);
            }
            Open::Call { id, call, mut arguments } => {
                if call.kind == ToolKind::Function && arguments.is_empty() {
                    // Clients parse them, also where there are none.
                    arguments.push_str("{}");
                    let kind = "response.function_call_arguments.delta";
                    self.item_event(kind, &id, ("delta", "{}".into()), out);
                }
                let (kind, field) = match call.prefix() {
                    "fc" => ("response.function_call_arguments.done", "arguments"),
                    _ => ("response.custom_tool_call_input.done", "input"),
                };
                self.item_event(kind, &id, (field, arguments.as_str().into()), out);
                self.done(call.item(&id, "completed", arguments), out);
            }
        }
    }

    fn stop_text(&mut self, part: Text, out: &mut Vec<Wire>) {
        let Some(message) = &self.message else { return };
        let (id, index) = (message.id.as_str().into(), message.parts.len().into());
        let fields = [
            ("item_id", id),
            ("output_index", self.index()),
            ("content_index", index),
            ("text", part.text.as_str().into()),
            ("logprobs", part.logprobs.clone().into()),
        ];
        self.emit("response.output_text.done", fields, out);
        self.end_part(item::text_part(part.text, part.annotations, part.logprobs), out);
    }

    fn end_part(&mut self, part: Value, out: &mut Vec<Wire>) {
        self.part_event("response.content_part.done", ("part", part.clone()), out);
        if let Some(message) = &mut self.message {
            message.parts.push(part);
        }
    }

    fn end_message(&mut self, out: &mut Vec<Wire>) {
        if let Some(Message { id, parts }) = self.message.take() {
            let status = match &self.finish {
                Some(finish) => finish::encode(finish, self.refuses).status(),
                None => "completed",
            };
            self.done(item::message(&id, status, parts), out);
        }
    }

    fn end(&mut self, out: &mut Vec<Wire>) {
        self.ensure_started(out);
        self.stop(out);
        self.end_message(out);
        self.ended = true;
        let end = finish::encode(self.finish.as_ref().unwrap_or(&Finish::Stop), self.refuses);
        if !end.exact {
            let finish = self.finish.as_ref().unwrap_or(&Finish::Stop);
            lose_finish(0, finish, end.status(), &mut self.drops);
        }
        if let Some(tokens) = &self.usage {
            usage::report_unsaid(tokens, &mut self.drops);
        }
        let kind = match end.status() {
            "completed" => "response.completed",
            _ => "response.incomplete",
        };
        self.last(kind, &Stage::Done(end), out);
    }

    fn fail(&mut self, problem: &Problem, out: &mut Vec<Wire>) {
        self.ended = true;
        out.push(error::event(problem, self.number));
        self.number += 1;
        if self.started {
            self.last("response.failed", &Stage::Failed(error::of_answer(problem)), out);
        }
    }

    /// The event that tells the whole answer.
    fn last(&mut self, kind: &'static str, stage: &Stage, out: &mut Vec<Wire>) {
        let output = std::mem::take(&mut self.output);
        let answer = self.head.answer(&self.context.echo, stage, output, self.usage.as_ref());
        self.emit(kind, [("response", answer.into())], out);
    }
}

impl StreamEncoder for Encoder {
    fn encode(&mut self, event: Event, out: &mut Vec<Wire>) {
        if self.ended {
            return;
        }
        match event {
            Event::Start { .. } => self.start(event, out),
            Event::BlockStart { candidate: 0, start, .. } => self.begin(start, out),
            Event::BlockDelta { candidate: 0, delta, .. } => self.go_on(delta, out),
            Event::BlockStop { candidate: 0, .. } => self.stop(out),
            Event::Finish { candidate: 0, finish } => self.finish = Some(finish),
            Event::BlockStart { candidate, .. }
            | Event::BlockDelta { candidate, .. }
            | Event::BlockStop { candidate, .. }
            | Event::Finish { candidate, .. } => {
                self.drops.once(format!("choices[{candidate}]"), UNSUPPORTED)
            }
            Event::Usage(usage) => self.usage = Some(usage),
            Event::Ping => out.push(Wire::new(None, Data::Nothing)),
            Event::Error(problem) => self.fail(&problem, out),
            Event::End => self.end(out),
        }
    }

    fn drops(&mut self) -> &mut Drops {
        &mut self.drops
    }
}
