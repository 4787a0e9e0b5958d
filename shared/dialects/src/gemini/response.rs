//! Buffered answers.
//!
//! <https://ai.google.dev/api/generate-content#generatecontentresponse> (read 2026-11-21).

use chat::Problem;
use chat::json::{Map, Value, json};

use super::parts::{self, Ids};
use super::{
    NAME, NOT_CARRIED, NOT_SUPPORTED, ask, error, finish, grounding, logprobs, names, signature,
    usage,
};
use crate::flat::{lose, lose_finish, lose_rest};
use crate::neutral::{Block, Candidate, Content, Finish, Response, Role, ToolKind};
use crate::reader::{Fields, bad_answer, item};
use crate::{ClientContext, Drops};

/// Reads an answer.
///
/// # Errors
/// A 502 problem if it is none, or the provider's error where it came with a status of success.
pub(super) fn decode(mut body: Value, drops: &mut Drops) -> Result<Response, Problem> {
    // An array of answers is no answer: providers are asked for events.
    if let Some(problem) = error::within(&body) {
        return Err(problem);
    }
    names::respell(&mut body).and_then(|()| read(body, drops)).map_err(bad_answer)
}

fn read(body: Value, drops: &mut Drops) -> Result<Response, Problem> {
    let mut fields = Fields::new(body, "")?;
    let id = fields.string("responseId")?.unwrap_or_default();
    let counts = fields.take("usageMetadata").unwrap_or_default();
    report_counts(Some(&counts), drops);
    let mut candidates = Vec::new();
    let list = fields.array("candidates")?.unwrap_or_default();
    let mut ids = Ids::new(&id);
    for (position, value) in list.into_iter().enumerate() {
        let mut fields = Fields::new(value, item("candidates", position))?;
        let index = fields.u64("index")?.unwrap_or(position as u64);
        candidates.push((index, candidate(fields, &mut ids, drops)?));
    }
    candidates.sort_by_key(|row| row.0);
    let mut candidates: Vec<Candidate> = candidates.into_iter().map(|row| row.1).collect();
    if candidates.is_empty() {
        // The prompt was not answered.
        if fields.peek("promptFeedback").is_none_or(|feedback| !feedback.is_object()) {
            let message = "the provider's answer has no candidates";
            return Err(Problem::bad_gateway("upstream_invalid_response", message));
        }
        let finish = Finish::ContentFilter;
        candidates.push(Candidate { content: Vec::new(), finish, logprobs: None });
    }
    Ok(Response {
        candidates,
        id,
        model: fields.string("modelVersion")?.unwrap_or_default(),
        created: None,
        usage: usage::decode(&counts),
        service_tier: None,
        extras: fields.stated(),
    })
}

/// Records what `usageMetadata` tells beside the counts.
pub(super) fn report_counts(counts: Option<&Value>, drops: &mut Drops) {
    drops.counts(counts, "usageMetadata", &usage::KNOWN, NOT_CARRIED);
}

fn candidate(mut fields: Fields, ids: &mut Ids, drops: &mut Drops) -> Result<Candidate, Problem> {
    let mut content = match fields.object("content")? {
        Some(mut content) => {
            content.take("role");
            let blocks = parts::decode(&mut content, Role::Assistant, ids, drops)?;
            content.report_rest(drops, NOT_CARRIED);
            blocks
        }
        None => Vec::new(),
    };
    if let Some(grounding) = fields.take("groundingMetadata").filter(|value| !value.is_null()) {
        ground(&grounding, &mut content);
        if !grounding::is_told(&grounding) {
            drops.lose(fields.path("groundingMetadata"), NOT_CARRIED, grounding);
        }
    }
    let calls = content.iter().any(|block| matches!(block.content, Content::ToolCall { .. }));
    let word = fields.string("finishReason")?;
    let result = fields.take("logprobsResult");
    // The usage tells it.
    fields.skip("tokenCount");
    fields.report_rest(drops, NOT_CARRIED);
    Ok(Candidate {
        content,
        finish: finish::decode(word.as_deref(), calls),
        logprobs: result.as_ref().and_then(logprobs::decode),
    })
}

/// Gives the last text its citations. Its segments count from the beginning of all that the candidate says.
fn ground(grounding: &Value, content: &mut [Block]) {
    let mut said = String::new();
    let mut last = None;
    for block in content {
        if let Content::Text { text, citations } = &mut block.content {
            said.push_str(text);
            last = Some(citations);
        }
    }
    let found = grounding::citations(grounding, &said);
    if let (Some(citations), false) = (last, found.is_empty()) {
        *citations = Some(found.into());
    }
}

