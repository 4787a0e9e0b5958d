//! Buffered answers.
//!
//! <https://platform.claude.com/docs/en/api/messages> and
//! <https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons> (read 2026-11-20).

use chat::Problem;
use chat::json::{Map, Value, json, object};

use super::content;
use super::{NAME, NOT_SUPPORTED, usage};
use crate::flat::{first_candidate, is_call, lose};
use crate::neutral::{Block, Candidate, Content, Finish, Response, Usage};
use crate::reader::{Fields, bad_answer};
use crate::{ClientContext, Drops};

/// Top-level fields without a neutral form that an answer may carry.
const OWN: [&str; 4] = ["container", "context_management", "diagnostics", "stop_details"];

/// Reads an answer.
///
/// # Errors
/// A 502 problem if it is none.
pub(super) fn decode(body: Value, drops: &mut Drops) -> Result<Response, Problem> {
    decode_body(body, drops).map_err(bad_answer)
}

fn decode_body(body: Value, drops: &mut Drops) -> Result<Response, Problem> {
    let mut fields = Fields::new(body, "")?;
    let content = fields.required("content")?;
    let content = content::decode(content, &fields.path("content"), drops)?;
    let stop_reason = fields.string("stop_reason")?;
    let finish = match stop_reason {
        Some(word) => decode_finish(word, fields.string("stop_sequence")?),
        None if content.iter().any(is_call) => Finish::ToolCalls,
        None => Finish::Stop,
    };
    let counts = fields.take("usage").unwrap_or_default();
    let id = fields.string("id")?.unwrap_or_default();
    let model = fields.string("model")?.unwrap_or_default();
    report_counts(Some(&counts), drops);
    fields.skip("type");
    fields.skip("role");
    fields.skip("stop_sequence");
    Ok(Response {
        id,
        model,
        created: None,
        candidates: vec![Candidate { content, finish, logprobs: None }],
        usage: usage::decode(&counts),
        service_tier: counts.get("service_tier").and_then(Value::as_str).map(str::to_owned),
        extras: fields.stated(),
    })
}

/// Records the counts that have no neutral form: tools run by the provider, where and how fast it ran.
pub(super) fn report_counts(counts: Option<&Value>, drops: &mut Drops) {
    drops.counts(counts, "usage", &usage::KNOWN, content::NOT_CARRIED);
}

/// The meaning of a `stop_reason` and the `stop_sequence` beside it.
pub(super) fn decode_finish(word: String, sequence: Option<String>) -> Finish {
    match word.as_str() {
        "end_turn" => Finish::Stop,
        "max_tokens" => Finish::Length,
        "model_context_window_exceeded" => Finish::ContextWindow,
        "pause_turn" => Finish::Pause,
        "refusal" => Finish::Refusal,
        "stop_sequence" => Finish::StopSequence(sequence),
        "tool_use" => Finish::ToolCalls,
        _ => Finish::Other(word),
    }
}

/// What an answer contains, as far as it bears on `stop_reason`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// A tool call.
    pub(super) call: bool,
    /// A refusal.
    pub(super) refusal: bool,
}

/// `stop_reason` and `stop_sequence`. Dialects differ in what they say when a tool is called or an answer is
/// declined, so what was said counts more. `None` as the third: the reason has a word of this dialect.
pub(super) fn encode_finish(finish: Finish, said: Said) -> (&'static str, Value, Option<String>) {
    let (word, sequence, unknown) = match finish {
        Finish::ContentFilter | Finish::Refusal => ("refusal", None, None),
        Finish::ContextWindow => ("model_context_window_exceeded", None, None),
        Finish::Length => ("max_tokens", None, None),
        Finish::Other(word) => ("end_turn", None, Some(word)),
        Finish::Pause => ("pause_turn", None, None),
        Finish::Stop | Finish::ToolCalls if said.call => ("tool_use", None, None),
        Finish::Stop if said.refusal => ("refusal", None, None),
        Finish::Stop | Finish::ToolCalls => ("end_turn", None, None),
        Finish::StopSequence(sequence) => ("stop_sequence", sequence, None),
    };
    (word, sequence.into(), unknown)
}

/// Writes an answer.
pub(super) fn encode(response: Response, context: &ClientContext, drops: &mut Drops) -> Value {
    let (content, finish) = first_candidate(response.candidates, NOT_SUPPORTED, drops);
    let said = Said {
        call: content.iter().any(is_call),
        refusal: content.iter().any(|block| matches!(block.content, Content::Refusal { .. })),
    };
    let (stop_reason, stop_sequence, unknown) = encode_finish(finish, said);
    if let Some(word) = unknown {
        drops.lose("choices[0].finish_reason", "sent as end_turn", word);
    }
    let mut blocks = Vec::with_capacity(content.len());
    for block in content {
        match block.content {
            Content::Text { text, citations } => {
                blocks.push(content::encode_text(text, citations, &block.path, drops));
            }
            _ => blocks.extend(encode_block(block, drops)),
        }
    }
    let used = response.usage.as_ref();
    let mut counts = used.map_or_else(|| usage::encode(&Usage::default()), usage::encode);
    if let Some(tier) = usage::complete(&mut counts, used, response.service_tier) {
        drops.lose("service_tier", NOT_SUPPORTED, tier);
    }
    let model = Some(response.model).filter(|model| !model.is_empty());
    let mut body = object([
        ("id", response.id.into()),
        ("type", "message".into()),
        ("role", "assistant".into()),
        ("model", model.unwrap_or_else(|| context.model.clone()).into()),
        ("content", Value::Array(blocks)),
        ("stop_reason", stop_reason.into()),
        ("stop_sequence", stop_sequence),
        ("usage", counts.into()),
    ]);
    if !response.extras.is_empty() {
        insert_extras(&mut body, response.extras, drops);
    }
    body
}

