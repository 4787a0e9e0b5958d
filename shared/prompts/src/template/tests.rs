#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use chat::json::{Value, json};

use crate::TEMPLATE_FILTER;
use stage::{Exchange, facts};

use crate::testing::{errors, run, run_in};

const CHAT: &str = "/v1/chat/completions";

fn config() -> Value {
    json!({"templates": {
        "translate": {
            "variables": {
                "language": {"one_of": ["French", "German"]},
                "text": {"max_chars": 20},
                "heat": {"type": "number", "default": 0.2},
            },
            "body": {
                "messages": [
                    {"role": "system", "content": "Translate into {{language}}. {{ not a hole }} {{}}"},
                    {"role": "user", "content": "{{text}}"},
                ],
                "temperature": "{{ heat }}",
            },
        },
        "greet": {"versions": [
            {"name": "a", "weight": 3, "body": {"messages": [{"role": "user", "content": "Hi"}]}},
            {"name": "b", "weight": 1, "body": {"messages": [{"role": "user", "content": "Hello"}]}},
            {"name": "c", "weight": 0, "body": {"messages": [{"role": "user", "content": "Moin"}]}},
        ]},
    }})
}

fn asked(reference: &str, properties: Value) -> Value {
    json!({"model": "m", "messages": reference, "stream": true, "properties": properties})
}

fn refused(config: &Value, body: &Value) -> String {
    let (status, error) = run(&TEMPLATE_FILTER, config, CHAT, body, 0).expect_err("a refusal");
    assert_eq!(status, 400);
    let error = &error["error"];
    format!("{} {}", error["code"].as_str().unwrap(), error["param"].as_str().unwrap())
}

#[test]
fn a_template_takes_the_place_of_the_reference_and_nothing_else() {
    let text = "\"}],\n{{language}}";
    let body = asked("{template://translate}", json!({"language": "French", "text": text}));
    let got = run(&TEMPLATE_FILTER, &config(), CHAT, &body, 0).unwrap();
    let expected = json!({
        "model": "m",
        "stream": true,
        "messages": [
            {"role": "system", "content": "Translate into French. {{ not a hole }} {{}}"},
            {"role": "user", "content": text},
        ],
        "temperature": 0.2,
    });
    assert_eq!(got, expected);
}

#[test]
fn versions_are_chosen_by_weight_or_by_name() {
    let said = |reference: &str, dice: u64| {
        let body = asked(reference, json!({}));
        let mut io = Exchange { dice, ..Exchange::default() };
        let got = run_in(&mut io, &TEMPLATE_FILTER, &config(), CHAT, &body).unwrap();
        let said = got["messages"][0]["content"].as_str().unwrap();
        format!("{said} {}", io.told(facts::TEMPLATE).unwrap())
    };
    let many: Vec<_> = (0..4).map(|dice| said("{template://greet}", dice)).collect();
    assert_eq!(many, ["Hi greet@a", "Hi greet@a", "Hi greet@a", "Hello greet@b"]);
    assert_eq!(said("{template://greet}", 4), "Hi greet@a");
    assert_eq!(said("{template://greet@c}", 0), "Moin greet@c");
}

#[test]
fn wrong_values_are_refused_without_being_quoted() {
    let long = "x".repeat(21);
    for (properties, expected) in [
        (json!({"language": "French"}), "missing_template_values properties"),
        (json!("French"), "invalid_type properties"),
        (json!({"language": "Latin", "text": ""}), "invalid_template_value properties.language"),
        (json!({"language": "German", "text": 1}), "invalid_template_value properties.text"),
        (json!({"language": "German", "text": long}), "invalid_template_value properties.text"),
        (
            json!({"language": "German", "text": "", "heat": "hot"}),
            "invalid_template_value properties.heat",
        ),
        (
            json!({"language": "German", "text": "", "more": ""}),
            "unknown_template_values properties",
        ),
    ] {
        let body = asked("{template://translate}", properties);
        assert_eq!(refused(&config(), &body), expected);
        let (_, error) = run(&TEMPLATE_FILTER, &config(), CHAT, &body, 0).expect_err("a refusal");
        let message = error["error"]["message"].as_str().unwrap();
        assert!(!message.contains("Latin") && !message.contains("hot"), "{message}");
    }
}

