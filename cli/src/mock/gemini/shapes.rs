//! The documented shape of a generation request, as tables.
//!
//! Source: `GenerateContentRequest` at <https://ai.google.dev/api/generate-content> and the types in
//! the official Python SDK google-genai 3.4.0, 2026-11-21.

use crate::mock::shape::{COUNT, Field, STRING, STRINGS, Shape, list, optional, required};

/// The whole body. Whatever is not listed is refused.
pub(super) const REQUEST: Shape = Shape::Record(&[
    required("contents", Shape::List { of: &CONTENT, min: 1, max: usize::MAX }),
    optional("systemInstruction", CONTENT),
    optional("tools", list(&TOOL)),
    optional("toolConfig", Shape::Record(TOOL_CONFIG)),
    optional("generationConfig", Shape::Record(CONFIG)),
    optional("safetySettings", list(&Shape::Record(SAFETY))),
    optional("cachedContent", STRING),
    optional("labels", Shape::Dictionary { of: &STRING, key: 63, max: 64 }),
    optional("serviceTier", Shape::OneOf(&["flex", "priority", "standard", "unspecified"])),
    optional("store", Shape::Boolean),
    optional("model", STRING),
]);

const CONTENT: Shape = Shape::Record(&[
    required("parts", Shape::List { of: &PART, min: 1, max: usize::MAX }),
    optional("role", Shape::OneOf(&["user", "model", "function", "system"])),
]);

/// Exactly one of the members of a part is its content; the rules see to that.
const PART: Shape = Shape::Record(&[
    optional("text", STRING),
    optional("inlineData", BLOB),
    optional("fileData", FILE),
    optional("functionCall", Shape::Record(CALL)),
    optional("functionResponse", Shape::Record(RESPONSE)),
    optional(
        "executableCode",
        Shape::Record(&[
            required("code", STRING),
            required("language", Shape::OneOf(&["PYTHON", "LANGUAGE_UNSPECIFIED"])),
            optional("id", STRING),
        ]),
    ),
    optional(
        "codeExecutionResult",
        Shape::Record(&[
            required(
                "outcome",
                Shape::OneOf(&["OUTCOME_OK", "OUTCOME_FAILED", "OUTCOME_DEADLINE_EXCEEDED"]),
            ),
            optional("output", STRING),
            optional("id", STRING),
        ]),
    ),
    optional("toolCall", Shape::Object),
    optional("toolResponse", Shape::Object),
    optional("thought", Shape::Boolean),
    optional("thoughtSignature", STRING),
    optional("videoMetadata", Shape::Object),
    optional("mediaResolution", Shape::Object),
    optional("partMetadata", Shape::Object),
]);

const BLOB: Shape = Shape::Record(&[required("mimeType", STRING), required("data", STRING)]);

const FILE: Shape = Shape::Record(&[required("fileUri", STRING), optional("mimeType", STRING)]);

const CALL: &[Field] =
    &[required("name", STRING), optional("args", Shape::Object), optional("id", STRING)];

const RESPONSE: &[Field] = &[
    required("name", STRING),
    required("response", Shape::Object),
    optional("id", STRING),
    optional(
        "parts",
        list(&Shape::Record(&[optional("inlineData", BLOB), optional("fileData", FILE)])),
    ),
    optional("willContinue", Shape::Boolean),
    optional("scheduling", Shape::OneOf(&["SILENT", "WHEN_IDLE", "INTERRUPT"])),
];

const TOOL: Shape = Shape::Record(&[
    optional("functionDeclarations", list(&Shape::Record(FUNCTION))),
    optional("googleSearch", Shape::Object),
    optional("googleSearchRetrieval", Shape::Object),
    optional("googleMaps", Shape::Object),
    optional("codeExecution", Shape::Object),
    optional("urlContext", Shape::Object),
    optional("fileSearch", Shape::Object),
    optional("computerUse", Shape::Object),
    optional("mcpServers", list(&Shape::Object)),
]);

const FUNCTION: &[Field] = &[
    required("name", STRING),
    optional("description", STRING),
    optional("parameters", Shape::Object),
    optional("parametersJsonSchema", Shape::Object),
    optional("response", Shape::Object),
    optional("responseJsonSchema", Shape::Any),
    optional("behavior", Shape::OneOf(&["BLOCKING", "NON_BLOCKING"])),
];

