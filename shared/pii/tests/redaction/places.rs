//! Every place of every kind of request where text can stand: each holds a value, and none of them goes upstream.

use serde_json::{Value, json};

use crate::support::*;

const MAIL: &str = "jane@example.com";
const RESPONSES: &str = "/v1/responses";

/// Paths and bodies, all their values in places that are read without being asked to.
fn bodies() -> Vec<(&'static str, Value)> {
    let mail = MAIL;
    vec![
        (
            RESPONSES,
            json!({"model": "m", "input": mail, "instructions": mail, "user": mail, "metadata": {"k": mail}}),
        ),
        (
            RESPONSES,
            json!({"model": "m", "input": [
                {"role": "user", "content": mail},
                {"type": "message", "role": "user", "content": [{"type": "input_text", "text": mail}]},
                {"type": "message", "role": "assistant", "content": [
                    {"type": "output_text", "text": mail, "annotations": []},
                    {"type": "refusal", "refusal": mail}]},
                {"type": "function_call", "call_id": "1", "name": "f",
                    "arguments": json!({"to": mail, "deep": json!([mail]).to_string()}).to_string()},
                {"type": "function_call_output", "call_id": "1", "output": mail},
                {"type": "function_call_output", "call_id": "2", "output": [{"type": "input_text", "text": mail}]},
                {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": mail}]},
                {"type": "custom_tool_call", "call_id": "3", "name": "f", "input": mail},
            ]}),
        ),
        ("/v1/completions", json!({"model": "m", "prompt": mail, "suffix": mail, "user": mail})),
        ("/v1/completions", json!({"model": "m", "prompt": [mail, format!("To {mail}.")]})),
        ("/v1/embeddings", json!({"model": "m", "input": mail, "user": mail})),
        ("/v1/embeddings", json!({"model": "m", "input": [mail, "nothing", mail]})),
        (
            "/v1/messages/count_tokens",
            json!({"model": "m", "system": mail, "messages": [{"role": "user", "content": mail}]}),
        ),
        (
            "/v1beta/models/m:generateContent",
            json!({"systemInstruction": {"parts": [{"text": mail}]}, "contents": [
                {"role": "user", "parts": [{"text": mail}]},
                {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {"to": mail, "all": [mail]}}}]},
                {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"said": mail, mail: 1}}}]},
            ]}),
        ),
        (
            "/model/m/converse",
            json!({"system": [{"text": mail}], "messages": [
                {"role": "user", "content": [{"text": mail}]},
                {"role": "assistant", "content": [{"toolUse": {"toolUseId": "1", "name": "f", "input": {"to": mail}}}]},
                {"role": "user", "content": [{"toolResult": {"toolUseId": "1", "content": [
                    {"text": mail}, {"json": {"said": mail, mail: [1]}}]}}]},
            ]}),
        ),
        ("/v1/embeddings", json!({"model": "m", "input": [{"type": "text", "text": mail}]})),
        ("/v2/rerank", json!({"model": "m", "query": mail, "documents": [mail, {"text": mail}]})),
        (
            "/v2/chat",
            json!({"model": "m", "stop_sequences": [mail], "documents": [{"data": {"text": mail}}, mail],
                "messages": [
                    {"role": "user", "content": mail},
                    {"role": "assistant", "tool_plan": mail, "tool_calls": [{"id": "1", "type": "function",
                        "function": {"name": "f", "arguments": json!({"to": mail}).to_string()}}]},
                    {"role": "tool", "tool_call_id": "1", "content": [
                        {"type": "document", "document": {"data": mail}}]}]}),
        ),
        (
            "/api/chat",
            json!({"model": "m", "options": {"stop": [mail]}, "messages": [
                {"role": "user", "content": mail},
                {"role": "assistant", "content": mail, "thinking": mail,
                    "tool_calls": [{"function": {"name": "f", "arguments": {"to": mail, "all": [mail]}}}]},
                {"role": "tool", "tool_name": "f", "content": mail}]}),
        ),
        ("/v2/models/m/generate", json!({"text_input": mail, "parameters": {"stop": [mail]}})),
        ("/v1/models/m:predict", json!({"instances": [mail, {"prompt": mail, "deep": [mail]}]})),
        (
            CHAT,
            json!({"model": "m", "messages": [{"role": "user", "name": mail, "content": mail}], "stop": mail,
                "user": mail, "safety_identifier": mail, "prompt_cache_key": mail, "metadata": {"k": mail},
                "prediction": {"type": "content", "content": mail}}),
        ),
        // A second content under a name that only some providers read.
        (
            CHAT,
            json!({"model": "m", "messages": [
                {"role": "user", "content": mail, "content_blocks": [{"type": "text", "text": mail}]},
                {"role": "assistant", "content": mail, "said": mail},
                {"role": "tool", "tool_call_id": "1", "content": mail, "structured": {"to": mail}}]}),
        ),
        (
            MESSAGES,
            json!({"model": "m", "max_tokens": 1, "messages": [
                {"role": "user", "content": mail, "content_blocks": [{"type": "text", "text": mail}]}]}),
        ),
    ]
}

