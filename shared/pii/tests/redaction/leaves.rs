//! Every string of every request that we know, in its turn replaced by a value: none of it goes upstream, unless its
//! field says how and not what.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::*;

const MAIL: &str = "jane@example.com";

/// Fields that say how, or hold what nobody looks into: kinds, switches, handles, names of tools, media, and what a
/// provider has signed.
const LEFT: &[&str] = &[
    "/format",
    "additionalModelResponseFieldPaths",
    "allowedFunctionNames",
    "allowed_callers",
    "allowed_domains",
    "aspectRatio",
    "audio/format",
    "behavior",
    "blocked_domains",
    "blocking_confidence",
    "bytes",
    "cachedContent",
    "call_id",
    "category",
    "city",
    "container",
    "content/name",
    "content/thinking",
    "country",
    "custom/name",
    "data",
    "detail",
    "display",
    "document/format",
    "effort",
    "encrypted_content",
    "environment",
    "exclude_domains",
    "fileUri",
    "file_data",
    "file_id",
    "file_url",
    "format/name",
    "function/name",
    "functionCall/name",
    "functionDeclarations/name",
    "functionResponse/name",
    "function_call/name",
    "functions/name",
    "guardrailIdentifier",
    "guardrailVersion",
    "id",
    "image/format",
    "image_url",
    "images",
    "include",
    "inference_geo",
    "input/name",
    "input_audio/format",
    "jsonSchema/name",
    "json_schema/name",
    "keep_alive",
    "language",
    "languageCode",
    "latency",
    "level",
    "maxItems",
    "mcp_servers/name",
    "mediaResolution",
    "media_type",
    "messages/name",
    "mimeType",
    "mime_type",
    "minItems",
    "modalities",
    "mode",
    "model",
    "outcome",
    "phase",
    "previous_response_id",
    "prompt_cache_retention",
    "propertyOrdering",
    "reasoning/summary",
    "reasoningText/text",
    "reasoning_effort",
    "redactedContent",
    "require_approval",
    "required",
    "responseMimeType",
    "responseModalities",
    "role",
    "safety_mode",
    "scheduling",
    "search_context_size",
    "seat/format",
    "server_label",
    "server_url",
    "serviceTier",
    "service_tier",
    "signature",
    "signature_name",
    "startOffset",
    "startTime",
    "status",
    "syntax",
    "systemTool/name",
    "think",
    "thinkingLevel",
    "thinking_blocks/thinking",
    "thoughtSignature",
    "threshold",
    "tool/name",
    "toolSpec/name",
    "toolUse/name",
    "toolUseId",
    "tool_call_id",
    "tool_choice",
    "tool_choice/name",
    "tool_name",
    "tool_use_id",
    "tools/name",
    "truncation",
    "ttl",
    "type",
    "uri",
    "url",
    "vector_store_ids",
    "verbosity",
    "video/format",
    "voice",
];

/// The places of all strings in a tree.
fn leaves(tree: &Value, place: &str, found: &mut Vec<String>) {
    let mut each = |name: &str, value: &Value| leaves(value, &format!("{place}/{name}"), found);
    match tree {
        Value::String(_) => found.push(place.to_owned()),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| each(&index.to_string(), item));
        }
        Value::Object(map) => map.iter().for_each(|(name, value)| each(name, value)),
        _ => {}
    }
}

/// The field that a place is in: the last name, behind the one before it if it says too little alone.
fn field(place: &str) -> String {
    let mut names = place.rsplit('/').filter(|name| name.parse::<u32>().is_err());
    let name = names.next().unwrap();
    match name {
        "name" | "text" | "thinking" | "schema" | "summary" | "format" => {
            format!("{}/{name}", names.next().unwrap())
        }
        _ => name.to_owned(),
    }
}

#[test]
fn all_fields_that_can_hold_text_are_read() {
    let redactor = redactor(&json!({"tool_definitions": true}));
    let mut left = BTreeSet::new();
    for dialect in dialects::DIALECTS {
        let path = dialect.endpoints().first().unwrap().path("m");
        for (_, request) in testkit::json_fixtures::<Value>(&format!("{}/request", dialect.name()))
        {
            let mut places = Vec::new();
            leaves(&request, "", &mut places);
            for place in places {
                let mut body = request.clone();
                *body.pointer_mut(&place).unwrap() = MAIL.into();
                let sent = Run::new(&redactor).send(&path, &body);
                if sent.to_string().contains(MAIL) {
                    left.insert(field(&place));
                }
            }
        }
    }
    let known: BTreeSet<_> = LEFT.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(left, known);
}
