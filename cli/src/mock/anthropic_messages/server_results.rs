//! What the tools that run at the provider answer, as tables: the `content` of the result blocks in
//! `blocks.rs`.

use super::blocks::TOOL_REFERENCE;
use crate::mock::shape::{
    COUNT, Field, STRING, STRINGS, Shape, Variant, list, nullable, required, union, variant,
};

/// A tool that failed.
pub(super) const ERROR: &[&[Field]] =
    &[&[required("error_code", STRING), nullable("error_message", STRING)]];

/// One hit of a web search.
pub(super) const WEB_SEARCH_RESULT: &[&[Field]] = &[&[
    required("encrypted_content", STRING),
    required("title", STRING),
    required("url", STRING),
    nullable("page_age", STRING),
]];

/// What `code_execution` answers.
pub(super) const CODE_RESULTS: &[Variant] = &[
    variant("code_execution_tool_result_error", ERROR),
    variant(
        "code_execution_result",
        &[&[
            required("content", list(&union(&[variant("code_execution_output", FILE)]))),
            required("return_code", ANY_INTEGER),
            required("stderr", STRING),
            required("stdout", STRING),
        ]],
    ),
    variant(
        "encrypted_code_execution_result",
        &[&[
            required("content", list(&union(&[variant("code_execution_output", FILE)]))),
            required("encrypted_stdout", STRING),
            required("return_code", ANY_INTEGER),
            required("stderr", STRING),
        ]],
    ),
];

/// What `bash_code_execution` answers.
pub(super) const BASH_RESULTS: &[Variant] = &[
    variant("bash_code_execution_tool_result_error", ERROR),
    variant(
        "bash_code_execution_result",
        &[&[
            required("content", list(&union(&[variant("bash_code_execution_output", FILE)]))),
            required("return_code", ANY_INTEGER),
            required("stderr", STRING),
            required("stdout", STRING),
        ]],
    ),
];

/// What `text_editor_code_execution` answers.
pub(super) const EDITOR_RESULTS: &[Variant] = &[
    variant("text_editor_code_execution_tool_result_error", ERROR),
    variant(
        "text_editor_code_execution_view_result",
        &[&[
            required("content", STRING),
            required("file_type", Shape::OneOf(&["text", "image", "pdf"])),
            nullable("num_lines", COUNT),
            nullable("start_line", COUNT),
            nullable("total_lines", COUNT),
        ]],
    ),
    variant(
        "text_editor_code_execution_create_result",
        &[&[required("is_file_update", Shape::Boolean)]],
    ),
    variant(
        "text_editor_code_execution_str_replace_result",
        &[&[
            nullable("lines", STRINGS),
            nullable("new_lines", COUNT),
            nullable("new_start", COUNT),
            nullable("old_lines", COUNT),
            nullable("old_start", COUNT),
        ]],
    ),
];

/// What a tool search answers.
pub(super) const TOOL_SEARCH_RESULTS: &[Variant] = &[
    variant("tool_search_tool_result_error", ERROR),
    variant(
        "tool_search_tool_search_result",
        &[&[required(
            "tool_references",
            list(&union(&[variant("tool_reference", TOOL_REFERENCE)])),
        )]],
    ),
];

/// What the advisor answers.
pub(super) const ADVISOR_RESULTS: &[Variant] = &[
    variant("advisor_tool_result_error", ERROR),
    variant("advisor_result", &[&[required("text", STRING), nullable("stop_reason", STRING)]]),
    variant(
        "advisor_redacted_result",
        &[&[required("encrypted_content", STRING), nullable("stop_reason", STRING)]],
    ),
];

const FILE: &[&[Field]] = &[&[required("file_id", STRING)]];

const ANY_INTEGER: Shape = Shape::Integer { min: i64::MIN, max: i64::MAX };
