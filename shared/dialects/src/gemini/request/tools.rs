//! Tools and the choice among them, written.
//!
//! <https://ai.google.dev/gemini-api/docs/function-calling> (read 2026-11-21): names may be allowed in the
//! modes `ANY` and `VALIDATED` only; the latter leaves the model free to answer in words.

use std::collections::BTreeSet;

use chat::Problem;
use chat::json::{Map, Value, json};

use super::super::{NAME, NOT_SUPPORTED, names};
use crate::neutral::{Tool, ToolChoice, ToolKind};
use crate::{Drops, Path};

/// Adds `tools` and `toolConfig` to a request.
///
/// Custom tools are left out: offered as functions, their calls would come back as calls of functions that
/// the client does not have.
///
/// # Errors
/// A name that Gemini cannot be given, or a choice that no offered tool can meet.
pub(super) fn encode(
    tools: Vec<Tool>,
    choice: Option<ToolChoice>,
    body: &mut Map,
    drops: &mut Drops,
) -> Result<(), Problem> {
    let mut declared = Vec::new();
    let mut own = Vec::new();
    let mut searches = Vec::new();
    for tool in tools {
        if tool.cache.is_some() {
            drops.add(format!("{}.cache_control", tool.path), NOT_SUPPORTED);
        }
        match tool.opaque {
            Some((NAME, value)) => own.push(value),
            Some(_) if let Some(options) = tool.search => searches.push((tool.path, options)),
            Some(_) => drops.add(tool.path, NOT_SUPPORTED),
            None if tool.kind == ToolKind::Custom => {
                drops.add(tool.path, "custom tools are not supported");
            }
            None => declared.push(function(tool, drops)?),
        }
    }
    let (choice, searches) = search(searches, choice, !declared.is_empty(), drops);
    own.extend(searches);
    let config = match choice {
        Some(choice) => calling(choice, &declared, drops)?,
        None => None,
    };
    if !declared.is_empty() {
        own.insert(0, json!({"functionDeclarations": declared}));
    }
    if !own.is_empty() {
        body.put("tools", own);
    }
    if let Some(config) = config {
        body.put("toolConfig", json!({"functionCallingConfig": config}));
    }
    Ok(())
}

/// Google's search for that of another dialect, whose options it does not have
/// <https://ai.google.dev/gemini-api/docs/google-search> (read 2026-11-21). Beside functions older models refuse it, and
/// newer ones answer with calls that the client knows nothing of
/// <https://ai.google.dev/gemini-api/docs/tool-combination> (read 2026-11-21). Nor can it be forced.
fn search(
    searches: Vec<(Path, Map)>,
    choice: Option<ToolChoice>,
    functions: bool,
    drops: &mut Drops,
) -> (Option<ToolChoice>, Option<Value>) {
    let found = !searches.is_empty();
    for (path, options) in searches {
        match functions {
            true => drops.add(path, "not together with functions"),
            false => {
                options.keys().for_each(|name| drops.add(path.field(name.clone()), NOT_SUPPORTED))
            }
        }
    }
    if !found || functions {
        return (choice, None);
    }
    if !matches!(choice, None | Some(ToolChoice::Auto | ToolChoice::None)) {
        drops.add("tool_choice", "a search cannot be forced");
    }
    (None, (choice != Some(ToolChoice::None)).then(|| json!({"googleSearch": {}})))
}

fn function(tool: Tool, drops: &mut Drops) -> Result<Value, Problem> {
    if tool.strict == Some(true) {
        drops.add(format!("{}.strict", tool.path), NOT_SUPPORTED);
    }
    let mut function = Map::new();
    let name = names::tool_name(&tool.name, &format!("{}.name", tool.path))?;
    function.put("name", name);
    if let Some(description) = tool.description {
        function.put("description", description);
    }
    if let Some(schema) = tool.parameters {
        function.put("parametersJsonSchema", schema);
    }
    Ok(Value::Object(function))
}

