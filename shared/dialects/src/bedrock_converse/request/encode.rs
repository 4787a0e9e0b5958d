//! A request for a provider, written.

use chat::Problem;
use chat::json::{Map, Number, Value, json};

use super::super::{NOT_SUPPORTED, ask};
use super::{decode, messages, tools};
use crate::anthropic_messages::{Circumstances, claude, plan, sample};
use crate::neutral::{Effort, Reasoning, Request, ResponseFormat, ToolChoice};
use crate::providers::Provider;
use crate::{Drops, ProviderContext, ProviderRequest};

/// Service tiers (`ServiceTierType` of the service's model).
const SERVICE_TIERS: [&str; 4] = ["default", "flex", "priority", "reserved"];

/// Writes a request.
///
/// # Errors
/// Where leaving something out would change what the client asked for.
pub(in super::super) fn encode(
    mut request: Request,
    context: ProviderContext<'_>,
    drops: &mut Drops,
) -> Result<ProviderRequest, Problem> {
    let conversation = messages::encode(std::mem::take(&mut request.messages), drops)?;
    let forced = matches!(
        request.tool_choice,
        Some(
            ToolChoice::Required
                | ToolChoice::Tool { .. }
                | ToolChoice::Allowed { required: true, .. }
        )
    );
    let offered = std::mem::take(&mut request.tools);
    let tools = tools::encode(offered, request.tool_choice.take(), &conversation.called, drops)?;
    let circumstances = Circumstances {
        requested: request.max_output_tokens,
        forced,
        unthought: conversation.unthought,
    };
    let mut body = Map::new();
    body.put("messages", conversation.messages);
    if !conversation.system.is_empty() {
        body.put("system", conversation.system);
    }
    let extras = std::mem::take(&mut request.extras);
    decode::own(extras, &mut body, drops);
    let mut own = match body.remove("additionalModelRequestFields") {
        Some(Value::Object(own)) => own,
        _ => Map::new(),
    };
    let output = output(&mut request, circumstances, &context, &mut own, drops);
    let config = inference(&mut request, &mut own, drops);
    if !config.is_empty() {
        body.put("inferenceConfig", config);
    }
    if let Some(tools) = tools {
        body.put("toolConfig", tools);
    }
    if !output.is_empty() {
        body.put("outputConfig", output);
    }
    if !own.is_empty() {
        body.put("additionalModelRequestFields", own);
    }
    match request.service_tier {
        None => {}
        Some(tier) if SERVICE_TIERS.contains(&tier.as_str()) => {
            body.put("serviceTier", json!({"type": tier}));
        }
        Some(_) => drops.add("service_tier", NOT_SUPPORTED),
    }
    for (name, said) in [
        ("parallel_tool_calls", request.parallel_tool_calls == Some(false)),
        ("user", request.user.is_some()),
        ("cache_control", request.cache.is_some()),
        ("n", request.candidates.is_some_and(|count| count != 1)),
        ("frequency_penalty", request.sampling.frequency_penalty.is_some()),
        ("presence_penalty", request.sampling.presence_penalty.is_some()),
        ("seed", request.sampling.seed.is_some()),
    ] {
        if said {
            drops.add(name, NOT_SUPPORTED);
        }
    }
    let path = ask::written(&request.model, request.stream);
    let mut body = Value::Object(body);
    adapt(&mut body, context.provider, drops);
    Ok(ProviderRequest { path: path.into(), headers: &[], body })
}

