//! The text of a stream.
//!
//! A Responses stream tells every text up to four times: in deltas, where its part is done, where its item is
//! done, and in the whole answer at the end. A visitor is shown it once, as it comes; what it replaced is
//! repeated so.

use std::collections::BTreeMap;

use chat::json::{Map, Value};
use chat::text::Visit;
use chat::{Data, Event, Scope};

use super::super::text;
use crate::stream_text::{Piece, Rewrite, Strands, StreamText};

/// The text in which `KIND.done` repeats what `KIND.delta` told.
const REPEATED: [&str; 5] = ["text", "refusal", "arguments", "input", "code"];

/// Shows the text of one stream.
#[derive(Debug, Default)]
pub(in super::super) struct Text {
    strands: Strands<Key>,
    /// What was told in deltas of the items under way.
    told: BTreeMap<Key, Told>,
    /// Items that were shown when they were done: as they are now, if anything of them was replaced.
    done: BTreeMap<u64, Option<Value>>,
    /// How many events of our own went before.
    added: u64,
    /// The last `sequence_number` written.
    number: u64,
}

/// A text: `output_index`, the kind of its deltas (`response.output_text`), and its place in the item.
type Key = (u64, String, u64);

/// What was told of a text.
#[derive(Debug, Default)]
struct Told {
    text: String,
    edited: bool,
    /// The fields of its deltas that say where it stands, for deltas of our own.
    place: Map,
}

impl StreamText for Text {
    fn event(&mut self, mut event: Event, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        let kind = event.as_json().and_then(|body| body.get("type")).and_then(Value::as_str);
        let kind = kind.unwrap_or_default().to_owned();
        self.renumber(&mut event);
        let index = number(&event, "output_index");
        match kind.as_str() {
            "response.output_item.added" => {
                self.edit(&mut event, "item", |text, item| {
                    text.whole(item, text::visit_item, visit)
                });
            }
            "response.output_item.done" => {
                self.end(|key| key.0 == index, visit, out);
                self.edit(&mut event, "item", |text, item| text.item_done(index, item, visit));
            }
            "response.completed" | "response.incomplete" | "response.failed" => {
                self.end(|_| true, visit, out);
                self.edit(&mut event, "response", |text, answer| text.answer(answer, visit));
            }
            "response.content_part.done" | "response.reasoning_summary_part.done" => {
                let place = (index, part_number(&event));
                self.edit(&mut event, "part", |text, part| text.part_done(place, part, visit));
            }
            "response.output_text.annotation.added" => {
                self.edit(&mut event, "annotation", |text, it| {
                    let annotation = |it: &mut Value, turn, visit: Visit<'_>| {
                        text::visit_annotation(it, Scope::Assistant, turn, visit)
                    };
                    text.whole(it, annotation, visit)
                });
            }
            "error" => self.end(|_| true, visit, out),
            _ => match (kind.strip_suffix(".delta"), kind.strip_suffix(".done")) {
                (Some(kind), _) => self.delta(&mut event, kind, visit),
                (_, Some(kind)) => self.text_done(&mut event, kind, visit, out),
                _ => {}
            },
        }
        // Behind what was added for it.
        self.renumber_again(&mut event);
        out.push(event);
    }

    fn finish(&mut self, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        self.end(|_| true, visit, out);
    }
}

impl Text {
    fn delta(&mut self, event: &mut Event, kind: &str, visit: Rewrite<'_>) {
        let Some(body) = event.as_json() else { return };
        let Some(piece) = body.get("delta").and_then(Value::as_str) else { return };
        let key = key(event, kind);
        let Some((strand, last)) = self.strands.continued(&key, piece) else { return };
        let replacement = visit(shown(kind, strand, piece, last));
        let told =
            self.told.entry(key).or_insert_with(|| Told { place: place(body), ..Told::default() });
        told.text.push_str(replacement.as_deref().unwrap_or(piece));
        told.edited |= replacement.is_some();
        if let Some(text) = replacement {
            set(event, "delta", text.into());
        }
    }

    /// The text of `kind` is complete, and repeated.
    fn text_done(
        &mut self,
        event: &mut Event,
        kind: &str,
        visit: Rewrite<'_>,
        out: &mut Vec<Event>,
    ) {
        let key = key(event, kind);
        self.end(|open| *open == key, visit, out);
        let Some(body) = event.as_json() else { return };
        let Some(name) = REPEATED.into_iter().find(|name| body.get(*name).is_some()) else {
            return;
        };
        let told = match self.told.get(&key) {
            Some(told) => told.edited.then(|| told.text.clone()),
            None => {
                let text = body.get(name).and_then(Value::as_str).unwrap_or_default();
                let replacement = self.show(kind, text, visit);
                let edited = replacement.is_some();
                let text = replacement.clone().unwrap_or_else(|| text.to_owned());
                self.told.insert(key, Told { text, edited, place: Map::new() });
                replacement
            }
        };
        if let Some(text) = told {
            set(event, name, text.into());
        }
    }

