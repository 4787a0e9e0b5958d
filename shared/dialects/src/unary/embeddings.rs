//! Vectors for texts: what all providers can be asked for and what all answer.

use chat::Problem;
use chat::json::Value;

use crate::{Drops, ProviderRequest};

/// A request for vectors.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// The model asked for.
    pub model: String,
    /// The texts.
    pub texts: Vec<String>,
    /// How long the vectors shall be.
    pub dimensions: Option<u64>,
    /// What they are for.
    pub purpose: Option<Purpose>,
}

/// What vectors are for. OpenAI's API has no word for it; clients of compatible providers say `input_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To sort texts into classes.
    Classification,
    /// To find groups of texts.
    Clustering,
    /// To be found.
    Document,
    /// To find.
    Query,
}

/// The vectors.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Response {
    /// One array of numbers for each text, in order.
    pub vectors: Vec<Value>,
    /// Tokens of all texts together, where the provider says it.
    pub tokens: Option<u64>,
    /// The model that answered, where the provider says it.
    pub model: Option<String>,
}

/// What the client waits for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// The model asked for.
    pub model: String,
    /// How many vectors; `None` if that is not known.
    pub count: Option<usize>,
    /// Vectors as base64 in place of numbers.
    pub base64: bool,
    /// Bytes of the texts.
    pub bytes: usize,
}

/// How a provider is asked for vectors.
#[derive(Debug)]
pub struct Wire {
    /// Writes a request.
    pub encode: fn(Request, &mut Drops) -> Result<ProviderRequest, Problem>,
    /// Reads the answer.
    pub decode: fn(Value) -> Result<Response, Problem>,
}

/// Little-endian 32-bit floats in base64, as OpenAI's `encoding_format: base64`.
///
/// `None` if there is something else than numbers.
pub fn to_base64(vector: &Value) -> Option<String> {
    let numbers = vector.as_array()?;
    let mut bytes = Vec::with_capacity(numbers.len() * 4);
    for number in numbers {
        #[allow(clippy::cast_possible_truncation, reason = "vectors have 32 bits a number")]
        let number = number.as_f64()? as f32;
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = (bits >> (18 - 6 * place) & 63) as usize;
            let letter = if place > three.len() { Some(&b'=') } else { DIGITS.get(digit) };
            text.extend(letter.copied().map(char::from));
        }
    }
    Some(text)
}

/// Makes the vectors of an answer in OpenAI's words Base64, where they are numbers: OpenAI's SDK for Node takes them for
/// Base64 without a look, and makes zeros of them (<https://github.com/FlowiseAI/Flowise/issues/5499>, read
/// 2026-11-21). Returns whether anything changed.
pub fn pack(body: &mut Value) -> bool {
    let items = body.get_mut("data").and_then(Value::as_array_mut);
    let vectors = items.into_iter().flatten().filter_map(|item| item.get_mut("embedding"));
    vectors.fold(false, |changed, vector| match to_base64(vector) {
        Some(packed) => {
            *vector = packed.into();
            true
        }
        None => changed,
    })
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