/// `inferenceConfig`; what only one maker's models take goes to `own`.
fn inference(request: &mut Request, own: &mut Map, drops: &mut Drops) -> Map {
    let kind = own.get("thinking").and_then(|thinking| thinking.get("type"));
    let thinks = matches!(kind.and_then(Value::as_str), Some("adaptive" | "enabled"));
    let mut config = Map::new();
    if let Some(limit) = request.max_output_tokens {
        config.put("maxTokens", limit);
    }
    let asked = std::mem::take(&mut request.sampling);
    request.sampling.frequency_penalty = asked.frequency_penalty.clone();
    request.sampling.presence_penalty = asked.presence_penalty.clone();
    request.sampling.seed = asked.seed.clone();
    let mut sampling = Map::new();
    if is_claude(&request.model) {
        sample(asked, &claude(&request.model), thinks, &mut sampling, drops);
    } else {
        if asked.top_k.is_some() {
            drops.add("top_k", "not supported by this model");
        }
        let temperature = asked.temperature.map(|number| {
            if number.as_f64().is_some_and(|value| value > 1.0) {
                drops.add("temperature", "clamped to 1");
                return Number::from(1);
            }
            number
        });
        for (name, number) in [("temperature", temperature), ("top_p", asked.top_p)] {
            if let Some(number) = number {
                sampling.put(name, number);
            }
        }
    }
    for (name, field) in [("temperature", "temperature"), ("top_p", "topP")] {
        if let Some(number) = sampling.remove(name) {
            config.put(field, number);
        }
    }
    if let Some(number) = sampling.remove("top_k") {
        own.put("top_k", number);
    }
    if !request.stop.is_empty() {
        config.put("stopSequences", std::mem::take(&mut request.stop));
    }
    config
}

fn is_claude(model: &str) -> bool {
    model.contains("claude")
}

/// `outputConfig`; thinking as its model's maker calls it goes to `own`.
fn output(
    request: &mut Request,
    circumstances: Circumstances,
    context: &ProviderContext<'_>,
    own: &mut Map,
    drops: &mut Drops,
) -> Map {
    let mut output = Map::new();
    match request.response_format.take() {
        None | Some(ResponseFormat::Text) => {}
        Some(ResponseFormat::JsonObject) => {
            drops.add("response_format", "json_object is not supported by bedrock-converse");
        }
        Some(ResponseFormat::JsonSchema { name, description, schema, .. }) => {
            let mut definition = Map::new();
            definition.put("schema", schema.to_string());
            for (field, text) in [("name", name), ("description", description)] {
                if let Some(text) = text {
                    definition.put(field, text);
                }
            }
            output.put(
                "textFormat",
                json!({"type": "json_schema", "structure": {"jsonSchema": definition}}),
            );
        }
    }
    let Some(reasoning) = request.reasoning.take() else { return output };
    if is_claude(&request.model) {
        let model = claude(&request.model);
        let plan = plan(Some(reasoning), circumstances, &model, context, drops);
        if let Some(thinking) = plan.thinking {
            // A budget needs a limit above it.
            if thinking.get("budget_tokens").is_some() {
                request.max_output_tokens = Some(plan.max_tokens);
            }
            own.put("thinking", thinking);
        }
        if let Some(effort) = plan.effort {
            output.put("effort", effort.word());
        }
    } else if request.model.contains("gpt-oss") {
        if let Some(effort) = effort(&reasoning, drops) {
            own.put("reasoning_effort", effort.word());
        }
    } else {
        drops.add("thinking", "not supported by this model");
    }
    output
}

/// The effort of OpenAI's open models: low to high.
fn effort(reasoning: &Reasoning, drops: &mut Drops) -> Option<Effort> {
    let asked = reasoning.effort.filter(|_| reasoning.enabled != Some(false));
    let Some(asked) = asked else {
        drops.add("thinking", "left to the model's default");
        return None;
    };
    let sent = asked.clamp(Effort::Low, Effort::High);
    if sent != asked {
        drops.add("reasoning_effort", format!("sent as {}", sent.word()));
    }
    Some(sent)
}

/// Removes what the provider refuses. Returns whether anything changed.
pub(in super::super) fn adapt(body: &mut Value, provider: &Provider, drops: &mut Drops) -> bool {
    crate::flat::remove_unsupported(body, provider, drops)
}
