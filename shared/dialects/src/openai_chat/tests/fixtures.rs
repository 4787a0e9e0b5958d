//! Every fixture, there and back. A file of the same name in `back/` is what comes back where that is not
//! what went in but for the dropped fields.

use chat::json::Value;

use super::*;

/// The fixtures of a kind: name and bytes.
fn fixtures(kind: &str) -> Vec<testkit::Fixture> {
    testkit::fixtures(&format!("openai-chat/{kind}"))
}

/// What comes back of a fixture.
fn expected(kind: &str, name: &str, body: &Value, drops: &Drops) -> Value {
    let back = testkit::root().join(format!("tests/fixtures/openai-chat/back/{kind}/{name}.json"));
    match std::fs::read(back) {
        Ok(bytes) => chat::json::parse(&bytes).unwrap(),
        Err(_) => paths(drops).into_iter().fold(body.clone(), without),
    }
}

/// `body` without what stands at `path`, and without the lists that are empty then.
fn without(mut body: Value, path: &str) -> Value {
    let pointer = format!("/{}", path.replace(['.', '['], "/").replace(']', ""));
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    match body.pointer_mut(parent) {
        Some(Value::Object(map)) => {
            map.shift_remove(last);
        }
        Some(Value::Array(items)) => {
            items[last.parse::<usize>().unwrap()] = Value::Null;
            if items.iter().all(Value::is_null) {
                return without(body, path.rsplit_once('[').unwrap().0);
            }
        }
        _ => {}
    }
    body
}

/// The paths that a fixture loses; all others lose nothing.
fn losses(kind: &str, name: &str) -> &'static [&'static str] {
    match (kind, name) {
        ("request", "cached") => &[
            "messages[0].content[0].prompt_cache_breakpoint.ttl",
            "messages[0].content[0].cache_control",
            "messages[1].content[0].cache_control",
            "messages[3].content.cache_control",
            "tools[0].cache_control",
        ],
        ("request", "reasoning") => &[
            "messages[1].reasoning_content",
            "messages[3].thinking_blocks[0]",
            "messages[3].thinking_blocks[1]",
        ],
        ("request", "full") => &[
            "max_tokens",
            "stream_options.include_obfuscation",
            "top_k",
            "stop",
            "cache_control",
            "repetition_penalty",
        ],
        ("response", "full") => &[
            "usage.completion_tokens_details.accepted_prediction_tokens",
            "usage.completion_tokens_details.rejected_prediction_tokens",
        ],
        ("response", "compatible") => {
            &["choices[0].message.prefix", "choices[0].finish_reason", "service_tier", "provider"]
        }
        _ => &[],
    }
}

#[test]
fn requests_come_back() {
    for (name, bytes) in fixtures("request") {
        let body = chat::json::parse(&bytes).unwrap();
        let (request, mut drops) = decode(body.clone());
        let (written, lost) = encode(request.clone());
        lost.iter().for_each(|drop| drops.add(drop.path.clone(), drop.reason.clone()));
        let mut lost = paths(&drops);
        lost.sort_unstable();
        let mut known = losses("request", &name).to_vec();
        known.sort_unstable();
        assert_eq!(lost, known, "{name}");
        assert_eq!(written, expected("request", &name, &body, &drops), "{name}");
        let (again, _) = decode(written.clone());
        assert_eq!(encode(again).0, written, "{name}, once more");
    }
}

#[test]
fn answers_come_back() {
    for (name, bytes) in fixtures("response") {
        let body = chat::json::parse(&bytes).unwrap();
        let (_, written, drops) = back(body.clone());
        assert_eq!(paths(&drops), losses("response", &name), "{name}");
        assert_eq!(written, expected("response", &name, &body, &drops), "{name}");
        assert_eq!(OpenaiChat.usage(&body), OpenaiChat.usage(&written), "{name}");
    }
}

#[test]
fn streams_come_back_however_they_are_cut() {
    for (name, bytes) in fixtures("stream") {
        let events = read_stream(&[&bytes]);
        assert_ordered(&events);
        let written = write_stream(events.clone(), context());
        assert_eq!(written, String::from_utf8(bytes.clone()).unwrap(), "{name}");
        for at in 0..bytes.len() {
            assert_eq!(read_stream(&[&bytes[..at], &bytes[at..]]), events, "{name} cut at {at}");
        }
        assert_eq!(read_stream(&bytes.chunks(1).collect::<Vec<_>>()), events, "{name} in bytes");
    }
}

#[test]
fn answers_told_as_streams_say_the_same() {
    for (name, bytes) in fixtures("response") {
        if name == "compatible" {
            continue; // ends for a reason that clients are not told
        }
        let (response, _, _) = back(chat::json::parse(&bytes).unwrap());
        let stream = write_stream(response.clone().into_events(), context());
        let events = read_stream(&[stream.as_bytes()]);
        assert_ordered(&events);
        let said = |events: Vec<Event>| -> Vec<Event> {
            let told = |event: &Event| !matches!(event, Event::Start { .. } | Event::Usage(_));
            let mut told: Vec<Event> = events.into_iter().filter(told).collect();
            told.sort_by_key(candidate); // candidates may alternate
            told
        };
        assert_eq!(said(events), said(response.into_events()), "{name}");
    }
}

fn candidate(event: &Event) -> usize {
    match event {
        Event::BlockStart { candidate, .. }
        | Event::BlockDelta { candidate, .. }
        | Event::BlockStop { candidate, .. }
        | Event::Finish { candidate, .. } => *candidate,
        _ => usize::MAX,
    }
}

#[test]
fn errors_come_back() {
    for (name, bytes) in fixtures("error") {
        let status = name.split('-').next().unwrap().parse().unwrap();
        let problem = OpenaiChat.decode_error(status, &bytes);
        let body: Value = chat::json::parse(&bytes).unwrap();
        assert_eq!(OpenaiChat.encode_error(&problem), (status, body), "{name}");
    }
}
