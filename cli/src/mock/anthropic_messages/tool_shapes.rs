//! The tools of a Messages request, as tables (`types/tool_union_param.py` and
//! `types/beta/beta_tool_union_param.py` of the SDK named in `shapes.rs`).

use super::blocks::CACHE;
use crate::mock::shape::{
    COUNT, Field, NON_EMPTY, STRING, STRINGS, Shape, Variant, list, nullable, optional, required,
    union, variant,
};

/// Every tool; one without `type` is `custom`.
pub(super) const TOOLS: &[Variant] = &[
    variant(
        "custom",
        &[
            &[
                required("name", Shape::Name { max: 128 }),
                required("input_schema", Shape::Object),
                optional("description", STRING),
                nullable("eager_input_streaming", Shape::Boolean),
            ],
            EXAMPLES,
            COMMON,
        ],
    ),
    variant("bash_20241022", &[&[NAMED_BASH], EXAMPLES, COMMON]),
    variant("bash_20250124", &[&[NAMED_BASH], EXAMPLES, COMMON]),
    variant("code_execution_20250522", &[&[NAMED_CODE], COMMON]),
    variant("code_execution_20250825", &[&[NAMED_CODE], COMMON]),
    variant("code_execution_20260120", &[&[NAMED_CODE], COMMON]),
    variant("code_execution_20260521", &[&[NAMED_CODE], COMMON]),
    variant("browser_toolset_20260801", TOOLSET),
    variant("computer_toolset_20260801", TOOLSET),
    variant("computer_20241022", &[COMPUTER, EXAMPLES, COMMON]),
    variant("computer_20250124", &[COMPUTER, EXAMPLES, COMMON]),
    variant(
        "computer_20251124",
        &[COMPUTER, &[optional("enable_zoom", Shape::Boolean)], EXAMPLES, COMMON],
    ),
    variant("memory_20250818", &[&[required("name", Shape::OneOf(&["memory"]))], EXAMPLES, COMMON]),
    variant("text_editor_20241022", &[&[NAMED_EDITOR], EXAMPLES, COMMON]),
    variant("text_editor_20250124", &[&[NAMED_EDITOR], EXAMPLES, COMMON]),
    variant("text_editor_20250429", &[&[NAMED_EDIT_TOOL], EXAMPLES, COMMON]),
    variant(
        "text_editor_20250728",
        &[&[NAMED_EDIT_TOOL, nullable("max_characters", COUNT)], EXAMPLES, COMMON],
    ),
    variant("web_search_20250305", &[WEB_SEARCH, COMMON]),
    variant("web_search_20260209", &[WEB_SEARCH, COMMON]),
    variant("web_search_20260318", &[WEB_SEARCH, INCLUSION, COMMON]),
    variant("web_fetch_20250910", &[WEB_FETCH, COMMON]),
    variant("web_fetch_20260209", &[WEB_FETCH, COMMON]),
    variant("web_fetch_20260309", &[WEB_FETCH, USE_CACHE, COMMON]),
    variant("web_fetch_20260318", &[WEB_FETCH, USE_CACHE, INCLUSION, COMMON]),
    variant(
        "advisor_20260301",
        &[
            &[
                required("name", Shape::OneOf(&["advisor"])),
                required("model", NON_EMPTY),
                nullable("caching", Shape::Object),
                nullable("max_tokens", COUNT),
                nullable("max_uses", COUNT),
            ],
            COMMON,
        ],
    ),
    variant("tool_search_tool_bm25", &[&[NAMED_BM25], COMMON]),
    variant("tool_search_tool_bm25_20251119", &[&[NAMED_BM25], COMMON]),
    variant("tool_search_tool_regex", &[&[NAMED_REGEX], COMMON]),
    variant("tool_search_tool_regex_20251119", &[&[NAMED_REGEX], COMMON]),
    variant(
        "mcp_toolset",
        &[&[
            required("mcp_server_name", STRING),
            CACHE,
            nullable(
                "configs",
                Shape::Dictionary {
                    of: &Shape::Record(MCP_CONFIG),
                    key: usize::MAX,
                    max: usize::MAX,
                },
            ),
            optional("default_config", Shape::Record(MCP_CONFIG)),
            nullable("tools", list(&Shape::Object)),
        ]],
    ),
];

const COMMON: &[Field] = &[
    CACHE,
    optional(
        "allowed_callers",
        list(&Shape::OneOf(&[
            "direct",
            "code_execution_20250825",
            "code_execution_20260120",
            "code_execution_20260521",
        ])),
    ),
    optional("defer_loading", Shape::Boolean),
    optional("strict", Shape::Boolean),
];

const EXAMPLES: &[Field] = &[optional("input_examples", list(&Shape::Object))];

const NAMED_BASH: Field = required("name", Shape::OneOf(&["bash"]));
const NAMED_CODE: Field = required("name", Shape::OneOf(&["code_execution"]));
const NAMED_EDITOR: Field = required("name", Shape::OneOf(&["str_replace_editor"]));
const NAMED_EDIT_TOOL: Field = required("name", Shape::OneOf(&["str_replace_based_edit_tool"]));
const NAMED_BM25: Field = required("name", Shape::OneOf(&["tool_search_tool_bm25"]));
const NAMED_REGEX: Field = required("name", Shape::OneOf(&["tool_search_tool_regex"]));

const TOOLSET: &[&[Field]] = &[&[CACHE, nullable("configs", Shape::Object)]];

const COMPUTER: &[Field] = &[
    required("name", Shape::OneOf(&["computer"])),
    required("display_height_px", COUNT),
    required("display_width_px", COUNT),
    nullable("display_number", COUNT),
];

const WEB_SEARCH: &[Field] = &[
    required("name", Shape::OneOf(&["web_search"])),
    nullable("allowed_domains", STRINGS),
    nullable("blocked_domains", STRINGS),
    nullable("max_uses", COUNT),
    nullable(
        "user_location",
        union(&[variant(
            "approximate",
            &[&[
                nullable("city", STRING),
                nullable("country", STRING),
                nullable("region", STRING),
                nullable("timezone", STRING),
            ]],
        )]),
    ),
];

const WEB_FETCH: &[Field] = &[
    required("name", Shape::OneOf(&["web_fetch"])),
    nullable("allowed_domains", STRINGS),
    nullable("blocked_domains", STRINGS),
    nullable("citations", Shape::Record(&[optional("enabled", Shape::Boolean)])),
    nullable("max_content_tokens", COUNT),
    nullable("max_uses", COUNT),
    nullable(
        "url_sources",
        Shape::Record(&[
            optional("client_tool_results", union(URL_SOURCES)),
            optional("server_tool_results", union(URL_SOURCES)),
            optional("user_input", union(&[variant("all", &[]), variant("none", &[])])),
        ]),
    ),
];

const URL_SOURCES: &[Variant] = &[
    variant("all", &[]),
    variant("none", &[]),
    variant("only", URL_TOOLS),
    variant("except", URL_TOOLS),
];

const URL_TOOLS: &[&[Field]] = &[&[required(
    "tools",
    list(&union(&[variant("tool_reference", &[&[required("name", STRING)]])])),
)]];

const INCLUSION: &[Field] = &[optional("response_inclusion", Shape::OneOf(&["full", "excluded"]))];

const USE_CACHE: &[Field] = &[optional("use_cache", Shape::Boolean)];

const MCP_CONFIG: &[Field] =
    &[optional("defer_loading", Shape::Boolean), optional("enabled", Shape::Boolean)];