const TOOL_CONFIG: &[Field] = &[
    optional(
        "functionCallingConfig",
        Shape::Record(&[
            optional(
                "mode",
                Shape::OneOf(&["MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"]),
            ),
            optional("allowedFunctionNames", STRINGS),
        ]),
    ),
    optional("retrievalConfig", Shape::Object),
    optional("includeServerSideToolInvocations", Shape::Boolean),
];

const CONFIG: &[Field] = &[
    optional("temperature", Shape::Number { min: 0.0, max: 2.0 }),
    optional("topP", Shape::Number { min: 0.0, max: 1.0 }),
    optional("topK", Shape::Number { min: 1.0, max: 1000.0 }),
    optional("candidateCount", Shape::Integer { min: 1, max: 8 }),
    optional("maxOutputTokens", Shape::Integer { min: 1, max: i32::MAX as i64 }),
    optional("stopSequences", Shape::List { of: &STRING, min: 0, max: 5 }),
    optional("seed", Shape::Integer { min: i32::MIN as i64, max: i32::MAX as i64 }),
    optional("presencePenalty", Shape::Number { min: -2.0, max: 2.0 }),
    optional("frequencyPenalty", Shape::Number { min: -2.0, max: 2.0 }),
    optional("responseLogprobs", Shape::Boolean),
    optional("logprobs", Shape::Integer { min: 0, max: 20 }),
    optional("responseMimeType", Shape::OneOf(&["text/plain", "application/json", "text/x.enum"])),
    optional("responseSchema", Shape::Object),
    optional("responseJsonSchema", Shape::Any),
    optional("responseModalities", STRINGS),
    optional("thinkingConfig", Shape::Record(THINKING)),
    optional("mediaResolution", STRING),
    optional("speechConfig", Shape::Object),
    optional("imageConfig", Shape::Object),
    optional("enableEnhancedCivicAnswers", Shape::Boolean),
];

const THINKING: &[Field] = &[
    optional("includeThoughts", Shape::Boolean),
    optional("thinkingBudget", Shape::Integer { min: -1, max: 32_768 }),
    optional(
        "thinkingLevel",
        Shape::OneOf(&["THINKING_LEVEL_UNSPECIFIED", "MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH"]),
    ),
];

const SAFETY: &[Field] = &[
    required("category", STRING),
    required(
        "threshold",
        Shape::OneOf(&[
            "HARM_BLOCK_THRESHOLD_UNSPECIFIED",
            "BLOCK_LOW_AND_ABOVE",
            "BLOCK_MEDIUM_AND_ABOVE",
            "BLOCK_ONLY_HIGH",
            "BLOCK_NONE",
            "OFF",
        ]),
    ),
];

/// Google's `Schema`, at every depth.
pub(super) const SCHEMA: &[Field] = &[
    optional(
        "type",
        Shape::OneOf(&[
            "TYPE_UNSPECIFIED",
            "STRING",
            "NUMBER",
            "INTEGER",
            "BOOLEAN",
            "ARRAY",
            "OBJECT",
            "NULL",
            "string",
            "number",
            "integer",
            "boolean",
            "array",
            "object",
            "null",
        ]),
    ),
    optional("format", STRING),
    optional("title", STRING),
    optional("description", STRING),
    optional("nullable", Shape::Boolean),
    optional("enum", STRINGS),
    optional("items", Shape::Object),
    optional("properties", Shape::Object),
    optional("required", STRINGS),
    optional("anyOf", list(&Shape::Object)),
    optional("propertyOrdering", STRINGS),
    optional("default", Shape::Any),
    optional("example", Shape::Any),
    optional("pattern", STRING),
    optional("minimum", Shape::Number { min: f64::MIN, max: f64::MAX }),
    optional("maximum", Shape::Number { min: f64::MIN, max: f64::MAX }),
    optional("minItems", WHOLE),
    optional("maxItems", WHOLE),
    optional("minLength", WHOLE),
    optional("maxLength", WHOLE),
    optional("minProperties", WHOLE),
    optional("maxProperties", WHOLE),
];

/// A 64-bit number, which is also written as a string.
const WHOLE: Shape = Shape::Either(&[COUNT, STRING]);
