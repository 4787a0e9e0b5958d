//! How a provider hosts an API that is another's.
//!
//! It speaks the dialect but not its HTTP: the model stands in the path, the version in the body, a streamed
//! answer has a path and a framing of its own, errors are the host's.

use chat::json::Value;
use chat::{Data, Event, Problem};

use crate::endpoint::escaped;
use crate::{Codec, base64, neutral};

/// How a provider hosts an API that is another's.
#[derive(Debug, Clone, Copy)]
pub struct Hosting {
    /// The path below the base URL. `{path}` stands for the dialect's own path, `{model}` for the model.
    pub path: &'static str,
    /// The path of a request for a streamed answer, if it is another.
    pub stream_path: Option<&'static str>,
    /// Parameters of the query, unless the target or the client states them.
    pub query: &'static [(&'static str, &'static str)],
    /// Fields of the body that the path tells instead.
    pub without: &'static [&'static str],
    /// Fields that the body has in addition.
    pub fields: &'static [(&'static str, &'static str)],
    /// A header that becomes a list in the body: its name, and the field's.
    pub header_as_list: Option<(&'static str, &'static str)>,
    /// Headers of the dialect that the host has no use for.
    pub without_headers: &'static [&'static str],
    /// How the events of a streamed answer come.
    pub stream_form: StreamForm,
    /// The dialect that errors are told in, if it is another.
    pub errors: Option<&'static dyn Codec>,
}

impl Hosting {
    /// As its owner does: the dialect's own path, with the model in the body.
    pub const NONE: Hosting = Hosting {
        path: "{path}",
        stream_path: None,
        query: &[],
        without: &[],
        fields: &[],
        header_as_list: None,
        without_headers: &[],
        stream_form: StreamForm::Dialect,
        errors: None,
    };

    /// The path and query below the base URL for a request for `model` whose path in the dialect is `own`.
    ///
    /// # Errors
    /// A model that would be another place in the path.
    pub fn path(&self, own: String, model: &str, streams: bool) -> Result<String, Problem> {
        let pattern = self.stream_path.filter(|_| streams).unwrap_or(self.path);
        if pattern == Hosting::NONE.path {
            return Ok(with_query(own, self.query));
        }
        if pattern.contains("{model}") && matches!(model, "." | "..") {
            let message = "the provider cannot have a model of this name";
            return Err(Problem::invalid("invalid_model", "model", message));
        }
        let (own, query) = match own.split_once('?') {
            // The client's own query goes where the dialect's own path goes.
            Some((own, query)) => (own, Some(query).filter(|_| pattern.contains("{path}"))),
            None => (own.as_str(), None),
        };
        let path = pattern.replace("{path}", own).replace("{model}", &segment(model));
        let path = query.map_or(path.clone(), |query| format!("{path}?{query}"));
        Ok(with_query(path, self.query))
    }

    /// Makes a body what the host takes. `header` is the client's value of the header that becomes a list.
    /// Returns whether anything changed.
    pub fn edit(&self, body: &mut Value, header: Option<&str>) -> bool {
        let Value::Object(map) = body else { return false };
        let mut edited = false;
        for name in self.without {
            edited |= map.shift_remove(name).is_some();
        }
        for (name, value) in self.fields {
            map.put(name, *value);
            edited = true;
        }
        if let (Some((_, field)), Some(header)) = (self.header_as_list, header) {
            let items = header.split(',').map(str::trim).filter(|item| !item.is_empty());
            let items: Vec<Value> = items.map(Value::from).collect();
            if !items.is_empty() {
                map.put(field, items);
                edited = true;
            }
        }
        edited
    }

    /// The dialect's own event that came as `event`. What is no wrapped event is left as it is.
    ///
    /// # Errors
    /// The error that the host tells in its stream, or a 502 [`Problem`] if an event cannot be read.
    pub fn unwrap(&self, event: Event) -> Result<Event, Problem> {
        if self.stream_form == StreamForm::Dialect {
            return Ok(event);
        }
        match event.as_json().and_then(|data| data.get("bytes")?.as_str()) {
            Some(wrapped) => unwrapped(wrapped),
            None => self.failure(&event).map_or(Ok(event), Err),
        }
    }

    /// The error that an event tells in the host's own dialect.
    fn failure(&self, event: &Event) -> Option<Problem> {
        let mut told = Vec::new();
        let read = self.errors?.stream_decoder().decode(event.clone(), &mut told);
        read.ok()?;
        told.into_iter().find_map(|event| match event {
            neutral::Event::Error(problem) => Some(problem),
            _ => None,
        })
    }
}

/// `path` with those parameters that its query does not have.
pub fn with_query<'a, K: AsRef<str> + 'a, V: AsRef<str> + 'a>(
    mut path: String,
    parameters: impl IntoIterator<Item = &'a (K, V)>,
) -> String {
    for (name, value) in parameters {
        let (name, value) = (name.as_ref(), value.as_ref());
        let query = path.split_once('?').map(|(_, query)| query);
        let stated =
            |query: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
        if !query.is_some_and(stated) {
            let sign = if query.is_some() { '&' } else { '?' };
            path = format!("{path}{sign}{name}={value}");
        }
    }
    path
}

