//! The conversation, written: instructions hoisted, turns merged.

use std::collections::BTreeMap;

use chat::Problem;
use chat::json::{Map, Value, json};

use super::super::{NAME, NOT_SUPPORTED, blocks};
use super::tools::{cache_point, check_name};
use crate::Drops;
use crate::call_ids;
use crate::neutral::{Block, Content, Message, Role, Source, ToolKind, proof_dialect};

/// `system` and `messages`.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    /// Text blocks and cache points, in the order of the messages they come from.
    pub(super) system: Vec<Value>,
    /// Alternating turns.
    pub(super) messages: Vec<Value>,
    /// The tools that are called, by the call's id.
    pub(super) called: BTreeMap<String, String>,
    /// It ends with results of calls before which the model did not think, or its thoughts are gone.
    pub(super) unthought: bool,
}

struct Turn {
    role: &'static str,
    /// Results of tools, which come first in their turn.
    results: Vec<Value>,
    rest: Vec<Value>,
}

/// Writes the conversation.
///
/// # Errors
/// A message of the user holds nothing that the dialect can express, or there is none.
pub(super) fn encode(messages: Vec<Message>, drops: &mut Drops) -> Result<Conversation, Problem> {
    let mut out = Conversation::default();
    let mut turns: Vec<Turn> = Vec::new();
    for message in messages {
        if message.name.is_some() {
            drops.add(format!("{}.name", message.path), NOT_SUPPORTED);
        }
        let role = match message.role {
            Role::Assistant => "assistant",
            Role::Tool | Role::User => "user",
            Role::Developer | Role::System => {
                hoist(message, !turns.is_empty(), &mut out.system, drops);
                continue;
            }
        };
        let mut turn = Turn { role, results: Vec::new(), rest: Vec::new() };
        let mut writer = Writer { called: &mut out.called, drops, refused: None };
        writer.message(message.content, &mut turn)?;
        // What the model said before may be left out.
        let refused = writer.refused.filter(|_| role == "user");
        match (turn.results.is_empty() && turn.rest.is_empty(), refused) {
            (true, Some(path)) => {
                let message = format!("{path} holds nothing that this provider can be sent");
                return Err(Problem::invalid("unsupported_content", path, message));
            }
            (true, None) => continue,
            (false, _) => {}
        }
        match turns.last_mut() {
            Some(last) if last.role == role => {
                last.results.append(&mut turn.results);
                last.rest.append(&mut turn.rest);
            }
            _ => turns.push(turn),
        }
    }
    if turns.is_empty()
        && let Some(last) = out.system.pop()
    {
        drops.add("messages", "the last instruction is sent as the user's turn");
        turns.push(Turn { role: "user", results: Vec::new(), rest: vec![last] });
    }
    if let [.., assistant, user] = turns.as_slice() {
        let thinks = |part: &Value| part.get("reasoningContent").is_some();
        out.unthought = !user.results.is_empty() && !assistant.rest.first().is_some_and(thinks);
    }
    let write = |turn: Turn| {
        let mut content = turn.results;
        content.extend(turn.rest);
        content.extend(beside_a_document(&content));
        json!({"role": turn.role, "content": content})
    };
    out.messages = turns.into_iter().map(write).collect();
    match out.messages.is_empty() {
        true => Err(Problem::invalid("empty_conversation", "messages", "messages say nothing")),
        false => Ok(out),
    }
}

/// The words that must stand beside a document
/// (<https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html>, as the SDK for Ruby has it, read
/// 2026-11-21): its name, if nothing is said.
fn beside_a_document(content: &[Value]) -> Option<Value> {
    let said = content.iter().any(|block| block.get("text").is_some());
    let name = content.iter().find_map(|block| block.get("document")?.get("name"));
    name.filter(|_| !said).map(|name| json!({"text": name}))
}

fn hoist(message: Message, late: bool, system: &mut Vec<Value>, drops: &mut Drops) {
    let before = system.len();
    for block in message.content {
        match block.content {
            Content::Text { text, .. } if text.trim().is_empty() => {}
            Content::Text { text, .. } => {
                system.push(json!({"text": text}));
                system.extend(block.cache.map(cache_point));
            }
            Content::Opaque { dialect: NAME, value } => system.push(value),
            _ => drops.add(block.path, "only text is supported in instructions"),
        }
    }
    if late && system.len() > before {
        drops.add(message.path, "moved to the system prompt");
    }
}

struct Writer<'a> {
    called: &'a mut BTreeMap<String, String>,
    drops: &'a mut Drops,
    /// The first block that has no form here.
    refused: Option<String>,
}

