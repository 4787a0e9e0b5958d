//! Round trips over generated requests, and anything at all.

use chat::json::{Value, json};
use proptest::prelude::*;

use super::*;
use crate::neutral::{
    Block, Content, Message, Request, ResponseFormat, Role, Source, Tool, ToolChoice, ToolKind,
};

fn word() -> impl Strategy<Value = String> {
    "[a-zé \"\\\\]{0,6}[a-z.]"
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z][a-z_]{0,6}", "[0-9é/]{1,4}"]
}

fn text() -> impl Strategy<Value = Content> {
    word().prop_map(|text| Content::Text { text, citations: None })
}

fn users() -> impl Strategy<Value = Content> {
    let data = |media_type: &'static str| {
        "[A-Za-z0-9+/]{4}"
            .prop_map(move |data| Source::Base64 { media_type: media_type.into(), data })
    };
    let image = prop_oneof![
        data("image/png"),
        "[a-z]{1,8}".prop_map(|it| Source::Url { url: format!("https://a.example/{it}.png") }),
    ];
    let image = image.prop_map(|source| Content::Image { source, detail: None });
    let document = data("application/pdf").prop_map(|source| Content::Document {
        source,
        title: None,
        context: None,
        citations: None,
    });
    let audio =
        data("audio/mpeg").prop_map(|source| Content::Audio { source, format: "mp3".into() });
    prop_oneof![text(), image, document, audio]
}

/// What a tool says: words, JSON of any kind, nothing at all.
fn said() -> impl Strategy<Value = String> {
    prop_oneof![
        word(),
        Just(String::new()),
        Just("{}".to_owned()),
        word().prop_map(|word| json!({"output": word}).to_string()),
        word().prop_map(|word| json!({"a": {"error": word}, "n": 1.5}).to_string()),
        word().prop_map(|word| format!("{{ \"a\": {} }}", json!(word))),
    ]
}

/// A turn of the model that calls, and the results.
fn step() -> impl Strategy<Value = (Vec<Content>, Vec<Content>)> {
    let call = (
        name(),
        proptest::collection::btree_map("[a-z]{1,3}", word(), 0..3),
        said(),
        any::<bool>(),
    );
    proptest::collection::vec(call, 1..4).prop_map(|calls| {
        let mut said = Vec::new();
        let mut results = Vec::new();
        for (index, (name, arguments, text, failed)) in calls.into_iter().enumerate() {
            let id = format!("id{index}");
            let text = Content::Text { text, citations: None };
            said.push(Content::ToolCall {
                id: id.clone(),
                name,
                arguments: json!(arguments).to_string(),
                kind: ToolKind::Function,
            });
            let content = vec![Block::new(text, "")];
            results.push(Content::ToolResult { id, content, is_error: failed.then_some(true) });
        }
        (said, results)
    })
}

fn message(role: Role, content: Vec<Content>) -> Message {
    let content = content.into_iter().map(|content| Block::new(content, "")).collect();
    Message { role, name: None, content, path: crate::Path::default() }
}

prop_compose! {
    /// A request in this dialect's normal form: it loses nothing on the way to Gemini.
    fn request()(
        system in proptest::collection::vec(text(), 0..3),
        first in proptest::collection::vec(users(), 1..4),
        steps in proptest::collection::vec(step(), 0..3),
        reply in proptest::option::of(text()),
        tools in proptest::collection::vec((name(), proptest::option::of(word())), 0..3),
        max in proptest::option::of(1u64..9000),
        stop in proptest::collection::vec(word(), 0..6),
        required in any::<Option<bool>>(),
        structured in any::<bool>(),
    ) -> Request {
        let mut messages = Vec::new();
        if !system.is_empty() {
            messages.push(message(Role::System, system));
        }
        messages.push(message(Role::User, first));
        for (said, results) in steps {
            messages.push(message(Role::Assistant, said));
            messages.push(message(Role::User, results));
        }
        if let Some(reply) = reply {
            messages.push(message(Role::Assistant, vec![reply]));
        }
        let tool = |(name, description)| Tool {
            name,
            description,
            parameters: Some(json!({"type": "object", "x_y": {"a_b": []}})),
            strict: None,
            kind: ToolKind::Function,
            opaque: None,
            search: None,
            cache: None,
            path: crate::Path::default(),
        };
        let choice = |required| if required { ToolChoice::Required } else { ToolChoice::Auto };
        let schema = json!({"type": "object"});
        Request {
            model: "gemini-3.8-flash".into(),
            messages,
            tool_choice: required.map(choice).filter(|_| !tools.is_empty()),
            tools: tools.into_iter().map(tool).collect(),
            max_output_tokens: max,
            stop: stop.into_iter().take(5).collect(),
            stream_usage: true,
            response_format: structured.then_some(ResponseFormat::JsonSchema {
                name: None, description: None, schema, strict: None,
            }),
            ..Request::default()
        }
    }
}

fn anonymous(mut request: Request) -> Request {
    for message in &mut request.messages {
        message.path = crate::Path::default();
        for block in &mut message.content {
            block.path = crate::Path::default();
            if let Content::ToolResult { content, .. } = &mut block.content {
                // No text at all and empty text are one.
                content.retain(|block| !matches!(&block.content, Content::Text { text, .. } if text.is_empty()));
                content.iter_mut().for_each(|block| block.path = crate::Path::default());
            }
        }
    }
    request.tools.iter_mut().for_each(|tool| tool.path = crate::Path::default());
    request
}

