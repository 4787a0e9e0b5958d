//! Limits on requests, whatever they say.

pub(crate) mod config;
mod schema;

use chat::json::Value;
use chat::{Problem, Scope, Text};
use dialects::{ANSWER_COUNTS, Dialect, OUTPUT_LIMITS};
use stage::{Errors, models};

use config::RequestConfig;
use schema::Schema;

/// Limits on requests, compiled.
#[derive(Debug)]
pub(crate) struct Hygiene {
    config: RequestConfig,
    body: Option<Schema>,
    prompt: Option<Schema>,
}

/// Names of the list of messages, in the dialects.
const LISTS: [&str; 3] = ["messages", "input", "contents"];

/// Keys that only a part with a picture, a sound or a file has (Bedrock's, with their `source`, and Ollama's lists), or
/// types that only such a part has.
const MEDIA_KEYS: [&str; 4] = ["inlineData", "inline_data", "fileData", "file_data"];
const SOURCED: [&str; 4] = ["audio", "document", "image", "video"];
const MEDIA_TYPES: [&str; 9] = [
    "image_url",
    "image",
    "input_image",
    "input_audio",
    "document",
    "file",
    "input_file",
    "audio",
    "video",
];

impl Hygiene {
    pub(crate) fn compile(config: RequestConfig, errors: &mut Errors) -> Hygiene {
        let both = config.required_parameters.iter();
        for name in both.filter(|name| config.forbidden_parameters.contains(name)) {
            errors.add("request.forbidden_parameters", format!("`{name}` is also required"));
        }
        for (field, list) in
            [("allowed_models", &config.allowed_models), ("denied_models", &config.denied_models)]
        {
            for (index, pattern) in list.iter().enumerate() {
                models::check(pattern, &format!("request.{field}[{index}]"), errors);
            }
        }
        let mut compile = |schema: &Option<Value>, path: &str| {
            schema.as_ref().and_then(|schema| Schema::compile(schema, path, errors))
        };
        let body = compile(&config.body_schema, "request.body_schema");
        let prompt = compile(&config.prompt_schema, "request.prompt_schema");
        Hygiene { config, body, prompt }
    }

    /// What is wrong with a request.
    pub(crate) fn check(
        &self,
        dialect: &dyn Dialect,
        path: &str,
        body: &mut Value,
    ) -> Result<(), Problem> {
        let config = &self.config;
        if !config.allowed_models.is_empty() || !config.denied_models.is_empty() {
            self.model(&dialect.model(path, body).unwrap_or_default())?;
        }
        let has = |name: &String| body.get(name.as_str()).is_some();
        if let Some(name) = config.required_parameters.iter().find(|name| !has(name)) {
            return Err(refused("missing_parameter", name, "the gateway requires this parameter"));
        }
        if let Some(name) = config.forbidden_parameters.iter().find(|name| has(name)) {
            return Err(refused(
                "forbidden_parameter",
                name,
                "the gateway does not allow this parameter",
            ));
        }
        for list in LISTS {
            let count = body.get(list).and_then(Value::as_array).map_or(0, Vec::len);
            within("too_many_messages", list, count, config.max_messages)?;
        }
        if config.max_tools.is_some() {
            within("too_many_tools", "tools", tools(body), config.max_tools)?;
        }
        for pointer in OUTPUT_LIMITS {
            number(body, pointer, config.max_tokens, "max_tokens_too_large")?;
        }
        for pointer in ANSWER_COUNTS {
            number(body, pointer, config.max_n, "n_too_large")?;
        }
        if config.max_media.is_some() {
            within("too_many_media", "", media(body), config.max_media)?;
        }
        if let Some(schema) = &self.body
            && let Err(at) = schema.check(body)
        {
            return Err(refused(
                "schema_violation",
                &at,
                "the body does not meet the gateway's schema",
            ));
        }
        self.texts(dialect, body)
    }

    fn model(&self, model: &str) -> Result<(), Problem> {
        let named = |list: &[String]| list.iter().any(|pattern| models::names(pattern, model));
        let allowed = self.config.allowed_models.is_empty() || named(&self.config.allowed_models);
        match allowed && !named(&self.config.denied_models) {
            true => Ok(()),
            false => {
                Err(refused("model_not_allowed", "model", "the gateway does not allow this model"))
            }
        }
    }

    fn texts(&self, dialect: &dyn Dialect, body: &mut Value) -> Result<(), Problem> {
        if self.config.max_characters.is_none() && self.prompt.is_none() {
            return Ok(());
        }
        let (mut characters, mut unmet) = (0, false);
        dialect.visit_request(body, &mut |text: Text<'_>| {
            characters += text.text.chars().count();
            if let (Some(schema), Scope::User) = (&self.prompt, text.scope) {
                let meets =
                    chat::json::parse_str(text.text).is_ok_and(|tree| schema.check(&tree).is_ok());
                unmet |= !meets;
            }
            None
        });
        within("prompt_too_long", "", characters, self.config.max_characters)?;
        match unmet {
            true => Err(refused(
                "schema_violation",
                "",
                "the prompt does not meet the gateway's schema",
            )),
            false => Ok(()),
        }
    }
}

