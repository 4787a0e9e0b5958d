//! Small values published to Envoy's filter state: for access logs, rate limits and later filters.
//!
//! A fact `x` is read as `%FILTER_STATE(wasm.x:PLAIN)%` in an access log and as the property `["x"]` by a
//! later wasm filter. Names follow the OpenTelemetry GenAI semantic conventions
//! <https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/> (read 2026-11-20) where those
//! have one.

/// One fact.
#[derive(Debug)]
pub struct Fact {
    /// Its name.
    pub name: &'static str,
    /// The stages that write it, with commas between, or `any`.
    pub stage: &'static str,
    /// What it says.
    pub doc: &'static str,
    /// What it looks like.
    pub example: &'static str,
}

impl Fact {
    /// Whether the stage of that name writes it.
    pub(crate) fn is_of(&self, stage: &str) -> bool {
        self.stage == "any" || self.stage.split(", ").any(|name| name == stage)
    }
}

/// The model the client asked for.
pub const REQUEST_MODEL: &str = "gen_ai.request.model";
/// The model that answered.
pub const RESPONSE_MODEL: &str = "gen_ai.response.model";
/// The provider's row in the registry.
pub const PROVIDER: &str = "gen_ai.provider.name";
/// The prompt template that a request was made from.
pub const TEMPLATE: &str = "tollgate.template";
/// The target served the request.
pub const TARGET: &str = "tollgate.target";
/// The rule or virtual model that decided where a request goes.
pub const ROUTE: &str = "tollgate.route";
/// The model that the router sent on.
pub const ROUTE_MODEL: &str = "tollgate.route.model";
/// Why the router chose the target.
pub const ROUTE_REASON: &str = "tollgate.route.reason";
/// The share of a canary and what its judge thinks.
pub const CANARY: &str = "tollgate.canary";
/// The client's dialect.
pub const CLIENT_DIALECT: &str = "tollgate.client_dialect";
/// The provider's dialect.
pub const PROVIDER_DIALECT: &str = "tollgate.provider_dialect";
/// Paths that a translation could not carry over.
pub const DROPPED: &str = "tollgate.dropped";
/// Paths of an answer that its translation could neither carry over nor keep.
pub const DROPPED_RESPONSE: &str = "tollgate.dropped.response";
/// What personal data the request held.
pub const PII_REQUEST: &str = "tollgate.pii.request";
/// What personal data the model's answer held.
pub const PII_RESPONSE: &str = "tollgate.pii.response";
/// The code of the error that this gateway answered with.
pub const ERROR: &str = "error.type";

/// What the prompt guard decided on the request.
pub const GUARD_REQUEST: &str = "tollgate.guard.request";
/// What the prompt guard decided on the answer.
pub const GUARD_RESPONSE: &str = "tollgate.guard.response";
/// The rules that the prompt guard met.
pub const GUARD_RULES: &str = "tollgate.guard.rules";
/// How much it looked like an attack.
pub const GUARD_SCORE: &str = "tollgate.guard.score";
/// The views in which the prompt guard met its rules.
pub const GUARD_VIEWS: &str = "tollgate.guard.views";

/// The path the client asked for, before it became the provider's.
pub const PATH: &str = "url.path";

/// Prompt tokens.
pub const INPUT_TOKENS: &str = "gen_ai.usage.input_tokens";
/// Answer tokens.
pub const OUTPUT_TOKENS: &str = "gen_ai.usage.output_tokens";
/// Prompt tokens read from a cache.
pub const CACHE_READ_TOKENS: &str = "gen_ai.usage.cache_read.input_tokens";
/// Prompt tokens written to a cache.
pub const CACHE_WRITE_TOKENS: &str = "gen_ai.usage.cache_creation.input_tokens";
/// Answer tokens spent on reasoning.
pub const REASONING_TOKENS: &str = "gen_ai.usage.reasoning.output_tokens";
/// Who is calling.
pub const CONSUMER: &str = "tollgate.consumer";
/// What the call cost.
pub const COST: &str = "tollgate.cost_usd";
/// How long the call took.
pub const DURATION: &str = "tollgate.duration_ms";
/// Whether a part of the usage was counted here.
pub const ESTIMATED: &str = "tollgate.estimated";
/// When the first token came.
pub const FIRST_TOKEN: &str = "tollgate.first_token_ms";
/// The limit that the request passed.
pub const LIMIT: &str = "tollgate.limit";
/// Prompt tokens as counted before the request was sent.
pub const PROMPT_TOKENS: &str = "tollgate.prompt_tokens";
/// Prompt and answer tokens.
pub const TOTAL_TOKENS: &str = "tollgate.total_tokens";

