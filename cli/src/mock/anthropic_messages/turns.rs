//! The rules about messages and their blocks: who may say what, and that every tool use is
//! answered (<https://platform.claude.com/docs/en/agents-and-tools/tool-use/handle-tool-calls>,
//! 2026-11-20; the sentences as in <https://github.com/anthropics/claude-code/issues/1831>).

use std::collections::HashSet;

use super::thinking;
use crate::mock::cursor::{Cursor, Problem};

/// Every rule, in the order of the conversation.
pub(super) fn check(messages: &[Cursor<'_>]) -> Result<(), Problem> {
    if let Some(first) = messages.first().filter(|first| first.text("role") != "user") {
        return Err(first.breaks("first message must use the \"user\" role"));
    }
    let last = messages.len().saturating_sub(1);
    for (index, message) in messages.iter().enumerate() {
        check_content(message, index == last)?;
        for block in message.items_of("content") {
            check_role(&block, message.text("role"))?;
            check_block(&block)?;
        }
    }
    check_unique_ids(messages)?;
    check_pairs(messages)
}

/// Texts of a system prompt and of messages have to say something.
pub(super) fn check_text(block: &Cursor<'_>) -> Result<(), Problem> {
    if block.text("type") != "text" {
        return Ok(());
    }
    let text = block.text("text");
    if text.is_empty() {
        return Err(block.breaks("text content blocks must be non-empty"));
    }
    if text.trim().is_empty() {
        return Err(block.breaks("text content blocks must contain non-whitespace text"));
    }
    Ok(())
}

fn check_content(message: &Cursor<'_>, is_last: bool) -> Result<(), Problem> {
    let role = message.text("role");
    let (text, blocks) = (message.text("content"), message.items_of("content"));
    let prefill = is_last && role == "assistant";
    if text.is_empty() && blocks.is_empty() && !prefill {
        return Err(message.breaks(
            "all messages must have non-empty content except for the optional final assistant \
             message",
        ));
    }
    let ends = blocks.last().map_or(text, |block| block.text("text"));
    if prefill && ends.ends_with(char::is_whitespace) {
        return Err(message.breaks("final assistant content cannot end with trailing whitespace"));
    }
    Ok(())
}

fn check_role(block: &Cursor<'_>, role: &str) -> Result<(), Problem> {
    let kind = block.text("type");
    let owner = match kind {
        "tool_use"
        | "server_tool_use"
        | "thinking"
        | "redacted_thinking"
        | "mcp_tool_use"
        | "web_search_tool_result"
        | "web_fetch_tool_result"
        | "code_execution_tool_result"
        | "bash_code_execution_tool_result"
        | "text_editor_code_execution_tool_result"
        | "mcp_tool_result" => "assistant",
        "tool_result" | "image" | "document" | "search_result" | "container_upload" => "user",
        _ => return Ok(()),
    };
    if owner == role {
        return Ok(());
    }
    Err(block.breaks(format!("`{kind}` blocks can only be in `{owner}` messages")))
}

fn check_block(block: &Cursor<'_>) -> Result<(), Problem> {
    check_text(block)?;
    match block.text("type") {
        "thinking" => thinking::check_block(block),
        "tool_result" => block.items_of("content").iter().try_for_each(check_block),
        "image" | "document" => match block.field("source") {
            Some(source) => check_source(&source),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

fn check_source(source: &Cursor<'_>) -> Result<(), Problem> {
    match source.text("type") {
        "base64" => {
            let data = source.text("data");
            let legal = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
            if !data.len().is_multiple_of(4) || !data.chars().all(legal) {
                let at = source.field("data").unwrap_or_else(|| source.clone());
                return Err(at.breaks("invalid base64 data"));
            }
        }
        "url" => {
            let url = source.text("url");
            if !["https://", "http://"].iter().any(|scheme| url.starts_with(scheme)) {
                let at = source.field("url").unwrap_or_else(|| source.clone());
                return Err(at.breaks("Input should be a valid URL"));
            }
        }
        _ => {}
    }
    Ok(())
}

fn check_unique_ids(messages: &[Cursor<'_>]) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    for message in messages {
        for block in blocks_of(message, "tool_use") {
            if !seen.insert(block.text("id").to_owned()) {
                return Err(block.breaks("`tool_use` ids must be unique"));
            }
        }
    }
    Ok(())
}

/// The message after one with tool uses begins with their results, and no other message has any.
fn check_pairs(messages: &[Cursor<'_>]) -> Result<(), Problem> {
    let mut open: Vec<&str> = Vec::new();
    let mut asked: Option<&Cursor<'_>> = None;
    for message in messages {
        let mut leading = true;
        for block in message.items_of("content") {
            if block.text("type") != "tool_result" {
                leading = false;
                continue;
            }
            let id = block.text("tool_use_id");
            let position = open.iter().position(|open| *open == id);
            match position.filter(|_| leading) {
                Some(position) => {
                    open.remove(position);
                }
                None if position.is_some() => break,
                None if asked.is_some_and(|asked| uses(asked).contains(&id)) => {
                    return Err(block.breaks(format!(
                        "each tool_use must have a single result. Found multiple `tool_result` \
                         blocks with id: {id}"
                    )));
                }
                None => {
                    return Err(block.breaks(format!(
                        "unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each \
                         `tool_result` block must have a corresponding `tool_use` block in the \
                         previous message."
                    )));
                }
            }
        }
        check_answered(asked, &open)?;
        open = uses(message);
        asked = (!open.is_empty()).then_some(message);
    }
    check_answered(asked, &open)
}

fn check_answered(asked: Option<&Cursor<'_>>, open: &[&str]) -> Result<(), Problem> {
    match asked {
        Some(asked) if !open.is_empty() => Err(asked.breaks(format!(
            "`tool_use` ids were found without `tool_result` blocks immediately after: {}. Each \
             `tool_use` block must have a corresponding `tool_result` block in the next message.",
            open.join(", ")
        ))),
        _ => Ok(()),
    }
}

fn uses<'a>(message: &Cursor<'a>) -> Vec<&'a str> {
    blocks_of(message, "tool_use").iter().map(|block| block.text("id")).collect()
}

fn blocks_of<'a>(message: &Cursor<'a>, kind: &str) -> Vec<Cursor<'a>> {
    message.items_of("content").into_iter().filter(|block| block.text("type") == kind).collect()
}
