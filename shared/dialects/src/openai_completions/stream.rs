//! Streams: chat's with other names, and no more than text.

use std::collections::BTreeMap;

use chat::json::{Map, Value, json};
use chat::{Data, Event, Scope};

use super::NOT_SUPPORTED;
use super::answer::as_completion;
use crate::dialect::StreamEncoder;
use crate::neutral::{BlockStart, Delta};
use crate::reader::item;
use crate::stream_text::{Piece, Rewrite, Strands, StreamText};
use crate::{Drops, neutral};

/// Writes a stream as chat does, with other names.
#[derive(Debug)]
pub(super) struct Encoder {
    chat: Box<dyn StreamEncoder>,
    chunks: Vec<Event>,
    /// How many characters the tokens of each choice had so far.
    offsets: BTreeMap<u64, usize>,
}

impl Encoder {
    pub(super) fn new(chat: Box<dyn StreamEncoder>) -> Encoder {
        Encoder { chat, chunks: Vec::new(), offsets: BTreeMap::new() }
    }

    /// The event if a completion has a place for it; otherwise it is reported.
    fn told(&mut self, event: neutral::Event) -> Option<neutral::Event> {
        let drops = self.chat.drops();
        let mut once = |candidate: usize, name: &'static str| {
            drops.once(item("choices", candidate).field(name), NOT_SUPPORTED);
            None
        };
        match event {
            neutral::Event::Start { id, model, created, usage, service_tier } => {
                if let Some(tier) = service_tier {
                    drops.lose("service_tier", NOT_SUPPORTED, tier);
                }
                Some(neutral::Event::Start { id, model, created, usage, service_tier: None })
            }
            neutral::Event::BlockStart { candidate, start, .. }
                if !matches!(start, BlockStart::Text | BlockStart::Refusal) =>
            {
                match start {
                    BlockStart::Reasoning | BlockStart::RedactedReasoning { .. } => {
                        once(candidate, "reasoning_content")
                    }
                    BlockStart::ToolCall { .. } => once(candidate, "tool_calls"),
                    _ => once(candidate, "delta"),
                }
            }
            neutral::Event::BlockDelta { candidate, delta: Delta::Citation(citation), .. } => {
                let path = item("choices", candidate).field("citations");
                drops.each(&path, NOT_SUPPORTED, citation);
                None
            }
            neutral::Event::BlockDelta {
                candidate,
                delta: Delta::Reasoning(_) | Delta::Signature(_),
                ..
            } => once(candidate, "reasoning_content"),
            neutral::Event::BlockDelta { candidate, delta: Delta::Arguments(_), .. } => {
                once(candidate, "tool_calls")
            }
            neutral::Event::BlockDelta { candidate, delta: Delta::Opaque { .. }, .. } => {
                once(candidate, "delta")
            }
            event => Some(event),
        }
    }
}

impl StreamEncoder for Encoder {
    fn encode(&mut self, event: neutral::Event, out: &mut Vec<Event>) {
        let Some(event) = self.told(event) else { return };
        self.chat.encode(event, &mut self.chunks);
        for mut chunk in self.chunks.drain(..) {
            let is_chunk = chunk.as_json().is_some_and(|body| body.get("choices").is_some());
            if is_chunk && let Data::Json(body) = chunk.data_mut() {
                as_completion(body, "delta", &mut self.offsets);
                if says_nothing(body) {
                    continue;
                }
            }
            out.push(chunk);
        }
    }

    fn drops(&mut self) -> &mut Drops {
        self.chat.drops()
    }
}

/// Whether a chunk has neither text, log probabilities, an end, nor usage: chat's first ones, which name the role.
fn says_nothing(body: &Value) -> bool {
    let Some(choices) = body.get("choices").and_then(Value::as_array) else { return false };
    let silent = |choice: &Value| {
        choice.get("text").and_then(Value::as_str) == Some("")
            && ["finish_reason", "logprobs"]
                .iter()
                .all(|name| choice.get(*name).is_none_or(Value::is_null))
    };
    !choices.is_empty()
        && choices.iter().all(silent)
        && body.get("usage").is_none_or(Value::is_null)
}

/// Shows the text of one stream.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// By the index of the choice.
    strands: Strands<u64>,
    /// What every chunk repeats, for chunks of our own.
    head: Map,
}

impl StreamText for Text {
    fn event(&mut self, mut event: Event, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        let body = event.as_json().and_then(Value::as_object);
        let choices = body.and_then(|body| body.get("choices")).and_then(Value::as_array);
        let Some(choices) = choices else {
            // `[DONE]` or an error; a comment ends nothing.
            if *event.data() != Data::Nothing {
                self.finish(visit, out);
            }
            out.push(event);
            return;
        };
        if self.head.is_empty()
            && let Some(body) = body
        {
            self.head = body.clone();
            self.head.shift_remove("usage");
        }
        let mut edits = Vec::new();
        for (position, choice) in choices.iter().enumerate() {
            let index = choice.get("index").and_then(Value::as_u64).unwrap_or(position as u64);
            let finished = choice.get("finish_reason").is_some_and(|reason| !reason.is_null());
            let text = choice.get("text").and_then(Value::as_str).unwrap_or_default();
            let Some((strand, last)) = self.strands.continued(&index, text) else { continue };
            let replacement = visit(piece(strand, text, last || finished));
            if finished {
                self.strands.end(&index);
            }
            edits.extend(replacement.map(|text| (position, text)));
        }
        if !edits.is_empty()
            && let Data::Json(body) = event.data_mut()
        {
            for (position, text) in edits {
                if let Some(place) = body.pointer_mut(&format!("/choices/{position}")) {
                    place.as_object_mut().into_iter().for_each(|it| it.put("text", text.as_str()));
                }
            }
        }
        out.push(event);
    }

    fn finish(&mut self, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        for index in self.strands.open(|_| true) {
            let Some(strand) = self.strands.end(&index) else { continue };
            let rest = visit(piece(strand, "", true)).filter(|rest| !rest.is_empty());
            let Some(rest) = rest else { continue };
            let choice =
                json!({"index": index, "text": rest, "logprobs": null, "finish_reason": null});
            let mut chunk = self.head.clone();
            chunk.put("choices", vec![choice]);
            out.push(Event::json(Value::Object(chunk)));
        }
    }
}

fn piece(strand: usize, text: &str, last: bool) -> Piece<'_> {
    Piece { strand, scope: Scope::Assistant, is_json: false, text, last }
}
