//! What a dialect can do.

use std::borrow::Cow;
use std::fmt;

use chat::json::{Map, Value};
use chat::text::Visit;
use chat::{Event, Framing, Problem};

use crate::kserve_v2::prompt::Template;
use crate::neutral::{self, Request, Response};
use crate::prompts::Prompts;
use crate::providers::Provider;
use crate::rate_limits::RateLimits;
use crate::tool_names::{self, OwnNames, ToolNames};
use crate::unary::Services;
use crate::{Drops, StreamText};

/// What a client asks for at an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// One answer of a chat model to a conversation.
    Chat,
    /// OpenAI's legacy completion of a text: served as it is, or by a chat model.
    Completions,
    /// The tokens of a conversation that is not sent.
    CountTokens,
    /// Vectors for texts.
    Embeddings,
    /// The order of documents by what they say about a query.
    Rerank,
}

impl Operation {
    /// Whether a model is told something to answer, which may be instructed: not for vectors and orders.
    pub fn is_prompt(self) -> bool {
        !matches!(self, Operation::Embeddings | Operation::Rerank)
    }
}

/// A method and a path that a dialect serves.
#[derive(Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// HTTP method.
    pub method: &'static str,
    /// The path ends with this, whatever prefix a gateway put before it. Long enough to be unmistakable.
    /// `{model}` stands for the name of a model, which may have slashes: `/models/{model}:generateContent`.
    pub suffix: &'static str,
    /// What happens there.
    pub operation: Operation,
}

/// What is known of the provider when a request is written for it.
#[derive(Debug, Clone, Copy)]
pub struct ProviderContext<'a> {
    /// Its row in the registry.
    pub provider: &'a Provider,
    /// The most output tokens to ask for where the dialect demands a number and the client named none.
    /// Without it, the dialect's own knowledge of the model's limit counts.
    pub max_output_tokens: Option<u64>,
    /// How a conversation is written for a dialect that knows only one text.
    pub template: Template,
}

impl<'a> ProviderContext<'a> {
    /// What is known where nothing is configured.
    pub fn new(provider: &'a Provider) -> ProviderContext<'a> {
        ProviderContext { provider, max_output_tokens: None, template: Template::default() }
    }
}

/// What is known of the client's request when an answer is written for it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClientContext {
    /// Unix time in seconds, for dialects whose answers carry the time.
    pub created: u64,
    /// The model the provider was asked for, in case its answer does not name one.
    pub model: String,
    /// The client wants usage in the stream (OpenAI's `stream_options.include_usage`).
    pub stream_usage: bool,
    /// What an answer repeats of its request ([`Codec::echo`]).
    pub echo: Map,
    /// The names of tools that the provider was told others for.
    pub tool_names: OwnNames,
    /// Where the client asked, for dialects that tell the form of an answer there.
    pub path: String,
}

/// A request as it goes to a provider.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderRequest {
    /// Path and query below the provider's base URL: `/messages`. `/../tokenize` stands beside its last segment.
    pub path: Cow<'static, str>,
    /// Headers the dialect demands, credentials excepted.
    pub headers: &'static [(&'static str, &'static str)],
    /// The body.
    pub body: Value,
}

/// A wire format for chat: where its requests come in, where things stand in them and in their answers, how
/// errors are told. All methods are pure; none panics on any input. [`Codec`] translates.
pub trait Dialect: Sync {
    /// Its name in configuration, facts and the command line, kebab-case: `openai-chat`.
    fn name(&self) -> &'static str;

    /// Where clients address it.
    fn endpoints(&self) -> &'static [Endpoint];

