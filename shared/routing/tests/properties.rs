//! What holds of every text and every request.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test")]
#![cfg(not(target_arch = "wasm32"))]

use dialects::Drops;
use proptest::prelude::*;
use routing::config::Feature;
use routing::prompt::complexity::{Features, ReasoningWords};
use routing::prompt::language::{Detector, LANGUAGES};
use routing::prompt::{Phrases, code};
use routing::watch::{Keeps, Record};
use routing::{Asked, Config, Unknown};
use serde_json::json;
use stage::{Body, Errors, Exchange, Headers};

#[test]
fn tools_are_seen_wherever_a_dialect_has_them() {
    let mut offering = 0;
    for dialect in dialects::DIALECTS {
        let Some(reader) = dialects::reader(dialect.name()) else { continue };
        for (name, bytes) in testkit::fixtures(&format!("{}/request", dialect.name())) {
            let mut body = Body::parse(&bytes).unwrap();
            let tree = body.tree().clone();
            let Ok(request) = reader.decode_request("", tree, &mut Drops::default()) else {
                continue;
            };
            let texts = routing::texts(*dialect, &mut body);
            let (headers, io) = (Headers::default(), Exchange::default());
            let asked = Asked::new(*dialect, &headers, body.tree(), &texts, &io);
            let offers = !request.tools.is_empty();
            assert_eq!(asked.has(Feature::Tools), offers, "{}/{name}", dialect.name());
            offering += usize::from(offers);
        }
    }
    assert!(offering > 6, "{offering}");
}

proptest! {
    #[test]
    fn no_text_is_too_odd_to_look_at(text in any::<String>()) {
        let found = Detector::default().detect(&text);
        prop_assert!(found.is_none_or(|found| LANGUAGES.contains(&found)));
        code::has_code(&text);
        let mut features = Features::default();
        features.add_last(&text, &ReasoningWords::default());
        prop_assert!(features.score(&routing::config::Coefficients::default()).total <= 100);
    }

    #[test]
    fn a_phrase_is_found_in_itself_and_between_others(words in prop::collection::vec("[a-zäéß]{1,8}", 1..4)) {
        let phrase = words.join(" ");
        let phrases = Phrases::new([phrase.as_str()]);
        prop_assert!(phrases.any_in(&phrase));
        let among = format!("before, {phrase}. After");
        prop_assert!(phrases.any_in(&among));
    }

    #[test]
    fn foreign_bytes_are_no_record(bytes in prop::collection::vec(any::<u8>(), 0..4_000), now in any::<u64>()) {
        let record = Record::read(7, Keeps::FirstToken, Some(bytes));
        let _ = (record.answered(now), record.in_flight(now), record.latency_ms(0.95, now));
    }

    #[test]
    fn any_json_body_gets_a_decision_or_none(model in ".{0,12}", text in ".{0,200}", dice in any::<u64>(), odd in any::<bool>()) {
        let mut errors = Errors::default();
        let config: Config = errors.read(json!({
            "targets": {"a": {}, "b": {}},
            "rules": [
                {"name": "1", "when": [{"model": {"glob": "*a?b*"}}, {"messages": {"min": 1}}], "choose": {"target": "a"}},
                {"name": "2", "when": [{"language": ["de"]}, {"has": "images"}], "choose": {"target": "a"}},
                {"name": "3", "when": [{"regex": {"pattern": "(a|b)*c"}}], "choose": {"sticky": {"by": "conversation", "weights": {"a": 1, "b": 2}}}},
                {"name": "4", "choose": {"weights": {"a": 1, "b": 3}}},
            ],
        })).unwrap();
        let plan = routing::compile(config, &|_: &str| None, &mut errors).unwrap();
        let content = if odd { json!([{"type": "text", "text": text}, 7]) } else { json!(text) };
        let body = json!({"model": model, "messages": [{"role": "user", "content": content}, odd]});
        let mut body = Body::parse(body.to_string().as_bytes()).unwrap();
        let dialect = dialects::by_headers(|_| false);
        let texts = routing::texts(dialect, &mut body);
        let (headers, io) = (Headers::default(), Exchange::default());
        let asked = Asked::new(dialect, &headers, body.tree(), &texts, &io);
        prop_assert!(plan.decide(&asked, dice, &Unknown, None).is_ok());
    }
}
