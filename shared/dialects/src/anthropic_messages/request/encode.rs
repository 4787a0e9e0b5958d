//! The neutral model to a provider's request.

use chat::Problem;
use chat::json::{Map, Value, json};

use super::super::{NOT_SUPPORTED, VERSION, content, limits};
use super::thinking::{self, Circumstances, Plan};
use super::tools::{self, Tools};
use super::{foreign, sampling, turns};
use crate::neutral::{Request, ResponseFormat, Sampling};
use crate::providers::Provider;
use crate::reader::item;
use crate::{Drops, ProviderContext, ProviderRequest};

/// Top-level parameters without a neutral form that pass as they are.
const OWN: [&str; 11] = [
    "billing_policy",
    "compaction",
    "container",
    "context_management",
    "diagnostics",
    "fallback_credit_token",
    "fallbacks",
    "inference_geo",
    "mcp_servers",
    "speed",
    "thread",
];

/// Writes a request.
pub(in super::super) fn encode(
    mut request: Request,
    context: ProviderContext<'_>,
    drops: &mut Drops,
) -> Result<ProviderRequest, Problem> {
    context.provider.forget_searches(&mut request);
    let model = limits::model(&request.model);
    let conversation = turns::encode(request.messages, drops)?;
    let tools = match request.tools.is_empty() && request.tool_choice.is_none() {
        true => Tools::default(),
        false => tools::encode(
            request.tools,
            request.tool_choice,
            request.parallel_tool_calls,
            &model,
            drops,
        )?,
    };
    let circumstances = Circumstances {
        requested: request.max_output_tokens,
        forced: tools.forced,
        unthought: conversation.is_unthought(),
    };
    let plan = thinking::plan(request.reasoning, circumstances, &model, &context, drops);
    let mut body = Map::with_capacity(8);
    body.put("model", request.model);
    body.put("max_tokens", plan.max_tokens);
    insert_list(&mut body, "system", conversation.system);
    body.put("messages", conversation.messages);
    insert_list(&mut body, "tools", tools.tools);
    insert(&mut body, "tool_choice", tools.choice);
    let config = match (plan.effort, &request.response_format) {
        (None, None) => None,
        _ => output_config(&plan, request.response_format, drops)?,
    };
    report_sampling(&request.sampling, request.candidates, drops);
    sampling::encode(request.sampling, &model, plan.thinks(), &mut body, drops);
    insert(&mut body, "thinking", plan.thinking);
    insert(&mut body, "output_config", config);
    if !request.stop.is_empty() {
        insert_list(&mut body, "stop_sequences", stop_sequences(request.stop, drops));
    }
    insert(&mut body, "stream", request.stream.then_some(true.into()));
    insert(&mut body, "metadata", request.user.map(|user| json!({"user_id": user})));
    insert(&mut body, "service_tier", service_tier(request.service_tier, drops));
    insert(&mut body, "cache_control", request.cache.map(content::encode_cache));
    if !request.extras.is_empty() {
        insert_extras(&mut body, request.extras, drops);
    }
    // Other providers' thoughts are not among what was written.
    remove_unsupported(&mut body, context.provider, drops);
    Ok(ProviderRequest {
        path: "/messages".into(),
        headers: &[("anthropic-version", VERSION)],
        body: Value::Object(body),
    })
}

/// Removes the top-level parameters that the provider refuses, and thoughts of other providers. Returns whether
/// there were any.
pub(in super::super) fn adapt(body: &mut Value, provider: &Provider, drops: &mut Drops) -> bool {
    let Value::Object(map) = body else { return false };
    foreign::remove(map, drops) | remove_unsupported(map, provider, drops)
}

fn remove_unsupported(map: &mut Map, provider: &Provider, drops: &mut Drops) -> bool {
    let mut any = false;
    for name in provider.quirks.unsupported {
        if map.shift_remove(name).is_some() {
            drops.add(*name, "not supported by the provider");
            any = true;
        }
    }
    any
}

fn insert(body: &mut Map, name: &'static str, value: Option<Value>) {
    if let Some(value) = value {
        body.put(name, value);
    }
}

fn insert_list(body: &mut Map, name: &'static str, items: Vec<Value>) {
    insert(body, name, (!items.is_empty()).then_some(Value::Array(items)));
}

fn output_config(
    plan: &Plan,
    format: Option<ResponseFormat>,
    drops: &mut Drops,
) -> Result<Option<Value>, Problem> {
    let mut config = Map::new();
    if let Some(effort) = plan.effort {
        config.put("effort", effort.word());
    }
    match format {
        None | Some(ResponseFormat::Text) => {}
        Some(ResponseFormat::JsonObject) => {
            drops.add("response_format", "json_object is not supported by anthropic-messages");
        }
        // The name means nothing to the model, and Anthropic always enforces the schema.
        Some(ResponseFormat::JsonSchema { description, schema, .. }) => {
            if description.is_some() {
                drops.add("response_format.json_schema.description", NOT_SUPPORTED);
            }
            if !schema.is_object() {
                let message = "the schema of response_format must be an object";
                return Err(Problem::invalid("invalid_schema", "response_format", message));
            }
            config.put("format", json!({"type": "json_schema", "schema": schema}));
        }
    }
    Ok((!config.is_empty()).then_some(Value::Object(config)))
}

fn report_sampling(sampling: &Sampling, candidates: Option<u64>, drops: &mut Drops) {
    if sampling.frequency_penalty.is_some() {
        drops.add("frequency_penalty", NOT_SUPPORTED);
    }
    if sampling.presence_penalty.is_some() {
        drops.add("presence_penalty", NOT_SUPPORTED);
    }
    if sampling.seed.is_some() {
        drops.add("seed", NOT_SUPPORTED);
    }
    if candidates.is_some_and(|count| count != 1) {
        drops.add("n", NOT_SUPPORTED);
    }
}

