//! Streams that are not as OpenAI's, and what clients get.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use chat::json::json;

use super::*;
use crate::neutral::{BlockStart, Delta, Finish, ToolKind, Usage};

fn wire(events: &[Value]) -> String {
    events.iter().map(|event| format!("data: {event}\n\n")).collect()
}

fn created() -> Value {
    json!({"type": "response.created", "response": {"id": "r", "model": "m", "created_at": 5.5}})
}

fn done(output: Value) -> Value {
    json!({"type": "response.completed", "response": {"id": "r", "status": "completed",
        "output": output, "usage": {"input_tokens": 3, "output_tokens": 2}}})
}

fn of(kind: &str, index: u64, name: &str, value: Value) -> Value {
    json!({"type": format!("response.{kind}"), "output_index": index, name: value})
}

/// The events between start and end in short form, one word each.
fn told(events: &[Value]) -> String {
    let events = read_stream(&[wire(events).as_bytes()]);
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
        Event::BlockStart { start: BlockStart::ToolCall { id, name, kind }, .. } => match kind {
            ToolKind::Function => format!("{name}:{id}("),
            ToolKind::Custom => format!("custom:{name}:{id}("),
        },
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

#[test]
fn an_answer_may_be_told_in_fewer_events() {
    let text = json!({"type": "message", "content": [{"type": "output_text", "text": "a"}]});
    let call = json!({"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"});
    for (what, events, expected) in [
        (
            "deltas alone",
            vec![of("output_text.delta", 0, "delta", json!("a")), done(json!([]))],
            "text( a ) Stop 3+2",
        ),
        (
            "items alone",
            vec![
                of("output_item.done", 0, "item", text.clone()),
                of("output_item.done", 1, "item", call.clone()),
                done(json!([])),
            ],
            "text( a ) f:c( {} ) ToolCalls 3+2",
        ),
        ("the end alone", vec![done(json!([text, call]))], "text( a ) f:c( {} ) ToolCalls 3+2"),
        (
            "deltas and their repetition",
            vec![
                of("output_text.delta", 0, "delta", json!("a")),
                of("output_item.done", 0, "item", text.clone()),
                done(json!([text])),
            ],
            "text( a ) Stop 3+2",
        ),
        (
            "no done of an item",
            vec![
                of(
                    "output_item.added",
                    0,
                    "item",
                    json!({"type": "function_call", "call_id": "c", "name": "f", "arguments": ""}),
                ),
                of("function_call_arguments.delta", 0, "delta", json!("{}")),
                done(json!([call])),
            ],
            "f:c( {} ) ToolCalls 3+2",
        ),
    ] {
        let events: Vec<_> = [created()].into_iter().chain(events).collect();
        assert_eq!(told(&events), expected, "{what}");
    }
}

#[test]
fn items_side_by_side_are_told_one_after_the_other() {
    let added = |index, name| {
        of(
            "output_item.added",
            index,
            "item",
            json!({"type": "function_call", "call_id": name, "name": name, "arguments": ""}),
        )
    };
    let piece = |index, piece| of("function_call_arguments.delta", index, "delta", json!(piece));
    let end = |index, name| {
        of(
            "output_item.done",
            index,
            "item",
            json!({"type": "function_call", "call_id": name, "name": name, "arguments": "x"}),
        )
    };
    let events = [
        created(),
        added(0, "f"),
        added(1, "g"),
        piece(1, "{"),
        piece(0, "["),
        piece(1, "}"),
        end(1, "g"),
        piece(0, "]"),
        end(0, "f"),
        piece(0, "late"),
        done(json!([])),
    ];
    assert_eq!(told(&events), "f:f( [ ] ) g:g( { } ) ToolCalls 3+2");
}

#[test]
fn thoughts_are_told_once_and_signed() {
    let item = |index, value| of("output_item.done", index, "item", value);
    let part = |name: &str, part: u64, text: &str| {
        json!({"type": format!("response.{name}"), "output_index": 0, "summary_index": part,
            "content_index": part, "delta": text})
    };
    let whole = json!({"type": "reasoning", "id": "rs", "encrypted_content": "e",
        "summary": [{"text": "a"}, {"text": "b"}]});
    for (what, events, expected) in [
        (
            "summary",
            vec![
                part("reasoning_summary_text.delta", 0, "a"),
                part("reasoning_summary_text.delta", 1, "b"),
                item(0, whole.clone()),
            ],
            "thought( a \n\nb signed:openai-responses:rs:e )",
        ),
        (
            "full text, then a summary",
            vec![
                part("reasoning_text.delta", 0, "x"),
                part("reasoning_summary_text.delta", 0, "a"),
                item(0, json!({"type": "reasoning", "id": "rs"})),
            ],
            "thought( x )",
        ),
        ("whole", vec![item(0, whole)], "thought( a\n\nb signed:openai-responses:rs:e )"),
        (
            "hidden",
            vec![item(
                0,
                json!({"type": "reasoning", "id": "rs", "summary": [],
                "encrypted_content": "e"}),
            )],
            "thought( signed:openai-responses:rs:e )",
        ),
        (
            "another's",
            vec![
                item(0, json!({"type": "reasoning", "encrypted_content": "tollgate:redacted:d"})),
                item(1, json!({"type": "reasoning", "encrypted_content": "tollgate:signature:s"})),
            ],
            "redacted:d( ) thought( signed:s )",
        ),
        ("nothing", vec![item(0, json!({"type": "reasoning", "summary": []}))], ""),
    ] {
        let events: Vec<_> =
            [created()].into_iter().chain(events).chain([done(json!([]))]).collect();
        assert_eq!(told(&events), format!("{expected} Stop 3+2").trim_start(), "{what}");
    }
}

#[test]
fn a_tool_that_the_provider_runs_is_told_whole_and_in_its_place() {
    let events = [
        created(),
        of("output_item.added", 0, "item", json!({"type": "web_search_call", "id": "w"})),
        json!({"type": "response.web_search_call.searching", "output_index": 0, "item_id": "w"}),
        of("output_item.added", 1, "item", json!({"type": "message", "content": []})),
        of("output_text.delta", 1, "delta", json!("a")),
        of(
            "output_item.done",
            0,
            "item",
            json!({"type": "web_search_call", "id": "w", "status": "completed"}),
        ),
        of("output_text.delta", 1, "delta", json!("b")),
        done(json!([])),
    ];
    assert_eq!(told(&events), "opaque( ) text( a b ) Stop 3+2");
}

#[test]
fn an_error_ends_the_stream() {
    for (event, status) in [
        (json!({"type": "error", "code": "rate_limit_exceeded", "message": "m"}), 429),
        (json!({"type": "error", "error": {"message": "m", "code": "server_error"}}), 502),
        (json!({"error": {"message": "m", "code": 503}}), 503),
        (
            json!({"type": "response.failed", "response": {"status": "failed",
            "error": {"code": "server_error", "message": "m"}}}),
            502,
        ),
    ] {
        let events = [created(), event, done(json!([]))];
        assert_eq!(told(&events), format!("error:{status}"));
    }
}

#[test]
fn what_is_no_stream_is_an_error() {
    for data in ["oops", "[]", "7", "{}", "{\"choices\":[]}"] {
        let (_, problem) = try_read_stream(&[format!("data: {data}\n\n").as_bytes()]).unwrap_err();
        assert_eq!(problem.code.as_deref(), Some("upstream_invalid_response"), "{data}");
    }
    let broken = wire(&[created(), of("output_text.delta", 0, "delta", json!("a"))]);
    for stream in [broken.as_str(), "", "data: [DONE]\n\n"] {
        let (events, problem) = try_read_stream(&[stream.as_bytes()]).unwrap_err();
        assert_eq!(problem.code.as_deref(), Some("upstream_stream_ended"), "{stream}");
        assert!(!events.contains(&Event::End));
    }
}

fn start() -> Event {
    Event::Start {
        id: "msg_1".into(),
        model: String::new(),
        created: None,
        usage: None,
        service_tier: Some("standard".into()),
    }
}

/// The data of a written stream.
fn written(events: Vec<Event>) -> Vec<Value> {
    let stream = write_stream(events);
    let data = stream.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| chat::json::parse_str(data).unwrap()).collect()
}

