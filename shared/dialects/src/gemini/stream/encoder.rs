//! Neutral events to a client's stream.

use std::collections::BTreeMap;

use chat::json::{Map, Value, json};

use super::super::{NAME, NOT_SUPPORTED, error, finish, grounding, logprobs, response, usage};
use crate::flat::lose_finish;
use crate::neutral::{BlockStart, Delta, Event, Finish, ToolKind, Usage};
use crate::{ClientContext, Drops, StreamEncoder};

/// Writes one stream.
///
/// Text and thoughts do not wait; a call is written when its arguments are complete. Other dialects tell the
/// usage only at the very end, so the event that says why a candidate ended waits for it.
#[derive(Debug)]
pub(in super::super) struct Encoder {
    id: String,
    model: String,
    ended: bool,
    candidates: BTreeMap<usize, Candidate>,
    usage: Option<Usage>,
    drops: Drops,
}

#[derive(Debug, Default)]
struct Candidate {
    open: Open,
    text: String,
    citations: Vec<Value>,
    finish: Option<Finish>,
}

/// The block under way.
#[derive(Debug, Default)]
enum Open {
    Call {
        id: String,
        name: String,
        arguments: String,
        kind: ToolKind,
    },
    #[default]
    Other,
}

impl Encoder {
    pub(in super::super) fn new(context: ClientContext) -> Encoder {
        Encoder {
            id: String::new(),
            model: context.model,
            ended: false,
            candidates: BTreeMap::new(),
            usage: None,
            drops: Drops::default(),
        }
    }
}

impl StreamEncoder for Encoder {
    fn encode(&mut self, event: Event, out: &mut Vec<chat::Event>) {
        if self.ended {
            return;
        }
        match event {
            Event::Start { id, model, usage, service_tier, .. } => {
                self.id = id;
                if !model.is_empty() {
                    self.model = model;
                }
                if let Some(tier) = service_tier {
                    self.drops.lose("service_tier", NOT_SUPPORTED, tier);
                }
                self.usage = usage;
            }
            Event::BlockStart { candidate, start, .. } => self.begin(candidate, start, out),
            Event::BlockDelta { candidate, delta, .. } => self.go_on(candidate, delta, out),
            Event::BlockStop { candidate, .. } => self.stop(candidate, out),
            Event::Finish { candidate, finish } => {
                self.candidates.entry(candidate).or_default().finish = Some(finish);
            }
            Event::Usage(usage) => self.usage = Some(usage),
            // Official SDKs know no comments.
            Event::Ping => {}
            Event::Error(problem) => {
                self.ended = true;
                out.push(error::encode_event(&problem));
            }
            Event::End => self.end(out),
        }
    }

    fn drops(&mut self) -> &mut Drops {
        &mut self.drops
    }
}

impl Encoder {
    fn begin(&mut self, index: usize, start: BlockStart, out: &mut Vec<chat::Event>) {
        let candidate = self.candidates.entry(index).or_default();
        let part = match start {
            BlockStart::Text | BlockStart::Refusal | BlockStart::Reasoning => return,
            BlockStart::RedactedReasoning { data } => response::hidden_thought(&data),
            BlockStart::ToolCall { id, name, kind } => {
                candidate.open = Open::Call { id, name, arguments: String::new(), kind };
                return;
            }
            BlockStart::Opaque { dialect: NAME, value } => value,
            BlockStart::Opaque { value, .. } => return self.lose(index, value),
        };
        self.part(index, part, out);
    }

    fn go_on(&mut self, index: usize, delta: Delta, out: &mut Vec<chat::Event>) {
        let candidate = self.candidates.entry(index).or_default();
        let part = match (delta, &mut candidate.open) {
            (Delta::Text(text), _) if !text.is_empty() => {
                candidate.text.push_str(&text);
                json!({"text": text})
            }
            (Delta::Refusal(text), _) if !text.is_empty() => json!({"text": text}),
            (Delta::Reasoning(text), _) if !text.is_empty() => response::thought(&text, None),
            (Delta::Text(_) | Delta::Refusal(_) | Delta::Reasoning(_), _) => return,
            (Delta::Signature(signature), _) => response::thought("", Some(&signature)),
            (Delta::Arguments(piece), Open::Call { arguments, .. }) => {
                arguments.push_str(&piece);
                return;
            }
            (Delta::Citation(citation), _) => {
                match response::is_page(&citation) {
                    true => candidate.citations.push(citation),
                    false => {
                        let path = format!("choices[{index}].citations");
                        self.drops.each(&path, "not a web page", citation);
                    }
                }
                return;
            }
            (Delta::Logprobs(value), _) => {
                let Some(result) = logprobs::encode(&value) else { return };
                let mut map = candidate_of(index, Vec::new());
                map.put("logprobsResult", result);
                out.push(self.event(vec![map], false));
                return;
            }
            (Delta::Opaque { value, .. }, _) => return self.lose(index, value),
            _ => return self.drops.once(format!("choices[{index}].delta"), NOT_SUPPORTED),
        };
        self.part(index, part, out);
    }

    fn stop(&mut self, index: usize, out: &mut Vec<chat::Event>) {
        let candidate = self.candidates.entry(index).or_default();
        if let Open::Call { id, name, arguments, kind } = std::mem::take(&mut candidate.open) {
            self.part(index, response::call(id, name, &arguments, kind), out);
        }
    }

    /// Records a piece of a block that only another dialect knows.
    fn lose(&mut self, index: usize, value: Value) {
        self.drops.each(&format!("choices[{index}].delta"), NOT_SUPPORTED, value);
    }

    fn part(&mut self, index: usize, part: Value, out: &mut Vec<chat::Event>) {
        out.push(self.event(vec![candidate_of(index, vec![part])], false));
    }

    fn end(&mut self, out: &mut Vec<chat::Event>) {
        self.ended = true;
        if let Some(counts) = &self.usage {
            usage::report_unsaid(counts, &mut self.drops);
        }
        let mut last = Vec::new();
        for (index, candidate) in std::mem::take(&mut self.candidates) {
            let finish = candidate.finish.unwrap_or(Finish::Stop);
            let (reason, exact) = finish::encode(&finish);
            if !exact {
                lose_finish(index, &finish, reason, &mut self.drops);
            }
            let mut map = candidate_of(index, Vec::new());
            map.put("finishReason", reason);
            if let Some(grounding) = grounding::metadata(&candidate.citations, &candidate.text) {
                map.put("groundingMetadata", grounding);
            }
            last.push(map);
        }
        out.push(self.event(last, true));
    }

    fn event(&self, candidates: Vec<Map>, last: bool) -> chat::Event {
        let mut body = Map::new();
        let candidates: Vec<Value> = candidates.into_iter().map(Value::Object).collect();
        body.put("candidates", candidates);
        if let Some(counts) = self.usage.as_ref().filter(|_| last) {
            body.put("usageMetadata", usage::encode(counts));
        }
        body.put("modelVersion", self.model.as_str());
        body.put("responseId", self.id.as_str());
        chat::Event::json(Value::Object(body))
    }
}

fn candidate_of(index: usize, parts: Vec<Value>) -> Map {
    let parts = if parts.is_empty() { vec![json!({"text": ""})] } else { parts };
    let mut map = Map::new();
    map.put("content", json!({"parts": parts, "role": "model"}));
    map.put("index", index);
    map
}
