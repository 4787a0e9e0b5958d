//! The parts of the OpenAI's and Anthropic's APIs that nobody reads here: they are passed on as they come, to a
//! provider that has them.
//!
//! Facts from <https://platform.openai.com/docs/api-reference> and
//! <https://platform.claude.com/docs/en/api/overview> (read 2026-11-21).

/// A part of an API.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name in configuration, kebab-case.
    pub name: &'static str,
    /// The paths below `/v1` that it consists of: these, and what is below them.
    pub paths: &'static [&'static str],
    /// Whether it is passed on unless configuration says otherwise. What lists or changes what others of the
    /// same account have made is not, where it can be told.
    pub usual: bool,
    /// Whether it is passed on only to be looked at: what changes it changes it for all clients.
    pub read_only: bool,
}

/// All parts, by name.
pub static PARTS: &[Part] = &[
    part("assistants", &["assistants", "threads"], false),
    part("audio", &["audio"], true),
    part("batches", &["batches", "messages/batches"], true),
    part("containers", &["containers"], false),
    part("conversations", &["conversations"], true),
    part("evals", &["evals"], false),
    part("files", &["files", "uploads"], true),
    part("fine-tuning", &["fine_tuning"], false),
    part("images", &["images"], true),
    Part { read_only: true, ..part("models", &["models"], true) },
    part("moderations", &["moderations"], true),
    part("realtime", &["realtime"], true),
    part("responses", &["responses"], true),
    part("stored-completions", &["chat/completions"], false),
    part("vector-stores", &["vector_stores"], false),
    part("videos", &["videos"], true),
];

const fn part(name: &'static str, paths: &'static [&'static str], usual: bool) -> Part {
    Part { name, paths, usual, read_only: false }
}

/// The part that a request with this path is for, and what stands in the path, query included, behind `/v1`.
/// Paths that could be read in two ways are for none.
pub fn part_of(path: &str) -> Option<(&'static Part, &str)> {
    let bare = path.split(['?', '#']).next().unwrap_or_default();
    let place = bare.find("/v1/")?.checked_add("/v1".len())?;
    let below = bare.get(place..)?.strip_prefix('/')?;
    let is_plain = |segment: &str| {
        !segment.is_empty()
            && segment != "."
            && segment != ".."
            && segment.bytes().all(|byte| byte.is_ascii_graphic() && !b"%\\;".contains(&byte))
    };
    if !below.split('/').all(is_plain) {
        return None;
    }
    let within = |start: &&str| {
        below.strip_prefix(*start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let part = PARTS.iter().find(|part| part.paths.iter().any(within))?;
    Some((part, path.get(place..)?))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_part_is_known_by_the_beginning_of_its_paths() {
        for (path, expected) in [
            ("/v1/audio/transcriptions", Some(("audio", "/audio/transcriptions"))),
            ("/gateway/v1/files/file-1/content?x=1", Some(("files", "/files/file-1/content?x=1"))),
            ("/v1/messages/batches", Some(("batches", "/messages/batches"))),
            ("/v1/realtime?model=m", Some(("realtime", "/realtime?model=m"))),
            ("/v1/imagesque", None),
            ("/v1/organization/users", None),
            ("/audio/speech", None),
            ("/v1/files/../organization/users", None),
            ("/v1/files/%2e%2e/organization/users", None),
            ("/v1/files//x", None),
            ("/v1/files/..;/x", None),
        ] {
            let found = part_of(path).map(|(part, rest)| (part.name, rest));
            assert_eq!(found, expected, "{path}");
        }
    }

    #[test]
    fn names_are_sorted_and_paths_belong_to_one_part() {
        assert!(PARTS.is_sorted_by(|a, b| a.name < b.name));
        for part in PARTS {
            for path in part.paths {
                assert_eq!(part_of(&format!("/v1/{path}")).map(|it| it.0), Some(part));
            }
        }
    }
}
