//! A provider's stream to neutral events.

use chat::json::Value;
use chat::{Data, Problem};

use super::super::content::NOT_CARRIED;
use super::super::usage::Counts;
use super::super::{NAME, error, response};
use crate::neutral::{BlockStart, Delta, Event, Finish, ToolKind};
use crate::reader::stream_ended;
use crate::{Drops, StreamDecoder};

/// What of an event is read.
const EVENT: [&str; 7] = ["content_block", "delta", "error", "index", "message", "type", "usage"];

/// What of `message_start`'s message is read, or says nothing.
const MESSAGE: [&str; 8] =
    ["content", "id", "model", "role", "stop_reason", "stop_sequence", "type", "usage"];

/// What of a block's start is read.
const BLOCK: [&str; 9] =
    ["citations", "data", "id", "input", "name", "signature", "text", "thinking", "type"];

/// What of a block's delta is read.
const DELTA: [&str; 6] = ["citation", "partial_json", "signature", "text", "thinking", "type"];

/// Reads one stream.
#[derive(Debug, Default)]
pub(in super::super) struct Decoder {
    counts: Counts,
    phase: Phase,
    open: Option<Open>,
    /// The number of the next block. The wire's own numbers may have gaps.
    next: usize,
    called: bool,
    drops: Drops,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    /// `message_start` has not come.
    #[default]
    Waiting,
    /// The answer is under way.
    Speaking,
    /// The reason for its end is known.
    Finished,
    /// `message_stop` or `error` has come.
    Ended,
}

/// The block under way.
#[derive(Debug)]
struct Open {
    block: usize,
    /// A block of this dialect only; its deltas are too.
    opaque: bool,
    /// The arguments that a call began with. They count if no others follow.
    input: Option<String>,
}

impl StreamDecoder for Decoder {
    fn decode(&mut self, mut event: chat::Event, out: &mut Vec<Event>) -> Result<(), Problem> {
        if self.phase == Phase::Ended {
            return Ok(());
        }
        let name = event.name.take();
        let data = match event.data() {
            // Comments, and the end mark that some compatible providers add.
            Data::Nothing => return Ok(()),
            Data::Text(text) if text == "[DONE]" => return Ok(()),
            Data::Text(_) => return Err(invalid("an event is no JSON")),
            Data::Json(_) => event.into_json().unwrap_or_default(),
        };
        self.drops.unknown(Some(&data), format_args!(""), &EVENT, NOT_CARRIED);
        let kind = data.get("type").and_then(Value::as_str).or(name.as_deref()).unwrap_or_default();
        match kind {
            "content_block_delta" => self.delta(&data, out),
            "content_block_start" => self.start_block(&data, out),
            "content_block_stop" => {
                self.stop_block(out);
                Ok(())
            }
            "error" => {
                self.phase = Phase::Ended;
                out.push(Event::Error(error::decode_event(&data)));
                Ok(())
            }
            "message_delta" => self.finish_message(&data, out),
            "message_start" => {
                self.start_message(&data, out);
                Ok(())
            }
            "message_stop" => self.end(out),
            "ping" => {
                out.push(Event::Ping);
                Ok(())
            }
            kind => {
                let kind = if kind.is_empty() { "event" } else { kind };
                self.drops.latest(kind, NOT_CARRIED, &data);
                Ok(())
            }
        }
    }

    fn finish(&mut self, out: &mut Vec<Event>) -> Result<(), Problem> {
        if self.phase == Phase::Ended {
            return Ok(());
        }
        self.stop_block(out);
        Err(stream_ended())
    }

    fn drops(&mut self) -> &mut Drops {
        &mut self.drops
    }
}

impl Decoder {
    fn start_message(&mut self, data: &Value, out: &mut Vec<Event>) {
        if self.phase != Phase::Waiting {
            return;
        }
        self.phase = Phase::Speaking;
        let message = data.get("message").unwrap_or(&Value::Null);
        let known = message.get("usage").is_some_and(|usage| self.counts.update(usage));
        let tier = message.pointer("/usage/service_tier").and_then(Value::as_str);
        self.drops.unknown(Some(message), format_args!(""), &MESSAGE, NOT_CARRIED);
        response::report_counts(message.get("usage"), &mut self.drops);
        out.push(Event::Start {
            id: text(message, "id").unwrap_or_default(),
            model: text(message, "model").unwrap_or_default(),
            created: None,
            usage: known.then(|| self.counts.usage()),
            service_tier: tier.map(str::to_owned),
        });
    }

    fn started(&self) -> Result<(), Problem> {
        match self.phase {
            Phase::Waiting => Err(invalid("the answer begins without message_start")),
            _ => Ok(()),
        }
    }

