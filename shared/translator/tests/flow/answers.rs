//! What an answer brings back: names that the provider could not be told, fields that the client has no place for.

use serde_json::{Value, json};
use stage::{Answer, BodyStep, Exchange, Flow, HeadStep};

use crate::{CHAT, MESSAGES, headers, one, pipeline, request, send, streamed};

/// A whole answer, and what the exchange was told.
fn whole(flow: &mut Flow, body: &Value) -> (Value, Exchange) {
    let mut io = Exchange::default();
    let head = headers(&[(":status", "200"), ("content-type", "application/json")]);
    let answer = Answer { end: false, from_provider: true, held: true, retriable: false };
    assert!(matches!(flow.response_head(head, answer, &mut io), HeadStep::Buffer(_)));
    match flow.response_body(body.to_string().into_bytes(), &mut io) {
        BodyStep::Forward { body: Some(body), .. } => (serde_json::from_slice(&body).unwrap(), io),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_client_that_asks_for_an_array_gets_an_array() {
    let mut flow = Flow::new(pipeline(&one("openai")), 0);
    let client = "/v1beta/models/m:streamGenerateContent?key=secret";
    let asked = r#"{"contents":[{"parts":[{"text":"Hi."}]}]}"#;
    assert_eq!(send(&mut flow, client, asked).unwrap().1.get("stream"), None);
    let message = json!({"role": "assistant", "content": "Ho."});
    let choice = json!({"index": 0, "message": message, "finish_reason": "stop"});
    let answer = json!({"id": "i", "model": "m", "choices": [choice], "odd": 7});
    let (got, _) = whole(&mut flow, &answer);
    assert_eq!(got[0]["candidates"][0]["content"]["parts"][0]["text"], "Ho.");
    assert_eq!(got[0]["provider_specific_fields"]["odd"], 7);
}

#[test]
fn a_tool_whose_name_the_provider_refuses_is_called_by_its_own() {
    let own = format!("mcp__{}.read", "x".repeat(80));
    let asked = json!({"model": "m", "max_tokens": 9, "stream": true,
        "tools": [{"name": own, "input_schema": {"type": "object"}}],
        "tool_choice": {"type": "tool", "name": own},
        "messages": [{"role": "user", "content": "q"},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": own, "input": {}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": "r"}]}]});
    let mut flow = Flow::new(pipeline(&one("openai")), 0);
    let (_, sent) = send(&mut flow, MESSAGES, &asked.to_string()).unwrap();
    let told = sent["tools"][0]["function"]["name"].as_str().unwrap().to_owned();
    assert!(told.len() <= 64 && told.starts_with("mcp__xxx") && !told.contains('.'), "{told}");
    assert_eq!(sent["tool_choice"]["function"]["name"], told.as_str());
    assert_eq!(sent["messages"][1]["tool_calls"][0]["function"]["name"], told.as_str());

    let call =
        json!({"id": "b", "type": "function", "function": {"name": told, "arguments": "{}"}});
    let answer = json!({"id": "i", "object": "chat.completion", "created": 1, "model": "m", "choices": [
        {"index": 0, "finish_reason": "tool_calls",
         "message": {"role": "assistant", "content": null, "tool_calls": [call]}}]});
    let mut chunk = answer.clone();
    chunk["choices"][0]["delta"] = chunk["choices"][0]["message"].take();
    chunk["choices"][0]["delta"]["tool_calls"][0]["index"] = json!(0);
    let wire = streamed(&mut flow, &[format!("data: {chunk}\n\ndata: [DONE]\n\n").as_bytes()]);
    assert!(wire.contains(&own) && !wire.contains(&told), "{wire}");

    let mut flow = Flow::new(pipeline(&one("openai")), 0);
    send(&mut flow, MESSAGES, &asked.to_string().replace("true", "false")).unwrap();
    let (read, _) = whole(&mut flow, &answer);
    assert_eq!(read["content"][0]["name"], own.as_str());
}

