//! A provider's stream to neutral events.

use chat::json::{Value, json};
use chat::{Data, Problem};

use super::super::{NAME, NOT_CARRIED, error, finish, usage};
use crate::neutral::{BlockStart, Delta, Event, Finish, ToolKind};
use crate::reader::stream_ended;
use crate::{Drops, StreamDecoder};

/// What of an event is read, or says nothing: `p` makes events equally long.
const EVENT: [&str; 9] = [
    "contentBlockIndex",
    "delta",
    "message",
    "p",
    "role",
    "serviceTier",
    "start",
    "stopReason",
    "usage",
];

/// What a delta can be.
const DELTA: [&str; 4] = ["citation", "reasoningContent", "text", "toolUse"];

/// Reads one stream.
#[derive(Debug, Default)]
pub(in super::super) struct Decoder {
    started: bool,
    finished: bool,
    ended: bool,
    called: bool,
    open: Option<(u64, Kind)>,
    next: usize,
    /// Why the answer ended; told with the metadata, which belongs to the end too.
    finish: Option<Finish>,
    drops: Drops,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Call,
    /// A block of this dialect only.
    Opaque,
    Text,
    Thoughts,
}

impl StreamDecoder for Decoder {
    fn decode(&mut self, mut event: chat::Event, out: &mut Vec<Event>) -> Result<(), Problem> {
        if self.ended {
            return Ok(());
        }
        let name = event.name.take().unwrap_or_default();
        let data = match event.data() {
            Data::Nothing => return Ok(()),
            Data::Text(_) => return Err(invalid("an event is no JSON")),
            Data::Json(_) => event.into_json().unwrap_or_default(),
        };
        self.drops.unknown(Some(&data), format_args!(""), &EVENT, NOT_CARRIED);
        let index = data.get("contentBlockIndex").and_then(Value::as_u64).unwrap_or_default();
        match name.as_str() {
            "messageStart" => self.start(out),
            "contentBlockStart" => {
                self.begun()?;
                self.start_block(index, data.get("start").unwrap_or(&Value::Null), out);
            }
            "contentBlockDelta" => {
                self.begun()?;
                self.delta(index, data.get("delta").unwrap_or(&Value::Null), out);
            }
            "contentBlockStop" => self.stop(out),
            "messageStop" if !self.finished => {
                self.begun()?;
                self.stop(out);
                self.finished = true;
                let word = data.get("stopReason").and_then(Value::as_str).unwrap_or_default();
                self.finish = Some(finish::decode(word, self.called));
            }
            "metadata" => self.metadata(&data, out),
            name if name.ends_with("Exception") => {
                self.ended = true;
                out.push(Event::Error(error::decode_event(name, &data)));
            }
            name => self.drops.latest(name, NOT_CARRIED, &data),
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<Event>) -> Result<(), Problem> {
        if std::mem::replace(&mut self.ended, true) {
            return Ok(());
        }
        self.stop(out);
        if !self.finished {
            return Err(stream_ended());
        }
        self.end(out);
        out.push(Event::End);
        Ok(())
    }

    fn drops(&mut self) -> &mut Drops {
        &mut self.drops
    }
}

impl Decoder {
    fn start(&mut self, out: &mut Vec<Event>) {
        if !std::mem::replace(&mut self.started, true) {
            out.push(Event::Start {
                id: String::new(),
                model: String::new(),
                created: None,
                usage: None,
                service_tier: None,
            });
        }
    }

    fn metadata(&mut self, data: &Value, out: &mut Vec<Event>) {
        usage::report_rest(data.get("usage"), &mut self.drops);
        // Only the beginning of a neutral stream has a place for it.
        if let Some(tier) = data.pointer("/serviceTier/type") {
            self.drops.latest("service_tier", NOT_CARRIED, tier);
        }
        self.end(out);
        out.extend(data.get("usage").and_then(usage::decode).map(Event::Usage));
    }

    fn end(&mut self, out: &mut Vec<Event>) {
        let finish = self.finish.take();
        out.extend(finish.map(|finish| Event::Finish { candidate: 0, finish }));
    }

    fn begun(&self) -> Result<(), Problem> {
        match (self.started, self.finished) {
            (false, _) => Err(invalid("the answer begins without messageStart")),
            (true, true) => Err(invalid("a block comes after messageStop")),
            (true, false) => Ok(()),
        }
    }

