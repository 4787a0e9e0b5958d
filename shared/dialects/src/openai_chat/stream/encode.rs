//! A client's stream, written.

use std::collections::BTreeMap;

use chat::json::{Map, Value, json};
use chat::{Data, Event as Wire};

use super::super::{
    NAME, SERVICE_TIERS, UNSUPPORTED, citations, error, finish, object, reasoning, usage,
};
use crate::Drops;
use crate::dialect::{ClientContext, StreamEncoder};
use crate::flat::lose_finish;
use crate::gemini::extra_content;
use crate::neutral::{BlockStart, Delta, Event, Finish, ToolKind, Usage};

/// Writes one stream.
#[derive(Debug)]
pub(in super::super) struct Encoder {
    context: ClientContext,
    /// The fields that every chunk repeats.
    head: Map,
    choices: BTreeMap<usize, Choice>,
    usage: Option<Usage>,
    drops: Drops,
}

/// One candidate under way.
#[derive(Debug, Default)]
struct Choice {
    open: Open,
    /// Thoughts whose proof is written with the call that follows, if one does.
    unproven: Option<(String, String)>,
    /// Tool calls begun.
    calls: usize,
    refuses: bool,
    /// Characters of text so far, and of the open block among them.
    text: usize,
    block_text: usize,
}

/// The open block, as far as its deltas need it.
#[derive(Debug, Default)]
enum Open {
    #[default]
    Other,
    Call {
        index: usize,
        kind: ToolKind,
        /// It has arguments.
        argued: bool,
    },
    /// Thoughts so far, to be told whole with their signature.
    Reasoning(String),
}

impl Encoder {
    /// An encoder for the client that `context` describes.
    pub(in super::super) fn new(context: ClientContext) -> Encoder {
        let (id, model, created) = (String::new(), context.model.clone(), context.created);
        let head = head(id, model, created, None);
        let choices = BTreeMap::new();
        Encoder { context, head, choices, usage: None, drops: Drops::default() }
    }

    fn start(&mut self, event: Event, out: &mut Vec<Wire>) {
        let Event::Start { id, model, created, usage, service_tier } = event else { return };
        let model = match model.is_empty() {
            true => self.context.model.clone(),
            false => model,
        };
        let known = |tier: &String| SERVICE_TIERS.contains(&tier.as_str());
        if let Some(tier) = service_tier.as_ref().filter(|tier| !known(tier)) {
            self.drops.lose("service_tier", UNSUPPORTED, tier.as_str());
        }
        let created = created.unwrap_or(self.context.created);
        self.head = head(id, model, created, service_tier.filter(known));
        self.usage = usage;
        self.choice(0, out);
    }

    /// The candidate, whose first chunk tells the role.
    fn choice(&mut self, candidate: usize, out: &mut Vec<Wire>) -> &mut Choice {
        if !self.choices.contains_key(&candidate) {
            let delta = object([
                ("role", "assistant".into()),
                ("content", "".into()),
                ("refusal", Value::Null),
            ]);
            out.push(self.delta(candidate, delta));
        }
        self.choices.entry(candidate).or_default()
    }

    fn delta(&self, candidate: usize, delta: Value) -> Wire {
        self.chunk_of(candidate, delta, Value::Null, Value::Null)
    }

    fn chunk_of(&self, candidate: usize, delta: Value, logprobs: Value, finish: Value) -> Wire {
        let choice = object([
            ("index", candidate.into()),
            ("delta", delta),
            ("logprobs", logprobs),
            ("finish_reason", finish),
        ]);
        self.chunk(vec![choice], Value::Null)
    }

    fn chunk(&self, choices: Vec<Value>, usage: Value) -> Wire {
        let mut chunk = self.head.clone();
        chunk.put("choices", choices);
        if self.context.stream_usage {
            chunk.put("usage", usage);
        }
        Wire::json(Value::Object(chunk))
    }

    fn begin(&mut self, candidate: usize, start: BlockStart, out: &mut Vec<Wire>) {
        let proof = self.prove(candidate, matches!(start, BlockStart::ToolCall { .. }), out);
        let choice = self.choice(candidate, out);
        choice.open = Open::Other;
        choice.block_text = 0;
        let delta = match start {
            BlockStart::Text => return,
            BlockStart::Refusal => {
                choice.refuses = true;
                return;
            }
            BlockStart::Reasoning => {
                choice.open = Open::Reasoning(String::new());
                return;
            }
            BlockStart::RedactedReasoning { data } => {
                object([("thinking_blocks", vec![reasoning::redacted(&data)].into())])
            }
            BlockStart::ToolCall { id, name, kind } => {
                let index = choice.calls;
                choice.calls += 1;
                choice.open = Open::Call { index, kind, argued: false };
                let mut delta = call_delta(index, Some((id, name)), kind, String::new());
                let call = delta.pointer_mut("/tool_calls/0").and_then(Value::as_object_mut);
                if let (Some(call), Some((name, proof))) = (call, proof) {
                    call.put(name, proof);
                }
                delta
            }
            BlockStart::Opaque { dialect: NAME, value } => value,
            BlockStart::Opaque { value, .. } => return self.lose(candidate, value),
        };
        out.push(self.delta(candidate, delta));
    }

