//! The simulated `POST /v1/responses`.

use serde_json::{Value, json};

use crate::support::Mock;

/// A minimal request with these members added or replaced.
fn request(changes: Value) -> Value {
    let mut body = json!({"model": "gpt-x", "input": "Hello"});
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    body
}

/// A request with these items.
fn input(items: Value) -> Value {
    request(json!({"input": items}))
}

/// A request with one user message of this part.
fn part(part: Value) -> Value {
    input(json!([{"role": "user", "content": [part]}]))
}

fn weather() -> Value {
    json!({"type": "function", "name": "weather", "strict": false, "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city", "days"],
    }})
}

fn call(id: &str) -> Value {
    json!({"type": "function_call", "call_id": id, "name": "weather", "arguments": "{}"})
}

fn result(id: &str) -> Value {
    json!({"type": "function_call_output", "call_id": id, "output": "18 C"})
}

fn thought(encrypted: &str) -> Value {
    json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": encrypted})
}

#[test]
fn what_the_api_refuses_is_refused_at_its_place() {
    let mock = Mock::start("openai-responses", &[]);
    let user = || json!({"role": "user", "content": "Hi"});
    let mut without_input = request(json!({}));
    without_input.as_object_mut().unwrap().remove("input");
    let strict = json!({"type": "json_schema", "name": "n", "strict": true,
        "schema": {"type": "object", "properties": {"a": {"type": "string"}}}});
    let table: Vec<(Value, &str, &str)> = vec![
        (json!([]), "null", "invalid_type"),
        (without_input, "input", "missing_required_parameter"),
        (request(json!({"messages": []})), "null", "null"),
        (request(json!({"input": 7})), "input", "invalid_type"),
        (input(json!([{"type": "hologram"}])), "input[0].type", "invalid_value"),
        (input(json!([{"role": "bot", "content": "x"}])), "input[0].role", "invalid_value"),
        (input(json!([{"role": "user"}])), "input[0].content", "missing_required_parameter"),
        (part(json!({"type": "text", "text": "x"})), "input[0].content[0].type", "invalid_value"),
        (
            part(json!({"type": "input_image", "image_url": "file:///etc/hosts"})),
            "input[0].content[0].image_url",
            "invalid_image_url",
        ),
        (part(json!({"type": "input_image"})), "input[0].content[0]", "null"),
        (part(json!({"type": "input_file"})), "input[0].content[0]", "null"),
        (
            part(json!({"type": "input_file", "file_data": "data:application/pdf;base64,QQ=="})),
            "input[0].content[0].filename",
            "missing_required_parameter",
        ),
        (input(json!([user(), call("a")])), "input", "null"),
        (input(json!([user(), call("a"), call("b"), result("a")])), "input", "null"),
        (input(json!([user(), result("a")])), "input", "null"),
        (
            input(json!([{"type": "item_reference", "id": "msg_1"}])),
            "input[0].id",
            "item_not_found",
        ),
        (
            input(json!([{"type": "reasoning", "id": "rs_1", "summary": []}, user()])),
            "input[0].id",
            "item_not_found",
        ),
        (
            input(json!([thought("tollgate:signature:x"), user()])),
            "input[0].encrypted_content",
            "invalid_encrypted_content",
        ),
        (
            request(json!({"previous_response_id": "resp_1"})),
            "previous_response_id",
            "previous_response_not_found",
        ),
        (request(json!({"max_output_tokens": 15})), "max_output_tokens", "integer_below_min_value"),
        (request(json!({"temperature": 2.1})), "temperature", "decimal_above_max_value"),
        (request(json!({"stop": ["x"]})), "null", "null"),
        (request(json!({"n": 2})), "null", "null"),
        (request(json!({"response_format": {"type": "text"}})), "null", "null"),
        (request(json!({"include": ["everything"]})), "include[0]", "invalid_value"),
        (request(json!({"stream_options": {}})), "stream_options", "null"),
        (
            request(json!({"tools": [{"type": "function", "function": {"name": "f"}}]})),
            "tools[0].name",
            "missing_required_parameter",
        ),
        (
            request(json!({"tools": [{"type": "function", "name": "f", "parameters": {}}]})),
            "tools[0].strict",
            "missing_required_parameter",
        ),
        (
            request(
                json!({"tools": [weather()], "tool_choice": {"type": "function", "name": "f"}}),
            ),
            "tool_choice",
            "null",
        ),
        (request(json!({"tool_choice": "required"})), "tool_choice", "null"),
        (request(json!({"text": {"format": {"type": "json_object"}}})), "input", "null"),
        (request(json!({"text": {"format": strict}})), "text.format.schema", "null"),
        (request(json!({"reasoning": {"effort": "huge"}})), "reasoning.effort", "invalid_value"),
    ];
    for (body, param, code) in table {
        let answer = mock.post(&body);
        assert_eq!(answer.status, 400, "{body}: {}", answer.text());
        let error = answer.json()["error"].clone();
        let shown = |value: &Value| value.as_str().unwrap_or("null").to_owned();
        if code != "null" || param == "null" {
            assert_eq!(shown(&error["code"]), code, "{body}: {error}");
        }
        assert!(shown(&error["param"]).starts_with(param), "{body}: {error}");
    }
}