    fn start_block(&mut self, index: u64, start: &Value, out: &mut Vec<Event>) {
        let text = |name: &str| {
            let value = start.pointer("/toolUse")?.get(name)?;
            value.as_str().map(str::to_owned)
        };
        if let Some(call) = start.get("toolUse") {
            let known = ["name", "toolUseId", "type"];
            self.drops.unknown(Some(call), format_args!("toolUse."), &known, NOT_CARRIED);
            self.drops.unknown(Some(start), format_args!(""), &["toolUse"], NOT_CARRIED);
            self.called = true;
            let start = BlockStart::ToolCall {
                id: text("toolUseId").unwrap_or_default(),
                name: text("name").unwrap_or_default(),
                kind: ToolKind::Function,
            };
            self.open(index, Kind::Call, start, out);
        } else {
            let start = BlockStart::Opaque { dialect: NAME, value: start.clone() };
            self.open(index, Kind::Opaque, start, out);
        }
    }

    fn delta(&mut self, index: u64, delta: &Value, out: &mut Vec<Event>) {
        let text = |pointer: &str| delta.pointer(pointer).and_then(Value::as_str);
        if DELTA.iter().any(|name| delta.get(name).is_some()) {
            let path = format_args!("contentBlockDelta.");
            self.drops.unknown(Some(delta), path, &DELTA, NOT_CARRIED);
            let path = format_args!("toolUse.");
            self.drops.unknown(delta.get("toolUse"), path, &["input"], NOT_CARRIED);
        }
        if let Some(text) = text("/text") {
            self.add(index, Kind::Text, Delta::Text(text.to_owned()), out);
        } else if let Some(text) = text("/reasoningContent/text") {
            self.add(index, Kind::Thoughts, Delta::Reasoning(text.to_owned()), out);
        } else if let Some(text) = text("/reasoningContent/signature") {
            self.add(index, Kind::Thoughts, Delta::Signature(text.to_owned()), out);
        } else if let Some(data) = text("/reasoningContent/redactedContent") {
            let start = BlockStart::RedactedReasoning { data: data.to_owned() };
            self.open(index, Kind::Opaque, start, out);
        } else if let Some(piece) = text("/toolUse/input") {
            // Arguments of a call that did not announce itself belong to nothing.
            if self.open == Some((index, Kind::Call)) {
                self.add(index, Kind::Call, Delta::Arguments(piece.to_owned()), out);
            }
        } else if let Some(citation) = delta.get("citation") {
            let url = citation.pointer("/location/web/url").and_then(Value::as_str);
            let citation = match url {
                Some(url) => {
                    let title = citation.get("title").and_then(Value::as_str).unwrap_or(url);
                    json!({"type": "web", "url": url, "title": title})
                }
                None => citation.clone(),
            };
            self.add(index, Kind::Text, Delta::Citation(citation), out);
        } else if self.open.is_some() {
            let delta = Delta::Opaque { dialect: NAME, value: delta.clone() };
            out.push(Event::BlockDelta { candidate: 0, block: self.next, delta });
        } else {
            self.drops.each("contentBlockDelta", NOT_CARRIED, delta.clone());
        }
    }

    /// Adds to the block under way, or begins it.
    fn add(&mut self, index: u64, kind: Kind, delta: Delta, out: &mut Vec<Event>) {
        if self.open != Some((index, kind)) {
            let start =
                if kind == Kind::Thoughts { BlockStart::Reasoning } else { BlockStart::Text };
            self.open(index, kind, start, out);
        }
        out.push(Event::BlockDelta { candidate: 0, block: self.next, delta });
    }

    fn open(&mut self, index: u64, kind: Kind, start: BlockStart, out: &mut Vec<Event>) {
        self.stop(out);
        out.push(Event::BlockStart { candidate: 0, block: self.next, start });
        self.open = Some((index, kind));
    }

    fn stop(&mut self, out: &mut Vec<Event>) {
        if self.open.take().is_some() {
            out.push(Event::BlockStop { candidate: 0, block: self.next });
            self.next += 1;
        }
    }
}

fn invalid(what: &str) -> Problem {
    let message = format!("the provider's stream cannot be read: {what}");
    Problem::bad_gateway("upstream_invalid_stream", message)
}
