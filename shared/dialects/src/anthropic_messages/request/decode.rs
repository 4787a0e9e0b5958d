//! A client's request to the neutral model.

use chat::json::{Map, Value};
use chat::{Kind, Problem};

use super::super::NAME;
use super::super::content::{self, NOT_CARRIED};
use crate::neutral::{
    Effort, Message, Reasoning, Request, ResponseFormat, Role, Sampling, Tool, ToolChoice, ToolKind,
};
use crate::reader::{Fields, bits, each, missing, wrong_value};
use crate::{Drops, Path};

/// Reads a request.
pub(in super::super) fn decode(body: Value, drops: &mut Drops) -> Result<Request, Problem> {
    let mut fields = Fields::new(body, "")?;
    refuse_rest_of_a_thread(&fields)?;
    let mut messages = fields.of(bits!["system"], |fields| decode_system(fields, drops))?;
    let turns = fields.array("messages")?.ok_or_else(|| missing("messages".to_owned()))?;
    let path = fields.path("messages");
    for (index, turn) in turns.into_iter().enumerate() {
        messages.push(decode_message(turn, path.item(index), drops)?);
    }
    let (tool_choice, parallel_tool_calls) =
        fields.of(bits!["tool_choice"], |fields| decode_tool_choice(fields, drops))?;
    let (response_format, effort) = fields
        .of(bits!["output_format", "output_config"], |fields| {
            decode_output_config(fields, drops)
        })?;
    Ok(Request {
        model: fields.required_string("model")?,
        messages,
        tools: fields.of(bits!["tools"], |fields| decode_tools(fields, drops))?,
        tool_choice,
        parallel_tool_calls,
        max_output_tokens: Some(
            fields.u64("max_tokens")?.ok_or_else(|| missing("max_tokens".to_owned()))?,
        ),
        sampling: decode_sampling(&mut fields)?,
        stop: fields.strings("stop_sequences")?.unwrap_or_default(),
        candidates: None,
        stream: fields.bool("stream")?.unwrap_or_default(),
        stream_usage: true,
        response_format,
        reasoning: decode_reasoning(&mut fields, effort, drops)?,
        user: fields.of(bits!["metadata"], |fields| decode_user(fields, drops))?,
        service_tier: fields.string("service_tier")?,
        cache: fields.of(bits!["cache_control"], content::decode_cache)?,
        extras: fields.stated(),
    })
}

/// A request that goes on where Anthropic has stored the rest holds no conversation for another provider. The official
/// SDKs send the whole one on being told so (<https://platform.claude.com/docs/en/build-with-claude/message-threads>, read
/// 2026-11-22; `ThreadNotFoundError` of the Python SDK 2.11.0).
fn refuse_rest_of_a_thread(fields: &Fields) -> Result<(), Problem> {
    let kind = fields.peek("thread").and_then(|thread| thread.get("type"));
    if kind.and_then(Value::as_str) != Some("continue") {
        return Ok(());
    }
    let message = "thread needs the provider that has stored it; send the whole conversation";
    let problem = Problem::new(Kind::NotFound, "thread_not_found", message);
    Err(Problem { param: Some("thread".to_owned()), ..problem })
}

fn decode_system(fields: &mut Fields, drops: &mut Drops) -> Result<Vec<Message>, Problem> {
    match fields.take("system") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(system) => {
            let path = fields.path("system");
            let content = content::decode(system, &path, drops)?;
            Ok(vec![Message { role: Role::System, name: None, content, path }])
        }
    }
}

fn decode_message(value: Value, path: Path, drops: &mut Drops) -> Result<Message, Problem> {
    let mut fields = Fields::new(value, path.clone())?;
    let role = match fields.required_string("role")?.as_str() {
        "assistant" => Role::Assistant,
        "system" => Role::System,
        "user" => Role::User,
        _ => return Err(wrong_value(fields.path("role"), "assistant, system or user")),
    };
    let content = content::decode(fields.required("content")?, &fields.path("content"), drops)?;
    fields.report_rest(drops, NOT_CARRIED);
    Ok(Message { role, name: None, content, path })
}

#[inline(always)]
fn decode_sampling(fields: &mut Fields) -> Result<Sampling, Problem> {
    Ok(Sampling {
        temperature: fields.number("temperature")?,
        top_k: fields.number("top_k")?,
        top_p: fields.number("top_p")?,
        ..Sampling::default()
    })
}

