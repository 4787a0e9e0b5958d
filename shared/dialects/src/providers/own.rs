//! Servers that you run.

use super::{Auth, COMPATIBLE, Formats, Provider, Quirks, known};
use crate::anthropic_messages::AnthropicMessages;
use crate::kserve_v2::KserveV2;
use crate::ollama_chat::OllamaChat;
use crate::openai_responses::OpenaiResponses;
use crate::tfserving_predict::TfservingPredict;

/// By name.
pub(super) const OWN: &[Provider] = &[
    Provider {
        name: "custom-anthropic",
        title: "Any server that speaks Anthropic's API",
        dialect: &AnthropicMessages,
        base_url: "https://{host}/v1",
        auth: Auth::Header("x-api-key"),
        quirks: Quirks::NONE,
        source: "https://platform.claude.com/docs/en/api/messages",
        checked: "2026-11-21",
    },
    Provider {
        name: "custom-openai",
        title: "Any server that speaks OpenAI's API",
        base_url: "https://{host}/v1",
        source: "https://platform.openai.com/docs/api-reference/chat/create",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "kserve",
        title: "KServe",
        dialect: &KserveV2,
        base_url: "http://localhost:8080/v2",
        quirks: Quirks::NONE,
        source: "https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/generate_rest.yaml",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "llama-cpp",
        title: "llama.cpp server",
        base_url: "http://localhost:8080/v1",
        quirks: Quirks { also: &[&AnthropicMessages], ..Quirks::COMPATIBLE },
        source: "https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "lm-studio",
        title: "LM Studio",
        base_url: "http://localhost:1234/v1",
        quirks: Quirks {
            also: &[&AnthropicMessages, &OpenaiResponses],
            // https://lmstudio.ai/docs/advanced/structured-output: schemas only.
            formats: Formats::JsonSchema,
            ..Quirks::COMPATIBLE
        },
        source: "https://lmstudio.ai/docs/api/openai-api",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "localai",
        title: "LocalAI",
        base_url: "http://localhost:8080/v1",
        source: "https://localai.io/features",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "ollama",
        title: "Ollama",
        base_url: "http://localhost:11434/v1",
        quirks: Quirks { image_urls: false, ..known::COMPLETIONS },
        source: "https://github.com/ollama/ollama/blob/main/docs/api/openai-compatibility.mdx",
        checked: "2026-11-20",
        ..COMPATIBLE
    },
    Provider {
        name: "ollama-chat",
        title: "Ollama (its own API)",
        dialect: &OllamaChat,
        base_url: "http://localhost:11434/api",
        quirks: Quirks::NONE,
        source: "https://docs.ollama.com/api/chat",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "sglang",
        title: "SGLang",
        base_url: "http://localhost:30000/v1",
        source: "https://docs.sglang.io/docs/basic_usage/openai_api_completions",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "text-embeddings-inference",
        title: "Text Embeddings Inference",
        base_url: "http://localhost:8080",
        quirks: known::TEI,
        source: "https://huggingface.github.io/text-embeddings-inference/",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "tfserving",
        title: "TensorFlow Serving",
        dialect: &TfservingPredict,
        base_url: "http://localhost:8501",
        quirks: Quirks::NONE,
        source: "https://www.tensorflow.org/tfx/serving/api_rest",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "tgi",
        title: "Text Generation Inference",
        base_url: "http://localhost:3000/v1",
        source: "https://huggingface.co/docs/text-generation-inference/messages_api",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    // Parameters are strings, numbers or booleans.
    Provider {
        name: "triton",
        title: "NVIDIA Triton",
        dialect: &KserveV2,
        base_url: "http://localhost:8000/v2",
        quirks: Quirks { unsupported: &["parameters.stop"], ..Quirks::NONE },
        source: "https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/extension_generate.html",
        checked: "2026-11-21",
        ..COMPATIBLE
    },
    Provider {
        name: "vllm",
        title: "vLLM",
        base_url: "http://localhost:8000/v1",
        quirks: known::VLLM,
        source: "https://docs.vllm.ai/en/stable/serving/openai_compatible_server/",
        checked: "2026-11-20",
        ..COMPATIBLE
    },
];
