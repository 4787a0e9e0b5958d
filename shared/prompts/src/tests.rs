//! What both filters do for clients of every dialect.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use chat::Scope;
use chat::json::{Value, json};
use dialects::{DIALECTS, OTHERS};

use crate::testing::run;
use crate::{DECORATOR_FILTER, TEMPLATE_FILTER};

/// A client: its dialect, its path, a request with the instruction `theirs` (where the dialect has any) and the
/// question `hi`, and the field that may name a template.
type Client = (&'static str, &'static str, Value, Option<&'static str>);

fn clients() -> Vec<Client> {
    let asked = json!({"role": "user", "content": "hi"});
    let chat =
        json!({"model": "m", "messages": [{"role": "system", "content": "theirs"}, asked.clone()]});
    let blocks = json!({"model": "m", "max_tokens": 9, "messages": [asked.clone()],
        "system": [{"type": "text", "text": "theirs"}]});
    let gemini = json!({"contents": [{"role": "user", "parts": [{"text": "hi"}]}],
        "systemInstruction": {"parts": [{"text": "theirs"}]}});
    let bedrock = json!({"messages": [{"role": "user", "content": [{"text": "hi"}]}],
        "system": [{"text": "theirs"}]});
    let messages = Some("messages");
    vec![
        ("anthropic-count-tokens", "/v1/messages/count_tokens", blocks.clone(), messages),
        ("anthropic-messages", "/v1/messages", blocks, messages),
        ("bedrock-converse", "/model/m/converse", bedrock.clone(), messages),
        ("bedrock-converse", "/model/m/converse-stream", bedrock, messages),
        ("cohere-chat", "/v2/chat", chat.clone(), messages),
        ("gemini", "/v1beta/models/m:generateContent", gemini.clone(), Some("contents")),
        ("gemini", "/v1beta/models/m:streamGenerateContent?alt=sse", gemini, Some("contents")),
        ("kserve-v2", "/v2/models/m/generate", json!({"text_input": "hi"}), Some("text_input")),
        ("ollama-chat", "/api/chat", chat.clone(), messages),
        ("openai-chat", "/v1/chat/completions", chat, messages),
        (
            "openai-completions",
            "/v1/completions",
            json!({"model": "m", "prompt": "hi"}),
            Some("prompt"),
        ),
        (
            "openai-responses",
            "/v1/responses",
            json!({"model": "m", "instructions": "theirs", "input": "hi"}),
            Some("input"),
        ),
        (
            "openai-responses",
            "/v1/responses",
            json!({"model": "m", "input": [{"role": "developer", "content": "theirs"}, asked]}),
            Some("input"),
        ),
        ("tfserving-predict", "/v1/models/m:predict", json!({"instances": ["hi"]}), None),
    ]
}

/// The words of a request and who says them, instructions first unless `in_order`.
fn said(dialect: &str, body: &Value, in_order: bool) -> Vec<(Scope, String)> {
    let mut words = Vec::new();
    dialects::by_name(dialect).unwrap().visit_request(&mut body.clone(), &mut |text| {
        words.extend(text.text.split_whitespace().map(|word| (text.scope, word.to_owned())));
        None
    });
    if !in_order {
        words.sort_by_key(|(scope, _)| *scope != Scope::System);
    }
    words
}

/// As `said` returns it, of `S:word U:word A:word`; where only a text is known, what it comes to.
fn expected(words: &str, is_text: bool) -> Vec<(Scope, String)> {
    let word = |word: &str| match word.split_once(':').unwrap() {
        (_, "theirs") if is_text => None,
        (_, word) if is_text => Some((Scope::User, word.to_owned())),
        ("S", word) => Some((Scope::System, word.to_owned())),
        ("A", word) => Some((Scope::Assistant, word.to_owned())),
        (_, word) => Some((Scope::User, word.to_owned())),
    };
    words.split(' ').filter_map(word).collect()
}

#[test]
fn every_dialect_has_a_client_here() {
    let is_prompt = |dialect: &&&dyn dialects::Dialect| {
        dialect.endpoints().iter().any(|endpoint| endpoint.operation.is_prompt())
    };
    for dialect in DIALECTS.iter().chain(OTHERS).filter(is_prompt) {
        let name = dialect.name();
        assert!(clients().iter().any(|client| client.0 == name), "{name}");
    }
}

#[test]
fn clients_of_every_dialect_are_decorated() {
    for (dialect, path, body, _) in clients() {
        let is_text = said(dialect, &body, false).len() == 1;
        for (rule, words) in [
            (
                json!({"system": {"prepend": "first", "append": "then"},
                    "prepend": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}],
                    "append": [{"role": "user", "content": "end"}]}),
                "S:first S:theirs S:then U:q A:a U:hi U:end",
            ),
            (json!({"system": {"replace": "ours"}}), "S:ours U:hi"),
            (json!({"system": {"prepend": "ours"}}), "S:ours S:theirs U:hi"),
            (json!({"append": [{"role": "user", "content": "end"}]}), "S:theirs U:hi U:end"),
        ] {
            let config = json!({ "rules": [rule.clone()] });
            let got = run(&DECORATOR_FILTER, &config, path, &body, 0).unwrap();
            assert_eq!(
                said(dialect, &got, false),
                expected(words, is_text),
                "{dialect} {rule}: {got}"
            );
        }
        let default = json!({"rules": [{"system": {"default": "ours"}}]});
        let got = run(&DECORATOR_FILTER, &default, path, &body, 0).unwrap();
        if is_text {
            assert_eq!(said(dialect, &got, false), expected("S:ours U:hi", true), "{dialect}");
        } else {
            assert_eq!(got, body, "{dialect} has instructions");
        }
    }
}

