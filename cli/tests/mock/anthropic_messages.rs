//! The simulated `POST /v1/messages`.

use serde_json::{Value, json};

use crate::support::Mock;

/// Method, path, headers, body, and the status and error type they get.
type Row<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a [u8], u16, &'a str);

/// A minimal request with these members added or replaced.
fn request(changes: Value) -> Value {
    let mut body = json!({"model": "claude-x", "max_tokens": 2000,
        "messages": [{"role": "user", "content": "Hello"}]});
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    body
}

/// A request with these messages.
fn messages(messages: Value) -> Value {
    request(json!({"messages": messages}))
}

/// A request with one user message of this block.
fn block(block: Value) -> Value {
    messages(json!([{"role": "user", "content": [block]}]))
}

fn weather() -> Value {
    json!({"name": "weather", "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city", "days"],
    }})
}

fn uses(ids: &[&str]) -> Value {
    let uses: Vec<Value> = ids
        .iter()
        .map(|id| json!({"type": "tool_use", "id": id, "name": "weather", "input": {}}))
        .collect();
    json!({"role": "assistant", "content": uses})
}

fn results(ids: &[&str]) -> Value {
    let results: Vec<Value> = ids
        .iter()
        .map(|id| json!({"type": "tool_result", "tool_use_id": id, "content": "18 C"}))
        .collect();
    json!({"role": "user", "content": results})
}

