//! Any answer or error body, from every dialect to every other: no panic.

use dialects::{CODECS, ClientContext, Drops};

/// The property.
pub fn check(bytes: &[u8]) {
    let context = ClientContext {
        created: 1,
        model: "m".to_owned(),
        stream_usage: true,
        ..ClientContext::default()
    };
    for from in CODECS {
        for to in CODECS {
            let _ = to.encode_error(&from.decode_error(429, bytes));
            let Ok(body) = chat::json::parse(bytes) else { continue };
            let _ = from.usage(&body);
            from.visit_response(&mut body.clone(), &mut |text| Some(text.text.to_uppercase()));
            let mut drops = Drops::default();
            if let Ok(response) = from.decode_response(body, &mut drops) {
                to.encode_response(response.clone(), &context, &mut drops);
                let mut encoder = to.stream_encoder(context.clone());
                let mut out = Vec::new();
                response
                    .into_events()
                    .into_iter()
                    .for_each(|event| encoder.encode(event, &mut out));
            }
        }
    }
}
