//! A request for a provider, written.

use chat::Problem;
use chat::json::{Map, Value, json};

use super::super::names::spelled;
use super::super::{NOT_SUPPORTED, ask};
use super::{contents, params, tools};
use crate::neutral::Request;
use crate::providers::Provider;
use crate::{Drops, ProviderContext, ProviderRequest};

/// Top-level parameters without a neutral form that Gemini takes under these names.
const OWN: [&str; 3] = ["cachedContent", "labels", "safetySettings"];

/// Service tiers (the SDK's `ServiceTier`, google-genai 3.4.0).
const SERVICE_TIERS: [&str; 3] = ["flex", "priority", "standard"];

/// Writes a request.
///
/// # Errors
/// Where leaving something out would change what the client asked for.
pub(in super::super) fn encode(
    mut request: Request,
    context: ProviderContext<'_>,
    drops: &mut Drops,
) -> Result<ProviderRequest, Problem> {
    context.provider.forget_searches(&mut request);
    let path = ask::written(&request.model, request.stream);
    let messages = std::mem::take(&mut request.messages);
    let conversation = contents::encode(messages, &request.model, drops)?;
    let mut body = Map::new();
    if !conversation.system.is_empty() {
        body.put("systemInstruction", json!({"parts": conversation.system}));
    }
    body.put("contents", conversation.contents);
    let offered = std::mem::take(&mut request.tools);
    tools::encode(offered, request.tool_choice.take(), &mut body, drops)?;
    let config = params::encode(&mut request, drops);
    if !config.is_empty() {
        body.put("generationConfig", config);
    }
    for (name, said) in [
        ("parallel_tool_calls", request.parallel_tool_calls == Some(false)),
        ("user", request.user.is_some()),
        ("cache_control", request.cache.is_some()),
    ] {
        if said {
            drops.add(name, NOT_SUPPORTED);
        }
    }
    service_tier(request.service_tier, &mut body, drops);
    for (name, value) in request.extras {
        match OWN.contains(&name.as_str()) {
            true => {
                body.insert(name, value);
            }
            false => drops.add(name, NOT_SUPPORTED),
        }
    }
    let mut body = Value::Object(body);
    adapt(&mut body, context.provider, drops);
    Ok(ProviderRequest { path: path.into(), headers: &[], body })
}

/// OpenAI's words for a tier are understood; "auto" leaves the choice to the provider.
fn service_tier(tier: Option<String>, body: &mut Map, drops: &mut Drops) {
    let tier = match tier.as_deref() {
        None => return,
        Some("auto") => return drops.add("service_tier", "left to the provider"),
        Some("default") => "standard",
        Some(tier) => tier,
    };
    match SERVICE_TIERS.contains(&tier) {
        true => body.put("serviceTier", tier),
        false => drops.add("service_tier", NOT_SUPPORTED),
    }
}

/// Removes what the provider refuses, in either spelling: `store`, `generationConfig.audioTimestamp`.
/// Returns whether anything changed.
pub(in super::super) fn adapt(body: &mut Value, provider: &Provider, drops: &mut Drops) -> bool {
    let reason = format!("not supported by {}", provider.name);
    let mut changed = false;
    for path in provider.quirks.unsupported {
        let (parent, name) = match path.split_once('.') {
            Some((parent, name)) => (field(body, parent), name),
            None => (Some(&mut *body), *path),
        };
        let Some(Value::Object(map)) = parent else { continue };
        let Some(found) = map.keys().find(|key| spelled(key) == name).cloned() else { continue };
        map.shift_remove(&found);
        drops.add(*path, reason.as_str());
        changed = true;
    }
    changed
}

fn field<'a>(body: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    let Value::Object(map) = body else { return None };
    map.iter_mut().find(|(key, _)| spelled(key) == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::neutral::{Block, Content, Message, Role};
    use crate::providers::{Auth, Quirks};

    fn provider(quirks: Quirks) -> Provider {
        Provider {
            name: "p",
            title: "P",
            dialect: &crate::gemini::Gemini,
            base_url: "https://p.example",
            auth: Auth::Bearer,
            quirks,
            source: "https://p.example",
            checked: "2026-11-21",
        }
    }

    fn hello() -> Request {
        let text = Content::Text { text: "hi".into(), citations: None };
        let content = vec![Block::new(text, "messages[0].content")];
        let message = Message { role: Role::User, name: None, content, path: "messages[0]".into() };
        Request { model: "gemini-3-pro".into(), messages: vec![message], ..Request::default() }
    }

    fn run(request: Request) -> (ProviderRequest, Vec<String>) {
        let mut drops = Drops::default();
        let provider = provider(Quirks::NONE);
        let context = ProviderContext::new(&provider);
        let request = encode(request, context, &mut drops).unwrap();
        (request, drops.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_plain_request_has_no_empty_fields() {
        let (request, drops) = run(hello());
        assert_eq!(request.path, "/models/gemini-3-pro:generateContent");
        let contents = json!([{"role": "user", "parts": [{"text": "hi"}]}]);
        assert_eq!((request.body, drops.len()), (json!({"contents": contents}), 0));
        let streamed = run(Request { stream: true, ..hello() }).0;
        assert_eq!(streamed.path, "/models/gemini-3-pro:streamGenerateContent?alt=sse");
    }

    #[test]
    fn what_gemini_lacks_is_named() {
        let mut request = hello();
        request.parallel_tool_calls = Some(false);
        request.user = Some("u".into());
        request.service_tier = Some("scale".into());
        request.extras.put("logit_bias", json!({}));
        request.extras.put("cachedContent", json!("c"));
        let (request, drops) = run(request);
        assert_eq!(request.body["cachedContent"], "c");
        let expected = ["parallel_tool_calls", "user", "service_tier", "logit_bias"];
        assert_eq!(drops, expected.map(|name| format!("{name}: not supported by gemini")));
    }

    #[test]
    fn tiers_are_understood_in_openais_words() {
        for (tier, sent) in [("default", "standard"), ("flex", "flex")] {
            let (request, drops) = run(Request { service_tier: Some(tier.into()), ..hello() });
            assert_eq!((&request.body["serviceTier"], drops.len()), (&json!(sent), 0));
        }
    }

    #[test]
    fn what_the_provider_refuses_is_removed_in_either_spelling() {
        let provider = provider(Quirks {
            unsupported: &["generationConfig.audioTimestamp", "store"],
            ..Quirks::NONE
        });
        let mut body =
            json!({"store": true, "generation_config": {"audio_timestamp": true, "topP": 1}});
        let mut drops = Drops::default();
        assert!(adapt(&mut body, &provider, &mut drops));
        assert_eq!(body, json!({"generation_config": {"topP": 1}}));
        assert_eq!(drops.iter().count(), 2);
        assert!(!adapt(&mut body, &provider, &mut drops));
    }
}