impl Writer<'_> {
    fn message(&mut self, list: Vec<Block>, turn: &mut Turn) -> Result<(), Problem> {
        for block in list {
            let cache = block.cache.map(cache_point);
            let is_result = matches!(block.content, Content::ToolResult { .. });
            let Some(value) = self.block(block.content, &block.path)? else { continue };
            let list = if is_result { &mut turn.results } else { &mut turn.rest };
            list.push(value);
            list.extend(cache);
        }
        Ok(())
    }

    fn block(&mut self, content: Content, path: &str) -> Result<Option<Value>, Problem> {
        Ok(match content {
            Content::Text { text, citations } => {
                if citations.is_some_and(|list| list != json!([])) {
                    self.drops.add(format!("{path}.citations"), NOT_SUPPORTED);
                }
                self.text(text, path)
            }
            Content::Refusal { text } => self.text(text, path),
            Content::Reasoning { text, signature: Some(signature) }
                if proof_dialect(&signature).is_none() =>
            {
                Some(json!({"reasoningContent":
                    {"reasoningText": {"text": text, "signature": signature}}}))
            }
            Content::Reasoning { .. } => {
                self.drops.add(path, "reasoning without a signature is not taken back");
                None
            }
            Content::RedactedReasoning { data } => {
                Some(json!({"reasoningContent": {"redactedContent": data}}))
            }
            Content::ToolCall { id, name, arguments, kind } => {
                check_name(&name, path)?;
                let input = input(&arguments, kind, path)?;
                let id = safe_id(&id);
                self.called.insert(id.clone(), name.clone());
                Some(json!({"toolUse": {"toolUseId": id, "name": name, "input": input}}))
            }
            Content::ToolResult { id, content, is_error } => {
                let mut written = Vec::new();
                for block in content {
                    written.extend(self.block(block.content, &block.path)?);
                }
                if written.is_empty() {
                    // The service refuses a result without content, and blank text.
                    written.push(json!({"json": {}}));
                }
                let mut result = Map::new();
                result.put("toolUseId", safe_id(&id));
                result.put("content", written);
                if let Some(failed) = is_error {
                    result.put("status", if failed { "error" } else { "success" });
                }
                Some(json!({"toolResult": result}))
            }
            Content::Image { source, detail } => {
                if detail.is_some_and(|detail| detail != "auto") {
                    self.drops.add(format!("{path}.image_url.detail"), NOT_SUPPORTED);
                }
                let format = image_format(&source, path)?;
                Some(
                    json!({"image": {"format": format, "source": place(source, "an image", path)?}}),
                )
            }
            Content::Audio { source, format } => {
                Some(json!({"audio": {"format": format, "source": place(source, "audio", path)?}}))
            }
            Content::Document { source, title, context, citations } => {
                Some(document(source, title, context, citations, path)?)
            }
            Content::Opaque { dialect: NAME, value } => Some(value),
            Content::Opaque { .. } => {
                self.refused.get_or_insert_with(|| path.to_owned());
                self.drops.add(path, NOT_SUPPORTED);
                None
            }
        })
    }

    /// Text; the service refuses blank text.
    fn text(&mut self, text: String, path: &str) -> Option<Value> {
        if text.trim().is_empty() {
            if !text.is_empty() {
                self.drops.add(path, "white space alone is not supported");
            }
            return None;
        }
        Some(json!({"text": text}))
    }
}

fn input(arguments: &str, kind: ToolKind, path: &str) -> Result<Value, Problem> {
    let input = match kind {
        ToolKind::Custom => Some(json!({"input": arguments})),
        ToolKind::Function if arguments.trim().is_empty() => Some(json!({})),
        ToolKind::Function => chat::json::parse_str(arguments).ok().filter(Value::is_object),
    };
    input.ok_or_else(|| {
        let message = format!("the arguments of the call at {path} must be a JSON object");
        Problem::invalid("invalid_arguments", path, message)
    })
}

/// The id as the service takes it: letters, digits, `_`, `.`, `:` and `-`, at most 64. Others are replaced,
/// the same by the same.
fn safe_id(id: &str) -> String {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
    if !id.is_empty() && id.len() <= 64 && id.bytes().all(legal) {
        return id.to_owned();
    }
    call_ids::hashed(id)
}

fn image_format(source: &Source, path: &str) -> Result<String, Problem> {
    let known = |format: &str| {
        let format = if format == "jpg" { "jpeg" } else { format };
        ["png", "jpeg", "gif", "webp"].contains(&format).then(|| format.to_owned())
    };
    let format = match source {
        Source::Base64 { media_type, .. } => media_type.strip_prefix("image/").and_then(known),
        Source::Url { url } => url.rsplit('.').next().and_then(known),
        Source::File { .. } | Source::Text { .. } => None,
    };
    format.ok_or_else(|| unsupported(path, "an image must be inline PNG, JPEG, GIF or WebP"))
}

