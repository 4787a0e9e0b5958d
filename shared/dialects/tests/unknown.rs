//! What a provider says that nobody here knows: it reaches the client under the extension's key, or it is named.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail so"
)]

use chat::Data;
use chat::json::Value;
use dialects::{CODECS, Client, ClientContext, Codec, Drops, EXTENSION, StreamTranslation, extend};
use testkit::{fixtures, json_fixtures};

/// A field that no dialect has, and what stands in it.
const NAME: &str = "zznew";
const VALUE: &str = "zz-said";

fn context() -> ClientContext {
    ClientContext { model: "m".into(), stream_usage: true, ..ClientContext::default() }
}

/// A client that speaks another dialect.
fn client(provider: &dyn Codec) -> &'static dyn Client {
    let other = match provider.name() {
        "openai-chat" => "anthropic-messages",
        _ => "openai-chat",
    };
    dialects::client(other).unwrap()
}

/// Objects that are translated as one thing: what is new in them has no place of its own. Counts by kind, log
/// probabilities, citations, the arguments of a call, and errors, of which only the message is told.
fn is_detail(place: &str) -> bool {
    let kinds = [
        "TokensDetails/",
        "annotations/",
        "cacheDetails/",
        "cache_creation",
        "citation",
        "error",
        "grounding",
        "incomplete_details",
        "input",
        "logprobs",
        "output_tokens_details",
        "reasoningContent",
        "serviceTier",
        "source",
        "summary/",
        "thinking/",
        "thinking_blocks/",
        "usage/tokens",
    ];
    kinds.iter().any(|kind| place.contains(kind))
}

/// What an answer of `openai-responses` repeats of its request, and what its stream tells more than once: the end
/// of an item and that of the answer count.
fn is_repeated(from: &dyn Codec, event: Option<&chat::Event>, place: &str) -> bool {
    let kind = event.and_then(|event| event.name.as_deref());
    let answer = place.strip_prefix("/response").unwrap_or(place);
    let echo = ["/metadata", "/reasoning", "/text", "/tools/"];
    let last = match kind {
        None => true,
        Some("response.completed" | "response.incomplete") => !place.starts_with("/response/"),
        Some("response.output_item.done") => place == "/item" || place.contains("content"),
        _ => false,
    };
    from.name() == "openai-responses" && (!last || echo.iter().any(|it| answer.starts_with(it)))
}

/// Adds the field to one object of a tree after the other, and shows each to `see`, with the object's path.
fn each(body: &Value, see: &mut dyn FnMut(&str, Value)) {
    let mut places = vec![String::new()];
    while let Some(place) = places.pop() {
        let items: Vec<String> = match body.pointer(&place).unwrap() {
            Value::Object(map) => map.keys().map(ToString::to_string).collect(),
            Value::Array(items) => (0..items.len()).map(|index| index.to_string()).collect(),
            _ => continue,
        };
        places.extend(items.iter().map(|item| format!("{place}/{item}")));
        let mut body = body.clone();
        if let Some(Value::Object(map)) = body.pointer_mut(&place).filter(|_| !is_detail(&place)) {
            map.put(NAME, VALUE);
            see(&place, body);
        }
    }
}

fn is_told(drops: &Drops, wire: &str) -> bool {
    wire.contains(VALUE) || drops.iter().any(|dropped| dropped.path.contains(NAME))
}

#[test]
fn a_new_field_of_an_answer_is_kept_or_named() {
    let mut lost = Vec::new();
    for from in CODECS {
        for (case, body) in json_fixtures(&format!("{}/response", from.name())) {
            each(&body, &mut |place, body| {
                if is_repeated(*from, None, place) {
                    return;
                }
                let mut drops = Drops::default();
                let Ok(answer) = from.decode_response(body, &mut drops) else { return };
                let to = client(*from);
                let mut body = to.encode_response(answer, &context(), &mut drops);
                extend(to, &mut body, false, [&mut drops]);
                if !is_told(&drops, &body.to_string()) {
                    lost.push(format!("{} {case} {place}", from.name()));
                }
            });
        }
    }
    assert!(lost.is_empty(), "{lost:#?}");
}

