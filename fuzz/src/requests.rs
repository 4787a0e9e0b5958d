//! Any request body, from every dialect to every other: no panic, and what comes out is JSON.

use dialects::providers::PROVIDERS;
use dialects::{CODECS, Drops, ProviderContext};

/// The property.
pub fn check(bytes: &[u8]) {
    let Ok(body) = chat::json::parse(bytes) else { return };
    for from in CODECS {
        from.visit_request(&mut body.clone(), &mut |text| Some(text.text.to_uppercase()));
        for provider in PROVIDERS.iter() {
            let to = provider.dialect;
            let mut drops = Drops::default();
            if from.name() == to.name() {
                to.adapt(&mut body.clone(), provider, &mut drops);
                continue;
            }
            // Some dialects name the model in the path.
            let path = from.endpoints().first().map_or_else(String::new, |it| it.path("m"));
            let Ok(request) = from.decode_request(&path, body.clone(), &mut drops) else { break };
            let context = ProviderContext::new(provider);
            let _ = to.encode_request(request, context, &mut drops);
        }
    }
}
