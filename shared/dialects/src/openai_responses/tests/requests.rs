//! What the dialect makes of single fields of requests.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use chat::json::json;

use super::*;
use crate::neutral::{
    Block, Content, Effort, Message, Reasoning, Role, Tool, ToolChoice, ToolKind,
};

fn with(field: &str, value: Value) -> Value {
    let mut body = json!({"model": "m", "input": "x"});
    body[field] = value;
    body
}

fn user(content: Vec<Content>) -> Request {
    let content = content.into_iter().map(|content| Block::new(content, "c")).collect();
    let message = Message { role: Role::User, name: None, content, path: "m".into() };
    Request { model: "m".into(), messages: vec![message], ..Request::default() }
}

#[test]
fn what_is_stored_elsewhere_is_refused_by_its_name() {
    for (field, value) in [
        ("previous_response_id", json!("resp_1")),
        ("conversation", json!("conv_1")),
        ("conversation", json!({"id": "conv_1"})),
        ("prompt", json!({"id": "pmpt_1"})),
        ("background", json!(true)),
    ] {
        let problem = try_decode(with(field, value)).unwrap_err();
        assert_eq!(problem.code.as_deref(), Some("unsupported_parameter"), "{field}");
        assert_eq!((problem.status, problem.param.as_deref()), (400, Some(field)));
    }
    for item in [
        json!({"type": "item_reference", "id": "msg_1"}),
        json!({"id": "msg_1"}),
        json!({"type": null, "id": "msg_1"}),
        json!({"type": "compaction", "encrypted_content": "x"}),
    ] {
        let problem = try_decode(with("input", json!([item]))).unwrap_err();
        assert_eq!(problem.param.as_deref(), Some("input[0]"), "{item}");
    }
    for (field, value) in [("previous_response_id", json!(null)), ("background", json!(false))] {
        assert!(decode(with(field, value)).1.is_empty());
    }
}

#[test]
fn a_finding_names_its_path() {
    for (body, path) in [
        (json!({"model": "m"}), "input"),
        (json!({"input": "x"}), "model"),
        (with("input", json!(7)), "input"),
        (with("input", json!([7])), "input[0]"),
        (with("input", json!([{}])), "input[0].type"),
        (with("input", json!([{"type": 7}])), "input[0].type"),
        (with("input", json!([{"role": "tool", "content": "x"}])), "input[0].role"),
        (with("input", json!([{"role": "user"}])), "input[0].content"),
        (
            with("input", json!([{"role": "user", "content": [{"type": "input_text"}]}])),
            "input[0].content[0].text",
        ),
        (
            with("input", json!([{"role": "user", "content": [{"type": "input_image"}]}])),
            "input[0].content[0].image_url",
        ),
        (
            with("input", json!([{"role": "user", "content": [{"type": "input_file"}]}])),
            "input[0].content[0].file_data",
        ),
        (
            with("input", json!([{"type": "function_call", "name": "f", "arguments": ""}])),
            "input[0].call_id",
        ),
        (
            with("input", json!([{"type": "function_call_output", "call_id": "c"}])),
            "input[0].output",
        ),
        (with("tools", json!([{"type": "function"}])), "tools[0].name"),
        (
            with("tools", json!([{"type": "custom", "name": "c", "format": {"type": "xml"}}])),
            "tools[0].format.type",
        ),
        (with("tool_choice", json!("maybe")), "tool_choice"),
        (with("tool_choice", json!({"type": "function"})), "tool_choice.name"),
        (with("text", json!({"format": {"type": "json_schema"}})), "text.format.name"),
        (with("text", json!({"format": {"type": "xml"}})), "text.format.type"),
        (with("reasoning", json!({"effort": "huge"})), "reasoning.effort"),
        (with("max_output_tokens", json!(-1)), "max_output_tokens"),
        (with("stream", json!("yes")), "stream"),
    ] {
        let problem = try_decode(body.clone()).unwrap_err();
        assert_eq!((problem.status, problem.param.as_deref()), (400, Some(path)), "{body}");
    }
}

