//! Buffered answers
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html> (read 2026-11-21).

use chat::Problem;
use chat::json::{Map, Value, json};

use super::{NAME, NOT_CARRIED, NOT_SUPPORTED, blocks, finish, usage};
use crate::Drops;
use crate::flat::{first_candidate, input, is_call, lose, lose_finish, lose_rest};
use crate::neutral::{Block, Candidate, Content, Response};
use crate::reader::{Fields, bad_answer, missing};

/// Reads an answer.
///
/// # Errors
/// A 502 problem if it is none.
pub(super) fn decode(body: Value, drops: &mut Drops) -> Result<Response, Problem> {
    read(body, drops).map_err(bad_answer)
}

fn read(body: Value, drops: &mut Drops) -> Result<Response, Problem> {
    let mut fields = Fields::new(body, "")?;
    let mut output = fields.object("output")?.ok_or_else(|| missing("output".to_owned()))?;
    let mut message = output.object("message")?.ok_or_else(|| output.lacks("message"))?;
    let path = message.path("content");
    let list = message.array("content")?.unwrap_or_default();
    let content = blocks::decode(list, &path, drops)?;
    message.skip("role");
    message.report_rest(drops, NOT_CARRIED);
    output.report_rest(drops, NOT_CARRIED);
    let calls = content.iter().any(is_call);
    let finish = finish::decode(&fields.string("stopReason")?.unwrap_or_default(), calls);
    let tier = match fields.object("serviceTier")? {
        Some(mut tier) => tier.string("type")?,
        None => None,
    };
    let counts = fields.take("usage");
    usage::report_rest(counts.as_ref(), drops);
    Ok(Response {
        candidates: vec![Candidate { content, finish, logprobs: None }],
        usage: counts.as_ref().and_then(usage::decode),
        service_tier: tier,
        extras: fields.stated(),
        ..Response::default()
    })
}

/// Writes an answer. How long it took is not known: `latencyMs` is 0.
pub(super) fn encode(response: Response, drops: &mut Drops) -> Value {
    let (content, finish) = first_candidate(response.candidates, NOT_SUPPORTED, drops);
    let (reason, exact) = finish::encode(&finish, content.iter().any(is_call));
    if !exact {
        lose_finish(0, &finish, reason, drops);
    }
    let content: Vec<Value> =
        content.into_iter().filter_map(|block| encode_block(block, drops)).collect();
    lose_rest(response.service_tier, response.extras, NOT_SUPPORTED, drops);
    let mut body = Map::new();
    body.put("output", json!({"message": {"role": "assistant", "content": content}}));
    body.put("stopReason", reason);
    body.put("usage", usage::encode(&response.usage.unwrap_or_default()));
    body.put("metrics", json!({"latencyMs": 0}));
    Value::Object(body)
}

fn encode_block(block: Block, drops: &mut Drops) -> Option<Value> {
    let Block { content, path, .. } = block;
    Some(match content {
        Content::Opaque { dialect: NAME, value } => value,
        Content::Reasoning { text, signature } => {
            let mut thoughts = Map::new();
            thoughts.put("text", text);
            if let Some(signature) = signature {
                thoughts.put("signature", signature);
            }
            json!({"reasoningContent": {"reasoningText": thoughts}})
        }
        Content::RedactedReasoning { data } => {
            json!({"reasoningContent": {"redactedContent": data}})
        }
        Content::Refusal { text } => json!({"text": text}),
        Content::Text { text, citations } => {
            let (mut pages, mut lost) = (Vec::new(), Vec::new());
            for citation in citations.as_ref().and_then(Value::as_array).into_iter().flatten() {
                match page(citation) {
                    Some(page) => pages.push(page),
                    None => lost.push(citation.clone()),
                }
            }
            if !lost.is_empty() {
                drops.lose(format!("{path}.citations"), "not a web page", lost);
            }
            match pages.is_empty() {
                true => json!({"text": text}),
                false => {
                    json!({"citationsContent": {"content": [{"text": text}], "citations": pages}})
                }
            }
        }
        Content::ToolCall { id, name, arguments, kind } => {
            let input = input(&arguments, kind);
            json!({"toolUse": {"toolUseId": id, "name": name, "input": input}})
        }
        content => {
            lose(content, path, NOT_SUPPORTED, drops);
            return None;
        }
    })
}

/// A citation that names a web page, in whatever dialect's shape.
pub(super) fn page(citation: &Value) -> Option<Value> {
    let of = citation.get("url_citation").unwrap_or(citation);
    let url = of.get("url")?.as_str()?;
    let title = of.get("title").and_then(Value::as_str).unwrap_or(url);
    Some(json!({"title": title, "location": {"web": {"url": url}}}))
}
