//! The text of a stream.

use std::fmt;

use chat::json::{Map, Value, json};
use chat::{Data, Event, Scope};

use super::super::{object, text};
use crate::stream_text::{Piece, Rewrite, Strands, StreamText};

/// Shows the text of one stream.
#[derive(Debug, Default)]
pub(in super::super) struct Text {
    strands: Strands<Key>,
    /// What every chunk repeats, for chunks of our own.
    head: Map,
}

/// A choice's index and what is told of it.
type Key = (u64, Field);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    Reasoning(&'static str),
    Content,
    Refusal,
    Transcript,
    /// Pieces of signed thoughts: shown, never replaced.
    Detail(u64),
    /// Arguments of a call, by its index.
    Arguments(u64),
    /// Free input of a call, by its index.
    Input(u64),
    /// Arguments of the one call of old.
    Legacy,
}

impl Field {
    fn piece(self, strand: usize, text: &str, last: bool) -> Piece<'_> {
        let is_json = matches!(self, Field::Arguments(_) | Field::Legacy);
        let scope = match self {
            Field::Arguments(_) | Field::Input(_) | Field::Legacy => Scope::ToolCall,
            _ => Scope::Assistant,
        };
        Piece { strand, scope, is_json, text, last }
    }

    /// Whether pieces of several such texts may come in turns.
    fn is_call(self) -> bool {
        matches!(self, Field::Arguments(_) | Field::Input(_) | Field::Legacy)
    }

    /// A delta that goes on with it.
    fn delta(self, text: String) -> Option<Value> {
        let call =
            |index: u64, value| json!({"tool_calls": [object([("index", index.into()), value])]});
        Some(match self {
            Field::Reasoning(name) => object([(name, text.into())]),
            Field::Content => object([("content", text.into())]),
            Field::Refusal => object([("refusal", text.into())]),
            Field::Transcript => json!({"audio": {"transcript": text}}),
            Field::Detail(_) => return None,
            Field::Arguments(index) => call(index, ("function", json!({"arguments": text}))),
            Field::Input(index) => call(index, ("custom", json!({"input": text}))),
            Field::Legacy => json!({"function_call": {"arguments": text}}),
        })
    }
}

impl StreamText for Text {
    fn event(&mut self, mut event: Event, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        match event.data() {
            Data::Json(body) if body.get("choices").is_some_and(Value::is_array) => {
                if self.head.is_empty() {
                    self.head = head(body);
                }
                self.chunk(&mut event, visit, out);
            }
            Data::Nothing => {}
            // `[DONE]` or an error.
            Data::Json(_) | Data::Text(_) => self.end(|_| true, visit, out),
        }
        out.push(event);
    }

    fn finish(&mut self, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        self.end(|_| true, visit, out);
    }
}

/// What every chunk repeats.
fn head(body: &Value) -> Map {
    let mut head = body.as_object().cloned().unwrap_or_default();
    head.shift_remove("choices");
    if let Some(usage) = head.get_mut("usage") {
        *usage = Value::Null;
    }
    head
}

impl Text {
    fn chunk(&mut self, event: &mut Event, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        let mut edits = Vec::new();
        let choices =
            event.as_json().and_then(|body| body.get("choices")).and_then(Value::as_array);
        for (position, choice) in choices.into_iter().flatten().enumerate() {
            let index = choice.get("index").and_then(Value::as_u64).unwrap_or(position as u64);
            let finished = choice.get("finish_reason").is_some_and(|reason| !reason.is_null());
            let Some(delta) = choice.get("delta") else { continue };
            let pieces = pieces(delta);
            for (field, place, text) in &pieces {
                let field = *field;
                let Some((strand, last)) = self.strands.continued(&(index, field), text) else {
                    continue;
                };
                let replacement = visit(field.piece(strand, text, last || finished));
                if finished {
                    self.strands.end(&(index, field));
                }
                if let Some(text) = replacement.filter(|_| !matches!(field, Field::Detail(_))) {
                    edits.push((format!("{}{place}", delta_of(position)), Value::String(text)));
                }
            }
            // A choice says one thing after the other, except that calls may come in turns.
            let says = |field: &Field| pieces.iter().any(|piece| piece.0 == *field);
            let goes_on = !pieces.is_empty();
            self.end(
                |key| key.0 == index && !says(&key.1) && (finished || goes_on && !key.1.is_call()),
                visit,
                out,
            );
            edits.extend(self.whole(delta, visit).map(|delta| (delta_of(position), delta)));
        }
        if edits.is_empty() {
            return;
        }
        let Data::Json(body) = event.data_mut() else { return };
        // The rest of a delta goes in first, the pieces of it then.
        edits.sort_by_key(|(path, _)| path.len());
        for (path, value) in edits {
            if let Some(place) = body.pointer_mut(&path) {
                *place = value;
            }
        }
    }

