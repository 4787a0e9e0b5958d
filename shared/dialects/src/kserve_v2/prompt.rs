//! Conversations as prompts, for models behind an API that knows only one text.

use std::fmt::Write;

use chat::Problem;

use crate::Drops;
use crate::flat::{self, Conversation};
use crate::openai_chat::unsupported;

/// How a conversation is written as one text. Each ends where the model's answer begins, or goes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Template {
    /// `<|im_start|>user`, the text, `<|im_end|>`: ChatML, as Qwen and many others are trained on.
    Chatml,
    /// `<|start_header_id|>user<|end_header_id|>`, the text, `<|eot_id|>`: Llama 3. The mark of the text's
    /// beginning is left to the tokenizer, which adds it.
    Llama3,
    /// `User: ` and the text, with an empty line between turns. For models without a format of their own.
    /// Nothing keeps a text from looking like another's turn.
    #[default]
    Plain,
    /// The texts alone, with an empty line between them. For servers that apply the model's own format.
    Raw,
}

/// What stands around a turn.
struct Marks {
    before: &'static str,
    between: &'static str,
    after: &'static str,
    /// How a result of a tool is called.
    tool: &'static str,
    assistant: &'static str,
    system: &'static str,
    user: &'static str,
}

const CHATML: Marks = Marks {
    before: "<|im_start|>",
    between: "\n",
    after: "<|im_end|>\n",
    tool: "tool",
    assistant: "assistant",
    system: "system",
    user: "user",
};

const LLAMA3: Marks = Marks {
    before: "<|start_header_id|>",
    between: "<|end_header_id|>\n\n",
    after: "<|eot_id|>",
    tool: "ipython",
    ..CHATML
};

const PLAIN: Marks = Marks {
    before: "",
    between: ": ",
    after: "\n\n",
    tool: "Tool",
    assistant: "Assistant",
    system: "System",
    user: "User",
};

impl Template {
    fn marks(self) -> Option<Marks> {
        match self {
            Template::Chatml => Some(CHATML),
            Template::Llama3 => Some(LLAMA3),
            Template::Plain => Some(PLAIN),
            Template::Raw => None,
        }
    }

    /// Writes a conversation. `reason`: why something is in the drops.
    ///
    /// # Errors
    /// There is a picture.
    pub(crate) fn write(
        self,
        conversation: Conversation,
        reason: &str,
        drops: &mut Drops,
    ) -> Result<String, Problem> {
        let mut out = String::new();
        // An answer that was begun goes on where it is.
        let is_begun = conversation.messages.last().is_some_and(|last| last.role == "assistant");
        for message in conversation.messages {
            if let Some(image) = message.images.into_iter().next() {
                return Err(unsupported(image.path, "the model reads text only"));
            }
            for (_, path) in message.thoughts {
                drops.add(path, reason);
            }
            for call in message.calls {
                drops.add(call.path, reason);
            }
            if message.answers.is_some() {
                drops.add(&message.path, "told without the call that it answers");
            }
            let mut texts: Vec<String> = message.documents.into_iter().map(|it| it.0).collect();
            texts.extend(message.texts.into_iter().map(|it| it.0));
            let text = texts.join("\n\n");
            if text.is_empty() && message.role != "tool" {
                continue;
            }
            self.turn(message.role, &text, &mut out, &message.path, drops);
        }
        if out.is_empty() {
            let message = "messages say nothing";
            return Err(Problem::invalid("empty_conversation", "messages", message));
        }
        if let Some(marks) = self.marks() {
            if is_begun && let Some(rest) = out.strip_suffix(marks.after) {
                return Ok(rest.to_owned());
            }
            let _ = write!(out, "{}{}{}", marks.before, marks.assistant, marks.between);
            out.truncate(out.trim_end_matches(' ').len());
        }
        Ok(out)
    }

    fn turn(self, role: &str, text: &str, out: &mut String, path: &str, drops: &mut Drops) {
        let Some(marks) = self.marks() else {
            if !out.is_empty() {
                out.push_str("\n\n");
            }
            return out.push_str(text);
        };
        let role = match role {
            "assistant" => marks.assistant,
            "system" => marks.system,
            "tool" => marks.tool,
            _ => marks.user,
        };
        // Nobody begins a turn of another's within his own.
        let is_marked = marks.before.starts_with("<|") && text.contains("<|");
        let text = if is_marked { text.replace("<|", "< |") } else { text.to_owned() };
        if is_marked {
            drops.add(path, "marks of the template in its text are broken up");
        }
        // Writing to a string cannot fail.
        let _ = write!(out, "{}{role}{}{text}{}", marks.before, marks.between, marks.after);
    }
}

/// Reports what a prompt cannot say of a request, or refuses it.
///
/// # Errors
/// A tool must be called.
pub(crate) fn report_unsaid(
    request: &crate::neutral::Request,
    reason: &str,
    drops: &mut Drops,
) -> Result<(), Problem> {
    use crate::neutral::{ResponseFormat, ToolChoice};
    flat::report_unsaid(request, reason, drops);
    let demanded = matches!(
        request.tool_choice,
        Some(
            ToolChoice::Required
                | ToolChoice::Tool { .. }
                | ToolChoice::Allowed { required: true, .. }
        )
    );
    if demanded {
        let message = "a tool must be called, but the model knows none";
        return Err(Problem::invalid("unsupported_tool_choice", "tool_choice", message));
    }
    for tool in &request.tools {
        drops.add(&tool.path, reason);
    }
    for (name, said) in [
        ("reasoning_effort", request.reasoning.is_some()),
        ("response_format", !matches!(request.response_format, None | Some(ResponseFormat::Text))),
    ] {
        if said {
            drops.add(name, reason);
        }
    }
    Ok(())
}
