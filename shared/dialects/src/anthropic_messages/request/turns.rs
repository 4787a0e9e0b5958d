//! The conversation, written: instructions hoisted, turns merged.

use chat::Problem;
use chat::json::{Value, object};

use super::blocks::Writer;
use crate::neutral::{Content, Message, Role};
use crate::{Drops, Path};

/// `system` and `messages`.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    /// Text blocks, in the order of the messages they come from.
    pub(super) system: Vec<Value>,
    /// Alternating turns.
    pub(super) messages: Vec<Value>,
}

impl Conversation {
    /// Whether it ends with results of calls before which the model did not think, or its thoughts are gone.
    pub(super) fn is_unthought(&self) -> bool {
        let [.., assistant, user] = self.messages.as_slice() else { return false };
        let begins = |message: &Value, kind| {
            message.pointer("/content/0").is_some_and(|block| is(block, kind))
        };
        begins(user, "tool_result")
            && !begins(assistant, "thinking")
            && !begins(assistant, "redacted_thinking")
    }
}

/// Several messages of one side in a row.
#[derive(Debug)]
struct Turn {
    role: &'static str,
    /// Tool results, which must come first in their turn.
    results: Vec<Value>,
    rest: Vec<Value>,
    /// Where the last message of the turn stood.
    path: Path,
}

/// Writes the conversation.
///
/// Instructions that stand after the first turn are moved to the front: only some models take them where
/// they are (<https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages>, read
/// 2026-11-20).
///
/// # Errors
/// A message says nothing that the dialect can express, or there is none.
pub(super) fn encode(messages: Vec<Message>, drops: &mut Drops) -> Result<Conversation, Problem> {
    let mut system = Vec::new();
    let mut turns: Vec<Turn> = Vec::new();
    for message in messages {
        if message.name.is_some() {
            drops.add(format!("{}.name", message.path), super::super::NOT_SUPPORTED);
        }
        let role = match message.role {
            Role::Assistant => "assistant",
            Role::Tool | Role::User => "user",
            Role::Developer | Role::System => {
                hoist(message, !turns.is_empty(), &mut system, drops)?;
                continue;
            }
        };
        let mut writer = Writer::new(drops);
        let written = match message.role {
            Role::Assistant => writer.history(message.content)?,
            _ => writer.blocks(message.content)?,
        };
        if !written.is_empty() {
            add(&mut turns, role, written, writer.results, message.path);
        }
    }
    trim_end(&mut turns, drops);
    if turns.is_empty() {
        turns.extend(last_resort(&mut system, drops));
    }
    match turns.is_empty() {
        true => Err(Problem::invalid("empty_conversation", "messages", "messages say nothing")),
        false => {
            Ok(Conversation { system, messages: turns.into_iter().map(Turn::write).collect() })
        }
    }
}

fn hoist(
    message: Message,
    late: bool,
    system: &mut Vec<Value>,
    drops: &mut Drops,
) -> Result<(), Problem> {
    let mut texts = message.content;
    texts.retain(|block| {
        let is_text = matches!(block.content, Content::Text { .. });
        if !is_text {
            drops.add(&block.path, "only text is supported in instructions");
        }
        is_text
    });
    let written = Writer::new(drops).blocks(texts)?;
    if late && !written.is_empty() {
        drops.add(message.path, "moved to the system prompt");
    }
    system.extend(written);
    Ok(())
}

/// `has_results`: results of tools are among what was written.
fn add(
    turns: &mut Vec<Turn>,
    role: &'static str,
    written: Vec<Value>,
    has_results: bool,
    path: Path,
) {
    let (results, rest) = match has_results {
        true => written.into_iter().partition(|block| is(block, "tool_result")),
        false => (Vec::new(), written),
    };
    match turns.last_mut() {
        Some(turn) if turn.role == role => {
            turn.results.extend(results);
            turn.rest.extend(rest);
            turn.path = path;
        }
        _ => turns.push(Turn { role, results, rest, path }),
    }
}

fn is(block: &Value, kind: &str) -> bool {
    block.get("type").and_then(Value::as_str) == Some(kind)
}

/// An assistant's turn at the end is the beginning of the answer. Anthropic refuses white space at its end.
fn trim_end(turns: &mut Vec<Turn>, drops: &mut Drops) {
    let Some(turn) = turns.last_mut().filter(|turn| turn.role == "assistant") else { return };
    let Some(block) = turn.rest.last_mut().filter(|block| is(block, "text")) else { return };
    let Some(Value::String(text)) = block.get_mut("text") else { return };
    let trimmed = text.trim_end().len();
    if trimmed == text.len() {
        return;
    }
    text.truncate(trimmed);
    drops.add(turn.path.as_str(), "white space at the end removed");
    if trimmed == 0 {
        turn.rest.pop();
        if turn.rest.is_empty() && turn.results.is_empty() {
            turns.pop();
        }
    }
}