#[test]
fn every_event_is_named_numbered_and_in_order() {
    let events = vec![
        start(),
        Event::Ping,
        Event::BlockStart { candidate: 0, block: 0, start: BlockStart::Text },
        Event::BlockDelta { candidate: 0, block: 0, delta: Delta::Text("a".into()) },
        Event::BlockStop { candidate: 0, block: 0 },
        Event::BlockStart { candidate: 0, block: 1, start: BlockStart::Text },
        Event::BlockDelta { candidate: 0, block: 1, delta: Delta::Text("b".into()) },
        Event::BlockStop { candidate: 0, block: 1 },
        Event::Finish { candidate: 0, finish: Finish::Refusal },
        Event::Usage(Usage { input: 3, output: 2, ..Usage::default() }),
        Event::End,
    ];
    let stream = write_stream(events.clone());
    let names: Vec<&str> = stream.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    let events = written(events);
    assert_eq!(
        names,
        events.iter().map(|event| event["type"].as_str().unwrap()).collect::<Vec<_>>()
    );
    let expected = "created in_progress output_item.added content_part.added output_text.delta \
        output_text.done content_part.done content_part.added output_text.delta output_text.done \
        content_part.done output_item.done incomplete";
    let expected: Vec<String> =
        expected.split_whitespace().map(|name| format!("response.{name}")).collect();
    assert_eq!(names, expected);
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], number);
    }
    let last = &events[12]["response"];
    assert_eq!((&last["id"], &last["model"]), (&json!("msg_1"), &json!("asked")));
    assert_eq!(last["output"][0]["content"].as_array().unwrap().len(), 2);
    assert_eq!((&last["usage"]["total_tokens"], &last["created_at"]), (&json!(5), &json!(7)));
    assert!(stream.contains("\n\n:\n\n"), "the ping is a comment");
}