fn insert_extras(body: &mut Value, extras: Map, drops: &mut Drops) {
    let Value::Object(body) = body else { return };
    for (name, value) in extras {
        match OWN.contains(&name.as_str()) && value.is_object() {
            true => {
                body.insert(name, value);
            }
            false => drops.lose(name, NOT_SUPPORTED, value),
        }
    }
}

/// What is said besides text: apart from it, as most blocks are nothing else.
#[inline(never)]
fn encode_block(block: Block, drops: &mut Drops) -> Option<Value> {
    let Block { content, path, .. } = block;
    Some(match content {
        Content::Opaque { dialect: NAME, value } => value,
        Content::Reasoning { text, signature } => object([
            ("type", "thinking".into()),
            ("thinking", text.into()),
            ("signature", signature.unwrap_or_default().into()),
        ]),
        Content::RedactedReasoning { data } => {
            object([("type", "redacted_thinking".into()), ("data", data.into())])
        }
        Content::Refusal { text } => content::encode_text(text, None, &path, drops),
        Content::ToolCall { id, name, arguments, kind } => {
            // A model may write arguments that are no JSON object. They are shown to the client as they are.
            let input =
                content::tool_input(&arguments, kind).unwrap_or_else(|| json!({"_raw": arguments}));
            object([
                ("type", "tool_use".into()),
                ("id", id.into()),
                ("name", name.into()),
                ("input", input),
            ])
        }
        content => {
            lose(content, path, NOT_SUPPORTED, drops);
            return None;
        }
    })
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::neutral::ToolKind;

    fn context() -> ClientContext {
        ClientContext {
            created: 0,
            model: "asked".into(),
            stream_usage: true,
            ..ClientContext::default()
        }
    }

    fn answer(content: Vec<Content>, finish: Finish) -> Response {
        let content = content.into_iter().map(|content| Block::new(content, "c")).collect();
        Response {
            candidates: vec![Candidate { content, finish, logprobs: None }],
            ..Response::default()
        }
    }

    fn call(arguments: &str) -> Content {
        Content::ToolCall {
            id: "a".into(),
            name: "f".into(),
            arguments: arguments.into(),
            kind: ToolKind::Function,
        }
    }

    #[test]
    fn every_stop_reason_survives() {
        for word in [
            "end_turn",
            "max_tokens",
            "model_context_window_exceeded",
            "pause_turn",
            "refusal",
            "stop_sequence",
        ] {
            let sequence = (word == "stop_sequence").then(|| "END".to_owned());
            let finish = decode_finish(word.to_owned(), sequence.clone());
            assert_eq!(encode_finish(finish, Said::default()), (word, json!(sequence), None));
        }
        let finish = decode_finish("compaction".into(), None);
        assert_eq!(encode_finish(finish, Said::default()).2.as_deref(), Some("compaction"));
    }

    #[test]
    fn the_stop_reason_follows_what_was_said() {
        let refusal = Content::Refusal { text: "no".into() };
        for (content, finish, expected) in [
            (vec![call("{}")], Finish::Stop, "tool_use"),
            (vec![call("{}")], Finish::ToolCalls, "tool_use"),
            (vec![call("{")], Finish::Length, "max_tokens"),
            (vec![], Finish::ToolCalls, "end_turn"),
            (vec![refusal], Finish::Stop, "refusal"),
            (vec![], Finish::ContentFilter, "refusal"),
        ] {
            let body = encode(answer(content, finish), &context(), &mut Drops::default());
            assert_eq!(body["stop_reason"], expected);
        }
    }

    #[test]
    fn arguments_that_are_no_object_are_kept_as_text() {
        for (arguments, input) in [
            (r#"{"a":1}"#, json!({"a": 1})),
            ("", json!({})),
            (r#"{"a":"#, json!({"_raw": "{\"a\":"})),
            ("[1]", json!({"_raw": "[1]"})),
        ] {
            let response = answer(vec![call(arguments)], Finish::ToolCalls);
            let body = encode(response, &context(), &mut Drops::default());
            assert_eq!(body["content"][0]["input"], input);
        }
    }

    #[test]
    fn nothing_of_another_dialect_leaks() {
        let mut response = answer(vec![], Finish::Stop);
        response.service_tier = Some("default".into());
        response.extras.put("system_fingerprint", json!("fp"));
        response.extras.put("container", json!("not an object"));
        response.candidates.extend(response.candidates.clone());
        let mut drops = Drops::default();
        let body = encode(response, &context(), &mut drops);
        assert_eq!(
            body,
            json!({"id": "", "type": "message", "role": "assistant", "model": "asked", "content": [],
                "stop_reason": "end_turn", "stop_sequence": null,
                "usage": {"input_tokens": 0, "output_tokens": 0}})
        );
        let paths: Vec<_> = drops.iter().map(|dropped| dropped.path.as_str()).collect();
        assert_eq!(paths, ["choices[1]", "service_tier", "system_fingerprint", "container"]);
    }

    #[test]
    fn usage_is_told_in_anthropics_way() {
        let mut response = answer(vec![], Finish::Stop);
        response.usage =
            Some(Usage { input: 120, cache_read: Some(64), output: 3, ..Usage::default() });
        let body = encode(response, &context(), &mut Drops::default());
        assert_eq!(
            body["usage"],
            json!({"input_tokens": 56, "cache_read_input_tokens": 64, "output_tokens": 3})
        );
    }

    #[test]
    fn what_is_no_answer_is_a_bad_gateway() {
        for body in [json!(null), json!({}), json!({"content": 1}), json!({"content": [{}]})] {
            let problem = decode(body, &mut Drops::default()).unwrap_err();
            assert_eq!((problem.status, problem.param), (502, None));
        }
    }
}
