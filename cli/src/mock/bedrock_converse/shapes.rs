//! The documented shape of a request
//! (<https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>, 2026-11-21). Unions are
//! objects of which exactly one member is there; the rules see to that.

use crate::mock::shape::{Field, NON_EMPTY, STRING, Shape, list, optional, required};

/// The whole body. Whatever is not listed is refused.
pub(super) const REQUEST: Shape = Shape::Record(&[
    optional("messages", list(&MESSAGE)),
    optional("system", list(&Shape::Record(SYSTEM))),
    optional("inferenceConfig", Shape::Record(INFERENCE)),
    optional("toolConfig", Shape::Record(TOOLS)),
    optional("guardrailConfig", Shape::Object),
    optional("additionalModelRequestFields", Shape::Object),
    optional("additionalModelResponseFieldPaths", list(&STRING)),
    optional("promptVariables", Shape::Object),
    optional("requestMetadata", Shape::Object),
    optional("performanceConfig", Shape::Object),
    optional(
        "serviceTier",
        Shape::Record(&[required(
            "type",
            Shape::OneOf(&["priority", "default", "flex", "reserved"]),
        )]),
    ),
    optional("outputConfig", Shape::Record(OUTPUT)),
]);

const MESSAGE: Shape = Shape::Record(&[
    required("role", Shape::OneOf(&["user", "assistant"])),
    required("content", Shape::List { of: &BLOCK, min: 1, max: usize::MAX }),
]);

const BLOCK: Shape = Shape::Record(&[
    optional("text", STRING),
    optional("image", Shape::Record(IMAGE)),
    optional("audio", Shape::Record(MEDIUM)),
    optional("video", Shape::Object),
    optional("document", Shape::Record(DOCUMENT)),
    optional("toolUse", Shape::Record(CALL)),
    optional("toolResult", Shape::Record(RESULT)),
    optional("guardContent", Shape::Object),
    optional("cachePoint", Shape::Record(CACHE)),
    optional("reasoningContent", Shape::Record(THOUGHTS)),
    optional("citationsContent", Shape::Object),
    optional("searchResult", Shape::Object),
]);

const SYSTEM: &[Field] = &[
    optional("text", NON_EMPTY),
    optional("guardContent", Shape::Object),
    optional("cachePoint", Shape::Record(CACHE)),
];

const CACHE: &[Field] =
    &[required("type", Shape::OneOf(&["default"])), optional("ttl", Shape::OneOf(&["5m", "1h"]))];

const SOURCE: Shape = Shape::Record(&[
    optional("bytes", STRING),
    optional("text", STRING),
    optional("content", list(&Shape::Object)),
    optional(
        "s3Location",
        Shape::Record(&[required("uri", NON_EMPTY), optional("bucketOwner", STRING)]),
    ),
]);

const IMAGE: &[Field] = &[
    required("format", Shape::OneOf(&["png", "jpeg", "gif", "webp"])),
    required("source", SOURCE),
];

const MEDIUM: &[Field] = &[required("format", NON_EMPTY), required("source", SOURCE)];

const DOCUMENT: &[Field] = &[
    optional(
        "format",
        Shape::OneOf(&["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"]),
    ),
    required("name", Shape::Text { min: 1, max: 200 }),
    required("source", SOURCE),
    optional("context", STRING),
    optional("citations", Shape::Record(&[required("enabled", Shape::Boolean)])),
];

const CALL: &[Field] = &[
    required("toolUseId", Shape::Text { min: 1, max: 64 }),
    required("name", Shape::Name { max: 64 }),
    required("input", Shape::Object),
    optional("type", STRING),
];

const RESULT: &[Field] = &[
    required("toolUseId", Shape::Text { min: 1, max: 64 }),
    required("content", list(&PIECE)),
    optional("status", Shape::OneOf(&["success", "error"])),
];

const PIECE: Shape = Shape::Record(&[
    optional("json", Shape::Any),
    optional("text", STRING),
    optional("image", Shape::Record(IMAGE)),
    optional("document", Shape::Record(DOCUMENT)),
    optional("video", Shape::Object),
    optional("searchResult", Shape::Object),
]);

const THOUGHTS: &[Field] = &[
    optional(
        "reasoningText",
        Shape::Record(&[required("text", STRING), optional("signature", STRING)]),
    ),
    optional("redactedContent", STRING),
];

const INFERENCE: &[Field] = &[
    optional("maxTokens", Shape::Integer { min: 1, max: i64::MAX }),
    optional("temperature", Shape::Number { min: 0.0, max: 1.0 }),
    optional("topP", Shape::Number { min: 0.0, max: 1.0 }),
    optional("stopSequences", Shape::List { of: &NON_EMPTY, min: 0, max: 2_500 }),
];

const TOOLS: &[Field] = &[
    required("tools", Shape::List { of: &TOOL, min: 1, max: usize::MAX }),
    optional(
        "toolChoice",
        Shape::Record(&[
            optional("auto", Shape::Object),
            optional("any", Shape::Object),
            optional("tool", Shape::Record(&[required("name", Shape::Name { max: 64 })])),
        ]),
    ),
];

const TOOL: Shape = Shape::Record(&[
    optional(
        "toolSpec",
        Shape::Record(&[
            required("name", Shape::Name { max: 64 }),
            optional("description", NON_EMPTY),
            required("inputSchema", Shape::Record(&[required("json", Shape::Object)])),
            optional("strict", Shape::Boolean),
        ]),
    ),
    optional("systemTool", Shape::Record(&[required("name", Shape::Name { max: 64 })])),
    optional("cachePoint", Shape::Record(CACHE)),
]);

const OUTPUT: &[Field] = &[
    optional(
        "textFormat",
        Shape::Record(&[
            required("type", Shape::OneOf(&["json_schema"])),
            required(
                "structure",
                Shape::Record(&[required(
                    "jsonSchema",
                    Shape::Record(&[
                        required("schema", STRING),
                        optional("name", STRING),
                        optional("description", STRING),
                    ]),
                )]),
            ),
        ]),
    ),
    optional("effort", Shape::OneOf(&["low", "medium", "high", "xhigh", "max"])),
];
