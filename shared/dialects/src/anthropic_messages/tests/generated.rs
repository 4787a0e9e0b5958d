//! Round trips over generated requests, and anything at all.

use chat::json::{Value, json};
use proptest::prelude::*;

use super::super::AnthropicMessages;
use super::fixtures::{client, provider};
use crate::neutral::{
    Block, CacheControl, Content, Message, Request, Role, Source, Tool, ToolChoice, ToolKind,
};
use crate::{Codec, Dialect, Drops, Reader};

fn word() -> impl Strategy<Value = String> {
    "[a-zé \"\\\\]{0,6}[a-z.]"
}

fn id() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9_-]{1,8}"
}

fn arguments() -> impl Strategy<Value = String> {
    proptest::collection::btree_map("[a-z]{1,3}", word(), 0..3)
        .prop_map(|map| json!(map).to_string())
}

fn cache() -> impl Strategy<Value = Option<CacheControl>> {
    let ttl = proptest::option::of(Just("1h".to_owned()));
    proptest::option::weighted(0.2, ttl.prop_map(|ttl| CacheControl { ttl }))
}

fn text() -> impl Strategy<Value = Content> {
    word().prop_map(|text| Content::Text { text, citations: None })
}

fn source() -> impl Strategy<Value = Source> {
    prop_oneof![
        word().prop_map(|data| Source::Base64 { media_type: "image/png".into(), data }),
        word().prop_map(|url| Source::Url { url }),
        word().prop_map(|id| Source::File { id }),
    ]
}

fn users() -> impl Strategy<Value = Content> {
    let document = (source(), proptest::option::of(word()), any::<Option<bool>>()).prop_map(
        |(source, title, citations)| Content::Document { source, title, context: None, citations },
    );
    let nested =
        proptest::collection::vec(text().prop_map(|content| Block::new(content, "")), 0..2);
    let result = (id(), nested, any::<Option<bool>>())
        .prop_map(|(id, content, is_error)| Content::ToolResult { id, content, is_error });
    let image = source().prop_map(|source| Content::Image { source, detail: None });
    prop_oneof![text(), image, document, result]
}

fn assistants() -> impl Strategy<Value = Content> {
    let call = (id(), id(), arguments()).prop_map(|(id, name, arguments)| Content::ToolCall {
        id,
        name,
        arguments,
        kind: ToolKind::Function,
    });
    let thought = (word(), word())
        .prop_map(|(text, signature)| Content::Reasoning { text, signature: Some(signature) });
    let hidden = word().prop_map(|data| Content::RedactedReasoning { data });
    prop_oneof![text(), call, thought, hidden]
}

fn message(role: Role) -> impl Strategy<Value = Message> {
    let content = match role {
        Role::Assistant => assistants().boxed(),
        Role::System => text().boxed(),
        _ => users().boxed(),
    };
    proptest::collection::vec((content, cache()), 1..4).prop_map(move |blocks| Message {
        role,
        name: None,
        content: blocks
            .into_iter()
            .map(|(content, cache)| {
                let is_thought = matches!(
                    content,
                    Content::Reasoning { .. } | Content::RedactedReasoning { .. }
                );
                let cache = cache.filter(|_| !is_thought);
                Block { content, cache, path: crate::Path::default() }
            })
            .collect(),
        path: crate::Path::default(),
    })
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::User), Just(Role::Assistant), Just(Role::Tool), Just(Role::System)]
}

prop_compose! {
    fn request()(
        first in message(Role::User),
        rest in proptest::collection::vec(role().prop_flat_map(message), 0..6),
        tools in proptest::collection::vec((id(), proptest::option::of(word()), cache()), 0..3),
        max in proptest::option::of(2u64..9000),
        stop in proptest::collection::vec(word(), 0..2),
        choice in prop_oneof![Just(None), Just(Some(ToolChoice::Auto)), Just(Some(ToolChoice::None))],
        stream in any::<bool>(),
        user in proptest::option::of(word()),
        cache in cache(),
    ) -> Request {
        let tool = |(name, description, cache)| Tool {
            name,
            description,
            parameters: Some(json!({"type": "object"})),
            strict: None,
            kind: ToolKind::Function,
            opaque: None,
            search: None,
            cache,
            path: crate::Path::default(),
        };
        Request {
            model: "claude-sonnet-4-6".into(),
            messages: std::iter::once(first).chain(rest).collect(),
            tool_choice: choice.filter(|_| !tools.is_empty()),
            tools: tools.into_iter().map(tool).collect(),
            max_output_tokens: max,
            stop,
            stream,
            stream_usage: true,
            user,
            cache,
            ..Request::default()
        }
    }
}

