//! The provider registry: who speaks which dialect, where, and with which quirks.
//!
//! Adding an OpenAI-compatible provider is one row. A row is data; no code names a provider.

use crate::anthropic_messages::AnthropicMessages;
use crate::bedrock_converse::BedrockConverse;
use crate::cohere_chat::CohereChat;
use crate::gemini::{self, Gemini};
use crate::kserve_v2::KserveV2;
use crate::ollama_chat::OllamaChat;
use crate::openai_chat::OpenaiChat;
use crate::openai_responses::OpenaiResponses;
use crate::openai_responses::count_tokens::COUNT_TOKENS;
use crate::tfserving_predict::TfservingPredict;
use crate::unary::{Service, Services, wires};
use crate::{Codec, Dialect};

/// An endpoint that speaks a dialect.
#[derive(Debug)]
pub struct Provider {
    /// Its name in configuration, kebab-case.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The dialect it speaks.
    pub dialect: &'static dyn Codec,
    /// Scheme, host and path that the dialect's own path is appended to: `https://api.openai.com/v1`.
    /// Self-hosted ones name the port they listen on by default. `{project}` stands for something of the
    /// customer's own; configuration must give the whole URL then.
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
    /// The provider whose dialect it is: of those that speak it, the one it is named after.
    pub fn owner(dialect: &dyn Dialect) -> Option<&'static Provider> {
        PROVIDERS.iter().find(|row| {
            row.dialect.name() == dialect.name() && dialect.name().starts_with(row.name)
        })
    }

    /// The dialect to speak to it for a client of `client`: the client's own where it can be.
    pub fn dialect_for(&self, client: &dyn Dialect) -> &'static dyn Codec {
        let is_clients = |dialect: &&&'static dyn Codec| dialect.name() == client.name();
        self.quirks.also.iter().find(is_clients).copied().unwrap_or(self.dialect)
    }

    /// What it serves besides chat.
    pub fn services(&self) -> Services {
        self.quirks.services.unwrap_or_else(|| self.dialect.services())
    }

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
#[derive(Debug, Clone, Copy)]
pub struct Quirks {
    /// Further dialects that it speaks at the same base URL. Clients of one are not translated.
    pub also: &'static [&'static dyn Codec],
    /// Which names of the output limit it takes (OpenAI-style dialects).
    pub max_tokens: MaxTokens,
    /// Whether it knows the `developer` role; if not, such messages become `system`.
    pub developer_role: bool,
    /// Whether it takes `stream_options.include_usage`.
    pub stream_options: bool,
    /// Parameters it refuses; they are removed and reported as dropped. `messages[].name` names a field of
    /// every item of a list.
    pub unsupported: &'static [&'static str],
    /// What it serves besides chat, where that is not what its dialect says.
    pub services: Option<Services>,
}

