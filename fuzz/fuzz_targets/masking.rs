//! Any text through the redactor and back, cut where the first byte says: no panic, JSON stays JSON, prose comes
//! back as it was, and the cut makes no difference.
#![no_main]

use std::rc::Rc;

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use stage::{Answer, BodyStep, Exchange, Flow, Headers, Pipeline, config};

thread_local! {
    static PIPELINE: Rc<Pipeline> =
        Rc::new(config::load(&pii::FILTER, b"{}", &|_: &str| None).expect("a good configuration"));
}

fuzz_target!(|input: (u64, u8, &str)| {
    let (dice, at, text) = input;
    let at = text.floor_char_boundary(usize::from(at));
    let Some((mut flow, mut io, upstream)) = sent(dice, text) else { return };
    let says = json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": upstream}}]});
    let whole = answered(&mut flow, &mut io, &says);
    let said = whole["choices"][0]["message"]["content"].as_str().expect("text");
    if !text.trim_start().starts_with(['{', '[']) {
        assert_eq!(said, text);
    }

    let cut = upstream.floor_char_boundary(at);
    let pieces = upstream.split_at(cut);
    let Some((mut flow, mut io, _)) = sent(dice, text) else { return };
    assert_eq!(streamed(&mut flow, &mut io, &[pieces.0, pieces.1]), said);
});

fn headers(pairs: &[(&str, &str)]) -> Headers {
    Headers::new(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
}

fn sent(dice: u64, text: &str) -> Option<(Flow, Exchange, String)> {
    let mut flow = Flow::new(PIPELINE.with(Rc::clone), 0);
    let mut io = Exchange::at(0);
    io.dice = dice;
    let body = json!({"messages": [{"role": "user", "content": text}]}).to_string();
    let head = headers(&[(":method", "POST"), (":path", "/v1/chat/completions")]);
    flow.request_head(head, false, &mut io);
    let BodyStep::Forward { body: new, .. } = flow.request_body(body.as_bytes(), &mut io) else {
        return None;
    };
    let new = new.unwrap_or(body.into_bytes());
    let new: Value = serde_json::from_slice(&new).expect("JSON stays JSON");
    let upstream = new["messages"][0]["content"].as_str().expect("text stays text").to_owned();
    Some((flow, io, upstream))
}

const ANSWER: Answer = Answer { end: false, from_provider: true, held: true, retriable: false };

fn answered(flow: &mut Flow, io: &mut Exchange, body: &Value) -> Value {
    let head = headers(&[(":status", "200"), ("content-type", "application/json")]);
    flow.response_head(head, ANSWER, io);
    let bytes = body.to_string().into_bytes();
    match flow.response_body(bytes.clone(), io) {
        BodyStep::Forward { body, .. } => {
            serde_json::from_slice(&body.unwrap_or(bytes)).expect("JSON stays JSON")
        }
        other => panic!("{other:?}"),
    }
}

fn streamed(flow: &mut Flow, io: &mut Exchange, pieces: &[&str]) -> String {
    let head = headers(&[(":status", "200"), ("content-type", "text/event-stream")]);
    flow.response_head(head, ANSWER, io);
    let mut out = Vec::new();
    for piece in pieces {
        let chunk = json!({"choices": [{"index": 0, "delta": {"content": piece}}]});
        out.extend(flow.response_chunk(format!("data: {chunk}\n\n").as_bytes(), false, io));
    }
    out.extend(flow.response_chunk(b"", true, io));
    let text = String::from_utf8(out).expect("text stays text");
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    let json = data.map(|data| serde_json::from_str::<Value>(data).expect("JSON stays JSON"));
    json.filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str().map(str::to_owned)).collect()
}
