//! Any dialect to any dialect.
//!
//! A **dialect** is a wire format: code, one folder here, one row in [`DIALECTS`]. A **provider** is an
//! endpoint that speaks one: data, one row in [`providers::PROVIDERS`]. Every dialect decodes to and encodes
//! from one [`neutral`] model, so each new one reaches all others.
//!
//! Nothing is lost silently: what a dialect cannot express is named in [`Dropped`], and what of an answer a client's
//! dialect has no place for is kept in it under [`EXTENSION`].
//!
//! Not here: which provider a request goes to, model mapping, credentials (the `translator` crate).

pub mod anthropic_count_tokens;
pub mod anthropic_messages;
mod base64;
pub mod bedrock_converse;
mod call_ids;
pub mod cohere_chat;
pub mod cohere_rerank;
mod dialect;
mod dropped;
mod endpoint;
mod extension;
mod flat;
pub mod gemini;
mod glanced;
pub mod kserve_v2;
mod lookalike;
mod media;
pub mod neutral;
pub mod ollama_chat;
pub mod openai_chat;
pub mod openai_completions;
pub mod openai_embeddings;
pub mod openai_responses;
pub mod passed;
mod path;
pub mod prompts;
pub mod providers;
pub mod rate_limits;
mod reader;
mod settings;
mod stream_text;
mod stream_translation;
pub mod tfserving_predict;
mod tool_names;
pub mod unary;

use chat::json::same;

pub use dialect::{
    Client, ClientContext, Codec, Dialect, Endpoint, Operation, ProviderContext, ProviderRequest,
    Reader, StreamDecoder, StreamEncoder, Tidy,
};
pub use dropped::{Dropped, Drops};
pub use extension::{EXTENSION, extend, extend_events};
pub use glanced::Glanced;
pub use lookalike::by_lookalike;
pub use media::holds_media;
pub use path::Path;
pub use settings::{ANSWER_COUNTS, OUTPUT_LIMITS, visit_settings};
pub use stream_text::{Piece, Rewrite, StreamText};
pub use stream_translation::StreamTranslation;
pub use tool_names::{OwnNames, ToolNames, restore_all};

/// Dialects of other operations than chat, in which only clients speak. [`unary`] translates most of them; a
/// path is looked for here when no chat dialect has it.
pub static OTHERS: &[&dyn Dialect] = &[
    &anthropic_count_tokens::AnthropicCountTokens,
    &cohere_rerank::CohereRerank,
    &openai_completions::OpenaiCompletions,
    &openai_embeddings::OpenaiEmbeddings,
];

/// Those of them that can be read as a conversation.
static OTHER_READERS: &[&dyn Reader] =
    &[&anthropic_count_tokens::AnthropicCountTokens, &openai_completions::OpenaiCompletions];

/// Makes the tables of one list. Who needs only one of them does not carry the code of the next.
macro_rules! dialects {
    ($($dialect:path),* $(,)?) => {
        /// All dialects.
        pub static DIALECTS: &[&dyn Dialect] = &[$(&$dialect),*];

        /// All dialects, to read requests with.
        pub static READERS: &[&dyn Reader] = &[$(&$dialect),*];

        /// All dialects, to translate with.
        pub static CODECS: &[&dyn Codec] = &[$(&$dialect),*];

        /// All dialects that a chat model can answer, to serve their clients.
        static CLIENTS: &[&dyn Client] =
            &[$(&$dialect,)* &openai_completions::OpenaiCompletions];
    };
}

dialects! {
    anthropic_messages::AnthropicMessages,
    bedrock_converse::BedrockConverse,
    cohere_chat::CohereChat,
    gemini::Gemini,
    kserve_v2::KserveV2,
    ollama_chat::OllamaChat,
    openai_chat::OpenaiChat,
    openai_responses::OpenaiResponses,
    tfserving_predict::TfservingPredict,
}

/// The dialect of that name, to read requests with.
pub fn reader(name: &str) -> Option<&'static dyn Reader> {
    READERS.iter().chain(OTHER_READERS).copied().find(|reader| same(reader.name(), name))
}

/// The dialect of that name, to serve its clients.
pub fn client(name: &str) -> Option<&'static dyn Client> {
    CLIENTS.iter().copied().find(|client| same(client.name(), name))
}

/// The dialect of that name, to translate with.
pub fn codec(name: &str) -> Option<&'static dyn Codec> {
    CODECS.iter().copied().find(|codec| same(codec.name(), name))
}

/// The dialect of that name, such as `openai-chat`.
pub fn by_name(name: &str) -> Option<&'static dyn Dialect> {
    DIALECTS.iter().chain(OTHERS).copied().find(|dialect| same(dialect.name(), name))
}

/// The dialect and endpoint that a client addresses with `method` and `path` (with or without a query). A path that
/// some servers take for another endpoint's is none's ([`by_lookalike`]).
pub fn by_path(method: &str, path: &str) -> Option<(&'static dyn Dialect, &'static Endpoint)> {
    let path = endpoint::without_query(path);
    let (dialect, endpoint) = find(method, |endpoint| endpoint.serves(path))?;
    (lookalike::is_plain(endpoint, path) || lookalike::is_heard_as(method, path, endpoint))
        .then_some((dialect, endpoint))
}

/// The first endpoint with this method that `serves`.
fn find(
    method: &str,
    serves: impl Fn(&Endpoint) -> bool,
) -> Option<(&'static dyn Dialect, &'static Endpoint)> {
    DIALECTS.iter().chain(OTHERS).copied().find_map(|dialect| {
        let mut endpoints = dialect.endpoints().iter();
        let endpoint = endpoints.find(|it| serves(it) && it.method == method)?;
        Some((dialect, endpoint))
    })
}

/// The dialect for an error to a client whose path tells none: the one whose headers it sent, else OpenAI's.
pub fn by_headers(has: impl Fn(&str) -> bool) -> &'static dyn Dialect {
    let shown = DIALECTS
        .iter()
        .copied()
        .find(|dialect| dialect.request_headers().iter().any(|name| has(name)));
    shown.unwrap_or(&openai_chat::OpenaiChat)
}
