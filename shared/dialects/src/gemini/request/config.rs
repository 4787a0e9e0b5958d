//! `generationConfig`, read.

use chat::Problem;
use chat::json::{Map, Number};

use super::super::NOT_CARRIED;
use super::decode::schema_of;
use crate::Drops;
use crate::neutral::{Effort, Reasoning, ResponseFormat, Sampling};
use crate::reader::{Fields, wrong_value};

/// What a `generationConfig` says.
#[derive(Debug, Default)]
pub(super) struct Config {
    pub(super) max_output_tokens: Option<u64>,
    pub(super) sampling: Sampling,
    pub(super) stop: Vec<String>,
    pub(super) candidates: Option<u64>,
    pub(super) response_format: Option<ResponseFormat>,
    pub(super) reasoning: Option<Reasoning>,
    pub(super) extras: Map,
}

pub(super) fn decode(mut fields: Fields, drops: &mut Drops) -> Result<Config, Problem> {
    let mut extras = Map::new();
    if fields.bool("responseLogprobs")? == Some(true) {
        extras.put("logprobs", true);
        if let Some(count) = fields.u64("logprobs")? {
            extras.put("top_logprobs", count);
        }
    }
    let reasoning = match fields.object("thinkingConfig")? {
        Some(thinking) => Some(self::reasoning(thinking, drops)?),
        None => None,
    };
    let config = Config {
        max_output_tokens: fields.u64("maxOutputTokens")?,
        sampling: Sampling {
            frequency_penalty: fields.number("frequencyPenalty")?,
            presence_penalty: fields.number("presencePenalty")?,
            seed: fields.number("seed")?,
            temperature: fields.number("temperature")?,
            top_k: fields.number("topK")?.map(whole),
            top_p: fields.number("topP")?,
        },
        stop: fields.strings("stopSequences")?.unwrap_or_default(),
        candidates: fields.u64("candidateCount")?,
        response_format: response_format(&mut fields, drops)?,
        reasoning,
        extras,
    };
    fields.report_rest(drops, NOT_CARRIED);
    Ok(config)
}

/// `40.0` as `40`: the SDKs send a float, others want an integer.
fn whole(number: Number) -> Number {
    match number.as_f64() {
        // Exact: as far as a float counts by ones.
        Some(value) if value.fract() == 0.0 && (0.0..=9.0e15).contains(&value) => {
            Number::from(value as u64)
        }
        _ => number,
    }
}

fn response_format(
    fields: &mut Fields,
    drops: &mut Drops,
) -> Result<Option<ResponseFormat>, Problem> {
    let media_type = fields.string("responseMimeType")?;
    let schema = schema_of(fields, "responseJsonSchema", "responseSchema", drops);
    Ok(match (media_type.as_deref(), schema) {
        (Some("application/json") | None, Some(schema)) => {
            Some(ResponseFormat::JsonSchema { name: None, description: None, schema, strict: None })
        }
        (Some("application/json"), None) => Some(ResponseFormat::JsonObject),
        (None, None) => None,
        (Some("text/plain"), _) => Some(ResponseFormat::Text),
        (Some(_), _) => {
            drops.add(fields.path("responseMimeType"), NOT_CARRIED);
            None
        }
    })
}

fn reasoning(mut fields: Fields, drops: &mut Drops) -> Result<Reasoning, Problem> {
    let mut reasoning = Reasoning::default();
    if let Some(budget) = fields.number("thinkingBudget")? {
        match budget.as_i64() {
            Some(-1) => (reasoning.enabled, reasoning.adaptive) = (Some(true), true),
            Some(0) => reasoning.enabled = Some(false),
            Some(tokens @ 1..) => {
                reasoning.enabled = Some(true);
                reasoning.budget_tokens = Some(tokens.unsigned_abs());
            }
            _ => return Err(fields.mistyped("thinkingBudget", "an integer from -1 up")),
        }
    }
    let level = fields.string("thinkingLevel")?.map(|level| level.to_ascii_lowercase());
    if let Some(level) = level.filter(|level| level != "thinking_level_unspecified") {
        let effort = Effort::from_word(&level).filter(|effort| *effort > Effort::None);
        let expected = "MINIMAL, LOW, MEDIUM, HIGH or XHIGH";
        let effort = effort.ok_or_else(|| wrong_value(fields.path("thinkingLevel"), expected))?;
        reasoning.effort = Some(effort);
    }
    let display = |shown| if shown { "summarized" } else { "omitted" }.to_owned();
    reasoning.display = fields.bool("includeThoughts")?.map(display);
    fields.report_rest(drops, NOT_CARRIED);
    Ok(reasoning)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::{Value, json};

    use super::*;

    fn read(config: Value) -> (Config, Vec<String>) {
        let mut drops = Drops::default();
        let config = decode(Fields::new(config, "g").unwrap(), &mut drops).unwrap();
        (config, drops.iter().map(|dropped| dropped.path.clone()).collect())
    }

    #[test]
    fn thinking_becomes_reasoning() {
        let thinks = Reasoning { enabled: Some(true), ..Reasoning::default() };
        for (thinking, expected) in [
            (json!({"thinkingBudget": -1}), Reasoning { adaptive: true, ..thinks.clone() }),
            (
                json!({"thinkingBudget": 0}),
                Reasoning { enabled: Some(false), ..Reasoning::default() },
            ),
            (
                json!({"thinkingBudget": 512, "includeThoughts": true}),
                Reasoning {
                    budget_tokens: Some(512),
                    display: Some("summarized".into()),
                    ..thinks.clone()
                },
            ),
            (
                json!({"thinkingLevel": "HIGH", "includeThoughts": false}),
                Reasoning {
                    effort: Some(Effort::High),
                    display: Some("omitted".into()),
                    ..Reasoning::default()
                },
            ),
        ] {
            assert_eq!(read(json!({"thinkingConfig": thinking})).0.reasoning, Some(expected));
        }
        for thinking in [json!({"thinkingBudget": -2}), json!({"thinkingLevel": "HARD"})] {
            let fields = Fields::new(json!({"thinkingConfig": thinking}), "").unwrap();
            assert!(decode(fields, &mut Drops::default()).is_err());
        }
    }

    #[test]
    fn the_form_of_the_answer_is_read_in_all_its_spellings() {
        let schema = || json!({"type": "object"});
        let json_schema = ResponseFormat::JsonSchema {
            name: None,
            description: None,
            schema: schema(),
            strict: None,
        };
        for (config, expected) in [
            (json!({}), None),
            (json!({"responseMimeType": "text/plain"}), Some(ResponseFormat::Text)),
            (json!({"responseMimeType": "application/json"}), Some(ResponseFormat::JsonObject)),
            (
                json!({"responseMimeType": "application/json", "responseSchema": {"type": "OBJECT"}}),
                Some(json_schema.clone()),
            ),
            (json!({"responseJsonSchema": schema()}), Some(json_schema)),
        ] {
            assert_eq!(read(config.clone()).0.response_format, expected, "{config}");
        }
        assert_eq!(read(json!({"responseMimeType": "text/x.enum"})).1, ["g.responseMimeType"]);
    }

    #[test]
    fn what_has_no_neutral_form_is_reported() {
        let (config, drops) =
            read(json!({"topK": 40.0, "speechConfig": {}, "mediaResolution": "x",
            "responseLogprobs": true, "logprobs": 3}));
        assert_eq!(config.sampling.top_k.unwrap().to_string(), "40");
        assert_eq!(Value::Object(config.extras), json!({"logprobs": true, "top_logprobs": 3}));
        assert_eq!(drops, ["g.speechConfig", "g.mediaResolution"]);
    }
}
