//! Services that others run.

use super::{Auth, COMPATIBLE, Formats, MaxTokens, Provider, Quirks, known};
use crate::anthropic_messages::AnthropicMessages;
use crate::bedrock_converse::BedrockConverse;
use crate::cohere_chat::CohereChat;
use crate::gemini::Gemini;
use crate::openai_responses::OpenaiResponses;
use crate::unary::Services;

/// By name.
///
/// Where a provider's documentation does not mention the `developer` role, it gets `system`, which all know;
/// where it mentions one name of the output limit only, that one is written. Where only a page of somebody else
/// was at hand, the row says so.
pub(super) const HOSTED: &[Provider] = &[
    // AI21's own pages could not be read; parameters as Amazon documents them for the same models.
    Provider {
        name: "ai21",
        title: "AI21 Labs",
        base_url: "https://api.ai21.com/studio/v1",
        quirks: Quirks { formats: Formats::JsonObject, ..Quirks::COMPATIBLE },
        source: "https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-jamba.html",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "anthropic",
        title: "Anthropic",
        dialect: &AnthropicMessages,
        base_url: "https://api.anthropic.com/v1",
        auth: Auth::Header("x-api-key"),
        quirks: Quirks { searches: true, ..Quirks::NONE },
        source: "https://platform.claude.com/docs/en/api/overview",
        checked: "2026-11-20",
    },
    Provider {
        name: "azure-openai",
        title: "Azure OpenAI (v1)",
        base_url: "https://{resource}.openai.azure.com/openai/v1",
        auth: Auth::Header("api-key"),
        quirks: Quirks { also: &[&OpenaiResponses], ..known::AZURE },
        source: "https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    // The model is the name of a deployment. The version is the last that was made for this path.
    Provider {
        name: "azure-openai-deployments",
        title: "Azure OpenAI (deployments)",
        base_url: "https://{resource}.openai.azure.com/openai/deployments",
        auth: Auth::Header("api-key"),
        quirks: known::AZURE_DEPLOYMENTS,
        source: "https://learn.microsoft.com/azure/ai-services/openai/reference",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    // Its own page could not be read; the address is as LangChain's ChatBaichuan has it.
    Provider {
        name: "baichuan",
        title: "Baichuan",
        base_url: "https://api.baichuan-ai.com/v1",
        source: "https://platform.baichuan-ai.com/docs/api",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "bedrock",
        title: "Amazon Bedrock",
        dialect: &BedrockConverse,
        base_url: "https://bedrock-runtime.{region}.amazonaws.com",
        quirks: Quirks::NONE,
        source: "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "bedrock-anthropic",
        title: "Anthropic on Amazon Bedrock",
        dialect: &AnthropicMessages,
        base_url: "https://bedrock-runtime.{region}.amazonaws.com/anthropic/v1",
        quirks: Quirks::NONE,
        source: "https://docs.aws.amazon.com/bedrock/latest/userguide/inference-messages-api.html",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "bedrock-anthropic-invoke",
        title: "Anthropic on Amazon Bedrock (InvokeModel)",
        dialect: &AnthropicMessages,
        base_url: "https://bedrock-runtime.{region}.amazonaws.com",
        quirks: known::BEDROCK_INVOKE,
        source: "https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "cerebras",
        title: "Cerebras",
        base_url: "https://api.cerebras.ai/v1",
        quirks: Quirks {
            max_tokens: MaxTokens::Either,
            // https://github.com/Kilo-Org/kilocode/issues/10375 (of 2026-05-19, read 2026-11-21).
            unsupported: &[
                "messages[].reasoning_content",
                "messages[].thinking_blocks",
                "messages[].tool_calls[].extra_content",
            ],
            ..Quirks::COMPATIBLE
        },
        source: "https://inference-docs.cerebras.ai/resources/openai",
        checked: "2026-11-20",
        ..COMPATIBLE
    },
    Provider {
        name: "cloudflare-workers-ai",
        title: "Cloudflare Workers AI",
        base_url: "https://api.cloudflare.com/client/v4/accounts/{account_id}/ai/v1",
        quirks: Quirks { also: &[&OpenaiResponses], ..Quirks::COMPATIBLE },
        source: "https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "cohere",
        title: "Cohere",
        dialect: &CohereChat,
        base_url: "https://api.cohere.com/v2",
        quirks: Quirks::NONE,
        source: "https://docs.cohere.com/reference/chat",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    // Singapore's address for all workspaces; other regions and `{WorkspaceId}.….maas.aliyuncs.com` by
    // `base_url`.
    Provider {
        name: "dashscope",
        title: "Alibaba Cloud Model Studio (Qwen)",
        base_url: "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        source: "https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    // The model is the name of a serving endpoint.
    Provider {
        name: "databricks",
        title: "Databricks",
        base_url: "https://{workspace}/serving-endpoints",
        source: "https://docs.databricks.com/machine-learning/model-serving/score-foundation-models.html",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "deepinfra",
        title: "DeepInfra",
        base_url: "https://api.deepinfra.com/v1/openai",
        quirks: known::COMPLETIONS,
        source: "https://deepinfra.com/docs/openai_api",
        checked: "2026-11-20",
        ..COMPATIBLE
    },
    Provider {
        name: "deepseek",
        title: "DeepSeek",
        base_url: "https://api.deepseek.com",
        // https://api-docs.deepseek.com/guides/thinking_mode
        quirks: Quirks {
            formats: Formats::JsonObject,
            thoughts_back: true,
            thinking_switch: true,
            ..Quirks::COMPATIBLE
        },
        source: "https://api-docs.deepseek.com/api/create-chat-completion",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "fireworks",
        title: "Fireworks AI",
        base_url: "https://api.fireworks.ai/inference/v1",
        quirks: known::COMPLETIONS,
        source: "https://docs.fireworks.ai/tools-sdks/openai-compatibility",
        checked: "2026-11-20",
        ..COMPATIBLE
    },
    Provider {
        name: "gemini",
        title: "Google AI Studio",
        dialect: &Gemini,
        base_url: "https://generativelanguage.googleapis.com/v1beta",
        auth: Auth::Header("x-goog-api-key"),
        quirks: Quirks {
            searches: true,
            unsupported: &["generationConfig.audioTimestamp", "generationConfig.routingConfig"],
            ..Quirks::NONE
        },
        source: "https://ai.google.dev/api/generate-content",
        checked: "2026-11-21",
    },
    Provider {
        name: "github-models",
        title: "GitHub Models",
        base_url: "https://models.github.ai/inference",
        quirks: Quirks { headers: &[("x-github-api-version", "2022-11-28")], ..Quirks::COMPATIBLE },
        source: "https://docs.github.com/en/rest/models/inference",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "groq",
        title: "Groq",
        base_url: "https://api.groq.com/openai/v1",
        quirks: known::GROQ,
        source: "https://console.groq.com/docs/openai",
        checked: "2026-11-20",
        ..COMPATIBLE
    },
    Provider {
        name: "huggingface-router",
        title: "Hugging Face Inference Providers",
        base_url: "https://router.huggingface.co/v1",
        source: "https://huggingface.co/docs/inference-providers/tasks/chat-completion",
        checked: "2026-11-20",
        ..COMPATIBLE
    },
    Provider {
        name: "hunyuan",
        title: "Tencent Hunyuan",
        base_url: "https://api.hunyuan.cloud.tencent.com/v1",
        source: "https://cloud.tencent.com/document/product/1729/111007",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    // The address is as in Hyperbolic's own package for the AI SDK, version 2.0.0.
    Provider {
        name: "hyperbolic",
        title: "Hyperbolic",
        base_url: "https://api.hyperbolic.xyz/v1",
        source: "https://github.com/HyperbolicLabs/hyperbolic-ts/tree/main/packages/ai-sdk-provider",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "jina",
        title: "Jina AI (embeddings, rerank)",
        base_url: "https://api.jina.ai/v1",
        quirks: known::JINA,
        source: "https://jina.ai/reranker/",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    // Its page says that the service was shut down on a September 25th; the row says what it was.
    Provider {
        name: "lambda",
        title: "Lambda (shut down)",
        base_url: "https://api.lambda.ai/v1",
        source: "https://docs.lambda.ai/public-cloud/lambda-inference-api",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "minimax",
        title: "MiniMax",
        base_url: "https://api.minimax.io/v1",
        quirks: known::MINIMAX,
        source: "https://platform.minimaxi.com/docs/api-reference/text-chat-openai.md",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "mistral",
        title: "Mistral AI",
        base_url: "https://api.mistral.ai/v1",
        quirks: known::MISTRAL,
        source: "https://docs.mistral.ai/api",
        checked: "2026-11-20",
        ..COMPATIBLE
    },
    // China's address is `https://api.moonshot.cn/v1`.
    Provider {
        name: "moonshot",
        title: "Moonshot AI (Kimi)",
        base_url: "https://api.moonshot.ai/v1",
        quirks: Quirks {
            also: &[&OpenaiResponses],
            max_tokens: MaxTokens::Either,
            max_temperature: 1.0,
            // https://platform.kimi.ai/docs/guide/use-kimi-k2-thinking-model
            thoughts_back: true,
            // https://java.agentscope.io/v2/en/integration/model/kimi (read 2026-11-21), a page of somebody else.
            thinking_switch: true,
            ..Quirks::COMPATIBLE
        },
        source: "https://platform.kimi.ai/docs/api/overview",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "nebius",
        title: "Nebius Token Factory",
        base_url: "https://api.tokenfactory.nebius.com/v1",
        source: "https://docs.tokenfactory.nebius.com/api-reference/introduction",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "novita",
        title: "Novita AI",
        base_url: "https://api.novita.ai/openai/v1",
        source: "https://novita.ai/docs/guides/llm-api",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "nvidia-nim",
        title: "NVIDIA NIM",
        base_url: "https://integrate.api.nvidia.com/v1",
        source: "https://docs.nvidia.com/nim/large-language-models/latest/reference/api-reference.html",
        checked: "2026-11-20",
        ..COMPATIBLE
    },
    Provider {
        name: "openai",
        title: "OpenAI",
        base_url: "https://api.openai.com/v1",
        quirks: Quirks { also: &[&OpenaiResponses], ..known::OPENAI },
        source: "https://platform.openai.com/docs/api-reference/chat/create",
        checked: "2026-11-20",
        ..COMPATIBLE
    },
    Provider {
        name: "openai-responses",
        title: "OpenAI (Responses)",
        dialect: &OpenaiResponses,
        base_url: "https://api.openai.com/v1",
        quirks: known::OPENAI,
        source: "https://platform.openai.com/docs/api-reference/responses/create",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "openrouter",
        title: "OpenRouter",
        base_url: "https://openrouter.ai/api/v1",
        quirks: Quirks {
            keeps_values: false,
            services: Some(Services::OPENAI_COMPLETIONS),
            ..Quirks::NONE
        },
        source: "https://openrouter.ai/docs/api-reference/parameters",
        checked: "2026-11-20",
        ..COMPATIBLE
    },
    // Sonar's Chat Completions ended on 2026-09-27 (https://docs.stigg.io says so); what is left is the
    // Responses API.
    Provider {
        name: "perplexity",
        title: "Perplexity",
        dialect: &OpenaiResponses,
        base_url: "https://api.perplexity.ai/v1",
        quirks: Quirks::NONE,
        source: "https://docs.perplexity.ai/docs/agent-api/openai-compatibility",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "sambanova",
        title: "SambaNova",
        base_url: "https://api.sambanova.ai/v1",
        source: "https://docs.sambanova.ai/docs/en/features/openai-compatibility",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "siliconflow",
        title: "SiliconFlow",
        base_url: "https://api.siliconflow.cn/v1",
        quirks: Quirks {
            // https://docs.siliconflow.cn/docs/api/messages-post (read 2026-11-21).
            also: &[&AnthropicMessages],
            ..Quirks::COMPATIBLE
        },
        source: "https://docs.siliconflow.cn/docs/api/chat-completions-post",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "stepfun",
        title: "StepFun",
        base_url: "https://api.stepfun.com/v1",
        quirks: Quirks {
            // https://platform.stepfun.com/docs/zh/api-reference/chat/messages-create (read 2026-11-21).
            also: &[&AnthropicMessages],
            ..Quirks::COMPATIBLE
        },
        source: "https://platform.stepfun.com/docs/zh/api-reference/chat/chat-completion-create",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "together",
        title: "Together AI",
        base_url: "https://api.together.ai/v1",
        quirks: known::TOGETHER,
        source: "https://docs.together.ai/docs/inference/openai-compatibility",
        checked: "2026-11-20",
        ..COMPATIBLE
    },
    Provider {
        name: "vertex-ai",
        title: "Google Vertex AI",
        dialect: &Gemini,
        base_url: "https://aiplatform.googleapis.com/v1/projects/{project}/locations/global/publishers/google",
        quirks: known::VERTEX,
        source: "https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "vertex-ai-anthropic",
        title: "Anthropic on Google Vertex AI",
        dialect: &AnthropicMessages,
        base_url: "https://aiplatform.googleapis.com/v1/projects/{project}/locations/global/publishers/anthropic/models",
        quirks: known::VERTEX_ANTHROPIC,
        source: "https://docs.anthropic.com/en/api/claude-on-vertex-ai",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    // Its own page could not be read; the address is as several libraries have it.
    Provider {
        name: "volcengine",
        title: "Volcengine Ark (Doubao)",
        base_url: "https://ark.cn-beijing.volces.com/api/v3",
        source: "https://www.volcengine.com/docs/82379",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "voyage",
        title: "Voyage AI (embeddings, rerank)",
        base_url: "https://api.voyageai.com/v1",
        quirks: known::VOYAGE,
        source: "https://docs.voyageai.com/reference/reranker-api",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "watsonx",
        title: "IBM watsonx.ai (model gateway)",
        base_url: "https://{region}.ml.cloud.ibm.com/ml/gateway/v1",
        source: "https://www.ibm.com/docs/en/watsonx/saas?topic=generation-inferencing-gateway-models",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "xai",
        title: "xAI",
        base_url: "https://api.x.ai/v1",
        quirks: Quirks {
            // https://docs.x.ai/developers/model-capabilities/text/comparison.md (read 2026-11-21).
            also: &[&OpenaiResponses],
            developer_role: false,
            keeps_values: false,
            unsupported: &["logit_bias"],
            ..Quirks::NONE
        },
        source: "https://docs.x.ai/docs/api-reference",
        checked: "2026-11-20",
        ..COMPATIBLE
    },
    Provider {
        name: "zhipu",
        title: "Zhipu AI (GLM)",
        base_url: "https://open.bigmodel.cn/api/paas/v4",
        quirks: known::ZHIPU,
        source: "https://docs.bigmodel.cn/cn/guide/develop/openai/introduction",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
];
