//! A host of a few lines.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Value, json};
use stage::{Answer, BodyStep, Edit, Exchange, Flow, HeadStep, Headers, Pipeline, config};

pub(crate) const CHAT: &str = "/v1/chat/completions";
pub(crate) const MESSAGES: &str = "/v1/messages";

thread_local! {
    /// Redactors that were made, because a finder takes its time.
    static MADE: RefCell<BTreeMap<String, Rc<Pipeline>>> = RefCell::default();
}

/// A redactor by its configuration.
pub(crate) fn redactor(config: &Value) -> Rc<Pipeline> {
    let key = |name: &str| (name == "KEY").then(|| "0123456789abcdef".to_owned());
    let text = config.to_string();
    let make = || Rc::new(config::load(&pii::FILTER, text.as_bytes(), &key).unwrap());
    MADE.with_borrow_mut(|made| Rc::clone(made.entry(text.clone()).or_insert_with(make)))
}

fn headers(pairs: &[(&str, &str)]) -> Headers {
    Headers::new(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
}

/// One exchange through a redactor.
pub(crate) struct Run {
    flow: Flow,
    pub(crate) io: Exchange,
}

impl Run {
    pub(crate) fn new(pipeline: &Rc<Pipeline>) -> Run {
        Run::with_dice(pipeline, 42)
    }

    pub(crate) fn with_dice(pipeline: &Rc<Pipeline>, dice: u64) -> Run {
        let mut io = Exchange::at(1);
        io.dice = dice;
        Run { flow: Flow::new(Rc::clone(pipeline), 0), io }
    }

    /// Whether a request goes on that nobody reads.
    pub(crate) fn passes(&mut self, head: &[(&str, &str)]) -> bool {
        match self.flow.request_head(headers(head), false, &mut self.io) {
            HeadStep::Pass(edits) => edits.is_empty(),
            HeadStep::Reply(reply) => {
                assert_eq!(reply.status, 404);
                false
            }
            other => panic!("{other:?}"),
        }
    }

    /// Sends a request; the bytes that go to the provider, or status and body of the answer.
    pub(crate) fn send_bytes(&mut self, path: &str, body: &[u8]) -> Result<Vec<u8>, (u16, Value)> {
        let head =
            headers(&[(":method", "POST"), (":path", path), ("content-type", "application/json")]);
        assert!(matches!(self.flow.request_head(head, false, &mut self.io), HeadStep::Buffer(_)));
        match self.flow.request_body(body, &mut self.io) {
            BodyStep::Forward { body: new, edits } => {
                let length = edits.iter().find_map(|edit| match edit {
                    Edit::Set(name, value) if name == "content-length" => Some(value.clone()),
                    _ => None,
                });
                let expected = new.as_ref().map(|new| new.len().to_string().into_bytes());
                assert_eq!(length, expected, "the length that is told");
                Ok(new.unwrap_or_else(|| body.to_vec()))
            }
            BodyStep::Reply(reply) => {
                Err((reply.status, serde_json::from_slice(&reply.body).unwrap()))
            }
            BodyStep::Wait(callouts) => panic!("a redactor asks nobody: {callouts:?}"),
        }
    }

    /// Sends a request that goes on.
    pub(crate) fn send(&mut self, path: &str, body: &Value) -> Value {
        let sent = self.send_bytes(path, body.to_string().as_bytes()).unwrap();
        serde_json::from_slice(&sent).unwrap()
    }

    fn head(&mut self, media_type: &str) -> HeadStep {
        let head = headers(&[(":status", "200"), ("content-type", media_type)]);
        let answer = Answer { end: false, from_provider: true, held: true, retriable: false };
        self.flow.response_head(head, answer, &mut self.io)
    }

    /// Answers; what the client gets.
    pub(crate) fn answer_bytes(&mut self, media_type: &str, body: &[u8]) -> Vec<u8> {
        match self.head(media_type) {
            HeadStep::Pass(_) => body.to_vec(),
            HeadStep::Buffer(_) => match self.flow.response_body(body.to_vec(), &mut self.io) {
                BodyStep::Forward { body: new, .. } => new.unwrap_or_else(|| body.to_vec()),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn answer(&mut self, body: &Value) -> Value {
        let got = self.answer_bytes("application/json", body.to_string().as_bytes());
        serde_json::from_slice(&got).unwrap()
    }

    /// Answers with a stream in pieces; what the client got after each piece, and after the end.
    pub(crate) fn stream(&mut self, pieces: &[&[u8]]) -> Vec<String> {
        self.stream_of("text/event-stream", pieces)
    }

    /// The same with another framing.
    pub(crate) fn stream_of(&mut self, media_type: &str, pieces: &[&[u8]]) -> Vec<String> {
        let got = self.stream_bytes(media_type, pieces);
        got.into_iter().map(|bytes| String::from_utf8(bytes).unwrap()).collect()
    }

    /// The same of a framing that is no text.
    pub(crate) fn stream_bytes(&mut self, media_type: &str, pieces: &[&[u8]]) -> Vec<Vec<u8>> {
        match self.head(media_type) {
            HeadStep::Stream(_) => {}
            HeadStep::Pass(_) => return pieces.iter().map(|piece| piece.to_vec()).collect(),
            other => panic!("{other:?}"),
        }
        let mut got = Vec::new();
        for piece in pieces {
            got.push(self.flow.response_chunk(piece, false, &mut self.io));
        }
        got.push(self.flow.response_chunk(b"", true, &mut self.io));
        self.flow.end(&mut self.io);
        got
    }
}

/// A request of one message.
pub(crate) fn asks(content: impl Into<Value>) -> Value {
    json!({"model": "m", "messages": [{"role": "user", "content": content.into()}]})
}

/// The text of the first message.
pub(crate) fn content(body: &Value) -> &str {
    body["messages"][0]["content"].as_str().unwrap()
}

/// An answer in OpenAI's dialect.
pub(crate) fn says(text: &str) -> Value {
    json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]})
}

/// The text of that.
pub(crate) fn said(answer: &Value) -> &str {
    answer["choices"][0]["message"]["content"].as_str().unwrap()
}

/// A stream in OpenAI's dialect that says `pieces`.
pub(crate) fn openai_stream(field: &str, pieces: &[&str]) -> String {
    let chunk = |delta: Value, finish: Value| {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": finish});
        format!("data: {}\n\n", json!({"id": "c", "model": "m", "choices": [choice]}))
    };
    let delta = |piece: &str| match field {
        "arguments" => {
            json!({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
        }
        _ => json!({field: piece}),
    };
    let mut stream: String = pieces.iter().map(|piece| chunk(delta(piece), Value::Null)).collect();
    stream += &chunk(json!({}), "stop".into());
    stream + "data: [DONE]\n\n"
}

/// A stream in Anthropic's dialect of one block.
pub(crate) fn anthropic_stream(field: &str, pieces: &[&str]) -> String {
    let event = |name: &str, mut data: Value| {
        data["type"] = name.into();
        format!("event: {name}\ndata: {data}\n\n")
    };
    let (block, kind) = match field {
        "arguments" => {
            (json!({"type": "tool_use", "id": "i", "name": "n", "input": {}}), "input_json_delta")
        }
        _ => (json!({"type": "text", "text": ""}), "text_delta"),
    };
    let key = if field == "arguments" { "partial_json" } else { "text" };
    let mut stream = event("content_block_start", json!({"index": 0, "content_block": block}));
    for piece in pieces {
        let delta = json!({"type": kind, key: piece});
        stream += &event("content_block_delta", json!({"index": 0, "delta": delta}));
    }
    stream += &event("content_block_stop", json!({"index": 0}));
    stream += &event("message_delta", json!({"delta": {"stop_reason": "end_turn"}}));
    stream + &event("message_stop", json!({}))
}

/// What a stream of either dialect says: all its pieces of text or arguments.
pub(crate) fn told(stream: &str) -> String {
    let data = stream.lines().filter_map(|line| line.strip_prefix("data: "));
    let json = data.filter_map(|data| serde_json::from_str::<Value>(data).ok());
    json.map(|event| {
        [
            "/choices/0/delta/content",
            "/choices/0/delta/tool_calls/0/function/arguments",
            "/delta/text",
            "/delta/partial_json",
        ]
        .iter()
        .filter_map(|path| event.pointer(path).and_then(Value::as_str))
        .collect::<String>()
    })
    .collect()
}
