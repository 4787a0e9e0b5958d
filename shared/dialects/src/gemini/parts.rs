//! Parts of a turn or an answer, read.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chat::Problem;
use chat::json::Value;

use super::names::own_tool_name;
use super::{NAME, NOT_CARRIED, media, signature};
use crate::neutral::{Block, Content, Role, ToolKind};
use crate::reader::{Fields, wrong_type};
use crate::{Drops, Path};

/// Gives ids to calls without one, and to results the id of their call. Gemini leaves ids out where names and
/// order tell enough.
#[derive(Debug)]
pub(super) struct Ids {
    /// What made-up ids begin with.
    prefix: String,
    made: usize,
    /// Calls by their tool's name, in order; those that were answered by their id are still there.
    open: BTreeMap<String, VecDeque<String>>,
    /// The calls that were answered by their id.
    answered: BTreeSet<String>,
}

impl Ids {
    /// Ids for a conversation, or for the answer of that id. Letters, digits and `_` only, which every dialect
    /// takes.
    pub(super) fn new(answer: &str) -> Ids {
        let letters: String = answer.chars().filter(char::is_ascii_alphanumeric).collect();
        let start = letters.len().saturating_sub(24);
        let prefix = format!("call_{}_", letters.get(start..).unwrap_or_default());
        Ids { prefix, made: 0, open: BTreeMap::new(), answered: BTreeSet::new() }
    }

    /// The id of a call.
    pub(super) fn call(&mut self, given: Option<String>, name: &str) -> String {
        let id = given.filter(|id| !id.is_empty()).unwrap_or_else(|| self.make());
        self.open.entry(name.to_owned()).or_default().push_back(id.clone());
        id
    }

    /// The id of the call that a result answers: its own, or that of the first call of this name without one.
    fn result(&mut self, given: Option<String>, name: &str) -> String {
        if let Some(id) = given.filter(|id| !id.is_empty()) {
            self.answered.insert(id.clone());
            return id;
        }
        let calls = self.open.get_mut(name);
        let answered = &self.answered;
        let first = calls.and_then(|calls| {
            while calls.front().is_some_and(|id| answered.contains(id)) {
                calls.pop_front();
            }
            calls.pop_front()
        });
        first.unwrap_or_else(|| self.make())
    }

    fn make(&mut self) -> String {
        self.made += 1;
        format!("{}{}", self.prefix, self.made)
    }
}

/// The items of a list. Google also reads one object as a list of itself.
///
/// # Errors
/// It is something else.
pub(super) fn list(fields: &mut Fields, name: &str) -> Result<Option<Vec<Value>>, Problem> {
    match fields.take(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(items)) => Ok(Some(items)),
        Some(one @ Value::Object(_)) => Ok(Some(vec![one])),
        Some(_) => Err(fields.mistyped(name, "an array")),
    }
}

/// Takes `parts` out of a content.
pub(super) fn decode(
    content: &mut Fields,
    role: Role,
    ids: &mut Ids,
    drops: &mut Drops,
) -> Result<Vec<Block>, Problem> {
    let path = content.path("parts");
    let mut blocks: Vec<Block> = Vec::new();
    for (index, value) in list(content, "parts")?.unwrap_or_default().into_iter().enumerate() {
        part(value, path.item(index), role, ids, &mut blocks, drops)?;
    }
    Ok(blocks)
}

/// Reads a part. It becomes no block if it says nothing, two if it proves the thoughts before it.
pub(super) fn part(
    value: Value,
    path: Path,
    role: Role,
    ids: &mut Ids,
    blocks: &mut Vec<Block>,
    drops: &mut Drops,
) -> Result<(), Problem> {
    let mut fields = Fields::new(value, path.clone())?;
    let proof = fields.string("thoughtSignature")?.filter(|proof| !proof.is_empty());
    let thought = fields.bool("thought")?.unwrap_or_default();
    if thought && fields.peek("text").is_some() {
        let text = fields.string("text")?.unwrap_or_default();
        fields.report_rest(drops, NOT_CARRIED);
        let content = match proof {
            Some(proof) => signature::read(proof, text),
            None => Content::Reasoning { text, signature: None },
        };
        blocks.push(Block::new(content, path));
        return Ok(());
    }
    if let Some(proof) = proof {
        prove(proof, &path, blocks);
    }
    let content = match kind(&fields) {
        Kind::Text => {
            Content::Text { text: fields.string("text")?.unwrap_or_default(), citations: None }
        }
        Kind::Call => call(&mut fields, ids, drops)?,
        Kind::Result => result(&mut fields, ids, drops)?,
        // Other dialects have no place for pictures and sound in answers.
        Kind::Media if role == Role::User => match media::decode(fields, drops)? {
            Some(content) => {
                blocks.push(Block::new(content, path));
                return Ok(());
            }
            None => return Ok(()),
        },
        Kind::Media | Kind::Other => {
            let value = Value::Object(fields.rest());
            if value.as_object().is_some_and(|map| !map.is_empty()) {
                blocks.push(Block::new(Content::Opaque { dialect: NAME, value }, path));
            }
            return Ok(());
        }
    };
    fields.report_rest(drops, NOT_CARRIED);
    if !matches!(&content, Content::Text { text, .. } if text.is_empty()) {
        blocks.push(Block::new(content, path));
    }
    Ok(())
}