#[test]
fn what_the_api_takes_is_taken() {
    let mock = Mock::start("openai-responses", &[]);
    for body in [
        request(json!({})),
        input(json!([{"role": "developer", "content": "x"}, {"type": "message", "role": "user",
            "content": [{"type": "input_text", "text": "x"}]}])),
        input(json!([{"role": "user", "content": "Hi"}, thought("gAAAAAx"), call("a"), call("b"),
            {"type": "web_search_call", "id": "ws_1", "status": "completed"},
            result("b"), result("a")])),
        input(
            json!([{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": "x", "annotations": []}]},
            {"role": "user", "content": "Hi"}]),
        ),
        request(json!({"tools": [{"type": "web_search"}, weather()],
            "tool_choice": {"type": "allowed_tools", "mode": "auto",
                "tools": [{"type": "function", "name": "weather"}]}})),
        request(json!({"previous_response_id": null, "stream": null, "metadata": null})),
    ] {
        let answer = mock.post(&body);
        assert_eq!(answer.status, 200, "{body}: {}", answer.text());
    }
}

#[test]
fn an_answer_proves_what_arrived() {
    let mock = Mock::start("openai-responses", &[]);
    let body = mock.post(&request(json!({"instructions": "Be brief.", "user": "u"}))).json();
    let text = &body["output"][0]["content"][0]["text"];
    assert_eq!(text, "You said: Hello. System: Be brief.. Model gpt-x.");
    assert_eq!((&body["status"], &body["user"]), (&json!("completed"), &json!("u")));
    assert_eq!(body["usage"]["input_tokens_details"]["cached_tokens"], 64);
    let short = mock.post(&request(json!({"input": "x ".repeat(40), "max_output_tokens": 16})));
    assert_eq!(short.json()["incomplete_details"]["reason"], "max_output_tokens");
}

#[test]
fn thoughts_are_shown_and_encrypted_where_asked_for() {
    let mock = Mock::start("openai-responses", &[]);
    let thought = |changes: Value| mock.post(&request(changes)).json()["output"][0].clone();
    let hidden = thought(json!({"reasoning": {"effort": "low"}}));
    assert_eq!((&hidden["type"], &hidden["summary"]), (&json!("reasoning"), &json!([])));
    assert!(hidden.get("encrypted_content").is_none());
    let shown = thought(json!({"reasoning": {"effort": "low", "summary": "auto"},
        "include": ["reasoning.encrypted_content"]}));
    assert!(shown["summary"][0]["text"].as_str().unwrap().contains("Hello"));
    assert!(shown["encrypted_content"].as_str().unwrap().starts_with("gAAAAA"));
    assert_eq!(thought(json!({"reasoning": {"effort": "none"}}))["type"], "message");
}

#[test]
fn a_stream_tells_the_buffered_answer() {
    let tools = json!([weather(), {"type": "custom", "name": "sql"}]);
    for changes in [
        json!({}),
        json!({"reasoning": {"effort": "low", "summary": "auto"},
            "include": ["message.output_text.logprobs"], "top_logprobs": 1}),
        json!({"tools": tools, "input": "weather and sql"}),
        json!({"input": "x ".repeat(40), "max_output_tokens": 16}),
    ] {
        let buffered = Mock::start("openai-responses", &[]).post(&request(changes.clone())).json();
        let mut body = request(changes);
        body["stream"] = json!(true);
        let answer = Mock::start("openai-responses", &[]).post(&body);
        assert_eq!(
            answer.header("content-type").map(|it| it.starts_with("text/event-stream")),
            Some(true)
        );
        let events = answer.events();
        for (number, event) in events.iter().enumerate() {
            assert_eq!(event["sequence_number"], number);
        }
        assert_eq!(events.last().unwrap()["response"], buffered);
        let done: Vec<_> = events
            .iter()
            .filter(|event| event["type"] == "response.output_item.done")
            .map(|event| event["item"].clone())
            .collect();
        assert_eq!(json!(done), buffered["output"]);
        let told = |kind: &str| -> String {
            let deltas = events.iter().filter(|event| event["type"] == kind);
            deltas.filter_map(|event| event["delta"].as_str()).collect()
        };
        for item in buffered["output"].as_array().unwrap() {
            match item["type"].as_str().unwrap() {
                "message" => {
                    assert_eq!(told("response.output_text.delta"), item["content"][0]["text"])
                }
                "reasoning" => assert_eq!(
                    told("response.reasoning_summary_text.delta"),
                    item["summary"][0]["text"]
                ),
                "function_call" => {
                    assert_eq!(told("response.function_call_arguments.delta"), item["arguments"])
                }
                _ => assert_eq!(told("response.custom_tool_call_input.delta"), item["input"]),
            }
        }
    }
}
