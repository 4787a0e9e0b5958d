//! The simulated model servers.

use serde_json::{Value, json};

use crate::support::Mock;

#[test]
fn what_a_server_cannot_read_is_refused() {
    let kserve = Mock::start("kserve-v2", &[]);
    let tfserving = Mock::start("tfserving-predict", &[]);
    for (mock, body, place) in [
        (&kserve, json!({}), "text_input"),
        (&kserve, json!({"text_input": ["a"]}), "text_input"),
        (&kserve, json!({"text_input": "a", "parameters": {"max_tokens": 0}}), "max_tokens"),
        (&kserve, json!({"text_input": "a", "parameters": {"stop": "a"}}), "stop"),
        (&kserve, json!({"text_input": "a", "parameters": {"tools": []}}), "tools"),
        (&tfserving, json!({}), "instances"),
        (&tfserving, json!({"instances": []}), "instances"),
        (&tfserving, json!({"instances": ["a", "b"]}), "one instance"),
        (&tfserving, json!({"instances": ["a"], "temperature": 1}), "temperature"),
    ] {
        let answer = mock.post(&body);
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert_eq!(answer.status, 400, "{body}");
        assert!(error.contains(place), "{place}: {error}");
    }
    for path in ["/v2/models/m/explain", "/v2/models/a/b/generate", "/v1/models/m:classify"] {
        for mock in [&kserve, &tfserving] {
            assert_eq!(mock.send("POST", path, &mock.headers(), b"{}").status, 404, "{path}");
        }
    }
}

#[test]
fn a_text_is_answered_by_a_text() {
    let mock = Mock::start("kserve-v2", &[]);
    let answer =
        mock.post(&json!({"text_input": "Hello", "parameters": {"max_tokens": 50}})).json();
    let said = "You said: Hello. Model tides/versions/3.";
    assert_eq!((&answer["text_output"], &answer["model_version"]), (&json!(said), &json!("3")));
    assert_eq!(answer["details"]["finish_reason"], "eos_token");
    let long = "word ".repeat(60);
    let answer = mock.post(&json!({"text_input": long})).json();
    assert_eq!(answer["details"]["finish_reason"], "length", "the protocol's default is 20");

    let path = "/v2/models/tides/generate_stream";
    let body = json!({"text_input": "Hello", "parameters": {"stream": true}}).to_string();
    let events = mock.send("POST", path, &mock.headers(), body.as_bytes()).events();
    let text: String = events.iter().filter_map(|it| it["text_output"].as_str()).collect();
    assert_eq!(text, "You said: Hello. Model tides.");
    assert!(events.iter().all(Value::is_object));

    let mock = Mock::start("tfserving-predict", &[]);
    for instance in [json!("Hello"), json!({"text": "Hello"})] {
        let answer = mock.post(&json!({"instances": [instance], "signature_name": "s"})).json();
        assert_eq!(answer, json!({"predictions": ["You said: Hello. Model tides."]}));
    }
}
