//! The conversation, written: instructions hoisted, turns merged.

use std::collections::BTreeMap;

use chat::Problem;
use chat::json::{Map, Value, json};

use super::super::parts::texts;
use super::super::signature::{self, UNPROVEN};
use super::super::{NAME, NOT_SUPPORTED, media, models, names};
use crate::neutral::{Block, Content, Message, Role, ToolKind};
use crate::{Drops, Path};

/// `systemInstruction` and `contents`.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    /// Text parts, in the order of the messages they come from.
    pub(super) system: Vec<Value>,
    /// Alternating turns.
    pub(super) contents: Vec<Value>,
}

/// Several messages of one side in a row.
struct Turn {
    role: &'static str,
    /// Results of functions, which come first in their turn.
    results: Vec<Value>,
    rest: Vec<Value>,
}

/// Writes the conversation.
///
/// # Errors
/// A message of the user holds nothing that the dialect can express, a result answers no call, or there is no message.
pub(super) fn encode(
    messages: Vec<Message>,
    model: &str,
    drops: &mut Drops,
) -> Result<Conversation, Problem> {
    let mut system = Vec::new();
    let mut turns: Vec<Turn> = Vec::new();
    let mut writer =
        Writer { is_current: models::is_current(model), tools: BTreeMap::new(), drops };
    for message in messages {
        if message.name.is_some() {
            writer.drops.add(format!("{}.name", message.path), NOT_SUPPORTED);
        }
        let role = match message.role {
            Role::Assistant => "model",
            Role::Tool | Role::User => "user",
            Role::Developer | Role::System => {
                writer.hoist(message, !turns.is_empty(), &mut system);
                continue;
            }
        };
        // What the model said before may be left out.
        let said = role == "user" && !message.content.is_empty();
        let mut written = Turn { role, results: Vec::new(), rest: Vec::new() };
        let refused = writer.message(message.content, &mut written)?;
        if written.results.is_empty() && written.rest.is_empty() {
            match refused.filter(|_| said) {
                Some(path) => {
                    let message = format!("{path} holds nothing that this provider can be sent");
                    return Err(Problem::invalid("unsupported_content", path, message));
                }
                None => continue,
            }
        }
        match turns.last_mut() {
            Some(turn) if turn.role == role => {
                turn.results.append(&mut written.results);
                turn.rest.append(&mut written.rest);
            }
            _ => turns.push(written),
        }
    }
    if turns.is_empty()
        && let Some(last) = system.pop()
    {
        writer.drops.add("messages", "the last instruction is sent as the user's turn");
        turns.push(Turn { role: "user", results: Vec::new(), rest: vec![last] });
    }
    match turns.is_empty() {
        true => Err(Problem::invalid("empty_conversation", "messages", "messages say nothing")),
        false => {
            let contents = turns.into_iter().map(|turn| turn.write(writer.is_current)).collect();
            Ok(Conversation { system, contents })
        }
    }
}

impl Turn {
    fn write(self, proven: bool) -> Value {
        let mut parts = self.results;
        parts.extend(self.rest);
        // The first call of a step must prove the thoughts before it.
        let first = parts.iter_mut().find(|part| part.get("functionCall").is_some());
        if let Some(Value::Object(call)) = first.filter(|_| proven)
            && !call.contains_key("thoughtSignature")
        {
            call.put("thoughtSignature", UNPROVEN);
        }
        json!({"role": self.role, "parts": parts})
    }
}

struct Writer<'a> {
    /// The model is one of the third generation or later.
    is_current: bool,
    /// The tools that were called, by the call's id.
    tools: BTreeMap<String, String>,
    drops: &'a mut Drops,
}

