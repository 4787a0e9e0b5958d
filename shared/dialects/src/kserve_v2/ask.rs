//! What a request says in its path: the model, with its version if there is one, and whether it is streamed.

use std::borrow::Cow;

use crate::endpoint::without_query;
use crate::{Endpoint, Operation};

/// Buffered, and streamed.
pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint { method: "POST", suffix: "/models/{model}/generate", operation: Operation::Chat },
    Endpoint {
        method: "POST",
        suffix: "/models/{model}/generate_stream",
        operation: Operation::Chat,
    },
];

fn endpoint(path: &str) -> Option<&'static Endpoint> {
    Endpoint::of(ENDPOINTS, path)
}

/// The model: `m`, or `m/versions/3`.
pub(super) fn model(path: &str) -> Option<Cow<'_, str>> {
    endpoint(path)?.model(path)
}

/// Puts another model into the path.
pub(super) fn set_model(path: &mut String, model: &str) {
    if let Some(other) = endpoint(path).and_then(|endpoint| endpoint.with_model(path, model)) {
        *path = other;
    }
}

/// Whether the answer is streamed.
pub(super) fn streams(path: &str) -> bool {
    without_query(path).ends_with("/generate_stream")
}

/// The path below a provider's base URL.
pub(super) fn below_base(path: &str) -> String {
    let model = model(path).unwrap_or_default();
    written(&model, streams(path))
}

/// The path below a provider's base URL of a request for `model`.
pub(super) fn written(model: &str, stream: bool) -> String {
    let [buffered, streamed] = ENDPOINTS else { return String::new() };
    let endpoint = if stream { streamed } else { buffered };
    endpoint.path(model)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_version_belongs_to_the_model() {
        for (path, found, stream) in [
            ("/v2/models/m/generate", "m", false),
            ("/x/v2/models/m/versions/3/generate_stream?a=b", "m/versions/3", true),
        ] {
            assert_eq!((model(path).as_deref(), streams(path)), (Some(found), stream));
            let below = below_base(path);
            assert!(path.contains(&below), "{below}");
        }
        let mut path = "/v2/models/m/generate".to_owned();
        set_model(&mut path, "n/versions/2");
        assert_eq!(path, "/v2/models/n/versions/2/generate");
    }
}
