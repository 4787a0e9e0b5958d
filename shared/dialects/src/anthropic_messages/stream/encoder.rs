//! Neutral events to a client's stream.

use chat::Data;
use chat::json::{Value, json};

use super::super::response::{Said, encode_finish};
use super::super::{NAME, NOT_SUPPORTED, content, error, usage};
use crate::neutral::{BlockStart, Delta, Event, Finish, ToolKind, Usage};
use crate::reader::item;
use crate::{ClientContext, Drops, StreamEncoder};

/// Writes one stream.
///
/// Other dialects tell the usage only at the very end, so `message_delta` waits for [`Event::End`]; it states
/// the whole usage then, input included. Text does not wait.
#[derive(Debug)]
pub(in super::super) struct Encoder {
    context: ClientContext,
    started: bool,
    ended: bool,
    open: Option<Open>,
    /// The index of the next block.
    next: usize,
    said: Said,
    finish: Option<Finish>,
    usage: Option<Usage>,
    drops: Drops,
}

/// The block under way.
#[derive(Debug)]
struct Open {
    /// Its number in the neutral stream.
    block: usize,
    /// Its number on the wire; `None` if the dialect cannot express it.
    index: Option<usize>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Custom,
    Function,
    Opaque,
    Text,
    Thinking,
}

impl Encoder {
    pub(in super::super) fn new(context: ClientContext) -> Encoder {
        Encoder {
            context,
            started: false,
            ended: false,
            open: None,
            next: 0,
            said: Said::default(),
            finish: None,
            usage: None,
            drops: Drops::default(),
        }
    }
}

