//! The shapes, against simulated services that validate what they are asked.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use chat::json::{self, Value};
use stage::{Answered, Callout, CalloutFailed, Errors, Exchange, Headers, HttpAnswer};

use super::config::{BedrockGuardrail, ExternalConfig, Service};
use super::*;

fn external(service: Service, extra: &str) -> External {
    let text =
        format!(r#"{{"name":"g","service":"webhook","cluster":"c","authority":"a"{extra}}}"#);
    let mut config: ExternalConfig = serde_json::from_str(&text).unwrap();
    config.service = service;
    config.credential_env = Some("KEY".to_owned());
    let mut errors = Errors::default();
    let environment = |_: &str| Some("k1".to_owned());
    let external =
        External::compile(&config, "external[0]", OnError::Reject, &environment, &mut errors);
    assert!(errors.is_empty(), "{errors:?}");
    external
}

fn texts(user: &str) -> Vec<Placed> {
    vec![(ScopeName::User, user.to_owned()), (ScopeName::ToolResult, "a result".to_owned())]
}

fn answer(status: &str, body: &str) -> Answered {
    let headers = Headers::new(vec![(":status".to_owned(), status.as_bytes().to_vec())]);
    Ok(HttpAnswer { headers, body: body.as_bytes().to_vec() })
}

fn header<'a>(callout: &'a Callout, name: &str) -> &'a str {
    callout.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(|key| key.as_str()).collect()
}

