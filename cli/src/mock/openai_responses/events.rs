//! Streamed answers
//! (<https://platform.openai.com/docs/api-reference/responses-streaming>, 2026-11-21).

use serde_json::{Map, Value, json};

use super::answer;
use crate::mock::dialect::{Event, Turn};
use crate::mock::model::tokens;

/// How many characters of tool arguments or thoughts go into one event.
const PIECE: usize = 8;

/// The events of an answer, from `response.created` to its end.
pub(super) fn events(turn: &Turn<'_>) -> Vec<Event> {
    let mut stream = Stream { turn, events: Vec::new() };
    let begun = answer::envelope(turn, "in_progress");
    stream.push("response.created", json!({"response": begun}));
    stream.push("response.in_progress", json!({"response": begun}));
    let output = answer::output(turn);
    for (index, item) in output.iter().enumerate() {
        stream.item(index, item);
    }
    let kind = match answer::status(turn.replies.first()) {
        "completed" => "response.completed",
        _ => "response.incomplete",
    };
    stream.push(kind, json!({"response": answer::whole(turn, output)}));
    stream.events
}

struct Stream<'a> {
    turn: &'a Turn<'a>,
    events: Vec<Event>,
}

impl Stream<'_> {
    fn push(&mut self, kind: &'static str, fields: Value) {
        let mut data = Map::new();
        data.insert("type".to_owned(), json!(kind));
        data.insert("sequence_number".to_owned(), json!(self.events.len()));
        if let Value::Object(fields) = fields {
            data.extend(fields);
        }
        let is_delta = kind.ends_with(".delta");
        let options = self.turn.request.get("stream_options");
        let padding = options.and_then(|options| options.get("include_obfuscation"));
        if is_delta && padding != Some(&Value::Bool(false)) {
            // Padding against traffic analysis: here to the next multiple of 16 bytes.
            let length = Value::Object(data.clone()).to_string().len();
            data.insert("obfuscation".to_owned(), json!("x".repeat(16 - length % 16)));
        }
        self.events.push(Event { name: Some(kind), data: Value::Object(data).to_string() });
    }

    fn item(&mut self, index: usize, item: &Value) {
        let begun = begun(item);
        self.push("response.output_item.added", json!({"output_index": index, "item": begun}));
        let at = |more: Value| {
            let mut place = json!({"item_id": item["id"], "output_index": index});
            if let (Some(place), Value::Object(more)) = (place.as_object_mut(), more) {
                place.extend(more);
            }
            place
        };
        match item["type"].as_str() {
            Some("message") => self.message(item, &at),
            Some("reasoning") => self.summary(item, &at),
            Some("custom_tool_call") => {
                let input = text(item, "input");
                for piece in pieces(&input) {
                    self.push("response.custom_tool_call_input.delta", at(json!({"delta": piece})));
                }
                self.push("response.custom_tool_call_input.done", at(json!({"input": input})));
            }
            _ => {
                let arguments = text(item, "arguments");
                for piece in pieces(&arguments) {
                    self.push(
                        "response.function_call_arguments.delta",
                        at(json!({"delta": piece})),
                    );
                }
                let done = at(json!({"name": item["name"], "arguments": arguments}));
                self.push("response.function_call_arguments.done", done);
            }
        }
        self.push("response.output_item.done", json!({"output_index": index, "item": item}));
    }

    fn message(&mut self, item: &Value, at: &dyn Fn(Value) -> Value) {
        let part = item.pointer("/content/0").unwrap_or(&Value::Null);
        let whole = text(part, "text");
        let empty = json!({"type": "output_text", "annotations": [], "logprobs": [], "text": ""});
        let added = at(json!({"content_index": 0, "part": empty}));
        self.push("response.content_part.added", added);
        for token in tokens(&whole) {
            let logprobs = answer::logprobs(self.turn, std::slice::from_ref(&token));
            let delta = at(json!({"content_index": 0, "delta": token, "logprobs": logprobs}));
            self.push("response.output_text.delta", delta);
        }
        let done = at(json!({"content_index": 0, "text": whole, "logprobs": part["logprobs"]}));
        self.push("response.output_text.done", done);
        let done = at(json!({"content_index": 0, "part": part}));
        self.push("response.content_part.done", done);
    }

    fn summary(&mut self, item: &Value, at: &dyn Fn(Value) -> Value) {
        let Some(part) = item["summary"].get(0) else { return };
        let whole = text(part, "text");
        let empty = json!({"type": "summary_text", "text": ""});
        let added = at(json!({"summary_index": 0, "part": empty}));
        self.push("response.reasoning_summary_part.added", added);
        for piece in pieces(&whole) {
            let delta = at(json!({"summary_index": 0, "delta": piece}));
            self.push("response.reasoning_summary_text.delta", delta);
        }
        let done = at(json!({"summary_index": 0, "text": whole}));
        self.push("response.reasoning_summary_text.done", done);
        let done = at(json!({"summary_index": 0, "part": part}));
        self.push("response.reasoning_summary_part.done", done);
    }
}

/// An item as it is when it begins.
fn begun(item: &Value) -> Value {
    let mut begun = item.clone();
    if let Some(members) = begun.as_object_mut() {
        for (name, empty) in [
            ("status", json!("in_progress")),
            ("content", json!([])),
            ("summary", json!([])),
            ("arguments", json!("")),
            ("input", json!("")),
        ] {
            if members.contains_key(name) {
                members.insert(name.to_owned(), empty);
            }
        }
        members.remove("encrypted_content");
    }
    begun
}

fn text(of: &Value, name: &str) -> String {
    of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn pieces(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(PIECE).map(|piece| piece.iter().collect()).collect()
}
