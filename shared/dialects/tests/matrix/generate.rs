//! Conversations and answers as clients and models hold them.

use chat::json::{Number, Value, json};
use dialects::neutral::{
    Block, CacheControl, Candidate, Content, Effort, Finish, Message, Reasoning, Request, Response,
    ResponseFormat, Role, Sampling, Source, Tool, ToolChoice, ToolKind, Usage,
};
use proptest::prelude::*;

fn word() -> impl Strategy<Value = String> {
    "[a-zé\"\\\\]{1,6}"
}

fn text() -> impl Strategy<Value = Content> {
    word().prop_map(|text| Content::Text { text, citations: None })
}

fn source() -> impl Strategy<Value = Source> {
    prop_oneof![
        "[A-Za-z0-9]{4}".prop_map(|data| Source::Base64 { media_type: "image/png".into(), data }),
        "[a-z]{1,8}".prop_map(|path| Source::Url { url: format!("https://a.example/{path}") }),
    ]
}

fn media() -> impl Strategy<Value = Content> {
    prop_oneof![
        source().prop_map(|source| Content::Image { source, detail: None }),
        "[A-Za-z0-9]{4}".prop_map(|data| Content::Document {
            source: Source::Base64 { media_type: "application/pdf".into(), data },
            title: Some("a.pdf".into()),
            context: None,
            citations: None,
        }),
    ]
}

fn block(content: Content) -> Block {
    Block::new(content, "")
}

fn message(role: Role, content: Vec<Content>) -> Message {
    let content = content.into_iter().map(block).collect();
    Message { role, name: None, content, path: dialects::Path::default() }
}

/// What the user asks, with cache marks here and there.
fn question() -> impl Strategy<Value = Message> {
    let content = proptest::collection::vec(prop_oneof![3 => text(), 1 => media()], 1..3);
    (content, text(), any::<bool>()).prop_map(|(mut content, last, marked)| {
        content.push(last);
        let mut message = message(Role::User, content);
        if marked && let Some(last) = message.content.last_mut() {
            last.cache = Some(CacheControl { ttl: None });
        }
        message
    })
}

/// What the model says, and the results of the tools it calls.
fn exchange() -> impl Strategy<Value = Vec<Message>> {
    let thought = (word(), word()).prop_map(|(text, proof)| Content::Reasoning {
        text,
        signature: Some(format!("Eq{}", proof.len())),
    });
    let results = proptest::collection::vec(
        (proptest::collection::vec(prop_oneof![4 => text(), 1 => media()], 0..3), any::<bool>()),
        0..3,
    );
    (
        proptest::option::weighted(0.3, thought),
        proptest::collection::vec(text(), 1..3),
        results,
        0..u32::MAX,
    )
        .prop_map(|(thought, said, results, serial)| {
            let id = |index: usize| format!("call_{serial}_{index}");
            let calls = (0..results.len()).map(|index| Content::ToolCall {
                id: id(index),
                name: format!("tool_{index}"),
                arguments: json!({"index": index, "q": "a \"b\""}).to_string(),
                kind: ToolKind::Function,
            });
            let content = thought.into_iter().chain(said).chain(calls).collect();
            let mut messages = vec![message(Role::Assistant, content)];
            for (index, (content, failed)) in results.into_iter().enumerate() {
                let content = content.into_iter().map(block).collect();
                let result = Content::ToolResult {
                    id: id(index),
                    content,
                    is_error: failed.then_some(true),
                };
                messages.push(message(Role::Tool, vec![result]));
            }
            messages
        })
}

fn conversation() -> impl Strategy<Value = Vec<Message>> {
    let instructions =
        proptest::collection::vec((any::<bool>(), proptest::collection::vec(text(), 1..3)), 0..3);
    let turns = proptest::collection::vec((question(), exchange()), 0..3);
    (instructions, turns, question()).prop_map(|(instructions, turns, last)| {
        let role = |developer| if developer { Role::Developer } else { Role::System };
        let mut messages: Vec<Message> = instructions
            .into_iter()
            .map(|(developer, content)| message(role(developer), content))
            .collect();
        for (question, exchange) in turns {
            messages.push(question);
            messages.extend(exchange);
        }
        messages.push(last);
        messages
    })
}

fn schema() -> Value {
    json!({"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"],
        "additionalProperties": false})
}

fn tools() -> impl Strategy<Value = Vec<Tool>> {
    let tool = (proptest::option::of(word()), any::<Option<bool>>(), proptest::bool::weighted(0.1));
    proptest::collection::vec(tool, 0..4).prop_map(|tools| {
        let tool = |(index, (description, strict, custom)): (usize, (_, _, bool))| Tool {
            name: format!("tool_{index}"),
            description,
            parameters: (!custom).then(schema),
            strict: if custom { None } else { strict },
            kind: if custom { ToolKind::Custom } else { ToolKind::Function },
            opaque: None,
            search: None,
            cache: None,
            path: dialects::Path::default(),
        };
        tools.into_iter().enumerate().map(tool).collect()
    })
}