    /// Shows what is told whole in a delta: everything that is text and no piece. The delta, if anything of
    /// it was replaced.
    fn whole(&mut self, delta: &Value, visit: Rewrite<'_>) -> Option<Value> {
        let pieces = |name: &str| {
            let told = ["content", "reasoning", "reasoning_content", "refusal"].contains(&name);
            told && delta.get(name).is_some_and(Value::is_string)
                || ["audio", "function_call", "reasoning_details", "role", "tool_calls"]
                    .contains(&name)
        };
        let rest = delta.as_object()?.iter().filter(|(name, _)| !pieces(name));
        let rest: Map = rest
            .filter(|(_, value)| !value.is_null())
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        if rest.is_empty() {
            return None;
        }
        let mut rest = Value::Object(rest);
        let strands = &mut self.strands;
        let edited = text::visit_said(&mut rest, 0, &mut |text: chat::Text<'_>| {
            let (strand, scope, text) = (strands.whole(), text.scope, text.text);
            visit(Piece { strand, scope, is_json: false, text, last: true })
        });
        if !edited {
            return None;
        }
        let mut whole = delta.clone();
        for (name, value) in rest.as_object_mut().into_iter().flatten() {
            if let Some(place) = whole.get_mut(&**name) {
                *place = value.take();
            }
        }
        Some(whole)
    }

    /// Ends strands; what a visitor held back of one is told by a chunk.
    fn end(&mut self, which: impl Fn(&Key) -> bool, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        for key in self.strands.open(which) {
            let Some(strand) = self.strands.end(&key) else { continue };
            let rest = visit(key.1.piece(strand, "", true)).filter(|rest| !rest.is_empty());
            let Some(delta) = rest.and_then(|rest| key.1.delta(rest)) else { continue };
            let choice = json!({"index": key.0, "delta": delta, "finish_reason": null});
            let mut chunk = self.head.clone();
            chunk.put("choices", vec![choice]);
            out.push(Event::json(Value::Object(chunk)));
        }
    }
}

/// Where the delta of a choice stands.
fn delta_of(position: usize) -> String {
    format!("/choices/{position}/delta")
}

/// Where a piece stands below its delta: a field, of a list the position of an item, and a field within. Written as a
/// path only where the piece is replaced, which hardly any is.
#[derive(Debug, Clone, Copy)]
struct Place(&'static str, Option<usize>, &'static str);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place(field, position, within) = self;
        write!(f, "/{field}")?;
        if let Some(position) = position {
            write!(f, "/{position}")?;
        }
        f.write_str(within)
    }
}

/// The pieces of text in a delta, in the order in which a choice says them: whose, where below the delta, what.
fn pieces<'a>(delta: &'a Value) -> Vec<(Field, Place, &'a str)> {
    let mut pieces = Vec::new();
    let mut take = |field, place, text: Option<&'a Value>| match text {
        Some(Value::String(text)) if !text.is_empty() => pieces.push((field, place, text.as_str())),
        _ => {}
    };
    for (index, position, item) in indexed(delta, "reasoning_details") {
        for (name, within) in [("text", "/text"), ("summary", "/summary")] {
            let place = Place("reasoning_details", Some(position), within);
            take(Field::Detail(index), place, item.get(name));
        }
    }
    for name in ["reasoning", "reasoning_content"] {
        take(Field::Reasoning(name), Place(name, None, ""), delta.get(name));
    }
    take(Field::Content, Place("content", None, ""), delta.get("content"));
    take(Field::Refusal, Place("refusal", None, ""), delta.get("refusal"));
    let within = |field: &str, name: &str| delta.get(field)?.get(name);
    let place = Place("audio", None, "/transcript");
    take(Field::Transcript, place, within("audio", "transcript"));
    let place = Place("function_call", None, "/arguments");
    take(Field::Legacy, place, within("function_call", "arguments"));
    for (index, position, call) in indexed(delta, "tool_calls") {
        let place = |within| Place("tool_calls", Some(position), within);
        let of = |field: &str, name: &str| call.get(field)?.get(name);
        take(Field::Arguments(index), place("/function/arguments"), of("function", "arguments"));
        take(Field::Input(index), place("/custom/input"), of("custom", "input"));
    }
    pieces
}

/// The items of a list: the index that each states, and its position.
fn indexed<'a>(delta: &'a Value, name: &str) -> impl Iterator<Item = (u64, usize, &'a Value)> + 'a {
    let items = delta.get(name).and_then(Value::as_array).into_iter().flatten();
    items.enumerate().map(|(position, item)| {
        let index = item.get("index").and_then(Value::as_u64);
        (index.unwrap_or(position as u64), position, item)
    })
}
