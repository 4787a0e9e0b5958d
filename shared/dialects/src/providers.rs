//! The provider registry: who speaks which dialect, where, and with which quirks.
//!
//! Adding an OpenAI-compatible provider is one row. A row is data; no code names a provider.

/// An endpoint that speaks a dialect.
#[derive(Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its name in configuration, kebab-case.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The dialect it speaks.
    pub dialect: &'static str,
    /// Scheme, host and path that the dialect's own path is appended to: `https://api.openai.com/v1`.
    /// Self-hosted ones name the port they listen on by default.
    pub base_url: &'static str,
    /// How the API key is sent.
    pub auth: Auth,
    /// What it does otherwise than its dialect's owner.
    pub quirks: Quirks,
    /// The provider's documentation of all this.
    pub source: &'static str,
    /// When that was read: `2026-11-20`.
    pub checked: &'static str,
}

impl Provider {
    /// The provider of that name.
    pub fn by_name(name: &str) -> Option<&'static Provider> {
        PROVIDERS.iter().find(|provider| provider.name == name)
    }
}

/// How an API key is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// `authorization: Bearer KEY`.
    Bearer,
    /// The key alone in the header of that name.
    Header(&'static str),
}

impl Auth {
    /// The header that carries the key, and its value.
    pub fn header(self, key: &str) -> (&'static str, String) {
        match self {
            Auth::Bearer => ("authorization", format!("Bearer {key}")),
            Auth::Header(name) => (name, key.to_owned()),
        }
    }
}

/// What a provider does otherwise than its dialect's owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quirks {
    /// Which names of the output limit it takes (OpenAI-style dialects).
    pub max_tokens: MaxTokens,
    /// Whether it knows the `developer` role; if not, such messages become `system`.
    pub developer_role: bool,
    /// Whether it takes `stream_options.include_usage`.
    pub stream_options: bool,
    /// Top-level parameters it refuses; they are removed and reported as dropped.
    pub unsupported: &'static [&'static str],
}

impl Quirks {
    /// Nothing is different.
    pub const NONE: Quirks = Quirks {
        max_tokens: MaxTokens::Either,
        developer_role: true,
        stream_options: true,
        unsupported: &[],
    };
}

/// The name of the output limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxTokens {
    /// Both names are taken; `max_completion_tokens` is written.
    Either,
    /// Only `max_tokens`.
    MaxTokens,
    /// Only `max_completion_tokens`.
    MaxCompletionTokens,
}

/// All providers, by name.
pub static PROVIDERS: &[Provider] = &[
    Provider {
        name: "anthropic",
        title: "Anthropic",
        dialect: "anthropic-messages",
        base_url: "https://api.anthropic.com/v1",
        auth: Auth::Header("x-api-key"),
        quirks: Quirks::NONE,
        source: "https://platform.claude.com/docs/en/api/overview",
        checked: "2026-11-20",
    },
    Provider {
        name: "openai",
        title: "OpenAI",
        dialect: "openai-chat",
        base_url: "https://api.openai.com/v1",
        auth: Auth::Bearer,
        quirks: Quirks::NONE,
        source: "https://platform.openai.com/docs/api-reference/chat/create",
        checked: "2026-11-20",
    },
];
