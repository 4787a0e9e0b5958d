//! A client's request, read.

use chat::Problem;
use chat::json::Value;

use super::super::UNKNOWN;
use super::{messages, parts, tools};
use crate::Drops;
use crate::neutral::{Effort, Reasoning, Request, ResponseFormat};
use crate::reader::{Fields, bits, missing, strings, wrong_type, wrong_value};

/// Reads a request body.
///
/// # Errors
/// What is missing or of the wrong type, by its path, in OpenAI's codes.
pub(in super::super) fn decode(body: Value, drops: &mut Drops) -> Result<Request, Problem> {
    read(body, drops).map_err(in_openais_code)
}

/// A finding with OpenAI's code for what is missing.
pub(crate) fn in_openais_code(problem: Problem) -> Problem {
    match problem.code.as_deref() {
        Some("missing_field") => {
            Problem { code: Some("missing_required_parameter".to_owned()), ..problem }
        }
        _ => problem,
    }
}

fn read(body: Value, drops: &mut Drops) -> Result<Request, Problem> {
    let mut body = Fields::new(body, "")?;
    let model = body.required_string("model")?;
    let turns = body.array("messages")?.ok_or_else(|| missing("messages".to_owned()))?;
    if turns.is_empty() {
        return Err(Problem::invalid("empty_array", "messages", "messages must not be empty"));
    }
    let tools = body.of(tools::OFFERS, |body| {
        let mut tools = tools::decode(body, drops)?;
        tools.extend(tools::search(body)?);
        Ok(tools)
    })?;
    Ok(Request {
        model,
        messages: messages::decode(turns, drops)?,
        tools,
        tool_choice: body.of(tools::CHOICES, tools::choice)?,
        parallel_tool_calls: body.bool("parallel_tool_calls")?,
        max_output_tokens: max_output_tokens(&mut body, drops)?,
        sampling: body.sampling()?,
        stop: body.of(bits!["stop"], stop)?,
        candidates: body.u64("n")?,
        stream: body.bool("stream")?.unwrap_or(false),
        stream_usage: body.of(bits!["stream_options"], |body| stream_usage(body, drops))?,
        response_format: body.of(bits!["response_format"], |body| response_format(body, drops))?,
        reasoning: body.of(bits!["reasoning_effort"], reasoning)?,
        user: body.string("user")?,
        service_tier: body.string("service_tier")?,
        // Anthropic's, which OpenRouter accepts here too
        // (<https://openrouter.ai/docs/features/prompt-caching>, read 2026-11-20).
        cache: body
            .of(bits!["cache_control"], |body| parts::mark(body, "cache_control", "type", drops))?,
        extras: body.stated(),
    })
}

/// `max_completion_tokens`, or the deprecated `max_tokens`, which it replaces.
fn max_output_tokens(body: &mut Fields, drops: &mut Drops) -> Result<Option<u64>, Problem> {
    let deprecated = body.u64("max_tokens")?;
    let limit = body.u64("max_completion_tokens")?;
    if limit.is_some() && deprecated.is_some() {
        drops.add("max_tokens", "max_completion_tokens counts");
    }
    Ok(limit.or(deprecated))
}

fn stop(body: &mut Fields) -> Result<Vec<String>, Problem> {
    match body.take("stop") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(vec![text]),
        Some(Value::Array(items)) => strings(items, &body.path("stop")),
        Some(_) => Err(wrong_type("stop".to_owned(), "a string or an array")),
    }
}

fn stream_usage(body: &mut Fields, drops: &mut Drops) -> Result<bool, Problem> {
    let Some(mut options) = body.object("stream_options")? else { return Ok(false) };
    let wanted = options.bool("include_usage")?.unwrap_or(false);
    options.report_rest(drops, "not carried over");
    Ok(wanted)
}

fn response_format(
    body: &mut Fields,
    drops: &mut Drops,
) -> Result<Option<ResponseFormat>, Problem> {
    let Some(mut format) = body.object("response_format")? else { return Ok(None) };
    let read = match format.required_string("type")?.as_str() {
        "text" => ResponseFormat::Text,
        "json_object" => ResponseFormat::JsonObject,
        "json_schema" => json_schema(parts::required_object(&mut format, "json_schema")?, drops)?,
        _ => {
            let kinds = "text, json_object or json_schema";
            return Err(wrong_value(format.path("type"), kinds));
        }
    };
    format.report_rest(drops, UNKNOWN);
    Ok(Some(read))
}

fn json_schema(mut fields: Fields, drops: &mut Drops) -> Result<ResponseFormat, Problem> {
    let format = ResponseFormat::JsonSchema {
        name: Some(fields.required_string("name")?),
        description: fields.string("description")?,
        schema: tools::schema(&mut fields, "schema")?.unwrap_or_else(|| chat::json::json!({})),
        strict: fields.bool("strict")?,
    };
    fields.report_rest(drops, UNKNOWN);
    Ok(format)
}

fn reasoning(body: &mut Fields) -> Result<Option<Reasoning>, Problem> {
    let Some(word) = body.string("reasoning_effort")? else { return Ok(None) };
    let effort = Effort::from_word(&word).ok_or_else(|| {
        let words = "one of none, minimal, low, medium, high, xhigh, max";
        wrong_value("reasoning_effort".to_owned(), words)
    })?;
    let enabled = (effort == Effort::None).then_some(false);
    Ok(Some(Reasoning { enabled, effort: Some(effort), ..Reasoning::default() }))
}
