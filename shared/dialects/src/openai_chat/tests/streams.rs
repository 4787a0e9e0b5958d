//! Streams that are not as OpenAI's, and what clients get.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use chat::json::json;

use super::*;
use crate::neutral::{BlockStart, Delta, Finish, ToolKind, Usage};

/// A stream of these chunks and `[DONE]`.
fn stream(chunks: &[Value]) -> String {
    let chunks: String = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
    format!("{chunks}data: [DONE]\n\n")
}

fn delta(delta: Value) -> Value {
    json!({"id": "c-1", "model": "m", "created": 5, "choices": [{"index": 0, "delta": delta}]})
}

fn finish(reason: &str) -> Value {
    json!({"id": "c-1", "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
}

/// The events between start and end in short form, one word each.
fn told(chunks: &[Value]) -> String {
    let events = read_stream(&[stream(chunks).as_bytes()]);
    assert_ordered(&events);
    events.iter().filter_map(short).collect::<Vec<_>>().join(" ")
}

fn short(event: &Event) -> Option<String> {
    Some(match event {
        Event::BlockStart { start: BlockStart::Text, .. } => "text(".into(),
        Event::BlockStart { start: BlockStart::Refusal, .. } => "refusal(".into(),
        Event::BlockStart { start: BlockStart::Reasoning, .. } => "thought(".into(),
        Event::BlockStart { start: BlockStart::RedactedReasoning { data }, .. } => {
            format!("redacted:{data}(")
        }
        Event::BlockStart { start: BlockStart::ToolCall { id, name, .. }, .. } => {
            format!("{name}:{id}(")
        }
        Event::BlockStart { start: BlockStart::Opaque { .. }, .. } => "opaque(".into(),
        Event::BlockDelta { delta, .. } => match delta {
            Delta::Arguments(piece)
            | Delta::Reasoning(piece)
            | Delta::Refusal(piece)
            | Delta::Text(piece) => piece.clone(),
            Delta::Signature(signature) => format!("signed:{signature}"),
            Delta::Citation(_) => "citation".into(),
            Delta::Logprobs(_) => "logprobs".into(),
            Delta::Opaque { .. } => "opaque".into(),
        },
        Event::BlockStop { .. } => ")".into(),
        Event::Finish { finish, .. } => format!("{finish:?}"),
        Event::Usage(usage) => format!("{}+{}", usage.input, usage.output),
        Event::Ping => "ping".into(),
        Event::Start { .. } | Event::End => return None,
        Event::Error(problem) => format!("error:{}", problem.status),
    })
}

fn call(index: u64, id: &str, name: &str, arguments: &str) -> Value {
    json!({"index": index, "id": id, "type": "function",
        "function": {"name": name, "arguments": arguments}})
}

fn more(index: u64, arguments: &str) -> Value {
    json!({"index": index, "function": {"arguments": arguments}})
}

fn calls(calls: &[Value]) -> Value {
    delta(json!({ "tool_calls": calls }))
}

#[test]
fn kinds_of_delta_become_blocks_one_after_the_other() {
    let chunks = [
        delta(json!({"role": "assistant", "content": ""})),
        delta(json!({"reasoning": "hm"})),
        delta(json!({"content": "a"})),
        delta(json!({"content": "b"})),
        delta(json!({"refusal": "no"})),
        calls(&[call(0, "i", "f", "")]),
        calls(&[more(0, "{}")]),
        delta(json!({"content": "c"})),
        finish("tool_calls"),
    ];
    let expected = "thought( hm ) text( a b ) refusal( no ) f:i( {} ) text( c ) ToolCalls";
    assert_eq!(told(&chunks), expected);
}

#[test]
fn an_empty_list_may_be_written_as_null() {
    let chunks = [
        json!({"id": "", "choices": null, "prompt_filter_results": []}),
        delta(json!({"content": "a", "tool_calls": null})),
        finish("stop"),
        json!({"id": "c-1", "choices": null, "usage": {"prompt_tokens": 2, "completion_tokens": 1}}),
    ];
    assert_eq!(told(&chunks), "text( a ) Stop 2+1");
}

#[test]
fn calls_may_come_in_every_known_way() {
    for (what, chunks, expected) in [
        (
            "one after the other",
            vec![calls(&[call(0, "a", "f", "{}")]), calls(&[call(1, "b", "g", "{}")])],
            "f:a( {} ) g:b( {} ) ToolCalls",
        ),
        (
            "in one chunk",
            vec![calls(&[call(0, "a", "f", "{}"), call(1, "b", "g", "{}")])],
            "f:a( {} ) g:b( {} ) ToolCalls",
        ),
        (
            "mixed",
            vec![
                calls(&[call(0, "a", "f", ""), call(1, "b", "g", "")]),
                calls(&[more(1, "{"), more(0, "{\"x\":")]),
                calls(&[more(0, "1}"), more(1, "}")]),
            ],
            "f:a( {\"x\": 1} ) g:b( { } ) ToolCalls",
        ),
        (
            "never any arguments",
            vec![calls(&[call(0, "a", "f", "")]), calls(&[call(1, "b", "g", "{}")])],
            "f:a( ) g:b( {} ) ToolCalls",
        ),
        (
            "id and name late",
            vec![
                calls(&[more(0, "{")]),
                calls(&[json!({"index": 0, "id": "a"})]),
                calls(&[json!({"index": 0, "function": {"name": "f", "arguments": "}"}})]),
            ],
            "f:a( { } ) ToolCalls",
        ),
        (
            "id and name repeated",
            vec![calls(&[call(0, "a", "f", "{")]), calls(&[call(0, "a", "f", "}")])],
            "f:a( { } ) ToolCalls",
        ),
        (
            "no id",
            vec![calls(&[json!({"index": 0, "function": {"name": "f", "arguments": "{}"}})])],
            "f:call_c1_0( {} ) ToolCalls",
        ),
        (
            "deprecated",
            vec![
                delta(json!({"function_call": {"name": "f", "arguments": ""}})),
                delta(json!({"function_call": {"arguments": "{}"}})),
            ],
            "f:call_c1_0( {} ) ToolCalls",
        ),
    ] {
        let chunks: Vec<Value> = chunks.into_iter().chain([finish("stop")]).collect();
        assert_eq!(told(&chunks), expected, "{what}");
    }
}

#[test]
fn a_custom_call_is_told_as_one() {
    let custom = json!({"index": 0, "id": "a", "type": "custom",
        "custom": {"name": "sql", "input": "select"}});
    let chunks = stream(&[calls(&[custom]), finish("tool_calls")]);
    let events = read_stream(&[chunks.as_bytes()]);
    let is_custom = |event: &Event| {
        matches!(event, Event::BlockStart { start: BlockStart::ToolCall { kind, .. }, .. }
            if *kind == ToolKind::Custom)
    };
    assert!(events.iter().any(is_custom));
    let written = write_stream(events, context());
    assert!(written.contains(r#""custom":{"input":"select"}"#), "{written}");
}

#[test]
fn a_call_that_goes_on_after_its_end_or_has_no_name_is_an_error() {
    let late = [
        calls(&[call(0, "a", "f", "{}")]),
        calls(&[call(1, "b", "g", "{}")]),
        calls(&[more(0, "{}")]),
    ];
    let nameless = [calls(&[json!({"index": 0, "id": "a", "function": {"arguments": "{}"}})])];
    for chunks in [&late[..], &nameless[..]] {
        let (events, problem) = try_read_stream(&[stream(chunks).as_bytes()]).unwrap_err();
        assert_eq!(
            (problem.status, problem.code.as_deref()),
            (502, Some("upstream_invalid_response"))
        );
        assert_ordered(&events);
    }
}

#[test]
fn thoughts_come_in_every_known_extension() {
    let block = |value| delta(json!({ "thinking_blocks": [value] }));
    let detail = |value| delta(json!({ "reasoning_details": [value] }));
    for (what, chunks, expected) in [
        (
            "DeepSeek",
            vec![delta(json!({"reasoning_content": "a", "content": null}))],
            "thought( a )",
        ),
        (
            "LiteLLM",
            vec![
                delta(json!({"reasoning_content": "a",
                    "thinking_blocks": [{"type": "thinking", "thinking": "a", "signature": null}]})),
                block(json!({"type": "thinking", "thinking": "", "signature": "s"})),
                block(json!({"type": "redacted_thinking", "data": "x"})),
            ],
            "thought( a signed:s ) redacted:x( )",
        ),
        (
            "blocks alone",
            vec![
                block(json!({"type": "thinking", "thinking": "a"})),
                block(json!({"type": "thinking", "thinking": "b", "signature": "s"})),
                block(json!({"type": "thinking", "thinking": "c"})),
            ],
            "thought( a b signed:s ) thought( c )",
        ),
        (
            "OpenRouter",
            vec![
                delta(json!({"reasoning": "a",
                    "reasoning_details": [{"type": "reasoning.text", "text": "a"}]})),
                detail(json!({"type": "reasoning.text", "signature": "s"})),
                detail(json!({"type": "reasoning.encrypted", "data": "x"})),
            ],
            "thought( a signed:s ) redacted:x( )",
        ),
    ] {
        let chunks: Vec<Value> =
            chunks.into_iter().chain([delta(json!({"content": "so"})), finish("stop")]).collect();
        assert_eq!(told(&chunks), format!("{expected} text( so ) Stop"), "{what}");
    }
}

#[test]
fn usage_counts_wherever_it_stands() {
    let usage = |chunk: &Value, output: u64| {
        let mut chunk = chunk.clone();
        chunk["usage"] = json!({"prompt_tokens": 3, "completion_tokens": output});
        chunk
    };
    let text = delta(json!({"content": "a"}));
    let last =
        json!({"id": "c-1", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}});
    let bare = json!({"usage": {"prompt_tokens": 3, "completion_tokens": 2}});
    let groq = json!({"id": "c-1", "choices": [], "x_groq": {"usage":
        {"prompt_tokens": 3, "completion_tokens": 2}}});
    for chunks in [
        vec![text.clone(), finish("stop"), last],
        vec![text.clone(), finish("stop"), bare],
        vec![text.clone(), finish("stop"), groq],
        vec![text.clone(), usage(&finish("stop"), 2)],
        vec![usage(&text, 1), usage(&finish("stop"), 2)],
    ] {
        assert_eq!(told(&chunks), "text( a ) Stop 3+2", "{chunks:?}");
    }
}

#[test]
fn comments_are_pings_and_an_empty_first_chunk_starts_nothing() {
    let azure = json!({"id": "", "model": "", "choices": [], "prompt_filter_results": []});
    let chunks = format!(
        ": WAITING\n\n{}",
        stream(&[azure, delta(json!({"content": "a"})), finish("stop")])
    );
    let events = read_stream(&[chunks.as_bytes()]);
    assert_eq!(events[0], Event::Ping);
    let start = Event::Start {
        id: "c-1".into(),
        model: "m".into(),
        created: Some(5),
        usage: None,
        service_tier: None,
    };
    assert_eq!(events[1], start);
}

#[test]
fn a_stream_without_done_is_complete_with_its_reasons_only() {
    let text = delta(json!({"content": "a"}));
    let without_done = |chunks: &[Value]| stream(chunks).replace("data: [DONE]\n\n", "");
    let whole = without_done(&[text.clone(), finish("length")]);
    let events = read_stream(&[whole.as_bytes()]);
    assert_eq!(events.last(), Some(&Event::End));
    for broken in [without_done(&[text]), String::new(), "data: [DONE]\n\n".to_owned()] {
        let (events, problem) = try_read_stream(&[broken.as_bytes()]).unwrap_err();
        assert_eq!((problem.status, problem.code.as_deref()), (502, Some("upstream_stream_ended")));
        assert!(!events.contains(&Event::End));
    }
}

#[test]
fn an_error_ends_the_stream() {
    for error in [
        "data: {\"error\":{\"message\":\"m\",\"code\":503}}\n\n",
        "event: error\ndata: {\"error\":{\"message\":\"m\",\"code\":\"server_is_overloaded\"}}\n\n",
    ] {
        let text = format!("data: {}\n\n{error}data: ignored\n\n", delta(json!({"content": "a"})));
        let events = read_stream(&[text.as_bytes()]);
        assert_ordered(&events);
        let Some(Event::Error(problem)) = events.last() else { panic!("{events:?}") };
        assert_eq!(problem.status, 503);
    }
}

#[test]
fn what_is_no_chunk_is_an_error() {
    for data in
        ["oops", "[]", "7", "{}", "{\"choices\":7}", "{\"choices\":[{\"index\":4000000000}]}"]
    {
        let (_, problem) = try_read_stream(&[format!("data: {data}\n\n").as_bytes()]).unwrap_err();
        assert_eq!(problem.code.as_deref(), Some("upstream_invalid_response"), "{data}");
    }
}

fn answer() -> Vec<Event> {
    vec![
        Event::Start {
            id: "msg_1".into(),
            model: String::new(),
            created: None,
            usage: None,
            service_tier: Some("standard".into()),
        },
        Event::Ping,
        Event::BlockStart { candidate: 0, block: 0, start: BlockStart::Text },
        Event::BlockDelta { candidate: 0, block: 0, delta: Delta::Text("a".into()) },
        Event::BlockStop { candidate: 0, block: 0 },
        Event::Finish { candidate: 0, finish: Finish::Refusal },
        Event::Usage(Usage { input: 3, output: 2, ..Usage::default() }),
        Event::End,
    ]
}

#[test]
fn a_client_gets_what_openai_would_send() {
    let head =
        r#"{"id":"msg_1","object":"chat.completion.chunk","created":7,"model":"asked","choices":"#;
    let choice = |delta: &str, reason: &str| {
        format!(r#"[{{"index":0,"delta":{delta},"logprobs":null,"finish_reason":{reason}}}]"#)
    };
    let role = choice(r#"{"role":"assistant","content":"","refusal":null}"#, "null");
    let text = choice(r#"{"content":"a"}"#, "null");
    let last = choice("{}", r#""content_filter""#);
    let quiet = ClientContext { stream_usage: false, ..context() };
    assert_eq!(
        write_stream(answer(), quiet),
        format!(
            "data: {head}{role}}}\n\n:\n\ndata: {head}{text}}}\n\ndata: {head}{last}}}\n\ndata: [DONE]\n\n"
        )
    );
    let counted = write_stream(answer(), context());
    let usage = r#"[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#;
    assert!(counted.contains(&format!("{head}{text},\"usage\":null}}")), "{counted}");
    assert!(counted.ends_with(&format!("data: {head}{usage}\n\ndata: [DONE]\n\n")), "{counted}");
}

#[test]
fn what_a_client_cannot_be_told_is_reported_once() {
    let mut encoder = OpenaiChat.stream_encoder(context());
    let mut out = Vec::new();
    let opaque = BlockStart::Opaque { dialect: "other", value: json!({}) };
    encoder.encode(answer().remove(0), &mut out);
    encoder.encode(Event::BlockStart { candidate: 0, block: 0, start: opaque }, &mut out);
    for _ in 0..2 {
        let delta = Delta::Opaque { dialect: "other", value: json!({}) };
        encoder.encode(Event::BlockDelta { candidate: 0, block: 0, delta }, &mut out);
    }
    encoder.encode(Event::Finish { candidate: 0, finish: Finish::Pause }, &mut out);
    let paths: Vec<_> = encoder.drops().iter().map(|dropped| dropped.path.as_str()).collect();
    assert_eq!(paths, ["service_tier", "choices[0].delta", "choices[0].finish_reason"]);
}
