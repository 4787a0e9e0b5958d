//! The model's thoughts, in the extensions that clients and compatible providers use (see the module above).

use chat::Problem;
use chat::json::{Value, json};

use super::UNKNOWN;
use crate::gemini::from_extra_content;
use crate::neutral::{Block, Content};
use crate::reader::{Fields, bits};
use crate::{Drops, Path};

/// Takes the thoughts out of a message. Where several extensions tell the same thoughts, the one that can
/// be given back to the model counts.
#[inline(always)]
pub(super) fn decode(message: &mut Fields, drops: &mut Drops) -> Result<Vec<Block>, Problem> {
    let parts = bits!["thinking_blocks", "reasoning_details"];
    message.of(parts | bits!["reasoning_content", "reasoning"], |message| read(message, drops))
}

fn read(message: &mut Fields, drops: &mut Drops) -> Result<Vec<Block>, Problem> {
    let blocks = thinking_blocks(message, drops)?;
    let details = reasoning_details(message, drops)?;
    let content = message.string("reasoning_content")?;
    let reasoning = message.string("reasoning")?;
    if !blocks.is_empty() {
        return Ok(blocks);
    }
    if !details.is_empty() {
        return Ok(details);
    }
    let plain = |text: Option<String>, name: &'static str| {
        let text = text.filter(|text| !text.is_empty())?;
        Some(Block::new(Content::Reasoning { text, signature: None }, message.path(name)))
    };
    Ok(plain(content, "reasoning_content")
        .or_else(|| plain(reasoning, "reasoning"))
        .into_iter()
        .collect())
}

fn thinking_blocks(message: &mut Fields, drops: &mut Drops) -> Result<Vec<Block>, Problem> {
    let Some(items) = message.array("thinking_blocks")? else { return Ok(Vec::new()) };
    let path = message.path("thinking_blocks");
    let mut blocks = Vec::new();
    for (index, value) in items.into_iter().enumerate() {
        let path = path.item(index);
        let mut fields = Fields::new(value, path.clone())?;
        let kind = fields.required_string("type")?;
        let content = match kind.as_str() {
            "thinking" => Content::Reasoning {
                text: fields.required_string("thinking")?,
                signature: fields.string("signature")?,
            },
            "redacted_thinking" => {
                Content::RedactedReasoning { data: fields.required_string("data")? }
            }
            _ => {
                let mut rest = fields.rest();
                rest.put("type", kind);
                drops.lose(path, UNKNOWN, rest);
                continue;
            }
        };
        fields.report_rest(drops, UNKNOWN);
        blocks.push(Block::new(content, path));
    }
    Ok(blocks)
}

/// OpenRouter's list. Items beside text, summary and encrypted data are reported.
fn reasoning_details(message: &mut Fields, drops: &mut Drops) -> Result<Vec<Block>, Problem> {
    let Some(items) = message.array("reasoning_details")? else { return Ok(Vec::new()) };
    let path = message.path("reasoning_details");
    let mut blocks = Vec::new();
    for (index, value) in items.into_iter().enumerate() {
        let path = path.item(index);
        match detail(Fields::new(value.clone(), path.clone())?)? {
            Some(content) => blocks.push(Block::new(content, path)),
            None => drops.lose(path, UNKNOWN, value),
        }
    }
    Ok(blocks)
}

/// One item of `reasoning_details`.
pub(super) fn detail(mut fields: Fields) -> Result<Option<Content>, Problem> {
    Ok(match fields.string("type")?.as_deref() {
        Some("reasoning.text") => Some(Content::Reasoning {
            text: fields.string("text")?.unwrap_or_default(),
            signature: fields.string("signature")?,
        }),
        Some("reasoning.summary") => Some(Content::Reasoning {
            text: fields.string("summary")?.unwrap_or_default(),
            signature: None,
        }),
        Some("reasoning.encrypted") => {
            fields.string("data")?.map(|data| Content::RedactedReasoning { data })
        }
        _ => None,
    })
}

/// Takes out of an item of `tool_calls` the proof that stands there.
pub(super) fn of_call(call: &mut Value, path: &Path) -> Option<Block> {
    let signature = from_extra_content(call.as_object_mut()?)?;
    let content = Content::Reasoning { text: String::new(), signature: Some(signature) };
    Some(Block::new(content, path.field("extra_content")))
}

/// An item of `thinking_blocks` for thoughts.
pub(super) fn thinking(text: &str, signature: Option<&str>) -> Value {
    match signature {
        Some(signature) => json!({"type": "thinking", "thinking": text, "signature": signature}),
        None => json!({"type": "thinking", "thinking": text}),
    }
}

/// An item of `thinking_blocks` for thoughts that only the provider can read.
pub(super) fn redacted(data: &str) -> Value {
    json!({"type": "redacted_thinking", "data": data})
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn contents(message: Value) -> Vec<Content> {
        let mut fields = Fields::new(message, "m").unwrap();
        let blocks = decode(&mut fields, &mut Drops::default()).unwrap();
        assert!(fields.rest().is_empty());
        blocks.into_iter().map(|block| block.content).collect()
    }

    fn thought(text: &str, signature: Option<&str>) -> Content {
        Content::Reasoning { text: text.into(), signature: signature.map(str::to_owned) }
    }

    #[test]
    fn what_can_be_given_back_wins() {
        let message = json!({
            "reasoning_content": "a",
            "reasoning": "a",
            "reasoning_details": [{"type": "reasoning.text", "text": "a", "signature": "d"}],
            "thinking_blocks": [thinking("a", Some("s")), redacted("x")]
        });
        let redacted = Content::RedactedReasoning { data: "x".into() };
        assert_eq!(contents(message), [thought("a", Some("s")), redacted]);
    }

    #[test]
    fn every_extension_is_read() {
        for (message, expected) in [
            (json!({"reasoning_content": "a"}), vec![thought("a", None)]),
            (json!({"reasoning": "a"}), vec![thought("a", None)]),
            (json!({"reasoning_content": "", "reasoning": null}), vec![]),
            (
                json!({"reasoning": "a", "reasoning_details": [
                    {"type": "reasoning.summary", "summary": "a", "index": 0},
                    {"type": "reasoning.encrypted", "data": "x", "id": "r"}]}),
                vec![thought("a", None), Content::RedactedReasoning { data: "x".into() }],
            ),
        ] {
            assert_eq!(contents(message.clone()), expected, "{message}");
        }
    }
}
