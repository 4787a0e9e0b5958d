//! What a request or an answer says, in pieces that every dialect can be held to.

use chat::json::{Value, json};
use dialects::neutral::{
    Block, Content, Effort, Finish, Message, Request, Response, ResponseFormat, Role, Source, Tool,
    ToolChoice,
};

/// One thing that is said, and where: a path, or the names that a parameter goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) what: String,
    places: Vec<String>,
}

impl Piece {
    fn new(what: impl Into<String>, place: &str) -> Piece {
        Piece { what: what.into(), places: vec![place.to_owned()] }
    }

    fn parameter(what: impl Into<String>, names: &[&str]) -> Piece {
        Piece { what: what.into(), places: names.iter().map(|name| (*name).to_owned()).collect() }
    }

    /// Whether a dropped path names it: its place, something in it, or something around it.
    pub(crate) fn is_named_by(&self, path: &str) -> bool {
        let within = |inner: &str, outer: &str| {
            inner
                .strip_prefix(outer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        self.places.iter().any(|place| within(path, place) || within(place, path))
    }
}

/// Everything that a request says.
pub(crate) fn request(request: &Request) -> Vec<Piece> {
    let mut pieces = Vec::new();
    request.messages.iter().for_each(|message| self::message(message, &mut pieces));
    tools(request, &mut pieces);
    parameters(request, &mut pieces);
    pieces
}

/// Everything that an answer says.
pub(crate) fn answer(response: &Response) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for candidate in response.candidates.iter().take(1) {
        candidate.content.iter().for_each(|block| self::block("assistant", block, &mut pieces));
        let finish = match &candidate.finish {
            // Dialects that know one of these know it as the other.
            Finish::ContentFilter | Finish::Refusal => "declined".to_owned(),
            Finish::Stop | Finish::StopSequence(_) => "stop".to_owned(),
            other => format!("{other:?}"),
        };
        let finish = format!("finish {finish}");
        pieces.push(Piece::parameter(finish, &["choices[0].finish_reason"]));
    }
    if let Some(usage) = &response.usage {
        let counts = [usage.input, usage.output, usage.cache_read.unwrap_or_default()];
        pieces.push(Piece::parameter(format!("usage {counts:?}"), &["usage"]));
    }
    pieces
}

fn message(message: &Message, pieces: &mut Vec<Piece>) {
    let side = match message.role {
        Role::System | Role::Developer => "system",
        Role::User | Role::Tool => "user",
        Role::Assistant => "assistant",
    };
    if let Some(name) = &message.name {
        pieces.push(Piece::new(format!("name {name}"), &message.path));
    }
    message.content.iter().for_each(|block| self::block(side, block, pieces));
}

fn block(side: &str, block: &Block, pieces: &mut Vec<Piece>) {
    let what = match &block.content {
        // Nothing is said, and some dialects refuse it.
        Content::Text { text, .. } | Content::Refusal { text } if text.trim().is_empty() => return,
        Content::Text { text, .. } | Content::Refusal { text } => format!("{side} text {text}"),
        Content::Reasoning { text, signature } => format!("thought {text} {signature:?}"),
        Content::RedactedReasoning { data } => format!("redacted {data}"),
        Content::Image { source, .. } => format!("image {}", self::source(source)),
        Content::Document { source, .. } => format!("document {}", self::source(source)),
        Content::ToolCall { id, name, arguments, .. } => {
            let arguments = chat::json::parse_str(arguments).unwrap_or_else(|_| json!(arguments));
            format!("call {id} {name} {arguments}")
        }
        Content::ToolResult { id, content, is_error } => {
            let nested = format!("result {id}");
            content.iter().for_each(|block| self::block(&nested, block, pieces));
            if *is_error == Some(true) {
                pieces.push(Piece::new(format!("error {id}"), &block.path));
            }
            nested
        }
        Content::Audio { .. } | Content::Opaque { .. } => return,
    };
    if block.cache.is_some() {
        pieces.push(Piece::new(format!("cached {what}"), &block.path));
    }
    pieces.push(Piece::new(what, &block.path));
}

fn source(source: &Source) -> String {
    match source {
        Source::Base64 { media_type, data } => format!("{media_type} {data}"),
        Source::File { id } => format!("file {id}"),
        Source::Text { text } => format!("text {text}"),
        Source::Url { url } => url.clone(),
    }
}

fn tools(request: &Request, pieces: &mut Vec<Piece>) {
    let allowed = match &request.tool_choice {
        Some(ToolChoice::Allowed { names, .. }) => Some(names),
        _ => None,
    };
    let is_allowed = |tool: &&Tool| allowed.is_none_or(|names| names.contains(&tool.name));
    for tool in request.tools.iter().filter(is_allowed) {
        let schema = tool.parameters.clone().unwrap_or_default();
        let strict = tool.strict == Some(true);
        let what = format!("tool {} {:?} {schema} {strict}", tool.name, tool.description);
        pieces.push(Piece::new(what, &tool.path));
    }
    if request.tools.is_empty() {
        return;
    }
    // Where a tool is left out, a wish about it says nothing.
    let choice = match &request.tool_choice {
        // Said or not, it is the default. A restriction may be said by what is offered.
        None | Some(ToolChoice::Auto | ToolChoice::Allowed { required: false, .. }) => None,
        Some(ToolChoice::Required | ToolChoice::Allowed { required: true, .. }) => {
            Some("required".to_owned())
        }
        Some(ToolChoice::None) => Some("none".to_owned()),
        Some(ToolChoice::Tool { name }) => Some(format!("of {name}")),
    };
    pieces.extend(
        choice
            .map(|choice| Piece::parameter(format!("choice {choice}"), &["tool_choice", "tools"])),
    );
    if request.parallel_tool_calls == Some(false)
        && !matches!(request.tool_choice, Some(ToolChoice::None))
    {
        pieces.push(Piece::parameter("one call at a time", &["parallel_tool_calls", "tools"]));
    }
}

fn parameters(request: &Request, pieces: &mut Vec<Piece>) {
    let sampling = &request.sampling;
    for (name, number) in [
        ("frequency_penalty", &sampling.frequency_penalty),
        ("presence_penalty", &sampling.presence_penalty),
        ("seed", &sampling.seed),
        ("temperature", &sampling.temperature),
        ("top_k", &sampling.top_k),
        ("top_p", &sampling.top_p),
    ] {
        let piece = |number| Piece::parameter(format!("{name} {number}"), &[name]);
        pieces.extend(number.as_ref().map(piece));
    }
    for (index, stop) in request.stop.iter().enumerate() {
        let place = format!("stop[{index}]");
        pieces.push(Piece::parameter(format!("stop {stop}"), &["stop", &place]));
    }
    let texts = [
        ("max_tokens", request.max_output_tokens.map(|limit| limit.to_string())),
        ("n", request.candidates.filter(|count| *count != 1).map(|count| count.to_string())),
        ("user", request.user.clone()),
        ("service_tier", request.service_tier.clone()),
        ("response_format", request.response_format.as_ref().and_then(format)),
    ];
    for (name, text) in texts {
        pieces.extend(text.map(|text| Piece::parameter(format!("{name} {text}"), &[name])));
    }
    if request.stream {
        pieces.push(Piece::parameter("streamed", &["stream"]));
    }
    if let Some(reasoning) = &request.reasoning {
        // How much is told in efforts or in budgets, so only whether.
        let is_off = reasoning.enabled == Some(false) || reasoning.effort == Some(Effort::None);
        let names = ["reasoning_effort", "thinking", "reasoning"];
        pieces.push(Piece::parameter(format!("thinks {}", !is_off), &names));
    }
}

fn format(format: &ResponseFormat) -> Option<String> {
    match format {
        ResponseFormat::Text => None,
        ResponseFormat::JsonObject => Some("json".to_owned()),
        ResponseFormat::JsonSchema { schema, .. } => Some(Value::to_string(schema)),
    }
}

/// The dialects that know one text, not a conversation.
pub(crate) const ONE_TEXT: [&str; 2] = ["kserve-v2", "tfserving-predict"];

/// What is left of `before` if everything is taken away that the one text behind a leg tells, which must tell it
/// in the same order.
pub(crate) fn not_in_prompt(leg: &str, before: &[Piece], after: &[Piece]) -> Vec<Piece> {
    let prompt = after.iter().find_map(|piece| piece.what.strip_prefix("user text "));
    let mut rest = prompt.unwrap_or_default();
    let mut left = Vec::new();
    for piece in before {
        // A mark to cache says nothing of its own.
        match piece.what.split_once(" text ").filter(|row| !row.0.starts_with("cached")) {
            Some((_, text)) => match rest.find(text) {
                Some(at) => rest = &rest[at + text.len()..],
                None => panic!("{leg}: {piece:?} is not in {prompt:?}"),
            },
            None => left.push(piece.clone()),
        }
    }
    left
}

/// Holds one leg to it: what was said before is said after it, in the same order, or dropped by name.
pub(crate) fn check(leg: &str, before: &[Piece], after: &[Piece], dropped: &[String]) {
    let mut left: Vec<&str> = after.iter().map(|piece| piece.what.as_str()).collect();
    // The same may be said in two places, and be lost in one of them.
    let is_named = |piece: &&Piece| dropped.iter().any(|path| piece.is_named_by(path));
    let kept: Vec<Piece> = before.iter().filter(|piece| !is_named(piece)).cloned().collect();
    for piece in &kept {
        match left.iter().position(|what| *what == piece.what) {
            Some(index) => {
                left.remove(index);
            }
            None => panic!("{leg}: {piece:?} is lost\ndropped {dropped:#?}\nafter {after:#?}"),
        }
    }
    // A piece that is named may be told all the same, so there may be more of them after than before.
    for kind in ["user text", "assistant text", "system text", "call"] {
        let of = |pieces: &[Piece]| -> Vec<String> {
            let whats = pieces.iter().map(|piece| piece.what.clone());
            let mut whats: Vec<String> = whats.filter(|what| what.starts_with(kind)).collect();
            whats.dedup();
            whats
        };
        let (before, after) = (of(&kept), of(after));
        let mut rest = after.iter();
        let follows = before.iter().all(|what| rest.any(|told| told == what));
        assert!(follows, "{leg}: {kind} in another order\nbefore {before:#?}\nafter {after:#?}");
    }
}