/// Offered tools; Gemini groups its functions, and OpenAI's clients of old call them so.
fn tools(body: &Value) -> usize {
    let functions = |tool: &Value| {
        let named = |name| tool.get(name).and_then(Value::as_array);
        let list = named("functionDeclarations").or_else(|| named("function_declarations"));
        list.map_or(1, Vec::len)
    };
    let lists = ["/tools", "/functions", "/toolConfig/tools"];
    let lists = lists.iter().filter_map(|list| body.pointer(list)?.as_array());
    lists.flatten().map(functions).sum()
}

fn media(body: &Value) -> usize {
    match body {
        Value::Array(items) => items.iter().map(media).sum(),
        Value::Object(map) => {
            let kind = map.get("type").and_then(Value::as_str).unwrap_or_default();
            let sourced = |key: &&str| map.get(key).is_some_and(|it| it.get("source").is_some());
            let here = MEDIA_TYPES.contains(&kind)
                || MEDIA_KEYS.iter().any(|key| map.contains_key(key))
                || SOURCED.iter().any(sourced);
            let listed = map.get("images").and_then(Value::as_array).map_or(0, Vec::len);
            match here {
                true => 1,
                false => listed + map.values().map(media).sum::<usize>(),
            }
        }
        _ => 0,
    }
}

fn number(body: &Value, pointer: &str, most: Option<u64>, code: &str) -> Result<(), Problem> {
    // Most configurations limit none of them: nothing is looked for then.
    let Some(most) = most else { return Ok(()) };
    let Some(value) = body.pointer(pointer) else { return Ok(()) };
    // Below 0 is without a limit for some.
    if value.is_null() || value.as_f64().is_some_and(|it| (0.0..=most as f64).contains(&it)) {
        return Ok(());
    }
    let param = pointer.trim_start_matches('/').replace('/', ".");
    Err(refused(code, &param, &format!("must be from 0 to {most}")))
}

fn within(code: &str, param: &str, count: usize, most: Option<usize>) -> Result<(), Problem> {
    match most {
        Some(most) if count > most => {
            Err(refused(code, param, &format!("at most {most} are allowed")))
        }
        _ => Ok(()),
    }
}

fn refused(code: &str, param: &str, message: &str) -> Problem {
    match param {
        "" => Problem::new(chat::Kind::InvalidRequest, code, message),
        param => Problem::invalid(code, param, message),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;

    /// The code of what is wrong.
    fn code(path: &str, mut body: Value) -> String {
        let config = RequestConfig {
            max_tokens: Some(10),
            max_n: Some(1),
            max_tools: Some(0),
            max_media: Some(0),
            ..RequestConfig::default()
        };
        let mut errors = Errors::default();
        let hygiene = Hygiene::compile(config, &mut errors);
        let (dialect, _) = dialects::by_path("POST", path).unwrap();
        let checked = hygiene.check(dialect, path, &mut body);
        checked.err().and_then(|problem| problem.code).unwrap_or_default()
    }

    #[test]
    fn the_limits_hold_in_every_dialect_and_spelling() {
        let (chat, bedrock, ollama) = ("/v1/chat/completions", "/model/m/converse", "/api/chat");
        let (gemini, kserve) = ("/v1beta/models/m:generateContent", "/v2/models/m/generate");
        for (path, within, beyond, expected) in [
            (
                bedrock,
                json!({"inferenceConfig": {"maxTokens": 10}}),
                json!({"inferenceConfig": {"maxTokens": 11}}),
                "max_tokens_too_large",
            ),
            (
                ollama,
                json!({"options": {"num_predict": 10}}),
                json!({"options": {"num_predict": -1}}),
                "max_tokens_too_large",
            ),
            (
                kserve,
                json!({"parameters": {"max_tokens": 10}}),
                json!({"parameters": {"max_tokens": 11}}),
                "max_tokens_too_large",
            ),
            (
                gemini,
                json!({"generation_config": {"max_output_tokens": 10}}),
                json!({"generation_config": {"max_output_tokens": 11}}),
                "max_tokens_too_large",
            ),
            (
                gemini,
                json!({"generationConfig": {"candidate_count": 1}}),
                json!({"generationConfig": {"candidate_count": 2}}),
                "n_too_large",
            ),
            ("/v1/completions", json!({"best_of": 1}), json!({"best_of": 2}), "n_too_large"),
            (
                gemini,
                json!({"tools": [{"function_declarations": []}]}),
                json!({"tools": [{"function_declarations": [{}]}]}),
                "too_many_tools",
            ),
            (
                bedrock,
                json!({"toolConfig": {"tools": []}}),
                json!({"toolConfig": {"tools": [{}]}}),
                "too_many_tools",
            ),
            (chat, json!({"functions": []}), json!({"functions": [{}]}), "too_many_tools"),
            (
                gemini,
                json!({"contents": [{"parts": [{"text": "inline_data"}]}]}),
                json!({"contents": [{"parts": [{"inline_data": {}}]}]}),
                "too_many_media",
            ),
            // A property of a tool's may be called so.
            (
                bedrock,
                json!({"messages": [{"content": [{"toolUse": {"input": {"image": "x"}}}]}]}),
                json!({"messages": [{"content": [{"image": {"source": {}}}]}]}),
                "too_many_media",
            ),
            (
                ollama,
                json!({"messages": [{"images": []}]}),
                json!({"messages": [{"images": ["aGk="]}]}),
                "too_many_media",
            ),
        ] {
            assert_eq!(code(path, within.clone()), "", "{path} {within}");
            assert_eq!(code(path, beyond.clone()), expected, "{path} {beyond}");
        }
    }
}