/// `source` of a medium: bytes, or a place in S3.
fn place(source: Source, what: &str, path: &str) -> Result<Value, Problem> {
    match source {
        Source::Base64 { data, .. } => Ok(json!({"bytes": data})),
        Source::Url { url } if url.starts_with("s3://") => Ok(json!({"s3Location": {"uri": url}})),
        Source::Text { text } => Ok(json!({"text": text})),
        Source::Url { .. } | Source::File { .. } => {
            Err(unsupported(path, &format!("{what} must be inline or in S3")))
        }
    }
}

fn document(
    source: Source,
    title: Option<String>,
    context: Option<String>,
    citations: Option<bool>,
    path: &str,
) -> Result<Value, Problem> {
    let format = match &source {
        Source::Base64 { media_type, .. } => {
            let row = blocks::DOCUMENTS.iter().find(|row| row.1 == media_type);
            row.map(|row| row.0)
        }
        Source::Url { url } => {
            let ending = url.rsplit('.').next().unwrap_or_default();
            blocks::DOCUMENTS.iter().find(|row| row.0 == ending).map(|row| row.0)
        }
        Source::Text { .. } => Some("txt"),
        Source::File { .. } => None,
    };
    let Some(format) = format else {
        return Err(unsupported(path, "a document must be inline or in S3, of a known type"));
    };
    let mut document = Map::new();
    document.put("format", format);
    document.put("name", document_name(title.as_deref().unwrap_or_default()));
    document.put("source", place(source, "a document", path)?);
    if let Some(context) = context {
        document.put("context", context);
    }
    if let Some(enabled) = citations {
        document.put("citations", json!({"enabled": enabled}));
    }
    Ok(json!({"document": document}))
}

/// A name of letters, digits, single spaces, `-`, `(`, `)`, `[` and `]`, at most 200, which is all that the
/// service takes.
fn document_name(title: &str) -> String {
    let legal = |letter: char| letter.is_ascii_alphanumeric() || "-()[]".contains(letter);
    let spaced: String =
        title.chars().map(|letter| if legal(letter) { letter } else { ' ' }).collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    match words.is_empty() {
        true => "document".to_owned(),
        false => words.join(" ").chars().take(200).collect::<String>().trim_end().to_owned(),
    }
}

fn unsupported(path: &str, rule: &str) -> Problem {
    let message = format!("{path} cannot be sent to this provider: {rule}");
    Problem::invalid("unsupported_source", path, message)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn ids_stay_apart_and_legal() {
        let long = "x".repeat(80);
        let ids = ["call_1", "a.b:c-d", "", "é", "a b", long.as_str()];
        let safe: Vec<String> = ids.iter().map(|id| safe_id(id)).collect();
        assert_eq!(safe[..2], ["call_1", "a.b:c-d"]);
        for (index, id) in safe.iter().enumerate() {
            assert!(id.len() <= 64 && !safe[..index].contains(id), "{id}");
        }
    }

    #[test]
    fn something_is_said_beside_a_document() {
        let document = || Content::Document {
            source: Source::Base64 { media_type: "application/pdf".into(), data: "AAAA".into() },
            title: Some("Q3 report".into()),
            context: None,
            citations: None,
        };
        let text = || Content::Text { text: "hi".into(), citations: None };
        for (content, said) in [
            (vec![document()], json!([{"text": "Q3 report"}])),
            (vec![text(), document()], json!([{"text": "hi"}])),
            (vec![text()], json!([{"text": "hi"}])),
        ] {
            let content = content.into_iter().map(|it| Block::new(it, "c")).collect();
            let message = Message { role: Role::User, name: None, content, path: "m".into() };
            let written = encode(vec![message], &mut Drops::default()).unwrap();
            let blocks = written.messages[0]["content"].as_array().unwrap().iter();
            let texts: Vec<_> = blocks.filter(|it| it.get("text").is_some()).cloned().collect();
            assert_eq!(Value::from(texts), said);
        }
    }

    #[test]
    fn a_document_gets_a_name_that_is_taken() {
        for (title, name) in [
            ("", "document"),
            ("Q3  report_final.pdf", "Q3 report final pdf"),
            ("[a](b)-c", "[a](b)-c"),
            ("é", "document"),
        ] {
            assert_eq!(document_name(title), name);
        }
    }
}
