//! The simulated `POST /v2/chat`.

use serde_json::{Value, json};

use crate::support::Mock;

fn with(changes: Value) -> Value {
    let mut body =
        json!({"model": "command-a", "messages": [{"role": "user", "content": "Hello"}]});
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    body
}

fn weather() -> Value {
    json!([{"type": "function", "function": {"name": "weather", "parameters": {"type": "object",
        "properties": {"city": {"type": "string"}}, "required": ["city"]}}}])
}

fn call() -> Value {
    json!({"id": "a", "type": "function", "function": {"name": "weather", "arguments": "{}"}})
}

#[test]
fn what_the_api_refuses_is_refused() {
    let mock = Mock::start("cohere-chat", &[]);
    let said = |messages: Value| with(json!({"messages": messages}));
    let calls = json!({"role": "assistant", "tool_calls": [call()]});
    for (body, place) in [
        (json!({}), "model"),
        (with(json!({"messages": []})), "messages"),
        (with(json!({"top_p": 0.5})), "top_p"),
        (with(json!({"temperature": 1.5})), "temperature"),
        (with(json!({"p": 1})), "p"),
        (with(json!({"frequency_penalty": -1})), "frequency_penalty"),
        (with(json!({"stop_sequences": ["a", "b", "c", "d", "e", "f"]})), "stop_sequences"),
        (with(json!({"tool_choice": "AUTO", "tools": weather()})), "tool_choice"),
        (with(json!({"tool_choice": "REQUIRED"})), "tool_choice"),
        (with(json!({"tools": [{"type": "function", "function": {"name": "f"}}]})), "parameters"),
        (
            with(json!({"tools": weather(), "response_format": {"type": "json_object"}})),
            "response_format",
        ),
        (with(json!({"response_format": {"type": "json_schema"}})), "response_format"),
        (with(json!({"thinking": {"type": "enabled", "token_budget": 0}})), "thinking"),
        (said(json!([{"role": "developer", "content": "x"}])), "role"),
        (said(json!([{"role": "user"}])), "content"),
        (said(json!([{"role": "assistant"}])), "messages[0]"),
        (said(json!([{"role": "tool", "tool_call_id": "z", "content": "x"}])), "messages[0]"),
        (said(json!([calls, {"role": "tool", "content": "x"}])), "tool_call_id"),
    ] {
        let answer = mock.post(&body);
        let error = answer.json();
        let message = error["message"].as_str().unwrap();
        assert_eq!(answer.status, 400, "{body}\n{error}");
        assert!(message.contains(place) && error["id"].is_string(), "{place}: {message}");
    }
    let answer = mock.send("POST", mock.path(), &[("content-type", "application/json")], b"{}");
    assert_eq!(answer.status, 401);
    assert_eq!(mock.send("POST", "/v1/chat", &mock.headers(), b"{}").status, 404);
}

#[test]
fn the_answer_shows_what_arrived() {
    let mock = Mock::start("cohere-chat", &[]);
    let body = json!({"model": "command-a", "messages": [
        {"role": "system", "content": "Be brief"},
        {"role": "user", "content": [{"type": "text", "text": "Hello"},
            {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}]}],
        "thinking": {"type": "enabled"}});
    let answer = mock.post(&body).json();
    assert_eq!(answer["message"]["content"][0]["type"], "thinking");
    let said = "You said: Hello. Attached: image. System: Be brief. Model command-a.";
    assert_eq!(answer["message"]["content"][1]["text"], said);
    assert_eq!(answer["finish_reason"], "COMPLETE");
    assert_eq!(answer["usage"]["tokens"]["input_tokens"], 120.0);

    let ask = json!({"role": "user", "content": "the weather please"});
    let answer = mock.post(&with(json!({"messages": [ask], "tools": weather()}))).json();
    let made = &answer["message"]["tool_calls"][0];
    assert_eq!(
        (&answer["finish_reason"], &made["type"]),
        (&json!("TOOL_CALL"), &json!("function"))
    );
    let result = json!({"role": "tool", "tool_call_id": made["id"], "content": "18 C"});
    let messages = json!([ask, answer["message"], result]);
    let answer = mock.post(&with(json!({"messages": messages, "tools": weather()}))).json();
    assert_eq!(
        answer["message"]["content"][0]["text"],
        "The tools answered: 18 C. Model command-a."
    );
}

#[test]
fn a_stream_begins_and_ends_its_message_and_every_part_of_it() {
    let mock = Mock::start("cohere-chat", &[]);
    let body = with(json!({"stream": true, "tools": weather(), "tool_choice": "REQUIRED"}));
    let answer = mock.post(&body);
    let events = answer.events();
    let kinds: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    let mut once = kinds.clone();
    once.dedup();
    let expected = [
        "message-start",
        "tool-plan-delta",
        "tool-call-start",
        "tool-call-delta",
        "tool-call-end",
        "message-end",
    ];
    assert_eq!(once, expected);
    assert!(answer.text().starts_with("event: message-start\n"));
    assert_eq!(events.last().unwrap()["delta"]["finish_reason"], "TOOL_CALL");
}
