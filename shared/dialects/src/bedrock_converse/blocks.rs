//! Content blocks, read. <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html>

use chat::Problem;
use chat::json::{Value, json};

use super::{NAME, NOT_CARRIED};
use crate::neutral::{Block, CacheControl, Content, Source, ToolKind};
use crate::reader::{Fields, wrong_type};
use crate::{Drops, Path};

/// Formats of documents and their media types.
pub(super) const DOCUMENTS: [(&str, &str); 9] = [
    ("csv", "text/csv"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("html", "text/html"),
    ("md", "text/markdown"),
    ("pdf", "application/pdf"),
    ("txt", "text/plain"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
];

/// Reads a list of blocks. A cache point marks the block before it.
pub(super) fn decode(
    list: Vec<Value>,
    path: &Path,
    drops: &mut Drops,
) -> Result<Vec<Block>, Problem> {
    let mut blocks: Vec<Block> = Vec::new();
    for (index, value) in list.into_iter().enumerate() {
        let path = path.item(index);
        if let Some(cache) = cache_point(&value) {
            match blocks.last_mut() {
                Some(last) => last.cache = Some(cache),
                None => drops.add(path, "nothing stands before it"),
            }
            continue;
        }
        let content = block(value, &path, drops)?;
        blocks.push(Block::new(content, path));
    }
    Ok(blocks)
}

/// The mark that a `cachePoint` is.
pub(super) fn cache_point(value: &Value) -> Option<CacheControl> {
    let point = value.get("cachePoint").filter(|point| point.is_object())?;
    Some(CacheControl { ttl: point.get("ttl").and_then(Value::as_str).map(str::to_owned) })
}

fn block(value: Value, path: &str, drops: &mut Drops) -> Result<Content, Problem> {
    if !is_known(&value) {
        return match value.as_object().is_some_and(|map| !map.is_empty()) {
            true => Ok(Content::Opaque { dialect: NAME, value }),
            false => Err(wrong_type(path.to_owned(), "a content block")),
        };
    }
    let mut fields = Fields::new(value, path)?;
    let content = known(&mut fields, drops)?;
    fields.report_rest(drops, NOT_CARRIED);
    Ok(content)
}

/// Reads a block that has a neutral form.
fn known(fields: &mut Fields, drops: &mut Drops) -> Result<Content, Problem> {
    if let Some(text) = fields.string("text")? {
        return Ok(Content::Text { text, citations: None });
    }
    if let Some(image) = fields.object("image")? {
        let (format, source, rest) = media(image, drops)?;
        rest.report_rest(drops, NOT_CARRIED);
        let source = typed(source, &format!("image/{format}"));
        return Ok(Content::Image { source, detail: None });
    }
    if let Some(audio) = fields.object("audio")? {
        let (format, source, rest) = media(audio, drops)?;
        rest.report_rest(drops, NOT_CARRIED);
        let media_type = match format.as_str() {
            "mp3" => "audio/mpeg".to_owned(),
            other => format!("audio/{other}"),
        };
        return Ok(Content::Audio { source: typed(source, &media_type), format });
    }
    if let Some(document) = fields.object("document")? {
        return document_of(document, drops);
    }
    if let Some(mut call) = fields.object("toolUse")? {
        let input = call.required("input")?;
        let content = Content::ToolCall {
            id: call.required_string("toolUseId")?,
            name: call.required_string("name")?,
            arguments: input.to_string(),
            kind: ToolKind::Function,
        };
        call.report_rest(drops, NOT_CARRIED);
        return Ok(content);
    }
    if let Some(mut result) = fields.object("toolResult")? {
        let list = result.array("content")?.ok_or_else(|| result.lacks("content"))?;
        let path = result.path("content");
        let content = Content::ToolResult {
            id: result.required_string("toolUseId")?,
            content: decode(list.into_iter().map(spelled_out).collect(), &path, drops)?,
            is_error: result.string("status")?.map(|status| status == "error"),
        };
        result.report_rest(drops, NOT_CARRIED);
        return Ok(content);
    }
    if let Some(mut thoughts) = fields.object("reasoningContent")? {
        if let Some(data) = thoughts.string("redactedContent")? {
            thoughts.report_rest(drops, NOT_CARRIED);
            return Ok(Content::RedactedReasoning { data });
        }
        let mut text =
            thoughts.object("reasoningText")?.ok_or_else(|| thoughts.lacks("reasoningText"))?;
        let content = Content::Reasoning {
            text: text.required_string("text")?,
            signature: text.string("signature")?.filter(|signature| !signature.is_empty()),
        };
        text.report_rest(drops, NOT_CARRIED);
        thoughts.report_rest(drops, NOT_CARRIED);
        return Ok(content);
    }
    let mut cited =
        fields.object("citationsContent")?.ok_or_else(|| fields.lacks("citationsContent"))?;
    let pieces = cited.array("content")?.unwrap_or_default();
    let text = pieces.iter().filter_map(|piece| piece.get("text")?.as_str()).collect();
    let citations = cited.array("citations")?.filter(|list| !list.is_empty());
    cited.report_rest(drops, NOT_CARRIED);
    Ok(Content::Text { text, citations: citations.map(citations_of) })
}

/// Whether a block has a neutral form.
fn is_known(value: &Value) -> bool {
    let has = |of: &Value, names: &[&str]| {
        names.iter().any(|name| of.get(name).is_some_and(|value| !value.is_null()))
    };
    let media = ["image", "audio", "document"].iter().find_map(|name| value.get(name));
    match media {
        Some(media) => {
            let source = media.get("source");
            source.is_some_and(|source| has(source, &["bytes", "text", "s3Location"]))
        }
        None => {
            has(value, &["text", "toolUse", "toolResult", "reasoningContent", "citationsContent"])
        }
    }
}

/// Citations of web pages in the shape of OpenAI's annotations, which the other dialects read; others whole.
fn citations_of(list: Vec<Value>) -> Value {
    let page = |citation: Value| {
        let url = citation.pointer("/location/web/url").and_then(Value::as_str);
        let Some(url) = url.map(str::to_owned) else { return citation };
        let title = citation.get("title").and_then(Value::as_str).unwrap_or(&url).to_owned();
        json!({"type": "web", "url": url, "title": title})
    };
    list.into_iter().map(page).collect()
}

/// JSON in a result as the text of it.
fn spelled_out(value: Value) -> Value {
    match value.get("json") {
        Some(json) => json!({"text": json.to_string()}),
        None => value,
    }
}

fn typed(source: Source, media_type: &str) -> Source {
    match source {
        Source::Base64 { data, .. } => Source::Base64 { media_type: media_type.to_owned(), data },
        other => other,
    }
}

/// Format and source of a medium, and what else it says.
fn media(mut fields: Fields, drops: &mut Drops) -> Result<(String, Source, Fields), Problem> {
    let format = fields.string("format")?.unwrap_or_default();
    let mut source = fields.object("source")?.ok_or_else(|| fields.lacks("source"))?;
    let found = if let Some(data) = source.string("bytes")? {
        Source::Base64 { media_type: String::new(), data }
    } else if let Some(text) = source.string("text")? {
        Source::Text { text }
    } else {
        let mut place = source.object("s3Location")?.ok_or_else(|| source.lacks("s3Location"))?;
        let url = place.required_string("uri")?;
        place.report_rest(drops, NOT_CARRIED);
        Source::Url { url }
    };
    Ok((format, found, fields))
}

fn document_of(fields: Fields, drops: &mut Drops) -> Result<Content, Problem> {
    let (format, source, mut fields) = media(fields, drops)?;
    let row = DOCUMENTS.iter().find(|row| row.0 == format);
    let media_type = row.map_or("application/octet-stream", |row| row.1);
    let citations = match fields.object("citations")? {
        Some(mut citations) => citations.bool("enabled")?,
        None => None,
    };
    let content = Content::Document {
        source: typed(source, media_type),
        title: fields.string("name")?,
        context: fields.string("context")?,
        citations,
    };
    fields.report_rest(drops, NOT_CARRIED);
    Ok(content)
}
