//! Content blocks: reading them, and the parts of writing them that requests and answers share.
//!
//! <https://platform.claude.com/docs/en/api/messages> (read 2026-11-20).

use chat::Problem;
use chat::json::{Value, json, object};

use super::NAME;
use crate::neutral::{Block, CacheControl, Content, Source, ToolKind};
use crate::reader::{Fields, bits, each, wrong_type, wrong_value};
use crate::{Drops, Path};

/// Why a field of ours is in the drops.
pub(super) const NOT_CARRIED: &str = "not carried over by translation";

/// Kinds of citations. Others come from another dialect.
const CITATIONS: [&str; 5] = [
    "char_location",
    "content_block_location",
    "page_location",
    "search_result_location",
    "web_search_result_location",
];

/// Reads `content`: a string, or an array of blocks. A string is one text block at the path of the field.
pub(super) fn decode(value: Value, path: &Path, drops: &mut Drops) -> Result<Vec<Block>, Problem> {
    match value {
        Value::String(text) => Ok(vec![Block::new(Content::Text { text, citations: None }, path)]),
        Value::Array(items) => each(items, path, |value, path| decode_block(value, path, drops)),
        _ => Err(wrong_type(path.to_owned(), "a string or an array of content blocks")),
    }
}

fn decode_block(value: Value, path: Path, drops: &mut Drops) -> Result<Block, Problem> {
    let mut fields = Fields::new(value, path.clone())?;
    if !is_modelled(&fields) {
        let content = Content::Opaque { dialect: NAME, value: Value::Object(fields.rest()) };
        return Ok(Block::new(content, path));
    }
    let kind = fields.required_string("type")?;
    let cache = fields.of(bits!["cache_control"], decode_cache)?;
    let content = match kind.as_str() {
        "text" => Content::Text {
            text: fields.required_string("text")?,
            citations: fields.array("citations")?.map(Value::Array),
        },
        kind => decode_other(kind, &mut fields, drops)?,
    };
    fields.report_rest(drops, NOT_CARRIED);
    Ok(Block { content, cache, path })
}

/// What is modelled besides text: apart from it, as most blocks are nothing else.
#[inline(never)]
fn decode_other(kind: &str, fields: &mut Fields, drops: &mut Drops) -> Result<Content, Problem> {
    Ok(match kind {
        "document" => decode_document(fields, drops)?,
        "image" => Content::Image { source: decode_source(fields, drops)?, detail: None },
        "redacted_thinking" => Content::RedactedReasoning { data: fields.required_string("data")? },
        "thinking" => Content::Reasoning {
            text: fields.required_string("thinking")?,
            signature: fields.string("signature")?.filter(|signature| !signature.is_empty()),
        },
        "tool_result" => decode_tool_result(fields, drops)?,
        _ => decode_tool_use(fields)?,
    })
}

/// Whether the neutral model has a place for a block. What it has none for travels whole. A block without a
/// type counts as modelled, so that reading it reports what is missing.
fn is_modelled(fields: &Fields) -> bool {
    let Some(kind) = fields.peek("type").and_then(Value::as_str) else { return true };
    let source =
        fields.peek("source").and_then(|source| source.get("type")).and_then(Value::as_str);
    match kind {
        "text" | "thinking" | "redacted_thinking" | "tool_use" | "tool_result" => true,
        "image" => matches!(source, None | Some("base64" | "file" | "url")),
        "document" => matches!(source, None | Some("base64" | "file" | "text" | "url")),
        _ => false,
    }
}

fn decode_document(fields: &mut Fields, drops: &mut Drops) -> Result<Content, Problem> {
    let source = decode_source(fields, drops)?;
    let citations = match fields.object("citations")? {
        None => None,
        Some(mut citations) => {
            let enabled = citations.bool("enabled")?;
            citations.report_rest(drops, NOT_CARRIED);
            enabled
        }
    };
    Ok(Content::Document {
        source,
        title: fields.string("title")?,
        context: fields.string("context")?,
        citations,
    })
}