#[test]
fn an_error_is_told_in_both_ways() {
    let problem = chat::Problem::bad_gateway("odd", "m");
    let events = written(vec![start(), Event::Error(problem.clone()), Event::End]);
    let kinds: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["response.created", "response.in_progress", "error", "response.failed"]);
    assert_eq!((&events[2]["message"], &events[2]["error"]["code"]), (&json!("m"), &json!("odd")));
    let error = json!({"code": "server_error", "message": "m"});
    assert_eq!(
        (&events[3]["response"]["error"], &events[3]["response"]["status"]),
        (&error, &json!("failed"))
    );
    let told = chat::Event::json(json!({"type": "response.created", "sequence_number": 7}));
    for (after, number) in [(None, 0), (Some(&told), 8)] {
        let alone = OpenaiResponses.encode_stream_error(&problem, after);
        assert_eq!((alone.len(), alone[0].name.as_deref()), (1, Some("error")));
        assert_eq!(alone[0].as_json().unwrap()["sequence_number"], number);
    }
}

#[test]
fn what_a_client_cannot_be_told_is_reported_once() {
    let mut encoder = OpenaiResponses.stream_encoder(context());
    let mut out = Vec::new();
    let opaque = || BlockStart::Opaque { dialect: "other", value: json!({}) };
    encoder.encode(start(), &mut out);
    for block in 0..2 {
        encoder.encode(Event::BlockStart { candidate: 0, block, start: opaque() }, &mut out);
        let delta = Delta::Opaque { dialect: "other", value: json!({}) };
        encoder.encode(Event::BlockDelta { candidate: 0, block, delta }, &mut out);
        encoder
            .encode(Event::BlockStart { candidate: 1, block, start: BlockStart::Text }, &mut out);
    }
    encoder.encode(Event::Finish { candidate: 0, finish: Finish::Pause }, &mut out);
    encoder.encode(Event::End, &mut out);
    let paths: Vec<_> = encoder.drops().iter().map(|dropped| dropped.path.as_str()).collect();
    let expected = ["service_tier", "choices[0].delta", "choices[1]", "choices[0].finish_reason"];
    assert_eq!(paths, expected);
}

