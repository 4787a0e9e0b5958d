//! The text of a stream.

use chat::json::{Map, Value};
use chat::{Data, Event, Scope};

use crate::openai_chat::text;
use crate::stream_text::{Piece, Rewrite, Strands, StreamText};

/// Shows the text of one stream. Text and thoughts come in pieces, calls whole.
#[derive(Debug, Default)]
pub(in super::super) struct Text {
    strands: Strands<&'static str>,
    /// What every line repeats, for lines of our own.
    head: Map,
}

fn piece(strand: usize, text: &str, last: bool) -> Piece<'_> {
    Piece { strand, scope: Scope::Assistant, is_json: false, text, last }
}

impl StreamText for Text {
    fn event(&mut self, event: Event, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        let Some(Value::Object(line)) = event.as_json() else { return out.push(event) };
        let Some(message) = line.get("message").filter(|message| message.is_object()) else {
            self.finish(visit, out);
            return out.push(event);
        };
        if self.head.is_empty() {
            let told = |name: &&str| matches!(*name, "model" | "created_at");
            let told = line.iter().filter(|(name, _)| told(&&***name));
            self.head = told.map(|(name, value)| (name.clone(), value.clone())).collect();
        }
        let done = line.get("done").and_then(Value::as_bool) == Some(true);
        let mut message = message.clone();
        let says = |name: &str| message.get(name).is_some_and(|it| *it != "" && !it.is_null());
        let calls = says("tool_calls");
        let (thinks, speaks) = (says("thinking"), says("content"));
        // One thing is said after the other.
        if speaks || calls {
            self.end("thinking", visit, out);
        }
        if thinks || calls {
            self.end("content", visit, out);
        }
        let mut edited = false;
        for name in ["thinking", "content"] {
            edited |= self.continued(name, &mut message, done, visit);
        }
        if calls && let Some(calls) = message.get_mut("tool_calls").map(Value::take) {
            let mut only = Map::new();
            only.put("tool_calls", calls);
            let mut only = Value::Object(only);
            let strands = &mut self.strands;
            edited |= text::visit_said(&mut only, 0, &mut |text| {
                let (strand, scope, text) = (strands.whole(), text.scope, text.text);
                visit(Piece { strand, scope, is_json: false, text, last: true })
            });
            if let (Some(place), Some(calls)) =
                (message.get_mut("tool_calls"), only.get_mut("tool_calls"))
            {
                *place = calls.take();
            }
        }
        if done {
            self.end("thinking", visit, out);
            self.end("content", visit, out);
        }
        let mut event = event;
        if edited
            && let Data::Json(line) = event.data_mut()
            && let Some(place) = line.get_mut("message")
        {
            *place = message;
        }
        out.push(event);
    }

    fn finish(&mut self, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        self.end("thinking", visit, out);
        self.end("content", visit, out);
    }
}

impl Text {
    /// Shows a piece of text. Returns whether it was replaced.
    fn continued(
        &mut self,
        name: &'static str,
        message: &mut Value,
        done: bool,
        visit: Rewrite<'_>,
    ) -> bool {
        let Some(Value::String(text)) = message.get_mut(name) else { return false };
        let Some((strand, last)) = self.strands.continued(&name, text) else { return false };
        if text.is_empty() {
            return false;
        }
        let replacement = visit(piece(strand, text, last || done));
        if done {
            self.strands.end(&name);
        }
        let edited = replacement.is_some();
        *text = replacement.unwrap_or_else(|| std::mem::take(text));
        edited
    }

    /// Ends a text; what a visitor held back of it is told by a line.
    fn end(&mut self, name: &'static str, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        let Some(strand) = self.strands.end(&name) else { return };
        let Some(rest) = visit(piece(strand, "", true)).filter(|rest| !rest.is_empty()) else {
            return;
        };
        let mut message = Map::new();
        message.put("role", "assistant");
        message.put("content", "");
        message.put(name, rest);
        let mut line = self.head.clone();
        line.put("message", message);
        line.put("done", false);
        out.push(Event::json(Value::Object(line)));
    }
}
