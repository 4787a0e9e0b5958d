//! A provider's stream to neutral events.

use chat::json::Value;
use chat::{Data, Kind, Problem};

use super::super::{NOT_CARRIED, finish, logprobs, usage};
use crate::flat::upstream;
use crate::neutral::{BlockStart, Delta, Event, ToolKind};
use crate::reader::stream_ended;
use crate::{Drops, StreamDecoder};

/// Reads one stream.
#[derive(Debug, Default)]
pub(in super::super) struct Decoder {
    started: bool,
    finished: bool,
    ended: bool,
    called: bool,
    open: Option<Open>,
    next: usize,
    drops: Drops,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// By the index of the call.
    Call(u64),
    Plan,
    Text,
    Thoughts,
}

impl StreamDecoder for Decoder {
    fn decode(&mut self, event: chat::Event, out: &mut Vec<Event>) -> Result<(), Problem> {
        if self.ended {
            return Ok(());
        }
        let data = match event.data() {
            Data::Nothing => return Ok(()),
            Data::Text(text) if text == "[DONE]" => return Ok(()),
            Data::Text(_) => return Err(invalid("an event is no JSON")),
            Data::Json(_) => event.into_json().unwrap_or_default(),
        };
        let kind = data.get("type").and_then(Value::as_str).unwrap_or_default();
        if kind != "message-start" && !self.started {
            // What fails at once is told in the shape of an error, or by an end without a beginning.
            let mut told =
                [data.get("message"), data.pointer("/delta/error")].into_iter().flatten();
            if let Some(message) = told.find_map(Value::as_str) {
                return self.fail(Some(message), out);
            }
            return Err(invalid("the answer begins without message-start"));
        }
        if self.finished {
            return Ok(());
        }
        self.report_unknown(&data);
        match kind {
            "message-start" => self.start(&data, out),
            "content-start" => {
                self.stop(out);
                self.content(&data, out);
            }
            "content-delta" => self.content(&data, out),
            "tool-plan-delta" => {
                let plan = data.pointer("/delta/message/tool_plan").and_then(Value::as_str);
                self.add(Open::Plan, plan, Delta::Text, out);
            }
            "tool-call-start" => self.call(&data, out),
            "tool-call-delta" => {
                let place = "/delta/message/tool_calls/function/arguments";
                let piece = data.pointer(place).and_then(Value::as_str);
                // Arguments of a call that did not announce itself belong to nothing.
                if self.open == Some(Open::Call(index(&data))) {
                    self.add(Open::Call(index(&data)), piece, Delta::Arguments, out);
                }
            }
            "content-end" | "tool-call-end" => self.stop(out),
            "citation-start" => {
                let citation = data.pointer("/delta/message/citations").cloned();
                match (self.open, citation) {
                    (Some(Open::Text), Some(citation)) => {
                        let delta = Delta::Citation(citation);
                        out.push(Event::BlockDelta { candidate: 0, block: self.next, delta });
                    }
                    (_, Some(citation)) => {
                        self.drops.each("message.citations", NOT_CARRIED, citation);
                    }
                    _ => {}
                }
            }
            "message-end" => self.end(&data, out),
            "citation-end" => {}
            kind => self.drops.latest(kind, NOT_CARRIED, &data),
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
        out.push(Event::End);
        Ok(())
    }

    fn drops(&mut self) -> &mut Drops {
        &mut self.drops
    }
}

fn index(data: &Value) -> u64 {
    data.get("index").and_then(Value::as_u64).unwrap_or_default()
}

impl Decoder {
    /// Records what nobody knows, whatever the event.
    fn report_unknown(&mut self, data: &Value) {
        let message = data.pointer("/delta/message");
        let part = |name: &str| message.and_then(|message| message.get(name));
        let calls = part("tool_calls");
        let function = calls.and_then(|call| call.get("function"));
        let content = part("content");
        for (value, path, known) in [
            (Some(data), "", &["delta", "id", "index", "logprobs", "type"][..]),
            (data.get("delta"), "", &["error", "finish_reason", "message", "usage"]),
            (message, "message.", &["citations", "content", "role", "tool_calls", "tool_plan"]),
            (content, "message.content.", &["text", "thinking", "type"]),
            (calls, "message.tool_calls.", &["function", "id", "type"]),
            (function, "message.tool_calls.function.", &["arguments", "name"]),
        ] {
            self.drops.unknown(value, format_args!("{path}"), known, NOT_CARRIED);
        }
    }

