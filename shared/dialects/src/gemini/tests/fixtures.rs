//! Every fixture, there and back.

use chat::json::Value;

use super::*;

fn fixtures(kind: &str) -> Vec<testkit::Fixture> {
    testkit::fixtures(&format!("gemini/{kind}"))
}

/// What fixtures lose between reading and writing; all others lose nothing.
fn losses(kind: &str, name: &str) -> &'static [&'static str] {
    match (kind, name) {
        ("request", "full") => &[
            "contents[2].parts[1].inlineData.displayName",
            "contents[2].parts[1].mediaResolution",
            "contents[4].parts[0].functionResponse.scheduling",
            "tools[0].functionDeclarations[0].responseJsonSchema",
            "tools[0].functionDeclarations[0].behavior",
            "toolConfig.includeServerSideToolInvocations",
            "generationConfig.responseModalities",
            "generationConfig.mediaResolution",
            "generationConfig.speechConfig",
            "generationConfig.enableEnhancedCivicAnswers",
            "generationConfig.imageConfig",
            "store",
        ],
        ("request", "google-files") => &["contents[0].parts[1].fileData.mimeType"],
        ("request", "reasoning-budget") => &["thinking"],
        ("request", "reasoning-off") => &["thinking"],
        ("request", "tool-schema") => &[
            "tools[0].functionDeclarations[0].parameters.propertyOrdering",
            "toolConfig.retrievalConfig",
        ],
        ("response", "blocked-prompt") => &["promptFeedback"],
        ("response", "full") => &[
            "usageMetadata.trafficType",
            "candidates[0].safetyRatings",
            "candidates[0].avgLogprobs",
            "candidates[0].urlContextMetadata",
            "candidates[0].finishMessage",
            "createTime",
            "modelStatus",
        ],
        ("response", "grounding") => &["candidates[0].groundingMetadata"],
        ("response", "logprobs") => &["candidates[0].avgLogprobs"],
        ("response", "malformed-call") => {
            &["candidates[0].finishMessage", "choices[0].finish_reason"]
        }
        ("response", "safety") => &["candidates[0].safetyRatings"],
        ("response", "recitation") => &["candidates[0].citationMetadata"],
        _ => &[],
    }
}

/// Without paths, which belong to the body they were read from.
fn anonymous(mut request: Request) -> Request {
    fn forget(blocks: &mut [crate::neutral::Block]) {
        for block in blocks {
            block.path = crate::Path::default();
            if let crate::neutral::Content::ToolResult { content, .. } = &mut block.content {
                forget(content);
            }
        }
    }
    for message in &mut request.messages {
        message.path = crate::Path::default();
        forget(&mut message.content);
    }
    request.tools.iter_mut().for_each(|tool| tool.path = crate::Path::default());
    request
}

#[test]
fn requests_come_back() {
    for (name, bytes) in fixtures("request") {
        let (request, mut drops) = decode(chat::json::parse(&bytes).unwrap());
        let (written, lost) = encode(request.clone());
        lost.iter().for_each(|drop| drops.add(drop.path.clone(), drop.reason.clone()));
        let mut lost = paths(&drops);
        lost.sort_unstable();
        let mut known = losses("request", &name).to_vec();
        known.sort_unstable();
        assert_eq!(lost, known, "{name}");
        let (again, drops) = decode(written.clone());
        assert!(drops.is_empty(), "{name}: {drops:?}");
        if !name.starts_with("reasoning") {
            let mut request = request;
            lost.iter().for_each(|path| drop(request.extras.shift_remove(path)));
            assert_eq!(anonymous(again.clone()), anonymous(request), "{name}");
        }
        assert_eq!(encode(again).0, written, "{name}, once more");
    }
}

#[test]
fn answers_come_back() {
    for (name, bytes) in fixtures("response") {
        let body: Value = chat::json::parse(&bytes).unwrap();
        let mut drops = Drops::default();
        let response = Gemini.decode_response(body.clone(), &mut drops).unwrap();
        let written = Gemini.encode_response(response.clone(), &context(), &mut drops);
        assert_eq!(paths(&drops), losses("response", &name), "{name}");
        assert_eq!(Gemini.usage(&body), Gemini.usage(&written), "{name}");
        let again = Gemini.decode_response(written.clone(), &mut Drops::default()).unwrap();
        let said: Vec<_> =
            response.candidates.iter().map(|it| (&it.finish, &it.logprobs)).collect();
        let says: Vec<_> = again.candidates.iter().map(|it| (&it.finish, &it.logprobs)).collect();
        if name != "malformed-call" {
            assert_eq!(says, said, "{name}");
        }
        let once_more = Gemini.encode_response(again, &context(), &mut Drops::default());
        assert_eq!(once_more, written, "{name}");
    }
}

#[test]
fn streams_come_back_however_they_are_cut() {
    for (name, bytes) in fixtures("stream") {
        let (events, problem) = read_stream(&[&bytes]);
        assert_ordered(&events);
        assert_eq!(problem.is_some(), name == "cut", "{name}: {problem:?}");
        for cut in testkit::cuts(&bytes).step_by(7) {
            assert_eq!(read_stream(&cut).0, events, "{name}");
        }
        if problem.is_some() {
            continue;
        }
        let written = write_stream(events.clone());
        let (again, problem) = read_stream(&[written.as_bytes()]);
        assert_ordered(&again);
        assert_eq!(problem, None, "{name}");
        assert_eq!(write_stream(again), written, "{name}");
    }
}

#[test]
fn answers_told_as_streams_say_the_same() {
    for (name, bytes) in fixtures("response") {
        let body = chat::json::parse(&bytes).unwrap();
        let response = Gemini.decode_response(body, &mut Drops::default()).unwrap();
        let stream = write_stream(response.clone().into_events());
        let (events, problem) = read_stream(&[stream.as_bytes()]);
        assert_ordered(&events);
        assert_eq!(problem, None, "{name}");
        let text = |events: &[Event]| -> String {
            let piece = |event: &Event| match event {
                Event::BlockDelta { delta: crate::neutral::Delta::Text(text), .. } => text.clone(),
                _ => String::new(),
            };
            events.iter().map(piece).collect()
        };
        assert_eq!(text(&events), text(&response.into_events()), "{name}");
    }
}

#[test]
fn errors_come_back() {
    for (name, bytes) in fixtures("error") {
        let status = name.split('-').next().unwrap().parse().unwrap();
        let problem = Gemini.decode_error(status, &bytes);
        let (written, body) = Gemini.encode_error(&problem);
        let again = Gemini.decode_error(written, body.to_string().as_bytes());
        assert_eq!(again, problem, "{name}");
        assert_eq!(problem.status, if name == "400-key" { 401 } else { status }, "{name}");
    }
}
