//! One request's way to a target, and what became of it.

use std::rc::Rc;

use chat::json::Value;
use chat::{Data, Event, Framing};
use dialects::{Dialect, Glanced};
use stage::{
    Answered, Content, Exchange, Glance, Headers, Level, PropertyPath, Reading, Request, Response,
    Turn, Unparsed, Verdict, facts, metrics,
};

use crate::answer::{Seen, name_model, names_other};
use crate::config::{AnswerModel, Mode};
use crate::decide::Decision;
use crate::judge;
use crate::live::Live;
use crate::plan::{Kind, Plan};
use crate::semantic::Meaning;
use crate::watch::{Class, Outcome};
use crate::{Asked, texts};

/// Names the targets that Envoy may fall back to, for routes that pick a cluster by it.
const FALLBACKS: &str = "x-tollgate-fallbacks";
/// Names the target that a copy goes to, for a route that mirrors.
const SHADOW: &str = "x-tollgate-shadow";
/// Tells the client the target.
const ANSWER_TARGET: &str = "x-tollgate-target";
/// Tells the client the model.
const ANSWER_MODEL: &str = "x-tollgate-model";

/// The status that the client got, also if the answer was Envoy's own.
pub(crate) fn code_property() -> PropertyPath {
    ["response", "code"].map(str::to_owned).to_vec()
}

/// The target that served the request in the end, as a translator behind tells it.
pub(crate) fn target_property() -> PropertyPath {
    vec![facts::TARGET.to_owned()]
}

/// One request's way to a target.
#[derive(Debug)]
pub(crate) struct Routing {
    plan: Rc<Plan>,
    /// The rule that waits to know what the prompt means.
    asking: Option<usize>,
    sent: Option<Sent>,
}

/// A request under way.
#[derive(Debug)]
struct Sent {
    decision: Decision,
    dialect: &'static dyn Dialect,
    /// The model that the client asked for.
    asked: String,
    /// The model that it was sent on with.
    model: String,
    started: u64,
    status: Option<u16>,
    first_token: Option<u64>,
    seen: Seen,
    /// The answer is read event by event, and its end has not come yet.
    streaming: bool,
}

impl Routing {
    pub(crate) fn new(plan: Rc<Plan>) -> Routing {
        Routing { plan, asking: None, sent: None }
    }

    /// Whether answers must be read.
    fn reads_answers(&self) -> bool {
        let needs = &self.plan.needs;
        needs.answers || needs.usage || needs.first_token || self.renames()
    }

    /// Looks at a whole answer, and names the model in it as configured.
    fn look(&self, body: &mut Value, sent: &mut Sent) -> bool {
        sent.seen.look(sent.dialect, body);
        self.renames() && name_model(body, &sent.asked)
    }

    /// Whether answers name the model that was asked for.
    fn renames(&self) -> bool {
        self.plan.answer_model == AnswerModel::Requested
    }
}