/// A conversation of instructions only: the last of them becomes the user's turn.
fn last_resort(system: &mut Vec<Value>, drops: &mut Drops) -> Option<Turn> {
    let last = system.pop()?;
    drops.add("messages", "the last instruction is sent as the user's turn");
    Some(Turn { role: "user", results: Vec::new(), rest: vec![last], path: "messages".into() })
}

impl Turn {
    fn write(self) -> Value {
        let content = match self.results.is_empty() {
            true => self.rest,
            false => self.results.into_iter().chain(self.rest).collect(),
        };
        object([("role", self.role.into()), ("content", Value::Array(content))])
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::neutral::Block;

    fn text(text: &str) -> Content {
        Content::Text { text: text.into(), citations: None }
    }

    fn result(id: &str) -> Content {
        Content::ToolResult { id: id.into(), content: vec![], is_error: None }
    }

    fn run(messages: Vec<(Role, Vec<Content>)>) -> (Result<Conversation, Problem>, Vec<String>) {
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
        let conversation = encode(messages.collect(), &mut drops);
        (conversation, drops.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn instructions_become_separate_blocks_in_order() {
        let (conversation, drops) = run(vec![
            (Role::System, vec![text("a"), text("")]),
            (Role::Developer, vec![text("b")]),
            (Role::User, vec![text("hi")]),
            (Role::System, vec![text("c")]),
        ]);
        let system = conversation.unwrap().system;
        assert_eq!(system.iter().map(|block| &block["text"]).collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(drops, ["m3: moved to the system prompt"]);
    }

    #[test]
    fn results_of_parallel_calls_share_one_turn_and_come_first() {
        let (conversation, drops) = run(vec![
            (Role::User, vec![text("go")]),
            (Role::Assistant, vec![text("ok")]),
            (Role::Tool, vec![result("a")]),
            (Role::User, vec![text("and"), result("b")]),
            (Role::Tool, vec![result("c")]),
        ]);
        let messages = conversation.unwrap().messages;
        assert_eq!(messages.len(), 3);
        let kinds: Vec<_> = messages[2]["content"]
            .as_array()
            .unwrap()
            .iter()
            .map(|block| block.get("tool_use_id").or(block.get("text")).unwrap())
            .collect();
        assert_eq!(kinds, ["a", "b", "c", "and"]);
        assert!(drops.is_empty());
    }

    #[test]
    fn results_of_calls_without_thoughts_are_noticed() {
        let thought = || Content::RedactedReasoning { data: "d".into() };
        for (said, answered, expected) in [
            (vec![text("x")], vec![result("a")], true),
            (vec![thought(), text("x")], vec![result("a")], false),
            (vec![text("x")], vec![text("y")], false),
        ] {
            let (conversation, _) = run(vec![(Role::Assistant, said), (Role::User, answered)]);
            assert_eq!(conversation.unwrap().is_unthought(), expected);
        }
    }

    #[test]
    fn empty_turns_vanish_and_their_neighbours_merge() {
        let (conversation, drops) = run(vec![
            (Role::User, vec![text("a")]),
            (Role::Assistant, vec![text("")]),
            (Role::User, vec![text("b")]),
        ]);
        assert_eq!(conversation.unwrap().messages.len(), 1);
        assert!(drops.is_empty());
    }

    #[test]
    fn white_space_at_the_end_of_a_prefill_is_removed() {
        let (conversation, drops) =
            run(vec![(Role::User, vec![text("a")]), (Role::Assistant, vec![text("b \n")])]);
        assert_eq!(conversation.unwrap().messages[1]["content"][0]["text"], "b");
        assert_eq!(drops, ["m1: white space at the end removed"]);
        let (conversation, _) =
            run(vec![(Role::User, vec![text("a")]), (Role::Assistant, vec![text(" ")])]);
        assert_eq!(conversation.unwrap().messages.len(), 1);
    }

    #[test]
    fn instructions_alone_are_put_as_a_question() {
        let (conversation, drops) =
            run(vec![(Role::System, vec![text("a")]), (Role::System, vec![text("b")])]);
        let conversation = conversation.unwrap();
        assert_eq!((conversation.system.len(), conversation.messages.len()), (1, 1));
        assert_eq!(drops.len(), 1);
        assert_eq!(run(vec![]).0.unwrap_err().param.as_deref(), Some("messages"));
    }
}