fn decode_user(fields: &mut Fields, drops: &mut Drops) -> Result<Option<String>, Problem> {
    let Some(mut metadata) = fields.object("metadata")? else { return Ok(None) };
    let user = metadata.string("user_id")?;
    metadata.report_rest(drops, NOT_CARRIED);
    Ok(user)
}

fn decode_tools(fields: &mut Fields, drops: &mut Drops) -> Result<Vec<Tool>, Problem> {
    let Some(tools) = fields.array("tools")? else { return Ok(Vec::new()) };
    each(tools, &fields.path("tools"), |value, path| decode_tool(value, path, drops))
}

fn decode_tool(value: Value, path: Path, drops: &mut Drops) -> Result<Tool, Problem> {
    let mut fields = Fields::new(value, path.clone())?;
    if !matches!(fields.peek("type"), None | Some(Value::Null)) {
        let kind = fields.peek("type").and_then(Value::as_str);
        if kind.is_some_and(|kind| kind != "custom") {
            return Ok(provider_tool(fields, path));
        }
        fields.required_string("type")?;
    }
    let tool = Tool {
        name: fields.required_string("name")?,
        description: fields.string("description")?,
        parameters: Some(Value::Object(
            fields.object("input_schema")?.ok_or_else(|| fields.lacks("input_schema"))?.rest(),
        )),
        strict: fields.bool("strict")?,
        kind: ToolKind::Function,
        opaque: None,
        search: None,
        cache: fields.of(bits!["cache_control"], content::decode_cache)?,
        path,
    };
    fields.report_rest(drops, NOT_CARRIED);
    Ok(tool)
}

