//! Items of an answer's output, written.

use chat::json::{Map, Value};

use super::{echo, finish, object, proof, usage};
use crate::dialect::ClientContext;
use crate::neutral::{ToolKind, Usage};

/// Makes the ids of an answer's items from the answer's own.
#[derive(Debug, Default)]
pub(super) struct Ids {
    tail: String,
}

impl Ids {
    /// Ids for the items of `answer`. Letters, digits and `_` only.
    pub(super) fn new(answer: &str) -> Ids {
        let letters: String = answer.chars().filter(char::is_ascii_alphanumeric).collect();
        let start = letters.len().saturating_sub(32);
        Ids { tail: letters.get(start..).unwrap_or_default().to_owned() }
    }

    /// The id of the item at `index`. OpenAI tells kinds of items by how their ids begin.
    pub(super) fn item(&self, prefix: &str, index: usize) -> String {
        format!("{prefix}_{}_{index}", self.tail)
    }
}

/// A message of the model.
pub(super) fn message(id: &str, status: &str, content: Vec<Value>) -> Value {
    object([
        ("id", id.into()),
        ("type", "message".into()),
        ("status", status.into()),
        ("role", "assistant".into()),
        ("content", content.into()),
    ])
}

/// A part of a message.
pub(super) fn text_part(text: String, annotations: Vec<Value>, logprobs: Vec<Value>) -> Value {
    object([
        ("type", "output_text".into()),
        ("text", text.into()),
        ("annotations", annotations.into()),
        ("logprobs", logprobs.into()),
    ])
}

/// A part of a message that declines.
pub(super) fn refusal_part(text: String) -> Value {
    object([("type", "refusal".into()), ("refusal", text.into())])
}

/// A call of a tool of the client's.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: ToolKind,
}

impl Call {
    /// How the ids of such items begin.
    pub(super) fn prefix(&self) -> &'static str {
        match self.kind {
            ToolKind::Function => "fc",
            ToolKind::Custom => "ctc",
        }
    }

    /// The item.
    pub(super) fn item(&self, id: &str, status: &str, arguments: String) -> Value {
        let (kind, input) = match self.kind {
            ToolKind::Function => ("function_call", "arguments"),
            ToolKind::Custom => ("custom_tool_call", "input"),
        };
        object([
            ("id", id.into()),
            ("type", kind.into()),
            ("status", status.into()),
            ("call_id", self.id.as_str().into()),
            ("name", self.name.as_str().into()),
            (input, arguments.into()),
        ])
    }
}

/// Thoughts. Without text the summary is empty.
pub(super) fn reasoning(id: &str, text: &str, encrypted: Option<String>) -> Value {
    let summary = match text.is_empty() {
        true => Vec::new(),
        false => vec![summary_part(text)],
    };
    let mut item = object([
        ("id", id.into()),
        ("type", "reasoning".into()),
        ("summary", Value::Array(summary)),
    ]);
    if let (Value::Object(item), Some(encrypted)) = (&mut item, encrypted) {
        item.put("encrypted_content", encrypted);
    }
    item
}

/// A part of a summary of thoughts.
pub(super) fn summary_part(text: &str) -> Value {
    object([("type", "summary_text".into()), ("text", text.into())])
}

/// The id and `encrypted_content` of a `reasoning` item with that signature.
pub(super) fn proven(signature: Option<&str>, id: String) -> (String, Option<String>) {
    match signature.map(|signature| (proof::own(signature), signature)) {
        Some((Some((own_id, encrypted)), _)) => {
            let id = if own_id.is_empty() { id } else { own_id.to_owned() };
            (id, Some(encrypted.to_owned()))
        }
        Some((None, signature)) => (id, Some(proof::foreign(signature))),
        None => (id, None),
    }
}

/// Whether an item of this dialect can stand in an answer: official clients demand a type and most an id.
pub(super) fn is_item(value: &Value) -> bool {
    ["type", "id"].into_iter().all(|name| value.get(name).is_some_and(Value::is_string))
}

/// The fields of a whole answer beside its output.
#[derive(Debug, Clone, Default)]
pub(super) struct Head {
    pub(super) id: String,
    pub(super) created: u64,
    pub(super) model: String,
    pub(super) service_tier: Option<String>,
}

/// How far an answer is.
#[derive(Debug, Clone)]
pub(super) enum Stage {
    InProgress,
    Failed(Value),
    Done(finish::End),
}

impl Head {
    /// The answer's fields that every dialect tells.
    pub(super) fn new(
        context: &ClientContext,
        id: String,
        model: String,
        created: Option<u64>,
        service_tier: Option<String>,
    ) -> Head {
        let model = if model.is_empty() { context.model.clone() } else { model };
        Head { id, created: created.unwrap_or(context.created), model, service_tier }
    }

    /// The answer.
    pub(super) fn answer(
        &self,
        echo: &Map,
        stage: &Stage,
        output: Vec<Value>,
        tokens: Option<&Usage>,
    ) -> Map {
        let (status, error, details) = match stage {
            Stage::InProgress => ("in_progress", Value::Null, Value::Null),
            Stage::Failed(error) => ("failed", error.clone(), Value::Null),
            Stage::Done(end) => (end.status(), Value::Null, end.details()),
        };
        let mut body = Map::new();
        body.put("id", self.id.as_str());
        body.put("object", "response");
        body.put("created_at", self.created);
        body.put("status", status);
        body.put("error", error);
        body.put("incomplete_details", details);
        body.put("model", self.model.as_str());
        body.put("output", output);
        body.extend(echo::complete(echo));
        if let Some(tier) = &self.service_tier {
            body.put("service_tier", tier.as_str());
        }
        body.put("usage", tokens.map_or(Value::Null, usage::encode));
        body
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn ids_are_legal_and_tell_their_kind() {
        assert_eq!(Ids::new("chatcmpl-Ab.1").item("msg", 2), "msg_chatcmplAb1_2");
        assert_eq!(Ids::new(&"x".repeat(99)).item("rs", 0).len(), "rs__0".len() + 32);
        assert_eq!(Ids::new("é").item("fc", 0), "fc__0");
    }

    #[test]
    fn a_signature_keeps_its_id() {
        let own = proof::signature("rs_9", "gAAA");
        assert_eq!(proven(Some(&own), "rs_1".into()), ("rs_9".into(), Some("gAAA".into())));
        let foreign = Some("tollgate:signature:EqQB".to_owned());
        assert_eq!(proven(Some("EqQB"), "rs_1".into()), ("rs_1".into(), foreign));
        assert_eq!(proven(None, "rs_1".into()), ("rs_1".into(), None));
    }
}