    /// Headers with meaning in this dialect only, credentials excepted. They are removed from a request that
    /// leaves for another.
    fn request_headers(&self) -> &'static [&'static str];

    /// The model a request names, in its path (without the escapes that a path needs) or its body.
    fn model<'a>(&self, path: &'a str, body: &'a Value) -> Option<Cow<'a, str>> {
        let _ = path;
        body.get("model").and_then(Value::as_str).map(Cow::Borrowed)
    }

    /// Makes a request name another model. The path is left alone by dialects that name it in the body.
    fn set_model(&self, path: &mut String, body: &mut Value, model: &str) {
        let _ = path;
        if let Value::Object(map) = body {
            map.put("model", model);
        }
    }

    /// Whether a request asks for a streamed answer.
    fn streams(&self, path: &str, body: &Value) -> bool {
        let _ = path;
        body.get("stream").and_then(Value::as_bool).unwrap_or(false)
    }

    /// Whether every item of a request's `tools` is a tool, so that one does not have to be read whole to tell that it
    /// offers some.
    fn lists_tools(&self) -> bool {
        false
    }

    /// Shows every text of a request to `visit`. Returns whether any was replaced.
    fn visit_request(&self, body: &mut Value, visit: Visit<'_>) -> bool;

    /// Shows every text of a buffered answer to `visit`. Returns whether any was replaced.
    fn visit_response(&self, body: &mut Value, visit: Visit<'_>) -> bool;

    /// Shows the text of a streamed answer, which comes in pieces. `None`: this dialect's streams cannot be
    /// looked into, and who has to must refuse to begin one.
    fn stream_text(&self) -> Option<Box<dyn StreamText>> {
        None
    }

    /// Adds prompts of the gateway's own to a request. Returns whether the request has a place for them.
    fn add_prompts(&self, body: &mut Value, prompts: &Prompts) -> bool {
        let _ = (body, prompts);
        false
    }

    /// The usage that a buffered answer or a stream event states, if it states any.
    fn usage(&self, body: &Value) -> Option<neutral::Usage>;

    /// Asks for usage in the stream, in dialects whose streams state it only if asked. Returns whether the client
    /// had not asked: then it shall not see it ([`Dialect::hide_stream_usage`]).
    fn ask_stream_usage(&self, body: &mut Value) -> bool {
        let _ = body;
        false
    }

    /// An event as it would be if nobody had asked for usage. `None`: it would not be there.
    fn hide_stream_usage(&self, event: Event) -> Option<Event> {
        Some(event)
    }

    /// The headers in which its providers tell what is left of limits, where clients look for it.
    fn rate_limits(&self) -> Option<&'static RateLimits> {
        None
    }

    /// The object of an answer, or of the event of a stream that tells its end, in which
    /// [`EXTENSION`](crate::EXTENSION) may stand: where official clients look over what they do not know. `None`: not
    /// in this one, or in none.
    fn extension<'a>(&self, body: &'a mut Value, streamed: bool) -> Option<&'a mut Map> {
        let _ = (body, streamed);
        None
    }

    /// Writes an error for a client: its status and body.
    fn encode_error(&self, problem: &Problem) -> (u16, Value);

    /// Writes an error into a stream that has begun, the last events of it. `after`: the last event that tells
    /// something.
    fn encode_stream_error(&self, problem: &Problem, after: Option<&Event>) -> Vec<Event>;

    /// How its streams are cut into events on the wire.
    fn framing(&self) -> Framing {
        Framing::Sse
    }
}

// Not a supertrait: modules would carry the texts of every type behind it.
impl fmt::Debug for dyn Dialect + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A dialect whose requests can be read whole. Apart from [`Dialect`], as [`Codec`] is, so that a module does
/// not carry what it never does.
pub trait Reader: Dialect {
    /// Reads a client's request.
    ///
    /// # Errors
    /// A [`Problem`] that names the path of what is missing or of the wrong type.
    fn decode_request(
        &self,
        path: &str,
        body: Value,
        drops: &mut Drops,
    ) -> Result<Request, Problem>;
}

impl fmt::Debug for dyn Reader + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What makes an answer such as a dialect's clients take it, though it is in their dialect already.
#[derive(Debug)]
pub struct Tidy {
    /// Makes an answer (or, if so, an event of a stream) such. What is taken away is recorded. Returns whether
    /// anything changed.
    pub answer: fn(&mut Value, bool, &mut Drops) -> bool,
    /// Whether an error is such.
    pub is_error: fn(&Value) -> bool,
}

/// A dialect that can be translated from and to.
pub trait Codec: Reader {
    /// The fields of a request that its answer repeats, in dialects whose answers do so.
    fn echo(&self, body: &Value) -> Map {
        let _ = body;
        Map::new()
    }

    /// What its providers take as the name of a tool. `None`: anything.
    fn tool_names(&self) -> Option<ToolNames> {
        None
    }

    /// Makes the names of a request's tools such as its providers take. Returns the tools' own.
    fn fit_tool_names(&self, request: &mut Request) -> OwnNames {
        self.tool_names().map_or_else(OwnNames::new, |rule| tool_names::fit(request, rule))
    }

    /// Writes a request for a provider. Names of tools are expected to be such as its providers take.
    ///
    /// # Errors
    /// A [`Problem`] where leaving something out would change what the client asked for.
    fn encode_request(
        &self,
        request: Request,
        context: ProviderContext<'_>,
        drops: &mut Drops,
    ) -> Result<ProviderRequest, Problem>;

