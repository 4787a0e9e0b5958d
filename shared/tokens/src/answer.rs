//! An answer as it comes: what it states of its usage, and what was delivered of it.

use chat::Event;
use chat::json::Value;
use dialects::StreamText;
use stage::{Body, Unparsed};

use crate::call::Call;
use crate::shape::Shape;
use crate::usage::{Stated, Used};

/// Delivered text that is kept to be counted whole; beyond it, text is counted part by part.
const KEPT: usize = 64 << 10;

/// An answer as it comes.
#[derive(Debug)]
pub(crate) struct Answer {
    text: Option<Box<dyn StreamText>>,
    stated: Stated,
    /// The model, as the provider names it.
    model: Option<String>,
    /// Of the last event that was read.
    shape: Option<Shape>,
    /// Delivered and not yet counted.
    delivered: String,
    counted: u64,
    /// All that was delivered.
    bytes: u64,
    /// When the first text came.
    first: Option<u64>,
    last: u64,
}

impl Answer {
    pub(crate) fn new(text: Option<Box<dyn StreamText>>, now: u64) -> Answer {
        Answer {
            text,
            stated: Stated::default(),
            model: None,
            shape: None,
            delivered: String::new(),
            counted: 0,
            bytes: 0,
            first: None,
            last: now,
        }
    }

    /// A buffered answer whose bytes show all that it states, and that it needs no counting.
    pub(crate) fn glance(&self, call: &Call, answer: &Unparsed) -> Option<Used> {
        let glanced = answer.glanced()?;
        let mut stated = Stated::default();
        stated.add(&call.dialect.usage(&glanced.telling)?);
        // It has no more text than bytes.
        if stated.lacks_output(true) || stated.understates(answer.bytes().len() as u64) {
            return None;
        }
        let mut used = stated.complete(call.prompt.count, 0, true);
        used.cost = call.cost(&used.usage);
        let model = glanced.model_name(answer.bytes()).ok()?;
        used.model = Some(model.to_owned()).filter(|model| !model.is_empty());
        used.last = self.last;
        Some(used)
    }

    /// A buffered answer.
    pub(crate) fn whole(mut self, call: &Call, body: &mut Body) -> Used {
        self.state(call, body.tree());
        body.edit(|tree| {
            call.dialect.visit_response(tree, &mut |text| {
                self.bytes += text.text.len() as u64;
                None
            })
        });
        if self.stated.lacks_output(true) || self.stated.understates(self.bytes) {
            body.edit(|tree| {
                call.dialect.visit_response(tree, &mut |text| {
                    self.delivered.push_str(text.text);
                    None
                })
            });
        }
        self.used(call, true)
    }

    /// An event of a streamed answer. Returns whether it is like the one before, but for its text.
    pub(crate) fn event(
        &mut self,
        call: &Call,
        event: Event,
        out: &mut Vec<Event>,
        now: u64,
    ) -> bool {
        let shape = self.shape.take();
        let piece = shape.as_ref().and_then(|shape| shape.piece(&event));
        let is_like = piece.is_some();
        match piece {
            Some(piece) => {
                self.deliver(piece, now);
                self.shape = shape;
                out.push(event);
            }
            None => self.read(call, event, out, now),
        }
        if self.delivered.len() > KEPT {
            self.counted += call.counter.text(&self.delivered);
            self.delivered.clear();
        }
        is_like
    }

    fn read(&mut self, call: &Call, event: Event, out: &mut Vec<Event>, now: u64) {
        if let Some(data) = event.as_json() {
            self.state(call, data);
        }
        let Some(mut text) = self.text.take() else { return out.push(event) };
        let known = out.len();
        let mut pieces = Vec::new();
        text.event(
            event,
            &mut |piece| {
                self.deliver(piece.text, now);
                pieces.push((piece.last, piece.text.to_owned()));
                None
            },
            out,
        );
        self.text = Some(text);
        // Only of a text that goes on is the next piece told in the same way.
        if let ([(false, piece)], [event]) =
            (pieces.as_slice(), out.get(known..).unwrap_or_default())
        {
            self.shape = Shape::of(event, piece);
        }
    }

    /// The streamed answer is complete.
    pub(crate) fn end(mut self, call: &Call, out: &mut Vec<Event>, now: u64) -> Used {
        if let Some(mut text) = self.text.take() {
            text.finish(
                &mut |piece| {
                    self.deliver(piece.text, now);
                    None
                },
                out,
            );
        }
        self.used(call, true)
    }

    /// The client left.
    pub(crate) fn cut_off(self, call: &Call) -> Used {
        self.used(call, false)
    }

    fn deliver(&mut self, text: &str, now: u64) {
        if !text.is_empty() {
            self.first.get_or_insert(now);
            self.last = now;
            self.bytes += text.len() as u64;
            self.delivered.push_str(text);
        }
    }

    fn state(&mut self, call: &Call, data: &Value) {
        if let Some(usage) = call.dialect.usage(data) {
            self.stated.add(&usage);
        }
        if self.model.is_none() {
            let of = |told: Option<&Value>| told?.get("model")?.as_str().map(str::to_owned);
            let mut places = ["message", "response"].into_iter();
            let model = of(Some(data)).or_else(|| places.find_map(|place| of(data.get(place))));
            let model = model.or_else(|| data.get("modelVersion")?.as_str().map(str::to_owned));
            self.model = model.filter(|model| !model.is_empty());
        }
    }

    fn used(mut self, call: &Call, complete: bool) -> Used {
        if self.stated.understates(self.bytes) {
            self.stated.forget_output();
        }
        let delivered = match self.stated.lacks_output(complete) {
            true => self.counted + call.counter.text(&self.delivered),
            false => 0,
        };
        let mut used = self.stated.complete(call.prompt.count, delivered, complete);
        used.cost = call.cost(&used.usage);
        used.model = self.model;
        used.first = self.first;
        used.last = self.last;
        used
    }
}
