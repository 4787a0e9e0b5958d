//! The services' wire formats.
//!
//! Read 2026-11-21:
//! - Azure: <https://learn.microsoft.com/en-us/rest/api/contentsafety/text-operations/shield-prompt?view=rest-contentsafety-2024-09-01>,
//!   <https://learn.microsoft.com/en-us/rest/api/contentsafety/text-operations/analyze-text?view=rest-contentsafety-2024-09-01>
//! - Bedrock: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html>
//! - Lakera: <https://docs.lakera.ai/api-reference/api/endpoints/guard/screen-content>
//! - Model Armor: <https://cloud.google.com/security-command-center/docs/sanitize-prompts-responses>
//! - OpenAI: <https://platform.openai.com/docs/api-reference/moderations/create>

use chat::json::{self, Map, Value};

use super::Phase;
use super::config::Service;
use crate::config::ScopeName;

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
            format!("/guardrail/{}/version/{}/apply", guardrail.id, guardrail.version)
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
        Service::AzurePromptShields => object([
            ("userPrompt", joined(false).into()),
            ("documents", Value::Array(of(true).map(|(_, text)| text.as_str().into()).collect())),
        ]),
        Service::AzureTextAnalysis(_) => object([("text", all().into())]),
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