impl Quirks {
    /// Nothing is different.
    pub const NONE: Quirks = Quirks {
        also: &[],
        max_tokens: MaxTokens::Either,
        developer_role: true,
        stream_options: true,
        unsupported: &[],
        services: None,
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
///
/// Where a provider's documentation does not mention the `developer` role, it gets `system`, which all know;
/// where it mentions one name of the output limit only, that one is written.
pub static PROVIDERS: &[Provider] = &[
    Provider {
        name: "anthropic",
        title: "Anthropic",
        dialect: &AnthropicMessages,
        base_url: "https://api.anthropic.com/v1",
        auth: Auth::Header("x-api-key"),
        quirks: Quirks::NONE,
        source: "https://platform.claude.com/docs/en/api/overview",
        checked: "2026-11-20",
    },
    Provider {
        name: "bedrock",
        title: "Amazon Bedrock",
        dialect: &BedrockConverse,
        base_url: "https://bedrock-runtime.{region}.amazonaws.com",
        auth: Auth::Bearer,
        quirks: Quirks::NONE,
        source: "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html",
        checked: "2026-11-21",
    },
    Provider {
        name: "cerebras",
        title: "Cerebras",
        dialect: &OpenaiChat,
        base_url: "https://api.cerebras.ai/v1",
        auth: Auth::Bearer,
        quirks: Quirks { developer_role: false, ..Quirks::NONE },
        source: "https://inference-docs.cerebras.ai/resources/openai",
        checked: "2026-11-20",
    },
    Provider {
        name: "cohere",
        title: "Cohere",
        dialect: &CohereChat,
        base_url: "https://api.cohere.com/v2",
        auth: Auth::Bearer,
        quirks: Quirks::NONE,
        source: "https://docs.cohere.com/reference/chat",
        checked: "2026-11-21",
    },
    Provider {
        name: "deepinfra",
        title: "DeepInfra",
        dialect: &OpenaiChat,
        base_url: "https://api.deepinfra.com/v1/openai",
        auth: Auth::Bearer,
        quirks: Quirks {
            max_tokens: MaxTokens::MaxTokens,
            developer_role: false,
            services: Some(Services::OPENAI_COMPLETIONS),
            ..Quirks::NONE
        },
        source: "https://deepinfra.com/docs/openai_api",
        checked: "2026-11-20",
    },
    Provider {
        name: "deepseek",
        title: "DeepSeek",
        dialect: &OpenaiChat,
        base_url: "https://api.deepseek.com",
        auth: Auth::Bearer,
        quirks: Quirks { max_tokens: MaxTokens::MaxTokens, developer_role: false, ..Quirks::NONE },
        source: "https://api-docs.deepseek.com/api/create-chat-completion",
        checked: "2026-11-20",
    },
    Provider {
        name: "fireworks",
        title: "Fireworks AI",
        dialect: &OpenaiChat,
        base_url: "https://api.fireworks.ai/inference/v1",
        auth: Auth::Bearer,
        quirks: Quirks {
            max_tokens: MaxTokens::MaxTokens,
            developer_role: false,
            services: Some(Services::OPENAI_COMPLETIONS),
            ..Quirks::NONE
        },
        source: "https://docs.fireworks.ai/tools-sdks/openai-compatibility",
        checked: "2026-11-20",
    },
    Provider {
        name: "gemini",
        title: "Google AI Studio",
        dialect: &Gemini,
        base_url: "https://generativelanguage.googleapis.com/v1beta",
        auth: Auth::Header("x-goog-api-key"),
        quirks: Quirks {
            unsupported: &["generationConfig.audioTimestamp", "generationConfig.routingConfig"],
            ..Quirks::NONE
        },
        source: "https://ai.google.dev/api/generate-content",
        checked: "2026-11-21",
    },
    Provider {
        name: "groq",
        title: "Groq",
        dialect: &OpenaiChat,
        base_url: "https://api.groq.com/openai/v1",
        auth: Auth::Bearer,
        quirks: Quirks {
            // https://console.groq.com/docs/responses-api (read 2026-11-21).
            also: &[&OpenaiResponses],
            // Usage comes unasked, under `x_groq`.
            stream_options: false,
            unsupported: &["logit_bias", "logprobs", "messages[].name", "top_logprobs"],
            ..Quirks::NONE
        },
        source: "https://console.groq.com/docs/openai",
        checked: "2026-11-20",
    },
    Provider {
        name: "huggingface-router",
        title: "Hugging Face Inference Providers",
        dialect: &OpenaiChat,
        base_url: "https://router.huggingface.co/v1",
        auth: Auth::Bearer,
        quirks: Quirks { max_tokens: MaxTokens::MaxTokens, developer_role: false, ..Quirks::NONE },
        source: "https://huggingface.co/docs/inference-providers/tasks/chat-completion",
        checked: "2026-11-20",
    },
    Provider {
        name: "jina",
        title: "Jina AI (embeddings, rerank)",
        dialect: &OpenaiChat,
        base_url: "https://api.jina.ai/v1",
        auth: Auth::Bearer,
        quirks: Quirks {
            services: Some(Services { rerank: Some(Service::Same("/rerank")), ..Services::OPENAI }),
            ..Quirks::NONE
        },
        source: "https://jina.ai/reranker/",
        checked: "2026-11-21",
    },
    Provider {
        name: "kserve",
        title: "KServe",
        dialect: &KserveV2,
        base_url: "http://localhost:8080/v2",
        auth: Auth::Bearer,
        quirks: Quirks::NONE,
        source: "https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/generate_rest.yaml",
        checked: "2026-11-21",
    },
    Provider {
        name: "mistral",
        title: "Mistral AI",
        dialect: &OpenaiChat,
        base_url: "https://api.mistral.ai/v1",
        auth: Auth::Bearer,
        quirks: Quirks {
            max_tokens: MaxTokens::MaxTokens,
            developer_role: false,
            // Usage comes unasked; unknown parameters are refused.
            stream_options: false,
            unsupported: &[
                "audio",
                "logit_bias",
                "logprobs",
                "modalities",
                "moderation",
                "prompt_cache_options",
                "prompt_cache_retention",
                "safety_identifier",
                "seed",
                "service_tier",
                "store",
                "top_logprobs",
                "user",
                "verbosity",
                "web_search_options",
            ],
            ..Quirks::NONE
        },
        source: "https://docs.mistral.ai/api",
        checked: "2026-11-20",
    },
    Provider {
        name: "nvidia-nim",
        title: "NVIDIA NIM",
        dialect: &OpenaiChat,
        base_url: "https://integrate.api.nvidia.com/v1",
        auth: Auth::Bearer,
        quirks: Quirks { max_tokens: MaxTokens::MaxTokens, developer_role: false, ..Quirks::NONE },
        source: "https://docs.nvidia.com/nim/large-language-models/latest/reference/api-reference.html",
        checked: "2026-11-20",
    },
    Provider {
        name: "ollama",
        title: "Ollama",
        dialect: &OpenaiChat,
        base_url: "http://localhost:11434/v1",
        auth: Auth::Bearer,
        quirks: Quirks {
            max_tokens: MaxTokens::MaxTokens,
            developer_role: false,
            services: Some(Services::OPENAI_COMPLETIONS),
            ..Quirks::NONE
        },
        source: "https://github.com/ollama/ollama/blob/main/docs/api/openai-compatibility.mdx",
        checked: "2026-11-20",
    },
    Provider {
        name: "ollama-chat",
        title: "Ollama (its own API)",
        dialect: &OllamaChat,
        base_url: "http://localhost:11434/api",
        auth: Auth::Bearer,
        quirks: Quirks::NONE,
        source: "https://docs.ollama.com/api/chat",
        checked: "2026-11-21",
    },
    Provider {
        name: "openai",
        title: "OpenAI",
        dialect: &OpenaiChat,
        base_url: "https://api.openai.com/v1",
        auth: Auth::Bearer,
        quirks: Quirks {
            also: &[&OpenaiResponses],
            services: Some(Services {
                // https://platform.openai.com/docs/api-reference/responses/input-tokens (read 2026-11-21).
                count_tokens: Some(Service::Other(&COUNT_TOKENS)),
                ..Services::OPENAI_COMPLETIONS
            }),
            ..Quirks::NONE
        },
        source: "https://platform.openai.com/docs/api-reference/chat/create",
        checked: "2026-11-20",
    },
    Provider {
        name: "openai-responses",
        title: "OpenAI (Responses)",
        dialect: &OpenaiResponses,
        base_url: "https://api.openai.com/v1",
        auth: Auth::Bearer,
        quirks: Quirks {
            services: Some(Services {
                count_tokens: Some(Service::Other(&COUNT_TOKENS)),
                ..Services::OPENAI_COMPLETIONS
            }),
            ..Quirks::NONE
        },
        source: "https://platform.openai.com/docs/api-reference/responses/create",
        checked: "2026-11-21",
    },
    Provider {
        name: "openrouter",
        title: "OpenRouter",
        dialect: &OpenaiChat,
        base_url: "https://openrouter.ai/api/v1",
        auth: Auth::Bearer,
        quirks: Quirks { services: Some(Services::OPENAI_COMPLETIONS), ..Quirks::NONE },
        source: "https://openrouter.ai/docs/api-reference/parameters",
        checked: "2026-11-20",
    },
    Provider {
        name: "text-embeddings-inference",
        title: "Text Embeddings Inference",
        dialect: &OpenaiChat,
        // Its own paths; OpenAI's are served below `/v1` too, and in the same words.
        base_url: "http://localhost:8080",
        auth: Auth::Bearer,
        quirks: Quirks {
            services: Some(Services {
                embeddings: Some(Service::Same("/v1/embeddings")),
                rerank: Some(Service::Other(&wires::TEI_RERANK)),
                ..Services::NONE
            }),
            ..Quirks::NONE
        },
        source: "https://huggingface.github.io/text-embeddings-inference/",
        checked: "2026-11-21",
    },
    Provider {
        name: "tfserving",
        title: "TensorFlow Serving",
        dialect: &TfservingPredict,
        base_url: "http://localhost:8501",
        auth: Auth::Bearer,
        quirks: Quirks::NONE,
        source: "https://www.tensorflow.org/tfx/serving/api_rest",
        checked: "2026-11-21",
    },
    Provider {
        name: "together",
        title: "Together AI",
        dialect: &OpenaiChat,
        base_url: "https://api.together.ai/v1",
        auth: Auth::Bearer,
        quirks: Quirks {
            max_tokens: MaxTokens::MaxTokens,
            developer_role: false,
            services: Some(Services::OPENAI_COMPLETIONS),
            ..Quirks::NONE
        },
        source: "https://docs.together.ai/docs/inference/openai-compatibility",
        checked: "2026-11-20",
    },
    Provider {
        name: "triton",
        title: "NVIDIA Triton",
        dialect: &KserveV2,
        base_url: "http://localhost:8000/v2",
        auth: Auth::Bearer,
        // Parameters are strings, numbers or booleans.
        quirks: Quirks { unsupported: &["parameters.stop"], ..Quirks::NONE },
        source: "https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/extension_generate.html",
        checked: "2026-11-21",
    },
    Provider {
        name: "vertex-ai",
        title: "Google Vertex AI",
        dialect: &Gemini,
        base_url: "https://aiplatform.googleapis.com/v1/projects/{project}/locations/global/publishers/google",
        auth: Auth::Bearer,
        quirks: Quirks {
            unsupported: &["generationConfig.enableEnhancedCivicAnswers", "store"],
            services: Some(Services {
                count_tokens: Some(Service::Other(&gemini::count_tokens::VERTEX)),
                embeddings: Some(Service::Other(&gemini::embeddings::VERTEX)),
                ..Services::NONE
            }),
            ..Quirks::NONE
        },
        source: "https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference",
        checked: "2026-11-21",
    },
    Provider {
        name: "vllm",
        title: "vLLM",
        dialect: &OpenaiChat,
        base_url: "http://localhost:8000/v1",
        auth: Auth::Bearer,
        quirks: Quirks {
            developer_role: false,
            services: Some(Services {
                rerank: Some(Service::Same("/rerank")),
                ..Services::OPENAI_COMPLETIONS
            }),
            ..Quirks::NONE
        },
        source: "https://docs.vllm.ai/en/stable/serving/openai_compatible_server/",
        checked: "2026-11-20",
    },
    Provider {
        name: "voyage",
        title: "Voyage AI (embeddings, rerank)",
        dialect: &OpenaiChat,
        base_url: "https://api.voyageai.com/v1",
        auth: Auth::Bearer,
        quirks: Quirks {
            services: Some(Services {
                embeddings: Some(Service::Other(&wires::VOYAGE_EMBEDDINGS)),
                rerank: Some(Service::Other(&wires::VOYAGE_RERANK)),
                ..Services::NONE
            }),
            ..Quirks::NONE
        },
        source: "https://docs.voyageai.com/reference/reranker-api",
        checked: "2026-11-21",
    },
    Provider {
        name: "xai",
        title: "xAI",
        dialect: &OpenaiChat,
        base_url: "https://api.x.ai/v1",
        auth: Auth::Bearer,
        quirks: Quirks {
            // https://docs.x.ai/developers/model-capabilities/text/comparison.md (read 2026-11-21).
            also: &[&OpenaiResponses],
            developer_role: false,
            unsupported: &["logit_bias"],
            ..Quirks::NONE
        },
        source: "https://docs.x.ai/docs/api-reference",
        checked: "2026-11-20",
    },
];

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn names_are_unique_sorted_and_kebab_case() {
        let names: Vec<_> = PROVIDERS.iter().map(|provider| provider.name).collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
        for name in names {
            let words = name.split('-');
            let is_word = |word: &str| {
                !word.is_empty()
                    && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
            };
            assert!(words.clone().all(is_word), "{name}");
            assert_eq!(Provider::by_name(name).map(|provider| provider.name), Some(name));
        }
    }

    #[test]
    fn a_client_is_not_translated_where_the_provider_speaks_its_dialect() {
        for provider in PROVIDERS {
            assert_eq!(provider.dialect_for(provider.dialect).name(), provider.dialect.name());
            for dialect in provider.quirks.also {
                assert_ne!(dialect.name(), provider.dialect.name(), "{}", provider.name);
                assert_eq!(provider.dialect_for(*dialect).name(), dialect.name());
            }
        }
        let openai = Provider::by_name("openai").unwrap();
        assert_eq!(openai.dialect_for(&OpenaiResponses).name(), OpenaiResponses.name());
        assert_eq!(openai.dialect_for(&AnthropicMessages).name(), OpenaiChat.name());
    }

    #[test]
    fn every_row_has_a_title() {
        for provider in PROVIDERS {
            assert!(!provider.title.is_empty(), "{}", provider.name);
        }
    }

    #[test]
    fn urls_are_encrypted_unless_local_and_can_be_appended_to() {
        for Provider { name, base_url, source, .. } in PROVIDERS {
            let is_local = base_url.starts_with("http://localhost:");
            assert!(base_url.starts_with("https://") || is_local, "{name}: {base_url}");
            assert!(
                !base_url.ends_with('/') && !base_url.contains(['?', '#']),
                "{name}: {base_url}"
            );
            assert!(source.starts_with("https://"), "{name}: {source}");
        }
    }

    #[test]
    fn every_row_says_when_it_was_checked() {
        for Provider { name, checked, .. } in PROVIDERS {
            let parts: Vec<_> = checked.split('-').collect();
            let lengths: Vec<_> = parts.iter().map(|part| part.len()).collect();
            assert_eq!(lengths, [4, 2, 2], "{name}: {checked}");
            let [year, month, day] = [0, 1, 2].map(|at| parts[at].parse::<u32>().unwrap());
            assert!(year >= 2026 && (1..=12).contains(&month) && (1..=31).contains(&day), "{name}");
        }
    }

    #[test]
    fn unsupported_parameters_are_sorted() {
        for Provider { name, quirks, .. } in PROVIDERS {
            assert!(quirks.unsupported.is_sorted_by(|a, b| a < b), "{name}");
        }
    }

    #[test]
    fn a_key_goes_where_the_provider_looks_for_it() {
        assert_eq!(Auth::Bearer.header("k"), ("authorization", "Bearer k".to_owned()));
        assert_eq!(Auth::Header("x-api-key").header("k"), ("x-api-key", "k".to_owned()));
    }
}