#[test]
fn a_new_field_of_a_stream_is_kept_or_named() {
    let mut lost = Vec::new();
    for from in CODECS {
        for (case, wire) in fixtures(&format!("{}/stream", from.name())) {
            let (mut decoder, mut events) = (from.framing().decoder(1 << 20), Vec::new());
            decoder.push(&wire, &mut events).unwrap();
            events.extend(decoder.finish());
            events.retain(|event| *event.data() != Data::Nothing);
            for index in 0..events.len() {
                let Some(body) = events[index].as_json() else { continue };
                // Of an error, only what is wrong is told.
                if body.get("error").is_some() {
                    continue;
                }
                each(body, &mut |place, body| {
                    let mut events = events.clone();
                    *events[index].data_mut() = Data::Json(body);
                    let repeated = is_repeated(*from, events.get(index), place);
                    if !repeated && !is_told_of(*from, events) {
                        lost.push(format!("{} {case} event {index}: {place}", from.name()));
                    }
                });
            }
        }
    }
    assert!(lost.is_empty(), "{lost:#?}");
}

/// Whether a stream tells the field, or cannot be read to its end.
fn is_told_of(from: &dyn Codec, events: Vec<chat::Event>) -> bool {
    let mut stream = StreamTranslation::new(from, client(from), context(), true);
    let mut out = Vec::new();
    for event in events {
        if stream.event(event, &mut |_| {}, &mut out).is_err() {
            return true;
        }
    }
    if stream.finish(&mut |_| {}, &mut out).is_err() {
        return true;
    }
    let wire: String = out.iter().filter_map(|event| Some(event.as_json()?.to_string())).collect();
    is_told(&stream.drops(), &wire)
}

#[test]
fn what_is_kept_is_text_too() {
    let mut answer = chat::json::json!({"choices": [], EXTENSION: {"a.b": {"c": ["secret", 1]}}});
    let openai = dialects::by_name("openai-chat").unwrap();
    let hide = |text: chat::text::Text<'_>| (text.text == "secret").then(|| "hidden".to_owned());
    assert!(openai.visit_response(&mut answer, &mut { hide }));
    assert_eq!(answer[EXTENSION]["a.b"]["c"][0], "hidden");
    let mut out = Vec::new();
    let mut show = |piece: dialects::Piece<'_>| piece.last.then(|| "x".to_owned());
    openai.stream_text().unwrap().event(chat::Event::json(answer), &mut show, &mut out);
    assert_eq!(out[0].as_json().unwrap()[EXTENSION]["a.b"]["c"][0], "x");
}

#[test]
fn the_extension_holds_paths_and_values_of_the_providers_own() {
    let body = chat::json::json!({
        "id": "m", "type": "message", "role": "assistant", "model": "claude", "content": [],
        "stop_reason": "refusal", "stop_sequence": null,
        "stop_details": {"type": "refusal", "category": "cyber"},
        "usage": {"input_tokens": 1, "output_tokens": 2, "server_tool_use": {"web_search_requests": 3}}
    });
    let anthropic = dialects::codec("anthropic-messages").unwrap();
    for to in ["openai-chat", "openai-completions", "openai-responses", "gemini", "ollama-chat"] {
        let mut drops = Drops::default();
        let answer = anthropic.decode_response(body.clone(), &mut drops).unwrap();
        let to = dialects::client(to).unwrap();
        let mut body = to.encode_response(answer, &context(), &mut drops);
        extend(to, &mut body, false, [&mut drops]);
        let kept = &body[EXTENSION];
        assert_eq!(kept["stop_details"]["category"], "cyber", "{body}");
        assert_eq!(kept["usage.server_tool_use"]["web_search_requests"], 3, "{body}");
        let named: Vec<_> = drops.iter().map(|dropped| dropped.path.as_str()).collect();
        assert!(!named.contains(&"stop_details"), "{named:?}");
    }
}
