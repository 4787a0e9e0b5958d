//! Neutral events to a client's stream.

use chat::Data;
use chat::json::{Value, json};

use super::super::{NAME, NOT_SUPPORTED, error, finish, response, usage};
use crate::flat::lose_finish;
use crate::neutral::{BlockStart, Delta, Event, Finish, ToolKind, Usage};
use crate::reader::item;
use crate::{Drops, StreamEncoder};

/// Writes one stream.
#[derive(Debug, Default)]
pub(in super::super) struct Encoder {
    started: bool,
    ended: bool,
    /// The block under way; `None` in it if the dialect cannot express it.
    open: Option<Option<Open>>,
    /// The index of the next block.
    next: u64,
    called: bool,
    finish: Option<Finish>,
    usage: Option<Usage>,
    drops: Drops,
}

#[derive(Debug)]
enum Open {
    Call,
    /// The text of a custom tool so far.
    Custom(String),
    Other,
}

impl StreamEncoder for Encoder {
    fn encode(&mut self, event: Event, out: &mut Vec<chat::Event>) {
        if self.ended {
            return;
        }
        match event {
            Event::Start { usage, service_tier, .. } => {
                self.start(out);
                self.usage = usage;
                if let Some(tier) = service_tier {
                    self.drops.lose("service_tier", NOT_SUPPORTED, tier);
                }
            }
            Event::BlockStart { candidate: 0, start, .. } => {
                self.start(out);
                self.begin(start, out);
            }
            Event::BlockDelta { candidate: 0, delta, .. } => self.go_on(delta, out),
            Event::BlockStop { candidate: 0, .. } => self.stop(out),
            Event::Finish { candidate: 0, finish } => self.finish = Some(finish),
            Event::BlockStart { candidate, .. }
            | Event::BlockDelta { candidate, .. }
            | Event::BlockStop { candidate, .. }
            | Event::Finish { candidate, .. } => {
                self.drops.once(item("choices", candidate), NOT_SUPPORTED)
            }
            Event::Usage(usage) => self.usage = Some(usage),
            // Binary frames know no comments.
            Event::Ping => {}
            Event::Error(problem) => {
                self.ended = true;
                out.push(error::encode_event(&problem));
            }
            Event::End => self.end(out),
        }
    }

    fn drops(&mut self) -> &mut Drops {
        &mut self.drops
    }
}

impl Encoder {
    fn start(&mut self, out: &mut Vec<chat::Event>) {
        if !std::mem::replace(&mut self.started, true) {
            out.push(write("messageStart", json!({"role": "assistant"})));
        }
    }

    fn begin(&mut self, start: BlockStart, out: &mut Vec<chat::Event>) {
        self.stop(out);
        let open = match start {
            BlockStart::Text | BlockStart::Refusal | BlockStart::Reasoning => Open::Other,
            BlockStart::RedactedReasoning { data } => {
                self.delta(json!({"reasoningContent": {"redactedContent": data}}), out);
                Open::Other
            }
            BlockStart::ToolCall { id, name, kind } => {
                self.called = true;
                let start = json!({"toolUse": {"toolUseId": id, "name": name}});
                out.push(write(
                    "contentBlockStart",
                    json!({"start": start, "contentBlockIndex": self.next}),
                ));
                match kind {
                    ToolKind::Function => Open::Call,
                    ToolKind::Custom => Open::Custom(String::new()),
                }
            }
            BlockStart::Opaque { dialect: NAME, value } => {
                out.push(write(
                    "contentBlockStart",
                    json!({"start": value, "contentBlockIndex": self.next}),
                ));
                Open::Other
            }
            BlockStart::Opaque { value, .. } => {
                self.drops.each("choices[0].delta", NOT_SUPPORTED, value);
                self.open = Some(None);
                return;
            }
        };
        self.open = Some(Some(open));
    }

    fn go_on(&mut self, delta: Delta, out: &mut Vec<chat::Event>) {
        let Some(Some(open)) = &mut self.open else {
            if let Delta::Opaque { value, .. } = delta {
                self.drops.each("choices[0].delta", NOT_SUPPORTED, value);
            }
            return;
        };
        let delta = match (delta, open) {
            (Delta::Arguments(piece), Open::Custom(text)) => {
                text.push_str(&piece);
                return;
            }
            (Delta::Arguments(piece), _) => json!({"toolUse": {"input": piece}}),
            (Delta::Text(text) | Delta::Refusal(text), _) => json!({"text": text}),
            (Delta::Reasoning(text), _) => json!({"reasoningContent": {"text": text}}),
            (Delta::Signature(text), _) => json!({"reasoningContent": {"signature": text}}),
            (Delta::Opaque { dialect: NAME, value }, _) => value,
            (Delta::Citation(citation), _) => match response::page(&citation) {
                Some(page) => json!({"citation": page}),
                None => {
                    return self.drops.each("choices[0].citations", "not a web page", citation);
                }
            },
            (Delta::Logprobs(rows), _) => {
                return self.drops.each("choices[0].logprobs", NOT_SUPPORTED, rows);
            }
            (Delta::Opaque { value, .. }, _) => {
                return self.drops.each("choices[0].delta", NOT_SUPPORTED, value);
            }
        };
        self.delta(delta, out);
    }

    fn delta(&self, delta: Value, out: &mut Vec<chat::Event>) {
        let body = json!({"delta": delta, "contentBlockIndex": self.next});
        out.push(write("contentBlockDelta", body));
    }

    fn stop(&mut self, out: &mut Vec<chat::Event>) {
        let Some(Some(open)) = self.open.take() else { return };
        if let Open::Custom(text) = open {
            let input = json!({"input": text}).to_string();
            self.delta(json!({"toolUse": {"input": input}}), out);
        }
        out.push(write("contentBlockStop", json!({"contentBlockIndex": self.next})));
        self.next += 1;
    }

    fn end(&mut self, out: &mut Vec<chat::Event>) {
        self.start(out);
        self.stop(out);
        self.ended = true;
        let finish = self.finish.take().unwrap_or(Finish::Stop);
        let (reason, exact) = finish::encode(&finish, self.called);
        if !exact {
            lose_finish(0, &finish, reason, &mut self.drops);
        }
        out.push(write("messageStop", json!({"stopReason": reason})));
        let usage = usage::encode(&self.usage.take().unwrap_or_default());
        out.push(write("metadata", json!({"usage": usage, "metrics": {"latencyMs": 0}})));
    }
}

fn write(name: &str, body: Value) -> chat::Event {
    chat::Event::new(Some(name), Data::Json(body))
}