fn decode_source(fields: &mut Fields, drops: &mut Drops) -> Result<Source, Problem> {
    let path = fields.path("source");
    let mut source = Fields::new(fields.required("source")?, path)?;
    let decoded = match source.required_string("type")?.as_str() {
        "base64" => Source::Base64 {
            media_type: source.required_string("media_type")?,
            data: source.required_string("data")?,
        },
        "file" => Source::File { id: source.required_string("file_id")? },
        "text" => {
            source.string("media_type")?;
            Source::Text { text: source.required_string("data")? }
        }
        "url" => Source::Url { url: source.required_string("url")? },
        _ => return Err(wrong_value(source.path("type"), "base64, file, text or url")),
    };
    source.report_rest(drops, NOT_CARRIED);
    Ok(decoded)
}

fn decode_tool_use(fields: &mut Fields) -> Result<Content, Problem> {
    let input = fields.required("input")?;
    if !input.is_object() {
        return Err(wrong_type(fields.path("input"), "an object"));
    }
    Ok(Content::ToolCall {
        id: fields.required_string("id")?,
        name: fields.required_string("name")?,
        arguments: input.to_string(),
        kind: ToolKind::Function,
    })
}

fn decode_tool_result(fields: &mut Fields, drops: &mut Drops) -> Result<Content, Problem> {
    let path = fields.path("content");
    let content = match fields.take("content") {
        None | Some(Value::Null) => Vec::new(),
        Some(content) => decode(content, &path, drops)?,
    };
    Ok(Content::ToolResult {
        id: fields.required_string("tool_use_id")?,
        content,
        is_error: fields.bool("is_error")?,
    })
}

/// Takes `cache_control` out of `fields`.
pub(super) fn decode_cache(fields: &mut Fields) -> Result<Option<CacheControl>, Problem> {
    let Some(mut cache) = fields.object("cache_control")? else { return Ok(None) };
    if cache.required_string("type")? != "ephemeral" {
        return Err(wrong_value(cache.path("type"), "ephemeral"));
    }
    Ok(Some(CacheControl { ttl: cache.string("ttl")? }))
}

/// Writes a cache mark.
pub(super) fn encode_cache(cache: CacheControl) -> Value {
    match cache.ttl {
        None => json!({"type": "ephemeral"}),
        Some(ttl) => json!({"type": "ephemeral", "ttl": ttl}),
    }
}

/// Writes text. Citations of another dialect are recorded as dropped.
pub(super) fn encode_text(
    text: String,
    citations: Option<Value>,
    path: &Path,
    drops: &mut Drops,
) -> Value {
    let mut block = object([("type", "text".into()), ("text", text.into())]);
    match citations {
        Some(citations) if is_citations(&citations) => {
            if let Value::Object(block) = &mut block {
                block.put("citations", citations);
            }
        }
        Some(Value::Array(none)) if none.is_empty() => {}
        Some(foreign) => drops.lose(format!("{path}.citations"), super::NOT_SUPPORTED, foreign),
        None => {}
    }
    block
}

fn is_citations(value: &Value) -> bool {
    matches!(value, Value::Array(items) if !items.is_empty() && items.iter().all(is_citation))
}

/// Whether a citation has this dialect's shape.
pub(super) fn is_citation(value: &Value) -> bool {
    let kind = value.get("type").and_then(Value::as_str);
    kind.is_some_and(|kind| CITATIONS.contains(&kind))
}

/// The `input` of a call with those arguments. No text at all means no arguments; the text of a custom tool
/// stands in `input`. `None`: the text is no JSON object.
pub(super) fn tool_input(arguments: &str, kind: ToolKind) -> Option<Value> {
    match kind {
        ToolKind::Custom => Some(json!({"input": arguments})),
        ToolKind::Function if arguments.trim().is_empty() => Some(json!({})),
        ToolKind::Function => chat::json::parse_str(arguments).ok().filter(Value::is_object),
    }
}