    fn go_on(&mut self, candidate: usize, delta: Delta, out: &mut Vec<Wire>) {
        if says_nothing(&delta) {
            return;
        }
        let choice = self.choice(candidate, out);
        let mut logprobs = Value::Null;
        let delta = match (delta, &mut choice.open) {
            (Delta::Text(text), _) => {
                let length = text.chars().count();
                choice.text = choice.text.saturating_add(length);
                choice.block_text = choice.block_text.saturating_add(length);
                object([("content", text.into())])
            }
            (Delta::Refusal(text), _) => object([("refusal", text.into())]),
            (Delta::Arguments(piece), Open::Call { index, kind, argued }) => {
                *argued = true;
                call_delta(*index, None, *kind, piece)
            }
            (Delta::Reasoning(piece), open) => {
                if let Open::Reasoning(thoughts) = open {
                    thoughts.push_str(&piece);
                }
                object([("reasoning_content", piece.into())])
            }
            (Delta::Signature(signature), Open::Reasoning(thoughts))
                if extra_content(&signature).is_some() =>
            {
                choice.unproven = Some((std::mem::take(thoughts), signature));
                return;
            }
            (Delta::Signature(signature), Open::Reasoning(thoughts)) => {
                let block = reasoning::thinking(thoughts, Some(&signature));
                object([("thinking_blocks", vec![block].into())])
            }
            (Delta::Logprobs(value), _) => {
                logprobs = value;
                object([])
            }
            (Delta::Citation(citation), _) => {
                let start = choice.text.saturating_sub(choice.block_text);
                match citations::annotation(&citation, start, choice.block_text) {
                    Some(annotation) => object([("annotations", vec![annotation].into())]),
                    None => {
                        let path = format!("choices[{candidate}].citations");
                        return self.drops.each(&path, "not a web page", citation);
                    }
                }
            }
            (Delta::Opaque { dialect: NAME, value }, _) => value,
            (Delta::Opaque { value, .. }, _) => return self.lose(candidate, value),
            _ => return self.drops.once(format!("choices[{candidate}].delta"), UNSUPPORTED),
        };
        out.push(self.chunk_of(candidate, delta, logprobs, Value::Null));
    }

    /// Ends a block. Clients parse a call's arguments, also where there are none.
    fn stop(&mut self, candidate: usize, out: &mut Vec<Wire>) {
        let open = std::mem::take(&mut self.choice(candidate, out).open);
        if let Open::Call { index, kind: kind @ ToolKind::Function, argued: false } = open {
            out.push(self.delta(candidate, call_delta(index, None, kind, "{}".to_owned())));
        }
    }

    /// Records a piece of a block that only another dialect knows.
    fn lose(&mut self, candidate: usize, value: Value) {
        self.drops.each(&format!("choices[{candidate}].delta"), UNSUPPORTED, value);
    }

    /// Tells the proof that waits for what follows, unless that is a call: then it is given to it.
    fn prove(
        &mut self,
        candidate: usize,
        by_call: bool,
        out: &mut Vec<Wire>,
    ) -> Option<(&'static str, Value)> {
        let (thoughts, signature) = self.choices.get_mut(&candidate)?.unproven.take()?;
        if by_call {
            return extra_content(&signature);
        }
        let block = reasoning::thinking(&thoughts, Some(&signature));
        out.push(self.delta(candidate, object([("thinking_blocks", vec![block].into())])));
        None
    }

    fn finish(&mut self, candidate: usize, finish: &Finish, out: &mut Vec<Wire>) {
        self.prove(candidate, false, out);
        let refuses = self.choice(candidate, out).refuses;
        let (reason, exact) = finish::encode(finish, refuses);
        if !exact {
            lose_finish(candidate, finish, reason, &mut self.drops);
        }
        out.push(self.chunk_of(candidate, object([]), Value::Null, reason.into()));
    }

    fn end(&mut self, out: &mut Vec<Wire>) {
        if let Some(tokens) = self.usage.take() {
            usage::report_unsaid(&tokens, &mut self.drops);
            if self.context.stream_usage {
                out.push(self.chunk(Vec::new(), usage::encode(&tokens)));
            }
        }
        out.push(Wire::new(None, Data::Text("[DONE]".to_owned())));
    }
}

impl StreamEncoder for Encoder {
    fn encode(&mut self, event: Event, out: &mut Vec<Wire>) {
        match event {
            Event::Start { .. } => self.start(event, out),
            Event::BlockStart { candidate, start, .. } => self.begin(candidate, start, out),
            Event::BlockDelta { candidate, delta, .. } => self.go_on(candidate, delta, out),
            Event::BlockStop { candidate, .. } => self.stop(candidate, out),
            Event::Finish { candidate, finish } => self.finish(candidate, &finish, out),
            Event::Usage(usage) => self.usage = Some(usage),
            Event::Ping => out.push(Wire::new(None, Data::Nothing)),
            Event::Error(problem) => out.extend(error::encode_in_stream(&problem)),
            Event::End => self.end(out),
        }
    }

    fn drops(&mut self) -> &mut Drops {
        &mut self.drops
    }
}

fn head(id: String, model: String, created: u64, tier: Option<String>) -> Map {
    let mut head = Map::new();
    head.put("id", id);
    head.put("object", "chat.completion.chunk");
    head.put("created", created);
    head.put("model", model);
    if let Some(tier) = tier {
        head.put("service_tier", tier);
    }
    head
}

fn says_nothing(delta: &Delta) -> bool {
    match delta {
        Delta::Arguments(piece)
        | Delta::Reasoning(piece)
        | Delta::Refusal(piece)
        | Delta::Text(piece) => piece.is_empty(),
        _ => false,
    }
}

/// A piece of a tool call; the first one names it.
fn call_delta(
    index: usize,
    named: Option<(String, String)>,
    kind: ToolKind,
    piece: String,
) -> Value {
    let (word, input) = match kind {
        ToolKind::Function => ("function", "arguments"),
        ToolKind::Custom => ("custom", "input"),
    };
    let call = match named {
        Some((id, name)) => json!({
            "index": index, "id": id, "type": word, word: {"name": name, input: piece}
        }),
        None => json!({"index": index, word: {input: piece}}),
    };
    object([("tool_calls", vec![call].into())])
}
