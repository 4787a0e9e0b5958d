//! Providers that host the API of others.

use chat::{Event, Framing};

use super::*;

const BODY: &str =
    r#"{"model":"claude-x","max_tokens":9,"messages":[{"role":"user","content":"Hi."}]}"#;

fn hosted(provider: &str) -> Value {
    let mut config = one(provider);
    config["targets"]["only"]["base_url"] = json!("https://host.example/v1/place");
    config
}

/// Sends a request with these headers; the provider's path, body and headers.
fn asked(
    flow: &mut Flow,
    path: &str,
    body: &str,
    more: &[(&str, &str)],
) -> (String, Value, Headers) {
    let mut io = Exchange::default();
    let mut pairs =
        vec![(":method", "POST"), (":path", path), ("content-type", "application/json")];
    pairs.extend(more);
    flow.request_head(headers(&pairs), false, &mut io);
    let BodyStep::Forward { edits, body: Some(sent) } = flow.request_body(body.as_bytes(), &mut io)
    else {
        panic!("not forwarded")
    };
    let mut after = headers(&pairs);
    for edit in &edits {
        match edit {
            Edit::Set(name, value) => after.set(name, value.as_slice()),
            Edit::Remove(name) => after.remove(name),
        }
    }
    let path = after.text(":path").unwrap().to_owned();
    (path, serde_json::from_slice(&sent).unwrap(), after)
}

#[test]
fn vertex_has_the_model_in_the_path_and_the_version_in_the_body() {
    let beta = [("anthropic-version", "2023-06-01"), ("anthropic-beta", "b-1")];
    let mut flow = Flow::new(pipeline(&hosted("vertex-ai-anthropic")), 0);
    let (path, sent, headers) = asked(&mut flow, "/v1/messages?beta=true", BODY, &beta);
    assert_eq!(path, "/v1/place/claude-x:rawPredict");
    let expected = json!({"max_tokens": 9, "messages": [{"role": "user", "content": "Hi."}],
        "anthropic_version": "vertex-2023-10-16"});
    assert_eq!(sent, expected);
    assert_eq!(
        (headers.has("anthropic-version"), headers.text("anthropic-beta")),
        (false, Some("b-1"))
    );

    let mut flow = Flow::new(pipeline(&hosted("vertex-ai-anthropic")), 0);
    let (path, sent, _) = asked(&mut flow, CHAT, &request(CHAT), &[]);
    assert_eq!(path, "/v1/place/m:streamRawPredict");
    assert_eq!((sent.get("model"), &sent["stream"]), (None, &json!(true)));
    assert_eq!(sent["anthropic_version"], "vertex-2023-10-16");
}

#[test]
fn invoke_model_takes_versions_and_betas_in_the_body() {
    let beta = [("anthropic-version", "2023-06-01"), ("anthropic-beta", "b-1, b-2")];
    let mut flow = Flow::new(pipeline(&hosted("bedrock-anthropic-invoke")), 0);
    let body = BODY.replace("claude-x", "arn:aws:bedrock:profile/us.claude");
    let (path, sent, headers) = asked(&mut flow, MESSAGES, &body, &beta);
    assert_eq!(path, "/v1/place/model/arn:aws:bedrock:profile%2Fus.claude/invoke");
    assert_eq!(sent["anthropic_version"], "bedrock-2023-05-31");
    assert_eq!(sent["anthropic_beta"], json!(["b-1", "b-2"]));
    assert_eq!((sent.get("model"), sent.get("stream")), (None, None));
    assert!(!headers.has("anthropic-version") && !headers.has("anthropic-beta"));
}

