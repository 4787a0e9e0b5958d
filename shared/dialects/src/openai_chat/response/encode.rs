//! An answer for a client, written.

use chat::json::{Map, Value};

use super::super::request::encode_tool_call;
use super::super::{NAME, SERVICE_TIERS, UNSUPPORTED, citations, finish, reasoning, usage};
use crate::dialect::ClientContext;
use crate::flat::{lose, lose_finish, put_extras};
use crate::gemini::extra_content;
use crate::neutral::{Block, Candidate, Content, Response};
use crate::{Drops, Path};

/// Whether OpenAI's answers have a top-level field of that name and type beside the modelled ones.
fn is_known(name: &str, value: &Value) -> bool {
    match name {
        "metadata" | "moderation" => value.is_object(),
        "system_fingerprint" => value.is_string(),
        _ => false,
    }
}

/// Writes an answer.
pub(in super::super) fn encode(
    response: Response,
    context: &ClientContext,
    drops: &mut Drops,
) -> Value {
    let mut body = Map::with_capacity(8);
    let model = match response.model.is_empty() {
        true => context.model.clone(),
        false => response.model,
    };
    body.put("id", response.id);
    body.put("object", "chat.completion");
    body.put("created", response.created.unwrap_or(context.created));
    body.put("model", model);
    let mut choices = Vec::with_capacity(response.candidates.len());
    for (index, candidate) in response.candidates.into_iter().enumerate() {
        choices.push(choice(index, candidate, drops));
    }
    body.put("choices", choices);
    if let Some(tokens) = response.usage {
        usage::report_unsaid(&tokens, drops);
        body.put("usage", usage::encode(&tokens));
    }
    match response.service_tier {
        Some(tier) if SERVICE_TIERS.contains(&tier.as_str()) => {
            body.put("service_tier", tier);
        }
        Some(tier) => drops.lose("service_tier", UNSUPPORTED, tier),
        None => {}
    }
    put_extras(response.extras, (is_known, UNSUPPORTED), &mut body, drops);
    Value::Object(body)
}

fn choice(index: usize, candidate: Candidate, drops: &mut Drops) -> Value {
    let mut said = Said::default();
    for block in candidate.content {
        said.add(block, drops);
    }
    let (reason, exact) = finish::encode(&candidate.finish, said.refusal.is_some());
    if !exact {
        lose_finish(index, &candidate.finish, reason, drops);
    }
    let mut choice = Map::with_capacity(4);
    choice.put("index", index);
    choice.put("message", said.message());
    choice.put("logprobs", candidate.logprobs.unwrap_or_default());
    choice.put("finish_reason", reason);
    Value::Object(choice)
}

/// What a candidate says, by the fields of `message`.
#[derive(Default)]
struct Said {
    text: Option<String>,
    refusal: Option<String>,
    annotations: Vec<Value>,
    audio: Option<Value>,
    calls: Vec<Value>,
    thoughts: String,
    thinking: Vec<Value>,
    /// Thoughts whose proof is written with the call that follows, if one does.
    unproven: Option<(String, String)>,
    /// Some of `thinking` must be given back to the provider, so the client must get it whole.
    has_proof: bool,
}

impl Said {
    fn add(&mut self, block: Block, drops: &mut Drops) {
        match block.content {
            Content::Text { text, citations } => {
                self.prove(false);
                self.text(text, citations, &block.path, drops);
            }
            _ => self.other(block, drops),
        }
    }

    /// Apart from text, of which most answers are made alone.
    #[inline(never)]
    fn other(&mut self, block: Block, drops: &mut Drops) {
        let proof = self.prove(matches!(block.content, Content::ToolCall { .. }));
        match block.content {
            Content::Refusal { text } => {
                self.refusal.get_or_insert_default().push_str(&text);
            }
            Content::ToolCall { id, name, arguments, kind } => {
                let mut call = encode_tool_call(id, name, arguments, kind);
                if let (Value::Object(call), Some((name, proof))) = (&mut call, proof) {
                    call.put(name, proof);
                }
                self.calls.push(call);
            }
            Content::Reasoning { text, signature: Some(signature) }
                if extra_content(&signature).is_some() =>
            {
                self.thoughts.push_str(&text);
                self.unproven = Some((text, signature));
            }
            Content::Reasoning { text, signature } => {
                self.has_proof |= signature.is_some();
                self.thinking.push(reasoning::thinking(&text, signature.as_deref()));
                self.thoughts.push_str(&text);
            }
            Content::RedactedReasoning { data } => {
                self.has_proof = true;
                self.thinking.push(reasoning::redacted(&data));
            }
            Content::Opaque { dialect: NAME, mut value } if value.get("audio").is_some() => {
                self.audio = value.get_mut("audio").map(Value::take);
            }
            content => lose(content, block.path, UNSUPPORTED, drops),
        }
    }

    /// Tells the thoughts that wait for what follows: a call (then their proof is its own) or not.
    #[inline]
    fn prove(&mut self, by_call: bool) -> Option<(&'static str, Value)> {
        let (text, signature) = self.unproven.take()?;
        self.tell(text, &signature, by_call)
    }

    fn tell(
        &mut self,
        text: String,
        signature: &str,
        by_call: bool,
    ) -> Option<(&'static str, Value)> {
        let proof = extra_content(signature).filter(|_| by_call);
        let told = Some(signature).filter(|_| proof.is_none());
        self.has_proof |= told.is_some();
        if told.is_some() || !text.is_empty() {
            self.thinking.push(reasoning::thinking(&text, told));
        }
        proof
    }

    fn text(&mut self, text: String, citations: Option<Value>, path: &Path, drops: &mut Drops) {
        if let Some(citations) = citations {
            self.cite(&text, citations, path, drops);
        }
        match &mut self.text {
            Some(joined) => joined.push_str(&text),
            None => self.text = Some(text),
        }
    }

    #[inline(never)]
    fn cite(&mut self, text: &str, citations: Value, path: &Path, drops: &mut Drops) {
        let start = self.text.as_ref().map_or(0, |joined| joined.chars().count());
        let length = text.chars().count();
        let annotations = citations::annotations(citations, start, length, path, drops);
        self.annotations.extend(annotations);
    }

    fn message(&mut self) -> Value {
        self.prove(false);
        let others = !self.calls.is_empty() || self.refusal.is_some() || self.audio.is_some();
        let content = match (self.text.take(), others) {
            (Some(text), _) => text.into(),
            (None, true) => Value::Null,
            (None, false) => "".into(),
        };
        let mut message = Map::with_capacity(8);
        message.put("role", "assistant");
        message.put("content", content);
        message.put("refusal", self.refusal.take());
        message.put("annotations", std::mem::take(&mut self.annotations));
        if let Some(audio) = self.audio.take() {
            message.put("audio", audio);
        }
        if !self.calls.is_empty() {
            message.put("tool_calls", std::mem::take(&mut self.calls));
        }
        if !self.thoughts.is_empty() {
            message.put("reasoning_content", std::mem::take(&mut self.thoughts));
        }
        if self.has_proof {
            message.put("thinking_blocks", std::mem::take(&mut self.thinking));
        }
        Value::Object(message)
    }
}