impl Routing {
    /// Decides and sends on; or asks what the prompt means, if the decision hangs on that and was not asked.
    fn route(
        &mut self,
        meaning: Option<Meaning>,
        request: &mut Request,
        io: &mut Exchange,
    ) -> Verdict {
        let plan = Rc::clone(&self.plan);
        let dialect = request.dialect;
        // A rule by the model's name alone decides without the texts.
        let asked = Asked::new(dialect, &request.headers, request.body.tree(), &[], io);
        let reads_texts = plan.reads_texts(&asked);
        let found = asked.into_found();
        let texts = if reads_texts { texts(dialect, &mut request.body) } else { Vec::new() };
        let store = Rc::clone(&io.store);
        let live = Live::new(&plan, &*store, io.now);
        let tree = request.body.tree();
        let asked = Asked::new(dialect, &request.headers, tree, &texts, io);
        let asked = asked.found(found).meaning_known(meaning).counted_as(&plan.last_counter);
        let decide = |asked: &Asked<'_>| {
            plan.decide(asked, io.dice, &live, None).map_err(|_| stage::models::unknown_model())
        };
        let mut decision = decide(&asked)?;
        if decision.asks {
            let rule = decision.number;
            let semantic = plan.semantic(rule);
            if let Some(question) = semantic.and_then(|semantic| semantic.question(&texts)) {
                io.call(question);
                self.asking = Some(rule);
                return Ok(());
            }
            decision = decide(&asked.meaning_known(Some(Meaning::Unknown)))?;
        }
        self.send(decision, request, &live, io);
        Ok(())
    }

    fn send(
        &mut self,
        decision: Decision,
        request: &mut Request,
        live: &Live<'_>,
        io: &mut Exchange,
    ) {
        let plan = &*self.plan;
        let mut path = request.headers.text(":path").unwrap_or_default().to_owned();
        let asked =
            request.dialect.model(&path, request.body.tree()).unwrap_or_default().into_owned();
        if plan.needs.in_flight {
            live.start(decision.target);
        }
        address(plan, &decision, &mut request.headers);
        let model = decision.model.clone().unwrap_or_else(|| asked.clone());
        if model != asked {
            request.dialect.set_model(&mut path, request.body.tree_mut(), &model);
            request.headers.set(":path", path);
        }
        tell(plan, &decision, &asked, &model, live, io);
        self.sent = Some(Sent {
            decision,
            dialect: request.dialect,
            asked,
            model,
            started: io.now,
            status: None,
            first_token: None,
            seen: Seen::default(),
            streaming: false,
        });
    }
}

impl Turn for Routing {
    fn on_request(&mut self, request: &mut Request, io: &mut Exchange) -> Verdict {
        self.route(None, request, io)
    }

    fn on_answers(
        &mut self,
        answers: Vec<Answered>,
        request: &mut Request,
        io: &mut Exchange,
    ) -> Verdict {
        let plan = Rc::clone(&self.plan);
        let semantic = self.asking.take().and_then(|rule| plan.semantic(rule));
        let meaning = semantic.map_or(Meaning::Unknown, |semantic| semantic.meaning(answers));
        self.route(Some(meaning), request, io)
    }

    fn on_response_head(&mut self, headers: &mut Headers, io: &mut Exchange) -> Reading {
        let reads = self.reads_answers();
        let Some(sent) = &mut self.sent else { return Reading::Pass };
        sent.status = headers.status();
        if self.plan.answer_headers {
            let target = served(io).unwrap_or_else(|| self.plan.target_name(sent.decision.target));
            headers.set(ANSWER_TARGET, target);
            headers.set(ANSWER_MODEL, sent.model.as_str());
        }
        let media_type = headers.media_type();
        match &*media_type {
            _ if !reads => Reading::Pass,
            "application/json" => Reading::Glance,
            media if Framing::of(media).is_some() => {
                sent.streaming = true;
                Reading::Stream
            }
            _ => Reading::Pass,
        }
    }

    fn on_response_bytes(
        &mut self,
        answer: &Unparsed,
        _: &mut Headers,
        io: &mut Exchange,
    ) -> Glance {
        let renames = self.renames();
        let (Some(sent), Some(glanced)) = (&mut self.sent, answer.glanced()) else {
            return Glance::Unclear;
        };
        let bytes = answer.bytes();
        sent.first_token = Some(io.now);
        sent.seen.look(sent.dialect, &glanced.telling);
        let renaming = renames.then(|| glanced.renaming(bytes, &sent.asked)).flatten();
        let spliced = renaming.and_then(|(at, name)| {
            let (before, behind) = (bytes.get(..at.start)?, bytes.get(at.end..)?);
            Some([before, name.as_bytes(), behind].concat())
        });
        spliced.map_or(Glance::Kept, Glance::Rewritten)
    }

    fn on_response(&mut self, response: &mut Response, io: &mut Exchange) -> Verdict {
        let Some(mut sent) = self.sent.take() else { return Ok(()) };
        sent.first_token = Some(io.now);
        if let Content::Json(body) = &mut response.content {
            body.edit(|tree| self.look(tree, &mut sent));
        }
        self.sent = Some(sent);
        Ok(())
    }

