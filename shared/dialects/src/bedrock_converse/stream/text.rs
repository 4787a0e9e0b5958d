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
    Thoughts,
}

impl Kind {
    const ALL: [Kind; 3] = [Kind::Arguments, Kind::Text, Kind::Thoughts];

    /// Where its pieces stand in an event.
    fn place(self) -> &'static str {
        match self {
            Kind::Arguments => "/delta/toolUse/input",
            Kind::Text => "/delta/text",
            Kind::Thoughts => "/delta/reasoningContent/text",
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
        let index = event.as_json().and_then(|body| body.get("contentBlockIndex"));
        let index = index.and_then(Value::as_u64).unwrap_or_default();
        match event.name.as_deref() {
            Some("contentBlockDelta") => self.delta(&mut event, index, visit),
            Some("contentBlockStop") => self.end(|key| key.0 == index, visit, out),
            // Text and thoughts do not announce themselves.
            Some("messageStart" | "contentBlockStart") => {}
            _ => self.end(|_| true, visit, out),
        }
        out.push(event);
    }

    fn finish(&mut self, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        self.end(|_| true, visit, out);
    }
}

impl Text {
    fn delta(&mut self, event: &mut Event, index: u64, visit: Rewrite<'_>) {
        for kind in Kind::ALL {
            let told = event.as_json().and_then(|body| body.pointer(kind.place()));
            let Some(text) = told.and_then(Value::as_str) else { continue };
            let Some((strand, last)) = self.strands.continued(&(index, kind), text) else { return };
            let new = visit(kind.piece(strand, text, last)).filter(|_| kind != Kind::Thoughts);
            if let Some(new) = new
                && let Data::Json(body) = event.data_mut()
                && let Some(place) = body.pointer_mut(kind.place())
            {
                *place = Value::String(new);
            }
            return;
        }
        self.whole(event, visit);
    }

    /// Shows a delta of another kind, which stands whole in its event.
    fn whole(&mut self, event: &mut Event, visit: Rewrite<'_>) {
        let Some(mut delta) = event.as_json().and_then(|body| body.get("delta")).cloned() else {
            return;
        };
        let strands = &mut self.strands;
        let edited = text::block(&mut delta, Scope::Assistant, 0, &mut |text| {
            let (strand, scope, text) = (strands.whole(), text.scope, text.text);
            visit(Piece { strand, scope, is_json: false, text, last: true })
        });
        if edited
            && let Data::Json(body) = event.data_mut()
            && let Some(place) = body.get_mut("delta")
        {
            *place = delta;
        }
    }

    /// Ends strands; what a visitor held back of one is told by an event.
    fn end(&mut self, which: impl Fn(&Key) -> bool, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        for (index, kind) in self.strands.open(which) {
            let Some(strand) = self.strands.end(&(index, kind)) else { continue };
            let rest = visit(kind.piece(strand, "", true)).filter(|rest| !rest.is_empty());
            let delta = match (rest, kind) {
                (None, _) | (_, Kind::Thoughts) => continue,
                (Some(rest), Kind::Arguments) => json!({"toolUse": {"input": rest}}),
                (Some(rest), Kind::Text) => json!({"text": rest}),
            };
            let body = json!({"delta": delta, "contentBlockIndex": index});
            out.push(Event::new(Some("contentBlockDelta"), Data::Json(body)));
        }
    }
}
