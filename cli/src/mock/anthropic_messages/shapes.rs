//! The documented shape of a Messages request, as tables.
//!
//! Source: `types/message_create_params.py`, `types/beta/message_create_params.py` and the types
//! they name in the official Python SDK 2.11.0,
//! <https://github.com/anthropics/anthropic-sdk-python>, 2026-11-20. That SDK no longer names
//! `temperature`, `top_p` and `top_k`, which the models up to Opus 4.6 still accept
//! (<https://platform.claude.com/docs/en/about-claude/models/migration-guide>, 2026-11-20).

use super::blocks::{CACHE, CONTENT_BLOCKS, SYSTEM_BLOCKS, TEXT};
use super::tool_shapes::TOOLS;
use crate::mock::shape::{
    COUNT, Field, NON_EMPTY, STRING, STRINGS, Shape, Variant, list, nullable, optional, required,
    union, variant,
};

/// The members of a request without beta header.
pub(super) const REQUEST: &[Field] = &[
    required("model", Shape::Text { min: 1, max: 256 }),
    // 0 fills the prompt cache without an answer.
    required("max_tokens", COUNT),
    required("messages", Shape::List { of: &MESSAGE, min: 1, max: 100_000 }),
    CACHE,
    nullable("container", Shape::Either(&[STRING, Shape::Record(CONTAINER)])),
    nullable("diagnostics", Shape::Record(&[nullable("previous_message_id", STRING)])),
    nullable("inference_geo", STRING),
    optional("metadata", Shape::Record(&[nullable("user_id", Shape::Text { min: 0, max: 256 })])),
    optional("output_config", Shape::Record(OUTPUT_CONFIG)),
    optional("service_tier", Shape::OneOf(&["auto", "standard_only"])),
    nullable("speed", Shape::OneOf(&["standard", "fast"])),
    optional("stop_sequences", STRINGS),
    optional("stream", Shape::Boolean),
    optional("system", Shape::Either(&[STRING, list(&union(&[variant("text", TEXT)]))])),
    optional("temperature", Shape::Number { min: 0.0, max: 1.0 }),
    optional("thinking", union(THINKING)),
    optional("tool_choice", union(TOOL_CHOICES)),
    optional("tools", list(&Shape::Union { tag: "type", default: Some("custom"), of: TOOLS })),
    optional("top_k", COUNT),
    optional("top_p", Shape::Number { min: 0.0, max: 1.0 }),
];

/// The members that need an `anthropic-beta` header.
pub(super) const BETA_REQUEST: &[Field] = &[
    nullable(
        "billing_policy",
        union(&[variant(
            "billing_policy",
            &[&[optional("bill_to", Shape::OneOf(&["self", "user_profile"]))]],
        )]),
    ),
    nullable("compaction", union(&[variant("summarize", &[&[nullable("instructions", STRING)]])])),
    nullable("context_management", Shape::Record(&[optional("edits", list(&union(EDITS)))])),
    nullable(
        "fallback_credit_token",
        Shape::Either(&[
            STRING,
            Shape::Record(&[
                required("token", STRING),
                optional("mode", Shape::OneOf(&["strict", "best_effort"])),
            ]),
        ]),
    ),
    // The SDK lets fallbacks hold any further member of a request.
    nullable("fallbacks", Shape::Either(&[Shape::OneOf(&["default"]), list(&Shape::Object)])),
    optional(
        "mcp_servers",
        list(&union(&[variant(
            "url",
            &[&[
                required("name", STRING),
                required("url", STRING),
                nullable("authorization_token", STRING),
                nullable(
                    "tool_configuration",
                    Shape::Record(&[
                        nullable("allowed_tools", STRINGS),
                        nullable("enabled", Shape::Boolean),
                    ]),
                ),
            ]],
        )])),
    ),
    nullable(
        "thread",
        union(&[
            variant("create", &[]),
            variant("continue", &[&[required("previous_message_id", STRING)]]),
        ]),
    ),
];

const MESSAGE: Shape = Shape::Union {
    tag: "role",
    default: None,
    of: &[
        variant("user", &[&[required("content", CONTENT)]]),
        variant("assistant", &[&[required("content", CONTENT)]]),
        variant(
            "system",
            &[&[
                required("content", Shape::Either(&[STRING, list(&union(SYSTEM_BLOCKS))])),
                nullable("clear_at", Shape::OneOf(&["next_user_message", "never"])),
                nullable("output_config", Shape::Record(&[nullable("effort", EFFORT)])),
            ]],
        ),
    ],
};

const CONTENT: Shape = Shape::Either(&[STRING, list(&union(CONTENT_BLOCKS))]);

const CONTAINER: &[Field] = &[
    nullable("id", STRING),
    nullable(
        "skills",
        list(&Shape::Union {
            tag: "type",
            default: None,
            of: &[variant("anthropic", SKILL), variant("custom", SKILL)],
        }),
    ),
];

const SKILL: &[&[Field]] = &[&[required("skill_id", STRING), optional("version", STRING)]];

const EFFORT: Shape = Shape::OneOf(&["low", "medium", "high", "xhigh", "max"]);

const OUTPUT_CONFIG: &[Field] = &[
    nullable("effort", EFFORT),
    nullable("format", union(&[variant("json_schema", &[&[required("schema", Shape::Object)]])])),
    nullable(
        "task_budget",
        union(&[variant("tokens", &[&[required("total", COUNT), nullable("remaining", COUNT)]])]),
    ),
];

const THINKING: &[Variant] = &[
    variant(
        "enabled",
        &[&[required("budget_tokens", Shape::Integer { min: 1024, max: i64::MAX })], SHOWN],
    ),
    variant("disabled", &[]),
    variant("between_tools", &[]),
    variant("adaptive", &[SHOWN]),
];

const SHOWN: &[Field] = &[
    nullable("display", Shape::OneOf(&["summarized", "omitted", "updates"])),
    nullable("block_binding", Shape::Record(&[nullable("prefix_mismatch_behavior", NON_EMPTY)])),
];

const TOOL_CHOICES: &[Variant] = &[
    variant("auto", &[PARALLEL]),
    variant("any", &[PARALLEL]),
    variant("tool", &[&[required("name", NON_EMPTY)], PARALLEL]),
    variant("none", &[]),
];

const PARALLEL: &[Field] = &[optional("disable_parallel_tool_use", Shape::Boolean)];

const EDITS: &[Variant] = &[
    variant(
        "clear_tool_uses_20250919",
        &[&[
            nullable("clear_at_least", union(&[variant("input_tokens", VALUE)])),
            nullable("clear_tool_inputs", Shape::Either(&[Shape::Boolean, STRINGS])),
            nullable("exclude_tools", STRINGS),
            optional("keep", union(&[variant("tool_uses", VALUE)])),
            optional(
                "trigger",
                union(&[variant("input_tokens", VALUE), variant("tool_uses", VALUE)]),
            ),
        ]],
    ),
    variant(
        "clear_thinking_20251015",
        &[&[optional(
            "keep",
            Shape::Either(&[
                Shape::OneOf(&["all"]),
                union(&[variant("thinking_turns", VALUE), variant("all", &[])]),
            ]),
        )]],
    ),
    variant(
        "compact_20260112",
        &[&[
            nullable("instructions", STRING),
            optional("pause_after_compaction", Shape::Boolean),
            nullable("trigger", union(&[variant("input_tokens", VALUE)])),
        ]],
    ),
];

const VALUE: &[&[Field]] = &[&[required("value", COUNT)]];
