//! Content blocks of a request, written.

use std::fmt::Write;

use chat::Problem;
use chat::json::{Map, Value, json, object};

use super::super::{NAME, NOT_SUPPORTED, content};
use crate::neutral::{Block, Content, Source, ToolKind, proof_dialect};
use crate::{Drops, Path};

/// How ids begin that had to be rewritten. What follows is the id in hexadecimal.
const HEX_ID: &str = "hexid_";

/// Writes content blocks and remembers what it had to leave out.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    drops: &'a mut Drops,
    /// The path of the first block that the dialect cannot express.
    refused: Option<Path>,
    /// Whether results of tools were written.
    pub(super) results: bool,
}

impl<'a> Writer<'a> {
    pub(super) fn new(drops: &'a mut Drops) -> Writer<'a> {
        Writer { drops, refused: None, results: false }
    }

    /// Writes the blocks at `path`. Empty text is left out, because Anthropic refuses it.
    ///
    /// # Errors
    /// Nothing is left because the dialect cannot express it, or a call's arguments are no JSON object.
    pub(super) fn blocks(&mut self, blocks: Vec<Block>) -> Result<Vec<Value>, Problem> {
        let written = self.history(blocks)?;
        match self.refused.take() {
            Some(path) if written.is_empty() => Err(Problem::invalid(
                "unsupported_content",
                path.as_str(),
                format!("{path} cannot be expressed in {NAME}, and nothing else is said there"),
            )),
            _ => Ok(written),
        }
    }

    /// As [`Writer::blocks`], of what the model said before: nothing may be left of it.
    ///
    /// # Errors
    /// A call's arguments are no JSON object.
    pub(super) fn history(&mut self, blocks: Vec<Block>) -> Result<Vec<Value>, Problem> {
        let mut written = Vec::with_capacity(blocks.len());
        for block in blocks {
            if let Some(value) = self.block(block)? {
                written.push(value);
            }
        }
        Ok(written)
    }

    fn block(&mut self, block: Block) -> Result<Option<Value>, Problem> {
        let Block { content, cache, path } = block;
        let markable =
            !matches!(content, Content::Reasoning { .. } | Content::RedactedReasoning { .. });
        let Some(mut value) = self.content(content, &path)? else { return Ok(None) };
        match (cache, &mut value) {
            (Some(cache), Value::Object(map)) if markable => {
                map.put("cache_control", content::encode_cache(cache));
            }
            (Some(_), _) => self.drops.add(format!("{path}.cache_control"), NOT_SUPPORTED),
            (None, _) => {}
        }
        Ok(Some(value))
    }

    fn content(&mut self, content: Content, path: &Path) -> Result<Option<Value>, Problem> {
        match content {
            Content::Text { text, citations } => Ok(self.text(text, citations, path)),
            content => self.other(content, path),
        }
    }

    /// Apart from text, of which most conversations are made alone.
    #[inline(never)]
    fn other(&mut self, content: Content, path: &Path) -> Result<Option<Value>, Problem> {
        Ok(match content {
            Content::Audio { .. } => self.refuse(path),
            Content::Document { source, title, context, citations } => {
                let details = [
                    ("title", title.map(Value::String)),
                    ("context", context.map(Value::String)),
                    ("citations", citations.map(|enabled| json!({"enabled": enabled}))),
                ];
                Some(media("document", source, details))
            }
            Content::Image { source: Source::Text { .. }, .. } => self.refuse(path),
            Content::Image { source, detail } => {
                if detail.is_some_and(|detail| detail != "auto") {
                    self.drops.add(format!("{path}.image_url.detail"), NOT_SUPPORTED);
                }
                Some(media("image", source, []))
            }
            Content::Opaque { dialect: NAME, value } => Some(value),
            Content::Opaque { .. } => self.refuse(path),
            Content::Reasoning { signature: Some(signature), .. }
                if proof_dialect(&signature).is_some() =>
            {
                self.drops.add(path, "reasoning of another provider");
                None
            }
            Content::Reasoning { text, signature: Some(signature) } => Some(object([
                ("type", "thinking".into()),
                ("thinking", text.into()),
                ("signature", signature.into()),
            ])),
            Content::Reasoning { .. } => {
                self.drops.add(path, "reasoning without a signature is not taken back");
                None
            }
            Content::RedactedReasoning { data } => {
                Some(object([("type", "redacted_thinking".into()), ("data", data.into())]))
            }
            Content::Refusal { text } => self.text(text, None, path),
            Content::Text { text, citations } => self.text(text, citations, path),
            Content::ToolCall { id, name, arguments, kind } => {
                Some(tool_use(&id, name, &arguments, kind, path)?)
            }
            Content::ToolResult { id, content, is_error } => {
                self.results = true;
                Some(self.tool_result(&id, content, is_error)?)
            }
        })
    }

    fn refuse(&mut self, path: &Path) -> Option<Value> {
        self.drops.add(path, NOT_SUPPORTED);
        self.refused.get_or_insert_with(|| path.clone());
        None
    }

    fn text(&mut self, text: String, citations: Option<Value>, path: &Path) -> Option<Value> {
        match text.is_empty() {
            true => None,
            false => Some(content::encode_text(text, citations, path, self.drops)),
        }
    }

    fn tool_result(
        &mut self,
        id: &str,
        content: Vec<Block>,
        is_error: Option<bool>,
    ) -> Result<Value, Problem> {
        let content = Writer::new(self.drops).blocks(content)?;
        let mut map = Map::new();
        map.put("type", "tool_result");
        map.put("tool_use_id", safe_id(id));
        if !content.is_empty() {
            map.put("content", content);
        }
        if let Some(is_error) = is_error {
            map.put("is_error", is_error);
        }
        Ok(Value::Object(map))
    }
}

fn media<const N: usize>(
    kind: &str,
    source: Source,
    details: [(&'static str, Option<Value>); N],
) -> Value {
    let source = match source {
        Source::Base64 { media_type, data } => object([
            ("type", "base64".into()),
            ("media_type", media_type.into()),
            ("data", data.into()),
        ]),
        Source::File { id } => object([("type", "file".into()), ("file_id", id.into())]),
        Source::Text { text } => object([
            ("type", "text".into()),
            ("media_type", "text/plain".into()),
            ("data", text.into()),
        ]),
        Source::Url { url } => object([("type", "url".into()), ("url", url.into())]),
    };
    let mut map = Map::new();
    map.put("type", kind);
    map.put("source", source);
    for (name, value) in details {
        if let Some(value) = value {
            map.put(name, value);
        }
    }
    Value::Object(map)
}

fn tool_use(
    id: &str,
    name: String,
    arguments: &str,
    kind: ToolKind,
    path: &Path,
) -> Result<Value, Problem> {
    let Some(input) = content::tool_input(arguments, kind) else {
        let message = format!("the arguments of the call at {path} must be a JSON object");
        return Err(Problem::invalid("invalid_arguments", path, message));
    };
    Ok(object([
        ("type", "tool_use".into()),
        ("id", safe_id(id).into()),
        ("name", name.into()),
        ("input", input),
    ]))
}

/// The id with only `a-z`, `A-Z`, `0-9`, `_` and `-`, which is all that Anthropic takes. No two ids become
/// one: what is rewritten begins in a way that nothing else does.
fn safe_id(id: &str) -> String {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !id.is_empty() && id.bytes().all(is_safe) && !id.starts_with(HEX_ID) {
        return id.to_owned();
    }
    id.bytes().fold(HEX_ID.to_owned(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn write(content: Content) -> (Result<Vec<Value>, Problem>, Vec<String>) {
        let mut drops = Drops::default();
        let written = Writer::new(&mut drops).blocks(vec![Block::new(content, "p")]);
        (written, drops.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn ids_stay_apart_and_legal() {
        let ids = ["call_1", "call.1", "call:1", "", "é", "hexid_", "hexid_2e", ".", "toolu_01A-b"];
        let safe: Vec<_> = ids.iter().map(|id| safe_id(id)).collect();
        assert_eq!(safe[0], "call_1");
        assert_eq!(safe[1], "hexid_63616c6c2e31");
        for (index, id) in safe.iter().enumerate() {
            assert!(
                !id.is_empty()
                    && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
            );
            assert!(!safe[..index].contains(id), "{id}");
        }
    }

    #[test]
    fn arguments_become_an_object_or_are_refused_by_path() {
        let call = |arguments: &str, kind| Content::ToolCall {
            id: "a".into(),
            name: "f".into(),
            arguments: arguments.into(),
            kind,
        };
        for (arguments, kind, input) in [
            (r#"{"b":1.50,"a":2}"#, ToolKind::Function, json!({"b": 0, "a": 2})),
            ("", ToolKind::Function, json!({})),
            ("  ", ToolKind::Function, json!({})),
            ("free {text", ToolKind::Custom, json!({"input": "free {text"})),
        ] {
            let mut written = write(call(arguments, kind)).0.unwrap();
            if let Some(digits) = written[0]["input"].get_mut("b") {
                assert_eq!(digits.take().to_string(), "1.50");
                written[0]["input"]["b"] = json!(0);
            }
            assert_eq!(written[0]["input"], input);
        }
        for arguments in ["[1]", "{", "null", r#"{"a":1,"a":2}"#] {
            let problem = write(call(arguments, ToolKind::Function)).0.unwrap_err();
            assert_eq!(
                (problem.code.as_deref(), problem.param.as_deref()),
                (Some("invalid_arguments"), Some("p"))
            );
        }
    }

    #[test]
    fn what_cannot_be_said_is_an_error_only_if_nothing_else_is() {
        let sound = || Content::Audio {
            source: Source::Base64 { media_type: "audio/wav".into(), data: "AA==".into() },
            format: "wav".into(),
        };
        assert_eq!(write(sound()).0.unwrap_err().param.as_deref(), Some("p"));
        let mut drops = Drops::default();
        let text = Content::Text { text: "hi".into(), citations: None };
        let blocks = vec![Block::new(sound(), "a"), Block::new(text, "b")];
        assert_eq!(Writer::new(&mut drops).blocks(blocks).unwrap().len(), 1);
        assert_eq!(
            drops.iter().next().unwrap().to_string(),
            "a: not supported by anthropic-messages"
        );
    }

    #[test]
    fn thoughts_go_back_only_with_their_proof() {
        let thought = |signature: Option<&str>| Content::Reasoning {
            text: "hm".into(),
            signature: signature.map(str::to_owned),
        };
        assert_eq!(
            write(thought(Some("s"))).0.unwrap(),
            [json!({"type": "thinking", "thinking": "hm", "signature": "s"})]
        );
        for foreign in [None, Some("gemini:s")] {
            let (written, drops) = write(thought(foreign));
            assert_eq!((written.unwrap(), drops.len()), (vec![], 1));
        }
    }

    #[test]
    fn citations_of_another_dialect_stay_behind() {
        let text =
            |citations: Value| Content::Text { text: "x".into(), citations: Some(citations) };
        let (written, drops) = write(text(json!([{"type": "url_citation"}])));
        assert_eq!(
            (written.unwrap(), drops.len()),
            (vec![json!({"type": "text", "text": "x"})], 1)
        );
        let own = json!([{"type": "char_location", "cited_text": "c"}]);
        let (written, drops) = write(text(own.clone()));
        assert_eq!((&written.unwrap()[0]["citations"], drops.len()), (&own, 0));
        assert!(write(text(json!([]))).1.is_empty());
    }
}