impl Writer<'_> {
    fn hoist(&mut self, message: Message, late: bool, system: &mut Vec<Value>) {
        let before = system.len();
        for block in message.content {
            self.report_cache(&block);
            match block.content {
                Content::Text { text, .. } if text.is_empty() => {}
                Content::Text { text, .. } => system.push(json!({"text": text})),
                _ => self.drops.add(block.path, "only text is supported in instructions"),
            }
        }
        if late && system.len() > before {
            self.drops.add(message.path, "moved to the system instruction");
        }
    }

    fn report_cache(&mut self, block: &Block) {
        if block.cache.is_some() {
            self.drops.add(format!("{}.cache_control", block.path), NOT_SUPPORTED);
        }
    }

    /// Writes the blocks of a message. Returns the path of the first that has no form here.
    fn message(&mut self, blocks: Vec<Block>, turn: &mut Turn) -> Result<Option<Path>, Problem> {
        let mut refused = None;
        // The proof of thoughts stands on the part that follows from them.
        let mut proof: Option<String> = None;
        for block in blocks {
            self.report_cache(&block);
            let Block { content, path, .. } = block;
            let part = match content {
                Content::Text { text, citations } => {
                    if citations.is_some_and(|citations| citations != json!([])) {
                        self.drops.add(format!("{path}.citations"), NOT_SUPPORTED);
                    }
                    if text.is_empty() {
                        continue;
                    }
                    json!({"text": text})
                }
                Content::Refusal { text } if text.is_empty() => continue,
                Content::Refusal { text } => json!({"text": text}),
                Content::Reasoning { text, signature } => {
                    let own = signature.as_deref().and_then(signature::own);
                    let Some(own) = own else {
                        self.drops
                            .add(path, "reasoning without a proof of Gemini's is not taken back");
                        continue;
                    };
                    flush(&mut proof, &mut turn.rest);
                    proof = Some(own.to_owned());
                    if text.is_empty() {
                        continue;
                    }
                    turn.rest.push(json!({"text": text, "thought": true}));
                    continue;
                }
                Content::RedactedReasoning { .. } => {
                    self.drops.add(path, "reasoning without a proof of Gemini's is not taken back");
                    continue;
                }
                Content::ToolCall { id, name, arguments, kind } => {
                    let args = args(&arguments, kind, &path)?;
                    self.call(id, name, args, &path)?
                }
                Content::ToolResult { id, content, is_error } => {
                    let result = self.result(id, content, is_error, &path, turn)?;
                    turn.results.push(result);
                    continue;
                }
                Content::Opaque { dialect: NAME, value } => value,
                Content::Opaque { .. } => {
                    refused.get_or_insert_with(|| path.clone());
                    self.drops.add(path, NOT_SUPPORTED);
                    continue;
                }
                content @ (Content::Audio { .. }
                | Content::Document { .. }
                | Content::Image { .. }) => media::encode(content, &path, self.drops)?,
            };
            turn.rest.push(with_proof(part, proof.take()));
        }
        flush(&mut proof, &mut turn.rest);
        Ok(refused)
    }

    fn call(
        &mut self,
        id: String,
        name: String,
        args: Value,
        path: &str,
    ) -> Result<Value, Problem> {
        let taken = names::tool_name(&name, path)?;
        let call = json!({"functionCall": {"id": id, "name": taken, "args": args}});
        self.tools.insert(id, taken);
        Ok(call)
    }

    fn result(
        &mut self,
        id: String,
        content: Vec<Block>,
        is_error: Option<bool>,
        path: &str,
        turn: &mut Turn,
    ) -> Result<Value, Problem> {
        let Some(name) = self.tools.get(&id).cloned() else {
            let message = format!("the result at {path} answers no call in this conversation");
            return Err(Problem::invalid("unknown_tool_call", path, message));
        };
        let mut texts = Vec::new();
        let mut parts = Vec::new();
        for block in content {
            self.report_cache(&block);
            match block.content {
                Content::Text { text, .. } => texts.push(text),
                Content::Opaque { dialect, .. } if dialect != NAME => {
                    self.drops.add(block.path, NOT_SUPPORTED);
                }
                Content::Opaque { value, .. } => parts.push(value),
                content => {
                    let part = media::encode(content, &block.path, self.drops)?;
                    match part.get("text").and_then(Value::as_str) {
                        Some(text) => texts.push(text.to_owned()),
                        None if self.is_current => parts.push(part),
                        None => {
                            self.drops.add(block.path, "moved behind the results");
                            turn.rest.push(part);
                        }
                    }
                }
            }
        }
        let response = response(texts, is_error == Some(true));
        let mut result = Map::new();
        result.put("id", id);
        result.put("name", name);
        result.put("response", response);
        if !parts.is_empty() {
            result.put("parts", parts);
        }
        Ok(json!({"functionResponse": result}))
    }
}

/// The arguments of a call. The text of a custom tool stands in `input`.
fn args(arguments: &str, kind: ToolKind, path: &str) -> Result<Value, Problem> {
    let args = match kind {
        ToolKind::Custom => Some(json!({"input": arguments})),
        ToolKind::Function if arguments.trim().is_empty() => Some(json!({})),
        ToolKind::Function => chat::json::parse_str(arguments).ok().filter(Value::is_object),
    };
    args.ok_or_else(|| {
        let message = format!("the arguments of the call at {path} must be a JSON object");
        Problem::invalid("invalid_arguments", path, message)
    })
}

