//! Answers, told flat.

use chat::json::{Value, json};

use super::Call;
use crate::neutral::{Block, Candidate, Content, Finish, ToolKind};
use crate::reader::item;
use crate::{Drops, Path};

/// What an answer says.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) thoughts: String,
    /// Each text with its citations and where it stood.
    pub(crate) texts: Vec<(String, Option<Value>, Path)>,
    pub(crate) calls: Vec<Call>,
}

impl Answer {
    /// Tells the content of an answer flat. `reason`: why something is in the drops.
    pub(crate) fn of(content: Vec<Block>, reason: &str, drops: &mut Drops) -> Answer {
        let mut answer = Answer::default();
        for Block { content, path, .. } in content {
            match content {
                Content::Text { text, citations } => answer.texts.push((text, citations, path)),
                Content::Refusal { text } => answer.texts.push((text, None, path)),
                Content::Reasoning { text, signature } => {
                    if signature.is_some() {
                        drops.add(format!("{path}.signature"), reason);
                    }
                    answer.thoughts.push_str(&text);
                }
                Content::ToolCall { id, name, arguments, kind } => {
                    answer.calls.push(Call { id, name, arguments, kind, path });
                }
                _ => drops.add(path, reason),
            }
        }
        answer
    }

    /// All texts as one; their citations are reported.
    pub(crate) fn text(&mut self, reason: &str, drops: &mut Drops) -> String {
        let mut text = String::new();
        for (piece, citations, path) in std::mem::take(&mut self.texts) {
            if citations.is_some() {
                drops.add(format!("{path}.citations"), reason);
            }
            text.push_str(&piece);
        }
        text
    }
}

/// The arguments of a call as an object. A model may write arguments that are none; they are shown as they are.
pub(crate) fn input(arguments: &str, kind: ToolKind) -> Value {
    let object = || chat::json::parse_str(arguments).ok().filter(Value::is_object);
    match kind {
        ToolKind::Custom => json!({"input": arguments}),
        ToolKind::Function if arguments.trim().is_empty() => json!({}),
        ToolKind::Function => object().unwrap_or_else(|| json!({"_raw": arguments})),
    }
}

/// The answer of a dialect that knows only one; the others are reported, and so are log probabilities.
pub(crate) fn first_candidate(
    candidates: Vec<Candidate>,
    reason: &str,
    drops: &mut Drops,
) -> (Vec<Block>, Finish) {
    for index in 1..candidates.len() {
        drops.add(item("choices", index), reason);
    }
    match candidates.into_iter().next() {
        Some(candidate) => {
            if candidate.logprobs.is_some() {
                drops.add("choices[0].logprobs", reason);
            }
            (candidate.content, candidate.finish)
        }
        None => (Vec::new(), Finish::Stop),
    }
}

/// Whether a block calls a tool.
pub(crate) fn is_call(block: &Block) -> bool {
    matches!(block.content, Content::ToolCall { .. })
}
