//! A host of a few lines around one filter.

use std::rc::Rc;

use chat::json::{self, Value};
use stage::{BodyStep, Exchange, Filter, Flow, HeadStep, Headers, config};

/// Runs a request through `filter`: the body that goes on, or the status and body of the answer.
pub(crate) fn run(
    filter: &Filter,
    config: &Value,
    path: &str,
    body: &Value,
    dice: u64,
) -> Result<Value, (u16, Value)> {
    let mut io = Exchange { dice, ..Exchange::default() };
    run_in(&mut io, filter, config, path, body)
}

/// The same in an exchange, which is told the facts.
pub(crate) fn run_in(
    io: &mut Exchange,
    filter: &Filter,
    config: &Value,
    path: &str,
    body: &Value,
) -> Result<Value, (u16, Value)> {
    let pipeline =
        config::load(filter, config.to_string().as_bytes(), &|_: &str| None).expect("a config");
    let mut flow = Flow::new(Rc::new(pipeline), 0);
    let head = [(":method", "POST"), (":path", path), ("x-team", "a")];
    let head = head.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
    assert!(matches!(
        flow.request_head(Headers::new(head.to_vec()), false, io),
        HeadStep::Buffer(_)
    ));
    let bytes = body.to_string().into_bytes();
    match flow.request_body(&bytes, io) {
        BodyStep::Forward { body, .. } => {
            Ok(json::parse(&body.unwrap_or(bytes)).expect("what goes on is JSON"))
        }
        BodyStep::Reply(reply) => {
            Err((reply.status, json::parse(&reply.body).expect("an error is JSON")))
        }
        BodyStep::Wait(callouts) => panic!("prompts ask nobody: {callouts:?}"),
    }
}

/// What is wrong with a configuration.
pub(crate) fn errors(filter: &Filter, config: &Value) -> Vec<String> {
    let errors = config::load(filter, config.to_string().as_bytes(), &|_: &str| None);
    errors.expect_err("a bad config").iter().map(ToString::to_string).collect()
}
