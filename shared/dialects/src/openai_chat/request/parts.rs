//! Content parts, read.

use chat::Problem;
use chat::json::Value;

use super::super::{NAME, UNKNOWN};
use crate::neutral::{Block, CacheControl, Content, Source};
use crate::reader::{Fields, bits, each, missing, wrong_type, wrong_value};
use crate::{Drops, Path};

/// The parts that have a place in the neutral model; others are opaque.
const KINDS: [&str; 5] = ["text", "refusal", "image_url", "input_audio", "file"];

/// Takes `content` out of a message: a string or an array of parts. `None` if it is absent or `null`.
pub(super) fn content(
    message: &mut Fields,
    drops: &mut Drops,
) -> Result<Option<Vec<Block>>, Problem> {
    let content = match message.take("content") {
        None | Some(Value::Null) => return Ok(None),
        Some(content) => content,
    };
    let path = message.path("content");
    match content {
        Value::String(text) => {
            Ok(Some(vec![Block::new(Content::Text { text, citations: None }, path)]))
        }
        Value::Array(parts) => each(parts, &path, |value, path| part(value, path, drops)).map(Some),
        _ => Err(wrong_type(path, "a string or an array")),
    }
}

/// Reads a part.
pub(crate) fn part(value: Value, path: Path, drops: &mut Drops) -> Result<Block, Problem> {
    let kind = value.get("type").and_then(Value::as_str);
    if kind.is_some_and(|kind| !KINDS.contains(&kind)) {
        return Ok(Block::new(Content::Opaque { dialect: NAME, value }, path));
    }
    let mut fields = Fields::new(value, path.clone())?;
    let content = match fields.required_string("type")?.as_str() {
        "text" => Content::Text { text: fields.required_string("text")?, citations: None },
        "refusal" => Content::Refusal { text: fields.required_string("refusal")? },
        "image_url" => image(required_object(&mut fields, "image_url")?, drops)?,
        "input_audio" => audio(required_object(&mut fields, "input_audio")?, drops)?,
        _ => file(required_object(&mut fields, "file")?, drops)?,
    };
    let cache = cache(&mut fields, drops)?;
    fields.report_rest(drops, UNKNOWN);
    Ok(Block { content, cache, path })
}

/// Takes a cache mark: `cache_control` as Anthropic has it, which gateways accept here too, or OpenAI's own
/// `prompt_cache_breakpoint`.
#[inline(always)]
pub(crate) fn cache(
    fields: &mut Fields,
    drops: &mut Drops,
) -> Result<Option<CacheControl>, Problem> {
    fields.of(bits!["cache_control", "prompt_cache_breakpoint"], |fields| {
        let control = mark(fields, "cache_control", "type", drops)?;
        let breakpoint = mark(fields, "prompt_cache_breakpoint", "mode", drops)?;
        let path = || fields.path("prompt_cache_breakpoint.ttl");
        Ok(control.or(breakpoint.map(|mark| with_common_lifetime(mark, path(), drops))))
    })
}

/// Turns OpenAI's least lifetimes, `30m` and `12h`, into the longest that other dialects know.
fn with_common_lifetime(mark: CacheControl, path: Path, drops: &mut Drops) -> CacheControl {
    if mark.ttl.as_deref().is_some_and(|ttl| ttl != "30m") {
        drops.add(path, "shortened to 1h");
    }
    CacheControl { ttl: mark.ttl.map(|_| "1h".to_owned()) }
}

/// Takes the cache mark `name`, an object whose field `kind` is always the same.
pub(super) fn mark(
    fields: &mut Fields,
    name: &str,
    kind: &str,
    drops: &mut Drops,
) -> Result<Option<CacheControl>, Problem> {
    let Some(mut mark) = fields.object(name)? else { return Ok(None) };
    mark.required_string(kind)?;
    let ttl = mark.string("ttl")?;
    mark.report_rest(drops, UNKNOWN);
    Ok(Some(CacheControl { ttl }))
}

fn image(mut fields: Fields, drops: &mut Drops) -> Result<Content, Problem> {
    let source = source(fields.required_string("url")?, fields.path("url"))?;
    let detail = fields.string("detail")?;
    fields.report_rest(drops, UNKNOWN);
    Ok(Content::Image { source, detail })
}

/// Reads inline sound: `data` and `format`.
pub(crate) fn audio(mut fields: Fields, drops: &mut Drops) -> Result<Content, Problem> {
    let data = fields.required_string("data")?;
    let format = fields.required_string("format")?;
    fields.report_rest(drops, UNKNOWN);
    let media_type = match format.as_str() {
        "mp3" => "audio/mpeg".to_owned(),
        other => format!("audio/{other}"),
    };
    Ok(Content::Audio { source: Source::Base64 { media_type, data }, format })
}

fn file(mut fields: Fields, drops: &mut Drops) -> Result<Content, Problem> {
    let data = fields.string("file_data")?;
    let id = fields.string("file_id")?;
    let title = fields.string("filename")?;
    let path = fields.path("file_data");
    fields.report_rest(drops, UNKNOWN);
    let source = match (data, id) {
        (Some(data), _) => source(data, path)?,
        (None, Some(id)) => Source::File { id },
        (None, None) => return Err(missing(path)),
    };
    Ok(Content::Document { source, title, context: None, citations: None })
}

/// Reads an http(s) or `data:` URL that stands at `path`.
pub(crate) fn source(url: String, path: Path) -> Result<Source, Problem> {
    let scheme = url.split(':').next().unwrap_or_default().to_ascii_lowercase();
    match scheme.as_str() {
        "http" | "https" => Ok(Source::Url { url }),
        "data" => data_url(&url).ok_or_else(|| wrong_value(path, "a base64 data: URL")),
        _ => Err(wrong_value(path, "an http(s) or data: URL")),
    }
}

/// Reads `data:image/png;base64,AAAA` (RFC 2397). Parameters between type and `base64` are left out.
fn data_url(url: &str) -> Option<Source> {
    let (_, rest) = url.split_once(':')?;
    let (head, data) = rest.split_once(',')?;
    let media_type = head.strip_suffix(";base64")?.split(';').next()?;
    let known = !media_type.is_empty() && !data.is_empty();
    known.then(|| Source::Base64 { media_type: media_type.to_owned(), data: data.to_owned() })
}

/// Takes an object that must be there.
pub(super) fn required_object(fields: &mut Fields, name: &str) -> Result<Fields, Problem> {
    fields.object(name)?.ok_or_else(|| fields.lacks(name))
}
