//! The counter natively: a host of a few lines around the same flow that runs in Envoy.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail so"
)]

use std::rc::Rc;

use chat::json::{self, Value, json};
use stage::store::Memory;
use stage::{Answer, BodyStep, Edit, Exchange, Flow, HeadStep, Headers, Pipeline, Reply, config};

const SECOND: u64 = 1_000_000_000;
const START: u64 = 1_700_000_040 * SECOND;

/// One Envoy: its configuration and what its workers share.
struct Gateway {
    pipeline: Rc<Pipeline>,
    store: Rc<Memory>,
}

/// One request on its way.
#[derive(Debug)]
struct Sent {
    flow: Flow,
    io: Exchange,
}

fn gateway(config: Value) -> Gateway {
    let text = config.to_string();
    let none = |_: &str| None;
    let pipeline = config::load(&tokens::FILTER, text.as_bytes(), &none);
    let pipeline = pipeline.unwrap_or_else(|errors| panic!("{errors:?}"));
    Gateway { pipeline: Rc::new(pipeline), store: Rc::default() }
}

fn headers(pairs: &[(&str, &str)]) -> Headers {
    Headers::new(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
}

impl Gateway {
    /// Sends a request at a time; what goes to the provider, or the answer.
    fn send(&self, body: &Value, extra: &[(&str, &str)], now: u64) -> Result<(Sent, Value), Reply> {
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

    fn sent(&self, body: &Value, now: u64) -> Sent {
        self.send(body, &[], now).map_or_else(|reply| panic!("{reply:?}"), |(sent, _)| sent)
    }
}

impl Sent {
    fn head(&mut self, status: &str, media: &str) -> (HeadStep, Vec<Edit>) {
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
    fn answer(&mut self, body: &Value) -> Vec<Edit> {
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
    fn stream(&mut self, pieces: &[&str], whole: bool) -> String {
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

    fn told(&self, fact: &str) -> &str {
        self.io.told(fact).unwrap_or_default()
    }

    fn usage(&self) -> (&str, &str, &str) {
        let input = self.told("gen_ai.usage.input_tokens");
        (input, self.told("gen_ai.usage.output_tokens"), self.told("tollgate.estimated"))
    }
}

fn chat(text: &str) -> Value {
    json!({"model": "gpt-4o", "max_tokens": 50, "messages": [{"role": "user", "content": text}]})
}

fn answer(usage: Value) -> Value {
    json!({"id": "x", "model": "gpt-4o-2024-08-06", "usage": usage,
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hello there!"}}]})
}

fn usage(prompt: u64, completion: u64) -> Value {
    json!({"prompt_tokens": prompt, "completion_tokens": completion})
}

fn budget(limit: u64) -> Value {
    json!({"budgets": [{"name": "all", "limit": limit, "window": {"fixed": "minute"}}]})
}

/// What is left of the budget: what a request that asks for nothing is told, and what it reserves itself.
fn left(gateway: &Gateway, now: u64) -> u64 {
    let body =
        json!({"model": "gpt-4o", "max_tokens": 0, "messages": [{"role": "user", "content": ""}]});
    let mut sent = gateway.sent(&body, now);
    let (_, edits) = sent.head("500", "application/json");
    sent.flow.end(&mut sent.io);
    let own = match sent.told("tollgate.prompt_tokens") {
        "" => 23,
        counted => counted.parse().unwrap(),
    };
    value(&edits, "x-ratelimit-remaining-tokens").unwrap().parse::<u64>().unwrap() + own
}

fn value(edits: &[Edit], name: &str) -> Option<String> {
    edits.iter().rev().find_map(|edit| match edit {
        Edit::Set(set, value) if set == name => String::from_utf8(value.clone()).ok(),
        _ => None,
    })
}

#[test]
fn usage_is_what_the_provider_states_and_else_what_was_counted() {
    let gateway = gateway(json!({}));
    for (what, stated, expected) in [
        ("stated", usage(10, 5), ("10", "5", "false")),
        ("missing", json!(null), ("24", "3", "true")),
        ("negative", json!({"prompt_tokens": -1, "completion_tokens": -5}), ("24", "3", "true")),
        ("no number", json!({"prompt_tokens": "10", "completion_tokens": []}), ("24", "3", "true")),
        ("huge", usage(9_000_000_000_000, 5), ("24", "3", "true")),
        ("half", json!({"prompt_tokens": 10}), ("10", "3", "true")),
    ] {
        let mut sent = gateway.sent(&chat("Hi."), START);
        sent.answer(&answer(stated));
        assert_eq!(sent.usage(), expected, "{what}");
    }
}

#[test]
fn a_stream_is_untouched_and_its_usage_found() {
    let gateway = gateway(json!({}));
    let delta = |text: &str| {
        format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n")
    };
    let (one, two) = (delta("Hello"), delta(" there!"));
    let stated =
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":3}}\n\n";
    let done = "data: [DONE]\n\n";
    let mut sent = gateway.sent(&chat("Hi."), START);
    assert_eq!(sent.stream(&[&one, &two, stated, done], true), [&one, &two, stated, done].concat());
    assert_eq!(sent.usage(), ("10", "3", "false"));
    assert_eq!(sent.told("tollgate.first_token_ms"), "100");
    assert_eq!(sent.told("tollgate.total_tokens"), "13");

    let mut silent = gateway.sent(&chat("Hi."), START);
    silent.stream(&[&one, &two, done], true);
    assert_eq!(silent.usage(), ("24", "3", "true"));

    let mut left = gateway.sent(&chat("Hi."), START);
    left.stream(&[&one], false);
    assert_eq!(left.usage(), ("24", "1", "true"), "what was delivered");
}

#[test]
fn usage_is_asked_for_and_kept_from_a_client_that_did_not_ask() {
    let gateway = gateway(json!({}));
    let mut body = chat("Hi.");
    body["stream"] = json!(true);
    let (mut sent, asked) = gateway.send(&body, &[], START).ok().unwrap();
    assert_eq!(asked["stream_options"], json!({"include_usage": true}));
    let chunk = |rest: &str| {
        format!(
            "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"Hi\"}}}}]{rest}}}\n\n"
        )
    };
    let stated =
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":3}}\n\n";
    let done = "data: [DONE]\n\n";
    let wire = [&chunk(",\"usage\":null"), stated, done];
    assert_eq!(sent.stream(&wire, true), [&chunk(""), done].concat());
    assert_eq!(sent.usage(), ("10", "3", "false"));

    body["stream_options"] = json!({"include_usage": true});
    let (mut sent, asked) = gateway.send(&body, &[], START).ok().unwrap();
    assert_eq!(asked, body);
    assert_eq!(sent.stream(&wire, true), wire.concat(), "who asks is told");

    let silent = self::gateway(json!({"ask_stream_usage": false}));
    body.as_object_mut().unwrap().shift_remove("stream_options");
    let (mut sent, asked) = silent.send(&body, &[], START).ok().unwrap();
    assert_eq!(asked, body);
    sent.stream(&[&chunk(""), done], true);
    assert_eq!(sent.usage(), ("32", "1", "true"));
}

#[test]
fn an_anthropic_stream_states_its_usage_in_parts() {
    let gateway = gateway(json!({}));
    let body = json!({"model": "claude-sonnet-4-5", "max_tokens": 9, "system": "Be brief.",
        "messages": [{"role": "user", "content": "Hi."}]});
    let events = [
        r#"{"type":"message_start","message":{"id":"m","model":"claude-sonnet-4-5-20250929","usage":{"input_tokens":20,"cache_read_input_tokens":5,"output_tokens":1}}}"#,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}"#,
        r#"{"type":"content_block_stop","index":0}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}"#,
        r#"{"type":"message_stop"}"#,
    ];
    let wire: Vec<String> = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    let pieces: Vec<&str> = wire.iter().map(String::as_str).collect();
    let mut sent = gateway.sent(&body, START);
    assert_eq!(sent.stream(&pieces, true), wire.concat());
    assert_eq!(sent.usage(), ("25", "7", "false"));
    assert_eq!(sent.told("gen_ai.usage.cache_read.input_tokens"), "5");
    assert_eq!(sent.told("gen_ai.response.model"), "claude-sonnet-4-5-20250929");
    let mut gone = gateway.sent(&body, START);
    gone.stream(&pieces[..3], false);
    assert_eq!(gone.usage(), ("25", "2", "true"));
}

#[test]
fn a_budget_reserves_settles_and_gives_back() {
    let gateway = gateway(budget(1_000));
    let mut sent = gateway.sent(&chat("Hi."), START);
    assert_eq!(left(&gateway, START), 926, "24 for the prompt, by its bytes, 50 for the answer");
    sent.answer(&answer(usage(10, 5)));
    assert_eq!(left(&gateway, START), 985);
    let mut failed = gateway.sent(&chat("Hi."), START);
    failed.head("503", "text/plain");
    failed.flow.end(&mut failed.io);
    assert_eq!(left(&gateway, START), 985);
    let mut lost = gateway.sent(&chat("Hi."), START);
    lost.flow.end(&mut lost.io);
    assert_eq!(left(&gateway, START), 985, "no answer came at all");
    assert_eq!(left(&gateway, START + 60 * SECOND), 1_000);
}

#[test]
fn a_full_budget_answers_in_the_clients_dialect() {
    let gateway = gateway(budget(100));
    let mut first = gateway.sent(&chat("Hi."), START);
    let refused = gateway.send(&chat("Hi."), &[], START + 20 * SECOND).unwrap_err();
    assert_eq!(refused.status, 429);
    let body = json::parse(&refused.body).unwrap();
    assert_eq!(body["error"]["code"], "rate_limit_exceeded");
    let header = |name: &str| {
        let found = refused.headers.iter().find(|header| header.0 == name);
        found.map(|header| String::from_utf8(header.1.clone()).unwrap()).unwrap_or_default()
    };
    assert_eq!((header("retry-after"), header("retry-after-ms")), ("40".into(), "40000".into()));
    assert_eq!(header("x-ratelimit-limit-tokens"), "100");
    assert_eq!(header("x-ratelimit-reset-tokens"), "40s");
    let anthropic = json!({"model": "claude-3", "max_tokens": 50, "system": "x",
        "messages": [{"role": "user", "content": "Hi."}]});
    let refused = gateway.send(&anthropic, &[], START).unwrap_err();
    assert_eq!(json::parse(&refused.body).unwrap()["error"]["type"], "rate_limit_error");
    first.answer(&answer(usage(10, 5)));
    gateway.sent(&chat("Hi."), START);
    assert!(gateway.send(&chat("Hi."), &[], START + 60 * SECOND).is_ok(), "a new window");
}

#[test]
fn near_its_limit_a_prompt_is_counted_exactly() {
    let gateway = gateway(budget(100));
    // 96 bytes, 8 + 50 tokens: by its bytes it might not fit.
    let mut sent = gateway.sent(&chat("Hi."), START);
    assert_eq!(sent.told("tollgate.prompt_tokens"), "9");
    assert_eq!(left(&gateway, START), 41);
    sent.answer(&answer(json!(null)));
    assert_eq!(sent.usage().0, "9");
}

#[test]
fn keys_keep_consumers_apart_and_leaving_them_out_is_no_way_around() {
    let config = json!({
        "consumer": {"from": {"header": "x-team"}, "names": ["a"]},
        "budgets": [{"name": "team", "limit": 1, "measure": "requests", "window": {"sliding": "hour"},
            "key": [{"header": "X-Team"}, "model"]}]});
    let gateway = gateway(config);
    let send = |team: &[(&str, &str)]| gateway.send(&chat("Hi."), team, START);
    let (sent, _) = send(&[("x-team", "a")]).ok().unwrap();
    assert_eq!(sent.told("tollgate.consumer"), "a");
    assert!(send(&[("x-team", "a")]).is_err());
    let (sent, _) = send(&[("x-team", "b")]).ok().unwrap();
    assert_eq!(sent.told("tollgate.consumer"), "other");
    assert!(send(&[]).is_ok() && send(&[]).is_err());
}

#[test]
fn a_refused_request_leaves_no_trace_in_other_budgets() {
    let config = json!({"budgets": [
        {"name": "tokens", "limit": 1_000, "window": {"fixed": "hour"}},
        {"name": "requests", "limit": 1, "measure": "requests", "window": {"fixed": "second"}}]});
    let gateway = gateway(config);
    let mut first = gateway.sent(&chat("Hi."), START);
    first.answer(&answer(usage(10, 5)));
    assert!(gateway.send(&chat("Hi."), &[], START).is_err());
    assert_eq!(left(&gateway, START + SECOND), 985);
}

#[test]
fn a_flag_lets_go_and_tells() {
    let mut config = budget(10);
    config["budgets"][0]["action"] = json!("flag");
    let gateway = gateway(config);
    let mut sent = gateway.sent(&chat("Hi."), START);
    assert_eq!(sent.told("tollgate.limit"), "all");
    sent.answer(&answer(usage(3, 2)));
    assert_eq!(gateway.sent(&chat("Hi."), START).told("tollgate.limit"), "all");
}

#[test]
fn what_does_not_fit_the_window_is_refused_or_capped() {
    let config = |context: Value| json!({"context": context, "models": {"gpt-4*": {"context_window_tokens": 50}}});
    let refused = gateway(config(json!({"action": "reject"}))).send(&chat("Hi."), &[], START);
    let refused = refused.err().unwrap();
    let body = json::parse(&refused.body).unwrap();
    assert_eq!((refused.status, &body["error"]["code"]), (400, &json!("context_length_exceeded")));
    let capping = gateway(config(json!({"action": "reject", "cap_max_tokens": true})));
    let (_, sent) = capping.send(&chat("Hi."), &[], START).ok().unwrap();
    assert_eq!(sent["max_tokens"], 41);
    assert!(
        capping.send(&chat(&"word ".repeat(60)), &[], START).is_err(),
        "the prompt alone is too long"
    );
    let flagging = gateway(config(json!({"action": "flag"})));
    assert_eq!(flagging.sent(&chat("Hi."), START).told("tollgate.limit"), "context");
    let (_, untouched) = flagging.send(&chat("Hi."), &[], START).ok().unwrap();
    assert_eq!(untouched, chat("Hi."));
}

#[test]
fn cost_is_a_fact_a_metric_and_a_header() {
    let config = json!({"headers": {"usage": true}, "models": {"gpt-4o*":
        {"provider": "openai", "price": {"input": 2.5, "output": 10, "cache_read": 1.25}}},
        "budgets": [{"name": "money", "limit": 0.01, "measure": "cost", "window": {"fixed": "month"}}]});
    let gateway = gateway(config);
    let mut sent = gateway.sent(&chat("Hi."), START);
    let mut stated = usage(1_000, 100);
    stated["prompt_tokens_details"] = json!({"cached_tokens": 400});
    let edits = sent.answer(&answer(stated));
    assert_eq!(sent.told("tollgate.cost_usd"), "0.003000000");
    assert_eq!(value(&edits, "x-tollgate-cost-usd").unwrap(), "0.003000000");
    assert_eq!(value(&edits, "x-tollgate-input-tokens").unwrap(), "1000");
    assert!(edits.contains(&Edit::Remove("x-tollgate-x".into())), "the provider's is not ours");
    let counted = |name: &str| {
        let found = sent.io.metrics.iter().find(|metric| metric.name == name);
        found.map(|metric| metric.value)
    };
    assert_eq!(
        counted("tokens.model.gpt-4o.provider.openai.token_type.cache_read.consumer.other"),
        Some(400)
    );
    assert_eq!(
        counted("cost_nano_usd.model.gpt-4o.provider.openai.consumer.other"),
        Some(3_000_000)
    );
    let mut second = gateway.sent(&chat("Hi."), START);
    second.answer(&answer(usage(2_000, 150)));
    assert!(gateway.send(&chat(&"x".repeat(800)), &[], START).is_err(), "0.0005 are left");
}

#[test]
fn every_error_of_a_configuration_is_reported_with_its_path() {
    let config = json!({
        "reserve_output_tokens": 0,
        "consumer": {"from": {"header": ""}},
        "models": {
            "a": {"encoding": "latin1"}, "b": {"family": "x"}, "c": {"encoding": "o200k_base", "family": "claude"},
            "d": {"context_window_tokens": 0, "price": {"input": -1, "output": 1}}},
        "budgets": [
            {"name": "a b", "limit": 1, "window": {"fixed": "day"}},
            {"name": "n", "limit": 0.5, "window": {"fixed": "day"}},
            {"name": "n", "limit": -1, "measure": "cost", "window": {"sliding": "day"}, "max_keys": 0,
             "key": [{"claim": ["sub"]}]}]});
    let none = |_: &str| None;
    let errors = config::load(&tokens::FILTER, config.to_string().as_bytes(), &none).unwrap_err();
    let paths: Vec<&str> = errors.iter().map(|error| error.path.as_str()).collect();
    for path in [
        "reserve_output_tokens",
        "consumer.from",
        "models.a.encoding",
        "models.b.family",
        "models.c.family",
        "models.d.context_window_tokens",
        "models.d.price.input",
        "budgets[0].name",
        "budgets[1].limit",
        "budgets[2].name",
        "budgets[2].limit",
        "budgets[2].max_keys",
        "budgets[2].key[0]",
    ] {
        assert!(paths.contains(&path), "{path} in {paths:?}");
    }
    assert_eq!(paths.len(), 13, "{paths:?}");
}
