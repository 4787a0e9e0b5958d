//! OpenAI's legacy completions, `POST /v1/completions`.
//!
//! Facts from <https://platform.openai.com/docs/api-reference/completions/create> (read 2026-11-21).
//!
//! A provider that serves them ([`crate::unary::Services::completions`]) gets the request as it is. For any other
//! the prompt is what a user says to a chat model, and what the model says is the text. Written by way of
//! `openai-chat`, from which it differs in names:
//!
//! | completions | chat |
//! |---|---|
//! | `prompt`: a text, or an array of one | `messages: [{role: user, content}]` |
//! | `prompt`: several texts, or tokens | refused |
//! | `echo: true`, `suffix` | refused: a chat model answers, it does not continue |
//! | `logprobs: 2` | `logprobs: true`, `top_logprobs: 2` |
//! | `best_of` | reported as dropped |
//! | `max_tokens`, `temperature`, `top_p`, `n`, `stop`, `seed`, penalties, `logit_bias`, `user`, `stream`, `stream_options` | the same |
//! | `choices[].text` | `message.content`, `delta.content` |
//! | `choices[].logprobs` | the same, by token |
//!
//! `max_tokens` has no default here, where OpenAI's own is 16. Thoughts, citations, the tier and whatever else is no
//! text have no place; they are reported, and of whole answers kept under [`EXTENSION`](crate::EXTENSION).

mod answer;
mod logprobs;
mod request;
mod stream;

use std::collections::BTreeMap;

use chat::json::{Map, Value};
use chat::text::{Visit, visit_string};
use chat::{Event, Problem, Scope};

use crate::dialect::{Client, ClientContext, Dialect, Endpoint, Operation, Reader, StreamEncoder};
use crate::extension;
use crate::neutral::{Request, Response, Usage};
use crate::openai_chat::OpenaiChat;
use crate::prompts::{Prompts, add_to_text};
use crate::{Codec, Drops, StreamText};

/// Why a field of another dialect is in the drops.
const NOT_SUPPORTED: &str = "not supported by openai-completions";

/// The dialect `openai-completions`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenaiCompletions;

impl Dialect for OpenaiCompletions {
    fn name(&self) -> &'static str {
        "openai-completions"
    }

    /// Chat's path ends alike; it is looked for first.
    fn endpoints(&self) -> &'static [Endpoint] {
        &[Endpoint { method: "POST", suffix: "/completions", operation: Operation::Completions }]
    }

    fn request_headers(&self) -> &'static [&'static str] {
        OpenaiChat.request_headers()
    }

    /// Texts that are given as tokens are not shown: [`crate::holds_media`] says that they are there.
    fn visit_request(&self, body: &mut Value, visit: Visit<'_>) -> bool {
        let mut edited = false;
        for name in ["prompt", "suffix"] {
            match body.get_mut(name) {
                Some(Value::Array(items)) => {
                    for (turn, item) in items.iter_mut().enumerate() {
                        edited |= visit_string(item, Scope::User, turn, visit);
                    }
                }
                Some(text) => edited |= visit_string(text, Scope::User, 0, visit),
                None => {}
            }
        }
        let user = body.get_mut("user");
        edited | user.is_some_and(|user| visit_string(user, Scope::User, 0, visit))
    }

    fn visit_response(&self, body: &mut Value, visit: Visit<'_>) -> bool {
        let choices = body.get_mut("choices").and_then(Value::as_array_mut);
        let mut edited = false;
        for (turn, choice) in choices.into_iter().flatten().enumerate() {
            if let Some(text) = choice.get_mut("text") {
                edited |= visit_string(text, Scope::Assistant, turn, visit);
            }
        }
        edited | extension::visit(body, visit)
    }

    fn stream_text(&self) -> Option<Box<dyn StreamText>> {
        extension::shown(stream::Text::default())
    }

    /// Prompts are put around each text, each with an empty line; who says them cannot be told. Tokens have no
    /// place for them.
    fn add_prompts(&self, body: &mut Value, prompts: &Prompts) -> bool {
        let texts = match body.get_mut("prompt") {
            Some(Value::Array(items))
                if !items.is_empty() && items.iter().all(Value::is_string) =>
            {
                items.as_mut_slice()
            }
            Some(text @ Value::String(_)) => std::slice::from_mut(text),
            _ => return false,
        };
        for text in texts {
            if let Value::String(text) = text {
                add_to_text(text, prompts);
            }
        }
        true
    }

    fn usage(&self, body: &Value) -> Option<Usage> {
        OpenaiChat.usage(body)
    }

    fn ask_stream_usage(&self, body: &mut Value) -> bool {
        OpenaiChat.ask_stream_usage(body)
    }

    fn hide_stream_usage(&self, event: Event) -> Option<Event> {
        OpenaiChat.hide_stream_usage(event)
    }

    fn extension<'a>(&self, body: &'a mut Value, streamed: bool) -> Option<&'a mut Map> {
        OpenaiChat.extension(body, streamed)
    }

    fn encode_error(&self, problem: &Problem) -> (u16, Value) {
        OpenaiChat.encode_error(problem)
    }

    fn encode_stream_error(&self, problem: &Problem, _after: Option<&Event>) -> Vec<Event> {
        OpenaiChat.encode_stream_error(problem, None)
    }
}

impl Reader for OpenaiCompletions {
    fn decode_request(
        &self,
        path: &str,
        body: Value,
        drops: &mut Drops,
    ) -> Result<Request, Problem> {
        OpenaiChat.decode_request(path, request::as_chat(body, drops)?, drops)
    }
}

impl Client for OpenaiCompletions {
    fn echo(&self, _body: &Value) -> Map {
        Map::new()
    }

    fn encode_response(
        &self,
        response: Response,
        context: &ClientContext,
        drops: &mut Drops,
    ) -> Value {
        let response = answer::only_text(response, drops);
        let mut body = Codec::encode_response(&OpenaiChat, response, context, drops);
        answer::as_completion(&mut body, "message", &mut BTreeMap::new());
        body
    }

    fn stream_encoder(&self, context: ClientContext) -> Box<dyn StreamEncoder> {
        Box::new(stream::Encoder::new(Codec::stream_encoder(&OpenaiChat, context)))
    }
}

#[cfg(test)]
mod tests;
