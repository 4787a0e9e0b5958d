//! A provider's stream to neutral events.

use std::collections::BTreeMap;

use chat::json::Value;
use chat::{Data, Problem};

use super::super::parts::{self, Ids};
use super::super::{NOT_CARRIED, error, finish, grounding, logprobs, names, response, usage};
use crate::neutral::{Block, BlockStart, Content, Delta, Event, Finish, Role, Usage};
use crate::reader::{Fields, item, stream_ended};
use crate::{Drops, StreamDecoder};

/// Reads one stream.
#[derive(Debug)]
pub(in super::super) struct Decoder {
    started: bool,
    /// An error has come, or the end.
    ended: bool,
    ids: Ids,
    candidates: BTreeMap<usize, Candidate>,
    usage: Option<Usage>,
    drops: Drops,
}

/// What is known of a candidate.
#[derive(Debug, Default)]
struct Candidate {
    /// The text or thoughts under way.
    open: Option<Open>,
    /// The number of the next block.
    next: usize,
    /// What it said so far: grounding counts in it.
    text: String,
    /// The text is grounded in what came before, and is open still.
    called: bool,
    finished: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Text,
    Thoughts,
}

impl Default for Decoder {
    fn default() -> Decoder {
        Decoder {
            started: false,
            ended: false,
            ids: Ids::new(""),
            candidates: BTreeMap::new(),
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
        let mut data = match event.data() {
            // Comments, and the end mark that some compatible providers add.
            Data::Nothing => return Ok(()),
            Data::Text(text) if text == "[DONE]" => return Ok(()),
            Data::Text(_) => return Err(invalid("an event is no JSON")),
            Data::Json(_) => event.into_json().unwrap_or_default(),
        };
        if let Some(problem) = error::within(&data) {
            self.ended = true;
            out.push(Event::Error(problem));
            return Ok(());
        }
        names::respell(&mut data).map_err(|_| invalid("an event has a field twice"))?;
        self.answer(data, out).map_err(|problem| invalid(&problem.message))
    }

    fn finish(&mut self, out: &mut Vec<Event>) -> Result<(), Problem> {
        if std::mem::replace(&mut self.ended, true) {
            return Ok(());
        }
        let complete = self.started && self.candidates.values().all(|candidate| candidate.finished);
        for (index, candidate) in &mut self.candidates {
            candidate.stop(*index, out);
        }
        if !complete || self.candidates.is_empty() {
            return Err(stream_ended());
        }
        out.extend(self.usage.take().map(Event::Usage));
        out.push(Event::End);
        Ok(())
    }

    fn drops(&mut self) -> &mut Drops {
        &mut self.drops
    }
}

impl Decoder {
    fn answer(&mut self, data: Value, out: &mut Vec<Event>) -> Result<(), Problem> {
        let mut fields = Fields::new(data, "")?;
        let counts = fields.take("usageMetadata");
        response::report_counts(counts.as_ref(), &mut self.drops);
        let stated = counts.as_ref().and_then(usage::decode);
        if !self.started {
            self.started = true;
            let id = fields.string("responseId")?.unwrap_or_default();
            self.ids = Ids::new(&id);
            out.push(Event::Start {
                id,
                model: fields.string("modelVersion")?.unwrap_or_default(),
                created: None,
                usage: stated.clone(),
                service_tier: None,
            });
        }
        let list = fields.array("candidates")?.unwrap_or_default();
        let blocked = list.is_empty()
            && self.candidates.is_empty()
            && fields.peek("promptFeedback").is_some_and(|it| it.get("blockReason").is_some());
        for (position, value) in list.into_iter().enumerate() {
            let mut fields = Fields::new(value, item("candidates", position))?;
            let index = fields.u64("index")?.unwrap_or(position as u64);
            let index = usize::try_from(index).unwrap_or(usize::MAX);
            self.candidate(index, fields, out)?;
        }
        if blocked {
            // The prompt was not answered.
            self.candidates.insert(0, Candidate { finished: true, ..Candidate::default() });
            out.push(Event::Finish { candidate: 0, finish: Finish::ContentFilter });
        }
        self.usage = stated.or(self.usage.take());
        for known in ["responseId", "modelVersion"] {
            fields.take(known);
        }
        let mut lost = Drops::default();
        fields.report_rest(&mut lost, NOT_CARRIED);
        self.drops.take_latest(lost);
        Ok(())
    }

