//! A buffered answer.

use chat::json::{Map, Value};

use super::Block;

/// A buffered answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Response {
    /// The provider's id for it, kept as it is.
    pub id: String,
    /// The model that answered, as the provider names it. Empty if it does not say.
    pub model: String,
    /// Unix time in seconds, where the provider says it.
    pub created: Option<u64>,
    /// One per `n`; most dialects know only one.
    pub candidates: Vec<Candidate>,
    /// Tokens used, where the provider says it.
    pub usage: Option<Usage>,
    /// The processing class that served it, in the provider's word.
    pub service_tier: Option<String>,
    /// Every other top-level field, under its name in the provider's dialect.
    pub extras: Map,
}

/// One answer among several.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// What the model says, in order.
    pub content: Vec<Block>,
    /// Why it stopped.
    pub finish: Finish,
    /// Log probabilities in OpenAI's shape.
    pub logprobs: Option<Value>,
}

/// Why an answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// A content filter stopped it.
    ContentFilter,
    /// The conversation does not fit the model's window.
    ContextWindow,
    /// The token limit was reached.
    Length,
    /// A reason that has no place here, in the provider's word.
    Other(String),
    /// The provider paused a long turn and wants to be asked again (Anthropic's `pause_turn`).
    Pause,
    /// The model declined.
    Refusal,
    /// The model was done.
    Stop,
    /// A stop sequence was met; which one, where the provider says it.
    StopSequence(Option<String>),
    /// The model wants tools to be called.
    ToolCalls,
}

/// Tokens used, in one convention: `input` **includes** what was read from and written to a cache, `output`
/// **includes** reasoning. (OpenAI counts so; Anthropic's `input_tokens` leaves both cache figures out.)
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// All prompt tokens.
    pub input: u64,
    /// Of `input`, read from a cache.
    pub cache_read: Option<u64>,
    /// Of `input`, written to a cache.
    pub cache_write: Option<u64>,
    /// Of `cache_write`, written with a lifetime of one hour.
    pub cache_write_1h: Option<u64>,
    /// All generated tokens.
    pub output: u64,
    /// Of `output`, spent on reasoning.
    pub reasoning: Option<u64>,
    /// Of `input`, sound.
    pub audio_input: Option<u64>,
    /// Of `output`, sound.
    pub audio_output: Option<u64>,
}
