//! Tools and the choice among them, written.

use chat::Problem;
use chat::json::{Map, Value, json};

use super::super::limits::Model;
use super::super::{NAME, NOT_SUPPORTED, content};
use crate::flat::NOT_ALLOWED;
use crate::neutral::{Tool, ToolChoice, ToolKind};
use crate::{Drops, Path};

/// The longest tool name, in bytes.
const MAX_NAME: usize = 128;

/// The only name that a search of the web may have.
const SEARCH: &str = "web_search";

/// `tools` and `tool_choice`.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Tools {
    /// Definitions.
    pub(super) tools: Vec<Value>,
    /// `tool_choice`.
    pub(super) choice: Option<Value>,
    /// Whether one must be called.
    pub(super) forced: bool,
}

/// Writes tools and choice.
///
/// Custom tools are left out: offered as functions, their calls would come back as calls of functions that
/// the client does not have.
///
/// # Errors
/// A name that Anthropic refuses, a schema that is no object, or a choice that no offered tool can meet.
pub(super) fn encode(
    tools: Vec<Tool>,
    choice: Option<ToolChoice>,
    parallel: Option<bool>,
    model: &Model,
    drops: &mut Drops,
) -> Result<Tools, Problem> {
    let (mut choice, allowed) = match choice {
        Some(ToolChoice::Allowed { names, required: true }) => {
            (Some(ToolChoice::Required), Some(names))
        }
        Some(ToolChoice::Allowed { names, .. }) => (Some(ToolChoice::Auto), Some(names)),
        choice => (choice, None),
    };
    let mut written = Tools::default();
    let mut names = Vec::new();
    for tool in tools {
        let name = tool.name.clone();
        if tool.search.is_some()
            && let Some(ToolChoice::Tool { name: chosen }) = &mut choice
            && *chosen == name
        {
            SEARCH.clone_into(chosen);
        }
        if allowed.as_ref().is_some_and(|allowed| !allowed.contains(&name)) {
            drops.add(tool.path, NOT_ALLOWED);
            continue;
        }
        if let Some(value) = encode_tool(tool, drops)? {
            names.extend(value.get("name").and_then(Value::as_str).map(str::to_owned));
            written.tools.push(value);
        }
    }
    check(choice.as_ref(), &names)?;
    if !written.tools.is_empty() {
        written.choose(choice, parallel, model, drops);
    }
    Ok(written)
}

fn check(choice: Option<&ToolChoice>, names: &[String]) -> Result<(), Problem> {
    let is_met = match choice {
        Some(ToolChoice::Required) => !names.is_empty(),
        Some(ToolChoice::Tool { name }) => names.contains(name),
        _ => true,
    };
    match is_met {
        true => Ok(()),
        false => Err(Problem::invalid(
            "unsupported_tool_choice",
            "tool_choice",
            format!("tool_choice demands a tool that {NAME} cannot offer"),
        )),
    }
}

fn encode_tool(tool: Tool, drops: &mut Drops) -> Result<Option<Value>, Problem> {
    match tool.opaque {
        Some((NAME, value)) => return Ok(Some(value)),
        Some(_) if let Some(options) = tool.search => {
            return Ok(Some(search(options, &tool.path, drops)));
        }
        None if tool.kind == ToolKind::Function => {}
        _ => {
            drops.add(tool.path, NOT_SUPPORTED);
            return Ok(None);
        }
    }
    if !is_name(&tool.name) {
        let message = format!(
            "the name of the tool at {} must have 1 to {MAX_NAME} letters, digits, _ or -",
            tool.path
        );
        return Err(Problem::invalid("invalid_tool_name", tool.path, message));
    }
    let mut map = Map::new();
    map.put("name", tool.name);
    if let Some(description) = tool.description {
        map.put("description", description);
    }
    map.put("input_schema", schema(tool.parameters, &tool.path)?);
    if let Some(strict) = tool.strict {
        map.put("strict", strict);
    }
    if let Some(cache) = tool.cache {
        map.put("cache_control", content::encode_cache(cache));
    }
    Ok(Some(Value::Object(map)))
}