/// Adds the proof of thoughts that a part carries: to the thoughts before it, or as thoughts without words.
fn prove(proof: String, path: &str, blocks: &mut Vec<Block>) {
    let unproven = blocks.last_mut().and_then(|block| match &mut block.content {
        Content::Reasoning { text, signature: None } => Some(std::mem::take(text)),
        _ => None,
    });
    let content = signature::read(proof, unproven.clone().unwrap_or_default());
    match (unproven, blocks.last_mut()) {
        (Some(text), Some(last)) => {
            last.content = match content {
                Content::Reasoning { .. } => content,
                // Hidden thoughts stand beside those that are told.
                hidden => {
                    last.content = Content::Reasoning { text, signature: None };
                    blocks.push(Block::new(hidden, path));
                    return;
                }
            };
        }
        _ if content == (Content::Reasoning { text: String::new(), signature: None }) => {}
        _ => blocks.push(Block::new(content, path)),
    }
}

enum Kind {
    Call,
    Media,
    Other,
    Result,
    Text,
}

fn kind(fields: &Fields) -> Kind {
    let has = |name: &str| fields.peek(name).is_some_and(|value| !value.is_null());
    match () {
        () if has("functionCall") => Kind::Call,
        () if has("functionResponse") => Kind::Result,
        () if has("inlineData") || has("fileData") => Kind::Media,
        () if has("text") => Kind::Text,
        () => Kind::Other,
    }
}

fn call(fields: &mut Fields, ids: &mut Ids, drops: &mut Drops) -> Result<Content, Problem> {
    let call = fields.object("functionCall")?;
    let mut call = call.ok_or_else(|| fields.mistyped("functionCall", "an object"))?;
    let name = own_tool_name(call.required_string("name")?);
    let id = call.string("id")?;
    let arguments = match call.take("args") {
        None | Some(Value::Null) => "{}".to_owned(),
        Some(args @ Value::Object(_)) => args.to_string(),
        Some(_) => return Err(wrong_type(call.path("args"), "an object")),
    };
    call.report_rest(drops, NOT_CARRIED);
    let id = ids.call(id, &name);
    Ok(Content::ToolCall { id, name, arguments, kind: ToolKind::Function })
}

fn result(fields: &mut Fields, ids: &mut Ids, drops: &mut Drops) -> Result<Content, Problem> {
    let path = fields.path("functionResponse");
    let mut result =
        fields.object("functionResponse")?.ok_or_else(|| wrong_type(path.clone(), "an object"))?;
    let name = own_tool_name(result.required_string("name")?);
    let given = result.string("id")?;
    let response_path = result.path("response");
    let (texts, is_error) = match result.take("response") {
        None | Some(Value::Null) => (Vec::new(), None),
        Some(response @ Value::Object(_)) => said(&response),
        Some(_) => return Err(wrong_type(response_path, "an object")),
    };
    let text = |text| Block::new(Content::Text { text, citations: None }, response_path.clone());
    let mut content: Vec<Block> = texts.into_iter().map(text).collect();
    let parts_path = result.path("parts");
    for (index, value) in list(&mut result, "parts")?.unwrap_or_default().into_iter().enumerate() {
        let path = parts_path.item(index);
        let media = media::decode(Fields::new(value, path.clone())?, drops)?;
        content.extend(media.map(|media| Block::new(media, path)));
    }
    result.report_rest(drops, NOT_CARRIED);
    Ok(Content::ToolResult { id: ids.result(given, &name), content, is_error })
}

