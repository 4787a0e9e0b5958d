//! Requests that nobody reads: they are addressed to a target that has that part of the API, and that is all.

use chat::Problem;
use dialects::passed::part_of;
use dialects::{Dialect, unary};
use stage::{Exchange, Headers, Verdict, facts, metrics};

use crate::target::{Plan, Target};

/// OpenAI's keys among the protocols that a web socket offers, for browsers, which cannot set headers.
/// <https://platform.openai.com/docs/guides/realtime-websocket> (read 2026-11-21)
const KEY_PROTOCOL: &str = "openai-insecure-api-key.";

/// Addresses such a request. `None`: it is for no part of an API that is passed on.
pub(crate) fn pass(plan: &Plan, headers: &mut Headers, io: &mut Exchange) -> Option<Verdict> {
    let path = headers.text(":path")?.to_owned();
    let (part, below) = part_of(&path).filter(|(part, _)| plan.passed.contains(part))?;
    if part.read_only && !matches!(headers.text(":method"), Some("GET" | "HEAD")) {
        return None;
    }
    let client = dialects::by_headers(|name| headers.has(name));
    Some(plan.target(io).map_err(Problem::into).and_then(|target| {
        if !speaks(&target, client) {
            // It may have the same in another form, which nobody reads here.
            return Err(unary::unsupported(&format!("{} in this dialect", part.name)).into());
        }
        io.fact(facts::TARGET, target.name.as_str());
        io.fact(facts::PROVIDER, target.provider.name);
        io.count(metrics::REQUESTS, &[("target", &target.name)]);
        target.address(headers, below);
        hide_key(headers);
        Ok(())
    }))
}

/// Whether a target has the API of the client's dialect. Dialects of one API know the same headers; who hosts
/// another's models has other paths.
fn speaks(target: &Target, client: &dyn Dialect) -> bool {
    let provider = target.provider.dialect_for(client);
    target.provider.quirks.hosting.is_none()
        && provider.request_headers() == client.request_headers()
}

/// Takes the client's key out of the protocols it offers.
fn hide_key(headers: &mut Headers) {
    const NAME: &str = "sec-websocket-protocol";
    let Some(offered) = headers.text(NAME).filter(|offered| offered.contains(KEY_PROTOCOL)) else {
        return;
    };
    let kept: Vec<&str> =
        offered.split(',').map(str::trim).filter(|it| !it.starts_with(KEY_PROTOCOL)).collect();
    let kept = kept.join(", ");
    headers.set(NAME, kept);
}