/// The documented normal form: instructions first and in one message, turns merged, tool results first in
/// theirs, a limit set, no paths.
fn normalize(mut request: Request) -> Request {
    let (system, turns): (Vec<_>, Vec<_>) =
        request.messages.into_iter().partition(|message| message.role == Role::System);
    let mut messages: Vec<Message> = Vec::new();
    for mut message in system.into_iter().chain(turns) {
        if message.role == Role::Tool {
            message.role = Role::User;
        }
        match messages.last_mut() {
            Some(last) if last.role == message.role => last.content.extend(message.content),
            _ => messages.push(message),
        }
    }
    for message in &mut messages {
        message.path = crate::Path::default();
        message.content.sort_by_key(|block| !matches!(block.content, Content::ToolResult { .. }));
        message.content.iter_mut().for_each(clear_path);
    }
    request.tools.iter_mut().for_each(|tool| tool.path = crate::Path::default());
    request.max_output_tokens = request.max_output_tokens.or(Some(128_000));
    Request { messages, ..request }
}

fn clear_path(block: &mut Block) {
    block.path = crate::Path::default();
    if let Content::ToolResult { content, .. } = &mut block.content {
        content.iter_mut().for_each(clear_path);
    }
}

/// Any JSON, with the dialect's own words often enough to get far.
fn anything() -> impl Strategy<Value = Value> {
    let words = [
        "text",
        "thinking",
        "tool_use",
        "tool_result",
        "image",
        "document",
        "base64",
        "url",
        "user",
        "assistant",
        "system",
        "enabled",
        "adaptive",
        "json_schema",
        "tool",
        "ephemeral",
        "content_block_start",
        "content_block_delta",
        "message_start",
        "message_delta",
        "error",
        "message_stop",
        "content_block_stop",
        "text_delta",
        "end_turn",
        "",
    ];
    let names = [
        "type",
        "text",
        "content",
        "messages",
        "role",
        "model",
        "max_tokens",
        "system",
        "source",
        "data",
        "tools",
        "input",
        "input_schema",
        "tool_choice",
        "name",
        "thinking",
        "usage",
        "id",
        "delta",
        "content_block",
        "message",
        "index",
        "error",
        "output_config",
        "format",
        "stop_reason",
        "cache_control",
        "tool_use_id",
        "budget_tokens",
        "input_tokens",
        "output_tokens",
        "details",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        proptest::sample::select(words.to_vec()).prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((proptest::sample::select(names.to_vec()), inner), 0..8)
                .prop_map(|fields| Value::Object(
                    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
                )),
        ]
    })
}

proptest! {
    #[test]
    fn a_neutral_request_survives_the_round_trip_but_for_its_normal_form(request in request()) {
        let mut drops = Drops::default();
        let expected = normalize(request.clone());
        let encoded = AnthropicMessages.encode_request(request, provider(), &mut drops).unwrap();
        let decoded =
            AnthropicMessages.decode_request("", encoded.body, &mut Drops::default()).unwrap();
        prop_assert_eq!(normalize(decoded), expected);
        for dropped in drops.iter() {
            prop_assert_eq!(&dropped.reason, "moved to the system prompt");
        }
    }

    #[test]
    fn turns_alternate_and_results_come_first(request in request()) {
        let encoded =
            AnthropicMessages.encode_request(request, provider(), &mut Drops::default()).unwrap();
        let messages = encoded.body["messages"].as_array().unwrap();
        for pair in messages.windows(2) {
            prop_assert_ne!(&pair[0]["role"], &pair[1]["role"]);
        }
        for message in messages {
            let blocks = message["content"].as_array().unwrap();
            let results = blocks.iter().map(|block| block["type"] == "tool_result");
            prop_assert!(!blocks.is_empty());
            prop_assert!(results.is_sorted_by(|before, after| before >= after));
        }
    }

    #[test]
    fn nothing_panics_on_any_json(values in proptest::collection::vec(anything(), 1..6)) {
        let mut decoder = AnthropicMessages.stream_decoder();
        let mut encoder = AnthropicMessages.stream_encoder(client());
        let (mut neutral, mut wire) = (Vec::new(), Vec::new());
        for value in &values {
            let _ = decoder.decode(chat::Event::json(value.clone()), &mut neutral);
        }
        let _ = decoder.finish(&mut neutral);
        neutral.into_iter().for_each(|event| encoder.encode(event, &mut wire));
        for mut value in values {
            let mut drops = Drops::default();
            let decoded = AnthropicMessages.decode_request("", value.clone(), &mut drops);
            if let Ok(request) = decoded {
                let _ = AnthropicMessages.encode_request(request, provider(), &mut drops);
            }
            if let Ok(response) = AnthropicMessages.decode_response(value.clone(), &mut drops) {
                AnthropicMessages.encode_response(response, &client(), &mut drops);
            }
            AnthropicMessages.decode_error(500, value.to_string().as_bytes());
            AnthropicMessages.usage(&value);
            AnthropicMessages.visit_request(&mut value, &mut |text| Some(text.text.to_owned()));
            AnthropicMessages.visit_response(&mut value, &mut |text| Some(text.text.to_owned()));
        }
    }
}