/// What a tool returned: the text or texts under `output` or `error` if there is nothing else, otherwise all
/// of it as JSON (the SDK's `FunctionResponse.response`).
fn said(response: &Value) -> (Vec<String>, Option<bool>) {
    let alone = response.as_object().filter(|map| map.len() == 1);
    let found = |name: &str| texts(alone?.get(name)?);
    if let Some(texts) = found("output") {
        return (texts, None);
    }
    if let Some(texts) = found("error") {
        return (texts, Some(true));
    }
    let says = response.as_object().is_some_and(|map| !map.is_empty());
    (says.then(|| response.to_string()).into_iter().collect(), None)
}

/// One text, or a list of several.
pub(super) fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(items) if items.len() > 1 => {
            items.iter().map(|item| item.as_str().map(str::to_owned)).collect()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;

    fn read(parts: Value, role: Role) -> (Vec<Content>, Vec<String>) {
        let mut drops = Drops::default();
        let mut fields = Fields::new(json!({"parts": parts}), "c").unwrap();
        let blocks = decode(&mut fields, role, &mut Ids::new("R-1"), &mut drops).unwrap();
        let contents = blocks.into_iter().map(|block| block.content).collect();
        (contents, drops.iter().map(|dropped| dropped.path.clone()).collect())
    }

    fn text(text: &str) -> Content {
        Content::Text { text: text.into(), citations: None }
    }

    fn thought(text: &str, signature: Option<&str>) -> Content {
        Content::Reasoning { text: text.into(), signature: signature.map(str::to_owned) }
    }

    fn call(id: &str, arguments: &str) -> Content {
        Content::ToolCall {
            id: id.into(),
            name: "f".into(),
            arguments: arguments.into(),
            kind: ToolKind::Function,
        }
    }

    #[test]
    fn proofs_join_the_thoughts_before_them() {
        let (contents, _) = read(
            json!([
                {"text": "hm", "thought": true},
                {"functionCall": {"name": "f"}, "thoughtSignature": "c2ln"},
                {"functionCall": {"id": "x", "name": "f", "args": {"a": 1.5}}},
                {"text": "", "thoughtSignature": "ZW5k"}
            ]),
            Role::Assistant,
        );
        let expected = [
            thought("hm", Some("gemini:c2ln")),
            call("call_R1_1", "{}"),
            call("x", r#"{"a":1.5}"#),
            thought("", Some("gemini:ZW5k")),
        ];
        assert_eq!(contents, expected);
    }

    #[test]
    fn results_find_their_calls_by_id_or_by_name_and_order() {
        let mut ids = Ids::new("");
        let calls: Vec<String> = (0..3).map(|_| ids.call(None, "f")).collect();
        assert_eq!(ids.result(Some(calls[1].clone()), "f"), calls[1]);
        assert_eq!(ids.result(None, "f"), calls[0]);
        assert_eq!(ids.result(None, "f"), calls[2]);
        assert_eq!(ids.result(Some("own".into()), "g"), "own");
        assert!(!calls.contains(&ids.result(None, "f")));
    }

    #[test]
    fn a_result_says_its_output_its_error_or_all_of_it() {
        for (response, said, is_error) in [
            (json!({"output": "x"}), vec![text("x")], None),
            (json!({"error": "x"}), vec![text("x")], Some(true)),
            (json!({"output": ["x", "y"]}), vec![text("x"), text("y")], None),
            (json!({"output": 1}), vec![text(r#"{"output":1}"#)], None),
            (json!({"output": "x", "n": 1}), vec![text(r#"{"output":"x","n":1}"#)], None),
            (json!({}), vec![], None),
        ] {
            let part =
                json!([{"functionResponse": {"id": "i", "name": "f", "response": response}}]);
            let (contents, _) = read(part, Role::User);
            let [Content::ToolResult { content, is_error: found, .. }] = contents.as_slice() else {
                panic!("{contents:?}");
            };
            let found_said: Vec<_> = content.iter().map(|block| block.content.clone()).collect();
            assert_eq!((found_said, *found), (said, is_error));
        }
    }

    #[test]
    fn what_has_no_neutral_form_is_kept_whole_or_reported() {
        let code = json!({"executableCode": {"language": "PYTHON", "code": "1"}});
        let picture = json!({"inlineData": {"mimeType": "image/png", "data": "AA=="}});
        let (contents, drops) = read(
            json!([code, picture, {"text": "x", "partMetadata": {"a": 1}}, {"text": ""}, {}]),
            Role::Assistant,
        );
        let opaque = |value| Content::Opaque { dialect: NAME, value };
        assert_eq!(contents, [opaque(code), opaque(picture), text("x")]);
        assert_eq!(drops, ["c.parts[2].partMetadata"]);
    }
}
