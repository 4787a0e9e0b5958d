//! Paths that only look unknown.
//!
//! Servers differ in what they do to a path before they look for who serves it: they undo percent escapes (Starlette,
//! and so vLLM), merge slashes and resolve dots (nginx, Go), cut what stands behind `;` (Tomcat, Jetty), do not mind case
//! or a slash at the end (Express). What one of them takes for `/v1/chat/completions` must not get past a filter that
//! only knows that name.

use crate::endpoint::{unescaped_bytes, without_query};
use crate::{Dialect, Endpoint, find};

/// The dialect that some server may hear in `path`, where [`crate::by_path`] knows none. What a client addresses so
/// is nothing to be read, but nothing to be let through either.
pub fn by_lookalike(method: &str, path: &str) -> Option<&'static dyn Dialect> {
    let path = loosened(without_query(path));
    find(method, |endpoint| hears(endpoint, &path)).map(|found| found.0)
}

/// Whether every server hears the same in `path`, which is one of `endpoint` and has no query, as far as its letters
/// tell. Those of the endpoint itself are known.
pub(crate) fn is_plain(endpoint: &Endpoint, path: &str) -> bool {
    let known = endpoint.suffix.rsplit('}').next().unwrap_or_default();
    let rest = path.strip_suffix(known).unwrap_or(path).as_bytes();
    let is_plain =
        |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b':' | b'.' | b'/');
    let is_step = |pair: &[u8]| matches!(pair, b"//" | b"/.");
    rest.iter().all(is_plain) && !rest.windows(2).any(is_step) && rest.last() != Some(&b'/')
}

/// Whether the most forgiving of servers hears `endpoint` in `path`, too.
pub(crate) fn is_heard_as(method: &str, path: &str, endpoint: &Endpoint) -> bool {
    let path = loosened(path);
    find(method, |endpoint| hears(endpoint, &path)).is_some_and(|found| found.1 == endpoint)
}

fn hears(endpoint: &Endpoint, path: &str) -> bool {
    let suffix = endpoint.suffix.to_ascii_lowercase();
    match suffix.split_once("{model}") {
        Some((before, after)) => path
            .strip_suffix(after)
            .and_then(|path| path.split_once(before))
            .is_some_and(|(_, model)| !model.is_empty()),
        None => path.ends_with(&suffix),
    }
}

/// `path` as the most forgiving of servers reads it.
fn loosened(path: &str) -> String {
    let (path, _) = unescaped_bytes(path);
    let path = String::from_utf8_lossy(&path).to_ascii_lowercase().replace('\\', "/");
    let path = path.split(['?', '#', '\0']).next().unwrap_or_default();
    let unseen = |letter: char| letter.is_whitespace() || letter.is_control();
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment.split(';').next().unwrap_or_default().trim_matches(unseen) {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    segments.iter().flat_map(|segment| ["/", segment]).collect()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::by_path;

    #[test]
    fn what_some_server_takes_for_a_known_path_is_found() {
        for (path, expected) in [
            ("/v1/chat/completion%73", Some("openai-chat")),
            ("/v1/chat%2Fcompletions?x=1", Some("openai-chat")),
            ("/v1/chat/completions/", Some("openai-chat")),
            ("/v1/chat//completions", Some("openai-chat")),
            ("/v1/chat/x/.%2e/completions", Some("openai-chat")),
            ("/v1/chat;a=b/completions;c", Some("openai-chat")),
            ("/v1/chat\\completions", Some("openai-chat")),
            ("/v1/Chat/Completions", Some("openai-chat")),
            ("/v1/chat/completions%20", Some("openai-chat")),
            ("/v1/messages%00", Some("anthropic-messages")),
            ("/%ff%/%zz/v1/message%73", Some("anthropic-messages")),
            ("/V1/messages", Some("anthropic-messages")),
            ("/v1beta/models/gemini-3%3AgenerateContent", Some("gemini")),
            ("/v1beta/models/%67emini:generatecontent/", Some("gemini")),
            ("/v1beta/models/:generateContent", None),
            ("/v1/messages/batches", None),
            ("/v1/chat/completions/id", None),
            ("/v1/audio/speech", None),
            ("/v1/messages/%", None),
            ("/..", None),
            ("*", None),
            ("", None),
        ] {
            let found = by_lookalike("POST", path).map(Dialect::name);
            assert_eq!(found, expected, "{path}");
        }
        assert!(by_lookalike("GET", "/v1/chat/completion%73").is_none());
    }

    #[test]
    fn a_path_that_servers_hear_differently_is_nobodys() {
        for (path, expected) in [
            ("/v1/%63hat/completions", None),
            ("/v1/Chat/completions", None),
            ("/v1/chat//completions", None),
            ("/v1/chat/./completions", None),
            ("/v1/chat;v=1/completions", None),
            ("/v1/chat/completions%3F/v1/messages", None),
            ("/v1/x/..//chat/completions", Some("openai-chat")),
            ("//v1/chat/completions", Some("openai-chat")),
            ("/openai/deployments/GPT-4o%20mini/chat/completions", Some("openai-chat")),
            ("/v1/completions", Some("openai-completions")),
            ("/chat-x/completions?a=/chat//completions", Some("openai-completions")),
            ("/model/arn%3Aaws%3Abedrock%2FA.b/converse", Some("bedrock-converse")),
            ("/v1beta/models/Gemini%2D3:generateContent", Some("gemini")),
            ("/v1beta/models/gemini-3:generateContent", Some("gemini")),
        ] {
            let found = by_path("POST", path).map(|found| found.0.name());
            assert_eq!(found, expected, "{path}");
            let heard = by_lookalike("POST", path).map(Dialect::name);
            assert!(found.is_none_or(|found| heard == Some(found)), "{path}");
            assert!(heard.is_some(), "{path}");
        }
    }

    #[test]
    fn endpoints_are_heard_in_their_own_paths() {
        for dialect in crate::DIALECTS.iter().chain(crate::OTHERS) {
            for endpoint in dialect.endpoints() {
                let path = format!("/v1/x{}", endpoint.path("m-1"));
                assert!(is_plain(endpoint, &path), "{path}");
                assert!(is_heard_as(endpoint.method, &path, endpoint), "{path}");
            }
        }
    }
}
