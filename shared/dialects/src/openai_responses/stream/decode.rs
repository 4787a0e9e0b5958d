//! A provider's stream, read.

use std::collections::BTreeMap;

use chat::json::{Value, json};
use chat::{Data, Event as Wire, Problem};

use super::super::response::{seconds, text_of};
use super::super::{NAME, NOT_CARRIED, echo, error, finish, proof, usage};
use super::blocks::Blocks;
use crate::Drops;
use crate::dialect::StreamDecoder;
use crate::neutral::{BlockStart, Delta, Event, ToolKind, Usage};
use crate::openai_chat;
use crate::reader::stream_ended;

/// What of an item is read, or says nothing.
const ITEM: [&str; 12] = [
    "arguments",
    "call_id",
    "content",
    "encrypted_content",
    "id",
    "input",
    "name",
    "namespace",
    "role",
    "status",
    "summary",
    "type",
];

/// What of a part is read.
const PART: [&str; 5] = ["annotations", "logprobs", "refusal", "text", "type"];

/// Reads one stream.
#[derive(Debug, Default)]
pub(in super::super) struct Decoder {
    blocks: Blocks,
    /// The items under way, by `output_index`.
    items: BTreeMap<u64, Item>,
    /// The first `output_index` that no item had yet; items below it that are not under way have ended.
    next: u64,
    started: bool,
    /// The answer is complete or has failed; what follows is not read.
    ended: bool,
    calls: bool,
    refuses: bool,
    usage: Option<Usage>,
    drops: Drops,
}

/// What has been told of an item.
#[derive(Debug, Default)]
struct Item {
    /// Parts of which text, arguments or thoughts were told.
    told: BTreeMap<u64, Told>,
    /// Which of a reasoning item's texts is told: the first that comes.
    thoughts: Option<Thoughts>,
}

/// What has been told of a part.
#[derive(Debug, Default)]
struct Told {
    text: bool,
    citations: bool,
}

/// The two texts that a reasoning item can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Thoughts {
    /// A summary, and the number of its last part told.
    Summary(u64),
    /// The full text.
    Full(u64),
}

impl StreamDecoder for Decoder {
    fn decode(&mut self, event: Wire, out: &mut Vec<Event>) -> Result<(), Problem> {
        if self.ended {
            return Ok(());
        }
        match event.data() {
            Data::Nothing => out.push(Event::Ping),
            // Compatible servers end every stream so.
            Data::Text(text) if text.trim() == "[DONE]" => {}
            Data::Text(_) => return Err(unreadable("an event is not JSON")),
            Data::Json(_) => return self.event(event.into_json().unwrap_or_default(), out),
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<Event>) -> Result<(), Problem> {
        if std::mem::replace(&mut self.ended, true) {
            return Ok(());
        }
        out.extend(self.usage.take().map(Event::Usage));
        Err(stream_ended())
    }

    fn drops(&mut self) -> &mut Drops {
        &mut self.drops
    }
}

impl Decoder {
    fn event(&mut self, mut event: Value, out: &mut Vec<Event>) -> Result<(), Problem> {
        let Some(kind) = event.get("type").and_then(Value::as_str).map(str::to_owned) else {
            return match openai_chat::error_within(&event) {
                Some(problem) => {
                    self.fail(problem, out);
                    Ok(())
                }
                None => Err(unreadable("an event has no type")),
            };
        };
        let response = event.get_mut("response").map(Value::take).unwrap_or_default();
        match kind.as_str() {
            "error" => self.fail(error::of_event(event), out),
            "response.failed" => {
                self.usage = response.get("usage").and_then(usage::decode);
                self.fail(error::of_response(&response), out);
            }
            "response.created" | "response.queued" | "response.in_progress" => {
                self.start(&response, out);
            }
            "response.completed" | "response.incomplete" | "response.cancelled" => {
                let known = ["response", "sequence_number", "type"];
                self.drops.unknown(Some(&event), format_args!(""), &known, NOT_CARRIED);
                self.start(&response, out);
                self.complete(response, out);
            }
            kind => {
                let Some(index) = event.get("output_index").and_then(Value::as_u64) else {
                    // Something new that belongs to no item.
                    self.drops.latest(kind, NOT_CARRIED, &event);
                    return Ok(());
                };
                self.start(&Value::Null, out);
                self.of_item(kind, index, event, out);
            }
        }
        Ok(())
    }

    fn fail(&mut self, problem: Problem, out: &mut Vec<Event>) {
        self.ended = true;
        out.extend(self.usage.take().map(Event::Usage));
        out.push(Event::Error(problem));
    }

    fn start(&mut self, response: &Value, out: &mut Vec<Event>) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        let text = |name: &str| response.get(name).and_then(Value::as_str).map(str::to_owned);
        out.push(Event::Start {
            id: text("id").unwrap_or_default(),
            model: text("model").unwrap_or_default(),
            created: response.get("created_at").and_then(seconds),
            usage: None,
            // Until the answer is complete, this is the tier that was asked for.
            service_tier: text("service_tier").filter(|tier| tier != "auto"),
        });
    }