/// A service as its documentation describes it: refuses what the real one would, and finds `bad`.
fn simulated(service: &Service, phase: Phase, callout: &Callout) -> Answered {
    let body = json::parse(&callout.body).unwrap();
    let bad = callout.body.windows(3).any(|part| part == b"bad");
    let fits = callout.method == "POST" && header(callout, "content-type") == "application/json";
    let bearer = header(callout, "authorization") == "Bearer k1";
    let azure = header(callout, "ocp-apim-subscription-key") == "k1";
    let (fits, good) = match service {
        Service::AzurePromptShields => (
            fits && azure
                && callout.path == "/contentsafety/text:shieldPrompt?api-version=2024-09-01"
                && keys(&body) == ["userPrompt", "documents"]
                && body["userPrompt"].is_string()
                && body["documents"].as_array().unwrap().iter().all(Value::is_string)
                && body["documents"].as_array().unwrap().len() <= 5,
            format!(
                r#"{{"userPromptAnalysis":{{"attackDetected":{bad}}},"documentsAnalysis":[{{"attackDetected":false}}]}}"#
            ),
        ),
        Service::AzureTextAnalysis(_) => (
            fits && azure
                && callout.path == "/contentsafety/text:analyze?api-version=2024-09-01"
                && keys(&body) == ["text", "outputType"]
                && body["outputType"] == "EightSeverityLevels",
            format!(
                r#"{{"blocklistsMatch":[],"categoriesAnalysis":[{{"category":"Hate","severity":{}}}]}}"#,
                if bad { 4 } else { 2 }
            ),
        ),
        Service::BedrockGuardrail(_) => (
            fits && bearer
                && callout.path == "/guardrail/gr1/version/DRAFT/apply"
                && body["source"] == if phase == Phase::Request { "INPUT" } else { "OUTPUT" }
                && body["content"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|block| block["text"]["text"].is_string()),
            format!(
                r#"{{"action":"{}","outputs":[],"assessments":[]}}"#,
                if bad { "GUARDRAIL_INTERVENED" } else { "NONE" }
            ),
        ),
        Service::Lakera(_) => (
            fits && bearer
                && callout.path == "/v2/guard"
                && keys(&body) == ["messages", "project_id"]
                && body["messages"].as_array().unwrap().iter().all(|message| {
                    keys(message) == ["role", "content"]
                        && ["system", "user", "assistant"]
                            .contains(&message["role"].as_str().unwrap())
                }),
            format!(r#"{{"flagged":{bad},"metadata":{{"request_uuid":"u"}}}}"#),
        ),
        Service::ModelArmor(_) => {
            let (verb, field) = match phase {
                Phase::Request => ("sanitizeUserPrompt", "userPromptData"),
                Phase::Response => ("sanitizeModelResponse", "modelResponseData"),
            };
            (
                fits && bearer
                    && callout.path == format!("/v1/projects/p/locations/l/templates/t:{verb}")
                    && body[field]["text"].is_string(),
                format!(
                    r#"{{"sanitizationResult":{{"filterMatchState":"{}","invocationResult":"SUCCESS","filterResults":{{}}}}}}"#,
                    if bad { "MATCH_FOUND" } else { "NO_MATCH_FOUND" }
                ),
            )
        }
        Service::OpenaiModeration(_) => (
            fits && bearer
                && callout.path == "/v1/moderations"
                && body["model"] == "omni-moderation-latest"
                && body["input"].as_array().unwrap().iter().all(Value::is_string),
            format!(
                r#"{{"id":"modr-1","model":"m","results":[{{"flagged":{bad},"categories":{{}},"category_scores":{{}}}}]}}"#
            ),
        ),
        Service::Webhook => (
            fits && bearer
                && keys(&body) == ["guard", "phase", "texts"]
                && body["texts"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|text| keys(text) == ["scope", "text"]),
            format!(r#"{{"flagged":{bad}}}"#),
        ),
    };
    if fits { answer("200", &good) } else { answer("400", "{}") }
}

fn services() -> Vec<Service> {
    vec![
        Service::AzurePromptShields,
        Service::AzureTextAnalysis(4),
        Service::BedrockGuardrail(BedrockGuardrail { id: "gr1".into(), version: "DRAFT".into() }),
        Service::Lakera("project-1".into()),
        Service::ModelArmor("projects/p/locations/l/templates/t".into()),
        Service::OpenaiModeration("omni-moderation-latest".into()),
        Service::Webhook,
    ]
}

fn opinion(
    external: &External,
    service: &Service,
    phase: Phase,
    user: &str,
    io: &mut Exchange,
) -> Opinion {
    match external.ask(phase, &texts(user), io) {
        Asked::Known(opinion) => opinion,
        Asked::Ask(callout) => {
            let answer = simulated(service, phase, &callout);
            external.read(phase, &texts(user), &answer, io)
        }
    }
}

#[test]
fn every_service_understands_and_is_understood() {
    for service in services() {
        let external = external(service.clone(), "");
        let mut io = Exchange::at(1);
        for phase in [Phase::Request, Phase::Response] {
            for (user, expected) in [("good", Opinion::Fine), ("bad \"quoted\"", Opinion::Flagged)]
            {
                assert_eq!(
                    opinion(&external, &service, phase, user, &mut io),
                    expected,
                    "{service:?} {user}"
                );
            }
        }
    }
}

#[test]
fn prompt_shields_get_what_there_is_and_five_documents_at_most() {
    let asked = |texts: &[(ScopeName, &str)]| {
        let texts: Vec<Placed> =
            texts.iter().map(|(scope, text)| (*scope, (*text).to_owned())).collect();
        let body = shapes::body(&Service::AzurePromptShields, "g", Phase::Request, &texts);
        String::from_utf8(body).unwrap()
    };
    let result = |text| (ScopeName::ToolResult, text);
    assert_eq!(asked(&[(ScopeName::User, "a")]), r#"{"userPrompt":"a"}"#);
    assert_eq!(asked(&[result("a")]), r#"{"documents":["a"]}"#);
    let many = ["a", "b", "c", "d", "e", "f", "g"].map(result);
    assert_eq!(asked(&many), r#"{"documents":["a","b","c","d","e\nf\ng"]}"#);
}

#[test]
fn an_arn_is_one_segment_of_the_path() {
    let id = "arn:aws:bedrock:eu-west-2:123456789012:guardrail/abc".to_owned();
    let service = Service::BedrockGuardrail(BedrockGuardrail { id, version: "3".to_owned() });
    assert_eq!(
        shapes::path(&service, Phase::Request),
        "/guardrail/arn%3Aaws%3Abedrock%3Aeu-west-2%3A123456789012%3Aguardrail%2Fabc/version/3/apply"
    );
}

#[test]
fn settings_that_a_service_would_refuse_or_never_meet_are_errors() {
    let bedrock = |id: &str, version: &str| {
        Service::BedrockGuardrail(BedrockGuardrail { id: id.into(), version: version.into() })
    };
    for service in [
        Service::AzureTextAnalysis(0),
        Service::AzureTextAnalysis(8),
        bedrock("", "1"),
        bedrock("g", ""),
        bedrock("g", "latest"),
        Service::ModelArmor("t".into()),
        Service::ModelArmor("projects//locations/l/templates/t".into()),
        Service::ModelArmor("projects/p/locations/l/templates/t?x".into()),
        Service::OpenaiModeration(String::new()),
    ] {
        assert!(shapes::fault(&service).is_some(), "{service:?}");
    }
}

#[test]
fn what_is_no_answer_of_a_service_is_no_opinion() {
    for service in services() {
        let external = external(service.clone(), "");
        let mut io = Exchange::at(1);
        for answer in [
            Err(CalloutFailed),
            answer("500", r#"{"flagged":false}"#),
            answer("200", "not json"),
            answer("200", "{}"),
            answer("200", "[]"),
            answer("200", r#"{"categoriesAnalysis":[]}"#),
            answer(
                "200",
                r#"{"flagged":null,"results":[],"action":"X","categoriesAnalysis":[{}],"documentsAnalysis":[]}"#,
            ),
            answer(
                "200",
                r#"{"sanitizationResult":{"filterMatchState":"NO_MATCH_FOUND","invocationResult":"PARTIAL"}}"#,
            ),
        ] {
            let said = external.read(Phase::Request, &texts("x"), &answer, &mut io);
            assert_eq!(said, Opinion::Unknown, "{service:?} {answer:?}");
            assert_eq!(external.action(said), Some(Action::Block), "closed");
        }
    }
    let open = external(Service::Webhook, r#","on_error":"pass""#);
    assert_eq!(open.action(Opinion::Unknown), None);
}

#[test]
fn a_verdict_is_remembered_for_a_time_and_for_its_text_only() {
    let service = Service::Webhook;
    let guard = external(service.clone(), r#","cache_seconds":60"#);
    let mut io = Exchange::at(1_000_000_000);
    io.dice = 7;
    assert_eq!(opinion(&guard, &service, Phase::Request, "bad", &mut io), Opinion::Flagged);
    let known = |user: &str, phase, io: &mut Exchange| match guard.ask(phase, &texts(user), io) {
        Asked::Known(opinion) => Some(opinion),
        Asked::Ask(_) => None,
    };
    assert_eq!(known("bad", Phase::Request, &mut io), Some(Opinion::Flagged));
    assert_eq!(known("good", Phase::Request, &mut io), None);
    assert_eq!(known("bad", Phase::Response, &mut io), None);
    io.now += 61_000_000_000;
    assert_eq!(known("bad", Phase::Request, &mut io), None);
}

#[test]
fn more_text_than_may_be_sent_is_no_opinion() {
    let guard = external(Service::Webhook, r#","max_bytes":10"#);
    let asked = guard.ask(Phase::Request, &texts("more than ten bytes"), &mut Exchange::at(1));
    assert!(matches!(asked, Asked::Known(Opinion::Unknown)));
}
