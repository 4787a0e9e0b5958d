//! Answers: chat's with other names, and the text of a stream.

use chat::json::{Map, Value, json};
use chat::{Data, Event, Scope};

use crate::dialect::StreamEncoder;
use crate::stream_text::{Piece, Rewrite, Strands, StreamText};
use crate::{Drops, neutral};

/// Makes chat's answer or chunk a completion; `said` names where a choice has its text.
pub(super) fn as_completion(body: &mut Value, said: &str) {
    let Value::Object(body) = body else { return };
    body.put("object", "text_completion");
    // Tiers are chat's.
    body.shift_remove("service_tier");
    let choices = body.get_mut("choices").and_then(Value::as_array_mut);
    for choice in choices.into_iter().flatten() {
        let Value::Object(choice) = choice else { continue };
        let mut message = choice.shift_remove(said).unwrap_or_default();
        let mut text = |name: &str| message.get_mut(name).map(Value::take);
        let said = text("content").filter(Value::is_string);
        let said = said.or_else(|| text("refusal").filter(Value::is_string));
        choice.put("text", said.unwrap_or_else(|| Value::from("")));
        // Their shape is another; they were not asked for.
        choice.put("logprobs", Value::Null);
    }
}

/// Writes a stream as chat does, with other names.
#[derive(Debug)]
pub(super) struct Encoder {
    chat: Box<dyn StreamEncoder>,
    chunks: Vec<Event>,
}

impl Encoder {
    pub(super) fn new(chat: Box<dyn StreamEncoder>) -> Encoder {
        Encoder { chat, chunks: Vec::new() }
    }
}

impl StreamEncoder for Encoder {
    fn encode(&mut self, event: neutral::Event, out: &mut Vec<Event>) {
        self.chat.encode(event, &mut self.chunks);
        for mut chunk in self.chunks.drain(..) {
            let is_chunk = chunk.as_json().is_some_and(|body| body.get("choices").is_some());
            if is_chunk && let Data::Json(body) = chunk.data_mut() {
                as_completion(body, "delta");
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

/// Whether a chunk has neither text, nor an end, nor usage: chat's first ones, which name the role, and thoughts.
fn says_nothing(body: &Value) -> bool {
    let Some(choices) = body.get("choices").and_then(Value::as_array) else { return false };
    let silent = |choice: &Value| {
        choice.get("text").and_then(Value::as_str) == Some("")
            && choice.get("finish_reason").is_none_or(Value::is_null)
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
