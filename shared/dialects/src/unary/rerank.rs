//! The order of documents by a query: what all providers can be asked for and what all answer.

use chat::Problem;
use chat::json::Value;

use crate::{Drops, ProviderRequest};

/// A request for an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// The model asked for.
    pub model: String,
    /// What is looked for.
    pub query: String,
    /// Where it is looked for.
    pub documents: Vec<String>,
    /// How many of the best to tell.
    pub top_n: Option<u64>,
    /// Where longer documents are cut off.
    pub max_tokens_per_doc: Option<u64>,
}

/// The order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Response {
    /// The provider's id for it.
    pub id: Option<String>,
    /// The model that answered, where the provider says it.
    pub model: Option<String>,
    /// The best first.
    pub results: Vec<Ranked>,
    /// Tokens of query and documents, where the provider says it.
    pub tokens: Option<u64>,
    /// What Cohere charges by, where the provider says it.
    pub search_units: Option<u64>,
}

/// A document's place.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// Which document of the request.
    pub index: usize,
    /// How much it says, with the digits it came with.
    pub score: Value,
}

/// What the client waits for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// The model asked for.
    pub model: String,
    /// How many of the best.
    pub top_n: Option<usize>,
    /// The documents, if the client wants them back.
    pub documents: Option<Vec<String>>,
}

/// How a provider is asked for an order.
#[derive(Debug)]
pub struct Wire {
    /// Writes a request.
    pub encode: fn(Request, &mut Drops) -> Result<ProviderRequest, Problem>,
    /// Reads the answer.
    pub decode: fn(Value) -> Result<Response, Problem>,
}

/// Reads the list of results: what `score` is called differs.
///
/// # Errors
/// A 502 [`Problem`] if it is none.
pub fn results(list: Option<Value>, score: &str) -> Result<Vec<Ranked>, Problem> {
    let Some(Value::Array(items)) = list else { return Err(super::unreadable("results")) };
    let mut results = Vec::with_capacity(items.len());
    for mut item in items {
        let index = item.get("index").and_then(Value::as_u64);
        let index = index.and_then(|index| usize::try_from(index).ok());
        let score = item.get_mut(score).map(Value::take).filter(Value::is_number);
        let (Some(index), Some(score)) = (index, score) else {
            return Err(super::unreadable("index and score of a result"));
        };
        results.push(Ranked { index, score });
    }
    Ok(results)
}