#[test]
fn a_wrong_reference_is_refused() {
    for (reference, expected) in [
        ("{template://nobody}", "unknown_template messages"),
        ("{template://greet@z}", "unknown_template messages"),
    ] {
        assert_eq!(refused(&config(), &asked(reference, json!({}))), expected);
    }
    let mut twice = asked("{template://greet}", json!({}));
    twice["prompt"] = json!("{template://greet}");
    assert_eq!(refused(&config(), &twice), "several_templates prompt");
    let body = json!({"model": "m", "max_tokens": 9, "messages": "{template://greet}"});
    let (_, error) = run(&TEMPLATE_FILTER, &config(), "/v1/messages", &body, 0).unwrap_err();
    assert_eq!(error["error"]["details"]["error_code"], json!("template_for_other_dialect"));
}

#[test]
fn a_request_without_a_template_goes_on_unless_that_is_refused() {
    let plain = json!({"model": "m", "messages": [], "properties": {"a": 1}});
    assert_eq!(run(&TEMPLATE_FILTER, &config(), CHAT, &plain, 0).unwrap(), plain);
    let mut strict = config();
    strict["untemplated"] = json!("reject");
    assert_eq!(refused(&strict, &plain), "template_required messages");
}

#[test]
fn bad_configurations_are_refused_with_their_paths() {
    let one = |template: Value| json!({ "templates": { "t": template } });
    for (config, expected) in [
        (json!({"templates": {}}), "templates: must name at least one template"),
        (one(json!({})), "templates.t: must have exactly one of `prompt`, `body` and `versions`"),
        (
            one(json!({"body": {"messages": "{{who}}"}})),
            "templates.t.body.messages: `{{who}}` is no variable of the template",
        ),
        (
            one(json!({"variables": {"who": {}}, "body": {"messages": []}})),
            "templates.t.variables.who: is used nowhere",
        ),
        (
            one(json!({"versions": [{"name": "a", "weight": 0, "body": {"messages": []}}]})),
            "templates.t.versions: must have a weight above 0",
        ),
        (
            one(
                json!({"variables": {"n": {"type": "number", "default": "x"}}, "body": {"n": "{{n}}"}}),
            ),
            "templates.t.variables.n.default: must be a number",
        ),
        (one(json!({"body": {}})), "templates.t.body: must not be empty"),
        (
            one(
                json!({"dialect": "gemini", "prompt": {"messages": [{"role": "user", "content": "x"}]}}),
            ),
            "templates.t.dialect: is that of a `body`: a `prompt` is for all",
        ),
        (
            one(json!({"prompt": {"messages": []}})),
            "templates.t.prompt.messages: must have at least one message",
        ),
        (
            one(json!({"prompt": {"messages": [{"role": "user", "content": "{{who}}"}]}})),
            "templates.t.prompt.messages[0].content: `{{who}}` is no variable of the template",
        ),
        (
            one(
                json!({"body": {"a": 1}, "prompt": {"messages": [{"role": "user", "content": "x"}]}}),
            ),
            "templates.t: must have exactly one of `prompt`, `body` and `versions`",
        ),
        (
            one(json!({"versions": [{"name": "a", "weight": 1}]})),
            "templates.t.versions[0]: must have exactly one of `prompt` and `body`",
        ),
    ] {
        assert_eq!(errors(&TEMPLATE_FILTER, &config), [expected]);
    }
    let unknown = errors(&TEMPLATE_FILTER, &one(json!({"dialect": "x", "body": {"a": 1}})));
    assert!(unknown[0].starts_with("templates.t.dialect: unknown dialect"), "{unknown:?}");
}
