//! A host of a few lines around the flow.

use std::cell::Cell;
use std::rc::Rc;

use chat::json::{self, Value, json};
use stage::store::{Entry, Memory, Store};
use stage::{Answer, BodyStep, Edit, Exchange, Flow, HeadStep, Headers, Pipeline, Reply, config};

pub(crate) const SECOND: u64 = 1_000_000_000;
pub(crate) const START: u64 = 1_700_000_040 * SECOND;

/// One Envoy: its configuration and what its workers share.
pub(crate) struct Gateway {
    pub(crate) pipeline: Rc<Pipeline>,
    pub(crate) store: Rc<Counted>,
}

/// What workers share, and how often it is read and written.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    memory: Memory,
    pub(crate) reads: Cell<usize>,
    pub(crate) writes: Cell<usize>,
}

impl Store for Counted {
    fn get(&self, key: &str) -> Option<Entry> {
        self.reads.set(self.reads.get() + 1);
        self.memory.get(key)
    }

    fn set(&self, key: &str, bytes: &[u8], version: Option<u32>) -> bool {
        self.writes.set(self.writes.get() + 1);
        self.memory.set(key, bytes, version)
    }
}

/// One request on its way.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) flow: Flow,
    pub(crate) io: Exchange,
}

pub(crate) fn gateway(config: Value) -> Gateway {
    let text = config.to_string();
    let none = |_: &str| None;
    let pipeline = config::load(&tokens::FILTER, text.as_bytes(), &none);
    let pipeline = pipeline.unwrap_or_else(|errors| panic!("{errors:?}"));
    Gateway { pipeline: Rc::new(pipeline), store: Rc::default() }
}

pub(crate) fn headers(pairs: &[(&str, &str)]) -> Headers {
    Headers::new(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
}

impl Gateway {
    /// Sends a request at a time; what goes to the provider, or the answer.
    pub(crate) fn send(
        &self,
        body: &Value,
        extra: &[(&str, &str)],
        now: u64,
    ) -> Result<(Sent, Value), Reply> {
        let mut io = Exchange::new(self.store.clone());
        io.now = now;
        let mut flow = Flow::new(Rc::clone(&self.pipeline), now);
        let path =
            if body.get("system").is_some() { "/v1/messages" } else { "/v1/chat/completions" };
        let mut pairs = vec![(":method", "POST"), (":path", path)];
        pairs.extend(extra);
        assert!(matches!(flow.request_head(headers(&pairs), false, &mut io), HeadStep::Buffer(_)));
        match flow.request_body(body.to_string().as_bytes(), &mut io) {
            BodyStep::Forward { body: new, .. } => {
                let new = new.map_or_else(|| body.clone(), |new| json::parse(&new).unwrap());
                Ok((Sent { flow, io }, new))
            }
            BodyStep::Reply(reply) => Err(reply),
            BodyStep::Wait(_) => panic!("nobody to wait for"),
        }
    }

    pub(crate) fn sent(&self, body: &Value, now: u64) -> Sent {
        self.send(body, &[], now).map_or_else(|reply| panic!("{reply:?}"), |(sent, _)| sent)
    }
}

impl Sent {
    pub(crate) fn head(&mut self, status: &str, media: &str) -> (HeadStep, Vec<Edit>) {
        let head =
            headers(&[(":status", status), ("content-type", media), ("x-tollgate-x", "lie")]);
        let answer = Answer { end: false, from_provider: true, held: true, retriable: false };
        let step = self.flow.response_head(head, answer, &mut self.io);
        let edits = match &step {
            HeadStep::Pass(edits) | HeadStep::Buffer(edits) | HeadStep::Stream(edits) => {
                edits.clone()
            }
            HeadStep::Reply(reply) => panic!("{reply:?}"),
        };
        (step, edits)
    }

    /// A whole answer; the edits of its headers.
    pub(crate) fn answer(&mut self, body: &Value) -> Vec<Edit> {
        let (step, mut edits) = self.head("200", "application/json");
        assert!(matches!(step, HeadStep::Buffer(_)));
        let bytes = body.to_string().into_bytes();
        match self.flow.response_body(bytes, &mut self.io) {
            BodyStep::Forward { edits: more, body: None } => edits.extend(more),
            other => panic!("{other:?}"),
        }
        self.flow.end(&mut self.io);
        edits
    }

    /// Pieces of a stream, and its end if it comes to that.
    pub(crate) fn stream(&mut self, pieces: &[&str], whole: bool) -> String {
        assert!(matches!(self.head("200", "text/event-stream").0, HeadStep::Stream(_)));
        let mut out = Vec::new();
        for piece in pieces {
            self.io.now += SECOND / 10;
            out.extend(self.flow.response_chunk(piece.as_bytes(), false, &mut self.io));
        }
        if whole {
            out.extend(self.flow.response_chunk(b"", true, &mut self.io));
        }
        self.flow.end(&mut self.io);
        String::from_utf8(out).unwrap()
    }

    pub(crate) fn told(&self, fact: &str) -> &str {
        self.io.told(fact).unwrap_or_default()
    }

    pub(crate) fn usage(&self) -> (&str, &str, &str) {
        let input = self.told("gen_ai.usage.input_tokens");
        (input, self.told("gen_ai.usage.output_tokens"), self.told("tollgate.estimated"))
    }
}

pub(crate) fn chat(text: &str) -> Value {
    json!({"model": "gpt-4o", "max_tokens": 50, "messages": [{"role": "user", "content": text}]})
}

pub(crate) fn answer(usage: Value) -> Value {
    json!({"id": "x", "model": "gpt-4o-2024-08-06", "usage": usage,
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hello there!"}}]})
}

pub(crate) fn usage(prompt: u64, completion: u64) -> Value {
    json!({"prompt_tokens": prompt, "completion_tokens": completion})
}

pub(crate) fn budget(limit: u64) -> Value {
    json!({"budgets": [{"name": "all", "limit": limit, "window": {"fixed": "minute"}}]})
}

/// What is left of the budget: what a request that asks for nothing is told, and what it reserves itself.
pub(crate) fn left(gateway: &Gateway, now: u64) -> u64 {
    let body =
        json!({"model": "gpt-4o", "max_tokens": 0, "messages": [{"role": "user", "content": ""}]});
    let mut sent = gateway.sent(&body, now);
    let (_, edits) = sent.head("500", "application/json");
    sent.flow.end(&mut sent.io);
    let own = match sent.told("tollgate.prompt_tokens") {
        "" => 7,
        counted => counted.parse().unwrap(),
    };
    value(&edits, "x-ratelimit-remaining-tokens").unwrap().parse::<u64>().unwrap() + own
}

pub(crate) fn value(edits: &[Edit], name: &str) -> Option<String> {
    edits.iter().rev().find_map(|edit| match edit {
        Edit::Set(set, value) if set == name => String::from_utf8(value.clone()).ok(),
        _ => None,
    })
}
