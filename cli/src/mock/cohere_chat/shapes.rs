//! The documented shape of a request (<https://docs.cohere.com/reference/chat>, 2026-11-21).

use crate::mock::shape::{
    Field, NON_EMPTY, STRING, Shape, Variant, list, optional, required, union, variant,
};

/// The whole body. Whatever is not listed is refused.
pub(super) const REQUEST: Shape = Shape::Record(&[
    required("model", NON_EMPTY),
    required("messages", Shape::List { of: &MESSAGE, min: 1, max: usize::MAX }),
    optional("stream", Shape::Boolean),
    optional("tools", list(&TOOL)),
    optional("strict_tools", Shape::Boolean),
    optional("tool_choice", Shape::OneOf(&["REQUIRED", "NONE"])),
    optional("documents", list(&Shape::Either(&[STRING, Shape::Record(DOCUMENT)]))),
    optional(
        "citation_options",
        Shape::Record(&[optional(
            "mode",
            Shape::OneOf(&["ENABLED", "DISABLED", "FAST", "ACCURATE", "OFF"]),
        )]),
    ),
    optional("response_format", union(FORMATS)),
    optional("safety_mode", Shape::OneOf(&["CONTEXTUAL", "STRICT", "OFF"])),
    optional("max_tokens", Shape::Integer { min: 1, max: i64::MAX }),
    optional("stop_sequences", Shape::List { of: &STRING, min: 0, max: 5 }),
    optional("temperature", Shape::Number { min: 0.0, max: 1.0 }),
    optional("seed", Shape::Integer { min: 0, max: i64::MAX }),
    optional("frequency_penalty", Shape::Number { min: 0.0, max: 1.0 }),
    optional("presence_penalty", Shape::Number { min: 0.0, max: 1.0 }),
    optional("k", Shape::Integer { min: 0, max: 500 }),
    optional("p", Shape::Number { min: 0.01, max: 0.99 }),
    optional("logprobs", Shape::Boolean),
    optional("thinking", Shape::Record(THINKING)),
    optional("priority", Shape::Integer { min: 0, max: 999 }),
]);

const MESSAGE: Shape = Shape::Union {
    tag: "role",
    default: None,
    of: &[
        variant("system", &[&[required("content", TEXTS)]]),
        variant("user", &[&[required("content", Shape::Either(&[STRING, list(&union(USER))]))]]),
        variant("assistant", &[ASSISTANT]),
        variant(
            "tool",
            &[&[
                required("tool_call_id", NON_EMPTY),
                required("content", Shape::Either(&[STRING, list(&union(RESULT))])),
            ]],
        ),
    ],
};

const TEXTS: Shape = Shape::Either(&[STRING, list(&union(&[variant("text", &[TEXT])]))]);

const TEXT: &[Field] = &[required("text", STRING)];

const USER: &[Variant] = &[
    variant("text", &[TEXT]),
    variant(
        "image_url",
        &[&[required(
            "image_url",
            Shape::Record(&[
                required("url", NON_EMPTY),
                optional("detail", Shape::OneOf(&["auto", "low", "high"])),
            ]),
        )]],
    ),
];

const RESULT: &[Variant] = &[
    variant("text", &[TEXT]),
    variant("document", &[&[required("document", Shape::Record(DOCUMENT))]]),
];

const ASSISTANT: &[Field] = &[
    optional(
        "content",
        Shape::Either(&[
            STRING,
            list(&union(&[
                variant("text", &[TEXT]),
                variant("thinking", &[&[required("thinking", STRING)]]),
            ])),
        ]),
    ),
    optional("tool_plan", STRING),
    optional("tool_calls", list(&CALL)),
    optional("citations", list(&Shape::Object)),
];

const CALL: Shape = Shape::Record(&[
    required("id", NON_EMPTY),
    required("type", Shape::OneOf(&["function"])),
    required(
        "function",
        Shape::Record(&[required("name", NON_EMPTY), required("arguments", STRING)]),
    ),
]);

const TOOL: Shape = Shape::Record(&[
    required("type", Shape::OneOf(&["function"])),
    required(
        "function",
        Shape::Record(&[
            required("name", NON_EMPTY),
            optional("description", STRING),
            required("parameters", Shape::Object),
        ]),
    ),
]);

const DOCUMENT: &[Field] = &[required("data", Shape::Object), optional("id", STRING)];

const FORMATS: &[Variant] = &[
    variant("text", &[&[]]),
    variant("json_object", &[&[optional("json_schema", Shape::Object)]]),
];

const THINKING: &[Field] = &[
    required("type", Shape::OneOf(&["enabled", "disabled"])),
    optional("token_budget", Shape::Integer { min: 1, max: i64::MAX }),
];