    /// Shows a text that is told whole.
    fn show(&mut self, kind: &str, text: &str, visit: Rewrite<'_>) -> Option<String> {
        match text.is_empty() {
            true => None,
            false => visit(shown(kind, self.strands.whole(), text, true)),
        }
    }

    /// Shows every text of what is told whole. Returns whether any was replaced.
    fn whole(
        &mut self,
        value: &mut Value,
        texts: impl FnOnce(&mut Value, usize, Visit<'_>) -> bool,
        visit: Rewrite<'_>,
    ) -> bool {
        let strands = &mut self.strands;
        texts(value, 0, &mut |text: chat::Text<'_>| {
            let (scope, text) = (text.scope, text.text);
            match text.is_empty() {
                true => None,
                false => {
                    let strand = strands.whole();
                    visit(Piece { strand, scope, is_json: false, text, last: true })
                }
            }
        })
    }

    /// The part at `place` (of an item, by its number) is complete, and repeated.
    fn part_done(&mut self, place: (u64, u64), part: &mut Value, visit: Rewrite<'_>) -> bool {
        let (field, kind) = match part.get("type").and_then(Value::as_str) {
            Some("refusal") => ("refusal", "response.refusal"),
            Some("reasoning_text") => ("text", "response.reasoning_text"),
            Some("summary_text") => ("text", "response.reasoning_summary_text"),
            _ => ("text", "response.output_text"),
        };
        let replacement = match self.told.get(&(place.0, kind.to_owned(), place.1)) {
            Some(told) => told.edited.then(|| told.text.clone()),
            None => {
                let text = part.get(field).and_then(Value::as_str).unwrap_or_default();
                self.show(kind, text, visit)
            }
        };
        let annotations = |part: &mut Value, turn, visit: Visit<'_>| {
            text::visit_annotations(part, Scope::Assistant, turn, visit)
        };
        let edited = self.whole(part, annotations, visit);
        let (Some(text), Some(place)) = (replacement, part.get_mut(field)) else { return edited };
        *place = text.into();
        true
    }

    /// The item at `index` is complete: what deltas told is repeated, the rest is shown.
    fn item_done(&mut self, index: u64, item: &mut Value, visit: Rewrite<'_>) -> bool {
        let mut edited = false;
        let mut known = Vec::new();
        for (pointer, kind, part) in places(item) {
            let Some(told) = self.told.remove(&(index, kind.to_owned(), part)) else { continue };
            let Some(place) = item.pointer_mut(&pointer) else { continue };
            edited |= told.edited;
            let original = place.take();
            known.push((pointer, if told.edited { told.text.into() } else { original }));
        }
        let proof = item.get("encrypted_content").cloned();
        edited |= self.whole(item, text::visit_item, visit);
        for (pointer, value) in known {
            if let Some(place) = item.pointer_mut(&pointer) {
                *place = value;
            }
        }
        if edited && proof.is_some() {
            text::remove_broken_proof(item);
        }
        self.told.retain(|key, _| key.0 != index);
        self.done.insert(index, edited.then(|| item.clone()));
        edited
    }

    /// The answer repeats its items.
    fn answer(&mut self, answer: &mut Value, visit: Rewrite<'_>) -> bool {
        let Some(Value::Array(output)) = answer.get_mut("output") else { return false };
        let mut edited = false;
        for (index, item) in output.iter_mut().enumerate() {
            let index = index as u64;
            edited |= match self.done.remove(&index) {
                Some(Some(done)) => {
                    *item = done;
                    true
                }
                Some(None) => false,
                None => self.item_done(index, item, visit),
            };
        }
        edited
    }

    /// Edits the field `name` of an event.
    fn edit(
        &mut self,
        event: &mut Event,
        name: &str,
        edit: impl FnOnce(&mut Text, &mut Value) -> bool,
    ) {
        let Some(mut value) = event.as_json().and_then(|body| body.get(name)).cloned() else {
            return;
        };
        if edit(self, &mut value) {
            set(event, name, value);
        }
    }

    /// Ends strands; what a visitor held back of one is told by a delta.
    fn end(&mut self, which: impl Fn(&Key) -> bool, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        for key in self.strands.open(which) {
            let Some(strand) = self.strands.end(&key) else { continue };
            let rest = visit(shown(&key.1, strand, "", true)).filter(|rest| !rest.is_empty());
            let (Some(rest), Some(told)) = (rest, self.told.get_mut(&key)) else { continue };
            told.text.push_str(&rest);
            told.edited = true;
            let kind = format!("{}.delta", key.1);
            let mut body = Map::new();
            body.put("type", kind.as_str());
            body.put("sequence_number", self.number);
            body.extend(told.place.clone());
            body.put("delta", rest);
            self.number = self.number.saturating_add(1);
            self.added = self.added.saturating_add(1);
            out.push(Event::new(Some(&kind), Data::Json(Value::Object(body))));
        }
    }

    /// Events keep their numbers until one was added.
    fn renumber(&mut self, event: &mut Event) {
        let body = event.as_json();
        let Some(number) = body.and_then(|it| it.get("sequence_number")).and_then(Value::as_u64)
        else {
            return;
        };
        self.number = number.saturating_add(self.added);
        if self.added > 0 {
            set(event, "sequence_number", self.number.into());
        }
    }

    fn renumber_again(&mut self, event: &mut Event) {
        let body = event.as_json();
        let written = body.and_then(|it| it.get("sequence_number")).and_then(Value::as_u64);
        if written.is_some_and(|written| written != self.number) {
            set(event, "sequence_number", self.number.into());
        }
        if written.is_some() {
            self.number = self.number.saturating_add(1);
        }
    }
}

