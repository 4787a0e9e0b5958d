//! From a request to what it asks of the model.

use serde_json::Value;

use super::shapes;
use crate::mock::cursor::{Cursor, Problem};
use crate::mock::model::{Choice, Format, Prompt};
use crate::mock::openai_chat::request as common;

/// Validates `body` and reads it.
///
/// # Errors
///
/// The first thing that is wrong.
pub(super) fn read(body: &Value) -> Result<Prompt, Problem> {
    let body = Cursor::root(body);
    shapes::REQUEST.check(&body)?;
    let messages = body.items_of("messages");
    for image in messages.iter().flat_map(|message| message.items_of("images")) {
        let text = image.value().as_str().unwrap_or_default();
        let data = text.trim_end_matches('=');
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"+/".contains(&byte);
        if !data.bytes().all(legal) || data.len() % 4 == 1 {
            return Err(image.breaks("illegal base64 data"));
        }
    }
    let options = body.field("options");
    let option = |name: &str| options.as_ref().and_then(|options| options.field(name));
    let stop = option("stop").map(|it| it.items()).unwrap_or_default();
    let user = messages.iter().rev().find(|message| message.text("role") == "user");
    let images = user.map(|message| message.items_of("images").len()).unwrap_or_default();
    let think = body.field("think").map(|it| it.value().clone());
    Ok(Prompt {
        model: body.text("model").to_owned(),
        system: common::system(&messages),
        last: common::last(&messages),
        attachments: vec!["image"; images],
        tools: common::tools(&body),
        choice: Choice::Auto,
        parallel: true,
        format: match body.field("format").map(|it| it.value()) {
            Some(schema @ Value::Object(_)) => Format::Schema(schema.clone()),
            Some(Value::String(word)) if word == "json" => Format::Json,
            _ => Format::Text,
        },
        max_tokens: option("num_predict").and_then(|it| it.value().as_u64()),
        stop: stop.iter().filter_map(|it| it.value().as_str()).map(str::to_owned).collect(),
        reasoning: think.is_some_and(|think| think != Value::Bool(false)),
        choices: 1,
        stream: body.value().get("stream") != Some(&Value::Bool(false)),
    })
}
