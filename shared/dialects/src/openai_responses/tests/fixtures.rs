//! Every fixture, there and back.

use chat::json::{Value, json};

use super::*;

/// The fixtures of a kind: name and bytes.
fn fixtures(kind: &str) -> Vec<testkit::Fixture> {
    testkit::fixtures(&format!("openai-responses/{kind}"))
}

/// A request in the words in which it is written: every short form spelled out, nothing that only says where
/// an item is stored, the proof of thoughts as they are wanted.
fn spell_out(body: &mut Value) {
    if body["input"].is_string() {
        body["input"] = json!([{"role": "user", "content": body["input"].take()}]);
    }
    body["input"].as_array_mut().unwrap().iter_mut().for_each(spell_out_item);
    for tool in body.get_mut("tools").and_then(Value::as_array_mut).into_iter().flatten() {
        if tool["type"] == "custom" && tool["format"]["type"] == "text" {
            tool.as_object_mut().unwrap().shift_remove("format");
        }
    }
    for name in ["stream_options", "background"] {
        body.as_object_mut().unwrap().shift_remove(name);
    }
    if body.get("store").is_none() {
        body["store"] = json!(false);
    }
    let words = body.get("include").cloned().unwrap_or(json!([]));
    let mut words: Vec<Value> = words.as_array().unwrap().clone();
    let proof = json!("reasoning.encrypted_content");
    let effort = body.pointer("/reasoning/effort").cloned().unwrap_or_default();
    if !effort.is_null() && effort != "none" && !words.contains(&proof) {
        words.push(proof);
    }
    if !words.is_empty() {
        words.sort_by_key(Value::to_string);
        body["include"] = words.into();
    }
}

fn spell_out_item(item: &mut Value) {
    let fields = item.as_object_mut().unwrap();
    if fields.get("role").is_some() {
        fields.insert("type".into(), "message".into());
    }
    let kind = fields["type"].as_str().unwrap().to_owned();
    match kind.as_str() {
        "message" | "function_call" | "custom_tool_call" => {
            fields.shift_remove("id");
            fields.shift_remove("status");
        }
        "reasoning" => {
            if let Some(texts) = fields["summary"].as_array().filter(|texts| texts.len() > 1) {
                let texts: Vec<_> =
                    texts.iter().map(|part| part["text"].as_str().unwrap()).collect();
                let text = texts.join("\n\n");
                fields.insert("summary".into(), json!([{"type": "summary_text", "text": text}]));
            }
        }
        _ => {}
    }
    if kind == "message" {
        spell_out_content(item);
    }
}

fn spell_out_content(message: &mut Value) {
    let is_models = message["role"] == "assistant";
    let content = message.get_mut("content").unwrap();
    match content {
        Value::String(text) if !is_models => {
            *content = json!([{"type": "input_text", "text": text}]);
        }
        Value::Array(parts)
            if is_models && parts.len() == 1 && parts[0]["type"] == "output_text" =>
        {
            *content = parts[0]["text"].take();
        }
        _ => {}
    }
}

/// Removes what stands at `a.b[0].c`, and the lists that are empty then.
fn remove(body: &mut Value, path: &str) {
    let pointer = format!("/{}", path.replace(['.', '['], "/").replace(']', ""));
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    match body.pointer_mut(parent) {
        Some(Value::Object(map)) => {
            map.shift_remove(last);
        }
        Some(Value::Array(items)) => items[last.parse::<usize>().unwrap()] = Value::Null,
        _ => {}
    }
}

/// Takes out what [`remove`] left in lists.
fn without_nulls(body: &mut Value) {
    if let Some(items) = body["input"].as_array_mut() {
        items.retain(|item| !item.is_null());
    }
}

/// The paths that a fixture loses; all others lose nothing.
fn losses(kind: &str, name: &str) -> &'static [&'static str] {
    match (kind, name) {
        ("request", "cached") => &["input[0].content[0].cache_control"],
        ("request", "multi-turn") => &["input[1].phase"],
        ("request", "built-in-tools") => &["input[2].content[0].citations"],
        ("request", "reasoning") => &["input[4]", "reasoning.summary"],
        ("request", "reasoning-foreign") => &["input[1]", "input[2]"],
        ("request", "stream") => &["stream_options.include_obfuscation"],
        _ => &[],
    }
}