#[test]
fn what_the_api_refuses_is_refused_at_its_place() {
    let mock = Mock::start("anthropic-messages", &[]);
    let user = || json!({"role": "user", "content": "Hi"});
    let marked = json!({"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}});
    let without = |name: &str| {
        let mut body = request(json!({}));
        body.as_object_mut().unwrap().remove(name);
        body
    };
    let table: Vec<(Value, &str)> = vec![
        (without("model"), "model: Field required"),
        (without("max_tokens"), "max_tokens: Field required"),
        (without("messages"), "messages: Field required"),
        (request(json!({"max_tokens": "9"})), "max_tokens: Input should be a valid integer"),
        (request(json!({"max_tokens": -1})), "max_tokens: Input should be greater than or equal"),
        (request(json!({"messages": []})), "messages: List should have at least 1 item"),
        (messages(json!([{"role": "tool", "content": "x"}])), "messages.0: Input tag 'tool'"),
        (
            messages(json!([{"role": "assistant", "content": "x"}, user()])),
            "messages.0: first message",
        ),
        (messages(json!([{"role": "user", "content": ""}])), "messages.0: all messages must have"),
        (messages(json!([{"role": "user", "content": []}])), "messages.0: all messages must have"),
        (
            messages(json!([{"role": "user", "content": "x", "name": "ann"}])),
            "messages.0.name: Extra inputs are not permitted",
        ),
        (
            messages(json!([user(), {"role": "assistant", "content": "So "}])),
            "messages.1: final assistant content cannot end with trailing whitespace",
        ),
        (
            block(json!({"type": "text", "text": ""})),
            "messages.0.content.0: text content blocks must be non-empty",
        ),
        (
            block(json!({"type": "text", "text": " \n"})),
            "messages.0.content.0: text content blocks must contain",
        ),
        (
            block(json!({"type": "text", "text": "x", "foo": 1})),
            "messages.0.content.0.text.foo: Extra inputs",
        ),
        (
            block(json!({"type": "image_url", "image_url": {"url": "https://x"}})),
            "messages.0.content.0: Input tag 'image_url' found using 'type'",
        ),
        (
            block(json!({"type": "image", "source": {"type": "base64", "media_type": "image/bmp",
            "data": "QQ=="}})),
            "messages.0.content.0.image.source.base64.media_type: Input should be",
        ),
        (
            block(json!({"type": "image", "source": {"type": "base64", "media_type": "image/png",
            "data": "not base64"}})),
            "messages.0.content.0.source.data: invalid base64 data",
        ),
        (
            block(json!({"type": "image", "source": {"type": "url"}})),
            "messages.0.content.0.image.source.url.url: Field required",
        ),
        (
            block(json!({"type": "tool_result", "tool_use_id": "a"})),
            "messages.0.content.0: unexpected `tool_use_id`",
        ),
        (
            block(json!({"type": "tool_use", "id": "a", "name": "weather", "input": {}})),
            "messages.0.content.0: `tool_use` blocks can only be in `assistant` messages",
        ),
        (
            messages(
                json!([user(), {"role": "assistant", "content": [{"type": "tool_use", "id": "a b",
            "name": "weather", "input": {}}]}]),
            ),
            "messages.1.content.0.tool_use.id: String should match",
        ),
        (
            messages(
                json!([user(), {"role": "assistant", "content": [{"type": "tool_use", "id": "a",
            "name": "weather", "input": "{}"}]}]),
            ),
            "messages.1.content.0.tool_use.input: Input should be an object",
        ),
        (messages(json!([user(), uses(&["a"])])), "messages.1: `tool_use` ids were found without"),
        (
            messages(json!([user(), uses(&["a", "b"]), results(&["a"])])),
            "messages.1: `tool_use` ids were found without",
        ),
        (
            messages(json!([user(), uses(&["a"]), {"role": "user", "content": [
            {"type": "text", "text": "here:"}, {"type": "tool_result", "tool_use_id": "a"}]}])),
            "messages.1: `tool_use` ids were found without",
        ),
        (
            messages(json!([user(), uses(&["a"]), results(&["b"])])),
            "messages.2.content.0: unexpected `tool_use_id`",
        ),
        (
            messages(json!([user(), uses(&["a"]), results(&["a", "a"])])),
            "messages.2.content.1: each tool_use must have a single result",
        ),
        (
            messages(json!([user(), uses(&["a", "a"]), results(&["a"])])),
            "messages.1.content.1: `tool_use` ids must be unique",
        ),
        (
            messages(json!([user(), {"role": "assistant", "content": [{"type": "thinking",
            "thinking": "hm", "signature": "forged"}, {"type": "text", "text": "x"}]}, user()])),
            "messages.1.content.0: Invalid `signature` in `thinking` block",
        ),
        (
            request(json!({"system": [{"type": "text", "text": ""}]})),
            "system.0: text content blocks must be non-empty",
        ),
        (
            request(json!({"tools": [{"name": "a b", "input_schema": {"type": "object"}}]})),
            "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
        ),
        (request(json!({"tools": [{"name": "a"}]})), "tools.0.custom.input_schema: Field required"),
        (
            request(json!({"tools": [{"name": "a", "input_schema": {}}]})),
            "tools.0.custom.input_schema.type: Field required",
        ),
        (
            request(json!({"tools": [{"type": "function", "function": {"name": "a"}}]})),
            "tools.0: Input tag 'function'",
        ),
        (request(json!({"tools": [weather(), weather()]})), "tools: Tool names must be unique."),
        (
            request(json!({"tools": [weather()], "tool_choice": "auto"})),
            "tool_choice: Input should be an object",
        ),
        (
            request(json!({"tools": [weather()], "tool_choice": {"type": "tool", "name": "x"}})),
            "tool_choice: Tool 'x' not found",
        ),
        (request(json!({"tool_choice": {"type": "any"}})), "tool_choice: tool_choice may only"),
        (
            request(json!({"temperature": 1.5})),
            "temperature: Input should be less than or equal to 1",
        ),
        (request(json!({"top_k": -1})), "top_k: Input should be greater than or equal to 0"),
        (
            request(json!({"stop_sequences": ["  "]})),
            "stop_sequences.0: each stop sequence must contain",
        ),
        (
            request(json!({"thinking": {"type": "enabled", "budget_tokens": 100}})),
            "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
        ),
        (
            request(json!({"thinking": {"type": "enabled", "budget_tokens": 2000}})),
            "`max_tokens` must be greater than `thinking.budget_tokens`",
        ),
        (
            request(json!({"thinking": {"type": "adaptive"}, "temperature": 0.5})),
            "`temperature` may only be set to 1",
        ),
        (
            request(json!({"thinking": {"type": "adaptive"}, "tools": [weather()],
            "tool_choice": {"type": "any"}})),
            "Thinking may not be enabled when tool_choice forces",
        ),
        (
            request(json!({"thinking": {"type": "enabled", "budget_tokens": 1024},
            "messages": [user(), uses(&["a"]), results(&["a"])]})),
            "messages.1.content.0: Expected `thinking` or `redacted_thinking`, but found `tool_use`",
        ),
        (
            request(json!({"model": "claude-opus-5-5", "temperature": 0.2})),
            "`temperature` is deprecated for this model.",
        ),
        (
            request(
                json!({"model": "claude-opus-5-5", "thinking": {"type": "enabled", "budget_tokens": 1024}}),
            ),
            "thinking: \"thinking.type.enabled\" is not supported for this model.",
        ),
        (
            request(
                json!({"model": "claude-opus-5-5", "messages": [user(), {"role": "assistant", "content": "So"}]}),
            ),
            "This model does not support assistant message prefill.",
        ),
        (
            request(
                json!({"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}),
            ),
            "output_config.format.schema: For 'object' type, 'additionalProperties'",
        ),
        (
            request(json!({"service_tier": "flex"})),
            "service_tier: Input should be 'auto' or 'standard_only'",
        ),
        (request(json!({"metadata": {"trace": "x"}})), "metadata.trace: Extra inputs"),
        (
            messages(
                json!([{"role": "user", "content": [marked, marked, marked, marked, marked]}]),
            ),
            "A maximum of 4 blocks with cache_control may be provided. Found 5.",
        ),
        (request(json!({"context_management": {"edits": []}})), "context_management: Extra inputs"),
        (request(json!({"max_completion_tokens": 5})), "max_completion_tokens: Extra inputs"),
        (request(json!({"n": 1})), "n: Extra inputs"),
    ];
    for (body, message) in table {
        let answer = mock.post(&body);
        let error = answer.json();
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(error["type"], "error");
        assert_eq!(error["error"]["type"], "invalid_request_error");
        let found = error["error"]["message"].as_str().unwrap();
        assert!(found.starts_with(message), "{body}\n  {found}\n  {message}");
    }
}

#[test]
fn what_the_api_accepts_is_accepted() {
    let mock = Mock::start("anthropic-messages", &[]);
    let user = || json!({"role": "user", "content": "Hi"});
    let cache = json!({"type": "ephemeral", "ttl": "1h"});
    let table = [
        request(json!({})),
        request(json!({"system": [{"type": "text", "text": "Be brief", "cache_control": cache}],
            "temperature": 1, "top_p": 0.9, "top_k": 40, "stop_sequences": ["END"],
            "metadata": {"user_id": "u"}, "service_tier": "standard_only", "stream": false,
            "output_config": {"effort": "high"}, "inference_geo": null, "container": "c"})),
        messages(json!([user(), user(), {"role": "assistant", "content": "a"},
            {"role": "assistant", "content": [{"type": "text", "text": "b"}]}, user()])),
        messages(json!([user(), {"role": "assistant", "content": "The answer is ("}])),
        messages(json!([user(), {"role": "system", "content": "Now in French"}])),
        messages(json!([{"role": "user", "content": [
            {"type": "text", "text": "see", "citations": null},
            {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
            {"type": "document", "title": "t", "citations": {"enabled": true},
                "source": {"type": "text", "media_type": "text/plain", "data": "d"}},
            {"type": "document", "source": {"type": "file", "file_id": "f"}},
            {"type": "search_result", "source": "s", "title": "t",
                "content": [{"type": "text", "text": "c"}]}]}])),
        messages(json!([user(), uses(&["a", "b"]), results(&["b", "a"])])),
        messages(json!([user(), uses(&["a"]), {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "a", "is_error": true, "content": [
                {"type": "text", "text": "no"}]}, {"type": "text", "text": "again"}]}])),
        messages(json!([user(), {"role": "assistant", "content": [
            {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "q"}},
            {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [
                {"type": "web_search_result", "encrypted_content": "e", "title": "t", "url": "u"}]},
            {"type": "text", "text": "found"}]}, user()])),
        messages(json!([user(), {"role": "assistant", "content": [
            {"type": "redacted_thinking", "data": "e"}, {"type": "text", "text": "x"}]}, user()])),
        request(json!({"tools": [weather(), {"type": "custom", "name": "b", "strict": false,
            "input_schema": {"type": "object"}}, {"type": "web_search_20250305", "name": "web_search",
            "max_uses": 2}], "tool_choice": {"type": "tool", "name": "weather",
            "disable_parallel_tool_use": true}})),
        request(json!({"thinking": {"type": "enabled", "budget_tokens": 1024}})),
        request(
            json!({"model": "claude-opus-5-5", "thinking": {"type": "adaptive", "display": "omitted"}}),
        ),
        request(json!({"output_config": {"format": {"type": "json_schema", "schema":
            {"type": "object", "additionalProperties": false}}}})),
    ];
    for body in table {
        let answer = mock.post(&body);
        assert_eq!(answer.status, 200, "{body}\n{}", answer.text());
    }
}

#[test]
fn credentials_version_beta_and_address_are_checked() {
    let mock = Mock::start("anthropic-messages", &["--api-key", "k"]);
    let (json, key) = (("content-type", "application/json"), ("x-api-key", "k"));
    let version = ("anthropic-version", "2023-06-01");
    let body = request(json!({"context_management": {"edits": []}})).to_string();
    let beta = ("anthropic-beta", "context-management-2025-06-27");
    let path = mock.path();
    let table: [Row<'_>; 12] = [
        ("POST", path, &[json, version], b"{}", 401, "authentication_error"),
        ("POST", path, &[json, version, ("x-api-key", "j")], b"{}", 401, "authentication_error"),
        ("POST", path, &[json, key], b"{}", 400, "invalid_request_error"),
        (
            "POST",
            path,
            &[json, key, ("anthropic-version", "1")],
            b"{}",
            400,
            "invalid_request_error",
        ),
        ("POST", path, &[key, version], body.as_bytes(), 400, "invalid_request_error"),
        ("POST", path, &[json, key, version], b"{", 400, "invalid_request_error"),
        (
            "POST",
            path,
            &[json, key, version],
            b"{\"a\":{\"b\":1,\"b\":1}}",
            400,
            "invalid_request_error",
        ),
        ("POST", path, &[json, key, version, beta], body.as_bytes(), 200, "none"),
        (
            "POST",
            "/v1/messages?beta=true",
            &[json, ("authorization", "Bearer k"), version, beta],
            body.as_bytes(),
            200,
            "none",
        ),
        ("GET", path, &[key, version], b"", 405, "invalid_request_error"),
        ("POST", "/v1/chat/completions", &[json, key, version], b"{}", 404, "not_found_error"),
        ("GET", "/v1/models/claude-x", &[key, version], b"", 200, "none"),
    ];
    for (method, path, headers, body, status, kind) in table {
        let answer = mock.send(method, path, headers, body);
        let found = answer.json()["error"]["type"].as_str().unwrap_or("none").to_owned();
        assert_eq!((answer.status, found.as_str()), (status, kind), "{method} {path} {headers:?}");
    }
}

#[test]
fn the_answer_shows_what_arrived_with_the_same_prompt_size_as_openai() {
    let mock = Mock::start("anthropic-messages", &[]);
    let answer =
        mock.post(&request(json!({"system": "Be brief", "stop_sequences": ["Model"]}))).json();
    assert_eq!(answer["content"][0]["text"], "You said: Hello. System: Be brief. ");
    assert_eq!(
        (&answer["stop_reason"], &answer["stop_sequence"]),
        (&json!("stop_sequence"), &json!("Model"))
    );
    let usage = &answer["usage"];
    assert_eq!(
        (&usage["input_tokens"], &usage["cache_read_input_tokens"]),
        (&json!(56), &json!(64))
    );
    let cut = mock.post(&request(json!({"max_tokens": 1}))).json();
    assert_eq!(
        (&cut["content"][0]["text"], &cut["stop_reason"]),
        (&json!("You "), &json!("max_tokens"))
    );
}

#[test]
fn a_thinking_tool_loop_comes_round() {
    let mock = Mock::start("anthropic-messages", &[]);
    let ask = json!({"role": "user", "content": "weather in parallel"});
    let common = |messages: Value| {
        request(json!({"messages": messages, "tools": [weather()],
            "thinking": {"type": "enabled", "budget_tokens": 1024}}))
    };
    let answer = mock.post(&common(json!([ask]))).json();
    let blocks = answer["content"].as_array().unwrap();
    let kinds: Vec<&str> = blocks.iter().map(|block| block["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["thinking", "tool_use", "tool_use"]);
    assert_eq!(blocks[1]["input"], json!({"city": "sample", "days": 1}));
    assert_eq!(answer["stop_reason"], "tool_use");

    let ids = [blocks[1]["id"].as_str().unwrap(), blocks[2]["id"].as_str().unwrap()];
    let turns = json!([ask, {"role": "assistant", "content": blocks}, results(&ids)]);
    let answer = mock.post(&common(turns)).json();
    assert_eq!(answer["content"][1]["text"], "The tools answered: 18 C | 18 C. Model claude-x.");
}

#[test]
fn a_stream_has_the_documented_events() {
    let mock = Mock::start("anthropic-messages", &[]);
    let answer = mock.post(&request(json!({"stream": true, "tools": [weather()],
        "thinking": {"type": "adaptive"}, "messages": [{"role": "user", "content": "weather"}]})));
    let text = answer.text();
    let events = answer.events();
    let names: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(names, kinds);

    let mut outline = kinds.clone();
    outline.dedup();
    let block = ["content_block_start", "content_block_delta", "content_block_stop"];
    let expected: Vec<&str> = ["message_start", "ping"]
        .into_iter()
        .chain(block)
        .chain(block)
        .chain(["message_delta", "message_stop"])
        .collect();
    assert_eq!(outline, expected);

    let deltas = |name: &str| -> String {
        events.iter().filter_map(|event| event["delta"][name].as_str()).collect()
    };
    assert_eq!(deltas("thinking"), "The user said: weather I shall answer.");
    assert!(deltas("signature").ends_with("=="));
    assert_eq!(deltas("partial_json"), r#"{"city":"sample","days":1}"#);
    let start = events[2]["content_block"].clone();
    assert_eq!(start, json!({"type": "thinking", "thinking": "", "signature": ""}));

    let delta = &events[events.len() - 2];
    assert_eq!(delta["delta"]["stop_reason"], "tool_use");
    assert_eq!(delta["usage"]["cache_read_input_tokens"], 64);
    assert_eq!(events[0]["message"]["usage"]["output_tokens"], 1);
    assert!(delta["usage"]["output_tokens"].as_u64().unwrap() > 7);
}
