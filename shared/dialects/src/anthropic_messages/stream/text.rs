//! The text of a stream.

use chat::json::{Value, json};
use chat::{Data, Event, Scope};

use super::super::text;
use crate::stream_text::{Piece, Rewrite, Strands, StreamText};

/// Shows the text of one stream. Thoughts are shown but never replaced, since a signature over them follows.
#[derive(Debug, Default)]
pub(in super::super) struct Text {
    strands: Strands<Key>,
}

/// A block's index and what is told of it.
type Key = (u64, Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Arguments,
    Text,
    Thinking,
}

impl Kind {
    /// By the type of a delta.
    fn of(delta: &str) -> Option<Kind> {
        match delta {
            "input_json_delta" => Some(Kind::Arguments),
            "text_delta" => Some(Kind::Text),
            "thinking_delta" => Some(Kind::Thinking),
            _ => None,
        }
    }

    /// The type of its deltas and the field with their text.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Kind::Arguments => ("input_json_delta", "partial_json"),
            Kind::Text => ("text_delta", "text"),
            Kind::Thinking => ("thinking_delta", "thinking"),
        }
    }

    fn piece(self, strand: usize, text: &str, last: bool) -> Piece<'_> {
        let is_json = self == Kind::Arguments;
        let scope = if is_json { Scope::ToolCall } else { Scope::Assistant };
        Piece { strand, scope, is_json, text, last }
    }
}

impl StreamText for Text {
    fn event(&mut self, mut event: Event, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        let body = event.as_json();
        let index = body.and_then(|body| body.get("index")).and_then(Value::as_u64);
        match (body.and_then(|body| body.get("type")).and_then(Value::as_str), index) {
            (Some("content_block_delta"), Some(index)) => self.delta(&mut event, index, visit),
            (Some("content_block_start"), Some(index)) => self.start(&mut event, index, visit),
            (Some("content_block_stop"), Some(index)) => {
                self.end(|key| key.0 == index, visit, out);
            }
            (Some("message_start"), _) => self.whole(&mut event, "/message", Part::Message, visit),
            (Some("message_delta"), _) => {
                self.end(|_| true, visit, out);
                self.whole(&mut event, "/delta", Part::Message, visit);
            }
            (Some("message_stop" | "error"), _) => self.end(|_| true, visit, out),
            _ => {}
        }
        out.push(event);
    }

    fn finish(&mut self, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        self.end(|_| true, visit, out);
    }
}

/// What stands whole in an event.
#[derive(Debug, Clone, Copy)]
enum Part {
    Block,
    Message,
    Unknown,
}

impl Text {
    fn start(&mut self, event: &mut Event, index: u64, visit: Rewrite<'_>) {
        let block = event.as_json().and_then(|body| body.get("content_block"));
        match block.and_then(|block| block.get("type")).and_then(Value::as_str) {
            Some("text") => {
                self.continued(event, (index, Kind::Text), "/content_block/text", visit)
            }
            Some("thinking") => {
                self.continued(event, (index, Kind::Thinking), "/content_block/thinking", visit);
            }
            _ => self.whole(event, "/content_block", Part::Block, visit),
        }
    }

    fn delta(&mut self, event: &mut Event, index: u64, visit: Rewrite<'_>) {
        let delta = event.as_json().and_then(|body| body.pointer("/delta/type"));
        match delta.and_then(Value::as_str) {
            Some("signature_delta") => {}
            Some("citations_delta") => {
                self.whole(event, "/delta/citation/cited_text", Part::Unknown, visit);
            }
            Some(delta) => match Kind::of(delta) {
                Some(kind) => {
                    let path = format!("/delta/{}", kind.words().1);
                    self.continued(event, (index, kind), &path, visit);
                }
                None => self.whole(event, "/delta", Part::Unknown, visit),
            },
            None => {}
        }
    }

    /// Shows the piece at `path`.
    fn continued(&mut self, event: &mut Event, key: Key, path: &str, visit: Rewrite<'_>) {
        let text = event.as_json().and_then(|body| body.pointer(path)).and_then(Value::as_str);
        let Some(text) = text else { return };
        let Some((strand, last)) = self.strands.continued(&key, text) else { return };
        let replacement = visit(key.1.piece(strand, text, last));
        let Some(replacement) = replacement.filter(|_| key.1 != Kind::Thinking) else { return };
        if let Data::Json(body) = event.data_mut()
            && let Some(place) = body.pointer_mut(path)
        {
            *place = Value::String(replacement);
        }
    }

    /// Shows what stands whole at `path`.
    fn whole(&mut self, event: &mut Event, path: &str, part: Part, visit: Rewrite<'_>) {
        let Some(mut value) = event.as_json().and_then(|body| body.pointer(path)).cloned() else {
            return;
        };
        let strands = &mut self.strands;
        let mut each = |text: chat::Text<'_>| {
            let (strand, scope, text) = (strands.whole(), text.scope, text.text);
            visit(Piece { strand, scope, is_json: false, text, last: true })
        };
        let edited = match part {
            Part::Block => text::block(&mut value, Scope::Assistant, 0, &mut each),
            Part::Message => text::visit_response(&mut value, &mut each),
            Part::Unknown => text::own(&mut value, Scope::Assistant, 0, &mut each),
        };
        if edited
            && let Data::Json(body) = event.data_mut()
            && let Some(place) = body.pointer_mut(path)
        {
            *place = value;
        }
    }

    /// Ends strands; what a visitor held back of one is told by an event.
    fn end(&mut self, which: impl Fn(&Key) -> bool, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        for key in self.strands.open(which) {
            let Some(strand) = self.strands.end(&key) else { continue };
            let (index, kind) = key;
            let rest = visit(kind.piece(strand, "", true)).filter(|rest| !rest.is_empty());
            let Some(rest) = rest.filter(|_| kind != Kind::Thinking) else { continue };
            let (delta, field) = kind.words();
            let body = json!({
                "type": "content_block_delta", "index": index, "delta": {"type": delta, field: rest}
            });
            out.push(Event::new(Some("content_block_delta"), Data::Json(body)));
        }
    }
}
