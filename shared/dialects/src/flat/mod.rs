//! Conversations as dialects tell them whose messages are flat: one role, texts, thoughts, calls and pictures,
//! and a message of its own for each result of a tool. What such a dialect has no place for is reported here.

mod answer;
mod error;
mod request;
mod tools;

use std::collections::BTreeMap;

use chat::Problem;

use crate::neutral::{Block, Content, Message, Role, Source, ToolKind};
use crate::openai_chat::unsupported;
use crate::{Drops, Path};

pub(crate) use answer::{Answer, first_candidate, input, is_call, lose, lose_finish, lose_rest};
pub(crate) use error::upstream;
pub(crate) use request::{put_extras, put_stops, remove_unsupported, report_unsaid};
pub(crate) use tools::{NOT_ALLOWED, offer};

/// One message.
#[derive(Debug, Default)]
pub(crate) struct Flat {
    /// `assistant`, `system`, `tool` or `user`.
    pub(crate) role: &'static str,
    /// Where it stood.
    pub(crate) path: Path,
    /// The call that a message of role `tool` answers.
    pub(crate) answers: Option<String>,
    /// What is said, in order, and where each text stood.
    pub(crate) texts: Vec<(String, Path)>,
    /// What the model thought first.
    pub(crate) thoughts: Vec<(String, Path)>,
    /// Tools that are called.
    pub(crate) calls: Vec<Call>,
    /// Pictures.
    pub(crate) images: Vec<Image>,
    /// Plain text that was given as a document, with its title.
    pub(crate) documents: Vec<(String, Option<String>)>,
}

/// A call of a tool.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arguments: String,
    pub(crate) kind: ToolKind,
    pub(crate) path: Path,
}

/// A picture.
#[derive(Debug)]
pub(crate) struct Image {
    pub(crate) source: Source,
    pub(crate) detail: Option<String>,
    pub(crate) path: Path,
    /// How many texts of its message stand before it.
    pub(crate) after: usize,
}

impl Flat {
    fn new(role: &'static str, path: &Path) -> Flat {
        Flat { role, path: path.clone(), ..Flat::default() }
    }

    fn is_empty(&self) -> bool {
        self.texts.is_empty()
            && self.thoughts.is_empty()
            && self.calls.is_empty()
            && self.images.is_empty()
            && self.documents.is_empty()
    }
}

/// Texts of the message at `path` as one, with an empty line between them. Where there are several, that is
/// reported.
pub(crate) fn joined(texts: Vec<(String, Path)>, path: &Path, drops: &mut Drops) -> String {
    if texts.len() > 1 {
        drops.add(path, "its texts are joined");
    }
    let texts: Vec<String> = texts.into_iter().map(|(text, _)| text).collect();
    texts.join("\n\n")
}

/// A conversation, told flat.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    pub(crate) messages: Vec<Flat>,
    /// The tools that are called, by the call's id.
    pub(crate) called: BTreeMap<String, String>,
}

/// Tells a conversation flat. `reason`: why something is in the drops.
///
/// # Errors
/// Sound, or a document that is no plain text; a message that holds nothing else than what only another
/// dialect knows; a conversation that says nothing.
pub(crate) fn conversation(
    messages: Vec<Message>,
    reason: &'static str,
    drops: &mut Drops,
) -> Result<Conversation, Problem> {
    let mut writer = Writer { out: Conversation::default(), media: Vec::new(), reason, drops };
    for message in messages {
        writer.message(message)?;
    }
    writer.flush_media();
    match writer.out.messages.is_empty() {
        true => Err(Problem::invalid("empty_conversation", "messages", "messages say nothing")),
        false => Ok(writer.out),
    }
}

struct Writer<'a> {
    out: Conversation,
    /// Pictures of results, for the next message of the user.
    media: Vec<Image>,
    reason: &'static str,
    drops: &'a mut Drops,
}

