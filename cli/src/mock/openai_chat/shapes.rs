//! The documented shape of a chat completion request, as tables.
//!
//! Source: `types/chat/completion_create_params.py` and the types it names in the official Python
//! SDK 3.52.0, <https://github.com/openai/openai-python>, 2026-11-20.

use crate::mock::shape::{
    Field, NON_EMPTY, STRING, Shape, Variant, list, nullable, optional, required, required_or_null,
    union, variant,
};

/// The whole body. Whatever is not listed is refused.
pub(super) const REQUEST: Shape = Shape::Record(&[
    required("model", NON_EMPTY),
    required("messages", Shape::List { of: &MESSAGE, min: 1, max: usize::MAX }),
    nullable("audio", Shape::Record(AUDIO)),
    nullable("frequency_penalty", Shape::Number { min: -2.0, max: 2.0 }),
    optional(
        "function_call",
        Shape::Either(&[Shape::OneOf(&["none", "auto"]), Shape::Record(NAMED)]),
    ),
    optional("functions", Shape::List { of: &Shape::Record(FUNCTION), min: 1, max: 128 }),
    nullable(
        "logit_bias",
        Shape::Dictionary {
            of: &Shape::Number { min: -100.0, max: 100.0 },
            key: usize::MAX,
            max: usize::MAX,
        },
    ),
    nullable("logprobs", Shape::Boolean),
    nullable("max_completion_tokens", AT_LEAST_ONE),
    nullable("max_tokens", AT_LEAST_ONE),
    nullable(
        "metadata",
        Shape::Dictionary { of: &Shape::Text { min: 0, max: 512 }, key: 64, max: 16 },
    ),
    nullable("modalities", list(&Shape::OneOf(&["text", "audio"]))),
    nullable("moderation", Shape::Record(MODERATION)),
    nullable("n", Shape::Integer { min: 1, max: 128 }),
    optional("parallel_tool_calls", Shape::Boolean),
    nullable("prediction", union(&[variant("content", &[&[required("content", TEXT_CONTENT)]])])),
    nullable("presence_penalty", Shape::Number { min: -2.0, max: 2.0 }),
    nullable("prompt_cache_key", STRING),
    optional(
        "prompt_cache_options",
        Shape::Record(&[
            optional("mode", Shape::OneOf(&["implicit", "explicit"])),
            optional("ttl", Shape::OneOf(&["30m"])),
        ]),
    ),
    nullable("prompt_cache_retention", Shape::OneOf(&["in_memory", "24h"])),
    nullable(
        "reasoning_effort",
        Shape::OneOf(&["none", "minimal", "low", "medium", "high", "xhigh", "max"]),
    ),
    optional(
        "response_format",
        union(&[
            variant("text", &[]),
            variant("json_object", &[]),
            variant("json_schema", &[&[required("json_schema", Shape::Record(JSON_SCHEMA))]]),
        ]),
    ),
    nullable("safety_identifier", Shape::Text { min: 0, max: 128 }),
    nullable("seed", Shape::Integer { min: i64::MIN, max: i64::MAX }),
    nullable(
        "service_tier",
        Shape::OneOf(&["auto", "default", "flex", "scale", "priority", "fast"]),
    ),
    nullable("stop", Shape::Either(&[STRING, Shape::List { of: &STRING, min: 1, max: 4 }])),
    nullable("store", Shape::Boolean),
    nullable("stream", Shape::Boolean),
    nullable(
        "stream_options",
        Shape::Record(&[
            optional("include_obfuscation", Shape::Boolean),
            optional("include_usage", Shape::Boolean),
        ]),
    ),
    nullable("temperature", Shape::Number { min: 0.0, max: 2.0 }),
    optional(
        "tool_choice",
        Shape::Either(&[Shape::OneOf(&["none", "auto", "required"]), union(TOOL_CHOICES)]),
    ),
    optional("tools", Shape::List { of: &union(TOOLS), min: 1, max: 128 }),
    nullable("top_logprobs", Shape::Integer { min: 0, max: 20 }),
    nullable("top_p", Shape::Number { min: 0.0, max: 1.0 }),
    optional("user", STRING),
    nullable("verbosity", Shape::OneOf(&["low", "medium", "high"])),
    optional("web_search_options", Shape::Record(WEB_SEARCH)),
]);

const AT_LEAST_ONE: Shape = Shape::Integer { min: 1, max: i64::MAX };

/// A function or tool name: <https://platform.openai.com/docs/api-reference/chat/create>.
const NAME: Shape = Shape::Name { max: 64 };

const NAMED: &[Field] = &[required("name", NAME)];

const FUNCTION: &[Field] = &[
    required("name", NAME),
    optional("description", STRING),
    optional("parameters", Shape::Object),
    nullable("strict", Shape::Boolean),
];

const JSON_SCHEMA: &[Field] = &[
    required("name", NAME),
    optional("description", STRING),
    optional("schema", Shape::Object),
    nullable("strict", Shape::Boolean),
];

const TOOLS: &[Variant] = &[
    variant("function", &[&[required("function", Shape::Record(FUNCTION))]]),
    variant("custom", &[&[required("custom", Shape::Record(CUSTOM))]]),
];

