//! The documented shape of a Responses request, as tables.
//!
//! Source: `types/responses/response_create_params.py` and the types it names in the official
//! Python SDK 3.52.0, <https://github.com/openai/openai-python>, 2026-11-21. Items of built-in
//! tools are known by their type; what is in them is not looked at.

use crate::mock::shape::{
    Field, NON_EMPTY, STRING, STRINGS, Shape, Variant, list, nullable, optional, required,
    required_or_null, union, variant,
};

/// The whole body. Whatever is not listed is refused.
pub(super) const REQUEST: Shape = Shape::Record(&[
    required("model", NON_EMPTY),
    required("input", Shape::Either(&[STRING, list(&Shape::Object)])),
    optional("access_programs", Shape::Object),
    nullable("background", Shape::Boolean),
    nullable("context_management", list(&Shape::Object)),
    nullable("conversation", Shape::Either(&[STRING, Shape::Record(&[required("id", STRING)])])),
    nullable("include", list(&Shape::OneOf(INCLUDABLE))),
    nullable("instructions", STRING),
    // <https://github.com/vectorize-io/hindsight/issues/58>, 2026-11-21, for the least.
    nullable("max_output_tokens", Shape::Integer { min: 16, max: i64::MAX }),
    nullable("max_tool_calls", Shape::Integer { min: 1, max: i64::MAX }),
    nullable(
        "metadata",
        Shape::Dictionary { of: &Shape::Text { min: 0, max: 512 }, key: 64, max: 16 },
    ),
    nullable("moderation", Shape::Object),
    nullable("parallel_tool_calls", Shape::Boolean),
    nullable("previous_response_id", STRING),
    nullable("prompt", Shape::Object),
    nullable("prompt_cache_key", STRING),
    optional("prompt_cache_options", Shape::Object),
    nullable("prompt_cache_retention", Shape::OneOf(&["in_memory", "24h"])),
    nullable("reasoning", Shape::Record(REASONING)),
    nullable("safety_identifier", Shape::Text { min: 0, max: 128 }),
    nullable(
        "service_tier",
        Shape::OneOf(&["auto", "default", "flex", "scale", "priority", "fast", "ultrafast"]),
    ),
    nullable("store", Shape::Boolean),
    nullable("stream", Shape::Boolean),
    nullable("stream_options", Shape::Record(&[optional("include_obfuscation", Shape::Boolean)])),
    nullable("temperature", Shape::Number { min: 0.0, max: 2.0 }),
    optional(
        "text",
        Shape::Record(&[
            optional("format", union(FORMATS)),
            nullable("verbosity", Shape::OneOf(&["low", "medium", "high"])),
        ]),
    ),
    optional(
        "tool_choice",
        Shape::Either(&[Shape::OneOf(&["none", "auto", "required"]), union(TOOL_CHOICES)]),
    ),
    optional("tools", Shape::List { of: &union(TOOLS), min: 0, max: 128 }),
    nullable("top_logprobs", Shape::Integer { min: 0, max: 20 }),
    nullable("top_p", Shape::Number { min: 0.0, max: 1.0 }),
    nullable("truncation", Shape::OneOf(&["auto", "disabled"])),
    optional("user", STRING),
]);

const INCLUDABLE: &[&str] = &[
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
];

const REASONING: &[Field] = &[
    nullable("context", Shape::OneOf(&["auto", "current_turn", "all_turns"])),
    nullable("effort", Shape::OneOf(&["none", "minimal", "low", "medium", "high", "xhigh", "max"])),
    nullable("generate_summary", Shape::OneOf(&["auto", "concise", "detailed"])),
    optional("mode", STRING),
    nullable("summary", Shape::OneOf(&["auto", "concise", "detailed"])),
];

const FORMATS: &[Variant] = &[
    variant("text", &[]),
    variant("json_object", &[]),
    variant(
        "json_schema",
        &[&[
            required("name", NAME),
            required("schema", Shape::Object),
            optional("description", STRING),
            nullable("strict", Shape::Boolean),
        ]],
    ),
];

/// A function or tool name.
const NAME: Shape = Shape::Name { max: 64 };

const TOOLS: &[Variant] = &[
    variant(
        "function",
        &[&[
            required("name", NAME),
            required_or_null("parameters", Shape::Object),
            required_or_null("strict", Shape::Boolean),
            nullable("description", STRING),
            nullable("allowed_callers", STRINGS),
            optional("async", Shape::Boolean),
            optional("defer_loading", Shape::Boolean),
            nullable("output_schema", Shape::Object),
        ]],
    ),
    variant(
        "custom",
        &[&[
            required("name", NAME),
            optional("description", STRING),
            nullable("allowed_callers", STRINGS),
            optional("async", Shape::Boolean),
            optional("defer_loading", Shape::Boolean),
            optional(
                "format",
                union(&[
                    variant("text", &[]),
                    variant(
                        "grammar",
                        &[&[
                            required("definition", STRING),
                            required("syntax", Shape::OneOf(&["lark", "regex"])),
                        ]],
                    ),
                ]),
            ),
        ]],
    ),
    variant(
        "web_search",
        &[&[
            nullable("filters", Shape::Object),
            optional("search_context_size", Shape::OneOf(&["low", "medium", "high"])),
            nullable("user_location", Shape::Object),
        ]],
    ),
    variant(
        "file_search",
        &[&[
            required("vector_store_ids", STRINGS),
            nullable("filters", Shape::Object),
            optional("max_num_results", Shape::Integer { min: 1, max: 50 }),
            optional("ranking_options", Shape::Object),
        ]],
    ),
    variant(
        "code_interpreter",
        &[&[
            required("container", Shape::Either(&[STRING, Shape::Object])),
            nullable("allowed_callers", STRINGS),
        ]],
    ),
    variant(
        "mcp",
        &[&[
            required("server_label", STRING),
            nullable("allowed_callers", STRINGS),
            nullable("allowed_tools", Shape::Any),
            optional("authorization", STRING),
            optional("connector_id", STRING),
            optional("defer_loading", Shape::Boolean),
            nullable("headers", Shape::Object),
            nullable("require_approval", Shape::Any),
            optional("server_description", STRING),
            optional("server_url", STRING),
            optional("tunnel_id", STRING),
        ]],
    ),
];