    fn candidate(
        &mut self,
        index: usize,
        mut fields: Fields,
        out: &mut Vec<Event>,
    ) -> Result<(), Problem> {
        let candidate = self.candidates.entry(index).or_default();
        let mut lost = Drops::default();
        if candidate.finished {
            fields.skip("content");
            fields.report_rest(&mut lost, NOT_CARRIED);
            self.drops.take_latest(lost);
            return Ok(());
        }
        if let Some(mut content) = fields.object("content")? {
            let blocks = parts::decode(&mut content, Role::Assistant, &mut self.ids, &mut lost)?;
            content.take("role");
            content.report_rest(&mut lost, NOT_CARRIED);
            for block in blocks {
                candidate.block(index, block, out);
            }
        }
        if let Some(result) = fields.take("logprobsResult").as_ref().and_then(logprobs::decode) {
            candidate.delta(index, Open::Text, Delta::Logprobs(result), out);
        }
        if let Some(grounding) = fields.take("groundingMetadata").filter(|it| !it.is_null()) {
            for citation in grounding::citations(&grounding, &candidate.text) {
                candidate.delta(index, Open::Text, Delta::Citation(citation), out);
            }
            if !grounding::is_told(&grounding) {
                lost.lose(fields.path("groundingMetadata"), NOT_CARRIED, grounding);
            }
        }
        let word = fields.string("finishReason")?;
        // The usage tells it.
        fields.skip("tokenCount");
        fields.report_rest(&mut lost, NOT_CARRIED);
        self.drops.take_latest(lost);
        if let Some(word) = word {
            candidate.stop(index, out);
            candidate.finished = true;
            let finish = finish::decode(Some(&word), candidate.called);
            out.push(Event::Finish { candidate: index, finish });
        }
        Ok(())
    }
}

impl Candidate {
    fn block(&mut self, index: usize, block: Block, out: &mut Vec<Event>) {
        match block.content {
            Content::Text { text, .. } => {
                self.text.push_str(&text);
                self.delta(index, Open::Text, Delta::Text(text), out);
            }
            Content::Reasoning { text, signature } => {
                // A proof without words belongs to what follows: it stands in thoughts of its own, unless
                // thoughts are under way.
                if !text.is_empty() {
                    self.delta(index, Open::Thoughts, Delta::Reasoning(text), out);
                }
                if let Some(signature) = signature {
                    self.delta(index, Open::Thoughts, Delta::Signature(signature), out);
                    self.stop(index, out);
                }
            }
            Content::RedactedReasoning { data } => {
                self.whole(index, BlockStart::RedactedReasoning { data }, None, out);
            }
            Content::ToolCall { id, name, arguments, kind } => {
                self.called = true;
                let start = BlockStart::ToolCall { id, name, kind };
                self.whole(index, start, Some(Delta::Arguments(arguments)), out);
            }
            Content::Opaque { dialect, value } => {
                self.whole(index, BlockStart::Opaque { dialect, value }, None, out);
            }
            // Answers have no other content.
            _ => {}
        }
    }

    /// Adds to the text or thoughts under way, or begins them.
    fn delta(&mut self, index: usize, kind: Open, delta: Delta, out: &mut Vec<Event>) {
        if self.open != Some(kind) {
            self.stop(index, out);
            let start = match kind {
                Open::Text => BlockStart::Text,
                Open::Thoughts => BlockStart::Reasoning,
            };
            out.push(Event::BlockStart { candidate: index, block: self.next, start });
            self.open = Some(kind);
        }
        out.push(Event::BlockDelta { candidate: index, block: self.next, delta });
    }

    /// A block that comes in one piece.
    fn whole(
        &mut self,
        index: usize,
        start: BlockStart,
        delta: Option<Delta>,
        out: &mut Vec<Event>,
    ) {
        self.stop(index, out);
        let block = self.next;
        self.next += 1;
        out.push(Event::BlockStart { candidate: index, block, start });
        out.extend(delta.map(|delta| Event::BlockDelta { candidate: index, block, delta }));
        out.push(Event::BlockStop { candidate: index, block });
    }

    fn stop(&mut self, index: usize, out: &mut Vec<Event>) {
        if self.open.take().is_some() {
            out.push(Event::BlockStop { candidate: index, block: self.next });
            self.next += 1;
        }
    }
}

fn invalid(what: &str) -> Problem {
    let message = format!("the provider's stream cannot be read: {what}");
    Problem::bad_gateway("upstream_invalid_stream", message)
}
