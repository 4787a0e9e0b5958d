//! Quirks that take more than a line in their row.

use super::{CallIds, Formats, Hosting, MaxTokens, Quirks, StreamForm, ToolChoices};
use crate::bedrock_converse::BedrockConverse;
use crate::gemini::{self, Gemini};
use crate::openai_chat::count_tokens::TOKENIZE;
use crate::openai_responses::OpenaiResponses;
use crate::openai_responses::count_tokens::COUNT_TOKENS;
use crate::unary::{Service, Services, wires};

/// What its filter found comes in chunks that name no kind (<https://github.com/microsoft/autogen/issues/6465>, read
/// 2026-11-21).
pub(super) const AZURE: Quirks =
    Quirks { keeps_values: false, unsupported: THOUGHTS, ..Quirks::NONE };

/// What other providers' answers add to a message, and clients give back. OpenAI knows none of it
/// (<https://github.com/openai/openai-python/pull/2192>, read 2026-11-21).
const THOUGHTS: &[&str] = &[
    "messages[].reasoning",
    "messages[].reasoning_content",
    "messages[].reasoning_details",
    "messages[].thinking_blocks",
    "messages[].tool_calls[].extra_content",
];

/// The name of the deployment stands in the path, the version in the query.
pub(super) const AZURE_DEPLOYMENTS: Quirks = Quirks {
    hosting: Some(Hosting {
        path: "/{model}{path}",
        query: &[("api-version", "2024-10-21")],
        ..Hosting::NONE
    }),
    ..AZURE
};

/// Anthropic's API as Amazon's InvokeModel carries it.
pub(super) const BEDROCK_INVOKE: Quirks = Quirks {
    hosting: Some(Hosting {
        path: "/model/{model}/invoke",
        stream_path: Some("/model/{model}/invoke-with-response-stream"),
        without: &["model", "stream"],
        fields: &[("anthropic_version", "bedrock-2023-05-31")],
        header_as_list: Some(("anthropic-beta", "anthropic_beta")),
        without_headers: &["anthropic-version"],
        stream_form: StreamForm::Bytes,
        errors: Some(&BedrockConverse),
        ..Hosting::NONE
    }),
    services: Some(Services::NONE),
    ..Quirks::NONE
};

/// Anthropic's API as Google's rawPredict carries it.
pub(super) const VERTEX_ANTHROPIC: Quirks = Quirks {
    searches: true,
    hosting: Some(Hosting {
        path: "/{model}:rawPredict",
        stream_path: Some("/{model}:streamRawPredict"),
        without: &["model"],
        fields: &[("anthropic_version", "vertex-2023-10-16")],
        without_headers: &["anthropic-version"],
        errors: Some(&Gemini),
        ..Hosting::NONE
    }),
    services: Some(Services::NONE),
    ..Quirks::NONE
};

/// Unknown parameters are refused, and unknown fields of messages; what is known stands in
/// <https://github.com/mistralai/client-python> (of 2026-06-30). Usage comes unasked. Ids of calls:
/// <https://mistralai.github.io/mistral-common/usage/tools/>, refused still in
/// <https://github.com/nearai/ironclaw/issues/1241> (of 2026-03-16). The order of messages:
/// <https://github.com/NousResearch/hermes-agent/issues/20154> (of 2026-05-05; all read 2026-11-21).
pub(super) const MISTRAL: Quirks = Quirks {
    stream_options: false,
    call_ids: CallIds::Nine,
    word_after_results: true,
    renamed: &[("seed", "random_seed")],
    services: Some(Services {
        embeddings: Some(Service::Other(&wires::MISTRAL_EMBEDDINGS)),
        ..Services::NONE
    }),
    unsupported: &[
        "audio",
        "function_call",
        "functions",
        "logit_bias",
        "logprobs",
        "messages[].annotations",
        "messages[].audio",
        "messages[].function_call",
        "messages[].name",
        "messages[].reasoning",
        "messages[].reasoning_content",
        "messages[].refusal",
        "messages[].thinking_blocks",
        "messages[].tool_calls[].extra_content",
        "modalities",
        "moderation",
        "prompt_cache_options",
        "prompt_cache_retention",
        "safety_identifier",
        "service_tier",
        "store",
        "top_logprobs",
        "user",
        "verbosity",
        "web_search_options",
    ],
    ..Quirks::COMPATIBLE
};

