//! `temperature`, `top_p` and `top_k`, written.
//!
//! Newer models refuse any value but the default. Thinking goes with neither `temperature` nor
//! `top_k`, and with `top_p` only from 0.95 up:
//! <https://platform.claude.com/docs/en/build-with-claude/thinking> (read 2026-11-20).

use chat::json::{Map, Number};

use super::super::limits::{Model, Sampling};
use crate::{Drops, neutral};

const BY_MODEL: &str = "not supported by this model";
const BY_THINKING: &str = "not possible together with thinking";

/// Writes what the model takes, and records the rest. `thinks`: thinking is on.
pub(crate) fn encode(
    sampling: neutral::Sampling,
    model: &Model,
    thinks: bool,
    body: &mut Map,
    drops: &mut Drops,
) {
    let is_refused = model.sampling == Sampling::Refused;
    let temperature = sampling.temperature.and_then(|number| match number.as_f64() {
        // The default, which is the same said or not.
        Some(1.0) if is_refused => None,
        _ if is_refused => refuse("temperature", BY_MODEL, drops),
        Some(1.0) => Some(number),
        _ if thinks => refuse("temperature", BY_THINKING, drops),
        Some(value) if value > 1.0 => {
            drops.add("temperature", "clamped to 1");
            Some(Number::from(1))
        }
        _ => Some(number),
    });
    let top_k = sampling.top_k.and_then(|number| match () {
        () if is_refused => refuse("top_k", BY_MODEL, drops),
        () if thinks => refuse("top_k", BY_THINKING, drops),
        () => Some(number),
    });
    let top_p = sampling.top_p.and_then(|number| match number.as_f64() {
        _ if is_refused => refuse("top_p", BY_MODEL, drops),
        _ if model.sampling == Sampling::OneOf && temperature.is_some() => {
            refuse("top_p", "not possible together with temperature", drops)
        }
        Some(value) if thinks && value < 0.95 => refuse("top_p", BY_THINKING, drops),
        _ => Some(number),
    });
    for (name, number) in [("temperature", temperature), ("top_p", top_p), ("top_k", top_k)] {
        if let Some(number) = number {
            body.put(name, number);
        }
    }
}

fn refuse(name: &str, reason: &str, drops: &mut Drops) -> Option<Number> {
    drops.add(name, reason);
    None
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::super::super::limits;
    use super::*;

    #[test]
    fn sampling_follows_the_model_and_the_budget() {
        let number = |text: &str| text.parse::<Number>().unwrap();
        for (model, thinks, temperature, top_p, expected, dropped) in [
            (
                "claude-sonnet-4",
                false,
                "1.7",
                Some("0.9"),
                json!({"temperature": 1, "top_p": number("0.9"), "top_k": 5}),
                vec!["temperature: clamped to 1"],
            ),
            (
                "claude-sonnet-4-5",
                false,
                "0.20",
                Some("0.9"),
                json!({"temperature": number("0.20"), "top_k": 5}),
                vec!["top_p: not possible together with temperature"],
            ),
            (
                "claude-opus-4-7",
                false,
                "0.2",
                Some("0.9"),
                json!({}),
                vec![
                    "temperature: not supported by this model",
                    "top_k: not supported by this model",
                    "top_p: not supported by this model",
                ],
            ),
            (
                "claude-opus-4-7",
                false,
                "1.0",
                None,
                json!({}),
                vec!["top_k: not supported by this model"],
            ),
            (
                "claude-sonnet-4",
                true,
                "0.2",
                Some("0.9"),
                json!({}),
                vec![
                    "temperature: not possible together with thinking",
                    "top_k: not possible together with thinking",
                    "top_p: not possible together with thinking",
                ],
            ),
            (
                "claude-sonnet-4",
                true,
                "1",
                Some("0.95"),
                json!({"temperature": 1, "top_p": number("0.95")}),
                vec!["top_k: not possible together with thinking"],
            ),
        ] {
            let sampling = neutral::Sampling {
                temperature: Some(number(temperature)),
                top_p: top_p.map(number),
                top_k: Some(5.into()),
                ..neutral::Sampling::default()
            };
            let (mut body, mut drops) = (Map::new(), Drops::default());
            encode(sampling, &limits::model(model), thinks, &mut body, &mut drops);
            assert_eq!(json!(body), expected, "{model}");
            let drops: Vec<_> = drops.iter().map(ToString::to_string).collect();
            assert_eq!(drops, dropped, "{model}");
        }
    }
}