/// A search of the web, in the version that every model takes
/// <https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool> (read 2026-11-21): domains are
/// allowed or blocked, not both.
fn search(mut options: Map, path: &Path, drops: &mut Drops) -> Value {
    let mut tool = Map::new();
    tool.put("type", "web_search_20250305");
    tool.put("name", SEARCH);
    for name in ["max_uses", "allowed_domains", "blocked_domains", "user_location"] {
        if name == "blocked_domains" && tool.contains_key("allowed_domains") {
            continue;
        }
        if let Some(value) = options.shift_remove(name) {
            tool.put(name, value);
        }
    }
    options.keys().for_each(|name| drops.add(path.field(name.clone()), NOT_SUPPORTED));
    Value::Object(tool)
}

fn is_name(name: &str) -> bool {
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=MAX_NAME).contains(&name.len()) && name.bytes().all(is_legal)
}

/// Anthropic demands `type: object` at the top.
fn schema(parameters: Option<Value>, path: &Path) -> Result<Value, Problem> {
    match parameters {
        None | Some(Value::Null) => Ok(json!({"type": "object", "properties": {}})),
        Some(Value::Object(mut schema)) => {
            if !schema.contains_key("type") {
                schema.shift_insert(0, "type".to_owned(), "object".into());
            }
            Ok(Value::Object(schema))
        }
        Some(_) => {
            let message = format!("the schema of the tool at {path} must be an object");
            Err(Problem::invalid("invalid_schema", path, message))
        }
    }
}

