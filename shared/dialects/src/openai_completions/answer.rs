//! Answers: chat's with other names, and no more than text.

use std::collections::BTreeMap;

use chat::json::Value;

use super::{NOT_SUPPORTED, logprobs};
use crate::Drops;
use crate::flat::Answer;
use crate::neutral::{Block, Content, Response};
use crate::reader::item;

/// Leaves of an answer what a completion has a place for; the rest is reported.
pub(super) fn only_text(mut response: Response, drops: &mut Drops) -> Response {
    if let Some(tier) = response.service_tier.take() {
        drops.lose("service_tier", NOT_SUPPORTED, tier);
    }
    for (index, candidate) in response.candidates.iter_mut().enumerate() {
        let content = std::mem::take(&mut candidate.content);
        let mut said = Answer::of(content, NOT_SUPPORTED, drops);
        let path = item("choices", index);
        if !said.thoughts.is_empty() {
            let thoughts = std::mem::take(&mut said.thoughts);
            drops.lose(path.field("reasoning_content"), NOT_SUPPORTED, thoughts);
        }
        for call in std::mem::take(&mut said.calls) {
            drops.add(call.path, NOT_SUPPORTED);
        }
        let text = said.text(NOT_SUPPORTED, drops);
        let text = Content::Text { text, citations: None };
        candidate.content = vec![Block::new(text, path.field("text"))];
    }
    response
}

/// Makes chat's answer or chunk a completion; `said` names where a choice has its text. `offsets`: how many
/// characters the tokens of each choice had so far.
pub(super) fn as_completion(body: &mut Value, said: &str, offsets: &mut BTreeMap<u64, usize>) {
    let Value::Object(body) = body else { return };
    body.put("object", "text_completion");
    let choices = body.get_mut("choices").and_then(Value::as_array_mut);
    for choice in choices.into_iter().flatten() {
        let Value::Object(choice) = choice else { continue };
        let mut message = choice.shift_remove(said).unwrap_or_default();
        let mut text = |name: &str| message.get_mut(name).map(Value::take);
        let said = text("content").filter(Value::is_string);
        let said = said.or_else(|| text("refusal").filter(Value::is_string));
        choice.put("text", said.unwrap_or_else(|| Value::from("")));
        let index = choice.get("index").and_then(Value::as_u64).unwrap_or_default();
        let by_token = choice.shift_remove("logprobs").unwrap_or_default();
        choice.put("logprobs", logprobs::as_lists(&by_token, offsets.entry(index).or_default()));
    }
}
