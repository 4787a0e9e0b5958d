//! Whatever comes in.

use chat::json::{Map, Number};
use proptest::prelude::*;

use super::*;
use crate::neutral::{
    Block, Content, Effort, Message, Reasoning, ResponseFormat, Role, Sampling, Source, Tool,
    ToolChoice, ToolKind,
};

fn word() -> impl Strategy<Value = String> {
    "[a-zé\" \n]{0,8}"
}

fn name() -> impl Strategy<Value = String> {
    "[a-z][a-z_]{0,6}"
}

fn text() -> impl Strategy<Value = Content> {
    word().prop_map(|text| Content::Text { text, citations: None })
}

fn media() -> impl Strategy<Value = Content> {
    let source = prop_oneof![
        "[A-Za-z0-9+/]{4}".prop_map(|data| Source::Base64 { media_type: "image/png".into(), data }),
        "[a-z]{1,8}".prop_map(|path| Source::Url { url: format!("https://a.example/{path}") }),
        name().prop_map(|id| Source::File { id }),
    ];
    (source, any::<bool>(), name()).prop_map(|(source, is_image, title)| match is_image {
        true => Content::Image { source, detail: Some("low".into()) },
        false => Content::Document { source, title: Some(title), context: None, citations: None },
    })
}

/// What the model says beside words.
fn said() -> impl Strategy<Value = Content> {
    let call = (name(), name(), word()).prop_map(|(id, name, arguments)| Content::ToolCall {
        id,
        name,
        // No arguments are written as an empty object.
        arguments: if arguments.trim().is_empty() { "{}".into() } else { arguments },
        kind: ToolKind::Function,
    });
    let thought = (word(), name(), name()).prop_map(|(text, id, encrypted)| Content::Reasoning {
        text,
        signature: Some(format!("openai-responses:rs_{id}:{encrypted}")),
    });
    let refusal = word().prop_map(|text| Content::Refusal { text });
    prop_oneof![text(), call, thought, refusal]
}

/// A conversation as it is read: turns of the model are never next to each other, results stand alone.
fn messages() -> impl Strategy<Value = Vec<Message>> {
    let block = |content| Block::new(content, "");
    let several = |content| proptest::collection::vec(content, 1..4);
    let instructions =
        several(text().boxed()).prop_map(|content| (Role::Developer, content)).boxed();
    let user = several(prop_oneof![text(), media()].boxed())
        .prop_map(|content| (Role::User, content))
        .boxed();
    let result = (name(), several(prop_oneof![text(), media()].boxed()))
        .prop_map(move |(id, content)| {
            let content = content.into_iter().map(block).collect();
            (Role::Tool, vec![Content::ToolResult { id, content, is_error: None }])
        })
        .boxed();
    let others = proptest::strategy::Union::new([instructions, user, result]);
    let turn = (others, proptest::option::of(several(said().boxed())));
    let message = move |role, content: Vec<Content>| Message {
        role,
        name: None,
        content: content.into_iter().map(block).collect(),
        path: crate::Path::default(),
    };
    proptest::collection::vec(turn, 1..4).prop_map(move |turns| {
        let mut messages = vec![message(
            Role::System,
            vec![Content::Text { text: "be brief".into(), citations: None }],
        )];
        for ((role, content), answer) in turns {
            messages.push(message(role, content));
            messages.extend(answer.map(|content| message(Role::Assistant, content)));
        }
        messages
    })
}

fn tool() -> impl Strategy<Value = Tool> {
    (name(), proptest::option::of(word()), any::<bool>(), any::<bool>()).prop_map(
        |(name, description, custom, strict)| Tool {
            name,
            description,
            parameters: (!custom).then(|| chat::json::json!({"type": "object"})),
            strict: (!custom).then_some(strict),
            kind: if custom { ToolKind::Custom } else { ToolKind::Function },
            opaque: None,
            search: None,
            cache: None,
            path: crate::Path::default(),
        },
    )
}

fn choice() -> impl Strategy<Value = ToolChoice> {
    prop_oneof![
        Just(ToolChoice::Auto),
        Just(ToolChoice::None),
        Just(ToolChoice::Required),
        name().prop_map(|name| ToolChoice::Tool { name }),
        (proptest::collection::vec(name(), 1..3), any::<bool>())
            .prop_map(|(names, required)| ToolChoice::Allowed { names, required }),
    ]
}

fn format() -> impl Strategy<Value = ResponseFormat> {
    prop_oneof![
        Just(ResponseFormat::Text),
        Just(ResponseFormat::JsonObject),
        (name(), proptest::option::of(word()), proptest::option::of(any::<bool>())).prop_map(
            |(name, description, strict)| ResponseFormat::JsonSchema {
                name: Some(name),
                description,
                schema: chat::json::json!({"type": "object"}),
                strict,
            }
        ),
    ]
}

