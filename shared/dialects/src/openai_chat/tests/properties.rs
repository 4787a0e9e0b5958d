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
    ];
    let image = (source, proptest::option::of(Just("low".to_owned())))
        .prop_map(|(source, detail)| Content::Image { source, detail });
    let file = (name(), name()).prop_map(|(id, title)| Content::Document {
        source: Source::File { id },
        title: Some(title),
        context: None,
        citations: None,
    });
    prop_oneof![image, file]
}

fn call() -> impl Strategy<Value = Content> {
    let kind = prop_oneof![Just(ToolKind::Function), Just(ToolKind::Custom)];
    (name(), name(), word(), kind).prop_map(|(id, name, arguments, kind)| Content::ToolCall {
        id,
        name,
        // No arguments are written as an empty object.
        arguments: if arguments.trim().is_empty() { "{}".into() } else { arguments },
        kind,
    })
}

/// A message as [`decode`] gives it, but for paths.
fn message() -> impl Strategy<Value = Message> {
    let block = |content| Block::new(content, "");
    let several = |content| proptest::collection::vec(content, 1..4);
    let said = move |role| {
        (several(text().boxed()), proptest::option::of(name()))
            .prop_map(move |(content, name)| (role, name, content))
    };
    let user = (several(prop_oneof![text(), media()].boxed()), proptest::option::of(name()))
        .prop_map(|(content, name)| (Role::User, name, content));
    let assistant = (proptest::collection::vec(text(), 0..3), several(call().boxed())).prop_map(
        |(texts, calls)| (Role::Assistant, None, texts.into_iter().chain(calls).collect()),
    );
    let result = (name(), several(text().boxed())).prop_map(move |(id, content)| {
        let content = content.into_iter().map(block).collect();
        (Role::Tool, None, vec![Content::ToolResult { id, content, is_error: None }])
    });
    prop_oneof![
        said(Role::System),
        said(Role::Developer),
        said(Role::Assistant),
        user,
        assistant,
        result
    ]
    .prop_map(move |(role, name, content)| Message {
        role,
        name,
        content: content.into_iter().map(block).collect(),
        path: crate::Path::default(),
    })
}

fn tool() -> impl Strategy<Value = Tool> {
    (name(), proptest::option::of(word()), any::<bool>(), proptest::option::of(any::<bool>()))
        .prop_map(|(name, description, custom, strict)| Tool {
            name,
            description,
            parameters: (!custom).then(|| chat::json::json!({"type": "object"})),
            strict: strict.filter(|_| !custom),
            kind: if custom { ToolKind::Custom } else { ToolKind::Function },
            opaque: None,
            search: None,
            cache: None,
            path: crate::Path::default(),
        })
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
        messages in proptest::collection::vec(message(), 1..5),
        tools in proptest::collection::vec(tool(), 1..3),
        tool_choice in proptest::option::of(choice()),
        parallel_tool_calls in proptest::option::of(any::<bool>()),
        max_output_tokens in proptest::option::of(1u64..1_000_000),
        temperature in proptest::option::of(0u64..3),
        stop in proptest::collection::vec(word(), 0..5),
        candidates in proptest::option::of(1u64..4),
        stream in any::<bool>(),
        response_format in proptest::option::of(format()),
        effort in proptest::option::of(proptest::sample::select(&Effort::WORDS[..])),
        user in proptest::option::of(word()),
    ) -> Request {
        let reasoning = effort.map(|(effort, _)| Reasoning {
            enabled: (effort == Effort::None).then_some(false),
            effort: Some(effort),
            ..Reasoning::default()
        });
        let temperature = temperature.map(Number::from);
        Request {
            model: "m".into(),
            messages, tools, tool_choice, parallel_tool_calls, max_output_tokens,
            sampling: Sampling { temperature, ..Sampling::default() },
            stop, candidates, stream, stream_usage: stream, response_format, reasoning, user,
            service_tier: None, cache: None, extras: Map::new(),
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
        "messages",
        "role",
        "content",
        "type",
        "text",
        "image_url",
        "url",
        "file",
        "tools",
        "function",
        "name",
        "arguments",
        "tool_calls",
        "id",
        "index",
        "choices",
        "delta",
        "message",
        "usage",
        "prompt_tokens",
        "error",
        "finish_reason",
        "thinking_blocks",
        "reasoning_details",
        "tool_choice",
        "custom",
        "stop",
        "stream_options",
        "response_format",
        "audio",
        "detail",
    ]);
    let word = proptest::sample::select(vec![
        "",
        "user",
        "assistant",
        "tool",
        "function",
        "text",
        "image_url",
        "file",
        "custom",
        "stop",
        "data:image/png;base64,AA==",
        "https://a.example",
        "thinking",
        "reasoning.text",
        "{",
        "é",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
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
        OpenaiChat.visit_request(&mut body.clone(), &mut upper);
        OpenaiChat.visit_response(&mut body.clone(), &mut upper);
        OpenaiChat.usage(&body);
        let bytes = body.to_string().into_bytes();
        let problem = OpenaiChat.decode_error(200, &bytes);
        prop_assert!(OpenaiChat.encode_error(&problem).0 >= 400);
        for provider in crate::providers::PROVIDERS {
            OpenaiChat.adapt(&mut body.clone(), provider, &mut drops);
        }
        if let Ok(request) = OpenaiChat.decode_request("", body.clone(), &mut drops) {
            let provider = Provider::by_name("openai").unwrap();
            let context = ProviderContext::new(provider);
            let _ = OpenaiChat.encode_request(request, context, &mut drops);
        }
        if let Ok(response) = OpenaiChat.decode_response(body, &mut drops) {
            OpenaiChat.encode_response(response, &context(), &mut drops);
        }
    }

    #[test]
    fn any_chunks_give_an_ordered_stream(
        deltas in proptest::collection::vec((0u64..3, json()), 0..8),
        reason in proptest::option::of(Just("stop")),
    ) {
        let choice = |(index, delta)| chat::json::json!({"id": "c", "choices":
            [{"index": index, "delta": delta, "finish_reason": reason}]});
        let chunks: String =
            deltas.into_iter().map(|row| format!("data: {}\n\n", choice(row))).collect();
        let stream = format!("{chunks}data: [DONE]\n\n");
        let events = match try_read_stream(&[stream.as_bytes()]) {
            Ok(events) | Err((events, _)) => events,
        };
        assert_ordered(&events);
        write_stream(events, context());
    }

    #[test]
    fn any_bytes_give_a_problem(status in 0u16..1000, bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let problem = OpenaiChat.decode_error(status, &bytes);
        prop_assert!((400..600).contains(&problem.status));
    }
}
