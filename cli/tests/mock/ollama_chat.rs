//! The simulated `POST /api/chat`.

use serde_json::{Value, json};

use crate::support::Mock;

fn with(changes: Value) -> Value {
    let mut body = json!({"model": "qwen3", "stream": false,
        "messages": [{"role": "user", "content": "Hello"}]});
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    body
}

fn weather() -> Value {
    json!([{"type": "function", "function": {"name": "weather", "parameters": {"type": "object",
        "properties": {"city": {"type": "string"}}, "required": ["city"]}}}])
}

#[test]
fn what_the_api_has_no_place_for_is_refused() {
    let mock = Mock::start("ollama-chat", &[]);
    for (body, place) in [
        (json!({"messages": []}), "model"),
        (with(json!({"temperature": 1})), "temperature"),
        (with(json!({"options": {"max_tokens": 1}})), "max_tokens"),
        (with(json!({"format": "text"})), "format"),
        (with(json!({"think": "minimal"})), "think"),
        (with(json!({"top_logprobs": 21})), "top_logprobs"),
        (with(json!({"messages": [{"role": "developer", "content": "x"}]})), "role"),
        (with(json!({"messages": [{"role": "user", "content": []}]})), "content"),
        (
            with(
                json!({"messages": [{"role": "user", "content": "x", "images": ["data:image/png"]}]}),
            ),
            "images",
        ),
        (
            with(json!({"messages": [{"role": "assistant", "tool_calls":
                [{"function": {"name": "f", "arguments": "{}"}}]}]})),
            "arguments",
        ),
    ] {
        let answer = mock.post(&body);
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert_eq!(answer.status, 400, "{body}\n{error}");
        assert!(error.contains(place), "{place}: {error}");
    }
    assert_eq!(mock.send("POST", "/api/generate", &mock.headers(), b"{}").status, 404);
    let guarded = Mock::start("ollama-chat", &["--api-key", "other"]);
    assert_eq!(guarded.post(&with(json!({}))).status, 401);
}

#[test]
fn the_answer_shows_what_arrived() {
    let mock = Mock::start("ollama-chat", &[]);
    let body = with(json!({"think": true, "messages": [
        {"role": "system", "content": "Be brief"},
        {"role": "user", "content": "Hello", "images": ["iVBORw0KGgo="]}]}));
    let answer = mock.post(&body).json();
    let said = "You said: Hello. Attached: image. System: Be brief. Model qwen3.";
    assert_eq!(answer["message"]["content"], said);
    assert!(answer["message"]["thinking"].is_string());
    assert_eq!((&answer["done"], &answer["prompt_eval_count"]), (&json!(true), &json!(120)));

    let ask = json!({"role": "user", "content": "the weather please"});
    let answer = mock.post(&with(json!({"messages": [ask], "tools": weather()}))).json();
    let made = &answer["message"]["tool_calls"][0];
    assert_eq!(made["function"]["arguments"], json!({"city": "sample"}));
    let result = json!({"role": "tool", "tool_name": "weather", "content": "18 C"});
    let messages = json!([ask, answer["message"], result]);
    let answer = mock.post(&with(json!({"messages": messages, "tools": weather()}))).json();
    assert_eq!(answer["message"]["content"], "The tools answered: 18 C. Model qwen3.");
}

#[test]
fn who_says_nothing_gets_lines() {
    let mock = Mock::start("ollama-chat", &[]);
    let mut body = with(json!({}));
    body.as_object_mut().unwrap().remove("stream");
    let answer = mock.post(&body);
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    let text = answer.text();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said: String =
        lines.iter().map(|line| line["message"]["content"].as_str().unwrap()).collect();
    assert_eq!(said, "You said: Hello. Model qwen3.");
    let (last, rest) = lines.split_last().unwrap();
    assert!(rest.iter().all(|line| line["done"] == false) && !rest.is_empty());
    assert_eq!((&last["done"], &last["done_reason"]), (&json!(true), &json!("stop")));

    mock.switch(&json!({"error-after": 1}));
    let text = mock.post(&body).text();
    assert!(text.lines().nth(1).unwrap().starts_with("{\"error\":"), "{text}");
}