    fn on_event(&mut self, mut event: Event, out: &mut Vec<Event>, io: &mut Exchange) -> Verdict {
        if let Some(mut sent) = self.sent.take() {
            sent.first_token = sent.first_token.or(Some(io.now));
            let unread = event.unread();
            let glanced = unread.and_then(|text| Some((text, Glanced::of(text.as_bytes()).ok()?)));
            if let Some((text, glanced)) = glanced {
                let renaming =
                    self.renames().then(|| glanced.renaming(text.as_bytes(), &sent.asked));
                if glanced.tells() {
                    sent.seen.look(sent.dialect, &glanced.telling);
                }
                let spliced = renaming.flatten().and_then(|(at, name)| {
                    let (before, behind) = (text.get(..at.start)?, text.get(at.end..)?);
                    Some([before, &name, behind].concat())
                });
                // An event that is not edited goes on as the bytes it came as.
                if let Some(text) = spliced {
                    event.rewrite(text);
                }
            } else if let Data::Json(body) = event.data() {
                sent.seen.look(sent.dialect, body);
                if self.renames()
                    && names_other(body, &sent.asked)
                    && let Data::Json(body) = event.data_mut()
                {
                    name_model(body, &sent.asked);
                }
            }
            self.sent = Some(sent);
        }
        out.push(event);
        Ok(())
    }

    fn on_stream_end(&mut self, _: &mut Vec<Event>, _: &mut Exchange) -> Verdict {
        if let Some(sent) = &mut self.sent {
            sent.streaming = false;
        }
        Ok(())
    }

    fn on_end(&mut self, io: &mut Exchange) {
        let Some(sent) = self.sent.take() else { return };
        let plan = Rc::clone(&self.plan);
        let store = Rc::clone(&io.store);
        let live = Live::new(&plan, &*store, io.now);
        if plan.needs.in_flight {
            live.finish(sent.decision.target, sent.started);
        }
        // Without a status the client left before there was an answer, and nobody is to blame.
        let Some(status) = sent.status.or_else(|| code(io)) else { return };
        // A stream that the client cut short says nothing about how long it would have taken.
        if !sent.streaming {
            sent.count(status, &plan, &live, io);
        }
    }
}

impl Sent {
    /// Counts the answer for the target that gave it, and against one that had to be stood in for.
    fn count(&self, status: u16, plan: &Plan, live: &Live<'_>, io: &mut Exchange) {
        let since = |time: u64| time.saturating_sub(self.started) / 1_000_000;
        let chosen = self.decision.target;
        let by = served(io).and_then(|name| plan.targets().position(|known| known == name));
        let by = by.unwrap_or(chosen);
        let outcome = Outcome {
            first_token_ms: self.first_token.map(since),
            output_tokens: self.seen.output_tokens,
            usd: self.usd(plan, by),
            refused: self.seen.refused,
            truncated: self.seen.truncated,
            ..Outcome::new(Class::of(status), since(io.now))
        };
        let mut count = |id: usize, outcome: &Outcome| {
            let name = plan.target_name(id);
            let class = outcome.class.name();
            let labels = [("target", name), ("class", class)];
            io.record(&plan.told.series(Kind::Responses(outcome.class), id, &labels), 1);
            if outcome.class == Class::Success {
                let numbers = [
                    (Kind::Latency, Some(outcome.latency_ms)),
                    (Kind::FirstToken, outcome.first_token_ms),
                    (Kind::TokensPerSecond, outcome.tokens_per_second()),
                ];
                for (kind, number) in numbers {
                    if let Some(number) = number {
                        let series = plan.told.series(kind, id, &[("target", name)]);
                        io.record(&series, number);
                    }
                }
                for (is, end) in [(outcome.refused, "refused"), (outcome.truncated, "truncated")] {
                    if is {
                        io.count(metrics::TARGET_ENDS, &[("target", name), ("end", end)]);
                    }
                }
            }
            let probe = self.decision.probe && id == chosen;
            if let Some(opened) = live.answered(id, outcome, probe) {
                let state = if opened { "open" } else { "closed" };
                io.count(metrics::BREAKER, &[("target", name), ("state", state)]);
                io.log(Level::Warn, format!("the breaker of target {name} is {state}"));
            }
        };
        count(by, &outcome);
        let mut mine = outcome;
        if by != chosen {
            mine = Outcome::new(Class::Server, outcome.latency_ms);
            count(chosen, &mine);
        }
        if let Some((judge, canary)) = self.decision.trial
            && let Some(ruling) = live.tried(judge, canary, &mine)
            && let Some((policy, _)) = live.trial(judge)
        {
            announce(policy, &ruling, io);
        }
    }

