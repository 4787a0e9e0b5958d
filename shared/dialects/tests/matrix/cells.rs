//! What of which client arrives at which provider: the table of the README. A cell that both ends can say alone
//! must hold between them.

use std::fmt::Write;

use chat::json::json;
use chat::{Kind, Problem};
use dialects::neutral::{
    Block, Candidate, Content, Finish, Message, Request, Response, ResponseFormat, Role, Source,
    Tool, ToolKind, Usage,
};
use dialects::providers::Provider;
use dialects::{Codec, Drops, ProviderContext};

use crate::answers::{streamed, whole};
use crate::pairs;
use crate::requests::leg;

/// A feature's name, and whether it holds through every dialect of a way.
type Feature = (&'static str, fn(&[&dyn Codec]) -> bool);

/// The features, in the order of their letters in the table.
const FEATURES: [Feature; 7] = [
    ("buffered", |way| answer(way, whole, &[text()])),
    ("stream", |way| answer(way, streamed, &[text()])),
    ("tools", |way| tools(way)),
    ("images", |way| asked(way, vec![user(vec![text(), image()])], has_image)),
    ("output schemas", |way| schema(way)),
    ("reasoning", |way| answer(way, whole, &[thought(), text()])),
    ("errors", |way| error(way)),
];

fn block(content: Content) -> Block {
    Block::new(content, "")
}

fn text() -> Content {
    Content::Text { text: "Hello.".into(), citations: None }
}

fn image() -> Content {
    let source = Source::Base64 { media_type: "image/png".into(), data: "AAAA".into() };
    Content::Image { source, detail: None }
}

fn thought() -> Content {
    Content::Reasoning { text: "I think.".into(), signature: Some("EqQB".into()) }
}

fn call() -> Content {
    Content::ToolCall {
        id: "call_1".into(),
        name: "weather".into(),
        arguments: r#"{"city":"x"}"#.into(),
        kind: ToolKind::Function,
    }
}

fn message(role: Role, content: Vec<Content>) -> Message {
    let content = content.into_iter().map(block).collect();
    Message { role, name: None, content, path: dialects::Path::default() }
}

fn user(content: Vec<Content>) -> Message {
    message(Role::User, content)
}

fn parameters() -> chat::json::Value {
    json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"],
        "additionalProperties": false})
}

/// What is left of a request after every dialect of the way wrote and read it.
fn sent(way: &[&dyn Codec], request: Request) -> Option<Request> {
    way.iter().try_fold(request, |request, to| leg(request, *to).map(|(read, _)| read))
}

fn request(messages: Vec<Message>) -> Request {
    Request { model: "m".into(), max_output_tokens: Some(100), messages, ..Request::default() }
}

fn asked(way: &[&dyn Codec], messages: Vec<Message>, has: fn(&Content) -> bool) -> bool {
    let sent = sent(way, request(messages));
    sent.is_some_and(|sent| {
        let mut blocks = sent.messages.iter().flat_map(|message| &message.content);
        blocks.any(|block| has(&block.content))
    })
}

fn has_image(content: &Content) -> bool {
    matches!(content, Content::Image { source: Source::Base64 { data, .. }, .. } if data == "AAAA")
}

/// A tool is offered, was called and has answered; the answer calls it again, whole and streamed.
fn tools(way: &[&dyn Codec]) -> bool {
    let result =
        Content::ToolResult { id: "call_1".into(), content: vec![block(text())], is_error: None };
    let tool = Tool {
        name: "weather".into(),
        description: None,
        parameters: Some(parameters()),
        strict: None,
        kind: ToolKind::Function,
        opaque: None,
        search: None,
        cache: None,
        path: dialects::Path::default(),
    };
    let history = vec![
        user(vec![text()]),
        message(Role::Assistant, vec![call()]),
        message(Role::Tool, vec![result]),
        user(vec![text()]),
    ];
    let offered = sent(way, Request { tools: vec![tool], ..request(history) });
    let offered = offered.is_some_and(|sent| {
        let contents: Vec<&Content> =
            sent.messages.iter().flat_map(|it| &it.content).map(|it| &it.content).collect();
        let calls = contents.iter().any(|it| matches!(it, Content::ToolCall { .. }));
        let results = contents.iter().any(|it| matches!(it, Content::ToolResult { .. }));
        calls && results && sent.tools.iter().any(|tool| tool.name == "weather")
    });
    let back: Vec<&dyn Codec> = way.iter().rev().copied().collect();
    offered && answer(&back, whole, &[call()]) && answer(&back, streamed, &[call()])
}