#[test]
fn what_the_client_has_no_field_for_is_kept_or_told_to_have_been_lost() {
    let answer = json!({"id": "i", "type": "message", "role": "assistant", "model": "c", "content": [],
        "stop_reason": "refusal", "stop_sequence": null, "stop_details": {"category": "cyber"},
        "usage": {"input_tokens": 1, "output_tokens": 1}});
    let asked = json!({"model": "m", "messages": [{"role": "user", "content": "q"}]}).to_string();
    let mut config = one("anthropic");
    for keeps in [true, false] {
        config["targets"]["only"]["provider_specific_fields"] = json!(keeps);
        let mut flow = Flow::new(pipeline(&config), 0);
        send(&mut flow, CHAT, &asked).unwrap();
        let (read, io) = whole(&mut flow, &answer);
        let kept = read.get("provider_specific_fields");
        let lost = io.told(stage::facts::DROPPED_RESPONSE);
        match keeps {
            true => assert_eq!(
                (&kept.unwrap()["stop_details"]["category"], lost),
                (&json!("cyber"), None)
            ),
            false => assert_eq!((kept, lost), (None, Some("stop_details"))),
        }
    }
}

#[test]
fn values_that_strict_clients_refuse_are_told_in_openais_though_nothing_is_translated() {
    let answer = json!({"id": "a", "object": "chat.completion", "created": 1, "model": "m",
        "service_tier": "on_demand", "x_groq": {"id": "r"}, "choices": [{"index": 0,
            "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]});
    let asked = request(CHAT).replace("true", "false");
    let mut flow = Flow::new(pipeline(&one("groq")), 0);
    send(&mut flow, CHAT, &asked).unwrap();
    let (body, io) = whole(&mut flow, &answer);
    assert_eq!(body["provider_specific_fields"], json!({"service_tier": "on_demand"}));
    assert_eq!((body.get("service_tier"), &body["x_groq"]["id"]), (None, &json!("r")));
    assert_eq!(io.told(stage::facts::DROPPED_RESPONSE), None);
}

#[test]
fn a_stream_of_a_compatible_provider_keeps_every_byte_but_those_that_strict_clients_refuse() {
    let fine = "data: {\"object\":\"chat.completion.chunk\",  \"choices\":[{\"delta\":{\"content\":\"h\"}}]}\n\n";
    let stray =
        "data: {\"object\":\"\",\"choices\":[{\"delta\":{},\"finish_reason\":\"eos\"}]}\n\n";
    let end = ": bye\n\ndata: [DONE]\n\n";
    let wire = format!("{fine}{stray}{end}");
    let mut flow = Flow::new(pipeline(&one("together")), 0);
    send(&mut flow, CHAT, &request(CHAT)).unwrap();
    let tidy = concat!(
        r#"data: {"object":"chat.completion.chunk","choices":[{"delta":{},"finish_reason":"stop"}],"#,
        r#""provider_specific_fields":{"choices[0].finish_reason":"eos"}}"#,
    );
    assert_eq!(streamed(&mut flow, &[wire.as_bytes()]), format!("{fine}{tidy}\n\n{end}"));
}

#[test]
fn an_error_of_a_compatible_provider_is_in_openais_shape() {
    let request = request(CHAT).replace("true", "false");
    for (said, told) in [
        (
            json!({"object": "error", "message": {"detail": [{"msg": "Extra inputs"}]}}),
            json!({"error": {"message": "Extra inputs", "type": "invalid_request_error",
                "param": null, "code": null}}),
        ),
        // What is in that shape keeps what else it says.
        (
            json!({"error": {"message": "m", "metadata": {"raw": "r"}}, "user_id": "u"}),
            json!({"error": {"message": "m", "metadata": {"raw": "r"}}, "user_id": "u"}),
        ),
    ] {
        let mut flow = Flow::new(pipeline(&one("mistral")), 0);
        send(&mut flow, CHAT, &request).unwrap();
        let mut io = Exchange::default();
        let head = headers(&[(":status", "422"), ("content-type", "application/json")]);
        let answer = Answer { end: false, from_provider: true, held: true, retriable: false };
        assert!(matches!(flow.response_head(head, answer, &mut io), HeadStep::Buffer(_)));
        let BodyStep::Forward { body, .. } =
            flow.response_body(said.to_string().into_bytes(), &mut io)
        else {
            panic!("an error goes on")
        };
        let read = body.map_or(said, |body| serde_json::from_slice(&body).unwrap());
        assert_eq!(read, told);
    }
}