#[test]
fn no_place_is_left_out() {
    for (path, body) in bodies() {
        let mut run = Run::new(&redactor(&json!({})));
        let before = body.to_string().matches(MAIL).count();
        let sent = run.send(path, &body).to_string();
        assert_eq!(sent.matches(MAIL).count(), 0, "{path} {sent}");
        assert_eq!(sent.matches("<EMAIL_ADDRESS_1_").count(), before, "{path} {sent}");
    }
}

#[test]
fn what_blocks_is_refused_whatever_the_path() {
    let redactor = redactor(&json!({"action": "block"}));
    for (path, body) in bodies() {
        let (status, answer) =
            Run::new(&redactor).send_bytes(path, body.to_string().as_bytes()).unwrap_err();
        assert_eq!(status, 400, "{path} {answer}");
        assert!(
            answer.to_string().contains("EMAIL_ADDRESS (") && !answer.to_string().contains("jane"),
            "{answer}"
        );
    }
}

#[test]
fn values_come_back_in_answers_of_responses() {
    let mut run = Run::new(&redactor(&json!({})));
    let sent = run.send(RESPONSES, &json!({"model": "m", "input": MAIL}));
    let placeholder = sent["input"].as_str().unwrap();
    let answer = json!({"id": "r", "object": "response", "status": "completed", "output": [
        {"type": "message", "role": "assistant", "content": [
            {"type": "output_text", "text": format!("Hello {placeholder}!"), "annotations": []}]},
        {"type": "function_call", "call_id": "1", "name": "f",
            "arguments": json!({"to": placeholder}).to_string()},
    ]});
    let got = run.answer(&answer);
    assert_eq!(got["output"][0]["content"][0]["text"], format!("Hello {MAIL}!"));
    assert_eq!(got["output"][1]["arguments"], json!({"to": MAIL}).to_string());
}

#[test]
fn values_come_back_in_completions() {
    let mut run = Run::new(&redactor(&json!({})));
    let sent = run.send("/v1/completions", &json!({"model": "m", "prompt": MAIL}));
    let placeholder = sent["prompt"].as_str().unwrap();
    let got = run.answer(&json!({"object": "text_completion", "choices": [
        {"index": 0, "text": format!("to {placeholder}"), "finish_reason": "stop"}]}));
    assert_eq!(got["choices"][0]["text"], format!("to {MAIL}"));
}

#[test]
fn a_number_that_a_tool_returned_is_a_value_in_every_dialect() {
    let card = 4_111_111_111_111_111_u64;
    for (path, body) in [
        (
            "/v1beta/models/m:generateContent",
            json!({"contents": [{"role": "user", "parts": [
                {"functionResponse": {"name": "f", "response": {"card": card}}}]}]}),
        ),
        (
            "/model/m/converse",
            json!({"messages": [{"role": "user", "content": [
                {"toolResult": {"toolUseId": "1", "content": [{"json": {"card": card}}]}}]}]}),
        ),
        (
            CHAT,
            json!({"model": "m", "messages": [
                {"role": "tool", "tool_call_id": "1", "content": json!({"card": card}).to_string()}]}),
        ),
    ] {
        let sent = Run::new(&redactor(&json!({}))).send(path, &body).to_string();
        assert!(!sent.contains("4111") && sent.contains("<CREDIT_CARD_1_"), "{path} {sent}");
    }
}