/// A stream as a visitor leaves it that waits for the end of each text and shouts.
fn shouted(stream: &str) -> Vec<Value> {
    let (mut framing, mut wire) = (chat::sse::Decoder::new(1 << 20), Vec::new());
    framing.push(stream.as_bytes(), &mut wire).unwrap();
    let mut text = OpenaiResponses.stream_text().unwrap();
    let mut held: std::collections::BTreeMap<usize, String> = Default::default();
    let mut visit = |piece: crate::Piece<'_>| {
        held.entry(piece.strand).or_default().push_str(piece.text);
        Some(match piece.last {
            true => held.remove(&piece.strand).unwrap_or_default().to_uppercase(),
            false => String::new(),
        })
    };
    let mut out = Vec::new();
    for event in wire {
        text.event(event, &mut visit, &mut out);
    }
    text.finish(&mut visit, &mut out);
    out.iter().map(|event| event.as_json().unwrap().clone()).collect()
}

#[test]
fn what_is_replaced_in_a_stream_is_replaced_wherever_it_is_repeated() {
    let events = vec![
        start(),
        Event::BlockStart { candidate: 0, block: 0, start: BlockStart::Reasoning },
        Event::BlockDelta { candidate: 0, block: 0, delta: Delta::Reasoning("hm".into()) },
        Event::BlockDelta { candidate: 0, block: 0, delta: Delta::Signature("EqQB".into()) },
        Event::BlockStop { candidate: 0, block: 0 },
        Event::BlockStart { candidate: 0, block: 1, start: BlockStart::Text },
        Event::BlockDelta { candidate: 0, block: 1, delta: Delta::Text("se".into()) },
        Event::BlockDelta { candidate: 0, block: 1, delta: Delta::Text("cret".into()) },
        Event::BlockStop { candidate: 0, block: 1 },
        Event::BlockStart { candidate: 0, block: 2, start: BlockStart::Text },
        Event::BlockDelta { candidate: 0, block: 2, delta: Delta::Text("more".into()) },
        Event::BlockStop { candidate: 0, block: 2 },
        Event::BlockStart {
            candidate: 0,
            block: 3,
            start: BlockStart::ToolCall {
                id: "c".into(),
                name: "f".into(),
                kind: ToolKind::Function,
            },
        },
        Event::BlockDelta { candidate: 0, block: 3, delta: Delta::Arguments("{\"a\":1}".into()) },
        Event::BlockStop { candidate: 0, block: 3 },
        Event::Finish { candidate: 0, finish: Finish::ToolCalls },
        Event::End,
    ];
    let stream = write_stream(events);
    let events = shouted(&stream);
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], number);
        let text = event.to_string();
        for word in ["secret", "\"cret\"", "\"hm\"", "more", "EqQB"] {
            assert!(!text.contains(word), "{word} in {text}");
        }
    }
    let of =
        |kind: &str| -> Vec<&Value> { events.iter().filter(|it| it["type"] == kind).collect() };
    let deltas: Vec<_> =
        of("response.output_text.delta").iter().map(|it| it["delta"].clone()).collect();
    assert_eq!(deltas, ["", "", "SECRET", "", "MORE"]);
    let whole: Vec<_> =
        of("response.output_text.done").iter().map(|it| it["text"].clone()).collect();
    let parts: Vec<_> =
        of("response.content_part.done").iter().map(|it| it["part"]["text"].clone()).collect();
    assert_eq!(
        (whole, parts),
        (vec![json!("SECRET"), json!("MORE")], vec![json!("SECRET"), json!("MORE")])
    );
    let done: Vec<_> =
        of("response.output_item.done").iter().map(|it| it["item"].clone()).collect();
    let last = &events.last().unwrap()["response"]["output"];
    assert_eq!(last, &Value::Array(done));
    assert_eq!(last[0]["summary"][0]["text"], "HM");
    assert!(last[0].get("encrypted_content").is_none(), "it proves other thoughts");
    assert_eq!(last[2]["arguments"], "{\"A\":1}");
}

#[test]
fn what_is_told_only_at_the_end_is_shown_there() {
    let text =
        json!({"type": "message", "id": "m", "content": [{"type": "output_text", "text": "a"}]});
    let search = json!({"type": "web_search_call", "id": "w", "action": {"query": "b"}});
    let stream = wire(&[
        created(),
        of("output_item.done", 1, "item", search.clone()),
        done(json!([text, search])),
    ]);
    let events = shouted(&stream);
    assert_eq!(events[1]["item"]["action"]["query"], "B");
    let output = &events[2]["response"]["output"];
    assert_eq!(
        (&output[0]["content"][0]["text"], &output[1]["action"]["query"]),
        (&json!("A"), &json!("B"))
    );
}