fn number(event: &Event, name: &str) -> u64 {
    let body = event.as_json();
    body.and_then(|body| body.get(name)).and_then(Value::as_u64).unwrap_or_default()
}

/// The number of a part of an item or of its summary.
fn part_number(event: &Event) -> u64 {
    number(event, "content_index").max(number(event, "summary_index"))
}

fn key(event: &Event, kind: &str) -> Key {
    (number(event, "output_index"), kind.to_owned(), part_number(event))
}

/// The fields of a delta that say where its text stands.
fn place(body: &Value) -> Map {
    let says_where = ["item_id", "output_index", "content_index", "summary_index", "logprobs"];
    let fields = body.as_object().into_iter().flatten();
    let fields = fields.filter(|(name, _)| says_where.contains(&&***name));
    let empty =
        |value: &Value| if value.is_array() { Value::Array(Vec::new()) } else { value.clone() };
    fields.map(|(name, value)| (name.clone(), empty(value))).collect()
}

fn set(event: &mut Event, name: &str, value: Value) {
    if let Data::Json(body) = event.data_mut()
        && let Some(place) = body.get_mut(name)
    {
        *place = value;
    }
}

fn shown<'a>(kind: &str, strand: usize, text: &'a str, last: bool) -> Piece<'a> {
    let is_json = kind.ends_with("_arguments");
    let says = ["output_text", "reasoning", "refusal", "transcript"];
    let scope = match says.into_iter().any(|word| kind.contains(word)) {
        true => Scope::Assistant,
        false => Scope::ToolCall,
    };
    Piece { strand, scope, is_json, text, last }
}

/// Where an item repeats what deltas told: a pointer, the kind of the deltas, and their part.
fn places(item: &Value) -> Vec<(String, &'static str, u64)> {
    let mut places = Vec::new();
    let mut parts = |name: &str, field: &str, kind, is: &dyn Fn(&Value) -> bool| {
        let parts = item.get(name).and_then(Value::as_array).into_iter().flatten().enumerate();
        for (index, _) in parts.filter(|(_, part)| is(part)) {
            places.push((format!("/{name}/{index}/{field}"), kind, index as u64));
        }
    };
    let is_refusal = |part: &Value| part.get("refusal").is_some();
    match item.get("type").and_then(Value::as_str) {
        Some("message") => {
            parts("content", "text", "response.output_text", &|part| !is_refusal(part));
            parts("content", "refusal", "response.refusal", &is_refusal);
        }
        Some("reasoning") => {
            parts("summary", "text", "response.reasoning_summary_text", &|_| true);
            parts("content", "text", "response.reasoning_text", &|_| true);
        }
        Some("function_call") => {
            places.push(("/arguments".to_owned(), "response.function_call_arguments", 0));
        }
        Some("mcp_call") => {
            places.push(("/arguments".to_owned(), "response.mcp_call_arguments", 0));
        }
        Some("custom_tool_call") => {
            places.push(("/input".to_owned(), "response.custom_tool_call_input", 0));
        }
        Some("code_interpreter_call") => {
            places.push(("/code".to_owned(), "response.code_interpreter_call_code", 0));
        }
        _ => {}
    }
    places
}