#[test]
fn requests_come_back() {
    for (name, bytes) in fixtures("request") {
        let body = chat::json::parse(&bytes).unwrap();
        if let Err(problem) = try_decode(body.clone()) {
            let code = match name.as_str() {
                "computer-use" => "unsupported_content",
                "background" | "stored-conversation" | "stored-item" | "stored-response" => {
                    "unsupported_parameter"
                }
                _ => panic!("{name}: {problem:?}"),
            };
            assert_eq!(problem.code.as_deref(), Some(code), "{name}");
            continue;
        }
        let (request, mut drops) = decode(body.clone());
        let (mut written, lost) = encode(request.clone());
        lost.iter().for_each(|drop| drops.add(drop.path.clone(), drop.reason.clone()));
        let mut lost = paths(&drops);
        lost.sort_unstable();
        assert_eq!(lost, losses("request", &name), "{name}");
        if name == "additional-tools" {
            // They stand with the others now.
            assert_eq!(written["tools"], body["input"][0]["tools"]);
            continue;
        }
        let mut expected = body;
        spell_out(&mut expected);
        // Marks and annotations are said otherwise than they are read.
        for path in losses("request", &name).iter().filter(|path| !path.starts_with("reasoning.")) {
            let path = path.replace("cache_control", "prompt_cache_breakpoint");
            remove(&mut expected, &path);
        }
        without_nulls(&mut expected);
        if name == "reasoning" {
            expected["reasoning"]["summary"] = "auto".into();
        }
        if let Some(words) = written.get_mut("include").and_then(Value::as_array_mut) {
            words.sort_by_key(Value::to_string);
        }
        assert_eq!(written, expected, "{name}");
        let again = encode(decode(written.clone()).0).0;
        assert_eq!(again["input"], written["input"], "{name}, once more");
    }
}

#[test]
fn answers_come_back() {
    for (name, bytes) in fixtures("response") {
        let body = chat::json::parse(&bytes).unwrap();
        if name == "failed" {
            let problem = OpenaiResponses.decode_response(body, &mut Drops::default());
            assert_eq!(problem.unwrap_err().code.as_deref(), Some("server_error"));
            continue;
        }
        let (_, written, drops) = back(body.clone());
        assert_eq!(paths(&drops), [""; 0], "{name}");
        let mut expected = body;
        if name == "reasoning-parts" {
            // One text each.
            let part = |text: &str| json!([{"type": "summary_text", "text": text}]);
            expected["output"][0]["summary"] = part("One.\n\nTwo.");
            let fields = expected["output"][1].as_object_mut().unwrap();
            fields.insert("summary".into(), part("Hm."));
            fields.shift_remove("content");
            fields.shift_remove("status");
        }
        assert_eq!(written, expected, "{name}");
        assert_eq!(OpenaiResponses.usage(&expected), OpenaiResponses.usage(&written), "{name}");
    }
}

#[test]
fn streams_come_back_however_they_are_cut() {
    for (name, bytes) in fixtures("stream") {
        let events = read_stream(&[&bytes]);
        assert_ordered(&events);
        let written = write_stream(events.clone());
        if !["error", "error-first", "failed"].contains(&name.as_str()) {
            assert_eq!(written, String::from_utf8(bytes.clone()).unwrap(), "{name}");
        }
        for at in (0..bytes.len()).step_by(7) {
            assert_eq!(read_stream(&[&bytes[..at], &bytes[at..]]), events, "{name} cut at {at}");
        }
        assert_eq!(read_stream(&bytes.chunks(1).collect::<Vec<_>>()), events, "{name} in bytes");
    }
}

#[test]
fn answers_told_as_streams_say_the_same() {
    for (name, bytes) in fixtures("response") {
        if name == "failed" {
            continue;
        }
        let (response, buffered, _) = back(chat::json::parse(&bytes).unwrap());
        let stream = write_stream(response.clone().into_events());
        let events = read_stream(&[stream.as_bytes()]);
        assert_ordered(&events);
        let said = |events: Vec<Event>| -> Vec<Event> {
            let told = |event: &Event| !matches!(event, Event::Start { .. } | Event::Usage(_));
            events.into_iter().filter(told).collect()
        };
        assert_eq!(said(events), said(response.into_events()), "{name}");
        let last = stream.lines().filter_map(|line| line.strip_prefix("data: ")).next_back();
        let last = chat::json::parse_str(last.unwrap()).unwrap();
        let mut output = last["response"]["output"].clone();
        for (item, whole) in
            output.as_array_mut().unwrap().iter_mut().zip(buffered["output"].as_array().unwrap())
        {
            // Calls were complete before the answer was not; ids of thoughts are the stream's own.
            item["status"] = whole.get("status").cloned().unwrap_or_default();
            item["id"] = whole["id"].clone();
            if item["status"].is_null() {
                item.as_object_mut().unwrap().shift_remove("status");
            }
        }
        assert_eq!(output, buffered["output"], "{name}");
    }
}

#[test]
fn errors_come_back() {
    for (name, bytes) in fixtures("error") {
        let status = name.split('-').next().unwrap().parse().unwrap();
        let problem = OpenaiResponses.decode_error(status, &bytes);
        let body: Value = chat::json::parse(&bytes).unwrap();
        assert_eq!(OpenaiResponses.encode_error(&problem), (status, body), "{name}");
    }
}
