//! Every fixture, there and back.

#![cfg(not(target_arch = "wasm32"))]

use chat::json::{Value, json};

use super::TfservingPredict;
use crate::kserve_v2::prompt::Template;
use crate::neutral::Sampling;
use crate::providers::Provider;
use crate::{ClientContext, Codec, Drops, ProviderContext, Reader};

const PATH: &str = "/v1/models/m/versions/3:predict";

fn context() -> ProviderContext<'static> {
    let provider = Provider::owner(&TfservingPredict).unwrap();
    ProviderContext { template: Template::Raw, ..ProviderContext::new(provider) }
}

#[test]
fn requests_come_back() {
    for (name, body) in testkit::json_fixtures::<Value>("tfserving-predict/request") {
        let mut drops = Drops::default();
        let request = TfservingPredict.decode_request(PATH, body, &mut drops);
        let Ok(request) = request else {
            assert!(["missing-instances", "two"].contains(&name.as_str()), "{name}");
            continue;
        };
        let written = TfservingPredict.encode_request(request.clone(), context(), &mut drops);
        let written = written.unwrap();
        assert_eq!((&*written.path, drops.is_empty()), (PATH, true), "{name}");
        let again = TfservingPredict.decode_request(PATH, written.body, &mut drops);
        assert_eq!(format!("{:?}", again.unwrap()), format!("{request:?}"), "{name}");
    }
}

#[test]
fn parameters_are_named_as_lost() {
    let body = json!({"instances": ["x"]});
    let mut drops = Drops::default();
    let mut request = TfservingPredict.decode_request(PATH, body, &mut drops).unwrap();
    request.sampling = Sampling { top_p: Some(1.into()), ..Sampling::default() };
    request.max_output_tokens = Some(7);
    request.stream = true;
    let written = TfservingPredict.encode_request(request, context(), &mut drops).unwrap();
    assert_eq!(written.body, json!({"instances": ["x"]}));
    let paths: Vec<_> = drops.iter().map(|dropped| dropped.path.as_str()).collect();
    assert_eq!(paths, ["top_p", "max_tokens", "stream"]);
}

#[test]
fn answers_come_back() {
    for (name, body) in testkit::json_fixtures::<Value>("tfserving-predict/response") {
        let Ok(answer) = TfservingPredict.decode_response(body, &mut Drops::default()) else {
            assert!(["error", "numbers"].contains(&name.as_str()), "{name}");
            continue;
        };
        let client = ClientContext::default();
        let written =
            TfservingPredict.encode_response(answer.clone(), &client, &mut Drops::default());
        let again = TfservingPredict.decode_response(written, &mut Drops::default()).unwrap();
        assert_eq!(again, answer, "{name}");
    }
}