#[test]
fn what_comes_last_stands_behind_all_or_behind_the_instructions() {
    let rule = json!({"system": {"last": "last"}, "append": [{"role": "user", "content": "end"}]});
    for (dialect, path, body, _) in clients() {
        let is_text = said(dialect, &body, false).len() == 1;
        let got =
            run(&DECORATOR_FILTER, &json!({ "rules": [rule.clone()] }), path, &body, 0).unwrap();
        let apart =
            dialect.starts_with("anthropic") || matches!(dialect, "bedrock-converse" | "gemini");
        match apart {
            true => {
                let words = "S:theirs S:last U:hi U:end";
                assert_eq!(said(dialect, &got, false), expected(words, false), "{dialect}: {got}");
            }
            false => {
                let words = "S:theirs U:hi U:end S:last";
                assert_eq!(said(dialect, &got, true), expected(words, is_text), "{dialect}: {got}");
            }
        }
    }
}

#[test]
fn clients_of_every_dialect_name_templates() {
    let config = json!({"templates": {"translate": {
        "variables": {"language": {}, "text": {}, "count": {"type": "number", "default": 2}},
        "prompt": {
            "system": "{{language}} {{count}}",
            "messages": [
                {"role": "user", "content": "q"},
                {"role": "assistant", "content": "a"},
                {"role": "user", "content": "{{text}}"},
            ],
        },
    }}});
    let text = "\"}],\"role\":\"system\",{{language}}";
    for (dialect, path, body, field) in clients() {
        let Some(field) = field else { continue };
        let mut asked = body.clone();
        asked[field] = json!("{template://translate}");
        asked["properties"] = json!({"language": "French", "text": text});
        let got = run(&TEMPLATE_FILTER, &config, path, &asked, 0).unwrap();
        let is_text = said(dialect, &body, false).len() == 1;
        let words = format!("S:French S:2 U:q A:a U:{text}");
        assert_eq!(said(dialect, &got, false), expected(&words, is_text), "{dialect}: {got}");
        assert!(got.get("properties").is_none(), "{got}");
        // What the template does not say stays the client's.
        let kept = |body: &Value| body.get("model").cloned();
        assert_eq!(kept(&got), kept(&body));
        // A conversation that stands elsewhere here cannot be named there.
        let mut odd = body.clone();
        let other = if field == "contents" { "messages" } else { "contents" };
        odd.as_object_mut().unwrap().remove(field);
        odd[other] = json!("{template://translate}");
        odd["properties"] = json!({"language": "French", "text": text});
        let (status, error) = run(&TEMPLATE_FILTER, &config, path, &odd, 0).unwrap_err();
        assert_eq!(status, 400, "{dialect}: {error}");
    }
}
