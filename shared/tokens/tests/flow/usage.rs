//! What was used: stated, missing, false, cut off.

use chat::json::{Value, json};
use stage::Edit;

use super::support::*;

#[test]
fn usage_is_what_the_provider_states_and_else_what_was_counted() {
    let gateway = gateway(json!({}));
    for (what, stated, expected) in [
        ("stated", usage(10, 5), ("10", "5", "false")),
        ("missing", json!(null), ("9", "3", "true")),
        ("negative", json!({"prompt_tokens": -1, "completion_tokens": -5}), ("9", "3", "true")),
        ("no number", json!({"prompt_tokens": "10", "completion_tokens": []}), ("9", "3", "true")),
        ("huge", usage(9_000_000_000_000, 5), ("9", "3", "true")),
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
    assert_eq!(silent.usage(), ("9", "3", "true"));

    let mut left = gateway.sent(&chat("Hi."), START);
    left.stream(&[&one], false);
    assert_eq!(left.usage(), ("9", "1", "true"), "what was delivered");
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

    let silent = super::support::gateway(json!({"ask_stream_usage": false}));
    body.as_object_mut().unwrap().shift_remove("stream_options");
    let (mut sent, asked) = silent.send(&body, &[], START).ok().unwrap();
    assert_eq!(asked, body);
    sent.stream(&[&chunk(""), done], true);
    assert_eq!(sent.usage(), ("9", "1", "true"));
}

#[test]
fn events_that_are_alike_count_as_if_each_were_read() {
    let gateway = gateway(json!({}));
    let words =
        ["One", " event", " is", " much", " like", " the", "\\n", " other", "\\u0021", "other"];
    let chunk = |index: usize, word: &str, rest: &str| {
        format!(
            "data: {{\"id\":\"other\",\"choices\":[{{\"index\":{index},\"delta\":{{\"content\":\"{word}\"}}}}]{rest}}}\n\n"
        )
    };
    let counted = |wire: &[String], shown: &[String]| {
        let mut body = chat("Hi.");
        body["stream"] = json!(true);
        let mut sent = gateway.sent(&body, START);
        let wire: Vec<&str> = wire.iter().map(String::as_str).collect();
        assert_eq!(sent.stream(&wire, true), shown.concat());
        let first = sent.told("tollgate.first_token_ms").to_owned();
        (sent.told("gen_ai.usage.output_tokens").to_owned(), first)
    };
    let of = |rest: &dyn Fn(usize) -> String| -> Vec<String> {
        let all = words.iter().enumerate();
        all.map(|(at, word)| chunk(at / 7, word, &rest(at))).collect()
    };
    let alike = of(&|_| String::new());
    let expected = counted(&alike, &alike);
    assert_eq!(expected.1, "100");
    let apart = of(&|at| format!(",\"created\":{at}"));
    assert_eq!(counted(&apart, &apart), expected);
    // What was not asked for is taken out of each, which is written anew then.
    let anew: Vec<String> = alike.iter().map(|event| event.replace("\\u0021", "!")).collect();
    assert_eq!(counted(&of(&|_| ",\"usage\":null".to_owned()), &anew), expected);
    // One that states usage ends it, however much it is like the others.
    let mut stated = alike.clone();
    stated.push(chunk(1, " end", ",\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":77}"));
    assert_eq!(counted(&stated, &stated).0, "77");
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
fn a_glance_at_an_answer_counts_what_a_tree_does() {
    let config = json!({"headers": {"usage": true}, "models": {"gpt-4o*": {"price": {"input": 2.5, "output": 10}}}});
    let gateway = gateway(config);
    let told = |body: &Value| {
        let mut sent = gateway.sent(&chat("Hi."), START);
        let edits = sent.answer(body);
        (edits, sent.io.facts, sent.io.metrics)
    };
    let mut moonshot = answer(json!(null));
    moonshot["choices"][0]["usage"] = usage(10, 5);
    let mut nameless = answer(usage(10, 5));
    nameless["model"] = json!("");
    for body in
        [answer(usage(10, 5)), answer(usage(0, 5)), answer(usage(10, 0)), moonshot, nameless]
    {
        let mut unclear = body.clone();
        unclear["unheard_of"] = json!(1);
        assert_eq!(told(&body), told(&unclear), "{body}");
    }
}

#[test]
fn a_provider_that_lies_is_believed_as_far_as_it_can_be_true() {
    let gateway = gateway(json!({}));
    let long = "One two three four five. ".repeat(100);
    let mut body = answer(usage(10, 1));
    body["choices"][0]["message"]["content"] = json!(long.as_str());
    let mut sent = gateway.sent(&chat("Hi."), START);
    sent.answer(&body);
    assert_eq!(sent.usage(), ("10", "601", "true"), "2,500 bytes are not one token");
    body["usage"] = usage(10, 100);
    let mut sent = gateway.sent(&chat("Hi."), START);
    sent.answer(&body);
    assert_eq!(sent.usage(), ("10", "100", "false"), "what can be true is what it will charge");

    let chunk = |text: &str| {
        let data = json!({"choices": [{"index": 0, "delta": {"content": text}}]});
        format!("data: {data}\n\n")
    };
    let stated = |output: u64| {
        let data = json!({"choices": [], "usage": usage(10, output)});
        format!("data: {data}\n\n")
    };
    let mut sent = gateway.sent(&chat("Hi."), START);
    sent.stream(&[&chunk(&long), &stated(2), "data: [DONE]\n\n"], true);
    assert_eq!(sent.usage(), ("10", "601", "true"));
    // Said twice, and less the second time: the higher counts, once.
    let mut sent = gateway.sent(&chat("Hi."), START);
    sent.stream(&[&chunk("Hi"), &stated(40), &stated(3), "data: [DONE]\n\n"], true);
    assert_eq!(sent.usage(), ("10", "40", "false"));
}

#[test]
fn an_unknown_model_is_estimated_and_told_as_other() {
    let gateway = gateway(json!({"count_prompt": "always", "models": {"gpt-4o*": {}}}));
    let mut body = chat("Hi.");
    body["model"] = json!("nobody-knows-7b");
    let mut sent = gateway.sent(&body, START);
    sent.answer(&answer(json!(null)));
    let (input, output, estimated) = sent.usage();
    assert!(input.parse::<u64>().unwrap() >= 8 && output.parse::<u64>().unwrap() >= 3);
    assert_eq!(estimated, "true");
    assert_eq!(sent.told("gen_ai.request.model"), "nobody-knows-7b");
    let names: Vec<&str> = sent.io.metrics.iter().map(|metric| metric.name.as_str()).collect();
    assert!(names.iter().any(|name| name.starts_with("tokens.model.other.")), "{names:?}");
    assert!(!names.iter().any(|name| name.contains("nobody")), "{names:?}");
}

/// The first bytes of a PNG of 1024 × 1024.
const PICTURE: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAABAAAAAQACAIAAAA=";

#[test]
fn pictures_are_counted_by_their_dimensions() {
    let body = |detail: &str| {
        let image = json!({"url": PICTURE, "detail": detail});
        json!({"model": "gpt-4o", "messages": [{"role": "user", "content":
            [{"type": "text", "text": "Hi."}, {"type": "image_url", "image_url": image}]}]})
    };
    let gateway = gateway(json!({"count_prompt": "always"}));
    for (detail, tokens) in [("high", "774"), ("low", "94")] {
        let sent = gateway.sent(&body(detail), START);
        assert_eq!(sent.told("tollgate.prompt_tokens"), tokens, "9 for the text");
    }
    // Nobody asks for the count, and the provider says nothing: still not by its bytes.
    let mut sent = super::support::gateway(json!({})).sent(&body("low"), START);
    sent.answer(&answer(json!(null)));
    assert_eq!(sent.usage(), ("94", "3", "true"));
}
