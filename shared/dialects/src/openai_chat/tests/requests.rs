//! What the dialect makes of single fields of requests.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use chat::json::json;

use super::*;
use crate::neutral::{
    Block, CacheControl, Content, Effort, Message, Reasoning, Role, Source, Tool, ToolChoice,
    ToolKind,
};

fn ask(content: Value) -> Value {
    json!({"model": "m", "messages": [{"role": "user", "content": content}]})
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

fn refusal(body: Value) -> (String, String) {
    let problem = OpenaiChat.decode_request("", body, &mut Drops::default()).unwrap_err();
    assert_eq!(problem.status, 400);
    (problem.code.unwrap(), problem.param.unwrap_or_default())
}

#[test]
fn what_is_missing_or_mistyped_is_named_by_its_path() {
    let hi = || ask(json!("hi"));
    let messages = |messages| json!({"model": "m", "messages": messages});
    let (missing, wrong, value) = ("missing_required_parameter", "invalid_type", "invalid_value");
    for (body, code, path) in [
        (json!({"messages": []}), missing, "model"),
        (json!({"model": "m"}), missing, "messages"),
        (json!({"model": 7, "messages": []}), wrong, "model"),
        (json!([]), wrong, ""),
        (messages(json!([])), "empty_array", "messages"),
        (messages(json!([7])), wrong, "messages[0]"),
        (messages(json!([{"content": "x"}])), missing, "messages[0].role"),
        (messages(json!([{"role": "robot", "content": "x"}])), value, "messages[0].role"),
        (messages(json!([{"role": "user"}])), missing, "messages[0].content"),
        (messages(json!([{"role": "tool", "content": "x"}])), missing, "messages[0].tool_call_id"),
        (ask(json!(7)), wrong, "messages[0].content"),
        (ask(json!([{"text": "x"}])), missing, "messages[0].content[0].type"),
        (ask(json!([{"type": "text"}])), missing, "messages[0].content[0].text"),
        (
            ask(json!([{"type": "image_url", "image_url": {"url": 7}}])),
            wrong,
            "messages[0].content[0].image_url.url",
        ),
        (
            ask(json!([{"type": "image_url", "image_url": {"url": "file:///x"}}])),
            value,
            "messages[0].content[0].image_url.url",
        ),
        (
            ask(json!([{"type": "image_url", "image_url": {"url": "data:image/png,x"}}])),
            value,
            "messages[0].content[0].image_url.url",
        ),
        (
            ask(json!([{"type": "file", "file": {}}])),
            missing,
            "messages[0].content[0].file.file_data",
        ),
        (
            messages(json!([{"role": "assistant", "tool_calls": [{"id": "a", "type": "function",
                "function": {"name": "f", "arguments": {}}}]}])),
            wrong,
            "messages[0].tool_calls[0].function.arguments",
        ),
        (with(hi(), "temperature", json!("hot")), wrong, "temperature"),
        (with(hi(), "stop", json!(["a", 7])), wrong, "stop[1]"),
        (with(hi(), "n", json!(-1)), wrong, "n"),
        (with(hi(), "tools", json!([{"type": "function"}])), missing, "tools[0].function"),
        (
            with(
                hi(),
                "tools",
                json!([{"type": "function", "function": {"name": "f", "parameters": 7}}]),
            ),
            wrong,
            "tools[0].function.parameters",
        ),
        (with(hi(), "tool_choice", json!("any")), value, "tool_choice"),
        (with(hi(), "tool_choice", json!({"type": "function"})), missing, "tool_choice.function"),
        (with(hi(), "reasoning_effort", json!("huge")), value, "reasoning_effort"),
        (
            with(hi(), "response_format", json!({"type": "json_schema", "json_schema": {}})),
            missing,
            "response_format.json_schema.name",
        ),
    ] {
        assert_eq!(refusal(body.clone()), (code.to_owned(), path.to_owned()), "{body}");
    }
}

#[test]
fn parameters_nobody_models_are_extras() {
    let mut body = ask(json!("hi"));
    for name in ["logprobs", "foo_bar", "metadata"] {
        body[name] = json!(1);
    }
    body["store"] = Value::Null;
    let (request, drops) = decode(body);
    assert_eq!(request.extras.keys().collect::<Vec<_>>(), ["logprobs", "foo_bar", "metadata"]);
    assert!(drops.is_empty());
    let (_, drops) = encode(request);
    assert_eq!(drops.iter().next().unwrap().to_string(), "foo_bar: not supported by openai-chat");
}

#[test]
fn nested_fields_nobody_knows_are_reported() {
    let (_, drops) = decode(ask(json!([{"type": "text", "text": "x", "colour": "red"}])));
    assert_eq!(paths(&drops), ["messages[0].content[0].colour"]);
}

#[test]
fn an_effort_of_none_turns_reasoning_off() {
    let (request, _) = decode(with(ask(json!("hi")), "reasoning_effort", json!("none")));
    let off =
        Reasoning { enabled: Some(false), effort: Some(Effort::None), ..Reasoning::default() };
    assert_eq!(request.reasoning, Some(off));
    assert_eq!(encode(request).0["reasoning_effort"], "none");
}

#[test]
fn thoughts_stand_in_front_of_the_text() {
    let (request, _) = decode(json!({"model": "m", "messages": [{
        "role": "assistant", "content": "so", "reasoning_content": "hm",
        "thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "s"}]}]}));
    let contents: Vec<_> =
        request.messages[0].content.iter().map(|block| block.content.clone()).collect();
    let thought = Content::Reasoning { text: "hm".into(), signature: Some("s".into()) };
    assert_eq!(contents, [thought, Content::Text { text: "so".into(), citations: None }]);
}

#[test]
fn cache_marks_are_read_in_both_spellings() {
    for (mark, ttl) in [
        (json!({"cache_control": {"type": "ephemeral"}}), None),
        (json!({"cache_control": {"type": "ephemeral", "ttl": "1h"}}), Some("1h")),
        (json!({"prompt_cache_breakpoint": {"mode": "explicit", "ttl": "30m"}}), Some("1h")),
    ] {
        let mut part = json!({"type": "text", "text": "x"});
        part.as_object_mut().unwrap().extend(mark.as_object().unwrap().clone());
        let (request, _) = decode(ask(json!([part])));
        let cache = Some(CacheControl { ttl: ttl.map(str::to_owned) });
        assert_eq!(request.messages[0].content[0].cache, cache);
    }
}

fn text(text: &str, path: &str) -> Block {
    Block::new(Content::Text { text: text.into(), citations: None }, path)
}

fn image(source: Source) -> Content {
    Content::Image { source, detail: None }
}

fn png() -> Source {
    Source::Base64 { media_type: "image/png".into(), data: "AA==".into() }
}

fn request(role: Role, content: Vec<Block>) -> Request {
    let message = Message { role, name: None, content, path: "messages[0]".into() };
    Request { model: "m".into(), messages: vec![message], ..Request::default() }
}

fn result(id: &str, content: Vec<Block>, is_error: Option<bool>, path: &str) -> Block {
    Block::new(Content::ToolResult { id: id.into(), content, is_error }, path)
}

#[test]
fn a_turn_with_results_becomes_tool_messages_and_the_rest() {
    let picture = Block::new(image(png()), "messages[0].content[0].content[1]");
    let turn = vec![
        result("a", vec![text("one", "t"), picture], Some(true), "messages[0].content[0]"),
        result("b", vec![], None, "messages[0].content[1]"),
        text("go on", "messages[0].content[2]"),
    ];
    let (body, drops) = encode(request(Role::User, turn));
    assert_eq!(
        body["messages"],
        json!([
            {"role": "tool", "tool_call_id": "a", "content": "one"},
            {"role": "tool", "tool_call_id": "b", "content": ""},
            {"role": "user", "content": [
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
                {"type": "text", "text": "go on"}]}
        ])
    );
    let expected = ["messages[0].content[0].is_error", "messages[0].content[0].content[1]"];
    assert_eq!(paths(&drops), expected);
}

#[test]
fn media_of_results_waits_for_all_results() {
    let picture = || vec![Block::new(image(png()), "p")];
    let mut asked = request(Role::Tool, vec![result("a", picture(), None, "x")]);
    let second =
        Message { content: vec![result("b", vec![], None, "y")], ..asked.messages[0].clone() };
    asked.messages.push(second);
    let answer = Message {
        role: Role::Assistant,
        name: None,
        content: vec![text("nice", "z")],
        path: "messages[2]".into(),
    };
    asked.messages.push(answer);
    let (body, _) = encode(asked);
    let roles: Vec<_> = body["messages"].as_array().unwrap().iter().map(|it| &it["role"]).collect();
    assert_eq!(roles, ["tool", "tool", "user", "assistant"]);
}

#[test]
fn instructions_keep_their_blocks() {
    let (one, _) = encode(request(Role::System, vec![text("a", "system")]));
    assert_eq!(one["messages"][0], json!({"role": "system", "content": "a"}));
    let (two, _) = encode(request(Role::System, vec![text("a", "s"), text("b", "s")]));
    let parts = json!([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]);
    assert_eq!(two["messages"][0], json!({"role": "system", "content": parts}));
}

#[test]
fn what_openai_cannot_say_of_a_message_is_reported() {
    let said = vec![
        Block::new(Content::Reasoning { text: "hm".into(), signature: None }, "a"),
        Block::new(Content::RedactedReasoning { data: "x".into() }, "b"),
        Block::new(Content::Opaque { dialect: "other", value: json!({}) }, "c"),
        Block { cache: Some(CacheControl { ttl: None }), ..text("so", "d") },
    ];
    let (body, drops) = encode(request(Role::Assistant, said));
    assert_eq!(body["messages"], json!([{"role": "assistant", "content": "so"}]));
    assert_eq!(paths(&drops), ["a", "b", "c", "d.cache_control"]);
}

#[test]
fn documents_take_the_form_that_fits() {
    let document = |source, title: Option<&str>| Content::Document {
        source,
        title: title.map(str::to_owned),
        context: Some("c".into()),
        citations: Some(true),
    };
    let pdf = || Source::Base64 { media_type: "application/pdf".into(), data: "AA==".into() };
    let content = vec![
        Block::new(document(pdf(), None), "a"),
        Block::new(document(Source::Text { text: "t".into() }, Some("n")), "b"),
        Block::new(document(Source::File { id: "f".into() }, None), "c"),
    ];
    let (body, drops) = encode(request(Role::User, content));
    assert_eq!(
        body["messages"][0]["content"],
        json!([
            {"type": "file", "file": {"filename": "document.pdf",
                "file_data": "data:application/pdf;base64,AA=="}},
            {"type": "text", "text": "t"},
            {"type": "file", "file": {"file_id": "f"}}
        ])
    );
    let each = |path: &str| [format!("{path}.context"), format!("{path}.citations")];
    let expected: Vec<_> =
        each("a").into_iter().chain(each("b")).chain(["b.title".into()]).chain(each("c")).collect();
    assert_eq!(paths(&drops), expected);
}

#[test]
fn media_that_openai_has_no_form_for_is_refused() {
    let url = || Source::Url { url: "https://a.example/x".into() };
    let file = || Source::File { id: "f".into() };
    let document = Content::Document { source: url(), title: None, context: None, citations: None };
    for content in [document, image(file()), Content::Audio { source: url(), format: "wav".into() }]
    {
        let asked = request(Role::User, vec![Block::new(content, "messages[0].content[0]")]);
        let provider = Provider::by_name("openai").unwrap();
        let context = ProviderContext::new(provider);
        let problem = OpenaiChat.encode_request(asked, context, &mut Drops::default()).unwrap_err();
        assert_eq!(problem.param.as_deref(), Some("messages[0].content[0]"));
        assert_eq!(problem.code.as_deref(), Some("unsupported_source"));
    }
}

fn tool(name: &str, opaque: Option<(&'static str, Value)>) -> Tool {
    Tool {
        name: name.into(),
        description: None,
        parameters: None,
        strict: None,
        kind: ToolKind::Function,
        opaque,
        search: None,
        cache: None,
        path: format!("tools[{name}]").into(),
    }
}

#[test]
fn tools_of_other_dialects_are_reported_and_the_choice_needs_tools() {
    let asked = Request {
        tools: vec![tool("search", Some(("other", json!({}))))],
        tool_choice: Some(ToolChoice::Required),
        parallel_tool_calls: Some(false),
        ..request(Role::User, vec![text("hi", "x")])
    };
    let (body, drops) = encode(asked.clone());
    assert_eq!(paths(&drops), ["tools[search]", "tool_choice"]);
    assert!(body.get("tools").is_none() && body.get("parallel_tool_calls").is_none());
    let offered = Request { tools: vec![tool("f", None)], ..asked };
    let (body, drops) = encode(offered);
    assert!(drops.is_empty());
    assert_eq!(
        (&body["tool_choice"], &body["parallel_tool_calls"]),
        (&json!("required"), &json!(false))
    );
}

#[test]
fn values_outside_openais_are_bent_or_left_out() {
    let mut asked = request(Role::User, vec![text("hi", "x")]);
    asked.sampling.temperature = chat::json::Number::from_f64(2.5);
    asked.sampling.top_k = Some(5.into());
    asked.stop = ["a", "b", "c", "d", "e"].map(str::to_owned).to_vec();
    asked.service_tier = Some("standard_only".into());
    asked.cache = Some(CacheControl { ttl: None });
    let (body, drops) = encode(asked);
    assert_eq!((&body["temperature"], &body["stop"]), (&json!(2), &json!(["a", "b", "c", "d"])));
    assert_eq!(paths(&drops), ["temperature", "top_k", "stop", "service_tier", "cache_control"]);
}

#[test]
fn usage_of_a_stream_is_always_asked_for() {
    let asked = Request { stream: true, ..request(Role::User, vec![text("hi", "x")]) };
    assert_eq!(encode(asked).0["stream_options"], json!({"include_usage": true}));
}

#[test]
fn a_provider_that_cannot_be_asked_for_usage_is_not() {
    for (stream_usage, lost) in [(false, vec![]), (true, vec!["stream_options"])] {
        let asked =
            Request { stream: true, stream_usage, ..request(Role::User, vec![text("hi", "x")]) };
        let provider = Provider::by_name("mistral").unwrap();
        let context = ProviderContext::new(provider);
        let mut drops = Drops::default();
        let written = OpenaiChat.encode_request(asked, context, &mut drops).unwrap();
        assert_eq!(written.body.get("stream_options"), None);
        assert_eq!(paths(&drops), lost);
    }
}

#[test]
fn the_path_keeps_the_query() {
    let path = |path| OpenaiChat.provider_path(path, &Value::Null);
    assert_eq!(path("/openai/v1/chat/completions"), "/chat/completions");
    assert_eq!(path("/v1/chat/completions?a=b&c"), "/chat/completions?a=b&c");
}

#[test]
fn a_provider_that_wants_thoughts_back_gets_them_with_every_call() {
    let thought = |signature: Option<&str>| Content::Reasoning {
        text: "Hm.".into(),
        signature: signature.map(str::to_owned),
    };
    let call = || Content::ToolCall {
        id: "c".into(),
        name: "f".into(),
        arguments: "{}".into(),
        kind: ToolKind::Function,
    };
    let said = || Content::Text { text: "So.".into(), citations: None };
    for (provider, content, expected) in [
        ("deepseek", vec![thought(None), call()], json!("Hm.")),
        ("deepseek", vec![thought(Some("of-another"))], json!(null)),
        ("deepseek", vec![said(), call()], json!("")),
        ("moonshot", vec![thought(Some("of-another")), said(), call()], json!("")),
        ("deepseek", vec![said()], json!(null)),
        ("openai", vec![thought(None), said(), call()], json!(null)),
    ] {
        let content = content.into_iter().map(|content| Block::new(content, "p")).collect();
        let asked = request(Role::Assistant, content);
        let context = ProviderContext::new(Provider::by_name(provider).unwrap());
        let sent = OpenaiChat.encode_request(asked, context, &mut Drops::default()).unwrap();
        let back = sent.body["messages"].get(0).and_then(|it| it.get("reasoning_content"));
        assert_eq!(back.cloned().unwrap_or_default(), expected, "{provider}");
    }
}

#[test]
fn a_request_without_thoughts_is_told_where_models_think_by_default() {
    let reasoning = Some(Reasoning { enabled: Some(false), ..Reasoning::default() });
    for (provider, expected) in [("deepseek", json!({"type": "disabled"})), ("openai", Value::Null)]
    {
        let asked =
            Request { reasoning: reasoning.clone(), ..request(Role::User, vec![text("hi", "x")]) };
        let context = ProviderContext::new(Provider::by_name(provider).unwrap());
        let written = OpenaiChat.encode_request(asked, context, &mut Drops::default()).unwrap();
        assert_eq!(written.body.get("thinking").cloned().unwrap_or_default(), expected);
        assert_eq!(written.body.get("reasoning_effort"), None, "{provider}");
    }
}
