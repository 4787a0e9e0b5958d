//! Clients that ask how many tokens a request has.

use std::rc::Rc;

use chat::json::{self, Value, json};
use stage::{BodyStep, Exchange, Flow, HeadStep};

use super::support::*;

#[test]
fn a_client_that_asks_for_a_count_gets_it_and_uses_no_budget() {
    let count = |config: Value, model: &str| {
        let gateway = gateway(config);
        let mut io = Exchange::new(gateway.store.clone());
        let mut flow = Flow::new(Rc::clone(&gateway.pipeline), START);
        let head = headers(&[(":method", "POST"), (":path", "/v1/messages/count_tokens")]);
        assert!(matches!(flow.request_head(head, false, &mut io), HeadStep::Buffer(_)));
        let body =
            json!({"model": model, "messages": [{"role": "user", "content": "Hello world"}]});
        match flow.request_body(body.to_string().as_bytes(), &mut io) {
            BodyStep::Reply(reply) => {
                let told = json::parse(&reply.body).unwrap();
                told["input_tokens"].as_u64().filter(|_| reply.status == 200)
            }
            BodyStep::Forward { body, .. } => {
                assert_eq!(body, None);
                None
            }
            BodyStep::Wait(_) => panic!("nobody to wait for"),
        }
    };
    // Two tokens, and what OpenAI adds for a message and for the answer.
    assert_eq!(count(json!({}), "gpt-4o"), Some(9));
    assert_eq!(count(json!({"count_tokens": "never"}), "gpt-4o"), None);
    assert_eq!(count(json!({}), "claude-opus-5"), None, "only its provider knows");
    assert!(count(json!({"count_tokens": "always"}), "claude-opus-5").is_some());
    let used_up = json!({"budgets": [{"name": "all", "limit": 1, "window": {"fixed": "minute"}}]});
    assert_eq!(count(used_up, "gpt-4o"), Some(9));
}