    fn start(&mut self, data: &Value, out: &mut Vec<Event>) {
        if !std::mem::replace(&mut self.started, true) {
            out.push(Event::Start {
                id: data.get("id").and_then(Value::as_str).unwrap_or_default().to_owned(),
                model: String::new(),
                created: None,
                usage: None,
                service_tier: None,
            });
        }
    }

    /// Text or thoughts, in `content-start` and `content-delta`.
    fn content(&mut self, data: &Value, out: &mut Vec<Event>) {
        let Some(content) = data.pointer("/delta/message/content") else { return };
        let of = |name: &str| content.get(name).and_then(Value::as_str);
        self.add(Open::Thoughts, of("thinking"), Delta::Reasoning, out);
        self.add(Open::Text, of("text"), Delta::Text, out);
        if let (Some(Open::Text), Some(item)) = (self.open, data.get("logprobs")) {
            let delta = Delta::Logprobs(logprobs::decode(std::slice::from_ref(item)));
            out.push(Event::BlockDelta { candidate: 0, block: self.next, delta });
        }
    }

    fn call(&mut self, data: &Value, out: &mut Vec<Event>) {
        let text = |place: &str| {
            let call = data.pointer("/delta/message/tool_calls")?;
            call.pointer(place)?.as_str().map(str::to_owned)
        };
        self.called = true;
        let start = BlockStart::ToolCall {
            id: text("/id").unwrap_or_default(),
            name: text("/function/name").unwrap_or_default(),
            kind: ToolKind::Function,
        };
        self.begin(Open::Call(index(data)), start, out);
        let piece = text("/function/arguments");
        self.add(Open::Call(index(data)), piece.as_deref(), Delta::Arguments, out);
    }

    fn end(&mut self, data: &Value, out: &mut Vec<Event>) {
        let delta = data.get("delta").unwrap_or(&Value::Null);
        let error = delta.get("error").and_then(Value::as_str).filter(|error| !error.is_empty());
        if error.is_some() {
            // The problem ends the stream; nothing is left to be told.
            let _ = self.fail(error, out);
            return;
        }
        self.stop(out);
        self.finished = true;
        usage::report_rest(delta.get("usage"), &mut self.drops);
        let word = delta.get("finish_reason").and_then(Value::as_str).unwrap_or_default();
        out.push(Event::Finish { candidate: 0, finish: finish::decode(word, self.called) });
        out.extend(delta.get("usage").and_then(usage::decode).map(Event::Usage));
    }

    fn fail(&mut self, message: Option<&str>, out: &mut Vec<Event>) -> Result<(), Problem> {
        self.ended = true;
        out.push(Event::Error(upstream(Kind::Server, 502, message)));
        Ok(())
    }

    /// Adds to the block under way, or begins it. Nothing begins none.
    fn add(
        &mut self,
        kind: Open,
        piece: Option<&str>,
        delta: fn(String) -> Delta,
        out: &mut Vec<Event>,
    ) {
        let Some(piece) = piece.filter(|piece| !piece.is_empty()) else { return };
        if self.open != Some(kind) {
            let start = match kind {
                Open::Thoughts => BlockStart::Reasoning,
                _ => BlockStart::Text,
            };
            self.begin(kind, start, out);
        }
        let delta = delta(piece.to_owned());
        out.push(Event::BlockDelta { candidate: 0, block: self.next, delta });
    }

    fn begin(&mut self, kind: Open, start: BlockStart, out: &mut Vec<Event>) {
        self.stop(out);
        out.push(Event::BlockStart { candidate: 0, block: self.next, start });
        self.open = Some(kind);
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
