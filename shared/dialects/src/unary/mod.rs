//! Operations besides chat: one JSON object there, one back.
//!
//! A client's words become a small neutral request ([`embeddings`], [`rerank`], a conversation to be counted),
//! that becomes the provider's words, and its answer comes back the same way: N + M. What a provider serves is
//! data: its dialect says it ([`crate::Codec::services`]), its row in the registry may say otherwise.
//!
//! Chat does not come by here. Legacy completions do only where the provider serves them as they are; others
//! answer them by chat ([`crate::openai_completions`]).

pub mod embeddings;
pub mod rerank;
pub mod wires;

use chat::json::Value;
use chat::{Kind, Problem};

use crate::neutral;
use crate::providers::Provider;
use crate::{Codec, Drops, Operation, ProviderContext, ProviderRequest};
use crate::{anthropic_count_tokens, cohere_rerank, openai_embeddings};

/// What a provider serves besides chat.
#[derive(Debug, Clone, Copy)]
pub struct Services {
    /// OpenAI's legacy completions.
    pub completions: bool,
    /// Counting the tokens of a conversation.
    pub count_tokens: Option<Service<CountTokens>>,
    /// Vectors for texts.
    pub embeddings: Option<Service<embeddings::Wire>>,
    /// Ordering documents.
    pub rerank: Option<Service<rerank::Wire>>,
}

impl Services {
    /// Nothing.
    pub const NONE: Services =
        Services { completions: false, count_tokens: None, embeddings: None, rerank: None };

    /// What whoever is compatible with OpenAI is taken to serve: embeddings, in its words. One that does not
    /// says so itself.
    pub const OPENAI: Services =
        Services { embeddings: Some(Service::Same("/embeddings")), ..Services::NONE };

    /// The same, and legacy completions.
    pub const OPENAI_COMPLETIONS: Services = Services { completions: true, ..Services::OPENAI };
}

