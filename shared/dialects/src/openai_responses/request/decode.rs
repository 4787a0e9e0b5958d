//! A client's request, read.

use chat::Problem;
use chat::json::{Map, Value};

use super::super::NOT_CARRIED;
use super::{items, stored, tools};
use crate::Drops;
use crate::neutral::{Effort, Reasoning, Request, ResponseFormat, Sampling, Tool};
use crate::openai_chat::in_openais_code;
use crate::reader::{Fields, wrong_value};

/// Reads a request body.
///
/// # Errors
/// What is missing, of the wrong type, or stands for something that another provider does not have.
pub(in super::super) fn decode(body: Value, drops: &mut Drops) -> Result<Request, Problem> {
    read(body, drops).map_err(in_openais_code)
}

fn read(body: Value, drops: &mut Drops) -> Result<Request, Problem> {
    let mut body = Fields::new(body, "")?;
    stored::refuse_parameters(&mut body)?;
    let model = body.required_string("model")?;
    let mut tools = tools::decode(&mut body, drops)?;
    let conversation = items::decode(&mut body, drops)?;
    tools.extend(conversation.tools);
    limit_search(&mut tools, &mut body);
    let mut extras = Map::new();
    let response_format = text(&mut body, &mut extras, drops)?;
    logprobs(&mut body, &mut extras)?;
    let mut request = Request {
        model,
        messages: conversation.messages,
        tools,
        tool_choice: tools::choice(&mut body, drops)?,
        parallel_tool_calls: body.bool("parallel_tool_calls")?,
        max_output_tokens: body.u64("max_output_tokens")?,
        sampling: Sampling {
            temperature: body.number("temperature")?,
            top_p: body.number("top_p")?,
            ..Sampling::default()
        },
        stream: body.bool("stream")?.unwrap_or(false),
        // The last event always states it.
        stream_usage: true,
        response_format,
        reasoning: reasoning(&mut body, drops)?,
        user: body.string("user")?,
        service_tier: body.string("service_tier")?,
        ..Request::default()
    };
    if let Some(options) = body.object("stream_options")? {
        options.report_rest(drops, NOT_CARRIED);
    }
    // The default, which other dialects do without a word.
    if body.peek("truncation").and_then(Value::as_str) == Some("disabled") {
        body.skip("truncation");
    }
    extras.extend(body.rest().into_iter().filter(|(_, value)| !value.is_null()));
    request.extras = extras;
    Ok(request)
}

/// The limit of calls to tools that OpenAI runs is that of a search, if it is the only one of them.
fn limit_search(tools: &mut [Tool], body: &mut Fields) {
    let mut run = tools.iter_mut().filter(|tool| tool.opaque.is_some());
    if let (Some(Tool { search: Some(options), .. }), None) = (run.next(), run.next())
        && let Some(limit) = body.take("max_tool_calls").filter(|limit| !limit.is_null())
    {
        options.put("max_uses", limit);
    }
}

fn text(
    body: &mut Fields,
    extras: &mut Map,
    drops: &mut Drops,
) -> Result<Option<ResponseFormat>, Problem> {
    let Some(mut text) = body.object("text")? else { return Ok(None) };
    if let Some(verbosity) = text.string("verbosity")? {
        extras.put("verbosity", verbosity);
    }
    let format = text.object("format")?.map(|format| response_format(format, drops)).transpose()?;
    text.report_rest(drops, NOT_CARRIED);
    Ok(format)
}

fn response_format(mut format: Fields, drops: &mut Drops) -> Result<ResponseFormat, Problem> {
    let read = match format.required_string("type")?.as_str() {
        "text" => ResponseFormat::Text,
        "json_object" => ResponseFormat::JsonObject,
        "json_schema" => ResponseFormat::JsonSchema {
            name: Some(format.required_string("name")?),
            description: format.string("description")?,
            schema: format.required("schema")?,
            strict: format.bool("strict")?,
        },
        _ => return Err(wrong_value(format.path("type"), "text, json_object or json_schema")),
    };
    format.report_rest(drops, NOT_CARRIED);
    Ok(read)
}

/// Takes `include` apart, and says with `logprobs` what `top_logprobs` alone means here.
fn logprobs(body: &mut Fields, extras: &mut Map) -> Result<(), Problem> {
    let mut rest = Vec::new();
    let mut wanted = body.peek("top_logprobs").and_then(Value::as_u64).is_some_and(|top| top > 0);
    for word in body.strings("include")?.unwrap_or_default() {
        match word.as_str() {
            "message.output_text.logprobs" => wanted = true,
            "reasoning.encrypted_content" => {}
            _ => rest.push(word),
        }
    }
    if wanted {
        extras.put("logprobs", true);
    }
    if !rest.is_empty() {
        extras.put("include", rest);
    }
    Ok(())
}

fn reasoning(body: &mut Fields, drops: &mut Drops) -> Result<Option<Reasoning>, Problem> {
    let Some(mut fields) = body.object("reasoning")? else { return Ok(None) };
    let effort = match fields.string("effort")? {
        None => None,
        Some(word) => Some(Effort::from_word(&word).ok_or_else(|| {
            let words = "one of none, minimal, low, medium, high, xhigh, max";
            wrong_value(fields.path("effort"), words)
        })?),
    };
    let deprecated = fields.string("generate_summary")?;
    let summary = fields.string("summary")?.or(deprecated);
    if summary.as_deref().is_some_and(|length| length != "auto") {
        drops.add("reasoning.summary", "its length is not carried over");
    }
    fields.report_rest(drops, NOT_CARRIED);
    if effort.is_none() && summary.is_none() {
        return Ok(None);
    }
    Ok(Some(Reasoning {
        enabled: (effort == Some(Effort::None)).then_some(false),
        effort,
        display: summary.map(|_| Reasoning::SUMMARIZED.to_owned()),
        ..Reasoning::default()
    }))
}