/// `functionCallingConfig`. `None`: there is nothing to call and nothing that must be.
fn calling(
    choice: ToolChoice,
    declared: &[Value],
    drops: &mut Drops,
) -> Result<Option<Value>, Problem> {
    let offered: BTreeSet<&str> =
        declared.iter().filter_map(|tool| tool.get("name").and_then(Value::as_str)).collect();
    let impossible =
        |message: &str| Problem::invalid("invalid_tool_choice", "tool_choice", message);
    let (mode, names) = match choice {
        ToolChoice::None if declared.is_empty() => return Ok(None),
        ToolChoice::Auto if declared.is_empty() => return Ok(None),
        ToolChoice::None => return Ok(Some(json!({"mode": "NONE"}))),
        ToolChoice::Auto => return Ok(Some(json!({"mode": "AUTO"}))),
        ToolChoice::Required if declared.is_empty() => {
            return Err(impossible("a tool must be called, but none is offered"));
        }
        ToolChoice::Required => return Ok(Some(json!({"mode": "ANY"}))),
        ToolChoice::Tool { name } => ("ANY", vec![name]),
        ToolChoice::Allowed { names, required: true } => ("ANY", names),
        ToolChoice::Allowed { names, required: false } => ("VALIDATED", names),
    };
    let names: Vec<String> =
        names.iter().map(|name| names::tool_name(name, "tool_choice")).collect::<Result<_, _>>()?;
    let asked = names.len();
    let names: Vec<String> =
        names.into_iter().filter(|name| offered.contains(name.as_str())).collect();
    match (names.is_empty(), mode) {
        (true, "ANY") => Err(impossible("the tool to call is not offered")),
        (true, _) => Ok(Some(json!({"mode": "NONE"})).filter(|_| !declared.is_empty())),
        (false, _) => {
            if names.len() < asked {
                drops.add("tool_choice", "tools that are not offered are left out");
            }
            Ok(Some(json!({"mode": mode, "allowedFunctionNames": names})))
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn tool(name: &str) -> Tool {
        Tool {
            name: name.into(),
            description: None,
            parameters: None,
            strict: None,
            kind: ToolKind::Function,
            opaque: None,
            search: None,
            cache: None,
            path: format!("tools.{name}").into(),
        }
    }

    fn run(tools: Vec<Tool>, choice: Option<ToolChoice>) -> (Result<Value, Problem>, Vec<String>) {
        let (mut body, mut drops) = (Map::new(), Drops::default());
        let done = encode(tools, choice, &mut body, &mut drops);
        let drops = drops.iter().map(ToString::to_string).collect();
        (done.map(|()| Value::Object(body)), drops)
    }

    #[test]
    fn a_choice_takes_its_mode_and_names() {
        let names =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        for (choice, config) in [
            (ToolChoice::Auto, json!({"mode": "AUTO"})),
            (ToolChoice::None, json!({"mode": "NONE"})),
            (ToolChoice::Required, json!({"mode": "ANY"})),
            (
                ToolChoice::Tool { name: "1st".into() },
                json!({"mode": "ANY", "allowedFunctionNames": ["hexname_317374"]}),
            ),
            (
                ToolChoice::Allowed { names: names(&["f", "x"]), required: true },
                json!({"mode": "ANY", "allowedFunctionNames": ["f"]}),
            ),
            (
                ToolChoice::Allowed { names: names(&["f"]), required: false },
                json!({"mode": "VALIDATED", "allowedFunctionNames": ["f"]}),
            ),
            (
                ToolChoice::Allowed { names: names(&["x"]), required: false },
                json!({"mode": "NONE"}),
            ),
        ] {
            let (body, _) = run(vec![tool("f"), tool("1st")], Some(choice.clone()));
            assert_eq!(body.unwrap()["toolConfig"]["functionCallingConfig"], config, "{choice:?}");
        }
    }

    #[test]
    fn a_choice_that_nothing_meets_is_refused_and_one_that_says_nothing_is_left_out() {
        for choice in [ToolChoice::Required, ToolChoice::Tool { name: "x".into() }] {
            assert!(run(vec![], Some(choice)).0.is_err());
        }
        for choice in [ToolChoice::Auto, ToolChoice::None] {
            assert_eq!(run(vec![], Some(choice)).0, Ok(json!({})));
        }
    }

    #[test]
    fn a_search_stands_alone_and_is_never_forced() {
        let options: Map = [("max_uses".to_owned(), json!(2))].into_iter().collect();
        let search = || Tool {
            opaque: Some(("other", json!({}))),
            search: Some(options.clone()),
            ..tool("web_search")
        };
        let google = json!([{"googleSearch": {}}]);
        let lost = "tools.web_search.max_uses: not supported by gemini";
        let forced = ToolChoice::Tool { name: "web_search".into() };
        for (choice, tools, drops) in [
            (None, google.clone(), vec![lost]),
            (Some(ToolChoice::Auto), google.clone(), vec![lost]),
            (Some(ToolChoice::None), Value::Null, vec![lost]),
            (Some(forced), google, vec![lost, "tool_choice: a search cannot be forced"]),
        ] {
            let (body, told) = run(vec![search()], choice.clone());
            let body = body.unwrap();
            assert_eq!(body.get("tools").cloned().unwrap_or_default(), tools, "{choice:?}");
            assert_eq!(
                (body.get("toolConfig"), told),
                (None, drops.iter().map(ToString::to_string).collect())
            );
        }
        let (body, drops) = run(vec![tool("f"), search()], None);
        assert_eq!(body.unwrap()["tools"], json!([{"functionDeclarations": [{"name": "f"}]}]));
        assert_eq!(drops, ["tools.web_search: not together with functions"]);
    }

    #[test]
    fn tools_of_other_kinds_are_reported() {
        let search = json!({"googleSearch": {}});
        let tools = vec![
            Tool { kind: ToolKind::Custom, ..tool("a") },
            Tool { opaque: Some(("other", json!({}))), ..tool("b") },
            Tool { opaque: Some((NAME, search.clone())), ..tool("c") },
            Tool { strict: Some(true), parameters: Some(json!({"type": "object"})), ..tool("d") },
        ];
        let (body, drops) = run(tools, None);
        let declared = json!({"functionDeclarations":
            [{"name": "d", "parametersJsonSchema": {"type": "object"}}]});
        assert_eq!(body, Ok(json!({"tools": [declared, search]})));
        let expected = [
            "tools.a: custom tools are not supported",
            "tools.b: not supported by gemini",
            "tools.d.strict: not supported by gemini",
        ];
        assert_eq!(drops, expected);
    }
}
