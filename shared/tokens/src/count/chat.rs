//! What a request costs beside its texts.
//!
//! OpenAI's documented rule for chat: three tokens a message, one more for a name, three for the answer's beginning
//! (<https://github.com/openai/openai-cookbook/blob/main/examples/How_to_count_tokens_with_tiktoken.ipynb>, section 6).
//! A call of a tool adds its name, its arguments and one token, as tiktoken-rs 0.12 counts it
//! (`num_tokens_from_messages`, there measured against the API: zurawiki/tiktoken-rs issue 40). All read 2026-11-21.
//! A schema for the answer's form is counted as its JSON text. Documents and sound that are not text are guesses.

use ::chat::json::Value;
use dialects::neutral::{Block, Content, Message, Request, ResponseFormat, Role, Source};

use super::{Counter, Tokens, tools};

const PER_MESSAGE: u64 = 3;
const PER_NAME: u64 = 1;
const PER_CALL: u64 = 1;
const ANSWER: u64 = 3;
/// A document whose pages nobody counted: one page, as picture and text
/// (<https://platform.claude.com/docs/en/build-with-claude/pdf-support>, read 2026-11-21).
const DOCUMENT: u64 = 3_000;
/// Base64 characters of one token of sound: 10 tokens a second, 16 kB a second.
const SOUND: u64 = 2_000;

impl Counter {
    /// Prompt tokens of a request.
    pub fn request(&self, request: &Request) -> Tokens {
        let messages: Tokens = request.messages.iter().map(|message| self.message(message)).sum();
        let tools: u64 = request.tools.iter().map(|tool| tools::definition(self, tool)).sum();
        let schema = match &request.response_format {
            Some(ResponseFormat::JsonSchema { schema, .. }) => self.text(&schema.to_string()),
            _ => 0,
        };
        let fixed = Tokens { count: tools + schema + ANSWER, estimated: self.estimates() };
        messages + fixed
    }

    fn message(&self, message: &Message) -> Tokens {
        let role = match message.role {
            Role::System => "system",
            Role::Developer => "developer",
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::Tool => "tool",
        };
        let name = message.name.as_deref().map_or(0, |name| PER_NAME + self.text(name));
        let content: Tokens = message.content.iter().map(|block| self.block(block)).sum();
        content + Tokens::exact(PER_MESSAGE + self.text(role) + name)
    }

    fn block(&self, block: &Block) -> Tokens {
        let text = |text: &str| Tokens::exact(self.text(text));
        match &block.content {
            Content::Text { text: said, .. }
            | Content::Refusal { text: said }
            | Content::Reasoning { text: said, .. } => text(said),
            Content::ToolCall { name, arguments, .. } => {
                text(name) + text(arguments) + Tokens::exact(PER_CALL)
            }
            Content::ToolResult { content, .. } => {
                content.iter().map(|block| self.block(block)).sum()
            }
            Content::Image { source, detail } => self.image(source, detail.as_deref()),
            Content::Document { source, title, context, .. } => {
                let told = [title, context].into_iter().flatten().map(|told| text(told)).sum();
                let document = match source {
                    Source::Text { text: inside } => text(inside),
                    _ => Tokens::estimate(DOCUMENT),
                };
                document + told
            }
            Content::Audio { source, .. } => Tokens::estimate(match source {
                Source::Base64 { data, .. } => data.len() as u64 / SOUND + 1,
                _ => DOCUMENT,
            }),
            Content::RedactedReasoning { data } => Tokens::estimate(data.len() as u64 / 4),
            Content::Opaque { value, .. } => Tokens::estimate(self.text(&strings(value))),
        }
    }

    fn image(&self, source: &Source, detail: Option<&str>) -> Tokens {
        match source {
            Source::Base64 { data, .. } => {
                let (count, known) = self.image.inline(data, detail);
                Tokens { count, estimated: !known }
            }
            _ => Tokens::estimate(self.image.unknown(detail)),
        }
    }

    /// No request whose body has so many bytes and so many pictures has more prompt tokens: every token stands for
    /// bytes of the body, and what a message costs beside its text is less than what JSON writes around it.
    pub fn request_at_most(&self, bytes: u64, pictures: u64) -> u64 {
        let pictures = pictures.saturating_mul(self.image.most().max(DOCUMENT));
        self.at_most(bytes).saturating_add(pictures).saturating_add(ANSWER)
    }
}

/// All strings of a block that nobody knows.
fn strings(value: &Value) -> String {
    let mut all = String::new();
    let mut rest = vec![value];
    while let Some(value) = rest.pop() {
        match value {
            Value::String(text) => {
                all.push_str(text);
                all.push('\n');
            }
            Value::Array(items) => rest.extend(items),
            Value::Object(map) => rest.extend(map.values()),
            _ => {}
        }
    }
    all
}
