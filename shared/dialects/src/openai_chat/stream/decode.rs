//! A provider's stream, read.

use std::collections::BTreeMap;

use chat::json::Value;
use chat::{Data, Event as Wire, Problem};

use super::super::{NAME, UNKNOWN, error, finish, reasoning, response, usage};
use super::blocks::{Blocks, Key};
use super::calls::{Piece, place};
use crate::Drops;
use crate::dialect::StreamDecoder;
use crate::neutral::{BlockStart, Content, Delta, Event, Finish, ToolKind, Usage};
use crate::reader::{Fields, bits, names, stream_ended};

/// More choices than anyone asks for (OpenAI allows 128), so that an index cannot fill memory.
const MAX_CHOICES: u64 = 128;

/// What of a chunk is read, or says nothing: `obfuscation` makes chunks equally long.
const CHUNK: [&str; 8] =
    ["choices", "created", "id", "model", "obfuscation", "object", "service_tier", "usage"];

/// What of a choice is read.
const CHOICE: [&str; 5] = ["delta", "finish_reason", "index", "logprobs", "usage"];

/// What of a delta is read.
const DELTA: [&str; 11] = [
    "annotations",
    "audio",
    "content",
    "function_call",
    "reasoning",
    "reasoning_content",
    "reasoning_details",
    "refusal",
    "role",
    "thinking_blocks",
    "tool_calls",
];

/// What of a call is read.
const CALL: [&str; 5] = ["custom", "function", "id", "index", "type"];

/// Reads one stream.
///
/// `Finish`, `Usage` and `End` come when the wire ends, since usage follows the last choice and some
/// providers send more after `finish_reason`.
#[derive(Debug, Default)]
pub(in super::super) struct Decoder {
    /// The provider's id, once the answer has begun.
    id: Option<String>,
    choices: BTreeMap<usize, Choice>,
    usage: Option<Usage>,
    /// The answer is complete or has failed; what follows is not read.
    ended: bool,
    drops: Drops,
}

/// One candidate under way.
#[derive(Debug, Default)]
struct Choice {
    blocks: Blocks,
    finish_reason: Option<String>,
    refuses: bool,
    /// Thoughts came as plain text, so their repetition in a list of blocks is left out.
    thinks_aloud: bool,
}

impl StreamDecoder for Decoder {
    fn decode(&mut self, event: Wire, out: &mut Vec<Event>) -> Result<(), Problem> {
        if self.ended {
            return Ok(());
        }
        match event.data() {
            Data::Nothing => {
                out.push(Event::Ping);
                Ok(())
            }
            Data::Text(text) if text.trim() == "[DONE]" => self.done(out),
            Data::Text(_) => Err(unreadable("an event is not JSON")),
            Data::Json(_) => self.chunk(event.into_json().unwrap_or_default(), out),
        }
    }

    fn finish(&mut self, out: &mut Vec<Event>) -> Result<(), Problem> {
        if self.ended {
            return Ok(());
        }
        let finished = |choice: &Choice| choice.finish_reason.is_some();
        if self.choices.is_empty() || !self.choices.values().all(finished) {
            return Err(self.broken_off(out));
        }
        self.done(out)
    }

    fn drops(&mut self) -> &mut Drops {
        &mut self.drops
    }
}

impl Decoder {
    fn chunk(&mut self, chunk: Value, out: &mut Vec<Event>) -> Result<(), Problem> {
        if let Some(problem) = error::within(&chunk) {
            self.ended = true;
            out.extend(self.usage.take().map(Event::Usage));
            out.push(Event::Error(problem));
            return Ok(());
        }
        if !chunk.is_object() {
            return Err(unreadable("an event is not an object"));
        }
        self.drops.unknown(Some(&chunk), format_args!(""), &CHUNK, UNKNOWN);
        let stated = usage::find(&chunk);
        if let Some(stated) = stated {
            usage::report_rest(stated, &mut self.drops);
        }
        let usage = stated.and_then(usage::decode);
        let counts = usage.is_some();
        self.usage = usage.or(self.usage.take());
        let choices = match chunk.get("choices") {
            Some(Value::Array(_)) => chunk.get("choices").and_then(Value::as_array),
            // Go writes an empty list so.
            Some(Value::Null) => None,
            None if counts => None,
            _ => return Err(unreadable("a chunk has no choices")),
        };
        let choices = choices.map(Vec::as_slice).unwrap_or_default();
        self.start(&chunk, !choices.is_empty(), out);
        for (position, choice) in choices.iter().enumerate() {
            self.choice(choice, position, out)?;
        }
        Ok(())
    }

    /// Begins with the first chunk that has an id or content. (Azure sends one with neither before,
    /// <https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-streaming>, read 2026-11-20.)
    fn start(&mut self, chunk: &Value, has_choices: bool, out: &mut Vec<Event>) {
        let text = |name: &str| chunk.get(name).and_then(Value::as_str).unwrap_or_default();
        if self.id.is_some() || (text("id").is_empty() && !has_choices) {
            return;
        }
        self.id = Some(text("id").to_owned());
        out.push(Event::Start {
            id: text("id").to_owned(),
            model: text("model").to_owned(),
            created: chunk.get("created").and_then(response::seconds),
            usage: None,
            service_tier: chunk.get("service_tier").and_then(Value::as_str).map(str::to_owned),
        });
    }

