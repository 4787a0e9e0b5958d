//! A count that a client asks for, and nothing else: Anthropic's `count_tokens`.

use chat::json;
use dialects::{Drops, anthropic_count_tokens};
use stage::{Exchange, Reply, Request, Stop, Verdict, facts};

use crate::Tokens;
use crate::config::CountTokens;
use crate::plan::Plan;

/// Answers the request where the count is good enough; else a provider shall. It uses no budget.
///
/// # Errors
/// The answer.
pub(crate) fn answer(plan: &Plan, request: &Request, io: &mut Exchange) -> Verdict {
    if plan.count_tokens == CountTokens::Never {
        return Ok(());
    }
    let path = request.headers.text(":path").unwrap_or_default();
    let tree = request.body.tree();
    let model = request.dialect.model(path, tree).unwrap_or_default();
    let counter = plan.counter(plan.model(&model), &model);
    let Some(reader) = dialects::reader(request.dialect.name()) else { return Ok(()) };
    let asked = reader.decode_request(path, tree.clone(), &mut Drops::default())?;
    let Tokens { count, estimated } = counter.request(&asked);
    if estimated && plan.count_tokens == CountTokens::Exact {
        return Ok(());
    }
    io.fact(facts::REQUEST_MODEL, model.as_ref());
    io.fact(facts::PROMPT_TOKENS, count.to_string());
    let body = json::to_bytes(&anthropic_count_tokens::encode(count));
    Err(Stop::Answer(Reply::json(200, body, "count_tokens")))
}