impl Writer<'_> {
    fn message(&mut self, message: Message) -> Result<(), Problem> {
        if message.name.is_some() {
            self.drops.add(format!("{}.name", message.path), self.reason);
        }
        let role = match message.role {
            Role::Assistant => "assistant",
            Role::Developer | Role::System => "system",
            Role::Tool | Role::User => "user",
        };
        if role != "user" {
            self.flush_media();
        }
        let mut flat = Flat::new(role, &message.path);
        let (mut refused, mut results) = (None, false);
        for block in message.content {
            if block.cache.is_some() {
                self.drops.add(format!("{}.cache_control", block.path), self.reason);
            }
            match block.content {
                Content::ToolResult { id, content, is_error } => {
                    results = true;
                    if is_error == Some(true) {
                        self.drops.add(format!("{}.is_error", block.path), self.reason);
                    }
                    self.result(id, content, &block.path)?;
                }
                Content::Opaque { .. } => {
                    self.drops.add(&block.path, self.reason);
                    refused.get_or_insert(block.path);
                }
                content => self.block(content, block.path, &mut flat)?,
            }
        }
        if role == "user" && !flat.is_empty() {
            let own = std::mem::replace(&mut flat.images, std::mem::take(&mut self.media));
            flat.images.extend(own);
        }
        match (flat.is_empty(), refused) {
            (false, _) => self.out.messages.push(flat),
            // What the model said before may be left out.
            (true, Some(path)) if !results && role == "user" => {
                let message = format!("{path} holds nothing that this provider can be sent");
                return Err(Problem::invalid("unsupported_content", path, message));
            }
            (true, _) => {}
        }
        Ok(())
    }

    /// Tells pictures of results that no message of the user followed.
    fn flush_media(&mut self) {
        if !self.media.is_empty() {
            let images = std::mem::take(&mut self.media);
            self.out.messages.push(Flat { images, ..Flat::new("user", &Path::default()) });
        }
    }

    fn result(&mut self, id: String, content: Vec<Block>, path: &Path) -> Result<(), Problem> {
        let mut flat = Flat { answers: Some(id), ..Flat::new("tool", path) };
        for block in content {
            match block.content {
                Content::Opaque { .. } => self.drops.add(block.path, self.reason),
                content => self.block(content, block.path, &mut flat)?,
            }
        }
        for image in std::mem::take(&mut flat.images) {
            self.drops.add(&image.path, "moved to the user message that follows");
            self.media.push(Image { after: 0, ..image });
        }
        self.out.messages.push(flat);
        Ok(())
    }

    fn block(&mut self, content: Content, path: Path, flat: &mut Flat) -> Result<(), Problem> {
        match content {
            Content::Text { text, citations } => {
                if citations.is_some_and(|list| list.as_array().is_none_or(|it| !it.is_empty())) {
                    self.drops.add(format!("{path}.citations"), self.reason);
                }
                if !text.is_empty() {
                    flat.texts.push((text, path));
                }
            }
            Content::Refusal { text } => flat.texts.push((text, path)),
            Content::Reasoning { text, signature } if flat.role == "assistant" => {
                if signature.is_some() {
                    self.drops.add(format!("{path}.signature"), self.reason);
                }
                if !text.is_empty() {
                    flat.thoughts.push((text, path));
                }
            }
            Content::ToolCall { id, name, arguments, kind } => {
                self.out.called.insert(id.clone(), name.clone());
                flat.calls.push(Call { id, name, arguments, kind, path });
            }
            Content::Image { source, detail } if flat.role != "system" => {
                let after = flat.texts.len();
                flat.images.push(Image { source, detail, path, after });
            }
            Content::Document { source: Source::Text { text }, title, context, citations } => {
                let unsaid =
                    [("context", context.is_some()), ("citations", citations == Some(true))];
                for (name, _) in unsaid.into_iter().filter(|row| row.1) {
                    self.drops.add(format!("{path}.{name}"), self.reason);
                }
                flat.documents.push((text, title));
            }
            Content::Document { .. } if flat.role != "system" => {
                return Err(unsupported(path, "a document must be plain text"));
            }
            Content::Audio { .. } => return Err(unsupported(path, "sound is not understood")),
            _ => self.drops.add(path, self.reason),
        }
        Ok(())
    }
}