    fn choice(
        &mut self,
        value: &Value,
        position: usize,
        out: &mut Vec<Event>,
    ) -> Result<(), Problem> {
        let index = value.get("index").and_then(Value::as_u64).unwrap_or(position as u64);
        if index >= MAX_CHOICES {
            return Err(unreadable("a choice has an impossible index"));
        }
        let index = index as usize;
        let new = || Choice { blocks: Blocks::new(index), ..Choice::default() };
        let choice = self.choices.entry(index).or_insert_with(new);
        let drops = &mut self.drops;
        drops.unknown(Some(value), format_args!("choices[{index}]."), &CHOICE, UNKNOWN);
        drops.unknown(value.get("delta"), format_args!("choices[{index}].delta."), &DELTA, UNKNOWN);
        if let Some(delta) = value.get("delta") {
            choice.delta(delta, out)?;
            for call in items(delta, "tool_calls") {
                let path = format_args!("choices[{index}].delta.tool_calls.");
                drops.unknown(Some(call), path, &CALL, UNKNOWN);
                let path = format_args!("choices[{index}].delta.tool_calls.function.");
                drops.unknown(call.get("function"), path, &["arguments", "name"], UNKNOWN);
            }
        }
        if let Some(logprobs) = value.get("logprobs").filter(|value| !value.is_null())
            && !choice.logprobs(logprobs, out)?
        {
            let path = format!("choices[{index}].logprobs");
            drops.each(&path, "they belong to no text", logprobs.clone());
        }
        if let Some(reason) = value.get("finish_reason").and_then(Value::as_str) {
            choice.finish_reason = Some(reason.to_owned());
        }
        Ok(())
    }

    /// The wire says that the answer is complete.
    fn done(&mut self, out: &mut Vec<Event>) -> Result<(), Problem> {
        let Some(id) = self.id.clone().filter(|_| !self.choices.is_empty()) else {
            return Err(self.broken_off(out));
        };
        self.ended = true;
        for choice in self.choices.values_mut() {
            choice.blocks.end(&id, out)?;
        }
        for (candidate, choice) in &self.choices {
            out.push(Event::Finish { candidate: *candidate, finish: choice.finish() });
        }
        out.extend(self.usage.take().map(Event::Usage));
        out.push(Event::End);
        Ok(())
    }

    fn broken_off(&mut self, out: &mut Vec<Event>) -> Problem {
        self.ended = true;
        out.extend(self.usage.take().map(Event::Usage));
        stream_ended()
    }
}

impl Choice {
    fn finish(&self) -> Finish {
        let reason = self.finish_reason.as_deref();
        finish::decode(reason, self.blocks.has_calls(), self.refuses)
    }

    fn delta(&mut self, delta: &Value, out: &mut Vec<Event>) -> Result<(), Problem> {
        const THOUGHTS: u64 =
            bits!["reasoning", "reasoning_content"] | bits!["reasoning_details", "thinking_blocks"];
        const OTHERS: u64 = bits!["annotations", "audio", "function_call", "refusal", "tool_calls"];
        let names = delta.as_object().map_or(0, names);
        if names & THOUGHTS != 0 {
            self.thoughts(delta, out)?;
        }
        self.said(delta, out)?;
        match names & OTHERS {
            0 => Ok(()),
            _ => self.others(delta, out),
        }
    }

    /// Text.
    fn said(&mut self, delta: &Value, out: &mut Vec<Event>) -> Result<(), Problem> {
        if let Some(text) = piece(delta, "content") {
            self.add(Key::Text, BlockStart::Text, Delta::Text(text), out)?;
        }
        // Mistral's reasoning models: https://docs.mistral.ai/capabilities/reasoning (read 2026-11-20).
        for part in items(delta, "content") {
            if let Some(text) = piece(part, "text") {
                self.add(Key::Text, BlockStart::Text, Delta::Text(text), out)?;
            }
            for text in items(part, "thinking").filter_map(|thought| piece(thought, "text")) {
                self.add(Key::Reasoning, BlockStart::Reasoning, Delta::Reasoning(text), out)?;
            }
        }
        Ok(())
    }

    /// What is said besides text and thoughts.
    fn others(&mut self, delta: &Value, out: &mut Vec<Event>) -> Result<(), Problem> {
        for annotation in items(delta, "annotations") {
            let citation = Delta::Citation(annotation.clone());
            self.add(Key::Text, BlockStart::Text, citation, out)?;
        }
        if let Some(text) = piece(delta, "refusal") {
            self.refuses = true;
            self.add(Key::Refusal, BlockStart::Refusal, Delta::Refusal(text), out)?;
        }
        if let Some(audio) = delta.get("audio").filter(|audio| audio.is_object()) {
            self.audio(audio, out)?;
        }
        for call in items(delta, "tool_calls") {
            self.call(call, out)?;
        }
        if let Some(function) = delta.get("function_call").filter(|call| call.is_object()) {
            let whole = chat::json::json!({"index": 0, "function": function});
            self.call(&whole, out)?;
        }
        Ok(())
    }

