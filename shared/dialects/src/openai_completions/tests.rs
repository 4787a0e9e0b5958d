use chat::json::json;
use chat::{Data, Text};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::neutral::{BlockStart, Delta, Event as Neutral, Finish};

fn decoded(body: Value) -> Result<(Request, Vec<String>), Problem> {
    let mut drops = Drops::default();
    let request = OpenaiCompletions.decode_request("", body, &mut drops)?;
    Ok((request, drops.iter().map(|dropped| dropped.path.clone()).collect()))
}

#[test]
fn a_prompt_is_what_a_user_says() {
    for prompt in [json!("Once"), json!(["Once"])] {
        let (request, dropped) = decoded(json!({
            "model": "m", "prompt": prompt, "max_tokens": 7, "temperature": 0.5, "stop": "x",
            "n": 2, "seed": 3, "user": "u", "stream": true, "stream_options": {"include_usage": true},
            "echo": false, "suffix": null, "logprobs": 2, "best_of": 2
        }))
        .unwrap();
        assert_eq!(request.messages.len(), 1);
        assert_eq!((request.max_output_tokens, request.candidates), (Some(7), Some(2)));
        assert_eq!((request.stream, request.stream_usage), (true, true));
        assert_eq!(request.stop, ["x"]);
        let extras = [("logprobs".to_owned(), json!(true)), ("top_logprobs".to_owned(), json!(2))];
        assert_eq!(request.extras, extras.into_iter().collect());
        assert_eq!(dropped, ["best_of"]);
    }
}

#[test]
fn what_a_chat_model_cannot_do_is_refused() {
    for (body, param) in [
        (json!({"prompt": "a", "echo": true}), "echo"),
        (json!({"prompt": "a", "suffix": "b"}), "suffix"),
        (json!({"prompt": ["a", "b"]}), "prompt"),
        (json!({"prompt": [1, 2]}), "prompt"),
        (json!({"prompt": [[1, 2]]}), "prompt"),
        (json!({"prompt": []}), "prompt[0]"),
        (json!({"prompt": 1}), "prompt"),
        (json!({"prompt": "a", "logprobs": true}), "logprobs"),
        (json!({}), "prompt"),
    ] {
        let problem = decoded(body).unwrap_err();
        assert_eq!((problem.status, problem.param.as_deref()), (400, Some(param)));
    }
}

#[test]
fn what_a_model_says_is_the_text() {
    let answer = json!({"id": "c", "object": "chat.completion", "created": 5, "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi."}, "finish_reason": "length"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}});
    let mut drops = Drops::default();
    let read = OpenaiChat.decode_response(answer, &mut drops).unwrap();
    let mut told =
        Client::encode_response(&OpenaiCompletions, read, &ClientContext::default(), &mut drops);
    assert_eq!(told["object"], "text_completion");
    assert_eq!(
        told["choices"],
        json!([{"index": 0, "finish_reason": "length", "text": "Hi.", "logprobs": null}])
    );
    assert_eq!(told["usage"]["total_tokens"], json!(3));
    assert!(OpenaiCompletions.visit_response(&mut told, &mut |_: Text<'_>| Some("X".into())));
    assert_eq!(told["choices"][0]["text"], "X");
}

fn probable(token: &str, logprob: f64) -> Value {
    let other = json!({"token": "x", "logprob": -9.5, "bytes": [120]});
    json!({"token": token, "logprob": logprob, "bytes": null, "top_logprobs": [other]})
}

#[test]
fn log_probabilities_are_told_in_lists() {
    let choice = json!({"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hé!"},
        "logprobs": {"content": [probable("Hé", -0.5), probable("!", -0.25)], "refusal": null}});
    let answer = json!({"id": "c", "created": 5, "model": "m", "choices": [choice]});
    let read = OpenaiChat.decode_response(answer, &mut Drops::default()).unwrap();
    let context = ClientContext::default();
    let told = Client::encode_response(&OpenaiCompletions, read, &context, &mut Drops::default());
    let expected = json!({"tokens": ["Hé", "!"], "token_logprobs": [-0.5, -0.25],
        "top_logprobs": [{"x": -9.5, "Hé": -0.5}, {"x": -9.5, "!": -0.25}], "text_offset": [0, 2]});
    assert_eq!(told["choices"][0]["logprobs"], expected);
}

