//! One request that is not chat, and its answer.

use std::rc::Rc;

use chat::{Framing, Problem, json};
use dialects::unary::{self, Pending, Plan};
use dialects::{Dialect, Drops, Operation, ProviderContext};
use stage::{
    Body, Content, Exchange, Headers, Reading, Request, Response, Verdict, facts, metrics,
};

use crate::target::Target;
use crate::turn::{missing_model, report};

/// Whether a target is asked for chat: also for completions if it serves none.
pub(crate) fn is_chat(operation: Operation, target: &Target) -> bool {
    match operation {
        Operation::Chat => true,
        Operation::Completions => unary::plan(operation, target.provider).is_err(),
        _ => false,
    }
}

/// What becomes of an answer.
#[derive(Debug)]
pub(crate) struct Answer {
    client: &'static dyn Dialect,
    target: Rc<Target>,
    /// `None`: it is in the client's words.
    pending: Option<Pending>,
    /// Vectors are wanted in Base64 of a provider that may tell them as numbers.
    packs: bool,
    form: Form,
}

/// What the answer's headers say it is.
#[derive(Debug)]
enum Form {
    /// To be translated, if there is anything to translate.
    Whole,
    /// A provider's error of this status.
    Error(u16),
    /// Nothing that can be translated.
    Unusable(Problem),
}

/// Makes the request the target's.
pub(crate) fn request(
    request: &mut Request,
    target: Rc<Target>,
    io: &mut Exchange,
) -> Result<Answer, Problem> {
    let client = request.dialect;
    let plan = unary::plan(request.endpoint.operation, target.provider)?;
    let mut path = request.headers.text(":path").unwrap_or_default().to_owned();
    let asked = client.model(&path, request.body.tree()).filter(|model| !model.is_empty());
    let asked = asked.ok_or_else(missing_model)?.into_owned();
    let model = target.models.map(&asked).unwrap_or_else(|| asked.clone());
    io.fact(facts::TARGET, target.name.as_str());
    io.fact(facts::PROVIDER, target.provider.name);
    io.fact(facts::REQUEST_MODEL, asked.as_str());
    let mut drops = Drops::default();
    let wanted = request.body.tree().get("encoding_format").and_then(json::Value::as_str);
    // OpenAI's SDK for Python takes both, and asks for Base64 by default.
    let packs = request.headers.text("x-stainless-lang") != Some("python")
        && request.endpoint.operation == Operation::Embeddings
        && wanted == Some("base64")
        && !target.provider.quirks.keeps_values;
    let pending = match plan {
        Plan::Same(below) => {
            io.fact(facts::PROVIDER_DIALECT, client.name());
            if model != asked {
                client.set_model(&mut path, request.body.tree_mut(), &model);
            }
            let dialect = target.provider.dialect_for(client);
            for (name, value) in dialect.default_headers() {
                if !request.headers.has(name) {
                    request.headers.set(name, *value);
                }
            }
            let query = path.split_once('?').map(|(_, query)| format!("?{query}"));
            let own = format!("{below}{}", query.unwrap_or_default());
            let path = target.hosting().path(own, &model, false)?;
            target.address(&mut request.headers, &path);
            None
        }
        Plan::Other(translation) => {
            io.fact(facts::PROVIDER_DIALECT, target.provider.dialect.name());
            let context = ProviderContext {
                provider: target.provider,
                max_output_tokens: target.max_output_tokens,
                template: target.template,
            };
            let body = request.body.take();
            let (sent, pending) = translation.request(&path, body, model, context, &mut drops)?;
            request.body.replace(sent.body);
            for name in client.request_headers() {
                request.headers.remove(name);
            }
            for (name, value) in sent.headers {
                request.headers.set(name, *value);
            }
            request.headers.set("content-type", "application/json");
            target.address(&mut request.headers, &sent.path);
            Some(pending)
        }
    };
    io.count(metrics::REQUESTS, &[("target", &target.name)]);
    report(&target.name, &drops, io);
    Ok(Answer { client, target, pending, packs, form: Form::Whole })
}

impl Answer {
    /// Decides by the headers what the answer is, and makes them the client's.
    pub(crate) fn head(&mut self, headers: &mut Headers, io: &mut Exchange) -> Reading {
        let status = headers.status().unwrap_or(0);
        let media_type = headers.media_type();
        let json = media_type == "application/json" || media_type.ends_with("+json");
        if status >= 400 {
            let labels = [("target", self.target.name.as_str()), ("status", &status.to_string())];
            io.count(metrics::PROVIDER_ERRORS, &labels);
        }
        let kept = self.pending.is_none();
        self.form = match status {
            400.. if kept && json => return Reading::Pass,
            400.. => Form::Error(status),
            200..300 if kept && json && self.packs => Form::Whole,
            200..300 if kept && (json || Framing::of(&media_type).is_some()) => {
                return Reading::Pass;
            }
            200..300 if json => Form::Whole,
            200..300 => Form::Unusable(Problem::bad_gateway(
                "unexpected_content_type",
                "the provider's answer has a content-type that was not asked for",
            )),
            _ => return Reading::Pass,
        };
        match &self.form {
            Form::Whole => headers.set("content-type", "application/json"),
            Form::Error(status) => {
                let problem = self.target.provider.dialect.decode_error(*status, b"");
                headers.set_error(self.client.encode_error(&problem).0);
            }
            Form::Unusable(problem) => headers.set_error(self.client.encode_error(problem).0),
        }
        Reading::Buffer
    }

    /// The buffered answer.
    pub(crate) fn whole(&mut self, response: &mut Response) -> Verdict {
        match std::mem::replace(&mut self.form, Form::Whole) {
            Form::Unusable(problem) => Err(problem.into()),
            Form::Error(status) => {
                let bytes = match &response.content {
                    Content::Json(body) => json::to_bytes(body.tree()),
                    Content::Other(bytes) | Content::Written(bytes) => bytes.clone(),
                };
                let problem = self.target.provider.dialect.decode_error(status, &bytes);
                let (status, body) = self.client.encode_error(&problem);
                response.headers.set(":status", status.to_string());
                response.content = Content::Json(Body::written(body));
                Ok(())
            }
            Form::Whole => {
                let Some(pending) = self.pending.take() else {
                    if let (true, Content::Json(body)) = (self.packs, &mut response.content) {
                        body.edit(unary::embeddings::pack);
                    }
                    return Ok(());
                };
                let Content::Json(body) = &mut response.content else {
                    let message = "the provider's answer is not valid JSON";
                    return Err(Problem::bad_gateway("invalid_provider_response", message).into());
                };
                response.content = Content::Json(Body::written(pending.response(body.take())?));
                Ok(())
            }
        }
    }
}