    fn start_block(&mut self, data: &Value, out: &mut Vec<Event>) -> Result<(), Problem> {
        self.started()?;
        if self.phase == Phase::Finished {
            return Err(invalid("a block begins after the answer is finished"));
        }
        self.stop_block(out);
        let Some(value) = data.get("content_block") else {
            return Err(invalid("content_block_start has no content_block"));
        };
        let mut open = Open { block: self.next, opaque: false, input: None };
        let (start, first) = match value.get("type").and_then(Value::as_str).unwrap_or_default() {
            "redacted_thinking" => (
                BlockStart::RedactedReasoning { data: text(value, "data").unwrap_or_default() },
                vec![],
            ),
            "text" => (BlockStart::Text, first_of_text(value)),
            "thinking" => (BlockStart::Reasoning, first_of_thinking(value)),
            "tool_use" => {
                self.called = true;
                open.input =
                    value.get("input").filter(|input| !is_empty(input)).map(Value::to_string);
                let start = BlockStart::ToolCall {
                    id: text(value, "id").unwrap_or_default(),
                    name: text(value, "name").unwrap_or_default(),
                    kind: ToolKind::Function,
                };
                (start, vec![])
            }
            _ => {
                open.opaque = true;
                (BlockStart::Opaque { dialect: NAME, value: value.clone() }, vec![])
            }
        };
        let block = self.next;
        if !open.opaque {
            self.drops.unknown(Some(value), format_args!("content[{block}]."), &BLOCK, NOT_CARRIED);
        }
        out.push(Event::BlockStart { candidate: 0, block, start });
        out.extend(first.into_iter().map(|delta| Event::BlockDelta { candidate: 0, block, delta }));
        self.open = Some(open);
        self.next += 1;
        Ok(())
    }

    fn delta(&mut self, data: &Value, out: &mut Vec<Event>) -> Result<(), Problem> {
        self.started()?;
        let Some(open) = &mut self.open else {
            return Err(invalid("content_block_delta belongs to no block"));
        };
        let Some(value) = data.get("delta") else {
            return Err(invalid("content_block_delta has no delta"));
        };
        let delta = match open.opaque {
            true => Some(Delta::Opaque { dialect: NAME, value: value.clone() }),
            false => read_delta(value),
        };
        if !open.opaque {
            let path = format_args!("content[{}].", open.block);
            self.drops.unknown(Some(value), path, &DELTA, NOT_CARRIED);
        }
        let Some(delta) = delta else { return Ok(()) };
        if matches!(delta, Delta::Arguments(_)) {
            open.input = None;
        }
        out.push(Event::BlockDelta { candidate: 0, block: open.block, delta });
        Ok(())
    }

    fn stop_block(&mut self, out: &mut Vec<Event>) {
        let Some(open) = self.open.take() else { return };
        let block = open.block;
        if let Some(input) = open.input {
            out.push(Event::BlockDelta { candidate: 0, block, delta: Delta::Arguments(input) });
        }
        out.push(Event::BlockStop { candidate: 0, block });
    }

    fn finish_message(&mut self, data: &Value, out: &mut Vec<Event>) -> Result<(), Problem> {
        self.started()?;
        let delta = data.get("delta").unwrap_or(&Value::Null);
        if let (Some(word), Phase::Speaking) = (text(delta, "stop_reason"), self.phase) {
            self.finished(response::decode_finish(word, text(delta, "stop_sequence")), out);
        }
        let known = ["stop_reason", "stop_sequence"];
        self.drops.unknown(Some(delta), format_args!(""), &known, NOT_CARRIED);
        response::report_counts(data.get("usage"), &mut self.drops);
        if data.get("usage").is_some_and(|usage| self.counts.update(usage)) {
            out.push(Event::Usage(self.counts.usage()));
        }
        Ok(())
    }

    fn finished(&mut self, finish: Finish, out: &mut Vec<Event>) {
        self.stop_block(out);
        self.phase = Phase::Finished;
        out.push(Event::Finish { candidate: 0, finish });
    }

    fn end(&mut self, out: &mut Vec<Event>) -> Result<(), Problem> {
        self.started()?;
        if self.phase == Phase::Speaking {
            self.finished(if self.called { Finish::ToolCalls } else { Finish::Stop }, out);
        }
        self.phase = Phase::Ended;
        out.push(Event::End);
        Ok(())
    }
}

fn first_of_text(value: &Value) -> Vec<Delta> {
    let citations = value.get("citations").and_then(Value::as_array);
    let citations = citations.into_iter().flatten().cloned().map(Delta::Citation);
    some_text(value, "text").map(Delta::Text).into_iter().chain(citations).collect()
}

fn first_of_thinking(value: &Value) -> Vec<Delta> {
    let thought = some_text(value, "thinking").map(Delta::Reasoning);
    let signature = some_text(value, "signature").map(Delta::Signature);
    thought.into_iter().chain(signature).collect()
}

/// What a delta adds; `None` if nothing.
fn read_delta(value: &Value) -> Option<Delta> {
    match value.get("type").and_then(Value::as_str).unwrap_or_default() {
        "citations_delta" => value.get("citation").cloned().map(Delta::Citation),
        "input_json_delta" => some_text(value, "partial_json").map(Delta::Arguments),
        "signature_delta" => some_text(value, "signature").map(Delta::Signature),
        "text_delta" => some_text(value, "text").map(Delta::Text),
        "thinking_delta" => some_text(value, "thinking").map(Delta::Reasoning),
        _ => Some(Delta::Opaque { dialect: NAME, value: value.clone() }),
    }
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn some_text(value: &Value, name: &str) -> Option<String> {
    text(value, name).filter(|text| !text.is_empty())
}

fn is_empty(input: &Value) -> bool {
    input.as_object().is_none_or(chat::json::Map::is_empty)
}

fn invalid(what: &str) -> Problem {
    let message = format!("the provider's stream cannot be read: {what}");
    Problem::bad_gateway("upstream_invalid_stream", message)
}
