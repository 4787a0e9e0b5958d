//! The simulated model: what it answers depends only on what the request asks, so that the answer
//! proves what arrived. It knows nothing of wire formats.

use serde_json::Value;

use super::sample;

/// Tokens of every prompt, cached ones included: nothing is counted, so that both dialects report
/// the same prompt for the same conversation.
pub(crate) const PROMPT_TOKENS: u64 = 120;
/// Tokens of every prompt that came from the cache.
pub(crate) const CACHED_TOKENS: u64 = 64;

/// What a valid request asks of the model.
#[derive(Debug, Default)]
pub(crate) struct Prompt {
    /// The model name, echoed in the answer.
    pub(crate) model: String,
    /// Every system and developer text, joined by spaces.
    pub(crate) system: String,
    /// What the conversation ends with.
    pub(crate) last: Last,
    /// The kinds of non-text content in the last user message: "image", "audio", "document".
    pub(crate) attachments: Vec<&'static str>,
    /// The tools that may be called.
    pub(crate) tools: Vec<Tool>,
    /// Whether and which tool to call.
    pub(crate) choice: Choice,
    /// Whether one answer may hold several calls.
    pub(crate) parallel: bool,
    /// What the text of the answer has to be.
    pub(crate) format: Format,
    /// Upper bound of the answer, reasoning included.
    pub(crate) max_tokens: Option<u64>,
    /// The text ends before the first of these.
    pub(crate) stop: Vec<String>,
    /// Whether to think first.
    pub(crate) reasoning: bool,
    /// How many answers.
    pub(crate) choices: u64,
    /// Whether the answer is streamed.
    pub(crate) stream: bool,
}

/// The last message of a conversation.
#[derive(Debug)]
pub(crate) enum Last {
    /// The text of a user message.
    User(String),
    /// The texts of the tool results since the last assistant message.
    Results(Vec<String>),
    /// The text of an assistant message that the answer continues.
    Prefill(String),
}

impl Default for Last {
    fn default() -> Self {
        Self::User(String::new())
    }
}

/// A tool as the model sees it.
#[derive(Debug)]
pub(crate) struct Tool {
    pub(crate) name: String,
    /// The JSON Schema of its arguments; `None` for a tool that takes free text.
    pub(crate) schema: Option<Value>,
}

/// The caller's wish about tools.
#[derive(Debug, Default)]
pub(crate) enum Choice {
    /// The model decides: it calls the tools whose names the user mentions.
    #[default]
    Auto,
    /// No call.
    Never,
    /// Some call.
    Any,
    /// A call of this tool.
    Named(String),
}

/// The form of the answer's text.
#[derive(Debug, Default)]
pub(crate) enum Format {
    #[default]
    Text,
    /// Any JSON object.
    Json,
    /// JSON that satisfies a schema.
    Schema(Value),
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The visible chain of thought, where one was asked for.
    pub(crate) reasoning: Option<String>,
    pub(crate) text: String,
    pub(crate) calls: Vec<Call>,
    pub(crate) finish: Finish,
}

/// A tool call. `arguments` is an object, or a string for a tool that takes free text.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) arguments: Value,
}

/// Why the answer ends.
#[derive(Debug, PartialEq)]
pub(crate) enum Finish {
    Stop,
    /// At this stop sequence.
    StopSequence(String),
    Length,
    ToolCalls,
}

impl Reply {
    /// Tokens of the chain of thought.
    pub(crate) fn reasoning_tokens(&self) -> u64 {
        self.reasoning.as_deref().map_or(0, |text| count(&tokens(text)))
    }

    /// Tokens of everything, the chain of thought included.
    pub(crate) fn output_tokens(&self) -> u64 {
        let calls: u64 = self.calls.iter().map(|call| count(&tokens(&call.written()))).sum();
        self.reasoning_tokens() + count(&tokens(&self.text)) + calls
    }
}