    fn complete(&mut self, mut response: Value, out: &mut Vec<Event>) {
        self.ended = true;
        let output = response.get_mut("output").map(Value::take).unwrap_or_default();
        if let Value::Array(output) = output {
            for (index, item) in output.into_iter().enumerate() {
                let index = index as u64;
                // Told already, unless the provider sends items whole at the end.
                if self.items.contains_key(&index) || index >= self.next {
                    self.item_done(index, item, out);
                }
            }
        }
        self.report_rest(&response);
        self.blocks.end_all(out);
        let finish = finish::decode(&response, self.calls, self.refuses);
        out.push(Event::Finish { candidate: 0, finish });
        let usage = response.get("usage").and_then(usage::decode);
        out.extend(usage.or(self.usage.take()).map(Event::Usage));
        out.push(Event::End);
    }

    /// Records what the whole answer says that is neither modelled nor an echo of the request.
    fn report_rest(&mut self, response: &Value) {
        let fields = response.as_object().into_iter().flatten();
        for (name, value) in fields {
            let known = super::super::response::READ.contains(&name.as_str());
            if !known && !echo::is_echo(name) && !value.is_null() {
                self.drops.latest(name, NOT_CARRIED, value);
            }
        }
        usage::report_rest(response.get("usage"), &mut self.drops);
    }

    /// The item at `index`, unless it has ended.
    fn item(&mut self, index: u64) -> Option<&mut Item> {
        if index < self.next && !self.items.contains_key(&index) {
            return None;
        }
        self.next = self.next.max(index.saturating_add(1));
        Some(self.items.entry(index).or_default())
    }

    fn of_item(&mut self, kind: &str, index: u64, mut event: Value, out: &mut Vec<Event>) {
        if self.item(index).is_none() {
            return;
        }
        let number = |name: &str| event.get(name).and_then(Value::as_u64).unwrap_or_default();
        let (part, summary) = (number("content_index"), number("summary_index"));
        let mut take = |name: &str| event.get_mut(name).map(Value::take).unwrap_or_default();
        match kind {
            "response.output_item.added" => self.item_added(index, &take("item"), out),
            "response.output_item.done" => self.item_done(index, take("item"), out),
            "response.output_text.delta" => {
                let logprobs = take("logprobs");
                self.text(index, part, text(take("delta")), out);
                if logprobs.as_array().is_some_and(|list| !list.is_empty()) {
                    let delta = Delta::Logprobs(json!({"content": logprobs, "refusal": null}));
                    self.blocks.add((index, part), || BlockStart::Text, Some(delta), out);
                }
            }
            "response.output_text.annotation.added" => {
                self.citation(index, part, take("annotation"), out);
            }
            "response.refusal.delta" => self.refusal(index, part, text(take("delta")), out),
            "response.content_part.done" => self.part_done(index, part, take("part"), out),
            "response.reasoning_summary_text.delta" => {
                self.thought(index, Thoughts::Summary(summary), text(take("delta")), out);
            }
            "response.reasoning_text.delta" => {
                self.thought(index, Thoughts::Full(part), text(take("delta")), out);
            }
            "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta" => {
                self.arguments(index, text(take("delta")), out);
            }
            // The rest repeats what deltas told or tells how a built-in tool is getting on.
            _ => {}
        }
    }

    fn item_added(&mut self, index: u64, item: &Value, out: &mut Vec<Event>) {
        match item.get("type").and_then(Value::as_str) {
            Some("message") => {}
            Some("function_call" | "custom_tool_call") => self.call(index, item, out),
            // Known when it is complete.
            _ => self.blocks.reserve((index, 0)),
        }
    }

    /// The item is complete: what deltas have not told of it is told now.
    fn item_done(&mut self, index: u64, mut item: Value, out: &mut Vec<Event>) {
        let kind = item.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        if matches!(kind.as_str(), "message" | "function_call" | "custom_tool_call" | "reasoning") {
            self.drops.unknown(Some(&item), format_args!("output[{index}]."), &ITEM, NOT_CARRIED);
        }
        let mut take = |name: &str| item.get_mut(name).map(Value::take).unwrap_or_default();
        match kind.as_str() {
            "message" => {
                if let Value::Array(parts) = take("content") {
                    for (part, value) in parts.into_iter().enumerate() {
                        self.part_done(index, part as u64, value, out);
                    }
                }
            }
            "function_call" | "custom_tool_call" => {
                self.call(index, &item, out);
                let whole = ["arguments", "input"].into_iter().find_map(|name| item.get(name));
                let whole = whole.and_then(Value::as_str).unwrap_or_default().to_owned();
                if !self.told(index, 0).text {
                    self.arguments(index, whole, out);
                }
            }
            "reasoning" => self.reasoning_done(index, &item, out),
            _ => {
                let start = || BlockStart::Opaque { dialect: NAME, value: item };
                self.blocks.add((index, 0), start, None, out);
            }
        }
        self.items.remove(&index);
        self.next = self.next.max(index.saturating_add(1));
        self.blocks.end_item(index, out);
    }