/// All facts.
pub static FACTS: &[Fact] = &[
    Fact {
        name: ERROR,
        stage: "any",
        doc: "Code of the error that the filter answered with",
        example: "invalid_json",
    },
    Fact {
        name: PROVIDER,
        stage: "provider-translator",
        doc: "The provider's name in the registry",
        example: "anthropic",
    },
    Fact {
        name: REQUEST_MODEL,
        stage: "model-router, provider-translator",
        doc: "The model that the client asked for",
        example: "gpt-4o",
    },
    Fact {
        name: RESPONSE_MODEL,
        stage: "provider-translator, token-counter",
        doc: "The model that answered, in the provider's word",
        example: "claude-sonnet-4-5-20250929",
    },
    Fact {
        name: CACHE_WRITE_TOKENS,
        stage: "token-counter",
        doc: "Prompt tokens written to a cache",
        example: "512",
    },
    Fact {
        name: CACHE_READ_TOKENS,
        stage: "token-counter",
        doc: "Prompt tokens read from a cache",
        example: "1024",
    },
    Fact {
        name: INPUT_TOKENS,
        stage: "token-counter",
        doc: "Prompt tokens, those from a cache included",
        example: "1200",
    },
    Fact {
        name: OUTPUT_TOKENS,
        stage: "token-counter",
        doc: "Answer tokens, reasoning included",
        example: "340",
    },
    Fact {
        name: REASONING_TOKENS,
        stage: "token-counter",
        doc: "Answer tokens spent on reasoning",
        example: "128",
    },
    Fact {
        name: CANARY,
        stage: "model-router",
        doc: "The canary's share and what its judge thinks",
        example: "5 % wait",
    },
    Fact {
        name: CLIENT_DIALECT,
        stage: "any",
        doc: "The dialect that the client speaks",
        example: "openai-chat",
    },
    Fact {
        name: CONSUMER,
        stage: "token-counter",
        doc: "Who is calling, if the configuration names it, else `other`",
        example: "team-a",
    },
    Fact {
        name: COST,
        stage: "token-counter",
        doc: "What the call cost, in US dollars",
        example: "0.004250000",
    },
    Fact {
        name: DROPPED,
        stage: "provider-translator",
        doc: "Paths of the request that the provider's dialect cannot express, separated by spaces",
        example: "top_logprobs messages[1].name",
    },
    Fact {
        name: DROPPED_RESPONSE,
        stage: "provider-translator",
        doc: "Paths of the answer that the client's dialect has no place for, separated by spaces",
        example: "candidates[0].safetyRatings",
    },
    Fact {
        name: DURATION,
        stage: "token-counter",
        doc: "From the request to the end of the answer, in milliseconds",
        example: "1830",
    },
    Fact {
        name: ESTIMATED,
        stage: "token-counter",
        doc: "Whether a part of the usage was counted by the gateway",
        example: "false",
    },
    Fact {
        name: FIRST_TOKEN,
        stage: "token-counter",
        doc: "From the request to the first text of a streamed answer, in milliseconds",
        example: "410",
    },
    Fact {
        name: GUARD_REQUEST,
        stage: "prompt-guard",
        doc: "What was decided on the request: pass, report, flag, sanitize or block; behind `shadow` if it did not count",
        example: "block",
    },
    Fact {
        name: GUARD_RESPONSE,
        stage: "prompt-guard",
        doc: "What was decided on the answer, if answers are looked at",
        example: "pass",
    },
    Fact {
        name: GUARD_RULES,
        stage: "prompt-guard",
        doc: "Names of the rules and services that found something, separated by spaces; `model` is the model",
        example: "model override",
    },
    Fact {
        name: GUARD_SCORE,
        stage: "prompt-guard",
        doc: "How much the worst text looks like an attack, from 0 to 1",
        example: "0.97",
    },
    Fact {
        name: GUARD_VIEWS,
        stage: "prompt-guard",
        doc: "The views in which it was found, separated by spaces",
        example: "encoded plain",
    },
    Fact {
        name: LIMIT,
        stage: "token-counter",
        doc: "The budget, or `context`, that the request passed",
        example: "per-team",
    },
    Fact {
        name: PII_REQUEST,
        stage: "pii-redactor",
        doc: "Entities found in the request and how often, separated by spaces",
        example: "EMAIL_ADDRESS=2 PHONE_NUMBER=1",
    },
    Fact {
        name: PII_RESPONSE,
        stage: "pii-redactor",
        doc: "Entities found in what the model said and how often, separated by spaces",
        example: "EMAIL_ADDRESS=1",
    },
    Fact {
        name: PROMPT_TOKENS,
        stage: "token-counter",
        doc: "Prompt tokens as counted before the request was sent",
        example: "1198",
    },
    Fact {
        name: PROVIDER_DIALECT,
        stage: "provider-translator",
        doc: "The dialect that the provider speaks",
        example: "anthropic-messages",
    },
    Fact {
        name: ROUTE,
        stage: "model-router",
        doc: "The rule or virtual model that decided",
        example: "fast",
    },
    Fact {
        name: ROUTE_MODEL,
        stage: "model-router",
        doc: "The model that the request was sent on with",
        example: "gpt-4o-mini",
    },
    Fact {
        name: ROUTE_REASON,
        stage: "model-router",
        doc: "Why the router chose the target",
        example: "by chance, weight 70 of 100",
    },
    Fact {
        name: TARGET,
        stage: "model-router, provider-translator",
        doc: "The target that the request went to",
        example: "claude",
    },
    Fact {
        name: TEMPLATE,
        stage: "prompt-template",
        doc: "The template that the request was made from, and its version",
        example: "translate@default",
    },
    Fact {
        name: TOTAL_TOKENS,
        stage: "token-counter",
        doc: "Prompt and answer tokens together: what a rate limit service is charged",
        example: "1540",
    },
    Fact {
        name: PATH,
        stage: "any",
        doc: "The path that the client asked for, without its query",
        example: "/v1/chat/completions",
    },
];

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn rows_are_sorted_and_told_in_full() {
        assert!(FACTS.is_sorted_by_key(|fact| fact.name));
        for fact in FACTS {
            assert!(
                !fact.doc.is_empty() && !fact.doc.ends_with('.') && !fact.example.is_empty(),
                "{fact:?}"
            );
        }
    }
}
