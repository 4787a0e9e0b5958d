//! Windows, budgets, refusals.

use chat::json::{self, Value, json};
use stage::config;
use stage::store::Store;

use super::support::*;

#[test]
fn a_budget_reserves_settles_and_gives_back() {
    let gateway = gateway(budget(1_000));
    let mut sent = gateway.sent(&chat("Hi."), START);
    assert_eq!(left(&gateway, START), 941, "9 for the prompt, estimated, 50 for the answer");
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
fn every_error_of_a_configuration_is_reported_with_its_path() {
    let config = json!({
        "reserve_output_tokens": 0,
        "consumer": {"from": {"header": ""}},
        "models": {
            "*-mini": {},
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
        "models.*-mini",
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
    assert_eq!(paths.len(), 14, "{paths:?}");
}

#[test]
fn unlimited_keys_take_limited_memory_and_nobody_gets_more_by_it() {
    let config = json!({"budgets": [{"name": "user", "limit": 100, "measure": "requests", "max_keys": 16,
        "window": {"sliding": "hour"}, "key": [{"header": "x-user"}]}]});
    let gateway = gateway(config);
    let send = |user: &str| gateway.send(&chat("Hi."), &[("x-user", user)], START);
    let mut served = 0;
    for turn in 0..2_000 {
        let user = if turn % 10 == 0 { "greedy".to_owned() } else { format!("user-{turn}") };
        if let Ok((mut sent, _)) = send(&user) {
            sent.answer(&answer(usage(1, 1)));
            served += u64::from(user == "greedy");
        }
    }
    assert!(served <= 100, "{served} for one key whose limit is 100");
    // Four pages of eight accounts of 40 bytes.
    let stored = |page| {
        let entry = gateway.store.get(&format!("tollgate.budgets.4.header:x-user.{page}"));
        entry.map_or(0, |entry| entry.bytes.len())
    };
    assert_eq!((0..100).map(stored).sum::<usize>(), 4 * 8 * 40);
}

#[test]
fn a_client_that_leaves_pays_for_what_it_got() {
    let gateway = gateway(budget(1_000));
    let mut body = chat("Hi.");
    body["stream"] = json!(true);
    let (mut sent, _) = gateway.send(&body, &[], START).ok().unwrap();
    let chunk = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello there!\"}}]}\n\n";
    sent.stream(&[chunk, chunk], false);
    assert_eq!(sent.usage(), ("9", "6", "true"));
    assert_eq!(left(&gateway, START), 1_000 - 9 - 6, "the rest of the reservation is back");
}