    fn told(&mut self, index: u64, part: u64) -> &mut Told {
        self.items.entry(index).or_default().told.entry(part).or_default()
    }

    fn text(&mut self, index: u64, part: u64, text: String, out: &mut Vec<Event>) {
        if !text.is_empty() {
            self.told(index, part).text = true;
            let delta = Some(Delta::Text(text));
            self.blocks.add((index, part), || BlockStart::Text, delta, out);
        }
    }

    fn citation(&mut self, index: u64, part: u64, citation: Value, out: &mut Vec<Event>) {
        if !citation.is_null() {
            self.told(index, part).citations = true;
            let delta = Some(Delta::Citation(citation));
            self.blocks.add((index, part), || BlockStart::Text, delta, out);
        }
    }

    fn refusal(&mut self, index: u64, part: u64, text: String, out: &mut Vec<Event>) {
        self.refuses = true;
        self.told(index, part).text |= !text.is_empty();
        let delta = Some(text).filter(|text| !text.is_empty()).map(Delta::Refusal);
        self.blocks.add((index, part), || BlockStart::Refusal, delta, out);
    }

    fn part_done(&mut self, index: u64, part: u64, mut value: Value, out: &mut Vec<Event>) {
        let path = format_args!("output[{index}].content[{part}].");
        self.drops.unknown(Some(&value), path, &PART, NOT_CARRIED);
        let mut take = |name: &str| value.get_mut(name).map(Value::take).unwrap_or_default();
        let (has_text, has_citations) = {
            let told = self.told(index, part);
            (told.text, told.citations)
        };
        match text(take("type")).as_str() {
            "output_text" => {
                if !has_text {
                    self.text(index, part, text(take("text")), out);
                }
                if let (false, Value::Array(list)) = (has_citations, take("annotations")) {
                    for citation in list {
                        self.citation(index, part, citation, out);
                    }
                }
            }
            "refusal" if !has_text => self.refusal(index, part, text(take("refusal")), out),
            "refusal" => {}
            // A part of a reasoning item ends with its item.
            _ => return,
        }
        self.blocks.end((index, part), out);
    }

    fn thought(&mut self, index: u64, whose: Thoughts, text: String, out: &mut Vec<Event>) {
        let Some(item) = self.item(index) else { return };
        let text = match (item.thoughts, whose) {
            (None, _) => text,
            (Some(Thoughts::Summary(last)), Thoughts::Summary(part))
            | (Some(Thoughts::Full(last)), Thoughts::Full(part)) => match part == last {
                true => text,
                false => format!("\n\n{text}"),
            },
            _ => return,
        };
        if text.is_empty() {
            return;
        }
        item.thoughts = Some(whose);
        let delta = Some(Delta::Reasoning(text));
        self.blocks.add((index, 0), || BlockStart::Reasoning, delta, out);
    }

    fn reasoning_done(&mut self, index: u64, item: &Value, out: &mut Vec<Event>) {
        let field = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
        let parts = |name: &str| item.get(name).and_then(Value::as_array).map(|list| text_of(list));
        let encrypted = field("encrypted_content");
        let told = self.item(index).is_none_or(|item| item.thoughts.is_some());
        if let (false, Some(data)) = (told, proof::redacted_data(encrypted)) {
            let start = || BlockStart::RedactedReasoning { data: data.to_owned() };
            self.blocks.add((index, 0), start, None, out);
            return;
        }
        if !told {
            let text =
                parts("summary").filter(|text| !text.is_empty()).or_else(|| parts("content"));
            self.thought(index, Thoughts::Summary(0), text.unwrap_or_default(), out);
        }
        if !encrypted.is_empty() {
            let delta = Some(Delta::Signature(proof::signature(field("id"), encrypted)));
            self.blocks.add((index, 0), || BlockStart::Reasoning, delta, out);
        }
    }

    fn call(&mut self, index: u64, item: &Value, out: &mut Vec<Event>) {
        self.calls = true;
        let field = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
        let kind = match item.get("input").is_some() {
            true => ToolKind::Custom,
            false => ToolKind::Function,
        };
        let start = || BlockStart::ToolCall {
            id: [field("call_id"), field("id")]
                .into_iter()
                .find(|id| !id.is_empty())
                .map_or_else(|| format!("call_{index}"), str::to_owned),
            name: field("name").to_owned(),
            kind,
        };
        self.blocks.add((index, 0), start, None, out);
    }

    fn arguments(&mut self, index: u64, piece: String, out: &mut Vec<Event>) {
        if !piece.is_empty() {
            self.told(index, 0).text = true;
            self.blocks.add_delta((index, 0), Delta::Arguments(piece), out);
        }
    }
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        _ => String::new(),
    }
}

fn unreadable(what: &str) -> Problem {
    let message = format!("the provider's stream cannot be read: {what}");
    Problem::bad_gateway("upstream_invalid_response", message)
}