    /// The path below a provider's base URL for a request that is already in this dialect.
    fn provider_path(&self, path: &str, body: &Value) -> String;

    /// Headers the dialect demands of a request that is already in it, where the client left them out.
    fn default_headers(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// Bends a request that is already in this dialect to the provider's quirks. Returns whether anything
    /// changed.
    fn adapt(&self, body: &mut Value, provider: &Provider, drops: &mut Drops) -> bool;

    /// How an answer of a provider that does not keep to the dialect's values ([`Quirks::keeps_values`]) is made such
    /// as its clients take it.
    ///
    /// [`Quirks::keeps_values`]: crate::providers::Quirks::keeps_values
    fn tidies(&self) -> Option<&'static Tidy> {
        None
    }

    /// What providers of this dialect serve besides chat, unless their row says otherwise.
    fn services(&self) -> Services {
        Services::NONE
    }

    /// Looks once more at a request as it goes to the provider.
    ///
    /// # Errors
    /// A [`Problem`] where the provider would not see what the client shows it.
    fn check(&self, body: &Value, provider: &Provider) -> Result<(), Problem> {
        let _ = (body, provider);
        Ok(())
    }

    /// Reads a provider's buffered answer.
    ///
    /// # Errors
    /// A 502 [`Problem`] if it is no answer of this dialect.
    fn decode_response(&self, body: Value, drops: &mut Drops) -> Result<Response, Problem>;

    /// Writes a buffered answer for a client.
    fn encode_response(
        &self,
        response: Response,
        context: &ClientContext,
        drops: &mut Drops,
    ) -> Value;

    /// Reads a provider's error: any status, any body.
    fn decode_error(&self, status: u16, body: &[u8]) -> Problem;

    /// Reads a provider's stream.
    fn stream_decoder(&self) -> Box<dyn StreamDecoder>;

    /// Writes a stream for a client.
    fn stream_encoder(&self, context: ClientContext) -> Box<dyn StreamEncoder>;
}

impl fmt::Debug for dyn Codec + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The client's side of a dialect: what it takes to serve clients who speak it, by any provider. Every [`Codec`]
/// has it; some dialects have no more.
pub trait Client: Reader {
    /// As [`Codec::echo`].
    fn echo(&self, body: &Value) -> Map;

    /// As [`Codec::encode_response`].
    fn encode_response(
        &self,
        response: Response,
        context: &ClientContext,
        drops: &mut Drops,
    ) -> Value;

    /// As [`Codec::stream_encoder`].
    fn stream_encoder(&self, context: ClientContext) -> Box<dyn StreamEncoder>;
}

impl fmt::Debug for dyn Client + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl<T: Codec> Client for T {
    fn echo(&self, body: &Value) -> Map {
        Codec::echo(self, body)
    }

    fn encode_response(
        &self,
        response: Response,
        context: &ClientContext,
        drops: &mut Drops,
    ) -> Value {
        Codec::encode_response(self, response, context, drops)
    }

    fn stream_encoder(&self, context: ClientContext) -> Box<dyn StreamEncoder> {
        Codec::stream_encoder(self, context)
    }
}

/// Reads one provider stream, event by event.
pub trait StreamDecoder {
    /// The next event of the wire; what it means is appended to `out`. The neutral events of a whole stream
    /// keep the order documented at [`neutral::Event`], whatever the provider sends.
    ///
    /// # Errors
    /// A 502 [`Problem`] if the event is none of this dialect. The stream cannot be read on.
    fn decode(&mut self, event: Event, out: &mut Vec<neutral::Event>) -> Result<(), Problem>;

    /// The wire has ended. Closes what is open.
    ///
    /// # Errors
    /// A 502 [`Problem`] if the answer was not finished.
    fn finish(&mut self, out: &mut Vec<neutral::Event>) -> Result<(), Problem>;

    /// What the neutral events do not tell so far.
    fn drops(&mut self) -> &mut Drops;
}

impl fmt::Debug for dyn StreamDecoder + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StreamDecoder")
    }
}

/// Writes one client stream, event by event.
pub trait StreamEncoder {
    /// Writes a neutral event; none, one or several wire events are appended to `out`.
    fn encode(&mut self, event: neutral::Event, out: &mut Vec<Event>);

    /// What could not be expressed so far.
    fn drops(&mut self) -> &mut Drops;
}

impl fmt::Debug for dyn StreamEncoder + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StreamEncoder")
    }
}
