//! A request for a chat answer.

use crate::Path;
use chat::json::{Map, Value};

/// A request for a chat answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// The model asked for.
    pub model: String,
    /// The conversation with its instructions, in the order given. Decoders do not merge turns; encoders do
    /// where their dialect wants it.
    pub messages: Vec<Message>,
    /// Offered tools.
    pub tools: Vec<Tool>,
    /// Which of them may or must be called.
    pub tool_choice: Option<ToolChoice>,
    /// Whether several tools may be called at once.
    pub parallel_tool_calls: Option<bool>,
    /// The most tokens to generate, reasoning included.
    pub max_output_tokens: Option<u64>,
    /// How tokens are drawn.
    pub sampling: Sampling,
    /// Strings that end the answer.
    pub stop: Vec<String>,
    /// How many answers to give (OpenAI's `n`).
    pub candidates: Option<u64>,
    /// Whether the answer is streamed.
    pub stream: bool,
    /// Whether a streamed answer states its usage.
    pub stream_usage: bool,
    /// The form of the answer.
    pub response_format: Option<ResponseFormat>,
    /// Whether and how hard the model thinks first.
    pub reasoning: Option<Reasoning>,
    /// The end user, for abuse detection (OpenAI's `user`, Anthropic's `metadata.user_id`).
    pub user: Option<String>,
    /// Processing class (`auto`, `default`, `flex`, `priority`, `standard_only`), in the client's word.
    pub service_tier: Option<String>,
    /// Caching asked for at the top of the request.
    pub cache: Option<CacheControl>,
    /// Every other top-level parameter, under its name in the client's dialect. An encoder takes out those
    /// that its dialect knows by the same name and meaning, and reports the rest as dropped.
    pub extras: Map,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Instructions of the provider's or the application's maker.
    System,
    /// OpenAI's name for [`Role::System`] with newer models.
    Developer,
    /// The user.
    User,
    /// The model.
    Assistant,
    /// A tool's result.
    Tool,
}

/// One turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// The speaker's name (OpenAI's `name`).
    pub name: Option<String>,
    /// What is said, in order. May be empty.
    pub content: Vec<Block>,
    /// Where it stood in the source: `messages[3]`, `system`.
    pub path: Path,
}

/// One piece of content and where it stood.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The piece.
    pub content: Content,
    /// Cache the prompt up to here.
    pub cache: Option<CacheControl>,
    /// Where it stood in the source: `messages[3].content[0]`.
    pub path: Path,
}

impl Block {
    /// A block without a cache mark.
    pub fn new(content: Content, path: impl Into<Path>) -> Block {
        Block { content, cache: None, path: path.into() }
    }
}

/// The kinds of content, in requests and answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Sound.
    Audio {
        /// Where it is.
        source: Source,
        /// `wav`, `mp3`.
        format: String,
    },
    /// A document such as a PDF.
    Document {
        /// Where it is.
        source: Source,
        /// File name or title.
        title: Option<String>,
        /// What the model is told about it (Anthropic's `context`).
        context: Option<String>,
        /// Whether the answer shall cite it.
        citations: Option<bool>,
    },
    /// A picture.
    Image {
        /// Where it is.
        source: Source,
        /// OpenAI's `low`, `high`, `auto`.
        detail: Option<String>,
    },
    /// A block that only `dialect` knows, whole. Encoders of other dialects report it as dropped.
    Opaque {
        /// The dialect's name.
        dialect: &'static str,
        /// The block.
        value: Value,
    },
    /// The model's thoughts.
    Reasoning {
        /// The thoughts, or a summary of them. May be empty.
        text: String,
        /// The provider's proof that they are its own; without it none takes them back. It begins with its
        /// dialect's name and a colon (see [`proof_dialect`]), except Anthropic's, which are as they are.
        signature: Option<String>,
    },
    /// Thoughts that only the provider can read.
    RedactedReasoning {
        /// Opaque data, to be given back unchanged.
        data: String,
    },
    /// The model declines.
    Refusal {
        /// What it says.
        text: String,
    },
    /// Text.
    Text {
        /// The text.
        text: String,
        /// Citations or annotations, in the shape of the dialect they came from.
        citations: Option<Value>,
    },
    /// The model calls a tool.
    ToolCall {
        /// Links the call to its result.
        id: String,
        /// The tool.
        name: String,
        /// Arguments as JSON text. For [`ToolKind::Custom`] any text.
        arguments: String,
        /// Function or custom tool.
        kind: ToolKind,
    },
    /// A tool's result.
    ToolResult {
        /// The call's id.
        id: String,
        /// What the tool returned: text, images, documents.
        content: Vec<Block>,
        /// Whether it failed, where the dialect says so.
        is_error: Option<bool>,
    },
}

/// Where media data is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Inline.
    Base64 {
        /// `image/png`.
        media_type: String,
        /// Base64 text.
        data: String,
    },
    /// A file uploaded to the provider before.
    File {
        /// The provider's id for it.
        id: String,
    },
    /// Inline plain text (Anthropic's text documents).
    Text {
        /// The text.
        text: String,
    },
    /// To be fetched by the provider.
    Url {
        /// An http(s) URL.
        url: String,
    },
}

/// A mark up to which the provider shall cache the prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheControl {
    /// Lifetime, such as `5m` or `1h`.
    pub ttl: Option<String>,
}

