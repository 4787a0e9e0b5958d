//! Requests and answers of operations besides chat.

use std::io;

use chat::json;
use dialects::unary::{self, Plan};
use dialects::{Codec, Drops, Operation, ProviderContext};

use super::{TranslateArgs, print, provider, told};

/// A client's request as the provider gets it.
pub(super) fn request(
    args: &TranslateArgs,
    asked: Operation,
    to: &'static dyn Codec,
    input: &[u8],
    drops: &mut Drops,
) -> io::Result<()> {
    let mut body = json::parse(input).map_err(io::Error::other)?;
    let provider = provider(args, to)?;
    let own = body.get("model").and_then(json::Value::as_str).unwrap_or("model");
    let model = args.model.clone().unwrap_or_else(|| own.to_owned());
    match unary::plan(asked, provider).map_err(told)? {
        Plan::Same(_) => {
            if let (Some(model), json::Value::Object(fields)) = (&args.model, &mut body) {
                fields.put("model", model.as_str());
            }
            print(&body)
        }
        Plan::Other(translation) => {
            let context = ProviderContext::new(provider);
            let (sent, _) = translation.request("", body, model, context, drops).map_err(told)?;
            print(&sent.body)
        }
    }
}

/// A provider's answer as the client gets it.
pub(super) fn response(
    args: &TranslateArgs,
    asked: Operation,
    from: &'static dyn Codec,
    input: &[u8],
) -> io::Result<()> {
    let body = json::parse(input).map_err(io::Error::other)?;
    match unary::plan(asked, provider(args, from)?).map_err(told)? {
        Plan::Same(_) => print(&body),
        Plan::Other(translation) => {
            let model = args.model.as_deref().unwrap_or_default();
            print(&translation.unasked(model).response(body).map_err(told)?)
        }
    }
}