/// Writes an answer.
pub(super) fn encode(response: Response, context: &ClientContext, drops: &mut Drops) -> Value {
    let candidates: Vec<Value> = response
        .candidates
        .into_iter()
        .enumerate()
        .map(|(index, candidate)| encode_candidate(index, candidate, drops))
        .collect();
    let mut body = Map::new();
    body.put("candidates", candidates);
    if let Some(counts) = &response.usage {
        usage::report_unsaid(counts, drops);
        body.put("usageMetadata", usage::encode(counts));
    }
    let model = Some(response.model).filter(|model| !model.is_empty());
    body.put("modelVersion", model.unwrap_or_else(|| context.model.clone()));
    body.put("responseId", response.id);
    lose_rest(response.service_tier, response.extras, NOT_SUPPORTED, drops);
    match ask::wants_array(&context.path) {
        true => json!([body]),
        false => Value::Object(body),
    }
}

fn encode_candidate(index: usize, candidate: Candidate, drops: &mut Drops) -> Value {
    let mut said = Said::default();
    for block in candidate.content {
        said.add(block, drops);
    }
    let (reason, exact) = finish::encode(&candidate.finish);
    if !exact {
        lose_finish(index, &candidate.finish, reason, drops);
    }
    let mut map = Map::new();
    map.put("content", json!({"parts": said.parts, "role": "model"}));
    map.put("finishReason", reason);
    map.put("index", index);
    if let Some(grounding) = grounding::metadata(&said.citations, &said.text) {
        map.put("groundingMetadata", grounding);
    }
    if let Some(result) = candidate.logprobs.as_ref().and_then(logprobs::encode) {
        map.put("logprobsResult", result);
    }
    Value::Object(map)
}

/// What a candidate says.
#[derive(Default)]
struct Said {
    parts: Vec<Value>,
    text: String,
    citations: Vec<Value>,
}

impl Said {
    fn add(&mut self, block: Block, drops: &mut Drops) {
        let Block { content, path, .. } = block;
        let part = match content {
            Content::Text { text, citations } => {
                let citations = match citations {
                    Some(Value::Array(citations)) => citations,
                    other => other.into_iter().collect(),
                };
                self.cite(citations, &path, drops);
                self.text.push_str(&text);
                json!({"text": text})
            }
            Content::Refusal { text } => json!({"text": text}),
            Content::Reasoning { text, signature } => thought(&text, signature.as_deref()),
            Content::RedactedReasoning { data } => hidden_thought(&data),
            Content::ToolCall { id, name, arguments, kind } => call(id, name, &arguments, kind),
            Content::Opaque { dialect: NAME, value } => value,
            content => {
                lose(content, path, NOT_SUPPORTED, drops);
                return;
            }
        };
        self.parts.push(part);
    }

    fn cite(&mut self, citations: Vec<Value>, path: &str, drops: &mut Drops) {
        let (pages, lost): (Vec<Value>, Vec<Value>) = citations.into_iter().partition(is_page);
        self.citations.extend(pages);
        if !lost.is_empty() {
            drops.lose(format!("{path}.citations"), "not a web page", lost);
        }
    }
}

/// Whether a citation of any dialect names a web page.
pub(super) fn is_page(citation: &Value) -> bool {
    let of = citation.get("url_citation").unwrap_or(citation);
    of.get("url").is_some_and(Value::is_string)
}

/// Thoughts, with their proof where there is one.
pub(super) fn thought(text: &str, signature: Option<&str>) -> Value {
    match signature {
        Some(signature) => {
            let proof = signature::proof(signature);
            json!({"text": text, "thought": true, "thoughtSignature": proof})
        }
        None => json!({"text": text, "thought": true}),
    }
}

/// Thoughts that only their provider can read.
pub(super) fn hidden_thought(data: &str) -> Value {
    json!({"text": "", "thought": true, "thoughtSignature": signature::hidden(data)})
}

/// A call. A model may write arguments that are no JSON object; they are shown to the client as they are.
pub(super) fn call(id: String, name: String, arguments: &str, kind: ToolKind) -> Value {
    let object = || chat::json::parse_str(arguments).ok().filter(Value::is_object);
    let args = match kind {
        ToolKind::Custom => json!({"input": arguments}),
        ToolKind::Function if arguments.trim().is_empty() => json!({}),
        ToolKind::Function => object().unwrap_or_else(|| json!({"_raw": arguments})),
    };
    json!({"functionCall": {"id": id, "name": name, "args": args}})
}