prop_compose! {
    /// A request that loses nothing on the way to OpenAI.
    fn request()(
        messages in messages(),
        tools in proptest::collection::vec(tool(), 1..3),
        tool_choice in proptest::option::of(choice()),
        parallel_tool_calls in proptest::option::of(any::<bool>()),
        max_output_tokens in proptest::option::of(16u64..1_000_000),
        temperature in proptest::option::of(0u64..3),
        stream in any::<bool>(),
        response_format in proptest::option::of(format()),
        effort in proptest::option::of(proptest::sample::select(&Effort::WORDS[..])),
        is_shown in any::<bool>(),
        user in proptest::option::of(word()),
    ) -> Request {
        let reasoning = effort.map(|(effort, _)| Reasoning {
            enabled: (effort == Effort::None).then_some(false),
            effort: Some(effort),
            display: is_shown.then(|| Reasoning::SUMMARIZED.to_owned()),
            ..Reasoning::default()
        });
        let temperature = temperature.map(Number::from);
        let extras = Map::from_iter([("store".to_owned(), Value::Bool(false))]);
        Request {
            model: "m".into(),
            messages, tools, tool_choice, parallel_tool_calls, max_output_tokens,
            sampling: Sampling { temperature, ..Sampling::default() },
            stream, stream_usage: true, response_format, reasoning, user, extras,
            ..Request::default()
        }
    }
}

/// Without paths, which belong to the body they were read from.
fn anonymous(mut request: Request) -> Request {
    fn forget(blocks: &mut [Block]) {
        for block in blocks {
            block.path = crate::Path::default();
            if let Content::ToolResult { content, .. } = &mut block.content {
                forget(content);
            }
        }
    }
    for message in &mut request.messages {
        message.path = crate::Path::default();
        forget(&mut message.content);
    }
    request.tools.iter_mut().for_each(|tool| tool.path = crate::Path::default());
    request
}

/// Any JSON, with a liking for the words of this dialect.
fn json() -> impl Strategy<Value = Value> {
    let key = proptest::sample::select(vec![
        "model",
        "input",
        "instructions",
        "role",
        "content",
        "type",
        "text",
        "image_url",
        "file_data",
        "tools",
        "name",
        "arguments",
        "call_id",
        "id",
        "output",
        "output_index",
        "content_index",
        "response",
        "status",
        "usage",
        "input_tokens",
        "error",
        "incomplete_details",
        "summary",
        "encrypted_content",
        "tool_choice",
        "format",
        "include",
        "reasoning",
        "item",
        "part",
        "delta",
        "annotations",
        "logprobs",
        "refusal",
    ]);
    let word = proptest::sample::select(vec![
        "",
        "user",
        "assistant",
        "message",
        "function_call",
        "function_call_output",
        "reasoning",
        "custom_tool_call",
        "input_text",
        "output_text",
        "input_image",
        "input_file",
        "refusal",
        "completed",
        "incomplete",
        "failed",
        "web_search_call",
        "data:image/png;base64,AA==",
        "tollgate:redacted:x",
        "{",
        "é",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0u64..3).prop_map(Value::from),
        word.prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((key.clone(), inner), 0..5).prop_map(|entries| {
                entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            }),
        ]
    })
}

const KINDS: [&str; 15] = [
    "created",
    "in_progress",
    "output_item.added",
    "output_item.done",
    "content_part.added",
    "content_part.done",
    "output_text.delta",
    "output_text.annotation.added",
    "refusal.delta",
    "function_call_arguments.delta",
    "custom_tool_call_input.delta",
    "reasoning_summary_text.delta",
    "reasoning_text.delta",
    "web_search_call.searching",
    "completed",
];

fn event() -> impl Strategy<Value = Value> {
    let kind = proptest::sample::select(&KINDS[..]);
    (kind, 0u64..3, 0u64..2, json(), word()).prop_map(|(kind, index, part, value, delta)| {
        chat::json::json!({"type": format!("response.{kind}"), "output_index": index,
            "content_index": part, "summary_index": part, "delta": delta, "item": value.clone(),
            "part": value.clone(), "annotation": value.clone(), "response": value})
    })
}

proptest! {
    #[test]
    fn requests_survive_the_way_there_and_back(request in request()) {
        let (body, drops) = encode(request.clone());
        prop_assert!(drops.is_empty(), "{:?}", drops);
        let (read, drops) = decode(body);
        prop_assert!(drops.is_empty(), "{:?}", drops);
        prop_assert_eq!(anonymous(read), request);
    }

    #[test]
    fn no_json_panics(body in json()) {
        let mut drops = Drops::default();
        let mut upper = |text: chat::Text<'_>| Some(text.text.to_uppercase());
        OpenaiResponses.visit_request(&mut body.clone(), &mut upper);
        OpenaiResponses.visit_response(&mut body.clone(), &mut upper);
        OpenaiResponses.usage(&body);
        OpenaiResponses.echo(&body);
        let problem = OpenaiResponses.decode_error(200, body.to_string().as_bytes());
        prop_assert!(OpenaiResponses.encode_error(&problem).0 >= 400);
        for provider in crate::providers::PROVIDERS {
            OpenaiResponses.adapt(&mut body.clone(), provider, &mut drops);
        }
        if let Ok((request, _)) = try_decode(body.clone()) {
            let _ = try_encode(request);
        }
        if let Ok(response) = OpenaiResponses.decode_response(body, &mut drops) {
            OpenaiResponses.encode_response(response, &context(), &mut drops);
        }
    }

    #[test]
    fn any_events_give_an_ordered_stream(
        events in proptest::collection::vec(event(), 0..10),
        ends in any::<bool>(),
    ) {
        let last = chat::json::json!({"type": "response.completed", "response": {"output": []}});
        let events = events.into_iter().chain(ends.then_some(last));
        let stream: String = events.map(|event| format!("data: {event}\n\n")).collect();
        let events = match try_read_stream(&[stream.as_bytes()]) {
            Ok(events) | Err((events, _)) => events,
        };
        assert_ordered(&events);
        write_stream(events);
    }
}