#[test]
fn what_is_no_text_is_kept_or_reported() {
    let message = json!({"role": "assistant", "content": "Hi.", "reasoning_content": "Hm.",
        "annotations": [{"type": "url_citation", "url_citation": {"url": "u", "title": "t",
            "start_index": 0, "end_index": 3}}]});
    let answer = json!({"id": "c", "created": 5, "model": "m", "service_tier": "flex",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]});
    let mut drops = Drops::default();
    let read = OpenaiChat.decode_response(answer, &mut drops).unwrap();
    let context = ClientContext::default();
    let told = Client::encode_response(&OpenaiCompletions, read, &context, &mut drops);
    let choice = json!({"index": 0, "finish_reason": "stop", "text": "Hi.", "logprobs": null});
    assert_eq!((&told["choices"][0], told.get("service_tier")), (&choice, None));
    let mut kept = Map::new();
    drops.keep(&mut kept);
    assert_eq!(kept["service_tier"], "flex");
    assert_eq!(kept["choices[0].reasoning_content"], "Hm.");
    assert_eq!(kept.len(), 3);
}

fn streamed() -> Vec<Event> {
    let context = ClientContext { stream_usage: true, ..ClientContext::default() };
    let mut encoder = Client::stream_encoder(&OpenaiCompletions, context);
    let mut out = Vec::new();
    let text = |text: &str| Neutral::BlockDelta {
        candidate: 0,
        block: 0,
        delta: Delta::Text(text.to_owned()),
    };
    let start = Neutral::Start {
        id: "i".into(),
        model: "m".into(),
        created: Some(5),
        usage: None,
        service_tier: None,
    };
    for event in [
        start,
        Neutral::BlockStart { candidate: 0, block: 0, start: BlockStart::Text },
        text("One "),
        text("two."),
        Neutral::BlockStop { candidate: 0, block: 0 },
        Neutral::Finish { candidate: 0, finish: Finish::Stop },
        Neutral::Usage(Usage { input: 1, output: 2, ..Usage::default() }),
        Neutral::End,
    ] {
        encoder.encode(event, &mut out);
    }
    out
}

fn texts(events: &[Event]) -> String {
    let bodies = events.iter().filter_map(Event::as_json);
    bodies.filter_map(|body| body.pointer("/choices/0/text")?.as_str()).collect()
}

#[test]
fn a_stream_tells_text_the_end_and_usage() {
    let events = streamed();
    assert_eq!(texts(&events), "One two.");
    assert!(matches!(events.last().unwrap().data(), Data::Text(done) if done == "[DONE]"));
    let bodies: Vec<_> = events.iter().filter_map(Event::as_json).collect();
    for body in &bodies {
        assert_eq!(body["object"], "text_completion");
        assert!(body.pointer("/choices/0/delta").is_none());
    }
    let ends = bodies
        .iter()
        .filter(|body| body.pointer("/choices/0/finish_reason") == Some(&json!("stop")));
    assert_eq!(ends.count(), 1);
    assert_eq!(bodies.last().unwrap()["usage"]["total_tokens"], json!(3));
}

#[test]
fn a_stream_tells_log_probabilities_and_reports_thoughts() {
    let mut encoder = Client::stream_encoder(&OpenaiCompletions, ClientContext::default());
    let mut out = Vec::new();
    let of = |block: usize, delta: Delta| Neutral::BlockDelta { candidate: 0, block, delta };
    let likely = |token: &str| Delta::Logprobs(json!({"content": [probable(token, -0.5)]}));
    for event in [
        Neutral::BlockStart { candidate: 0, block: 0, start: BlockStart::Reasoning },
        of(0, Delta::Reasoning("Hm".into())),
        of(0, Delta::Reasoning("m.".into())),
        Neutral::BlockStop { candidate: 0, block: 0 },
        Neutral::BlockStart { candidate: 0, block: 1, start: BlockStart::Text },
        of(1, Delta::Text("One".into())),
        of(1, likely("One")),
        of(1, Delta::Text(" two".into())),
        of(1, likely(" two")),
        Neutral::BlockStop { candidate: 0, block: 1 },
        Neutral::Finish { candidate: 0, finish: Finish::Stop },
        Neutral::End,
    ] {
        encoder.encode(event, &mut out);
    }
    assert_eq!(texts(&out), "One two");
    let offsets: Vec<_> = out
        .iter()
        .filter_map(|event| event.as_json()?.pointer("/choices/0/logprobs/text_offset/0")?.as_u64())
        .collect();
    assert_eq!(offsets, [0, 3]);
    let dropped: Vec<_> = encoder.drops().iter().map(|dropped| dropped.path.clone()).collect();
    assert_eq!(dropped, ["choices[0].reasoning_content"]);
}

#[test]
fn text_that_is_held_back_comes_before_the_end() {
    let mut shown = OpenaiCompletions.stream_text().unwrap();
    let (mut held, mut out) = (String::new(), Vec::new());
    let mut visit = |piece: crate::Piece<'_>| {
        held.push_str(piece.text);
        Some(if piece.last { std::mem::take(&mut held).to_uppercase() } else { String::new() })
    };
    for event in streamed() {
        shown.event(event, &mut visit, &mut out);
    }
    shown.finish(&mut visit, &mut out);
    assert_eq!(texts(&out), "ONE TWO.");
}
