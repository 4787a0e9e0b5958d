//! Any dialect to any dialect.
//!
//! A **dialect** is a wire format: code, one folder here, one row in [`DIALECTS`]. A **provider** is an
//! endpoint that speaks one: data, one row in [`providers::PROVIDERS`]. Every dialect decodes to and encodes
//! from one [`neutral`] model, so each new one reaches all others.
//!
//! Nothing is lost silently: what a dialect cannot express is named in [`Dropped`].
//!
//! Not here: which provider a request goes to, model mapping, credentials (the `translator` crate).

pub mod anthropic_messages;
pub mod bedrock_converse;
mod dialect;
mod dropped;
mod endpoint;
pub mod gemini;
mod media;
pub mod neutral;
pub mod openai_chat;
pub mod openai_responses;
mod path;
pub mod prompts;
pub mod providers;
mod reader;
mod stream_text;

pub use dialect::{
    ClientContext, Codec, Dialect, Endpoint, Operation, ProviderContext, ProviderRequest, Reader,
    StreamDecoder, StreamEncoder,
};
pub use dropped::{Dropped, Drops};
pub use media::holds_media;
pub use path::Path;
pub use stream_text::{Piece, Rewrite, StreamText};

/// Makes the tables of one list. Who needs only one of them does not carry the code of the next.
macro_rules! dialects {
    ($($dialect:path),* $(,)?) => {
        /// All dialects.
        pub static DIALECTS: &[&dyn Dialect] = &[$(&$dialect),*];

        /// All dialects, to read requests with.
        pub static READERS: &[&dyn Reader] = &[$(&$dialect),*];

        /// All dialects, to translate with.
        pub static CODECS: &[&dyn Codec] = &[$(&$dialect),*];
    };
}

dialects! {
    anthropic_messages::AnthropicMessages,
    bedrock_converse::BedrockConverse,
    gemini::Gemini,
    openai_chat::OpenaiChat,
    openai_responses::OpenaiResponses,
}

/// The dialect of that name, to read requests with.
pub fn reader(name: &str) -> Option<&'static dyn Reader> {
    READERS.iter().copied().find(|reader| reader.name() == name)
}

/// The dialect of that name, to translate with.
pub fn codec(name: &str) -> Option<&'static dyn Codec> {
    CODECS.iter().copied().find(|codec| codec.name() == name)
}

/// The dialect of that name, such as `openai-chat`.
pub fn by_name(name: &str) -> Option<&'static dyn Dialect> {
    DIALECTS.iter().copied().find(|dialect| dialect.name() == name)
}

/// The dialect and endpoint that a client addresses with `method` and `path` (with or without a query).
pub fn by_path(method: &str, path: &str) -> Option<(&'static dyn Dialect, &'static Endpoint)> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    DIALECTS.iter().copied().find_map(|dialect| {
        let endpoint = dialect
            .endpoints()
            .iter()
            .find(|endpoint| endpoint.method == method && endpoint.serves(path))?;
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
