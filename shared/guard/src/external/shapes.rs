//! The services' wire formats.
//!
//! Read 2026-11-21:
//! - Azure: <https://learn.microsoft.com/en-us/rest/api/contentsafety/text-operations/shield-prompt?view=rest-contentsafety-2024-09-01>,
//!   <https://learn.microsoft.com/en-us/rest/api/contentsafety/text-operations/analyze-text?view=rest-contentsafety-2024-09-01>
//!   (the severities of both output types), <https://learn.microsoft.com/en-us/azure/ai-services/content-safety/overview#input-requirements>
//! - Bedrock: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html>
//! - Lakera: <https://docs.lakera.ai/api-reference/api/endpoints/guard/screen-content>
//! - Model Armor: <https://cloud.google.com/security-command-center/docs/sanitize-prompts-responses>
//! - OpenAI: <https://platform.openai.com/docs/api-reference/moderations/create>

use chat::json::{self, Map, Value};

use super::Phase;
use super::config::Service;
use crate::config::ScopeName;

/// The most documents that Azure's Prompt Shields take.
const MOST_DOCUMENTS: usize = 5;

/// A text and where it stands.
pub(crate) type Placed = (ScopeName, String);

/// The path of a service, unless it is configured.
pub(crate) fn path(service: &Service, phase: Phase) -> String {
    match service {
        Service::AzurePromptShields => {
            "/contentsafety/text:shieldPrompt?api-version=2024-09-01".to_owned()
        }
        Service::AzureTextAnalysis(_) => {
            "/contentsafety/text:analyze?api-version=2024-09-01".to_owned()
        }
        Service::BedrockGuardrail(guardrail) => {
            // An identifier may be an ARN, which has a slash of its own.
            format!("/guardrail/{}/version/{}/apply", segment(&guardrail.id), guardrail.version)
        }
        Service::Lakera(_) => "/v2/guard".to_owned(),
        Service::ModelArmor(template) => match phase {
            Phase::Request => format!("/v1/{template}:sanitizeUserPrompt"),
            Phase::Response => format!("/v1/{template}:sanitizeModelResponse"),
        },
        Service::OpenaiModeration(_) => "/v1/moderations".to_owned(),
        Service::Webhook => "/".to_owned(),
    }
}

/// A text as one segment of a path.
fn segment(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}

/// What is wrong with the settings of a service, which it would refuse or never meet.
pub(crate) fn fault(service: &Service) -> Option<&'static str> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match service {
        Service::AzureTextAnalysis(least) => {
            (!(1..=7).contains(least)).then_some("the least severity must be 1 to 7")
        }
        Service::BedrockGuardrail(guardrail) => {
            let version = guardrail.version == "DRAFT" || digits(&guardrail.version);
            (guardrail.id.is_empty() || !version)
                .then_some("needs an `id`, and a `version` that is a number or `DRAFT`")
        }
        Service::ModelArmor(template) => {
            (!is_template(template)).then_some("must be projects/P/locations/L/templates/T")
        }
        Service::OpenaiModeration(model) => model.is_empty().then_some("must name a model"),
        Service::AzurePromptShields | Service::Lakera(_) | Service::Webhook => None,
    }
}

fn is_template(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
    let named = |part: &str| !part.is_empty() && part.chars().all(plain);
    match name.split('/').collect::<Vec<_>>().as_slice() {
        ["projects", project, "locations", location, "templates", template] => {
            named(project) && named(location) && named(template)
        }
        _ => false,
    }
}

/// The header that carries a key.
pub(crate) fn credential(service: &Service, key: &str) -> (String, String) {
    match service {
        Service::AzurePromptShields | Service::AzureTextAnalysis(_) => {
            ("ocp-apim-subscription-key".to_owned(), key.to_owned())
        }
        _ => ("authorization".to_owned(), format!("Bearer {key}")),
    }
}

