//! The text of a stream.

use chat::json::{Value, json};
use chat::{Data, Event, Scope};

use super::super::text;
use crate::stream_text::{Piece, Rewrite, Strands, StreamText};

/// Shows the text of one stream.
#[derive(Debug, Default)]
pub(in super::super) struct Text {
    strands: Strands<Key>,
}

/// What is told, and the index of the content or call.
type Key = (Kind, u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Arguments,
    Plan,
    Text,
    Thoughts,
}

impl Kind {
    /// The event with its pieces, and where in the message they stand.
    fn place(self) -> (&'static str, &'static str) {
        match self {
            Kind::Arguments => ("tool-call-delta", "/tool_calls/function/arguments"),
            Kind::Plan => ("tool-plan-delta", "/tool_plan"),
            Kind::Text => ("content-delta", "/content/text"),
            Kind::Thoughts => ("content-delta", "/content/thinking"),
        }
    }

    fn piece(self, strand: usize, text: &str, last: bool) -> Piece<'_> {
        let is_json = self == Kind::Arguments;
        let scope = if is_json { Scope::ToolCall } else { Scope::Assistant };
        Piece { strand, scope, is_json, text, last }
    }

    /// An event that goes on with it.
    fn event(self, index: u64, text: String) -> Event {
        let (name, _) = self.place();
        let message = match self {
            Kind::Arguments => json!({"tool_calls": {"function": {"arguments": text}}}),
            Kind::Plan => json!({"tool_plan": text}),
            Kind::Text => json!({"content": {"text": text}}),
            Kind::Thoughts => json!({"content": {"thinking": text}}),
        };
        let body = match self {
            Kind::Plan => json!({"type": name, "delta": {"message": message}}),
            _ => json!({"type": name, "index": index, "delta": {"message": message}}),
        };
        Event::new(Some(name), Data::Json(body))
    }
}

impl StreamText for Text {
    fn event(&mut self, mut event: Event, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        let Some(body) = event.as_json() else { return out.push(event) };
        let index = body.get("index").and_then(Value::as_u64).unwrap_or_default();
        let kind = body.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        match kind.as_str() {
            "content-start" | "content-delta" => {
                self.end(|key| key.0 == Kind::Plan, visit, out);
                self.continued(&mut event, (Kind::Thoughts, index), visit);
                self.continued(&mut event, (Kind::Text, index), visit);
            }
            "tool-plan-delta" => self.continued(&mut event, (Kind::Plan, 0), visit),
            "tool-call-start" | "tool-call-delta" => {
                self.end(|key| key.0 == Kind::Plan, visit, out);
                self.continued(&mut event, (Kind::Arguments, index), visit);
            }
            "content-end" => {
                let ends =
                    |key: &Key| matches!(key.0, Kind::Text | Kind::Thoughts) && key.1 == index;
                self.end(ends, visit, out);
            }
            "tool-call-end" => self.end(|key| *key == (Kind::Arguments, index), visit, out),
            "citation-start" => self.citation(&mut event, visit),
            "citation-end" | "message-start" | "debug" => {}
            _ => self.end(|_| true, visit, out),
        }
        out.push(event);
    }

    fn finish(&mut self, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        self.end(|_| true, visit, out);
    }
}

impl Text {
    fn continued(&mut self, event: &mut Event, key: Key, visit: Rewrite<'_>) {
        let path = format!("/delta/message{}", key.0.place().1);
        let text = event.as_json().and_then(|body| body.pointer(&path)).and_then(Value::as_str);
        let Some((strand, last)) = text.and_then(|text| self.strands.continued(&key, text)) else {
            return;
        };
        let Some(new) = visit(key.0.piece(strand, text.unwrap_or_default(), last)) else { return };
        if let Data::Json(body) = event.data_mut()
            && let Some(place) = body.pointer_mut(&path)
        {
            *place = Value::String(new);
        }
    }

    fn citation(&mut self, event: &mut Event, visit: Rewrite<'_>) {
        const PLACE: &str = "/delta/message/citations";
        let Some(mut citation) = event.as_json().and_then(|it| it.pointer(PLACE)).cloned() else {
            return;
        };
        let strands = &mut self.strands;
        let edited = text::visit_citation(&mut citation, &mut |text| {
            let (strand, scope, text) = (strands.whole(), text.scope, text.text);
            visit(Piece { strand, scope, is_json: false, text, last: true })
        });
        if edited
            && let Data::Json(body) = event.data_mut()
            && let Some(place) = body.pointer_mut(PLACE)
        {
            *place = citation;
        }
    }

    /// Ends strands; what a visitor held back of one is told by an event.
    fn end(&mut self, which: impl Fn(&Key) -> bool, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        for key in self.strands.open(which) {
            let Some(strand) = self.strands.end(&key) else { continue };
            let rest = visit(key.0.piece(strand, "", true)).filter(|rest| !rest.is_empty());
            out.extend(rest.map(|rest| key.0.event(key.1, rest)));
        }
    }
}
