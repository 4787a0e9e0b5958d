//! What a request says in its path: the model, and whether it is streamed.

use std::borrow::Cow;

use crate::endpoint::without_query;
use crate::{Endpoint, Operation};

/// Buffered, and streamed.
pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: "POST",
        suffix: "/models/{model}:generateContent",
        operation: Operation::Chat,
    },
    Endpoint {
        method: "POST",
        suffix: "/models/{model}:streamGenerateContent",
        operation: Operation::Chat,
    },
];

fn endpoint(path: &str) -> Option<&'static Endpoint> {
    Endpoint::of(ENDPOINTS, path)
}

/// The model.
pub(super) fn model(path: &str) -> Option<Cow<'_, str>> {
    endpoint(path)?.model(path)
}

/// Puts another model into the path.
pub(super) fn set_model(path: &mut String, model: &str) {
    if let Some(other) = endpoint(path).and_then(|endpoint| endpoint.with_model(path, model)) {
        *path = other;
    }
}

/// Whether the answer is a stream of events.
pub(super) fn streams(path: &str) -> bool {
    is_streamed(path) && has_events(path)
}

/// Whether the answer is the other form of a stream: one JSON array.
pub(super) fn wants_array(path: &str) -> bool {
    is_streamed(path) && !has_events(path)
}

fn is_streamed(path: &str) -> bool {
    without_query(path).ends_with(":streamGenerateContent")
}

fn has_events(path: &str) -> bool {
    query(path).any(|(name, value)| matches!(name, "alt" | "$alt") && value == "sse")
}

/// The path below a provider's base URL. The API key that a client may have put into the query is its own.
pub(super) fn below_base(path: &str) -> String {
    let bare = without_query(path);
    let method = bare.rsplit(':').next().unwrap_or_default();
    let model = endpoint(path).and_then(|endpoint| endpoint.raw_model(path)).unwrap_or_default();
    let mut out = format!("/models/{model}:{method}");
    let kept = query(path).filter(|(name, _)| !matches!(*name, "key" | "access_token"));
    for (index, (name, value)) in kept.enumerate() {
        out.push(if index == 0 { '?' } else { '&' });
        out.push_str(name);
        if !value.is_empty() {
            out.push('=');
            out.push_str(value);
        }
    }
    out
}

/// The path below a provider's base URL of a request for `model`.
pub(super) fn written(model: &str, stream: bool) -> String {
    let [buffered, streamed] = ENDPOINTS else { return String::new() };
    let model = model.strip_prefix("models/").unwrap_or(model);
    match stream {
        true => format!("{}?alt=sse", streamed.path(model)),
        false => buffered.path(model),
    }
}

fn query(path: &str) -> impl Iterator<Item = (&str, &str)> {
    let query = path.split('#').next().and_then(|path| path.split_once('?')).map_or("", |it| it.1);
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn both_kinds_of_path_are_understood() {
        for (path, found, stream, array) in [
            ("/v1beta/models/gemini-3-pro:generateContent?key=k", "gemini-3-pro", false, false),
            ("/v1beta/models/m:streamGenerateContent?alt=sse", "m", true, false),
            ("/v1beta/models/m:streamGenerateContent", "m", false, true),
            ("/v1beta/models/m:streamGenerateContent?alt=json", "m", false, true),
            (
                "/v1/projects/p/locations/l/publishers/google/models/m:streamGenerateContent?x&%24alt=sse&alt=sse",
                "m",
                true,
                false,
            ),
        ] {
            assert_eq!(model(path).as_deref(), Some(found), "{path}");
            assert_eq!((streams(path), wants_array(path)), (stream, array), "{path}");
        }
    }

    #[test]
    fn the_rest_of_the_path_is_the_providers_and_the_key_stays_behind() {
        for (path, below) in [
            ("/v1beta/models/m:generateContent", "/models/m:generateContent"),
            (
                "/x/v1/publishers/google/models/m:streamGenerateContent?key=k&alt=sse&a",
                "/models/m:streamGenerateContent?alt=sse&a",
            ),
            ("/v1beta/models/a%2Fb:generateContent?key=k", "/models/a%2Fb:generateContent"),
        ] {
            assert_eq!(below_base(path), below);
        }
        let mut path = "/v1beta/models/m:generateContent?key=k".to_owned();
        set_model(&mut path, "n");
        assert_eq!(path, "/v1beta/models/n:generateContent?key=k");
        assert_eq!(written("m", true), "/models/m:streamGenerateContent?alt=sse");
    }
}
