#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use chat::json::{Value, json};

use crate::DECORATOR_FILTER;
use crate::testing::{errors, run};

fn decorated(config: &Value, path: &str, body: &Value) -> Value {
    run(&DECORATOR_FILTER, config, path, body, 0).unwrap()
}

const CHAT: &str = "/v1/chat/completions";
const MESSAGES: &str = "/v1/messages";

fn rule(rule: Value) -> Value {
    json!({ "rules": [rule] })
}

#[test]
fn instructions_go_where_the_rule_says_in_every_dialect() {
    let theirs = json!({"role": "developer", "content": "theirs"});
    let asked = json!({"role": "user", "content": "hi"});
    let ours = json!({"role": "system", "content": "ours"});
    let block = |text: &str| json!({"type": "text", "text": text});
    for (system, chat, blocks) in [
        (json!({"prepend": "ours"}), vec![&ours, &theirs, &asked], vec!["ours", "theirs"]),
        (json!({"append": "ours"}), vec![&theirs, &ours, &asked], vec!["theirs", "ours"]),
        (json!({"replace": "ours"}), vec![&ours, &asked], vec!["ours"]),
        (json!({"default": "ours"}), vec![&theirs, &asked], vec!["theirs"]),
    ] {
        let config = rule(json!({ "system": system.clone() }));
        let body = json!({"model": "m", "messages": [theirs.clone(), asked.clone()], "odd": 1.0});
        let got = decorated(&config, CHAT, &body);
        assert_eq!(got["messages"], Value::from(chat.into_iter().cloned().collect::<Vec<_>>()));
        assert_eq!(got["odd"], body["odd"]);

        let blocks: Vec<Value> = blocks.into_iter().map(block).collect();
        for theirs in [json!("theirs"), json!([block("theirs")])] {
            let body = json!({"model": "m", "system": theirs, "messages": [asked.clone()]});
            let got = decorated(&config, MESSAGES, &body);
            assert_eq!(got["system"], Value::from(blocks.clone()), "{system}");
        }
        let bare = json!({"model": "m", "messages": [asked.clone()]});
        assert_eq!(decorated(&config, MESSAGES, &bare)["system"], json!([block("ours")]));
        assert_eq!(
            decorated(&config, CHAT, &bare)["messages"],
            json!([ours.clone(), asked.clone()])
        );
    }
}

#[test]
fn messages_stand_around_the_conversation() {
    let config = rule(json!({
        "prepend": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}],
        "append": [{"role": "user", "content": "Be brief."}],
    }));
    let words = |body: &Value| {
        let messages = body["messages"].as_array().unwrap().iter();
        messages.map(|message| message["content"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let body = json!({"model": "m", "messages": [
        {"role": "system", "content": "s"}, {"role": "user", "content": "hi"}]});
    assert_eq!(words(&decorated(&config, CHAT, &body)), ["s", "q", "a", "hi", "Be brief."]);
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
    assert_eq!(words(&decorated(&config, MESSAGES, &body)), ["q", "a", "hi", "Be brief."]);
}

#[test]
fn a_rule_is_for_what_it_names() {
    let body = json!({"model": "gpt-4o", "messages": []});
    for (when, applies) in [
        (json!({}), true),
        (json!({"models": ["gpt-4o"]}), true),
        (json!({"models": ["claude-*", "gpt-*"]}), true),
        (json!({"models": ["gpt-4"]}), false),
        (json!({"paths": ["/v1/chat"]}), true),
        (json!({"paths": ["/other"]}), false),
        (json!({"headers": {"x-team": "a"}}), true),
        (json!({"headers": {"x-team": "b"}}), false),
        (json!({"models": ["gpt-*"], "headers": {"x-team": "b"}}), false),
    ] {
        let config = rule(json!({"when": when.clone(), "system": {"prepend": "ours"}}));
        let got = decorated(&config, CHAT, &body);
        assert_eq!(got["messages"].as_array().unwrap().len(), usize::from(applies), "{when}");
    }
}

#[test]
fn a_request_without_a_conversation_is_refused() {
    let config = rule(json!({"system": {"prepend": "ours"}}));
    for body in [json!({"model": "m"}), json!({"model": "m", "messages": "text"})] {
        let (status, error) =
            run(&DECORATOR_FILTER, &config, CHAT, &body, 0).expect_err("it has no place for it");
        assert_eq!((status, &error["error"]["code"]), (400, &json!("no_conversation")));
    }
}

#[test]
fn bad_configurations_are_refused_with_their_paths() {
    for (config, expected) in [
        (json!({"rules": []}), "rules: must have at least one rule"),
        (rule(json!({})), "rules[0]: adds nothing: give one of `system`, `prepend` and `append`"),
        (
            rule(json!({"system": {"replace": "a", "append": "b"}})),
            "rules[0].system: `replace` and `default` stand alone",
        ),
        (rule(json!({"system": {"append": " "}})), "rules[0].system.append: must not be empty"),
        (
            rule(json!({"append": [{"role": "user", "content": ""}]})),
            "rules[0].append[0].content: must not be empty",
        ),
        (
            rule(json!({"when": {"headers": {"X-Team": "a"}}, "system": {"append": "b"}})),
            "rules[0].when.headers.X-Team: header names are in lower case",
        ),
        (
            rule(json!({"when": {"models": ["m", "*-mini"]}, "system": {"append": "b"}})),
            "rules[0].when.models[1]: must be a model's name, or the beginning of one with `*` behind",
        ),
        (
            rule(json!({"when": {"paths": ["v1/"]}, "system": {"append": "b"}})),
            "rules[0].when.paths[0]: must begin with `/`, unlike `v1/`",
        ),
    ] {
        assert_eq!(errors(&DECORATOR_FILTER, &config), [expected]);
    }
}