    fn usd(&self, plan: &Plan, target: usize) -> Option<f64> {
        plan.usd(target, self.seen.input_tokens?, self.seen.output_tokens?)
    }
}

/// Tells a judge's decision.
fn announce(policy: &judge::Policy, ruling: &judge::Ruling, io: &mut Exchange) {
    io.log(Level::Info, ruling.line(&policy.name, io.now));
    if policy.mode != Mode::Observe {
        let labels = [("canary", policy.name.as_str()), ("decision", ruling.decision.name())];
        io.count(metrics::CANARY_DECISIONS, &labels);
    }
}

/// Writes the decision where Envoy's routes look. What a client wrote there does not count.
fn address(plan: &Plan, decision: &Decision, headers: &mut Headers) {
    headers.set(&plan.target_header, plan.target_name(decision.target));
    let mut fallbacks = String::new();
    for id in &decision.fallbacks {
        if !fallbacks.is_empty() {
            fallbacks.push(',');
        }
        fallbacks.push_str(plan.target_name(*id));
    }
    match fallbacks.is_empty() {
        true => headers.remove(FALLBACKS),
        false => headers.set(FALLBACKS, fallbacks),
    }
    match decision.shadow {
        Some(shadow) => headers.set(SHADOW, plan.target_name(shadow)),
        None => headers.remove(SHADOW),
    }
}

/// Facts and metrics of a decision.
fn tell(
    plan: &Plan,
    decision: &Decision,
    asked: &str,
    model: &str,
    live: &Live<'_>,
    io: &mut Exchange,
) {
    let target = plan.target_name(decision.target);
    io.fact(facts::REQUEST_MODEL, asked);
    io.fact(facts::TARGET, target);
    io.fact(facts::ROUTE, decision.rule.as_str());
    io.fact(facts::ROUTE_MODEL, model);
    io.fact(facts::ROUTE_REASON, decision.reason.as_str());
    if let Some((policy, trial)) = decision.trial.and_then(|(judge, _)| live.trial(judge))
        && policy.mode != Mode::Observe
    {
        let percent = f64::from(trial.share(policy)) / 10_000.0;
        io.fact(facts::CANARY, format!("{percent} % {}", trial.advice().name()));
    }
    let labels = [("rule", decision.rule.as_str()), ("target", target)];
    let series = plan.told.series(Kind::Routed(decision.number), decision.target, &labels);
    io.record(&series, 1);
    if let Some(shadow) = decision.shadow {
        io.count(metrics::SHADOWED, &[("target", plan.target_name(shadow))]);
    }
}

/// The target that served the request in the end, if one behind told it.
fn served(io: &Exchange) -> Option<&str> {
    let is = |path: &[String]| matches!(path, [name] if name == facts::TARGET);
    let (_, value) = io.properties.iter().find(|(path, _)| is(path))?;
    std::str::from_utf8(value).ok().filter(|name| !name.is_empty())
}

/// The status of the answer, whoever made it.
fn code(io: &Exchange) -> Option<u16> {
    let bytes = io.properties.get(code_property().as_slice())?;
    let code = u64::from_le_bytes(bytes.as_slice().try_into().ok()?);
    u16::try_from(code).ok().filter(|code| *code >= 100)
}