impl Call {
    /// The arguments as the model writes them: JSON text, or the free text itself.
    pub(crate) fn written(&self) -> String {
        match &self.arguments {
            Value::String(text) => text.clone(),
            json => json.to_string(),
        }
    }
}

/// The answer number `index` to `prompt`.
pub(crate) fn reply(prompt: &Prompt, index: u64) -> Reply {
    let reasoning = prompt.reasoning.then(|| match &prompt.last {
        Last::User(text) => format!("The user said: {text} I shall answer."),
        Last::Results(_) => "The tools have answered, so I can answer.".to_owned(),
        Last::Prefill(_) => "I shall go on where I stopped.".to_owned(),
    });
    let calls = calls(prompt);
    if !calls.is_empty() {
        return Reply { reasoning, text: String::new(), calls, finish: Finish::ToolCalls };
    }
    let (text, finish) = match stopped(&text(prompt, index), &prompt.stop) {
        Some((before, stop)) => (before, Finish::StopSequence(stop)),
        None => (text(prompt, index), Finish::Stop),
    };
    limited(Reply { reasoning, text, calls, finish }, prompt.max_tokens)
}

fn text(prompt: &Prompt, index: u64) -> String {
    match &prompt.format {
        Format::Schema(schema) => return sample::from_schema(schema).to_string(),
        Format::Json => {
            return serde_json::json!({"answer": sentences(prompt), "model": prompt.model})
                .to_string();
        }
        Format::Text => {}
    }
    let mut text = sentences(prompt);
    if prompt.choices > 1 {
        text.push_str(&format!(" Choice {index}."));
    }
    text
}

fn sentences(prompt: &Prompt) -> String {
    let mut text = match &prompt.last {
        Last::User(said) => format!("You said: {said}."),
        Last::Results(results) => format!("The tools answered: {}.", results.join(" | ")),
        Last::Prefill(begun) => format!("I go on from: {begun}."),
    };
    if !prompt.attachments.is_empty() {
        text.push_str(&format!(" Attached: {}.", prompt.attachments.join(", ")));
    }
    if !prompt.system.is_empty() {
        text.push_str(&format!(" System: {}.", prompt.system));
    }
    text.push_str(&format!(" Model {}.", prompt.model));
    text
}

/// Tools are called when the user mentions them by name or the caller insists, and never twice in
/// a row: after tool results comes text.
fn calls(prompt: &Prompt) -> Vec<Call> {
    let Last::User(said) = &prompt.last else { return Vec::new() };
    let mentioned: Vec<&Tool> =
        prompt.tools.iter().filter(|tool| said.contains(&tool.name)).collect();
    let candidates = match &prompt.choice {
        Choice::Never => Vec::new(),
        Choice::Auto => mentioned,
        Choice::Any if mentioned.is_empty() => prompt.tools.iter().take(1).collect(),
        Choice::Any => mentioned,
        Choice::Named(name) => prompt.tools.iter().filter(|tool| tool.name == *name).collect(),
    };
    let several = prompt.parallel && said.contains("parallel");
    candidates
        .iter()
        .cycle()
        .take(candidates.len().min(1) * if several { 2 } else { 1 })
        .map(|tool| Call {
            name: tool.name.clone(),
            arguments: match &tool.schema {
                Some(schema) => arguments(schema),
                None => Value::String(format!("sample input for {}", tool.name)),
            },
        })
        .collect()
}

/// Arguments are an object even where a lax schema would also allow something else.
fn arguments(schema: &Value) -> Value {
    match sample::from_schema(schema) {
        Value::Object(members) => Value::Object(members),
        _ => Value::Object(serde_json::Map::new()),
    }
}

fn stopped(text: &str, stop: &[String]) -> Option<(String, String)> {
    let found = stop.iter().filter(|stop| !stop.is_empty());
    let first = found.filter_map(|stop| Some((text.find(stop.as_str())?, stop))).min()?;
    Some((text.get(..first.0)?.to_owned(), first.1.clone()))
}

