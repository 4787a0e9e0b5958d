//! What a request says in its path: the model, and whether it is streamed.

use std::borrow::Cow;

use crate::endpoint::{escaped, without_query};
use crate::{Endpoint, Operation};

/// Buffered, and streamed.
pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint { method: "POST", suffix: "/model/{model}/converse", operation: Operation::Chat },
    Endpoint {
        method: "POST",
        suffix: "/model/{model}/converse-stream",
        operation: Operation::Chat,
    },
];

fn endpoint(path: &str) -> Option<&'static Endpoint> {
    Endpoint::of(ENDPOINTS, path)
}

/// The model: a name, or an ARN.
pub(super) fn model(path: &str) -> Option<Cow<'_, str>> {
    endpoint(path)?.model(path)
}

/// Puts another model into the path.
pub(super) fn set_model(path: &mut String, model: &str) {
    let Some(raw) = endpoint(path).and_then(|endpoint| endpoint.raw_model(path)) else { return };
    *path = path.replacen(&format!("/model/{raw}/"), &format!("/model/{}/", segment(model)), 1);
}

/// Whether the answer is streamed.
pub(super) fn streams(path: &str) -> bool {
    without_query(path).ends_with("/converse-stream")
}

/// The path below a provider's base URL.
pub(super) fn below_base(path: &str) -> String {
    let raw = endpoint(path).and_then(|endpoint| endpoint.raw_model(path)).unwrap_or_default();
    format!("/model/{raw}/{}", method(streams(path)))
}

/// The path below a provider's base URL of a request for `model`.
pub(super) fn written(model: &str, stream: bool) -> String {
    format!("/model/{}/{}", segment(model), method(stream))
}

fn method(stream: bool) -> &'static str {
    if stream { "converse-stream" } else { "converse" }
}

/// A model as one segment of a path: ARNs have slashes.
fn segment(model: &str) -> String {
    escaped(model).replace('/', "%2F")
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_model_is_one_segment_however_it_is_escaped() {
        let arn = "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-v1:0";
        let escaped = "/x/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.anthropic.claude-v1%3A0/converse";
        assert_eq!(model(escaped).as_deref(), Some(arn));
        let path = written(arn, true);
        assert!(!path.contains("profile/us") && streams(&path));
        assert_eq!(model(&path).as_deref(), Some(arn));
        let mut path = escaped.to_owned();
        set_model(&mut path, "a.b");
        assert_eq!(
            (path.as_str(), below_base(&path).as_str()),
            ("/x/model/a.b/converse", "/model/a.b/converse")
        );
    }
}
