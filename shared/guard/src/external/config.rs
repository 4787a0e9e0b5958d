//! Services that judge texts, as they are configured.

use serde::Deserialize;

use crate::config::{Action, OnError, ScopeName};

/// A service that is asked over HTTP, through one of Envoy's clusters.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExternalConfig {
    /// Its name in facts, metrics and reasons: a-z, 0-9, `-` and `_`.
    pub name: String,
    /// What it speaks.
    pub service: Service,
    /// Envoy's cluster. TLS is the cluster's.
    pub cluster: String,
    /// The `host` header.
    pub authority: String,
    /// Path and query in place of the service's usual ones.
    pub path: Option<String>,
    /// The environment variable of the VM that holds the key. Without one no key is sent: Envoy's
    /// `aws_request_signing`, `gcp_authn` or `credential_injector` on that cluster may add it.
    pub credential_env: Option<String>,
    /// Which texts it is asked about, one question for all of them.
    #[serde(default = "user_and_results")]
    pub scopes: Vec<ScopeName>,
    /// Whether it is also asked about buffered answers.
    #[serde(default)]
    pub responses: bool,
    /// How long to wait for it.
    #[serde(default = "two_seconds")]
    pub timeout_ms: u32,
    /// The most text to send, in bytes. More cannot be judged: see `on_error`.
    #[serde(default = "most_bytes")]
    pub max_bytes: usize,
    /// What happens if it does not answer, or not in its own form. By default what the filter's `on_error`
    /// says.
    pub on_error: Option<OnError>,
    /// What is done if it finds something.
    #[serde(default)]
    pub action: Action,
    /// For how long its verdict on the same text is remembered, by all workers. 0: not at all.
    #[serde(default)]
    pub cache_seconds: u32,
}

fn user_and_results() -> Vec<ScopeName> {
    vec![ScopeName::User, ScopeName::ToolResult]
}

fn two_seconds() -> u32 {
    2_000
}

fn most_bytes() -> usize {
    100_000
}

/// What a service speaks.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// Azure AI Content Safety, Prompt Shields.
    AzurePromptShields,
    /// Azure AI Content Safety, text analysis: found from this severity on (1 to 7).
    AzureTextAnalysis(u64),
    /// Amazon Bedrock ApplyGuardrail.
    BedrockGuardrail(BedrockGuardrail),
    /// Lakera Guard, with the policy of this project; the empty one is the default policy.
    Lakera(String),
    /// Google Model Armor, with this template: `projects/P/locations/L/templates/T`.
    ModelArmor(String),
    /// OpenAI moderation, with this model: `omni-moderation-latest`.
    OpenaiModeration(String),
    /// Yours: `POST` with `{"guard", "phase": "request" | "response", "texts": [{"scope", "text"}]}`, answered
    /// with `{"flagged": true | false}`.
    Webhook,
}

/// A guardrail of Amazon Bedrock.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BedrockGuardrail {
    /// Its identifier or ARN.
    pub id: String,
    /// Its version: a number or `DRAFT`.
    pub version: String,
}
