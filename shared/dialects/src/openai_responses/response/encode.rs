//! An answer for a client, written.

use chat::json::Value;

use super::super::item::{self, Call, Head, Ids, Stage};
use super::super::{NAME, SERVICE_TIERS, UNSUPPORTED, annotations, finish, logprobs, proof, usage};
use crate::Drops;
use crate::dialect::ClientContext;
use crate::flat::{lose, lose_finish, put_extras};
use crate::neutral::{Block, Candidate, Content, Finish, Response};
use crate::openai_chat;
use crate::reader;

/// Whether answers have a top-level field of that name and type beside the modelled ones.
fn is_known(name: &str, value: &Value) -> bool {
    matches!(name, "moderation" | "prompt_cache_diagnostics" | "tool_usage") && value.is_object()
}

/// Writes an answer.
pub(in super::super) fn encode(
    response: Response,
    context: &ClientContext,
    drops: &mut Drops,
) -> Value {
    let mut candidates = response.candidates.into_iter();
    let first = candidates.next();
    for index in 1..=candidates.len() {
        drops.add(reader::item("choices", index), UNSUPPORTED);
    }
    let nothing = Candidate { content: Vec::new(), finish: Finish::Stop, logprobs: None };
    let candidate = first.unwrap_or(nothing);
    let is_refusal = |block: &Block| matches!(block.content, Content::Refusal { .. });
    let end = finish::encode(&candidate.finish, candidate.content.iter().any(is_refusal));
    let mut output = Output {
        ids: Ids::new(&response.id),
        items: Vec::new(),
        parts: Vec::new(),
        logprobs: candidate.logprobs,
        status: end.status(),
    };
    for block in candidate.content {
        output.add(block, drops);
    }
    output.end_message();
    if !end.exact {
        lose_finish(0, &candidate.finish, end.status(), drops);
    }
    let known = |tier: &String| SERVICE_TIERS.contains(&tier.as_str());
    if let Some(tier) = response.service_tier.as_ref().filter(|tier| !known(tier)) {
        drops.lose("service_tier", UNSUPPORTED, tier.as_str());
    }
    if let Some(tokens) = &response.usage {
        usage::report_unsaid(tokens, drops);
    }
    let tier = response.service_tier.filter(known);
    let head = Head::new(context, response.id, response.model, response.created, tier);
    let stage = Stage::Done(end);
    let mut body = head.answer(&context.echo, &stage, output.items, response.usage.as_ref());
    put_extras(response.extras, (is_known, UNSUPPORTED), &mut body, drops);
    Value::Object(body)
}

/// The output under way.
struct Output {
    ids: Ids,
    items: Vec<Value>,
    /// The parts of the message under way.
    parts: Vec<Value>,
    /// Log probabilities, until the first text takes them.
    logprobs: Option<Value>,
    /// What messages and calls say of themselves.
    status: &'static str,
}

impl Output {
    fn add(&mut self, block: Block, drops: &mut Drops) {
        match block.content {
            Content::Text { text, citations } => {
                let length = text.chars().count();
                let annotations = citations.map_or_else(Vec::new, |citations| {
                    annotations::annotations(citations, length, &block.path, drops)
                });
                let logprobs = self.logprobs.take();
                let logprobs = logprobs.map_or_else(Vec::new, |mut it| logprobs::encode(&mut it));
                self.parts.push(item::text_part(text, annotations, logprobs));
            }
            Content::Refusal { text } => self.parts.push(item::refusal_part(text)),
            Content::ToolCall { id, name, arguments, kind } => {
                self.end_message();
                let call = Call { id, name, kind };
                let id = self.ids.item(call.prefix(), self.items.len());
                let arguments = openai_chat::parsable(arguments, kind);
                self.items.push(call.item(&id, self.status, arguments));
            }
            Content::Reasoning { text, signature } => {
                self.end_message();
                let id = self.ids.item("rs", self.items.len());
                let (id, encrypted) = item::proven(signature.as_deref(), id);
                self.items.push(item::reasoning(&id, &text, encrypted));
            }
            Content::RedactedReasoning { data } => {
                self.end_message();
                let id = self.ids.item("rs", self.items.len());
                self.items.push(item::reasoning(&id, "", Some(proof::redacted(&data))));
            }
            Content::Opaque { dialect: NAME, value } if item::is_item(&value) => {
                self.end_message();
                self.items.push(value);
            }
            content => lose(content, block.path, UNSUPPORTED, drops),
        }
    }

    fn end_message(&mut self) {
        if !self.parts.is_empty() {
            let id = self.ids.item("msg", self.items.len());
            let parts = std::mem::take(&mut self.parts);
            self.items.push(item::message(&id, self.status, parts));
        }
    }
}
