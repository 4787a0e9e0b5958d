//! What a provider's API consists of, as the server sees it, and the table of those that exist.

use chat::Framing;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method};
use serde_json::Value;

use super::anthropic_messages::AnthropicMessages;
use super::bedrock_converse::BedrockConverse;
use super::cohere_chat::CohereChat;
use super::cursor::{Problem, bracket_path};
use super::gemini::Gemini;
use super::model::{Prompt, Reply};
use super::model_servers::{KserveV2, TfservingPredict};
use super::ollama_chat::OllamaChat;
use super::openai_chat::OpenAiChat;
use super::openai_responses::OpenAiResponses;
use super::services::Service;

/// Every dialect that can be simulated. A new one is a module and a row here.
pub(crate) const DIALECTS: &[&dyn Dialect] = &[
    &OpenAiChat,
    &AnthropicMessages,
    &OpenAiResponses,
    &Gemini,
    &BedrockConverse,
    &CohereChat,
    &OllamaChat,
    &KserveV2,
    &TfservingPredict,
];

/// A provider's API: which requests it takes, which it refuses, and how it answers.
pub(crate) trait Dialect: Sync {
    /// The name on the command line, e.g. `openai-chat`.
    fn name(&self) -> &'static str;

    /// What `method` on `path` (without query) asks for.
    ///
    /// # Errors
    ///
    /// The provider's refusal of an unknown path or method.
    fn operation(&self, method: &Method, path: &str) -> Result<Operation, Refusal>;

    /// What the provider serves besides chat.
    fn services(&self) -> &'static [Service] {
        &[]
    }

    /// The provider's refusal of a request with that problem.
    fn refuse(&self, problem: &Problem) -> Refusal {
        refuse_plainly(problem, "")
    }

    /// Checks the headers that every request needs. `key` is the only accepted API key; without
    /// it, any will do.
    ///
    /// # Errors
    ///
    /// The provider's refusal of missing or wrong credentials or versions.
    fn admit(&self, headers: &HeaderMap, key: Option<&str>) -> Result<(), Refusal>;

    /// Validates a generation request and says what it asks of the model.
    ///
    /// # Errors
    ///
    /// The refusal that the provider documents for the first thing that is wrong.
    fn read(&self, request: &Parts, body: &Value) -> Result<Prompt, Refusal>;

    /// The body of a buffered answer.
    fn answer(&self, turn: &Turn<'_>) -> Value;

    /// The events of a streamed answer.
    fn events(&self, turn: &Turn<'_>) -> Vec<Event>;

    /// How its streams are cut into events on the wire.
    fn framing(&self) -> Framing {
        Framing::Sse
    }

    /// The list of models, or the one that `operation` named.
    fn models(&self, id: Option<&str>) -> Value;

    /// The refusal of a body that is no JSON; `why` says where.
    fn unreadable(&self, why: &str) -> Refusal;

    /// A plain refusal with this status, worded as the provider words it.
    fn refusal(&self, status: u16) -> Refusal;

    /// The error body for `refusal`, the answer number `serial`.
    fn error_body(&self, refusal: &Refusal, serial: u64) -> Value;

    /// The event that ends a stream when the provider fails in the middle of it.
    fn error_event(&self, refusal: &Refusal, serial: u64) -> Event;

    /// The headers that the provider adds to every answer.
    fn headers(&self, serial: u64) -> Vec<(&'static str, String)>;
}

/// What a request is for.
#[derive(Debug, PartialEq)]
pub(crate) enum Operation {
    Generate,
    ListModels,
    ShowModel(String),
}

/// A request that was understood, with everything an answer is made from.
pub(crate) struct Turn<'a> {
    /// Counts the answers of this server, from 1; ids derive from it.
    pub(crate) serial: u64,
    pub(crate) request: &'a Value,
    pub(crate) prompt: &'a Prompt,
    /// One per requested choice; never empty.
    pub(crate) replies: Vec<Reply>,
}

/// One event of a stream.
#[derive(Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) name: Option<&'static str>,
    pub(crate) data: String,
}

/// An error answer, before it is written in the dialect's own form.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// The provider's `error.type`.
    pub(crate) kind: &'static str,
    pub(crate) message: String,
    /// OpenAI's `error.code`, Anthropic's `error.details.error_code`.
    pub(crate) code: Option<&'static str>,
    /// OpenAI's `error.param`.
    pub(crate) param: Option<String>,
    /// What is wrong, for the recorded request: the same for every dialect.
    pub(crate) problem: String,
}

/// The 400 of an API that tells what is wrong in one sentence.
pub(crate) fn refuse_plainly(problem: &Problem, before: &str) -> Refusal {
    Refusal {
        status: 400,
        kind: "",
        message: format!("{before}{problem}"),
        code: None,
        param: Some(bracket_path(&problem.path)),
        problem: problem.to_string(),
    }
}

/// A deterministic identifier: `prefix` and `length` letters and digits that depend only on
/// `prefix` and `serial`.
pub(crate) fn id(prefix: &str, serial: u64, length: usize) -> String {
    const DIGITS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    // FNV-1a, then a xorshift per letter: cheap, and the same in every version of the mock.
    let seed =
        prefix.bytes().chain(serial.to_le_bytes()).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    let mut state: u64 = seed | 1;
    let letters = (0..length).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let index = usize::try_from((state >> 32) & 31).unwrap_or_default();
        DIGITS.get(index).map_or('a', |digit| char::from(*digit))
    });
    prefix.chars().chain(letters).collect()
}