const CUSTOM: &[Field] = &[
    required("name", NAME),
    optional("description", STRING),
    optional(
        "format",
        union(&[
            variant("text", &[]),
            variant(
                "grammar",
                &[&[required(
                    "grammar",
                    Shape::Record(&[
                        required("definition", STRING),
                        required("syntax", Shape::OneOf(&["lark", "regex"])),
                    ]),
                )]],
            ),
        ]),
    ),
];

const TOOL_CHOICES: &[Variant] = &[
    variant("function", &[&[required("function", Shape::Record(NAMED))]]),
    variant("custom", &[&[required("custom", Shape::Record(NAMED))]]),
    variant(
        "allowed_tools",
        &[&[required(
            "allowed_tools",
            Shape::Record(&[
                required("mode", Shape::OneOf(&["auto", "required"])),
                required("tools", Shape::List { of: &Shape::Object, min: 1, max: 128 }),
            ]),
        )]],
    ),
];

const AUDIO: &[Field] = &[
    required("format", Shape::OneOf(&["wav", "aac", "mp3", "flac", "opus", "pcm16"])),
    required("voice", Shape::Either(&[STRING, Shape::Record(&[required("id", STRING)])])),
];

const MODERATION: &[Field] = &[
    required("model", STRING),
    nullable(
        "policy",
        Shape::Record(&[
            nullable("input", Shape::Record(MODERATION_MODE)),
            nullable("output", Shape::Record(MODERATION_MODE)),
        ]),
    ),
];

const MODERATION_MODE: &[Field] = &[required("mode", Shape::OneOf(&["score", "block"]))];

const WEB_SEARCH: &[Field] = &[
    optional("search_context_size", Shape::OneOf(&["low", "medium", "high"])),
    nullable(
        "user_location",
        union(&[variant(
            "approximate",
            &[&[required(
                "approximate",
                Shape::Record(&[
                    optional("city", STRING),
                    optional("country", STRING),
                    optional("region", STRING),
                    optional("timezone", STRING),
                ]),
            )]],
        )]),
    ),
];

const MESSAGE: Shape = Shape::Union { tag: "role", default: None, of: MESSAGES };

const MESSAGES: &[Variant] = &[
    variant("developer", &[&[required("content", TEXT_CONTENT), optional("name", STRING)]]),
    variant("system", &[&[required("content", TEXT_CONTENT), optional("name", STRING)]]),
    variant("user", &[&[required("content", USER_CONTENT), optional("name", STRING)]]),
    variant("assistant", &[ASSISTANT]),
    variant("tool", &[&[required("tool_call_id", STRING), required("content", TEXT_CONTENT)]]),
    variant("function", &[&[required("name", STRING), required_or_null("content", STRING)]]),
];

const ASSISTANT: &[Field] = &[
    nullable(
        "content",
        Shape::Either(&[
            STRING,
            Shape::List {
                of: &union(&[
                    variant("text", TEXT_PART),
                    variant("refusal", &[&[required("refusal", STRING)]]),
                ]),
                min: 1,
                max: usize::MAX,
            },
        ]),
    ),
    nullable("audio", Shape::Record(&[required("id", STRING)])),
    nullable("function_call", Shape::Record(CALLED)),
    optional("name", STRING),
    nullable("refusal", STRING),
    optional("tool_calls", Shape::List { of: &union(TOOL_CALLS), min: 1, max: 128 }),
];

const TOOL_CALLS: &[Variant] = &[
    variant("function", &[&[required("id", STRING), required("function", Shape::Record(CALLED))]]),
    variant(
        "custom",
        &[&[
            required("id", STRING),
            required("custom", Shape::Record(&[required("name", NAME), required("input", STRING)])),
        ]],
    ),
];

const CALLED: &[Field] = &[required("name", NAME), required("arguments", STRING)];

const TEXT_CONTENT: Shape = Shape::Either(&[
    STRING,
    Shape::List { of: &union(&[variant("text", TEXT_PART)]), min: 1, max: usize::MAX },
]);

const USER_CONTENT: Shape =
    Shape::Either(&[STRING, Shape::List { of: &union(USER_PARTS), min: 1, max: usize::MAX }]);

const TEXT_PART: &[&[Field]] = &[&[required("text", STRING)], BREAKPOINT];

const USER_PARTS: &[Variant] = &[
    variant("text", TEXT_PART),
    variant(
        "image_url",
        &[
            &[required(
                "image_url",
                Shape::Record(&[
                    required("url", NON_EMPTY),
                    optional("detail", Shape::OneOf(&["auto", "low", "high", "original"])),
                ]),
            )],
            BREAKPOINT,
        ],
    ),
    variant(
        "input_audio",
        &[
            &[required(
                "input_audio",
                Shape::Record(&[
                    required("data", NON_EMPTY),
                    required("format", Shape::OneOf(&["wav", "mp3"])),
                ]),
            )],
            BREAKPOINT,
        ],
    ),
    variant(
        "file",
        &[
            &[required(
                "file",
                Shape::Record(&[
                    optional("file_data", STRING),
                    optional("file_id", STRING),
                    optional("filename", STRING),
                ]),
            )],
            BREAKPOINT,
        ],
    ),
];

const BREAKPOINT: &[Field] = &[optional(
    "prompt_cache_breakpoint",
    Shape::Record(&[
        required("mode", Shape::OneOf(&["explicit"])),
        optional("ttl", Shape::OneOf(&["30m", "12h"])),
    ]),
)];
