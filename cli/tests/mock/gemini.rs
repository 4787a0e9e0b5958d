//! The simulated `models.generateContent`.

use serde_json::{Value, json};

use crate::support::Mock;

const STREAM: &str = "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse";
const OLD: &str =
    "/v1/projects/p/locations/global/publishers/google/models/gemini-2.5-pro:generateContent";

/// Method, path, headers, body, and the status they get.
type Row<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a [u8], u16);

fn user() -> Value {
    json!({"role": "user", "parts": [{"text": "Hello"}]})
}

fn contents(contents: Value) -> Value {
    json!({"contents": contents})
}

/// A request with one user content of this part.
fn part(part: Value) -> Value {
    contents(json!([{"parts": [part]}]))
}

fn config(config: Value) -> Value {
    json!({"contents": [user()], "generationConfig": config})
}

fn weather() -> Value {
    json!({"functionDeclarations": [{"name": "weather", "parametersJsonSchema": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city", "days"],
    }}]})
}

fn with_tools(changes: Value) -> Value {
    let mut body = json!({"contents": [user()], "tools": [weather()]});
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    body
}

fn calls(parts: Value) -> Value {
    json!({"role": "model", "parts": parts})
}

fn call() -> Value {
    json!({"functionCall": {"id": "a", "name": "weather", "args": {}}, "thoughtSignature": "c2ln"})
}

fn result() -> Value {
    json!({"functionResponse": {"id": "a", "name": "weather", "response": {"output": "18 C"}}})
}

#[test]
fn what_the_api_refuses_is_refused_at_its_place() {
    let mock = Mock::start("gemini", &[]);
    let turns = |all: Value| contents(all);
    let table: Vec<(Value, &str)> = vec![
        (json!([]), ""),
        (json!({}), "contents"),
        (contents(json!([])), "contents"),
        (contents(json!([{"parts": []}])), "contents[0].parts"),
        (contents(json!([{"role": "assistant", "parts": [{"text": "x"}]}])), "contents[0].role"),
        (json!({"contents": [user()], "messages": []}), "messages"),
        (json!({"contents": [user()], "model": 1}), "model"),
        (part(json!({})), "contents[0].parts[0]"),
        (part(json!({"text": ""})), "contents[0].parts[0]"),
        (
            part(json!({"text": "a", "inlineData": {"mimeType": "image/png", "data": "QQ=="}})),
            "contents[0].parts[0]",
        ),
        (
            part(json!({"inlineData": {"mimeType": "image/png"}})),
            "contents[0].parts[0].inlineData.data",
        ),
        (
            part(json!({"inlineData": {"mimeType": "image/png", "data": "?"}})),
            "contents[0].parts[0].inlineData.data",
        ),
        (
            part(json!({"fileData": {"fileUri": "https://a.example/b"}})),
            "contents[0].parts[0].fileData.mimeType",
        ),
        (
            part(json!({"fileData": {"fileUri": "file-1", "mimeType": "image/png"}})),
            "contents[0].parts[0].fileData",
        ),
        (
            part(json!({"text": "a", "thoughtSignature": "not base64!"})),
            "contents[0].parts[0].thoughtSignature",
        ),
        (turns(json!([calls(json!([call()]))])), "contents[0]"),
        (turns(json!([user(), calls(json!([call()])), user()])), "contents[2]"),
        (turns(json!([user(), {"role": "user", "parts": [result()]}])), "contents[1]"),
        (
            turns(json!([user(), calls(json!([call(), call()])), {"parts": [result()]}])),
            "contents[2]",
        ),
        (
            turns(json!([user(), calls(json!([call()])), {"parts": [{"functionResponse":
                {"id": "b", "name": "weather", "response": {}}}]}])),
            "contents[2].parts[0].functionResponse",
        ),
        (
            turns(
                json!([user(), calls(json!([{"functionCall": {"name": "weather"}, "thoughtSignature": "c2ln"}])), {"parts": [result()]}]),
            ),
            "contents[2].parts[0].functionResponse",
        ),
        (
            turns(
                json!([user(), calls(json!([{"functionCall": {"name": "weather"}}])), {"parts": [
                {"functionResponse": {"name": "weather", "response": {}}}]}]),
            ),
            "contents[1].parts[0]",
        ),
        (
            part(json!({"functionCall": {"name": "1st", "args": {}}})),
            "contents[0].parts[0].functionCall",
        ),
        (with_tools(json!({"tools": [{}]})), "tools[0]"),
        (with_tools(json!({"tools": [{"type": "function"}]})), "tools[0].type"),
        (
            with_tools(json!({"tools": [{"functionDeclarations": [{"name": "a b"}]}]})),
            "tools[0].functionDeclarations[0]",
        ),
        (
            with_tools(
                json!({"tools": [{"functionDeclarations": [{"name": "f", "strict": true}]}]}),
            ),
            "tools[0].functionDeclarations[0].strict",
        ),
        (
            with_tools(json!({"tools": [{"functionDeclarations": [{"name": "f", "parameters":
                {"type": "OBJECT", "additionalProperties": false}}]}]})),
            "tools[0].functionDeclarations[0].parameters.additionalProperties",
        ),
        (
            with_tools(json!({"toolConfig": {"functionCallingConfig":
                {"mode": "AUTO", "allowedFunctionNames": ["weather"]}}})),
            "toolConfig.functionCallingConfig",
        ),
        (
            with_tools(json!({"toolConfig": {"functionCallingConfig":
                {"mode": "ANY", "allowedFunctionNames": ["x"]}}})),
            "toolConfig.functionCallingConfig.allowedFunctionNames[0]",
        ),
        (config(json!({"temperature": 2.5})), "generationConfig.temperature"),
        (config(json!({"max_tokens": 5})), "generationConfig.maxTokens"),
        (
            config(json!({"stopSequences": ["a", "b", "c", "d", "e", "f"]})),
            "generationConfig.stopSequences",
        ),
        (config(json!({"seed": 4_294_967_296_u64})), "generationConfig.seed"),
        (config(json!({"responseJsonSchema": {}})), "generationConfig.responseJsonSchema"),
        (config(json!({"logprobs": 2})), "generationConfig"),
        (
            config(json!({"thinkingConfig": {"thinkingBudget": 1, "thinkingLevel": "LOW"}})),
            "generationConfig.thinkingConfig",
        ),
        (
            config(json!({"thinkingConfig": {"thinkingLevel": "HUGE"}})),
            "generationConfig.thinkingConfig.thinkingLevel",
        ),
    ];
    for (body, place) in table {
        let answer = mock.post(&body);
        let error = answer.json()["error"].clone();
        let field = error.pointer("/details/0/fieldViolations/0/field");
        let found = field.and_then(Value::as_str).unwrap_or_default();
        assert_eq!((answer.status, found), (400, place), "{body}\n{error}");
        assert_eq!(error["status"], "INVALID_ARGUMENT");
    }
}