/// The body of a question.
pub(crate) fn body(service: &Service, guard: &str, phase: Phase, texts: &[Placed]) -> Vec<u8> {
    let of = |results: bool| {
        texts.iter().filter(move |(scope, _)| (*scope == ScopeName::ToolResult) == results)
    };
    let joined =
        |results: bool| of(results).map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n");
    let all = || texts.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n");
    let body = match service {
        Service::AzurePromptShields => {
            let mut documents: Vec<String> = of(true).map(|(_, text)| text.clone()).collect();
            if documents.len() > MOST_DOCUMENTS {
                let rest = documents.split_off(MOST_DOCUMENTS - 1);
                documents.push(rest.join("\n"));
            }
            let mut body = Map::new();
            if of(false).next().is_some() {
                body.put("userPrompt", joined(false));
            }
            if !documents.is_empty() {
                let documents = documents.into_iter().map(Value::from).collect();
                body.put("documents", Value::Array(documents));
            }
            Value::Object(body)
        }
        // Without a type the severities are 0, 2, 4 and 6 only.
        Service::AzureTextAnalysis(_) => {
            object([("text", all().into()), ("outputType", "EightSeverityLevels".into())])
        }
        Service::BedrockGuardrail(_) => {
            let block =
                |(_, text): &Placed| object([("text", object([("text", text.as_str().into())]))]);
            let source = if phase == Phase::Request { "INPUT" } else { "OUTPUT" };
            object([
                ("source", source.into()),
                ("content", Value::Array(texts.iter().map(block).collect())),
            ])
        }
        Service::Lakera(project) => {
            let role = |scope: ScopeName| match scope {
                ScopeName::System | ScopeName::ToolDefinition => "system",
                ScopeName::Assistant | ScopeName::ToolCall => "assistant",
                ScopeName::User | ScopeName::ToolResult => "user",
            };
            let message = |(scope, text): &Placed| {
                object([("role", role(*scope).into()), ("content", text.as_str().into())])
            };
            let messages = ("messages", Value::Array(texts.iter().map(message).collect()));
            match project.as_str() {
                "" => object([messages]),
                project => object([messages, ("project_id", project.into())]),
            }
        }
        Service::ModelArmor(_) => {
            let field =
                if phase == Phase::Request { "userPromptData" } else { "modelResponseData" };
            object([(field, object([("text", all().into())]))])
        }
        Service::OpenaiModeration(model) => {
            let inputs = texts.iter().map(|(_, text)| text.as_str().into()).collect();
            object([("model", model.as_str().into()), ("input", Value::Array(inputs))])
        }
        Service::Webhook => {
            let text = |(scope, text): &Placed| {
                object([("scope", scope.name().into()), ("text", text.as_str().into())])
            };
            object([
                ("guard", guard.into()),
                ("phase", phase.name().into()),
                ("texts", Value::Array(texts.iter().map(text).collect())),
            ])
        }
    };
    json::to_bytes(&body)
}

fn object<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    let mut map = Map::new();
    for (name, value) in fields {
        map.put(name, value);
    }
    Value::Object(map)
}

/// Whether the service found something; `None` if that is not its form.
pub(crate) fn flagged(service: &Service, answer: &Value) -> Option<bool> {
    match service {
        Service::AzurePromptShields => {
            let user = answer.get("userPromptAnalysis").map(attack);
            let documents = answer.get("documentsAnalysis").and_then(Value::as_array);
            let documents = documents.into_iter().flatten().map(attack);
            let mut all = user.into_iter().chain(documents).peekable();
            all.peek()?;
            all.try_fold(false, |any, one| one.map(|one| any | one))
        }
        Service::AzureTextAnalysis(least) => {
            let categories = answer.get("categoriesAnalysis")?.as_array()?;
            if categories.is_empty() {
                return None;
            }
            let reached = |one: &Value| Some(one.get("severity")?.as_u64()? >= *least);
            categories.iter().try_fold(false, |any, one| reached(one).map(|one| any | one))
        }
        Service::BedrockGuardrail(_) => match answer.get("action")?.as_str()? {
            "NONE" => Some(false),
            "GUARDRAIL_INTERVENED" => Some(true),
            _ => None,
        },
        Service::Lakera(_) | Service::Webhook => answer.get("flagged")?.as_bool(),
        Service::ModelArmor(_) => {
            let result = answer.get("sanitizationResult")?;
            // A run that failed in part has looked at a part only.
            let complete =
                result.get("invocationResult").and_then(Value::as_str) == Some("SUCCESS");
            match result.get("filterMatchState")?.as_str()? {
                "MATCH_FOUND" => Some(true),
                "NO_MATCH_FOUND" if complete => Some(false),
                _ => None,
            }
        }
        Service::OpenaiModeration(_) => {
            let results =
                answer.get("results")?.as_array().filter(|results| !results.is_empty())?;
            let one = |result: &Value| result.get("flagged")?.as_bool();
            results.iter().try_fold(false, |any, result| one(result).map(|one| any | one))
        }
    }
}

fn attack(analysis: &Value) -> Option<bool> {
    analysis.get("attackDetected")?.as_bool()
}
