//! Limits on requests, whatever they say.

pub(crate) mod config;
mod schema;

use chat::json::Value;
use chat::{Problem, Scope, Text};
use dialects::Dialect;
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

/// Names of the list of messages, of the output limit and of the number of answers, in the dialects.
const LISTS: [&str; 3] = ["messages", "input", "contents"];
const TOKEN_LIMITS: [&str; 4] = [
    "/max_tokens",
    "/max_completion_tokens",
    "/max_output_tokens",
    "/generationConfig/maxOutputTokens",
];
const COUNTS: [&str; 2] = ["/n", "/generationConfig/candidateCount"];

/// Keys that only a part with a picture, a sound or a file has, or types that only such a part has.
const MEDIA_KEYS: [&str; 2] = ["inlineData", "fileData"];
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
        self.model(&dialect.model(path, body).unwrap_or_default())?;
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
        for pointer in TOKEN_LIMITS {
            number(body, pointer, config.max_tokens, "max_tokens_too_large")?;
        }
        for pointer in COUNTS {
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

/// Offered tools; Gemini groups its functions.
fn tools(body: &Value) -> usize {
    let tools = body.get("tools").and_then(Value::as_array);
    let functions = |tool: &Value| {
        let list = tool.get("functionDeclarations").and_then(Value::as_array);
        list.map_or(1, Vec::len)
    };
    tools.map_or(0, |tools| tools.iter().map(functions).sum())
}

fn media(body: &Value) -> usize {
    match body {
        Value::Array(items) => items.iter().map(media).sum(),
        Value::Object(map) => {
            let kind = map.get("type").and_then(Value::as_str).unwrap_or_default();
            let here =
                MEDIA_TYPES.contains(&kind) || MEDIA_KEYS.iter().any(|key| map.contains_key(key));
            match here {
                true => 1,
                false => map.values().map(media).sum(),
            }
        }
        _ => 0,
    }
}

fn number(body: &Value, pointer: &str, most: Option<u64>, code: &str) -> Result<(), Problem> {
    let (Some(most), Some(value)) = (most, body.pointer(pointer)) else { return Ok(()) };
    if value.is_null() || value.as_f64().is_some_and(|value| value <= most as f64) {
        return Ok(());
    }
    let param = pointer.trim_start_matches('/').replace('/', ".");
    Err(refused(code, &param, &format!("must be at most {most}")))
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