/// A tool that Anthropic defines (and mostly runs): its whole definition.
fn provider_tool(fields: Fields, path: Path) -> Tool {
    let name = fields.peek("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let kind = fields.peek("type").and_then(Value::as_str).unwrap_or_default();
    let searches = kind.starts_with("web_search_");
    let whole = fields.rest();
    Tool {
        search: searches.then(|| search_options(&whole)),
        name,
        description: None,
        parameters: None,
        strict: None,
        kind: ToolKind::Function,
        opaque: Some((NAME, Value::Object(whole))),
        cache: None,
        path,
    }
}

/// What a search of the web says beside its name: all versions have the same options
/// <https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool> (read 2026-11-21).
fn search_options(tool: &Map) -> Map {
    let said = tool.clone().into_iter().filter(|(_, value)| !value.is_null());
    said.filter(|(name, _)| !matches!(name.as_str(), "name" | "type")).collect()
}

fn decode_tool_choice(
    fields: &mut Fields,
    drops: &mut Drops,
) -> Result<(Option<ToolChoice>, Option<bool>), Problem> {
    let Some(mut choice) = fields.object("tool_choice")? else { return Ok((None, None)) };
    let decoded = match choice.required_string("type")?.as_str() {
        "any" => ToolChoice::Required,
        "auto" => ToolChoice::Auto,
        "none" => ToolChoice::None,
        "tool" => ToolChoice::Tool { name: choice.required_string("name")? },
        _ => return Err(wrong_value(choice.path("type"), "any, auto, none or tool")),
    };
    // `false` is the default; said aloud, some providers refuse it for want of the parameter.
    let one_at_a_time = choice.bool("disable_parallel_tool_use")?.unwrap_or_default();
    choice.report_rest(drops, NOT_CARRIED);
    Ok((Some(decoded), one_at_a_time.then_some(false)))
}

/// `output_config`, and `output_format` as its `format` was called in the beta.
fn decode_output_config(
    fields: &mut Fields,
    drops: &mut Drops,
) -> Result<(Option<ResponseFormat>, Option<Effort>), Problem> {
    let beta = fields.object("output_format")?;
    let (format, effort) = match fields.object("output_config")? {
        None => (None, None),
        Some(mut config) => {
            let parts = (config.object("format")?, decode_effort(&mut config)?);
            config.report_rest(drops, NOT_CARRIED);
            parts
        }
    };
    let format = format.or(beta).map(|format| decode_format(format, drops)).transpose()?;
    Ok((format, effort))
}

fn decode_effort(config: &mut Fields) -> Result<Option<Effort>, Problem> {
    let Some(word) = config.string("effort")? else { return Ok(None) };
    match Effort::from_word(&word) {
        Some(effort) if effort >= Effort::Low => Ok(Some(effort)),
        _ => Err(wrong_value(config.path("effort"), "low, medium, high, xhigh or max")),
    }
}

fn decode_format(mut format: Fields, drops: &mut Drops) -> Result<ResponseFormat, Problem> {
    if format.required_string("type")? != "json_schema" {
        return Err(wrong_value(format.path("type"), "json_schema"));
    }
    let schema = format.object("schema")?.ok_or_else(|| format.lacks("schema"))?.rest();
    format.report_rest(drops, NOT_CARRIED);
    Ok(ResponseFormat::JsonSchema {
        name: None,
        description: None,
        schema: Value::Object(schema),
        strict: None,
    })
}

fn decode_reasoning(
    fields: &mut Fields,
    effort: Option<Effort>,
    drops: &mut Drops,
) -> Result<Option<Reasoning>, Problem> {
    let Some(mut thinking) = fields.object("thinking")? else {
        return Ok(effort.map(|effort| Reasoning { effort: Some(effort), ..Reasoning::default() }));
    };
    let mut reasoning =
        Reasoning { effort, display: thinking.string("display")?, ..Reasoning::default() };
    match thinking.required_string("type")?.as_str() {
        "adaptive" => (reasoning.enabled, reasoning.adaptive) = (Some(true), true),
        // The least that the models that know it can be told to think.
        "between_tools" | "disabled" => reasoning.enabled = Some(false),
        "enabled" => {
            let budget = thinking.u64("budget_tokens")?;
            let budget = budget.ok_or_else(|| thinking.lacks("budget_tokens"))?;
            (reasoning.enabled, reasoning.budget_tokens) = (Some(true), Some(budget));
        }
        _ => {
            let expected = "adaptive, between_tools, disabled or enabled";
            return Err(wrong_value(thinking.path("type"), expected));
        }
    }
    thinking.report_rest(drops, NOT_CARRIED);
    Ok(Some(reasoning))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;
    use crate::neutral::Content;

    fn read(body: Value) -> Result<Request, Problem> {
        decode(body, &mut Drops::default())
    }

    fn minimal() -> Value {
        json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]})
    }

    fn with(field: &str, value: Value) -> Value {
        let mut body = minimal();
        body[field] = value;
        body
    }

    #[test]
    fn a_finding_names_the_exact_path() {
        let turn = |block: Value| {
            with(
                "messages",
                json!([{"role": "user", "content": "a"}, {"role": "user", "content": [block]}]),
            )
        };
        for (body, path) in [
            (json!({"max_tokens": 1, "messages": []}), "model"),
            (json!({"model": "m", "messages": []}), "max_tokens"),
            (json!({"model": "m", "max_tokens": 1}), "messages"),
            (with("max_tokens", json!("9")), "max_tokens"),
            (with("max_tokens", json!(1.5)), "max_tokens"),
            (with("messages", json!({})), "messages"),
            (with("messages", json!([{"role": "tool", "content": ""}])), "messages[0].role"),
            (with("messages", json!([{"role": "user"}])), "messages[0].content"),
            (with("messages", json!([{"role": "user", "content": 7}])), "messages[0].content"),
            (with("system", json!([{"type": "text"}])), "system[0].text"),
            (turn(json!({"text": "x"})), "messages[1].content[0].type"),
            (turn(json!({"type": "text", "text": 1})), "messages[1].content[0].text"),
            (
                turn(
                    json!({"type": "image", "source": {"type": "base64", "media_type": "image/png"}}),
                ),
                "messages[1].content[0].source.data",
            ),
            (turn(json!({"type": "image"})), "messages[1].content[0].source"),
            (
                turn(json!({"type": "tool_use", "id": "a", "name": "b", "input": "{}"})),
                "messages[1].content[0].input",
            ),
            (
                turn(
                    json!({"type": "tool_result", "tool_use_id": "a", "content": [{"type": "text"}]}),
                ),
                "messages[1].content[0].content[0].text",
            ),
            (
                turn(json!({"type": "text", "text": "x", "cache_control": {"type": "forever"}})),
                "messages[1].content[0].cache_control.type",
            ),
            (with("tools", json!([{"name": "t"}])), "tools[0].input_schema"),
            (with("tools", json!([{"input_schema": {}}])), "tools[0].name"),
            (with("tools", json!([{"type": 1}])), "tools[0].type"),
            (with("tool_choice", json!({"type": "tool"})), "tool_choice.name"),
            (with("tool_choice", json!({"type": "maybe"})), "tool_choice.type"),
            (with("stop_sequences", json!(["a", 1])), "stop_sequences[1]"),
            (with("thinking", json!({"type": "enabled"})), "thinking.budget_tokens"),
            (with("thinking", json!({"type": "hard"})), "thinking.type"),
            (with("output_config", json!({"effort": "minimal"})), "output_config.effort"),
            (
                with("output_config", json!({"format": {"type": "json"}})),
                "output_config.format.type",
            ),
            (with("metadata", json!({"user_id": 7})), "metadata.user_id"),
            (with("temperature", json!("hot")), "temperature"),
        ] {
            assert_eq!(read(body.clone()).unwrap_err().param.as_deref(), Some(path), "{body}");
        }
        assert_eq!(read(json!([])).unwrap_err().param, None);
    }

    #[test]
    fn the_rest_of_a_thread_is_refused_as_the_official_clients_expect() {
        for (thread, code) in [
            (json!({"type": "continue", "previous_message_id": "msg_1"}), Some("thread_not_found")),
            (json!({"type": "create"}), None),
            (Value::Null, None),
        ] {
            let read = read(with("thread", thread.clone()));
            let problem = read.as_ref().err();
            assert_eq!(problem.and_then(|problem| problem.code.as_deref()), code, "{thread}");
            assert!(problem.is_none_or(|problem| problem.status == 404));
        }
    }

    #[test]
    fn what_has_no_neutral_form_is_kept_whole_or_reported() {
        let mut drops = Drops::default();
        let body = json!({
            "model": "m", "max_tokens": 9, "context_management": {"edits": []}, "container": null,
            "metadata": {"user_id": "u", "team": "t"},
            "messages": [{"role": "user", "clear_at": 1, "content": [
                {"type": "search_result", "source": "s", "title": "t", "content": []},
                {"type": "document", "source": {"type": "content", "content": "c"}},
                {"type": "image", "source": {"type": "url", "url": "u"}, "transformations": {}},
            ]}],
            "tools": [{"type": "web_search_20250305", "name": "web_search"},
                {"name": "f", "input_schema": {}, "defer_loading": true}],
        });
        let request = decode(body.clone(), &mut drops).unwrap();
        let blocks: Vec<_> =
            request.messages[0].content.iter().map(|block| &block.content).collect();
        for index in [0, 1] {
            let value = body["messages"][0]["content"][index].clone();
            assert_eq!(blocks[index], &Content::Opaque { dialect: NAME, value });
        }
        assert_eq!(request.tools[0].opaque, Some((NAME, body["tools"][0].clone())));
        assert_eq!(request.extras.keys().collect::<Vec<_>>(), ["context_management"]);
        let paths: Vec<_> = drops.iter().map(|dropped| dropped.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "messages[0].content[2].transformations",
                "messages[0].clear_at",
                "tools[1].defer_loading",
                "metadata.team",
            ]
        );
    }

    #[test]
    fn thinking_and_effort_become_reasoning() {
        for (thinking, effort, expected) in [
            (Value::Null, Value::Null, None),
            (
                Value::Null,
                json!("low"),
                Some(Reasoning { effort: Some(Effort::Low), ..Reasoning::default() }),
            ),
            (
                json!({"type": "disabled"}),
                Value::Null,
                Some(Reasoning { enabled: Some(false), ..Reasoning::default() }),
            ),
            (
                json!({"type": "enabled", "budget_tokens": 2048, "display": "omitted"}),
                Value::Null,
                Some(Reasoning {
                    enabled: Some(true),
                    budget_tokens: Some(2048),
                    display: Some("omitted".into()),
                    ..Reasoning::default()
                }),
            ),
            (
                json!({"type": "adaptive"}),
                json!("max"),
                Some(Reasoning {
                    enabled: Some(true),
                    adaptive: true,
                    effort: Some(Effort::Max),
                    ..Reasoning::default()
                }),
            ),
        ] {
            let mut body = with("thinking", thinking);
            body["output_config"] = json!({"effort": effort});
            assert_eq!(read(body).unwrap().reasoning, expected);
        }
    }
}
