//! The part of a filter's configuration that is about its host.

use serde::Deserialize;

/// How the filter stands in its Envoy: the key `host` of every filter's configuration.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// What the host does when the filter asks it to hold the headers while it reads the body.
    pub headers: HeaderMode,
    /// The largest request body to read, in bytes; above it the client gets 413. Envoy's own buffer limits
    /// come first.
    pub max_request_bytes: usize,
    /// The largest buffered response body to read, in bytes; above it the client gets 502.
    pub max_response_bytes: usize,
    /// The largest single event of a streamed response, in bytes; above it the stream ends with an error.
    pub max_event_bytes: usize,
    /// The facts to publish, by name; all of them by default, none with `[]`. Each costs Envoy a filter state
    /// object per request, so where every microsecond counts, list those that an access log, a rate limit or a
    /// later filter reads.
    pub facts: Option<Vec<String>>,
    /// What happens to a request whose path no dialect knows. By default what suits the filter: a translator
    /// and a router reject it, others pass it unless it is a known path written in another way (`chat%2Fcompletions`).
    pub unknown_paths: Option<UnknownPaths>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            headers: HeaderMode::Hold,
            max_request_bytes: 32 << 20,
            max_response_bytes: 32 << 20,
            max_event_bytes: 4 << 20,
            facts: None,
            unknown_paths: None,
        }
    }
}

impl Settings {
    /// Whether the fact `name` is to be published.
    pub fn publishes(&self, name: &str) -> bool {
        self.facts.as_ref().is_none_or(|facts| facts.iter().any(|fact| fact == name))
    }
}

/// What the host does when the filter asks it to hold the headers while it reads the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HeaderMode {
    /// The plugin has `allow_on_headers_stop_iteration: true` (Envoy 1.35 and later; Kong Mesh; an
    /// `EnvoyFilter` or `EnvoyPatchPolicy`). The filter may change headers after reading the body.
    Hold,
    /// It does not (Istio `WasmPlugin`, Envoy Gateway `EnvoyExtensionPolicy`): headers go on at once, the
    /// body waits. The filter may still change or refuse the body.
    Continue,
}

/// What happens to a request whose path no dialect knows; the stricter one counts last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UnknownPaths {
    /// It goes on untouched, without credentials.
    Pass,
    /// It is answered with 404 in the client's dialect.
    Reject,
}