fn limited(mut reply: Reply, max_tokens: Option<u64>) -> Reply {
    let Some(max) = max_tokens.filter(|max| reply.output_tokens() > *max) else { return reply };
    let max = usize::try_from(max).unwrap_or(usize::MAX);
    let reasoning =
        reply.reasoning.take().map(|text| tokens(&text).into_iter().take(max).collect());
    reply.reasoning = reasoning;
    let left = max.saturating_sub(usize::try_from(reply.reasoning_tokens()).unwrap_or(max));
    reply.text = tokens(&reply.text).into_iter().take(left).collect();
    reply.finish = Finish::Length;
    reply
}

/// The longest token, in characters.
const LONGEST_TOKEN: usize = 16;

/// `text` in the pieces that are streamed and counted: words with the space after them, long ones
/// cut up. Together they are `text` again.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let letters: Vec<char> = word.chars().collect();
        tokens.extend(letters.chunks(LONGEST_TOKEN).map(|piece| piece.iter().collect::<String>()));
    }
    tokens
}

fn count(tokens: &[String]) -> u64 {
    u64::try_from(tokens.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn prompt(said: &str) -> Prompt {
        Prompt {
            model: "m".to_owned(),
            last: Last::User(said.to_owned()),
            tools: vec![
                Tool { name: "weather".to_owned(), schema: Some(json!({"type": "object"})) },
                Tool { name: "shell".to_owned(), schema: None },
            ],
            parallel: true,
            choices: 1,
            ..Prompt::default()
        }
    }

    fn called(prompt: &Prompt) -> Vec<String> {
        reply(prompt, 0).calls.into_iter().map(|call| call.name).collect()
    }

    #[test]
    fn tools_are_called_when_mentioned_or_forced() {
        assert_eq!(called(&prompt("hello")), Vec::<String>::new());
        assert_eq!(called(&prompt("use weather")), ["weather"]);
        assert_eq!(called(&prompt("use weather and shell in parallel")), ["weather", "shell"]);
        assert_eq!(called(&prompt("use weather in parallel")), ["weather", "weather"]);
        assert_eq!(called(&Prompt { choice: Choice::Any, ..prompt("hello") }), ["weather"]);
        assert_eq!(called(&Prompt { choice: Choice::Never, ..prompt("weather") }), [""; 0]);
        let named = Choice::Named("shell".to_owned());
        assert_eq!(called(&Prompt { choice: named, ..prompt("weather") }), ["shell"]);
        let alone = Prompt { parallel: false, ..prompt("use weather in parallel") };
        assert_eq!(called(&alone), ["weather"]);
    }

    #[test]
    fn the_text_ends_at_the_first_stop_sequence() {
        let stop = vec!["three".to_owned(), "two".to_owned()];
        let reply = reply(&Prompt { stop, ..prompt("one two three") }, 0);
        assert_eq!(reply.text, "You said: one ");
        assert_eq!(reply.finish, Finish::StopSequence("two".to_owned()));
    }

    #[test]
    fn the_limit_counts_reasoning_before_text() {
        let full = reply(&Prompt { reasoning: true, ..prompt("hello") }, 0);
        let limited =
            |max| reply(&Prompt { reasoning: true, max_tokens: Some(max), ..prompt("hello") }, 0);
        assert_eq!(limited(full.output_tokens()).finish, Finish::Stop);
        let cut = limited(full.reasoning_tokens() + 1);
        assert_eq!((cut.text.as_str(), cut.finish), ("You ", Finish::Length));
        assert_eq!(limited(2).reasoning.as_deref(), Some("The user "));
    }

    #[test]
    fn tokens_join_to_the_text() {
        let text = "a  long-word-without-any-space ünïcödé\nend";
        assert_eq!(tokens(text).concat(), text);
    }
}