/// A model's name as one segment of a path.
fn segment(model: &str) -> String {
    escaped(model).replace('/', "%2F")
}

/// How the events of a streamed answer come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamForm {
    /// As the dialect says.
    Dialect,
    /// Each whole in the field `bytes` of another event, in base64 (Amazon's InvokeModelWithResponseStream,
    /// <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html>).
    Bytes,
}

fn unwrapped(wrapped: &str) -> Result<Event, Problem> {
    let json = base64::decode(wrapped).and_then(|bytes| chat::json::parse(&bytes).ok());
    let json = json.ok_or_else(|| {
        let message = "an event of the provider's stream cannot be read";
        Problem::bad_gateway("invalid_provider_response", message)
    })?;
    let name = json.get("type").and_then(Value::as_str).map(str::to_owned);
    Ok(Event::new(name.as_deref(), Data::Json(json)))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;
    use crate::providers::Provider;

    fn hosting(provider: &str) -> Hosting {
        Provider::by_name(provider).unwrap().quirks.hosting.unwrap()
    }

    #[test]
    fn a_host_has_paths_of_its_own() {
        for (provider, own, model, streams, expected) in [
            (
                "azure-openai-deployments",
                "/chat/completions",
                "gpt 5/x",
                false,
                "/gpt%205%2Fx/chat/completions?api-version=2024-10-21",
            ),
            (
                "azure-openai-deployments",
                "/chat/completions?api-version=2025-01-01&a=b",
                "m",
                true,
                "/m/chat/completions?api-version=2025-01-01&a=b",
            ),
            (
                "vertex-ai-anthropic",
                "/messages?beta=true",
                "claude-opus-4@20250514",
                false,
                "/claude-opus-4@20250514:rawPredict",
            ),
            ("vertex-ai-anthropic", "/messages", "m", true, "/m:streamRawPredict"),
            (
                "bedrock-anthropic-invoke",
                "/messages",
                "anthropic.claude-v1:0",
                false,
                "/model/anthropic.claude-v1:0/invoke",
            ),
            (
                "bedrock-anthropic-invoke",
                "/messages",
                "m",
                true,
                "/model/m/invoke-with-response-stream",
            ),
        ] {
            assert_eq!(hosting(provider).path(own.into(), model, streams).unwrap(), expected);
        }
        assert_eq!(Hosting::NONE.path("/a?b=c".into(), "..", true).unwrap(), "/a?b=c");
        assert!(hosting("azure-openai-deployments").path("/a".into(), "..", false).is_err());
    }

    #[test]
    fn a_body_is_what_the_host_takes() {
        let mut body = json!({"model": "m", "stream": true, "max_tokens": 7});
        assert!(hosting("vertex-ai-anthropic").edit(&mut body, None));
        let expected =
            json!({"stream": true, "max_tokens": 7, "anthropic_version": "vertex-2023-10-16"});
        assert_eq!(body, expected);
        let mut body = json!({"model": "m", "stream": true, "max_tokens": 7});
        assert!(hosting("bedrock-anthropic-invoke").edit(&mut body, Some("a-1, b-2,")));
        let expected = json!({"max_tokens": 7, "anthropic_version": "bedrock-2023-05-31",
            "anthropic_beta": ["a-1", "b-2"]});
        assert_eq!(body, expected);
        assert!(!Hosting::NONE.edit(&mut body, Some("a")));
        assert_eq!(body, expected);
    }

    #[test]
    fn wrapped_events_come_out() {
        let hosting = hosting("bedrock-anthropic-invoke");
        // {"type":"ping"}
        let event = Event::json(json!({"bytes": "eyJ0eXBlIjoicGluZyJ9", "p": "abc"}));
        let expected = Event::new(Some("ping"), Data::Json(json!({"type": "ping"})));
        assert_eq!(hosting.unwrap(event).unwrap(), expected);
        for bytes in ["!", "eyJ0"] {
            let problem = hosting.unwrap(Event::json(json!({"bytes": bytes}))).unwrap_err();
            assert_eq!(problem.code.as_deref(), Some("invalid_provider_response"));
        }
        let other = Event::json(json!({"type": "ping"}));
        assert_eq!(Hosting::NONE.unwrap(other.clone()).unwrap(), other);
    }

    #[test]
    fn the_hosts_own_errors_are_read() {
        let body = json!({"message": "Too many requests"});
        let event = Event::new(Some("throttlingException"), Data::Json(body));
        let problem = hosting("bedrock-anthropic-invoke").unwrap(event).unwrap_err();
        assert_eq!((problem.kind, problem.status), (chat::Kind::RateLimit, 429));
    }
}