/// A stream of Anthropic's API in Amazon's frames.
fn frames(wire: &[u8]) -> Vec<u8> {
    let mut decoder = Framing::Sse.decoder(1 << 20);
    let mut events = Vec::new();
    decoder.push(wire, &mut events).unwrap();
    let mut out = Vec::new();
    for event in events.iter().filter_map(Event::as_json) {
        let bytes = base64(event.to_string().as_bytes());
        let chunk = chat::json::json!({"bytes": bytes});
        let chunk = Event::new(Some("chunk"), chat::Data::Json(chunk));
        Framing::EventStream.encode(&chunk, &mut out);
    }
    out
}

fn base64(bytes: &[u8]) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let bits =
            (0..3).fold(0u32, |bits, at| bits << 8 | u32::from(*group.get(at).unwrap_or(&0)));
        for at in 0..4 {
            let letter = letters[(bits >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= group.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

fn streamed_as(flow: &mut Flow, media_type: &str, wire: &[u8]) -> String {
    let mut io = Exchange::default();
    let head = headers(&[(":status", "200"), ("content-type", media_type)]);
    let answer = Answer { end: false, from_provider: true, held: true, retriable: false };
    let HeadStep::Stream(edits) = flow.response_head(head, answer, &mut io) else {
        panic!("not streamed")
    };
    let sse = Edit::Set("content-type".into(), b"text/event-stream".to_vec());
    assert!(media_type == "text/event-stream" || edits.contains(&sse));
    let mut out = flow.response_chunk(wire, false, &mut io);
    out.extend(flow.response_chunk(b"", true, &mut io));
    String::from_utf8(out).unwrap()
}

const AMAZON: &str = "application/vnd.amazon.eventstream";

#[test]
fn a_wrapped_stream_is_the_same_to_every_client() {
    for path in [CHAT, MESSAGES] {
        for (case, wire) in fixtures("anthropic-messages/stream") {
            let run = |provider: &str, media_type: &str, wire: &[u8]| {
                let mut flow = Flow::new(pipeline(&hosted(provider)), 0);
                send(&mut flow, path, &request(path)).unwrap();
                streamed_as(&mut flow, media_type, wire)
            };
            let direct = match path {
                CHAT => run("anthropic", "text/event-stream", &wire),
                // The client's own dialect: it is passed on.
                _ => String::from_utf8(wire.clone()).unwrap(),
            };
            let wrapped = run("bedrock-anthropic-invoke", AMAZON, &frames(&wire));
            if path == CHAT {
                assert_eq!(wrapped, direct, "{case}");
                continue;
            }
            // Written anew, but the same events.
            let events = |text: &str| -> Vec<Value> {
                let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
                data.map(|json| serde_json::from_str(json).unwrap()).collect()
            };
            assert_eq!(events(&wrapped), events(&direct), "{case}");
            let named = |text: &str| text.matches("event: ").count();
            assert_eq!(named(&wrapped), named(&direct), "{case}");
        }
    }
}

#[test]
fn a_failure_in_a_wrapped_stream_is_told() {
    let mut wire = Vec::new();
    let body = chat::json::json!({"message": "Too many requests."});
    let failure = Event::new(Some("throttlingException"), chat::Data::Json(body));
    Framing::EventStream.encode(&failure, &mut wire);
    for (path, word) in [(CHAT, "rate_limit_error"), (MESSAGES, "rate_limit_error")] {
        let mut flow = Flow::new(pipeline(&hosted("bedrock-anthropic-invoke")), 0);
        send(&mut flow, path, &request(path)).unwrap();
        let told = streamed_as(&mut flow, AMAZON, &wire);
        assert!(told.contains(word) && told.contains("Too many requests."), "{told}");
    }
}

#[test]
fn the_hosts_errors_are_told_in_the_clients_words() {
    for (provider, body, message) in [
        ("bedrock-anthropic-invoke", r#"{"message":"No such model."}"#, "No such model."),
        (
            "vertex-ai-anthropic",
            r#"{"error":{"code":404,"message":"No such model.","status":"NOT_FOUND"}}"#,
            "No such model.",
        ),
    ] {
        let mut flow = Flow::new(pipeline(&hosted(provider)), 0);
        send(&mut flow, MESSAGES, BODY).unwrap();
        let mut io = Exchange::default();
        let head = headers(&[(":status", "404"), ("content-type", "application/json")]);
        let answer = Answer { end: false, from_provider: true, held: true, retriable: false };
        flow.response_head(head, answer, &mut io);
        let BodyStep::Forward { body: Some(body), .. } =
            flow.response_body(body.as_bytes().to_vec(), &mut io)
        else {
            panic!("{provider}")
        };
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["error"]["type"], "not_found_error", "{provider}");
        assert_eq!(body["error"]["message"], message);
    }
}

#[test]
fn an_azure_deployment_is_addressed_by_its_name_and_version() {
    let mut config = hosted("azure-openai-deployments");
    let chat = r#"{"model":"gpt","messages":[{"role":"user","content":"a"}]}"#;
    let path = |config: &Value| {
        let mut flow = Flow::new(pipeline(config), 0);
        let (path, sent) = send(&mut flow, CHAT, chat).unwrap();
        assert_eq!(sent.to_string(), chat, "the body stays");
        path
    };
    let expected = "/v1/place/gpt/chat/completions?api-version=2024-10-21";
    assert_eq!(path(&config), expected);
    config["targets"]["only"]["query"] = json!({"api-version": "2025-04-01-preview"});
    assert_eq!(path(&config), "/v1/place/gpt/chat/completions?api-version=2025-04-01-preview");
}

#[test]
fn headers_and_query_are_the_targets() {
    let mut config = one("github-models");
    config["targets"]["only"]["headers"] = json!({"x-team": "a b"});
    config["targets"]["only"]["query"] = json!({"v": "1"});
    let mut flow = Flow::new(pipeline(&config), 0);
    let body = r#"{"model":"m","max_completion_tokens":3,"messages":[]}"#;
    let (path, sent, headers) = asked(&mut flow, CHAT, body, &[]);
    assert_eq!(path, "/inference/chat/completions?v=1");
    assert_eq!(sent["max_tokens"], 3);
    assert_eq!(headers.text("x-team"), Some("a b"));
    assert_eq!(headers.text("x-github-api-version"), Some("2022-11-28"));
}

#[test]
fn a_key_or_a_broken_name_is_no_header_of_the_target() {
    let mut config = one("openai");
    config["targets"]["only"]["headers"] = json!({
        "authorization": "Bearer x", "api-key": "x", "X-Upper": "a", "host": "a", "x-a": "a\nb",
    });
    config["targets"]["only"]["query"] = json!({"a b": "c", "d": ""});
    let key = |_: &str| Some("k".to_owned());
    let text = config.to_string();
    let errors = config::load(&translator::FILTER, text.as_bytes(), &key).unwrap_err();
    let told = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    for place in [
        "headers.authorization",
        "headers.api-key",
        "headers.X-Upper",
        "headers.host",
        "headers.x-a",
        "query.a b",
        "query.d",
    ] {
        assert!(told.contains(&format!("targets.only.{place}")), "{place} in {told}");
    }
}

#[test]
fn a_remote_image_is_refused_where_only_bytes_are_taken() {
    let asked = |url: &str, image: Value| {
        let mut flow = Flow::new(pipeline(&one("ollama")), 0);
        let body = json!({"model": "m", "max_tokens": 3,
            "messages": [{"role": "user", "content": [image]}]});
        send(&mut flow, url, &body.to_string())
    };
    let url = "https://a.example/cat.png";
    for (path, image) in [
        (CHAT, json!({"type": "image_url", "image_url": {"url": url}})),
        (MESSAGES, json!({"type": "image", "source": {"type": "url", "url": url}})),
    ] {
        let (status, body) = asked(path, image).unwrap_err();
        assert_eq!(status, 400);
        assert!(body.to_string().contains("unsupported_image_url"), "{body}");
    }
    let image = json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}});
    asked(CHAT, image).unwrap();
}