impl StreamEncoder for Encoder {
    fn encode(&mut self, event: Event, out: &mut Vec<chat::Event>) {
        if self.ended {
            return;
        }
        match event {
            Event::Start { id, model, usage, service_tier, .. } => {
                self.start(id, model, usage, service_tier, out);
            }
            Event::BlockStart { candidate: 0, block, start } => {
                self.ensure_started(out);
                self.start_block(block, start, out);
            }
            Event::BlockDelta { candidate: 0, block, delta } => self.delta(block, delta, out),
            Event::BlockStop { candidate: 0, block } => {
                if self.open.as_ref().is_some_and(|open| open.block == block) {
                    self.stop_block(out);
                }
            }
            Event::Finish { candidate: 0, finish } => self.finish = Some(finish),
            Event::BlockStart { candidate, .. }
            | Event::BlockDelta { candidate, .. }
            | Event::BlockStop { candidate, .. }
            | Event::Finish { candidate, .. } => {
                self.drops.once(item("choices", candidate), NOT_SUPPORTED)
            }
            Event::Usage(usage) => self.usage = Some(usage),
            Event::Ping => out.push(write("ping", json!({"type": "ping"}))),
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
    fn start(
        &mut self,
        id: String,
        model: String,
        usage: Option<Usage>,
        tier: Option<String>,
        out: &mut Vec<chat::Event>,
    ) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        let mut counts = usage::encode(&usage.clone().unwrap_or_default());
        if let Some(tier) = usage::complete(&mut counts, usage.as_ref(), tier) {
            self.drops.lose("service_tier", NOT_SUPPORTED, tier);
        }
        self.usage = usage;
        let model = Some(model).filter(|model| !model.is_empty());
        let message = json!({
            "id": id,
            "type": "message",
            "role": "assistant",
            "model": model.unwrap_or_else(|| self.context.model.clone()),
            "content": [],
            "stop_reason": null,
            "stop_sequence": null,
            "usage": counts,
        });
        out.push(write("message_start", json!({"type": "message_start", "message": message})));
    }

    fn ensure_started(&mut self, out: &mut Vec<chat::Event>) {
        if !self.started {
            self.start(String::new(), String::new(), None, None, out);
        }
    }

    fn start_block(&mut self, block: usize, start: BlockStart, out: &mut Vec<chat::Event>) {
        self.stop_block(out);
        let (kind, value) = match start {
            BlockStart::Opaque { dialect: NAME, value } => (Kind::Opaque, Some(value)),
            BlockStart::Opaque { value, .. } => {
                self.lose(block, value);
                (Kind::Opaque, None)
            }
            BlockStart::Reasoning => {
                (Kind::Thinking, Some(json!({"type": "thinking", "thinking": "", "signature": ""})))
            }
            BlockStart::RedactedReasoning { data } => {
                (Kind::Thinking, Some(json!({"type": "redacted_thinking", "data": data})))
            }
            BlockStart::Refusal => {
                self.said.refusal = true;
                (Kind::Text, Some(json!({"type": "text", "text": ""})))
            }
            BlockStart::Text => (Kind::Text, Some(json!({"type": "text", "text": ""}))),
            BlockStart::ToolCall { id, name, kind } => {
                self.said.call = true;
                let value = json!({"type": "tool_use", "id": id, "name": name, "input": {}});
                (if kind == ToolKind::Custom { Kind::Custom } else { Kind::Function }, Some(value))
            }
        };
        let Some(value) = value else {
            self.open = Some(Open { block, index: None, kind });
            return;
        };
        let index = self.next;
        self.next += 1;
        self.open = Some(Open { block, index: Some(index), kind });
        let event = json!({"type": "content_block_start", "index": index, "content_block": value});
        out.push(write("content_block_start", event));
        match kind {
            // As Anthropic does.
            Kind::Function => push_delta(index, input_json(String::new()), out),
            Kind::Custom => push_delta(index, input_json(r#"{"input":""#.to_owned()), out),
            _ => {}
        }
    }

    fn delta(&mut self, block: usize, delta: Delta, out: &mut Vec<chat::Event>) {
        let Some(open) = self.open.as_ref().filter(|open| open.block == block) else { return };
        let (Some(index), kind) = (open.index, open.kind) else {
            if let Delta::Opaque { value, .. } = delta {
                self.lose(block, value);
            }
            return;
        };
        let value = match (kind, delta) {
            (Kind::Custom, Delta::Arguments(text)) => input_json(escape(text)),
            (Kind::Function, Delta::Arguments(text)) => input_json(text),
            (Kind::Opaque, Delta::Opaque { dialect: NAME, value }) => value,
            (Kind::Text, Delta::Citation(citation)) if content::is_citation(&citation) => {
                json!({"type": "citations_delta", "citation": citation})
            }
            (Kind::Text, Delta::Refusal(text) | Delta::Text(text)) => {
                json!({"type": "text_delta", "text": text})
            }
            (Kind::Thinking, Delta::Reasoning(text)) => {
                json!({"type": "thinking_delta", "thinking": text})
            }
            (Kind::Thinking, Delta::Signature(signature)) => {
                json!({"type": "signature_delta", "signature": signature})
            }
            (_, Delta::Logprobs(rows)) => {
                return self.drops.each("choices[0].logprobs", NOT_SUPPORTED, rows);
            }
            (_, Delta::Citation(citation)) => {
                let path = format!("choices[0].content[{block}].citations");
                return self.drops.each(&path, NOT_SUPPORTED, citation);
            }
            (_, Delta::Opaque { value, .. }) => return self.lose(block, value),
            _ => return self.drops.once(format!("choices[0].content[{block}]"), NOT_SUPPORTED),
        };
        push_delta(index, value, out);
    }

    fn stop_block(&mut self, out: &mut Vec<chat::Event>) {
        let Some(open) = self.open.take() else { return };
        let Some(index) = open.index else { return };
        if open.kind == Kind::Custom {
            push_delta(index, input_json(r#""}"#.to_owned()), out);
        }
        let event = json!({"type": "content_block_stop", "index": index});
        out.push(write("content_block_stop", event));
    }

    fn end(&mut self, out: &mut Vec<chat::Event>) {
        self.ensure_started(out);
        self.stop_block(out);
        self.ended = true;
        let finish = self.finish.take().unwrap_or(Finish::Stop);
        let (stop_reason, stop_sequence, unknown) = encode_finish(finish, self.said);
        if let Some(word) = unknown {
            self.drops.lose("choices[0].finish_reason", "sent as end_turn", word);
        }
        let event = json!({
            "type": "message_delta",
            "delta": {"stop_reason": stop_reason, "stop_sequence": stop_sequence},
            "usage": usage::encode(&self.usage.take().unwrap_or_default()),
        });
        out.push(write("message_delta", event));
        out.push(write("message_stop", json!({"type": "message_stop"})));
    }

    /// Records a piece of a block that only another dialect knows.
    fn lose(&mut self, block: usize, value: Value) {
        self.drops.each(&format!("choices[0].content[{block}]"), NOT_SUPPORTED, value);
    }
}

fn write(name: &str, data: Value) -> chat::Event {
    chat::Event::new(Some(name), Data::Json(data))
}

fn push_delta(index: usize, delta: Value, out: &mut Vec<chat::Event>) {
    let event = json!({"type": "content_block_delta", "index": index, "delta": delta});
    out.push(write("content_block_delta", event));
}

fn input_json(text: String) -> Value {
    json!({"type": "input_json_delta", "partial_json": text})
}

/// Text as it stands inside a JSON string.
fn escape(text: String) -> String {
    let quoted = Value::String(text).to_string();
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or_default().to_owned()
}