const NAMED: &[&[Field]] = &[&[required("name", NAME)]];

const TOOL_CHOICES: &[Variant] = &[
    variant("function", NAMED),
    variant("custom", NAMED),
    variant(
        "allowed_tools",
        &[&[
            required("mode", Shape::OneOf(&["auto", "required"])),
            required("tools", Shape::List { of: &Shape::Object, min: 1, max: 128 }),
        ]],
    ),
    variant("mcp", &[&[required("server_label", STRING), nullable("name", STRING)]]),
    variant("web_search_preview", &[]),
    variant("file_search", &[]),
    variant("code_interpreter", &[]),
    variant("image_generation", &[]),
];

/// An item of the input with a type. A message may leave it out.
pub(super) const ITEM: Shape = union(&[
    variant("function_call", &[&[required("arguments", STRING)], CALL]),
    variant("function_call_output", &[&[required("output", OUTPUT)], RESULT]),
    variant("custom_tool_call", &[&[required("input", STRING)], CALL]),
    variant("custom_tool_call_output", &[&[required("output", OUTPUT)], RESULT]),
    variant(
        "reasoning",
        &[&[
            required("id", STRING),
            required("summary", list(&union(&[variant("summary_text", TEXT)]))),
            optional("content", list(&union(&[variant("reasoning_text", TEXT)]))),
            nullable("encrypted_content", STRING),
            optional("status", STATUS),
        ]],
    ),
]);

/// The types of items that are known and not looked at.
pub(super) const UNREAD_ITEMS: &[&str] = &[
    "code_interpreter_call",
    "file_search_call",
    "image_generation_call",
    "mcp_call",
    "mcp_list_tools",
    "web_search_call",
];

const CALL: &[Field] = &[
    required("call_id", NON_EMPTY),
    required("name", NAME),
    nullable("id", STRING),
    optional("async", Shape::Boolean),
    nullable("caller", Shape::Object),
    nullable("namespace", STRING),
    optional("status", STATUS),
];

const RESULT: &[Field] = &[
    required("call_id", NON_EMPTY),
    nullable("id", STRING),
    nullable("caller", Shape::Object),
    nullable("name", STRING),
    nullable("namespace", STRING),
    nullable("status", STATUS),
];

const STATUS: Shape = Shape::OneOf(&["in_progress", "completed", "incomplete"]);

const OUTPUT: Shape = Shape::Either(&[STRING, list(&union(INPUT_PARTS))]);

/// A message: with the role of the model it may hold what the model says.
pub(super) const MESSAGE: Shape = Shape::Union {
    tag: "role",
    default: None,
    of: &[
        variant("user", &[ASKED]),
        variant("system", &[ASKED]),
        variant("developer", &[ASKED]),
        variant("assistant", &[SAID]),
    ],
};

const ASKED: &[Field] = &[
    required("content", Shape::Either(&[STRING, list(&union(INPUT_PARTS))])),
    optional("type", Shape::OneOf(&["message"])),
    optional("status", STATUS),
    optional("id", STRING),
];

const SAID: &[Field] = &[
    required("content", Shape::Either(&[STRING, list(&union(OUTPUT_PARTS))])),
    optional("type", Shape::OneOf(&["message"])),
    optional("status", STATUS),
    optional("id", STRING),
    nullable("phase", Shape::OneOf(&["commentary", "final_answer"])),
];

const TEXT: &[&[Field]] = &[&[required("text", STRING)]];

const INPUT_PARTS: &[Variant] = &[
    variant("input_text", &[&[required("text", STRING)], BREAKPOINT]),
    variant(
        "input_image",
        &[
            &[
                optional("detail", Shape::OneOf(&["low", "high", "auto", "original"])),
                nullable("file_id", STRING),
                nullable("image_url", NON_EMPTY),
            ],
            BREAKPOINT,
        ],
    ),
    variant(
        "input_file",
        &[
            &[
                optional("detail", Shape::OneOf(&["auto", "low", "high"])),
                optional("file_data", STRING),
                nullable("file_id", STRING),
                optional("file_url", STRING),
                optional("filename", STRING),
            ],
            BREAKPOINT,
        ],
    ),
];

const OUTPUT_PARTS: &[Variant] = &[
    variant(
        "output_text",
        &[&[
            required("text", STRING),
            optional("annotations", list(&Shape::Object)),
            nullable("logprobs", list(&Shape::Object)),
        ]],
    ),
    variant("refusal", &[&[required("refusal", STRING)]]),
];

const BREAKPOINT: &[Field] = &[optional(
    "prompt_cache_breakpoint",
    Shape::Record(&[
        required("mode", Shape::OneOf(&["explicit"])),
        optional("ttl", Shape::OneOf(&["30m", "12h"])),
    ]),
)];