/// A proof that no part followed.
fn flush(proof: &mut Option<String>, parts: &mut Vec<Value>) {
    if let Some(proof) = proof.take() {
        parts.push(json!({"text": "", "thoughtSignature": proof}));
    }
}

fn with_proof(mut part: Value, proof: Option<String>) -> Value {
    if let (Value::Object(part), Some(proof)) = (&mut part, proof) {
        part.put("thoughtSignature", proof);
    }
    part
}

/// What a tool returned: an object as it is if its text is exactly that, otherwise the text under `output`,
/// or `error` if it failed; several texts as a list.
fn response(mut said: Vec<String>, is_error: bool) -> Value {
    let name = if is_error { "error" } else { "output" };
    if said.len() > 1 {
        return json!({name: said});
    }
    let text = said.pop().unwrap_or_default();
    let object = chat::json::parse_str(&text).ok().filter(|_| !is_error);
    match object {
        Some(Value::Object(map)) if is_plain(&map) => {
            let object = Value::Object(map);
            match chat::json::to_bytes(&object) == text.as_bytes() {
                true => object,
                false => json!({name: text}),
            }
        }
        _ => json!({name: text}),
    }
}

/// Whether an object means itself, and not a text that stands in it.
fn is_plain(map: &Map) -> bool {
    let holds_text = |name: &str| map.get(name).and_then(texts).is_some();
    !map.is_empty() && !(map.len() == 1 && (holds_text("output") || holds_text("error")))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::neutral::Source;

    fn text(text: &str) -> Content {
        Content::Text { text: text.into(), citations: None }
    }

    fn call(id: &str) -> Content {
        Content::ToolCall {
            id: id.into(),
            name: "f".into(),
            arguments: "{}".into(),
            kind: ToolKind::Function,
        }
    }

    fn result(id: &str, content: Vec<Content>) -> Content {
        let content = content.into_iter().map(|content| Block::new(content, "r")).collect();
        Content::ToolResult { id: id.into(), content, is_error: None }
    }

    fn run(
        model: &str,
        messages: Vec<(Role, Vec<Content>)>,
    ) -> (Result<Conversation, Problem>, Vec<String>) {
        let mut drops = Drops::default();
        let messages = messages.into_iter().enumerate().map(|(index, (role, content))| {
            let content =
                content.into_iter().map(|content| Block::new(content, format!("b{index}")));
            Message {
                role,
                name: None,
                content: content.collect(),
                path: format!("m{index}").into(),
            }
        });
        let conversation = encode(messages.collect(), model, &mut drops);
        (conversation, drops.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn instructions_are_separate_parts_in_order() {
        let (conversation, drops) = run(
            "gemini-3-pro",
            vec![
                (Role::System, vec![text("a"), text("")]),
                (Role::Developer, vec![text("b")]),
                (Role::User, vec![text("hi")]),
                (Role::System, vec![text("c")]),
            ],
        );
        let expected = json!([{"text": "a"}, {"text": "b"}, {"text": "c"}]);
        assert_eq!(Value::from(conversation.unwrap().system), expected);
        assert_eq!(drops, ["m3: moved to the system instruction"]);
    }

    #[test]
    fn results_of_parallel_calls_share_one_turn_and_come_first() {
        let (conversation, drops) = run(
            "gemini-2.5-pro",
            vec![
                (Role::User, vec![text("go")]),
                (Role::Assistant, vec![call("a"), call("b")]),
                (Role::Tool, vec![result("a", vec![text("1")])]),
                (Role::User, vec![text("and")]),
                (Role::Tool, vec![result("b", vec![text(r#"{"n":1.50}"#)])]),
            ],
        );
        let contents = conversation.unwrap().contents;
        let roles: Vec<_> = contents.iter().map(|content| content["role"].clone()).collect();
        assert_eq!(roles, ["user", "model", "user"]);
        let parts = json!([
            {"functionResponse": {"id": "a", "name": "f", "response": {"output": "1"}}},
            {"functionResponse": {"id": "b", "name": "f", "response": {"n": 0}}},
            {"text": "and"}
        ]);
        let mut found = contents[2]["parts"].clone();
        assert_eq!(found[1]["functionResponse"]["response"]["n"].to_string(), "1.50");
        found[1]["functionResponse"]["response"]["n"] = json!(0);
        assert_eq!(found, parts);
        assert!(drops.is_empty());
    }

    #[test]
    fn a_proof_stands_on_what_follows_from_the_thoughts() {
        let thought = |text: &str, signature: Option<&str>| Content::Reasoning {
            text: text.into(),
            signature: signature.map(str::to_owned),
        };
        let (conversation, drops) = run(
            "gemini-3-pro",
            vec![
                (Role::User, vec![text("go")]),
                (
                    Role::Assistant,
                    vec![
                        thought("other", Some("ErUB")),
                        thought("hm", Some("gemini:c2ln")),
                        call("a"),
                        call("b"),
                        thought("", Some("gemini:ZW5k")),
                    ],
                ),
            ],
        );
        let call = |id: &str| json!({"id": id, "name": "f", "args": {}});
        let parts = json!([
            {"text": "hm", "thought": true},
            {"functionCall": call("a"), "thoughtSignature": "c2ln"},
            {"functionCall": call("b")},
            {"text": "", "thoughtSignature": "ZW5k"}
        ]);
        assert_eq!(conversation.unwrap().contents[1]["parts"], parts);
        assert_eq!(drops, ["b1: reasoning without a proof of Gemini's is not taken back"]);
    }

    #[test]
    fn a_current_model_is_told_that_a_call_is_not_its_own() {
        for (model, proof) in [("gemini-3-pro", json!(UNPROVEN)), ("gemini-2.5-pro", Value::Null)] {
            let messages =
                vec![(Role::User, vec![text("x")]), (Role::Assistant, vec![call("a"), call("b")])];
            let parts = run(model, messages).0.unwrap().contents[1]["parts"].clone();
            assert_eq!(parts[0].get("thoughtSignature").cloned().unwrap_or_default(), proof);
            assert_eq!(parts[1].get("thoughtSignature"), None);
        }
    }

    #[test]
    fn pictures_in_results_stay_there_or_follow() {
        let picture = || Content::Image {
            source: Source::Base64 { media_type: "image/png".into(), data: "AA==".into() },
            detail: None,
        };
        let part = json!({"inlineData": {"mimeType": "image/png", "data": "AA=="}});
        for (model, place, dropped) in
            [("gemini-3-pro", "/0/functionResponse/parts/0", 0), ("gemini-2.5-pro", "/1", 1)]
        {
            let (conversation, drops) = run(
                model,
                vec![
                    (Role::Assistant, vec![call("a")]),
                    (Role::Tool, vec![result("a", vec![text("see"), picture()])]),
                ],
            );
            let contents = conversation.unwrap().contents;
            assert_eq!(contents[1]["parts"].pointer(place), Some(&part), "{model}");
            assert_eq!(drops.len(), dropped);
        }
    }

    #[test]
    fn what_a_tool_said_comes_back_as_it_was() {
        for (said, expected) in [
            ("18 C", json!({"output": "18 C"})),
            ("", json!({"output": ""})),
            (r#"{"a":1}"#, json!({"a": 1})),
            (r#"{ "a": 1 }"#, json!({"output": "{ \"a\": 1 }"})),
            ("{}", json!({"output": "{}"})),
            (r#"{"output":"x"}"#, json!({"output": "{\"output\":\"x\"}"})),
            ("[1]", json!({"output": "[1]"})),
        ] {
            assert_eq!(response(vec![said.to_owned()], false), expected, "{said}");
        }
        assert_eq!(response(vec!["x".into()], true), json!({"error": "x"}));
        assert_eq!(response(vec!["x".into(), "y".into()], false), json!({"output": ["x", "y"]}));
    }

    #[test]
    fn what_cannot_be_said_is_an_error() {
        let opaque = || Content::Opaque { dialect: "other", value: json!({}) };
        for (messages, param) in [
            (vec![], "messages"),
            (vec![(Role::User, vec![opaque()])], "b0"),
            (vec![(Role::Tool, vec![result("x", vec![])])], "b0"),
        ] {
            let problem = run("gemini-3-pro", messages).0.unwrap_err();
            assert_eq!(problem.param.as_deref(), Some(param));
        }
        let (conversation, drops) = run("gemini-3-pro", vec![(Role::System, vec![text("a")])]);
        let conversation = conversation.unwrap();
        assert_eq!(
            (conversation.system.len(), conversation.contents.len(), drops.len()),
            (0, 1, 1)
        );
    }
}
