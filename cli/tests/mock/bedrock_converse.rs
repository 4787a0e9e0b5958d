//! The simulated `Converse` and `ConverseStream`.

use chat::framing::Framing;
use serde_json::{Value, json};

use crate::support::Mock;

fn with(changes: Value) -> Value {
    let mut body = json!({"messages": [{"role": "user", "content": [{"text": "Hello"}]}]});
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    body
}

fn said(messages: Value) -> Value {
    with(json!({"messages": messages, "toolConfig": weather()}))
}

fn weather() -> Value {
    json!({"tools": [{"toolSpec": {"name": "weather", "inputSchema": {"json": {"type": "object",
        "properties": {"city": {"type": "string"}}, "required": ["city"]}}}}]})
}

#[test]
fn what_the_service_refuses_is_refused() {
    let mock = Mock::start("bedrock-converse", &[]);
    let user = json!({"role": "user", "content": [{"text": "Hello"}]});
    let call = json!({"toolUse": {"toolUseId": "a", "name": "weather", "input": {}}});
    let result = json!({"toolResult": {"toolUseId": "b", "content": [{"text": "x"}]}});
    let one = |block: Value| said(json!([{"role": "user", "content": [block]}]));
    for (body, place) in [
        (json!({}), "start with a user message"),
        (with(json!({"model": "m"})), "model"),
        (with(json!({"inferenceConfig": {"temperature": 1.5}})), "temperature"),
        (with(json!({"inferenceConfig": {"max_tokens": 1}})), "max_tokens"),
        (with(json!({"toolConfig": {"tools": []}})), "tools"),
        (said(json!([user, user])), "alternate"),
        (said(json!([{"role": "assistant", "content": [{"text": "x"}]}])), "start with"),
        (one(json!({"text": " "})), "blank"),
        (
            one(json!({"text": "x", "image": {"format": "png", "source": {"bytes": "QQ=="}}})),
            "one member",
        ),
        (one(json!({"image": {"format": "bmp", "source": {"bytes": "QQ=="}}})), "format"),
        (
            one(json!({"document": {"format": "txt", "name": "a.txt", "source": {"text": "x"}}})),
            "name",
        ),
        (
            said(
                json!([user, {"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}]),
            ),
            "answer the toolUse",
        ),
        (said(json!([user, {"role": "assistant", "content": [call]}, user])), "answer the toolUse"),
        (with(json!({"messages": [user, {"role": "assistant", "content": [call]}]})), "toolConfig"),
    ] {
        let answer = mock.post(&body);
        let error = answer.json();
        let message = error["message"].as_str().unwrap();
        assert_eq!((answer.status, error["__type"].as_str()), (400, Some("ValidationException")));
        assert!(message.contains(place), "{place}: {message}");
    }
    let json = ("content-type", "application/json");
    let body = with(json!({})).to_string();
    let signed = "AWS4-HMAC-SHA256 Credential=a/20261121/us-east-1/bedrock/aws4_request, \
                  SignedHeaders=host;x-amz-date, Signature=00";
    let date = ("x-amz-date", "20261121T000000Z");
    for (headers, status) in [
        (vec![json], 403),
        (vec![json, ("authorization", signed)], 403),
        (vec![json, ("authorization", signed), date], 200),
        (vec![json, ("authorization", "Bearer k")], 200),
    ] {
        let answer = mock.send("POST", mock.path(), &headers, body.as_bytes());
        assert_eq!(answer.status, status, "{headers:?}");
    }
}

#[test]
fn the_answer_shows_what_arrived() {
    let mock = Mock::start("bedrock-converse", &[]);
    let body = json!({"system": [{"text": "Be brief"}, {"cachePoint": {"type": "default"}}],
        "messages": [{"role": "user", "content": [{"text": "Hello"},
            {"image": {"format": "png", "source": {"bytes": "iVBORw0KGgo="}}}]}]});
    let answer = mock.post(&body).json();
    let model = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    let expected = format!("You said: Hello. Attached: image. System: Be brief. Model {model}.");
    assert_eq!(answer["output"]["message"]["content"][0]["text"], expected);
    let usage = &answer["usage"];
    assert_eq!((&usage["inputTokens"], &usage["cacheReadInputTokens"]), (&json!(56), &json!(64)));
}

#[test]
fn a_stream_is_binary_frames_with_checksums() {
    let mock = Mock::start("bedrock-converse", &[]);
    let body =
        with(json!({"toolConfig": {"tools": weather()["tools"], "toolChoice": {"any": {}}}}));
    let path = mock.path().replace("converse", "converse-stream");
    let answer = mock.send("POST", &path, &mock.headers(), body.to_string().as_bytes());
    assert_eq!(answer.header("content-type"), Some("application/vnd.amazon.eventstream"));
    let read = |bytes: &[u8]| {
        let mut events = Vec::new();
        Framing::EventStream.decoder(1 << 20).push(bytes, &mut events).map(|()| events)
    };
    let bytes = answer.bytes();
    let events = read(&bytes).unwrap();
    let mut names: Vec<_> = events.iter().filter_map(|event| event.name.clone()).collect();
    names.dedup();
    let expected = [
        "messageStart",
        "contentBlockStart",
        "contentBlockDelta",
        "contentBlockStop",
        "messageStop",
        "metadata",
    ];
    assert_eq!(names, expected);
    let mut damaged = bytes;
    let last = damaged.len() - 20;
    damaged[last] ^= 1;
    assert!(read(&damaged).is_err(), "a checksum tells");
}
