//! What the dialect makes of single fields of answers.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use chat::json::json;

use super::*;
use crate::neutral::{Block, Candidate, Content, Finish, Usage};

fn answer(content: Vec<Content>, finish: Finish) -> Response {
    let content = content.into_iter().map(|content| Block::new(content, "content[0]")).collect();
    Response {
        id: "msg_1".into(),
        candidates: vec![Candidate { content, finish, logprobs: None }],
        ..Response::default()
    }
}

#[test]
fn answers_of_other_dialects_fit_these_clients() {
    let mut response = answer(
        vec![
            Content::RedactedReasoning { data: "x".into() },
            Content::Reasoning { text: "hm".into(), signature: Some("EqQB".into()) },
            Content::Text { text: "a".into(), citations: Some(json!([{"type": "char_location"}])) },
            Content::Text { text: "b".into(), citations: None },
            Content::Opaque { dialect: "other", value: json!({}) },
        ],
        Finish::Pause,
    );
    response.service_tier = Some("standard".into());
    response.extras.put("container", json!({}));
    response.candidates.extend(response.candidates.clone());
    response.usage =
        Some(Usage { input: 1, output: 2, cache_write_1h: Some(3), ..Usage::default() });
    let mut drops = Drops::default();
    let echo = OpenaiResponses.echo(&json!({"model": "m", "user": "u", "input": "x"}));
    let context = ClientContext { echo, ..context() };
    let body = OpenaiResponses.encode_response(response, &context, &mut drops);
    assert_eq!((&body["created_at"], &body["model"]), (&json!(7), &json!("asked")));
    assert_eq!((&body["user"], &body["tools"]), (&json!("u"), &json!([])));
    let text = |text: &str| json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []});
    let expected = json!([
        {"id": "rs_msg1_0", "type": "reasoning", "summary": [],
         "encrypted_content": "tollgate:redacted:x"},
        {"id": "rs_msg1_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}],
         "encrypted_content": "tollgate:signature:EqQB"},
        {"id": "msg_msg1_2", "type": "message", "status": "completed", "role": "assistant",
         "content": [text("a"), text("b")]},
    ]);
    assert_eq!((&body["output"], &body["status"]), (&expected, &json!("completed")));
    assert!(body.get("service_tier").is_none() && body.get("container").is_none());
    assert_eq!(
        paths(&drops),
        [
            "choices[1]",
            "content[0].citations",
            "content[0]",
            "choices[0].finish_reason",
            "service_tier",
            "usage.cache_write_1h",
            "container"
        ]
    );
}

#[test]
fn a_refusal_without_words_is_a_filter() {
    let end = |content, finish| {
        let response = answer(content, finish);
        let body = OpenaiResponses.encode_response(response, &context(), &mut Drops::default());
        (body["status"].clone(), body["incomplete_details"]["reason"].clone())
    };
    assert_eq!(end(vec![], Finish::Refusal), (json!("incomplete"), json!("content_filter")));
    let words = vec![Content::Refusal { text: "no".into() }];
    assert_eq!(end(words, Finish::Refusal), (json!("completed"), json!(null)));
}

#[test]
fn what_is_no_answer_is_a_bad_gateway() {
    for (body, code) in [
        (json!({}), "upstream_invalid_response"),
        (json!([]), "upstream_invalid_response"),
        (json!({"output": [7]}), "upstream_invalid_response"),
        (json!({"output": [{"type": "message", "content": [{}]}]}), "upstream_invalid_response"),
        (json!({"status": "queued", "output": []}), "upstream_invalid_response"),
        (json!({"error": {"message": "m", "code": "odd"}}), "odd"),
        (json!({"status": "failed", "error": {"message": "m", "code": "odd"}}), "odd"),
    ] {
        let problem =
            OpenaiResponses.decode_response(body.clone(), &mut Drops::default()).unwrap_err();
        assert_eq!((problem.status, problem.code.as_deref()), (502, Some(code)), "{body}");
        assert_eq!(problem.param, None);
    }
}

#[test]
fn usage_is_found_in_answers_and_events() {
    let usage = json!({"input_tokens": 3, "output_tokens": 2});
    for body in [json!({"usage": usage.clone()}), json!({"response": {"usage": usage}})] {
        assert_eq!(OpenaiResponses.usage(&body).map(|usage| usage.input), Some(3), "{body}");
    }
    assert_eq!(OpenaiResponses.usage(&json!({"response": {"usage": null}})), None);
}
