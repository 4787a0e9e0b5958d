//! The text of a stream.

use chat::json::{Value, json};
use chat::{Data, Event, Scope};

use super::super::text;
use crate::stream_text::{Piece, Rewrite, Strands, StreamText};

/// Shows the text of one stream. Text and thoughts come in pieces; everything else stands whole in its event.
#[derive(Debug, Default)]
pub(in super::super) struct Text {
    strands: Strands<Key>,
}

/// A candidate's index and what is told of it.
type Key = (u64, Kind);

/// What is told in pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Kind {
    Text,
    Thoughts,
}

impl Kind {
    /// What a part continues; `None` if it stands whole.
    pub(in super::super) fn of(part: &Value) -> Option<Kind> {
        part.get("text").filter(|text| text.is_string())?;
        let thought = part.get("thought").and_then(Value::as_bool) == Some(true);
        Some(if thought { Kind::Thoughts } else { Kind::Text })
    }

    /// A part that says `text`.
    fn part(self, text: String) -> Value {
        match self {
            Kind::Text => json!({"text": text}),
            Kind::Thoughts => json!({"text": text, "thought": true}),
        }
    }
}

fn piece(strand: usize, text: &str, last: bool) -> Piece<'_> {
    Piece { strand, scope: Scope::Assistant, is_json: false, text, last }
}

impl StreamText for Text {
    fn event(&mut self, mut event: Event, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        if let Some(body) = event.as_json() {
            if body.get("error").is_some_and(|error| !error.is_null()) {
                self.finish(visit, out);
            }
            let mut body = body.clone();
            if self.body(&mut body, visit) {
                *event.data_mut() = Data::Json(body);
            }
        }
        out.push(event);
    }

    fn finish(&mut self, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        for key in self.strands.open(|_| true) {
            let Some(rest) = self.end(key, visit) else { continue };
            let content = json!({"parts": [rest], "role": "model"});
            out.push(Event::json(json!({"candidates": [{"content": content, "index": key.0}]})));
        }
    }
}

impl Text {
    /// Shows an event. Returns whether anything was replaced.
    fn body(&mut self, body: &mut Value, visit: Rewrite<'_>) -> bool {
        let mut edited = false;
        let candidates = body.get_mut("candidates").and_then(Value::as_array_mut);
        for (position, candidate) in candidates.into_iter().flatten().enumerate() {
            let index = candidate.get("index").and_then(Value::as_u64).unwrap_or(position as u64);
            edited |= self.parts(index, candidate, visit);
            let strands = &mut self.strands;
            edited |= text::visit_rest(candidate, position, &mut |text| {
                let (scope, text) = (text.scope, text.text);
                visit(Piece { strand: strands.whole(), scope, is_json: false, text, last: true })
            });
        }
        edited
    }

    /// Shows a candidate's parts. What a visitor held back goes in front of the part, or behind the last one
    /// of the candidate, that ends its text.
    fn parts(&mut self, index: u64, candidate: &mut Value, visit: Rewrite<'_>) -> bool {
        let parts = candidate.pointer_mut("/content/parts").and_then(Value::as_array_mut);
        let parts = parts.map(std::mem::take).unwrap_or_default();
        let mut edited = false;
        let mut shown = Vec::with_capacity(parts.len());
        for mut part in parts {
            let kind = Kind::of(&part);
            edited |= self.end_others(index, kind, visit, &mut shown);
            edited |= match kind {
                Some(kind) => self.continued((index, kind), &mut part, visit),
                None => self.whole(&mut part, visit),
            };
            shown.push(part);
        }
        if candidate.get("finishReason").is_some_and(|reason| !reason.is_null()) {
            edited |= self.end_others(index, None, visit, &mut shown);
        }
        if shown.is_empty() {
            return edited;
        }
        match candidate.pointer_mut("/content/parts") {
            Some(place) => *place = shown.into(),
            None => {
                if let Value::Object(candidate) = candidate {
                    candidate.put("content", json!({"parts": shown, "role": "model"}));
                }
            }
        }
        edited
    }

    fn continued(&mut self, key: Key, part: &mut Value, visit: Rewrite<'_>) -> bool {
        let Some(Value::String(text)) = part.get_mut("text") else { return false };
        let Some((strand, last)) = self.strands.continued(&key, text) else { return false };
        let Some(replacement) = visit(piece(strand, text, last)) else { return false };
        *text = replacement;
        true
    }

    fn whole(&mut self, part: &mut Value, visit: Rewrite<'_>) -> bool {
        let strands = &mut self.strands;
        text::visit_part(part, Scope::Assistant, 0, &mut |text| {
            let (scope, text) = (text.scope, text.text);
            visit(Piece { strand: strands.whole(), scope, is_json: false, text, last: true })
        })
    }

    /// Ends the candidate's strands but that of `kind`.
    fn end_others(
        &mut self,
        index: u64,
        kind: Option<Kind>,
        visit: Rewrite<'_>,
        parts: &mut Vec<Value>,
    ) -> bool {
        let before = parts.len();
        for key in self.strands.open(|key| key.0 == index && Some(key.1) != kind) {
            parts.extend(self.end(key, visit));
        }
        parts.len() > before
    }

    /// Ends a strand: the part that tells what a visitor held back of it.
    fn end(&mut self, key: Key, visit: Rewrite<'_>) -> Option<Value> {
        let strand = self.strands.end(&key)?;
        let rest = visit(piece(strand, "", true)).filter(|rest| !rest.is_empty())?;
        Some(key.1.part(rest))
    }
}
