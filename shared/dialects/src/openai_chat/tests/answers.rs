//! What the dialect makes of single fields of answers.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use chat::json::json;

use super::*;
use crate::neutral::{Block, Candidate, Content, Finish, ToolKind, Usage};

fn answer(content: Vec<Content>, finish: Finish) -> Response {
    let content = content.into_iter().map(|content| Block::new(content, "content[0]")).collect();
    Response {
        candidates: vec![Candidate { content, finish, logprobs: None }],
        ..Response::default()
    }
}

#[test]
fn answers_of_other_dialects_fit_openais_clients() {
    let mut response = answer(
        vec![
            Content::Text { text: "a".into(), citations: Some(json!([{"type": "char_location"}])) },
            Content::Text { text: "b".into(), citations: None },
            Content::Opaque { dialect: "other", value: json!({}) },
        ],
        Finish::Pause,
    );
    response.service_tier = Some("standard".into());
    response.extras.put("container", json!({}));
    response.usage =
        Some(Usage { input: 1, output: 2, cache_write_1h: Some(3), ..Usage::default() });
    let mut drops = Drops::default();
    let body = OpenaiChat.encode_response(response, &context(), &mut drops);
    assert_eq!((&body["created"], &body["model"]), (&json!(7), &json!("asked")));
    assert_eq!(body["choices"][0]["message"]["content"], "ab");
    assert_eq!(body["choices"][0]["finish_reason"], "stop");
    assert!(body.get("service_tier").is_none() && body.get("container").is_none());
    assert_eq!(
        paths(&drops),
        [
            "content[0].citations",
            "content[0]",
            "choices[0].finish_reason",
            "usage.cache_write_1h",
            "service_tier",
            "container"
        ]
    );
}

#[test]
fn a_refusal_without_words_is_a_filter() {
    let reason = |content, finish| {
        let response = answer(content, finish);
        let body = OpenaiChat.encode_response(response, &context(), &mut Drops::default());
        body["choices"][0]["finish_reason"].clone()
    };
    assert_eq!(reason(vec![], Finish::Refusal), "content_filter");
    let words = vec![Content::Refusal { text: "no".into() }];
    assert_eq!(reason(words, Finish::Refusal), "stop");
}

#[test]
fn what_is_no_answer_is_a_bad_gateway() {
    for (body, code) in [
        (json!({}), "upstream_invalid_response"),
        (json!([]), "upstream_invalid_response"),
        (json!({"choices": [{}]}), "upstream_invalid_response"),
        (json!({"choices": [{"message": {"content": 7}}]}), "upstream_invalid_response"),
        (json!({"error": {"message": "m", "code": "odd"}}), "odd"),
    ] {
        let problem = OpenaiChat.decode_response(body.clone(), &mut Drops::default()).unwrap_err();
        assert_eq!((problem.status, problem.code.as_deref()), (502, Some(code)), "{body}");
        assert_eq!(problem.param, None);
    }
}

#[test]
fn calls_without_id_type_or_arguments_are_completed() {
    let body = json!({"id": "r-1", "choices": [{"index": 0, "message": {"content": "",
        "tool_calls": [{"function": {"name": "f"}}, {"id": "", "function": {"name": "g"}}]}}]});
    let (_, written, _) = back(body);
    assert_eq!(
        written["choices"][0]["message"]["tool_calls"],
        json!([
            {"id": "call_r1_0", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            {"id": "call_r1_1", "type": "function", "function": {"name": "g", "arguments": "{}"}}
        ])
    );
    assert_eq!(written["choices"][0]["finish_reason"], "tool_calls");
}

#[test]
fn the_proof_of_a_call_comes_back_at_the_call() {
    let thought = |text: &str, signature: Option<&str>| Content::Reasoning {
        text: text.into(),
        signature: signature.map(str::to_owned),
    };
    let call = |id: &str| Content::ToolCall {
        id: id.into(),
        name: "f".into(),
        arguments: "{}".into(),
        kind: ToolKind::Function,
    };
    let text = || Content::Text { text: "t".into(), citations: None };
    for (said, back) in [
        // The proof of a text stays in front of it, that of a call goes with it.
        (
            vec![
                thought("p", Some("gemini:A")),
                text(),
                thought("", Some("gemini:B")),
                call("1"),
                call("2"),
            ],
            vec![
                thought("p", Some("gemini:A")),
                text(),
                thought("", Some("gemini:B")),
                call("1"),
                call("2"),
            ],
        ),
        (
            vec![
                thought("p", Some("gemini:A")),
                call("1"),
                thought("", Some("gemini:B")),
                call("2"),
            ],
            vec![
                thought("p", None),
                thought("", Some("gemini:A")),
                call("1"),
                thought("", Some("gemini:B")),
                call("2"),
            ],
        ),
        (vec![text(), thought("", Some("gemini:A"))], vec![thought("", Some("gemini:A")), text()]),
        // Others prove thoughts, not calls.
        (vec![thought("p", Some("A")), call("1")], vec![thought("p", Some("A")), call("1")]),
    ] {
        let response = answer(said, Finish::ToolCalls);
        let streamed = write_stream(response.clone().into_events(), context());
        let body = OpenaiChat.encode_response(response, &context(), &mut Drops::default());
        let message = body["choices"][0]["message"].clone();
        let has = |text: &str| (message.to_string().contains(text), streamed.contains(text));
        for proof in
            [r#""extra_content":{"google":{"thought_signature":"A"}}"#, r#""thinking_blocks""#]
        {
            let (whole, streamed) = has(proof);
            assert_eq!(whole, streamed, "{proof}: {message}");
        }
        let asked = json!({"model": "m", "messages": [{"role": "user", "content": "q"}, message]});
        let (request, drops) = super::decode(asked);
        let read: Vec<Content> =
            request.messages[1].content.iter().map(|block| block.content.clone()).collect();
        assert_eq!((read, drops.is_empty()), (back, true), "{message}");
    }
}