#[test]
fn what_the_model_said_in_a_row_is_one_turn() {
    let (request, _) = decode(with(
        "input",
        json!([
            {"role": "user", "content": "a"},
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {"role": "assistant", "content": "b"},
            {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"},
            {"type": "web_search_call", "id": "ws_1", "status": "completed"},
            {"type": "function_call_output", "call_id": "1", "output": "c"},
                {"role": "assistant", "content": "d"}
        ]),
    ));
    let turns: Vec<_> =
        request.messages.iter().map(|turn| (turn.role, turn.content.len())).collect();
    let expected = [(Role::User, 1), (Role::Assistant, 4), (Role::Tool, 1), (Role::Assistant, 1)];
    assert_eq!(turns, expected);
}

#[test]
fn other_dialects_get_log_probabilities_by_their_names() {
    for body in
        [with("include", json!(["message.output_text.logprobs"])), with("top_logprobs", json!(2))]
    {
        assert_eq!(decode(body).0.extras["logprobs"], true);
    }
    assert!(decode(with("top_logprobs", json!(0))).0.extras.get("logprobs").is_none());
    let (request, drops) = decode(with("include", json!(["reasoning.encrypted_content"])));
    assert!(request.extras.is_empty() && drops.is_empty());
}

#[test]
fn what_the_dialect_lacks_is_named() {
    let mut request = user(vec![Content::Text { text: "hi".into(), citations: None }]);
    request.sampling.seed = Some(1.into());
    request.sampling.temperature = Some(3.into());
    request.candidates = Some(2);
    request.stop = vec!["END".into()];
    request.max_output_tokens = Some(1);
    request.service_tier = Some("standard_only".into());
    request.messages[0].name = Some("n".into());
    request.extras.put("logit_bias", json!({}));
    let (body, drops) = encode(request);
    assert_eq!((&body["temperature"], &body["max_output_tokens"]), (&json!(2), &json!(16)));
    let lost =
        ["m.name", "max_tokens", "seed", "temperature", "stop", "n", "service_tier", "logit_bias"];
    assert_eq!(paths(&drops), lost);
}

#[test]
fn nothing_is_stored_unless_asked() {
    let request = user(vec![Content::Text { text: "hi".into(), citations: None }]);
    assert_eq!(encode(request.clone()).0["store"], false);
    let mut asked = request;
    asked.extras.put("store", true);
    assert_eq!(encode(asked).0["store"], true);
}

#[test]
fn thoughts_are_asked_for_as_the_client_wants_to_see_them() {
    let asked = |reasoning| {
        let request = Request { reasoning: Some(reasoning), ..user(vec![]) };
        let body = encode(request).0;
        (body["reasoning"].clone(), body.get("include").is_some())
    };
    let summarized = Some(Reasoning::SUMMARIZED.to_owned());
    for (reasoning, expected) in [
        (
            Reasoning { effort: Some(Effort::High), ..Reasoning::default() },
            (json!({"effort": "high"}), true),
        ),
        (
            Reasoning { enabled: Some(true), budget_tokens: Some(2_000), ..Reasoning::default() },
            (json!({"effort": "medium", "summary": "auto"}), true),
        ),
        (
            Reasoning {
                enabled: Some(true),
                adaptive: true,
                display: Some("omitted".into()),
                ..Reasoning::default()
            },
            (json!(null), true),
        ),
        (
            Reasoning { display: summarized, ..Reasoning::default() },
            (json!({"summary": "auto"}), true),
        ),
        (
            Reasoning { enabled: Some(false), effort: Some(Effort::None), ..Reasoning::default() },
            (json!({"effort": "none"}), false),
        ),
        (Reasoning { enabled: Some(false), ..Reasoning::default() }, (json!(null), false)),
    ] {
        assert_eq!(asked(reasoning.clone()), expected, "{reasoning:?}");
    }
}

#[test]
fn only_own_proofs_go_to_the_provider() {
    let thought = |signature: &str| Content::Reasoning {
        text: "hm".into(),
        signature: Some(signature.to_owned()),
    };
    let mut request = user(vec![]);
    request.messages[0].role = Role::Assistant;
    request.messages[0].content = [thought("openai-responses:rs_1:gAAA"), thought("EqQB")]
        .into_iter()
        .map(|content| Block::new(content, "c"))
        .collect();
    let (body, drops) = encode(request);
    let expected = json!([{"id": "rs_1", "type": "reasoning",
        "summary": [{"type": "summary_text", "text": "hm"}], "encrypted_content": "gAAA"}]);
    assert_eq!((&body["input"], paths(&drops)), (&expected, vec!["c"]));
}

#[test]
fn a_choice_of_a_tool_that_was_left_out_is_refused() {
    let foreign = Tool {
        name: "web_search".into(),
        description: None,
        parameters: None,
        strict: None,
        kind: ToolKind::Function,
        opaque: Some(("other", json!({}))),
        search: None,
        cache: None,
        path: "tools[0]".into(),
    };
    let request = |choice| Request {
        tools: vec![foreign.clone()],
        tool_choice: Some(choice),
        ..user(vec![])
    };
    let forced = ToolChoice::Tool { name: "web_search".into() };
    let problem = try_encode(request(forced)).unwrap_err();
    assert_eq!(problem.code.as_deref(), Some("unsupported_tool_choice"));
    let (body, drops) = encode(request(ToolChoice::Auto));
    assert!(body.get("tools").is_none() && body.get("tool_choice").is_none());
    assert_eq!(paths(&drops), ["tools[0]"]);
}

#[test]
fn audio_is_refused_and_plain_text_documents_are_text() {
    let (request, _) = decode(with(
        "input",
        json!([{"role": "user", "content": [
        {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}]}]),
    ));
    let problem = try_encode(request).unwrap_err();
    assert_eq!(problem.param.as_deref(), Some("input[0].content[0]"));
    let document = Content::Document {
        source: crate::neutral::Source::Text { text: "t".into() },
        title: Some("n".into()),
        context: None,
        citations: None,
    };
    let (body, drops) = encode(user(vec![document]));
    assert_eq!(body["input"][0]["content"], json!([{"type": "input_text", "text": "t"}]));
    assert_eq!(paths(&drops), ["c.title"]);
}

#[test]
fn paths_are_found() {
    for path in ["/v1/responses", "/openai/v1/responses?x=1", "/openai/responses?api-version=y"] {
        let found = crate::by_path("POST", path).map(|found| found.0.name());
        assert_eq!(found, Some("openai-responses"), "{path}");
    }
    for (method, path) in [("GET", "/v1/responses"), ("POST", "/v1/responses/resp_1/cancel")] {
        assert!(crate::by_path(method, path).is_none(), "{method} {path}");
    }
    let body = json!({});
    assert_eq!(OpenaiResponses.provider_path("/v1/responses?a=b", &body), "/responses?a=b");
}

#[test]
fn results_of_tools_that_nobody_else_knows_are_refused() {
    for item in [
        json!({"type": "computer_call_output", "call_id": "c", "output": {}}),
        json!({"type": "mcp_approval_response", "approval_request_id": "r", "approve": true}),
    ] {
        let problem = try_decode(with("input", json!([item]))).unwrap_err();
        let told = (problem.code.as_deref(), problem.param.as_deref());
        assert_eq!(told, (Some("unsupported_content"), Some("input[0]")), "{item}");
    }
}

#[test]
fn a_parameter_of_another_dialect_with_the_same_name_stays_behind() {
    let mut request = user(vec![]);
    request.extras.put("context_management", json!({"edits": []}));
    assert_eq!(paths(&encode(request).1), ["context_management"]);
    let own = with("context_management", json!([{"type": "compaction"}]));
    assert!(encode(decode(own).0).1.is_empty());
}

#[test]
fn an_id_that_is_too_long_still_links_a_result_to_its_call() {
    let id = "call_".repeat(20);
    let (call, result) = (
        Content::ToolCall {
            id: id.clone(),
            name: "f".into(),
            arguments: "a".into(),
            kind: ToolKind::Custom,
        },
        Content::ToolResult { id, content: Vec::new(), is_error: None },
    );
    let said = |role, content| Message {
        role,
        name: None,
        content: vec![Block::new(content, "c")],
        path: "m".into(),
    };
    let messages = vec![said(Role::Assistant, call), said(Role::Tool, result)];
    let (body, dropped) = encode(Request { model: "m".into(), messages, ..Request::default() });
    let linked = body["input"][0]["call_id"].as_str().unwrap();
    assert!(linked.len() <= 64 && dropped.is_empty(), "{linked}");
    assert_eq!(body["input"][1]["call_id"], linked);
    assert_eq!(body["input"][1]["type"], "custom_tool_call_output");
}