fn schema(way: &[&dyn Codec]) -> bool {
    let format = ResponseFormat::JsonSchema {
        name: Some("place".into()),
        description: None,
        schema: parameters(),
        strict: Some(true),
    };
    let request = Request { response_format: Some(format), ..request(vec![user(vec![text()])]) };
    let sent = sent(way, request);
    matches!(
        sent.and_then(|sent| sent.response_format),
        Some(ResponseFormat::JsonSchema { schema, .. }) if schema["required"][0] == "city"
    )
}

/// Whether an answer of these blocks comes back through every dialect of the way.
fn answer(
    way: &[&dyn Codec],
    leg: fn(Response, &dyn Codec) -> (Response, Vec<String>),
    content: &[Content],
) -> bool {
    let calls = content.iter().any(|it| matches!(it, Content::ToolCall { .. }));
    let finish = if calls { Finish::ToolCalls } else { Finish::Stop };
    let blocks = content.iter().cloned().map(block).collect();
    let response = Response {
        id: "r".into(),
        model: "m".into(),
        candidates: vec![Candidate { content: blocks, finish: finish.clone(), logprobs: None }],
        usage: Some(Usage { input: 7, output: 3, ..Usage::default() }),
        ..Response::default()
    };
    let read = way.iter().fold(response, |response, to| leg(response, *to).0);
    let Some(candidate) = read.candidates.first() else { return false };
    let says = |wanted: &Content| {
        candidate.content.iter().any(|block| match (&block.content, wanted) {
            (Content::Text { text: a, .. }, Content::Text { text: b, .. })
            | (Content::Reasoning { text: a, .. }, Content::Reasoning { text: b, .. })
            | (Content::ToolCall { name: a, .. }, Content::ToolCall { name: b, .. }) => a == b,
            _ => false,
        })
    };
    content.iter().all(says) && candidate.finish == finish
}

/// Whether a refusal for the rate is one behind every dialect of the way.
fn error(way: &[&dyn Codec]) -> bool {
    let first = Problem::new(Kind::RateLimit, "rate_limit_exceeded", "Too many.");
    let told = way.iter().fold(first, |problem, to| {
        let (status, body) = to.encode_error(&problem);
        to.decode_error(status, body.to_string().as_bytes())
    });
    told.kind == Kind::RateLimit && told.message == "Too many."
}

/// Whether clients of the dialect have a way to ask for a stream.
fn asks_for_streams(client: &dyn Codec) -> bool {
    let asked = Request { stream: true, ..request(vec![user(vec![text()])]) };
    let provider = ProviderContext::new(Provider::owner(client).unwrap());
    let asked = client.encode_request(asked, provider, &mut Drops::default()).unwrap();
    client.streams(&asked.path, &asked.body)
}

#[test]
fn what_both_ends_can_say_arrives() {
    let mut table = String::new();
    for (client, provider) in pairs() {
        write!(table, "{} {}:", client.name(), provider.name()).unwrap();
        for (name, holds) in FEATURES {
            // Requests go the one way, answers the other; for a single cell the order is one of taste.
            let request = matches!(name, "tools" | "images" | "output schemas");
            let way = if request { [client, provider] } else { [provider, client] };
            let can_ask = name != "stream" || asks_for_streams(client);
            let holds_between = can_ask && holds(&way);
            let both_can = can_ask && holds(&[client]) && holds(&[provider]);
            let told = format!("{name}: a client of {} at {}", client.name(), provider.name());
            assert!(holds_between || !both_can, "{told}");
            if holds_between {
                write!(table, " {}", name.chars().next().unwrap()).unwrap();
            }
        }
        table.push('\n');
    }
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("cells", table);
    });
}