/// How a provider serves an operation.
#[derive(Debug)]
pub enum Service<W: 'static> {
    /// In the words of our clients, at this path below its base URL: nothing is translated.
    Same(&'static str),
    /// In its own.
    Other(&'static W),
}

impl<W> Clone for Service<W> {
    fn clone(&self) -> Service<W> {
        *self
    }
}

impl<W> Copy for Service<W> {}

/// How a provider counts tokens: it is given the request that a model of it would be sent.
#[derive(Debug)]
pub struct CountTokens {
    /// The dialect of that request.
    pub dialect: &'static dyn Codec,
    /// Makes it a request to count. Given the model's name and the request that would be sent.
    pub wrap: fn(&str, ProviderRequest) -> ProviderRequest,
    /// Where the answer has the count.
    pub count: &'static str,
}

/// What is to be done with a request.
#[derive(Debug, Clone, Copy)]
pub enum Plan {
    /// It goes as it is to this path below the provider's base URL.
    Same(&'static str),
    /// It is translated.
    Other(Translation),
}

/// A translation that has not begun.
#[derive(Debug, Clone, Copy)]
pub enum Translation {
    /// Of a conversation to be counted.
    CountTokens(&'static CountTokens),
    /// Of texts to be made vectors.
    Embeddings(&'static embeddings::Wire),
    /// Of documents to be ordered.
    Rerank(&'static rerank::Wire),
}

/// How `provider` serves `operation`, which is not chat.
///
/// # Errors
/// 404: it does not.
pub fn plan(operation: Operation, provider: &Provider) -> Result<Plan, Problem> {
    let services = provider.services();
    let plan = match operation {
        Operation::Chat => None,
        Operation::Completions => services.completions.then_some(Plan::Same("/completions")),
        Operation::CountTokens => services.count_tokens.map(|service| match service {
            Service::Same(path) => Plan::Same(path),
            Service::Other(wire) => Plan::Other(Translation::CountTokens(wire)),
        }),
        Operation::Embeddings => services.embeddings.map(|service| match service {
            Service::Same(path) => Plan::Same(path),
            Service::Other(wire) => Plan::Other(Translation::Embeddings(wire)),
        }),
        Operation::Rerank => services.rerank.map(|service| match service {
            Service::Same(path) => Plan::Same(path),
            Service::Other(wire) => Plan::Other(Translation::Rerank(wire)),
        }),
    };
    plan.ok_or_else(|| unsupported(name(operation)))
}

fn name(operation: Operation) -> &'static str {
    match operation {
        Operation::Chat => "chat",
        Operation::Completions => "completions",
        Operation::CountTokens => "counting of tokens",
        Operation::Embeddings => "embeddings",
        Operation::Rerank => "reranking",
    }
}

/// The chosen provider has no such thing.
pub fn unsupported(what: &str) -> Problem {
    let message = format!("the provider that this gateway chose serves no {what}");
    Problem::new(Kind::NotFound, "unsupported_operation", message)
}

/// An answer that is waited for.
#[derive(Debug)]
pub enum Pending {
    /// A count.
    CountTokens(&'static CountTokens),
    /// Vectors.
    Embeddings(&'static embeddings::Wire, embeddings::Expected),
    /// An order.
    Rerank(&'static rerank::Wire, rerank::Expected),
}

impl Translation {
    /// Writes a client's request for a provider. `model` in place of what it names itself.
    ///
    /// # Errors
    /// A [`Problem`] where leaving something out would change what the client asked for, and where the request
    /// is none.
    pub fn request(
        self,
        path: &str,
        body: Value,
        model: String,
        context: ProviderContext<'_>,
        drops: &mut Drops,
    ) -> Result<(ProviderRequest, Pending), Problem> {
        Ok(match self {
            Translation::CountTokens(wire) => {
                let mut asked = anthropic_count_tokens::decode(path, body, drops)?;
                asked.model.clone_from(&model);
                wire.dialect.fit_tool_names(&mut asked);
                let sent = wire.dialect.encode_request(asked, context, drops)?;
                ((wire.wrap)(&model, sent), Pending::CountTokens(wire))
            }
            Translation::Embeddings(wire) => {
                let (asked, expected) = openai_embeddings::decode(body, model, drops)?;
                ((wire.encode)(asked, drops)?, Pending::Embeddings(wire, expected))
            }
            Translation::Rerank(wire) => {
                let (asked, expected) = cohere_rerank::decode(body, model, drops)?;
                ((wire.encode)(asked, drops)?, Pending::Rerank(wire, expected))
            }
        })
    }

    /// What is waited for where the request is not known: an answer alone on the command line.
    pub fn unasked(self, model: &str) -> Pending {
        let model = model.to_owned();
        match self {
            Translation::CountTokens(wire) => Pending::CountTokens(wire),
            Translation::Embeddings(wire) => {
                Pending::Embeddings(wire, embeddings::Expected { model, ..Default::default() })
            }
            Translation::Rerank(wire) => {
                Pending::Rerank(wire, rerank::Expected { model, ..Default::default() })
            }
        }
    }
}

impl Pending {
    /// Writes a provider's answer for the client.
    ///
    /// # Errors
    /// A 502 [`Problem`] if it is none.
    pub fn response(self, body: Value) -> Result<Value, Problem> {
        match self {
            Pending::CountTokens(wire) => {
                let count = body.pointer(wire.count).and_then(Value::as_u64);
                count.map(anthropic_count_tokens::encode).ok_or_else(|| unreadable(wire.count))
            }
            Pending::Embeddings(wire, expected) => {
                openai_embeddings::encode((wire.decode)(body)?, expected)
            }
            Pending::Rerank(wire, expected) => {
                Ok(cohere_rerank::encode((wire.decode)(body)?, expected))
            }
        }
    }
}

/// An answer without what it should have at `place`.
pub(crate) fn unreadable(place: &str) -> Problem {
    let message = format!("the provider's answer cannot be read: it has no {place}");
    Problem::bad_gateway("upstream_invalid_response", message)
}

/// The tokens of texts whose provider counts none: four bytes each, which is what English has.
pub(crate) fn estimate(bytes: usize) -> u64 {
    bytes.div_ceil(4) as u64
}

/// What an answer states to have used, in the convention of [`neutral::Usage`].
pub(crate) fn used(input: Option<&Value>) -> Option<neutral::Usage> {
    let input = input?.as_u64()?;
    Some(neutral::Usage { input, ..neutral::Usage::default() })
}

#[cfg(test)]
mod tests;
