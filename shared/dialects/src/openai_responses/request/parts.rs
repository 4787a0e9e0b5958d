//! Content parts, read.

use chat::Problem;
use chat::json::Value;

use super::super::response;
use super::super::{NAME, NOT_CARRIED};
use crate::neutral::{Block, Content, Source};
use crate::openai_chat;
use crate::reader::{Fields, each, missing, wrong_type};
use crate::{Drops, Path};

/// The parts that have a place in the neutral model; others are opaque.
const KINDS: [&str; 6] =
    ["input_text", "output_text", "refusal", "input_image", "input_file", "input_audio"];

/// A text that stands at `path`.
pub(super) fn text(text: String, path: &str) -> Block {
    Block::new(Content::Text { text, citations: None }, path)
}

/// Reads content: a string, or an array of parts.
pub(super) fn decode(value: Value, path: &str, drops: &mut Drops) -> Result<Vec<Block>, Problem> {
    match value {
        Value::String(string) => Ok(vec![text(string, path)]),
        Value::Array(parts) => each(parts, &path.into(), |value, path| part(value, path, drops)),
        _ => Err(wrong_type(path.to_owned(), "a string or an array")),
    }
}

fn part(value: Value, path: Path, drops: &mut Drops) -> Result<Block, Problem> {
    let kind = value.get("type").and_then(Value::as_str);
    if kind.is_some_and(|kind| !KINDS.contains(&kind)) {
        return Ok(Block::new(Content::Opaque { dialect: NAME, value }, path));
    }
    let mut fields = Fields::new(value, path.clone())?;
    let content = match fields.required_string("type")?.as_str() {
        "refusal" => Content::Refusal { text: fields.required_string("refusal")? },
        "input_image" => image(&mut fields)?,
        "input_file" => file(&mut fields)?,
        "input_audio" => openai_chat::audio(
            fields.object("input_audio")?.ok_or_else(|| missing(fields.path("input_audio")))?,
            drops,
        )?,
        _ => {
            let text = fields.required_string("text")?;
            // Of what the model said long ago, nobody wants them again.
            fields.skip("logprobs");
            let citations = response::annotations(&mut fields)?.map(Value::Array);
            Content::Text { text, citations }
        }
    };
    let cache = openai_chat::cache(&mut fields, drops)?;
    fields.report_rest(drops, NOT_CARRIED);
    Ok(Block { content, cache, path })
}

fn image(fields: &mut Fields) -> Result<Content, Problem> {
    let (url, id) = (fields.string("image_url")?, fields.string("file_id")?);
    let path = fields.path("image_url");
    let source = match (url, id) {
        (Some(url), _) => openai_chat::source(url, path)?,
        (None, Some(id)) => Source::File { id },
        (None, None) => return Err(missing(path)),
    };
    // What every dialect does without a word.
    let detail = fields.string("detail")?.filter(|detail| detail != "auto");
    Ok(Content::Image { source, detail })
}

fn file(fields: &mut Fields) -> Result<Content, Problem> {
    let (data, url) = (fields.string("file_data")?, fields.string("file_url")?);
    let id = fields.string("file_id")?;
    let path = fields.path("file_data");
    let source = match (data, url, id) {
        (Some(data), _, _) => openai_chat::source(data, path)?,
        (None, Some(url), _) => openai_chat::source(url, fields.path("file_url"))?,
        (None, None, Some(id)) => Source::File { id },
        (None, None, None) => return Err(missing(path)),
    };
    let title = fields.string("filename")?;
    Ok(Content::Document { source, title, context: None, citations: None })
}
