//! Model servers that read a text and write one: KServe and Triton by the Open Inference Protocol, TensorFlow
//! Serving by its own.
//!
//! Sources, read 2026-11-21:
//! <https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/generate_rest.yaml>,
//! <https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/extension_generate.html>,
//! <https://www.tensorflow.org/tfx/serving/api_rest>.

mod kserve;
mod tfserving;

use hyper::HeaderMap;
use serde_json::{Value, json};

use super::dialect::Refusal;

pub(crate) use kserve::KserveV2;
pub(crate) use tfserving::TfservingPredict;

/// A server of one's own asks for no key; with `--api-key` a proxy before it does.
fn admit(headers: &HeaderMap, key: Option<&str>) -> Result<(), Refusal> {
    let value = headers.get("authorization").and_then(|value| value.to_str().ok());
    let given = value.and_then(|value| value.strip_prefix("Bearer "));
    match key {
        Some(key) if given != Some(key) => Err(refused(401, "unauthorized")),
        _ => Ok(()),
    }
}

fn refusal(status: u16) -> Refusal {
    let message = match status {
        401 => "unauthorized",
        404 => "Request for unknown model: 'm' is not found",
        429 => "Model is overloaded",
        400..500 => "Input validation error",
        503 | 529 => "Model is not ready",
        _ => "Incomplete generation",
    };
    refused(if status == 529 { 503 } else { status }, message)
}

fn refused(status: u16, message: &str) -> Refusal {
    let message = message.to_owned();
    Refusal { status, kind: "", problem: message.clone(), message, code: None, param: None }
}

fn error_body(refusal: &Refusal) -> Value {
    json!({"error": refusal.message})
}