/// Any JSON, with the dialect's own words often enough to get far.
fn anything() -> impl Strategy<Value = Value> {
    let words = [
        "",
        "user",
        "model",
        "AUTO",
        "ANY",
        "VALIDATED",
        "STRING",
        "OBJECT",
        "STOP",
        "SAFETY",
        "image/png",
        "video/mp4",
        "https://a.example/b.png",
        "gs://b/c",
        "application/json",
        "LOW",
        "tollgate00",
        "é",
        "c2ln",
    ];
    let names = [
        "contents",
        "parts",
        "role",
        "text",
        "thought",
        "thoughtSignature",
        "thought_signature",
        "functionCall",
        "functionResponse",
        "name",
        "args",
        "response",
        "id",
        "inlineData",
        "mimeType",
        "data",
        "fileData",
        "fileUri",
        "tools",
        "functionDeclarations",
        "parameters",
        "properties",
        "type",
        "nullable",
        "toolConfig",
        "functionCallingConfig",
        "mode",
        "allowedFunctionNames",
        "generationConfig",
        "generation_config",
        "thinkingConfig",
        "thinkingBudget",
        "thinkingLevel",
        "responseSchema",
        "systemInstruction",
        "candidates",
        "content",
        "finishReason",
        "index",
        "usageMetadata",
        "promptTokenCount",
        "thoughtsTokenCount",
        "promptFeedback",
        "blockReason",
        "error",
        "code",
        "status",
        "message",
        "details",
        "groundingMetadata",
        "groundingChunks",
        "groundingSupports",
        "segment",
        "web",
        "uri",
        "startIndex",
        "groundingChunkIndices",
        "logprobsResult",
        "chosenCandidates",
        "token",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0u64..9).prop_map(Value::from),
        proptest::sample::select(words.to_vec()).prop_map(Value::from),
    ];
    leaf.prop_recursive(7, 64, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((proptest::sample::select(names.to_vec()), inner), 0..8)
                .prop_map(|fields| Value::Object(
                    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
                )),
        ]
    })
}

proptest! {
    #[test]
    fn requests_survive_the_way_there_and_back(request in request()) {
        let (body, drops) = encode(request.clone());
        prop_assert!(drops.is_empty(), "{:?}", drops);
        let (read, drops) = decode(body);
        prop_assert!(drops.is_empty(), "{:?}", drops);
        prop_assert_eq!(anonymous(read), anonymous(request));
    }

    #[test]
    fn turns_alternate_and_every_call_is_answered(request in request()) {
        let (body, _) = encode(request);
        let contents = body["contents"].as_array().unwrap();
        for pair in contents.windows(2) {
            prop_assert_ne!(&pair[0]["role"], &pair[1]["role"]);
            let count = |content: &Value, kind: &str| {
                content["parts"].as_array().unwrap().iter().filter(|part| part.get(kind).is_some()).count()
            };
            prop_assert_eq!(count(&pair[0], "functionCall"), count(&pair[1], "functionResponse"));
        }
    }

    #[test]
    fn nothing_panics_on_any_json(values in proptest::collection::vec(anything(), 1..6)) {
        let mut decoder = Gemini.stream_decoder();
        let (mut neutral, mut wire) = (Vec::new(), Vec::new());
        let mut open = Ok(());
        for value in &values {
            open = open.and_then(|()| decoder.decode(chat::Event::json(value.clone()), &mut neutral));
        }
        let _ = open.and_then(|()| decoder.finish(&mut neutral));
        assert_ordered(&neutral);
        let mut encoder = Gemini.stream_encoder(context());
        neutral.into_iter().for_each(|event| encoder.encode(event, &mut wire));
        for mut value in values {
            let mut drops = Drops::default();
            if let Ok(request) = Gemini.decode_request(PATH, value.clone(), &mut drops) {
                let _ = Gemini.encode_request(request, provider(), &mut drops);
            }
            if let Ok(response) = Gemini.decode_response(value.clone(), &mut drops) {
                Gemini.encode_response(response, &context(), &mut drops);
            }
            Gemini.decode_error(500, value.to_string().as_bytes());
            Gemini.usage(&value);
            for provider in crate::providers::PROVIDERS {
                Gemini.adapt(&mut value, provider, &mut drops);
            }
            Gemini.visit_request(&mut value, &mut |text| Some(text.text.to_owned()));
            Gemini.visit_response(&mut value, &mut |text| Some(text.text.to_owned()));
        }
    }

    #[test]
    fn any_path_is_read(path in "[/a-z:.?&=%{}A-F0-9]{0,40}", model in "\\PC{1,12}") {
        let mut path = path;
        Gemini.model(&path, &Value::Null);
        Gemini.provider_path(&path, &Value::Null);
        Gemini.set_model(&mut path, &mut Value::Null, &model);
        let mut path = PATH.to_owned();
        Gemini.set_model(&mut path, &mut Value::Null, &model);
        let found = Gemini.model(&path, &Value::Null).map(std::borrow::Cow::into_owned);
        prop_assert_eq!(found, Some(model));
    }
}
