//! A streamed answer.

use chat::Problem;
use chat::json::Value;

use super::{Finish, ToolKind, Usage};

/// One step of a streamed answer.
///
/// Order, which decoders guarantee and encoders rely on: `Start` first and once; for each block
/// `BlockStart`, any number of `BlockDelta`, `BlockStop`, and per candidate only one block open at a time,
/// with block numbers counting up from 0; all blocks of a candidate are stopped before its `Finish`;
/// `Usage` may come several times, the last one counts; `End` last and once. `Ping` and `Error` may come at
/// any place; nothing follows an `Error`.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The answer begins.
    Start {
        /// The provider's id for it.
        id: String,
        /// The model that answers, as the provider names it.
        model: String,
        /// Unix time in seconds, where the provider says it.
        created: Option<u64>,
        /// Usage known at the start (Anthropic tells the input tokens here).
        usage: Option<Usage>,
        /// The processing class, in the provider's word.
        service_tier: Option<String>,
    },
    /// A block begins.
    BlockStart {
        /// Which of `n` answers.
        candidate: usize,
        /// Its number within the candidate.
        block: usize,
        /// What it is.
        start: BlockStart,
    },
    /// A block goes on.
    BlockDelta {
        /// Which of `n` answers.
        candidate: usize,
        /// The block's number.
        block: usize,
        /// What is added.
        delta: Delta,
    },
    /// A block ends.
    BlockStop {
        /// Which of `n` answers.
        candidate: usize,
        /// The block's number.
        block: usize,
    },
    /// A candidate ends.
    Finish {
        /// Which of `n` answers.
        candidate: usize,
        /// Why.
        finish: Finish,
    },
    /// Tokens used up to here.
    Usage(Usage),
    /// The connection lives.
    Ping,
    /// The provider failed in mid-stream.
    Error(Problem),
    /// The answer is complete.
    End,
}

/// What kind of block begins.
#[derive(Debug, Clone, PartialEq)]
pub enum BlockStart {
    /// A block only `dialect` knows, whole.
    Opaque {
        /// The dialect's name.
        dialect: &'static str,
        /// The block as it begins.
        value: Value,
    },
    /// Thoughts.
    Reasoning,
    /// Thoughts only the provider can read; complete at once.
    RedactedReasoning {
        /// Opaque data.
        data: String,
    },
    /// The model declines.
    Refusal,
    /// Text.
    Text,
    /// A tool call; its arguments follow as deltas.
    ToolCall {
        /// Links the call to its result.
        id: String,
        /// The tool.
        name: String,
        /// Function or custom tool.
        kind: ToolKind,
    },
}

/// What is added to a block.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// A piece of a tool call's arguments (JSON text, cut anywhere).
    Arguments(String),
    /// A citation or annotation, in the shape of the dialect it came from.
    Citation(Value),
    /// Log probabilities of the text just sent, in OpenAI's shape.
    Logprobs(Value),
    /// A delta that only `dialect` knows.
    Opaque {
        /// The dialect's name.
        dialect: &'static str,
        /// The delta.
        value: Value,
    },
    /// A piece of thought.
    Reasoning(String),
    /// A piece of a refusal.
    Refusal(String),
    /// The proof of a reasoning block.
    Signature(String),
    /// A piece of text.
    Text(String),
}
