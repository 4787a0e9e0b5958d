//! Any request and any answer of operations besides chat, at every provider: no panic.

use dialects::providers::PROVIDERS;
use dialects::unary::{Plan, plan};
use dialects::{Drops, OTHERS, ProviderContext};

/// The property.
pub fn check(bytes: &[u8]) {
    let Ok(body) = chat::json::parse(bytes) else { return };
    for dialect in OTHERS {
        dialect.visit_request(&mut body.clone(), &mut |text| Some(text.text.to_uppercase()));
        dialect.visit_response(&mut body.clone(), &mut |text| Some(text.text.to_uppercase()));
        let _ = dialect.usage(&body);
        let Some(endpoint) = dialect.endpoints().first() else { continue };
        for provider in PROVIDERS {
            let Ok(Plan::Other(translation)) = plan(endpoint.operation, provider) else { continue };
            let _ = translation.unasked("m").response(body.clone());
            let context = ProviderContext::new(provider);
            for model in ["cohere.embed-v4:0", "amazon.titan-embed-text-v2:0"] {
                let mut drops = Drops::default();
                let model = model.to_owned();
                let _ = translation.request("", body.clone(), model, context, &mut drops);
            }
        }
    }
    if let Some(reader) = dialects::reader("openai-completions") {
        let _ = reader.decode_request("", body, &mut Drops::default());
    }
}