#[test]
fn what_the_api_accepts_is_accepted() {
    let mock = Mock::start("gemini", &[]);
    let table = [
        contents(json!([user()])),
        json!({"system_instruction": {"parts": {"text": "Be kind."}}, "contents": {"parts": {"text": "x"}},
            "generation_config": {"top_k": 4.0, "max_output_tokens": 5}}),
        contents(json!([user(), user()])),
        contents(
            json!([user(), calls(json!([{"text": "hm", "thought": true}, call()])), {"role": "user",
            "parts": [result(), {"text": "and?"}]}]),
        ),
        part(json!({"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo"}})),
        part(json!({"fileData": {"fileUri": "https://a.example/b.png", "mimeType": "image/png"}})),
        with_tools(json!({"tools": [weather(), {"googleSearch": {}}], "toolConfig":
            {"functionCallingConfig": {"mode": "VALIDATED", "allowedFunctionNames": ["weather"]}}})),
        with_tools(
            json!({"tools": [{"functionDeclarations": [{"name": "f", "parameters": {"type": "OBJECT",
            "properties": {"a": {"type": "STRING", "nullable": true}}}}]}]}),
        ),
        config(
            json!({"responseMimeType": "application/json", "responseSchema": {"type": "OBJECT"},
            "thinkingConfig": {"thinkingLevel": "HIGH", "includeThoughts": true}, "seed": -1}),
        ),
    ];
    for body in table {
        let answer = mock.post(&body);
        assert_eq!(answer.status, 200, "{body}\n{}", answer.text());
    }
}

