//! A provider's stream to neutral events.

use chat::json::Value;
use chat::{Data, Problem};

use super::super::{NOT_CARRIED, answer, error, request};
use crate::neutral::{BlockStart, Content, Delta, Event};
use crate::reader::{Fields, bad_answer, stream_ended};
use crate::{Drops, StreamDecoder};

/// Reads one stream.
#[derive(Debug, Default)]
pub(in super::super) struct Decoder {
    started: bool,
    finished: bool,
    ended: bool,
    calls: usize,
    open: Option<Open>,
    next: usize,
    drops: Drops,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Text,
    Thoughts,
}

impl StreamDecoder for Decoder {
    fn decode(&mut self, event: chat::Event, out: &mut Vec<Event>) -> Result<(), Problem> {
        if self.ended || self.finished {
            return Ok(());
        }
        let line = match event.data() {
            Data::Nothing => return Ok(()),
            Data::Text(_) => return Err(invalid("a line is no JSON")),
            Data::Json(_) => event.into_json().unwrap_or_default(),
        };
        if let Some(problem) = error::within(&line) {
            self.ended = true;
            out.push(Event::Error(problem));
            return Ok(());
        }
        self.line(line, out)
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

impl Decoder {
    fn line(&mut self, line: Value, out: &mut Vec<Event>) -> Result<(), Problem> {
        let created = answer::created(&line);
        let usage = answer::usage(&line);
        let done = line.get("done").and_then(Value::as_bool) == Some(true);
        let mut line = Fields::new(line, "").map_err(bad_answer)?;
        let mut lost = Drops::default();
        if !std::mem::replace(&mut self.started, true) {
            out.push(Event::Start {
                id: String::new(),
                model: line.string("model").map_err(bad_answer)?.unwrap_or_default(),
                created,
                usage: None,
                service_tier: None,
            });
        }
        if let Some(mut message) = line.object("message").map_err(bad_answer)? {
            let calls = &mut self.calls;
            let id = |id, _: &str| {
                *calls += 1;
                answer::call_id(id, created, *calls - 1)
            };
            let said = request::said(&mut message, id, &mut lost);
            for block in said.map_err(bad_answer)? {
                self.block(block.content, out);
            }
            message.skip("role");
            message.report_rest(&mut lost, NOT_CARRIED);
        }
        let logprobs = line.array("logprobs").map_err(bad_answer)?;
        let word = line.string("done_reason").map_err(bad_answer)?.unwrap_or_default();
        for known in ["created_at", "done", "eval_count", "model", "prompt_eval_count"] {
            line.take(known);
        }
        line.report_rest(&mut lost, NOT_CARRIED);
        self.drops.take_latest(lost);
        if let (Some(Open::Text), Some(rows)) = (self.open, logprobs) {
            let delta = Delta::Logprobs(answer::logprobs(rows));
            out.push(Event::BlockDelta { candidate: 0, block: self.next, delta });
        }
        if done {
            self.stop(out);
            self.finished = true;
            let finish = answer::finish(&word, self.calls > 0);
            out.push(Event::Finish { candidate: 0, finish });
            out.extend(usage.map(Event::Usage));
        }
        Ok(())
    }

    fn block(&mut self, content: Content, out: &mut Vec<Event>) {
        match content {
            Content::Reasoning { text, .. } => {
                self.add(Open::Thoughts, BlockStart::Reasoning, Delta::Reasoning(text), out);
            }
            Content::Text { text, .. } => {
                self.add(Open::Text, BlockStart::Text, Delta::Text(text), out);
            }
            Content::ToolCall { id, name, arguments, kind } => {
                self.stop(out);
                let block = self.next;
                let start = BlockStart::ToolCall { id, name, kind };
                let delta = Delta::Arguments(arguments);
                out.push(Event::BlockStart { candidate: 0, block, start });
                out.push(Event::BlockDelta { candidate: 0, block, delta });
                out.push(Event::BlockStop { candidate: 0, block });
                self.next += 1;
            }
            // No model answers with pictures here.
            _ => {}
        }
    }

    /// Adds to the block under way, or begins it.
    fn add(&mut self, kind: Open, start: BlockStart, delta: Delta, out: &mut Vec<Event>) {
        if self.open != Some(kind) {
            self.stop(out);
            out.push(Event::BlockStart { candidate: 0, block: self.next, start });
            self.open = Some(kind);
        }
        out.push(Event::BlockDelta { candidate: 0, block: self.next, delta });
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
