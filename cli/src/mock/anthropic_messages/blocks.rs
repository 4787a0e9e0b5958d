//! The content blocks of a Messages request, as tables (`types/content_block_param.py` and
//! `types/beta/beta_content_block_param.py` of the SDK named in `shapes.rs`).

use super::server_results::{
    ADVISOR_RESULTS, BASH_RESULTS, CODE_RESULTS, EDITOR_RESULTS, ERROR, TOOL_SEARCH_RESULTS,
    WEB_SEARCH_RESULT,
};
use crate::mock::shape::{
    COUNT, Field, NON_EMPTY, STRING, Shape, Variant, list, nullable, optional, required,
    required_or_null, union, variant,
};

/// `cache_control`, which most blocks and tools may carry.
pub(super) const CACHE: Field = nullable(
    "cache_control",
    union(&[variant("ephemeral", &[&[optional("ttl", Shape::OneOf(&["5m", "1h"]))]])]),
);

const CACHED: &[Field] = &[CACHE];

/// Every block of a user or assistant message.
pub(super) const CONTENT_BLOCKS: &[Variant] = &[
    variant("text", TEXT),
    variant("image", IMAGE),
    variant("document", DOCUMENT),
    variant("search_result", SEARCH_RESULT),
    variant("thinking", &[&[required("thinking", STRING), required("signature", STRING)]]),
    variant("redacted_thinking", &[&[required("data", NON_EMPTY)]]),
    variant(
        "tool_use",
        &[
            &[
                required("id", ID),
                required("name", Shape::Text { min: 1, max: 200 }),
                required("input", Shape::Object),
                nullable("toolset_name", STRING),
            ],
            CALLED,
        ],
    ),
    variant(
        "tool_result",
        &[
            &[
                required("tool_use_id", ID),
                optional("content", Shape::Either(&[STRING, list(&union(RESULT_BLOCKS))])),
                optional("is_error", Shape::Boolean),
                nullable("toolset_name", STRING),
            ],
            CACHED,
        ],
    ),
    variant(
        "server_tool_use",
        &[
            &[
                required("id", ID),
                required("name", Shape::OneOf(SERVER_TOOLS)),
                required("input", Shape::Object),
            ],
            CALLED,
        ],
    ),
    variant(
        "web_search_tool_result",
        &[
            &[
                ANSWERS,
                required(
                    "content",
                    Shape::Either(&[
                        list(&union(&[variant("web_search_result", WEB_SEARCH_RESULT)])),
                        union(&[variant("web_search_tool_result_error", ERROR)]),
                    ]),
                ),
            ],
            CALLED,
        ],
    ),
    variant(
        "web_fetch_tool_result",
        &[
            &[
                ANSWERS,
                required(
                    "content",
                    union(&[
                        variant("web_fetch_tool_result_error", ERROR),
                        variant(
                            "web_fetch_result",
                            &[&[
                                required("content", union(&[variant("document", DOCUMENT)])),
                                required("url", STRING),
                                nullable("retrieved_at", STRING),
                            ]],
                        ),
                    ]),
                ),
            ],
            CALLED,
        ],
    ),
    variant(
        "code_execution_tool_result",
        &[&[ANSWERS, required("content", union(CODE_RESULTS))], CACHED],
    ),
    variant(
        "bash_code_execution_tool_result",
        &[&[ANSWERS, required("content", union(BASH_RESULTS))], CACHED],
    ),
    variant(
        "text_editor_code_execution_tool_result",
        &[&[ANSWERS, required("content", union(EDITOR_RESULTS))], CACHED],
    ),
    variant(
        "tool_search_tool_result",
        &[&[ANSWERS, required("content", union(TOOL_SEARCH_RESULTS))], CACHED],
    ),
    variant(
        "advisor_tool_result",
        &[&[ANSWERS, required("content", union(ADVISOR_RESULTS))], CACHED],
    ),
    variant(
        "mcp_tool_use",
        &[
            &[
                required("id", ID),
                required("name", STRING),
                required("input", Shape::Object),
                required("server_name", STRING),
            ],
            CACHED,
        ],
    ),
    variant(
        "mcp_tool_result",
        &[
            &[
                ANSWERS,
                optional(
                    "content",
                    Shape::Either(&[STRING, list(&union(&[variant("text", TEXT)]))]),
                ),
                optional("is_error", Shape::Boolean),
            ],
            CACHED,
        ],
    ),
    variant(
        "mcp_tool_listing",
        &[&[
            required("mcp_server_name", STRING),
            required(
                "tools",
                list(&Shape::Record(&[
                    required("name", STRING),
                    required("input_schema", Shape::Object),
                    nullable("description", STRING),
                ])),
            ),
        ]],
    ),
    variant("container_upload", &[&[required("file_id", STRING)], CACHED]),
    variant(
        "compaction",
        &[
            &[
                nullable("content", STRING),
                nullable("encrypted_content", STRING),
                nullable("signature", STRING),
                nullable("tool_changes", list(&union(TOOL_CHANGES))),
            ],
            CACHED,
        ],
    ),
    variant(
        "fallback",
        &[&[
            required("from", Shape::Record(&[required("model", STRING)])),
            required("to", Shape::Record(&[required("model", STRING)])),
            optional("trigger", Shape::Any),
        ]],
    ),
];