impl Tools {
    fn choose(
        &mut self,
        choice: Option<ToolChoice>,
        parallel: Option<bool>,
        model: &Model,
        drops: &mut Drops,
    ) {
        let one_at_a_time = parallel == Some(false);
        let mut value = match choice {
            None if !one_at_a_time => return,
            None | Some(ToolChoice::Allowed { .. } | ToolChoice::Auto) => json!({"type": "auto"}),
            Some(ToolChoice::None) => {
                self.choice = Some(json!({"type": "none"}));
                return;
            }
            Some(_) if !model.forced_tools => {
                drops.add(
                    "tool_choice",
                    "a forced choice is not supported by this model; sent as auto",
                );
                json!({"type": "auto"})
            }
            Some(ToolChoice::Required) => {
                self.forced = true;
                json!({"type": "any"})
            }
            Some(ToolChoice::Tool { name }) => {
                self.forced = true;
                json!({"type": "tool", "name": name})
            }
        };
        if let (true, Value::Object(map)) = (one_at_a_time, &mut value) {
            map.put("disable_parallel_tool_use", true);
        }
        self.choice = Some(value);
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::super::limits;
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

    fn run(
        tools: Vec<Tool>,
        choice: Option<ToolChoice>,
        parallel: Option<bool>,
    ) -> (Result<Tools, Problem>, usize) {
        let mut drops = Drops::default();
        let model = limits::model("claude-sonnet-4-6");
        let tools = encode(tools, choice, parallel, &model, &mut drops);
        (tools, drops.iter().count())
    }

    #[test]
    fn choices_map_one_to_one() {
        let named = || ToolChoice::Tool { name: "a".into() };
        for (choice, parallel, expected, forced) in [
            (None, None, Value::Null, false),
            (None, Some(true), Value::Null, false),
            (None, Some(false), json!({"type": "auto", "disable_parallel_tool_use": true}), false),
            (Some(ToolChoice::Auto), None, json!({"type": "auto"}), false),
            (Some(ToolChoice::None), Some(false), json!({"type": "none"}), false),
            (Some(ToolChoice::Required), None, json!({"type": "any"}), true),
            (
                Some(named()),
                Some(false),
                json!({"type": "tool", "name": "a", "disable_parallel_tool_use": true}),
                true,
            ),
        ] {
            let (tools, drops) = run(vec![tool("a")], choice, parallel);
            let tools = tools.unwrap();
            assert_eq!(
                (tools.choice.unwrap_or_default(), tools.forced, drops),
                (expected, forced, 0)
            );
        }
    }

    #[test]
    fn only_allowed_tools_are_offered() {
        let choice = ToolChoice::Allowed { names: vec!["b".into()], required: true };
        let (tools, drops) = run(vec![tool("a"), tool("b")], Some(choice), None);
        let tools = tools.unwrap();
        assert_eq!((tools.tools.len(), drops), (1, 1), "the other is named");
        assert_eq!(tools.choice, Some(json!({"type": "any"})));
    }

    #[test]
    fn a_choice_that_cannot_be_met_is_refused() {
        for (tools, choice) in [
            (vec![], ToolChoice::Required),
            (vec![tool("a")], ToolChoice::Tool { name: "b".into() }),
            (vec![Tool { kind: ToolKind::Custom, ..tool("a") }], ToolChoice::Required),
        ] {
            assert!(run(tools, Some(choice), None).0.is_err());
        }
        assert_eq!(run(vec![], Some(ToolChoice::Auto), Some(false)).0.unwrap(), Tools::default());
    }

    #[test]
    fn a_model_that_takes_no_force_is_left_free() {
        let mut drops = Drops::default();
        let model = limits::model("claude-opus-5-5");
        let choice = Some(ToolChoice::Required);
        let tools = encode(vec![tool("a")], choice, None, &model, &mut drops).unwrap();
        assert_eq!((tools.choice, tools.forced), (Some(json!({"type": "auto"})), false));
        assert_eq!(drops.iter().count(), 1);
    }

    #[test]
    fn definitions_are_completed_or_refused() {
        for (parameters, expected) in [
            (None, json!({"type": "object", "properties": {}})),
            (Some(json!({})), json!({"type": "object"})),
            (
                Some(json!({"type": "object", "properties": {"a": {}}})),
                json!({"type": "object", "properties": {"a": {}}}),
            ),
        ] {
            let tools = run(vec![Tool { parameters, ..tool("a") }], None, None).0.unwrap();
            assert_eq!(tools.tools[0]["input_schema"], expected);
        }
        let refused = run(vec![Tool { parameters: Some(json!(true)), ..tool("a") }], None, None);
        assert_eq!(refused.0.unwrap_err().param.as_deref(), Some("tools.a"));
        for name in ["", "a b", "a.b", &"x".repeat(129)] {
            assert!(run(vec![tool(name)], None, None).0.is_err(), "{name}");
        }
    }

    #[test]
    fn another_dialects_search_is_asked_for_in_its_own_words() {
        let options = json!({"allowed_domains": ["a"], "blocked_domains": ["b"], "search_context_size": "low"});
        let search = Tool {
            opaque: Some(("other", json!({}))),
            search: options.as_object().cloned(),
            ..tool("web_search_preview")
        };
        let choice = ToolChoice::Tool { name: "web_search_preview".into() };
        let (tools, drops) = run(vec![search], Some(choice), None);
        let tools = tools.unwrap();
        let expected =
            json!({"type": "web_search_20250305", "name": "web_search", "allowed_domains": ["a"]});
        assert_eq!((tools.tools, drops), (vec![expected], 2));
        assert_eq!(tools.choice, Some(json!({"type": "tool", "name": "web_search"})));
    }

    #[test]
    fn what_only_another_dialect_knows_is_reported() {
        let custom = Tool { kind: ToolKind::Custom, ..tool("a") };
        let foreign = Tool { opaque: Some(("other", json!({}))), ..tool("b") };
        let own = Tool { opaque: Some((NAME, json!({"type": "x"}))), ..tool("c") };
        let (tools, drops) = run(vec![custom, foreign, own], None, None);
        assert_eq!((tools.unwrap().tools, drops), (vec![json!({"type": "x"})], 2));
    }
}
