//! The simulated `POST /v1/chat/completions`.

use serde_json::{Value, json};

use crate::support::Mock;

/// Method, path, headers, body, and the status they get.
type Row<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a [u8], u16);

/// A minimal request with these members added or replaced.
fn request(changes: Value) -> Value {
    let mut body = json!({"model": "gpt-x", "messages": [{"role": "user", "content": "Hello"}]});
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    body
}

/// A request with this as its only messages.
fn messages(messages: Value) -> Value {
    request(json!({"messages": messages}))
}

/// A request with one user message of this part.
fn part(part: Value) -> Value {
    messages(json!([{"role": "user", "content": [part]}]))
}

fn weather() -> Value {
    json!({"type": "function", "function": {"name": "weather", "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city", "days"],
    }}})
}

fn calls(ids: &[&str]) -> Value {
    let calls: Vec<Value> = ids
        .iter()
        .map(|id| {
            json!({"id": id, "type": "function",
                "function": {"name": "weather", "arguments": "{}"}})
        })
        .collect();
    json!({"role": "assistant", "tool_calls": calls})
}

fn result(id: &str) -> Value {
    json!({"role": "tool", "tool_call_id": id, "content": "18 C"})
}

#[test]
fn what_the_api_refuses_is_refused_at_its_place() {
    let mock = Mock::start("openai-chat", &[]);
    let user = || json!({"role": "user", "content": "Hi"});
    let tools = || json!([weather()]);
    let mut without_model = request(json!({}));
    without_model.as_object_mut().unwrap().remove("model");
    let table: Vec<(Value, &str, &str)> = vec![
        (json!([]), "null", "invalid_type"),
        (without_model, "model", "missing_required_parameter"),
        (request(json!({"model": 4})), "model", "invalid_type"),
        (request(json!({"messages": []})), "messages", "empty_array"),
        (messages(json!([{"role": "bot", "content": "x"}])), "messages[0].role", "invalid_value"),
        (messages(json!([{"content": "x"}])), "messages[0].role", "missing_required_parameter"),
        (messages(json!([{"role": "user"}])), "messages[0].content", "missing_required_parameter"),
        (
            messages(json!([{"role": "user", "content": null}])),
            "messages[0].content",
            "invalid_type",
        ),
        (messages(json!([user(), {"role": "assistant"}])), "messages[1].content", "invalid_type"),
        (
            messages(json!([{"role": "system", "content": [
                {"type": "image_url", "image_url": {"url": "https://x/y.png"}}]}])),
            "messages[0].content[0].type",
            "invalid_value",
        ),
        (
            part(json!({"type": "text"})),
            "messages[0].content[0].text",
            "missing_required_parameter",
        ),
        (
            part(json!({"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}})),
            "messages[0].content[0].cache_control",
            "unknown_parameter",
        ),
        (
            part(json!({"type": "image_url", "image_url": {"url": "file:///etc/hosts"}})),
            "messages[0].content[0].image_url.url",
            "invalid_image_url",
        ),
        (
            part(json!({"type": "image_url", "image_url": {"url": "data:text/plain;base64,QQ=="}})),
            "messages[0].content[0].image_url.url",
            "invalid_image_url",
        ),
        (
            part(json!({"type": "input_audio", "input_audio": {"data": "QQ==", "format": "ogg"}})),
            "messages[0].content[0].input_audio.format",
            "invalid_value",
        ),
        (messages(json!([user(), calls(&["a"])])), "messages[1].tool_calls", "null"),
        (messages(json!([user(), calls(&["a"]), user()])), "messages[1].tool_calls", "null"),
        (
            messages(json!([user(), calls(&["a", "b"]), result("a"), user()])),
            "messages[1].tool_calls",
            "null",
        ),
        (messages(json!([user(), result("a")])), "messages[1].role", "null"),
        (messages(json!([user(), calls(&["a"]), result("b")])), "messages[2].tool_call_id", "null"),
        (
            messages(json!([user(), {"role": "tool", "content": "x"}])),
            "messages[1].tool_call_id",
            "missing_required_parameter",
        ),
        (
            messages(json!([user(), {"role": "assistant", "content": "x", "tool_calls": null}])),
            "messages[1].tool_calls",
            "invalid_type",
        ),
        (request(json!({"tools": []})), "tools", "empty_array"),
        (
            request(json!({"tools": [{"type": "function", "function": {"name": "a b"}}]})),
            "tools[0].function.name",
            "invalid_value",
        ),
        (
            request(json!({"tools": [{"name": "weather", "input_schema": {"type": "object"}}]})),
            "tools[0].type",
            "missing_required_parameter",
        ),
        (
            request(json!({"tools": [{"type": "function",
                "function": {"name": "f", "parameters": {"type": "string"}}}]})),
            "tools[0].function.parameters",
            "invalid_function_parameters",
        ),
        (
            request(
                json!({"tools": [{"type": "function", "function": {"name": "f", "strict": true,
                "parameters": {"type": "object", "properties": {}}}}]}),
            ),
            "tools[0].function.parameters",
            "null",
        ),
        (request(json!({"tool_choice": "auto"})), "tool_choice", "null"),
        (request(json!({"tools": tools(), "tool_choice": "any"})), "tool_choice", "invalid_value"),
        (
            request(json!({"tools": tools(),
                "tool_choice": {"type": "function", "function": {"name": "other"}}})),
            "tool_choice",
            "null",
        ),
        (request(json!({"parallel_tool_calls": true})), "parallel_tool_calls", "null"),
        (request(json!({"temperature": 2.5})), "temperature", "decimal_above_max_value"),
        (request(json!({"temperature": "hot"})), "temperature", "invalid_type"),
        (request(json!({"top_p": -0.1})), "top_p", "decimal_below_min_value"),
        (request(json!({"presence_penalty": 3})), "presence_penalty", "decimal_above_max_value"),
        (request(json!({"n": 0})), "n", "integer_below_min_value"),
        (request(json!({"n": 1.5})), "n", "invalid_type"),
        (request(json!({"stop": ["a", "b", "c", "d", "e"]})), "stop", "array_above_max_length"),
        (request(json!({"max_tokens": 0})), "max_tokens", "integer_below_min_value"),
        (
            request(json!({"max_tokens": 5, "max_completion_tokens": 5})),
            "max_tokens",
            "invalid_parameter_combination",
        ),
        (
            request(json!({"response_format": {"type": "xml"}})),
            "response_format.type",
            "invalid_value",
        ),
        (request(json!({"response_format": {"type": "json_object"}})), "messages", "null"),
        (
            request(json!({"response_format": {"type": "json_schema", "json_schema": {}}})),
            "response_format.json_schema.name",
            "missing_required_parameter",
        ),
        (request(json!({"stream_options": {"include_usage": true}})), "stream_options", "null"),
        (request(json!({"top_logprobs": 3})), "top_logprobs", "null"),
        (request(json!({"reasoning_effort": "huge"})), "reasoning_effort", "invalid_value"),
        (request(json!({"service_tier": "gold"})), "service_tier", "invalid_value"),
        (request(json!({"metadata": {"a": 1}})), "metadata.a", "invalid_type"),
        (request(json!({"user": null})), "user", "invalid_type"),
        // Other dialects' parameters: the old wording, without param and code.
        (request(json!({"top_k": 4})), "null", "null"),
        (request(json!({"system": "Be brief"})), "null", "null"),
        (request(json!({"stop_sequences": ["a"]})), "null", "null"),
    ];
    for (body, param, code) in table {
        let answer = mock.post(&body);
        let error = answer.json()["error"].clone();
        let shown = |value: &Value| value.as_str().unwrap_or("null").to_owned();
        let found = (answer.status, shown(&error["param"]), shown(&error["code"]));
        assert_eq!(found, (400, param.to_owned(), code.to_owned()), "{body}\n{error}");
        assert_eq!(error["type"], "invalid_request_error");
    }
}

#[test]
fn what_the_api_accepts_is_accepted() {
    let mock = Mock::start("openai-chat", &[]);
    let user = || json!({"role": "user", "content": "Hi"});
    let table = [
        request(json!({})),
        request(json!({"temperature": 2, "top_p": 1, "presence_penalty": -2, "seed": -1,
            "frequency_penalty": null, "stop": null, "max_tokens": 100, "logit_bias": {"50256": -100},
            "user": "u", "metadata": {"a": "b"}, "store": false, "service_tier": "fast",
            "verbosity": "low", "prompt_cache_key": "k", "safety_identifier": "s",
            "reasoning_effort": "minimal", "logprobs": true, "top_logprobs": 20})),
        messages(json!([{"role": "developer", "content": [{"type": "text", "text": "a"}]},
            {"role": "system", "content": "b"}, user(), {"role": "user", "content": "again"}])),
        messages(json!([{"role": "user", "name": "ann", "content": [
            {"type": "text", "text": "see"},
            {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
            {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
            {"type": "file", "file": {"file_id": "file-1"}}]}])),
        messages(json!([user(), calls(&["a", "b"]), result("b"), result("a"), user()])),
        messages(json!([user(), calls(&["a"]), {"role": "tool", "tool_call_id": "a",
            "content": [{"type": "text", "text": "18"}]}])),
        messages(json!([user(), {"role": "assistant", "content": null, "function_call":
            {"name": "f", "arguments": "{}"}}, {"role": "function", "name": "f", "content": "1"}])),
        messages(json!([user(), {"role": "assistant", "content": [
            {"type": "refusal", "refusal": "no"}]}, user()])),
        request(json!({"tools": [weather(), {"type": "custom", "custom": {"name": "sh"}}],
            "tool_choice": "required", "parallel_tool_calls": false})),
        request(json!({"tools": [weather()], "tool_choice": {"type": "allowed_tools",
            "allowed_tools": {"mode": "auto", "tools": [
                {"type": "function", "function": {"name": "weather"}}]}}})),
        request(json!({"functions": [{"name": "f", "parameters": {"type": "object"}}],
            "function_call": {"name": "f"}})),
        request(json!({"response_format": {"type": "json_schema", "json_schema":
            {"name": "n", "schema": {"type": "object"}}}})),
        request(json!({"stream": true, "stream_options": {"include_usage": true}})),
    ];
    for body in table {
        let answer = mock.post(&body);
        assert_eq!(answer.status, 200, "{body}\n{}", answer.text());
    }
}

#[test]
fn credentials_media_type_and_address_are_checked() {
    let mock = Mock::start("openai-chat", &["--api-key", "k"]);
    let json = ("content-type", "application/json");
    let good = ("authorization", "Bearer k");
    let path = mock.path();
    let table: [Row<'_>; 10] = [
        ("POST", path, &[json], b"{}", 401),
        ("POST", path, &[json, ("authorization", "Bearer ")], b"{}", 401),
        ("POST", path, &[json, ("authorization", "Bearer other")], b"{}", 401),
        ("POST", path, &[json, ("x-api-key", "k")], b"{}", 401),
        ("POST", path, &[good, ("content-type", "text/plain")], b"{}", 400),
        ("POST", path, &[json, good], b"{\"model\": \"m\"", 400),
        ("POST", path, &[json, good], b"{\"model\": \"m\", \"model\": \"n\"}", 400),
        ("GET", path, &[good], b"", 405),
        ("POST", "/v1/messages", &[json, good], b"{}", 404),
        ("GET", "/v1/models", &[good], b"", 200),
    ];
    for (method, path, headers, body, status) in table {
        let answer = mock.send(method, path, headers, body);
        assert_eq!(answer.status, status, "{method} {path} {headers:?}");
        if status == 401 {
            assert_eq!(answer.json()["error"]["code"], "invalid_api_key");
        }
    }
}

#[test]
fn the_answer_shows_what_arrived_and_is_the_same_every_time() {
    let body = messages(json!([{"role": "system", "content": "Be brief"},
        {"role": "user", "content": [{"type": "text", "text": "Hello"},
            {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]}]));
    let answers: Vec<Value> =
        (0..2).map(|_| Mock::start("openai-chat", &[]).post(&body).json()).collect();
    assert_eq!(answers[0], answers[1]);
    let choice = &answers[0]["choices"][0];
    assert_eq!(
        choice["message"]["content"],
        "You said: Hello. Attached: image. System: Be brief. Model gpt-x."
    );
    assert_eq!(choice["finish_reason"], "stop");
    let usage = &answers[0]["usage"];
    assert_eq!(usage["prompt_tokens"], 120);
    assert_eq!(usage["prompt_tokens_details"]["cached_tokens"], 64);
    assert_eq!(usage["completion_tokens"], 10);
}

#[test]
fn tools_are_called_and_their_results_quoted() {
    let mock = Mock::start("openai-chat", &[]);
    let ask = json!({"role": "user", "content": "weather twice in parallel"});
    let body = request(json!({"messages": [ask], "tools": [weather()]}));
    let answer = mock.post(&body).json();
    let choice = &answer["choices"][0];
    let calls = choice["message"]["tool_calls"].as_array().unwrap();
    assert_eq!((calls.len(), choice["finish_reason"].as_str()), (2, Some("tool_calls")));
    assert_ne!(calls[0]["id"], calls[1]["id"]);
    assert_eq!(calls[0]["function"]["arguments"], r#"{"city":"sample","days":1}"#);
    assert_eq!(choice["message"]["content"], Value::Null);

    let results = calls.iter().map(|call| result(call["id"].as_str().unwrap()));
    let mut all = vec![ask, choice["message"].clone()];
    all[1].as_object_mut().unwrap().retain(|name, _| name != "annotations");
    all.extend(results);
    let answer = mock.post(&request(json!({"messages": all, "tools": [weather()]}))).json();
    assert_eq!(
        answer["choices"][0]["message"]["content"],
        "The tools answered: 18 C | 18 C. Model gpt-x."
    );
}

#[test]
fn limits_stops_formats_reasoning_and_choices_are_honoured() {
    let mock = Mock::start("openai-chat", &[]);
    let choice = |changes: Value| mock.post(&request(changes)).json()["choices"][0].clone();

    let cut = choice(json!({"max_completion_tokens": 2}));
    assert_eq!(
        (&cut["message"]["content"], &cut["finish_reason"]),
        (&json!("You said: "), &json!("length"))
    );
    let stopped = choice(json!({"stop": "Model"}));
    assert_eq!(stopped["message"]["content"], "You said: Hello. ");
    assert_eq!(stopped["finish_reason"], "stop");

    let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}},
        "required": ["n"], "additionalProperties": false});
    let format = json!({"type": "json_schema",
        "json_schema": {"name": "n", "strict": true, "schema": schema}});
    assert_eq!(choice(json!({"response_format": format}))["message"]["content"], r#"{"n":1}"#);

    let body = mock.post(&request(json!({"reasoning_effort": "high", "n": 3}))).json();
    let details = &body["usage"]["completion_tokens_details"];
    assert!(details["reasoning_tokens"].as_u64().unwrap() > 0);
    assert_eq!(body["choices"].as_array().unwrap().len(), 3);
    assert_eq!(body["choices"][2]["index"], 2);
}

#[test]
fn a_stream_has_the_documented_chunks() {
    let mock = Mock::start("openai-chat", &[]);
    let stream = |changes: Value| {
        let answer = mock.post(&request(changes));
        assert_eq!(answer.header("content-type"), Some("text/event-stream; charset=utf-8"));
        answer.events()
    };
    let events = stream(json!({"stream": true, "stream_options": {"include_usage": true}}));
    let [first, .., finish, usage, done] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(
        first["choices"][0]["delta"],
        json!({"role": "assistant", "content": "", "refusal": null})
    );
    assert_eq!(first["usage"], Value::Null);
    let said: String = events
        .iter()
        .filter_map(|event| event["choices"][0]["delta"]["content"].as_str())
        .collect();
    assert_eq!(said, "You said: Hello. Model gpt-x.");
    assert_eq!(finish["choices"][0]["finish_reason"], "stop");
    assert_eq!((&usage["choices"], &usage["usage"]["total_tokens"]), (&json!([]), &json!(125)));
    assert_eq!(done, "[DONE]");

    let quiet = stream(json!({"stream": true}));
    assert!(quiet.iter().all(|event| event.get("usage").is_none()));

    let tools = json!({"stream": true, "tools": [weather()],
        "messages": [{"role": "user", "content": "weather in parallel"}]});
    let events = stream(tools);
    let mut arguments = [String::new(), String::new()];
    for event in &events {
        let call = &event["choices"][0]["delta"]["tool_calls"][0];
        if let Some(index) = call["index"].as_u64() {
            let piece = call["function"]["arguments"].as_str().unwrap();
            arguments[usize::try_from(index).unwrap()].push_str(piece);
        }
    }
    assert_eq!(arguments, [r#"{"city":"sample","days":1}"#; 2]);
    assert_eq!(events[events.len() - 2]["choices"][0]["finish_reason"], "tool_calls");
}