#[test]
fn credentials_media_type_and_address_are_checked() {
    let mock = Mock::start("gemini", &["--api-key", "k"]);
    let json = ("content-type", "application/json");
    let good = ("x-goog-api-key", "k");
    let body: &[u8] = br#"{"contents":[{"parts":[{"text":"x"}]}]}"#;
    let path = mock.path();
    let table: [Row<'_>; 10] = [
        ("POST", path, &[json], body, 403),
        ("POST", path, &[json, ("x-goog-api-key", "other")], body, 400),
        ("POST", path, &[json, ("authorization", "Bearer other")], body, 401),
        ("POST", path, &[json, good], body, 200),
        ("POST", OLD, &[json, ("authorization", "Bearer k")], body, 200),
        ("POST", path, &[json, good], b"{", 400),
        ("POST", "/v1beta/models/m:streamGenerateContent", &[json, good], body, 501),
        ("POST", "/v1beta/models/m:embedContent", &[json, good], body, 404),
        ("POST", "/v1/chat/completions", &[json, good], body, 404),
        ("GET", "/v1beta/models", &[good], b"", 200),
    ];
    for (method, path, headers, body, status) in table {
        let answer = mock.send(method, path, headers, body);
        assert_eq!(answer.status, status, "{method} {path} {headers:?}\n{}", answer.text());
    }
    let wrong = mock.send("POST", path, &[json, ("x-goog-api-key", "other")], body).json();
    assert_eq!(wrong["error"]["details"][0]["reason"], "API_KEY_INVALID");
}

#[test]
fn the_answer_shows_what_arrived_and_counts_in_googles_way() {
    let mock = Mock::start("gemini", &[]);
    let body = json!({"systemInstruction": {"parts": [{"text": "Be brief"}]}, "contents": [{"parts": [
        {"text": "Hello"}, {"fileData": {"fileUri": "https://a.example/b.png", "mimeType": "image/png"}}]}],
        "generationConfig": {"thinkingConfig": {"includeThoughts": true}}});
    let answer = mock.post(&body).json();
    let parts = &answer["candidates"][0]["content"]["parts"];
    assert_eq!(parts[0]["thought"], true);
    let said = "You said: Hello. Attached: image. System: Be brief. Model gemini-3.8-flash.";
    assert_eq!(parts[1]["text"], said);
    assert_eq!(answer["candidates"][0]["finishReason"], "STOP");
    let usage = &answer["usageMetadata"];
    let count = |name: &str| usage[name].as_u64().unwrap();
    assert_eq!((count("promptTokenCount"), count("cachedContentTokenCount")), (120, 64));
    let sum = 120 + count("candidatesTokenCount") + count("thoughtsTokenCount");
    assert_eq!(count("totalTokenCount"), sum);
}

#[test]
fn tools_are_called_and_their_results_quoted() {
    let mock = Mock::start("gemini", &[]);
    let ask = json!({"role": "user", "parts": [{"text": "weather twice in parallel"}]});
    let answer = mock.post(&json!({"contents": [ask], "tools": [weather()]})).json();
    let said = answer["candidates"][0]["content"].clone();
    let calls = said["parts"].as_array().unwrap();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0]["functionCall"]["args"], json!({"city": "sample", "days": 1}));
    assert!(calls[0]["thoughtSignature"].is_string() && calls[1].get("thoughtSignature").is_none());
    let results: Vec<Value> = calls
        .iter()
        .map(|call| {
            json!({"functionResponse": {"id": call["functionCall"]["id"], "name": "weather",
                "response": {"output": "18 C"}}})
        })
        .collect();
    let all = json!([ask, said, {"role": "user", "parts": results}]);
    let answer = mock.post(&json!({"contents": all, "tools": [weather()]})).json();
    let text = &answer["candidates"][0]["content"]["parts"][0]["text"];
    assert_eq!(text, "The tools answered: 18 C | 18 C. Model gemini-3.8-flash.");

    // The second generation leaves ids and proofs out.
    let body = json!({"contents": [ask], "tools": [weather()]}).to_string();
    let answer = mock.send("POST", OLD, &mock.headers(), body.as_bytes()).json();
    let first = &answer["candidates"][0]["content"]["parts"][0];
    assert!(first["functionCall"].get("id").is_none() && first.get("thoughtSignature").is_none());
}

#[test]
fn a_stream_is_a_row_of_answers_without_an_end_mark() {
    let mock = Mock::start("gemini", &[]);
    let body = config(json!({"candidateCount": 2})).to_string();
    let answer = mock.send("POST", STREAM, &mock.headers(), body.as_bytes());
    assert_eq!(answer.header("content-type"), Some("text/event-stream; charset=utf-8"));
    let events = answer.events();
    let said = |index: u64| -> String {
        let of = events.iter().filter(|event| event["candidates"][0]["index"] == index);
        of.filter_map(|event| event["candidates"][0]["content"]["parts"][0]["text"].as_str())
            .collect()
    };
    assert_eq!(said(0), "You said: Hello. Model gemini-3.8-flash. Choice 0.");
    assert!(said(1).ends_with("Choice 1."));
    let ends = events.iter().filter(|event| event["candidates"][0].get("finishReason").is_some());
    assert_eq!(ends.count(), 2);
    let last = events.last().unwrap();
    assert!(last["usageMetadata"]["candidatesTokenCount"].as_u64().unwrap() > 0);
}