fn choice() -> impl Strategy<Value = ToolChoice> {
    prop_oneof![
        Just(ToolChoice::Auto),
        Just(ToolChoice::None),
        Just(ToolChoice::Required),
        Just(ToolChoice::Tool { name: "tool_0".into() }),
        any::<bool>().prop_map(|required| ToolChoice::Allowed {
            names: vec!["tool_0".into(), "tool_1".into()],
            required,
        }),
    ]
}

fn format() -> impl Strategy<Value = ResponseFormat> {
    prop_oneof![
        Just(ResponseFormat::Text),
        Just(ResponseFormat::JsonObject),
        Just(ResponseFormat::JsonSchema {
            name: Some("answer".into()),
            description: None,
            schema: schema(),
            strict: Some(true),
        }),
    ]
}

fn reasoning() -> impl Strategy<Value = Reasoning> {
    let effort = proptest::sample::select(&Effort::WORDS[..]).prop_map(|row| Reasoning {
        enabled: (row.0 == Effort::None).then_some(false),
        effort: Some(row.0),
        ..Reasoning::default()
    });
    let budget = (1_024u64..9_000).prop_map(|tokens| Reasoning {
        enabled: Some(true),
        budget_tokens: Some(tokens),
        ..Reasoning::default()
    });
    prop_oneof![effort, budget]
}

fn sampling() -> impl Strategy<Value = Sampling> {
    let number = || proptest::option::weighted(0.3, (0u64..3).prop_map(Number::from));
    let share = proptest::option::weighted(0.2, Just(Number::from(1)));
    (number(), number(), number(), number(), share).prop_map(
        |(frequency_penalty, seed, temperature, top_k, top_p)| Sampling {
            frequency_penalty,
            presence_penalty: None,
            seed,
            temperature,
            top_k,
            top_p,
        },
    )
}

prop_compose! {
    /// A request.
    pub(crate) fn request()(
        messages in conversation(),
        (tools, tool_choice) in (tools(), proptest::option::of(choice())),
        parallel_tool_calls in any::<Option<bool>>(),
        max_output_tokens in proptest::option::of(1u64..20_000),
        sampling in sampling(),
        stop in proptest::collection::vec(word(), 0..6),
        candidates in proptest::option::weighted(0.2, 1u64..3),
        stream in any::<bool>(),
        response_format in proptest::option::of(format()),
        reasoning in proptest::option::weighted(0.4, reasoning()),
        model in proptest::sample::select(vec!["gpt-5", "claude-sonnet-4-6", "claude-sonnet-4-20250514"]),
        (user, tier) in (proptest::option::of(word()), proptest::option::of(
            proptest::sample::select(vec!["auto", "flex", "standard_only"]))),
    ) -> Request {
        Request {
            model: model.into(),
            messages, tools, tool_choice, parallel_tool_calls, max_output_tokens, sampling, stop,
            candidates, stream, stream_usage: stream, response_format, reasoning, user,
            service_tier: tier.map(str::to_owned),
            ..Request::default()
        }
    }
}

prop_compose! {
    /// An answer.
    pub(crate) fn answer()(
        thought in proptest::option::of((word(), any::<bool>())),
        texts in proptest::collection::vec(text(), 0..3),
        refusal in proptest::option::weighted(0.2, word()),
        calls in proptest::collection::vec(word(), 0..3),
        finish in prop_oneof![
            3 => Just(Finish::Stop),
            1 => Just(Finish::Length),
            1 => Just(Finish::ContentFilter),
            1 => Just(Finish::ContextWindow),
            1 => Just(Finish::Pause),
        ],
        input in 0u64..1_000, cached in 0u64..100, output in 0u64..1_000,
    ) -> Response {
        let thought = thought.map(|(text, is_redacted)| match is_redacted {
            true => Content::RedactedReasoning { data: format!("Em{}", text.len()) },
            false => Content::Reasoning { text, signature: Some("EqQB".into()) },
        });
        let has_calls = !calls.is_empty();
        let finish = match finish {
            Finish::Stop if has_calls => Finish::ToolCalls,
            Finish::Stop if refusal.is_some() => Finish::Refusal,
            other => other,
        };
        let calls = calls.into_iter().enumerate().map(|(index, query)| Content::ToolCall {
            id: format!("call_{index}"),
            name: format!("tool_{index}"),
            arguments: json!({"q": query}).to_string(),
            kind: ToolKind::Function,
        });
        let refusal = refusal.map(|text| Content::Refusal { text });
        let content = thought.into_iter().chain(texts).chain(refusal).chain(calls).map(block);
        Response {
            id: "answer_1".into(),
            model: "m".into(),
            created: Some(1),
            candidates: vec![Candidate { content: content.collect(), finish, logprobs: None }],
            usage: Some(Usage {
                input: input + cached,
                cache_read: Some(cached),
                output,
                ..Usage::default()
            }),
            ..Response::default()
        }
    }
}