/// An offered tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// JSON Schema of its arguments. `None`: no arguments were described. Of a custom tool: the grammar that
    /// its text must match, `{"syntax": "lark" or "regex", "definition": "…"}`.
    pub parameters: Option<Value>,
    /// Whether the arguments must match the schema exactly.
    pub strict: Option<bool>,
    /// Function, custom, or one that only a dialect knows.
    pub kind: ToolKind,
    /// For tools that the provider itself runs (search, code execution): the whole definition and its
    /// dialect. Encoders of other dialects report it as dropped.
    pub opaque: Option<(&'static str, Value)>,
    /// If that is a search of the web: its options, by the names of Anthropic's (`allowed_domains`,
    /// `blocked_domains`, `max_uses`, `user_location`), OpenAI's `search_context_size`, and of those that no other
    /// dialect has. Encoders of other dialects may offer theirs instead.
    pub search: Option<Map>,
    /// Cache the prompt up to here.
    pub cache: Option<CacheControl>,
    /// Where it stood in the source: `tools[0]`.
    pub path: Path,
}

/// The kinds of tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolKind {
    /// Called with a JSON object.
    Function,
    /// OpenAI's custom tools, called with free text.
    Custom,
}

/// Which tool may or must be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolChoice {
    /// One of those named (OpenAI's `allowed_tools`); `required`: it must be.
    Allowed {
        /// Their names.
        names: Vec<String>,
        /// Whether one must be called.
        required: bool,
    },
    /// As the model likes.
    Auto,
    /// None.
    None,
    /// At least one, any.
    Required,
    /// This one.
    Tool {
        /// Its name.
        name: String,
    },
}

/// How tokens are drawn. Numbers keep the digits they came with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sampling {
    /// Penalty on frequent tokens, −2 to 2.
    pub frequency_penalty: Option<chat::json::Number>,
    /// Penalty on tokens that appeared, −2 to 2.
    pub presence_penalty: Option<chat::json::Number>,
    /// For reproducible draws.
    pub seed: Option<chat::json::Number>,
    /// Randomness; the range differs by dialect (OpenAI 0–2, Anthropic 0–1).
    pub temperature: Option<chat::json::Number>,
    /// Draw from the k likeliest tokens.
    pub top_k: Option<chat::json::Number>,
    /// Draw from the likeliest tokens that make up this share.
    pub top_p: Option<chat::json::Number>,
}

impl Sampling {
    /// Writes what there is under OpenAI's names, which others took over.
    pub(crate) fn put(self, into: &mut Map) {
        for (name, number) in [
            ("frequency_penalty", self.frequency_penalty),
            ("presence_penalty", self.presence_penalty),
            ("seed", self.seed),
            ("temperature", self.temperature),
            ("top_k", self.top_k),
            ("top_p", self.top_p),
        ] {
            if let Some(number) = number {
                into.put(name, number);
            }
        }
    }
}

/// The form of the answer.
#[derive(Debug, Clone, PartialEq)]
pub enum ResponseFormat {
    /// Any JSON object.
    JsonObject,
    /// JSON that matches a schema.
    JsonSchema {
        /// OpenAI demands one; Anthropic has none.
        name: Option<String>,
        /// What the format is for.
        description: Option<String>,
        /// The schema.
        schema: Value,
        /// Whether it is enforced exactly.
        strict: Option<bool>,
    },
    /// Plain text.
    Text,
}

/// Whether and how hard the model thinks first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reasoning {
    /// `false`: not at all. `true` or `None` with a budget or an effort: yes.
    pub enabled: Option<bool>,
    /// The model decides how much (Anthropic's `adaptive`).
    pub adaptive: bool,
    /// Coarse amount.
    pub effort: Option<Effort>,
    /// The most tokens to think (Anthropic's `budget_tokens`).
    pub budget_tokens: Option<u64>,
    /// Whether and how thoughts are shown (Anthropic's `display`: `summarized`, `omitted`).
    pub display: Option<String>,
}

impl Reasoning {
    /// The word of [`Reasoning::display`] for thoughts that are shown as a summary.
    pub const SUMMARIZED: &'static str = "summarized";
}

/// The dialect whose proof a signature says it is: `openai-responses:…`. No provider takes that of another.
pub fn proof_dialect(signature: &str) -> Option<&'static str> {
    let (name, _) = signature.split_once(':')?;
    crate::by_name(name).map(crate::Dialect::name)
}

/// Coarse amount of reasoning, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// None.
    None,
    /// OpenAI's least.
    Minimal,
    /// Little.
    Low,
    /// Middling.
    Medium,
    /// Much.
    High,
    /// More (OpenAI's and Anthropic's `xhigh`).
    XHigh,
    /// Most (Anthropic's `max`).
    Max,
}

impl Effort {
    /// All efforts with the word that OpenAI's and Anthropic's APIs use for them.
    pub const WORDS: [(Effort, &'static str); 7] = [
        (Effort::None, "none"),
        (Effort::Minimal, "minimal"),
        (Effort::Low, "low"),
        (Effort::Medium, "medium"),
        (Effort::High, "high"),
        (Effort::XHigh, "xhigh"),
        (Effort::Max, "max"),
    ];

    /// The effort that `word` names.
    pub fn from_word(word: &str) -> Option<Effort> {
        Effort::WORDS.iter().find(|row| row.1 == word).map(|row| row.0)
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        Effort::WORDS.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }
}
