//! Answers, told flat.

use chat::json::{Map, Value, json};

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
                    if let Some(signature) = signature {
                        drops.lose(format!("{path}.signature"), reason, signature);
                    }
                    answer.thoughts.push_str(&text);
                }
                Content::ToolCall { id, name, arguments, kind } => {
                    answer.calls.push(Call { id, name, arguments, kind, path });
                }
                content => lose(content, path, reason, drops),
            }
        }
        answer
    }

    /// All texts as one; their citations are reported.
    pub(crate) fn text(&mut self, reason: &str, drops: &mut Drops) -> String {
        let mut text = String::new();
        for (piece, citations, path) in std::mem::take(&mut self.texts) {
            if let Some(citations) = citations {
                drops.lose(format!("{path}.citations"), reason, citations);
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
            if let Some(logprobs) = candidate.logprobs {
                drops.lose("choices[0].logprobs", reason, logprobs);
            }
            (candidate.content, candidate.finish)
        }
        None => (Vec::new(), Finish::Stop),
    }
}

/// Records content that a dialect has no place for.
pub(crate) fn lose(content: Content, path: Path, reason: &str, drops: &mut Drops) {
    match content {
        Content::Opaque { value, .. } => drops.lose(path, reason, value),
        Content::Reasoning { text, .. } => drops.lose(path, reason, text),
        Content::RedactedReasoning { data } => drops.lose(path, reason, data),
        _ => drops.add(path, reason),
    }
}

/// Records the tier and the further fields of an answer.
pub(crate) fn lose_rest(tier: Option<String>, extras: Map, reason: &str, drops: &mut Drops) {
    if let Some(tier) = tier {
        drops.lose("service_tier", reason, tier);
    }
    for (name, value) in extras {
        drops.lose(name, reason, value);
    }
}

/// Records the reason of an end that was told by another word.
pub(crate) fn lose_finish(candidate: usize, finish: &Finish, sent: &str, drops: &mut Drops) {
    let word = match finish {
        Finish::Other(word) | Finish::StopSequence(Some(word)) => word,
        Finish::ContextWindow => "context_window",
        Finish::Pause => "pause",
        Finish::Refusal => "refusal",
        Finish::ContentFilter => "content_filter",
        Finish::ToolCalls => "tool_calls",
        Finish::Length => "length",
        Finish::Stop | Finish::StopSequence(None) => "stop",
    };
    let path = item("choices", candidate).field("finish_reason");
    drops.lose(path, format!("sent as {sent}"), word);
}

/// Whether a block calls a tool.
pub(crate) fn is_call(block: &Block) -> bool {
    matches!(block.content, Content::ToolCall { .. })
}