    fn add(
        &mut self,
        key: Key,
        start: BlockStart,
        delta: Delta,
        out: &mut Vec<Event>,
    ) -> Result<(), Problem> {
        self.blocks.add(key, || Some(start), Some(delta), out)
    }

    /// Thoughts, in whichever extension (see this dialect's description).
    fn thoughts(&mut self, delta: &Value, out: &mut Vec<Event>) -> Result<(), Problem> {
        let plain = piece(delta, "reasoning_content").or_else(|| piece(delta, "reasoning"));
        if let Some(text) = plain {
            self.thinks_aloud = true;
            self.add(Key::Reasoning, BlockStart::Reasoning, Delta::Reasoning(text), out)?;
        }
        for block in items(delta, "thinking_blocks") {
            self.thought(thinking_block(block), out)?;
        }
        for detail in items(delta, "reasoning_details") {
            let content = Fields::new(detail.clone(), "").and_then(reasoning::detail);
            self.thought(content.unwrap_or_default(), out)?;
        }
        Ok(())
    }

    fn thought(&mut self, thought: Option<Content>, out: &mut Vec<Event>) -> Result<(), Problem> {
        let start = BlockStart::Reasoning;
        match thought {
            Some(Content::RedactedReasoning { data }) => {
                let start = BlockStart::RedactedReasoning { data };
                self.blocks.add_whole(Key::Reasoning, start, out);
            }
            Some(Content::Reasoning { text, signature }) => {
                if !text.is_empty() && !self.thinks_aloud {
                    self.add(Key::Reasoning, start.clone(), Delta::Reasoning(text), out)?;
                }
                if let Some(signature) = signature {
                    self.add(Key::Reasoning, start, Delta::Signature(signature), out)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn audio(&mut self, audio: &Value, out: &mut Vec<Event>) -> Result<(), Problem> {
        let value = chat::json::json!({ "audio": audio });
        if self.blocks.last() == Some(Key::Audio) {
            let delta = Delta::Opaque { dialect: NAME, value };
            return self.blocks.add(Key::Audio, || None, Some(delta), out);
        }
        let start = BlockStart::Opaque { dialect: NAME, value };
        self.blocks.add(Key::Audio, || Some(start), None, out)
    }

    fn call(&mut self, value: &Value, out: &mut Vec<Event>) -> Result<(), Problem> {
        let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).map(str::to_owned);
        let custom = value.get("custom").filter(|custom| custom.is_object());
        let (body, input) = match (custom, value.get("function")) {
            (Some(custom), _) => (custom, "input"),
            (None, Some(function)) => (function, "arguments"),
            (None, None) => (&Value::Null, "arguments"),
        };
        let id = text(value, "id").filter(|id| !id.is_empty());
        let name = text(body, "name").filter(|name| !name.is_empty());
        let index = value.get("index").and_then(Value::as_u64);
        let piece = Piece { index, id: id.as_deref(), name: name.as_deref() };
        let place = place(self.blocks.calls(), piece)
            .ok_or_else(|| unreadable("a choice has more calls than anyone makes"))?;
        let arguments = text(body, input);
        if let Some(call) = self.blocks.calls().get_mut(place) {
            call.id = call.id.take().or(id);
            call.name = call.name.take().or(name);
            call.kind = call.kind.or(custom.map(|_| ToolKind::Custom));
            call.go_on(arguments.as_deref().unwrap_or_default());
        }
        let delta = arguments.filter(|piece| !piece.is_empty()).map(Delta::Arguments);
        self.blocks.add(Key::Call(place), || None, delta, out)?;
        self.blocks.name_call(place, out);
        Ok(())
    }

    /// Goes with the text or refusal just told. Returns false for other log probabilities, which have no place.
    fn logprobs(&mut self, logprobs: &Value, out: &mut Vec<Event>) -> Result<bool, Problem> {
        let key = self.blocks.last().filter(|key| matches!(key, Key::Text | Key::Refusal));
        let Some(key) = key else { return Ok(false) };
        self.blocks.add(key, || None, Some(Delta::Logprobs(logprobs.clone())), out)?;
        Ok(true)
    }
}

/// A piece of text that is not empty.
fn piece(delta: &Value, name: &str) -> Option<String> {
    delta.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn items<'a>(of: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    of.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// An item of LiteLLM's `thinking_blocks`.
fn thinking_block(block: &Value) -> Option<Content> {
    let text = |name: &str| block.get(name).and_then(Value::as_str).map(str::to_owned);
    match block.get("type")?.as_str()? {
        "thinking" => Some(Content::Reasoning {
            text: text("thinking").unwrap_or_default(),
            signature: text("signature").filter(|signature| !signature.is_empty()),
        }),
        "redacted_thinking" => text("data").map(|data| Content::RedactedReasoning { data }),
        _ => None,
    }
}

fn unreadable(what: &str) -> Problem {
    let message = format!("the provider's stream cannot be read: {what}");
    Problem::bad_gateway("upstream_invalid_response", message)
}