/// The temperature is on Zhipu's own page. The rest is from
/// <https://java.agentscope.io/v2/en/integration/model/glm> (read 2026-11-21), a page of somebody else.
pub(super) const ZHIPU: Quirks = Quirks {
    max_temperature: 1.0,
    // https://docs.bigmodel.cn/cn/guide/capabilities/thinking-mode
    thoughts_back: true,
    thinking_switch: true,
    stream_options: false,
    tool_choice: ToolChoices::Auto,
    formats: Formats::JsonObject,
    unsupported: &[
        "frequency_penalty",
        "messages[].name",
        "presence_penalty",
        "tools[].function.strict",
    ],
    ..Quirks::COMPATIBLE
};

/// Responses: <https://console.groq.com/docs/responses-api>. Usage of a stream in OpenAI's place comes if asked for
/// (<https://console.groq.com/docs/api-reference>; tried in <https://github.com/withceleste/celeste-python/pull/351>);
/// under `x_groq` it always comes. Tiers: <https://console.groq.com/docs/service-tiers>. All read 2026-11-21.
pub(super) const GROQ: Quirks = Quirks {
    also: &[&OpenaiResponses],
    keeps_values: false,
    // Fields of messages: https://github.com/tashfeenahmed/freellmapi/issues/1070 (of 2026-08-30) and the types of
    // https://github.com/groq/groq-python (of 2026-08-18).
    unsupported: &[
        "logit_bias",
        "logprobs",
        "messages[].annotations",
        "messages[].audio",
        "messages[].name",
        "messages[].reasoning_content",
        "messages[].refusal",
        "messages[].thinking_blocks",
        "messages[].tool_calls[].extra_content",
        "top_logprobs",
    ],
    ..Quirks::NONE
};

/// The temperature is above 0 and up to 1, says <https://www.promptfoo.dev/docs/providers/minimax/> (read
/// 2026-11-21), a page of somebody else.
pub(super) const MINIMAX: Quirks = Quirks {
    also: &[&OpenaiResponses],
    max_tokens: MaxTokens::MaxCompletionTokens,
    max_temperature: 1.0,
    ..Quirks::COMPATIBLE
};

/// Completions of texts too.
pub(super) const COMPLETIONS: Quirks =
    Quirks { services: Some(Services::OPENAI_COMPLETIONS), ..Quirks::COMPATIBLE };

/// Orders too, in Cohere's words: <https://github.com/togethercomputer/openapi> (of 2026-04-28, read 2026-11-21).
pub(super) const TOGETHER: Quirks = Quirks {
    services: Some(Services {
        rerank: Some(Service::Same("/rerank")),
        ..Services::OPENAI_COMPLETIONS
    }),
    ..Quirks::COMPATIBLE
};

/// All of OpenAI's own. <https://platform.openai.com/docs/api-reference/responses/input-tokens> (read
/// 2026-11-21).
pub(super) const OPENAI: Quirks = Quirks {
    searches: true,
    services: Some(Services {
        count_tokens: Some(Service::Other(&COUNT_TOKENS)),
        ..Services::OPENAI_COMPLETIONS
    }),
    unsupported: THOUGHTS,
    ..Quirks::NONE
};

pub(super) const JINA: Quirks = Quirks {
    services: Some(Services { rerank: Some(Service::Same("/rerank")), ..Services::OPENAI }),
    ..Quirks::NONE
};

/// Its own paths; OpenAI's are served below `/v1` too, and in the same words.
pub(super) const TEI: Quirks = Quirks {
    services: Some(Services {
        embeddings: Some(Service::Same("/v1/embeddings")),
        rerank: Some(Service::Other(&wires::TEI_RERANK)),
        ..Services::NONE
    }),
    ..Quirks::NONE
};

/// Google's own models.
pub(super) const VERTEX: Quirks = Quirks {
    searches: true,
    services: Some(Services {
        count_tokens: Some(Service::Other(&gemini::count_tokens::VERTEX)),
        embeddings: Some(Service::Other(&gemini::embeddings::VERTEX)),
        ..Services::NONE
    }),
    unsupported: &["generationConfig.enableEnhancedCivicAnswers", "store"],
    ..Quirks::NONE
};

pub(super) const VLLM: Quirks = Quirks {
    max_tokens: MaxTokens::Either,
    services: Some(Services {
        count_tokens: Some(Service::Other(&TOKENIZE)),
        rerank: Some(Service::Same("/rerank")),
        ..Services::OPENAI_COMPLETIONS
    }),
    ..Quirks::COMPATIBLE
};

pub(super) const VOYAGE: Quirks = Quirks {
    services: Some(Services {
        embeddings: Some(Service::Other(&wires::VOYAGE_EMBEDDINGS)),
        rerank: Some(Service::Other(&wires::VOYAGE_RERANK)),
        ..Services::NONE
    }),
    ..Quirks::NONE
};