/// Anthropic refuses stop sequences of white space only.
fn stop_sequences(stop: Vec<String>, drops: &mut Drops) -> Vec<Value> {
    let mut kept = Vec::with_capacity(stop.len());
    for (index, sequence) in stop.into_iter().enumerate() {
        match sequence.trim().is_empty() {
            true => drops.add(item("stop", index), "white space alone is not supported"),
            false => kept.push(Value::String(sequence)),
        }
    }
    kept
}

fn service_tier(tier: Option<String>, drops: &mut Drops) -> Option<Value> {
    let tier = tier?;
    if !matches!(tier.as_str(), "auto" | "standard_only") {
        drops.add("service_tier", NOT_SUPPORTED);
        return None;
    }
    Some(tier.into())
}

fn insert_extras(body: &mut Map, extras: Map, drops: &mut Drops) {
    for (name, value) in extras {
        match OWN.contains(&name.as_str()) {
            true => {
                body.insert(name, value);
            }
            false => drops.add(name, NOT_SUPPORTED),
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::neutral::{Block, Content, Message, Role};
    use crate::providers::Quirks;

    fn run(request: Request, limit: Option<u64>) -> (Value, Vec<String>) {
        let provider = Provider::by_name("anthropic").unwrap();
        let context =
            ProviderContext { max_output_tokens: limit, ..ProviderContext::new(provider) };
        let mut drops = Drops::default();
        let encoded = encode(request, context, &mut drops).unwrap();
        assert_eq!(encoded.path, "/messages");
        assert_eq!(encoded.headers, [("anthropic-version", "2023-06-01")]);
        (encoded.body, drops.iter().map(ToString::to_string).collect())
    }

    fn hello(model: &str) -> Request {
        let text = Content::Text { text: "hi".into(), citations: None };
        let content = vec![Block::new(text, "messages[0].content")];
        let message = Message { role: Role::User, name: None, content, path: "messages[0]".into() };
        Request { model: model.into(), messages: vec![message], ..Request::default() }
    }

    #[test]
    fn the_output_limit_is_the_clients_then_the_configured_then_the_models() {
        for (model, own, configured, expected) in [
            ("claude-opus-4-6", Some(7), Some(9), 7),
            ("claude-opus-4-6", None, Some(9), 9),
            ("claude-opus-4-6", None, None, 128_000),
            ("who-knows", None, None, 4_096),
        ] {
            let request = Request { max_output_tokens: own, ..hello(model) };
            assert_eq!(run(request, configured).0["max_tokens"], expected);
        }
    }

    #[test]
    fn a_plain_request_has_no_empty_fields() {
        let (body, drops) = run(Request { max_output_tokens: Some(5), ..hello("m") }, None);
        assert_eq!(
            body,
            json!({"model": "m", "max_tokens": 5,
                "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]})
        );
        assert!(drops.is_empty());
    }

    #[test]
    fn what_anthropic_lacks_is_named() {
        let mut request = hello("claude-sonnet-4-6");
        request.sampling.seed = Some(1.into());
        request.sampling.presence_penalty = Some(1.into());
        request.candidates = Some(2);
        request.stop = vec!["\n\n".into(), "END".into()];
        request.service_tier = Some("flex".into());
        request.response_format = Some(ResponseFormat::JsonObject);
        request.extras.put("logit_bias", json!({}));
        request.extras.put("container", json!("c"));
        let (body, drops) = run(request, None);
        assert_eq!(body["stop_sequences"], json!(["END"]));
        assert_eq!(body["container"], "c");
        assert_eq!(
            drops,
            [
                "response_format: json_object is not supported by anthropic-messages",
                "presence_penalty: not supported by anthropic-messages",
                "seed: not supported by anthropic-messages",
                "n: not supported by anthropic-messages",
                "stop[0]: white space alone is not supported",
                "service_tier: not supported by anthropic-messages",
                "logit_bias: not supported by anthropic-messages",
            ]
        );
        assert!(run(Request { candidates: Some(1), ..hello("m") }, None).1.is_empty());
    }

    #[test]
    fn a_schema_becomes_structured_output() {
        let format = ResponseFormat::JsonSchema {
            name: Some("n".into()),
            description: None,
            schema: json!({"type": "object"}),
            strict: Some(true),
        };
        let (body, drops) = run(Request { response_format: Some(format), ..hello("m") }, None);
        let expected = json!({"format": {"type": "json_schema", "schema": {"type": "object"}}});
        assert_eq!((&body["output_config"], drops.len()), (&expected, 0));
    }

    #[test]
    fn what_the_provider_refuses_is_removed() {
        let quirks = Quirks { unsupported: &["top_k", "x"], ..Quirks::NONE };
        let provider = Provider {
            name: "p",
            title: "P",
            dialect: &crate::anthropic_messages::AnthropicMessages,
            base_url: "http://localhost",
            auth: crate::providers::Auth::Bearer,
            quirks,
            source: "",
            checked: "",
        };
        let mut body = json!({"a": 1, "top_k": 2, "b": 3});
        let mut drops = Drops::default();
        assert!(adapt(&mut body, &provider, &mut drops));
        assert_eq!((body.to_string().as_str(), drops.iter().count()), (r#"{"a":1,"b":3}"#, 1));
        assert!(!adapt(&mut body, &provider, &mut drops));
    }
}
