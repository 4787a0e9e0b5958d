//! Budgets that share a page of the store: nothing else do they share.

use std::rc::Rc;

use chat::json::{self, Value, json};
use stage::Reply;

use super::support::*;

/// What each team may ask, what all may, and how much each team may use.
fn three() -> Value {
    json!([
        {"name": "requests", "key": [{"header": "x-team"}], "measure": "requests", "limit": 3, "window": {"fixed": "hour"}},
        {"name": "all", "limit": 300, "window": {"fixed": "day"}},
        {"name": "tokens", "key": [{"header": "x-team"}], "limit": 1_000, "window": {"sliding": "minute"}}])
}

fn of(budgets: &Value) -> Gateway {
    gateway(json!({"budgets": budgets}))
}

/// The same Envoy with another configuration.
fn again(gateway: &Gateway, budgets: &Value) -> Gateway {
    Gateway { store: Rc::clone(&gateway.store), ..of(budgets) }
}

/// The budget that a request is refused by.
fn refused(gateway: &Gateway, text: &str, team: &str) -> Reply {
    gateway.send(&chat(text), &[("x-team", team)], START).err().unwrap()
}

fn name(reply: &Reply) -> String {
    let body = json::parse(&reply.body).unwrap();
    let message = body["error"]["message"].as_str().unwrap();
    message.split('`').nth(1).unwrap().to_owned()
}

/// What headers say is left: requests, tokens.
fn told(gateway: &Gateway, team: &str) -> (u64, u64) {
    let (mut sent, _) = gateway.send(&chat("Hi."), &[("x-team", team)], START).ok().unwrap();
    let (_, edits) = sent.head("500", "application/json");
    sent.flow.end(&mut sent.io);
    let of = |kind: &str| value(&edits, &format!("x-ratelimit-remaining-{kind}"));
    let [requests, tokens] = ["requests", "tokens"].map(|kind| of(kind).unwrap().parse().unwrap());
    (requests, tokens)
}

#[test]
fn an_exchange_reads_and_writes_once_for_each_key() {
    let gateway = of(&three());
    let counts = |gateway: &Gateway| (gateway.store.reads.get(), gateway.store.writes.get());
    let mut sent = gateway.sent(&chat("Hi."), START);
    assert_eq!(counts(&gateway), (2, 2), "of the team, and of all");
    sent.answer(&answer(usage(10, 5)));
    assert_eq!(counts(&gateway), (4, 4));
    let mut exact = gateway.sent(&chat("Hi."), START);
    // 9 and 50 tokens, as was reserved.
    exact.answer(&answer(usage(9, 50)));
    assert_eq!(counts(&gateway), (6, 6), "what was used as it was reserved is left alone");
    gateway.sent(&chat("Hi."), START);
    let before = counts(&gateway);
    refused(&gateway, "Hi.", "");
    assert_eq!(counts(&gateway), (before.0 + 2, before.1), "a refusal writes nothing");
}

#[test]
fn who_is_refused_hears_it_from_the_first_budget_in_the_way() {
    let gateway = of(&three());
    for (text, by) in [("Hi.".to_owned(), None), ("word ".repeat(300), Some("all"))] {
        let outcome = gateway.send(&chat(&text), &[("x-team", "a")], START);
        let outcome = outcome.err().map(|reply| name(&reply));
        assert_eq!(outcome.as_deref(), by, "{text}");
    }
    // Before a budget of others in between, though that is in the way of it, too.
    let long = "word ".repeat(1_100);
    let (mut order, gateway) = (three(), of(&three()));
    assert_eq!(name(&refused(&gateway, &long, "a")), "all");
    let list = order.as_array_mut().unwrap();
    list.swap(1, 2);
    assert_eq!(name(&refused(&again(&gateway, &order), &long, "a")), "tokens");
}

#[test]
fn a_refusal_by_one_charges_nobody() {
    let gateway = of(&three());
    let before = told(&gateway, "a");
    assert_eq!(before, (2, 241), "its own request is taken off: 59 tokens of 300");
    refused(&gateway, &"word ".repeat(300), "a");
    refused(&gateway, &"word ".repeat(1_100), "a");
    assert_eq!(told(&gateway, "a"), before);
    let held: Vec<Sent> = (0..3)
        .map(|_| gateway.send(&chat("Hi."), &[("x-team", "a")], START))
        .map(|sent| sent.ok().unwrap().0)
        .collect();
    assert_eq!(name(&refused(&gateway, "Hi.", "a")), "requests");
    assert_eq!(told(&gateway, "b"), (2, 300 - 4 * 59));
    for mut sent in held {
        sent.flow.end(&mut sent.io);
    }
    assert_eq!(told(&gateway, "a"), before);
}

#[test]
fn a_change_of_the_configuration_moves_no_counts() {
    let gateway = of(&three());
    let (mut sent, _) = gateway.send(&chat("Hi."), &[("x-team", "a")], START).ok().unwrap();
    sent.answer(&answer(usage(60, 40)));
    let before = told(&gateway, "a");
    assert_eq!(before, (1, 141));
    let mut changed = three();
    let list = changed.as_array_mut().unwrap();
    // Another one in front, the first renamed, the last with a longer window.
    list[0]["name"] = json!("calls");
    list[2]["window"] = json!({"sliding": "hour"});
    list.insert(0, json!({"name": "new", "key": [{"header": "x-team"}], "limit": 90, "window": {"fixed": "minute"}}));
    let other = again(&gateway, &changed);
    assert_eq!(
        told(&other, "a"),
        (2, 31),
        "`new` has the least left, and `calls` is not `requests`"
    );
    let (mut sent, _) = other.send(&chat("Hi."), &[("x-team", "a")], START).ok().unwrap();
    sent.answer(&answer(usage(9, 40)));
    assert_eq!(told(&gateway, "a"), (1, 92), "`all` went on, the others were let alone");
}