/// The blocks of a system message in the middle of a conversation.
pub(super) const SYSTEM_BLOCKS: &[Variant] = &[
    variant("text", TEXT),
    variant("tool_addition", &[&[required("tool", Shape::Object)], CACHED]),
    variant("tool_removal", &[&[required("tool", Shape::Object)], CACHED]),
];

/// A text block.
pub(super) const TEXT: &[&[Field]] =
    &[&[required("text", STRING), nullable("citations", list(&union(CITATIONS)))], CACHED];

const TOOL_CHANGES: &[Variant] = &[
    variant("tool_addition", &[&[required("tool", Shape::Object)], CACHED]),
    variant("tool_removal", &[&[required("tool", Shape::Object)], CACHED]),
];

/// `^[a-zA-Z0-9_-]+$`, the pattern of tool use ids.
const ID: Shape = Shape::Name { max: usize::MAX };

const ANSWERS: Field = required("tool_use_id", ID);

const CALLED: &[Field] = &[
    CACHE,
    optional(
        "caller",
        union(&[
            variant("direct", &[]),
            variant("code_execution_20250825", &[&[required("tool_id", ID)]]),
            variant("code_execution_20260120", &[&[required("tool_id", ID)]]),
        ]),
    ),
];

const SERVER_TOOLS: &[&str] = &[
    "advisor",
    "web_search",
    "web_fetch",
    "code_execution",
    "bash_code_execution",
    "text_editor_code_execution",
    "tool_search_tool_regex",
    "tool_search_tool_bm25",
];

const IMAGE: &[&[Field]] = &[
    &[
        required(
            "source",
            union(&[
                variant(
                    "base64",
                    &[&[
                        required(
                            "media_type",
                            Shape::OneOf(&["image/jpeg", "image/png", "image/gif", "image/webp"]),
                        ),
                        required("data", NON_EMPTY),
                    ]],
                ),
                variant("url", &[&[required("url", NON_EMPTY)]]),
                variant("file", &[&[required("file_id", NON_EMPTY)]]),
            ]),
        ),
        nullable(
            "transformations",
            Shape::Record(&[optional("oversized_image", Shape::OneOf(&["downsize", "error"]))]),
        ),
    ],
    CACHED,
];

const DOCUMENT: &[&[Field]] = &[
    &[
        required(
            "source",
            union(&[
                variant(
                    "base64",
                    &[&[
                        required("media_type", Shape::OneOf(&["application/pdf"])),
                        required("data", NON_EMPTY),
                    ]],
                ),
                variant(
                    "text",
                    &[&[
                        required("media_type", Shape::OneOf(&["text/plain"])),
                        required("data", STRING),
                    ]],
                ),
                variant(
                    "content",
                    &[&[required(
                        "content",
                        Shape::Either(&[
                            STRING,
                            list(&union(&[variant("text", TEXT), variant("image", IMAGE)])),
                        ]),
                    )]],
                ),
                variant("url", &[&[required("url", NON_EMPTY)]]),
                variant("file", &[&[required("file_id", NON_EMPTY)]]),
            ]),
        ),
        nullable("citations", Shape::Record(&[optional("enabled", Shape::Boolean)])),
        nullable("context", STRING),
        nullable("title", STRING),
    ],
    CACHED,
];

const SEARCH_RESULT: &[&[Field]] = &[
    &[
        required("content", list(&union(&[variant("text", TEXT)]))),
        required("source", STRING),
        required("title", STRING),
        optional("citations", Shape::Record(&[optional("enabled", Shape::Boolean)])),
    ],
    CACHED,
];

const RESULT_BLOCKS: &[Variant] = &[
    variant("text", TEXT),
    variant("image", IMAGE),
    variant("search_result", SEARCH_RESULT),
    variant("document", DOCUMENT),
    variant("tool_reference", TOOL_REFERENCE),
    variant(
        "browser_state",
        &[
            &[
                required("tabs", list(&Shape::Object)),
                nullable("state_changes", list(&Shape::Object)),
            ],
            CACHED,
        ],
    ),
];

/// A tool by its name.
pub(super) const TOOL_REFERENCE: &[&[Field]] = &[&[required("tool_name", STRING)], CACHED];

const CITATIONS: &[Variant] = &[
    variant(
        "char_location",
        &[CITED, &[required("start_char_index", COUNT), required("end_char_index", COUNT)]],
    ),
    variant(
        "page_location",
        &[CITED, &[required("start_page_number", COUNT), required("end_page_number", COUNT)]],
    ),
    variant(
        "content_block_location",
        &[CITED, &[required("start_block_index", COUNT), required("end_block_index", COUNT)]],
    ),
    variant(
        "web_search_result_location",
        &[&[
            required("cited_text", STRING),
            required("encrypted_index", STRING),
            required_or_null("title", STRING),
            required("url", STRING),
        ]],
    ),
    variant(
        "search_result_location",
        &[&[
            required("cited_text", STRING),
            required("search_result_index", COUNT),
            required("source", STRING),
            required("start_block_index", COUNT),
            required("end_block_index", COUNT),
            required_or_null("title", STRING),
        ]],
    ),
];

const CITED: &[Field] = &[
    required("cited_text", STRING),
    required("document_index", COUNT),
    required_or_null("document_title", STRING),
];
