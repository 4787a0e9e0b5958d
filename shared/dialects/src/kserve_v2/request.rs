//! Requests, read and written.

use chat::Problem;
use chat::json::{Map, Value};

use super::{ask, prompt};
use crate::flat;
use crate::neutral::{Block, Content, Message, Request, Role};
use crate::reader::{Fields, missing};
use crate::{Drops, ProviderContext};

/// Why a field of another dialect is in the drops.
pub(crate) const NOT_SUPPORTED: &str = "not supported by a text-only model server";

/// The output limit for a client that names none: the protocol's own default is 20.
const MAX_TOKENS: u64 = 1_024;

/// Reads a request that came at `path`.
pub(super) fn decode(path: &str, body: Value) -> Result<Request, Problem> {
    let model = ask::model(path).ok_or_else(|| missing("model".to_owned()))?.into_owned();
    let mut body = Fields::new(body, "")?;
    let mut request = Request {
        model,
        messages: vec![asked(body.required_string("text_input")?, "text_input")],
        stream: ask::streams(path),
        stream_usage: true,
        ..Request::default()
    };
    if let Some(mut parameters) = body.object("parameters")? {
        request.sampling = parameters.sampling()?;
        request.max_output_tokens = parameters.u64("max_tokens")?;
        request.stop = parameters.strings("stop")?.unwrap_or_default();
        // The path says it.
        parameters.take("stream");
        let rest: Map = parameters.stated();
        if !rest.is_empty() {
            request.extras.put("parameters", rest);
        }
    }
    request.extras.extend(body.rest().into_iter().filter(|(_, value)| !value.is_null()));
    Ok(request)
}

/// What the user says in an API that knows one text.
pub(crate) fn asked(text: String, path: &str) -> Message {
    let content = vec![Block::new(Content::Text { text, citations: None }, path)];
    Message { role: Role::User, name: None, content, path: path.into() }
}

/// Writes a request body.
///
/// # Errors
/// What a prompt cannot say and would change the meaning of the request.
pub(super) fn encode(
    request: Request,
    context: ProviderContext<'_>,
    drops: &mut Drops,
) -> Result<Value, Problem> {
    prompt::report_unsaid(&request, NOT_SUPPORTED, drops)?;
    let conversation = flat::conversation(request.messages, NOT_SUPPORTED, drops)?;
    let mut body = Map::new();
    body.put("text_input", context.template.write(conversation, NOT_SUPPORTED, drops)?);
    let mut parameters = Map::new();
    let limit = request.max_output_tokens.or(context.max_output_tokens);
    parameters.put("max_tokens", limit.unwrap_or(MAX_TOKENS));
    request.sampling.put(&mut parameters);
    if !request.stop.is_empty() {
        parameters.put("stop", request.stop);
    }
    if request.stream {
        parameters.put("stream", true);
    }
    for (name, value) in request.extras {
        match (name.as_str(), value) {
            ("parameters", Value::Object(rest)) => parameters.extend(rest),
            (name, _) => drops.add(name, NOT_SUPPORTED),
        }
    }
    body.put("parameters", parameters);
    Ok(Value::Object(body))
}
